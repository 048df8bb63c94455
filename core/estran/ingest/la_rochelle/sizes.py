"""How large are buildings, and what are they? Drawn from a real town: Olemps, in Aveyron.

A synthetic building takes the footprint, height, floors, use, materials and year of one real
building of the sample, all together. Only its dwellings are its own: those of a commune house its
population, in proportion to floor area.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from estran.ingest.la_rochelle.fields import Doubles, Integers

SAMPLE_POPULATION = 3_439
"""Inhabitants of Olemps in the BD TOPO of 2022, where the sample counts 2,273 buildings."""

DENSER = 0.5
"""Buildings per inhabitant, as a share of Olemps, a suburb of detached houses with 0.66 per inhabitant.
At one half the agglomeration gets 60,000 buildings that cover a sixth of its sealed land; at one they
would cover a third of it, and leave no room for streets and yards in the densest communes."""

LARGEST_M2 = 3_800.0
"""No block holds a larger building; 3 of the sample's 2,273 are."""

MONUMENTS = ("Château", "Tour, donjon", "Chapelle", "Eglise")
"""Not repeated: a town does not have hundreds."""

DWELLING = "Résidentiel"

SCHEMA = tuple(
    """
    id nature usage1 usage2 leger etat date_creat date_maj date_app date_conf source id_source
    acqu_plani prec_plani acqu_alti prec_alti nb_logts nb_etages mat_murs mat_toits hauteur
    z_min_sol z_min_toit z_max_toit z_max_sol origin_bat app_ff
    """.split()  # noqa: SIM905
)
"""Columns of the BD TOPO v3 building table, in its order, as in its shapefile edition."""

INTEGERS = ("nb_logts", "nb_etages", "annee_app")
NUMBERS = (
    "prec_plani",
    "prec_alti",
    "hauteur",
    "z_min_sol",
    "z_min_toit",
    "z_max_toit",
    "z_max_sol",
    "surface_m2",
)
"""Columns that are not text."""


def read_sample(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the real buildings that may be drawn; a height of 0 is unknown, so null."""
    table = rows.assign(**{name: _typed(name, rows[name]) for name in rows.columns})
    table["hauteur"] = table["hauteur"].mask(table["hauteur"] == 0)
    return table[(table["surface_m2"] <= LARGEST_M2) & ~table["nature"].isin(MONUMENTS)].reset_index(
        drop=True
    )


def building_count(population: int, sample_size: int) -> int:
    """Return how many buildings a commune has, in proportion to its population."""
    return round(population * DENSER * sample_size / SAMPLE_POPULATION)


def dwellings(floor_m2: Doubles, commune: Integers, people: Mapping[int, int], per_person: float) -> Integers:
    """Return the dwellings of residential buildings: at least one each, in proportion to floor area.

    Args:
        floor_m2: Footprint times floors.
        commune: Commune of each building.
        people: Commune -> inhabitants.
        per_person: Dwellings per inhabitant.
    """
    result = np.ones(floor_m2.size, dtype=np.int64)
    for place, population in people.items():
        here = np.flatnonzero(commune == place)
        share = np.cumsum(floor_m2[here]) / max(float(floor_m2[here].sum()), 1.0)
        extra = max(round(population * per_person) - here.size, 0)
        steps = np.round(np.concatenate([[0.0], share]) * extra).astype(np.int64)
        result[here] += steps[1:] - steps[:-1]
    return result


def attributes(sample: pd.DataFrame, drawn: Integers) -> pd.DataFrame:
    """Return the columns of the BD TOPO table for buildings drawn from the sample; the rest is null."""
    table = sample.iloc[drawn].reset_index(drop=True)
    table["date_app"] = [None if pd.isna(year) else dt.date(int(year), 1, 1) for year in table["annee_app"]]
    return complete(table)


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every column of the schema, in order, null where it was absent."""
    full = table.reindex(columns=list(SCHEMA))
    return full.assign(**{name: _typed(name, full[name]) for name in SCHEMA})


def _typed(name: str, column: "pd.Series[Any]") -> "pd.Series[Any]":
    if name in INTEGERS:
        return pd.to_numeric(column).astype("Int64")
    if name in NUMBERS:
        return pd.to_numeric(column).astype("Float64")
    return column.astype(object).where(column.notna(), None)
