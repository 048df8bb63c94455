"""What changes when an answer may change: the data of a layer, the configuration, the software.

The version of a layer is that of its stores: date, size and counter of a file, the revision that
`estran data publish` keeps in a database. A layer whose store tells nothing has no version.
"""

import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pyproj
import rasterio
from flask import g, has_request_context, request

import estran
from estran.carbon.errors import EstranError
from estran.layers.features.location import is_database
from estran.layers.features.query import SeenStore
from estran.layers.features.stores import open_feature_store_now

SECONDS = 2.0
"""For how long the versions of all databases together are believed: a page on every layer asks them all."""

BELIEVED_S = 0.01
"""For how long the version of a layer is believed, where clients may use its answers for longer anyway."""

LIBRARIES = (
    "pygeoapi", "shapely", "pyogrio", "pyarrow", "numpy", "orjson", "matplotlib", "pillow",
    "h5netcdf",
)  # fmt: skip
"""Libraries whose version shows in the bytes of an answer."""

OWN = "estran://"
"""What a layer that the software itself holds has in the place of a file: the factors."""

_READ = frozenset({".py", ".html", ".mo", ".yaml", ".yml", ".csv", ".json", ".js", ".css"})


@dataclass(frozen=True, slots=True)
class Version:
    """The state of what an answer is made from.

    Attributes:
        text: Differs whenever the state does; None when it cannot be told.
        modified: When it last changed, in seconds since 1970; None when it cannot be told.
    """

    text: str | None
    modified: float | None = None


class Versions:
    """The versions of the layers of one application."""

    def __init__(self, configuration: Mapping[str, Any], config_path: Path) -> None:
        written = json.dumps(configuration, sort_keys=True, default=str)
        self._written = hashlib.sha256(written.encode()).hexdigest()
        self._config_path = config_path
        self._resources: Mapping[str, Any] = configuration["resources"]
        self._collections = [
            name for name, resource in self._resources.items() if resource["type"] == "collection"
        ]
        self._has_database = any(
            is_database(str(provider.get("data")))
            for name in self._collections
            for provider in self._resources[name]["providers"]
        )
        self._always_looked_at = frozenset(
            _place(provider)
            for name in self._collections
            for provider in self._resources[name]["providers"]
            if provider.get("editable") or _is_always_asked(self._resources[name])
        )
        self._lock = threading.Lock()
        self._all: tuple[float, Version] | None = None
        self._seen: dict[str, tuple[float, Version]] = {}

    def of(self, collection: str | None) -> Version:
        """Return the version of a layer, or of all layers together.

        That of a layer serves the requests of a moment; not those that change or execute something, nor those
        for a layer that clients always ask about, which see every change that is over.
        Why: docs/decisions/0024-versions-believed.md.
        """
        if collection is not None:
            return self._of_layer(collection)
        if not self._has_database:
            return self._joined(self._layers())
        with self._lock:
            now = time.monotonic()
            if self._all is None or now - self._all[0] > SECONDS:
                self._all = now, self._joined(self._layers())
            return self._all[1]

    def store(self, definition: Mapping[str, Any]) -> SeenStore:
        """Return the store of a layer, looked at once in a request; a look at a database serves a moment too.

        Raises:
            Unavailable: the layer cannot be read.
        """
        return _opened(definition, BELIEVED_S if self._is_believed([definition]) else 0.0)

    def _of_layer(self, collection: str) -> Version:
        if not self._is_believed(self._resources[collection]["providers"]):
            return self._joined(self._layer(collection))
        now = time.monotonic()
        seen = self._seen.get(collection)
        if seen is None or now - seen[0] >= BELIEVED_S:
            seen = self._seen[collection] = now, self._joined(self._layer(collection))
        return seen[1]

    def _is_believed(self, definitions: Iterable[Mapping[str, Any]]) -> bool:
        return not _may_change() and self._always_looked_at.isdisjoint(map(_place, definitions))

    def _of_configuration(self) -> Version:
        found = _status(str(self._config_path))
        return Version(f"{found.st_size}-{found.st_mtime_ns}", found.st_mtime) if found else Version("", 0.0)

    def _layers(self) -> list[Version]:
        return [version for name in self._collections for version in self._layer(name)]

    def _layer(self, collection: str) -> list[Version]:
        providers = self._resources[collection]["providers"]
        different = {_place(each): each for each in reversed(providers)}
        return [
            version
            for provider in different.values()
            for version in (_of_provider(provider), *_of_instants(provider))
        ]

    def _joined(self, versions: Iterable[Version]) -> Version:
        parts = [software(), Version(self._written, 0.0), self._of_configuration(), *versions]
        texts = [part.text for part in parts]
        if None in texts:
            return Version(None)
        dates = [part.modified for part in parts if part.modified is not None]
        return Version("|".join(map(str, texts)), max(dates) if len(dates) == len(parts) else None)


