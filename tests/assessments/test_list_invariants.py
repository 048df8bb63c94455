"""What must hold for trips, exchanges and series: they add up, scale, and their order does not matter."""

from collections.abc import Callable
from typing import Any

import pytest
from assessments.asking import value
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope
from estran.assessments.exchange import assess_material_exchange
from estran.assessments.exchange_inputs import MaterialExchangeRequest
from estran.assessments.mobility import assess_mobility_footprint
from estran.assessments.mobility_inputs import MobilityFootprintRequest
from estran.assessments.request import read_request
from estran.assessments.trajectory import assess_trajectory
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]

few = settings(max_examples=8, deadline=None)

TRIPS = st.lists(
    st.fixed_dictionaries(
        {
            "distance_km": st.floats(0.0, 500.0),
            "mode": st.sampled_from(["car", "bus", "bicycle", "tgv", "walking"]),
            "count": st.integers(1, 300),
        }
    ),
    min_size=1,
    max_size=4,
)

LEVELS = st.lists(st.floats(100.0, 2000.0), min_size=4, max_size=6)


@pytest.fixture(scope="module")
def ask(tiny: Territory) -> Callable[[type, Any], Ask]:
    def of(model: type, assess: Callable[..., Envelope]) -> Ask:
        return lambda **inputs: assess(read_request(model, inputs), tiny)

    return of


@pytest.fixture(scope="module")
def travel(ask: Callable[..., Ask]) -> Ask:
    return ask(MobilityFootprintRequest, assess_mobility_footprint)


@pytest.fixture(scope="module")
def exchanged(ask: Callable[..., Ask]) -> Ask:
    return ask(MaterialExchangeRequest, assess_material_exchange)


@pytest.fixture(scope="module")
def follow(ask: Callable[..., Ask]) -> Ask:
    return ask(TerritoryTrajectoryRequest, assess_trajectory)


@few
@given(one=TRIPS, other=TRIPS)
def test_two_diaries_add_up_to_one(travel: Ask, one: list[Any], other: list[Any]) -> None:
    apart = [travel(trips=each) for each in (one, other)]
    together = travel(trips=[*one, *other])
    for name in ("total", "distance"):
        assert value(together, name) == pytest.approx(
            sum(value(each, name) for each in apart), rel=1e-9, abs=1e-9
        )


@few
@given(trips=TRIPS, times=st.integers(2, 9))
def test_a_trip_made_many_times_is_that_many_trips(travel: Ask, trips: list[Any], times: int) -> None:
    many = [{**each, "count": each["count"] * times} for each in trips]
    assert value(travel(trips=many)) == pytest.approx(times * value(travel(trips=trips)), rel=1e-9, abs=1e-9)


@few
@given(trips=TRIPS, longer=st.floats(1.0, 3.0))
def test_a_longer_trip_never_emits_less(travel: Ask, trips: list[Any], longer: float) -> None:
    far = [{**each, "distance_km": each["distance_km"] * longer} for each in trips]
    assert value(travel(trips=far)) >= value(travel(trips=trips)) - 1e-9
    assert value(travel(trips=trips)) >= 0.0


def lots(quantities: list[float], west: float) -> list[dict[str, Any]]:
    return [
        {
            "id": f"lot{rank}",
            "material": ("steel", "hdpe", "aluminium")[rank % 3],
            "quantity_t_per_year": quantity,
            "longitude": west + 0.01 * rank,
            "latitude": 46.16,
        }
        for rank, quantity in enumerate(quantities)
    ]


QUANTITIES = st.lists(st.floats(0.1, 500.0), min_size=1, max_size=5)


@few
@given(offered=QUANTITIES, needed=QUANTITIES, times=st.floats(0.1, 10.0))
def test_every_quantity_times_a_number_gains_that_many_times(
    exchanged: Ask, offered: list[float], needed: list[float], times: float
) -> None:
    once = exchanged(offers=lots(offered, -1.2), needs=lots(needed, -1.1))
    many = exchanged(
        offers=lots([each * times for each in offered], -1.2),
        needs=lots([each * times for each in needed], -1.1),
    )
    for name in ("total", "diverted", "transport"):
        assert value(many, name) == pytest.approx(times * value(once, name), rel=1e-6, abs=1e-6), name
    assert value(once) <= 0.0


@few
@given(offered=QUANTITIES, needed=QUANTITIES)
def test_what_is_exchanged_and_what_is_left_make_what_was_offered(
    exchanged: Ask, offered: list[float], needed: list[float]
) -> None:
    answer = exchanged(offers=lots(offered, -1.2), needs=lots(needed, -1.1))
    assert value(answer, "diverted") + value(answer, "unmatched_offers") == pytest.approx(
        sum(offered), rel=1e-9
    )
    assert value(answer, "diverted") + value(answer, "unmet_needs") == pytest.approx(sum(needed), rel=1e-9)


def series(levels: list[float], times: float = 1.0) -> dict[str, Any]:
    points = [{"year": 2019 + rank, "value": level * times} for rank, level in enumerate(levels)]
    return {"name": "all", "scope": "inventory", "observations": points}


def path(times: float = 1.0) -> dict[str, Any]:
    return {
        "base": {"year": 2019, "value": 1000.0 * times, "low": 900.0 * times, "high": 1100.0 * times},
        "scope": "inventory",
        "targets": [{"year": 2030, "change": -0.3}, {"year": 2040, "change": -1.0}],
    }


@few
@given(levels=LEVELS, times=st.floats(0.01, 100.0))
def test_a_territory_n_times_larger_has_n_times_the_gap(
    follow: Ask, levels: list[float], times: float
) -> None:
    one, many = (follow(**path(each), series=[series(levels, each)]) for each in (1.0, times))
    for name in ("total", "budget_gap_exponential", "gap_latest", "target_2030", "trend"):
        assert value(many, name) == pytest.approx(times * value(one, name), rel=1e-9, abs=1e-9), name
    low, high = one.indicator("total").low, one.indicator("total").high
    assert many.indicator("total").low == pytest.approx(times * low, rel=1e-9, abs=1e-9)
    assert many.indicator("total").high == pytest.approx(times * high, rel=1e-9, abs=1e-9)


@few
@given(levels=LEVELS, part=st.floats(0.1, 0.9), data=st.data())
def test_sectors_never_count_twice_in_any_order(
    follow: Ask, levels: list[float], part: float, data: Any
) -> None:
    """The whole and two sectors of it, in any order, have the gap of the whole."""
    whole = series(levels)
    sectors = [
        {**series(levels, share), "name": name, "is_part": True}
        for name, share in (("one", part), ("other", 1.0 - part))
    ]
    alone, together = (
        follow(**path(), series=each) for each in ([whole], data.draw(st.permutations([whole, *sectors])))
    )
    for name in ("total", "gap_latest", "observed_latest"):
        assert value(together, name) == pytest.approx(value(alone, name), rel=1e-9), name


@few
@given(levels=LEVELS, more=st.floats(0.0, 500.0))
def test_emitting_more_each_year_widens_the_gap_by_just_that(
    follow: Ask, levels: list[float], more: float
) -> None:
    """A constant is added in n years: its trapezoid is the constant times n - 1."""
    one = follow(**path(), series=[series(levels)])
    other = follow(**path(), series=[series([level + more for level in levels])])
    expected = more * (len(levels) - 1)
    assert value(other) - value(one) == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert value(other, "gap_latest") - value(one, "gap_latest") == pytest.approx(more, rel=1e-6, abs=1e-6)
