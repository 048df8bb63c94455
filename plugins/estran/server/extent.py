"""Where a layer lies and in which CRS, read from its data when the territory left it out."""

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import pyproj
import rasterio

from estran.carbon.errors import EstranError, InvalidInput
from estran.layers.features.connections import file_version, shared_pool
from estran.layers.features.location import is_database
from estran.layers.features.stores import open_feature_store
from estran.layers.features.times import parse_interval

WORLD = (-180.0, -90.0, 180.0, 90.0)
WGS84 = "OGC:CRS84"

_UNREADABLE = (OSError, sqlite3.Error, TypeError, ValueError, EstranError)

type Bounds = tuple[float, float, float, float]


def read_extent(location: Path | str, table: str, id_field: str = "") -> Bounds:
    """Return the longitude and latitude bounds of a table or of a raster.

    A table that is still empty gives where its CRS is used. Data that are not there yet, or cannot be
    read, give the whole world: the layer itself will say why it is unavailable.
    """
    try:
        bounds, crs = _table_bounds(location, table, id_field) if table else _raster_bounds(Path(location))
        if bounds is None:
            return _used_in(crs)
        west, south, east, north = _transformer(crs).transform_bounds(*bounds, densify_pts=21)
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


@lru_cache(maxsize=64)
def _transformer(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)


def _used_in(crs: str) -> Bounds:
    use = pyproj.CRS.from_user_input(crs).area_of_use
    return WORLD if use is None else (use.west, use.south, use.east, use.north)


def _table_bounds(location: Path | str, table: str, id_field: str = "") -> tuple[Bounds | None, str]:
    if is_database(location):
        store = open_feature_store(location, table, id_field)
        crs = f"EPSG:{store.crs.to_epsg()}"
        try:
            return store.bounds(), crs
        except InvalidInput:
            return None, crs
    path = Path(location)
    with shared_pool(path, file_version(path)).connection() as connection:
        row = connection.execute(
            "SELECT min_x, min_y, max_x, max_y, organization || ':' || organization_coordsys_id"
            " FROM gpkg_contents JOIN gpkg_spatial_ref_sys USING (srs_id) WHERE table_name = ?",
            (table,),
        ).fetchone()
    west, south, east, north, crs = row
    if west is None:
        return None, str(crs)
    return (float(west), float(south), float(east), float(north)), str(crs)


def _raster_bounds(path: Path) -> tuple[Bounds | None, str]:
    with rasterio.open(path) as raster:
        west, south, east, north = raster.bounds
        return (west, south, east, north), raster.crs.to_wkt()
