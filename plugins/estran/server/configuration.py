"""The configuration file as pygeoapi needs it: complete, with absolute paths and what our plugins need.

A territory writes as little as possible. What it leaves out is filled in here: languages, limits,
templates, keywords, extents. Definitions of our own plugins receive what the rest of the file
says of them: the collection, its licence, its limits.
"""

import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError
from pygeoapi.util import yaml_load

from estran.carbon.errors import InvalidConfiguration
from estran.formatters.features import add_formatters
from estran.layers.features.location import place_of
from estran.layers.settings import EstranSettings, LayerSettings
from estran.server.extent import read_extent, read_storage_crs, temporal_extent
from estran.server.records_collection import CATALOGUE, complete_catalogue
from estran.server.rights import token_of
from estran.server.tiles_configured import add_tiles
from estran.web.paths import LOCALE, STATIC, TEMPLATES

URL_VARIABLE = "ESTRAN_URL"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0"})  # noqa: S104 - compared, never bound
DEFAULT_URL = "http://127.0.0.1:5000"
DEFAULT_LIMITS: Mapping[str, object] = {"default_items": 100, "max_items": 10_000, "on_exceed": "throttle"}
OUR_PREFIX = "estran."


def read_configuration(path: Path, *, listening: str | None = None) -> dict[str, Any]:
    """Return the configuration of pygeoapi that a territory's file declares.

    Args:
        path: The file.
        listening: Address the server listens on, such as `http://127.0.0.1:5000`. It replaces a
            `server.url` that is absent or local, so that links are right; `ESTRAN_URL` replaces any.

    Raises:
        InvalidConfiguration: the file is absent, is not YAML, or our sections are wrong.
    """
    file = path.resolve()
    try:
        with file.open(encoding="utf-8") as text:
            document = yaml_load(text)
        return complete(document, base=file.parent, file=file, listening=listening)
    except (
        OSError,
        yaml.YAMLError,
        ValidationError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
    ) as error:
        raise InvalidConfiguration(
            f"the configuration {file} cannot be used: {error}; run `estran config check`",
            f"la configuration {file} est inutilisable : {error} ; lancez `estran config check`",
            where=str(file),
        ) from error


def complete(
    document: Mapping[str, Any], *, base: Path, file: Path, listening: str | None = None
) -> dict[str, Any]:
    """Return a parsed file with everything filled in; the document itself is left as it is."""
    configuration: dict[str, Any] = deepcopy(dict(document))
    settings = EstranSettings.model_validate(configuration["estran"])
    _complete_server(configuration, base=base, file=file, listening=listening)
    _complete_metadata(configuration, settings)
    configuration.setdefault("logging", {}).setdefault("level", "WARNING")
    for identifier, resource in configuration.setdefault("resources", {}).items():
        if resource.get("type") == "process":
            _complete_processor(resource, file, configuration["server"]["url"])
        elif resource.get("type") == "collection":
            _complete_collection(identifier, resource, configuration, settings, file=file)
    if CATALOGUE in configuration["resources"]:
        raise InvalidConfiguration(
            f"the identifier {CATALOGUE} is kept for the list of this server's layers; choose another one",
            f"l'identifiant {CATALOGUE} est réservé à la liste des couches du serveur ; prenez-en un autre",
            where=f"resources.{CATALOGUE}",
        )
    if settings.catalogue:
        complete_catalogue(configuration, base / settings.data.directory)
    return configuration


def public_url(written: str | None, listening: str | None) -> str:
    """Return the address that links start with.

    Example:
        >>> public_url("https://carbone.example.org/", "http://127.0.0.1:8080")
        'https://carbone.example.org'
        >>> public_url("http://127.0.0.1:5000", "http://127.0.0.1:8080")
        'http://127.0.0.1:8080'
    """
    asked = os.environ.get(URL_VARIABLE)
    if asked:
        return asked.rstrip("/")
    is_local = written is None or urlsplit(written).hostname in LOOPBACK
    chosen = listening if is_local and listening else written
    return (chosen or DEFAULT_URL).rstrip("/")


def _complete_server(configuration: dict[str, Any], *, base: Path, file: Path, listening: str | None) -> None:
    server = configuration["server"] = dict(configuration.get("server") or {})
    server["url"] = public_url(server.get("url"), listening)
    parts = urlsplit(server["url"])
    server.setdefault("bind", {"host": parts.hostname or "127.0.0.1", "port": parts.port or 5000})
    server.setdefault("mimetype", "application/json; charset=UTF-8")
    server.setdefault("encoding", "utf-8")
    server.setdefault("languages", ["fr", "en"])
    server.setdefault("pretty_print", False)
    server.setdefault("map", {"url": "", "attribution": ""})
    server["limits"] = {**DEFAULT_LIMITS, **(server.get("limits") or {})}
    templates = server["templates"] = dict(server.get("templates") or {})
    templates["path"] = str(_absolute(templates.get("path", TEMPLATES), base))
    templates["static"] = str(_absolute(templates.get("static", STATIC), base))
    server["locale_dir"] = str(_absolute(server.get("locale_dir", LOCALE), base))
    server["gzip"] = False
    server.setdefault("manager", {"name": "estran.jobs.manager.ProcessManager"})
    if _is_ours(server["manager"]):
        server["manager"]["config"] = str(file)


