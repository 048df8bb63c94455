"""The vector tiles of several collections at once, as one tileset with a layer for each.

A Mapbox Vector Tile is a list of layers, so the tile of several collections is their tiles one after the
other. Reference: OGC 20-057, OGC API - Tiles, part 1, classes Dataset Tilesets and Collections Selection.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, request

from estran.carbon.errors import NotFound
from estran.layers.tiles.matrix_sets import IDS, WEB_MERCATOR, Level, Limits, TileMatrixSet, tile_matrix_set
from estran.providers.tiles_source import MEDIA_TYPES, MVT
from estran.server.caching import cached
from estran.server.negotiation import HTML, JSON, chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.service import Service
from estran.server.tiles import (
    DESCRIBED,
    DROPPED,
    WITH_TILEJSON,
    has_vector_tiles,
    tile_number,
    tiled_vectors,
)
from estran.server.tiles_described import (
    CRS84,
    REL,
    TILEJSON,
    Document,
    Tiled,
    limits_documents,
    link,
    matrix_set_uri,
    tilejson_document,
    tileset_document,
)

PARAMETERS = COMMON | {"collections"}

_WORDS = {
    "fr": {
        "title": "Tuiles vectorielles de toutes les couches",
        "tile": "Une tuile",
        "scheme": "Grille de tuiles",
    },
    "en": {"title": "Vector tiles of all the layers", "tile": "A tile", "scheme": "Tile matrix set"},
}


def tilesets(service: Service) -> Response:
    """List the tilesets of the dataset."""
    return cached(service, None, partial(_tilesets, service))


def tileset(service: Service, matrix_set: str) -> Response:
    """Describe a tileset of the dataset."""
    return cached(service, None, partial(_tileset, service, matrix_set))


def tile(service: Service, matrix_set: str, level: str, row: str, column: str) -> Response:
    """Return a tile with a layer for each collection that has something there."""
    return cached(service, None, partial(_tile, service, matrix_set, level, row, column), keep=True)


def landing_links(service: Service) -> list[dict[str, Any]]:
    """Return the link of the landing page to the tilesets of the dataset."""
    if not _with_tiles(service):
        return []
    title = _WORDS[service.language().language]["title"]
    return [link(f"{REL}/tilesets-vector", f"{service.api.base_url}/tiles?f=json", "application/json", title)]


def _with_tiles(service: Service) -> list[str]:
    return [
        identifier
        for identifier in service.layers.visible()
        if has_vector_tiles(service, identifier) and service.layers.state(identifier).is_ready
    ]


def _chosen(service: Service, asked: str | None) -> list[Tiled]:
    """Return the collections that the request names, all of those with vector tiles by default."""
    identifiers = _with_tiles(service) if asked is None else list(dict.fromkeys(asked.split(",")))
    for identifier in identifiers:
        service.layers.require(identifier)
        if not has_vector_tiles(service, identifier):
            raise _nothing(identifier)
    if not identifiers:
        raise _nothing("tiles")
    return [tiled_vectors(service, identifier) for identifier in identifiers]


def _tilesets(service: Service) -> Response:
    asked = checked_parameters(request.args, PARAMETERS).get("collections")
    name = chosen_format(request, DESCRIBED)
    chosen = _chosen(service, asked)
    base, language = service.api.base_url, service.language().language
    listed = []
    for matrix_set in map(tile_matrix_set, IDS):
        if _limits(chosen, matrix_set):
            own = _own(base, matrix_set, asked)
            links = [
                link("self", own, "application/json", matrix_set.id),
                *_links(base, matrix_set, asked, language),
            ]
            listed.append({**_head(matrix_set, base, language), "links": links})
    document = {
        "title": _WORDS[language]["title"],
        "tilesets": listed,
        "links": _own_links(f"{base}/tiles", asked, _WORDS[language]["title"]),
    }
    data = {**_places(chosen, asked, language)}
    held = _held(chosen, tile_matrix_set(WEB_MERCATOR))
    if held:
        data["preview"] = _tilejson(held, base, asked, language)
    return service.written(document, name, template="collections/tiles/index.html", data=data)


def _tileset(service: Service, identifier: str) -> Response:
    asked = checked_parameters(request.args, PARAMETERS).get("collections")
    name = chosen_format(request, WITH_TILEJSON if identifier == WEB_MERCATOR else DESCRIBED)
    matrix_set = tile_matrix_set(identifier)
    base, language = service.api.base_url, service.language().language
    chosen = _chosen(service, asked)
    held = _held(chosen, matrix_set)
    union = _union(limits for _, limits in held)
    if not union:
        raise _nothing(identifier)
    west, south, east, north = _bounds(held)
    if name == "tilejson":
        response = service.written(_tilejson(held, base, asked, language), JSON)
        response.content_type = TILEJSON
        return response
    layers = [
        layer for each, limits in held for layer in tileset_document(each, matrix_set, limits)["layers"]
    ]
    document = {
        **_head(matrix_set, base, language),
        "tileMatrixSetLimits": limits_documents(union),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "mediaTypes": [MEDIA_TYPES[MVT]],
        "layers": layers,
        "links": [
            *_own_links(f"{base}/tiles/{matrix_set.id}", asked, matrix_set.id),
            *_links(base, matrix_set, asked, language),
        ],
    }
    data: Document = {
        **_places(chosen, asked, language),
        "tileset": identifier,
        "levels": [union[0].level.id, union[-1].level.id],
    }
    if identifier == WEB_MERCATOR:
        data["preview"] = _tilejson(held, base, asked, language)
    return service.written(document, name, template="collections/tiles/metadata.html", data=data)


def _held(chosen: Sequence[Tiled], matrix_set: TileMatrixSet) -> list[tuple[Tiled, tuple[Limits, ...]]]:
    """Return the collections that lie in a tile matrix set, with the tiles that they reach."""
    return [(each, limits) for each in chosen if (limits := each.source.limits(matrix_set))]


def _bounds(held: Sequence[tuple[Tiled, tuple[Limits, ...]]]) -> list[float]:
    boxes = [each.bounds for each, _ in held]
    low = [min(box[axis] for box in boxes) for axis in (0, 1)]
    return [*low, *(max(box[axis] for box in boxes) for axis in (2, 3))]


def _tilejson(
    held: Sequence[tuple[Tiled, tuple[Limits, ...]]], base: str, asked: str | None, language: str
) -> Document:
    west, south, east, north = _bounds(held)
    described = [tilejson_document(each, limits) for each, limits in held]
    return {
        **described[0],
        "name": _WORDS[language]["title"],
        "description": "",
        "attribution": "; ".join(
            dict.fromkeys(one["attribution"] for one in described if one["attribution"])
        ),
        "tiles": [_address(base, WEB_MERCATOR, asked, "{z}/{y}/{x}")],
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, described[0]["center"][2]],
        "minzoom": min(one["minzoom"] for one in described),
        "maxzoom": max(one["maxzoom"] for one in described),
        "vector_layers": [layer for one in described for layer in one["vector_layers"]],
    }


def _places(chosen: Sequence[Tiled], asked: str | None, language: str) -> Document:
    """Return what the pages need beside the document."""
    return {
        "layer_title": _WORDS[language]["title"],
        "layers_shown": [(each.collection, each.title) for each in chosen],
        "tile_type": "vector",
        "tiles_path": "tiles",
        "asked": f"&collections={asked}" if asked else "",
    }


def _tile(service: Service, identifier: str, level: str, row: str, column: str) -> Response:
    asked = checked_parameters(request.args, PARAMETERS).get("collections")
    chosen_format(request, {MVT: (MEDIA_TYPES[MVT],)})
    matrix_set = tile_matrix_set(identifier)
    matrix_set.level(level)
    place = tile_number(row, "tileRow"), tile_number(column, "tileCol")
    content, dropped, misses = b"", 0, []
    chosen = _chosen(service, asked)
    for each in chosen:
        try:
            found = each.source.read(matrix_set, level, *place)
        except NotFound as miss:
            misses.append(miss)
            continue
        content += found.content
        dropped += found.dropped
    if len(misses) == len(chosen):
        raise misses[0]
    response = Response(content, content_type=MEDIA_TYPES[MVT])
    if not content:
        response = Response(status=HTTPStatus.NO_CONTENT)
        del response.headers["Content-Type"]
    if dropped:
        response.headers[DROPPED] = str(dropped)
    return response


def _limits(chosen: Sequence[Tiled], matrix_set: TileMatrixSet) -> tuple[Limits, ...]:
    return _union(each.source.limits(matrix_set) for each in chosen)


def _union(all_limits: Iterable[tuple[Limits, ...]]) -> tuple[Limits, ...]:
    """Return, level by level, the tiles that any of them reaches."""
    by_level: dict[str, list[Limits]] = {}
    levels: dict[str, Level] = {}
    for held in all_limits:
        for reached in held:
            by_level.setdefault(reached.level.id, []).append(reached)
            levels[reached.level.id] = reached.level
    return tuple(
        Limits(
            levels[identifier],
            min(one.min_row for one in found),
            max(one.max_row for one in found),
            min(one.min_column for one in found),
            max(one.max_column for one in found),
        )
        for identifier, found in sorted(by_level.items(), key=lambda pair: int(pair[0]))
    )


def _head(matrix_set: TileMatrixSet, base: str, language: str) -> Document:
    return {
        "title": f"{_WORDS[language]['title']} – {matrix_set.id}",
        "dataType": "vector",
        "crs": matrix_set.crs_uri,
        "tileMatrixSetURI": matrix_set_uri(matrix_set, base),
    }


def _links(base: str, matrix_set: TileMatrixSet, asked: str | None, language: str) -> list[Document]:
    words = _WORDS[language]
    href = _address(base, matrix_set.id, asked, "{tileMatrix}/{tileRow}/{tileCol}")
    scheme = f"{base}/tileMatrixSets/{matrix_set.id}?f=json"
    return [
        link(f"{REL}/tiling-scheme", scheme, "application/json", words["scheme"]),
        {**link("item", href, MEDIA_TYPES[MVT], words["tile"]), "templated": True},
    ]


def _own_links(address: str, asked: str | None, title: str) -> list[Document]:
    query = f"&collections={asked}" if asked else ""
    return [
        link(relation, f"{address}?f={name}{query}", media_type, title)
        for relation, name, media_type in (
            ("self", JSON, "application/json"),
            ("alternate", HTML, "text/html"),
        )
    ]


def _own(base: str, matrix_set: TileMatrixSet, asked: str | None) -> str:
    return f"{base}/tiles/{matrix_set.id}?f=json" + (f"&collections={asked}" if asked else "")


def _address(base: str, identifier: str, asked: str | None, place: str) -> str:
    return f"{base}/tiles/{identifier}/{place}?f={MVT}" + (f"&collections={asked}" if asked else "")


def _nothing(identifier: str) -> NotFound:
    return NotFound(
        f"{identifier} has no vector tiles",
        f"{identifier} n'a pas de tuiles vectorielles",
        where="collections",
    )
