"""How does a table of a GeoPackage become a table of PostGIS, all at once or not at all?

Everything between `publication` and its end is one transaction: readers see the old tables until
the new ones are complete. Beside them, `estran_tables` notes who published each table, from which
data, and a revision that a trigger raises with each later change.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Double,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    text,
)
from sqlalchemy.exc import IntegrityError, InternalError
from sqlalchemy.schema import CreateTable
from sqlalchemy.types import TypeEngine

from estran.carbon.errors import InvalidSource, Unavailable
from estran.layers.features.location import revealed
from estran.layers.features.postgis_engine import CONNECT_TIMEOUT_S, told
from estran.layers.features.postgis_table import VERSIONS
from estran.layers.features.query import FeatureQuery, FeatureStore, Field, Property, Value
from estran.layers.features.sql import quoted

_ROWS_AT_ONCE = 5_000
_STAGING = "estran_new_"
_LOCK = 7_238_470
"""Two publications into one database take turns."""

_BOOKKEEPING = (
    f"CREATE TABLE IF NOT EXISTS {VERSIONS} ("
    "table_name text PRIMARY KEY, owner text NOT NULL, fingerprint text NOT NULL,"
    " revision bigint NOT NULL DEFAULT 0, published timestamptz NOT NULL DEFAULT now())"
)
_TOUCH = """
CREATE OR REPLACE FUNCTION {schema}.estran_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = {schema}, pg_temp AS $$ BEGIN
  UPDATE {schema}.{versions} SET revision = revision + 1 WHERE table_name = TG_TABLE_NAME;
  RETURN NULL;
END $$
"""


@dataclass(frozen=True, slots=True)
class Published:
    """What is noted of a table: who published it, from which data, and how often it changed since."""

    owner: str
    fingerprint: str
    revision: int


class Publishing:
    """An open publication."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._numbers = itertools.count()

    def known(self) -> dict[str, Published]:
        """Return what is noted, by table."""
        rows = self._connection.execute(
            text(f"SELECT table_name, owner, fingerprint, revision FROM {VERSIONS}")  # noqa: S608
        )
        return {row.table_name: Published(row.owner, row.fingerprint, row.revision) for row in rows}

    def write(
        self, name: str, store: FeatureStore, *, geometry_type: str | None, owner: str, fingerprint: str
    ) -> int:
        """Write a table in the place of the one that `owner` published before; return its features.

        Args:
            name: Name of the table.
            store: The features.
            geometry_type: `POLYGON` and the like, when every geometry is flat and of this type.
            owner: Territory that publishes.
            fingerprint: What tells these data from others.

        Raises:
            InvalidSource: the name is taken by a table that `owner` did not publish, or the CRS has
                no EPSG code.
        """
        self._check_free(name, owner)
        srid = self._srid(name, store)
        staging = f"{_STAGING}{next(self._numbers)}"
        columns = {field.name: _type(field) for field in store.fields.values()}
        shape = next(free for free in ("geom", "ogc_geom", "ogc_geom_2") if free not in columns)
        kind = Geometry(geometry_type, srid=srid if geometry_type else -1, spatial_index=False)
        created = Table(
            staging,
            MetaData(),
            *(
                Column(column, type_, nullable=column != store.id_field, quote=True)
                for column, type_ in columns.items()
            ),
            Column(shape, kind),
        )
        self._connection.execute(CreateTable(created))
        self._copy(staging, [*columns, shape], store, srid)
        table, identifier, geometry = quoted(staging), quoted(store.id_field), quoted(shape)
        if geometry_type is None:
            self._run(
                f"ALTER TABLE {table} ADD CONSTRAINT enforce_srid_{shape} CHECK (st_srid({shape}) = {srid})"
            )
        self._run(f"ALTER TABLE {table} ADD PRIMARY KEY ({identifier})")
        self._run(f"CREATE INDEX ON {table} USING gist ({geometry})")
        self._run(f"ANALYZE {table}")
        self._run(f"DROP TABLE IF EXISTS {self._named(name)}")
        self._run(f"ALTER TABLE {table} RENAME TO {quoted(name)}")
        self._run(
            "CREATE TRIGGER estran_touch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE"
            f" ON {quoted(name)} FOR EACH STATEMENT EXECUTE FUNCTION {quoted(self._schema)}.estran_touch()"
        )
        self._connection.execute(
            text(
                f"INSERT INTO {VERSIONS} (table_name, owner, fingerprint)"  # noqa: S608
                " VALUES (:name, :owner, :fingerprint) ON CONFLICT (table_name) DO UPDATE SET"
                " owner = :owner, fingerprint = :fingerprint, revision = 0, published = now()"
            ),
            {"name": name, "owner": owner, "fingerprint": fingerprint},
        )
        count = f"SELECT count(*) FROM {self._named(name)}"  # noqa: S608 - a quoted name
        return int(self._connection.scalar(text(count)) or 0)

    def drop(self, name: str) -> None:
        """Remove a published table."""
        self._run(f"DROP TABLE IF EXISTS {self._named(name)}")
        self._connection.execute(
            text(f"DELETE FROM {VERSIONS} WHERE table_name = :name"),  # noqa: S608
            {"name": name},
        )

    def _check_free(self, name: str, owner: str) -> None:
        noted = self.known().get(name)
        exists = self._connection.scalar(text("SELECT to_regclass(:name)"), {"name": self._named(name)})
        if exists is not None and (noted is None or noted.owner != owner):
            by = noted.owner if noted else "?"
            raise InvalidSource(
                f"the database already has a table {name!r}, published by {by}; choose another schema"
                " or base",
                f"la base a déjà une table {name!r}, publiée par {by} ; choisissez un autre schéma"
                " ou une autre base",
                where=name,
            )

    def _srid(self, name: str, store: FeatureStore) -> int:
        code = store.crs.to_epsg()
        if code is None and store.crs.is_geographic and store.crs.to_authority() == ("OGC", "CRS84"):
            code = 4326
        known = self._connection.scalar(
            text("SELECT srid FROM spatial_ref_sys WHERE auth_name = 'EPSG' AND auth_srid = :code"),
            {"code": code},
        )
        if known is None:
            raise InvalidSource(
                f"table {name}: PostGIS does not know its CRS, {store.crs.name}",
                f"table {name} : PostGIS ne connaît pas son système de coordonnées, {store.crs.name}",
                where=name,
            )
        return int(known)

    def _copy(self, table: str, columns: list[str], store: FeatureStore, srid: int) -> None:
        listed = ", ".join(map(quoted, columns))
        driver = self._connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - the connection is open
        with (
            driver.cursor() as writing,
            writing.copy(f"COPY {quoted(table)} ({listed}) FROM STDIN") as copy,
        ):
            for properties, geometry in _features(store):
                copy.write_row([*map(_cell, properties.values()), _ewkb(geometry, srid)])

    def _named(self, name: str) -> str:
        return f"{quoted(self._schema)}.{quoted(name)}"

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


