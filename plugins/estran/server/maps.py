"""OGC API Maps: a layer, or several one over the other, as a picture of any place, CRS and size.

Reference: OGC 20-058, OGC API - Maps, part 1.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import Response, request
from pygeoapi.plugin import load_plugin
from pyproj import CRS

from estran.carbon.errors import EstranError, NotFound
from estran.layers.drawing.encoding import MEDIA_TYPES
from estran.layers.features.location import is_database
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs
from estran.layers.raster import open_raster
from estran.layers.raster_grid import Bounds
from estran.layers.settings import LayerRole
from estran.layers.styles.catalogue import style_of
from estran.layers.territory import Layer, Territory, read_territory
from estran.providers.coverage_json import crs_uri
from estran.providers.maps import picture_format
from estran.providers.maps_query import WHITE, MapAsked, map_asked, map_extent
from estran.server.caching import cached
from estran.server.negotiation import HTML, MAPS, chosen_format
from estran.server.parameters import DATASET_MAP, MAP, checked_parameters
from estran.server.service import Service
from estran.server.styles import drawn_legend

MAP_REL = "http://www.opengis.net/def/rel/ogc/1.0/map"

SHOWN_TOGETHER: tuple[LayerRole, ...] = ("land-cover", "wetlands", "communes")
"""Roles of the layers of the map of the territory when none is named, the first at the bottom."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {"map": "Carte en", "page": "Page de la carte"},
    "en": {"map": "Map as", "page": "Page of the map"},
}


def collection_map(service: Service, collection: str) -> Response:
    """Return the picture of a collection."""
    service.layers.require(collection)
    return cached(service, collection, partial(_one, service, collection), keep=True)


