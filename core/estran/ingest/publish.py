"""Publish a territory's features in PostGIS: every table of its GeoPackage, or nothing.

The GeoPackage stays what `estran data build` makes; the database is a copy of it, for when one
machine is too small. Data that have not changed are not copied again, so that features edited in
the database stay edited.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from estran.carbon.errors import InvalidSource
from estran.ingest.build import read_record
from estran.layers.features.connections import unreadable
from estran.layers.features.geopackage import open_store
from estran.layers.features.location import FEATURES_FILE, hidden
from estran.layers.features.postgis_writing import publication
from estran.layers.features.sql import quoted
from estran.layers.progress import Progress
from estran.layers.territory import Territory


@dataclass(frozen=True, slots=True)
class PublishRecord:
    """What is published.

    Attributes:
        location: Address of the database, without its password.
        fingerprint: That of the build.
        tables: Features written, by table; empty when the database was up to date.
    """

    location: str
    fingerprint: str
    tables: Mapping[str, int]


def publish_territory(
    territory: Territory, location: str, *, progress: Progress, force: bool = False
) -> PublishRecord:
    """Copy the features of a territory to PostGIS, if they are not there already.

    Args:
        territory: What to publish; its data are built.
        location: Address of the database, `postgresql+psycopg://user:password@host:port/base`.
        progress: Told each table and the fraction done.
        force: Copy even when nothing has changed, and undo what was edited in the database.

    Raises:
        InvalidSource: the data are not built, or a table of the database belongs to someone else.
        Unavailable: the GeoPackage cannot be read, or the database does not answer.
        InvalidConfiguration: the address cannot be read.
    """
    record = read_record(territory)
    if record is None:
        raise InvalidSource(
            "there are no data to publish; run `estran data build`",
            "il n'y a pas de données à publier ; lancez `estran data build`",
            where=str(territory.directory),
        )
    return publish_file(
        territory.directory / FEATURES_FILE,
        location,
        id_fields={layer.table: layer.id_field for layer in territory.layers.values() if layer.table},
        owner=territory.settings.territory.id,
        fingerprint=record.fingerprint,
        progress=progress,
        force=force,
    )


def publish_file(
    path: Path,
    location: str,
    *,
    id_fields: Mapping[str, str],
    owner: str,
    fingerprint: str,
    progress: Progress,
    force: bool = False,
) -> PublishRecord:
    """Copy every table of a GeoPackage to PostGIS; as `publish_territory`.

    Args:
        path: The GeoPackage.
        location: Address of the database.
        id_fields: By table, the column that identifies a feature; without it, the one that has a
            unique index, else the row number.
        owner: Who publishes; only tables of the same owner are replaced or removed.
        fingerprint: What tells these data from others.
        progress: Told each table and the fraction done.
        force: Copy even when nothing has changed.
    """
    tables = _tables(path)
    with publication(location) as publishing:
        known = publishing.known()
        mine = {name: noted.fingerprint for name, noted in known.items() if noted.owner == owner}
        if mine == dict.fromkeys(tables, fingerprint) and not force:
            return PublishRecord(hidden(location), fingerprint, {})
        written = {}
        for done, (name, (geometry_type, unique)) in enumerate(tables.items()):
            progress(name, done / len(tables))
            store = open_store(path, name, id_fields.get(name, unique))
            written[name] = publishing.write(
                name, store, geometry_type=geometry_type, owner=owner, fingerprint=fingerprint
            )
        for name in mine.keys() - tables.keys():
            publishing.drop(name)
    progress("done", 1.0)
    return PublishRecord(hidden(location), fingerprint, written)


def _tables(path: Path) -> dict[str, tuple[str | None, str]]:
    """Return, by table, the type of its flat geometries (None for any) and the column that is unique."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT table_name, geometry_type_name, z, m FROM gpkg_geometry_columns ORDER BY table_name"
            ).fetchall()
            return {
                name: (
                    None if kind == "GEOMETRY" or z or m else kind,
                    _unique_column(connection, name),
                )
                for name, kind, z, m in rows
            }
    except sqlite3.Error as error:
        raise unreadable(path, str(error), str(error)) from error


def _unique_column(connection: sqlite3.Connection, table: str) -> str:
    for index in connection.execute(f"PRAGMA index_list({quoted(table)})").fetchall():
        columns = connection.execute(f"PRAGMA index_info({quoted(index[1])})").fetchall()
        if index[2] and len(columns) == 1:
            return str(columns[0][2])
    columns = connection.execute(f"PRAGMA table_info({quoted(table)})").fetchall()
    return next((str(column[1]) for column in columns if column[5]), "rowid")
