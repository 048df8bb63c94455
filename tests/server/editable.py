"""An editable layer of two trees behind the real application, on a GeoPackage or on PostGIS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import yaml
from flask.testing import FlaskClient
from server.conftest import CONFIGURATION
from werkzeug.test import TestResponse

from estran.ingest.publish import publish_file
from estran.layers.features.writing import write_table
from estran.layers.progress import silent
from estran.server.app import create_app

TOKEN = "spring-tide-0123456789"
FEATURE = "application/geo+json"


@dataclass
class Site:
    """An editable layer behind the real application."""

    client: FlaskClient
    location: str
    config: Path

    def ask(self, method: str, path: str, body: Any = None, **headers: str | None) -> TestResponse:
        sent: dict[str, str] = {"Authorization": f"Bearer {TOKEN}"}
        if body is not None:
            sent["Content-Type"] = FEATURE
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        sent = {name: text for name, text in {**sent, **named}.items() if text is not None}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        return self.client.open(f"/collections/trees{path}", method=method, data=data, headers=sent)

    def held(self, identifier: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/items/{identifier}?f=json")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        document: dict[str, Any] = answer.get_json()
        return document

    def count(self) -> int:
        return int(self.ask("GET", "/items?f=json&limit=1").get_json()["numberMatched"])

    def tag(self, identifier: str) -> str:
        return self.ask("GET", f"/items/{identifier}?f=json").headers["ETag"]


def trees() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": ["oak", "ash"],
            "height": [12.5, 7.0],
            "rings": [80, 40],
            "alive": [True, False],
            "planted": ["native", "native"],
        },
        geometry=[
            shapely.box(380_000, 6_570_000, 380_010, 6_570_010),
            shapely.box(380_100, 6_570_000, 380_110, 6_570_010),
        ],
        crs=2154,
    )


@contextmanager
def served(kind: str, folder: Path, database: str) -> Iterator[Site]:
    file = folder / "trees.gpkg"
    write_table(file, "trees", trees(), id_field="code")
    location = str(file)
    if kind == "postgis":
        location = database
        publish_file(
            file,
            location,
            id_fields={"trees": "code"},
            owner="t",
            fingerprint="1",
            progress=silent,
            force=True,
        )
    configuration = deepcopy(CONFIGURATION)
    zones = configuration["resources"]["zones"]
    codes = {"native": {"fr": "local", "en": "native"}, "foreign": {"fr": "exotique", "en": "foreign"}}
    origin = {"title": {"fr": "Origine", "en": "Origin"}, "codelist": codes}
    configuration["estran"]["editing"] = {"token_env": "TREE_TOKEN"}
    configuration["resources"] = {
        "trees": {
            **zones,
            "title": {"fr": "Arbres", "en": "Trees"},
            "extents": {"spatial": {"bbox": [-1.3, 46.0, -0.9, 46.3]}},
            "estran": {**zones["estran"], "fields": {"planted": origin}},
            "providers": [
                {
                    **zones["providers"][0],
                    "data": location,
                    "table": "trees",
                    "id_field": "code",
                    "title_field": "code",
                    "editable": True,
                }
            ],
        }
    }
    config = folder / "pygeoapi-config.yml"
    config.write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with create_app(config).test_client() as client:
        yield Site(client, location, config)


def tree(**properties: Any) -> dict[str, Any]:
    """A square of about 11 m by 16 m at 46.16 N, 1.15 W."""
    ring = [[-1.15, 46.16], [-1.1498, 46.16], [-1.1498, 46.1601], [-1.15, 46.1601], [-1.15, 46.16]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
