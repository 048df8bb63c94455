"""What a feature holds and what a filter may name: pygeoapi's two schemas, with what the layer knows.

pygeoapi titles a property by the name of its column, drops what the provider knows of it, and calls every
geometry "any".
"""

import json
from typing import Any

from pygeoapi.api import get_collection_schema
from pygeoapi.api.itemtypes import get_collection_queryables
from pygeoapi.plugin import load_plugin

from estran.providers.features import FeatureProvider
from estran.providers.features_schema import DRAFT, GEOMETRY_TITLE
from estran.providers.request import language
from estran.server.api import EstranAPI, EstranRequest
from estran.server.negotiation import JSON

type Answer = tuple[dict[str, str], int, str]


def described_queryables(api: EstranAPI, asked: EstranRequest, collection: str) -> Answer:
    """Return what a filter may name, with the meaning of `pygeoapi.api.itemtypes`."""
    headers, status, content = get_collection_queryables(api, asked.in_format(JSON), collection)
    document: dict[str, Any] = json.loads(content)
    provider = load_plugin("provider", api.config["resources"][collection]["providers"][0])
    known = _properties(provider, ranges=True)
    if known is None:
        known = {"geometry": _titled(), **provider.fields}
    listed = document["properties"]
    document["properties"] = {
        name: {**listed[name], **known[name], **_domain(listed[name], known[name])}
        for name in known
        if name in listed
    }
    return headers, status, _closed(document)


def described_schema(api: EstranAPI, asked: EstranRequest, collection: str) -> Answer:
    """Return the schema of the features of a collection, or of the bands of a coverage."""
    headers, status, content = get_collection_schema(api, asked.in_format(JSON), collection)
    provider = load_plugin("provider", api.config["resources"][collection]["providers"][0])
    known = _properties(provider, ranges=False)
    document: dict[str, Any] = json.loads(content)
    if known is None:
        if "geometry" in document["properties"]:
            document["properties"]["geometry"] |= _titled()
            content = json.dumps(document, ensure_ascii=False)
        return headers, status, content
    document["properties"] = known
    if provider.get_required():
        document["required"] = provider.get_required()
    return headers, status, _closed(document)


def _properties(provider: Any, *, ranges: bool) -> dict[str, dict[str, Any]] | None:
    if isinstance(provider, FeatureProvider):
        return provider.get_properties_schema(ranges=ranges)
    return None


def _titled() -> dict[str, Any]:
    return {"title": GEOMETRY_TITLE[language()]}


def _domain(listed: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """Return the values that pygeoapi found when the profile asks for them, else nothing."""
    return {"enum": listed["enum"]} if listed.get("enum") and "oneOf" not in known else {}


def _closed(document: dict[str, Any]) -> str:
    document["additionalProperties"] = False
    document["$schema"] = DRAFT
    document["$id"] = document["$id"].partition("?")[0]
    return json.dumps(document, ensure_ascii=False)
