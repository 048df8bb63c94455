"""How does a table of features become a GeoPackage table, the same bytes each time?

GDAL writes the file (through pyogrio) and its R-tree; this module decides the type of each
column, so that integers with gaps stay integers and dates stay dates, and adds a unique index
on the identifier. The date that GDAL would stamp on the table is fixed: equal features give
equal files.
"""

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidSource
from estran.layers.features.arrays import declare_arrays

_STAMP = "2000-01-01T00:00:00.000Z"
_UTC_OFFSET = 100
_MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}
_ONE_WRITER = threading.Lock()


def write_table(path: Path, table: str, frame: gpd.GeoDataFrame, *, id_field: str) -> None:
    """Create a GeoPackage with this table, or add the table to the GeoPackage (replacing its namesake).

    Columns keep their order and their type: integer (also with nulls), float, boolean, date,
    datetime (stored in UTC; one without a zone is taken as UTC), text, lists (as JSON). A table that
    mixes polygons and multipolygons holds multipolygons; one with other mixtures holds any geometry.

    Args:
        path: The GeoPackage; its folder is created when absent.
        table: Name of the table; letters of any kind, digits, `-`, `_`.
        frame: Features with a CRS; null and empty geometries are kept.
        id_field: Column that identifies a feature: unique, never null.

    Raises:
        InvalidSource: the CRS is missing, or the identifier is missing, null or repeated.
    """
    _check(frame, table, id_field)
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    encoded = [_encoded(frame[name]) for name in columns]
    path.parent.mkdir(parents=True, exist_ok=True)
    with _ONE_WRITER, _fixed_stamp():
        pyogrio.raw.write(
            str(path),
            geometry=shapely.to_wkb(frame.geometry.to_numpy(), flavor="iso"),
            field_data=[values for values, _ in encoded],
            field_mask=[mask for _, mask in encoded],
            fields=columns,
            layer=table,
            driver="GPKG",
            geometry_type=_geometry_type(frame),
            promote_to_multi=_geometry_type(frame).startswith("Multi"),
            crs=_crs_text(frame),
            gdal_tz_offsets={
                name: np.full(len(values), _UTC_OFFSET)
                for name, (values, _) in zip(columns, encoded, strict=True)
                if values.dtype == np.dtype("datetime64[ms]")
            },
            layer_options={
                "SPATIAL_INDEX": "YES",
                "FID": _free_name("fid", columns),
                "GEOMETRY_NAME": _free_name("geom", columns),
            },
        )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"CREATE UNIQUE INDEX {_quoted(f'{table}_{id_field}_unique')} "
            f"ON {_quoted(table)} ({_quoted(id_field)})"
        )
        declare_arrays(connection, table, [name for name in columns if _is_array(frame[name])])


def _check(frame: gpd.GeoDataFrame, table: str, id_field: str) -> None:
    if frame.crs is None:
        raise InvalidSource(
            f"table {table}: the features have no CRS; name it before writing",
            f"table {table} : les objets n'ont pas de système de coordonnées ; nommez-le avant d'écrire",
            where=table,
        )
    if id_field not in frame.columns:
        raise InvalidSource(
            f"table {table}: no column {id_field!r} to identify features",
            f"table {table} : pas de colonne {id_field!r} pour identifier les objets",
            where=f"{table}.{id_field}",
        )
    wrong = frame[id_field][frame[id_field].isna() | frame[id_field].duplicated()]
    if len(wrong):
        raise InvalidSource(
            f"table {table}: {len(wrong)} identifiers in {id_field!r} are null or repeated,"
            f" the first is {wrong.iloc[0]!r}",
            f"table {table} : {len(wrong)} identifiants de {id_field!r} sont nuls ou répétés,"
            f" le premier est {wrong.iloc[0]!r}",
            where=f"{table}.{id_field}",
        )


def _is_array(column: "pd.Series[Any]") -> bool:
    """Return whether every value is a list."""
    present = column[column.notna()]
    return len(present) > 0 and all(isinstance(value, list | tuple) for value in present)


def _encoded(column: "pd.Series[Any]") -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """Return the values in the NumPy type that decides the column type, and where they are null."""
    missing = column.isna().to_numpy(dtype=bool)
    target, values = _target(column, missing)
    filled: NDArray[Any] = np.zeros(len(column), dtype=target)
    filled[~missing] = values
    if target == np.dtype(object):
        filled[missing] = None
    return filled, missing


def _target(column: "pd.Series[Any]", missing: NDArray[np.bool_]) -> tuple[np.dtype[Any], list[Any]]:
    """Return the NumPy type of a column and its values that are not null."""
    present = column[~missing]
    values = present.tolist()
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        return np.dtype("datetime64[ms]"), [_utc(value) for value in values]
    if pd.api.types.is_bool_dtype(column.dtype):
        return np.dtype(bool), values
    if pd.api.types.is_integer_dtype(column.dtype):
        return np.dtype(np.int64), values
    if pd.api.types.is_float_dtype(column.dtype):
        return np.dtype(np.float64), values
    kinds = {type(value) for value in values}
    for kinds_allowed, target in (
        ({bool, np.bool_}, np.dtype(bool)),
        ({int, np.int64, np.int32}, np.dtype(np.int64)),
        ({int, float, np.int64, np.float64}, np.dtype(np.float64)),
        ({dt.date}, np.dtype("datetime64[D]")),
    ):
        if kinds and kinds <= kinds_allowed:
            return target, values
    if kinds and kinds <= {dt.datetime, pd.Timestamp}:
        return np.dtype("datetime64[ms]"), [_utc(value) for value in values]
    return np.dtype(object), [_text(value) for value in values]


def _text(value: Any) -> str:
    nested = isinstance(value, list | tuple | dict)
    return json.dumps(value, ensure_ascii=False) if nested else str(value)


def _utc(value: Any) -> np.datetime64:
    stamp = pd.Timestamp(value)
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    return np.datetime64(stamp.to_datetime64(), "ms")


def _geometry_type(frame: gpd.GeoDataFrame) -> str:
    geometries = frame.geometry.to_numpy()
    present = geometries[~shapely.is_missing(geometries)]
    names = {geometry.geom_type for geometry in present}
    if len(names) == 2:
        single = next((name for name in names if _MULTI.get(name) in names), None)
        names = {_MULTI[single]} if single else names
    solid = present[~shapely.is_empty(present)]
    depths = set(shapely.has_z(solid).tolist())
    if len(names) != 1 or len(depths) > 1 or names == {"LinearRing"}:
        return "Unknown"
    return f"{names.pop()}{' Z' if depths == {True} else ''}"


def _crs_text(frame: gpd.GeoDataFrame) -> str:
    crs = CRS(frame.crs)
    epsg = crs.to_epsg()
    text: str = f"EPSG:{epsg}" if epsg else crs.to_wkt()
    return text


def _free_name(wanted: str, columns: list[str]) -> str:
    taken = {name.lower() for name in columns}
    while wanted in taken:
        wanted = f"ogc_{wanted}"
    return wanted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _fixed_stamp() -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
