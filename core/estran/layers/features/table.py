"""What does a table of a GeoPackage look like: columns, geometry, CRS, index?

Reference: OGC 12-128r19, GeoPackage 1.4, table 1 (column types) and clauses 1.1.2, 2.1.5, 3.1.3.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyproj import CRS
from pyproj.exceptions import CRSError

from estran.carbon.errors import Unavailable
from estran.layers.features.arrays import read_arrays
from estran.layers.features.connections import unreadable
from estran.layers.features.described import GEOMETRY_TYPES
from estran.layers.features.query import Field
from estran.layers.features.sql import quoted


@dataclass(frozen=True, slots=True)
class Table:
    """A features table.

    Attributes:
        name: Name of the table.
        fields: Columns other than the geometry and the row number, in order; binary ones left out.
        id_field: Column that identifies a feature.
        row_column: The integer primary key, to which the R-tree refers.
        geometry_column: The geometry.
        rtree: Name of the R-tree, None when the table has none.
        srs_id: Identifier of the CRS in the file.
        crs: The CRS.
        geometry_type: As GeoJSON names it; None when the table holds any.
        has_z: Whether geometries have heights; None when some may.
        required: Columns that take no null and have no default, the identifier apart.
    """

    name: str
    fields: Mapping[str, Field]
    id_field: Field
    row_column: str
    geometry_column: str
    rtree: str | None
    srs_id: int
    crs: CRS
    geometry_type: str | None
    has_z: bool | None
    required: frozenset[str]


def read_table(connection: sqlite3.Connection, path: Path, name: str, id_field: str) -> Table:
    """Return what the file says of a table.

    Raises:
        Unavailable: the table, its geometry, its CRS or the identifier column is missing.
    """
    try:
        row = connection.execute(
            "SELECT column_name, srs_id, geometry_type_name, z FROM gpkg_geometry_columns"
            " WHERE table_name = ?",
            (name,),
        ).fetchone()
    except sqlite3.OperationalError as error:
        raise unreadable(path, "it is not a GeoPackage", "ce n'est pas un GeoPackage") from error
    if row is None:
        raise unreadable(path, f"it has no table {name!r}", f"il n'a pas de table {name!r}")
    geometry_column, srs_id, geometry_type, depth = row
    columns = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    arrays = read_arrays(connection, name)
    row_column = next((column[1] for column in columns if column[5]), "rowid")
    fields = {
        column[1]: field
        for column in columns
        if column[1] not in {geometry_column, row_column} or column[1] == id_field
        for field in [arrays.get(column[1]) or _field(column[1], column[2])]
        if field
    }
    if id_field not in fields:
        raise unreadable(
            path, f"{name} has no column {id_field!r}", f"{name} n'a pas de colonne {id_field!r}"
        )
    rtree = f"rtree_{name}_{geometry_column}"
    has_rtree = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (rtree,)).fetchone()
    return Table(
        name=name,
        fields=fields,
        id_field=fields[id_field],
        row_column=row_column,
        geometry_column=geometry_column,
        rtree=rtree if has_rtree else None,
        srs_id=srs_id,
        crs=_crs(connection, path, srs_id),
        geometry_type=GEOMETRY_TYPES.get(str(geometry_type).upper()),
        has_z={0: False, 1: True}.get(depth),
        required=frozenset(
            column[1]
            for column in columns
            if column[3] and column[4] is None and column[1] in fields and column[1] != id_field
        ),
    )


def _field(name: str, declared: str) -> Field | None:
    kind = declared.upper()
    if "BLOB" in kind:
        return None
    if kind.startswith(("DATETIME", "TIMESTAMP")):
        return Field(name, "string", "date-time")
    if kind == "DATE":
        return Field(name, "string", "date")
    if "BOOL" in kind:
        return Field(name, "boolean")
    if "INT" in kind:
        return Field(name, "integer")
    if any(part in kind for part in ("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL")):
        return Field(name, "number")
    return Field(name, "string")


def _crs(connection: sqlite3.Connection, path: Path, srs_id: int) -> CRS:
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    try:
        if row is None:
            raise _no_crs(path, srs_id)
        organisation, code, definition = row
        if organisation.upper() == "EPSG":
            return CRS.from_authority("EPSG", code)
        return CRS.from_wkt(definition)
    except CRSError as error:
        raise _no_crs(path, srs_id) from error


def _no_crs(path: Path, srs_id: int) -> Unavailable:
    return unreadable(path, f"unknown CRS {srs_id}", f"système de coordonnées inconnu {srs_id}")
