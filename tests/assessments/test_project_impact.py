"""Development projects on a real ledger of eight square kilometres, every item by hand."""

from math import fsum, sqrt
from typing import Any

import pytest
from assessments.project_answers import FULL, REACH, Ask, Box, codes, row, slow, value
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("place", "soil"),
    [((0, 0), 66.0), ((1, 1, 1, 0.5), 198.0), ((1, 1.5, 1, 0.5), (83.1 - 30) * 44 / 12)],
    ids=["cropland", "grassland", "salt meadow"],
)
def test_sealing_one_hectare(impact: Ask, kilometres: Box, place: tuple[float, ...], soil: float) -> None:
    """METHODS 4: 18 tC on cropland, 54 on grassland; the soil of a wetland replaces that of its class."""
    answer = impact(kilometres(*place), after={"artificial_sealed": 1.0})
    assert row(answer, "soil").value == pytest.approx(soil, rel=1e-6)
    assert row(answer, "n2o").value == pytest.approx(soil * 12 / 44 / 15 * 0.01225 * 44 / 28 * 273, rel=1e-6)
    assert value(answer) == pytest.approx(soil * (1 + 12 / 44 / 15 * 0.01225 * 44 / 28 * 273), rel=1e-6)
    assert value(answer, "pulse") == value(answer)
    assert value(answer, "mean_annual") == 0.0
    assert [(each.year, each.item) for each in answer.timeline if each.item != "cumulated"] == [
        (1, "soil"),
        (1, "n2o"),
    ]


def test_base_carbone_stands_beside_and_never_in_the_total(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(0, 0), after={"building": 1.0})
    assert value(answer, "soil_base_carbone") == pytest.approx(190.0, rel=1e-6)
    assert value(answer) == pytest.approx(66.0 + 6.3063, rel=1e-5)
    assert all(each.item != "soil_base_carbone" for each in answer.breakdown)


def test_a_gain_of_soil_is_spread_over_twenty_years(impact: Ask, kilometres: Box) -> None:
    """Unsealed to grass: 54 tC gained; 198 tCO2 in 20 years, a quarter of it in 5. No N2O is gained."""
    answer = impact(kilometres(0, 1), desealed_m2=10_000)
    assert row(answer, "soil").value == pytest.approx(-198.0, rel=1e-6)
    assert row(answer, "n2o").value == 0.0
    assert value(answer, "pulse") == 0.0
    years = [each for each in answer.timeline if each.item == "soil"]
    assert [each.year for each in years] == list(range(1, 21))
    assert {round(each.value, 6) for each in years} == {-9.9}
    short = impact(kilometres(0, 1), desealed_m2=10_000, horizon_years=5)
    assert row(short, "soil").value == pytest.approx(-49.5, rel=1e-6)


def test_what_accumulates_has_its_own_interval(impact: Ask, kilometres: Box) -> None:
    """Unsealed to grass: 9.9 tCO2 a year for 20 years, soils of 84 ± 25.2 and 30 ± 9 tC/ha.

    Grass grows meanwhile on 7 ± 3.5 tC/ha, over 20 years too: 25.667 tCO2. At the end of year 5, a quarter
    of 198 + 25.667 with a quarter of the doubt; after year 20 nothing moves. The line of the years is not
    their intervals summed: one soil errs alike in all of them.
    """
    answer = impact(kilometres(0, 1), desealed_m2=10_000)
    points = {each.year: each for each in answer.timeline if each.item == "cumulated"}
    assert sorted(points) == list(range(1, 51))
    sd = 44 / 12 * sqrt(25.2**2 + 9.0**2 + 3.5**2)
    for year, part in ((5, 0.25), (20, 1.0), (50, 1.0)):
        assert points[year].value == pytest.approx(-(198.0 + 7.0 * 44 / 12) * part, rel=1e-6)
        assert points[year].high - points[year].value == pytest.approx(REACH * sd * part, rel=1e-6)
    assert points[50].value == pytest.approx(value(answer), rel=1e-12)
    assert points[50].low == pytest.approx(answer.indicator("total").low, rel=1e-9)
    assert points[1].unit == "tCO2e"
    assert points[1].title.fr == "Cumul depuis la première année"


