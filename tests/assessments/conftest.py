"""A tiny territory: two communes side by side on a 1 km grid of known classes, with a real ledger."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import yaml
from pyproj import CRS
from shapely import box

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Envelope
from estran.assessments.project_impact import assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.assessments.request import read_request
from estran.layers.features.writing import write_table
from estran.layers.ledger.build import LedgerInputs, LedgerLayer, build_ledger
from estran.layers.progress import silent
from estran.layers.territory import Territory, read_territory

LAMBERT = CRS.from_epsg(2154)

X, Y = 380_000.0, 6_570_000.0
"""South-west corner of the territory, in Lambert-93, near La Rochelle."""

LICENCE = {
    "id": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


def square(column: float, row: float, width: float = 1.0, height: float = 1.0):
    """A box in kilometres from the corner of the territory."""
    return box(X + 1000 * column, Y + 1000 * row, X + 1000 * (column + width), Y + 1000 * (row + height))


LAND = [
    ("cropland", square(0, 0)),
    ("forest_broadleaf", square(1, 0)),
    ("artificial_sealed", square(0, 1)),
    ("grassland_herbaceous", square(1, 1)),
    ("water", square(2, 0)),
    ("forest_broadleaf", square(2, 1)),
]
"""Classes of the tiny territory; the square (3, 0)-(4, 2) is described by nothing."""


def layer(identifier: str, role: str, data: str, **extra: object) -> dict[str, object]:
    provider = {"type": "coverage" if data.endswith("tif") else "feature", "name": "none", "data": data}
    if data.endswith("gpkg"):
        provider |= {"table": identifier, "id_field": "code_insee"}
    return {
        "type": "collection",
        "title": {"fr": identifier, "en": identifier},
        "estran": {
            "role": role,
            "licence": LICENCE,
            "attribution": f"makers of {identifier}",
            "vintage": "2021",
            **extra,
        },
        "providers": [provider],
    }


def write_configuration(directory: Path, **limits: float) -> Path:
    document = {
        "estran": {
            "territory": {
                "id": "tiny",
                "name": {"fr": "Minuscule", "en": "Tiny"},
                "commune_aliases": {"17999": "17300"},
            },
            "data": {"recipe": "la-rochelle", "sources": "sources", "directory": "."},
            "limits": limits,
        },
        "resources": {
            "communes": layer("communes", "communes", "features.gpkg"),
            "wetlands": layer("wetlands", "wetlands", "features.gpkg", synthetic=True),
            "land-cover": layer("land-cover", "land-cover", "land-cover.tif", support={"resolution_m": 50}),
            "land-ledger": layer(
                "land-ledger", "land-ledger", "land-ledger.tif", support={"resolution_m": 10}
            ),
        },
    }
    path = directory / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tiny")
    communes = gpd.GeoDataFrame(
        {
            "code_insee": ["17300", "17391"],
            "zone": ["4_1", "4_1"],
            "forest_region": ["F1", ""],
        },
        geometry=[square(0, 0, 2, 2), square(2, 0, 2, 2)],
        crs=LAMBERT,
    )
    land = gpd.GeoDataFrame(
        {"land_class": [name for name, _ in LAND]}, geometry=[shape for _, shape in LAND], crs=LAMBERT
    )
    wetlands = gpd.GeoDataFrame(
        {"wetland": ["salt_meadow", "sea"]},
        geometry=[square(1, 1.5, 1, 0.5), square(2, 0, 1, 0.5)],
        crs=LAMBERT,
    )
    inputs = LedgerInputs(
        communes=communes,
        layers=(LedgerLayer("land-cover", "2021", synthetic=False, polygons=land),),
        wetlands=wetlands,
        wetlands_synthetic=False,
    )
    build_ledger(inputs, crs=LAMBERT, resolution_m=10.0, directory=directory, progress=silent)
    write_table(directory / "features.gpkg", "communes", communes, id_field="code_insee")
    write_configuration(directory)
    return directory


@pytest.fixture(scope="session")
def tiny(tiny_directory: Path) -> Territory:
    """The territory, open."""
    return read_territory(tiny_directory / "pygeoapi-config.yml")


@pytest.fixture(scope="session")
def kilometres() -> Callable[..., dict[str, Any]]:
    """A GeoJSON box of the tiny territory, in kilometres from its corner, in Lambert-93."""

    def make(column: float, row: float, width: float = 1.0, height: float = 1.0) -> dict[str, Any]:
        return json.loads(shapely.to_geojson(square(column, row, width, height)))

    return make


@pytest.fixture(scope="session")
def ask(tiny: Territory) -> Callable[..., Envelope]:
    """The carbon stock of a geometry of the tiny territory, in Lambert-93 unless said otherwise."""

    def answer(geometry: object, crs: object = 2154, **inputs: object) -> Envelope:
        data = {"geometry": geometry, "crs": crs, **inputs}
        return assess_carbon_stock(read_request(CarbonStockRequest, data), tiny)

    return answer


@pytest.fixture(scope="session")
def tiny_ask(tiny: Territory) -> Callable[[object], Envelope]:
    """The carbon stock for raw inputs."""
    return lambda inputs: assess_carbon_stock(read_request(CarbonStockRequest, inputs), tiny)


@pytest.fixture(scope="session")
def configure() -> Callable[..., Path]:
    """Writes the configuration of the tiny territory with other limits."""
    return write_configuration


@pytest.fixture(scope="session")
def impact(tiny: Territory) -> Callable[..., Envelope]:
    def answer(geometry: object, crs: object = 2154, **inputs: object) -> Envelope:
        data = {"geometry": geometry, "crs": crs, **inputs}
        return assess_project_impact(read_request(ProjectImpactRequest, data), tiny)

    return answer
