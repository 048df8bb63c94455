"""What does a layer that is held whole answer? What its store would, without asking it."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.features import cursor
from estran.layers.features.fields import typed
from estran.layers.features.location import Whereabouts
from estran.layers.features.query import EncodedFeature, EncodedPage, FeatureQuery, FeatureStore, Value
from estran.layers.features.selection import (
    SortKey,
    cursor_scope,
    following,
    missing,
    selected,
    sort_keys,
)
from estran.layers.features.shape import mended
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.stores import open_feature_store
from estran.layers.features.whole import WholeLayer
from estran.layers.features.whole_columns import Mask
from estran.layers.features.whole_filter import NotHeld, WholeDialect

type Places = NDArray[np.int64]

_PORTION = 4_096
"""Features that are looked at first for those of a page."""


def layer_held(
    store: FeatureStore, target: CRS, properties: tuple[str, ...] | None, layers: WholeLayers, state: str
) -> WholeLayer | None:
    """Return a layer when it is held whole; the question counts for having it read.

    Args:
        store: The layer.
        target: CRS that its features are written in.
        properties: The columns that they are written with; None for all.
        layers: The layers held.
        state: State of the data.
    """
    place = Whereabouts(store.location), store.name, store.id_field
    read = partial(read_whole, *place, target, properties, state)
    return layers.get(store.shelf(state, target, properties), read)


def read_whole(
    where: Whereabouts,
    table: str,
    id_field: str,
    target: CRS,
    properties: tuple[str, ...] | None,
    state: str,
    largest: float,
) -> WholeLayer:
    """Read a layer, in whatever process.

    Raises:
        ValueError: it weighs more than `largest` bytes, or cannot be held.
        LayerChanged: the data are in another state.
        EstranError: as `FeatureStore` says.
    """
    store = open_feature_store(where.location, table, id_field)
    with closing(store.read_all(target, properties, state)) as parts:  # type: ignore[type-var]
        return WholeLayer(parts, largest)


def page_held(layer: WholeLayer, query: FeatureQuery, store: FeatureStore) -> EncodedPage | None:
    """Return a page of a layer that is held whole; None when its store must search.

    Raises:
        InvalidInput: a value, a filter or a column that cannot be used, or a cursor of another order.
    """
    keys = sort_keys(store.fields, store.fields[store.id_field], query.sortby)
    scope = cursor_scope(store.name, keys)
    after = None if query.after is None else cursor.decode(query.after, scope=scope)
    end = query.offset + query.limit
    try:
        found = _selected(layer, query, store)
        matched = _count(found) if query.count else None
        if query.sortby:
            places = _first_in_order(end + 1, layer, _all(found), keys, after)
        else:
            places = _first(end + 1, found, 0 if after is None else layer.after(after[0]))
        page = places[query.offset : end].tolist()
        is_last = not page or end >= len(places)
        further = None if is_last else cursor.encode(_values(layer, page[-1], keys), scope=scope)
    except NotHeld:
        return None
    return EncodedPage(layer.texts(page), matched, further)


def feature_held(layer: WholeLayer, identifier: str, store: FeatureStore) -> EncodedFeature:
    """Return a feature and its neighbours of a layer that is held whole.

    Raises:
        NotFound: no feature has this identifier.
    """
    try:
        place = layer.place(typed(store.fields[store.id_field], identifier))
    except InvalidInput as error:
        raise missing(store.name, [identifier]) from error
    if place is None:
        raise missing(store.name, [identifier])
    before = str(layer.ids[place - 1]) if place > 0 else None
    after = str(layer.ids[place + 1]) if place + 1 < len(layer.ids) else None
    (text,) = layer.texts([place])
    return EncodedFeature(text, before, after)


def _selected(layer: WholeLayer, query: FeatureQuery, store: FeatureStore) -> Places | Mask:
    """Return the places of the features that a query selects, or whether it selects each of them.

    Raises:
        NotHeld: only the store can tell.
    """
    has_time = query.interval and query.time_field
    if query.where or query.equals or has_time:
        dialect = WholeDialect(layer)
        return dialect.holding(selected(dialect, query, store.fields))
    if query.region is not None:
        return layer.meeting(mended(query.region))
    return layer.everywhere


def _count(found: Places | Mask) -> int:
    return int(np.count_nonzero(found)) if found.dtype == bool else len(found)


def _all(found: Places | Mask) -> Places:
    return np.flatnonzero(found) if found.dtype == bool else found.astype(np.int64, copy=False)


def _first(count: int, found: Places | Mask, start: int) -> Places:
    """Return the first places found, from a place on: so many, or more."""
    if found.dtype != bool:
        return _all(found)[np.searchsorted(found, start) :]
    portion, known, parts = _PORTION, 0, [np.empty(0, np.int64)]
    while start < len(found) and known < count:
        parts.append(np.flatnonzero(found[start : start + portion]) + start)
        known += len(parts[-1])
        start, portion = start + portion, 2 * portion
    return np.concatenate(parts)


def _first_in_order(
    count: int, layer: WholeLayer, found: Places, keys: Sequence[SortKey], after: Sequence[Value] | None
) -> Places:
    """Return the first places in the order of sort keys, from the one after a cursor: so many, or more."""
    dialect = WholeDialect(layer)
    if after is not None:
        found = found[dialect.holding(following(dialect, keys, after))[found]]
    columns = [(dialect.column(key.field), key.ascending) for key in keys]
    if count < len(found):
        column, is_ascending = columns[0]
        ranks = column.order(found, ascending=is_ascending)
        found = found[ranks <= np.partition(ranks, count)[count]]
    return found[np.lexsort([column.order(found, ascending=up) for column, up in reversed(columns)])]


def _values(layer: WholeLayer, place: int, keys: Sequence[SortKey]) -> list[Value]:
    """Return the values of a feature by which it is sorted; the last is its identifier."""
    *others, _ = keys
    return [*(layer.columns[key.field.name].value(place) for key in others), layer.ids[place]]
