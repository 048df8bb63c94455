"""The stock of some areas: hand calculations, and the invariants of METHODS, section 0."""

from math import fsum, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidArea
from estran.carbon.propagation import Spread, propagate
from estran.carbon.sampling import Input
from estran.carbon.stock import StockModel

DENSITIES = {
    "crop": Input("crop", 48.0, 14.4),
    "meadow": Input("meadow", 84.0, 25.2),
    "sealed": Input("sealed", 30.0, 9.0),
}

lands = st.dictionaries(st.sampled_from(sorted(DENSITIES)), st.floats(0.0, 1e5, allow_nan=False), max_size=3)


def stock(land: dict[str, float]) -> Spread:
    return propagate(StockModel({"total": land}), DENSITIES.values()).outputs["total"]


def test_nothing_holds_nothing() -> None:
    assert stock({}) == Spread(0.0, 0.0, 0.0, 0.0)


def test_hand_propagation_of_a_mixed_parcel() -> None:
    """3 x 48 + 2 x 84 = 312; sqrt((3 x 14.4)² + (2 x 25.2)²) = sqrt(43.2² + 50.4²) = 66.38."""
    found = stock({"crop": 3.0, "meadow": 2.0})
    assert found.value == 312.0
    assert found.sd == pytest.approx(66.38, abs=0.005)


def test_each_result_has_its_own_areas() -> None:
    model = StockModel({"soil": {"crop": 1.0}, "total": {"crop": 1.0, "meadow": 2.0}})
    assert model({"crop": 48.0, "meadow": 84.0}) == {"soil": 48.0, "total": 216.0}


@pytest.mark.parametrize("area", [-1.0, float("nan"), float("inf")])
def test_an_area_is_finite_and_not_negative(area: float) -> None:
    with pytest.raises(InvalidArea):
        StockModel({"total": {"crop": area}})


@given(lands, lands)
def test_stock_adds_up(one: dict[str, float], other: dict[str, float]) -> None:
    together = {name: one.get(name, 0.0) + other.get(name, 0.0) for name in {*one, *other}}
    assert stock(together).value == pytest.approx(stock(one).value + stock(other).value, rel=1e-12)


@given(lands, st.integers(1, 20))
def test_the_same_land_n_times_scales_value_and_doubt(land: dict[str, float], times: int) -> None:
    once, many = stock(land), stock({name: area * times for name, area in land.items()})
    assert many.value == pytest.approx(times * once.value, rel=1e-12)
    assert many.sd == pytest.approx(times * once.sd, rel=1e-7, abs=1e-9)


@given(lands)
def test_mean_density_lies_between_the_densities_present(land: dict[str, float]) -> None:
    area = fsum(land.values())
    if area < 1e-6:
        return
    present = [DENSITIES[name].value for name, hectares in land.items() if hectares > 0.0]
    assert min(present) * (1 - 1e-12) <= stock(land).value / area <= max(present) * (1 + 1e-12)


@given(lands)
def test_doubt_is_that_of_independent_densities(land: dict[str, float]) -> None:
    expected = sqrt(fsum((area * DENSITIES[name].sd) ** 2 for name, area in land.items()))
    assert stock(land).sd == pytest.approx(expected, rel=1e-6, abs=1e-6)
