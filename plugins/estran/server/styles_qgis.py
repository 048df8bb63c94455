"""Files that QGIS opens: one layer with its style, or all of the territory, as a group or as a project."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from pyproj import CRS

from estran.carbon.errors import EstranError, NotFound
from estran.layers.geodesy import parse_crs
from estran.layers.raster import open_raster
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.qgis import (
    MEDIA_TYPE,
    PROJECT_MEDIA_TYPE,
    QgisLayer,
    layer_definition,
    oapif_source,
    project,
)
from estran.server.caching import cached
from estran.server.maps import corners, default_layers, whole_extent
from estran.server.negotiation import chosen_format
from estran.server.parameters import COMMON, checked_parameters
from estran.server.service import Service
from estran.server.styles import base_url, said, territory_of
from estran.server.styles_formats import QGIS, QGIS_ALL

DRAWN = frozenset({"feature", "coverage"})


def collection_qgis(service: Service, collection: str) -> Response:
    """Return the layer definition of a collection."""
    service.layers.require(collection)

    def make() -> Response:
        layer = _layer(service, collection)
        if layer is None:
            raise NotFound(
                f"the collection {collection} is not a layer of a map; ask for its items",
                f"la collection {collection} n'est pas une couche de carte ; demandez ses objets",
                where="collectionId",
            )
        return _answer(service, [layer], collection, None)

    return cached(service, collection, make)


def qgis(service: Service) -> Response:
    """Return the layer definition of all the layers of the territory."""

    def make() -> Response:
        found = [_layer(service, identifier) for identifier in service.layers.visible()]
        layers = [layer for layer in found if layer is not None]
        territory = territory_of(service).settings.territory
        group = f"Estran · {territory.name.text(service.language().language)}"
        if chosen_format(request, QGIS_ALL) == "qgs":
            return _project(service, layers, territory.id, group)
        return _answer(service, layers, territory.id, group)

    return cached(service, None, make)


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the link of a collection to its layer definition, none when it cannot be drawn."""
    if _layer(service, collection) is None:
        return []
    title = "Ouvrir dans QGIS" if service.language().language == "fr" else "Open in QGIS"
    href = f"{base_url(service)}/collections/{collection}/qgis?f=qlr"
    return [{"rel": "related", "type": MEDIA_TYPE, "title": title, "href": href}]


def _project(service: Service, layers: list[QgisLayer], name: str, title: str) -> Response:
    """Return the project: the map of the territory, the layers that the server draws first ticked."""
    checked_parameters(request.args, COMMON)
    crs = parse_crs(territory_of(service).settings.ledger.crs)
    shown = default_layers(service)
    boxes = [corners(service, identifier) for identifier in shown or [layer.id for layer in layers]]
    extent = whole_extent(boxes, crs)
    language = service.language().language
    body = project(layers, language, title=title, crs=crs, bounds=extent, shown=shown)
    response = Response(body, content_type=PROJECT_MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.qgs"'
    return response


def _answer(service: Service, layers: list[QgisLayer], name: str, group: str | None) -> Response:
    checked_parameters(request.args, COMMON)
    chosen_format(request, QGIS)
    language = service.language().language
    response = Response(layer_definition(layers, language, group=group), content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.qlr"'
    return response


def _layer(service: Service, collection: str) -> QgisLayer | None:
    """Return a collection as a layer; None for one that cannot be read or is not drawn."""
    resource: Mapping[str, Any] = service.configuration["resources"][collection]
    kinds = DRAWN & {provider["type"] for provider in resource["providers"]}
    if not kinds or not service.layers.state(collection).is_ready:
        return None
    territory = territory_of(service)
    try:
        style = style_of(territory, collection)
    except EstranError:
        return None
    language = service.language().language
    url = base_url(service)
    is_grid = "coverage" in kinds
    file = f"/vsicurl/{url}/collections/{collection}/download?f=tif"
    crs = open_raster(territory.layer(collection).path).grid.crs if is_grid else CRS.from_epsg(4326)
    return QgisLayer(
        id=collection,
        title=said(resource["title"], language),
        abstract=said(resource["description"], language),
        attribution=str((resource.get("estran") or {}).get("attribution", "")),
        source=file if is_grid else oapif_source(url, collection),
        provider="gdal" if is_grid else "OAPIF",
        crs=crs,
        style=style,
    )
