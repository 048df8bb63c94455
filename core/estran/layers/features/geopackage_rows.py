"""How are rows of a GeoPackage table read, as features and as JSON?"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features import blob
from estran.layers.features.encoding.geojson import encoded_features
from estran.layers.features.fields import known_field
from estran.layers.features.query import Cell, FeatureQuery, Field, Property, StoredFeature, Value
from estran.layers.features.selection import SortKey
from estran.layers.features.sql import Sql, expression, order, quoted
from estran.layers.features.table import Table

_READ: Mapping[str, Callable[[Any], object]] = {"boolean": bool, "array": orjson.loads}

Row = tuple[object, ...]
"""The identifier, the geometry, the properties, then the sort keys."""

type Shapes = NDArray[np.object_]


def read_rows(
    connection: sqlite3.Connection,
    known: Table,
    start: Sql,
    keys: Sequence[SortKey],
    query: FeatureQuery,
) -> list[Row]:
    """Return the rows of a page and one more when there is a next page."""
    table, row = quoted(known.name), quoted(known.row_column)
    columns = [*_columns(known, query), *(expression(key.field) for key in keys)]
    sql = (
        f"SELECT {', '.join(columns)} FROM {table} WHERE {row} IN (SELECT {row} FROM {table}"
        f" WHERE {start.text} ORDER BY {order(keys)} LIMIT ? OFFSET ?) ORDER BY {order(keys)}"
    )
    return connection.execute(sql, (*start.values, query.limit + 1, query.offset)).fetchall()


def encoded_rows(
    rows: Sequence[Row], known: Table, query: FeatureQuery, target: CRS, shapes: Shapes | None = None
) -> list[bytes]:
    """Return the features of rows as GeoJSON; `shapes` are their geometries, when they are known."""
    fields = chosen(known, query)
    whole = known.id_field.type == "integer"
    return encoded_features(
        [row[0] if whole else str(row[0]) for row in rows],
        shapes_of(rows) if shapes is None else shapes.copy(),
        (row[2:] for row in rows),
        [field.name for field in fields],
        source=known.crs,
        target=target,
        changes={field.name: _READ[field.type] for field in fields if field.type in _READ},
    )


def shapes_of(rows: Sequence[Row]) -> Shapes:
    """Return the geometries of rows, None for none."""
    return blob.geometries([row[1] for row in rows])  # type: ignore[misc]


def features_of(rows: Sequence[Row], known: Table, query: FeatureQuery) -> list[StoredFeature]:
    """Return the features of rows."""
    fields = chosen(known, query)
    geometries = shapes_of(rows)
    return [
        StoredFeature(
            id=str(row[0]),
            geometry=geometry,
            properties={
                field.name: property_value(field, value)
                for field, value in zip(fields, row[2:], strict=False)
            },
        )
        for row, geometry in zip(rows, geometries, strict=True)
    ]


def compared_columns(rows: Sequence[Row], known: Table, query: FeatureQuery) -> dict[str, Sequence[Cell]]:
    """Return the columns of rows as a filter compares them."""
    found: dict[str, Sequence[Any]] = {}
    for place, field in enumerate(chosen(known, query), 2):
        cells = [row[place] for row in rows]
        if field.format == "date-time":
            cells = [cell.rstrip("Z") if isinstance(cell, str) else cell for cell in cells]
        if field.type != "array":
            found[field.name] = cells
    return found


def cell_value(field: Field, value: object) -> Value:
    """Return a cell as JSON can hold it."""
    plain = plain_value(value)
    return bool(plain) if field.type == "boolean" and plain is not None else plain


def property_value(field: Field, value: object) -> Property:
    """Return a cell as a feature holds it: an array, which is kept as JSON, as its values."""
    if field.type != "array":
        return cell_value(field, value)
    return tuple(orjson.loads(value)) if isinstance(value, str) else None


def plain_value(value: object) -> Value:
    """Return a cell without what JSON cannot hold."""
    if value is None or isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)


def _columns(known: Table, query: FeatureQuery) -> list[str]:
    return [
        quoted(known.id_field.name),
        "NULL" if query.skip_geometry else quoted(known.geometry_column),
        *(quoted(field.name) for field in chosen(known, query)),
    ]


def chosen(known: Table, query: FeatureQuery) -> list[Field]:
    """Return the columns that a query asks for."""
    if query.properties is None:
        return list(known.fields.values())
    return [known_field(known.fields, name) for name in query.properties]
