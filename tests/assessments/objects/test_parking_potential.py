"""What the car parks of a tiny territory owe and can give, by hand: METHODS, section 7."""

import json
from collections.abc import Callable
from math import exp
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope, Ranked
from estran.assessments.parking import assess_parking_potential
from estran.assessments.parking_inputs import ParkingPotentialRequest
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]
Metres = Callable[[float, float, float, float], dict[str, Any]]


def true_m2(geometry: dict[str, Any]) -> float:
    return true_area_ha(shapely.from_geojson(json.dumps(geometry)), parse_crs(2154)) * 10_000


def value(envelope: Envelope, name: str) -> float:
    found = envelope.indicator(name).value
    assert found is not None
    return found


def park(envelope: Envelope, identifier: str) -> Ranked:
    return next(each for each in envelope.ranking if each.id == identifier)


@pytest.fixture(scope="module")
def everywhere(parks_of: Ask, metres: Metres) -> Envelope:
    return parks_of(metres(0, 0, 2000, 2000))


def test_lots_of_one_park_are_merged(everywhere: Envelope) -> None:
    # east and west touch; north and south are linked to the same record: two parks of four lots
    ids = {each.id for each in everywhere.ranking}
    assert ids == {"large", "small", "east+west", "north+south", "under", "dense"}
    assert value(everywhere, "parks") == 6
    assert "merged-lots" in {warning.code for warning in everywhere.warnings}


def test_two_lots_below_the_threshold_are_one_park_above_it(everywhere: Envelope) -> None:
    both = park(everywhere, "east+west")
    # 800 + 800 = 1,600 m2 on the map, more than 1,500
    assert both.properties["area_m2"] == pytest.approx(1600, rel=0.005)
    assert both.properties["aper_duty"] == "due"
    assert both.properties["spaces"] == 60


def test_spaces_of_a_linked_record_are_told_once(everywhere: Envelope) -> None:
    assert park(everywhere, "north+south").properties["spaces"] == 40


def test_duties(everywhere: Envelope) -> None:
    duties = {each.id: each.properties["aper_duty"] for each in everywhere.ranking}
    assert duties["large"] == "due"
    assert duties["under"] == "integrated"
    # 10 m2 per space: several levels, or badly recorded
    assert duties["dense"] == "not_assessed"
    assert park(everywhere, "dense").properties["left_out_because"] == "dense"
    note = next(each for each in everywhere.warnings if each.code == "parks-left-out")
    assert "Dessous" in note.message.fr
    assert value(everywhere, "parks_due") == 4


def test_a_lot_of_1500_m2_on_the_map_is_measured_on_the_ellipsoid(
    everywhere: Envelope, metres: Metres
) -> None:
    # Lambert-93 shortens here: 50 x 30 m on the map are 1,502.8 m2 of ground, above the threshold
    true = true_m2(metres(300, 300, 50, 30))
    assert true > 1500.0
    assert park(everywhere, "small").properties["area_m2"] == pytest.approx(true, rel=1e-8)
    assert park(everywhere, "small").properties["aper_duty"] == "due"


def test_dates_of_the_law_of_november_2025(everywhere: Envelope) -> None:
    large, medium = park(everywhere, "large").properties, park(everywhere, "east+west").properties
    assert large["aper_deadline"] == "2026-07-01"
    assert large["aper_deadline_with_commitment"] == "2028-01-01"
    assert medium["aper_deadline"] == "2028-07-01"
    assert medium["aper_deadline_with_commitment"] == "2030-01-01"
    assert park(everywhere, "under").properties["aper_deadline"] is None


def test_the_threshold_is_read_not_written(parks_of: Ask, metres: Metres) -> None:
    changed = {"aper.area_threshold": {"value": 2500.0, "reason": "another law"}}
    envelope = parks_of(metres(0, 0, 2000, 2000), overrides=changed)
    assert park(envelope, "north+south").properties["aper_duty"] == "none"
    assert park(envelope, "large").properties["aper_duty"] == "due"


