"""Which columns of a GeoPackage hold arrays? Those declared as JSON whose cells are all lists of one type.

GDAL writes a list so: a text, and its media type among the extended columns.
Reference: OGC 12-128r19, GeoPackage 1.4, annex F.9 (schema extension), `gpkg_data_columns`.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import sqlite3
from collections.abc import Mapping, Sequence

from estran.layers.features.query import Field, ItemType
from estran.layers.features.sql import quoted

_JSON = "application/json"
_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"
_COLUMNS = (
    "CREATE TABLE IF NOT EXISTS gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,"
    " name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT,"
    " CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))"
)
_ITEMS: Mapping[str, ItemType] = {
    "text": "string",
    "integer": "integer",
    "real": "number",
    "true": "boolean",
    "false": "boolean",
}


def read_arrays(connection: sqlite3.Connection, table: str) -> dict[str, Field]:
    """Return the columns of arrays; one that holds anything else is not among them."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_data_columns'").fetchone():
        return {}
    named = connection.execute(
        "SELECT column_name FROM gpkg_data_columns WHERE table_name = ? AND mime_type = ?", (table, _JSON)
    ).fetchall()
    found = {name: _items(connection, table, name) for (name,) in named}
    return {name: Field(name, "array", items=items) for name, items in found.items() if items}


def declare_arrays(connection: sqlite3.Connection, table: str, names: Sequence[str]) -> None:
    """Declare columns of texts as JSON, as GDAL does for its lists."""
    if not names:
        return
    connection.execute(_COLUMNS)
    connection.execute(
        "INSERT INTO gpkg_extensions SELECT 'gpkg_data_columns', NULL, 'gpkg_schema', ?, 'read-write'"
        " WHERE NOT EXISTS (SELECT 1 FROM gpkg_extensions WHERE extension_name = 'gpkg_schema')",
        (_EXTENSION,),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO gpkg_data_columns (table_name, column_name, mime_type) VALUES (?, ?, ?)",
        [(table, name, _JSON) for name in names],
    )


def _items(connection: sqlite3.Connection, table: str, name: str) -> ItemType | None:
    """Return the type of the elements of a column, None when it is not one of arrays."""
    column = f"t.{quoted(name)}"
    kinds = connection.execute(
        f"SELECT DISTINCT CASE WHEN json_valid({column}) THEN json_type({column}) END"
        f" FROM {quoted(table)} AS t WHERE {column} IS NOT NULL"
    ).fetchall()
    if kinds != [("array",)]:
        return None
    elements = connection.execute(
        f"SELECT DISTINCT e.type FROM {quoted(table)} AS t, json_each({column}) AS e WHERE e.type <> 'null'"
    )
    types = {_ITEMS.get(kind) for (kind,) in elements}
    if types == {"integer", "number"}:
        return "number"
    return types.pop() if len(types) == 1 else None if types else "string"
