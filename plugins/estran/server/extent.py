"""Where a layer lies and in which CRS, read from its data when the territory left it out."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pyproj
import rasterio

from estran.carbon.errors import EstranError
from estran.layers.features.location import is_database
from estran.layers.features.postgis import open_postgis_store
from estran.layers.features.times import parse_interval

WORLD = (-180.0, -90.0, 180.0, 90.0)
WGS84 = "OGC:CRS84"

_UNREADABLE = (OSError, sqlite3.Error, TypeError, ValueError, EstranError)

type Bounds = tuple[float, float, float, float]


def read_extent(location: Path | str, table: str, id_field: str = "") -> Bounds:
    """Return the longitude and latitude bounds of a table or of a raster.

    Data that are not there yet, or cannot be read, give the whole world: the layer itself will say
    why it is unavailable.
    """
    try:
        bounds, crs = _table_bounds(location, table, id_field) if table else _raster_bounds(Path(location))
        transformer = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
        west, south, east, north = transformer.transform_bounds(*bounds, densify_pts=21)
    except (*_UNREADABLE, AttributeError, pyproj.exceptions.ProjError):
        return WORLD
    return round(west, 6), round(south, 6), round(east, 6), round(north, 6)


def temporal_extent(times: Iterable[str]) -> dict[str, str]:
    """Return from when to when a layer goes that has one grid per year, month or day.

    Example:
        >>> temporal_extent(["2019", "2021"])
        {'begin': '2019-01-01T00:00:00Z', 'end': '2021-12-31T23:59:59Z'}
    """
    periods = [parse_interval(instant) for instant in times]
    begins = [period.start for period in periods if period.start]
    ends = [period.end for period in periods if period.end]
    return {"begin": f"{min(begins):%Y-%m-%dT%H:%M:%SZ}", "end": f"{max(ends):%Y-%m-%dT%H:%M:%SZ}"}


def read_storage_crs(location: Path | str, table: str, id_field: str = "") -> str | None:
    """Return the CRS that a table is stored in, as an OGC URI; None when it cannot be known."""
    try:
        _, crs = _table_bounds(location, table, id_field)
    except _UNREADABLE:
        return None
    authority, _, code = crs.partition(":")
    return f"http://www.opengis.net/def/crs/{authority.upper()}/0/{code}" if code.isdigit() else None


def _table_bounds(location: Path | str, table: str, id_field: str = "") -> tuple[Bounds, str]:
    if is_database(location):
        store = open_postgis_store(str(location), table, id_field)
        return store.bounds(), f"EPSG:{store.crs.to_epsg()}"
    path = Path(location)
    if not path.is_file():
        raise FileNotFoundError(path)
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        row = connection.execute(
            "SELECT min_x, min_y, max_x, max_y, organization || ':' || organization_coordsys_id"
            " FROM gpkg_contents JOIN gpkg_spatial_ref_sys USING (srs_id) WHERE table_name = ?",
            (table,),
        ).fetchone()
    connection.close()
    west, south, east, north, crs = row
    return (float(west), float(south), float(east), float(north)), str(crs)


def _raster_bounds(path: Path) -> tuple[Bounds, str]:
    with rasterio.open(path) as raster:
        west, south, east, north = raster.bounds
        return (west, south, east, north), raster.crs.to_wkt()