def test_what_only_emits_never_removes_at_the_end_of_its_interval(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(0, 0, 2, 2), **FULL)
    for item in ("soil", "n2o", "biomass", "construction", "parking", "road", "trees"):
        assert row(answer, item).low >= 0.0, item
    for item in ("soil_later", "biomass_later", "trees_later"):
        assert row(answer, item).high <= 0.0, item


def test_clearing_a_wood_is_immediate_and_planting_one_takes_longer_than_the_horizon(
    impact: Ask, kilometres: Box
) -> None:
    """F1 broadleaf: 89.15 + 15.18 + 9 tC/ha lost at once; planted, 50 of 60 years count."""
    stock = (89.15 + 15.18 + 9.0) * 44 / 12
    cleared = impact(kilometres(1, 0), after={"cropland": 1.0})
    assert row(cleared, "biomass").value == pytest.approx(stock, rel=1e-6)
    assert row(cleared, "biomass").indicators == ("total", "pulse")
    planted = impact(kilometres(0, 0), after={"forest_broadleaf": 1.0})
    assert row(planted, "biomass").value == pytest.approx(-stock * 50 / 60, rel=1e-6)
    assert row(planted, "biomass").indicators == ("total", "mean_annual")


def test_a_project_and_its_inverse_are_not_symmetrical(impact: Ask, kilometres: Box) -> None:
    sealed = impact(kilometres(1, 1, 1, 0.5), after={"artificial_sealed": 1.0}, horizon_years=10)
    back = impact(kilometres(0, 1), after={"grassland_herbaceous": 1.0}, horizon_years=10)
    assert row(sealed, "soil").value == pytest.approx(198.0, rel=1e-6)
    assert row(back, "soil").value == pytest.approx(-99.0, rel=1e-6)


@pytest.mark.parametrize(
    ("place", "after"),
    [((0, 0), "cropland"), ((1, 0), "forest_broadleaf"), ((0, 1), "artificial_sealed")],
)
def test_the_same_land_and_no_building_is_zero(
    impact: Ask, kilometres: Box, place: tuple[int, int], after: str
) -> None:
    answer = impact(kilometres(*place), after={after: 50.0})
    assert value(answer) == value(answer, "pulse") == value(answer, "mean_annual") == 0.0
    assert answer.indicator("total").low == answer.indicator("total").high == 0.0
    assert {each.value for each in answer.breakdown} == {0.0}
    assert answer.timeline == ()


def test_nothing_asked_changes_nothing(impact: Ask, kilometres: Box) -> None:
    assert value(impact(kilometres(0, 0, 4, 2))) == 0.0


def test_a_wet_meadow_that_changes_plants_keeps_its_soil(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(1, 1.5, 1, 0.5), after={"grassland_shrubs": 10.0})
    assert row(answer, "soil").value == 0.0
    assert row(answer, "biomass").value < 0.0
    assert "wetland-lost" not in codes(answer)
    assert "wetland-lost" in codes(impact(kilometres(1, 1.5, 1, 0.5), after={"road": 10.0}))


