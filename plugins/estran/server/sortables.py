"""What the items of a collection can be sorted by.

Reference: OGC 23-058, Features part 5, requirements class Sortables; OGC 20-004r1, Records, class Sorting.
"""

import json
from functools import partial
from typing import Any

from flask import Response
from pygeoapi import l10n

from estran.carbon.errors import NotFound
from estran.server.api import EstranAPI, EstranRequest
from estran.server.caching import cached
from estran.server.negotiation import HTML, JSON, SCHEMAS
from estran.server.parameters import COMMON
from estran.server.queryables import Answer, described_queryables
from estran.server.service import Service

REL = "http://www.opengis.net/def/rel/ogc/1.0/sortables"

_SORTED = frozenset({"feature", "record"})
_WORDS = {"fr": "Ce qui peut trier les objets", "en": "What the items can be sorted by"}


def sortables(service: Service, collection: str) -> Response:
    """Return what `sortby` may name."""
    service.layers.require(collection)
    if not can_be_sorted(service, collection):
        raise NotFound(
            f"the collection {collection} has no items to sort",
            f"la collection {collection} n'a pas d'objets à trier",
            where="collectionId",
        )
    title = l10n.translate(service.configuration["resources"][collection]["title"], service.language())
    make = partial(
        service.answer,
        _described,
        collection,
        formats=SCHEMAS,
        allowed=COMMON,
        template="collections/schema.html",
        data={"dataset_path": f"/collections/{collection}", "title": title},
    )
    return cached(service, collection, make)


def can_be_sorted(service: Service, collection: str) -> bool:
    """Tell whether a collection has items."""
    providers = service.configuration["resources"][collection].get("providers", ())
    return any(made["type"] in _SORTED for made in providers)


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to what its items can be sorted by."""
    if not can_be_sorted(service, collection):
        return []
    base = str(service.configuration["server"]["url"]).rstrip("/")
    href, title = f"{base}/collections/{collection}/sortables", _WORDS[service.language().language]
    return [
        {"rel": REL, "type": media_type, "title": title, "href": f"{href}?f={name}"}
        for name, media_type in ((JSON, "application/schema+json"), (HTML, "text/html"))
    ]


def _described(api: EstranAPI, asked: EstranRequest, collection: str) -> Answer:
    headers, status, content = described_queryables(api, asked, collection)
    document: dict[str, Any] = json.loads(content)
    document["$id"] = document["$id"].replace("/queryables", "/sortables")
    document["properties"] = {
        name: schema
        for name, schema in document["properties"].items()
        if schema.get("type", "array") != "array"
    }
    return headers, status, json.dumps(document, ensure_ascii=False)
