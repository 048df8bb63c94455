"""What do the rows that PostGIS returns hold, as features and as JSON?"""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, null, select

from estran.layers.features.postgis_dialect import Part, as_binary, ordering, shown
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.features.query import FeatureQuery, Field, StoredFeature, Value
from estran.layers.features.selection import SortKey
from estran.layers.features.times import moment_text

FoundRow = Sequence[Any]
"""The identifier, the geometry as well-known binary, the properties, then anything."""


def read_rows(
    connection: Connection,
    table: PostgisTable,
    start: Part,
    keys: Sequence[SortKey],
    fields: Sequence[Field],
    query: FeatureQuery,
) -> list[FoundRow]:
    """Return the rows of a page and one more when there is a next page.

    A row is the identifier, the geometry, the properties, then the sort keys.
    """
    columns = [
        table.columns[table.id_field.name],
        *(table.columns[field.name] for field in fields),
        *(table.columns[key.field.name] for key in keys),
    ]
    identifier, *others = (shown(column).label(f"c{place}") for place, column in enumerate(columns))
    geometry = null() if query.skip_geometry else as_binary(table.geometry)
    asked = (
        select(identifier, geometry.label("geometry"), *others)
        .select_from(table.source)
        .where(start)
        .order_by(*ordering(table, keys))
        .limit(query.limit + 1)
        .offset(query.offset or None)
    )
    return list(connection.execute(asked).all())


def read_features(rows: Sequence[FoundRow], fields: Sequence[Field]) -> list[StoredFeature]:
    """Return the features of rows; a geometry that shapely does not know, such as a TIN, is None."""
    cells = np.empty(len(rows), dtype=object)
    cells[:] = [row[1] for row in rows]
    return [
        StoredFeature(
            id=str(row[0]),
            geometry=geometry,
            properties={
                field.name: cell_value(field, value) for field, value in zip(fields, row[2:], strict=False)
            },
        )
        for row, geometry in zip(rows, shapely.from_wkb(cells, on_invalid="ignore"), strict=True)
    ]


def cell_value(field: Field, value: object) -> Value:
    """Return a cell as JSON can hold it."""
    held = _plain(value)
    if held is None:
        return None
    if field.type == "boolean":
        return bool(held)
    if field.format == "date-time":
        try:
            return moment_text(dt.datetime.fromisoformat(str(held)).replace(tzinfo=dt.UTC)) + "Z"
        except ValueError:
            return held
    return held


def cursor_value(field: Field, value: object) -> Value:
    """Return a cell as a cursor holds it, the same as that of a GeoPackage."""
    held = cell_value(field, value)
    if isinstance(held, bool):
        return int(held)
    return held.removesuffix("Z") if isinstance(held, str) and field.format == "date-time" else held


def _plain(value: object) -> Value:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)