@pytest.mark.parametrize(
    ("inputs", "item", "tonnes"),
    [
        ({"programme": [{"use": "house", "floor_area_m2_sref": 1000}]}, "construction", 530.0),
        (
            {"programme": [{"use": "house", "floor_area_m2_sref": 1000}], "permit_year": 2028},
            "construction",
            475.0,
        ),
        (
            {"programme": [{"use": "house", "floor_area_m2_sref": 1000}], "permit_year": 2024},
            "construction",
            640.0,
        ),
        (
            {"programme": [{"use": "office", "floor_area_m2_sref": 1000, "structure": "timber"}]},
            "construction",
            810 * 0.85,
        ),
        (
            {"programme": [{"use": "collective_housing", "floor_area_m2_sref": 1000}]},
            "operation",
            85 / 1.9 * 0.079 * 50,
        ),
        (
            {
                "programme": [
                    {
                        "use": "hotel",
                        "floor_area_m2_sref": 1000,
                        "energy": [{"carrier": "gas", "kwh_per_m2_year": 40}],
                    }
                ]
            },
            "operation",
            40 * 0.227 * 50,
        ),
        ({"parking": [{"spaces": 100}]}, "parking", 100 * 25 * 73 / 1000),
        ({"parking": [{"spaces": 100, "kind": "structure_metal"}]}, "parking", 100 * 25 * 220 / 1000),
        ({"roads": [{"area_m2": 1000}]}, "road", 25.0),
        (
            {
                "mobility": {
                    "trips_per_day": 1000,
                    "distance_km": 10,
                    "modal_shares": {"car": 1.0},
                    "car_occupancy": 2,
                }
            },
            "mobility",
            365 * 1000 * 10 * 0.1423 / 2 * 50 / 1000,
        ),
        (
            {"mobility": {"trips_per_day": 1000, "distance_km": 10, "modal_shares": {"bus": 1.0}}},
            "mobility",
            365 * 1000 * 10 * 0.12242 * 50 / 1000,
        ),
        (
            {
                "mobility": {"trips_per_day": 1000, "distance_km": 10, "modal_shares": {"bus": 1.0}},
                "reference": {
                    "mobility": {"trips_per_day": 1000, "distance_km": 10, "modal_shares": {"bus": 1.0}}
                },
            },
            "mobility",
            0.0,
        ),
        (
            {
                "inhabitants": 100,
                "mobility": {"distance_km": 10, "modal_shares": {"tram": 1.0}},
            },
            "mobility",
            365 * 300 * 10 * 0.00428 * 50 / 1000,
        ),
        ({"trees": {"planted": 40}}, "trees", -50.0),
        ({"trees": {"felled": 10, "felled_age_years": 40}}, "trees", 10.0),
        ({"demolition_m2": 1000}, "demolition", 35.0),
    ],
)
def test_each_item_by_hand(
    impact: Ask, kilometres: Box, inputs: dict[str, Any], item: str, tonnes: float
) -> None:
    answer = impact(kilometres(0, 0), **inputs)
    assert row(answer, item).value == pytest.approx(tonnes, rel=1e-9, abs=1e-9)


def test_electricity_that_gets_cleaner_by_hand(impact: Ask, kilometres: Box) -> None:
    """40 kWh/m2 at 0.079: 3.16 t in the first year, then 2 % less each year."""
    energy = [{"carrier": "electricity_heating", "kwh_per_m2_year": 40}]
    answer = impact(
        kilometres(0, 0),
        programme=[{"use": "office", "floor_area_m2_sref": 1000, "energy": energy}],
        electricity_yearly_change=-0.02,
    )
    assert row(answer, "operation").value == pytest.approx(3.16 * (1 - 0.98**50) / 0.02, rel=1e-9)
    years = [each.value for each in answer.timeline if each.item == "operation"]
    assert len(years) == 50
    assert years[0] == pytest.approx(3.16, rel=1e-9)
    assert fsum(years) == pytest.approx(row(answer, "operation").value, rel=1e-12)


@pytest.mark.parametrize(("horizon", "made"), [(30, 1), (50, 2)])
def test_photovoltaics_stand_beside_the_total(impact: Ask, kilometres: Box, horizon: int, made: int) -> None:
    """100 kWp at the national 1,300 kWh/kWp, ageing 0.5 % a year from the first to the next modules."""
    years = [t % 30 for t in range(horizon)]
    new = sum(0.995**t for t in years)
    answer = impact(kilometres(0, 0), pv_kwp=100, horizon_years=horizon)
    by_hand = 100 * (1580 * made - 0.0519 * 1300 * new) / 1000
    assert value(answer, "pv_avoided") == pytest.approx(by_hand, rel=1e-9)
    assert value(answer) == 0.0
    assert all(each.item != "pv_avoided" for each in (*answer.breakdown, *answer.timeline))


