"""What describes the server itself: landing page, API, conformance, health, tiling schemes."""

from http import HTTPStatus

import pygeoapi.api as core
from flask import Response
from pygeoapi.api import tiles

from estran.server.negotiation import JSON_AND_HTML, JSON_ONLY, OPENAPI, Formats
from estran.server.parameters import DOCUMENT
from estran.server.service import Service

PLAIN: Formats = {name: types for name, types in JSON_AND_HTML.items() if name != "jsonld"}


def landing(service: Service) -> Response:
    """Return the page of the territory, or the OGC landing page for a client."""
    return service.answer(core.landing_page, formats=JSON_AND_HTML)


def openapi(service: Service) -> Response:
    """Return the OpenAPI document, or its page."""
    api = service.api.for_request(service.language())
    api.openapi = service.openapi.text(service.language().language)
    return service.answer(core.openapi_, formats=OPENAPI, allowed=DOCUMENT, api=api)


def conformance(service: Service) -> Response:
    """Return the conformance classes."""
    return service.page("conformance.html", service.conformance(), PLAIN)


def health(service: Service) -> Response:
    """Return 200 when something can be served, 503 otherwise, with the state of each layer."""
    language = service.language().language
    is_ready = service.is_ready()
    document = {
        "status": "ready" if is_ready else "unavailable",
        "layers": [state.document(language) for state in service.layers.states()],
        "processes": {
            "ready": sorted(service.api.manager.processes),
            "unavailable": dict(service.broken_processes),
        },
        "workers": service.workers(),
    }
    response = service.page("", document, JSON_ONLY)
    response.headers["Cache-Control"] = "no-store"
    response.status_code = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return response


def tile_matrix_sets(service: Service) -> Response:
    """List the tiling schemes that pygeoapi knows; the landing page links to them."""
    return service.answer(tiles.tilematrixsets, formats=JSON_AND_HTML)


def tile_matrix_set(service: Service, identifier: str) -> Response:
    """Describe a tiling scheme."""
    return service.answer(tiles.tilematrixset, identifier, formats=JSON_AND_HTML)
