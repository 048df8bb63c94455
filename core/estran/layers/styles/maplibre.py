"""A style as a MapLibre document: complete, its source included, ready for a map.

Reference: MapLibre Style Specification, version 8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from estran.layers.styles.style import Rule, Style, Symbol

NOTHING = "rgba(0,0,0,0)"
MEDIA_TYPE = "application/vnd.mapbox.style+json"


@dataclass(frozen=True, slots=True)
class MapSource:
    """Where the tiles are.

    Attributes:
        id: Name of the source; of the layer in its tiles too.
        tiles: Address of the tiles, with `{z}`, `{x}` and `{y}`; None when there are none.
        geojson: Address of the features, for a source without tiles; None when who draws gives them.
        bounds: West, south, east, north.
        zooms: First and last zoom that have tiles.
        attribution: Who to credit.
    """

    id: str
    tiles: str | None
    geojson: str | None
    bounds: tuple[float, float, float, float]
    zooms: tuple[int, int]
    attribution: str


def maplibre_document(style: Style, source: MapSource, language: str) -> dict[str, Any]:
    """Return the style as a document that a map can load as it is."""
    west, south, east, north = source.bounds
    return {
        "version": 8,
        "name": style.title.text(language),
        "metadata": {"estran:legend": maplibre_legend(style, language)},
        "center": [(west + east) / 2, (south + north) / 2],
        "zoom": 9,
        "sources": {source.id: _source(style, source)},
        "layers": maplibre_layers(style, source),
    }


def maplibre_legend(style: Style, language: str) -> list[dict[str, Any]]:
    """Return what each symbol means, for who draws a legend of the document."""
    return [
        {
            "label": rule.label.text(language),
            **{
                name: value
                for name, value in (
                    ("fill", rule.symbol.fill),
                    ("stroke", rule.symbol.stroke),
                    ("opacity", rule.symbol.opacity),
                )
                if value is not None
            },
        }
        for rule in style.legend()
    ]


def maplibre_layers(style: Style, source: MapSource) -> list[dict[str, Any]]:
    """Return the layers of the document."""
    if style.kind == "raster":
        paint = {"raster-resampling": "nearest", "raster-fade-duration": 0}
        return [{"id": source.id, "type": "raster", "source": source.id, "paint": paint}]
    layers = []
    if style.kind == "fill" and any(rule.symbol.fill and rule.symbol.opacity for rule in style.rules):
        paint = {
            "fill-color": _chosen(style, lambda symbol: symbol.fill or NOTHING),
            "fill-opacity": _chosen(style, lambda symbol: symbol.opacity if symbol.fill else 0),
        }
        layers.append(_layer(style, source, "fill", paint, "Polygon"))
    if style.kind in {"fill", "line"} and any(rule.symbol.stroke for rule in style.rules):
        paint = {
            "line-color": _chosen(style, lambda symbol: symbol.stroke or NOTHING),
            "line-width": _chosen(style, lambda symbol: symbol.width_px if symbol.stroke else 0),
            "line-opacity": _chosen(style, lambda symbol: 1.0 if symbol.fill else symbol.opacity),
        }
        layers.append(_layer(style, source, "line", paint, None))
    if style.kind == "point" or style.is_mixed:
        paint = {
            "circle-color": _chosen(style, lambda symbol: symbol.fill or NOTHING),
            "circle-opacity": _chosen(style, lambda symbol: symbol.opacity),
            "circle-radius": _chosen(style, lambda symbol: symbol.radius_px),
            "circle-stroke-color": _chosen(style, lambda symbol: symbol.stroke or NOTHING),
            "circle-stroke-width": _chosen(style, lambda symbol: symbol.width_px if symbol.stroke else 0),
        }
        layers.append(_layer(style, source, "circle", paint, "Point"))
    return layers


def _source(style: Style, source: MapSource) -> dict[str, Any]:
    if source.tiles is None:
        nothing: dict[str, Any] = {"type": "FeatureCollection", "features": []}
        return {"type": "geojson", "data": source.geojson or nothing, "attribution": source.attribution}
    return {
        "type": "raster" if style.kind == "raster" else "vector",
        "tiles": [source.tiles],
        "bounds": list(source.bounds),
        "minzoom": source.zooms[0],
        "maxzoom": source.zooms[1],
        "attribution": source.attribution,
        **({"tileSize": 256} if style.kind == "raster" else {}),
    }


def _layer(
    style: Style, source: MapSource, kind: str, paint: Mapping[str, Any], geometry: str | None
) -> dict[str, Any]:
    layer: dict[str, Any] = {"id": f"{source.id}-{kind}", "type": kind, "source": source.id}
    if source.tiles is not None:
        layer["source-layer"] = source.id
    filters: list[Any] = []
    if style.is_mixed and geometry:
        filters.append(["in", ["geometry-type"], ["literal", [geometry, f"Multi{geometry}"]]])
    elif style.is_mixed:
        filters.append(["!", ["in", ["geometry-type"], ["literal", ["Point", "MultiPoint"]]]])
    if style.field and not any(rule.is_otherwise for rule in style.rules):
        filters.append(["any", *(_test(style.field, rule) for rule in style.rules)])
    if filters:
        layer["filter"] = filters[0] if len(filters) == 1 else ["all", *filters]
    return {**layer, "paint": dict(paint)}


def _chosen(style: Style, value: Callable[[Symbol], Any]) -> Any:
    """Return a value for all, or an expression that chooses by the field."""
    values = [value(rule.symbol) for rule in style.rules]
    if style.field is None or all(other == values[0] for other in values):
        return values[0]
    tested = [(rule, found) for rule, found in zip(style.rules, values, strict=True) if not rule.is_otherwise]
    default = next(
        (found for rule, found in zip(style.rules, values, strict=True) if rule.is_otherwise), values[-1]
    )
    branches = [part for rule, found in tested for part in (_test(style.field, rule), found)]
    return ["case", *branches, default]


def _test(field: str, rule: Rule) -> list[Any]:
    got = ["get", field]
    if rule.is_otherwise:
        return ["literal", True]
    if rule.value is not None:
        return ["==", got, rule.value]
    bounds: list[Any] = [["==", ["typeof", got], "number"]]
    if rule.low is not None:
        bounds.append([">=", got, rule.low])
    if rule.high is not None:
        bounds.append(["<", got, rule.high])
    return ["all", *bounds]
