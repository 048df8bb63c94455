"""Land-use change of a place: expected values worked from the tables, with METHODS sections 4 and 11."""

from math import fsum, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.assessments.case import Case
from estran.assessments.figures import Figures, solved
from estran.assessments.flux_change_notices import change_notices
from estran.assessments.flux_change_rows import with_changes
from estran.assessments.flux_changes import Changes, territory_changes
from estran.factors.registry import read_registry
from estran.factors.rows import read_rows
from estran.layers.ledger.keys import LandAreas, LedgerKey

K = 44 / 12

XANDRE = (22.0532 + 7.6597) / 6
"""Hectares of arable land of Saint-Xandre (17414) built up in a mean year."""


def land(**hectares: float) -> LandAreas:
    """Some hectares of communes, `c17414=100.0`."""
    keys = tuple(
        LedgerKey(code, "cropland", "", name[1:], "4_1", "F1", "land-cover", "2021", synthetic=False)
        for code, name in enumerate(hectares, start=1)
    )
    return LandAreas(keys, np.array(list(hectares.values())), fsum(hectares.values()), 0)


def changes(**hectares: float) -> Changes:
    return territory_changes(read_registry(), {}, land(**hectares))


def answer(areas: LandAreas, known: Changes, *, method: str = "analytic", draws: int = 4000) -> Figures:
    empty = Case(model=lambda values: {}, rows=(), indicators=())
    return solved(with_changes(empty, areas, known), confidence=0.9, method=method, draws=draws)


def value(found: Figures, name: str) -> float | None:
    return next(each.value for each in found.indicators if each.id == name)


def rows(found: Figures) -> dict[str, float | None]:
    return {row.item.removeprefix("land_use_change/"): row.value for row in found.breakdown}


def test_built_up_arable_land_by_hand() -> None:
    """80 % sealed: 48 - 30 tC lost; 20 % grass or shrubs: 84 - 48 tC of soil and 7 tC of plants gained."""
    found = answer(land(c17414=100.0), changes(c17414=100.0))
    assert rows(found) == {
        "soil_loss": pytest.approx(XANDRE * 0.8 * 18 * K),
        "soil_gain": pytest.approx(-XANDRE * 0.2 * 36 * K),
        "soil_n2o": pytest.approx(XANDRE * 0.8 * 18 / 15 * (0.01 + 0.00225) * 44 / 28 * 273),
        "living_biomass_loss": 0.0,
        "living_biomass_gain": pytest.approx(-XANDRE * 0.2 * 7 * K),
    }
    assert value(found, "land_use_change") == pytest.approx(fsum(rows(found).values()))
    # 261.47 - 130.74 + 24.98 - 25.42
    assert value(found, "land_use_change") == pytest.approx(130.30, abs=0.01)
    assert value(found, "land_use_change_area") == pytest.approx(4.95215)


def test_a_gain_counts_a_twentieth_in_the_year_itself() -> None:
    found = answer(land(c17414=100.0), changes(c17414=100.0))
    each = rows(found)
    expected = each["soil_loss"] + each["soil_n2o"] + (each["soil_gain"] + each["living_biomass_gain"]) / 20
    assert value(found, "land_use_change_same_year") == pytest.approx(expected)


def test_sealing_is_that_of_the_table_of_aldo() -> None:
    """Where ALDO counts a stock difference, both agree: cropland to sealed, -18 tC/ha, -66 tCO2/ha."""
    aldo = next(
        float(row["one_off_total_tCO2_ha"])
        for row in read_rows("land_use_change_soil")
        if (row["zpc"], row["from"], row["to"]) == ("4_1", "cropland", "artificial_sealed")
    )
    found = answer(land(c17414=100.0), changes(c17414=100.0))
    assert rows(found)["soil_loss"] == pytest.approx(-aldo * 0.8 * XANDRE)


def test_a_commune_without_change_is_a_true_zero() -> None:
    found = answer(land(c17028=50.0), changes(c17028=100.0))
    assert rows(found) == {"none": 0.0}
    assert value(found, "land_use_change") == 0.0
    assert value(found, "land_use_change_area") == 0.0


def test_a_commune_outside_the_table_is_not_evaluated() -> None:
    found = answer(land(c99999=50.0), changes(c99999=100.0))
    assert rows(found) == {"unknown": None}
    indicator = next(each for each in found.indicators if each.id == "land_use_change")
    assert indicator.value is None
    assert indicator.reason is not None
    assert "2018" in indicator.reason.fr
    assert list(change_notices(land(c99999=50.0), changes(c99999=100.0))) == []


def test_a_partly_known_place_says_that_something_is_missing() -> None:
    whole = changes(c17414=100.0, c99999=100.0)
    found = answer(land(c17414=100.0, c99999=100.0), whole)
    indicator = next(each for each in found.indicators if each.id == "land_use_change")
    assert indicator.value == pytest.approx(130.30, abs=0.01)
    assert indicator.partial


