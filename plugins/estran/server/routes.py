"""Every address of the server, the methods it answers and the function that does."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from estran.server import collection, documents, executions, receipts
from estran.server.service import Service

type View = Callable[..., Response]

ROUTES: tuple[tuple[str, tuple[str, ...], View], ...] = (
    ("/", ("GET",), documents.landing),
    ("/openapi", ("GET",), documents.openapi),
    ("/conformance", ("GET",), documents.conformance),
    ("/health", ("GET",), documents.health),
    ("/TileMatrixSets", ("GET",), documents.tile_matrix_sets),
    ("/TileMatrixSets/<identifier>", ("GET",), documents.tile_matrix_set),
    ("/collections", ("GET",), collection.collections),
    ("/collections/<collection>", ("GET",), collection.description),
    ("/collections/<collection>/schema", ("GET",), collection.schema),
    ("/collections/<collection>/queryables", ("GET",), collection.queryables),
    ("/collections/<collection>/coverage", ("GET",), collection.coverage),
    ("/collections/<collection>/items", ("GET", "POST"), collection.items),
    ("/collections/<collection>/items/<item>", ("GET", "PUT", "DELETE"), collection.item),
    ("/processes", ("GET",), executions.processes),
    ("/processes/<process>", ("GET",), executions.description),
    ("/processes/<process>/execution", ("POST",), executions.execute),
    ("/receipts/<token>", ("GET",), receipts.receipt),
    ("/schemas/envelope.json", ("GET",), receipts.schema),
    ("/jobs", ("GET",), executions.jobs),
    ("/jobs/<job>", ("GET", "DELETE"), executions.job_state),
    ("/jobs/<job>/results", ("GET",), executions.job_results),
)


def routes(service: Service) -> Blueprint:
    """Return the addresses of one application."""
    blueprint = Blueprint("estran", __name__)
    for rule, methods, view in ROUTES:
        name = f"{view.__module__.rpartition('.')[2]}_{view.__name__}"
        blueprint.add_url_rule(rule, name, partial(view, service), methods=methods)
    return blueprint


def allowed_methods(service: Service) -> tuple[str, ...]:
    """Return the methods that the resource under way answers; a layer that is not editable only reads."""
    rule = request.url_rule
    if rule is None:
        raise NotFound
    methods = set(rule.methods or ())
    identifier = (request.view_args or {}).get("collection")
    if identifier is not None and not service.layers.require(identifier).editable:
        methods -= {"PUT", "DELETE"}
    return tuple(sorted(methods))
