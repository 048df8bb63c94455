"""The OpenAPI document: made by pygeoapi, completed with what is ours, free of references to other hosts.

Only layers that can be read are described. The document is remembered until the state of a layer changes.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from pygeoapi.openapi import get_oas

from estran.server.health import Layers, LayerState
from estran.server.negotiation import coverage_formats
from estran.server.parameters import COVERAGE, ITEMS

LOGGER = logging.getLogger(__name__)

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "where": {"type": "string"},
    },
}
OBJECT: Mapping[str, Any] = {"type": "object"}
ERRORS: Mapping[str, str] = {
    "400": "InvalidParameter",
    "404": "NotFound",
    "406": "NotAcceptable",
    "413": "TooLarge",
    "500": "ServerError",
    "503": "Unavailable",
}
FEATURE_ID = {
    "name": "featureId",
    "in": "path",
    "required": True,
    "description": "Identifier of the feature",
    "schema": {"type": "string"},
}


class OpenApi:
    """The OpenAPI document of one configuration."""

    def __init__(self, configuration: Mapping[str, Any], layers: Layers) -> None:
        self._configuration = configuration
        self._layers = layers
        self._lock = threading.Lock()
        self._states: tuple[LayerState, ...] | None = None
        self._text = ""

    def text(self) -> str:
        """Return the document as JSON."""
        states = self._layers.states()
        if states != self._states:
            with self._lock:
                if states != self._states:
                    document = openapi_document(self._configuration, states)
                    self._text = json.dumps(document, ensure_ascii=False, default=str, separators=(",", ":"))
                    self._states = states
        return self._text


def openapi_document(configuration: Mapping[str, Any], states: tuple[LayerState, ...]) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document of the layers that are ready and of the processes."""
    ready = {state.id for state in states if state.is_ready}
    served = {
        identifier: resource
        for identifier, resource in configuration["resources"].items()
        if resource["type"] == "process" or identifier in ready
    }
    document: dict[str, Any] = get_oas(
        {**configuration, "resources": deepcopy(served)}, fail_on_invalid_collection=False
    )
    _add_parameters(document, served)
    _make_local(document)
    document["paths"]["/health"] = _health_path()
    return document


def _health_path() -> dict[str, Any]:
    answer = {"description": "State of the layers", "content": {"application/json": {"schema": OBJECT}}}
    return {
        "get": {
            "summary": "State of the server",
            "description": "Whether the server is ready, and the state of each layer",
            "tags": ["server"],
            "operationId": "getHealth",
            "parameters": [{"$ref": "#/components/parameters/f"}, {"$ref": "#/components/parameters/lang"}],
            "responses": {"200": answer, "503": answer},
        }
    }


def _add_parameters(document: dict[str, Any], served: Mapping[str, Any]) -> None:
    """Describe the parameters and formats that we accept and pygeoapi does not list."""
    document["components"]["parameters"].pop("vendorSpecificParameters", None)
    for path, operations in document["paths"].items():
        if "get" not in operations:
            continue
        parameters = [
            parameter
            for parameter in operations["get"].get("parameters", ())
            if "vendorSpecific" not in parameter.get("$ref", "")
        ]
        names = {_name(parameter) for parameter in parameters}
        if path.endswith("/items"):
            parameters += [_parameter(name) for name in sorted(ITEMS - names)]
        elif path.endswith("/coverage"):
            provider = _coverage_provider(served[path.split("/")[2]])
            parameters = [parameter for parameter in parameters if _name(parameter) != "f"]
            parameters += [_parameter(name) for name in sorted(COVERAGE - names)]
            parameters.append(_parameter("f", list(coverage_formats(provider))))
        operations["get"]["parameters"] = parameters


def _coverage_provider(resource: Mapping[str, Any]) -> dict[str, Any]:
    return next(provider for provider in resource["providers"] if provider["type"] == "coverage")


def _name(parameter: Mapping[str, Any]) -> str:
    """Return the name of a parameter, given in full or by reference."""
    return str(parameter.get("name") or parameter["$ref"].rpartition("/")[2].removesuffix(".yaml"))


def _parameter(name: str, values: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "string", **({"enum": list(values)} if values else {})},
    }


def _make_local(document: dict[str, Any]) -> None:
    """Replace each reference to another host by a component of this document."""
    components = document["components"]
    responses = components["responses"]
    for holder in list(_references(document)):
        target = str(holder["$ref"])
        if target.startswith("#"):
            continue
        name = target.rpartition("/")[2].rpartition("#")[2].removesuffix(".yaml").removesuffix(".json")
        holder.clear()
        if "/responses/" in target:
            responses.setdefault(name, _response(name))
            holder["$ref"] = f"#/components/responses/{name}"
        elif "/parameters/" in target:
            components["parameters"].setdefault(name, FEATURE_ID if name == "featureId" else _parameter(name))
            holder["$ref"] = f"#/components/parameters/{name}"
        else:
            holder.update(OBJECT)
    components["schemas"]["problem"] = dict(PROBLEM_SCHEMA)
    for name in (*ERRORS.values(), "default"):
        responses[name] = _response(name)
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            answers |= {status: {"$ref": f"#/components/responses/{name}"} for status, name in ERRORS.items()}
            for answer in answers.values():
                if "$ref" not in answer:
                    answer.setdefault("description", "successful operation")


def _references(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _response(name: str) -> dict[str, Any]:
    if name in ERRORS.values() or name == "default":
        problem = {"schema": {"$ref": "#/components/schemas/problem"}}
        html = {"schema": {"type": "string"}}
        return {"description": name, "content": {"application/problem+json": problem, "text/html": html}}
    media_type = "application/geo+json" if name in {"Features", "Feature"} else "application/json"
    return {"description": name, "content": {media_type: {"schema": dict(OBJECT)}}}
