"""Which buildings does the demonstration show? Real footprints in Lagord, synthetic ones elsewhere."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from estran.ingest.la_rochelle.fields import noise
from estran.ingest.la_rochelle.grid import LAMBERT_93, Grid
from estran.ingest.la_rochelle.lots import town_rows
from estran.ingest.la_rochelle.patchwork import Patchwork
from estran.ingest.la_rochelle.scene import Cells
from estran.ingest.la_rochelle.settlement import Site, settle
from estran.ingest.la_rochelle.sizes import (
    DWELLING,
    SAMPLE_POPULATION,
    SCHEMA,
    attributes,
    building_count,
    complete,
    dwellings,
)
from estran.ingest.la_rochelle.towns import Towns

REAL_COMMUNE = "17200"
REAL_SOURCE = "vectorisation CoSIA 1 m (IGN)"
SYNTHETIC_SOURCE = "Estran, données de démonstration"

SEED = 6_000


def synthetic_buildings(
    *,
    sample: pd.DataFrame,
    sample_size: int,
    communes: gpd.GeoDataFrame,
    real: Mapping[str, int],
    towns: Towns,
    blocks: Patchwork,
    grid: Grid,
    town: Cells,
) -> gpd.GeoDataFrame:
    """Return the synthetic buildings of every commune.

    Args:
        sample: Real buildings to draw from.
        sample_size: Buildings of the town they come from.
        communes: With `code_insee` and `population`.
        real: INSEE code -> real buildings that stand there already.
        towns: The pattern of towns.
        blocks: The pattern of streets.
        grid: The grid of `town`.
        town: Place of the commune, from 1, in the cells where buildings may stand; flat.
    """
    rows = town_rows(blocks, grid, town)
    site = Site(blocks, rows, grid, town, towns, noise(grid.bounds, 1_200.0, SEED))
    parts = []
    for place, (insee, population) in enumerate(
        zip(communes["code_insee"], communes["population"], strict=True)
    ):
        count = building_count(int(population), sample_size) - real.get(insee, 0)
        drawn = np.sort(np.random.default_rng([SEED, place]).integers(0, len(sample), count))
        area = sample["surface_m2"].to_numpy()[drawn]
        settled = settle(site, place, area)
        table = attributes(sample, drawn[settled.asked])
        table["code_insee"] = insee
        table["floor_m2"] = area[settled.asked] * table["nb_etages"].fillna(1).to_numpy(dtype=float)
        parts.append(gpd.GeoDataFrame(table, geometry=settled.outlines, crs=LAMBERT_93))
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=LAMBERT_93)
    every["id"] = [f"DEMO-BAT-{number:06d}" for number in range(1, len(every) + 1)]
    every["source"] = SYNTHETIC_SOURCE
    every["synthetic"] = True
    return _housed(every, communes, int(sample["nb_logts"].sum()))


def all_buildings(synthetic: gpd.GeoDataFrame, footprints: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return synthetic buildings and real footprints as one table, columns of BD TOPO v3 first.

    What the vectorised land cover does not tell of a real footprint is null.
    """
    real = complete(pd.DataFrame({"id": footprints["id_emprise"].astype(object)}))
    real["nature"], real["usage1"], real["source"] = "Indifférenciée", "Indifférencié", REAL_SOURCE
    real["code_insee"], real["synthetic"] = REAL_COMMUNE, False
    real["geometry"] = footprints.geometry.to_numpy()
    both = pd.concat([synthetic, gpd.GeoDataFrame(real, crs=footprints.crs)], ignore_index=True)
    both["synthetic"] = both["synthetic"].astype(bool)
    return gpd.GeoDataFrame(both[[*SCHEMA, "code_insee", "synthetic", "geometry"]], crs=synthetic.crs)


def _housed(every: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, homes: int) -> gpd.GeoDataFrame:
    """Return the buildings with the dwellings of residential ones housing the population."""
    table = every.drop(columns="floor_m2")
    home = (every["usage1"] == DWELLING).to_numpy()
    codes = list(communes["code_insee"])
    table.loc[home, "nb_logts"] = dwellings(
        every["floor_m2"].to_numpy(dtype=float)[home],
        every["code_insee"].map(codes.index).to_numpy()[home],
        {place: int(people) for place, people in enumerate(communes["population"])},
        homes / SAMPLE_POPULATION,
    )
    return table
