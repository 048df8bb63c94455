"""Which store holds a table? A GeoPackage or a PostGIS database, by the look of its location.

What speaks to a database is loaded for the first one: most territories have none, and a start is shorter.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from estran.layers.features.editing import open_editor
from estran.layers.features.editor import FeatureEditor
from estran.layers.features.geopackage import open_store
from estran.layers.features.location import is_database
from estran.layers.features.query import FeatureStore, SeenStore


def open_feature_store(location: Path | str, table: str, id_field: str) -> FeatureStore:
    """Return the store of a table; the same one while its data keep their state.

    Args:
        location: Path of a GeoPackage, or address of a database, `postgresql+psycopg://…`.
        table: Name of the table.
        id_field: Column that identifies a feature.

    Raises:
        Unavailable: the file or the database cannot be read, or lacks the table or the column.
        InvalidConfiguration: the address of the database cannot be read.
    """
    if is_database(location):
        from estran.layers.features.postgis_opening import open_postgis_store

        return open_postgis_store(str(location), table, id_field)
    return open_store(Path(location), table, id_field)


def open_feature_store_now(
    location: Path | str, table: str, id_field: str, *, within_s: float = 0.0
) -> SeenStore:
    """Return the store of a table, the version and the state of its data, with one look at the database.

    Args:
        location: As `open_feature_store`.
        table: As `open_feature_store`.
        id_field: As `open_feature_store`.
        within_s: How old, in seconds, a look at a database may be; a file is always looked at now.

    Raises:
        Unavailable, InvalidConfiguration: as `open_feature_store`.
    """
    if is_database(location):
        from estran.layers.features.postgis_opening import open_postgis_store_now

        return open_postgis_store_now(str(location), table, id_field, within_s=within_s)
    store = open_store(Path(location), table, id_field)
    return SeenStore(store, store.version, store.version)


def open_feature_editor(
    location: Path | str, table: str, id_field: str
) -> AbstractContextManager[FeatureEditor]:
    """Open a table for changes; all that is done in the block is kept, or nothing after an error.

    Raises:
        Unavailable: the file or the database cannot be read or written, or lacks the table or the column.
        InvalidConfiguration: the address of the database cannot be read.
    """
    if is_database(location):
        from estran.layers.features.postgis_editing import open_postgis_editor

        return open_postgis_editor(str(location), table, id_field)
    return open_editor(Path(location), table, id_field)
