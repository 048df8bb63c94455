"""What the buildings of a tiny territory emit, against calculations by hand: METHODS, section 5."""

import json
from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from estran.assessments.buildings import assess_building_emissions
from estran.assessments.buildings_inputs import BuildingEmissionsRequest
from estran.assessments.envelope import BreakdownRow, Envelope
from estran.assessments.layer_objects import MANY_PARTS, _shared_areas
from estran.assessments.place import read_place
from estran.assessments.request import read_request
from estran.assessments.tables import to_csv, to_geojson
from estran.carbon.errors import InvalidInput, NotFound, UnknownFactor
from estran.factors.registry import read_registry
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]
Metres = Callable[[float, float, float, float], dict[str, Any]]

GAS_KWH, GAS_M2 = 79188175605.0, 954498123.0
"""CEREN: national heating with gas, and the area heated with gas."""

WHOLE_M2 = 705753117 + 342034860 + 954498123 + 250118076 + 365026770 + 107964972 + 46304442
"""CEREN: heated area of all carriers."""


def true_m2(geometry: dict[str, Any]) -> float:
    return true_area_ha(shapely.from_geojson(json.dumps(geometry)), parse_crs(2154)) * 10_000


def row(envelope: Envelope, item: str) -> BreakdownRow:
    return next(each for each in envelope.breakdown if each.item == item)


def value(envelope: Envelope, name: str) -> float:
    found = envelope.indicator(name).value
    assert found is not None
    return found


def test_gas_heating_of_a_house_by_hand(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(90, 90, 30, 30))
    footprint = true_m2(metres(100, 100, 10, 10))
    assert value(envelope, "floor_area") == pytest.approx(footprint * 2 * 0.8, rel=1e-9)
    # Built in 1980: 166 kWh/m2 over the mean of 201 and 166, times the national mean of gas, times its
    # share of floor area, times 0.215 kgCO2e/kWh HHV.
    kwh = GAS_KWH / GAS_M2 * 166 / ((201 + 166) / 2) * GAS_M2 / WHOLE_M2 * footprint * 2 * 0.8
    assert row(envelope, "house/heating/gas").value == pytest.approx(kwh * 0.215 / 1000, rel=1e-9)
    # One dwelling after 1975: 2,889 kWh of specific electricity at 0.0519.
    electricity = row(envelope, "house/specific_electricity/electricity").value
    assert electricity == pytest.approx(2889 * 0.0519 / 1000, rel=1e-9)


@pytest.mark.parametrize(
    ("row_name", "mean", "factor", "published"),
    [
        ("gas", "gas", "energy.gas.hhv", 17.84),
        ("electricity", "electricity_direct", "energy.electricity.average", 2.145),
        ("heat_pump", "electricity_heat_pump", "energy.electricity.average", 1.209),
        ("heat_network", "heat_network", "energy.heat_network", 11.08),
    ],
)
def test_mean_heating_times_its_factor_is_what_ademe_publishes(
    row_name: str, mean: str, factor: str, published: float
) -> None:
    """ADEME Impact CO2, July 2026, in kgCO2e/m2/yr (building_energy_use, bui004 to bui008): gas is in HHV."""
    registry = read_registry()
    heating = registry.factor(f"building.stock.mean.{mean}.space_heating").value
    assert heating * registry.factor(factor).value == pytest.approx(published, abs=0.006)
    assert registry.factor(f"building.heating_intensity.{row_name}").value == published


def test_gas_has_the_factor_of_its_heating_value(emissions_of: Ask, metres: Metres) -> None:
    registry = read_registry()
    assert registry.factor("energy.gas.hhv").unit == "kgCO2e/kWh PCS"
    assert registry.factor("energy.gas.lhv").unit == "kgCO2e/kWh PCI"
    # 0.215 per kWh HHV is 0.239 per kWh LHV
    ratio = registry.factor("energy.gas.hhv_over_lhv").value
    assert 0.215 * ratio == pytest.approx(0.239, abs=0.0005)
    envelope = emissions_of(metres(90, 90, 250, 50))
    assert row(envelope, "flat/heating/gas").factors == ("energy.gas.hhv",)
    assert row(envelope, "tertiary/heating/gas").factors == ("energy.gas.lhv",)


