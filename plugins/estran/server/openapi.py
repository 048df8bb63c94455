"""The OpenAPI document: pygeoapi's list of addresses, each described by what it really does here.

Only layers that can be read are described. The document refers to nothing outside itself. It is
remembered, one per language, until the state of a layer changes.
"""

import json
import threading
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pygeoapi.openapi import get_oas

from estran.providers.features_filter import PARAMETERS as FILTER
from estran.providers.request import set_language
from estran.server.downloads_offered import download_formats
from estran.server.health import Layers, LayerState
from estran.server.openapi_editing import describe_editing
from estran.server.openapi_maps import map_paths
from estran.server.openapi_operations import Document
from estran.server.openapi_parts import address_of
from estran.server.openapi_styles import describe_styles
from estran.server.openapi_tiles import describe_tiles
from estran.server.openapi_uploads import describe_uploads


class OpenApi:
    """The OpenAPI document of one configuration."""

    def __init__(self, configuration: Mapping[str, Any], layers: Layers) -> None:
        self._configuration = configuration
        self._layers = layers
        self._lock = threading.Lock()
        self._states: tuple[LayerState, ...] | None = None
        self._texts: dict[str, str] = {}

    def text(self, language: str = "") -> str:
        """Return the document as JSON, in a language of the territory or in its first one."""
        languages = self._configuration["server"]["languages"]
        named = next((tag for tag in languages if tag[:2] == language[:2]), languages[0])
        states = self._layers.states()
        with self._lock:
            if states != self._states:
                self._texts.clear()
                self._states = states
            if named not in self._texts:
                document = openapi_document(self._configuration, states, named)
                self._texts[named] = json.dumps(
                    document, ensure_ascii=False, default=str, separators=(",", ":")
                )
            return self._texts[named]


def openapi_document(
    configuration: Mapping[str, Any], states: tuple[LayerState, ...], language: str
) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document of the layers that are ready and of the processes."""
    known = {state.id: state for state in states if state.is_ready}
    served = {
        identifier: resource
        for identifier, resource in configuration["resources"].items()
        if resource["type"] == "process" or identifier in known
    }
    server = {**configuration["server"], "languages": [language]}
    with set_language(language[:2]):
        made: dict[str, Any] = get_oas(
            {**configuration, "server": server, "resources": deepcopy(served)},
            fail_on_invalid_collection=False,
        )
    document = Document(language[:2], configuration["server"]["limits"], configuration["server"]["languages"])
    paths = {path: operations for path, operations in made["paths"].items() if address_of(path, served)}
    for identifier in known:
        paths.setdefault(f"/collections/{identifier}/schema", {"get": {}})
        if f"/collections/{identifier}/items" in paths:
            paths[f"/collections/{identifier}/sortables"] = {"get": {"tags": [identifier]}}
    paths |= map_paths(served)
    paths |= {
        f"/collections/{identifier}/download": {"get": {"tags": [identifier]}}
        for identifier in known
        if download_formats(served[identifier])
    }
    paths["/health"] = {"get": {}}
    paths["/dashboard"] = {"get": {"tags": ["server"]}}
    made["paths"] = {
        path: {
            method: document.operation(path, method, operation, served)
            for method, operation in operations.items()
        }
        for path, operations in paths.items()
    }
    for path, operations in made["paths"].items():
        identifier = path.split("/")[2] if path.startswith("/collections/") else ""
        if path.endswith("/items") and not known[identifier].filterable:
            _without_filter(operations)
        if path.endswith("/items") and known[identifier].searchable:
            operations["get"]["parameters"].append(_search(language[:2]))
    made["components"] = document.components()
    editable = [identifier for identifier, state in known.items() if state.editable]
    describe_editing(made, editable, language[:2])
    describe_tiles(made, served, language[:2], configuration["server"]["languages"])
    describe_styles(made, served, language[:2], configuration["server"]["languages"])
    describe_uploads(made, language[:2])
    _describe_not_modified(made, language[:2])
    return made


def _describe_not_modified(document: dict[str, Any], language: str) -> None:
    """Say that a client which has an answer already, by its tag or its date, may be told just that."""
    words = "Rien n'a changé depuis" if language == "fr" else "Nothing has changed since"
    for path, operations in document["paths"].items():
        if "get" in operations and not path.startswith(("/jobs", "/health")):
            operations["get"]["responses"].setdefault("304", {"description": words})


def _search(language: str) -> dict[str, Any]:
    words = "Mots cherchés, tous ensemble" if language == "fr" else "Words to search for, all together"
    return {"name": "q", "in": "query", "description": words, "schema": {"type": "string"}}


def _without_filter(operations: dict[str, Any]) -> None:
    operations.pop("post", None)
    operations["get"]["parameters"] = [
        parameter
        for parameter in operations["get"]["parameters"]
        if parameter.get("$ref", "").rpartition("/")[2] not in FILTER
    ]
