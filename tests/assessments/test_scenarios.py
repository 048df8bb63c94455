"""Variants of a project: what they share cancels, what separates them decides."""

from collections.abc import Callable
from math import fsum
from typing import Any

import pytest

from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.assessments.scenarios import assess_scenarios, read_variants
from estran.assessments.scenarios_geojson import difference_geojson
from estran.assessments.scenarios_inputs import CompareScenariosRequest
from estran.carbon.errors import InvalidInput
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

HOUSING = {"use": "collective_housing", "floor_area_m2_sref": 10_000}

TRIPS = {"trips_per_day": 500, "distance_km": 8}


@pytest.fixture(scope="module")
def compare(tiny: Territory, kilometres: Box) -> Ask:
    def answer(*variants: dict[str, Any], geometry: object = None, **inputs: object) -> Envelope:
        data = {
            "geometry": geometry or kilometres(0, 0),
            "crs": 2154,
            "variants": [{"name": "ABCDE"[rank], **each} for rank, each in enumerate(variants)],
            **inputs,
        }
        return assess_scenarios(read_request(CompareScenariosRequest, data), tiny)

    return answer


def value(answer: Any, name: str = "total") -> float | None:
    return answer.indicator(name).value


def verdicts(answer: Envelope) -> list[str]:
    return [each.code for each in answer.warnings if each.code.startswith("verdict")]


@pytest.mark.parametrize("method", ["monte-carlo", "analytic"])
def test_the_same_project_twice_differs_by_exactly_nothing(compare: Ask, method: str) -> None:
    same = {"programme": [HOUSING], "mobility": TRIPS, "after": {"building": 2.0}}
    answer = compare(same, same, method=method)
    difference = answer.indicator("difference_b")
    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
    assert value(answer, "probability_lower_b") == 0.5
    assert verdicts(answer) == ["verdict-undetermined"]
    assert value(answer, "total_a") == value(answer, "total_b")


@pytest.mark.parametrize("method", ["monte-carlo", "analytic"])
def test_a_small_difference_is_sure_although_the_totals_overlap(compare: Ask, method: str) -> None:
    """100 m2 of road, 2.5 t at 15 % (Base Carbone, 95 %): sure, beside totals unsure by thousands."""
    base = {"programme": [HOUSING], "mobility": TRIPS, "roads": [{"area_m2": 1000}]}
    answer = compare(base, {**base, "roads": [{"area_m2": 900}]}, method=method)
    total_a, total_b = answer.indicator("total_a"), answer.indicator("total_b")
    assert total_b.high > total_a.low + 1000.0
    assert value(answer) == pytest.approx(-2.5, rel=1e-9)
    difference = answer.indicator("difference_b")
    assert (difference.high - difference.low) / 2 == pytest.approx(2.5 * 0.15 * 1.645 / 1.96, rel=0.05)
    assert value(answer, "probability_lower_b") == pytest.approx(1.0, abs=1e-9)
    assert verdicts(answer) == ["verdict-almost-certain"]


def test_the_difference_has_the_doubt_of_what_differs_only(compare: Ask) -> None:
    """Timber instead of concrete: 650 x 10,000 x -0.15 = -975 t; total doubts do not add up."""
    timber = {**HOUSING, "structure": "timber"}
    answer = compare({"programme": [HOUSING], "mobility": TRIPS}, {"programme": [timber], "mobility": TRIPS})
    assert value(answer, "difference_b") == pytest.approx(6500 * (0.85 - 1.0), rel=1e-9)
    difference = answer.indicator("difference_b")
    assert difference.high - difference.low < 0.3 * (
        answer.indicator("total_a").high - answer.indicator("total_a").low
    )
    assert "mobility" not in {share.source for share in answer.uncertainty.shares}


def test_each_item_has_its_difference_and_they_add_up(compare: Ask) -> None:
    answer = compare(
        {"programme": [HOUSING], "mobility": TRIPS, "after": {"building": 1.0, "road": 1.0}},
        {"programme": [HOUSING], "mobility": TRIPS, "after": {"building": 1.0}},
        {"programme": [HOUSING], "mobility": TRIPS, "trees": {"planted": 100}},
    )
    for letter in "bc":
        rows = [row for row in answer.breakdown if f"difference_{letter}" in row.indicators]
        assert value(answer, f"difference_{letter}") == fsum(row.value for row in rows)
        assert value(answer, f"difference_{letter}") == pytest.approx(
            value(answer, f"total_{letter}") - value(answer, "total_a"), rel=1e-9
        )
    by_item = {row.item: row.value for row in answer.breakdown}
    assert by_item["b.soil"] == pytest.approx(-66.0, rel=1e-6)
    assert by_item["c.trees"] == pytest.approx(-125.0, rel=1e-9)
    assert by_item["b.construction"] == 0.0
    assert value(answer) == value(answer, "difference_c")


