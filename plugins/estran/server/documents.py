"""What describes the server itself: landing page, API, conformance, health, tiling schemes."""

from functools import partial
from http import HTTPStatus

import pygeoapi.api as core
from flask import Response, request

from estran.server.caching import cached
from estran.server.links import add_landing_links
from estran.server.negotiation import HTML, JSON_AND_HTML, JSON_ONLY, OPENAPI, Formats, chosen_format
from estran.server.parameters import DOCUMENT, checked_parameters
from estran.server.planner import planner_data
from estran.server.planner_plain import COMMUNE, plain_balance
from estran.server.service import Service

OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"

PLAIN: Formats = {name: types for name, types in JSON_AND_HTML.items() if name != "jsonld"}


def landing(service: Service) -> Response:
    """Return the planner's page, or the OGC landing page for a client."""

    def make() -> Response:
        is_page = chosen_format(request, JSON_AND_HTML) == HTML
        if is_page and COMMUNE in request.args:
            return plain_balance(service)
        return service.answer(
            core.landing_page,
            formats=JSON_AND_HTML,
            template="planner.html",
            data={"planner": planner_data(service)} if is_page else {},
            change=partial(add_landing_links, service),
        )

    return cached(service, None, make, keep=True)


def openapi(service: Service) -> Response:
    """Return the OpenAPI document, or its page."""

    def make() -> Response:
        checked_parameters(request.args, DOCUMENT)
        language = service.language().language
        if chosen_format(request, OPENAPI) == HTML:
            data = {"openapi-document-path": f"{service.api.base_url}/openapi"}
            response = Response(service.render("openapi/swagger.html", data), mimetype="text/html")
        else:
            response = Response(service.openapi.text(language), content_type=OPENAPI_TYPE)
        response.headers["Content-Language"] = language
        return response

    return cached(service, None, make, keep=True)


def conformance(service: Service) -> Response:
    """Return the conformance classes."""

    def make() -> Response:
        return service.page("conformance.html", service.conformance(), PLAIN)

    return cached(service, None, make)


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
