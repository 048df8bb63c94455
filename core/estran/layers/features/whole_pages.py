"""What does a layer that is held whole answer? What its store would, without asking it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.features import cursor
from estran.layers.features.fields import typed
from estran.layers.features.query import EncodedFeature, EncodedPage, FeatureQuery, FeatureStore
from estran.layers.features.selection import SortKey, cursor_scope, missing
from estran.layers.features.shape import mended
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.whole import WholeLayer


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
    shelf = store.shelf(state, target, properties)
    return layers.get(shelf, partial(store.read_all, target, properties, state))


def page_held(layer: WholeLayer, query: FeatureQuery, store: FeatureStore) -> EncodedPage | None:
    """Return a page of a layer that is held whole; None when its store must search.

    Raises:
        InvalidInput: the cursor is not one of this order.
    """
    has_time = query.interval and query.time_field
    if query.equals or query.where or query.sortby or query.limit <= 0 or has_time:
        return None
    return _page(layer, query, store)


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
