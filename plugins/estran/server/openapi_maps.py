"""Which addresses of maps does the OpenAPI document hold?"""

from collections.abc import Mapping
from typing import Any

from estran.server.versions import OWN


def map_paths(served: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the addresses of the maps of the collections served, and of the map of all of them."""
    paths: dict[str, dict[str, Any]] = {
        f"/collections/{identifier}/map": {"get": {"tags": [identifier]}}
        for identifier, resource in served.items()
        if resource["type"] == "collection" and _has_map(resource)
    }
    return {**paths, "/map": {"get": {}}} if paths else {}


def _has_map(resource: Mapping[str, Any]) -> bool:
    provider = resource["providers"][0]
    is_drawn = provider["type"] == "coverage" or "table" in provider
    return "estran" in resource and is_drawn and not str(provider.get("data")).startswith(OWN)
