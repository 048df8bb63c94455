"""OGC API Tiles: how the ground is cut, and the tiles of each collection as vectors and as pictures.

A tile that exists and holds nothing is 204; one outside the limits of its tileset is 404. A picture
is never empty: what no layer covers is transparent.
"""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, request

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.tiles.matrix_sets import IDS, WEB_MERCATOR, Limits, tile_matrix_set
from estran.providers.tiles_source import MEDIA_TYPES, Kind, open_source
from estran.server.caching import cached
from estran.server.negotiation import HTML, JSON, JSON_AND_HTML, Formats, chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.service import Service
from estran.server.tiles_configured import PROVIDER
from estran.server.tiles_described import (
    TILEJSON,
    Document,
    Tiled,
    tilejson_document,
    tileset_document,
    tilesets_document,
    tilesets_links,
)
from estran.server.tiles_matrix_sets import matrix_set_document, matrix_sets_document, scheme_list_links

DROPPED = "Estran-Tile-Dropped"
"""Header: how many features are not in the tile, because they are too small or too many."""

DESCRIBED: Formats = {JSON: JSON_AND_HTML[JSON], HTML: JSON_AND_HTML[HTML]}
WITH_TILEJSON: Formats = {**DESCRIBED, "tilejson": (TILEJSON,)}
DIGITS = 9


def tile_matrix_sets(service: Service) -> Response:
    """List the tile matrix sets."""

    def make() -> Response:
        document = matrix_sets_document(service.api.base_url, service.language().language)
        return service.page("tilematrixsets/index.html", document, DESCRIBED)

    return cached(service, None, make)


def tile_matrix_set_page(service: Service, identifier: str) -> Response:
    """Describe a tile matrix set."""
    matrix_set = tile_matrix_set(identifier)

    def make() -> Response:
        document = matrix_set_document(matrix_set, service.api.base_url, service.language().language)
        return service.page("tilematrixsets/tilematrixset.html", document, DESCRIBED)

    return cached(service, None, make)


def linked_matrix_sets(service: Service) -> Response:
    """List the tile matrix sets, at the address that pygeoapi's landing page links to."""
    return tile_matrix_sets(service)


def linked_matrix_set(service: Service, identifier: str) -> Response:
    """Describe a tile matrix set, at the address beside it."""
    return tile_matrix_set_page(service, identifier)


def tilesets(service: Service, collection: str) -> Response:
    """List the tilesets of a collection: vectors of features, pictures of a grid."""
    service.layers.require(collection)
    return cached(service, collection, partial(_tilesets, service, collection, is_drawn=False))


def tileset(service: Service, collection: str, matrix_set: str) -> Response:
    """Describe a tileset."""
    service.layers.require(collection)
    return cached(service, collection, partial(_tileset, service, collection, matrix_set, is_drawn=False))


def tile(service: Service, collection: str, matrix_set: str, level: str, row: str, column: str) -> Response:
    """Return a tile."""
    service.layers.require(collection)
    make = partial(_tile, service, collection, (matrix_set, level, row, column), is_drawn=False)
    return cached(service, collection, make, keep=True)


def map_tilesets(service: Service, collection: str) -> Response:
    """List the tilesets of the map of a collection."""
    service.layers.require(collection)
    return cached(service, collection, partial(_tilesets, service, collection, is_drawn=True))


def map_tileset(service: Service, collection: str, matrix_set: str) -> Response:
    """Describe a tileset of the map of a collection."""
    service.layers.require(collection)
    return cached(service, collection, partial(_tileset, service, collection, matrix_set, is_drawn=True))