@cache
def software() -> Version:
    """Return the version of the code, of its templates and of its factors: a hash of their contents."""
    digest = hashlib.sha256()
    latest = 0.0
    for root in sorted(estran.__path__):
        for path in sorted(Path(root).rglob("*")):
            if path.suffix in _READ:
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
                latest = max(latest, path.stat().st_mtime)
    for library in LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}".encode())
    digest.update(f"GDAL {rasterio.__gdal_version__} PROJ {pyproj.proj_version_str}".encode())
    return Version(digest.hexdigest(), latest)


def _place(definition: Mapping[str, Any]) -> tuple[str, str | None]:
    return str(definition.get("data")), definition.get("table")


def _may_change() -> bool:
    """Tell whether the request under way, if there is one, may change or execute something."""
    return has_request_context() and request.method not in {"GET", "HEAD"}


def _is_always_asked(resource: Mapping[str, Any]) -> bool:
    return (resource.get("estran") or {}).get("cache_seconds") == 0


def _of_provider(definition: Mapping[str, Any]) -> Version:
    data = str(definition.get("data", ""))
    if not data or data.startswith(OWN):
        return Version("", 0.0)
    if is_database(data):
        return Version(_of_table(definition))
    if "://" in data or data.startswith("/vsi"):
        return Version(None)
    files = _of_files(Path(data))
    if not definition.get("table"):
        return files
    return Version(f"{files.text} {_of_table(definition)}", files.modified)


def _of_instants(definition: Mapping[str, Any]) -> list[Version]:
    """Return the versions of the files of a layer that has one per instant."""
    return [_of_files(Path(path)) for path in (definition.get("times") or {}).values()]


def _of_table(definition: Mapping[str, Any]) -> str | None:
    try:
        return _opened(definition, 0.0).version
    except EstranError as error:
        return f"unavailable: {error.en}"


def _opened(definition: Mapping[str, Any], within_s: float) -> SeenStore:
    """Return the store of a table, as this request has found it, if it has."""
    place = definition["data"], definition["table"], definition["id_field"]
    if not has_request_context() or _may_change():
        return open_feature_store_now(*place)
    found: dict[tuple[str, str, str], SeenStore] = g.setdefault("estran_stores", {})
    if place not in found:
        found[place] = open_feature_store_now(*place, within_s=within_s)
    return found[place]


def _of_files(path: Path) -> Version:
    """Return the state of a file, with the journal that SQLite may keep beside it, or of a folder."""
    name = str(path)
    found = _status(name)
    inside = sorted(map(str, path.iterdir())) if found and stat.S_ISDIR(found.st_mode) else []
    states = [found, *map(_status, [f"{name}-wal", *inside])]
    text = ",".join(f"{each.st_size}-{each.st_mtime_ns}" for each in states if each)
    return Version(f"{name}:{text}", max((each.st_mtime_ns for each in states if each), default=0) / 1e9)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - several at each request
    except OSError:
        return None
