"""A small territory served by pygeoapi itself: every page, in both languages, as a browser gets it."""

import functools
import json
import re
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest
import rasterio
import yaml
from flask import Request
from rasterio.transform import from_origin
from werkzeug.test import EnvironBuilder

from estran.web.paths import LOCALE, STATIC, TEMPLATES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pygeoapi.api as core
    import pygeoapi.util
    from pygeoapi import l10n
    from pygeoapi.api import API, APIRequest, coverages, itemtypes, processes, tiles
    from pygeoapi.process.base import BaseProcessor

HOST = "http://127.0.0.1:5000"
JOB = {
    "identifier": "1f0c",
    "process_id": "carbon-stock",
    "status": "running",
    "message": "",
    "progress": 40,
    "mimetype": "application/json",
    "parameters": None,
    "created": "2026-01-01T10:00:00.000000Z",
    "started": "2026-01-01T10:00:00.000000Z",
    "finished": None,
    "updated": None,
}


class CarbonStock(BaseProcessor):
    """A process that only describes itself."""

    def __init__(self, definition: dict[str, Any]) -> None:
        number = {"type": "number", "minimum": 0.5, "default": 0.9}
        described = {
            "id": "carbon-stock",
            "version": "1.0.0",
            "title": {"fr": "Stock de carbone", "en": "Carbon stock"},
            "description": {"fr": "Le carbone `total`.", "en": "The `total` carbon."},
            "keywords": {"fr": ["sol"], "en": ["soil"]},
            "jobControlOptions": ["sync-execute", "async-execute"],
            "links": [],
            "inputs": {
                "geometry": {
                    "title": {"fr": "Lieu", "en": "Place"},
                    "schema": {"oneOf": [{"type": "object", "title": "GeoJSON"}, {"type": "string"}]},
                },
                "confidence": {
                    "title": {"fr": "Confiance", "en": "Confidence"},
                    "schema": number,
                    "minOccurs": 0,
                },
            },
            "outputs": {"result": {"title": {"fr": "Réponse", "en": "Answer"}, "schema": {"type": "object"}}},
            "example": {
                "inputs": {"geometry": {"type": "Point", "coordinates": [-1.15, 46.16]}, "deep": True}
            },
        }
        super().__init__(definition, described)


def _features() -> dict[str, Any]:
    square = [[[-1.2, 46.1], [-1.1, 46.1], [-1.1, 46.2], [-1.2, 46.2], [-1.2, 46.1]]]
    properties = [
        {"nom": "Aytré", "population": 12345, "class": "2", "ratio": 0.5, "open": True, "url": None},
        {
            "nom": "</script><b>",
            "population": None,
            "class": "1",
            "ratio": -2,
            "open": False,
            "url": "https://a.fr",
        },
        {"nom": "L'Houmeau", "population": 2, "class": "9", "ratio": 1.25, "open": None, "url": ""},
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(i),
                "geometry": {"type": "Polygon", "coordinates": square},
                "properties": p,
            }
            for i, p in enumerate(properties)
        ],
    }


def _configuration(folder: Path) -> dict[str, Any]:
    geojson = folder / "communes.geojson"
    geojson.write_text(json.dumps(_features()), encoding="utf-8")
    raster = folder / "land-cover.tif"
    profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(
        raster, "w", transform=from_origin(-1.2, 46.2, 0.025, 0.025), nodata=0, **profile
    ) as target:
        target.write(np.arange(1, 17, dtype="uint8").reshape(1, 4, 4))
    text = (Path(__file__).parent / "territory.yml").read_text(encoding="utf-8")
    configuration: dict[str, Any] = yaml.safe_load(text.replace("{folder}", str(folder)))
    configuration["server"]["templates"] = {"path": str(TEMPLATES), "static": str(STATIC)}
    configuration["server"]["locale_dir"] = str(LOCALE)
    return configuration


