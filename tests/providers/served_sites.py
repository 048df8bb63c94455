"""Twelve sites served through pygeoapi's own functions, and how to ask for them."""

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import shapely
from flask import Flask, request
from pygeoapi.api import API, APIRequest, get_collection_schema
from pygeoapi.api.itemtypes import get_collection_item, get_collection_items, get_collection_queryables
from pyproj import Transformer

from estran.providers.request import set_parameters

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
BASE = "https://carbon.example/api"
FLASK = Flask(__name__)
LICENCE = {
    "id": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}

Ask = Callable[..., tuple[dict[str, str], int, dict[str, Any]]]


def lambert(longitude: float, latitude: float) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(longitude, latitude)
    return x, y


def mercator(longitude: float, latitude: float) -> list[float]:
    """Return EPSG:3857 by its formula: IOGP guidance note 7-2, 3.2.1.2, radius 6 378 137 m."""
    north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    return [6_378_137 * math.radians(longitude), 6_378_137 * north]


def sites() -> gpd.GeoDataFrame:
    """Twelve points on a line of latitude 46.16 N, from 1.20 W eastwards every 0.01 degree."""
    count = 12
    return gpd.GeoDataFrame(
        {
            "code": [f"s{number:02}" for number in range(count)],
            "name": ["Périgny" if number % 2 else None for number in range(count)],
            "places": pd.array([number % 4 for number in range(count)], dtype="Int64"),
            "surface": [number / 4 for number in range(count)],
            "built": [dt.date(2000 + number, 1, 1) for number in range(count)],
            "open": [number % 3 == 0 for number in range(count)],
        },
        geometry=[shapely.Point(*lambert(-1.20 + number / 100, 46.16)) for number in range(count)],
        crs=2154,
    )


def definition(path: Path, **changes: Any) -> dict[str, Any]:
    return {
        "type": "feature",
        "name": "estran.providers.features.FeatureProvider",
        "data": str(path),
        "table": "parking-areas",
        "id_field": "code",
        "title_field": "name",
        "time_field": "built",
        "storage_crs": f"{EPSG}/2154",
        "crs": [CRS84, f"{EPSG}/2154", f"{EPSG}/3857", f"{EPSG}/4326"],
        "collection": "parking-areas",
        "base_url": f"{BASE}/",
        "licence": LICENCE,
        "attribution": "Communauté d'agglomération de La Rochelle",
        "vintage": "2017",
        "synthetic": False,
        "field_settings": {
            "places": {"title": {"fr": "Places", "en": "Spaces"}, "unit": "1"},
            "name": {
                "title": {"fr": "Nom", "en": "Name"},
                "codelist": {"Périgny": {"fr": "Périgny", "en": "Périgny"}},
            },
        },
        **changes,
    }


def make_api(*definitions: dict[str, Any]) -> API:
    return API(
        {
            "server": {
                "url": BASE,
                "languages": ["fr-FR", "en-US"],
                "limits": {"default_items": 5, "max_items": 1000, "on_exceed": "throttle"},
                "map": {"url": "", "attribution": ""},
            },
            "logging": {"level": "ERROR"},
            "metadata": {},
            "resources": {
                made["collection"]: {
                    "type": "collection",
                    "title": {"fr": "Parkings", "en": "Parking areas"},
                    "description": "-",
                    "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                    "providers": [made],
                }
                for made in definitions
            },
        },
        {},
    )


def asker(api: API) -> Ask:
    def ask(address: str, *, method: str = "GET", body: Any = None, language: str = "en") -> Any:
        parts = urlsplit(address).path.strip("/").split("/")
        with FLASK.test_request_context(
            f"/{address}", method=method, json=body, headers={"Accept-Language": language}
        ):
            asked = APIRequest.from_flask(request, api.locales)
            if parts[-1] == "items":
                answer = _items(api, asked, parts[0])
            elif parts[-1] == "schema":
                answer = get_collection_schema(api, asked, parts[0])
            elif parts[-1] == "queryables":
                answer = get_collection_queryables(api, asked, parts[0])
            else:
                answer = get_collection_item(api, asked, parts[0], parts[-1])
        headers, status, text = answer
        return headers, int(status), json.loads(text)

    return ask


def _items(api: API, asked: APIRequest, collection: str) -> Any:
    """Keep the filter for the provider, as the server does."""
    parameters = dict(asked.params)
    if asked.data:
        parameters |= {"filter": asked.data.decode(), "filter-lang": "cql2-json"}
    asked._args = {name: text for name, text in parameters.items() if not name.startswith("filter")}
    asked._data = b""
    with set_parameters(parameters):
        return get_collection_items(api, asked, collection)


def items(ask: Ask, query: str = "", status: int = 200) -> dict[str, Any]:
    _, code, document = ask(f"parking-areas/items?f=json&{query}")
    assert code == status, document
    return document


def ids(document: dict[str, Any]) -> str:
    return " ".join(feature["id"] for feature in document["features"])


def links(document: dict[str, Any], relation: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == relation]
