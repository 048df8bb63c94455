"""Which store reads a table of a database? The same one while the definition of its table is unchanged."""

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from functools import partial
from typing import cast

from estran.carbon.errors import Unavailable
from estran.layers.aside import aside
from estran.layers.features.location import hidden
from estran.layers.features.postgis import PostgisStore
from estran.layers.features.postgis_engine import reading
from estran.layers.features.postgis_table import Seen, TableState, look, read_state, read_table
from estran.layers.features.query import SeenStore
from estran.layers.features.shared import Shared

_KEPT_STORES = 1024

_stores: OrderedDict[tuple[int, str, str, str], tuple[TableState, PostgisStore, Shared[Seen]]] = OrderedDict()
_stores_lock = threading.Lock()


def open_postgis_store(location: str, table: str, id_field: str) -> PostgisStore:
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
    return cast(PostgisStore, open_postgis_store_now(location, table, id_field).store)


def open_postgis_store_now(location: str, table: str, id_field: str, *, within_s: float = 0.0) -> SeenStore:
    """Return the store of a table, with the version and the state of its data.

    Args:
        location: As `open_postgis_store`.
        table: As `open_postgis_store`.
        id_field: As `open_postgis_store`.
        within_s: How old, in seconds, a look at the database may be; with 0, it is looked at now.
    """
    location = hidden(location)
    key = (os.getpid(), location, table, id_field)
    with _stores_lock:
        kept = _stores.get(key)
    if kept:
        # Without the table of versions that it knew, the store is opened again, or found not to be.
        with suppress(Unavailable):
            opened, store, looks = kept
            seen = looks.latest(within_s)
            if seen is None:
                with aside():
                    seen = looks.get(partial(look, location, store.table))
            definition, version, state = seen
            if opened == definition:
                return SeenStore(store, version, state)
    with reading(location, table) as connection:
        definition = read_state(connection, table)
        store = PostgisStore(location, read_table(connection, table, id_field))
    with _stores_lock:
        _stores[key] = definition, store, Shared()
        _stores.move_to_end(key)
        while len(_stores) > _KEPT_STORES:
            _stores.popitem(last=False)
    _, version, state = look(location, store.table)
    return SeenStore(store, version, state)