@contextmanager
def publication(location: str) -> Iterator[Publishing]:
    """Open a database to publish in it: everything is kept, or nothing when an error leaves the block.

    Tables go to the first schema of the connection's search path.

    Raises:
        Unavailable: the database does not answer, has no PostGIS or cannot be written.
        InvalidConfiguration: the address cannot be read.
    """
    engine = create_engine(
        revealed(location),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "prepare_threshold": None,
            "application_name": "estran",
        },
    )
    with told("estran_tables"), engine.begin() as connection:
        schema = connection.scalar(text("SELECT current_schema()"))
        if schema is None or connection.scalar(text("SELECT to_regclass('spatial_ref_sys')")) is None:
            raise Unavailable(
                "the database has no PostGIS, or no schema to write in; run CREATE EXTENSION postgis in it",
                "la base n'a pas PostGIS, ou pas de schéma où écrire ; lancez-y CREATE EXTENSION postgis",
                where="database",
            )
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.exec_driver_sql(_BOOKKEEPING)
        connection.exec_driver_sql(_TOUCH.format(schema=quoted(schema), versions=VERSIONS))
        try:
            yield Publishing(connection, schema)
        except (InternalError, IntegrityError) as error:
            reason = str(error.orig).splitlines()[0]
            raise InvalidSource(
                f"PostGIS refuses these data: {reason}; nothing was changed",
                f"PostGIS refuse ces données : {reason} ; rien n'a été modifié",
                where="database",
            ) from error


def _type(field: Field) -> TypeEngine[Any]:
    """Return the type of a column; texts are sorted by code point, so that their index serves."""
    if field.format == "date":
        return Date()
    if field.format == "date-time":
        return DateTime(timezone=True)
    if field.type == "array":
        return ARRAY(_type(Field(field.name, field.items or "string")))
    if field.type == "integer":
        return BigInteger()
    if field.type == "number":
        return Double()
    return Boolean() if field.type == "boolean" else Text(collation="C")


def _features(store: FeatureStore) -> Iterator[tuple[Mapping[str, Property], BaseGeometry | None]]:
    after = None
    while True:
        page = store.query(FeatureQuery(limit=_ROWS_AT_ONCE, after=after, count=False))
        for feature in page.features:
            yield feature.properties, feature.geometry
        after = page.next
        if after is None:
            return


def _cell(value: Property) -> Value | list[Value]:
    """Return a value that PostgreSQL can hold: its texts have no null character."""
    if isinstance(value, tuple):
        return [each.replace("\0", "") if isinstance(each, str) else each for each in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def _ewkb(geometry: BaseGeometry | None, srid: int) -> str | None:
    if geometry is None:
        return None
    text_: str = shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True)
    return text_
