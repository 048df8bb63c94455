"""How are rows of a GeoPackage table read, as features and as JSON?"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import math
import sqlite3
from collections.abc import Sequence

from estran.layers.features import blob
from estran.layers.features.fields import known_field
from estran.layers.features.query import FeatureQuery, Field, StoredFeature, Value
from estran.layers.features.selection import SortKey
from estran.layers.features.sql import Sql, expression, order, quoted
from estran.layers.features.table import Table

Row = tuple[object, ...]
"""The identifier, the geometry, the properties, then the sort keys."""


def read_rows(
    connection: sqlite3.Connection, known: Table, start: Sql, keys: Sequence[SortKey], query: FeatureQuery
) -> list[Row]:
    """Return the rows of a page and one more when there is a next page."""
    table, row = quoted(known.name), quoted(known.row_column)
    columns = [
        quoted(known.id_field.name),
        "NULL" if query.skip_geometry else quoted(known.geometry_column),
        *(quoted(field.name) for field in _chosen(known, query)),
        *(expression(key.field) for key in keys),
    ]
    sql = (
        f"SELECT {', '.join(columns)} FROM {table} WHERE {row} IN (SELECT {row} FROM {table}"
        f" WHERE {start.text} ORDER BY {order(keys)} LIMIT ? OFFSET ?) ORDER BY {order(keys)}"
    )
    return connection.execute(sql, (*start.values, query.limit + 1, query.offset)).fetchall()


def features_of(rows: Sequence[Row], known: Table, query: FeatureQuery) -> list[StoredFeature]:
    """Return the features of rows."""
    fields = _chosen(known, query)
    geometries = blob.geometries([row[1] for row in rows])  # type: ignore[misc]
    return [
        StoredFeature(
            id=str(row[0]),
            geometry=geometry,
            properties={
                field.name: cell_value(field, value) for field, value in zip(fields, row[2:], strict=False)
            },
        )
        for row, geometry in zip(rows, geometries, strict=True)
    ]


def cell_value(field: Field, value: object) -> Value:
    """Return a cell as JSON can hold it."""
    plain = plain_value(value)
    return bool(plain) if field.type == "boolean" and plain is not None else plain


def plain_value(value: object) -> Value:
    """Return a cell without what JSON cannot hold."""
    if value is None or isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)


def _chosen(known: Table, query: FeatureQuery) -> list[Field]:
    if query.properties is None:
        return list(known.fields.values())
    return [known_field(known.fields, name) for name in query.properties]
