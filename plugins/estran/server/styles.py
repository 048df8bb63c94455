"""OGC API Styles: how the layers and the results of processes are drawn, in the languages that maps speak.

Every collection that can be drawn has one style, of the same identifier; the result of a process has the
style `process-` and the identifier of the process.
Reference: OGC 20-009 (draft), Styles Core.
"""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response, request

from estran.carbon.errors import EstranError, NotFound
from estran.layers.styles import legend, maplibre, qml, sld
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.results import PREFIX, result_style
from estran.layers.styles.style import Style
from estran.layers.territory import Territory, read_territory
from estran.server.caching import cached
from estran.server.negotiation import HTML, JSON, chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.service import Service
from estran.server.styles_formats import (
    DESCRIBED,
    DRAWN,
    EXTENSIONS,
    LEGENDS,
    STYLESHEETS,
    TITLES,
    VERSIONS,
    media_type,
    words_in,
)
from estran.server.tiles import zooms

STYLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/styles"
LEGEND_REL = "http://www.opengis.net/def/rel/ogc/1.0/legend"


def styles(service: Service) -> Response:
    """List the styles of the layers and of the results of processes."""
    return cached(service, None, partial(_listed, service, "/styles", _drawn(service)))


def collection_styles(service: Service, collection: str) -> Response:
    """List the style of a collection."""
    service.layers.require(collection)
    address = f"/collections/{collection}/styles"
    return cached(service, collection, lambda: _listed(service, address, [_style(service, collection)]))


def stylesheet(service: Service, style: str) -> Response:
    """Return a style in one of its languages, or its page."""
    return cached(service, _collection_of(service, style), lambda: _stylesheet(service, style))


def collection_stylesheet(service: Service, collection: str, style: str) -> Response:
    """Return the style of a collection in one of its languages, or its page."""
    _check(service, style, collection)
    return stylesheet(service, style)


def metadata(service: Service, style: str) -> Response:
    """Return what is known of a style."""
    layer = _collection_of(service, style)

    def make() -> Response:
        checked_parameters(request.args, COMMON)
        return _page(service, _style(service, style), chosen_format(request, DESCRIBED), "metadata")

    return cached(service, layer, make)


def legend_of(service: Service, style: str) -> Response:
    """Return the legend of a style as a picture."""
    layer = _collection_of(service, style)
    return cached(service, layer, lambda: _legend(service, _style(service, style)), keep=True)


def collection_legend(service: Service, collection: str, style: str) -> Response:
    """Return the legend of the style of a collection."""
    _check(service, style, collection)
    return legend_of(service, style)


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to its styles, none when it cannot be drawn."""
    try:
        style = _style(service, collection)
    except EstranError:
        return []
    language = service.language().language
    words = words_in(language)
    base = f"{base_url(service)}/collections/{collection}/styles"
    listed = {
        "rel": STYLES_REL,
        "type": "application/json",
        "title": words["styles"],
        "href": f"{base}?f=json",
    }
    picture = {
        "rel": LEGEND_REL,
        "type": legend.PNG,
        "title": words["legend"],
        "href": f"{base}/{style.id}/legend?f=png",
    }
    return [listed, *stylesheet_links(service, style, base), picture]


def landing_links(service: Service) -> list[dict[str, Any]]:
    """Return the link of the landing page to all styles."""
    words = words_in(service.language().language)
    href = f"{base_url(service)}/styles?f=json"
    return [{"rel": STYLES_REL, "type": "application/json", "title": words["styles"], "href": href}]


def with_style(service: Service, description: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a process with the links to the style of its result."""
    links = stylesheet_links(service, result_style(description["id"]), f"{base_url(service)}/styles")
    return {**description, "links": [*description.get("links", ()), *links]}


def link_result(service: Service, process: str, response: Response) -> Response:
    """Name, in the header of a result that has geometries, the style to draw it with."""
    if response.mimetype in DRAWN:
        href = f"{base_url(service)}/styles/{PREFIX}{process}?f=mbs"
        response.headers.add("Link", f'<{href}>; rel="stylesheet"; type="{maplibre.MEDIA_TYPE}"')
    return response


def stylesheet_links(service: Service, style: Style, base: str) -> list[dict[str, Any]]:
    """Return one link for each language of a style."""
    words = words_in(service.language().language)
    return [
        {
            "rel": "stylesheet",
            "type": media_type(name),
            "title": f"{words['style']} {TITLES[name]}",
            "href": f"{base}/{style.id}?f={name}",
        }
        for name in TITLES
    ]


