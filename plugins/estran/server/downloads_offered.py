"""In which formats can a whole collection be taken away?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estran.layers.features.encoding.formats import FORMATS

WHOLE = ("gpkg", "parquet", "fgb", "csv")
"""Formats of a whole collection of features: those that hold any number of them."""

COG = "tif"
COG_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"

FEATURES = "estran.providers.features.FeatureProvider"
COVERAGE = "estran.providers.coverage.CoverageProvider"


def source(resource: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the definition of the provider whose data can be taken away whole, None when there is none."""
    settings = (resource.get("estran") or {}).get("downloads") or {}
    if resource.get("type") != "collection" or not settings.get("enabled", True):
        return None
    for provider in resource["providers"]:
        if provider["name"] == FEATURES or (provider["name"] == COVERAGE and _is_file(provider)):
            found: Mapping[str, Any] = provider
            return found
    return None


def download_formats(resource: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the formats by name, with their media type; the first one is the default."""
    provider = source(resource)
    if provider is None:
        return {}
    if provider["name"] == COVERAGE:
        return {COG: (COG_TYPE.split(";")[0],)}
    return {name: (FORMATS[name].media_type,) for name in WHOLE}


def _is_file(provider: Mapping[str, Any]) -> bool:
    """Tell whether the data of a coverage are here; those of another server are taken there."""
    data = str(provider.get("data"))
    return (
        "://" not in data and not data.startswith("/vsi") and Path(data).suffix.lower() in {".tif", ".tiff"}
    )
