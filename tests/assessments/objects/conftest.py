"""The tiny territory with buildings and car parks: squares of known size, use and age."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml
from pyproj import CRS
from shapely import box

from estran.assessments.buildings import assess_building_emissions
from estran.assessments.buildings_inputs import BuildingEmissionsRequest
from estran.assessments.envelope import Envelope
from estran.assessments.parking import assess_parking_potential
from estran.assessments.parking_inputs import ParkingPotentialRequest
from estran.assessments.request import read_request
from estran.assessments.solar import assess_solar_potential
from estran.assessments.solar_inputs import SolarPotentialRequest
from estran.layers.features.writing import write_table
from estran.layers.territory import Territory, read_territory

LAMBERT = CRS.from_epsg(2154)

X, Y = 380_000.0, 6_570_000.0
"""South-west corner of the tiny territory."""

BUILDINGS = [
    # id, x, y, width, height of the square, usage1, nature, leger, etages, logements, hauteur, year
    ("house", 100, 100, 10, 10, "Résidentiel", "Indifférenciée", "Non", 2, 1, 6.0, 1980),
    ("flats", 200, 100, 20, 10, "Résidentiel", "Indifférenciée", "Non", None, 8, 12.2, None),
    ("shop", 300, 100, 20, 20, "Commercial et services", "Indifférenciée", "Non", None, None, 4.0, None),
    ("garage", 400, 100, 5, 5, "Annexe", "Indifférenciée", "Non", 1, None, 3.0, None),
    ("shed", 500, 100, 5, 5, "Indifférencié", "Indifférenciée", "Oui", None, None, 2.0, None),
    ("greenhouse", 600, 100, 50, 20, "Agricole", "Serre", "Non", None, None, 3.0, None),
    ("unknown", 700, 100, 10, 10, "Indifférencié", "Indifférenciée", "Non", None, None, 3.0, None),
    ("plant", 800, 100, 30, 30, "Industriel", "Indifférenciée", "Non", None, None, 9.0, None),
    ("cut", 995, 100, 10, 10, "Résidentiel", "Indifférenciée", "Non", 1, 1, 3.0, 1960),
]

PARKS = [
    # id, x, y, width, height, name, type, spaces, linked id
    ("large", 100, 300, 120, 100, "Grand", "parking en enclos", 450, None),  # 12,000 m2
    ("small", 300, 300, 50, 30, "Petit", "parking gratuit", 60, None),  # 1,500 m2
    ("east", 400, 300, 40, 20, "Est", "parking gratuit", 30, None),  # 800 m2, touches west
    ("west", 440, 300, 40, 20, "Ouest", "parking gratuit", 30, None),  # 800 m2
    ("north", 600, 300, 40, 25, "Nord A", "parking gratuit", 40, "P-1"),  # 1,000 m2, linked to south
    ("south", 600, 400, 40, 25, "Nord B", "parking gratuit", 40, "P-1"),  # 1,000 m2
    ("under", 700, 300, 60, 50, "Dessous", "parking souterrain", 400, None),  # 3,000 m2
    ("dense", 800, 300, 60, 50, "Dense", "parking en enclos", 300, None),  # 10 m2 per space
]


def frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=LAMBERT)


def square(x: float, y: float, width: float, height: float):
    return box(X + x, Y + y, X + x + width, Y + y + height)


def buildings() -> gpd.GeoDataFrame:
    return frame(
        [
            {
                "id": name,
                "usage1": use,
                "nature": nature,
                "leger": light,
                "etat": "En service",
                "nb_etages": floors,
                "nb_logts": dwellings,
                "hauteur": tall,
                "date_app": f"{year}-01-01" if year else None,
                "geometry": square(x, y, width, height),
            }
            for name, x, y, width, height, use, nature, light, floors, dwellings, tall, year in BUILDINGS
        ]
    )


def parks() -> gpd.GeoDataFrame:
    return frame(
        [
            {
                "id": name,
                "parking_nom": title,
                "parking_type": kind,
                "parking_nb_places": spaces,
                "parking_2024_id": link,
                "geometry": square(x, y, width, height),
            }
            for name, x, y, width, height, title, kind, spaces, link in PARKS
        ]
    )


@pytest.fixture(scope="session")
def objects_directory(tiny_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("objects") / "territory"
    shutil.copytree(tiny_directory, directory)
    write_table(directory / "features.gpkg", "buildings", buildings(), id_field="id")
    write_table(directory / "features.gpkg", "parking-areas", parks(), id_field="id")
    path = directory / "pygeoapi-config.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, role in (("buildings", "buildings"), ("parking-areas", "parking")):
        document["resources"][name] = {
            "type": "collection",
            "title": {"fr": name, "en": name},
            "estran": {
                "role": role,
                "licence": {
                    "id": "etalab-2.0",
                    "title": "Licence Ouverte",
                    "url": "https://www.etalab.gouv.fr",
                },
                "attribution": f"makers of {name}",
                "vintage": "2022",
            },
            "providers": [
                {"type": "feature", "name": "none", "data": "features.gpkg", "table": name, "id_field": "id"}
            ],
        }
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return directory


@pytest.fixture(scope="session")
def objects_territory(objects_directory: Path) -> Territory:
    """The tiny territory with its buildings and its car parks."""
    return read_territory(objects_directory / "pygeoapi-config.yml")


@pytest.fixture(scope="session")
def metres() -> Callable[[float, float, float, float], dict[str, Any]]:
    """A GeoJSON box in metres from the corner of the territory, in Lambert-93."""

    def make(x: float, y: float, width: float, height: float) -> dict[str, Any]:
        return json.loads(shapely.to_geojson(square(x, y, width, height)))

    return make


def asking(model: type, assess: Callable[..., Envelope], territory: Territory) -> Callable[..., Envelope]:
    def ask(geometry: object, crs: object = 2154, **inputs: object) -> Envelope:
        return assess(read_request(model, {"geometry": geometry, "crs": crs, **inputs}), territory)

    return ask


@pytest.fixture(scope="session")
def emissions_of(objects_territory: Territory) -> Callable[..., Envelope]:
    """The emissions of the buildings of a geometry."""
    return asking(BuildingEmissionsRequest, assess_building_emissions, objects_territory)


@pytest.fixture(scope="session")
def parks_of(objects_territory: Territory) -> Callable[..., Envelope]:
    """The potential of the car parks of a geometry."""
    return asking(ParkingPotentialRequest, assess_parking_potential, objects_territory)


@pytest.fixture(scope="session")
def sun_of(objects_territory: Territory) -> Callable[..., Envelope]:
    """The solar potential of a geometry."""
    return asking(SolarPotentialRequest, assess_solar_potential, objects_territory)
