"""Paths, budgets and trends, against hand calculations and a textbook estimator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput
from estran.carbon.trajectory import (
    Target,
    Trend,
    budget_weights,
    exponential_share,
    extended_share,
    linear_share,
    observed_weights,
    trend,
    year_of_level,
    year_of_level_bounds,
)

LA_ROCHELLE = (Target(2019, 1.0), Target(2030, 0.7), Target(2040, 0.0))


@pytest.mark.parametrize("share", [linear_share, exponential_share])
def test_a_path_starts_at_the_base_level_meets_its_targets_and_has_no_step(share) -> None:
    assert share(2019, LA_ROCHELLE) == 1.0
    assert share(2030, LA_ROCHELLE) == pytest.approx(0.7, rel=1e-12)
    assert share(2040, LA_ROCHELLE) == 0.0
    for year in (2030, 2035):
        assert share(year - 1e-9, LA_ROCHELLE) == pytest.approx(share(year + 1e-9, LA_ROCHELLE), abs=1e-8)


def test_the_two_paths_by_hand_in_2024() -> None:
    """2.0 Mt: straight 2.0 x (1 - 0.3 x 5/11) = 1.72727; constant rate 2.0 x 0.7^(5/11) = 1.70069."""
    assert 2.0 * linear_share(2024, LA_ROCHELLE) == pytest.approx(1.7272727, abs=1e-7)
    assert 2.0 * exponential_share(2024, LA_ROCHELLE) == pytest.approx(2.0 * 0.7 ** (5 / 11), rel=1e-12)


def test_what_the_pace_of_2030_leaves_in_2040() -> None:
    """Straight: 1 - 0.3 x 21/11 = 0.42727; constant rate: 0.7^(21/11) = 0.50615."""
    assert extended_share(2040, LA_ROCHELLE, exponential=False) == pytest.approx(0.4272727, abs=1e-7)
    assert extended_share(2040, LA_ROCHELLE, exponential=True) == pytest.approx(0.7 ** (21 / 11), rel=1e-12)


def test_a_path_has_a_beginning() -> None:
    with pytest.raises(InvalidInput, match="before the base year"):
        linear_share(2018, LA_ROCHELLE)


@given(st.lists(st.integers(2000, 2060), min_size=1, max_size=12, unique=True), st.floats(0.0, 1e7))
def test_the_budget_of_a_constant_series_is_its_level_times_the_years(years: list[int], level: float) -> None:
    ordered = sorted(years)
    assert budget_weights(ordered) @ np.full(len(ordered), level) == pytest.approx(
        level * (ordered[-1] - ordered[0])
    )


@given(st.lists(st.integers(2000, 2060), min_size=1, max_size=12, unique=True))
def test_observations_and_years_weigh_the_same(years: list[int]) -> None:
    observed, yearly = observed_weights(sorted(years))
    assert observed.sum() == pytest.approx(yearly.sum())
    assert len(yearly) == max(years) - min(years) + 1


def test_a_bend_between_two_observations_is_seen() -> None:
    """Observed 2029 and 2031, path bent in 2030: the path sums to (s29 + 2 s30 + s31) / 2, not s29 + s31."""
    _, yearly = observed_weights([2029, 2031])
    asked = sum(w * linear_share(y, LA_ROCHELLE) for w, y in zip(yearly, (2029, 2030, 2031), strict=True))
    s29, s31 = 0.7 + 0.3 / 11, 0.63
    assert asked == pytest.approx((s29 + 2 * 0.7 + s31) / 2)


def test_the_doubt_of_a_trend_without_lags_by_hand() -> None:
    """Years -1, 0, 1 and values 1, 0, 2: slope 0.5, residuals 0.5, -1, 0.5; leverages 5/6, 1/3, 5/6.

    Corrected residuals 3, -1.5, 3: Σ x²e² = 18, Σ x² = 2, variance of the slope 18 / 2² = 4.5; that of
    independent noise is 1.5 / 1 / 2 = 0.75, and the residuals alternate, which widens nothing.
    """
    line = trend([2019, 2020, 2021], [1.0, 0.0, 2.0], lags=0)
    assert line.slope == pytest.approx(0.5)
    assert line.level == pytest.approx(1.0)
    assert line.slope_sd == pytest.approx(4.5**0.5)


def test_autocorrelated_noise_makes_the_trend_less_sure_than_independent_noise_would() -> None:
    noise = np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0] * 4)
    years = np.arange(2000, 2000 + len(noise))
    away = years - years.mean()
    line = trend(years.tolist(), (100.0 - away + noise).tolist())
    left = 100.0 - away + noise - np.array([line.at(year) for year in years])
    as_independent = ((left @ left) / (len(noise) - 2) / (away @ away)) ** 0.5
    assert line.slope_sd > 1.3 * as_independent


@pytest.mark.parametrize(("count", "quantile"), [(6, 2.132), (15, 1.771), (30, 1.701)])
def test_intervals_of_the_trend_hold_on_synthetic_truth(count: int, quantile: float) -> None:
    """Known slope, independent noise: about 90 % of the intervals at 90 % hold it (Student, n - 2)."""
    random = np.random.default_rng(7)
    years = np.arange(2000, 2000 + count)
    held = 0
    for _ in range(500):
        noise = random.normal(0.0, 2.0, count)
        line = trend(years.tolist(), (50.0 - 0.8 * (years - 2000) + noise).tolist())
        held += abs(line.slope + 0.8) <= quantile * line.slope_sd
    assert 0.87 <= held / 500 <= 0.96


@given(st.floats(-50.0, -0.1), st.floats(100.0, 1000.0), st.floats(0.0, 90.0))
def test_the_year_of_a_level_is_where_the_line_meets_it(slope: float, level: float, wanted: float) -> None:
    line = Trend(2020.0, level, slope, 0.0, 0.0, 0.0, 5)
    year = year_of_level(line, wanted)
    assert year is not None
    assert line.at(year) == pytest.approx(wanted, abs=1e-6)
    assert year_of_level_bounds(line, wanted, 2.0) == pytest.approx((year, year), abs=1e-3)


def test_a_rising_trend_never_gets_there() -> None:
    assert year_of_level(Trend(2020.0, 10.0, 0.1, 0.0, 0.0, 0.0, 5), 0.0) is None
    assert year_of_level_bounds(Trend(2020.0, 10.0, 0.1, 0.0, 0.0, 0.0, 5), 0.0, 2.0) == (None, None)


def test_an_unsure_fall_has_an_earliest_year_and_no_latest_one() -> None:
    low, high = year_of_level_bounds(Trend(2020.0, 10.0, -0.5, 0.1, 0.4, 0.0, 5), 0.0, 2.0)
    assert low is not None
    assert 2020.0 < low < 2040.0
    assert high is None


def test_two_observations_make_no_trend() -> None:
    with pytest.raises(InvalidInput, match="at least 3 years"):
        trend([2019, 2024], [2.0, 1.7])
