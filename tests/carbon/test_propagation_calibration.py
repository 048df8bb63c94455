"""Do 90 % intervals hold the truth nine times out of ten? Synthetic truths, drawn from stated laws.

For each of many fixed seeds a truth is drawn from the laws of the inputs, by a generator of this file
and not by the code under test, and the interval of the result either holds it or not. The number of
hits follows a binomial law; the bounds are those that it leaves once in ten thousand.
"""

from collections.abc import Callable
from math import log1p, sqrt

import numpy as np
import pytest
from scipy.stats import binom

from estran.carbon.propagation import Values, propagate
from estran.carbon.sampling import Input

TRIALS = 2_000
CONFIDENCE = 0.9


def acceptable(hits: int, confidence: float = CONFIDENCE, trials: int = TRIALS) -> bool:
    low, high = binom.ppf([5e-5, 1 - 5e-5], trials, confidence)
    return bool(low <= hits <= high)


def normal(rng: np.random.Generator, value: float, sd: float) -> float:
    return float(rng.normal(value, sd))


def lognormal(rng: np.random.Generator, value: float, sd: float) -> float:
    sigma = sqrt(log1p((sd / value) ** 2))
    return float(rng.lognormal(np.log(value) - sigma**2 / 2, sigma))


def stock(values: Values) -> dict[str, object]:
    """Soil of two classes from one survey, and trees, on 120, 40 and 25 ha."""
    return {
        "total": 120 * values["crop"] + 40 * values["meadow"] + 25 * values["trees"],
    }


SOILS = (("crop", 48.0, 14.4), ("meadow", 84.0, 25.2))


def test_analytic_intervals_of_a_linear_model_hold_the_truth() -> None:
    inputs = [*(Input(name, value, sd, "survey") for name, value, sd in SOILS), Input("trees", 89.15, 17.8)]
    total = propagate(stock, inputs, confidence=CONFIDENCE).outputs["total"]
    hits = 0
    for seed in range(TRIALS):
        rng = np.random.default_rng([1, seed])
        error = rng.standard_normal()
        truth = {name: value + sd * error for name, value, sd in SOILS} | {"trees": normal(rng, 89.15, 17.8)}
        hits += total.low <= stock(truth)["total"] <= total.high
    assert acceptable(hits)


def test_taking_one_survey_for_two_would_be_caught() -> None:
    """The same truths against intervals that forget the correlation: too narrow, and the test says so."""
    inputs = [*(Input(name, value, sd) for name, value, sd in SOILS), Input("trees", 89.15, 17.8)]
    total = propagate(stock, inputs, confidence=CONFIDENCE).outputs["total"]
    hits = 0
    for seed in range(TRIALS):
        rng = np.random.default_rng([1, seed])
        error = rng.standard_normal()
        truth = {name: value + sd * error for name, value, sd in SOILS} | {"trees": normal(rng, 89.15, 17.8)}
        hits += total.low <= stock(truth)["total"] <= total.high
    assert not acceptable(hits)


def impact(values: Values) -> dict[str, object]:
    """A product, a ratio and a difference of skewed quantities."""
    return {
        "total": values["area"] * (values["before"] - values["after"]) * 44 / 12
        + values["energy"] * values["factor"] / values["yield"],
    }


SKEWED = (
    ("area", 12.0, 1.0, "normal"),
    ("before", 83.1, 44.8, "lognormal"),
    ("after", 30.0, 15.0, "lognormal"),
    ("energy", 900.0, 400.0, "lognormal"),
    ("factor", 0.3, 0.15, "lognormal"),
    ("yield", 0.8, 0.06, "normal"),
)

TRUTHS: dict[str, Callable[[np.random.Generator, float, float], float]] = {
    "normal": normal,
    "lognormal": lognormal,
}


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
def test_monte_carlo_intervals_of_a_skewed_model_hold_the_truth_on_both_sides(confidence: float) -> None:
    inputs = [Input(name, value, sd, "", law) for name, value, sd, law in SKEWED]
    total = propagate(
        impact, inputs, confidence=confidence, method="monte-carlo", draws=50_000, seed=11
    ).outputs["total"]
    below = above = 0
    for seed in range(TRIALS):
        rng = np.random.default_rng([2, seed])
        truth = impact({name: TRUTHS[law](rng, value, sd) for name, value, sd, law in SKEWED})["total"]
        below += truth < total.low
        above += truth > total.high
    tail = (1 - confidence) / 2
    assert acceptable(TRIALS - below - above, confidence)
    assert acceptable(below, tail)
    assert acceptable(above, tail)


def test_a_skewed_interval_is_longer_above() -> None:
    inputs = [Input(name, value, sd, "", law) for name, value, sd, law in SKEWED]
    total = propagate(impact, inputs, method="monte-carlo", draws=20_000).outputs["total"]
    assert total.high - total.value > 1.3 * (total.value - total.low)


@pytest.mark.parametrize("seed", range(5))
def test_monte_carlo_gives_back_a_published_skewed_range(seed: int) -> None:
    """One factor of 48 (40 to 70): the interval is that of the factor, within the error of 20,000 draws.

    The error of an empirical quantile is sqrt(p (1 - p) / n) / density: some 0.06 and 0.36 here.
    """
    given = [Input("x", 48.0, 9.0, law="lognormal", low=40.0, high=70.0)]
    found = propagate(
        lambda values: {"total": values["x"]}, given, method="monte-carlo", draws=20_000, seed=seed
    )
    total = found.outputs["total"]
    assert total.low == pytest.approx(40.0, abs=4 * 0.06)
    assert total.high == pytest.approx(70.0, abs=4 * 0.36)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("draws", [2_000, 20_000])
def test_both_methods_agree_on_a_linear_model_of_normal_inputs(seed: int, draws: int) -> None:
    """The standard error of a 5 % quantile is 2.11 sd / sqrt(draws), that of sd is sd / sqrt(2 draws)."""
    inputs = [*(Input(name, value, sd, "survey") for name, value, sd in SOILS), Input("trees", 89.15, 17.8)]
    exact = propagate(stock, inputs).outputs["total"]
    drawn = propagate(stock, inputs, method="monte-carlo", draws=draws, seed=seed).outputs["total"]
    assert drawn.value == exact.value
    assert drawn.sd == pytest.approx(exact.sd, abs=4.5 * exact.sd / sqrt(2 * draws))
    for bound, expected in ((drawn.low, exact.low), (drawn.high, exact.high)):
        assert bound == pytest.approx(expected, abs=4.5 * 2.114 * exact.sd / sqrt(draws))


def test_uniform_ranges_hold_their_truth() -> None:
    """Minimum and maximum read as a uniform law: Monte-Carlo is exact, and the bounds are never passed."""
    ranges = (("a", 2.0, 6.0), ("b", 10.0, 30.0))
    inputs = [Input(name, (low + high) / 2, 0.0, "", "uniform", low, high) for name, low, high in ranges]

    def model(values: Values) -> dict[str, object]:
        return {"total": values["a"] * values["b"]}

    total = propagate(model, inputs, method="monte-carlo", draws=50_000, seed=3).outputs["total"]
    hits = 0
    for seed in range(TRIALS):
        rng = np.random.default_rng([3, seed])
        truth = model({name: rng.uniform(low, high) for name, low, high in ranges})["total"]
        hits += total.low <= truth <= total.high
    assert acceptable(hits)
    assert 20.0 < total.low < total.high < 180.0
