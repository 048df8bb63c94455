"""How are single features added, replaced and removed in a GeoPackage table?

The triggers that keep the R-tree in step call ST_MinX and its sisters, which SQLite lacks: they
are registered on the connection. Everything in one `open_writable` is one transaction.
Reference: OGC 12-128r19, GeoPackage 1.4, annex F.3 (RTree spatial indexes).
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput, NotFound, Unavailable
from estran.layers.features import blob
from estran.layers.features.connections import ReadPool, unreadable
from estran.layers.features.fields import known_field, typed
from estran.layers.features.query import Field, Value
from estran.layers.features.sql import Sql, expression, quoted
from estran.layers.features.table import Table, read_table

_BOUND_FUNCTIONS = {"ST_MinX": 0, "ST_MinY": 1, "ST_MaxX": 2, "ST_MaxY": 3}
_WAIT_S = 10.0


class Editing:
    """An open transaction on one GeoPackage."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def insert(
        self, table: str, geometry: BaseGeometry | None, properties: Mapping[str, Value], *, id_field: str
    ) -> str:
        """Add a feature, its geometry in the storage CRS, and return its identifier.

        Raises:
            InvalidInput: an unknown property, a value of another type, or an identifier already taken.
        """
        known = self._table(table, id_field)
        if properties.get(id_field) is None and id_field != known.row_column:
            raise _refused(table, f"{id_field} is null")
        cells = {known.geometry_column: blob.cell(geometry, srs_id=known.srs_id), **_cells(known, properties)}
        names = ", ".join(quoted(name) for name in cells)
        marks = ", ".join("?" * len(cells))
        try:
            row = self._connection.execute(
                f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks}) RETURNING {quoted(id_field)}",
                tuple(cells.values()),
            ).fetchone()
        except sqlite3.IntegrityError as error:
            raise _refused(table, str(error)) from error
        self._touch(known)
        return str(row[0])

    def replace(
        self,
        table: str,
        identifier: str,
        geometry: BaseGeometry | None,
        properties: Mapping[str, Value],
        *,
        id_field: str,
    ) -> None:
        """Replace a feature; a property that is not given becomes null.

        Raises:
            NotFound: no feature has this identifier.
            InvalidInput: as for `insert`.
        """
        known = self._table(table, id_field)
        cells = dict.fromkeys((name for name in known.fields if name != id_field), None)
        values = {**cells, **_cells(known, properties)}
        pairs = ", ".join(f"{quoted(name)} = ?" for name in (known.geometry_column, *values))
        condition = _is(known.id_field, identifier)
        try:
            changed = self._connection.execute(
                f"UPDATE {quoted(table)} SET {pairs} WHERE {condition.text}",
                (blob.cell(geometry, srs_id=known.srs_id), *values.values(), *condition.values),
            )
        except sqlite3.IntegrityError as error:
            raise _refused(table, str(error)) from error
        _expect_one(changed, table, identifier)
        self._touch(known)

    def delete(self, table: str, identifier: str, *, id_field: str) -> None:
        """Remove a feature.

        Raises:
            NotFound: no feature has this identifier.
        """
        known = self._table(table, id_field)
        condition = _is(known.id_field, identifier)
        changed = self._connection.execute(
            f"DELETE FROM {quoted(table)} WHERE {condition.text}", condition.values
        )
        _expect_one(changed, table, identifier)
        self._touch(known)

    def _table(self, name: str, id_field: str) -> Table:
        return read_table(self._connection, self._path, name, id_field)

    def _touch(self, table: Table) -> None:
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        self._connection.execute(
            "UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", (now, table.name)
        )
        if table.rtree:
            self._connection.execute(
                "UPDATE gpkg_contents SET (min_x, min_y, max_x, max_y) ="
                f" (SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {quoted(table.rtree)})"
                " WHERE table_name = ?",
                (table.name,),
            )


@contextmanager
def open_writable(path: Path) -> Iterator[Editing]:
    """Open a GeoPackage for changes: all of them are kept, or none when an error leaves the block.

    Raises:
        Unavailable: the file cannot be read or written.
    """
    ReadPool(path)
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)
        ) as connection:
            _register(connection)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield Editing(connection, path)
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


def _cells(table: Table, properties: Mapping[str, Value]) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for name, value in properties.items():
        field = known_field(table.fields, name)
        if value is None or (field.type == "string" and field.format is None):
            cells[name] = value
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        cell = typed(field, text)
        cells[name] = f"{cell}Z" if field.format == "date-time" else cell
    return cells


def _is(field: Field, identifier: str) -> Sql:
    return Sql(f"{expression(field)} = ?", (typed(field, identifier),))


def _expect_one(changed: sqlite3.Cursor, table: str, identifier: str) -> None:
    if changed.rowcount == 0:
        raise NotFound(
            f"no feature {identifier!r} in {table}",
            f"aucun objet {identifier!r} dans {table}",
            where=table,
        )


def _refused(table: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{table} refuses this feature: {reason}",
        f"{table} refuse cet objet : {reason}",
        where=table,
    )
