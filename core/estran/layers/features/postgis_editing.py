"""How are single features added, replaced and removed in a PostGIS table?

Everything in one `open_postgis_editor` is one transaction. A feature that was read stays locked to
its end; those who add features with numbers given here take turns.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg.errors
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DataError, IntegrityError, InternalError

from estran.carbon.errors import EstranError, InvalidInput, Unavailable
from estran.layers.features.editor import refused, taken, unknown
from estran.layers.features.fields import known_field, typed
from estran.layers.features.location import hidden
from estran.layers.features.postgis_dialect import PostgisDialect, related_there
from estran.layers.features.postgis_engine import engine_of, told
from estran.layers.features.postgis_rows import read_features, read_rows
from estran.layers.features.postgis_table import PostgisTable, read_table
from estran.layers.features.query import FeatureQuery, Property, StoredFeature, Value
from estran.layers.features.selection import SortKey, equal
from estran.layers.features.sql import quoted

_COLUMNS = text(
    "SELECT a.attname, a.atthasdef OR a.attidentity <> '' AS is_made,"
    " CASE t.typcategory WHEN 'S' THEN 'text' ELSE format_type(a.atttypid, a.atttypmod) END AS type"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped"
)
"""The type to read a value as; a text that is too long for its column is then refused, not cut."""

_NO_WRITING = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)


class PostgisEditor:
    """An open transaction on one table, as `FeatureEditor` describes it."""

    def __init__(self, connection: Connection, table: PostgisTable) -> None:
        self._connection = connection
        self._table = table
        self._name = table.qualified
        self._geometry = str(table.geometry.key)
        self._columns: dict[str, Row[Any]] = {
            row.attname: row for row in connection.execute(_COLUMNS, {"oid": table.oid})
        }

    def read(self, identifier: str) -> StoredFeature:
        """Return a feature as it is now, locked for others."""
        table = self._table
        try:
            condition = equal(PostgisDialect(table, related_there), table.id_field, identifier)
        except InvalidInput as error:
            raise unknown(table.name, identifier) from error
        try:
            self._run(f"SELECT 1 FROM {self._name} WHERE {self._own()} FOR UPDATE", id=identifier)
        except InvalidInput as error:
            raise unknown(table.name, identifier) from error
        fields = list(table.fields.values())
        keys, query = [SortKey(table.id_field)], FeatureQuery(limit=1)
        rows = read_rows(self._connection, table, condition, keys, fields, query)
        if not rows:
            raise unknown(table.name, identifier)
        return read_features(rows[:1], fields)[0]

    def insert(self, geometry: BaseGeometry | None, properties: Mapping[str, Property]) -> str:
        """Add a feature and return its identifier."""
        name = self._table.id_field.name
        given = {key: value for key, value in properties.items() if value is not None}
        cells = {**self._new_identifier(given.get(name)), **given}
        values = self._values(cells)
        names = [self._geometry, *cells]
        marks = [self._shape(), *(self._mark(key, place) for place, key in enumerate(cells))]
        listed = ", ".join(map(quoted, names))
        found = self._run(
            f"INSERT INTO {self._name} ({listed}) VALUES ({', '.join(marks)}) RETURNING {quoted(name)}::text",
            geometry=self._binary(geometry),
            **values,
        )
        return str(found[0][0])

    def replace(
        self, identifier: str, geometry: BaseGeometry | None, properties: Mapping[str, Property]
    ) -> None:
        """Replace a feature; a property that is not given becomes null."""
        own = self._table.id_field.name
        cells = {**{name: None for name in self._table.fields if name != own}, **properties}
        values = self._values(cells)
        pairs = [f"{quoted(self._geometry)} = {self._shape()}"]
        pairs += [f"{quoted(name)} = {self._mark(name, place)}" for place, name in enumerate(cells)]
        self._expect_one(
            f"UPDATE {self._name} SET {', '.join(pairs)}",
            identifier,
            geometry=self._binary(geometry),
            **values,
        )

    def delete(self, identifier: str) -> None:
        """Remove a feature."""
        self._expect_one(f"DELETE FROM {self._name}", identifier)

    def _new_identifier(self, given: Property) -> dict[str, Value]:
        """Return an identifier when none is given and the table does not make them itself."""
        field = self._table.id_field
        if given is not None or self._columns[field.name].is_made:
            return {}
        if field.type != "integer":
            return {field.name: str(uuid.uuid4())}
        self._connection.exec_driver_sql(f"LOCK TABLE {self._name} IN SHARE ROW EXCLUSIVE MODE")
        last = self._connection.scalar(text(f"SELECT max({quoted(field.name)}) FROM {self._name}"))
        return {field.name: int(last or 0) + 1}

    def _expect_one(self, statement: str, identifier: str, **values: object) -> None:
        found = self._run(f"{statement} WHERE {self._own()} RETURNING 1", id=identifier, **values)
        if not found:
            raise unknown(self._table.name, identifier)

    def _run(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        try:
            return self._connection.execute(text(statement), values).all()
        except IntegrityError as error:
            raise _broken(self._table, error) from error
        except (DataError, InternalError) as error:
            raise refused(self._table.name, _reason(error)) from error

    def _own(self) -> str:
        name = self._table.id_field.name
        return f"{quoted(name)} = CAST(:id AS {self._columns[name].type})"

    def _mark(self, name: str, place: int) -> str:
        return f"CAST(:v{place} AS {self._columns[name].type})"

    def _shape(self) -> str:
        return f"ST_GeomFromWKB(:geometry, {int(self._table.srid)})"

    def _binary(self, geometry: BaseGeometry | None) -> bytes | None:
        return None if geometry is None else shapely.to_wkb(geometry, flavor="iso")

    def _values(self, cells: Mapping[str, Property]) -> dict[str, Value | list[Value]]:
        """Return the parameters of columns, by the place of the column."""
        return {f"v{place}": self._cell(name, value) for place, (name, value) in enumerate(cells.items())}

    def _cell(self, name: str, value: Property) -> Value | list[Value]:
        field = known_field(self._table.fields, name)
        if isinstance(value, tuple):
            return list(value)
        if value is None or (field.type == "string" and field.format is None):
            return value
        cell = typed(field, str(value).lower() if isinstance(value, bool) else str(value))
        if field.type == "boolean":
            return bool(cell)
        return f"{cell}Z" if field.format == "date-time" else cell


@contextmanager
def open_postgis_editor(location: str, table: str, id_field: str) -> Iterator[PostgisEditor]:
    """Open a table for changes: all of them are kept, or none when an error leaves the block.

    Raises:
        Unavailable: the database does not answer, lacks the table or the column, or refuses changes.
        InvalidConfiguration: the address cannot be read.
    """
    try:
        with told(table), engine_of(hidden(location)).connect() as opened:
            connection = opened.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield PostgisEditor(connection, read_table(connection, table, id_field))
    except EstranError as error:
        cause = getattr(error.__cause__, "orig", None)
        if isinstance(cause, _NO_WRITING):
            raise _unwritable(table) from error
        raise


def _broken(table: PostgisTable, error: IntegrityError) -> InvalidInput:
    cause = error.orig
    if isinstance(cause, psycopg.errors.UniqueViolation) and table.id_field.name in str(cause):
        return taken(table.name, str(cause.diag.message_detail or ""))
    return refused(table.name, _reason(error))


def _reason(error: IntegrityError | DataError | InternalError) -> str:
    return (str(error.orig).splitlines() or [""])[0]


def _unwritable(table: str) -> Unavailable:
    return Unavailable(
        f"the layer {table} cannot be changed: its database gives no right to write",
        f"la couche {table} ne peut pas être modifiée : sa base de données n'en donne pas le droit",
        where=table,
    )
