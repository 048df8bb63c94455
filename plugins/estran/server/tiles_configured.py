"""Which collections have tiles without saying so: those that our providers serve and that can be drawn."""

from typing import Any

from estran.layers.settings import LayerSettings

PROVIDER = "estran.providers.tiles.TileProvider"
TILED = (
    "estran.providers.features.FeatureProvider",
    "estran.providers.coverage.CoverageProvider",
)
"""Providers whose data are also cut into tiles."""

_TAKEN = (
    "data",
    "table",
    "id_field",
    "properties",
    "config",
    "collection",
    "base_url",
    "attribution",
    "licence",
    "field_settings",
)
_FORMATS = {
    "feature": {"name": "mvt", "mimetype": "application/vnd.mapbox-vector-tile"},
    "coverage": {"name": "png", "mimetype": "image/png"},
}


def add_tiles(resource: dict[str, Any], layer: LayerSettings | None) -> None:
    """Add a tile provider to a completed collection, unless it declares one or switches tiles off."""
    providers: list[dict[str, Any]] = resource["providers"]
    if layer is None or not layer.tiles.enabled or any(made["type"] == "tile" for made in providers):
        return
    source = next((made for made in providers if made.get("name") in TILED), None)
    if source is None:
        return
    providers.append(
        {
            "type": "tile",
            "name": PROVIDER,
            **{key: source[key] for key in _TAKEN if key in source},
            "tiles": layer.tiles.model_dump(),
            "options": {},
            "format": dict(_FORMATS[source["type"]]),
        }
    )
