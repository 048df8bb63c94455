"""Each law against its published definition, by its quantiles and its moments."""

from math import exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput
from estran.carbon.sampling import P95, Input, sample, standard_draws, stretch

LEVELS = np.array([-P95, 0.0, P95])


def moments(law: Input, draws: int = 200_000) -> tuple[float, float]:
    drawn = law.drawn(standard_draws("moments", draws, 7))
    return float(drawn.mean()), float(drawn.std())


def test_a_normal_law_by_its_quantiles() -> None:
    """48 ± 1.6449 x 14.4."""
    found = Input("x", 48.0, 14.4).drawn(LEVELS)
    assert found == pytest.approx([24.314, 48.0, 71.686], abs=1e-3)


def test_a_lognormal_law_keeps_mean_and_deviation() -> None:
    """Mean 83.1 and standard deviation 44.8 (salt marsh): sigma = sqrt(ln(1 + 0.5391²)) = 0.5051.

    Median 83.1 / sqrt(1.2906) = 73.15; 5th and 95th percentiles 73.15 exp(± 1.6449 x 0.5051).
    """
    law = Input("marsh", 83.1, 44.8, law="lognormal")
    assert law.drawn(LEVELS) == pytest.approx([31.87, 73.15, 167.89], abs=0.02)
    assert moments(law) == (pytest.approx(83.1, rel=5e-3), pytest.approx(44.8, rel=1e-2))


def test_a_skewed_range_gives_back_its_three_numbers() -> None:
    law = Input("x", 48.0, 9.0, law="lognormal", low=40.0, high=70.0)
    assert law.drawn(LEVELS) == pytest.approx([40.0, 48.0, 70.0], abs=1e-9)
    left = Input("x", 62.0, 9.0, law="lognormal", low=40.0, high=70.0)
    assert left.drawn(LEVELS) == pytest.approx([40.0, 62.0, 70.0], abs=1e-9)


def test_a_symmetric_range_is_normal() -> None:
    law = Input("x", 50.0, law="lognormal", low=40.0, high=60.0)
    normal = np.array([-3.0, -1.0, 0.5, 2.0])
    assert law.drawn(normal) == pytest.approx(50.0 + 10.0 / P95 * normal, rel=1e-6)


def test_a_uniform_law_by_its_quantiles_and_moments() -> None:
    """From 1 to 7: 5 % at 1.3, 95 % at 6.7, standard deviation 6 / sqrt(12)."""
    law = Input("x", 4.0, law="uniform", low=1.0, high=7.0)
    assert law.drawn(LEVELS) == pytest.approx([1.3, 4.0, 6.7], abs=1e-6)
    assert law.deviation == pytest.approx(6 / sqrt(12))
    assert moments(law) == (pytest.approx(4.0, abs=0.02), pytest.approx(law.deviation, rel=1e-2))


def test_a_triangular_law_by_its_quantiles_and_moments() -> None:
    """From 0 to 10, mode 2: F(2) = 0.2, median 10 - sqrt(0.5 x 10 x 8) = 3.675, mean 4, variance 84/18."""
    law = Input("x", 2.0, law="triangular", low=0.0, high=10.0)
    assert law.drawn(LEVELS) == pytest.approx([1.0, 3.675, 8.0], abs=1e-3)
    assert law.deviation == pytest.approx(sqrt(84 / 18))
    assert moments(law) == (pytest.approx(4.0, abs=0.02), pytest.approx(law.deviation, rel=1e-2))


def test_a_truncated_normal_law_never_goes_below_and_keeps_its_quantiles() -> None:
    """Truncated at its median, the 50th percentile is the 75th of the whole law: 0.6745."""
    law = Input("x", 0.0, 1.0, minimum=0.0)
    assert law.drawn(np.array([0.0]))[0] == pytest.approx(0.67449, abs=1e-4)
    assert law.drawn(standard_draws("x", 10_000, 1)).min() >= 0.0


def test_the_mean_of_a_lognormal_quantity_is_its_value_whatever_its_doubt() -> None:
    for sd in (0.1, 0.5, 1.5):
        assert moments(Input("x", 1.0, sd, law="lognormal"))[0] == pytest.approx(1.0, abs=0.03)


def test_a_negative_quantity_is_skewed_away_from_zero() -> None:
    drawn = Input("removal", -10.0, 6.0, law="lognormal").drawn(LEVELS)
    assert (drawn < 0.0).all()
    sigma = sqrt(np.log1p(0.36))
    assert drawn[2] == pytest.approx(-10.0 * exp(P95 * sigma - sigma**2 / 2))


def test_errors_are_drawn_alike_everywhere_and_apart_from_each_other() -> None:
    one = standard_draws("soil", 5_000, 3)
    assert (one == standard_draws("soil", 5_000, 3)).all()
    assert (one != standard_draws("soil", 5_000, 4)).any()
    assert abs(np.corrcoef(one, standard_draws("trees", 5_000, 3))[0, 1]) < 0.05


def test_inputs_of_one_error_move_together_whatever_their_laws() -> None:
    pair = [
        Input("a", 10.0, 1.0, "same"),
        Input("b", 4.0, 0.0, "same", "uniform", 1.0, 7.0),
        Input("c", 3.0, 2.0, "same", "lognormal"),
    ]
    drawn = sample(pair, draws=2_000, seed=1)
    order = np.argsort(drawn["a"])
    assert (np.diff(drawn["b"][order]) >= 0.0).all()
    assert (np.diff(drawn["c"][order]) >= 0.0).all()


@pytest.mark.parametrize(
    "given_input",
    [
        {"value": float("nan")},
        {"value": 1.0, "sd": -1.0},
        {"value": 1.0, "sd": float("inf")},
        {"value": 1.0, "law": "uniform"},
        {"value": 9.0, "law": "uniform", "low": 1.0, "high": 7.0},
        {"value": 1.0, "law": "triangular", "low": 2.0, "high": 7.0},
    ],
)
def test_an_impossible_input_is_refused_in_both_languages(given_input: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        Input("x", **given_input)
    assert caught.value.where == "x"
    assert caught.value.en != caught.value.fr


@given(
    st.floats(-1e3, 1e3),
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 1e3),
    st.sampled_from(["normal", "lognormal", "uniform", "triangular"]),
)
def test_draws_never_decrease_with_the_random_number(
    value: float, left: float, right: float, law: str
) -> None:
    given_input = Input("x", value, (left + right) / 4, "", law, value - left, value + right)
    drawn = given_input.drawn(np.linspace(-4.0, 4.0, 101))
    steps = np.diff(drawn)
    assert (steps >= -1e-9 * abs(drawn).max()).all() or (steps <= 1e-9 * abs(drawn).max()).all()
    if law in {"uniform", "triangular"}:
        assert drawn.min() >= value - left - 1e-6 * (left + right)
        assert drawn.max() <= value + right + 1e-6 * (left + right)


@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_a_stretch_passes_through_its_bounds(left: float, right: float) -> None:
    law = stretch(0.0, -left, right, reach=2.0)
    assert float(law.at(-2.0)) == pytest.approx(-left, rel=1e-4)
    assert float(law.at(2.0)) == pytest.approx(right, rel=1e-4)
