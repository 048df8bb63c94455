"""Propagation against hand calculations, and against the `uncertainties` library as an oracle."""

from collections.abc import Callable
from math import fsum, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uncertainties import correlated_values, ufloat

from estran.carbon.errors import InvalidInput
from estran.carbon.propagation import Model, Values, propagate
from estran.carbon.quantity import normal_quantile
from estran.carbon.sampling import Input


def linear(weights: dict[str, float]) -> Model:
    def model(values: Values) -> dict[str, Any]:
        return {"total": sum(weight * values[name] for name, weight in weights.items())}

    return model


def test_a_sum_by_hand() -> None:
    """3 ha of crop at 48 ± 14.4 and 2 ha of meadow at 84 ± 25.2: 312 ± sqrt(43.2² + 50.4²) = 66.38."""
    inputs = [Input("crop", 48.0, 14.4), Input("meadow", 84.0, 25.2)]
    found = propagate(linear({"crop": 3.0, "meadow": 2.0}), inputs)
    total = found.outputs["total"]
    assert total.value == 312.0
    assert total.sd == pytest.approx(66.38, abs=0.005)
    assert total.high - total.value == pytest.approx(1.6449 * 66.38, abs=0.01)
    assert total.value - total.low == pytest.approx(total.high - total.value)
    assert found.shares == {
        "meadow": pytest.approx(50.4**2 / 66.38**2, abs=1e-4),
        "crop": pytest.approx(43.2**2 / 66.38**2, abs=1e-4),
    }


@pytest.mark.parametrize("method", ["analytic", "monte-carlo"])
def test_an_interval_is_the_same_when_it_alone_is_asked_for(method: Any) -> None:
    inputs = [Input("crop", 48.0, 14.4), Input("meadow", 84.0, 25.2)]

    def model(values: Values) -> dict[str, Any]:
        return {"crop": 3.0 * values["crop"], "total": 3.0 * values["crop"] + 2.0 * values["meadow"]}

    found = propagate(model, inputs, method=method, draws=2000)
    asked = propagate(model, inputs, method=method, draws=2000, spread_of={"total"}, shares_of="")
    assert asked.outputs == {"total": found.outputs["total"]}
    assert asked.values == found.values == {"crop": 144.0, "total": 312.0}
    assert asked.shares == {}


def test_one_error_adds_up_linearly_and_cancels_in_a_difference() -> None:
    """Sum: 14.4 + 25.2 = 39.6. Difference: 25.2 - 14.4 = 10.8."""
    inputs = [Input("crop", 48.0, 14.4, "survey"), Input("meadow", 84.0, 25.2, "survey")]
    assert propagate(linear({"crop": 1.0, "meadow": 1.0}), inputs).outputs["total"].sd == pytest.approx(39.6)
    assert propagate(linear({"crop": -1.0, "meadow": 1.0}), inputs).outputs["total"].sd == pytest.approx(10.8)


def test_a_product_by_hand() -> None:
    """Relative doubts of 10 % and 20 % in a product: sqrt(0.01 + 0.04) = 22.36 %."""
    inputs = [Input("a", 50.0, 5.0), Input("b", 4.0, 0.8)]
    found = propagate(lambda values: {"total": values["a"] * values["b"]}, inputs)
    assert found.outputs["total"].sd == pytest.approx(200 * sqrt(0.05), rel=1e-6)


MODELS: list[tuple[str, Callable[..., Any]]] = [
    ("sum", lambda a, b, c: 2 * a + b - 3 * c),
    ("product", lambda a, b, c: a * b * c),
    ("ratio", lambda a, b, c: a / b + c),
    ("power", lambda a, b, c: a**2 * b**0.5 / c),
    ("balance", lambda a, b, c: (a - b) * 44 / 12 + c * 273 / 1000),
]


@pytest.mark.parametrize(("name", "formula"), MODELS, ids=[name for name, _ in MODELS])
@given(
    values=st.tuples(*[st.floats(0.5, 500.0)] * 3),
    doubts=st.tuples(*[st.floats(0.001, 0.5)] * 3),
)
def test_independent_inputs_as_the_uncertainties_library_says(
    name: str, formula: Callable[..., Any], values: tuple[float, ...], doubts: tuple[float, ...]
) -> None:
    sds = [value * doubt for value, doubt in zip(values, doubts, strict=True)]
    expected = formula(*(ufloat(value, sd) for value, sd in zip(values, sds, strict=True)))
    inputs = [Input(key, value, sd) for key, value, sd in zip("abc", values, sds, strict=True)]
    found = propagate(lambda given: {"total": formula(given["a"], given["b"], given["c"])}, inputs)
    total = found.outputs["total"]
    assert total.value == pytest.approx(expected.nominal_value, rel=1e-12)
    assert total.sd == pytest.approx(expected.std_dev, rel=1e-5)
    assert total.high == pytest.approx(
        expected.nominal_value + normal_quantile(0.9) * expected.std_dev, rel=1e-5
    )


@pytest.mark.parametrize(("name", "formula"), MODELS, ids=[name for name, _ in MODELS])
@given(
    values=st.tuples(*[st.floats(0.5, 500.0)] * 3),
    doubts=st.tuples(*[st.floats(0.01, 0.5)] * 3),
)
def test_inputs_of_one_error_as_the_uncertainties_library_says(
    name: str, formula: Callable[..., Any], values: tuple[float, ...], doubts: tuple[float, ...]
) -> None:
    """`a` and `b` are fully correlated, `c` is independent: a covariance matrix says the same."""
    sds = np.array([value * doubt for value, doubt in zip(values, doubts, strict=True)])
    correlation = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    expected = formula(*correlated_values(values, correlation * np.outer(sds, sds)))
    inputs = [
        Input("a", values[0], float(sds[0]), "shared"),
        Input("b", values[1], float(sds[1]), "shared"),
        Input("c", values[2], float(sds[2])),
    ]
    found = propagate(lambda given: {"total": formula(given["a"], given["b"], given["c"])}, inputs)
    # The library takes square roots of eigenvalues that should be zero: 1e-8 of the largest doubt.
    scale = abs(expected.nominal_value) + expected.std_dev
    assert found.outputs["total"].sd == pytest.approx(expected.std_dev, rel=1e-4, abs=1e-5 * scale)


