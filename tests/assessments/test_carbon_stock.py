"""The whole assessment, on a real ledger of eight square kilometres of known classes."""

import csv
import io
import itertools
import json
from collections.abc import Callable
from math import fsum
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope
from estran.assessments.tables import to_csv, to_geojson
from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

HECTARES = 100.186
"""True area of a square kilometre of Lambert-93 near La Rochelle: 1 ha of plane is 1.00186 ha."""

slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TRUE_MAP = {"land.cover.accuracy": {"value": 1.0, "reason": "a map without error"}}
"""Leaves the doubt of the densities alone."""


def value(answer: Any, name: str = "total") -> float | None:
    return answer.indicator(name).value


def codes(answer: Any) -> set[str]:
    return {notice.code for notice in answer.warnings}


def test_a_square_kilometre_of_cropland(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    assert value(answer, "area") == pytest.approx(HECTARES, abs=0.001)
    assert value(answer) == pytest.approx(48 * value(answer, "area"), rel=1e-9)
    assert value(answer, "total_as_co2") == pytest.approx(value(answer) * 44 / 12, rel=1e-12)
    assert answer.coverage.share == pytest.approx(1.0, abs=1e-6)
    assert answer.fitness.verdict == "fit"
    assert answer.features is None


def test_forest_of_la_rochelle_and_of_saint_rogatien(ask: Ask, kilometres: Box) -> None:
    """F1 in La Rochelle: 196.33 tC/ha; no group in Saint-Rogatien: the region, 83 + 9 + 92.4 + 11.09."""
    assert value(ask(kilometres(1, 0)), "mean_density") == pytest.approx(196.33, rel=1e-9)
    answer = ask(kilometres(2, 1))
    living = next(factor for factor in answer.factors if factor.id.startswith("living_biomass"))
    dead = next(factor for factor in answer.factors if factor.id.startswith("dead_wood"))
    assert (living.id, living.value) == ("living_biomass.stock.forest_broadleaf.naq", 92.4)
    assert value(answer, "mean_density") == pytest.approx(83 + 9 + 92.4 + dead.value, rel=1e-9)


def test_the_meadow_and_the_salt_meadow(ask: Ask, kilometres: Box) -> None:
    """Half the square is a salt meadow, 83.1, the other a meadow, 84."""
    answer = ask(kilometres(1, 1), deep_salt_marsh=True)
    assert value(answer, "mean_density") == pytest.approx((83.1 + 84) / 2, rel=1e-5)
    assert value(answer, "soil_deep") == pytest.approx(185.3 * HECTARES / 2, rel=1e-3)
    assert all(row.pool != "soil_deep" for row in answer.breakdown)
    with pytest.raises(KeyError):
        ask(kilometres(1, 1)).indicator("soil_deep")


def test_water_and_land_without_data_are_not_zero(ask: Ask, kilometres: Box) -> None:
    for box in (kilometres(2, 0), kilometres(3, 0)):
        answer = ask(box)
        assert value(answer) is None
        assert answer.indicator("total").low is None
        assert value(answer, "mean_density") is None
    assert "not-evaluated" in codes(ask(kilometres(2, 0)))
    unknown = ask(kilometres(3, 0))
    assert unknown.coverage.share == 0.0
    assert unknown.coverage.inside == pytest.approx(1.0, abs=1e-6)
    assert "no-data" in codes(unknown)
    assert unknown.fitness.verdict == "unfit"


def test_outside_the_territory_there_is_no_number(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(20, 20))
    assert answer.coverage.share == answer.coverage.inside == 0.0
    named = {indicator.id: indicator.value for indicator in answer.indicators}
    assert named.pop("area") == pytest.approx(HECTARES, rel=1e-3)
    assert named.pop("area_evaluated") == 0.0
    assert set(named.values()) == {None}
    assert answer.breakdown == ()
    assert "outside-territory" in codes(answer)
    assert "hors du territoire" in answer.warnings[0].message.fr
    assert answer.fitness.verdict == "unfit"


def test_far_away_in_degrees_is_outside(ask: Ask) -> None:
    ring = [[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.9], [2.3, 48.8]]
    answer = ask({"type": "Polygon", "coordinates": [ring]}, crs=None)
    assert value(answer) is None
    assert answer.coverage.share == 0.0


def test_half_outside_counts_the_inside(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(-1, 0, 2, 1))
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0))), rel=1e-9)
    assert answer.coverage.share == pytest.approx(0.5, abs=1e-4)
    assert "partly-outside" in codes(answer)


