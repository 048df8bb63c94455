"""What must hold for any project and any variants: scale, order, zero, more is no less, opposites."""

from collections.abc import Callable
from typing import Any

import pytest
from assessments.project_answers import Ask, Box, row, value
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.assessments.scenarios import assess_scenarios
from estran.assessments.scenarios_inputs import CompareScenariosRequest
from estran.layers.territory import Territory

few = settings(max_examples=8, deadline=None)

ITEMS = ("soil", "n2o", "biomass", "construction", "parking", "road", "mobility", "trees", "operation")

LISTS: dict[str, list[dict[str, Any]]] = {
    "programme": [
        {"use": "house", "floor_area_m2_sref": 500},
        {"use": "office", "floor_area_m2_sref": 900, "structure": "timber"},
        {"use": "school", "floor_area_m2_sref": 700},
    ],
    "parking": [
        {"spaces": 40},
        {"spaces": 30, "kind": "structure_metal"},
        {"spaces": 5, "pavement": "concrete"},
    ],
    "roads": [{"area_m2": 100}, {"area_m2": 300, "traffic": "tc5"}, {"area_m2": 50, "pavement": "concrete"}],
}


@pytest.fixture(scope="module")
def compared(tiny: Territory, kilometres: Box) -> Callable[..., Envelope]:
    def answer(*variants: dict[str, Any]) -> Envelope:
        data = {"geometry": kilometres(0, 0, 2, 2), "crs": 2154, "variants": list(variants), "draws": 2000}
        return assess_scenarios(read_request(CompareScenariosRequest, data), tiny)

    return answer


def scaled(factor: float) -> dict[str, Any]:
    """The same project, every quantity times a factor."""
    return {
        "after": {"building": 2.0 * factor, "artificial_grass_shrubs": 4.0 * factor},
        "programme": [{"use": "office", "floor_area_m2_sref": 8000.0 * factor}],
        "roads": [{"area_m2": 3000.0 * factor}],
        "trees": {"planted": 100.0 * factor, "felled": 10.0 * factor},
        "mobility": {"trips_per_day": 900.0 * factor},
        "demolition_m2": 500.0 * factor,
        "pv_kwp": 50.0 * factor,
    }


@few
@given(factor=st.floats(0.01, 5.0))
def test_everything_times_a_number_is_the_impact_times_that_number(
    impact: Ask, kilometres: Box, factor: float
) -> None:
    once, times = (impact(kilometres(0, 0, 2, 2), **scaled(each)) for each in (1.0, factor))
    for name in ("total", "pulse", "mean_annual", "pv_avoided"):
        assert value(times, name) == pytest.approx(factor * value(once, name), rel=1e-9), name
    for each in once.breakdown:
        assert row(times, each.item).value == pytest.approx(factor * (each.value or 0.0), rel=1e-9, abs=1e-9)


@few
@given(orders=st.tuples(*(st.permutations(range(3)) for _ in LISTS)))
def test_the_order_of_a_programme_does_not_matter(
    impact: Ask, kilometres: Box, orders: tuple[list[int], ...]
) -> None:
    shuffled = {
        name: [entries[rank] for rank in order]
        for (name, entries), order in zip(LISTS.items(), orders, strict=True)
    }
    one, other = (impact(kilometres(0, 0), **each) for each in (LISTS, shuffled))
    assert value(one) == pytest.approx(value(other), rel=1e-12)
    assert one.indicator("total").low == pytest.approx(other.indicator("total").low, rel=1e-9)


@few
@given(
    name=st.sampled_from(["demolition_m2", "sealed_m2", "inhabitants"]),
    amount=st.floats(1.0, 5e4),
    more=st.floats(1.0, 3.0),
)
def test_more_of_what_emits_never_emits_less(
    impact: Ask, kilometres: Box, name: str, amount: float, more: float
) -> None:
    rest: dict[str, Any] = {"mobility": {"distance_km": 8}} if name == "inhabitants" else {}
    less, greater = (impact(kilometres(0, 0), **rest, **{name: each}) for each in (amount, amount * more))
    assert value(greater) >= value(less) - 1e-9
    assert greater.indicator("total").high >= less.indicator("total").high - 1e-9


@few
@given(years=st.integers(1, 100))
def test_a_project_of_nothing_is_zero_at_any_horizon(impact: Ask, kilometres: Box, years: int) -> None:
    answer = impact(kilometres(0, 0, 2, 2), horizon_years=years)
    assert [row(answer, item).value for item in ITEMS] == [0.0] * len(ITEMS)
    assert value(answer) == 0.0
    assert answer.indicator("total").high == 0.0


@few
@given(years=st.integers(1, 60))
def test_a_soil_sealed_and_unsealed_comes_back_with_the_years(
    impact: Ask, kilometres: Box, years: int
) -> None:
    """66 tCO2 are lost by a hectare of cropland at once, and come back a twentieth a year."""
    lost = impact(kilometres(0, 0), after={"artificial_sealed": 1.0}, horizon_years=years)
    back = impact(kilometres(0, 1), after={"cropland": 1.0}, horizon_years=years)
    both = row(lost, "soil").value + row(back, "soil").value
    assert both == pytest.approx(66.0 * (1.0 - min(years, 20) / 20.0), rel=1e-6, abs=1e-6)


def test_points_and_lines_have_no_land_and_keep_their_programme(impact: Ask, kilometres: Box) -> None:
    """A school on a point has no soil; its construction is that of its floors."""
    x, y = kilometres(0, 0)["coordinates"][0][0]
    school = [{"use": "school", "floor_area_m2_sref": 1000}]
    answer = impact({"type": "Point", "coordinates": [x + 500, y + 500]}, programme=school, permit_year=2025)
    assert row(answer, "soil").value == 0.0
    assert row(answer, "construction").value == pytest.approx(1000 * 0.770)


@few
@given(first=st.floats(0.1, 3.0), second=st.floats(0.1, 3.0))
def test_b_against_a_is_the_opposite_of_a_against_b(
    compared: Callable[..., Envelope], first: float, second: float
) -> None:
    variants = [{"name": name, **scaled(each)} for name, each in (("A", first), ("B", second))]
    one, other = compared(*variants), compared(*reversed(variants))
    ahead, behind = one.indicator("difference_b"), other.indicator("difference_b")
    assert ahead.value == pytest.approx(-behind.value, rel=1e-9, abs=1e-6)
    assert (ahead.low, ahead.high) == pytest.approx((-behind.high, -behind.low), rel=1e-9, abs=1e-6)
    assert ahead.value == pytest.approx(value(one, "total_b") - value(one, "total_a"), rel=1e-6, abs=1e-6)
    either = value(one, "probability_lower_b") + value(other, "probability_lower_b")
    assert either == pytest.approx(1.0, abs=1e-9)


@few
@given(third=st.floats(0.1, 3.0))
def test_one_more_variant_changes_no_other_difference(
    compared: Callable[..., Envelope], third: float
) -> None:
    pair = [{"name": "A", **scaled(1.0)}, {"name": "B", **scaled(0.9)}]
    two, three = compared(*pair), compared(*pair, {"name": "C", **scaled(third)})
    for name in ("total_a", "total_b", "difference_b", "probability_lower_b"):
        assert value(three, name) == pytest.approx(value(two, name), rel=1e-12), name