class CarefulUndefined(jinja2.StrictUndefined):
    """A missing value is an error; an `if` without `else` inside an expression is not."""

    def __str__(self) -> str:
        if "inline if-expression" in (self._undefined_hint or ""):
            return ""
        return super().__str__()

    __html__ = __str__


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[API]:
    """pygeoapi's API over the small territory; a template that asks for a missing value fails."""
    module = types.ModuleType("web_pages_process")
    module.CarbonStock = CarbonStock  # type: ignore[attr-defined]
    configuration = _configuration(tmp_path_factory.mktemp("territory"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        careful = functools.partial(jinja2.Environment, undefined=CarefulUndefined)
        patch.setattr(pygeoapi.util, "Environment", careful)
        l10n._cfg_cache.clear()
        made = API(configuration, {"paths": {}})
        made.tpl_config["path"] = configuration["server"]["templates"]["path"]
        patch.setattr(made.manager, "get_job", lambda _identifier: JOB)
        yield made
        l10n._cfg_cache.clear()


def _asked(api: API, path: str, query: str) -> APIRequest:
    environment = EnvironBuilder(path=path, query_string=query).get_environ()
    return APIRequest.from_flask(Request(environment), api.locales)


def _template(name: str, data: dict[str, Any]) -> Callable[[API, APIRequest], Any]:
    def render(api: API, request: APIRequest) -> Any:
        text = pygeoapi.util.render_j2_template(
            api.tpl_config, api.config["server"]["templates"], name, data, request.locale
        )
        return {}, 200, text

    return render


def _with(function: Callable[..., Any], *arguments: str) -> Callable[[API, APIRequest], Any]:
    return lambda api, request: function(api, request, *arguments)


PROBLEM = {"title": "Introuvable", "status": 404, "detail": "rien ici", "where": "bbox", "code": "NotFound"}
TILES = {
    "id": "communes",
    "title": "Communes",
    "tilesets": ["WebMercatorQuad"],
    "tile_type": "vector",
    "minzoom": 0,
    "maxzoom": 14,
    "links": [{"rel": "item", "type": "application/vnd.mapbox-vector-tile", "href": f"{HOST}/tiles/{{z}}"}],
}
TILE_METADATA = {
    "id": "communes",
    "title": "Communes",
    "tileset": "WebMercatorQuad",
    "collections_path": f"{HOST}/tiles/{{z}}",
    "json_url": f"{HOST}/tiles?f=json",
    "tilejson_url": f"{HOST}/tiles?f=tilejson",
    "metadata": {"bounds": "-1.2,46.1,-1.1,46.2"},
}
SUCCESSFUL = {"status": "successful", "processID": "carbon-stock", "jobID": "1f0c"}
FINISHED = {**JOB, **SUCCESSFUL, "finished": JOB["started"]}
JOBS = {"jobs": {"jobs": [FINISHED], "links": []}, "now": JOB["started"]}
ANSWER = {"indicators": [{"id": "total", "title": {"fr": "a", "en": "b"}, "value": 1.5, "unit": "tC"}]}

PAGES: dict[str, tuple[str, Callable[[API, APIRequest], Any]]] = {
    "landing": ("", core.landing_page),
    "collections": ("", core.describe_collections),
    "collection": ("", _with(core.describe_collections, "communes")),
    "coverage collection": ("", _with(core.describe_collections, "land-cover")),
    "schema": ("", _with(core.get_collection_schema, "communes")),
    "queryables": ("", _with(itemtypes.get_collection_queryables, "communes")),
    "items": ("", _with(itemtypes.get_collection_items, "communes")),
    "second page of items": ("&offset=2", _with(itemtypes.get_collection_items, "communes")),
    "no items": ("&nom=Paris", _with(itemtypes.get_collection_items, "communes")),
    "item": ("", _with(itemtypes.get_collection_item, "communes", "0")),
    "coverage": ("", _with(coverages.get_collection_coverage, "land-cover")),
    "processes": ("", processes.describe_processes),
    "process": ("", _with(processes.describe_processes, "carbon-stock")),
    "jobs": ("", processes.get_jobs),
    "job": ("", _with(processes.get_jobs, "1f0c")),
    "list of jobs": ("", _template("jobs/index.html", JOBS)),
    "finished job": ("", _template("jobs/job.html", {"jobs": FINISHED, "now": JOB["started"]})),
    "results": ("", _template("jobs/results/index.html", {"job": {"id": "1f0c"}, "result": ANSWER})),
    "conformance": ("", core.conformance),
    "openapi": ("", core.openapi_),
    "redoc": ("&ui=redoc", core.openapi_),
    "tilings": ("", tiles.tilematrixsets),
    "tiling": ("", _with(tiles.tilematrixset, "WebMercatorQuad")),
    "tiles": ("", _template("collections/tiles/index.html", TILES)),
    "tile metadata": ("", _template("collections/tiles/metadata.html", TILE_METADATA)),
    "problem": ("", _template("exception.html", PROBLEM)),
    "plain": (
        "",
        _template("stac/item.html", {"id": "x", "links": [{"rel": "self", "href": f"{HOST}/stac"}]}),
    ),
}

FIXED_LANGUAGE = {"coverage": "fr"}
"""Pages for which pygeoapi itself chooses the language, whatever the request says."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `page_name` on every page, and for `language` in both."""
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", list(PAGES))
    if {"rendered", "language"} <= set(metafunc.fixturenames):
        metafunc.parametrize("language", ["fr", "en"])


@pytest.fixture(scope="session")
def written_in() -> Callable[[str, str], str]:
    """The language a page is really written in."""
    return lambda name, language: FIXED_LANGUAGE.get(name, language)


class Page(HTMLParser):
    """What a page holds: its elements in order, and the pieces of text that a person reads."""

    SILENT = frozenset({"script", "style", "code", "pre", "textarea"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.blocks: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {key: value or "" for key, value in attrs})
        self.elements.append(element)
        if tag not in {"meta", "link", "img", "input", "br", "hr"}:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        names = {tag for tag, _ in self._open}
        if "script" in names and self._open[-1][1].get("type") == "application/json":
            self.blocks[self._open[-1][1]["id"]] = json.loads(data)
        elif data.strip() and not names & self.SILENT:
            self.texts.append(re.sub(r"[ \t\n]+", " ", data).strip())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="session")
def rendered(api: API) -> Callable[[str, str], Page]:
    """The page of a name in a language."""

    @functools.cache
    def render(name: str, language: str) -> Page:
        query, function = PAGES[name]
        _headers, _status, content = function(api, _asked(api, "/", f"f=html&lang={language}{query}"))
        assert isinstance(content, str)
        return Page(content)

    return render
