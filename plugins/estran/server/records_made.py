"""The records of the catalogue: one for each layer and each process, made from the configuration.

Reference: OGC 20-004r1, Record Core.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pygeoapi.api as core
from babel import Locale
from flask import request

from estran.providers.records_asked import Record
from estran.server.api import EstranRequest
from estran.server.negotiation import JSON
from estran.server.records_collection import CATALOGUE, corners, vocabulary
from estran.server.service import Service
from estran.server.styles import base_url, said

RECORD_CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/req/record-core"
ISO_TOPICS = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#MD_TopicCategoryCode"
LEFT_OUT = frozenset({"self", "alternate", "root", "data", "collection", "parent", "describedby", "license"})
YEAR = re.compile(r"\b(\d{4})(-\d{2})?(-\d{2})?\b")

type AddLinks = Callable[[dict[str, Any]], dict[str, Any]]


def records(service: Service, language: str, add_links: AddLinks) -> tuple[Record, ...]:
    """Return a record for each layer that can be read and each process, in a language.

    Args:
        service: The service.
        language: Of the texts.
        add_links: Adds the links of our own services to the description of a collection.
    """
    layers = [
        _layer(service, name, language, add_links)
        for name in service.layers.visible()
        if name != CATALOGUE and service.layers.state(name).is_ready
    ]
    processes = [_process(service, name, language) for name in sorted(service.api.manager.processes)]
    return (*layers, *processes)


def _layer(service: Service, name: str, language: str, add_links: AddLinks) -> Record:
    resource = service.configuration["resources"][name]
    layer: Mapping[str, Any] = resource.get("estran") or {}
    licence: Mapping[str, Any] = layer.get("licence") or {}
    state = service.versions.of(name)
    west, south, east, north = corners(resource["extents"]["spatial"]["bbox"])
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    found = _service_links(service, name, add_links)
    vintage = str(layer.get("vintage") or "")
    properties: dict[str, Any] = {
        "type": "dataset",
        "title": said(resource["title"], language),
        "description": said(resource["description"], language),
        "keywords": _keywords(resource, language),
        "themes": _themes(layer, language),
        "language": {"code": language},
        "contacts": _contacts(service, language),
        "formats": _formats(found),
        "externalIds": [{"scheme": "collection", "value": name}],
    }
    added = {
        "license": licence.get("id"),
        "rights": layer.get("attribution"),
        "vintage": vintage or None,
        "synthetic": layer.get("synthetic"),
        "updated": _moment(state.modified),
        "source": layer.get("source"),
    }
    properties |= {key: value for key, value in added.items() if value is not None}
    more = [{"rel": "license", "href": licence["url"], "title": licence["title"]}] if licence else []
    polygon = {"type": "Polygon", "coordinates": [ring]}
    return _record(name, properties, polygon, _time(vintage), [*found, *more])


def _process(service: Service, name: str, language: str) -> Record:
    metadata = service.api.manager.get_processor(name).metadata
    keywords = metadata.get("keywords") or ()
    base = f"{base_url(service)}/processes/{name}"
    page = "Description du calcul" if language == "fr" else "Description of the process"
    run = "Exécution du calcul" if language == "fr" else "Execution of the process"
    properties = {
        "type": "process",
        "title": said(metadata.get("title", name), language),
        "description": said(metadata.get("description", ""), language),
        "keywords": list(keywords.get(language, ()) if isinstance(keywords, Mapping) else keywords),
        "themes": [_theme("climatologyMeteorologyAtmosphere", language)],
        "language": {"code": language},
        "contacts": _contacts(service, language),
        "externalIds": [{"scheme": "process", "value": name}],
        "version": metadata.get("version", ""),
        "license": service.configuration["metadata"]["license"]["name"],
    }
    execute = "http://www.opengis.net/def/rel/ogc/1.0/execute"
    found = [
        {"rel": "item", "type": "application/json", "title": page, "href": f"{base}?f=json"},
        {"rel": "about", "type": "text/html", "title": page, "href": f"{base}?f=html"},
        {"rel": execute, "type": "application/json", "title": run, "href": f"{base}/execution"},
    ]
    return _record(f"process-{name}", properties, None, None, found)


def _record(
    name: str, properties: Mapping[str, Any], geometry: Any, time: Any, found: Sequence[Mapping[str, Any]]
) -> Record:
    return {
        "id": name,
        "type": "Feature",
        "conformsTo": [RECORD_CORE],
        "time": time,
        "geometry": geometry,
        "properties": dict(properties),
        "links": [dict(link) for link in found],
    }


def _service_links(service: Service, name: str, add_links: AddLinks) -> list[dict[str, Any]]:
    """Return the links of a collection, as its own description gives them."""
    locale: Locale = service.language()
    asked = EstranRequest(request, chosen_format=JSON, locale=locale, parameters={})
    _, _, content = core.describe_collections(service.api.for_request(locale), asked, name)
    document = add_links(json.loads(content))
    address = f"{base_url(service)}/collections/{name}"
    page = {"rel": "about", "type": "text/html", "title": document["title"], "href": f"{address}?f=html"}
    itself = {
        "rel": "item",
        "type": "application/json",
        "title": document["title"],
        "href": f"{address}?f=json",
    }
    return [itself, page, *(link for link in document["links"] if link["rel"] not in LEFT_OUT)]


def _formats(found: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    given = ("items", "enclosure", "coverage", "tilesets-vector", "tilesets-map", "map")
    kinds = dict.fromkeys(
        str(link["type"])
        for link in found
        if link["rel"].rpartition("/")[2] in given and link.get("type") not in {None, "text/html"}
    )
    return [{"mediaType": kind} for kind in kinds]


def _themes(layer: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    themes = vocabulary()["themes"]
    name = layer.get("theme") or next(
        (theme for theme, known in themes.items() if layer.get("role") in known["roles"]), "environment"
    )
    return [_theme(name, language)]


def _theme(name: str, language: str) -> dict[str, Any]:
    known = vocabulary()["themes"][name]
    return {"scheme": ISO_TOPICS, "concepts": [{"id": name, "title": said({**known}, language)}]}


def _contacts(service: Service, language: str) -> list[dict[str, Any]]:
    metadata = service.configuration["metadata"]
    provider, contact = metadata["provider"], metadata["contact"]
    found: list[dict[str, Any]] = [
        {
            "organization": said(provider["name"], language),
            "roles": ["publisher"],
            "links": [{"href": provider["url"], "rel": "about"}],
        }
    ]
    point: dict[str, Any] = {"name": said(contact["name"], language), "roles": ["pointOfContact"]}
    if contact.get("email"):
        point["emails"] = [{"value": contact["email"]}]
    return [*found, point]


def _keywords(resource: Mapping[str, Any], language: str) -> list[str]:
    written = resource.get("keywords") or ()
    chosen = written.get(language) or () if isinstance(written, Mapping) else written
    return [str(word) for word in chosen]


def _time(vintage: str) -> dict[str, Any] | None:
    """Return the time that a vintage covers.

    Example:
        >>> _time("2017 / 2026")
        {'interval': ['2017-01-01', '2026-12-31']}
    """
    found = ["".join(match.groups("")) for match in YEAR.finditer(vintage)]
    if not found:
        return None
    first, last = min(found), max(found)
    return {"interval": [first + "-01-01"[len(first) - 4 :], _last_day(last)]}


def _last_day(text: str) -> str:
    if len(text) == 10:
        return text
    if len(text) == 4:
        return f"{text}-12-31"
    year, month = int(text[:4]), int(text[5:7])
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(following - 1, UTC).date().isoformat()


def _moment(modified: float | None) -> str | None:
    if not modified:
        return None
    return datetime.fromtimestamp(int(modified), UTC).isoformat().replace("+00:00", "Z")
