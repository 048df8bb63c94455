"""The stock of hand-made land, without any ledger: every worked number, and the published totals."""

import csv
from collections import defaultdict
from math import fsum, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.assessments.densities import Densities
from estran.assessments.figures import Figures, solved
from estran.assessments.stock_figures import stock_case
from estran.factors.registry import read_registry
from estran.layers.ledger.keys import LandAreas, LedgerKey

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "core" / "estran" / "factors" / "data"
CITEPA = ROOT / "data" / "la-rochelle" / "source" / "land_use_citepa_2021_larochelle.csv"


def figures(
    *land: tuple[str, float], wetland: str = "", commune: str = "17300", deep: bool = False
) -> Figures:
    """The stock of some hectares of La Rochelle, zone 4_1, group F1."""
    codes = range(1, len(land) + 1)
    keys = tuple(
        LedgerKey(code, name, wetland, commune, "4_1", "F1", "land-cover", "2021", synthetic=False)
        for code, (name, _) in zip(codes, land, strict=True)
    )
    hectares = np.array([area for _, area in land], dtype=np.float64)
    areas = LandAreas(keys, hectares, fsum(hectares), 0)
    return solved(stock_case(areas, Densities(read_registry(), {}), deep=deep).case, confidence=0.9)


def value(found: Figures, name: str) -> float | None:
    return next(indicator.value for indicator in found.indicators if indicator.id == name)


@pytest.mark.parametrize(
    ("land_class", "tonnes"),
    [
        ("cropland", 48.0),
        ("forest_broadleaf", 83 + 9 + 89.15 + 15.18),
        ("building", 30.0),
        ("parking", 30.0),
        ("road", 30.0),
        ("artificial_sealed", 30.0),
        ("artificial_grass_shrubs", 84 + 7.0),
        ("grassland_trees", 84 + 31.0),
        ("vineyard", 39 + 5.0),
        ("wetland", 125.0),
    ],
)
def test_one_hectare_in_zone_4_1(land_class: str, tonnes: float) -> None:
    found = figures((land_class, 1.0))
    assert value(found, "total") == pytest.approx(tonnes, rel=1e-12)
    assert value(found, "mean_density") == pytest.approx(tonnes, rel=1e-12)
    assert value(found, "total_as_co2") == pytest.approx(tonnes * 44 / 12, rel=1e-12)


def test_a_wetland_replaces_the_soil_and_keeps_the_trees() -> None:
    """A wood in a salt meadow: 83.1 of soil instead of 83, the trees of F1, and 185.3 below, apart."""
    found = figures(("forest_broadleaf", 1.0), wetland="salt_meadow", deep=True)
    assert value(found, "soil") == 83.1
    assert value(found, "living_biomass") == 89.15
    assert value(found, "total") == pytest.approx(83.1 + 9 + 89.15 + 15.18)
    assert value(found, "soil_deep") == 185.3
    assert value(figures(("grassland_herbaceous", 1.0), wetland="mudflat"), "total") == 125.0


def test_salt_marsh_interval_is_that_of_its_prediction_error() -> None:
    """83.1 ± 1.645 x 44.8, that is 9.4 to 156.8."""
    soil = next(
        row for row in figures(("wetland", 1.0), wetland="salt_meadow").breakdown if row.pool == "soil"
    )
    assert (soil.low, soil.high) == (pytest.approx(9.41, abs=0.01), pytest.approx(156.79, abs=0.01))


def test_bounds_never_go_below_zero() -> None:
    """Litter: 9 ± 1.645 x 4.5 stays positive; twice that doubt would not."""
    for row in figures(("wetland", 1.0), wetland="salt_meadow", deep=True).breakdown:
        assert row.low is None or row.low >= 0.0


@pytest.mark.parametrize("land_class", ["water", "other", "hedge", "unknown"])
def test_land_without_density_is_not_evaluated_and_not_zero(land_class: str) -> None:
    found = figures((land_class, 3.0))
    for name in ("total", "soil", "living_biomass", "dead_wood", "litter", "total_as_co2", "mean_density"):
        assert value(found, name) is None, name
    assert value(found, "area") == 3.0
    assert value(found, "area_evaluated") == 0.0
    assert all(row.value is None and row.reason for row in found.breakdown)


def test_the_sea_has_no_soil_stock() -> None:
    found = figures(("wetland", 2.0), wetland="sea")
    assert value(found, "soil") is None
    assert value(found, "mean_density") is None


def test_land_without_density_does_not_dilute_the_mean() -> None:
    found = figures(("cropland", 1.0), ("water", 9.0))
    assert value(found, "total") == 48.0
    assert value(found, "mean_density") == 48.0
    assert value(found, "area_evaluated") == 1.0


def test_no_forest_means_no_dead_wood_rather_than_unknown_dead_wood() -> None:
    assert value(figures(("cropland", 1.0)), "dead_wood") == 0.0


def test_hedges_are_not_evaluated_without_their_layer() -> None:
    row = next(row for row in figures(("cropland", 1.0)).breakdown if row.pool == "hedges")
    assert row.value is None
    assert "haies" in row.reason.fr


