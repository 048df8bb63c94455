"""Canopies, freed soil and the duty of a car park: METHODS, section 7."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput
from estran.carbon.parking import (
    Rules,
    avoided_tco2e,
    canopy_power_kwp,
    desealed_tc,
    duty,
    is_large,
    soil_gain_tco2e,
)

RULES = Rules(threshold_m2=1500.0, large_m2=10_000.0, least_m2_per_space=12.0)


@pytest.mark.parametrize(
    ("area", "spaces", "expected"),
    [
        (1500.0, None, "none"),  # strictly more than 1500 m2
        (1500.01, None, "due"),
        (1600.0, 134.0, "not_assessed"),  # 11.9 m2 per space
        (1600.0, 133.0, "due"),  # 12.03
        (1600.0, 0.0, "due"),  # zero spaces is an unknown number
    ],
)
def test_duty(area: float, spaces: float | None, expected: str) -> None:
    assert duty(area, spaces, RULES, is_integrated=False) == expected


def test_a_park_within_a_building_owes_nothing() -> None:
    assert duty(20_000.0, 500.0, RULES, is_integrated=True) == "integrated"


def test_ten_thousand_square_metres_have_the_earlier_date() -> None:
    assert is_large(10_000.0, RULES)
    assert not is_large(9_999.9, RULES)


def test_the_law_on_a_park_of_1500_m2() -> None:
    # land_take_parking and photovoltaics: 0.5 x 1500 x 0.22 = 165 kWp; the built one quoted has about 150 kWp
    assert canopy_power_kwp(1500.0, share=0.5, layout=1.0, module_kwp_m2=0.22) == pytest.approx(165.0)
    assert canopy_power_kwp(1500.0, share=0.5, layout=0.9, module_kwp_m2=0.22) == pytest.approx(148.5)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1.0), st.floats(0.8, 1.0))
def test_power_never_exceeds_modules_over_the_whole_park(area: float, share: float, layout: float) -> None:
    power = canopy_power_kwp(area, share=share, layout=layout, module_kwp_m2=0.22)
    assert 0.0 <= power <= 0.22 * area * (1 + 1e-12)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_outside_0_to_1_is_refused_in_both_languages(share: float) -> None:
    with pytest.raises(InvalidInput) as error:
        canopy_power_kwp(100.0, share=share, layout=1.0, module_kwp_m2=0.22)
    assert "from 0 to 1" in error.value.en
    assert "de 0 à 1" in error.value.fr


def test_french_averages_leave_8_grams_per_kwh() -> None:
    # 0.0519 - 0.0439 = 0.008 kgCO2e/kWh: 8 tCO2e for 1 GWh, a benefit is negative
    assert avoided_tco2e(1e6, replaced=0.0519, embodied=0.0439) == pytest.approx(-8.0)
    # a dirtier making turns the benefit into an emission
    assert avoided_tco2e(1e6, replaced=0.0519, embodied=0.055) == pytest.approx(3.1)


def test_soil_is_never_gained_at_once() -> None:
    # 1 ha from 30 to 84 tC/ha: 54 x (1 - e^-1) after 20 years
    gained = [
        desealed_tc(1.0, target=84.0, sealed=30.0, years=float(year), time_constant=20.0)
        for year in (0, 1, 20, 1000)
    ]
    assert gained[0] == 0.0
    assert gained[1] == pytest.approx(54.0 * (1 - exp(-1 / 20)))
    assert gained[1] < 3.0
    assert gained[2] == pytest.approx(34.1345, abs=1e-4)
    assert gained[3] == pytest.approx(54.0)
    assert soil_gain_tco2e(3.0) == pytest.approx(-11.0)


def test_soil_gain_holds_for_draws() -> None:
    drawn = desealed_tc(
        2.0, target=np.array([84.0, 30.0]), sealed=30.0, years=20.0, time_constant=np.array([20.0, 20.0])
    )
    assert drawn == pytest.approx([68.269, 0.0], abs=1e-3)