def territory_of(service: Service) -> Territory:
    """Return the territory that the service serves."""
    return read_territory(service.config_path)


def map_source(service: Service, style: Style) -> maplibre.MapSource:
    """Return where a map finds what the style draws."""
    if style.id.startswith(PREFIX):
        world = (-180.0, -85.0, 180.0, 85.0)
        return maplibre.MapSource(style.id, None, None, world, ANY_ZOOM, "")
    resource = service.configuration["resources"][style.id]
    base = f"{base_url(service)}/collections/{style.id}"
    west, south, east, north = _corners(resource["extents"]["spatial"]["bbox"])
    held = zooms(service, style.id, is_drawn=style.kind == "raster")
    path, extension = ("map/tiles", "png") if style.kind == "raster" else ("tiles", "mvt")
    tiles = f"{base}/{path}/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f={extension}" if held else None
    return maplibre.MapSource(
        id=style.id,
        tiles=tiles,
        geojson=f"{base}/items?f=json&limit={service.configuration['server']['limits']['max_items']}",
        bounds=(west, max(south, -85.0), east, min(north, 85.0)),
        zooms=held or ANY_ZOOM,
        attribution=str((resource.get("estran") or {}).get("attribution", "")),
    )


ANY_ZOOM = (0, 18)
"""Zooms of a source that has no tiles."""


def _listed(service: Service, address: str, found: list[Style]) -> Response:
    language = service.language().language
    document: dict[str, Any] = {
        "title": words_in(language)["styles"],
        "styles": [_described(service, style) for style in found],
        "links": _self_links(service, address),
    }
    if address != "/styles" and found:
        document["default"] = found[0].id
    return service.page("styles/index.html", document, DESCRIBED)


def _described(service: Service, style: Style) -> dict[str, Any]:
    base = f"{base_url(service)}/styles"
    words = words_in(service.language().language)
    more = [
        ("describedby", "application/json", words["metadata"], f"{base}/{style.id}/metadata?f=json"),
        (LEGEND_REL, legend.PNG, words["legend"], f"{base}/{style.id}/legend?f=png"),
        ("alternate", "text/html", words["page"], f"{base}/{style.id}?f=html"),
    ]
    return {
        "id": style.id,
        "title": _title(service, style),
        "links": [
            *stylesheet_links(service, style, base),
            *({"rel": rel, "type": kind, "title": title, "href": href} for rel, kind, title, href in more),
        ],
    }


def _stylesheet(service: Service, identifier: str) -> Response:
    checked_parameters(request.args, COMMON)
    name = chosen_format(request, STYLESHEETS)
    style = _style(service, identifier)
    language = service.language().language
    if name == HTML:
        return _page(service, style, HTML, "style")
    if name == "mbs":
        document = maplibre.maplibre_document(style, map_source(service, style), language)
        return service.written(document, name, headers={"Content-Type": maplibre.MEDIA_TYPE})
    body = qml.qml(style, language) if name == "qml" else sld.sld(style, language, version=VERSIONS[name])
    response = _bytes(service, body, media_type(name))
    response.headers["Content-Disposition"] = f'inline; filename="{style.id}.{EXTENSIONS[name]}"'
    return response


def _legend(service: Service, style: Style) -> Response:
    checked_parameters(request.args, COMMON)
    name = chosen_format(request, LEGENDS)
    language = service.language().language
    if name == HTML:
        return _page(service, style, HTML, "legend")
    draw: Callable[[Style, str], bytes] = legend.legend_svg if name == "svg" else legend.legend_png
    return _bytes(service, draw(style, language), legend.SVG if name == "svg" else legend.PNG)


def _page(service: Service, style: Style, name: str, template: str) -> Response:
    """Return what is known of a style, as JSON or around its legend."""
    data = drawn_legend(style, service.language().language)
    return service.written(_metadata(service, style), name, template=f"styles/{template}.html", data=data)


def layer_page(service: Service, collection: str) -> dict[str, Any]:
    """Return what the page of a collection shows beside its description: its legend and its columns."""
    columns = {"columns": service.layers.state(collection).fields}
    try:
        style = _style(service, collection)
    except EstranError:
        return columns
    return {**columns, **drawn_legend(style, service.language().language)}


def drawn_legend(style: Style, language: str) -> dict[str, Any]:
    """Return the legend as the pages show it: a title, and a drawing with its label for each symbol."""
    return {
        "legendTitle": legend.legend_title(style, language),
        "rules": [
            {"label": rule.label.text(language), "swatch": legend.swatch(style.kind, rule)}
            for rule in style.legend()
        ],
    }


