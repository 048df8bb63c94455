"""What a collection answers: its description, its schema, its features, its coverage."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import pygeoapi.api as core
from flask import Response, request
from pygeoapi import l10n
from pygeoapi.api import itemtypes
from pygeoapi.api.coverages import get_collection_coverage
from werkzeug.exceptions import MethodNotAllowed

from estran.carbon.errors import InvalidInput
from estran.layers.features.cql_json import JSON as JSON_FILTER
from estran.providers.coverage import MEDIA_TYPES
from estran.providers.features_filter import PARAMETERS as FILTER
from estran.providers.request import current_parameters, set_parameters, told_headers
from estran.server import downloads, editing, features
from estran.server.api import EstranAPI, EstranRequest
from estran.server.bodies import check_media_type, json_object
from estran.server.caching import cached
from estran.server.coverages import coverage_page
from estran.server.feature_file import feature_file, jsonfg_item
from estran.server.feature_page import feature_page
from estran.server.links import add_links
from estran.server.negotiation import (
    HTML,
    ITEMS,
    JSON,
    JSON_AND_HTML,
    JSON_FG,
    SCHEMAS,
    Formats,
    bare,
    chosen_format,
    coverage_formats,
)
from estran.server.negotiation import ITEM as ITEM_FORMATS
from estran.server.parameters import COVERAGE, ITEM, QUERYABLES, checked_parameters
from estran.server.parameters import ITEMS as ITEMS_PARAMETERS
from estran.server.queryables import described_queryables, described_schema
from estran.server.service import GEOJSON, NOTHING, Answer, Service
from estran.server.styles import layer_page

ASKED = ("filter", "sortby", "limit", "bbox", "datetime")
"""What the form of a page of features keeps of the request."""

READING = ("GET", "HEAD", "OPTIONS")


def collections(service: Service) -> Response:
    """List the collections that are not hidden."""
    make = partial(
        service.answer,
        core.describe_collections,
        formats=JSON_AND_HTML,
        template="collections/index.html",
        change=partial(add_links, service),
    )
    return cached(service, None, make)


def description(service: Service, collection: str) -> Response:
    """Describe a collection."""
    service.layers.require(collection)
    make = partial(
        service.answer,
        core.describe_collections,
        collection,
        formats=JSON_AND_HTML,
        template="collections/collection.html",
        data=layer_page(service, collection),
        change=partial(add_links, service),
    )
    return cached(service, collection, make)


def schema(service: Service, collection: str) -> Response:
    """Return the JSON Schema of a collection."""
    service.layers.require(collection)
    make = partial(
        service.answer,
        described_schema,
        collection,
        formats=SCHEMAS,
        template="collections/schema.html",
        data=_places(service, collection),
    )
    return cached(service, collection, make)


def queryables(service: Service, collection: str) -> Response:
    """Return what a filter may name."""
    service.layers.require(collection)
    make = partial(
        service.answer,
        described_queryables,
        collection,
        formats=SCHEMAS,
        allowed=QUERYABLES,
        template="collections/queryables.html",
        data=_places(service, collection),
    )
    return cached(service, collection, make)


def coverage(service: Service, collection: str) -> Response:
    """Return part of a coverage."""
    service.layers.require(collection)
    formats = coverage_formats(_provider(service, collection, "coverage"))
    is_page = chosen_format(request, formats) == HTML
    page = coverage_page(service, collection) if is_page else {}
    make = partial(service.answer, _coverage, collection, formats=formats, allowed=COVERAGE, **page)
    return cached(service, collection, make, keep=not is_page and request.method == "GET")


def items(service: Service, collection: str) -> Response:
    """Return a page of features; a POST carries a CQL2 filter, or a feature to add."""
    state = service.layers.require(collection)
    provider = _provider(service, collection, "feature")
    if request.method == "POST" and request.mimetype == GEOJSON:
        return editing.create(service, collection)
    body = _filter_body(service, collection) if request.method == "POST" else b""
    least = _least(provider["id_field"], state.fields) if request.method == "HEAD" else {}
    formats = _items_formats(service, collection)
    name = chosen_format(request, formats)
    allowed = (ITEMS_PARAMETERS if state.filterable else ITEMS_PARAMETERS - FILTER) | (
        {"q"} if state.searchable else set()
    )
    is_ours = name in {JSON, HTML} and features.serves(service, collection)
    if is_ours:
        make = partial(_own_items, service, collection, name, allowed, least=least, body=body)
    else:
        make = partial(
            service.answer,
            partial(_items, least=least),
            collection,
            formats=formats,
            allowed=allowed,
            fields=state.fields,
            body=body,
            template="collections/items/index.html",
            data=_items_data(service, collection) if name == HTML else NOTHING,
        )
    # What HEAD makes has the headers of the page, not its body.
    return cached(service, collection, make, keep=is_ours and name == JSON and request.method == "GET")


def item(service: Service, collection: str, item: str) -> Response:
    """Return, replace or delete one feature; a slash at the end of the address is none of its identifier."""
    item = item.removesuffix("/")
    state = service.layers.require(collection)
    _provider(service, collection, "feature")
    if request.method in editing.WRITING:
        return editing.change(service, collection, item)
    name = chosen_format(request, ITEM_FORMATS)
    is_ours = name in {JSON, HTML} and features.serves(service, collection)
    if is_ours:
        make = partial(_own_item, service, collection, item, name)
    else:
        make = partial(
            service.answer,
            _item,
            collection,
            item,
            formats=ITEM_FORMATS,
            allowed=ITEM,
            template="collections/items/item.html",
            data=_item_data(service, collection) if name == HTML else NOTHING,
        )
    if state.editable:
        return editing.tagged(service, collection, item, make)
    return cached(service, collection, make, keep=is_ours and name == JSON and request.method == "GET")


def _coverage(api: Any, asked: Any, collection: str) -> Answer:
    name = asked.format
    if name not in {JSON, HTML}:
        provider = next(
            p for p in api.config["resources"][collection]["providers"] if p["type"] == "coverage"
        )
        mimetype = MEDIA_TYPES.get(name, provider["format"]["mimetype"])
        api = api.with_coverage_format(collection, {"name": name, "mimetype": mimetype})
    own = dict.fromkeys(("subset", "datetime"))
    headers, status, content = get_collection_coverage(api, asked.reading(own), collection)
    return {**headers, **told_headers()}, status, content


def _items(api: EstranAPI, asked: EstranRequest, collection: str, *, least: Mapping[str, str]) -> Answer:
    """Return a page; our provider reads the filter itself, and pygeoapi does not see it.

    Args:
        api: The API.
        asked: The request.
        collection: The layer.
        least: Parameters that make the page small when only its headers are asked for.
    """
    filters = dict(current_parameters())
    if asked.data:
        filters |= {"filter": asked.data.decode(), "filter-lang": JSON_FILTER}
    chosen = {"properties": asked.params["properties"]} if "properties" in asked.params else {}
    read = {**dict.fromkeys(FILTER), **least, **chosen}
    with set_parameters(filters):
        make = feature_page if asked.format == JSON else feature_file
        answer: Answer = make(api, asked.reading(read), collection)
    return answer


def _own_items(
    service: Service,
    collection: str,
    name: str,
    allowed: Collection[str],
    *,
    least: Mapping[str, str],
    body: bytes,
) -> Response:
    """Return a page of features of one of our stores, as JSON or as a page of HTML."""
    fields = service.layers.require(collection).fields
    parameters = checked_parameters(request.args, allowed, fields=fields)
    found = features.page(service, collection, parameters, read=least, body=body)
    if name == JSON:
        return service.sent(found.content(), found.members["links"], found.headers)
    data = _items_data(service, collection)
    return service.written(
        found.document(), name, template="collections/items/index.html", data=data, headers=found.headers
    )


def _own_item(service: Service, collection: str, item: str, name: str) -> Response:
    """Return a feature of one of our stores, as JSON or as a page of HTML."""
    parameters = checked_parameters(request.args, ITEM)
    found = features.feature(service, collection, item, parameters)
    if name == JSON:
        return service.sent(found.content(), found.members["links"], found.headers)
    data = _item_data(service, collection)
    return service.written(
        found.document(), name, template="collections/items/item.html", data=data, headers=found.headers
    )


def _least(id_field: str, fields: Collection[str]) -> Mapping[str, str]:
    """Return the parameters with which a page has the same headers and costs the least."""
    return {"skipGeometry": "true", **({"properties": id_field} if id_field in fields else {})}


def _item(api: EstranAPI, asked: EstranRequest, collection: str, item: str) -> Answer:
    if asked.format == JSON_FG:
        return jsonfg_item(api, asked, collection, item)
    headers, status, content = itemtypes.get_collection_item(api, asked, collection, item)
    return {**headers, **({"Content-Type": GEOJSON} if asked.format == JSON else {})}, status, content


def _filter_body(service: Service, collection: str) -> bytes:
    if not service.layers.require(collection).filterable:
        raise MethodNotAllowed(valid_methods=READING)
    return _checked_body(service)


def _items_formats(service: Service, collection: str) -> Formats:
    return {**ITEMS, **{made.f: (bare(made.mimetype),) for made in service.formatters(collection).values()}}


def _provider(service: Service, collection: str, kind: str) -> dict[str, Any]:
    """Return the provider of a kind; records are features for this purpose."""
    kinds = {kind, "record"} if kind == "feature" else {kind}
    for provider in service.configuration["resources"][collection]["providers"]:
        if provider["type"] in kinds:
            found: dict[str, Any] = provider
            return found
    held = ("a coverage", "une couverture") if kind == "feature" else ("features", "des objets")
    where = "coverage" if kind == "feature" else "items"
    raise InvalidInput(
        f"the collection {collection} holds {held[0]}; ask for /collections/{collection}/{where}",
        f"la collection {collection} contient {held[1]} ; demandez /collections/{collection}/{where}",
        where="collectionId",
    )


def _places(service: Service, collection: str) -> dict[str, Any]:
    """Return the addresses that a page of a collection shows."""
    collections_path = service.api.get_collections_url()
    return {"collections_path": collections_path, "dataset_path": f"{collections_path}/{collection}"}


def _items_data(service: Service, collection: str) -> dict[str, Any]:
    """Return what a page of features needs beside them, its form included."""
    state = service.layers.require(collection)
    return {
        **_item_data(service, collection),
        "offset": request.args.get("offset", 0, type=int),
        "fields": state.fields if state.filterable else (),
        "asked": {name: request.args[name] for name in ASKED if name in request.args},
    }


def _item_data(service: Service, collection: str) -> dict[str, Any]:
    """Return what a page of features needs beside them."""
    provider = _provider(service, collection, "feature")
    return {
        **_places(service, collection),
        "title": l10n.translate(service.configuration["resources"][collection]["title"], service.language()),
        "id_field": provider["id_field"],
        "title_field": provider.get("title_field"),
        "downloads": downloads.links(service, collection),
    }


def _checked_body(service: Service) -> bytes:
    check_media_type(request)
    body = service.bodies.read(request)
    json_object(body)
    return body
