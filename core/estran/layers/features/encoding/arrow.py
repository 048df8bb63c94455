"""How does a table of features become typed columns, for the formats that have types?

Nulls stay nulls. A column where a cell is not what its column declares, such as a text in an SQLite
column of integers, becomes text as a whole: nothing is lost and nothing is made up.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.encoding.table import About, FeatureTable, as_text
from estran.layers.features.query import Field

_TIME = pa.timestamp("us", tz="UTC")
_TYPES = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
_FORMATS = {"date": pa.date32(), "date-time": _TIME}


@dataclass(frozen=True, eq=False)
class ArrowFeatures:
    """All features of a table as Arrow columns.

    Attributes:
        name: Name of the table.
        columns: The properties, that of the identifier included.
        geometries: Shapely geometries, x first; None for a table without geometry.
        crs: Their CRS.
        about: Terms and titles.
    """

    name: str
    columns: pa.Table
    geometries: NDArray[np.object_] | None
    crs: CRS | None
    about: About


def collected(parts: Iterable[FeatureTable]) -> ArrowFeatures:
    """Return the parts of one table together; there is at least one part, which may be empty."""
    first: FeatureTable | None = None
    columns: list[pa.Table] = []
    geometries: list[NDArray[np.object_]] = []
    for part in parts:
        first = first or part
        columns.append(
            pa.table({each.name: _array(each, part.values(each.name)) for each in part.named_fields})
        )
        if part.geometries is not None:
            geometries.append(part.geometries)
    if first is None:
        raise ValueError("a table has at least one part")
    return ArrowFeatures(
        name=first.name,
        columns=pa.concat_tables(_alike(columns)).combine_chunks(),
        geometries=np.concatenate(geometries) if geometries else None,
        crs=first.crs,
        about=first.about,
    )


def binary(geometries: NDArray[np.object_]) -> pa.Array:
    """Return geometries as ISO well-known binary."""
    return pa.array(shapely.to_wkb(geometries, flavor="iso"), type=pa.binary())


def _array(field: Field, values: Sequence[Any]) -> pa.Array:
    kind = _kind(field)
    try:
        if field.format == "date":
            return pa.array(values, pa.string()).cast(kind)
        if field.format == "date-time":
            return _moments(values)
        if field.type == "number":
            return pa.array([None if value is None else float(value) for value in values], kind)
        if field.type == "boolean":
            return pa.array([None if value is None else bool(value) for value in values], kind)
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return pa.array([as_text(value) for value in values], pa.string())


def _kind(field: Field) -> pa.DataType:
    if field.items:
        return pa.list_(_TYPES[field.items])
    return _FORMATS[field.format] if field.format else _TYPES[field.type]


def _moments(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string()).cast(_TIME)
    except pa.ArrowInvalid:
        return pa.array([None if value is None else _moment(value) for value in values], _TIME)


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _alike(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return tables of one schema: a column that is text in one of them is text in all."""
    schema = tables[0].schema
    for place, name in enumerate(schema.names):
        kinds = {table.schema.field(name).type for table in tables}
        if len(kinds) > 1:
            schema = schema.set(place, pa.field(name, pa.string()))
    return [table if table.schema == schema else _cast(table, schema) for table in tables]


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return pa.table([pc.cast(table[field.name], field.type) for field in schema], schema=schema)