def _metadata(service: Service, style: Style) -> dict[str, Any]:
    language = service.language().language
    words = words_in(language)
    base = f"{base_url(service)}/styles/{style.id}"
    is_result = style.id.startswith(PREFIX)
    resource = service.configuration["resources"][style.id.removeprefix(PREFIX) if is_result else style.id]
    layer = resource.get("estran") or {}
    kind = "processes" if is_result else "collections"
    return {
        "id": style.id,
        "title": _title(service, style),
        "description": f"{words['tells']} {legend.legend_title(style, language)}",
        "keywords": [words["own"] if style.is_own else words["made"]],
        "license": (layer.get("licence") or {}).get("id"),
        "scope": "style",
        "stylesheets": [
            {
                "title": TITLES[name],
                "native": name == "mbs",
                "link": {"rel": "stylesheet", "type": media_type(name), "href": f"{base}?f={name}"},
            }
            for name in TITLES
        ],
        "layers": [{"id": style.id, "type": _GEOMETRY[style.kind], "fields": _fields(style)}],
        "legend": maplibre.maplibre_legend(style, language),
        "links": [
            *_self_links(service, f"/styles/{style.id}/metadata"),
            {"rel": LEGEND_REL, "type": legend.PNG, "title": words["legend"], "href": f"{base}/legend?f=png"},
            {
                "rel": "describes",
                "type": "application/json",
                "title": words["data"],
                "href": f"{base_url(service)}/{kind}/{style.id.removeprefix(PREFIX)}",
            },
        ],
    }


_GEOMETRY: Mapping[str, str] = {"fill": "polygon", "line": "line", "point": "point", "raster": "raster"}


def _fields(style: Style) -> list[dict[str, str]]:
    return [{"id": style.field}] if style.field else []


def _style(service: Service, identifier: str) -> Style:
    if identifier.startswith(PREFIX):
        process = identifier.removeprefix(PREFIX)
        if process in service.api.manager.processes:
            return result_style(process)
    elif identifier in service.layers.visible():
        service.layers.require(identifier)
        return style_of(territory_of(service), identifier)
    raise NotFound(
        f"unknown style {identifier!r}; /styles lists them",
        f"style inconnu : {identifier!r} ; /styles en donne la liste",
        where="styleId",
    )


def _drawn(service: Service) -> list[Style]:
    """Return the styles of what can be drawn now."""
    found = []
    for identifier in service.layers.visible():
        try:
            found.append(_style(service, identifier))
        except EstranError:
            continue
    return [*found, *(result_style(process) for process in sorted(service.api.manager.processes))]


def _collection_of(service: Service, style: str) -> str | None:
    return style if style in service.layers.visible() else None


def _check(service: Service, style: str, collection: str) -> None:
    service.layers.require(collection)
    if style != collection:
        raise NotFound(
            f"the collection {collection} has no style {style!r}; its style is {collection}",
            f"la collection {collection} n'a pas de style {style!r} ; son style est {collection}",
            where="styleId",
        )


def _title(service: Service, style: Style) -> str:
    language = service.language().language
    if style.id.startswith(PREFIX):
        return style.title.text(language)
    return said(service.configuration["resources"][style.id]["title"], language)


def said(text: Any, language: str) -> str:
    """Return a text of the configuration in a language."""
    if isinstance(text, Mapping):
        return str(text.get(language) or next(iter(text.values()), ""))
    return str(text)


def _bytes(service: Service, body: bytes, media_type: str) -> Response:
    response = Response(body, HTTPStatus.OK, content_type=media_type)
    response.headers["Content-Language"] = service.language().language
    return response


def _self_links(service: Service, address: str) -> list[dict[str, Any]]:
    words = words_in(service.language().language)
    return [
        {"rel": rel, "type": kind, "title": words[name], "href": f"{base_url(service)}{address}?f={name}"}
        for rel, kind, name in (("self", "application/json", JSON), ("alternate", "text/html", HTML))
    ]


def base_url(service: Service) -> str:
    """Return the address that all links start with."""
    return str(service.configuration["server"]["url"]).rstrip("/")


def _corners(bbox: list[float] | list[list[float]]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of an extent, which may be a list of boxes and have heights."""
    box: list[Any] = bbox[0] if isinstance(bbox[0], list) else bbox
    half = len(box) // 2
    return float(box[0]), float(box[1]), float(box[half]), float(box[half + 1])