@given(st.lists(st.tuples(st.floats(1.0, 1e5), st.floats(0.0, 0.3)), min_size=1, max_size=12))
def test_shares_of_the_variance_add_up_to_one(parts: list[tuple[float, float]]) -> None:
    inputs = [Input(f"x{rank}", value, value * doubt) for rank, (value, doubt) in enumerate(parts)]
    shares = propagate(linear({each.id: 1.0 for each in inputs}), inputs).shares
    if any(doubt > 1e-6 for _, doubt in parts):
        assert fsum(shares.values()) == pytest.approx(1.0, rel=1e-9)
        assert list(shares.values()) == sorted(shares.values(), reverse=True)


@given(
    st.lists(st.tuples(st.floats(1.0, 1e4), st.floats(0.01, 0.4)), min_size=1, max_size=6),
    st.floats(1.0, 3.0),
)
def test_a_wider_doubt_never_narrows_the_result(parts: list[tuple[float, float]], wider: float) -> None:
    def sd(factor: float) -> float:
        inputs = [Input(f"x{rank}", value, value * doubt) for rank, (value, doubt) in enumerate(parts)]
        first = inputs[0]
        inputs[0] = Input(first.id, first.value, first.sd * factor)
        return propagate(linear({each.id: 1.0 for each in inputs}), inputs).outputs["total"].sd

    assert sd(wider) >= sd(1.0) * (1 - 1e-9)


def test_nothing_in_doubt_has_no_width_and_no_share() -> None:
    for method in ("analytic", "monte-carlo"):
        found = propagate(linear({"x": 2.0}), [Input("x", 21.0)], method=method)
        total = found.outputs["total"]
        assert (total.value, total.low, total.high, total.sd) == (42.0, 42.0, 42.0, 0.0)
        assert found.shares == {}


def test_a_result_that_depends_on_nothing_stays_a_number() -> None:
    for method in ("analytic", "monte-carlo"):
        outputs = propagate(lambda values: {"area": 7.0}, [Input("x", 1.0, 0.5)], method=method).outputs
        assert outputs["area"].low == outputs["area"].high == 7.0


def test_the_seed_is_told_and_repeats_the_draws() -> None:
    model, inputs = linear({"x": 1.0}), [Input("x", 10.0, 6.0, law="lognormal")]
    one = propagate(model, inputs, method="monte-carlo", draws=2_000)
    two = propagate(model, inputs, method="monte-carlo", draws=2_000, seed=one.seed)
    three = propagate(model, inputs, method="monte-carlo", draws=2_000, seed=1)
    assert one.seed is not None
    assert one.outputs == two.outputs
    assert one.outputs["total"].value == three.outputs["total"].value
    assert one.outputs["total"].low != three.outputs["total"].low


def test_draws_of_two_lands_add_up_to_those_of_their_union() -> None:
    inputs = [Input("soil", 48.0, 14.4, "soil"), Input("trees", 90.0, 50.0, "trees", "lognormal")]
    parts = [{"soil": 3.0}, {"soil": 2.0, "trees": 4.0}]
    options = {"method": "monte-carlo", "draws": 3_000, "seed": 5}
    whole = propagate(linear({"soil": 5.0, "trees": 4.0}), inputs, **options).samples["total"]
    summed = sum(propagate(linear(part), inputs, **options).samples["total"] for part in parts)
    assert whole == pytest.approx(summed, rel=1e-12)


def test_monte_carlo_shares_follow_the_skewed_source() -> None:
    """Alone, `a` has a variance of 9 and `b` one of 16: 36 % and 64 %."""
    inputs = [Input("a", 10.0, 3.0), Input("b", 10.0, 4.0, law="lognormal")]
    shares = propagate(linear({"a": 1.0, "b": 1.0}), inputs, method="monte-carlo", draws=100_000).shares
    assert shares["b"] == pytest.approx(0.64, abs=0.06)
    assert fsum(shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5, float("nan")])
@pytest.mark.parametrize("method", ["analytic", "monte-carlo"])
def test_a_confidence_out_of_range_is_refused(confidence: float, method: Any) -> None:
    with pytest.raises(InvalidInput):
        propagate(linear({"x": 1.0}), [Input("x", 1.0, 0.1)], confidence=confidence, method=method)


def test_two_inputs_of_one_name_are_refused_unless_they_say_the_same() -> None:
    twice = [Input("x", 1.0, 0.1), Input("x", 1.0, 0.1)]
    assert propagate(linear({"x": 1.0}), twice).outputs["total"].value == 1.0
    with pytest.raises(InvalidInput, match="named x"):
        propagate(linear({"x": 1.0}), [Input("x", 1.0, 0.1), Input("x", 2.0, 0.1)])


def test_a_result_that_is_not_finite_is_refused_by_its_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        propagate(lambda values: {"ratio": np.inf * values["x"]}, [Input("x", 1.0, 0.1)])
    assert caught.value.where == "ratio"
    assert "nombre fini" in caught.value.fr