def test_flats_have_storeys_by_height_and_the_mean_of_the_stock(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(195, 95, 30, 20))
    # 12.2 m / 3 = 4.07: four storeys; 8 dwellings; age unknown
    footprint = true_m2(metres(200, 100, 20, 10))
    assert value(envelope, "floor_area") == pytest.approx(footprint * 4 * 0.8, rel=1e-9)
    kwh = GAS_KWH / WHOLE_M2 * footprint * 4 * 0.8
    assert row(envelope, "flat/heating/gas").value == pytest.approx(kwh * 0.215 / 1000, rel=1e-9)
    # both periods at equal shares: (2083 + 2423) / 2
    electricity = row(envelope, "flat/specific_electricity/electricity").value
    assert electricity == pytest.approx(8 * 2253 * 0.0519 / 1000, rel=1e-9)
    assert value(envelope, "imputed_period_share") == 1.0
    assert value(envelope, "imputed_storeys_share") == 1.0
    assert value(envelope, "imputed_carrier_share") == 1.0


def test_a_shop_takes_the_ratios_of_its_branch(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(295, 95, 30, 30), tertiary_branch="office")
    area = true_m2(metres(300, 100, 20, 20)) * 1 * 0.8
    # offices: 177 + 7 + 121 kWh/m2
    assert value(envelope, "final_energy") == pytest.approx(area * 305 / 1000, rel=1e-9)
    assert value(envelope, "imputed_branch_share") == 1.0


def test_garages_sheds_and_greenhouses_are_not_housing(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(390, 90, 280, 50))
    assert value(envelope, "buildings") == 3
    assert value(envelope, "buildings_not_heated") == 3
    assert value(envelope, "total") == 0.0
    assert value(envelope, "floor_area") == 0.0


def test_unknown_use_is_not_evaluated_and_not_zero(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(90, 90, 800, 50))
    assert envelope.indicator("total").partial
    for kind in ("unknown", "industrial"):
        missing = row(envelope, f"not_evaluated/{kind}")
        assert missing.value is None
        assert missing.reason
    assert "partial-total" in {warning.code for warning in envelope.warnings}
    counted = emissions_of(metres(90, 90, 800, 50), unknown_use="housing")
    assert value(counted, "total") > value(envelope, "total")
    assert value(counted, "buildings_not_evaluated") == 1


def test_a_label_replaces_the_ratios_never_adds(emissions_of: Ask, metres: Metres) -> None:
    dpe = [{"building": "house", "emissions_kgco2e_m2": 45.0}]
    envelope = emissions_of(metres(90, 90, 30, 30), dpe=dpe)
    area = true_m2(metres(100, 100, 10, 10)) * 2 * 0.8
    assert value(envelope, "total") == pytest.approx(area * 45 / 1000, rel=1e-9)
    items = [each.item for each in envelope.breakdown if "total" in each.indicators]
    assert items == ["house/regulated_uses/dpe"]
    assert value(envelope, "labelled_share") == 1.0


def test_primary_energy_of_a_label_is_not_final_energy(emissions_of: Ask, metres: Metres) -> None:
    area = true_m2(metres(100, 100, 10, 10)) * 2 * 0.8

    def final(carrier: str | None) -> float:
        label = {"building": "house", "emissions_kgco2e_m2": 10.0, "primary_energy_kwhep_m2": 190.0}
        asked = label | ({"carrier": carrier} if carrier else {})
        return value(emissions_of(metres(90, 90, 30, 30), dpe=[asked]), "final_energy")

    # 190 kWhEP are 100 kWh of electricity (1.9 since 2026), or 190 kWh of gas
    assert final("electricity") == pytest.approx(area * 100 / 1000, rel=1e-9)
    assert final("gas") == pytest.approx(area * 190 / 1000, rel=1e-9)
    assert final(None) == 0.0


def test_a_label_without_carrier_says_that_its_energy_is_left_out(emissions_of: Ask, metres: Metres) -> None:
    dpe = [{"building": "house", "emissions_kgco2e_m2": 10.0, "primary_energy_kwhep_m2": 190.0}]
    codes = {warning.code for warning in emissions_of(metres(90, 90, 30, 30), dpe=dpe).warnings}
    assert "label-energy" in codes


