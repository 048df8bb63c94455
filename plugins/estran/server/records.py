"""The catalogue of this server: its layers and its processes, as OGC API Records.

Everything comes from the one configuration file, and the links from the services themselves.
Reference: OGC 20-004r1, requirements classes Record Core, Record Collection and Local Resources Catalogue.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Response, request
from pygeoapi.api import itemtypes

from estran.providers.records_asked import Record
from estran.server.caching import cached
from estran.server.negotiation import ITEMS
from estran.server.parameters import COMMON, PAGED
from estran.server.records_collection import CATALOGUE, DCAT_TYPES
from estran.server.records_made import AddLinks, records
from estran.server.service import GEOJSON, Service
from estran.server.styles import base_url

KINDS = frozenset({"id", "type", "title", "theme", "licence", "vintage", "updated"})
ITEMS_PARAMETERS = PAGED | {
    "bbox", "datetime", "q", "ids", "externalIds", "externalId", "sortby", "resulttype",
}  # fmt: skip


def items(service: Service) -> Response:
    """Return a page of records."""
    service.layers.require(CATALOGUE)
    data = {"q": request.args.get("q", ""), "offset": request.args.get("offset", 0, type=int)}
    make = partial(
        service.answer,
        itemtypes.get_collection_items,
        CATALOGUE,
        formats=ITEMS,
        allowed=ITEMS_PARAMETERS,
        fields=KINDS,
        template="records/index.html",
        data={**data, "chosen": {name: request.args[name] for name in KINDS if name in request.args}},
    )
    return cached(service, CATALOGUE, lambda: _geojson(make()))


def item(service: Service, item: str) -> Response:
    """Return a record."""
    service.layers.require(CATALOGUE)
    make = partial(
        service.answer,
        itemtypes.get_collection_item,
        CATALOGUE,
        item,
        formats=ITEMS,
        allowed=COMMON,
        template="records/record.html",
    )
    return cached(service, CATALOGUE, lambda: _geojson(make()))


def attach(service: Service, add_links: AddLinks) -> None:
    """Let the provider of the catalogue know the records of this application."""
    resource = service.configuration["resources"].get(CATALOGUE)
    if resource is None:
        return
    known: dict[tuple[str, str | None], Sequence[Record]] = {}

    def read(language: str) -> Sequence[Record]:
        key = language, service.versions.of(None).text
        if key[1] is None or key not in known:
            for old in [kept for kept in known if kept[0] == language]:
                known.pop(old, None)
            known[key] = records(service, language, add_links)
        return known[key]

    resource["providers"][0]["records"] = read


def known_records(service: Service, language: str) -> Sequence[Record]:
    """Return the records of this application in a language."""
    source = service.configuration["resources"][CATALOGUE]["providers"][0]["records"]
    found: Sequence[Record] = source(language)
    return found


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the link of a collection to its record, and that of the catalogue to its DCAT form."""
    language = service.language().language
    if CATALOGUE not in service.configuration["resources"]:
        return []
    if collection == CATALOGUE:
        address = f"{base_url(service)}/dcat"
        return [
            {
                "rel": "alternate",
                "type": kind,
                "title": f"DCAT-AP ({name})",
                "href": f"{address}?f={name}",
            }
            for name, kind in DCAT_TYPES.items()
        ]
    href = f"{base_url(service)}/collections/{CATALOGUE}/items/{collection}"
    title = "Fiche du catalogue" if language == "fr" else "Record of the catalogue"
    return [{"rel": "describedby", "type": GEOJSON, "title": title, "href": href}]


def _geojson(response: Response) -> Response:
    if response.mimetype == "application/json":
        response.content_type = GEOJSON
    return response
