"""Restoration of a wetland: METHODS section 3, its checks and its mistakes, worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.wetland import WetlandState, ramp, restoration, soil_gain

K = 44 / 12

GASES = {"gwp_ch4": 27.0, "gwp_n2o": 273.0}

amounts = st.floats(0.0, 500.0)


def over(before: WetlandState, after: WetlandState, years: int = 50, losing: float = 50.0) -> float:
    return sum(
        float(
            restoration(
                before,
                after,
                year=year,
                years_to_work=10.0,
                autochthonous=1.0,
                losing_years=losing,
                **GASES,
            ).total
        )
        for year in range(1, years + 1)
    )


@given(amounts, amounts, amounts, amounts)
def test_the_same_state_before_and_after_changes_nothing(
    co2: float, ch4: float, n2o: float, carbon: float
) -> None:
    state = WetlandState(co2=co2, ch4_kg=ch4, n2o_kg=n2o, burial_tc=carbon)
    assert over(state, state) == pytest.approx(0.0, abs=1e-6)


def test_a_drained_coast_becomes_a_salt_marsh() -> None:
    """50 years of 7.9 tC avoided, and 1.66 tC buried at full rate after 10: 5.5 + 40 = 45.5 full years."""
    found = over(WetlandState(co2=7.9 * K), WetlandState(burial_tc=1.66))
    assert found == pytest.approx(-K * (7.9 * 50 + 1.66 * 45.5))


def test_a_fresh_marsh_may_cost() -> None:
    """235 kg of CH4 a year for 50 years is 317 tCO2e, with nothing avoided."""
    assert over(WetlandState(), WetlandState(ch4_kg=235.0)) == pytest.approx(235 * 27.0 / 1000 * 50)


def test_a_drained_soil_may_stop_losing() -> None:
    assert over(WetlandState(co2=10.0), WetlandState(), losing=12.5) == pytest.approx(-125.0)


@given(st.integers(1, 100), st.floats(1.0, 20.0))
def test_burial_rises_to_its_full_rate(year: int, tau: float) -> None:
    share = float(ramp(year, years_to_work=tau))
    assert share == pytest.approx(min(1.0, year / tau))


def test_a_mineral_soil_gains_nine_hundredths_of_its_reference_in_twenty_years() -> None:
    """135 x (0.80 - 0.71) = 12.15 tC/ha, then 135 x 0.20 = 27 in the next twenty, then nothing."""
    shares = {"cultivated": 0.71, "first": 0.80, "second": 1.0, "period": 20.0, "bound_tc": 100.0}
    gains = [float(soil_gain(135.0, year=year, **shares)) for year in range(1, 61)]
    assert sum(gains[:20]) == pytest.approx(12.15)
    assert sum(gains[20:40]) == pytest.approx(27.0)
    assert sum(gains[40:]) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(-50.0, 100.0))
def test_a_soil_that_does_not_accrete_never_gains_more_than_the_difference_of_stocks(bound: float) -> None:
    shares = {"cultivated": 0.71, "first": 0.80, "second": 1.0, "period": 20.0}
    gained = sum(float(soil_gain(135.0, year=year, bound_tc=bound, **shares)) for year in range(1, 61))
    assert gained <= max(0.0, bound) + 1e-9
    assert gained == pytest.approx(min(max(0.0, bound), 39.15), abs=1e-9)
