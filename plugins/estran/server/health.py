"""Which layers can be served now, and why the others cannot.

A layer is probed by building its provider, once per state of its file: the answer is remembered
until the size or the date of the file changes, so `/health` and every request cost one `stat`. A
layer of a database is probed again after a few seconds.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pygeoapi.plugin import load_plugin

from estran.carbon.errors import EstranError, NotFound, Unavailable
from estran.layers.features.location import is_database
from estran.providers.factors import FactorProvider
from estran.providers.features import FeatureProvider
from estran.server.errors import problem_of

LOGGER = logging.getLogger(__name__)
READY = "ready"
UNAVAILABLE = "unavailable"

DATABASE_SECONDS = 5

type FileState = tuple[int | None, int] | None
"""Size and date of a file; no size and a time for a database; None when the layer is neither."""


@dataclass(frozen=True, slots=True)
class LayerState:
    """Whether a layer can be served.

    Attributes:
        id: Collection identifier.
        is_ready: True when its provider can be built.
        reason: Why not, by language.
        vintage: Vintage that the configuration declares.
        size_bytes: Size of its file, None when it is not a file.
        fields: Names of its properties or bands.
        editable: True when its provider accepts writing.
        filterable: True when its provider evaluates CQL2.
        searchable: True when its provider searches words, `q`.
        with_arrays: True when one of its properties is an array that CQL2 compares.
    """

    id: str
    is_ready: bool
    reason: Mapping[str, str]
    vintage: str | None
    size_bytes: int | None
    fields: tuple[str, ...]
    editable: bool
    filterable: bool
    searchable: bool = False
    with_arrays: bool = False

    def document(self, language: str) -> dict[str, object]:
        """Return the state as JSON."""
        document: dict[str, object] = {
            "id": self.id,
            "state": READY if self.is_ready else UNAVAILABLE,
            "vintage": self.vintage,
            "size_bytes": self.size_bytes,
        }
        if not self.is_ready:
            document["reason"] = self.reason[language if language in self.reason else "en"]
        return document


class Layers:
    """The collections of a configuration and their states."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._resources: Mapping[str, Any] = {
            identifier: resource
            for identifier, resource in configuration["resources"].items()
            if resource["type"] == "collection"
        }
        self._known: dict[str, tuple[FileState, LayerState]] = {}
        self._lock = threading.Lock()
        self._visible = {
            identifier: None
            for identifier, resource in self._resources.items()
            if resource.get("visibility", "default") != "hidden"
        }

    def visible(self) -> tuple[str, ...]:
        """Return the collections that are not hidden."""
        return tuple(self._visible)

    def state(self, identifier: str) -> LayerState:
        """Return the state of a layer, probed again when its file has changed."""
        file = _file_state(self._resources[identifier])
        known = self._known.get(identifier)
        if known is not None and known[0] == file:
            return known[1]
        with self._lock:
            known = self._known.get(identifier)
            if known is None or known[0] != file:
                known = (file, _probe(identifier, self._resources[identifier], file))
                self._known[identifier] = known
        return known[1]

    def states(self) -> tuple[LayerState, ...]:
        """Return the state of every visible layer."""
        return tuple(self.state(identifier) for identifier in self.visible())

    def require(self, identifier: str) -> LayerState:
        """Return the state of a layer that is about to be read.

        Raises:
            NotFound: no visible collection has this identifier.
            Unavailable: it has one, and it cannot be read now.
        """
        if identifier not in self._visible:
            raise NotFound(
                f"unknown collection {identifier!r}; /collections lists them",
                f"collection inconnue : {identifier!r} ; /collections en donne la liste",
                where="collectionId",
            )
        state = self.state(identifier)
        if not state.is_ready:
            raise Unavailable(state.reason["en"], state.reason["fr"], where=identifier)
        return state


def _probe(identifier: str, resource: Mapping[str, Any], file: FileState) -> LayerState:
    definition = resource["providers"][0]
    reason: Mapping[str, str] = {}
    fields: tuple[str, ...] = ()
    editable = filterable = searchable = with_arrays = False
    try:
        provider = load_plugin("provider", definition)
        fields = tuple(provider.fields)
        editable = bool(provider.editable)
        searchable = isinstance(provider, FactorProvider)
        is_ours = isinstance(provider, FeatureProvider)
        filterable = searchable or is_ours
        with_arrays = is_ours and any(field["type"] == "array" for field in provider.fields.values())
    except Exception as error:
        LOGGER.warning("the layer %s is unavailable: %s", identifier, error, exc_info=_trace(error))
        reason = _reason(identifier, error)
    return LayerState(
        id=identifier,
        is_ready=not reason,
        reason=reason,
        vintage=(resource.get("estran") or {}).get("vintage"),
        size_bytes=file[0] if file else None,
        fields=fields,
        editable=editable,
        filterable=filterable,
        searchable=searchable,
        with_arrays=with_arrays,
    )


def _reason(identifier: str, error: Exception) -> Mapping[str, str]:
    problem = problem_of(error)
    if isinstance(error, FileNotFoundError):
        return {
            "en": f"the file of the layer {identifier} does not exist; run `estran data build`",
            "fr": f"le fichier de la couche {identifier} n'existe pas ; lancez `estran data build`",
        }
    return problem.detail


def _trace(error: Exception) -> Exception | None:
    """Return the error when its trace tells more than its message."""
    carried = getattr(error, "estran_error", error)
    return None if isinstance(carried, EstranError | OSError) else error


def _file_state(resource: Mapping[str, Any]) -> FileState:
    data = resource["providers"][0].get("data")
    if not isinstance(data, str):
        return None
    if is_database(data):
        return None, int(time.monotonic() // DATABASE_SECONDS)
    try:
        status = os.stat(data)  # noqa: PTH116 - at each request
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns
