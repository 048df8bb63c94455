"""What do the rows that PostGIS returns hold, as features and as JSON?"""

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from sqlalchemy import BigInteger, Connection, Select, bindparam, null, select
from sqlalchemy.dialects.postgresql import UUID

from estran.layers.features.curves import read_wkb
from estran.layers.features.encoding.geojson import encoded_features
from estran.layers.features.postgis_dialect import Part, as_binary, ordering, shown
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.features.query import (
    Cell,
    FeatureQuery,
    Field,
    Property,
    StoredFeature,
    Value,
    WrittenFeatures,
)
from estran.layers.features.selection import SortKey
from estran.layers.features.times import moment_text

_IN_ORDER = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?$")
_TO_THE_SECOND = len("2020-01-02 03:04:05")
_KEPT_TIMES = 16_384
"""Different times that are remembered as they are written: a column often has few."""

type Shapes = NDArray[np.object_]

FoundRow = Sequence[Any]
"""The identifier, the geometry as well-known binary, the properties, then anything."""

COUNT, OFFSET = "estran_count", "estran_offset"
"""Names of the values that tell how many rows are asked for, and from where."""


def read_rows(
    connection: Connection,
    table: PostgisTable,
    start: Part,
    keys: Sequence[SortKey],
    fields: Sequence[Field],
    query: FeatureQuery,
) -> list[FoundRow]:
    """Return the rows of a page and one more when there is a next page, as `rows_asked` says."""
    return list(connection.execute(rows_asked(table, start, keys, fields, query)).all())


def rows_asked(
    table: PostgisTable,
    start: Part,
    keys: Sequence[SortKey],
    fields: Sequence[Field],
    query: FeatureQuery,
    more: Sequence[Part] = (),
) -> Select[Any]:
    """Return what asks for the rows of a page and one more.

    A row is the identifier, the geometry, the properties, whatever more is asked, then the sort keys.
    """
    names = [table.id_field.name, *(field.name for field in fields), *(key.field.name for key in keys)]
    identifier, *others = (shown(table.columns[name]).label(f"c{place}") for place, name in enumerate(names))
    geometry = null() if query.skip_geometry else as_binary(table)
    count = bindparam(COUNT, query.limit + 1, type_=BigInteger())
    offset = bindparam(OFFSET, query.offset, type_=BigInteger()) if query.offset else None
    return (
        select(identifier, geometry.label("geometry"), *others[: len(fields)], *more, *others[len(fields) :])
        .select_from(table.source)
        .where(start)
        .order_by(*ordering(table, keys))
        .limit(count)
        .offset(offset)
    )


def read_features(rows: Sequence[FoundRow], fields: Sequence[Field]) -> list[StoredFeature]:
    """Return the features of rows; a geometry that cannot be read is None."""
    return [
        StoredFeature(
            id=str(row[0]),
            geometry=geometry,
            properties={
                field.name: property_value(field, value)
                for field, value in zip(fields, row[2:], strict=False)
            },
        )
        for row, geometry in zip(rows, _shapes_of(rows), strict=True)
    ]


def _shapes_of(rows: Sequence[FoundRow]) -> Shapes:
    """Return the geometries of rows, None for none."""
    cells = np.empty(len(rows), dtype=object)
    cells[:] = [row[1] for row in rows]
    return read_wkb(cells)


def encoded_rows(
    rows: Sequence[FoundRow],
    table: PostgisTable,
    fields: Sequence[Field],
    target: CRS,
    shapes: Shapes | None = None,
) -> list[bytes]:
    """Return the features of rows as GeoJSON; `shapes` are their geometries, when they are known."""
    whole = table.id_field.type == "integer"
    return encoded_features(
        [row[0] if whole else str(row[0]) for row in rows],
        _shapes_of(rows) if shapes is None else shapes.copy(),
        (row[2:] for row in rows),
        [field.name for field in fields],
        source=table.crs,
        target=target,
        changes={
            field.name: _moment if field.format == "date-time" else partial(property_value, field)
            for field in fields
            if field.format == "date-time" or field.type == "array"
        },
    )


def written_rows(
    rows: Sequence[FoundRow], table: PostgisTable, fields: Sequence[Field], target: CRS
) -> WrittenFeatures:
    """Return the features of rows, written, with their geometries."""
    shapes = _shapes_of(rows)
    ids = [row[0] for row in rows]
    texts = encoded_rows(rows, table, fields, target, shapes)
    return WrittenFeatures(ids, texts, shapes, _compared(rows, table, fields))


def _compared(
    rows: Sequence[FoundRow], table: PostgisTable, fields: Sequence[Field]
) -> dict[str, Sequence[Cell]]:
    """Return the columns of rows as a filter compares them."""
    found: dict[str, Sequence[Cell]] = {}
    for place, field in enumerate(fields, 2):
        if field.type == "array" or isinstance(table.columns[field.name].type, UUID):
            continue
        cells = [row[place] for row in rows]
        if field.format is not None:
            cells = [None if cell is None else _time(field, cell) for cell in cells]
        found[field.name] = cells
    return found


@lru_cache(maxsize=_KEPT_TIMES)
def _time(field: Field, cell: object) -> Cell:
    """Return a time as its text, bytes when its text does not come in the order of times."""
    text = str(cursor_value(field, cell))
    return text if _IN_ORDER.match(text) else text.encode()


def property_value(field: Field, value: object) -> Property:
    """Return a cell as a feature holds it: an array as its values."""
    if field.type != "array":
        return cell_value(field, value)
    return tuple(_elements(value)) if isinstance(value, list) else None


def _elements(values: list[object]) -> Iterator[Value]:
    """Yield the elements of an array, row after row when it has several dimensions."""
    for value in values:
        if isinstance(value, list):
            yield from _elements(value)
        else:
            yield _plain(value)


def cell_value(field: Field, value: object) -> Value:
    """Return a cell as JSON can hold it."""
    held = _plain(value)
    if held is None:
        return None
    if field.type == "boolean":
        return bool(held)
    return _moment(held) if field.format == "date-time" else held


@lru_cache(maxsize=_KEPT_TIMES)
def _moment(held: object) -> str:
    """Return a time, as PostgreSQL writes it in UTC, as JSON has it."""
    text = str(held).removesuffix("+00")
    if len(text) == _TO_THE_SECOND:
        return f"{text[:10]}T{text[11:]}Z"
    try:
        return moment_text(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)) + "Z"
    except ValueError:
        return str(held)


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
