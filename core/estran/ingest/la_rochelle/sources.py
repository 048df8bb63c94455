"""Which files is the demonstration made from, and are they there?"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataSourceError

from estran.carbon.errors import InvalidSource
from estran.ingest.la_rochelle.grid import LAMBERT_93

COMMUNES = "communes_cda.geojson"
NEIGHBOURS = "communes_voisines.geojson"
PARKING = "parkings_bnls_2024.csv"
PARKING_AREAS = "parcs_stationnement_2017.geojson"
FLOOD = "alea_submersion_xynthia_2017.gpkg"
CYCLE_PATHS = "pistes_cyclables_2017.geojson"
CYCLE_LANES = "bandes_cyclables_2017.geojson"
SECTIONS = "cadastre_sections_2017.geojson"
NEIGHBOURHOODS = "quartiers_2017.geojson"
PORT = "grand_port_maritime_2017.geojson"
ELEVATION = "mnt_rge_alti_1m_lagord.tif"
COSIA = "occupation_sol_cosia_1m_lagord.tif"
FOOTPRINTS = "batiments_emprises_cosia_lagord.gpkg"
LAND_USE = "land_use_citepa_2021_larochelle.csv"
LAND_COVER_CODES = "land_cover_codes.csv"
BUILDING_SAMPLE = "olemps_batiments.csv"
EPCI = "epci_mailles.geojson"
CO2_CELLS = "cdiac_co2_fossile_1deg_2013_deux_mailles.tif"


def source_file(directory: Path, name: str) -> Path:
    """Return the path of a source file.

    Raises:
        InvalidSource: it is absent.
    """
    path = directory / name
    if not path.is_file():
        raise InvalidSource(
            f"the source file {name} is missing from {directory}",
            f"le fichier source {name} manque dans {directory}",
            where=name,
        )
    return path


def read_features(directory: Path, name: str) -> gpd.GeoDataFrame:
    """Return the features of a source file in Lambert-93, columns as in the file.

    Raises:
        InvalidSource: the file is absent or cannot be read.
    """
    path = source_file(directory, name)
    try:
        return pyogrio.read_dataframe(path).to_crs(LAMBERT_93)
    except (DataSourceError, ValueError) as error:
        raise _unreadable(name, error) from error


def read_rows(directory: Path, name: str) -> pd.DataFrame:
    """Return the rows of a CSV source, every column as text, empty cells as null.

    Raises:
        InvalidSource: the file is absent or cannot be read.
    """
    path = source_file(directory, name)
    try:
        return pd.read_csv(path, dtype="object", encoding="utf-8")
    except (ValueError, pd.errors.ParserError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> InvalidSource:
    return InvalidSource(
        f"the source file {name} cannot be read: {error}",
        f"le fichier source {name} est illisible : {error}",
        where=name,
    )
