"""What does a PostGIS table hold? Read through a pool of connections, by many threads and processes.

Counts and ranges are kept while the state of the data is the same. Opened by `postgis_opening`.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from pyproj import CRS
from sqlalchemy import Connection, Text, func, literal_column, select

from estran.carbon.errors import InvalidInput, Unavailable
from estran.layers.features import cursor
from estran.layers.features.described import DescribedStore
from estran.layers.features.dialect import Dialect
from estran.layers.features.fields import known_field, typed
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.postgis_dialect import (
    GIVEN,
    Part,
    PostgisDialect,
    among_values,
    named_values,
    related_here,
    related_there,
)
from estran.layers.features.postgis_engine import GeometryRefused, read_at_once, reading
from estran.layers.features.postgis_rows import (
    COUNT,
    OFFSET,
    FoundRow,
    cursor_value,
    encoded_rows,
    read_features,
    read_rows,
    rows_asked,
    written_rows,
)
from estran.layers.features.postgis_shape import Shape
from estran.layers.features.postgis_statement import Statement, statement_of
from estran.layers.features.postgis_table import TRANSACTIONS, PostgisTable
from estran.layers.features.postgis_values import read_extremes, read_range, statement_of_one
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
    following,
    missing,
    selected,
    sort_keys,
    told_by_page,
)
from estran.layers.features.spatial import CHUNK

type _Work[Answer] = Callable[[Connection, PostgisDialect], Answer]
type _Question = tuple[Hashable, tuple[object, ...]]
"""What a selection looks like, and its values."""


class PostgisStore(DescribedStore[PostgisTable]):
    """A features table of one database, as `FeatureStore` describes it."""

    def __init__(self, location: str, table: PostgisTable) -> None:
        super().__init__(table, (location, table.oid))
        self._location = location
        self._id = table.columns[table.id_field.name]
        self._answers = KeptAnswers()
        self._statements = KeptAnswers()

    @property
    def location(self) -> str:
        """Address of the database without the password."""
        return self._location

    @property
    def table(self) -> PostgisTable:
        """What the database says of the table."""
        return self._table

    @property
    def version(self) -> str | None:
        """What changes with the data; None for a table that `estran data publish` did not write."""
        return self._read(lambda connection, _: self._version(connection))

    def bounds(self) -> tuple[float, float, float, float]:
        """Return min x, min y, max x, max y of all geometries.

        Raises:
            InvalidInput: there is no geometry.
        """
        extent = func.ST_Extent(self._table.geometry)
        sides = [getattr(func, name)(extent) for name in ("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax")]
        asked = select(*sides).select_from(self._table.source)
        low_x, low_y, high_x, high_y = self._read(lambda connection, _: connection.execute(asked).one())
        if low_x is None:
            raise InvalidInput(
                f"{self._table.name} holds no geometry",
                f"{self._table.name} ne contient aucune géométrie",
                where=self._table.name,
            )
        return low_x, low_y, high_x, high_y

    def query(self, query: FeatureQuery) -> FeaturePage:
        """Return one page of the features selected."""
        fields = self._chosen(query.properties)
        rows, matched = self._found(query, fields)
        features = tuple(read_features(rows[: query.limit], fields))
        return FeaturePage(features, matched, self._cursor(rows, query))

    def query_encoded(self, query: FeatureQuery, target: CRS) -> EncodedPage:
        """Return one page of the features selected, written as GeoJSON."""
        fields = self._chosen(query.properties)
        rows, matched = self._found(query, fields)
        texts = encoded_rows(rows[: query.limit], self._table, fields, target)
        return EncodedPage(texts, matched, self._cursor(rows, query))

    def read_all(
        self, target: CRS, properties: Sequence[str] | None, state: str
    ) -> Iterator[WrittenFeatures]:
        """Yield all features in the order of identifiers, some thousands at a time."""
        fields, keys = self._chosen(properties), [SortKey(self._table.id_field)]
        query = FeatureQuery(limit=CHUNK)
        dialect = PostgisDialect(self._table, related_there)
        start, is_more = dialect.truth(True), True
        with reading(self._location, self._table.name) as connection:
            if str(connection.scalar(select(self.state))) != state:
                raise LayerChanged
            while is_more:
                rows = read_rows(connection, self._table, start, keys, fields, query)
                is_more = len(rows) > query.limit
                ids = [row[0] for row in rows[: query.limit]]
                yield written_rows(rows[: query.limit], self._table, fields, target)
                start = following(dialect, keys, ids[-1:]) if is_more else start

    def get_encoded(
        self, identifier: str, target: CRS, *, properties: Sequence[str] | None = None
    ) -> EncodedFeature:
        """Return one feature and its neighbours, written as GeoJSON."""
        fields, row = self._one(identifier, properties)
        (text,) = encoded_rows([row], self._table, fields, target)
        previous, after = _neighbours(row)
        return EncodedFeature(text, previous, after)

    def get(self, identifier: str, *, properties: Sequence[str] | None = None) -> FoundFeature:
        """Return one feature and its neighbours in the order of identifiers."""
        fields, row = self._one(identifier, properties)
        previous, after = _neighbours(row)
        return FoundFeature(read_features([row], fields)[0], previous=previous, next=after)

    def _one(self, identifier: str, properties: Sequence[str] | None) -> tuple[list[Field], FoundRow]:
        """Return the columns asked for, and the row, which ends with the identifiers before and after it."""
        fields = self._chosen(properties)
        try:
            given = typed(self._table.id_field, identifier)
        except InvalidInput as error:
            raise missing(self._table.name, [identifier]) from error
        asked = self._statements.get(
            ("one", tuple(fields)), Statement, lambda: statement_of_one(self._table, fields)
        )
        try:
            rows = read_at_once(self._location, self._table.name, asked, {GIVEN: given})
        except InvalidInput as error:
            raise missing(self._table.name, [identifier]) from error
        if not rows:
            raise missing(self._table.name, [identifier])
        return fields, rows[0]

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
        condition = among_values(self._table, self._table.id_field, wanted)
        keys, fields = [SortKey(self._table.id_field)], self._chosen(None)
        query = FeatureQuery(limit=len(wanted))
        rows = self._read(
            lambda connection, _: read_rows(connection, self._table, condition, keys, fields, query)
        )
        found = {feature.id: feature for feature in read_features(rows, fields)}
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

        def find(connection: Connection, _dialect: PostgisDialect) -> Range:
            return self._kept(
                connection, ("range", name), Range, lambda: read_range(connection, self._table, field)
            )

        return self._read(find)

    def extremes(self) -> Mapping[str, Extremes]:
        """Return the extremes of the columns of numbers and times; nothing without a version."""
        if self._table.version is None:
            return {}

        def find(connection: Connection, _dialect: PostgisDialect) -> Mapping[str, Extremes]:
            return self._kept(connection, ("extremes",), dict, lambda: read_extremes(connection, self._table))

        return self._read(find)

    def _read[Answer](self, work: _Work[Answer]) -> Answer:
        """Return what `work` finds; relations that PostGIS refuses are evaluated here."""
        try:
            with reading(self._location, self._table.name) as connection:
                return work(connection, PostgisDialect(self._table, related_there))
        except GeometryRefused:
            pass
        try:
            with reading(self._location, self._table.name) as connection:
                return work(connection, PostgisDialect(self._table, partial(related_here, connection)))
        except GeometryRefused as error:
            raise Unavailable(
                f"PostGIS cannot read some geometries of {self._table.name}",
                f"PostGIS ne peut pas lire certaines géométries de {self._table.name}",
                where=self._table.name,
            ) from error

    def _version(self, connection: Connection) -> str | None:
        if self._table.version is None:
            return None
        return connection.scalar(select(self._table.version))

    @property
    def state(self) -> Part:
        """SQL: what tells the state of the data that a transaction sees.

        That is their version, or, for a table without one, the transactions that are over and those under
        way: the data cannot change while these are the same and the database has not restarted.
        """
        if self._table.version is None:
            return literal_column(TRANSACTIONS, Text())
        return func.coalesce(self._table.version, literal_column(TRANSACTIONS, Text()))

    def _kept[Answer](
        self,
        connection: Connection,
        question: tuple[str, ...],
        kind: type[Answer],
        answer: Callable[[], Answer],
    ) -> Answer:
        """Return an answer, remembered for the state of the data that this transaction sees."""
        seen = str(connection.scalar(select(self.state)))
        return self._answers.get((seen, *question), kind, answer)

    def _found(self, query: FeatureQuery, fields: Sequence[Field]) -> tuple[list[FoundRow], int | None]:
        """Return the rows of a page and one more, and how many features match, None when that is not asked.

        A row is as `rows_asked` says, the state of the data before the sort keys. One exchange is enough
        when the page tells the number, or when it is remembered, and another when it is counted in the
        same state; else both are read in one transaction.
        """
        shape = Shape()
        selection, start, keys = self._wanted(query, shape)
        question = selection, tuple(shape.values)
        if query.limit > 0:
            with suppress(GeometryRefused):
                rows = self._rows_at_once(query, fields, (start, *keys), shape.values)
                matched = told_by_page(query, len(rows))
                if matched is None and query.count and rows:
                    matched = self._count_at_once(query, question, _state_of(rows, fields))
                if matched is not None or not query.count:
                    return rows, matched
        return self._read(partial(self._rows_and_count, query, fields, question))

    def _rows_at_once(
        self, query: FeatureQuery, fields: Sequence[Field], alike: Hashable, values: Sequence[object]
    ) -> list[FoundRow]:
        """Return the rows of a page, with the statement of all questions that look alike."""

        def make() -> Statement:
            _, start, keys = self._wanted(query, PostgisDialect(self._table, related_there))
            return statement_of(rows_asked(self._table, start, keys, fields, query, [self.state]))

        key = alike, tuple(fields), query.skip_geometry, query.offset > 0
        given = {**named_values(values), COUNT: query.limit + 1, OFFSET: query.offset}
        asked = self._statements.get(key, Statement, make)
        return read_at_once(self._location, self._table.name, asked, given)

    def _count_at_once(self, query: FeatureQuery, question: _Question, state: str | None) -> int | None:
        """Return how many features match in a state of the data, None when it is no longer that one."""
        known = self._answers.known(("count", state, question), int)
        if known is not None:
            return known
        alike, values = question

        def make() -> Statement:
            selection, *_ = self._wanted(query, PostgisDialect(self._table, related_there))
            counted = select(func.count(), self.state).select_from(self._table.source).where(selection)
            return statement_of(counted)

        asked = self._statements.get(("count", alike), Statement, make)
        ((count, seen),) = read_at_once(self._location, self._table.name, asked, named_values(values))
        return (
            self._answers.get(("count", state, question), int, lambda: int(count)) if seen == state else None
        )

    def _rows_and_count(
        self,
        query: FeatureQuery,
        fields: Sequence[Field],
        question: _Question,
        connection: Connection,
        dialect: PostgisDialect,
    ) -> tuple[list[FoundRow], int | None]:
        """Return what `_found` does, in a transaction."""
        selection, start, keys = self._wanted(query, dialect)
        rows: list[FoundRow] = []
        if query.limit > 0:
            asked = rows_asked(self._table, start, keys, fields, query, [self.state])
            rows = list(connection.execute(asked).all())
        told = told_by_page(query, len(rows)) if query.limit > 0 else None
        if told is not None or not query.count:
            return rows, told
        state = _state_of(rows, fields) or str(connection.scalar(select(self.state)))
        counted = select(func.count()).select_from(self._table.source).where(selection)
        matched = self._answers.get(
            ("count", state, question), int, lambda: int(connection.scalar(counted) or 0)
        )
        return rows, matched

    def _wanted[Words](
        self, query: FeatureQuery, dialect: Dialect[Words]
    ) -> tuple[Words, Words, list[SortKey]]:
        """Return the condition of a query, that of its page, and the order."""
        keys = sort_keys(self.fields, self._table.id_field, query.sortby)
        selection = selected(dialect, query, self.fields)
        if query.after is None:
            return selection, selection, keys
        after = cursor.decode(query.after, scope=cursor_scope(self._table.name, keys))
        return selection, dialect.all_of([selection, following(dialect, keys, after)]), keys

    def _cursor(self, rows: Sequence[FoundRow], query: FeatureQuery) -> str | None:
        """Return where the next page starts, None after the last; rows end with their keys."""
        if len(rows) <= query.limit:
            return None
        keys = sort_keys(self.fields, self._table.id_field, query.sortby)
        last = zip(keys, rows[query.limit - 1][-len(keys) :], strict=True)
        values = [cursor_value(key.field, value) for key, value in last]
        return cursor.encode(values, scope=cursor_scope(self._table.name, keys))

    def _chosen(self, properties: Sequence[str] | None) -> list[Field]:
        if properties is None:
            return list(self.fields.values())
        return [known_field(self.fields, name) for name in properties]


def _neighbours(row: FoundRow) -> tuple[str | None, str | None]:
    previous, after = (None if value is None else str(value) for value in row[-2:])
    return previous, after


def _state_of(rows: Sequence[FoundRow], fields: Sequence[Field]) -> str | None:
    """Return the state of the data that rows of `_found` were read in, None when there is none."""
    return str(rows[0][2 + len(fields)]) if rows else None
