from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput, UnitMismatch
from estran.carbon.quantity import Quantity, normal_quantile
from estran.carbon.units import CO2_PER_C, TONNE_C, TONNE_CO2

numbers = st.floats(-1e9, 1e9, allow_nan=False)
doubts = st.floats(0.0, 1e9, allow_nan=False)


def test_one_tonne_of_carbon_is_3_6667_tonnes_of_co2_once() -> None:
    assert round(Quantity(1.0, 0.0, TONNE_C).scaled(CO2_PER_C, unit=TONNE_CO2).value, 4) == 3.6667


@pytest.mark.parametrize(("confidence", "reach"), [(0.6827, 1.0), (0.9, 1.6449), (0.95, 1.9600)])
def test_quantile_is_that_of_the_normal_tables(confidence: float, reach: float) -> None:
    assert normal_quantile(confidence) == pytest.approx(reach, abs=1e-4)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.1, float("nan")])
def test_confidence_outside_0_and_1_is_refused(confidence: float) -> None:
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        Quantity(1.0, 1.0, TONNE_C).interval(confidence)


def test_units_never_mix() -> None:
    with pytest.raises(UnitMismatch, match="tC and tCO2"):
        Quantity(1.0, 0.0, TONNE_C) + Quantity(1.0, 0.0, TONNE_CO2)
    with pytest.raises(UnitMismatch):
        Quantity(1.0, 0.0, TONNE_C) - Quantity(1.0, 0.0, TONNE_CO2)


@given(numbers, doubts, numbers, doubts)
def test_independent_doubts_add_in_quadrature(a: float, sa: float, b: float, sb: float) -> None:
    total = Quantity(a, sa, TONNE_C) + Quantity(b, sb, TONNE_C)
    change = Quantity(a, sa, TONNE_C) - Quantity(b, sb, TONNE_C)
    assert total.value == a + b
    assert change.value == a - b
    assert total.sd == change.sd == hypot(sa, sb)


@given(numbers, doubts, st.floats(0.5, 0.99), st.floats(1.0, 10.0))
def test_a_wider_doubt_never_narrows_the_interval(
    value: float, sd: float, confidence: float, wider: float
) -> None:
    low, high = Quantity(value, sd, TONNE_C).interval(confidence)
    wide_low, wide_high = Quantity(value, sd * wider, TONNE_C).interval(confidence)
    assert wide_low <= low <= value <= high <= wide_high