def test_electricity_by_use_or_on_average(emissions_of: Ask, metres: Metres) -> None:
    here = metres(90, 90, 30, 30)
    by_use, average = emissions_of(here), emissions_of(here, electricity="average")
    heating = "house/heating/electricity"
    ratio = row(by_use, heating).value / row(average, heating).value
    # 0.079 in winter against 0.0519 over the year
    assert ratio == pytest.approx(0.079 / 0.0519)
    assert row(by_use, "house/heating/gas").value == row(average, "house/heating/gas").value


def test_primary_energy_counts_electricity_19_times(emissions_of: Ask, metres: Metres) -> None:
    here = metres(295, 95, 30, 30)
    electric = emissions_of(here, carrier_mix={"electricity": 1.0})
    assert value(electric, "primary_energy") == pytest.approx(1.9 * value(electric, "final_energy"))
    gas = emissions_of(here, carrier_mix={"gas": 1.0})
    # retail: 152 kWh of gas and 126 of electricity per m2
    assert value(gas, "primary_energy") / value(gas, "final_energy") == pytest.approx((152 + 1.9 * 126) / 278)


def test_embodied_carbon_is_apart(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(90, 90, 30, 30))
    gross = true_m2(metres(100, 100, 10, 10)) * 2
    # legacy Base Carbone, detached house: 425 kgCO2e/m2
    assert value(envelope, "embodied") == pytest.approx(gross * 425 / 1000, rel=1e-9)
    assert envelope.indicator("embodied").unit == "tCO2e"
    assert all("total" not in each.indicators for each in envelope.breakdown if each.unit == "tCO2e")


def test_rows_add_up_to_each_indicator_they_name(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(0, 0, 2000, 1000), dpe=[{"building": "cut", "emissions_kgco2e_m2": 30.0}])
    for indicator in envelope.indicators:
        members = [each for each in envelope.breakdown if indicator.id in each.indicators]
        if members:
            total = sum(each.value or 0.0 for each in members)
            assert indicator.value == pytest.approx(total, rel=1e-12)
    uses = [each.value for each in envelope.indicators if each.id.startswith("use_")]
    kinds = [each.value for each in envelope.indicators if each.id.startswith("kind_")]
    carriers = [each.value for each in envelope.indicators if each.id.startswith("carrier_")]
    for parts in (uses, kinds, carriers):
        assert sum(parts) == pytest.approx(value(envelope, "total"))


def test_one_building_is_unsure_by_40_percent(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(90, 90, 30, 30))
    total = envelope.indicator("total")
    # a normal law: the 90 % interval reaches 1.645 standard deviations
    assert (total.high - total.value) / 1.6449 / total.value == pytest.approx(0.4, abs=0.001)


def test_the_common_doubt_is_a_floor(emissions_of: Ask, metres: Metres) -> None:
    alone = emissions_of(metres(90, 90, 30, 30)).indicator("total")
    more = emissions_of(metres(90, 90, 250, 50)).indicator("total")

    def doubt(found: Any) -> float:
        return (found.high - found.value) / 1.6449 / found.value

    assert 0.15 < doubt(more) < doubt(alone)
    # three buildings of unequal size: between sqrt(0.15² + 0.1375/3) and 0.4
    assert doubt(more) >= sqrt(0.15**2 + (0.4**2 - 0.15**2) / 3) - 1e-3


def test_monte_carlo_agrees_and_repeats(emissions_of: Ask, metres: Metres) -> None:
    here = metres(90, 90, 250, 50)
    analytic = emissions_of(here).indicator("total")
    drawn = emissions_of(here, method="monte-carlo", seed=7)
    total = drawn.indicator("total")
    assert total.value == analytic.value
    assert total.high == pytest.approx(analytic.high, rel=0.05)
    assert drawn.canonical() == emissions_of(here, method="monte-carlo", seed=7).canonical()


@settings(max_examples=20)
@given(cut=st.floats(996.0, 1004.0))
def test_area_weights_add_up_under_any_cut(cut: float, emissions_of: Ask, metres: Metres) -> None:
    whole = emissions_of(metres(900, 50, 200, 200))
    parts = [emissions_of(metres(900, 50, cut - 900, 200)), emissions_of(metres(cut, 50, 1100 - cut, 200))]
    for name in ("total", "final_energy", "floor_area", "embodied"):
        assert sum(value(part, name) for part in parts) == pytest.approx(value(whole, name), rel=1e-9)


