"""Gain of an exchange: METHODS section 10, by hand."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.exchange import (
    avoided_tco2e_per_t,
    break_even_km,
    compatible_pairs,
    haulage_tco2e_per_t,
)

ALWAYS = [-np.inf, np.inf]


def test_steel_by_hand():
    # mat035 2.211, mat036 0.938, no treatment: 1.273 t; 20 km at 0.0823 kg/t.km: 1.646 kg.
    avoided = avoided_tco2e_per_t(virgin=2.211, treatment=0.0, process=0.938)
    assert avoided == pytest.approx(1.273)
    assert avoided - haulage_tco2e_per_t(distance_km=20.0, freight=0.0823) == pytest.approx(1.271354)


def test_recycling_is_a_cost():
    # METHODS, section 10: the process emission of recycling taken as a benefit is the mistake.
    # Board, virgin 0.39, recycled 0.67: recycling alone costs 0.28 t; it pays if landfill (0.95) is avoided.
    assert avoided_tco2e_per_t(virgin=0.39, treatment=0.0, process=0.67) == pytest.approx(-0.28)
    assert avoided_tco2e_per_t(virgin=0.39, treatment=0.95, process=0.67) == pytest.approx(0.67)


def test_nothing_is_gained_at_distance_zero_with_equal_factors():
    gain = avoided_tco2e_per_t(virgin=1.5, treatment=0.0, process=1.5)
    assert gain - haulage_tco2e_per_t(distance_km=0.0, freight=0.0823) == 0.0


def test_a_lower_quality_replaces_less():
    assert avoided_tco2e_per_t(virgin=2.0, treatment=0.1, process=0.5, substitution=0.5) == pytest.approx(0.6)


@given(st.floats(1e-3, 10.0), st.floats(0.01, 2.0))
def test_the_break_even_distance_gains_nothing(avoided, freight):
    distance = break_even_km(avoided, freight)
    assert haulage_tco2e_per_t(distance_km=distance, freight=freight) == pytest.approx(avoided)


def test_what_gains_nothing_has_no_distance():
    assert break_even_km(-0.28, 0.0823) == 0.0
    assert break_even_km(1.0, 0.0) == inf


def test_quality_and_days_decide():
    offered = np.array([3.0, 1.0])
    required = np.array([2.0, 1.0])
    days = np.array([ALWAYS, [10.0, 20.0]]), np.array([[20.0, 30.0], [21.0, 30.0]])
    # The second offer is too poor for the first need and over before the second.
    assert compatible_pairs(offered, required, *days).tolist() == [[True, True], [False, False]]
