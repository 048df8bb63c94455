"""What does a request for features get as GeoJSON? Bytes from the store, and what goes beside them.

The same features, links and terms as `features.FeatureProvider`, which pygeoapi asks for other formats; here
no dictionary is made of a feature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyproj import CRS

from estran.layers.features.encoded import EncodedFeatures
from estran.layers.features.query import EncodedFeature, FeatureQuery, FeatureStore
from estran.providers.features_asked import selection
from estran.providers.features_written import PageLinks, Publication, page_links


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of a page of features, each value already checked by itself.

    Attributes:
        query: Paging, columns, order, whether geometries are wanted.
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


def read_page(
    definition: Mapping[str, Any], store: FeatureStore, asked: Asked, held: EncodedFeatures
) -> Page:
    """Return a page of the features of a collection.

    Args:
        definition: The provider definition.
        store: Where the features are.
        asked: What the request says.
        held: Features already written.

    Raises:
        EstranError: as `FeatureStore` says.
    """
    query = replace(asked.query, time_field=definition.get("time_field"))
    query = selection(query, store, bbox=asked.bbox, datetime=asked.datetime, parameters=asked.others)
    found = store.query_encoded(query, asked.target, held)
    matched = {} if found.number_matched is None else {"numberMatched": found.number_matched}
    return Page(
        features=found.features,
        counts={**matched, "numberReturned": len(found.features)},
        links=page_links(definition, store, found.next, Publication.of(definition).links()),
        has_next=found.next is not None,
    )


def read_feature(
    definition: Mapping[str, Any], store: FeatureStore, identifier: str, target: CRS
) -> EncodedFeature:
    """Return a feature and its neighbours.

    Raises:
        EstranError: as `FeatureStore` says.
    """
    return store.get_encoded(identifier, target, properties=definition.get("properties") or None)
