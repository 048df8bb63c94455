"""The features of our own stores as GeoJSON: bytes put between the members of a document.

pygeoapi makes dictionaries of features, and its links and checks anew for each request. For a collection of
our feature provider, the same document is made here; pygeoapi answers in the other formats, and for
collections of other providers. A test compares the two. Why: docs/decisions/0015-features-as-bytes.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from pygeoapi import l10n
from pygeoapi.formats import F_HTML, F_JSON, F_JSONLD, FORMAT_TYPES

from estran.layers.features.cql_json import JSON as JSON_FILTER
from estran.providers.features_pages import Page, read_feature, read_page
from estran.providers.features_written import Publication, titled
from estran.providers.request import set_parameters
from estran.server.features_asked import asked_crs, asked_page, crs_uri
from estran.server.service import GEOJSON, Service

PROVIDER = "estran.providers.features.FeatureProvider"

type Link = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A page of features, or one feature, all but written.

    Attributes:
        features: Each a JSON object.
        is_page: Whether the document is a page; one feature begins the document itself.
        members: What comes after them.
        headers: What is said in headers besides the links.
    """

    features: Sequence[bytes]
    is_page: bool
    members: Mapping[str, Any]
    headers: Mapping[str, str]

    def content(self) -> bytes:
        """Return the document as JSON."""
        rest = orjson.dumps(self.members)[1:]
        if not self.is_page:
            return self.features[0][:-1] + b"," + rest
        return b'{"type":"FeatureCollection","features":[' + b",".join(self.features) + b"]," + rest

    def document(self) -> dict[str, Any]:
        """Return the document as a page of HTML reads it."""
        made: dict[str, Any] = orjson.loads(self.content())
        return made


def serves(service: Service, collection: str) -> bool:
    """Tell whether the features of a collection are in one of our stores, under our own addresses."""
    definition = _definition(service, collection)
    return definition["name"] == PROVIDER and not definition.get("uri_field")


def page(
    service: Service,
    collection: str,
    parameters: Mapping[str, str],
    *,
    read: Mapping[str, str],
    body: bytes = b"",
) -> Written:
    """Return a page of features.

    Args:
        service: The service.
        collection: The layer.
        parameters: The query parameters, already checked.
        read: Parameters read in the place of those of the same name, which the links still repeat.
        body: A CQL2 filter, empty when there is none.

    Raises:
        Refused: a parameter has no meaning for this collection.
        EstranError: the store refuses.
    """
    definition = _definition(service, collection)
    resource = service.configuration["resources"][collection]
    limits = service.configuration["server"]["limits"]
    seen = service.versions.store(definition)
    asked = asked_page({**parameters, **read}, seen.store.fields, definition, resource, limits)
    filters = {"filter": body.decode(), "filter-lang": JSON_FILTER} if body else {}
    with set_parameters({**parameters, **filters, "f": F_JSON}):
        found = read_page(definition, seen, asked, service.features)
    counts = {f"OGC-{name[0].upper()}{name[1:]}": str(value) for name, value in found.counts.items()}
    links = _page_links(
        service, collection, found, parameters, offset=asked.query.offset, size=asked.page_size
    )
    members = {**found.counts, "links": links, **Publication.of(definition).members()}
    return Written(found.features, True, members, {**_headers(parameters, definition), **counts})


def feature(service: Service, collection: str, item: str, parameters: Mapping[str, str]) -> Written:
    """Return one feature.

    Raises:
        Refused: the collection is not offered in the CRS asked for.
        EstranError: there is no such feature, or the store cannot be read.
    """
    definition = _definition(service, collection)
    target = asked_crs(parameters, definition)
    found = read_feature(definition, service.versions.store(definition), item, target, service.features)
    terms = Publication.of(definition)
    neighbours = {"prev": found.previous, "next": found.next}
    beside = {relation: other for relation, other in neighbours.items() if other is not None}
    links = _feature_links(service, collection, item, beside)
    members = {**beside, "links": [*terms.links(), *links], **terms.members()}
    return Written([found.feature], False, members, _headers(parameters, definition))