def test_a_centroid_counts_a_building_once_and_whole(emissions_of: Ask, metres: Metres) -> None:
    # the house "cut" lies from x = 995 to 1005: its centroid is at 1000
    left, right = metres(900, 50, 99, 200), metres(999, 50, 101, 200)
    counts = [value(emissions_of(each, weighting="centroid"), "buildings") for each in (left, right)]
    assert counts == [0.0, 1.0]
    whole = emissions_of(metres(900, 50, 200, 200), weighting="centroid")
    assert value(emissions_of(right, weighting="centroid"), "total") == value(whole, "total")
    note = next(each for each in whole.warnings if each.code == "weighting")
    assert "centroïde" in note.message.fr
    assert "centroid" in note.message.en


def test_a_collection_gives_one_row_each_and_their_sum(emissions_of: Ask, metres: Metres) -> None:
    features = [
        {"type": "Feature", "id": name, "properties": {}, "geometry": metres(x, 90, 50, 50)}
        for name, x in (("a", 90), ("b", 190), ("nothing", 1500))
    ]
    envelope = emissions_of({"type": "FeatureCollection", "features": features})
    rows = [each.indicator("total").value for each in envelope.features]
    assert rows[2] == 0.0
    assert sum(rows) == pytest.approx(value(envelope, "total"), rel=1e-12)
    alone = emissions_of(metres(90, 90, 50, 50)).indicator("total")
    assert envelope.features[0].indicator("total").low == pytest.approx(alone.low)


def test_ranking_begins_with_the_largest_saving(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(0, 0, 2000, 1000), top=3)
    assert [each.rank for each in envelope.ranking] == [1, 2, 3]
    changes = [each.value for each in envelope.ranking]
    assert changes == sorted(changes)
    assert all(change < 0.0 for change in changes)
    assert "renovation-assumption" in {warning.code for warning in envelope.warnings}


def test_ranking_brings_a_label_to_its_target(emissions_of: Ask, metres: Metres) -> None:
    here = metres(90, 90, 30, 30)
    dpe = [{"building": "house", "emissions_kgco2e_m2": 45.0}]
    area = true_m2(metres(100, 100, 10, 10)) * 2 * 0.8
    (best,) = emissions_of(here, dpe=dpe).ranking
    # class B: at most 11 kgCO2e/m2/yr
    assert best.value == pytest.approx(-area * (45 - 11) / 1000)
    assert best.id == "house"
    # 45 kgCO2e/m2/yr lies between 30 and 50
    assert best.properties["energy_class"] == "d"
    # class D allows 50: a building at 45 has nothing to save
    assert emissions_of(here, dpe=dpe, renovation_class="d").ranking == ()


def test_ranked_buildings_are_features_of_the_geojson(
    emissions_of: Ask, metres: Metres, objects_territory: Territory
) -> None:
    inputs = {"geometry": metres(90, 90, 250, 50), "crs": 2154}
    envelope = emissions_of(metres(90, 90, 250, 50))
    place = read_place(read_request(BuildingEmissionsRequest, inputs), objects_territory)
    document = to_geojson(envelope, place)
    ranked = [each for each in document["features"] if each["properties"].get("rank")]
    assert len(ranked) == len(envelope.ranking) == 3
    assert ranked[0]["geometry"]["type"] == "Polygon"
    assert "total_tCO2e_per_yr" in document["total"]
    assert to_csv(envelope, place).startswith("feature,kind")


def test_unlikely_intensity_is_flagged(emissions_of: Ask, metres: Metres) -> None:
    def codes(final: float) -> set[str]:
        label = {"building": "house", "emissions_kgco2e_m2": 10.0, "final_energy_kwh_m2": final}
        return {warning.code for warning in emissions_of(metres(90, 90, 30, 30), dpe=[label]).warnings}

    assert "unlikely-intensity" in codes(9.0)
    assert "unlikely-intensity" in codes(801.0)
    assert "unlikely-intensity" not in codes(10.0)
    assert "unlikely-intensity" not in codes(800.0)


