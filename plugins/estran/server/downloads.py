"""A whole collection as one file, sent from the disk, in whole or by ranges of bytes.

Features are written once per state of their data, in the storage CRS, with their terms; a coverage is the
Cloud-Optimised GeoTIFF itself, which GDAL reads at a distance through `/vsicurl/`.
"""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Response, request, send_file
from pygeoapi.plugin import load_plugin

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.encoding.formats import FORMATS
from estran.layers.territory import read_territory
from estran.providers.request import set_language, set_parameters
from estran.server.downloads_kept import kept_file, known_file
from estran.server.downloads_offered import COG, COG_TYPE, download_formats, source
from estran.server.link_header import link_header
from estran.server.negotiation import chosen_format
from estran.server.parameters import DOWNLOAD, checked_parameters
from estran.server.service import Service

FRESH_S = 300
"""For how long a file is good when its data tell no version: a table that others fill."""

SECONDS = 60
"""For how long a client uses its copy without asking."""

_WHOLE = {"fr": "Toute la couche en {}", "en": "The whole layer as {}"}
COG_TITLE = "GeoTIFF (COG)"


def download(service: Service, collection: str) -> Response:
    """Return a whole collection."""
    service.layers.require(collection)
    parameters = checked_parameters(request.args, DOWNLOAD)
    resource = service.configuration["resources"][collection]
    formats = download_formats(resource)
    if not formats:
        raise _nothing(collection)
    name = chosen_format(request, formats)
    path = _coverage(resource, parameters) if name == COG else _features(service, collection, name)
    media_type = COG_TYPE if name == COG else formats[name][0]
    response = send_file(
        path,
        mimetype=media_type,
        as_attachment=True,
        download_name=f"{_stem(collection, parameters)}.{name}",
        conditional=True,
        etag=f"{path.stem}-{path.stat().st_mtime_ns:x}",
        max_age=SECONDS,
    )
    # Compression puts another body in the place of this one: the file is still to be closed.
    response.call_on_close(getattr(response.response, "close", lambda: None))
    response.headers.extend(dict(link_header(_terms(service, collection, resource))))
    if name != COG:
        response.headers["Content-Crs"] = f"<{_definition(resource)['storage_crs']}>"
    return response


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to its files, with their size when it is known."""
    resource = service.configuration["resources"].get(collection) or {}
    formats = download_formats(resource)
    language = service.language().language
    address = f"{service.api.base_url}/collections/{collection}/download"
    made = []
    for name, (media_type, *_) in formats.items():
        title = COG_TITLE if name == COG else FORMATS[name].title
        link = {
            "rel": "enclosure",
            "type": COG_TYPE if name == COG else media_type,
            "title": _WHOLE[language].format(title),
            "href": f"{address}?f={name}",
        }
        made.append({**link, **_size(service, collection, resource, name)})
        for instant, path in (_definition(resource).get("times") or {}).items():
            title, href = f"{link['title']}, {instant}", f"{link['href']}&datetime={instant}"
            made.append({**link, "title": title, "href": href, **_length(Path(path))})
    return made


def _features(service: Service, collection: str, name: str) -> Path:
    directory, file, version = _place(service, collection, name)
    definition = _definition(service.configuration["resources"][collection])
    spoken = service.configuration["server"]["languages"][0][:2]
    return kept_file(directory, file, version, partial(_write, definition, name, spoken))


def _write(definition: Mapping[str, Any], name: str, spoken: str, path: Path) -> None:
    """Write all features of a layer; its titles are in the first language of the territory."""
    with set_language(spoken), set_parameters({}):
        provider = load_plugin("provider", definition)
        FORMATS[name].write(provider.tables(), path)


def _coverage(resource: Mapping[str, Any], parameters: Mapping[str, str]) -> Path:
    definition = _definition(resource)
    times: Mapping[str, str] = definition.get("times") or {}
    instant = parameters.get("datetime")
    if instant is None:
        return Path(definition["data"])
    if instant not in times:
        known = ", ".join(times) or "-"
        raise InvalidInput(
            f"no file of {instant!r}; choose among {known}",
            f"aucun fichier pour {instant!r} ; choisissez parmi {known}",
            where="datetime",
        )
    return Path(times[instant])


def _size(service: Service, collection: str, resource: Mapping[str, Any], name: str) -> dict[str, int]:
    """Return the member `length` of a link, nothing when the file has yet to be made."""
    path: Path | None
    if name == COG:
        path = Path(_definition(resource)["data"])
    else:
        path = known_file(*_place(service, collection, name))
    return {} if path is None else _length(path)


def _length(path: Path) -> dict[str, int]:
    try:
        return {"length": path.stat().st_size}
    except OSError:
        return {}


def _place(service: Service, collection: str, name: str) -> tuple[Path, str, str]:
    """Return where the file is kept, its name, and the version of its data."""
    version = service.versions.of(collection).text or f"unversioned {int(time.time() // FRESH_S)}"
    return read_territory(service.config_path).directory, f"{collection}.{name}", version


def _terms(service: Service, collection: str, resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    address = f"{service.api.base_url}/collections/{collection}"
    licence = (resource.get("estran") or {}).get("licence") or {}
    terms = [{"rel": "collection", "type": "application/json", "href": address}]
    if licence:
        terms.append({"rel": "license", "type": "text/html", "href": licence["url"]})
    return terms


def _definition(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    found = source(resource)
    if found is None:
        raise KeyError("download")
    return found


def _stem(collection: str, parameters: Mapping[str, str]) -> str:
    return f"{collection}-{parameters['datetime']}" if "datetime" in parameters else collection


def _nothing(collection: str) -> NotFound:
    return NotFound(
        f"the collection {collection} is not offered as a file",
        f"la collection {collection} n'est pas proposée en fichier",
        where="collectionId",
    )
