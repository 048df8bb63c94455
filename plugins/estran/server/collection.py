"""What a collection answers: its description, its schema, its features, its coverage."""

from typing import Any

import pygeoapi.api as core
from flask import Response, request
from pygeoapi.api import itemtypes
from pygeoapi.api.coverages import get_collection_coverage
from pygeoapi.util import get_dataset_formatters
from werkzeug.exceptions import MethodNotAllowed

from estran.carbon.errors import InvalidInput
from estran.providers.coverage import MEDIA_TYPES
from estran.providers.features_filter import JSON as JSON_FILTER
from estran.providers.features_filter import PARAMETERS as FILTER
from estran.providers.request import current_parameters, set_parameters
from estran.server.bodies import check_media_type, json_object
from estran.server.negotiation import (
    HTML,
    ITEMS,
    JSON,
    JSON_AND_HTML,
    SCHEMAS,
    Formats,
    bare,
    coverage_formats,
)
from estran.server.parameters import COVERAGE, ITEM, QUERYABLES
from estran.server.parameters import ITEMS as ITEMS_PARAMETERS
from estran.server.queryables import described_queryables
from estran.server.service import GEOJSON, Answer, Service

READING = ("GET", "HEAD", "OPTIONS")


def collections(service: Service) -> Response:
    """List the collections that are not hidden."""
    return service.answer(core.describe_collections, formats=JSON_AND_HTML)


def description(service: Service, collection: str) -> Response:
    """Describe a collection."""
    service.layers.require(collection)
    return service.answer(core.describe_collections, collection, formats=JSON_AND_HTML)


def schema(service: Service, collection: str) -> Response:
    """Return the JSON Schema of a collection."""
    service.layers.require(collection)
    return service.answer(core.get_collection_schema, collection, formats=SCHEMAS)


def queryables(service: Service, collection: str) -> Response:
    """Return what a filter may name."""
    service.layers.require(collection)
    return service.answer(described_queryables, collection, formats=SCHEMAS, allowed=QUERYABLES)


def coverage(service: Service, collection: str) -> Response:
    """Return part of a coverage."""
    service.layers.require(collection)
    formats = coverage_formats(_provider(service, collection, "coverage"))
    return service.answer(_coverage, collection, formats=formats, allowed=COVERAGE)


def items(service: Service, collection: str) -> Response:
    """Return a page of features; a POST carries a CQL2 filter, or a feature to add."""
    state = service.layers.require(collection)
    _provider(service, collection, "feature")
    if request.method == "POST" and request.mimetype == GEOJSON:
        return _change(service, "create", collection)
    response = service.answer(
        _items,
        collection,
        formats=_items_formats(service, collection),
        allowed=ITEMS_PARAMETERS if state.filterable else ITEMS_PARAMETERS - FILTER,
        fields=state.fields,
        body=_filter_body(service, collection) if request.method == "POST" else b"",
    )
    return _as_geojson(response)


def item(service: Service, collection: str, item: str) -> Response:
    """Return, replace or delete one feature."""
    service.layers.require(collection)
    _provider(service, collection, "feature")
    if request.method in {"PUT", "DELETE"}:
        return _change(service, "update" if request.method == "PUT" else "delete", collection, item)
    response = service.answer(itemtypes.get_collection_item, collection, item, formats=ITEMS, allowed=ITEM)
    return _as_geojson(response)


def _change(service: Service, action: str, collection: str, item: str | None = None) -> Response:
    if not service.layers.require(collection).editable:
        raise MethodNotAllowed(valid_methods=READING if item else (*READING, "POST"))
    body = b"" if action == "delete" else _checked_body(service)

    def manage(api: Any, asked: Any) -> Answer:
        answer: Answer = itemtypes.manage_collection_item(api, asked, action, collection, item)
        return answer

    return service.answer(manage, formats=JSON_AND_HTML, body=body)


def _coverage(api: Any, asked: Any, collection: str) -> Answer:
    name = asked.format
    if name not in {JSON, HTML}:
        provider = next(
            p for p in api.config["resources"][collection]["providers"] if p["type"] == "coverage"
        )
        mimetype = MEDIA_TYPES.get(name, provider["format"]["mimetype"])
        api = api.with_coverage_format(collection, {"name": name, "mimetype": mimetype})
    answer: Answer = get_collection_coverage(api, asked, collection)
    return answer


def _items(api: Any, asked: Any, collection: str) -> Answer:
    """Return a page; our provider reads the filter itself, and pygeoapi does not see it."""
    filters = dict(current_parameters())
    if asked.data:
        filters |= {"filter": asked.data.decode(), "filter-lang": JSON_FILTER}
    with set_parameters(filters):
        answer: Answer = itemtypes.get_collection_items(api, asked.without(FILTER), collection)
    return answer


def _filter_body(service: Service, collection: str) -> bytes:
    if not service.layers.require(collection).filterable:
        raise MethodNotAllowed(valid_methods=READING)
    return _checked_body(service)


def _items_formats(service: Service, collection: str) -> Formats:
    formatters = get_dataset_formatters(service.configuration["resources"][collection])
    return {**ITEMS, **{made.f: (bare(made.mimetype),) for made in formatters.values()}}


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


def _as_geojson(response: Response) -> Response:
    if response.mimetype == "application/json":
        response.content_type = GEOJSON
    return response


def _checked_body(service: Service) -> bytes:
    check_media_type(request)
    body = service.bodies.read(request)
    json_object(body)
    return body
