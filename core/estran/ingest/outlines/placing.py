"""Where do coordinates lie? In the CRS the file says, or in the one that puts them on the territory."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry
from estran.carbon.text import Text
from estran.ingest.outlines.reading import Shapes
from estran.layers.geodesy import metres_per_unit, parse_crs, transform_points

CRS84 = parse_crs("CRS84")
NEAR_KM = 30.0
"""Coordinates read in a way that puts them this near are taken to be meant that way."""

EDGE_M = 200.0
"""Longest edge before a change of CRS: a chord of 200 m strays by less than 1 mm in France."""

DIGITS = 9
"""Decimals of a degree that are kept: a tenth of a millimetre."""

GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True, slots=True)
class System:
    """A CRS in which people's files are.

    Attributes:
        code: How to name it.
        name: Its name for people.
        like: After « Les valeurs ressemblent à ».
        its: After « C'est ».
    """

    code: str
    name: Text
    like: str
    its: str


def _system(code: str, name: str, article: str = "du ") -> System:
    return System(code, Text(name, name), f"{article}{name}", f"{article}{name}")


DEGREES = System(
    "OGC:CRS84",
    Text("WGS 84 (longitude, latitude)", "WGS 84 (longitude, latitude)"),
    "des degrés (longitude et latitude)",
    "du WGS 84",
)
SYSTEMS = (
    _system("EPSG:2154", "Lambert-93"),
    DEGREES,
    *(_system(f"EPSG:{3900 + zone}", f"CC{zone}") for zone in range(42, 51)),
    *(
        System(
            f"EPSG:326{zone}", Text(f"UTM {zone} nord", f"UTM {zone} north"), f"de l'UTM {zone} nord",
            f"de l'UTM {zone} nord",
        )
        for zone in (30, 31, 32)
    ),
    System("EPSG:3857", Text("Web Mercator", "Web Mercator"), "du Web Mercator", "du Web Mercator"),
    _system("EPSG:27572", "Lambert II étendu"),
    _system("EPSG:5490", "UTM 20 nord (RGAF09)", "de l'"),
    _system("EPSG:2972", "UTM 22 nord (RGFG95)", "de l'"),
    _system("EPSG:2975", "UTM 40 sud (RGR92)", "de l'"),
    _system("EPSG:4471", "UTM 38 sud (RGM04)", "de l'"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read coordinates.

    Attributes:
        system: The CRS.
        swapped: Whether x and y are exchanged first.
        km: Kilometres from their middle to the territory.
    """

    system: System
    swapped: bool
    km: float


def system_of(crs: CRS) -> System:
    """Return a CRS with its names."""
    for system in SYSTEMS:
        if crs == known(system.code):
            return system
    authority = crs.to_authority()
    code = ":".join(authority) if authority else crs.to_wkt()
    if code == "EPSG:4326":
        return replace(DEGREES, code=code)
    if crs.is_geographic and authority and authority[0] in {"EPSG", "OGC"}:
        return replace(DEGREES, code=code, name=Text(f"{crs.name} (degrés)", f"{crs.name} (degrees)"))
    return System(code, Text(crs.name, crs.name), f"du {crs.name}", f"du {crs.name}")


@lru_cache(maxsize=64)
def known(code: str) -> CRS:
    """Return the CRS of a code of ours."""
    return parse_crs(code)


def readings(bounds: tuple[float, float, float, float], territory: BaseGeometry) -> list[Reading]:
    """Return the ways to read coordinates that put them near the territory, the nearest first."""
    west, south, east, north = bounds
    middle = ((west + east) / 2.0, (south + north) / 2.0)
    found = []
    for swapped in (False, True):
        point = middle[::-1] if swapped else middle
        for system in SYSTEMS:
            place = degrees_of(point, known(system.code))
            if place is not None:
                found.append(Reading(system, swapped, distance_km(shapely.Point(place), territory)))
    near = [each for each in found if each.km <= NEAR_KM]
    # Readings of one place are told apart by their order in SYSTEMS, straight ones first.
    return sorted(near, key=lambda each: (each.swapped, each.km > 0.0, each.km))


def degrees_of(point: tuple[float, float], crs: CRS) -> tuple[float, float] | None:
    """Return the longitude and latitude of a point, None where it has none."""
    if crs.is_geographic and (abs(point[0]) > 180.0 or abs(point[1]) > 90.0):
        return None
    try:
        ((x, y),) = transform_points(np.array([point]), crs, CRS84).tolist()
    except (InvalidGeometry, CRSError):
        return None
    if abs(x) > 180.0 or abs(y) > 90.0:
        return None
    return x, y


def distance_km(place: BaseGeometry, territory: BaseGeometry) -> float:
    """Return the kilometres from a place to the territory, both in degrees; 0 when they touch."""
    if territory.is_empty or place.is_empty or shapely.intersects(place, territory):
        return 0.0
    first, second = shapely.get_coordinates(shapely.shortest_line(place, territory)).tolist()
    _, _, metres = GEOD.inv(*first, *second)
    return float(metres) / 1000.0


def lands(shapes: Shapes, crs: CRS) -> bool:
    """Tell whether every corner of some shapes has a position on the Earth in a CRS."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return all(
        degrees_of(corner, crs) is not None
        for corner in ((west, south), (east, north), (west, north), (east, south))
    )


def in_degrees(shapes: Shapes, crs: CRS) -> Shapes:
    """Return shapes in longitude and latitude; a valid one stays valid.

    Raises:
        InvalidGeometry: a coordinate has no position on the Earth.
    """
    if not crs.is_geographic:
        # GEOS drops the loops of an outline that crosses itself when it cuts its edges.
        cut = shapely.segmentize(shapes, EDGE_M / metres_per_unit(crs))
        shapes = np.where(shapely.is_valid(shapes), cut, shapes)
    moved = shapely.transform(shapes, lambda points: transform_points(points, crs, CRS84))
    rounded = shapely.transform(moved, lambda points: points.round(DIGITS))
    chosen: Shapes = np.where(shapely.is_valid(rounded), rounded, moved)
    return chosen


def somewhere(point: tuple[float, float], km: float) -> Text:
    """Return where a misplaced outline falls: « au large de la Somalie », or how far."""
    x, y = point
    if 41.0 <= x <= 53.0 and -6.0 <= y <= 12.0:
        # The coast runs from (41.6° E, 1.7° S) to (49° E, 6.5° N).
        if y < x - 43.3:
            return Text("au large de la Somalie", "off the coast of Somalia")
        return Text("en Somalie", "in Somalia")
    whole = f"{km:,.0f}"
    return Text(f"à {whole.replace(',', chr(0x202F))} km du territoire", f"{whole} km from the territory")
