"""What does a layer that is held whole answer? What its store would, without asking it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.features import cursor
from estran.layers.features.encoded import EncodedFeatures
from estran.layers.features.fields import typed
from estran.layers.features.query import EncodedFeature, EncodedPage, FeatureQuery, FeatureStore
from estran.layers.features.selection import SortKey, cursor_scope, missing
from estran.layers.features.shape import mended
from estran.layers.features.whole import WholeLayer


def page_held(
    store: FeatureStore, query: FeatureQuery, target: CRS, held: EncodedFeatures, state: str
) -> EncodedPage | None:
    """Return a page of a layer that is held whole; None when it is not, or when its store must search.

    Args:
        store: The layer.
        query: What is asked.
        target: CRS to answer in.
        held: The features held.
        state: State of the data of the layer.

    Raises:
        InvalidInput: the cursor is not one of this order.
    """
    if query.equals or query.where or query.sortby or query.skip_geometry or query.limit <= 0:
        return None
    if query.interval and query.time_field:
        return None
    layer = _layer(store, target, query.properties, held, state)
    return None if layer is None else _page(layer, query, store)


def feature_held(
    store: FeatureStore,
    identifier: str,
    target: CRS,
    properties: tuple[str, ...] | None,
    held: EncodedFeatures,
    state: str,
) -> EncodedFeature | None:
    """Return a feature and its neighbours of a layer that is held whole; None when it is not.

    Raises:
        NotFound: no feature has this identifier.
    """
    layer = _layer(store, target, properties, held, state)
    if layer is None:
        return None
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


def _layer(
    store: FeatureStore, target: CRS, properties: tuple[str, ...] | None, held: EncodedFeatures, state: str
) -> WholeLayer | None:
    shelf = store.shelf(state, target, properties)
    return held.layers.get(shelf, partial(store.read_all, target, properties, state))


def _page(layer: WholeLayer, query: FeatureQuery, store: FeatureStore) -> EncodedPage:
    scope = cursor_scope(store.name, [SortKey(store.fields[store.id_field])])
    start = 0
    if query.after is not None:
        (identifier,) = cursor.decode(query.after, scope=scope)
        start = layer.after(identifier)
    if query.region is None:
        places: Sequence[int] | NDArray[np.int64] = range(start, len(layer.ids))
        matched = len(layer.ids)
    else:
        found = layer.meeting(mended(query.region))
        matched = len(found)
        places = found[found >= start]
    first = query.offset
    page = layer.texts(places[first : first + query.limit])
    last = first + query.limit
    following = cursor.encode([layer.ids[places[last - 1]]], scope=scope) if last < len(places) else None
    return EncodedPage(page, matched if query.count else None, following)
