"""A tiny territory of one commune with a square kilometre of each land that matters to fluxes, and wetlands.

Columns 0 to 3, rows 0 and 1, in kilometres:

    row 1   sealed    artificial trees   wetland: brackish below, salt above   grassland: fresh marsh below
    row 0   cropland  broadleaf forest   wetland: salt meadow below, mudflat above   vineyard
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import yaml
from pyproj import CRS
from rasterio.transform import from_origin
from shapely import box

from estran.assessments.envelope import Envelope
from estran.assessments.flux import CarbonFluxRequest, assess_carbon_flux
from estran.assessments.request import read_request
from estran.assessments.sequestration import assess_sequestration
from estran.assessments.sequestration_inputs import SequestrationRequest
from estran.layers.cog import write_cog
from estran.layers.features.writing import write_table
from estran.layers.ledger.build import LedgerInputs, LedgerLayer, build_ledger
from estran.layers.progress import silent
from estran.layers.territory import Territory, read_territory

LAMBERT = CRS.from_epsg(2154)

X, Y = 380_000.0, 6_570_000.0

LICENCE = {
    "id": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


def square(column: float, row: float, width: float = 1.0, height: float = 1.0):
    return box(X + 1000 * column, Y + 1000 * row, X + 1000 * (column + width), Y + 1000 * (row + height))


LAND = {
    "cropland": (0, 0),
    "forest_broadleaf": (1, 0),
    "artificial_sealed": (0, 1),
    "artificial_trees": (1, 1),
    "vineyard": (3, 0),
    "grassland_herbaceous": (3, 1),
}

WETLANDS = {
    "salt_meadow": square(2, 0, 1, 0.5),
    "mudflat": square(2, 0.5, 1, 0.5),
    "dyked_brackish_marsh": square(2, 1, 1, 0.5),
    "dyked_salt_marsh": square(2, 1.5, 1, 0.5),
    "dyked_fresh_marsh": square(3, 1, 1, 0.5),
}


def layer(identifier: str, role: str, data: str, id_field: str = "") -> dict[str, Any]:
    provider = {"type": "feature" if id_field else "coverage", "name": "none", "data": data}
    if id_field:
        provider |= {"table": identifier, "id_field": id_field}
    return {
        "type": "collection",
        "title": {"fr": identifier, "en": identifier},
        "estran": {
            "role": role,
            "licence": LICENCE,
            "attribution": f"makers of {identifier}",
            "vintage": "2021",
            "support": {} if id_field else {"resolution_m": 10},
        },
        "providers": [provider],
    }


@pytest.fixture(scope="session")
def marsh_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("marsh")
    communes = gpd.GeoDataFrame(
        {"code_insee": ["17300"], "zone": ["4_1"], "forest_region": ["F1"]},
        geometry=[square(0, 0, 4, 2)],
        crs=LAMBERT,
    )
    land = gpd.GeoDataFrame(
        {"land_class": [*LAND, "wetland"]},
        geometry=[*(square(*place) for place in LAND.values()), square(2, 0, 1, 2)],
        crs=LAMBERT,
    )
    wetlands = gpd.GeoDataFrame({"wetland": list(WETLANDS)}, geometry=list(WETLANDS.values()), crs=LAMBERT)
    build_ledger(
        LedgerInputs(
            communes=communes,
            layers=(LedgerLayer("land-cover", "2021", synthetic=False, polygons=land),),
            wetlands=wetlands,
            wetlands_synthetic=False,
        ),
        crs=LAMBERT,
        resolution_m=10.0,
        directory=directory,
        progress=silent,
    )
    features = wetlands.rename(columns={"wetland": "type"}).assign(
        id=[f"W{rank}" for rank in range(len(WETLANDS))]
    )
    write_table(directory / "features.gpkg", "communes", communes, id_field="code_insee")
    write_table(directory / "features.gpkg", "wetlands", features, id_field="id")
    document = {
        "estran": {
            "territory": {"id": "marsh", "name": {"fr": "Marais", "en": "Marsh"}},
            "data": {"recipe": "la-rochelle", "sources": "sources", "directory": "."},
        },
        "resources": {
            "communes": layer("communes", "communes", "features.gpkg", "code_insee"),
            "wetlands": layer("wetlands", "wetlands", "features.gpkg", "id"),
            "land-cover": layer("land-cover", "land-cover", "land-cover.tif"),
            "land-ledger": layer("land-ledger", "land-ledger", "land-ledger.tif"),
        },
    }
    path = directory / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return directory


@pytest.fixture(scope="session")
def marsh(marsh_directory: Path) -> Territory:
    return read_territory(marsh_directory / "pygeoapi-config.yml")


@pytest.fixture(scope="session")
def flux(marsh: Territory) -> Callable[..., Envelope]:
    """The annual flux of a geometry in Lambert-93."""

    def answer(geometry: object, **inputs: object) -> Envelope:
        data = {"geometry": geometry, "crs": 2154, **inputs}
        return assess_carbon_flux(read_request(CarbonFluxRequest, data), marsh)

    return answer


@pytest.fixture(scope="session")
def potential(marsh: Territory) -> Callable[..., Envelope]:
    """The sequestration potential of a geometry in Lambert-93."""

    def answer(geometry: object, **inputs: object) -> Envelope:
        data = {"geometry": geometry, "crs": 2154, **inputs}
        return assess_sequestration(read_request(SequestrationRequest, data), marsh)

    return answer


@pytest.fixture(scope="session")
def with_grid(marsh_directory: Path) -> Territory:
    """The same territory, with an emission grid of 8 cells of 1 km and 10 tonnes each."""
    path = marsh_directory / "emissions.tif"
    write_cog(
        path,
        np.full((1, 2, 4), 10.0, dtype=np.float32),
        crs=CRS.from_epsg(2154),
        transform=from_origin(380_000, 6_572_000, 1000, 1000),
        nodata=-1.0,
        band_names=["co2"],
        units=["t/yr"],
    )
    document = yaml.safe_load((marsh_directory / "pygeoapi-config.yml").read_text(encoding="utf-8"))
    grid = json.loads(json.dumps(document["resources"]["land-cover"]))
    grid["title"] = {"fr": "grille", "en": "grid"}
    grid["providers"][0]["data"] = "emissions.tif"
    grid["estran"] |= {
        "role": "emissions",
        "fields": {"co2": {"title": {"fr": "CO2 fossile", "en": "Fossil CO2"}, "unit": "tCO2/yr"}},
    }
    document["resources"]["emissions"] = grid
    config = marsh_directory / "with-grid.yml"
    config.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return read_territory(config)
