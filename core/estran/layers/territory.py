"""One territory as the rest of the code sees it: its settings, its files, its layers.

A territory is read from the one configuration file. This module knows where pygeoapi keeps
its collections in that file, and nothing else of pygeoapi.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from estran.carbon.errors import InvalidConfiguration, NotFound
from estran.layers.settings import EstranSettings, LayerRole, LayerSettings


@dataclass(frozen=True, slots=True)
class Layer:
    """One collection of the territory.

    Attributes:
        id: Identifier of the collection.
        title: Title by language, such as `{"fr": …, "en": …}`.
        settings: Licence, vintage, support and the like.
        path: The GeoPackage or COG that holds it.
        table: Table of the GeoPackage, empty for a raster.
        id_field: Column that identifies a feature, empty for a raster.
    """

    id: str
    title: Mapping[str, str]
    settings: LayerSettings
    path: Path
    table: str
    id_field: str


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory, its settings and its layers, in the order of the configuration."""

    config_path: Path
    settings: EstranSettings
    layers: Mapping[str, Layer]

    @property
    def directory(self) -> Path:
        """Where `estran data build` writes, absolute."""
        return (self.config_path.parent / self.settings.data.directory).resolve()

    @property
    def sources(self) -> Path:
        """What `estran data build` reads, absolute."""
        return (self.config_path.parent / self.settings.data.sources).resolve()

    def layer(self, identifier: str) -> Layer:
        """Return a layer by its collection identifier.

        Raises:
            NotFound: no collection has this identifier.
        """
        if identifier not in self.layers:
            known = ", ".join(self.layers)
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
    return _read(path, modified)


@lru_cache(maxsize=8)
def _read(path: Path, modified: int) -> Territory:
    del modified
    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = EstranSettings.model_validate(document["estran"])
        layers = {
            identifier: _layer(identifier, resource, path.parent)
            for identifier, resource in document["resources"].items()
            if resource.get("type") == "collection" and "estran" in resource
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValidationError, OSError) as error:
        raise InvalidConfiguration(
            f"the configuration {path} is not valid: {error}; run `estran config check`",
            f"la configuration {path} n'est pas valide : {error} ; lancez `estran config check`",
            where=str(path),
        ) from error
    return Territory(config_path=path, settings=settings, layers=layers)


def _layer(identifier: str, resource: dict[str, Any], base: Path) -> Layer:
    provider = resource["providers"][0]
    title = resource["title"]
    return Layer(
        id=identifier,
        title=title if isinstance(title, dict) else {"fr": title, "en": title},
        settings=LayerSettings.model_validate(resource["estran"]),
        path=(base / provider["data"]).resolve(),
        table=provider.get("table", ""),
        id_field=provider.get("id_field", ""),
    )
