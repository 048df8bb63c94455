"""What does a request for features get as GeoJSON? Bytes from the store, and what goes beside them.

The same features, links and terms as `features.FeatureProvider`, which pygeoapi asks for other formats; here
no dictionary is made of a feature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyproj import CRS

from estran.layers.features.query import EncodedFeature, FeatureQuery, SeenStore
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.whole_pages import feature_held, layer_held, page_held
from estran.providers.features_asked import selection
from estran.providers.features_written import PageLinks, Publication, page_links


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of a page of features, each value already checked by itself.

    Attributes:
        query: Paging, columns, order, whether geometries are wanted, the column of times.
        page_size: Features of a page, also when only their number is asked for.
        datetime: The parameter `datetime`.
        bbox: The parameter `bbox`; it is read again from the request, with its CRS.
        others: The parameters that OGC API - Features does not name: properties, `after`.
        target: CRS to answer in.
    """

    query: FeatureQuery
    page_size: int
    datetime: str | None
    bbox: Sequence[float]
    others: Sequence[tuple[str, str]]
    target: CRS


@dataclass(frozen=True, slots=True)
class Page:
    """Features as GeoJSON, their counts, the first links of the page, and whether another follows."""

    features: Sequence[bytes]
    counts: Mapping[str, int]
    links: PageLinks
    has_next: bool


def read_page(definition: Mapping[str, Any], seen: SeenStore, asked: Asked, layers: WholeLayers) -> Page:
    """Return a page of the features of a collection.

    Args:
        definition: The provider definition.
        seen: Where the features are.
        asked: What the request says.
        layers: The layers held whole.

    Raises:
        EstranError: as `FeatureStore` says.
    """
    store = seen.store
    query = selection(asked.query, store, bbox=asked.bbox, datetime=asked.datetime, parameters=asked.others)
    layer = None
    if query.properties == _served(definition) and not query.skip_geometry:
        layer = layer_held(store, asked.target, query.properties, layers, seen.state)
    found = None if layer is None else page_held(layer, query, store)
    if found is None:
        found = store.query_encoded(query, asked.target)
    matched = {} if found.number_matched is None else {"numberMatched": found.number_matched}
    return Page(
        features=found.features,
        counts={**matched, "numberReturned": len(found.features)},
        links=page_links(definition, store, found.next, Publication.of(definition).links()),
        has_next=found.next is not None,
    )


def read_feature(
    definition: Mapping[str, Any], seen: SeenStore, identifier: str, target: CRS, layers: WholeLayers
) -> EncodedFeature:
    """Return a feature and its neighbours.

    Raises:
        EstranError: as `FeatureStore` says.
    """
    properties = _served(definition)
    layer = layer_held(seen.store, target, properties, layers, seen.state)
    if layer is not None:
        return feature_held(layer, identifier, seen.store)
    return seen.store.get_encoded(identifier, target, properties=properties)


def _served(definition: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the columns that a collection is served with, None for all."""
    return tuple(definition.get("properties") or ()) or None
