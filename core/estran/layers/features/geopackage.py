"""What does a GeoPackage table hold? Read with plain SQLite and its R-tree, by many threads.

A store, with its connections, its schema and its counts, is kept while the file is unchanged.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput
from estran.layers.features import cursor, spatial
from estran.layers.features.connections import file_version, shared_pool
from estran.layers.features.described import DescribedStore, measured, paired
from estran.layers.features.fields import known_field, typed
from estran.layers.features.geopackage_rows import (
    Row,
    cell_value,
    compared_columns,
    encoded_rows,
    features_of,
    plain_value,
    read_rows,
    shapes_of,
)
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.query import (
    EncodedFeature,
    EncodedPage,
    Extremes,
    FeaturePage,
    FeatureQuery,
    Field,
    FoundFeature,
    LayerChanged,
    Range,
    StoredFeature,
    Value,
    WrittenFeatures,
)
from estran.layers.features.selection import (
    SortKey,
    cursor_scope,
    equal,
    following,
    missing,
    selected,
    sort_keys,
    told_by_page,
)
from estran.layers.features.sql import Sql, SqliteDialect, expression, quoted
from estran.layers.features.table import Table, read_table

_KEPT_STORES = 1024
_FEW_VALUES = 30

_stores: OrderedDict[tuple[str, str, str], tuple[tuple[str, int], "GeoPackageStore"]] = OrderedDict()
_stores_lock = threading.Lock()


def open_store(path: Path, table: str, id_field: str) -> "GeoPackageStore":
    """Return the store of a table; the same one while the file is unchanged.

    Raises:
        Unavailable: the file is missing, truncated or no GeoPackage, or lacks the table or column.
    """
    key = (os.path.abspath(path), table, id_field)  # noqa: PTH100 - nothing is looked up on the disk
    version = file_version(path)
    state = (version, os.getpid())
    with _stores_lock:
        kept = _stores.get(key)
        if kept and kept[0] == state:
            _stores.move_to_end(key)
            return kept[1]
    store = GeoPackageStore(path, table, id_field, version)
    with _stores_lock:
        _stores[key] = (state, store)
        while len(_stores) > _KEPT_STORES:
            _stores.popitem(last=False)
    return store


class GeoPackageStore(DescribedStore[Table]):
    """A features table of one GeoPackage, as `FeatureStore` describes it."""

    def __init__(self, path: Path, table: str, id_field: str, version: str) -> None:
        self._pool = shared_pool(path, version)
        self._version = version
        self._path = path.resolve()
        self._answers = KeptAnswers()
        with self._pool.connection() as connection:
            super().__init__(read_table(connection, path, table, id_field), (self._path, table, id_field))

    @property
    def location(self) -> Path:
        """Path of the file."""
        return self._path

    @property
    def version(self) -> str:
        """What changes with the file."""
        return self._version

    def query(self, query: FeatureQuery) -> FeaturePage:
        """Return one page of the features selected."""
        with self._pool.connection() as connection:
            rows, matched, after = self._page(connection, query)
        return FeaturePage(tuple(features_of(rows, self._table, query)), matched, after)

    def query_encoded(self, query: FeatureQuery, target: CRS) -> EncodedPage:
        """Return one page of the features selected, written as GeoJSON."""
        with self._pool.connection() as connection:
            rows, matched, after = self._page(connection, query)
        return EncodedPage(encoded_rows(rows, self._table, query, target), matched, after)

    def read_all(
        self, target: CRS, properties: Sequence[str] | None, state: str
    ) -> Iterator[WrittenFeatures]:
        """Yield all features in the order of identifiers, some thousands at a time."""
        chosen = None if properties is None else tuple(properties)
        query = FeatureQuery(limit=spatial.CHUNK, properties=chosen)
        keys = [SortKey(self._table.id_field)]
        start, is_more = Sql("1"), True
        while is_more:
            with self._pool.connection() as connection:
                rows = read_rows(connection, self._table, start, keys, query)
                dialect = self._dialect(connection)
            is_more = len(rows) > query.limit
            del rows[query.limit :]
            if file_version(self._path) != state:
                raise LayerChanged
            shapes = shapes_of(rows)
            yield WrittenFeatures(
                ids=[row[0] for row in rows],  # type: ignore[misc]
                texts=encoded_rows(rows, self._table, query, target, shapes),
                geometries=shapes,
                columns=compared_columns(rows, self._table, query),
            )
            if is_more:
                start = following(dialect, keys, [plain_value(rows[-1][0])])

    def get_encoded(
        self, identifier: str, target: CRS, *, properties: Sequence[str] | None = None
    ) -> EncodedFeature:
        """Return one feature and its neighbours, written as GeoJSON."""
        query, row, previous, after = self._one(identifier, properties)
        (text,) = encoded_rows([row], self._table, query, target)
        return EncodedFeature(text, previous, after)

    def get(self, identifier: str, *, properties: Sequence[str] | None = None) -> FoundFeature:
        """Return one feature and its neighbours in the order of identifiers."""
        query, row, previous, after = self._one(identifier, properties)
        (feature,) = features_of([row], self._table, query)
        return FoundFeature(feature, previous, after)

    def _one(
        self, identifier: str, properties: Sequence[str] | None
    ) -> tuple[FeatureQuery, Row, str | None, str | None]:
        """Return what is asked of a row, the row, and the identifiers before and after it."""
        chosen = None if properties is None else tuple(properties)
        query = FeatureQuery(limit=1, properties=chosen)
        column = expression(self._table.id_field)
        name = quoted(self._table.name)
        with self._pool.connection() as connection:
            try:
                condition = equal(self._dialect(connection), self._table.id_field, identifier)
            except InvalidInput as error:
                raise missing(self._table.name, [identifier]) from error
            rows = read_rows(connection, self._table, condition, [SortKey(self._table.id_field)], query)
            if not rows:
                raise missing(self._table.name, [identifier])
            around = connection.execute(
                f"SELECT (SELECT max({column}) FROM {name} WHERE {column} < ?),"
                f" (SELECT min({column}) FROM {name} WHERE {column} > ?)",
                (*condition.values, *condition.values),
            ).fetchone()
        previous, after = (None if value is None else str(value) for value in around)
        return query, rows[0], previous, after

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
            rows = read_rows(connection, self._table, condition, [SortKey(self._table.id_field)], query)
        found = {feature.id: feature for feature in features_of(rows, self._table, query)}
        names = [str(value) for value in wanted]
        unknown = [name for name in names if name not in found]
        if unknown:
            raise missing(self._table.name, unknown)
        return [found[name] for name in names]

    def field_range(self, name: str) -> Range:
        """Return what a column really holds; its values when there are at most 30."""
        field = known_field(self.fields, name)
        if field.type == "array":
            return Range(None, None, None)
        return self._answers.get(("range", name), Range, lambda: self._range(field))

    def extremes(self) -> Mapping[str, Extremes]:
        """Return the extremes of the columns of numbers and times."""
        found: dict[str, Extremes] = self._answers.get(("extremes",), dict, self._extremes)
        return found

    def _extremes(self) -> dict[str, Extremes]:
        fields = measured(self.fields)
        asked = [f"{extreme}({quoted(field.name)})" for field in fields for extreme in ("min", "max")]
        if not asked:
            return {}
        with self._pool.connection() as connection:
            row = connection.execute(f"SELECT {', '.join(asked)} FROM {quoted(self._table.name)}").fetchone()
        return paired(fields, row, cell_value)

    def _range(self, field: Field) -> Range:
        column, table = quoted(field.name), quoted(self._table.name)
        with self._pool.connection() as connection:
            low, high = connection.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
            values = connection.execute(
                f"SELECT * FROM (SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
                f" LIMIT {_FEW_VALUES + 1}) ORDER BY 1"
            ).fetchall()
        few = tuple(cell_value(field, value) for (value,) in values) if len(values) <= _FEW_VALUES else None
        return Range(cell_value(field, low), cell_value(field, high), few)

    def _page(
        self, connection: sqlite3.Connection, query: FeatureQuery
    ) -> tuple[list[Row], int | None, str | None]:
        """Return the rows of a page, how many features match, and where the next page starts."""
        keys = sort_keys(self.fields, self._table.id_field, query.sortby)
        scope = cursor_scope(self._table.name, keys)
        dialect = self._dialect(connection)
        selection = selected(dialect, query, self.fields)
        if query.limit <= 0:
            return [], self._count(connection, selection) if query.count else None, None
        start = selection
        if query.after is not None:
            values = cursor.decode(query.after, scope=scope)
            start = dialect.all_of([selection, following(dialect, keys, values)])
        rows = read_rows(connection, self._table, start, keys, query)
        page = rows[: query.limit]
        after = None
        matched = told_by_page(query, len(rows))
        if matched is None and query.count:
            matched = self._count(connection, selection)
        if len(rows) > query.limit:
            after = cursor.encode([plain_value(value) for value in page[-1][-len(keys) :]], scope=scope)
        return page, matched, after

    def _dialect(self, connection: sqlite3.Connection) -> SqliteDialect:
        def related(relation: str, geometry: BaseGeometry) -> Sql:
            return self._answers.get(
                ("related", relation, shapely.to_wkb(geometry)),
                Sql,
                lambda: spatial.related(connection, self._table, relation, geometry),
            )

        return SqliteDialect(related, self._table.geometry_column)

    def _count(self, connection: sqlite3.Connection, selection: Sql) -> int:
        sql = f"SELECT count(*) FROM {quoted(self._table.name)} WHERE {selection.text}"
        return self._answers.get(
            ("count", selection), int, lambda: int(connection.execute(sql, selection.values).fetchone()[0])
        )