def test_what_is_owed(everywhere: Envelope) -> None:
    due = sum(
        each.properties["area_m2"] for each in everywhere.ranking if each.properties["aper_duty"] == "due"
    )
    assert value(everywhere, "owed_shade_area") == pytest.approx(0.5 * due)
    # mixed shade: canopies on 35 % of that half
    assert value(everywhere, "owed_least_canopy_area") == pytest.approx(0.175 * due)


def test_power_and_production_by_hand(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(90, 290, 140, 120))
    area = true_m2(metres(100, 300, 120, 100))
    # half the park, 0.9 of it under modules, 0.22 kWp/m2; 1,200 kWh/kWp in Charente-Maritime
    power = 0.5 * area * 0.9 * 0.22
    assert value(envelope, "capacity") == pytest.approx(power, rel=1e-8)
    assert value(envelope, "total") == pytest.approx(power * 1.2, rel=1e-8)
    assert "pv.yield.la_rochelle" in {each.id for each in envelope.factors}
    assert value(envelope, "embodied") == pytest.approx(power * 1200 * 0.0439 / 1000, rel=1e-8)
    assert value(envelope, "embodied_lifetime") == pytest.approx(30 * value(envelope, "embodied"))
    assert power <= 0.22 * area


def test_avoided_with_the_french_mix_is_near_zero_and_says_so(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(90, 290, 140, 120))
    avoided = envelope.indicator("avoided")
    # 0.0519 - 0.0439 = 0.008 kgCO2e/kWh
    assert avoided.value == pytest.approx(-value(envelope, "total") * 0.008, rel=1e-8)
    assert avoided.low < 0.0 < avoided.high
    codes = {warning.code for warning in envelope.warnings}
    assert {"avoided-near-zero", "avoided-apart"} <= codes
    assert all("avoided" not in each.indicators for each in envelope.breakdown)


def test_the_european_mix_is_a_labelled_option(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(90, 290, 140, 120), grid="europe")
    assert value(envelope, "avoided") == pytest.approx(-value(envelope, "total") * (0.281 - 0.0439), rel=1e-8)
    assert "european-grid" in {warning.code for warning in envelope.warnings}


def test_freed_soil_by_hand(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(90, 290, 140, 120), desealed_share=0.1, years=20)
    area_ha = true_m2(metres(100, 300, 120, 100)) / 10_000
    target = next(each.value for each in envelope.factors if each.id.startswith("soil.stock."))
    gain = 0.1 * area_ha * (target - 30.0) * (1 - exp(-1))
    assert value(envelope, "land_total") == pytest.approx(-gain * 44 / 12, rel=1e-8)
    assert value(envelope, "land_mean_annual") == pytest.approx(value(envelope, "land_total") / 20)
    # 25 m2 per space
    assert value(envelope, "spaces_lost") == pytest.approx(0.1 * area_ha * 10_000 / 25)
    years = [point.value for point in envelope.timeline if point.item == "soil"]
    assert len(years) == 20
    assert sum(years) == pytest.approx(value(envelope, "land_total"))
    assert abs(years[0]) > abs(years[-1])
    assert abs(years[0]) < 0.1 * abs(sum(years))


def test_trees_by_hand(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(90, 290, 140, 120), tree_share=0.2, years=30)
    area_ha = true_m2(metres(100, 300, 120, 100)) / 10_000
    # 2.8 tC/ha/yr, three quarters net; the crown grows over 20 years: 210 / 20 + 10 years of full crown
    rate = 0.2 * area_ha * 2.8 * 0.75 * 44 / 12
    assert value(envelope, "land_total") == pytest.approx(-rate * (210 / 20 + 10), rel=1e-8)


def test_a_square_metre_is_not_covered_and_freed(parks_of: Ask, metres: Metres) -> None:
    with pytest.raises(InvalidInput) as error:
        parks_of(metres(90, 290, 140, 120), canopy_share=0.6, desealed_share=0.3, tree_share=0.2)
    assert "used twice" in error.value.en
    assert "deux fois" in error.value.fr
    # the share of the law gives way
    envelope = parks_of(metres(90, 290, 140, 120), desealed_share=0.5, tree_share=0.3)
    area = true_m2(metres(100, 300, 120, 100))
    assert value(envelope, "canopy_area") == pytest.approx(0.2 * area)
    assert "less-canopy" in {warning.code for warning in envelope.warnings}