def test_overriding_a_factor_shows_and_moves_its_row_alone(emissions_of: Ask, metres: Metres) -> None:
    here = metres(90, 90, 30, 30)
    changed = {"energy.heat_network": {"value": 0.226, "reason": "yearly order of this network"}}
    before, after = emissions_of(here), emissions_of(here, overrides=changed)
    network = "house/heating/heat_network"
    assert row(after, network).value == pytest.approx(2 * row(before, network).value)
    assert row(after, "house/heating/gas").value == row(before, "house/heating/gas").value
    used = next(each for each in after.factors if each.id == "energy.heat_network")
    assert used.overridden
    assert used.original == 0.113


def test_nothing_outside_the_territory_is_a_number(emissions_of: Ask, metres: Metres) -> None:
    envelope = emissions_of(metres(100_000, 0, 1000, 1000))
    assert envelope.coverage.share == 0.0
    assert envelope.fitness.verdict == "unfit"
    assert all(each.value is None for each in envelope.indicators if each.scope == "operation")


def test_a_point_holds_no_building(emissions_of: Ask) -> None:
    envelope = emissions_of({"type": "Point", "coordinates": [380_105.0, 6_570_105.0]})
    assert value(envelope, "total") == 0.0
    assert envelope.coverage.share is None


def test_few_buildings_by_national_means_are_unfit(emissions_of: Ask, metres: Metres) -> None:
    assert emissions_of(metres(90, 90, 30, 30)).fitness.verdict == "unfit"
    assert emissions_of(metres(90, 90, 250, 50)).fitness.verdict == "order-of-magnitude"
    dpe = [{"building": "house", "emissions_kgco2e_m2": 45.0}]
    assert emissions_of(metres(90, 90, 30, 30), dpe=dpe).fitness.verdict == "order-of-magnitude"


def test_a_territory_without_buildings_says_so_in_both_languages(tiny: Territory, metres: Metres) -> None:
    request = read_request(BuildingEmissionsRequest, {"geometry": metres(0, 0, 10, 10), "crs": 2154})
    with pytest.raises(NotFound) as error:
        assess_building_emissions(request, tiny)
    assert "layer not available" in error.value.en
    assert "couche non disponible" in error.value.fr


@pytest.mark.parametrize(
    "wrong",
    [
        {"weighting": "middle"},
        {"carrier_mix": {"gas": 0.5}},
        {"carrier_mix": {"coal": 1.0}},
        {"carrier_mix": {"gas": 1.5, "oil": -0.5}},
        {"dpe": [{"building": "a", "emissions_kgco2e_m2": -1.0}]},
        {"dpe": [{"building": "a", "emissions_kgco2e_m2": 1.0}] * 2},
        {"renovation_class": "h"},
        {"top": -1},
        {"wieghting": "area"},
    ],
)
def test_wrong_inputs_are_refused(wrong: dict[str, Any], emissions_of: Ask, metres: Metres) -> None:
    with pytest.raises(InvalidInput) as error:
        emissions_of(metres(90, 90, 30, 30), **wrong)
    assert error.value.fr
    assert error.value.en


def test_an_unknown_factor_is_refused(emissions_of: Ask, metres: Metres) -> None:
    with pytest.raises((InvalidInput, UnknownFactor)):
        emissions_of(metres(90, 90, 30, 30), overrides={"energy.gaz": {"value": 1.0, "reason": "typo"}})


def test_a_region_of_many_parts_shares_what_its_parts_share() -> None:
    """Ten by ten squares of 10 m, 10 m apart; an object of 25 m by 5 m across two of them, one beside."""
    squares = [box(20 * x, 20 * y, 20 * x + 10, 20 * y + 10) for x in range(10) for y in range(10)]
    objects = np.array([box(0, 0, 25, 5), box(11, 11, 19, 19), box(-5, -5, 5, 5)], dtype=object)
    assert len(squares) >= MANY_PARTS
    # 10 m and 5 m of length over 5 m of width; nothing; a quarter of 100 m2.
    assert _shared_areas(objects, shapely.MultiPolygon(squares)).tolist() == [75.0, 0.0, 25.0]
