"""What does a table of PostGIS look like: columns, geometry, CRS, state?

`estran data publish` notes beside its tables the fingerprint of the data and a revision that each
change raises. A table that it did not write has no version: nothing is remembered of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoalchemy2 import Geometry
from pyproj import CRS
from pyproj.exceptions import CRSError
from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Double,
    FromClause,
    Numeric,
    Row,
    TableClause,
    Text,
    cast,
    column,
    func,
    literal,
    quoted_name,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import TypeEngine

from estran.carbon.errors import Unavailable
from estran.layers.features.described import GEOMETRY_TYPES
from estran.layers.features.postgis_engine import looked_up
from estran.layers.features.query import Field, ItemType
from estran.layers.features.sql import quoted

VERSIONS = "estran_tables"
"""Table, beside those published, that tells their versions."""

_EXACT_DIGITS = 18
_LEFT_OUT = frozenset({"bytea", "geometry", "geography", "raster", "topogeometry"})
_TYPES: Mapping[str, tuple[TypeEngine[Any], Field]] = {
    "bool": (Boolean(), Field("", "boolean")),
    "int2": (BigInteger(), Field("", "integer")),
    "int4": (BigInteger(), Field("", "integer")),
    "int8": (BigInteger(), Field("", "integer")),
    "float4": (REAL(), Field("", "number")),
    "float8": (Double(), Field("", "number")),
    "numeric": (Numeric(), Field("", "number")),
    "date": (Date(), Field("", "string", "date")),
    "timestamp": (DateTime(), Field("", "string", "date-time")),
    "timestamptz": (DateTime(timezone=True), Field("", "string", "date-time")),
    "text": (Text(), Field("", "string")),
    "varchar": (Text(), Field("", "string")),
    "uuid": (UUID(as_uuid=False), Field("", "string")),
}
_ITEMS: Mapping[str, tuple[TypeEngine[Any], ItemType]] = {
    "_text": (Text(), "string"),
    "_bool": (Boolean(), "boolean"),
    "_int2": (BigInteger(), "integer"),
    "_int4": (BigInteger(), "integer"),
    "_int8": (BigInteger(), "integer"),
    "_float4": (Double(), "number"),
    "_float8": (Double(), "number"),
    "_numeric": (Double(), "number"),
}
_CAST = frozenset({"_int2", "_int4", "_float4", "_numeric"})
"""Arrays that are compared as those of the largest type of number."""
_NAMED = (
    "coalesce(to_regclass(quote_ident(%(name)s)), to_regclass(format('%%I.%%I',"
    " split_part(%(name)s, '.', 1), substr(%(name)s, strpos(%(name)s, '.') + 1))))"
)
_STATE = (
    "SELECT c.oid, c.xmin::text AS changed, n.nspname, c.relname,"  # noqa: S608 - no value enters the text
    " to_regclass(format('%%I.%%I', n.nspname, %(versions)s::text)) IS NOT NULL AS has_versions"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    f" WHERE c.oid = {_NAMED}"
)
_COLUMNS = text(
    "SELECT a.attname, coalesce(b.typname, t.typname) AS type, a.atttypmod AS modifier,"
    " a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS is_required"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " LEFT JOIN pg_type b ON b.oid = t.typbasetype"
    " WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
_GEOMETRY = text(
    "SELECT f_geometry_column, srid, type, coord_dimension FROM geometry_columns"
    " WHERE f_table_schema = :schema AND f_table_name = :name"
)
_CRS = text("SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = :srid")


@dataclass(frozen=True, slots=True)
class PostgisTable:
    """A features table.

    Attributes:
        name: Name of the table, as the configuration gives it.
        oid: Its number in the database.
        qualified: Its schema and name, quoted.
        source: The table, to select from.
        fields: Columns other than geometries, in order; binary ones left out.
        columns: By field, the column in a form whose order is the order of its meaning.
        id_field: Column that identifies a feature.
        geometry: The geometry column.
        srid: Identifier of the CRS in the database.
        crs: The CRS.
        geometry_type: As GeoJSON names it; None when the table holds any.
        has_z: Whether geometries have heights; None when some may.
        required: Columns that take no null and have no default, the identifier apart.
        version: Expression that tells the version of the data; None when nothing does.
    """

    name: str
    oid: int
    qualified: str
    source: FromClause
    fields: Mapping[str, Field]
    columns: Mapping[str, ColumnElement[Any]]
    id_field: Field
    geometry: ColumnElement[Any]
    srid: int
    crs: CRS
    geometry_type: str | None
    has_z: bool | None
    required: frozenset[str]
    version: ColumnElement[str] | None


TRANSACTIONS = "pg_current_snapshot()::text || extract(epoch FROM pg_postmaster_start_time())::text"
"""SQL: what cannot stay the same while the data of a database change."""

type TableState = tuple[int, str, bool]
"""What changes when a table is replaced or altered."""


def read_state(connection: Connection, name: str) -> TableState:
    """Return the state of the definition of a table.

    Raises:
        Unavailable: there is no such table.
    """
    row = _located(connection, name)
    return row.oid, row.changed, row.has_versions


type Seen = tuple[TableState, str | None, str]
"""The state of the definition of a table, the version of its data and the state of its data."""


def look(location: str, known: PostgisTable) -> Seen:
    """Return the state of the definition of a table, the version of its data and the state of its data.

    The state of the data is their version, or else the transactions that are over and those under way, with
    the start of the database: while they are the same, no data can have changed.

    Raises:
        Unavailable: there is no such table.
    """
    row = looked_up(location, known.name, _looks(known), {"name": known.name})
    if row is None:
        raise _unusable(known.name, "there is no such table", "cette table n'existe pas")
    version, transactions, changed = row
    return (known.oid, changed, known.version is not None), version, version or transactions


def _looks(known: PostgisTable) -> str:
    """Return the statement of `look`: it finds no row once the name means another table."""
    version = "NULL"
    if known.version is not None and isinstance(known.source, TableClause):
        beside = f"{quoted(str(known.source.schema))}.{VERSIONS}".replace("%", "%%")
        version = f"(SELECT fingerprint || '-' || revision FROM {beside} WHERE table_name = c.relname)"  # noqa: S608
    return (
        f"SELECT {version}, {TRANSACTIONS}, c.xmin::text FROM pg_class c"  # noqa: S608
        f" WHERE c.oid = {known.oid} AND c.oid = {_NAMED}"
    )


def read_table(connection: Connection, name: str, id_field: str) -> PostgisTable:
    """Return what the database says of a table.

    Raises:
        Unavailable: the table, its geometry, its CRS or the identifier column is missing, or the
            database is not in UTF-8.
    """
    place = _located(connection, name)
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise _unusable(
            name, f"the database is in {encoding}, not UTF8", f"la base est en {encoding}, pas en UTF8"
        )
    source = table(quoted_name(place.relname, True), schema=quoted_name(place.nspname, True))
    fields: dict[str, Field] = {}
    columns: dict[str, ColumnElement[Any]] = {}
    listed = connection.execute(_COLUMNS, {"oid": place.oid}).all()
    for row in listed:
        if row.type.removeprefix("_") not in _LEFT_OUT:
            fields[row.attname], columns[row.attname] = _field(row)
    if id_field not in fields:
        raise _unusable(name, f"it has no column {id_field!r}", f"elle n'a pas de colonne {id_field!r}")
    shapes = {
        row.f_geometry_column: row
        for row in connection.execute(_GEOMETRY, {"schema": place.nspname, "name": place.relname})
    }
    shape = next((row.attname for row in listed if row.attname in shapes), None)
    if shape is None:
        raise _unusable(name, "it has no geometry", "elle n'a pas de géométrie")
    geometry: ColumnElement[Any] = column(quoted_name(shape, True), Geometry)
    kind = shapes[shape]
    srid = kind.srid or connection.scalar(
        select(func.ST_SRID(geometry)).select_from(source).where(geometry.is_not(None)).limit(1)
    )
    return PostgisTable(
        name=name,
        oid=place.oid,
        qualified=f"{quoted(place.nspname)}.{quoted(place.relname)}",
        source=source,
        fields=fields,
        columns=columns,
        id_field=fields[id_field],
        geometry=geometry,
        srid=srid or 0,
        crs=_crs(connection, name, srid or 0),
        geometry_type=GEOMETRY_TYPES.get(kind.type),
        has_z=None if kind.type == "GEOMETRY" else kind.coord_dimension > 2,
        required=frozenset(
            row.attname
            for row in listed
            if row.is_required and row.attname in fields and row.attname != id_field
        ),
        version=_version(place) if place.has_versions else None,
    )


def _located(connection: Connection, name: str) -> Row[Any]:
    row = connection.exec_driver_sql(_STATE, {"name": name, "versions": VERSIONS}).one_or_none()
    if row is None:
        raise _unusable(name, "there is no such table", "cette table n'existe pas")
    return row


def _field(row: Row[Any]) -> tuple[Field, ColumnElement[Any]]:
    """Return a column as JSON and as the database compare it: real numbers in double precision."""
    if row.type.startswith("_"):
        return _array(row)
    kind, example = _TYPES.get(row.type, (Text(), Field("", "string")))
    held: ColumnElement[Any] = column(quoted_name(row.attname, True), kind)
    whole = example
    if row.type == "numeric" and _is_whole(row.modifier):
        whole, held = Field("", "integer"), cast(held, BigInteger)
    elif row.type in {"numeric", "float4"}:
        held = cast(held, Double)
    if whole.type == "number":
        held = func.nullif(held, literal("NaN", Text()).cast(Double), type_=Double())
    if row.type not in _TYPES:
        held = cast(held, Text)
    return Field(row.attname, whole.type, whole.format), held


def _array(row: Row[Any]) -> tuple[Field, ColumnElement[Any]]:
    """Return a column of arrays; elements that JSON has no type for are texts."""
    item, items = _ITEMS.get(row.type, (Text(), "string"))
    held: ColumnElement[Any] = column(quoted_name(row.attname, True), ARRAY(item))
    if row.type not in _ITEMS or row.type in _CAST:
        held = cast(held, ARRAY(item))
    return Field(row.attname, "array", items=items), held


def _is_whole(modifier: int) -> bool:
    """Return whether a `numeric(digits, 0)` fits a 64-bit integer; -1 is a numeric without limits."""
    if modifier < 0:
        return False
    digits, decimals = (modifier - 4) >> 16, (modifier - 4) & 0xFFFF
    return decimals == 0 and digits <= _EXACT_DIGITS


def _version(place: Row[Any]) -> ColumnElement[str]:
    versions = table(
        VERSIONS,
        column("table_name", Text()),
        column("fingerprint", Text()),
        column("revision", BigInteger()),
        schema=quoted_name(place.nspname, True),
    )
    return (
        select(versions.c.fingerprint + "-" + cast(versions.c.revision, Text))
        .where(versions.c.table_name == place.relname)
        .scalar_subquery()
    )


def _crs(connection: Connection, name: str, srid: int) -> CRS:
    row = connection.execute(_CRS, {"srid": srid}).one_or_none()
    try:
        if row is None:
            raise _unusable(
                name, f"its CRS {srid} is unknown", f"son système de coordonnées {srid} est inconnu"
            )
        if (row.auth_name or "").upper() == "EPSG":
            return CRS.from_authority("EPSG", row.auth_srid)
        return CRS.from_wkt(row.srtext)
    except CRSError as error:
        raise _unusable(
            name, f"its CRS {srid} is unknown", f"son système de coordonnées {srid} est inconnu"
        ) from error


def _unusable(name: str, en: str, fr: str) -> Unavailable:
    return Unavailable(
        f"the layer's table {name!r} cannot be read: {en}; run `estran data publish`",
        f"lecture impossible de la table {name!r} de la couche : {fr} ; lancez `estran data publish`",
        where=name,
    )
