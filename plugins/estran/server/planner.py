"""What the planner's page must know before its first request: questions, layers, classes, limits.

Everything comes from the configuration and from what the processes publish of themselves.
"""

from collections.abc import Mapping
from typing import Any

import shapely

from estran.carbon.errors import EstranError
from estran.layers.features.query import FeatureQuery
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs, reproject
from estran.layers.settings import LimitSettings
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.palette import read_palette
from estran.layers.territory import Territory, read_territory
from estran.server.service import Service

COMMUNES = "communes"
CRS84 = parse_crs("CRS84")
MOST_COMMUNES = 500
PROJECT = "project-impact"
QUESTIONS = (
    "carbon-stock",
    "carbon-flux",
    "sequestration-potential",
    PROJECT,
    "compare-scenarios",
    "carbon-balance",
    "building-emissions",
    "emissions-inventory",
    "parking-potential",
    "solar-potential",
    "mobility-footprint",
    "material-exchange",
    "territory-trajectory",
)
"""The order of the questions on the page; a process of the territory's own comes after."""


def planner_data(service: Service) -> dict[str, Any]:
    """Return what the scripts of the page read, in the language of the request."""
    language = service.language().language
    territory = read_territory(service.config_path)
    layers = [
        _layer(service, territory, identifier, language)
        for identifier, resource in service.configuration["resources"].items()
        if resource["type"] == "collection"
    ]
    return {
        "processes": _processes(service),
        "layers": [layer for layer in layers if layer],
        "classes": _classes(service, language),
        "communes": _communes(service, territory),
        "bbox": _bbox(layers),
        "crs": {"code": territory.settings.ledger.crs, "name": parse_crs(territory.settings.ledger.crs).name},
        "limit_mb": LimitSettings.model_validate(service.configuration["estran"].get("limits") or {}).body_mb,
    }


def _processes(service: Service) -> list[dict[str, Any]]:
    """Return the processes in the order of the questions, and whether each one asks for a place."""
    ready = service.api.manager.processes
    ordered = [identifier for identifier in QUESTIONS if identifier in ready]
    ordered += sorted(set(ready) - set(QUESTIONS))
    described = ((each, service.api.manager.get_processor(each).metadata) for each in ordered)
    return [
        {
            "id": identifier,
            "place": metadata.get("inputs", {}).get("geometry", {}).get("minOccurs", 0) > 0,
            "job": "async-execute" in metadata.get("jobControlOptions", ()),
        }
        for identifier, metadata in described
    ]


def _layer(service: Service, territory: Territory, identifier: str, language: str) -> dict[str, Any] | None:
    """Return a layer that can be drawn, or None."""
    resource = service.configuration["resources"][identifier]
    try:
        style = style_of(territory, identifier)
    except EstranError:
        return None
    if not service.layers.state(identifier).is_ready:
        return None
    provider: Mapping[str, Any] = resource["providers"][0]
    settings: Mapping[str, Any] = resource.get("estran") or {}
    licence: Mapping[str, Any] = settings.get("licence") or {}
    return {
        "id": identifier,
        "title": _in(resource["title"], language),
        "role": settings.get("role"),
        "kind": style.kind,
        "tiles": "map" if style.kind == "raster" else "vector",
        "synthetic": bool(settings.get("synthetic")),
        "vintage": settings.get("vintage"),
        "licence": {key: _in(licence[key], language) for key in ("title", "url") if key in licence},
        "attribution": _in(settings.get("attribution") or "", language),
        "support": settings.get("support") or {},
        "id_field": provider.get("id_field"),
        "title_field": provider.get("title_field"),
        "bbox": list(resource["extents"]["spatial"]["bbox"]),
    }


def _communes(service: Service, territory: Territory) -> list[list[Any]]:
    """Return the communes by name: identifier, name, longitude and latitude of a point inside."""
    layer = next((each for each in territory.layers.values() if each.settings.role == COMMUNES), None)
    if layer is None or not service.layers.state(layer.id).is_ready:
        return []
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    provider = service.configuration["resources"][layer.id]["providers"][0]
    title = provider.get("title_field") or layer.id_field
    named = [
        (feature, reproject(feature.geometry.representative_point(), store.crs, CRS84))
        for feature in store.query(FeatureQuery(limit=MOST_COMMUNES, count=False)).features
        if feature.geometry is not None
    ]
    found = [[each.id, str(each.properties.get(title) or each.id), *_degrees(point)] for each, point in named]
    return sorted(found, key=lambda commune: str(commune[1]))


def _degrees(point: shapely.Geometry) -> tuple[float, float]:
    """Return a point to about one metre."""
    (x, y), *_ = shapely.get_coordinates(point)
    return round(float(x), 5), round(float(y), 5)


def _classes(service: Service, language: str) -> list[dict[str, Any]]:
    """Return the land classes, their names and colours, and which ones a project may end in."""
    after: list[str] = []
    if PROJECT in service.api.manager.processes:
        described = service.api.manager.get_processor(PROJECT).metadata["inputs"]["after"]["schema"]
        after = described["propertyNames"]["enum"]
    known = read_palette().land_classes
    ordered = [*after, *(each for each in known if each not in after)]
    return [
        {
            "id": each,
            "title": getattr(known[each].label, language),
            "colour": known[each].fill,
            "after": each in after,
        }
        for each in ordered
        if each in known
    ]


def _bbox(layers: list[dict[str, Any] | None]) -> list[float]:
    """Return the extent of the communes, or of all layers when there are none."""
    drawn = [layer for layer in layers if layer]
    chosen = [layer for layer in drawn if layer["role"] == COMMUNES] or drawn
    boxes = [layer["bbox"] for layer in chosen]
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _in(text: Any, language: str) -> Any:
    return text.get(language) or next(iter(text.values())) if isinstance(text, dict) else text
