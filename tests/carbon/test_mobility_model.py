"""Cleaning and emission of a trace: METHODS section 9, on a straight road."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput
from estran.carbon.mobility import (
    Cleaning,
    clean_trace,
    per_person_kgco2e_km,
    smoothed_speeds_kmh,
    speed_bands,
    unmasked_span,
)

RULES = Cleaning(accuracy_m=100.0, speed_kmh=250.0, gap_min=10.0)


def on_a_road(place):
    places = np.asarray(place, dtype=np.float64)
    return lambda start, end: np.abs(places[end] - places[start])


def cleaned(place, times, *, accuracies=None, rules=RULES):
    times = np.asarray(times, dtype=np.float64)
    known = np.full(len(times), np.nan) if accuracies is None else np.asarray(accuracies, dtype=np.float64)
    return clean_trace(times, known, on_a_road(place), rules)


STEPS = st.lists(st.tuples(st.floats(0.0, 20_000.0), st.integers(0, 900)), min_size=1, max_size=30)


@given(STEPS)
def test_a_trace_read_backwards_is_as_long(steps):
    place = np.cumsum([0.0, *(metres for metres, _ in steps)])
    times = np.cumsum([0, *(seconds + 1 for _, seconds in steps)]).astype(np.float64)
    forward = cleaned(place, times)
    backward = cleaned(place[::-1], times[::-1])
    returned = cleaned(place[::-1], times)
    mirrored = cleaned(place[::-1], times[-1] - times[::-1])
    assert backward.distance_m == pytest.approx(forward.distance_m)
    assert mirrored.distance_m == pytest.approx(forward.distance_m)
    assert returned.steps_m.sum() <= place[-1] + 1e-6


@given(st.floats(0.05, 0.95))
def test_a_point_on_the_way_changes_nothing(share):
    place, times = [0.0, 600.0, 2000.0], [0.0, 120.0, 300.0]
    more = cleaned([0.0, 600.0, 600.0 + 1400.0 * share, 2000.0], [0.0, 120.0, 120.0 + 180.0 * share, 300.0])
    assert more.distance_m == pytest.approx(cleaned(place, times).distance_m)
    speeds = smoothed_speeds_kmh(more, 60.0)
    # The step of 1,400 m in 180 s is at 28 km/h in its middle and later, however it is cut.
    assert speeds[-1] <= 28.0 + 1e-9


def test_two_points_at_one_time_are_one():
    trace = cleaned([0.0, 900.0, 100.0], [0.0, 60.0, 60.0])
    assert trace.same_time == 1
    assert len(trace.kept) == 2


def test_an_inaccurate_point_is_dropped_and_an_unknown_accuracy_is_not():
    trace = cleaned([0.0, 400.0, 100.0], [0.0, 30.0, 60.0], accuracies=[5.0, 101.0, np.nan])
    assert (trace.distance_m, trace.inaccurate) == (100.0, 1)


def test_a_spike_is_dropped_and_a_jump_splits():
    # 100 km off for one second: both steps are too fast, the point goes.
    spike = cleaned([0.0, 100.0, 100_000.0, 200.0], [0.0, 60.0, 61.0, 120.0])
    assert (spike.distance_m, spike.too_fast, spike.gaps) == (200.0, 1, 0)
    # 50 km in a minute between two places that both hold: no distance is invented.
    jump = cleaned([0.0, 100.0, 50_100.0, 50_200.0], [0.0, 60.0, 120.0, 180.0])
    assert (jump.distance_m, jump.too_fast, jump.gaps) == (200.0, 1, 1)


def test_a_train_may_go_faster():
    # 5 km in a minute is 300 km/h.
    fast = [0.0, 5000.0, 10_000.0], [0.0, 60.0, 120.0]
    assert cleaned(*fast).distance_m == 0.0
    rules = Cleaning(accuracy_m=100.0, speed_kmh=None, gap_min=10.0)
    assert cleaned(*fast, rules=rules).distance_m == 10_000.0


def test_a_silence_splits_unless_it_is_crossed():
    silent = [0.0, 1000.0, 9000.0, 9500.0], [0.0, 60.0, 661.0, 700.0]
    assert cleaned(*silent).distance_m == 1500.0
    crossed = Cleaning(accuracy_m=100.0, speed_kmh=250.0, gap_min=10.0, interpolates=True)
    assert cleaned(*silent, rules=crossed).distance_m == 9500.0
    exactly = [0.0, 1000.0], [0.0, 600.0]
    assert cleaned(*exactly).distance_m == 1000.0


def test_who_does_not_move_goes_nowhere():
    assert cleaned([5.0] * 4, [0.0, 10.0, 20.0, 30.0]).distance_m == 0.0


def test_one_point_is_no_trace():
    trace = cleaned([0.0, 10_000.0], [0.0, 10.0], accuracies=[500.0, 500.0])
    assert (trace.distance_m, len(trace.kept), trace.inaccurate) == (0.0, 0, 2)


def test_speeds_are_those_of_the_window():
    # 1 km in 60 s (60 km/h), then 1 km in 600 s (6 km/h), with a minute on both sides.
    trace = cleaned([0.0, 1000.0, 2000.0], [0.0, 60.0, 660.0])
    first, second = smoothed_speeds_kmh(trace, 60.0)
    # The first window goes from 0 to 90 s: 1,000 m and 30 s of the slow step, 50 m.
    assert first == pytest.approx(1050.0 / 90.0 * 3.6)
    assert second == pytest.approx(6.0)


def test_a_limit_belongs_to_the_slower_band():
    assert speed_bands(np.array([7.0, 7.01]), np.array([7.0, 22.0])).tolist() == [0, 1]


def test_a_bus_factor_is_per_passenger_already():
    # METHODS, section 9: dividing a passenger-km factor by the occupancy is the mistake.
    assert per_person_kgco2e_km(0.12242, None) == 0.12242
    assert per_person_kgco2e_km(0.1423, 1.6) == pytest.approx(0.0889375)


def test_the_ends_are_hidden():
    assert unmasked_span(np.array([400.0]), 200.0) is None
    assert unmasked_span(np.array([401.0]), 200.0) == (200.0, 201.0)
    with pytest.raises(InvalidInput):
        unmasked_span(np.array([401.0]), -1.0)