@settings(max_examples=20)
@given(cut=st.floats(101.0, 219.0))
def test_figures_add_up_when_a_park_is_cut_and_its_duty_does_not_change(
    cut: float, parks_of: Ask, metres: Metres
) -> None:
    options = {"desealed_share": 0.1, "tree_share": 0.1}
    whole = parks_of(metres(90, 290, 140, 120), **options)
    parts = [
        parks_of(metres(90, 290, cut - 90, 120), **options),
        parks_of(metres(cut, 290, 230 - cut, 120), **options),
    ]
    for name in ("total", "avoided", "land_total", "spaces_lost", "owed_shade_area"):
        assert sum(value(part, name) for part in parts) == pytest.approx(value(whole, name), rel=1e-9)
    for part in parts:
        assert park(part, "large").properties["aper_duty"] == "due"
        assert "cut-parks" in {warning.code for warning in part.warnings}


def test_rows_add_up(everywhere: Envelope) -> None:
    rows = [each.value for each in everywhere.breakdown if "total" in each.indicators]
    assert sum(rows) == pytest.approx(value(everywhere, "total"), rel=1e-12)
    listed = [each.value or 0.0 for each in everywhere.ranking]
    assert listed == sorted(listed, reverse=True)
    assert sum(listed) == pytest.approx(value(everywhere, "total"))


def test_no_park_gives_zero(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(1500, 1500, 100, 100), desealed_share=0.2)
    for name in ("total", "capacity", "land_total", "parks"):
        assert value(envelope, name) == 0.0
    assert envelope.ranking == ()
    assert envelope.fitness.verdict == "unfit"


def test_outside_is_null(parks_of: Ask, metres: Metres) -> None:
    envelope = parks_of(metres(100_000, 0, 1000, 1000))
    assert envelope.indicator("total").value is None
    assert envelope.indicator("total").reason is not None
    assert envelope.coverage.share == 0.0


def test_a_territory_without_car_parks_says_so(tiny: Territory, metres: Metres) -> None:
    request = read_request(ParkingPotentialRequest, {"geometry": metres(0, 0, 10, 10), "crs": 2154})
    with pytest.raises(NotFound) as error:
        assess_parking_potential(request, tiny)
    assert "layer not available" in error.value.en
    assert "couche non disponible" in error.value.fr


@pytest.mark.parametrize("wrong", [{"canopy_share": 1.2}, {"years": 0}, {"grid": "mars"}, {"parks": "all"}])
def test_wrong_inputs_are_refused(wrong: dict[str, Any], parks_of: Ask, metres: Metres) -> None:
    with pytest.raises(InvalidInput) as error:
        parks_of(metres(90, 290, 140, 120), **wrong)
    assert error.value.fr != error.value.en


def test_the_days_of_the_law_are_days(everywhere: Envelope) -> None:
    """1 July 2026 above 10,000 m2 and 1 July 2028 above 1,500 m2; 18 months more with a commitment."""
    days = {each.id: each.day for each in everywhere.factors if each.unit == "date"}
    assert days == {
        "aper.deadline.large": "2026-07-01",
        "aper.deadline.medium": "2028-07-01",
        "aper.deadline_later.large": "2028-01-01",
        "aper.deadline_later.medium": "2030-01-01",
    }
    assert all(each.value is None for each in everywhere.factors if each.day)
    for each in everywhere.ranking:
        named = each.properties["aper_deadline_factor"]
        assert each.properties["aper_deadline"] == (days[str(named)] if named else None)


def test_features_that_overlap_are_told(parks_of: Ask, metres: Metres) -> None:
    features = [
        {"type": "Feature", "properties": {}, "geometry": metres(0, 0, 2000, 2000)},
        {"type": "Feature", "properties": {}, "geometry": metres(0, 0, 1000, 1000)},
    ]
    answer = parks_of({"type": "FeatureCollection", "features": features})
    assert "overlapping-features" in {each.code for each in answer.warnings}
