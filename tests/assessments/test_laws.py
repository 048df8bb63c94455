"""Which law a factor follows, from the kind of its range."""

from dataclasses import replace

import numpy as np
import pytest

from estran.assessments.laws import factor_input, is_wide
from estran.carbon.sampling import P95, standard_draws
from estran.carbon.text import Text
from estran.factors.factor import Factor, Source

PLAIN = Factor(
    id="energy.test",
    title=Text("essai", "test"),
    value=10.0,
    sd=2.0,
    relative_sd=0.2,
    unit="tCO2e",
    kind="relative",
    source=Source("a table", "https://example.org", "etalab-2.0", "its makers", 2024, "tests", "t1"),
    error="shared",
)


def test_a_plain_factor_is_normal_and_never_negative() -> None:
    drawn = factor_input(PLAIN)
    assert (drawn.id, drawn.value, drawn.sd, drawn.source) == ("energy.test", 10.0, 2.0, "shared")
    assert (drawn.law, drawn.minimum) == ("normal", 0.0)


def test_a_positive_factor_unsure_by_more_than_30_percent_is_lognormal() -> None:
    assert factor_input(replace(PLAIN, sd=3.0)).law == "normal"
    assert factor_input(replace(PLAIN, sd=3.1)).law == "lognormal"
    assert is_wide(replace(PLAIN, sd=3.1))
    assert not is_wide(PLAIN)


def test_minimum_and_maximum_are_uniform_or_triangular() -> None:
    centred = factor_input(replace(PLAIN, kind="min_max", low=4.0, high=16.0))
    assert (centred.law, centred.low, centred.high) == ("uniform", 4.0, 16.0)
    skewed = factor_input(replace(PLAIN, kind="min_max", low=8.0, high=20.0))
    assert (skewed.law, skewed.value) == ("triangular", 10.0)


@pytest.mark.parametrize(("kind", "reach"), [("sd1", 1.0), ("p5_p95", P95), ("p2.5_p97.5", 1.959964)])
def test_a_skewed_range_is_met_at_its_own_level(kind: str, reach: float) -> None:
    drawn = factor_input(replace(PLAIN, kind=kind, low=8.0, high=15.0)).drawn(np.array([-reach, 0.0, reach]))
    assert drawn == pytest.approx([8.0, 10.0, 15.0], rel=1e-6)


def test_a_quantity_that_may_change_sign_is_normal() -> None:
    """A net exchange of -2 (-5 to 1), and one of 1 (-2 to 4): both signs are drawn."""
    for value, low, high in ((-2.0, -5.0, 1.0), (1.0, -2.0, 4.0)):
        given = replace(PLAIN, value=value, sd=1.8, kind="p5_p95", low=low, high=high)
        drawn = factor_input(given)
        assert (drawn.law, drawn.minimum) == ("normal", None)
        values = drawn.drawn(standard_draws("x", 5_000, 1))
        assert values.min() < 0.0 < values.max()


@pytest.mark.parametrize("given", [replace(PLAIN, sd=0.0), replace(PLAIN, kind="none")])
def test_an_exact_factor_is_fixed(given: Factor) -> None:
    assert factor_input(given).is_certain
