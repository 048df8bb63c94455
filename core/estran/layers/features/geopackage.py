"""What does a GeoPackage table hold? Read with plain SQLite and its R-tree, by many threads.

A store, with its connections, its schema and its counts, is kept while the file is unchanged.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import math
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput
from estran.layers.features import blob, cursor, spatial
from estran.layers.features.connections import ReadPool, unreadable
from estran.layers.features.fields import known_field, typed
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.query import (
    FeaturePage,
    FeatureQuery,
    Field,
    FoundFeature,
    Range,
    StoredFeature,
    Value,
)
from estran.layers.features.selection import (
    SortKey,
    cursor_scope,
    equal,
    following,
    missing,
    selected,
    sort_keys,
)
from estran.layers.features.sql import Sql, SqliteDialect, expression, order, quoted
from estran.layers.features.table import Table, read_table

_Row = tuple[object, ...]
_KEPT_STORES = 64
_FEW_VALUES = 30

_stores: OrderedDict[tuple[Path, str, str], tuple[tuple[int, int, int], "GeoPackageStore"]] = OrderedDict()
_stores_lock = threading.Lock()


def open_store(path: Path, table: str, id_field: str) -> "GeoPackageStore":
    """Return the store of a table; the same one while the file keeps its size and date.

    Raises:
        Unavailable: the file is missing, truncated or no GeoPackage, or lacks the table or column.
    """
    key = (path.resolve(), table, id_field)
    try:
        status = path.stat()
    except OSError as error:
        reason = error.strerror or "absent"
        raise unreadable(path, reason, reason) from error
    state = (status.st_size, status.st_mtime_ns, os.getpid())
    with _stores_lock:
        kept = _stores.get(key)
        if kept and kept[0] == state:
            _stores.move_to_end(key)
            return kept[1]
    store = GeoPackageStore(path, table, id_field)
    with _stores_lock:
        _stores[key] = (state, store)
        while len(_stores) > _KEPT_STORES:
            _stores.popitem(last=False)
    return store


class GeoPackageStore:
    """A features table of one GeoPackage, as `FeatureStore` describes it."""

    def __init__(self, path: Path, table: str, id_field: str) -> None:
        self._path = path
        self._pool = ReadPool(path)
        status = path.stat()
        self._version = f"{status.st_mtime_ns:x}-{status.st_size:x}"
        self._answers = KeptAnswers()
        with self._pool.connection() as connection:
            self._table: Table = read_table(connection, path, table, id_field)

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""
        return self._table.crs

    @property
    def id_field(self) -> str:
        """The column that identifies a feature."""
        return self._table.id_field.name

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""
        return self._table.fields

    @property
    def version(self) -> str | None:
        """What changes with the file."""
        return self._version

    def query(self, query: FeatureQuery) -> FeaturePage:
        """Return one page of the features selected."""
        keys = sort_keys(self.fields, self._table.id_field, query.sortby)
        scope = cursor_scope(self._table.name, keys)
        with self._pool.connection() as connection:
            dialect = self._dialect(connection)
            selection = selected(dialect, query, self.fields)
            matched = self._count(connection, selection) if query.count else None
            if query.limit <= 0:
                return FeaturePage((), matched, None)
            start = selection
            if query.after is not None:
                values = cursor.decode(query.after, scope=scope)
                start = dialect.all_of([selection, following(dialect, keys, values)])
            rows = self._page(connection, start, keys, query)
        page = rows[: query.limit]
        after = None
        if len(rows) > query.limit:
            after = cursor.encode([_plain(value) for value in page[-1][-len(keys) :]], scope=scope)
        return FeaturePage(tuple(self._features(page, query)), matched, after)

    def get(self, identifier: str, *, properties: Sequence[str] | None = None) -> FoundFeature:
        """Return one feature and its neighbours in the order of identifiers."""
        chosen = None if properties is None else tuple(properties)
        query = FeatureQuery(limit=1, properties=chosen)
        column = expression(self._table.id_field)
        name = quoted(self._table.name)
        with self._pool.connection() as connection:
            try:
                condition = equal(self._dialect(connection), self._table.id_field, identifier)
            except InvalidInput as error:
                raise missing(self._table.name, [identifier]) from error
            rows = self._page(connection, condition, [SortKey(self._table.id_field)], query)
            if not rows:
                raise missing(self._table.name, [identifier])
            below, above = (
                connection.execute(f"SELECT {extreme}({column}) FROM {name} WHERE {column} {sign} ?", values)
                for extreme, sign, values in (("max", "<", condition.values), ("min", ">", condition.values))
            )
            previous, following_ = below.fetchone()[0], above.fetchone()[0]
        return FoundFeature(
            next(iter(self._features(rows[:1], query))),
            previous=None if previous is None else str(previous),
            next=None if following_ is None else str(following_),
        )

    def read_geometries(self, ids: Sequence[str]) -> list[StoredFeature]:
        """Return features by identifier, in the order asked.

        Raises:
            NotFound: some identifiers are unknown; the message names them.
        """
        wanted: list[Value] = []
        for identifier in ids:
            try:
                wanted.append(typed(self._table.id_field, identifier))
            except InvalidInput as error:
                raise missing(self._table.name, [identifier]) from error
        column = expression(self._table.id_field)
        condition = Sql(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(wanted),))
        query = FeatureQuery(limit=len(wanted))
        with self._pool.connection() as connection:
            rows = self._page(connection, condition, [SortKey(self._table.id_field)], query)
        found = {feature.id: feature for feature in self._features(rows, query)}
        names = [str(value) for value in wanted]
        unknown = [name for name in names if name not in found]
        if unknown:
            raise missing(self._table.name, unknown)
        return [found[name] for name in names]

    def field_range(self, name: str) -> Range:
        """Return what a column really holds; its values when there are at most 30."""
        field = known_field(self.fields, name)
        return self._answers.get(("range", name), Range, lambda: self._range(field))

    def _range(self, field: Field) -> Range:
        column, table = quoted(field.name), quoted(self._table.name)
        with self._pool.connection() as connection:
            low, high = connection.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
            values = connection.execute(
                f"SELECT * FROM (SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
                f" LIMIT {_FEW_VALUES + 1}) ORDER BY 1"
            ).fetchall()
        few = tuple(_value(field, value) for (value,) in values) if len(values) <= _FEW_VALUES else None
        return Range(_value(field, low), _value(field, high), few)

    def _dialect(self, connection: sqlite3.Connection) -> SqliteDialect:
        def related(relation: str, geometry: BaseGeometry) -> Sql:
            return self._answers.get(
                ("related", relation, shapely.to_wkb(geometry)),
                Sql,
                lambda: spatial.related(connection, self._table, relation, geometry),
            )

        return SqliteDialect(related)

    def _count(self, connection: sqlite3.Connection, selection: Sql) -> int:
        sql = f"SELECT count(*) FROM {quoted(self._table.name)} WHERE {selection.text}"
        return self._answers.get(
            ("count", selection), int, lambda: int(connection.execute(sql, selection.values).fetchone()[0])
        )

    def _page(
        self, connection: sqlite3.Connection, start: Sql, keys: Sequence[SortKey], query: FeatureQuery
    ) -> list[_Row]:
        """Return the rows of a page and one more when there is a next page.

        A row is the identifier, the geometry, the properties, then the sort keys.
        """
        table, row = quoted(self._table.name), quoted(self._table.row_column)
        columns = [
            quoted(self.id_field),
            "NULL" if query.skip_geometry else quoted(self._table.geometry_column),
            *(quoted(field.name) for field in self._chosen(query)),
            *(expression(key.field) for key in keys),
        ]
        sql = (
            f"SELECT {', '.join(columns)} FROM {table} WHERE {row} IN (SELECT {row} FROM {table}"
            f" WHERE {start.text} ORDER BY {order(keys)} LIMIT ? OFFSET ?) ORDER BY {order(keys)}"
        )
        return connection.execute(sql, (*start.values, query.limit + 1, query.offset)).fetchall()

    def _chosen(self, query: FeatureQuery) -> list[Field]:
        if query.properties is None:
            return list(self.fields.values())
        return [known_field(self.fields, name) for name in query.properties]

    def _features(self, rows: Sequence[_Row], query: FeatureQuery) -> list[StoredFeature]:
        fields = self._chosen(query)
        geometries = blob.geometries([row[1] for row in rows])  # type: ignore[misc]
        return [
            StoredFeature(
                id=str(row[0]),
                geometry=geometry,
                properties={
                    field.name: _value(field, value) for field, value in zip(fields, row[2:], strict=False)
                },
            )
            for row, geometry in zip(rows, geometries, strict=True)
        ]


def _value(field: Field, value: object) -> Value:
    """Return a cell as JSON can hold it."""
    plain = _plain(value)
    return bool(plain) if field.type == "boolean" and plain is not None else plain


def _plain(value: object) -> Value:
    if value is None or isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float) else str(value)
