"""A small territory: every page, in both languages, as a browser gets it."""

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
from flask import Flask
from rasterio.transform import from_origin

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pygeoapi.api.tiles  # noqa: F401 - its models are written in an old style of pydantic
    from pygeoapi.process.base import BaseProcessor

from estran.server.app import create_app

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


def _configuration(folder: Path) -> Path:
    geojson = folder / "communes.geojson"
    geojson.write_text(json.dumps(_features()), encoding="utf-8")
    raster = folder / "land-cover.tif"
    profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(
        raster, "w", transform=from_origin(-1.2, 46.2, 0.025, 0.025), nodata=0, **profile
    ) as target:
        target.write(np.arange(1, 17, dtype="uint8").reshape(1, 4, 4))
    text = (Path(__file__).parent / "territory.yml").read_text(encoding="utf-8")
    path = folder / "territory.yml"
    path.write_text(text.replace("{folder}", str(folder)), encoding="utf-8")
    return path


class CarefulUndefined(jinja2.StrictUndefined):
    """A missing value is an error; an `if` without `else` inside an expression is not."""

    def __str__(self) -> str:
        if "inline if-expression" in (self._undefined_hint or ""):
            return ""
        return super().__str__()

    __html__ = __str__


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Our application over the small territory; a template that asks for a missing value fails."""
    module = types.ModuleType("web_pages_process")
    module.CarbonStock = CarbonStock  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        made = create_app(_configuration(tmp_path_factory.mktemp("territory")))
        service = made.extensions["estran"]
        service.pages.environment.undefined = CarefulUndefined
        patch.setattr(service.api.manager, "get_job", lambda _identifier: JOB)
        yield made


PROBLEM = {"title": "Introuvable", "status": 404, "detail": "rien ici", "where": "bbox", "code": "NotFound"}
TILE_LINK = {
    "rel": "item",
    "type": "application/vnd.mapbox-vector-tile",
    "href": f"{HOST}/tiles/{{tileMatrix}}",
}
TILES = {
    "id": "communes",
    "layer_title": "Communes",
    "tile_type": "vector",
    "tiles_path": "collections/communes/tiles",
    "tilesets": [
        {
            "tileMatrixSetURI": f"{HOST}/tileMatrixSets/WebMercatorQuad",
            "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
            "links": [TILE_LINK],
        }
    ],
    "links": [],
}
TILE_METADATA = {
    "id": "communes",
    "layer_title": "Communes",
    "tiles_path": "collections/communes/tiles",
    "tileset": "WebMercatorQuad",
    "levels": ["0", "16"],
    "dataType": "vector",
    "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
    "tileMatrixSetLimits": [
        {"tileMatrix": "0", "minTileRow": 0, "maxTileRow": 0, "minTileCol": 0, "maxTileCol": 0}
    ],
    "links": [TILE_LINK],
    "preview": {"bounds": [-1.2, 46.1, -1.1, 46.2], "tiles": [f"{HOST}/tiles/{{z}}/{{y}}/{{x}}"]},
}
SUCCESSFUL = {"status": "successful", "processID": "carbon-stock", "jobID": "1f0c"}
FINISHED = {**JOB, **SUCCESSFUL, "finished": JOB["started"], "now": JOB["started"]}
JOBS = {"jobs": [FINISHED], "links": [], "now": JOB["started"]}
ANSWER = {"indicators": [{"id": "total", "title": {"fr": "a", "en": "b"}, "value": 1.5, "unit": "tC"}]}

PAGES: dict[str, str | tuple[str, dict[str, Any]]] = {
    "landing": "/",
    "collections": "/collections",
    "collection": "/collections/communes",
    "coverage collection": "/collections/land-cover",
    "schema": "/collections/communes/schema",
    "queryables": "/collections/communes/queryables",
    "items": "/collections/communes/items",
    "second page of items": "/collections/communes/items?offset=2",
    "no items": "/collections/communes/items?nom=Paris",
    "item": "/collections/communes/items/0",
    "coverage": "/collections/land-cover/coverage",
    "processes": "/processes",
    "process": "/processes/carbon-stock",
    "jobs": "/jobs",
    "job": "/jobs/1f0c",
    "list of jobs": ("jobs/index.html", JOBS),
    "finished job": ("jobs/job.html", FINISHED),
    "results": ("jobs/results/index.html", {"job": {"id": "1f0c"}, "result": ANSWER}),
    "conformance": "/conformance",
    "openapi": "/openapi",
    "redoc": "/openapi?ui=redoc",
    "tilings": "/tileMatrixSets",
    "tiling": "/tileMatrixSets/WebMercatorQuad",
    "tiles": ("collections/tiles/index.html", TILES),
    "tile metadata": ("collections/tiles/metadata.html", TILE_METADATA),
    "problem": ("exception.html", PROBLEM),
    "plain": ("stac/item.html", {"id": "x", "links": [{"rel": "self", "href": f"{HOST}/stac"}]}),
}
"""The address of each page; or its template and its data, when it depends on more than the territory."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `page_name` on every page, and for `language` in both."""
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", list(PAGES))
    if {"rendered", "language"} <= set(metafunc.fixturenames):
        metafunc.parametrize("language", ["fr", "en"])


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
def rendered(app: Flask) -> Callable[[str, str], Page]:
    """The page of a name in a language."""

    @functools.cache
    def render(name: str, language: str) -> Page:
        page = PAGES[name]
        asked = f"f=html&lang={language}"
        if isinstance(page, tuple):
            with app.test_request_context(f"/?{asked}"):
                return Page(app.extensions["estran"].render(*page))
        answer = app.test_client().get(f"{page}{'&' if '?' in page else '?'}{asked}")
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    return render
