"""A small territory for the server: real files, real providers, the stock process of pygeoapi."""

import json
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import yaml
from flask.testing import FlaskClient
from rasterio.transform import from_origin
from server.running import Served, start, stop
from shapely import box

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pygeoapi.api.tiles  # noqa: F401 - its models are written in an old style of pydantic

from estran.layers.features.writing import write_table
from estran.server.app import create_app

PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": str(number),
            "properties": {"nom": f"lieu <{number}>", "hauteur": number * 1.5},
            "geometry": {"type": "Point", "coordinates": [-1.15 + number / 100, 46.16]},
        }
        for number in range(5)
    ],
}
TERMS = {
    "licence": {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://example.org/licence"},
    "attribution": "Ville d'essai",
    "vintage": "2024",
}
BBOX = {"spatial": {"bbox": [-1.3, 46.0, -0.9, 46.3]}}
CONFIGURATION: dict[str, Any] = {
    "estran": {
        "territory": {"id": "essai", "name": {"fr": "Territoire d'essai", "en": "Test territory"}},
        "data": {"recipe": "bdtopo", "sources": "data", "directory": "var/essai"},
        "limits": {"body_mb": 0.1},
        "jobs": {"workers": 1},
    },
    "logging": {"level": "CRITICAL"},
    "resources": {
        "places": {
            "type": "collection",
            "title": {"fr": "Lieux", "en": "Places"},
            "extents": BBOX,
            "estran": TERMS,
            "providers": [{"type": "feature", "name": "GeoJSON", "data": "places.geojson", "id_field": "id"}],
        },
        "secret": {
            "type": "collection",
            "visibility": "hidden",
            "title": {"fr": "Caché", "en": "Hidden"},
            "extents": BBOX,
            "providers": [{"type": "feature", "name": "GeoJSON", "data": "places.geojson", "id_field": "id"}],
        },
        "heights": {
            "type": "collection",
            "title": {"fr": "Altitudes", "en": "Heights"},
            "estran": TERMS,
            "providers": [
                {
                    "type": "coverage",
                    "name": "estran.providers.coverage.CoverageProvider",
                    "data": "heights.tif",
                    "resampling": "average",
                    "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
                }
            ],
        },
        "zones": {
            "type": "collection",
            "title": {"fr": "Zones", "en": "Zones"},
            "estran": {
                **TERMS,
                "fields": {"hauteur": {"title": {"fr": "Hauteur", "en": "Height"}, "unit": "m"}},
            },
            "providers": [
                {
                    "type": "feature",
                    "name": "estran.providers.features.FeatureProvider",
                    "data": "zones.gpkg",
                    "table": "zones",
                    "id_field": "id",
                    "title_field": "nom",
                }
            ],
        },
        "broken": {
            "type": "collection",
            "title": {"fr": "Couche cassée", "en": "Broken layer"},
            "extents": BBOX,
            "estran": TERMS,
            "providers": [
                {
                    "type": "coverage",
                    "name": "estran.providers.coverage.CoverageProvider",
                    "data": "broken.tif",
                    "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
                }
            ],
        },
        "hello": {"type": "process", "processor": {"name": "HelloWorld"}},
    },
}


def write_heights(path: Path) -> None:
    """Write 20 x 10 cells of 100 m in Lambert-93, near La Rochelle, with values 0 to 199."""
    values = np.arange(200, dtype="float32").reshape(10, 20)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=20,
        height=10,
        count=1,
        dtype="float32",
        crs="EPSG:2154",
        transform=from_origin(380_000, 6_570_000, 100, 100),
        nodata=-9999,
    ) as raster:
        raster.write(values, 1)


def write(folder: Path, configuration: dict[str, Any]) -> Path:
    """Write a configuration and its data; return the path of the configuration."""
    (folder / "places.geojson").write_text(json.dumps(PLACES), encoding="utf-8")
    write_heights(folder / "heights.tif")
    write_zones(folder / "zones.gpkg")
    (folder / "broken.tif").write_bytes(b"II*\x00 this is not a raster")
    path = folder / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_zones(path: Path) -> None:
    """Write five squares of 50 m in Lambert-93, 100 m apart, 0.0 to 6.0 m high."""
    frame = gpd.GeoDataFrame(
        {
            "id": [f"z{number}" for number in range(5)],
            "nom": ["Aytré", "Lagord", "Périgny", "Vérines", "Yves"],
            "hauteur": [number * 1.5 for number in range(5)],
        },
        geometry=[
            box(380_000 + 100 * number, 6_570_000, 380_050 + 100 * number, 6_570_050) for number in range(5)
        ],
        crs="EPSG:2154",
    )
    write_table(path, "zones", frame, id_field="id")


@pytest.fixture
def configuration() -> dict[str, Any]:
    """A copy of the small configuration, free to change."""
    return deepcopy(CONFIGURATION)


@pytest.fixture
def territory(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Write a configuration and its data; return the path of the configuration."""
    return lambda configuration: write(tmp_path, configuration)


@pytest.fixture(scope="session")
def write_territory() -> Callable[[Path], Path]:
    """Write the small territory into a folder; return the path of its configuration."""
    return lambda folder: write(folder, deepcopy(CONFIGURATION))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of the small territory, shared by the tests of a file."""
    path = write(tmp_path_factory.mktemp("territory"), deepcopy(CONFIGURATION))
    with create_app(path).test_client() as made:
        yield made


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small territory on a real port, for all the tests that only read; it must stop well."""
    running = start(write(tmp_path_factory.mktemp("served"), deepcopy(CONFIGURATION)))
    yield running
    assert stop(running) == 0