def _complete_metadata(configuration: dict[str, Any], settings: EstranSettings) -> None:
    name = settings.territory.name
    metadata = configuration["metadata"] = dict(configuration.get("metadata") or {})
    url = configuration["server"]["url"]
    described = {
        "title": {"fr": f"Estran, {name.fr}", "en": f"Estran, {name.en}"},
        "description": {
            "fr": f"Les données et les calculs ouverts du carbone : {name.fr}.",
            "en": f"Open data and computations on carbon: {name.en}.",
        },
        "keywords": {"fr": ["carbone", "territoire"], "en": ["carbon", "territory"]},
        "terms_of_service": url,
        "url": url,
    }
    metadata["identification"] = {**described, **(metadata.get("identification") or {})}
    licence = {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
    metadata["license"] = {**licence, **(metadata.get("license") or {})}
    metadata["provider"] = {"name": name.fr, "url": url, **(metadata.get("provider") or {})}
    metadata["contact"] = {"name": name.fr, **(metadata.get("contact") or {})}


def _complete_processor(resource: dict[str, Any], file: Path, url: str) -> None:
    processor = resource.get("processor") or {}
    if _is_ours(processor):
        processor["config"] = str(file)
        processor["base_url"] = url


def _complete_collection(
    identifier: str,
    resource: dict[str, Any],
    configuration: Mapping[str, Any],
    settings: EstranSettings,
    *,
    file: Path,
) -> None:
    base = file.parent
    layer = LayerSettings.model_validate(resource["estran"]) if "estran" in resource else None
    resource.setdefault("description", resource.get("title", identifier))
    resource.setdefault("keywords", [settings.territory.id])
    for provider in resource["providers"]:
        if isinstance(provider.get("data"), str):
            place = place_of(provider["data"], base, settings.data.directory) if _is_ours(provider) else None
            provider["data"] = str(place or _absolute(provider["data"], base))
        if _is_ours(provider):
            provider["config"] = str(file)
            _complete_provider(identifier, provider, layer, configuration, settings)
    if layer is not None and layer.times:
        extents = resource.setdefault("extents", {})
        extents.setdefault("temporal", temporal_extent(layer.times))
    if "spatial" not in resource.get("extents", {}):
        provider = resource["providers"][0]
        bbox = read_extent(*_table_of(provider))
        resource["extents"] = {**resource.get("extents", {}), "spatial": {"bbox": list(bbox), "crs": CRS84}}
    add_tiles(resource, layer)
    add_formatters(resource)


def _complete_provider(
    identifier: str,
    provider: dict[str, Any],
    layer: LayerSettings | None,
    configuration: Mapping[str, Any],
    settings: EstranSettings,
) -> None:
    ledger_crs = settings.ledger.crs.rpartition(":")[2]
    native = f"http://www.opengis.net/def/crs/EPSG/0/{ledger_crs}"
    if provider.get("type") == "feature":
        if "storage_crs" not in provider:
            held = read_storage_crs(*_table_of(provider))
            provider["storage_crs"] = held or native
        epsg = "http://www.opengis.net/def/crs/EPSG/0"
        listed = dict.fromkeys((CRS84, provider["storage_crs"], f"{epsg}/3857", f"{epsg}/4326"))
        provider.setdefault("crs", list(listed))
        provider["editable"] = bool(provider.get("editable")) and token_of(settings.editing) is not None
    provider["collection"] = identifier
    resource = configuration["resources"][identifier]
    provider |= {"title": resource.get("title"), "description": resource.get("description")}
    provider["base_url"] = configuration["server"]["url"]
    provider["limits"] = settings.limits.model_dump()
    if layer is None:
        return
    provider["licence"] = layer.licence.model_dump()
    provider["attribution"] = layer.attribution
    provider["vintage"] = layer.vintage
    provider["synthetic"] = layer.synthetic
    if layer.times:
        base = Path(provider["config"]).parent
        provider["times"] = {instant: str(_absolute(file, base)) for instant, file in layer.times.items()}
    provider["field_settings"] = {
        name: field.model_dump(exclude_none=True) for name, field in layer.fields.items()
    }


def _table_of(provider: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(provider.get("data")), str(provider.get("table", "")), str(provider.get("id_field", ""))


def _is_ours(definition: Mapping[str, Any]) -> bool:
    return str(definition.get("name", "")).startswith(OUR_PREFIX)


def _absolute(path: str | Path, base: Path) -> Path | str:
    """Return a path made absolute; the address of a remote or virtual file is left as it is."""
    text = str(path)
    return text if "://" in text or text.startswith("/vsi") else (base / text).resolve()
