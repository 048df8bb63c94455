"""What stands behind each address of the OpenAPI document: its formats, parameters and answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pygeoapi.util import get_dataset_formatters

from estran.factors.plain_yaml import read_yaml
from estran.server import parameters
from estran.server.downloads_offered import download_formats
from estran.server.negotiation import (
    HTML,
    ITEM,
    ITEMS,
    JSON,
    JSON_AND_HTML,
    JSON_ONLY,
    MAPS,
    OPENAPI,
    SCHEMAS,
    Formats,
    bare,
    coverage_formats,
)

PLAIN: Formats = {JSON: JSON_AND_HTML[JSON], HTML: JSON_AND_HTML[HTML]}


@dataclass(frozen=True, slots=True)
class Address:
    """One kind of address.

    Attributes:
        kind: Name of its summary and of the schema of its JSON answer.
        formats: What it can be answered in.
        allowed: Its query parameters.
    """

    kind: str
    formats: Formats
    allowed: frozenset[str]


_FIXED: Mapping[str, Address] = {
    "/": Address("landing", JSON_AND_HTML, parameters.COMMON),
    "/openapi": Address("openapi", OPENAPI, parameters.DOCUMENT),
    "/conformance": Address("conformance", PLAIN, parameters.COMMON),
    "/collections": Address("collections", JSON_AND_HTML, parameters.COMMON),
    "/processes": Address("processes", JSON_AND_HTML, parameters.COMMON | {"limit"}),
    "/jobs": Address("jobs", JSON_AND_HTML, parameters.PAGED),
    "/jobs/{jobId}": Address("job", JSON_AND_HTML, parameters.COMMON),
    "/jobs/{jobId}/results": Address("results", PLAIN, parameters.COMMON),
    "/health": Address("health", JSON_ONLY, parameters.COMMON),
    "/map": Address("map", MAPS, parameters.DATASET_MAP),
    "/dashboard": Address("dashboard", PLAIN, parameters.COMMON | {"commune"}),
}
_OF_COLLECTION: Mapping[str, Address] = {
    "": Address("collection", JSON_AND_HTML, parameters.COMMON),
    "/schema": Address("schema", SCHEMAS, parameters.COMMON),
    "/queryables": Address("queryables", SCHEMAS, parameters.QUERYABLES),
    "/sortables": Address("sortables", SCHEMAS, parameters.COMMON),
    "/items": Address("items", ITEMS, parameters.ITEMS),
    "/items/{featureId}": Address("item", ITEM, parameters.ITEM),
    "/map": Address("map", MAPS, parameters.MAP),
    "/coverage": Address("coverage", {}, parameters.COVERAGE),
    "/download": Address("download", {}, parameters.DOWNLOAD),
}
_OF_PROCESS: Mapping[str, Address] = {
    "": Address("process", JSON_AND_HTML, parameters.COMMON),
    "/execution": Address("execution", {}, parameters.COMMON),
}


def address_of(path: str, served: Mapping[str, Any]) -> Address | None:
    """Return what stands behind a path of the document, None for a path that is not ours.

    Args:
        path: As the document writes it.
        served: The resources of the configuration.
    """
    if path in _FIXED:
        return _FIXED[path]
    match = re.fullmatch(r"/(collections|processes)/([^/]+)(/.*)?", path)
    if match is None or match[2] not in served:
        return None
    known = _OF_COLLECTION if match[1] == "collections" else _OF_PROCESS
    address = known.get(match[3] or "")
    if address is None:
        return None
    return Address(address.kind, _formats(address, served[match[2]]), address.allowed)


@cache
def parts() -> dict[str, Any]:
    """Return the words, parameters and schemas that every document has; not to be changed."""
    text = files("estran.server").joinpath("openapi_parts.yml").read_text(encoding="utf-8")
    document: dict[str, Any] = read_yaml(text)
    return document


def _formats(address: Address, resource: Mapping[str, Any]) -> Formats:
    if address.kind == "download":
        return download_formats(resource)
    if address.kind == "coverage":
        provider = next(made for made in resource["providers"] if made["type"] == "coverage")
        return {
            name: (provider["format"]["mimetype"] if name == provider["format"]["name"] else types[0],)
            for name, types in coverage_formats(provider).items()
        }
    if address.kind == "items":
        added = get_dataset_formatters(dict(resource)).values()
        return {**address.formats, **{made.f: (bare(made.mimetype),) for made in added}}
    return address.formats