@pytest.mark.parametrize(
    ("side_km", "verdict"),
    [(0.3, "fit"), (0.1, "order-of-magnitude"), (0.06, "unfit")],
)
def test_fitness_counts_supports_of_the_coarsest_layer(
    ask: Ask, kilometres: Box, side_km: float, verdict: str
) -> None:
    """The land cover has cells of 50 m, 0.25 ha: 9 ha are 36 supports, 1 ha is 4, 0.36 ha is 1.4."""
    answer = ask(kilometres(0.2, 0.2, side_km, side_km))
    assert answer.fitness.verdict == verdict
    assert answer.fitness.coarsest_layer == "land-cover"
    assert answer.fitness.supports == pytest.approx(side_km**2 * 100 / 0.25, rel=0.01)


@slow
@given(st.lists(st.floats(0.0, 4.0), min_size=1, max_size=6), st.booleans())
def test_cutting_never_changes_the_total(ask: Ask, kilometres: Box, cuts: list[float], upright: bool) -> None:
    whole = ask(kilometres(0, 0, 4, 2))
    edges = sorted({0.0, 4.0, *cuts})
    strips = [
        kilometres(west, 0, east - west, 2) if upright else kilometres(0, west / 2, 4, (east - west) / 2)
        for west, east in itertools.pairwise(edges)
    ]
    answers = [ask(strip) for strip in strips]
    for name in ("total", "soil", "living_biomass", "dead_wood", "litter"):
        parts = fsum(value(answer, name) or 0.0 for answer in answers)
        assert parts == pytest.approx(value(whole, name), rel=1e-9)


@slow
@given(st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(0.05, 1.0), st.floats(1.0, 2.0))
def test_a_larger_place_never_holds_less(
    ask: Ask, kilometres: Box, x: float, y: float, side: float, growth: float
) -> None:
    small, large = ask(kilometres(x, y, side, side)), ask(kilometres(x, y, side * growth, side * growth))
    assert (value(small) or 0.0) <= (value(large) or 0.0) * (1 + 1e-9)


def test_ring_direction_and_part_order_do_not_matter(ask: Ask, kilometres: Box) -> None:
    ring = kilometres(0.3, 0.3)["coordinates"][0]
    other = kilometres(2.2, 1.1, 0.5, 0.5)["coordinates"]
    forward = ask({"type": "MultiPolygon", "coordinates": [[ring], other]})
    backward = ask({"type": "MultiPolygon", "coordinates": [other, [ring[::-1]]]})
    assert value(forward) == pytest.approx(value(backward), rel=1e-12)


def test_the_same_question_has_the_same_receipt_and_the_same_bytes(ask: Ask, kilometres: Box) -> None:
    one, two, other = ask(kilometres(0, 0)), ask(kilometres(0, 0)), ask(kilometres(0, 0), confidence=0.8)
    assert one.receipt == two.receipt
    assert one.canonical() == two.canonical()
    assert other.receipt.hash != one.receipt.hash
    assert len(one.receipt.hash) == 64


def test_confidence_widens_the_interval(ask: Ask, kilometres: Box) -> None:
    """48 ± z x 14.4 per hectare of a true map: z is 1.2816 at 80 % and 1.96 at 95 %."""
    for confidence, reach in ((0.8, 1.2816), (0.95, 1.95996)):
        total = ask(kilometres(0, 0), confidence=confidence, overrides=TRUE_MAP).indicator("total")
        assert total.confidence == confidence
        assert (total.high - total.value) / value(ask(kilometres(0, 0)), "area") == pytest.approx(
            reach * 14.4, rel=1e-4
        )


