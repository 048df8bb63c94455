from math import fsum, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidArea, UnitMismatch
from estran.carbon.quantity import Quantity
from estran.carbon.stock import StockTerm, carbon_stock, variance_shares

CROP = Quantity(48.0, 14.4, "tC/ha")
MEADOW = Quantity(84.0, 25.2, "tC/ha")
DENSITIES = {"crop": CROP, "meadow": MEADOW, "sealed": Quantity(30.0, 9.0, "tC/ha")}

terms = st.lists(
    st.builds(
        lambda name, area: StockTerm(DENSITIES[name], area, name),
        st.sampled_from(sorted(DENSITIES)),
        st.floats(0.0, 1e5, allow_nan=False),
    ),
    max_size=12,
)


def test_nothing_holds_nothing() -> None:
    assert carbon_stock([]) == Quantity(0.0, 0.0, "tC")
    assert variance_shares([]) == {}


def test_hand_propagation_of_a_mixed_parcel() -> None:
    """3 ha of crop in two parcels and 2 ha of meadow.

    Value: 3 x 48 + 2 x 84 = 312. Crop parcels err together: 3 x 14.4 = 43.2; meadow: 50.4;
    together sqrt(43.2² + 50.4²) = 66.38.
    """
    stock = carbon_stock(
        [StockTerm(CROP, 1.0, "crop"), StockTerm(CROP, 2.0, "crop"), StockTerm(MEADOW, 2.0, "meadow")]
    )
    assert stock.value == 312.0
    assert stock.sd == pytest.approx(66.38, abs=0.005)


def test_a_density_in_another_unit_is_refused() -> None:
    with pytest.raises(UnitMismatch, match="tC/ha"):
        StockTerm(Quantity(1.0, 0.1, "tC"), 1.0, "x")


@pytest.mark.parametrize("area", [-1.0, float("nan"), float("inf")])
def test_an_area_is_finite_and_not_negative(area: float) -> None:
    with pytest.raises(InvalidArea):
        StockTerm(CROP, area, "crop")


@given(terms, terms)
def test_stock_adds_up(one: list[StockTerm], other: list[StockTerm]) -> None:
    together = carbon_stock([*one, *other]).value
    assert together == pytest.approx(carbon_stock(one).value + carbon_stock(other).value, rel=1e-12)


@given(terms, st.integers(1, 20))
def test_the_same_land_n_times_scales_value_and_doubt(land: list[StockTerm], times: int) -> None:
    once, many = carbon_stock(land), carbon_stock(land * times)
    assert many.value == pytest.approx(times * once.value, rel=1e-12)
    assert many.sd == pytest.approx(times * once.sd, rel=1e-12)


@given(terms, st.randoms())
def test_order_does_not_matter(land: list[StockTerm], random: object) -> None:
    shuffled = list(land)
    random.shuffle(shuffled)
    assert carbon_stock(shuffled).value == carbon_stock(land).value
    assert carbon_stock(shuffled).sd == pytest.approx(carbon_stock(land).sd, rel=1e-12)


@given(terms)
def test_mean_density_lies_between_the_densities_present(land: list[StockTerm]) -> None:
    area = fsum(term.area_ha for term in land)
    if area < 1e-6:
        return
    present = [term.density.value for term in land if term.area_ha > 0.0]
    assert min(present) * (1 - 1e-12) <= carbon_stock(land).value / area <= max(present) * (1 + 1e-12)


@given(terms)
def test_doubt_lies_between_independence_and_full_correlation(land: list[StockTerm]) -> None:
    sds = [term.area_ha * term.density.sd for term in land]
    sd = carbon_stock(land).sd
    assert sqrt(fsum(value**2 for value in sds)) <= sd * (1 + 1e-9)
    assert sd <= fsum(sds) * (1 + 1e-9)


@given(terms)
def test_shares_of_the_variance_add_up_to_one(land: list[StockTerm]) -> None:
    shares = variance_shares(land)
    if carbon_stock(land).sd > 1e-6:
        assert fsum(shares.values()) == pytest.approx(1.0, rel=1e-9)
        assert list(shares.values()) == sorted(shares.values(), reverse=True)
