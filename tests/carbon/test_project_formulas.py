"""The items of a project, one by one, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.project import aged_years, built, mobility, photovoltaic, replacements, trees, year_weights


def test_ageing_starts_again_when_modules_are_replaced_after_30_years() -> None:
    """Sum of 0.995^t over 30 years, then over 20 more with new modules: (1 - q^30 + 1 - q^20) / 0.005."""
    by_hand = (1 - 0.995**30 + 1 - 0.995**20) / 0.005
    assert aged_years(0.005, lifetime_years=30, horizon_years=50) == pytest.approx(by_hand, rel=1e-12)
    without = (1 - 0.995**50) / 0.005
    assert by_hand > without


def test_modules_are_made_again_at_30_years_not_before() -> None:
    assert [replacements(years, 30) for years in (1, 29, 30, 31, 60, 61)] == [1, 1, 1, 2, 2, 3]


def test_photovoltaics_of_la_rochelle_by_hand() -> None:
    """100 kWp, 30 years without ageing: 100 x (1580 - 0.0519 x 1200 x 30) / 1000 = -28.84 tCO2e."""
    value = photovoltaic(
        100.0,
        embodied_kg_per_kwp=1580.0,
        made=1,
        yield_kwh_per_kwp=1200.0,
        grid_kg_per_kwh=0.0519,
        years_of_new=aged_years(0.0, lifetime_years=30, horizon_years=30),
    )
    assert value == pytest.approx(-28.84, rel=1e-12)


def test_a_grid_that_gets_cleaner_avoids_less() -> None:
    constant = aged_years(0.005, lifetime_years=30, horizon_years=50)
    cleaner = aged_years(0.005, lifetime_years=30, horizon_years=50, yearly_change=-0.02)
    assert cleaner < constant


@given(st.integers(1, 100), st.floats(-0.2, 0.2).filter(lambda change: change == 0.0 or abs(change) > 1e-6))
def test_years_are_a_geometric_series(years: int, change: float) -> None:
    total = year_weights(years, change).sum()
    by_hand = years if change == 0.0 else ((1 + change) ** years - 1) / change
    assert total == pytest.approx(by_hand, rel=1e-6)


def test_units_kilograms_become_tonnes_once() -> None:
    assert built(1000.0, 25.0) == 25.0
    assert mobility(1000.0, 10.0, 0.1423 / 2.0) == pytest.approx(365 * 1000 * 10 * 0.1423 / 2 / 1000)
    assert trees(40.0, 25.0, 50.0) == 50.0
