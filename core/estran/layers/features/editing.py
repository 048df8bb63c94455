"""How are single features added, replaced and removed in a GeoPackage table?

The triggers that keep the R-tree in step call ST_MinX and its sisters, which SQLite lacks: they
are registered on the connection. Everything in one `open_editor` is one transaction, and writers
take turns.
Reference: OGC 12-128r19, GeoPackage 1.4, annex F.3 (RTree spatial indexes).
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput, Unavailable
from estran.layers.features import blob
from estran.layers.features.connections import ReadPool, unreadable
from estran.layers.features.editor import now_text, refused, taken, unknown
from estran.layers.features.fields import known_field, typed
from estran.layers.features.geopackage_rows import features_of, read_rows
from estran.layers.features.query import FeatureQuery, Field, Property, StoredFeature, Value
from estran.layers.features.selection import SortKey
from estran.layers.features.sql import Sql, expression, quoted
from estran.layers.features.table import Table, read_table

_BOUND_FUNCTIONS = {"ST_MinX": 0, "ST_MinY": 1, "ST_MaxX": 2, "ST_MaxY": 3}
_WAIT_S = 10.0


class GeoPackageEditor:
    """An open transaction on one table, as `FeatureEditor` describes it."""

    def __init__(self, connection: sqlite3.Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def read(self, identifier: str) -> StoredFeature:
        """Return a feature as it is now."""
        query, keys = FeatureQuery(limit=1), [SortKey(self._table.id_field)]
        rows = read_rows(self._connection, self._table, self._is(identifier), keys, query)
        if not rows:
            raise unknown(self._table.name, identifier)
        return features_of(rows[:1], self._table, query)[0]

    def insert(self, geometry: BaseGeometry | None, properties: Mapping[str, Property]) -> str:
        """Add a feature and return its identifier."""
        table = self._table
        given = {name: value for name, value in properties.items() if value is not None}
        cells = {
            table.geometry_column: blob.cell(geometry, srs_id=table.srs_id),
            **self._new_identifier(given.get(table.id_field.name)),
            **_cells(table, given),
        }
        names, marks = ", ".join(map(quoted, cells)), ", ".join("?" * len(cells))
        try:
            row = self._connection.execute(
                f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})"
                f" RETURNING {quoted(table.id_field.name)}",
                tuple(cells.values()),
            ).fetchone()
        except sqlite3.IntegrityError as error:
            if table.id_field.name in str(error) and "UNIQUE" in str(error):
                raise taken(table.name, given.get(table.id_field.name)) from error
            raise refused(table.name, str(error)) from error
        self._touch()
        return str(row[0])

    def replace(
        self, identifier: str, geometry: BaseGeometry | None, properties: Mapping[str, Property]
    ) -> None:
        """Replace a feature; a property that is not given becomes null."""
        table = self._table
        blank = dict.fromkeys((name for name in table.fields if name != table.id_field.name), None)
        values = {**blank, **_cells(table, properties)}
        pairs = ", ".join(f"{quoted(name)} = ?" for name in (table.geometry_column, *values))
        condition = self._is(identifier)
        try:
            changed = self._connection.execute(
                f"UPDATE {quoted(table.name)} SET {pairs} WHERE {condition.text}",
                (blob.cell(geometry, srs_id=table.srs_id), *values.values(), *condition.values),
            )
        except sqlite3.IntegrityError as error:
            raise refused(table.name, str(error)) from error
        self._expect_one(changed, identifier)
        self._touch()

    def delete(self, identifier: str) -> None:
        """Remove a feature."""
        condition = self._is(identifier)
        changed = self._connection.execute(
            f"DELETE FROM {quoted(self._table.name)} WHERE {condition.text}", condition.values
        )
        self._expect_one(changed, identifier)
        self._touch()

    def _new_identifier(self, given: Property) -> dict[str, Value]:
        """Return an identifier when none is given and the table does not make them itself."""
        field = self._table.id_field
        if given is not None or field.name == self._table.row_column:
            return {}
        if field.type != "integer":
            return {field.name: str(uuid.uuid4())}
        (last,) = self._connection.execute(
            f"SELECT max({quoted(field.name)}) FROM {quoted(self._table.name)}"
        ).fetchone()
        return {field.name: (last or 0) + 1}

    def _is(self, identifier: str) -> Sql:
        field = self._table.id_field
        try:
            return Sql(f"{expression(field)} = ?", (typed(field, identifier),))
        except InvalidInput as error:
            raise unknown(self._table.name, identifier) from error

    def _expect_one(self, changed: sqlite3.Cursor, identifier: str) -> None:
        if changed.rowcount == 0:
            raise unknown(self._table.name, identifier)

    def _touch(self) -> None:
        table = self._table
        self._connection.execute(
            "UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", (now_text(), table.name)
        )
        if table.rtree:
            self._connection.execute(
                "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) ="
                f" (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {quoted(table.rtree)})"
                " WHERE table_name = ?",
                (table.name,),
            )


@contextmanager
def open_editor(path: Path, table: str, id_field: str) -> Iterator[GeoPackageEditor]:
    """Open a table for changes: all of them are kept, or none when an error leaves the block.

    Raises:
        Unavailable: the file cannot be read or written, or lacks the table or the column.
    """
    ReadPool(path)
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)
        ) as connection:
            _register(connection)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield GeoPackageEditor(connection, read_table(connection, path, table, id_field))
    except sqlite3.OperationalError as error:
        raise unwritable(path, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise unreadable(path, str(error), str(error)) from error


def unwritable(path: Path, reason: str) -> Unavailable:
    """Return the error for a file that cannot be changed, with the reason."""
    return Unavailable(
        f"the layer's file {path.name} cannot be changed: {reason}",
        f"modification impossible du fichier de la couche, {path.name} : {reason}",
        where=str(path),
    )


def _register(connection: sqlite3.Connection) -> None:
    def bound(index: int, cell: bytes | None) -> float | None:
        box = blob.bounds(cell)
        return None if box is None else box[index]

    for name, index in _BOUND_FUNCTIONS.items():
        connection.create_function(name, 1, lambda cell, index=index: bound(index, cell), deterministic=True)
    connection.create_function(
        "ST_IsEmpty", 1, lambda cell: int(blob.bounds(cell) is None), deterministic=True
    )


def _cells(table: Table, properties: Mapping[str, Property]) -> dict[str, Value]:
    return {name: _cell(known_field(table.fields, name), value) for name, value in properties.items()}


def _cell(field: Field, value: Property) -> Value:
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if value is None or (field.type == "string" and field.format is None):
        return value
    cell = typed(field, str(value).lower() if isinstance(value, bool) else str(value))
    return f"{cell}Z" if field.format == "date-time" else cell