def _definition(service: Service, collection: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = service.configuration["resources"][collection]["providers"][0]
    return found


def _headers(parameters: Mapping[str, str], definition: Mapping[str, Any]) -> Mapping[str, str]:
    return {"Content-Type": GEOJSON, "Content-Crs": f"<{crs_uri(parameters, definition)}>"}


def _page_links(
    service: Service,
    collection: str,
    found: Page,
    parameters: Mapping[str, str],
    *,
    offset: int,
    size: int,
) -> list[Link]:
    """Return the links of the store, then those to other formats, to pages by offset and to the layer."""
    items = f"{service.api.get_collections_url()}/{collection}/items"
    asked = "".join(
        f"&{quote(name, safe='')}={quote(text, safe=',')}"
        for name, text in parameters.items()
        if name not in {"f", "offset"}
    )
    formats, layer = service.kept(("links", collection), lambda: _format_links(service, collection, items))
    links = found.links
    by_offset = not any(known["rel"] == "next" for known in links)
    links.extend({**link, "href": link["href"] + asked} for link in formats)
    if by_offset and offset > 0:
        before = f"{items}?f={F_JSON}&offset={max(0, offset - size)}{asked}"
        links.append(_link(service, "prev", GEOJSON, "Items (prev)", before))
    if by_offset and found.has_next:
        after = f"{items}?f={F_JSON}&offset={offset + size}{asked}"
        links.append(_link(service, "next", GEOJSON, "Items (next)", after))
    links.append(layer)
    return links


def _format_links(service: Service, collection: str, items: str) -> tuple[list[Link], Link]:
    """Return the links to a page in each format, without what is asked, then that to the layer."""
    own = [
        (GEOJSON, "This document as GeoJSON", F_JSON),
        (FORMAT_TYPES[F_JSONLD], "This document as RDF (JSON-LD)", F_JSONLD),
        (FORMAT_TYPES[F_HTML], "This document as HTML", F_HTML),
    ]
    others = [
        (made.mimetype, f"This document as {key}", made.name)
        for key, made in service.formatters(collection).items()
    ]
    links = [
        _link(service, "self" if name == F_JSON else "alternate", kind, title, f"{items}?f={name}")
        for kind, title, name in own
    ]
    links += [
        titled(_link(service, "alternate", kind, title, f"{items}?f={name}")) for kind, title, name in others
    ]
    title = service.configuration["resources"][collection]["title"]
    return links, _link(service, "collection", FORMAT_TYPES[F_JSON], title, items.removesuffix("/items"))


def _link(service: Service, relation: str, kind: str, title: Any, href: str) -> Link:
    return {
        "type": kind,
        "rel": relation,
        "title": l10n.translate(title, service.language()),
        "href": href,
    }


def _feature_links(service: Service, collection: str, item: str, neighbours: Mapping[str, str]) -> list[Link]:
    """Return the links to the server, to this feature, to its layer and to its neighbours."""
    base = service.api.base_url
    layer = f"{service.api.get_collections_url()}/{collection}"
    own = f"{layer}/items/{quote(item, safe='')}"
    whole = [
        (FORMAT_TYPES[F_JSON], "root", "The landing page of this server as JSON", f"{base}?f={F_JSON}"),
        (FORMAT_TYPES[F_HTML], "root", "The landing page of this server as HTML", f"{base}?f={F_HTML}"),
        (GEOJSON, "self", "This document as JSON", f"{own}?f={F_JSON}"),
        (
            FORMAT_TYPES[F_JSONLD],
            "alternate",
            "This document as RDF (JSON-LD)",
            f"{own}?f={F_JSONLD}",
        ),
        (FORMAT_TYPES[F_HTML], "alternate", "This document as HTML", f"{own}?f={F_HTML}"),
        (
            FORMAT_TYPES[F_JSON],
            "collection",
            service.configuration["resources"][collection]["title"],
            layer,
        ),
    ]
    return [
        *(_link(service, relation, kind, title, href) for kind, relation, title, href in whole),
        *(
            {
                "rel": relation,
                "type": FORMAT_TYPES[F_JSON],
                "href": f"{layer}/items/{quote(other, safe='')}?f={F_JSON}",
            }
            for relation, other in neighbours.items()
        ),
    ]