def test_an_item_evaluated_on_one_side_only_is_not_compared(compare: Ask) -> None:
    answer = compare({"programme": [HOUSING], "mobility": TRIPS}, {"programme": [HOUSING]})
    row = next(row for row in answer.breakdown if row.item == "b.mobility")
    assert row.value is None
    assert row.reason is not None
    assert answer.indicator("difference_b").partial
    assert value(answer, "difference_b") == 0.0
    assert "item-not-compared" in {each.code for each in answer.warnings}


def test_the_probability_is_the_part_of_the_draws_below_zero(compare: Ask) -> None:
    """Trees that differ by a sign only of their doubt: planting 100 against felling 100 of the same age."""
    answer = compare({"trees": {"felled": 10}}, {"trees": {"planted": 10}}, method="monte-carlo")
    assert value(answer, "probability_lower_b") == 1.0
    worse = compare({"trees": {"planted": 10}}, {"trees": {"felled": 10}}, method="monte-carlo")
    assert value(worse, "probability_lower_b") == 0.0
    message = next(each.message for each in worse.warnings if each.code == "verdict-almost-certain")
    assert "B emits more than A" in message.en
    assert "B émet davantage que A : quasi certain (plus de 99 chances sur 100)" in message.fr


def test_the_words_follow_the_probability(compare: Ask) -> None:
    """Soil of cropland against grassland sealed apart: 66 ± 17 x 3.67 against 198 ± 27 x 3.67."""
    features = [
        {"geometry": None, "after": {"artificial_sealed": 1.0}},
        {"geometry": None, "after": {"artificial_sealed": 1.001}},
    ]
    answer = compare(*[{"after": each["after"]} for each in features])
    chance = value(answer, "probability_lower_b")
    assert 0.0 < chance < 0.2
    assert verdicts(answer) == [f"verdict-{'almost-certain' if chance <= 0.05 else 'likely'}"]


def test_draws_are_the_same_for_the_same_seed(compare: Ask) -> None:
    variants = ({"programme": [HOUSING], "mobility": TRIPS}, {"trees": {"planted": 10}})
    one, two = (compare(*variants, seed=5) for _ in range(2))
    assert one.canonical() == two.canonical()
    assert compare(*variants, seed=6).indicator("total_a").low != one.indicator("total_a").low


@pytest.mark.parametrize(
    ("variants", "en", "fr"),
    [
        ([{}], "variants", "variants"),
        ([{}] * 6, "variants", "variants"),
        ([{"name": "X"}, {"name": "X"}], "two variants are named 'X'", "deux variantes se nomment 'X'"),
        ([{}, {"horizon_years": 30}], "different horizons", "horizons différents"),
        ([{}, {"after": {"road": 6000.0}}], r"variants\[1\].*not in m2", "pas en m2"),
    ],
)
def test_wrong_variants_are_refused(compare: Ask, variants: list[dict[str, Any]], en: str, fr: str) -> None:
    with pytest.raises(InvalidInput, match=en) as caught:
        compare(*variants[:5], *variants[5:]) if len(variants) < 6 else compare(
            *variants[:5], geometry=None, variants=[{"name": str(rank)} for rank in range(6)]
        )
    assert fr in caught.value.fr


def test_one_variant_outside_the_territory_leaves_no_number(compare: Ask, kilometres: Box) -> None:
    answer = compare({}, {"geometry": kilometres(20, 20)})
    assert {each.value for each in answer.indicators} == {None}


def test_the_difference_geometry_is_the_land_that_differs(tiny: Territory, kilometres: Box) -> None:
    """A: the square (0, 0), a road on its west half. B: the same, and the square (1, 0)."""

    def collection(*parts: tuple[dict[str, Any], str]) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": box, "properties": {"after": after}} for box, after in parts
            ],
        }

    west, east = kilometres(0, 0, 0.5, 1), kilometres(0.5, 0, 0.5, 1)
    data = {
        "geometry": kilometres(0, 0),
        "crs": 2154,
        "variants": [
            {"name": "A", "geometry": collection((west, "road"), (east, "cropland"))},
            {
                "name": "B",
                "geometry": collection((west, "road"), (east, "orchard"), (kilometres(1, 0), "road")),
            },
        ],
    }
    request = read_request(CompareScenariosRequest, data)
    drawn = difference_geojson(assess_scenarios(request, tiny), ["A", "B"], read_variants(request, tiny))
    found = {
        (each["properties"]["where"], each["properties"]["after"], each["properties"]["after_reference"]): (
            each["properties"]["area_ha"]
        )
        for each in drawn["features"]
    }
    assert found == {
        ("both", "orchard", "cropland"): pytest.approx(50.093, rel=1e-3),
        ("variant only", "road", None): pytest.approx(100.186, rel=1e-3),
    }