def test_an_override_is_used_and_shown(ask: Ask, kilometres: Box) -> None:
    given_value = {"soil.stock.cropland.4_1": {"value": 60, "low": 50, "high": 70, "reason": "survey"}}
    answer = ask(kilometres(0, 0), overrides=given_value)
    assert value(answer, "mean_density") == pytest.approx(60.0)
    factor = next(factor for factor in answer.factors if factor.id == "soil.stock.cropland.4_1")
    assert (factor.overridden, factor.original, factor.value, factor.reason) == (True, 48.0, 60.0, "survey")
    assert "overridden-factor" in codes(answer)
    assert answer.receipt.hash != ask(kilometres(0, 0)).receipt.hash


def test_unknown_override_names_the_nearest(ask: Ask, kilometres: Box) -> None:
    with pytest.raises(InvalidInput, match=r"nearest: soil\.stock\.cropland\.4_1"):
        ask(kilometres(0, 0), overrides={"soil.stock.cropland.4-1": {"value": 60, "reason": "x"}})


def test_every_factor_and_layer_used_is_credited(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0, 4, 2))
    named = {factor for row in answer.breakdown for factor in row.factors}
    assert named == {factor.id for factor in answer.factors}
    layers = {source.id for source in answer.sources if source.kind == "layer"}
    assert layers == {"communes", "wetlands", "land-cover", "land-ledger"}
    assert "makers of land-cover" in answer.terms.attribution
    assert "etalab-2.0" in answer.terms.licences
    assert answer.cost.bytes_read > 0
    assert answer.cost.emissions_gco2e == pytest.approx(answer.cost.energy_wh * 0.0519)
    assert fsum(share.share for share in answer.uncertainty.shares) == pytest.approx(1.0)


def test_longitude_and_latitude_give_the_same_land(ask: Ask) -> None:
    """A parcel in degrees, and the same with its edges cut every 10 m and moved to Lambert-93."""
    lambert, degrees = parse_crs(2154), parse_crs("CRS84")
    from estran.layers.geodesy import densify, reproject

    parcel = reproject(shapely.Point(380_500, 6_570_500).buffer(300), lambert, degrees)
    one = ask(json.loads(shapely.to_geojson(parcel)), crs=None)
    moved = reproject(densify(parcel, degrees, 10.0), degrees, lambert)
    two = ask(json.loads(shapely.to_geojson(moved)))
    assert value(one) == pytest.approx(value(two), rel=1e-9)
    assert value(one, "area") == pytest.approx(true_area_ha(moved, lambert), rel=1e-9)


def collection(*geometries: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": f"p{index}", "properties": {"name": "x"}, "geometry": geometry}
            for index, geometry in enumerate(geometries)
        ],
    }


def test_a_collection_has_one_row_per_feature_and_the_total(ask: Ask, kilometres: Box) -> None:
    answer = ask(collection(kilometres(0, 0), kilometres(1, 0), kilometres(30, 0)))
    assert [feature.id for feature in answer.features] == ["p0", "p1", "p2"]
    assert [feature.index for feature in answer.features] == [0, 1, 2]
    assert value(answer.features[0], "mean_density") == pytest.approx(48.0)
    assert value(answer.features[1], "mean_density") == pytest.approx(196.33)
    assert value(answer.features[2]) is None
    assert value(answer) == pytest.approx(fsum(value(row) or 0.0 for row in answer.features), rel=1e-12)
    assert "overlapping-features" not in codes(answer)


def test_overlapping_features_count_once_in_the_total(ask: Ask, kilometres: Box) -> None:
    answer = ask(collection(kilometres(0, 0), kilometres(0.5, 0, 0.5, 1)))
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0))), rel=1e-9)
    assert value(answer.features[1]) == pytest.approx(value(answer) / 2, rel=1e-3)
    notice = next(notice for notice in answer.warnings if notice.code == "overlapping-features")
    assert "chaque mètre carré une fois" in notice.message.fr


