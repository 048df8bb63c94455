"""Totals of ALDO for the communes and agglomerations of La Rochelle and Olemps, from its tables, to 1e-6."""

import json
from collections import defaultdict
from math import fsum
from pathlib import Path

import numpy as np
import pytest
import rasterio
from assessments.aldo.published import (
    LA_ROCHELLE,
    RODEZ,
    Areas,
    citepa_areas,
    clc_areas,
    commune,
    density,
    forest_flux,
    stock,
)
from shapely import box, to_geojson
from territories import LA_ROCHELLE as ROCHELLE
from territories import OLEMPS, built

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.densities import Densities
from estran.assessments.figures import Figures, solved
from estran.assessments.flux import CarbonFluxRequest, assess_carbon_flux
from estran.assessments.flux_changes import territory_changes
from estran.assessments.flux_items import Flows
from estran.assessments.flux_rows import flux_case
from estran.assessments.map_error import ACCURACY, MapError
from estran.assessments.request import read_request
from estran.assessments.required import required_factor
from estran.assessments.stock_figures import stock_case
from estran.factors.registry import read_registry
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.ledger.read import open_ledger
from estran.layers.territory import read_territory

SAME = 1e-6
"""The tables are the same: so are the totals."""

POOLS = ("soil", "living_biomass", "dead_wood", "litter", "total")

FOREST = ("forest_growth", "forest_mortality", "forest_harvest", "forest_net")

CITEPA = citepa_areas()

COMMUNES = sorted({insee for insee, _ in CITEPA})


def land(areas: Areas) -> LandAreas:
    """The same hectares as the ledger would give them."""
    keys = []
    for code, (insee, name) in enumerate(areas, start=1):
        zone = commune(insee)
        keys.append(LedgerKey(code, name, "", insee, zone["zpc"], zone["ser_group"], "", "", synthetic=False))
    hectares = np.array(list(areas.values()))
    return LandAreas(tuple(keys), hectares, fsum(hectares.tolist()), 0)


def stock_of(areas: Areas) -> Figures:
    return solved(stock_case(land(areas), Densities(read_registry(), {})).case, confidence=0.9)


def flux_of(areas: Areas) -> Figures:
    here, registry = land(areas), read_registry()
    changes, flows = territory_changes(registry, {}, here), Flows(registry, {})
    surveyed = MapError(required_factor(registry, ACCURACY), frozenset({""}), flows.amounts, {})
    return solved(flux_case(here, flows, surveyed, changes, horizon=None), confidence=0.9)


def check(found: Figures, expected: dict[str, float], names: tuple[str, ...]) -> None:
    values = {each.id: each.value for each in found.indicators}
    for name in names:
        assert values[name] == pytest.approx(expected.get(name, 0.0), rel=SAME), name


@pytest.mark.parametrize("insee", COMMUNES)
def test_each_commune_of_la_rochelle(insee: str) -> None:
    areas = {key: area for key, area in CITEPA.items() if key[0] == insee}
    check(stock_of(areas), stock(areas), POOLS)
    check(flux_of(areas), forest_flux(areas), FOREST)


def test_the_agglomeration_of_la_rochelle() -> None:
    """28 communes, two soil-climate zones; one commune is outside the forest regions and takes its region."""
    assert len(COMMUNES) == 28
    assert {commune(insee)["zpc"] for insee in COMMUNES} == {"4_1", "2_1"}
    check(stock_of(CITEPA), stock(CITEPA), POOLS)
    check(flux_of(CITEPA), forest_flux(CITEPA), FOREST)


@pytest.mark.parametrize(("siren", "insee"), [(LA_ROCHELLE, "17300"), (RODEZ, "12174"), (RODEZ, "12202")])
def test_an_agglomeration_by_corine_land_cover(siren: str, insee: str) -> None:
    """The areas that ALDO shows for the whole agglomeration, with the densities of one commune of it."""
    areas = clc_areas(siren, insee)
    check(stock_of(areas), stock(areas), POOLS)
    check(flux_of(areas), forest_flux(areas), FOREST)


def test_olemps_takes_the_mean_of_its_two_forest_regions() -> None:
    """Broadleaf: (101.81 x 191,716.27 + 43.66 x 72,808.99) / 264,525.26 tC/ha; no conifer of G5 counts."""
    mean = (101.81 * 191_716.27 + 43.66 * 72_808.99) / 264_525.26
    assert density("forest_broadleaf", "12174")["living_biomass"] == pytest.approx(mean, rel=1e-12)
    found = stock_of({("12174", "forest_broadleaf"): 2.0, ("12174", "forest_conifer"): 3.0})
    values = {each.id: each.value for each in found.indicators}
    assert values["living_biomass"] == pytest.approx(2.0 * mean + 3.0 * 48.1, rel=1e-9)


NOT_EVALUATED = {"water", "other", "hedge", "unknown"}

WETLAND_SOIL = {"dyked_salt_marsh": 83.1, "salt_meadow": 83.1}
"""tC/ha of the soil of a wetland, 125 for the others (ALDO); none is known under the sea."""


@pytest.mark.parametrize("config", [OLEMPS, ROCHELLE], ids=["olemps", "la-rochelle"])
def test_the_processes_on_the_land_of_a_territory(config: Path) -> None:
    """The hectares of the ledger, commune by commune, times the tables of ALDO, are the tonnes answered."""
    territory = read_territory(built(config))
    layer = territory.with_role("land-ledger")
    assert layer is not None
    ledger_path = layer.path
    pools: dict[str, list[float]] = defaultdict(list)
    woods: dict[tuple[str, str], float] = defaultdict(float)
    everything = open_ledger(ledger_path).whole()
    for key, area in zip(everything.keys, everything.areas_ha.tolist(), strict=True):
        if key.land_class not in NOT_EVALUATED:
            held = density(key.land_class, key.commune)
            if key.wetland:
                held["soil"] = WETLAND_SOIL.get(key.wetland, 125.0)
            if key.wetland == "sea":
                del held["soil"]
            for pool, each in held.items():
                pools[pool].append(area * each)
        if key.land_class.startswith("forest"):
            woods[key.commune, key.land_class] += area
    expected = {pool: fsum(each) for pool, each in pools.items()}
    expected["total"] = fsum(expected.values())
    with rasterio.open(ledger_path) as raster:
        asked = {"geometry": json.loads(to_geojson(box(*raster.bounds))), "crs": 2154}
    stocks = assess_carbon_stock(read_request(CarbonStockRequest, asked), territory)
    fluxes = assess_carbon_flux(read_request(CarbonFluxRequest, asked), territory)
    for name in POOLS:
        assert stocks.indicator(name).value == pytest.approx(expected[name], rel=SAME), name
    exchanged = forest_flux(woods)
    for name in FOREST:
        assert fluxes.indicator(name).value == pytest.approx(exchanged[name], rel=SAME), name
