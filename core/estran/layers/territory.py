"""One territory as the rest of the code sees it: its settings, its files, its layers.

A territory is read from the one configuration file. This module knows where pygeoapi keeps
its collections in that file, and nothing else of pygeoapi.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from estran.carbon.errors import InvalidConfiguration, InvalidInput, NotFound, Unavailable
from estran.factors.factor import Override
from estran.factors.plain_yaml import read_yaml
from estran.factors.registry import Registry, read_registry
from estran.layers.features.location import DATABASE_VARIABLE, place_of
from estran.layers.settings import EstranSettings, LayerRole, LayerSettings

if TYPE_CHECKING:
    from estran.layers.raster_reading import Resampling

_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One collection of the territory.

    Attributes:
        id: Identifier of the collection.
        title: Title by language, such as `{"fr": …, "en": …}`.
        settings: Licence, vintage, support and the like.
        location: The GeoPackage or COG that holds it, or the address of a database without password.
        table: Table of the GeoPackage or database, empty for a raster.
        id_field: Column that identifies a feature, empty for a raster.
        time_field: Column of the time of a feature, empty when there is none.
        resampling: How the cells of a raster are merged, None for features.
        times: The file of each instant of a raster that has several.
        is_hidden: True when the processes may use it and nobody may ask for it by name.
    """

    id: str
    title: Mapping[str, str]
    settings: LayerSettings
    location: Path | str
    table: str
    id_field: str
    time_field: str = ""
    resampling: "Resampling | None" = None
    times: Mapping[str, Path] = field(default_factory=dict)
    is_hidden: bool = False

    @property
    def path(self) -> Path:
        """The file that holds it.

        Raises:
            Unavailable: it is not in a file.
        """
        if isinstance(self.location, Path):
            return self.location
        raise Unavailable(
            f"the layer {self.id} is in a database, and a file is needed here",
            f"la couche {self.id} est dans une base de données, et il faut ici un fichier",
            where=self.id,
        )


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory, its settings and its layers, in the order of the configuration.

    `processors` are the names of the classes behind its processes, with their modules.
    """

    config_path: Path
    settings: EstranSettings
    layers: Mapping[str, Layer]
    processors: tuple[str, ...] = ()

    @property
    def directory(self) -> Path:
        """Where `estran data build` writes, absolute."""
        return (self.config_path.parent / self.settings.data.directory).resolve()

    @property
    def sources(self) -> Path:
        """What `estran data build` reads, absolute."""
        return (self.config_path.parent / self.settings.data.sources).resolve()

    def registry(self) -> Registry:
        """Return the factor registry, with the values that the territory prefers.

        Raises:
            InvalidConfiguration: an override names no factor, or its bounds do not enclose its value.
        """
        overrides = {
            identifier: Override(given.value, given.reason, given.low, given.high)
            for identifier, given in self.settings.factors.overrides.items()
        }
        try:
            return read_registry().with_overrides(overrides, by="territory")
        except InvalidInput as error:
            raise InvalidConfiguration(
                f"estran.factors: {error.en}", f"estran.factors : {error.fr}", where=error.where
            ) from error

    def layer(self, identifier: str) -> Layer:
        """Return a layer by its collection identifier.

        Raises:
            NotFound: no collection that is to be seen has this identifier.
        """
        visible = [layer.id for layer in self.layers.values() if not layer.is_hidden]
        if identifier not in visible:
            known = ", ".join(visible)
            raise NotFound(
                f"unknown collection {identifier!r}; choose one of {known}",
                f"collection inconnue : {identifier!r} ; choisissez parmi {known}",
                where=identifier,
            )
        return self.layers[identifier]

    def with_role(self, role: LayerRole) -> Layer | None:
        """Return the first layer that plays `role`, or None."""
        return next((layer for layer in self.layers.values() if layer.settings.role == role), None)


def read_territory(config_path: Path) -> Territory:
    """Return the territory that a configuration file declares; cached while the file is unchanged.

    Raises:
        InvalidConfiguration: the file is absent, is not YAML, or our sections are wrong.
    """
    path = config_path.resolve()
    try:
        modified = path.stat().st_mtime_ns
    except OSError as error:
        raise InvalidConfiguration(
            f"cannot read the configuration {path}: {error.strerror}",
            f"lecture impossible de la configuration {path} : {error.strerror}",
            where=str(path),
        ) from error
    return _read(path, modified, os.environ.get(DATABASE_VARIABLE))


@lru_cache(maxsize=8)
def _read(path: Path, modified: int, database: str | None) -> Territory:
    del modified, database
    try:
        document: dict[str, Any] = _expanded(read_yaml(path.read_text(encoding="utf-8")))
        settings = EstranSettings.model_validate(document["estran"])
        layers = {
            identifier: _layer(identifier, resource, path.parent, settings)
            for identifier, resource in document["resources"].items()
            if resource.get("type") == "collection" and "estran" in resource
        }
        processors = tuple(
            str(resource["processor"]["name"])
            for resource in document["resources"].values()
            if resource.get("type") == "process" and "name" in (resource.get("processor") or ())
        )
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValidationError, OSError) as error:
        raise InvalidConfiguration(
            f"the configuration {path} is not valid: {error}; run `estran config check`",
            f"la configuration {path} n'est pas valide : {error} ; lancez `estran config check`",
            where=str(path),
        ) from error
    return Territory(config_path=path, settings=settings, layers=layers, processors=processors)


def _layer(identifier: str, resource: dict[str, Any], base: Path, settings: EstranSettings) -> Layer:
    provider = resource["providers"][0]
    title = resource["title"]
    layer = LayerSettings.model_validate(resource["estran"])
    return Layer(
        id=identifier,
        title=title if isinstance(title, dict) else {"fr": title, "en": title},
        settings=layer,
        location=place_of(provider["data"], base, settings.data.directory),
        table=provider.get("table", ""),
        id_field=provider.get("id_field", ""),
        time_field=provider.get("time_field", ""),
        resampling=provider.get("resampling", "nearest") if provider["type"] == "coverage" else None,
        times={instant: base / file for instant, file in layer.times.items()},
        is_hidden=resource.get("visibility") == "hidden",
    )


def _expanded(value: Any) -> Any:
    """Return a document with its environment variables, `${NAME}` or `${NAME:-default}`, in place."""
    if isinstance(value, dict):
        return {key: _expanded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_expanded(part) for part in value]
    return _VARIABLE.sub(_variable, value) if isinstance(value, str) else value


def _variable(match: re.Match[str]) -> str:
    found = os.environ.get(match[1], match[2])
    if found is None:
        raise OSError(f"the environment variable {match[1]} is not set")
    return found