def test_features_of_a_collection_of_the_server(ask: Ask, kilometres: Box) -> None:
    answer = ask({"collection": "communes", "ids": ["17300", "17391"]}, crs=None)
    assert [feature.id for feature in answer.features] == ["17300", "17391"]
    assert value(answer.features[0]) == pytest.approx(value(ask(kilometres(0, 0, 2, 2))), rel=1e-9)
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0, 4, 2))), rel=1e-9)


@pytest.mark.parametrize(
    "reference",
    [{"collection": "communes", "ids": ["99999"]}, {"collection": "nowhere", "ids": ["1"]}],
)
def test_an_unknown_collection_or_feature_is_not_found(ask: Ask, reference: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        ask(reference, crs=None)


def test_csv_and_geojson_hold_the_same_figures(ask: Ask, kilometres: Box, tiny: Territory) -> None:
    from estran.assessments.carbon_stock import CarbonStockRequest
    from estran.assessments.place import read_place

    geometry = collection(kilometres(0, 0), kilometres(3, 0))
    answer = ask(geometry)
    first_row, second_row = csv.DictReader(io.StringIO(to_csv(answer)))
    assert first_row["feature"] == "p0"
    assert float(first_row["total_tC"]) == value(answer.features[0])
    assert [second_row[name] for name in ("total_tC", "total_low_tC", "total_high_tC")] == ["", "", ""]
    place = read_place(CarbonStockRequest(geometry=geometry, crs=2154), tiny)
    mapped = to_geojson(answer, place)
    first = mapped["features"][0]
    assert first["properties"]["total_tC"] == value(answer.features[0])
    assert first["properties"]["name"] == "x"
    assert mapped["features"][1]["properties"]["total_tC"] is None
    assert mapped["total"]["total_tC"] == value(answer)
    longitude, latitude = first["geometry"]["coordinates"][0][0]
    assert -1.3 < longitude < -1.1
    assert 46.1 < latitude < 46.3
    assert json.loads(json.dumps(mapped)) == mapped


def test_monte_carlo_keeps_the_value_and_skews_the_interval(ask: Ask, kilometres: Box) -> None:
    """The salt meadow is lognormal (44.8 on 83.1): its interval leans upward, the value does not move."""
    plain = ask(kilometres(1, 1.5, 1, 0.5)).indicator("total")
    drawn = ask(kilometres(1, 1.5, 1, 0.5), method="monte-carlo", draws=20_000).indicator("total")
    assert drawn.value == plain.value
    assert plain.high - plain.value == pytest.approx(plain.value - plain.low)
    # 5th and 95th percentiles of that law: 31.87 and 167.89 tC/ha.
    area = value(ask(kilometres(1, 1.5, 1, 0.5)), "area")
    assert drawn.low / area == pytest.approx(31.87, rel=0.03)
    assert drawn.high / area == pytest.approx(167.89, rel=0.03)


def test_monte_carlo_agrees_with_the_analytic_method_on_cropland(ask: Ask, kilometres: Box) -> None:
    """48 ± 14.4, normal, on a true map: the bounds have an error of 2.11 x 14.4 / sqrt(50,000) = 0.14."""
    plain, drawn = (
        ask(kilometres(0, 0), overrides=TRUE_MAP, **how)
        for how in ({}, {"method": "monte-carlo", "draws": 50_000})
    )
    for name in ("total", "soil", "mean_density"):
        exact, found = plain.indicator(name), drawn.indicator(name)
        assert found.low == pytest.approx(exact.low, rel=0.03)
        assert found.high == pytest.approx(exact.high, rel=0.01)


@pytest.mark.parametrize("draws", [1_999, 100_001, 2_000.5])
def test_draws_are_bounded(ask: Ask, kilometres: Box, draws: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        ask(kilometres(0, 0), draws=draws)
    assert caught.value.where == "draws"


def test_the_share_of_doubt_has_a_title(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0, 2, 1))
    first = answer.uncertainty.shares[0]
    assert first.title is not None
    assert first.title.fr in answer.fitness.reasons[-1].fr


def test_hedges_make_the_total_partial_and_are_named(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    assert answer.indicator("total").partial
    notice = next(notice for notice in answer.warnings if notice.code == "partial-total")
    assert "Haies" in notice.message.fr
    assert "Hedges" in notice.message.en