def test_what_becomes_water_is_not_evaluated_and_not_zero() -> None:
    """Port to water 1.6271 ha, mudflat to water 16.1162, sea to port 0.5047; 0.0193 ha are built up."""
    areas = land(c17300=100.0)
    found = answer(areas, changes(c17300=100.0))
    lacking = next(row for row in found.breakdown if row.item == "land_use_change/not_evaluated")
    assert lacking.value is None
    assert lacking.area == pytest.approx((1.6271 + 16.1162 + 0.5047) / 6)
    assert value(found, "land_use_change_area") == pytest.approx((1.6271 + 16.1162 + 0.5047 + 0.0193) / 6)
    assert rows(found)["soil_loss"] == pytest.approx(0.0193 / 6 * 0.8 * 18 * K)
    assert next(each for each in found.indicators if each.id == "land_use_change").partial
    codes = {each.code for each in change_notices(areas, changes(c17300=100.0))}
    assert "land-use-change-not-evaluated" in codes


def test_forest_that_stays_forest_is_no_change() -> None:
    """12009: forests to transitional woodland: felling, which the inventory counts."""
    assert {row["clc_2012"] + row["clc_2018"] for row in _rows_of("12009")} == {"311324", "312324", "313324"}
    assert rows(answer(land(c12009=10.0), changes(c12009=10.0))) == {"none": 0.0}


def test_a_cleared_wood_loses_its_plants_litter_and_soil_at_once() -> None:
    """12047: 8.0559 ha of woodland become pasture; its other changes keep their class or stay forest."""
    registry = read_registry()
    zone = registry.commune_zone("12047")
    soils = [registry.soil_density(name, zone.zpc).value for name in ("forest_mixed", "grassland_herbaceous")]
    pools = {
        "living_biomass": registry.forest_density("living_biomass", "forest_mixed", zone).value,
        "dead_wood": registry.forest_density("dead_wood", "forest_mixed", zone).value,
        "litter": 9.0,
    }
    found = rows(answer(land(c12047=10.0), changes(c12047=10.0)))
    area = 8.0559 / 6
    assert found["soil_loss"] - (-found["soil_gain"]) == pytest.approx(area * (soils[0] - soils[1]) * K)
    for pool, density in pools.items():
        assert found[f"{pool}_loss"] == pytest.approx(area * density * K), pool
        assert f"{pool}_gain_forest" not in found


def _rows_of(insee: str) -> list[dict[str, str]]:
    return [row for row in read_rows("clc_changes_2012_2018_communes_france") if row["insee"] == insee]


def test_a_part_of_a_commune_has_its_share_and_the_doubt_of_its_place() -> None:
    """A tenth of Saint-Xandre. Two kinds of change, each in or out: sd = sqrt(f(1-f)(a² + b²)) / f(a + b)."""
    part, whole = answer(land(c17414=10.0), changes(c17414=100.0)), changes(c17414=100.0)
    assert value(part, "land_use_change") == pytest.approx(130.30 / 10, abs=0.001)
    case = with_changes(
        Case(model=lambda values: {}, rows=(), indicators=()),
        land(c17414=10.0),
        whole,
    )
    place = next(each for each in case.inputs if each.id == "land.change.place")
    spread = sqrt(0.1 * 0.9 * (22.0532**2 + 7.6597**2)) / (0.1 * (22.0532 + 7.6597))
    assert place.sd == pytest.approx(spread)
    assert place.law == "lognormal"


def test_the_notice_says_whole_communes_or_prorated() -> None:
    whole = changes(c17414=100.0, c17028=100.0)
    said = [
        next(each.message for each in change_notices(areas, whole) if each.code == "land-use-change")
        for areas in (land(c17414=100.0, c17028=0.01), land(c17414=10.0))
    ]
    assert "whole communes" in said[0].en
    assert "communes entières" in said[0].fr
    assert "prorated by area (10%)" in said[1].en
    assert "ordre de grandeur" in said[1].fr


@given(cut=st.floats(0.01, 0.99), more=st.floats(0.0, 50.0))
def test_cutting_a_place_changes_nothing(cut: float, more: float) -> None:
    known = changes(c17414=100.0, c17300=100.0)
    whole = land(c17414=80.0, c17300=50.0 + more)
    pieces = (land(c17414=80.0 * cut, c17300=50.0), land(c17414=80.0 * (1 - cut), c17300=more))
    for name in ("land_use_change", "land_use_change_same_year", "land_use_change_area"):
        parts = fsum(value(answer(piece, known), name) or 0.0 for piece in pieces)
        assert parts == pytest.approx(value(answer(whole, known), name), rel=1e-9), name


def test_monte_carlo_keeps_the_value_and_about_the_interval() -> None:
    known = changes(c17414=100.0)
    exact, drawn = (
        next(each for each in answer(land(c17414=100.0), known, method=method).indicators)
        for method in ("analytic", "monte-carlo")
    )
    assert exact.value == drawn.value
    assert drawn.high - drawn.low == pytest.approx(exact.high - exact.low, rel=0.1)
