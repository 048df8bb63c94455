"""Every address of the server, the methods it answers and the function that does."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from estran.server import (
    collection,
    dashboard,
    documents,
    downloads,
    executions,
    maps,
    receipts,
    records,
    records_dcat,
    sortables,
    styles,
    styles_qgis,
    tiles,
    tiles_dataset,
    uploads,
)
from estran.server.service import Service

type View = Callable[..., Response]

ROUTES: tuple[tuple[str, tuple[str, ...], View], ...] = (
    ("/", ("GET",), documents.landing),
    ("/openapi", ("GET",), documents.openapi),
    ("/conformance", ("GET",), documents.conformance),
    ("/health", ("GET",), documents.health),
    ("/dashboard", ("GET",), dashboard.dashboard),
    ("/tileMatrixSets", ("GET",), tiles.tile_matrix_sets),
    ("/tileMatrixSets/<identifier>", ("GET",), tiles.tile_matrix_set_page),
    ("/TileMatrixSets", ("GET",), tiles.linked_matrix_sets),
    ("/TileMatrixSets/<identifier>", ("GET",), tiles.linked_matrix_set),
    ("/collections", ("GET",), collection.collections),
    ("/collections/<collection>", ("GET",), collection.description),
    ("/collections/<collection>/schema", ("GET",), collection.schema),
    ("/collections/<collection>/queryables", ("GET",), collection.queryables),
    ("/collections/<collection>/sortables", ("GET",), sortables.sortables),
    ("/collections/<collection>/coverage", ("GET",), collection.coverage),
    ("/collections/<collection>/download", ("GET",), downloads.download),
    ("/tiles", ("GET",), tiles_dataset.tilesets),
    ("/tiles/<matrix_set>", ("GET",), tiles_dataset.tileset),
    ("/tiles/<matrix_set>/<level>/<row>/<column>", ("GET",), tiles_dataset.tile),
    ("/collections/<collection>/tiles", ("GET",), tiles.tilesets),
    ("/collections/<collection>/tiles/<matrix_set>", ("GET",), tiles.tileset),
    ("/collections/<collection>/tiles/<matrix_set>/<level>/<row>/<column>", ("GET",), tiles.tile),
    ("/collections/<collection>/map/tiles", ("GET",), tiles.map_tilesets),
    ("/collections/<collection>/map/tiles/<matrix_set>", ("GET",), tiles.map_tileset),
    ("/collections/<collection>/map/tiles/<matrix_set>/<level>/<row>/<column>", ("GET",), tiles.map_tile),
    ("/collections/<collection>/items", ("GET", "POST"), collection.items),
    ("/collections/<collection>/items/<path:item>", ("GET", "PUT", "PATCH", "DELETE"), collection.item),
    ("/map", ("GET",), maps.dataset_map),
    ("/collections/<collection>/map", ("GET",), maps.collection_map),
    ("/qgis", ("GET",), styles_qgis.qgis),
    ("/collections/<collection>/qgis", ("GET",), styles_qgis.collection_qgis),
    ("/dcat", ("GET",), records_dcat.dcat),
    ("/collections/catalogue/items", ("GET",), records.items),
    ("/collections/catalogue/items/<item>", ("GET",), records.item),
    ("/styles", ("GET",), styles.styles),
    ("/styles/<style>", ("GET",), styles.stylesheet),
    ("/styles/<style>/metadata", ("GET",), styles.metadata),
    ("/styles/<style>/legend", ("GET",), styles.legend_of),
    ("/collections/<collection>/styles", ("GET",), styles.collection_styles),
    ("/collections/<collection>/styles/<style>", ("GET",), styles.collection_stylesheet),
    ("/collections/<collection>/styles/<style>/legend", ("GET",), styles.collection_legend),
    ("/processes", ("GET",), executions.processes),
    ("/processes/<process>", ("GET",), executions.description),
    ("/processes/<process>/execution", ("POST",), executions.execute),
    ("/receipts/<token>", ("GET",), receipts.receipt),
    ("/place", ("POST",), uploads.place),
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
        methods -= {"PUT", "PATCH", "DELETE"}
    return tuple(sorted(methods))