def scaled(node: Any, factor: float) -> Any:
    extensive = {
        "floor_area_m2_sref",
        "spaces",
        "area_m2",
        "planted",
        "felled",
        "demolition_m2",
        "inhabitants",
        "operation_tco2e_per_year",
    }
    if isinstance(node, list):
        return [scaled(each, factor) for each in node]
    if isinstance(node, dict):
        return {
            key: (
                {name: area * factor for name, area in each.items()}
                if key == "after"
                else type(each)(each * factor)
                if key in extensive
                else scaled(each, factor)
            )
            for key, each in node.items()
        }
    return node


def test_everything_halved_halves_the_impact(impact: Ask, kilometres: Box) -> None:
    whole, half = impact(kilometres(0, 0, 2, 1), **FULL), impact(kilometres(0, 0, 2, 1), **scaled(FULL, 0.5))
    for one, other in zip(whole.breakdown, half.breakdown, strict=True):
        assert other.item == one.item
        assert other.value == pytest.approx(one.value / 2, rel=1e-9)
    for name in ("total", "pulse", "mean_annual"):
        assert value(half, name) == pytest.approx(value(whole, name) / 2, rel=1e-9)
    for name in ("total_per_floor_area", "total_per_inhabitant"):
        assert value(half, name) == pytest.approx(value(whole, name), rel=1e-9)


@slow
@given(st.sampled_from([1, 5, 20, 30, 50, 60, 100]), st.sampled_from(["analytic", "monte-carlo"]))
def test_items_add_up_and_years_add_up_to_items(
    impact: Ask, kilometres: Box, horizon: int, method: str
) -> None:
    answer = impact(kilometres(0, 0, 2, 2), **FULL, horizon_years=horizon, method=method, draws=2000)
    rows = {each.item: each for each in answer.breakdown if each.value is not None}
    assert value(answer) == fsum(each.value for each in rows.values())
    assert value(answer, "pulse") == fsum(e.value for e in rows.values() if "pulse" in e.indicators)
    assert value(answer, "pulse") + horizon * value(answer, "mean_annual") == pytest.approx(
        value(answer), rel=1e-9
    )
    by_item: dict[str, list[float]] = {}
    for point in answer.timeline:
        assert 1 <= point.year <= horizon
        if point.item == "cumulated":
            continue
        by_item.setdefault(point.item, []).append(point.value)
    for item, values in by_item.items():
        assert fsum(values) == pytest.approx(rows[item].value, rel=1e-9)
    assert fsum(map(fsum, by_item.values())) == pytest.approx(value(answer), rel=1e-9)


def test_cutting_the_outline_into_features_changes_nothing(impact: Ask, kilometres: Box) -> None:
    boxes = [kilometres(0, 0, 0.5, 1), kilometres(0.5, 0, 0.7, 1), kilometres(1.2, 0, 0.8, 1)]
    features = [
        {"type": "Feature", "geometry": box, "properties": {"after": "artificial_sealed"}} for box in boxes
    ]
    cut = impact({"type": "FeatureCollection", "features": features})
    whole = impact({"type": "Feature", **features[0], "geometry": kilometres(0, 0, 2, 1)})
    assert value(cut) == pytest.approx(value(whole), rel=1e-9)
    assert fsum(value(each) for each in cut.features) == pytest.approx(value(cut), rel=1e-9)
    assert len(cut.features) == 3


def test_features_without_a_class_stay_as_they_are(impact: Ask, kilometres: Box) -> None:
    features = [
        {"type": "Feature", "geometry": kilometres(0, 0), "properties": {"after": "road"}},
        {"type": "Feature", "geometry": kilometres(1, 0), "properties": {}},
    ]
    answer = impact({"type": "FeatureCollection", "features": features})
    assert value(answer.features[1]) == 0.0
    assert value(answer.features[0]) == value(answer)
    assert "land-left-as-it-is" in codes(answer)