def dataset_map(service: Service) -> Response:
    """Return the picture of several collections, the first at the bottom."""
    return cached(service, None, partial(_several, service), keep=True)


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to its map, none when there is nothing to draw."""
    if not can_be_drawn(service, collection):
        return []
    return _links(service, f"/collections/{collection}/map")


def landing_links(service: Service) -> list[dict[str, Any]]:
    """Return the links of the landing page to the map of the territory."""
    return _links(service, "/map") if default_layers(service) else []


def can_be_drawn(service: Service, collection: str) -> bool:
    """Tell whether a collection has a map."""
    territory = read_territory(service.config_path)
    layer = territory.layers.get(collection)
    if layer is None or not (layer.table or layer.resampling):
        return False
    try:
        style_of(territory, collection)
    except EstranError:
        return False
    return True


def _one(service: Service, collection: str) -> Response:
    parameters = checked_parameters(request.args, MAP)
    name = chosen_format(request, MAPS)
    territory = read_territory(service.config_path)
    if not can_be_drawn(service, collection):
        raise _nothing_to_draw(collection)
    layer = territory.layers[collection]
    native = _crs(layer)
    extent, extent_crs = _extent(service, layer)
    asked = map_asked(
        parameters, extent=extent, extent_crs=extent_crs, native=native, limit=_limit(territory)
    )
    if name == HTML:
        return _page(service, collection, [collection], asked)
    provider = load_plugin("provider", _definition(service, layer))
    body = provider.query(
        bbox=asked.bounds,
        width=asked.width,
        height=asked.height,
        crs=asked.crs,
        datetime_=asked.interval,
        transparent=asked.background is None,
        background=asked.background or WHITE,
        void=asked.void,
        format_=name,
    )
    return _picture(service, body, name, asked)


def _several(service: Service) -> Response:
    parameters = checked_parameters(request.args, DATASET_MAP)
    name = chosen_format(request, MAPS)
    territory = read_territory(service.config_path)
    named = parameters.get("collections")
    identifiers = named.split(",") if named is not None else default_layers(service)
    for identifier in identifiers:
        service.layers.require(identifier)
        if not can_be_drawn(service, identifier):
            raise _nothing_to_draw(identifier)
    if not identifiers:
        raise _nothing_to_draw("map")
    asked = map_asked(
        parameters,
        extent=_union([corners(service, identifier) for identifier in identifiers]),
        extent_crs=parse_crs("CRS84"),
        native=parse_crs(territory.settings.ledger.crs),
        limit=_limit(territory),
    )
    if name == HTML:
        return _page(service, "", identifiers, asked)
    from estran.layers.drawing.map import draw_map  # matplotlib is long to load

    body = draw_map(
        territory,
        identifiers,
        asked.bounds,
        asked.crs,
        asked.width,
        asked.height,
        background=asked.background,
        void=asked.void,
        interval=asked.interval,
        name=picture_format(name),
    )
    return _picture(service, body, name, asked)


def _picture(service: Service, body: bytes, name: str, asked: MapAsked) -> Response:
    response = Response(body, content_type=MAPS[name][0])
    uri = crs_uri(asked.crs)
    if uri is not None:
        response.headers["Content-Crs"] = f"<{uri}>"
    response.headers["Content-Bbox"] = asked.content_bbox()
    response.headers["Content-Language"] = service.language().language
    return response


def _page(service: Service, collection: str, drawn: Sequence[str], asked: MapAsked) -> Response:
    """The picture asked, as a page with its legend and its address in each format."""
    path = f"/collections/{collection}/map" if collection else "/map"
    territory = read_territory(service.config_path)
    language = service.language().language
    legends = [drawn_legend(style_of(territory, identifier), language) for identifier in drawn]
    extent = _union([corners(service, identifier) for identifier in drawn])
    document = {
        "collection": collection,
        "collections": list(drawn),
        "legends": [{"title": made["legendTitle"], "rules": made["rules"]} for made in legends],
        "example": ",".join(f"{edge:.6g}" for edge in extent),
        "address": f"{_base(service)}{path}",
        "parameters": {key: text for key, text in request.args.items() if key not in {"f", "lang"}},
        "width": asked.width,
        "height": asked.height,
        "bbox": asked.content_bbox(),
        "crs": crs_uri(asked.crs) or asked.crs.name,
        "formats": list(MEDIA_TYPES),
        "links": _links(service, path),
    }
    return service.written(document, HTML, template="collections/map/index.html")


def default_layers(service: Service) -> Sequence[str]:
    """The layers of the map of the territory: those of the known roles, else all that can be drawn."""
    territory = read_territory(service.config_path)
    drawn = [
        identifier
        for identifier in territory.layers
        if identifier in service.layers.visible()
        and service.layers.state(identifier).is_ready
        and can_be_drawn(service, identifier)
    ]
    by_role = [
        identifier
        for role in SHOWN_TOGETHER
        for identifier in drawn
        if territory.layers[identifier].settings.role == role
    ]
    return by_role or drawn


def _crs(layer: Layer) -> CRS:
    if layer.table:
        return open_feature_store(layer.location, layer.table, layer.id_field).crs
    return open_raster(layer.path).grid.crs


def _extent(service: Service, layer: Layer) -> tuple[Bounds, CRS]:
    """Edges of a layer: those of its cells, or those that its collection declares."""
    if layer.table:
        return corners(service, layer.id), parse_crs("CRS84")
    grid = open_raster(layer.path).grid
    return grid.bounds, grid.crs


def corners(service: Service, collection: str) -> Bounds:
    """West, south, east, north of a collection, whose extent may be a list of boxes and have heights."""
    written = service.configuration["resources"][collection]["extents"]["spatial"]["bbox"]
    box = written[0] if isinstance(written[0], list | tuple) else written
    half = len(box) // 2
    return float(box[0]), float(box[1]), float(box[half]), float(box[half + 1])


def whole_extent(boxes: Sequence[Bounds], crs: CRS) -> Bounds:
    """Return the edges, in a CRS, of boxes in longitude and latitude."""
    return map_extent(_union(boxes), parse_crs("CRS84"), crs)


def _union(boxes: Sequence[Bounds]) -> Bounds:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _limit(territory: Territory) -> int:
    return territory.settings.limits.coverage_pixels


def _definition(service: Service, layer: Layer) -> dict[str, Any]:
    """The definition of the map provider of a layer, which no territory has to write."""
    location = layer.location
    return {
        "type": "map",
        "name": "estran.providers.maps.MapProvider",
        "data": layer.id if is_database(location) else str(location),
        "config": str(service.config_path),
        "collection": layer.id,
        "format": {"name": "png", "mimetype": MEDIA_TYPES["png"]},
    }


def _links(service: Service, path: str) -> list[dict[str, Any]]:
    words = _WORDS[service.language().language]
    return [
        {
            "rel": MAP_REL,
            "type": types[0],
            "title": words["page"] if name == HTML else f"{words['map']} {name.upper()}",
            "href": f"{_base(service)}{path}?f={name}",
        }
        for name, types in MAPS.items()
    ]


def _base(service: Service) -> str:
    return str(service.configuration["server"]["url"]).rstrip("/")


def _nothing_to_draw(identifier: str) -> NotFound:
    return NotFound(
        f"the collection {identifier} has no map: it has nothing to draw",
        f"la collection {identifier} n'a pas de carte : elle n'a rien à dessiner",
        where="collectionId",
    )
