"""Floor areas, energy ratios and the doubt of buildings: METHODS, section 5."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.buildings import (
    CARRIERS,
    Group,
    age_ratio,
    branch_energy,
    carrier_shares,
    dpe_class,
    dwelling_energy,
    group_energy,
    independent_doubt,
    mean_dwelling_m2,
    primary_energy_mwh,
    specific_electricity,
    storeys,
    weights,
)
from estran.carbon.errors import InvalidArea

HEATED_M2 = {
    "electricity_direct": 705753117.0,
    "electricity_heat_pump": 342034860.0,
    "gas": 954498123.0,
    "fuel_oil": 250118076.0,
    "wood": 365026770.0,
    "heat_network": 107964972.0,
    "lpg": 46304442.0,
}
"""CEREN, national heated area by main carrier."""

HEATING_KWH = {
    "electricity_direct": 32767771470.0,
    "electricity_heat_pump": 10764437339.0,
    "gas": 79188175605.0,
    "fuel_oil": 27080257431.0,
    "wood": 67495214834.0,
    "heat_network": 10583771417.0,
    "lpg": 3183923897.0,
}
"""CEREN, national consumption for heating."""


def national() -> dict[str, float]:
    values = {f"building.stock.heated_area.{name}": area for name, area in HEATED_M2.items()}
    for name, kwh in HEATING_KWH.items():
        values[f"building.stock.consumption.{name}.space_heating"] = kwh
        values[f"building.stock.consumption.{name}.hot_water"] = 1e9
        values[f"building.stock.consumption.{name}.cooking"] = 1e9
    values |= {"building.dwellings.france": 30406037.0, "building.share_before_1975": 0.5}
    values |= {"building.useful_share": 0.8}
    for kind in ("house", "flat"):
        for row in ("gas", "gas_individual", "oil", "lpg", "electricity", "heat_network"):
            values[f"building.heating.{kind}.{row}.before_1975"] = 200.0
            values[f"building.heating.{kind}.{row}.after_1975"] = 150.0
        values[f"building.specific_electricity.{kind}.before_1975"] = 2000.0
        values[f"building.specific_electricity.{kind}.after_1975"] = 3000.0
    return values


def test_storeys_come_from_the_layer_else_from_the_height_else_one() -> None:
    # METHODS: floors = round(height / 3). 7.4 m: 2.47, so 2; 7.5 m: 2.5, so 3; 1 m: 0.33, at least 1.
    levels = np.array([4.0, np.nan, np.nan, np.nan, 0.0, np.nan])
    heights = np.array([99.0, 7.4, 7.5, 1.0, 6.0, np.nan])
    floors, guessed = storeys(levels, heights, storey_height_m=3.0)
    assert floors.tolist() == [4.0, 2.0, 3.0, 1.0, 2.0, 1.0]
    assert guessed.tolist() == [False, True, True, True, True, True]


def test_national_mix_of_unknown_age_gives_back_the_national_consumption() -> None:
    values = national()
    shares = carrier_shares(values)
    assert sum(shares.values()) == pytest.approx(1.0)
    per_m2 = dwelling_energy(values, "house", "", shares)
    whole_m2 = sum(HEATED_M2.values())
    heating = sum(kwh for (use, _), kwh in per_m2.items() if use == "heating")
    assert heating * whole_m2 == pytest.approx(sum(HEATING_KWH.values()), rel=1e-12)


def test_mean_dwelling_is_the_national_area_over_the_dwellings() -> None:
    # 2,771,700,360 m2 over 30,406,037 dwellings: 91.16 m2
    assert mean_dwelling_m2(national()) == pytest.approx(91.156, abs=0.001)


def test_age_moves_heating_by_the_ratio_of_the_tables() -> None:
    values = national()
    # mean of 200 and 150 at equal shares: 175
    assert age_ratio(values, "house", "before_1975", "gas") == pytest.approx(200 / 175)
    assert age_ratio(values, "house", "after_1975", "gas") == pytest.approx(150 / 175)
    # no row for wood, nor for an unknown age: the national mean stands
    assert age_ratio(values, "house", "before_1975", "wood") == 1.0
    assert age_ratio(values, "flat", "", "gas") == 1.0


def test_specific_electricity_of_an_unknown_age_lies_between_both_periods() -> None:
    values = national()
    assert specific_electricity(values, "house", "before_1975") == 2000.0
    assert specific_electricity(values, "house", "") == pytest.approx(2500.0)


def test_a_given_mix_replaces_that_of_the_country() -> None:
    assert carrier_shares({}, {"gas": 0.75, "wood": 0.25, "oil": 0.0}) == {"gas": 0.75, "wood": 0.25}


def test_a_tertiary_branch_is_shared_by_the_carriers_and_a_heat_pump_is_electricity() -> None:
    ratios = {"building.heating.retail": 142.0, "building.hot_water.retail": 10.0}
    ratios["building.specific_electricity.retail"] = 126.0
    energy = branch_energy(ratios, "retail", {"gas": 0.5, "heat_pump": 0.3, "electricity": 0.2})
    # 142 + 10 + 126 = 278 kWh/m2, whatever the mix
    assert sum(energy.values()) == pytest.approx(278.0)
    assert energy["heating", "gas"] == pytest.approx(71.0)
    assert energy["heating", "electricity"] == pytest.approx(71.0)


def test_unknown_dwellings_follow_the_floor_area() -> None:
    values = national()
    shares = carrier_shares(values)
    known = group_energy(values, Group("house", "", 0.0, 2.0), branch="", shares=shares)
    # 2 dwellings of 91.156 m2 at 0.8 of the gross area
    gross = 2.0 * mean_dwelling_m2(values) / 0.8
    guessed = group_energy(values, Group("house", "", 0.0, 0.0, gross), branch="", shares=shares)
    key = ("specific_electricity", "electricity")
    assert known[key] == pytest.approx(2 * 2500.0 / 1000.0)
    assert guessed[key] == pytest.approx(known[key])


def test_only_electricity_has_a_primary_factor_of_its_own() -> None:
    final = {carrier: primary_energy_mwh(1.0, carrier, electricity=1.9, other=1.0) for carrier in CARRIERS}
    assert {carrier for carrier, primary in final.items() if primary == 1.9} == {"electricity", "heat_pump"}
    assert final["gas"] == final["heat_network"] == 1.0


def test_the_label_is_the_worse_of_energy_and_emissions() -> None:
    # DPE thresholds since 2021-07-01
    bounds = {"a": (70, 6), "b": (110, 11), "c": (180, 30), "d": (250, 50), "e": (330, 70), "f": (420, 100)}
    assert dpe_class(100.0, 5.0, bounds) == "b"
    assert dpe_class(100.0, 45.0, bounds) == "d"
    assert dpe_class(500.0, 5.0, bounds) == "g"
    assert dpe_class(None, 11.0, bounds) == "b"


def test_one_building_is_unsure_by_the_single_doubt() -> None:
    alone = independent_doubt(np.array([7.0]), single=0.4, common=0.15)
    assert sqrt(alone**2 + 0.15**2) == pytest.approx(0.4)


@given(st.integers(1, 10_000))
def test_only_the_independent_part_falls_with_the_number(count: int) -> None:
    doubt = independent_doubt(np.ones(count), single=0.4, common=0.15)
    assert doubt == pytest.approx(sqrt((0.4**2 - 0.15**2) / count))


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=30))
def test_unequal_buildings_are_less_sure_than_equal_ones_and_surer_than_one(parts: list[float]) -> None:
    doubt = independent_doubt(np.array(parts), single=0.4, common=0.15)
    reach = sqrt(0.4**2 - 0.15**2)
    assert reach / sqrt(len(parts)) * (1 - 1e-12) <= doubt <= reach * (1 + 1e-12)


def test_nothing_has_no_doubt() -> None:
    assert independent_doubt(np.zeros(0), single=0.4, common=0.15) == 0.0


@given(st.floats(0.0, 1e6), st.floats(0.0, 1.0))
def test_a_weight_is_a_share(area: float, part: float) -> None:
    (weight,) = weights(np.array([area * part]), np.array([area])).tolist()
    assert 0.0 <= weight <= 1.0


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_a_wrong_area_is_refused(wrong: float) -> None:
    with pytest.raises(InvalidArea):
        weights(np.array([wrong]), np.array([1.0]))
