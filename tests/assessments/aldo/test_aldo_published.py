"""The totals that ALDO itself publishes, from the tables of the registry; where the model departs."""

from collections.abc import Iterator
from math import fsum

import numpy as np
import pytest
from assessments.aldo.published import CO2, REGISTRY, rows

from estran.assessments.densities import Densities
from estran.assessments.figures import solved
from estran.assessments.stock_figures import stock_case
from estran.factors.factor import Factor
from estran.factors.registry import read_registry
from estran.layers.ledger.keys import LandAreas, LedgerKey

YEARS = 6

Changes = Iterator[tuple[str, str, str, float]]


def changes(siren: str) -> Changes:
    """Zone, class before, class after and hectares of a mean year of the communes of an agglomeration."""
    classes = {row["clc_code"]: row["aldo_class"] for row in rows(REGISTRY / "clc_to_class.csv")}
    zones = {
        row["insee"]: row["zpc"]
        for row in rows(REGISTRY / "commune_zones_france.csv")
        if row["epci_siren"] == siren
    }
    for row in rows(REGISTRY / "clc_changes_2012_2018_communes_france.csv"):
        if row["insee"] in zones:
            area = float(row["area_ha_over_6_years"]) / YEARS
            yield zones[row["insee"]], classes[row["clc_2012"]], classes[row["clc_2018"]], area


def soil_flux(before: str, after: str, zone: str) -> float:
    """tC/ha of a change, an emission being positive here and negative in ALDO."""
    registry = read_registry()
    parts = [registry.factor(f"soil.{name}.{before}.{after}.{zone}") for name in ("flux", "flux_years")]
    annual, years = (part.value for part in parts if isinstance(part, Factor))
    return annual * years


def test_grassland_to_cropland_in_a_published_agglomeration() -> None:
    """CC FerCher, 200007177: -621.61 tC/yr in ALDO, where a loss is negative."""
    found = fsum(
        area * soil_flux(before, after, zone)
        for zone, before, after, area in changes("200007177")
        if before.startswith("grassland") and after == "cropland"
    )
    assert -found == pytest.approx(-621.61, abs=0.005)


@pytest.mark.parametrize(("siren", "published"), [("200042992", 3260.0), ("200055887", 430.0)])
def test_new_wetlands_in_published_agglomerations(siren: str, published: float) -> None:
    """3,260 and 430 tCO2e in ALDO, a year: the whole difference of stocks at once, a convention."""
    found = fsum(
        area * CO2 * soil_flux(before, after, zone)
        for zone, before, after, area in changes(siren)
        if after == "wetland" and before != "wetland"
    )
    assert -found == pytest.approx(published, abs=0.5)


def test_wetlands_of_a_published_agglomeration() -> None:
    """CC Faucigny-Glières: 54.505896591 ha, 6,813.237073875 tC in ALDO."""
    keys = (LedgerKey(1, "wetland", "", "74042", "3_3", "", "", "", synthetic=False),)
    areas = LandAreas(keys, np.array([54.505896590999996]), 54.505896590999996, 0)
    found = solved(stock_case(areas, Densities(read_registry(), {})).case, confidence=0.9)
    total = next(each for each in found.indicators if each.id == "total")
    assert total.value == pytest.approx(6813.237073875, rel=1e-9)


def stock_difference(before: str, after: str, zone: str) -> float:
    registry = read_registry()
    old, new = (registry.soil_density(name, zone) for name in (before, after))
    assert isinstance(old, Factor)
    assert isinstance(new, Factor)
    return new.value - old.value


def test_215_one_year_fluxes_of_the_table_are_not_differences_of_stocks() -> None:
    """As METHODS 11 counts them: they differ by more than 1 tC/ha, so the model takes the stocks."""
    table = rows(REGISTRY / "land_use_change_soil.csv")
    far = [
        row
        for row in table
        if row["years_applied"] == "1"
        and abs(float(row["one_off_total_tC_ha"]) - stock_difference(row["from"], row["to"], row["zpc"]))
        > 1.0
    ]
    assert (len(table), len(far)) == (2296, 215)


def test_cropland_to_wetland_is_a_convention_of_77_in_zone_4_1() -> None:
    assert -soil_flux("cropland", "wetland", "4_1") == pytest.approx(77.0)
    assert stock_difference("cropland", "wetland", "4_1") == pytest.approx(77.0)


def test_grassland_with_trees_to_wetland_loses_57_everywhere_in_the_table() -> None:
    """Although the stock lost is 31 to 57 tC/ha by inter-region: the model takes the stock."""
    flux = [
        float(row["one_off_total_tC_ha"])
        for row in rows(REGISTRY / "land_use_change_biomass_nonforest.csv")
        if (row["from"], row["to"]) == ("grassland_trees", "wetland")
    ]
    held = [
        float(row["value_as_used_by_aldo_integer"])
        for row in rows(REGISTRY / "biomass_stocks_nonforest.csv")
        if row["class"] == "grassland_trees"
    ]
    assert flux == [-57.0] * 5
    assert (min(held), max(held)) == (31.0, 57.0)
