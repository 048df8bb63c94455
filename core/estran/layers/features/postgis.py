"""What does a PostGIS table hold? Read through a pool of connections, by many threads and processes.

A store, with its schema, is kept while the definition of its table is unchanged; counts and ranges
are kept while the version that `estran data publish` notes is.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import shapely
from pyproj import CRS
from sqlalchemy import Boolean, Connection, Integer, cast, func, null, select

from estran.carbon.errors import InvalidInput, Unavailable
from estran.layers.features import cursor
from estran.layers.features.fields import known_field, typed
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.location import hidden
from estran.layers.features.postgis_dialect import (
    Part,
    PostgisDialect,
    among_values,
    as_binary,
    by_code_point,
    ordering,
    related_here,
    related_there,
    shown,
)
from estran.layers.features.postgis_engine import GeometryRefused, reading
from estran.layers.features.postgis_rows import FoundRow, cell_value, cursor_value, read_features
from estran.layers.features.postgis_table import PostgisTable, TableState, read_state, read_table
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


class PostgisStore:
    """A features table of one database, as `FeatureStore` describes it."""

    def __init__(self, location: str, table: PostgisTable) -> None:
        self._location = location
        self._table = table
        self._id = table.columns[table.id_field.name]
        self._answers = KeptAnswers()

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
            matched = self._count(connection, query, selection) if query.count else None
            if query.limit <= 0:
                return matched, []
            start = selection
            if after is not None:
                start = dialect.all_of([selection, following(dialect, keys, after)])
            rows = self._rows(connection, start, keys, fields, query)
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
            rows = self._rows(connection, condition, keys, fields, FeatureQuery(limit=1))
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
        rows = self._read(lambda connection, _: self._rows(connection, condition, keys, fields, query))
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

    def _count(self, connection: Connection, query: FeatureQuery, selection: Part) -> int:
        region = None if query.region is None else shapely.to_wkb(query.region, hex=True)
        parts = (query.equals, query.time_field, query.interval, region, query.where)
        counted = select(func.count()).select_from(self._table.source).where(selection)
        return self._kept(
            connection, ("count", repr(parts)), int, lambda: int(connection.scalar(counted) or 0)
        )

    def _rows(
        self,
        connection: Connection,
        start: Part,
        keys: Sequence[SortKey],
        fields: Sequence[Field],
        query: FeatureQuery,
    ) -> list[FoundRow]:
        """Return the rows of a page and one more when there is a next page.

        A row is the identifier, the geometry, the properties, then the sort keys.
        """
        columns = [
            self._id,
            *(self._table.columns[field.name] for field in fields),
            *(self._table.columns[key.field.name] for key in keys),
        ]
        identifier, *others = (shown(column).label(f"c{place}") for place, column in enumerate(columns))
        geometry = null() if query.skip_geometry else as_binary(self._table.geometry)
        asked = (
            select(identifier, geometry.label("geometry"), *others)
            .select_from(self._table.source)
            .where(start)
            .order_by(*ordering(self._table, keys))
            .limit(query.limit + 1)
            .offset(query.offset or None)
        )
        return list(connection.execute(asked).all())

    def _chosen(self, properties: Sequence[str] | None) -> list[Field]:
        if properties is None:
            return list(self.fields.values())
        return [known_field(self.fields, name) for name in properties]
