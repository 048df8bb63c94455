"""Fluxes of standing land: METHODS section 2, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.flux import (
    balance_difference,
    burial,
    canopy_loss,
    canopy_uptake,
    desealed_gain,
    forest_balance,
    gas_emission,
    practice_removal,
    share_of_year,
    stock_change,
)

K = 44 / 12

rates = st.floats(0.0, 100.0)


def test_one_tonne_of_carbon_is_3_6667_of_co2_once() -> None:
    """METHODS section 0: never multiply by 44/12 twice."""
    assert burial(1.0) == pytest.approx(-3.6667, abs=1e-4)
    assert forest_balance(1.0, 0.0, 0.0, carbon_tc_per_m3=1.0).net == pytest.approx(-3.6667, abs=1e-4)


@given(rates, rates, rates, st.floats(0.1, 1.0))
def test_growth_mortality_and_harvest_make_the_net(
    growth: float, mortality: float, harvest: float, carbon: float
) -> None:
    balance = forest_balance(growth, mortality, harvest, carbon_tc_per_m3=carbon)
    assert balance.growth <= 0.0 <= balance.mortality
    assert balance.harvest >= 0.0
    expected = -(growth - mortality - harvest) * carbon * K
    assert balance.net == pytest.approx(expected, abs=1e-9)


def test_a_published_balance_is_checked_against_its_terms() -> None:
    """F1 broadleaf agrees; southern poplar does not: -0.33, and (19.46 - 0.16 - 21.89) x 0.30 = -0.78."""
    assert balance_difference(1.05, 5.92, 0.95, 3.05, carbon_tc_per_m3=0.54)[1]
    difference, is_rounding = balance_difference(-0.33, 19.46, 0.16, 21.89, carbon_tc_per_m3=0.30)
    assert difference == pytest.approx(0.447)
    assert not is_rounding


def test_methane_cancels_a_sink_at_a_hundred_years() -> None:
    """235 kg of CH4 is 6.3 tCO2e: more than the 6.1 tCO2 that a salt marsh buries."""
    assert gas_emission(235.0, warming_potential=27.0) + burial(1.66) > 0.0


def test_urban_canopy_is_gross_then_net() -> None:
    assert canopy_uptake(2.8) == pytest.approx(-10.2667, abs=1e-4)
    assert canopy_uptake(2.8) + canopy_loss(2.8, net_share=0.75) == pytest.approx(-7.7, abs=1e-4)


@given(st.integers(1, 100), st.integers(1, 30))
def test_no_practice_flux_after_its_time(year: int, duration: int) -> None:
    found = float(practice_removal(0.3, 0.7, year=year, duration=float(duration)))
    assert found == pytest.approx(-K if year <= duration else 0.0)


@given(st.floats(0.0, 200.0), st.floats(0.0, 200.0), st.integers(20, 100))
def test_a_stock_change_adds_up_to_the_difference_of_stocks(before: float, after: float, years: int) -> None:
    """A gain is spread over 20 years, a loss counts at once: both end at the difference, never beyond."""
    changes = [float(stock_change(before, after, year=year, gain_years=20.0)) for year in range(1, years + 1)]
    assert sum(changes) == pytest.approx(K * (before - after), abs=1e-9)
    if after < before:
        assert not any(changes[1:])


def test_desealing_nears_its_target_and_never_passes_it() -> None:
    """Zone 4_1: 84 - 30 = 54 tC/ha at most; 1 - 1/e of it after one time constant."""
    gains = [float(desealed_gain(84.0, 30.0, year=year, time_constant=20.0)) for year in (0, 20, 50, 1000)]
    assert gains[0] == 0.0
    assert gains[1] == pytest.approx(54 * (1 - np.exp(-1)))
    assert gains == sorted(gains)
    assert gains[-1] <= 54.0


def test_years_and_draws_mix() -> None:
    durations = np.array([1.5, 20.0])
    assert share_of_year(2, durations).tolist() == [0.5, 1.0]