def test_hand_propagation_of_two_classes() -> None:
    """10 ha of crop (0.3 x 48 x 10 = 144) and 5 ha of broadleaf forest.

    Forest: soil 0.3 x 83 x 5 = 124.5, living 0.2 x 89.15 x 5 = 89.15, dead wood
    0.2 x 15.18 x 5 = 15.18, litter 0.5 x 9 x 5 = 22.5; sqrt of the sum of squares = 213.81.
    """
    total = next(
        indicator
        for indicator in figures(("cropland", 10.0), ("forest_broadleaf", 5.0)).indicators
        if indicator.id == "total"
    )
    sd = sqrt(144**2 + 124.5**2 + 89.15**2 + 15.18**2 + 22.5**2)
    assert total.value == pytest.approx(480 + 5 * 196.33)
    assert total.high - total.value == pytest.approx(1.6448536 * sd, rel=1e-6)
    assert total.value - total.low == pytest.approx(1.6448536 * sd, rel=1e-6)


def test_buildings_and_roads_err_together() -> None:
    """One number, 30 tC/ha, for both: 2 x 0.3 x 30, not sqrt(2) x 0.3 x 30."""
    total = figures(("building", 1.0), ("road", 1.0)).indicators[0]
    assert total.high - total.value == pytest.approx(1.6448536 * 18.0, rel=1e-6)


CLASSES = sorted(set(read_registry().land_classes))
lands = st.lists(st.tuples(st.sampled_from(CLASSES), st.floats(0.0, 1e4)), min_size=1, max_size=8)


@given(lands)
def test_rows_add_up_to_the_indicators_exactly(land: list[tuple[str, float]]) -> None:
    found = figures(*land)
    if value(found, "total") is None:
        return
    assert fsum(row.value for row in found.breakdown if row.value is not None) == value(found, "total")
    pools = [value(found, pool) for pool in ("soil", "living_biomass", "dead_wood", "litter")]
    assert fsum(pool for pool in pools if pool is not None) == pytest.approx(value(found, "total"), rel=1e-12)


@given(lands, st.integers(2, 9))
def test_the_same_land_n_times_has_n_times_the_stock_and_the_same_density(
    land: list[tuple[str, float]], times: int
) -> None:
    once, many = figures(*land), figures(*[(name, area * times) for name, area in land])
    if value(once, "total") is None:
        assert value(many, "total") is None
        return
    assert value(many, "total") == pytest.approx(times * value(once, "total"), rel=1e-9)
    if value(once, "mean_density") is not None:
        assert value(many, "mean_density") == pytest.approx(value(once, "mean_density"), rel=1e-9)


@given(lands)
def test_mean_density_lies_between_those_of_the_classes_present(land: list[tuple[str, float]]) -> None:
    found = figures(*land)
    mean = value(found, "mean_density")
    if mean is None:
        return
    single = [value(figures((name, 1.0)), "mean_density") for name, area in land if area > 0.0]
    present = [density for density in single if density is not None]
    assert min(present) * (1 - 1e-9) <= mean <= max(present) * (1 + 1e-9)


def test_the_28_communes_hold_about_1_92_million_tonnes() -> None:
    """CITEPA 2021 areas times densities, computed here from the raw tables, by hand-written code.

    Land and living biomass, without wood products. The model must give the same from the areas.
    """
    areas: dict[tuple[str, str], float] = defaultdict(float)
    classes = {row["citepa_code"]: row["aldo_class"] for row in rows(TABLES / "citepa_to_class.csv")}
    for row in rows(CITEPA):
        areas[row["insee"], classes[row["citepa_code"]]] += float(row["area_ha"])
    zones = {row["insee"]: row for row in rows(TABLES / "commune_zones_france.csv")}
    by_hand = fsum(
        area * density_by_hand(land, zones[insee]) for (insee, land), area in areas.items() if land != "none"
    )
    assert len({insee for insee, _ in areas}) == 28
    assert by_hand == pytest.approx(1.92e6, rel=0.01)

    known = {insee: zones[insee] for insee, _ in areas}
    keys = tuple(
        LedgerKey(
            code,
            "other" if land == "none" else land,
            "",
            insee,
            known[insee]["zpc"],
            known[insee]["ser_group"],
            "land-cover",
            "2021",
            synthetic=False,
        )
        for code, (insee, land) in enumerate(areas, start=1)
    )
    hectares = np.array(list(areas.values()))
    land = LandAreas(keys, hectares, fsum(hectares), 0)
    found = solved(stock_case(land, Densities(read_registry(), {})).case, confidence=0.9)
    assert value(found, "total") == pytest.approx(by_hand, rel=1e-9)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def density_by_hand(land: str, zone: dict[str, str]) -> float:
    """All pools of one hectare, straight from the CSV tables."""
    forests = {
        "forest_broadleaf": "Feuillu",
        "forest_conifer": "Conifere",
        "forest_mixed": "Mixte",
        "forest_poplar": "Peupleraie",
    }
    soil_class = "forest" if land in forests else "grassland" if land.startswith("grassland") else land
    soil = next(
        float(row["value"])
        for row in rows(TABLES / "soil_carbon_stocks_by_zone.csv")
        if (row["zpc"], row["class"]) == (zone["zpc"], soil_class)
    )
    if land not in forests:
        biomass = next(
            float(row["value_as_used_by_aldo_integer"])
            for row in rows(TABLES / "biomass_stocks_nonforest.csv")
            if (row["inter_region"], row["class"]) == (zone["inter_region"], land)
        )
        return soil + biomass
    inventory = {
        (row["code"], row["composition"]): row
        for row in rows(TABLES / "forest_carbon_ifn.csv")
        if row["edition"] == "2016-2020" and row["significant"] == "1"
    }
    places = (zone["poplar_basin"], "France") if land == "forest_poplar" else (zone["ser_group"], "NAQ")
    row = next(inventory[place, forests[land]] for place in places if (place, forests[land]) in inventory)
    return soil + 9.0 + float(row["living_biomass_tC_ha"]) + float(row["dead_wood_tC_ha"])
