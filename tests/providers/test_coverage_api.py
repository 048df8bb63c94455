"""The coverage provider behind pygeoapi's own functions, from the query string to the answer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from flask import Flask
from flask import request as flask_request
from pygeoapi.api import API, APIRequest, get_collection_schema
from pygeoapi.api.collection import gen_collection
from pygeoapi.api.coverages import get_collection_coverage

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs


@pytest.fixture
def api(tmp_path: Path) -> API:
    path = tmp_path / "count.tif"
    values = np.arange(100, dtype="uint8").reshape(10, 10)
    corner = Affine(100, 0, 380_000, 0, -100, 6_570_000)
    write_cog(path, values, crs=parse_crs(2154), transform=corner, nodata=255, band_names=["count"])
    provider = {
        "type": "coverage",
        "name": "estran.providers.coverage.CoverageProvider",
        "data": str(path),
        "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
        "field_settings": {"count": {"title": {"fr": "Compte", "en": "Count"}, "unit": "t"}},
        "limits": {"coverage_pixels": 1000},
    }
    missing = provider | {"data": str(tmp_path / "absent.tif")}
    return API(
        {
            "server": {
                "url": "http://localhost",
                "languages": ["en", "fr"],
                "mimetype": "application/json",
                "encoding": "utf-8",
                "limits": {"default_items": 10, "max_items": 10},
            },
            "logging": {"level": "ERROR"},
            "metadata": {"identification": {"title": "t", "description": "d"}},
            "resources": {"count": _collection(provider), "absent": _collection(missing)},
        },
        {},
    )


def _collection(provider: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "collection",
        "title": "count",
        "description": "count",
        "keywords": ["count"],
        "extents": {"spatial": {"bbox": [-1.2, 46, -1, 47]}},
        "providers": [provider],
    }


def _get(api: API, query: str, collection: str = "count") -> tuple[dict[str, str], int, Any]:
    with Flask("test").test_request_context(f"/collections/{collection}/coverage?{query}"):
        request = APIRequest.from_flask(flask_request, api.locales)
        headers, status, content = get_collection_coverage(api, request, collection)
    return headers, int(status), content


def test_coverage_json(api: API) -> None:
    headers, status, content = _get(api, "")
    assert (status, headers["Content-Type"]) == (200, "application/prs.coverage+json")
    assert json.loads(content)["ranges"]["count"]["values"] == list(range(100))


def test_native_format(api: API) -> None:
    headers, status, content = _get(api, "f=GTiff")
    assert (status, headers["Content-Type"]) == (200, "image/tiff; application=geotiff")
    assert headers["Content-Disposition"] == 'attachment; filename="count.tif"'
    assert content[:4] == b"II*\0"


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("bbox=380200,6569400,380500,6569700&bbox-crs=EPSG:2154", [3, 3]),
        ("bbox=380200,6569400,0,380500,6569700,9&bbox-crs=2154", [3, 3]),
        ("subset=X(380200:380500),Y(6569400:6569700)", [3, 3]),
        ("subset=e(380200:380500)", [10, 3]),
        ("subset=Lat(46:47),Lon(-2:0)", [10, 10]),
        ("subset=Lat(46:47),Long(-2:0)&scaleSize=Lat(4),Long(5)", [4, 5]),
        ("scale-factor=2", [5, 5]),
        ("scale-axes=X(5)", [10, 2]),
        ("scale-size=X(3),Y(2)&properties=1", [2, 3]),
    ],
)
def test_parts(api: API, query: str, shape: list[int]) -> None:
    _headers, status, content = _get(api, query)
    assert status == 200, content
    assert json.loads(content)["ranges"]["count"]["shape"] == shape


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("bbox=10,46,11,47", 404),
        ("bbox=nan,46,11,47", 400),
        ("bbox=-2,46,-1,47&bbox-crs=nonsense", 400),
        ("subset=time(1:2)", 400),
        ("subset=X(a:b)", 400),
        ("properties=absent", 400),
        ("scale-factor=0", 400),
        ("crs=nonsense", 400),
        ("datetime=nonsense", 400),
        ("scale-size=X(100),Y(100)", 413),
        ("f=GTiff&scale-factor=0.01", 413),
        ("f=nonsense", 400),
    ],
)
def test_refusals(api: API, query: str, status: int) -> None:
    assert _get(api, query)[1] == status


def test_a_layer_without_its_file_is_unavailable_and_says_so(api: API) -> None:
    _headers, status, content = _get(api, "", "absent")
    assert status == 503
    assert "absent.tif" in json.loads(content)["description"]


def test_errors_are_in_the_language_of_the_request(api: API) -> None:
    assert "hors de la couche" in json.loads(_get(api, "bbox=10,46,11,47&lang=fr")[2])["description"]


def test_schema_and_collection(api: API) -> None:
    with Flask("test").test_request_context("/collections/count/schema?f=json&lang=fr"):
        request = APIRequest.from_flask(flask_request, api.locales)
        schema = json.loads(get_collection_schema(api, request, "count")[2])
        collection = gen_collection(api, request, "count", request.locale)
    assert schema["properties"]["count"]["title"] == "Compte"
    assert schema["properties"]["count"]["x-ogc-unit"] == "t"
    assert collection["extent"]["spatial"]["grid"] == [
        {"cellsCount": 10, "resolution": 100.0},
        {"cellsCount": 10, "resolution": 100.0},
    ]
