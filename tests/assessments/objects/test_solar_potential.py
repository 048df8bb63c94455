"""What the sun can give over a tiny territory, by hand."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.assessments.solar import assess_solar_potential
from estran.assessments.solar_inputs import SolarPotentialRequest
from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]
Metres = Callable[[float, float, float, float], dict[str, Any]]

SHARES_30 = (
    0.0274, 0.0585, 0.0879, 0.1108, 0.1140, 0.1175, 0.1197, 0.1194, 0.0985, 0.0677, 0.0442, 0.0344,
)  # fmt: skip
"""photovoltaics.csv, pho026 to pho037."""


def true_m2(geometry: dict[str, Any]) -> float:
    return true_area_ha(shapely.from_geojson(json.dumps(geometry)), parse_crs(2154)) * 10_000


def value(envelope: Envelope, name: str) -> float:
    found = envelope.indicator(name).value
    assert found is not None
    return found


def test_roof_of_a_house_by_hand(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(90, 90, 30, 30), surfaces=["roofs"])
    area = true_m2(metres(100, 100, 10, 10))
    # 40 % of the footprint, 0.22 kWp/m2, 1,200 kWh/kWp
    assert value(envelope, "capacity") == pytest.approx(area * 0.4 * 0.22, rel=1e-8)
    assert value(envelope, "total") == pytest.approx(area * 0.4 * 0.22 * 1.2, rel=1e-8)
    for rank, share in enumerate(SHARES_30, start=1):
        expected = value(envelope, "total") * share / sum(SHARES_30)
        assert value(envelope, f"month_{rank:02d}") == pytest.approx(expected, rel=1e-9)


def test_light_constructions_and_greenhouses_carry_no_module(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(390, 90, 280, 50), surfaces=["roofs"])
    # the garage stands, the shed is light, the greenhouse is glass
    assert value(envelope, "roof_area") == pytest.approx(true_m2(metres(400, 100, 5, 5)), rel=1e-8)


def test_canopies_leave_out_what_cannot_be_covered(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(90, 290, 900, 200), surfaces=["canopies"], load_mwh=100.0)
    outdoor = [
        (100, 300, 120, 100),
        (300, 300, 50, 30),
        (400, 300, 80, 20),
        (600, 300, 40, 25),
        (600, 400, 40, 25),
    ]
    area = sum(true_m2(metres(*each)) for each in outdoor)
    assert value(envelope, "park_area") == pytest.approx(area, rel=1e-8)
    assert value(envelope, "capacity") == pytest.approx(area * 0.5 * 0.9 * 0.22, rel=1e-8)


def test_rows_add_up_to_months_surfaces_and_total(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(0, 0, 2000, 2000))
    assert len(envelope.breakdown) == 24
    months = sum(value(envelope, f"month_{rank:02d}") for rank in range(1, 13))
    assert months == pytest.approx(value(envelope, "total"), rel=1e-12)
    surfaces = value(envelope, "roofs") + value(envelope, "canopies")
    assert surfaces == pytest.approx(value(envelope, "total"), rel=1e-12)


def test_what_is_produced_is_used_or_sent_away(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(0, 0, 2000, 2000))
    used, sent = value(envelope, "self_consumed"), value(envelope, "surplus")
    assert used + sent == pytest.approx(value(envelope, "total"))
    assert value(envelope, "self_consumption") == pytest.approx(used / value(envelope, "total"))
    assert value(envelope, "self_production") == pytest.approx(used / value(envelope, "load"))


@settings(max_examples=20)
@given(load=st.floats(0.1, 1e5))
def test_rates_stay_between_0_and_1(load: float, sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(90, 90, 30, 30), surfaces=["roofs"], load_mwh=load)
    for name in ("self_consumption", "self_production"):
        assert 0.0 < value(envelope, name) <= 1.0


def test_a_huge_load_uses_everything_and_none_uses_nothing(sun_of: Ask, metres: Metres) -> None:
    here = metres(90, 90, 30, 30)
    huge = sun_of(here, surfaces=["roofs"], load_mwh=1e6)
    assert value(huge, "self_consumption") == pytest.approx(1.0)
    none = sun_of(here, surfaces=["roofs"], load_mwh=0.0)
    assert value(none, "self_consumption") == 0.0
    assert none.indicator("self_production").value is None


def test_the_night_is_not_covered(sun_of: Ask, metres: Metres) -> None:
    # A small load is covered by day only: the share of H25 that falls in daylight is well below 1.
    rate = value(sun_of(metres(0, 0, 2000, 2000), load_mwh=1.0), "self_production")
    assert 0.4 < rate < 0.8
    shop = value(sun_of(metres(0, 0, 2000, 2000), load_mwh=1.0, load_profile="tertiary"), "self_production")
    # shops use more by day than households
    assert shop > rate


def test_the_load_of_buildings_is_their_electricity(sun_of: Ask, emissions_of: Ask, metres: Metres) -> None:
    here = metres(295, 95, 30, 30)
    envelope = sun_of(here, surfaces=["roofs"])
    gas = emissions_of(here, carrier_mix={"gas": 1.0})
    # 126 kWh/m2 of specific electricity, and the electric share of 152 kWh/m2 of heat:
    # (705,753,117 + 342,034,860) m2 of 2,771,700,360 m2
    area = value(gas, "floor_area")
    expected = area * (126 + 152 * (705753117 + 342034860) / 2771700360) / 1000
    assert value(envelope, "load") == pytest.approx(expected, rel=1e-9)


def test_avoided_is_apart_and_near_zero(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(90, 90, 30, 30), surfaces=["roofs"])
    assert value(envelope, "avoided") == pytest.approx(-value(envelope, "total") * 0.008, rel=1e-8)
    assert value(envelope, "embodied") == pytest.approx(value(envelope, "total") * 0.0439, rel=1e-8)
    assert "avoided-near-zero" in {warning.code for warning in envelope.warnings}
    french = sun_of(metres(90, 90, 30, 30), surfaces=["roofs"], modules="france")
    assert value(french, "avoided") == pytest.approx(-value(envelope, "total") * (0.0519 - 0.0252), rel=1e-8)


def test_proxies_are_flagged(sun_of: Ask, metres: Metres) -> None:
    codes = {warning.code for warning in sun_of(metres(0, 0, 2000, 2000)).warnings}
    assert {"proxy-profiles", "collective", "load-by-ratio"} <= codes


@settings(max_examples=20)
@given(cut=st.floats(101.0, 109.0))
def test_production_adds_up_under_any_cut(cut: float, sun_of: Ask, metres: Metres) -> None:
    whole = sun_of(metres(90, 90, 30, 30), surfaces=["roofs"])
    parts = [
        sun_of(metres(90, 90, cut - 90, 30), surfaces=["roofs"]),
        sun_of(metres(cut, 90, 120 - cut, 30), surfaces=["roofs"]),
    ]
    for name in ("total", "capacity", "load", "avoided", "month_06"):
        assert sum(value(part, name) for part in parts) == pytest.approx(value(whole, name), rel=1e-9)


def test_monte_carlo_keeps_rates_below_1(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(0, 0, 2000, 2000), method="monte-carlo", draws=2000)
    for name in ("self_consumption", "self_production"):
        found = envelope.indicator(name)
        assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_nothing_here_gives_zero_and_no_rate(sun_of: Ask, metres: Metres) -> None:
    envelope = sun_of(metres(1500, 1500, 100, 100))
    assert value(envelope, "total") == 0.0
    assert envelope.indicator("self_consumption").value is None
    assert envelope.indicator("self_consumption").reason is not None


def test_parcels_without_anything_share_a_row_that_is_theirs_alone(sun_of: Ask, metres: Metres) -> None:
    places = [metres(1500, 1500, 100, 100), metres(90, 90, 30, 30), metres(1700, 1500, 100, 100)]
    features = [{"type": "Feature", "properties": {}, "geometry": place} for place in places]
    rows = sun_of({"type": "FeatureCollection", "features": features}).features or ()
    for row, place in zip(rows, places, strict=True):
        alone = sun_of(place)
        assert (row.indicators, row.breakdown, row.fitness.verdict) == (
            alone.indicators,
            alone.breakdown,
            alone.fitness.verdict,
        )
    assert rows[1].indicator("total").value


def test_outside_is_null(sun_of: Ask, metres: Metres) -> None:
    assert sun_of(metres(100_000, 0, 1000, 1000)).indicator("total").value is None


def test_a_territory_without_layers_says_so(tiny: Territory, metres: Metres) -> None:
    for inputs in ({}, {"surfaces": ["roofs"]}, {"surfaces": ["canopies"]}):
        request = read_request(
            SolarPotentialRequest, {"geometry": metres(0, 0, 10, 10), "crs": 2154, **inputs}
        )
        with pytest.raises(NotFound) as error:
            assess_solar_potential(request, tiny)
        assert "couche non disponible" in error.value.fr


@pytest.mark.parametrize(
    "wrong", [{"surfaces": []}, {"surfaces": ["roofs", "roofs"]}, {"load_mwh": -1.0}, {"surfaces": ["walls"]}]
)
def test_wrong_inputs_are_refused(wrong: dict[str, Any], sun_of: Ask, metres: Metres) -> None:
    with pytest.raises(InvalidInput):
        sun_of(metres(90, 90, 30, 30), **wrong)
