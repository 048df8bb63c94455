"""What does a PostGIS table hold? Read through a pool of connections, by many threads and processes.

A store, with its schema, is kept while the definition of its table is unchanged; counts and ranges
are kept while the version that `estran data publish` notes is.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Boolean, Connection, Integer, cast, func, select

from estran.carbon.errors import InvalidInput, Unavailable
from estran.layers.features import cursor
from estran.layers.features.described import DescribedStore, measured, paired
from estran.layers.features.fields import known_field, typed
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.location import hidden
from estran.layers.features.postgis_dialect import (
    Part,
    PostgisDialect,
    among_values,
    by_code_point,
    ordering,
    related_here,
    related_there,
    shown,
)
from estran.layers.features.postgis_engine import GeometryRefused, reading
from estran.layers.features.postgis_rows import FoundRow, cell_value, cursor_value, read_features, read_rows
from estran.layers.features.postgis_table import PostgisTable, TableState, read_state, read_table
from estran.layers.features.query import (
    Extremes,
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

type _Work[Answer] = Callable[[Connection, PostgisDialect], Answer]

_KEPT_STORES = 64
_FEW_VALUES = 30

_stores: OrderedDict[tuple[int, str, str, str], tuple[TableState, "PostgisStore"]] = OrderedDict()
_stores_lock = threading.Lock()


def open_postgis_store(location: str, table: str, id_field: str) -> "PostgisStore":
    """Return the store of a table; the same one while its definition is unchanged.

    Args:
        location: Address of the database, `postgresql+psycopg://user:password@host:port/base`; the
            password may be hidden when `location.hidden` has seen it.
        table: Name of the table, or `schema.table`.
        id_field: Column that identifies a feature.

    Raises:
        Unavailable: the database does not answer, or lacks the table or the column.
        InvalidConfiguration: the address cannot be read.
    """
    location = hidden(location)
    key = (os.getpid(), location, table, id_field)
    with reading(location, table) as connection:
        state = read_state(connection, table)
        with _stores_lock:
            kept = _stores.get(key)
            if kept and kept[0] == state:
                _stores.move_to_end(key)
                return kept[1]
        store = PostgisStore(location, read_table(connection, table, id_field))
    with _stores_lock:
        _stores[key] = (state, store)
        while len(_stores) > _KEPT_STORES:
            _stores.popitem(last=False)
    return store


class PostgisStore(DescribedStore[PostgisTable]):
    """A features table of one database, as `FeatureStore` describes it."""

    def __init__(self, location: str, table: PostgisTable) -> None:
        super().__init__(table)
        self._location = location
        self._id = table.columns[table.id_field.name]
        self._answers = KeptAnswers()

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
        keys = sort_keys(self.fields, self._table.id_field, query.sortby)
        scope = cursor_scope(self._table.name, keys)
        after = None if query.after is None else cursor.decode(query.after, scope=scope)
        fields = self._chosen(query.properties)

        def find(connection: Connection, dialect: PostgisDialect) -> tuple[int | None, list[FoundRow]]:
            selection = selected(dialect, query, self.fields)
            matched = self._count(connection, selection) if query.count else None
            if query.limit <= 0:
                return matched, []
            start = selection
            if after is not None:
                start = dialect.all_of([selection, following(dialect, keys, after)])
            rows = read_rows(connection, self._table, start, keys, fields, query)
            return matched, rows

        matched, rows = self._read(find)
        page = rows[: query.limit]
        token = None
        if len(rows) > query.limit:
            last = zip(keys, page[-1][-len(keys) :], strict=True)
            token = cursor.encode([cursor_value(key.field, value) for key, value in last], scope=scope)
        return FeaturePage(tuple(read_features(page, fields)), matched, token)

    def get(self, identifier: str, *, properties: Sequence[str] | None = None) -> FoundFeature:
        """Return one feature and its neighbours in the order of identifiers."""
        fields = self._chosen(properties)
        keys = [SortKey(self._table.id_field)]

        def find(connection: Connection, dialect: PostgisDialect) -> tuple[list[FoundRow], list[Value]]:
            condition = equal(dialect, self._table.id_field, identifier)
            rows = read_rows(connection, self._table, condition, keys, fields, FeatureQuery(limit=1))
            given = dialect.value(typed(self._table.id_field, identifier), self._table.id_field)
            neighbours = [
                connection.scalar(
                    select(shown(self._id))
                    .select_from(self._table.source)
                    .where(dialect.compared(self._id, sign, given))
                    .order_by(*ordering(self._table, [SortKey(self._table.id_field, sign == ">")]))
                    .limit(1)
                )
                for sign in ("<", ">")
            ]
            return rows, neighbours

        try:
            rows, neighbours = self._read(find)
        except InvalidInput as error:
            raise missing(self._table.name, [identifier]) from error
        if not rows:
            raise missing(self._table.name, [identifier])
        previous, after = (None if value is None else str(value) for value in neighbours)
        return FoundFeature(read_features(rows[:1], fields)[0], previous=previous, next=after)

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

        def find(connection: Connection, _dialect: PostgisDialect) -> Range:
            return self._kept(connection, ("range", name), Range, lambda: self._range(connection, field))

        return self._read(find)

    def extremes(self) -> Mapping[str, Extremes]:
        """Return the extremes of the columns of numbers and times; nothing without a version."""
        if self._table.version is None:
            return {}

        def find(connection: Connection, _dialect: PostgisDialect) -> Mapping[str, Extremes]:
            return self._kept(connection, ("extremes",), dict, lambda: self._extremes(connection))

        return self._read(find)

    def _extremes(self, connection: Connection) -> dict[str, Extremes]:
        fields = measured(self.fields)
        columns = [self._table.columns[field.name] for field in fields]
        asked = [shown(extreme(column)) for column in columns for extreme in (func.min, func.max)]
        if not asked:
            return {}
        return paired(
            fields, connection.execute(select(*asked).select_from(self._table.source)).one(), cell_value
        )

    def _range(self, connection: Connection, field: Field) -> Range:
        column = by_code_point(self._table.columns[field.name])
        measured = cast(column, Integer) if isinstance(column.type, Boolean) else column
        source = self._table.source
        low, high = connection.execute(
            select(shown(func.min(measured)), shown(func.max(measured))).select_from(source)
        ).one()
        few = select(column.label("value")).select_from(source).where(column.is_not(None)).distinct()
        listed = few.limit(_FEW_VALUES + 1).subquery()
        values = connection.scalars(select(shown(listed.c.value)).order_by(listed.c.value)).all()
        return Range(
            cell_value(field, low),
            cell_value(field, high),
            tuple(cell_value(field, value) for value in values) if len(values) <= _FEW_VALUES else None,
        )

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

    def _kept[Answer](
        self,
        connection: Connection,
        question: tuple[str, ...],
        kind: type[Answer],
        answer: Callable[[], Answer],
    ) -> Answer:
        """Return an answer, remembered for the version of the data that this transaction sees."""
        version = self._version(connection)
        return answer() if version is None else self._answers.get((version, *question), kind, answer)

    def _count(self, connection: Connection, selection: Part) -> int:
        counted = select(func.count()).select_from(self._table.source).where(selection)
        asked = counted.compile(dialect=connection.dialect)
        return self._kept(
            connection,
            ("count", str(asked), repr(asked.params)),
            int,
            lambda: int(connection.scalar(counted) or 0),
        )

    def _chosen(self, properties: Sequence[str] | None) -> list[Field]:
        if properties is None:
            return list(self.fields.values())
        return [known_field(self.fields, name) for name in properties]
