"""What do the real layers of La Rochelle say? Each as a table with stable ids and true types.

Columns keep the names of the source in lower case. Empty text is null; an INSEE code is text.
"""

from collections.abc import Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from estran.ingest.la_rochelle.grid import LAMBERT_93

SAME_PLACE_M = 10.0
"""A site lies on a car-park polygon when it is no further than this from it."""

BNLS_INTEGERS = (
    "nb_places",
    "nb_pr",
    "nb_pmr",
    "nb_voitures_electriques",
    "nb_velo",
    "nb_2r_el",
    "nb_autopartage",
    "nb_2_rm",
    "nb_covoit",
)
BNLS_NUMBERS = (
    "xlong",
    "ylat",
    "tarif_1h",
    "tarif_2h",
    "tarif_3h",
    "tarif_4h",
    "tarif_24h",
    "abo_resident",
    "abo_non_resident",
)
FLAGS = {"t": True, "f": False, "Y": True, "N": False}

SPREADSHEET_YEAR = 1905
"""A year of the 2000s that a spreadsheet read as a count of days from 1900."""


def communes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communes, population as an integer, without zone."""
    table = frame.rename(columns={"population_municipale": "population"})
    table["population"] = table["population"].astype("Int64")
    return _ordered(table, "code_insee")


def parking(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the car-park sites, columns of the national schema (BNLS), from its CSV."""
    table = rows.rename(columns=str.lower)
    table = _numbers(table, BNLS_INTEGERS, "Int64")
    table = _numbers(table, BNLS_NUMBERS, "Float64")
    table["gratuit"] = table["gratuit"].map(FLAGS).astype("boolean")
    points = gpd.points_from_xy(
        table["xlong"].astype(float), table["ylat"].astype(float), crs="OGC:CRS84"
    ).to_crs(LAMBERT_93)
    return _ordered(gpd.GeoDataFrame(table, geometry=points), "id")


def parking_areas(frame: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the car-park polygons of 2017, each linked to the site of 2024 that lies on it.

    The link is the nearest site no further than `SAME_PLACE_M`; null when there is none. Names
    are not compared: they changed between the two lists ("Les gonthières", "Vieljeux").
    """
    table = frame.assign(parking_id=frame["parking_id"].astype("int64").astype(str))
    counts = [str(name) for name in frame.columns if str(name).startswith("parking_nb_places")]
    table = _numbers(table, counts, "Int64")
    table["parking_hauteur"] = pd.to_numeric(table["parking_hauteur"]).round(2).astype("Float64")
    table["parking_video"] = table["parking_video"].map(FLAGS).astype("boolean")
    table["parking_2024_id"] = [_site_on(area, sites) for area in table.geometry]
    return _ordered(table, "parking_id", number=True)


def _site_on(area: shapely.Geometry, sites: gpd.GeoDataFrame) -> str | None:
    away = sites.geometry.distance(area).to_numpy()
    nearest = int(away.argmin())
    return str(sites["id"].iloc[nearest]) if away[nearest] <= SAME_PLACE_M else None


def flood_hazard(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the marine-flood polygons; the id joins scenario, level and zone, unique together."""
    table = frame.copy()
    parts = [table[name].astype(str) for name in ("scenario", "alea", "id_zone")]
    table.insert(0, "id", parts[0] + "." + parts[1] + "." + parts[2])
    return _ordered(table, "id")


def cycle_network(paths: gpd.GeoDataFrame, lanes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return cycle paths (`kind` piste) and cycle lanes (`kind` bande) as one table.

    Columns that the source leaves wholly empty are dropped, and so is the year of the paths: it
    is 1905 wherever it is given, a spreadsheet's reading of another number.
    """
    both = pd.concat(
        [_network(paths, "trpc_", "piste"), _network(lanes, "trbc_", "bande")], ignore_index=True
    )
    both = _numbers(both, ["largeur", "annee_realisation"], "Int64")
    both["annee_realisation"] = both["annee_realisation"].mask(both["annee_realisation"] == SPREADSHEET_YEAR)
    for name in both.columns.drop(["id", "kind", "geometry"]):
        if both[name].dropna().isin(list(FLAGS)).all() and both[name].notna().any():
            both[name] = both[name].map(FLAGS).astype("boolean")
    return _ordered(gpd.GeoDataFrame(both.dropna(axis="columns", how="all"), crs=LAMBERT_93), "id")


def cadastral_sections(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cadastral sections of the commune of La Rochelle."""
    return _ordered(frame, "sec_id", number=True)


def neighbourhoods(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the neighbourhoods of the commune of La Rochelle."""
    return _ordered(frame, "cq_id", number=True)


def _network(frame: gpd.GeoDataFrame, prefix: str, kind: str) -> gpd.GeoDataFrame:
    table = frame.rename(columns={name: str(name).removeprefix(prefix) for name in frame.columns})
    table["id"] = kind + "-" + table["id"].astype(str)
    table.insert(0, "kind", kind)
    return table


def _numbers(frame: pd.DataFrame, names: Sequence[str], kind: Literal["Int64", "Float64"]) -> pd.DataFrame:
    return frame.assign(**{name: pd.to_numeric(frame[name]).astype(kind) for name in names})


def _ordered(frame: gpd.GeoDataFrame, identifier: str, *, number: bool = False) -> gpd.GeoDataFrame:
    """Return the table by identifier, identifier first, blank text as null."""
    table = frame.copy()
    for name in table.columns.drop(table.geometry.name):
        if table[name].dtype == object or str(table[name].dtype).startswith(("str", "string")):
            text = table[name].astype(object)
            table[name] = text.where(text.notna() & (text.astype(str).str.strip() != ""), None)
    key = table[identifier].astype(int) if number else table[identifier]
    table = table.iloc[np.argsort(key.to_numpy(), kind="stable")].reset_index(drop=True)
    names = [identifier, *(name for name in table.columns if name not in {identifier, "geometry"})]
    return gpd.GeoDataFrame(table[[*names, "geometry"]], crs=frame.crs)
