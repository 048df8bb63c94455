"""How are features written for pygeoapi: GeoJSON, terms of use, link to the next page?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode

import numpy as np
import shapely
from pyproj import CRS

from estran.layers.features.encoding.formats import FORMATS
from estran.layers.features.projection import written
from estran.layers.features.query import FeatureStore, StoredFeature
from estran.providers.features_asked import PAGE_PARAMETER
from estran.providers.request import asked_address, current_parameters, language, read_items_request

_NEXT = {"fr": "Page suivante", "en": "Next page"}
_AS = {"fr": "Ces objets en {}", "en": "These features as {}"}
_TYPES = {
    "html": "text/html",
    "jsonld": "application/ld+json",
    **{name: made.media_type for name, made in FORMATS.items()},
}


@dataclass(frozen=True, slots=True)
class Publication:
    """The terms under which a collection is published, as the configuration states them."""

    licence: Mapping[str, str] | None
    attribution: str | None
    vintage: str | None
    synthetic: bool | None

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> Self:
        """Return what a provider definition says."""
        return cls(
            licence=definition.get("licence"),
            attribution=definition.get("attribution"),
            vintage=definition.get("vintage"),
            synthetic=definition.get("synthetic"),
        )

    def members(self) -> dict[str, Any]:
        """Return the members that go beside the features."""
        stated = {
            "license": self.licence["id"] if self.licence else None,
            "attribution": self.attribution,
            "vintage": self.vintage,
            "synthetic": self.synthetic,
        }
        return {name: value for name, value in stated.items() if value is not None}

    def links(self) -> list[dict[str, str]]:
        """Return the link to the licence."""
        if not self.licence:
            return []
        title, href = self.licence["title"], self.licence["url"]
        return [{"rel": "license", "type": "text/html", "title": title, "href": href}]


def one_feature(
    item: Mapping[str, Any],
    publication: Publication,
    *,
    previous: str | None,
    following: str | None,
    links: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """Return a feature by itself, with its neighbours, the terms of its collection and other links."""
    neighbours = {"prev": previous, "next": following}
    return {
        **item,
        **{name: value for name, value in neighbours.items() if value is not None},
        "links": [*publication.links(), *links],
        **publication.members(),
    }


class PageLinks(list[dict[str, str]]):
    """The links of a page, to which pygeoapi adds its own.

    pygeoapi adds a `next` by offset whenever a page is full or more features match than it has
    counted itself; after a cursor, or on a full last page, that link would lead to wrong or no
    features. Here it is let in only when it is right.
    """

    def __init__(self, links: Sequence[dict[str, str]], *, next_by_offset: bool) -> None:
        super().__init__(links)
        self.next_by_offset = next_by_offset

    def append(self, link: dict[str, str]) -> None:
        """Add a link, unless it is a `next` that would mislead."""
        if link.get("rel") != "next" or self.next_by_offset:
            super().append(titled(link))


def page_links(
    definition: Mapping[str, Any], store: FeatureStore, cursor: str | None, links: Sequence[dict[str, str]]
) -> PageLinks:
    """Return the links of a page.

    Args:
        definition: The provider definition; `base_url` and `collection` give the address.
        store: Where the features are.
        cursor: Where the next page starts, None on the last page.
        links: Other links.
    """
    if cursor is None:
        return PageLinks(links, next_by_offset=False)
    asked = read_items_request()
    if asked and asked.method == "POST":
        return PageLinks(links, next_by_offset=False)
    if asked is None or PAGE_PARAMETER in store.fields:
        return PageLinks(links, next_by_offset=True)
    if {"base_url", "collection"} <= definition.keys():
        address = f"{definition['base_url'].rstrip('/')}/collections/{definition['collection']}/items"
    else:
        address = asked_address()
    kept = {name: text for name, text in asked.parameters.items() if name not in {"offset", PAGE_PARAMETER}}
    chosen = current_parameters().get("f", "")
    if chosen in FORMATS:
        kept["f"] = chosen
    following = {
        "rel": "next",
        "type": _TYPES.get(kept.get("f", ""), "application/geo+json"),
        "title": _NEXT[language()],
        "href": f"{address}?{urlencode({**kept, PAGE_PARAMETER: cursor}, quote_via=quote, safe=',')}",
    }
    return PageLinks([following, *links], next_by_offset=False)


def titled(link: dict[str, str]) -> dict[str, str]:
    """Return a link to the page in a format of ours with its title in the language of the request."""
    for made in FORMATS.values():
        if link.get("rel") == "alternate" and link.get("type", "").startswith(made.media_type):
            # pygeoapi writes the name of its own CSV in capitals.
            href = link["href"].replace("?f=CSV", "?f=csv")
            return {**link, "title": _AS[language()].format(made.title), "href": href}
    return link


def feature_list(features: Sequence[StoredFeature], store: FeatureStore, target: CRS) -> list[dict[str, Any]]:
    """Return GeoJSON features in the target CRS and its axis order; an empty geometry becomes null."""
    geometries = np.empty(len(features), dtype=object)
    geometries[:] = [feature.geometry for feature in features]
    geometries[shapely.is_empty(geometries)] = None
    texts = shapely.to_geojson(written(geometries, store.crs, target))
    whole = store.fields[store.id_field].type == "integer"
    return [
        {
            "type": "Feature",
            "id": int(feature.id) if whole else feature.id,
            "geometry": None if text is None else json.loads(text),
            "properties": dict(feature.properties),
        }
        for feature, text in zip(features, texts, strict=True)
    ]
