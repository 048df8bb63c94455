"""Files are opened as few times as can be, however many layers they hold; an empty tile is remembered."""

import math
import sqlite3
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import yaml

from estran.layers.features import connections
from estran.layers.features.writing import write_table
from estran.providers.tiles_source import VectorTiles
from estran.server.app import create_app

TABLES = 6
A, B = (-1.20, 46.10), (-1.10, 46.20)
ZOOM = 13


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    frame = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[shapely.Point(A), shapely.Point(B)], crs=4326)
    for number in range(TABLES):
        write_table(tmp_path / "features.gpkg", f"t{number}", frame.to_crs(2154), id_field="id")
    licence = {"id": "CC0-1.0", "title": "CC0", "url": "https://example.org"}
    layers = {
        f"t{number}": {
            "type": "collection",
            "title": f"t{number}",
            "estran": {"licence": licence, "attribution": "x", "vintage": "2024"},
            "providers": [
                {
                    "type": "feature",
                    "name": "estran.providers.features.FeatureProvider",
                    "data": "features.gpkg",
                    "table": f"t{number}",
                    "id_field": "id",
                }
            ],
        }
        for number in range(TABLES)
    }
    document = {
        "estran": {
            "territory": {"id": "test", "name": {"fr": "Essai", "en": "Test"}, "siren": "000000000"},
            "data": {"recipe": "la-rochelle", "sources": ".", "directory": "."},
            "ledger": {"crs": "EPSG:2154", "resolution_m": 5},
        },
        "resources": layers,
    }
    path = tmp_path / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_a_file_is_opened_once_for_all_its_layers(
    configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    connect = connections._connect

    def noted(path: Path) -> sqlite3.Connection:
        opened.append(path)
        return connect(path)

    monkeypatch.setattr(connections, "_connect", noted)
    client = create_app(configuration).test_client()
    for number in range(TABLES):
        assert client.get(f"/collections/t{number}/items?bbox=-2,46,0,47").get_json()["numberMatched"] == 2
        assert client.get(f"/collections/t{number}/queryables").status_code == 200
    assert client.get("/collections").status_code == client.get("/openapi").status_code == 200
    assert len(opened) == 1


def test_an_empty_tile_is_remembered(configuration: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    vector = VectorTiles.read

    def noted(self: VectorTiles, *place: Any) -> Any:
        read.append(place)
        return vector(self, *place)

    monkeypatch.setattr(VectorTiles, "read", noted)
    client = create_app(configuration).test_client()
    (column, _), (_, row) = _tile(A), _tile(B)
    path = f"/collections/t0/tiles/WebMercatorQuad/{ZOOM}/{row}/{column}"
    first, again = client.get(path), client.get(path)
    assert (first.status_code, again.status_code) == (204, 204)
    assert len(read) == 1
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Content-Type" not in answer.headers
    column, row = _tile(A)
    full = f"/collections/t0/tiles/WebMercatorQuad/{ZOOM}/{row}/{column}"
    assert [client.head(full).status_code, client.get(full).status_code] == [200, 200]
    assert len(read) == 2


def _tile(point: tuple[float, float]) -> tuple[int, int]:
    """Return the column and row of the tile of WebMercatorQuad that holds a point."""
    longitude, latitude = point
    height = math.asinh(math.tan(math.radians(latitude))) / math.pi
    return int((longitude + 180) / 360 * 2**ZOOM), int((1 - height) / 2 * 2**ZOOM)