def map_tile(
    service: Service, collection: str, matrix_set: str, level: str, row: str, column: str
) -> Response:
    """Return a picture."""
    service.layers.require(collection)
    make = partial(_tile, service, collection, (matrix_set, level, row, column), is_drawn=True)
    return cached(service, collection, make, keep=True)


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to its tilesets."""
    definition = _definition(service, collection)
    if definition is None:
        return []
    base, language = service.api.base_url, service.language().language
    address = f"{base}/collections/{collection}"
    drawn = tilesets_links(f"{address}/map/tiles", "map", language)
    if not definition.get("table"):
        return drawn
    return [*tilesets_links(f"{address}/tiles", "vector", language), *drawn]


def landing_links(service: Service) -> list[dict[str, Any]]:
    """Return the links of the landing page to the tile matrix sets."""
    return scheme_list_links(service.api.base_url, service.language().language)


def zooms(service: Service, collection: str, *, is_drawn: bool) -> tuple[int, int] | None:
    """Return the first and last level of the tiles that web maps ask for, None when there are no tiles.

    Raises:
        EstranError: the layer cannot be read.
    """
    if _definition(service, collection) is None:
        return None
    held = _tiled(service, collection, is_drawn=is_drawn).source.limits(tile_matrix_set(WEB_MERCATOR))
    return (int(held[0].level.id), int(held[-1].level.id)) if held else None


def has_vector_tiles(service: Service, collection: str) -> bool:
    """Tell whether the features of a collection are cut into tiles."""
    definition = _definition(service, collection)
    return definition is not None and bool(definition.get("table"))


def tiled_vectors(service: Service, collection: str) -> Tiled:
    """Return the vector tiles of a collection."""
    return _tiled(service, collection, is_drawn=False)


def _tilesets(service: Service, collection: str, *, is_drawn: bool) -> Response:
    checked_parameters(request.args, COMMON)
    name = chosen_format(request, DESCRIBED)
    tiled = _tiled(service, collection, is_drawn=is_drawn)
    held = {identifier: tiled.source.limits(tile_matrix_set(identifier)) for identifier in IDS}
    document = tilesets_document(tiled, {key: limits for key, limits in held.items() if limits})
    data = _places(tiled)
    if held[WEB_MERCATOR]:
        data["preview"] = tilejson_document(tiled, held[WEB_MERCATOR])
    return service.written(document, name, template="collections/tiles/index.html", data=data)


def _tileset(service: Service, collection: str, identifier: str, *, is_drawn: bool) -> Response:
    checked_parameters(request.args, COMMON)
    is_web = identifier == WEB_MERCATOR
    name = chosen_format(request, WITH_TILEJSON if is_web else DESCRIBED)
    tiled = _tiled(service, collection, is_drawn=is_drawn)
    matrix_set = tile_matrix_set(identifier)
    held = _held(tiled, identifier)
    if name == "tilejson":
        response = service.written(tilejson_document(tiled, held), JSON)
        response.content_type = TILEJSON
        return response
    document = tileset_document(tiled, matrix_set, held)
    data: Document = {
        **_places(tiled),
        "tileset": identifier,
        "levels": [held[0].level.id, held[-1].level.id],
    }
    if is_web:
        data["preview"] = tilejson_document(tiled, held)
    return service.written(document, name, template="collections/tiles/metadata.html", data=data)


def _tile(service: Service, collection: str, place: tuple[str, str, str, str], *, is_drawn: bool) -> Response:
    checked_parameters(request.args, COMMON)
    identifier, level, row, column = place
    definition = _required(service, collection)
    kind = _kind(definition, is_drawn=is_drawn)
    seen = service.versions.store(definition) if kind == "vector" else None
    source = open_source(definition, kind, seen, service.features)
    chosen_format(request, {source.format: (MEDIA_TYPES[source.format],)})
    matrix_set = tile_matrix_set(identifier)
    matrix_set.level(level)
    found = source.read(matrix_set, level, tile_number(row, "tileRow"), tile_number(column, "tileCol"))
    if not found.content:
        response = Response(status=HTTPStatus.NO_CONTENT)
        del response.headers["Content-Type"]
    else:
        response = Response(found.content, content_type=MEDIA_TYPES[source.format])
    if found.dropped:
        response.headers[DROPPED] = str(found.dropped)
    return response


def tile_number(given: str, name: str) -> int:
    """Return the number of a row or a column, as an address writes it.

    Raises:
        InvalidInput: it is not one.
    """
    if not (given.isascii() and given.isdigit() and len(given) <= DIGITS):
        raise InvalidInput(
            f"{name} must be a whole number, 0 or more; got {given[:40]!r}",
            f"{name} doit être un entier supérieur ou égal à 0 ; reçu {given[:40]!r}",
            where=name,
        )
    return int(given)


def _held(tiled: Tiled, identifier: str) -> tuple[Limits, ...]:
    held = tiled.source.limits(tile_matrix_set(identifier))
    if not held:
        raise NotFound(
            f"the collection {tiled.collection} lies outside {identifier}",
            f"la collection {tiled.collection} est hors de {identifier}",
            where="tileMatrixSetId",
        )
    return held


def _tiled(service: Service, collection: str, *, is_drawn: bool) -> Tiled:
    definition = _required(service, collection)
    return Tiled(
        collection=collection,
        resource=service.configuration["resources"][collection],
        definition=definition,
        source=open_source(definition, _kind(definition, is_drawn=is_drawn)),
        base=service.api.base_url,
        language=service.language().language,
        is_drawn=is_drawn,
    )


def _kind(definition: Mapping[str, Any], *, is_drawn: bool) -> Kind:
    return "vector" if definition.get("table") and not is_drawn else "map"


def _required(service: Service, collection: str) -> Mapping[str, Any]:
    definition = _definition(service, collection)
    if definition is None:
        raise NotFound(
            f"the collection {collection} has no tiles",
            f"la collection {collection} n'a pas de tuiles",
            where="collectionId",
        )
    return definition


def _definition(service: Service, collection: str) -> Mapping[str, Any] | None:
    """Return the definition of the tile provider of a collection, None when it has none."""
    providers = service.configuration["resources"][collection].get("providers", ())
    return next((provider for provider in providers if provider["name"] == PROVIDER), None)


def _places(tiled: Tiled) -> Document:
    """Return what the pages need beside the document."""
    return {
        "id": tiled.collection,
        "layer_title": tiled.title,
        "tile_type": tiled.source.kind,
        "tiles_path": f"collections/{tiled.collection}{'/map' if tiled.is_drawn else ''}/tiles",
    }
