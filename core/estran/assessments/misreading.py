"""Was a place given in another way than it was meant? Swapped coordinates, degrees taken for metres.

A plot that lies far from the territory, and in it when its coordinates are read another way, is an error
to tell and no empty answer.
"""

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry, Unavailable
from estran.layers.geodesy import parse_crs
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.territory import Territory

DEGREES = "CRS84"


def territory_ledger(territory: Territory) -> Ledger | None:
    """Return the ledger that says where a territory lies, None when there is none to read."""
    layer = territory.with_role("land-ledger")
    if layer is None:
        return None
    try:
        return open_ledger(layer.path)
    except Unavailable:
        return None


def check_reading(ledger: Ledger, geometry: BaseGeometry, crs: CRS, where: str) -> None:
    """Check that a plot far from the territory is not one inside it, read in the wrong way.

    Args:
        ledger: That of the territory.
        geometry: Not empty, and outside the box of the ledger.
        crs: Its CRS.
        where: Path of the geometry in the request.

    Raises:
        InvalidGeometry: it is; the message says which way is right.
    """
    swapped = shapely.transform(geometry, lambda points: points[:, ::-1])
    degrees = parse_crs(DEGREES)
    if _lands(ledger, swapped, crs):
        raise InvalidGeometry(
            f"{where}: x and y are swapped; give the longitude, or the easting, first",
            f"{where} : x et y sont inversés ; donnez la longitude, ou l'abscisse, d'abord",
            where=where,
        )
    if crs != degrees and any(_lands(ledger, reading, degrees) for reading in (geometry, swapped)):
        raise InvalidGeometry(
            f"{where}: the coordinates are in degrees, not in {crs.name}; leave `crs` out",
            f"{where} : les coordonnées sont en degrés, pas en {crs.name} ; retirez `crs`",
            where=where,
        )


def _lands(ledger: Ledger, geometry: BaseGeometry, crs: CRS) -> bool:
    if not ledger.may_hold(geometry, crs):
        return False
    try:
        return bool(ledger.land_areas(geometry, crs).keys)
    except InvalidGeometry:
        return False
