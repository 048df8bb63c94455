"""Annual flux: METHODS section 2, its checks and its mistakes; expected values worked by hand."""

from collections.abc import Callable
from math import fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Answer, Envelope
from estran.carbon.errors import InvalidInput

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

K = 44 / 12


def value(answer: Answer, name: str) -> float:
    found = answer.indicator(name).value
    assert found is not None, name
    return found


def row(answer: Answer, item: str):
    return next(each for each in answer.breakdown if each.item == item)


def test_forest_terms_are_apart_and_negative_when_removed(flux: Ask, kilometres: Box) -> None:
    """Broadleaf, group F1, 2016-2020 inventory: 5.92, 0.95, 3.05 m3/ha/yr and 0.54 tC/m3."""
    answer = flux(kilometres(1, 0))
    area = value(answer, "area")
    assert value(answer, "forest_growth") == pytest.approx(-5.92 * 0.54 * K * area)
    assert value(answer, "forest_mortality") == pytest.approx(0.95 * 0.54 * K * area)
    assert value(answer, "forest_harvest") == pytest.approx(3.05 * 0.54 * K * area)
    assert value(answer, "total") == pytest.approx(-1.92 * 0.54 * K * area)
    assert value(answer, "forest_balance") == pytest.approx(-1.05 * K * area)
    assert not answer.indicator("total").partial
    assert "forest-balance" not in {each.code for each in answer.warnings}


def test_a_balance_that_rounding_does_not_explain_is_told(flux: Ask, kilometres: Box, marsh: object) -> None:
    """The same terms with an overridden harvest no longer make the published balance."""
    answer = flux(
        kilometres(1, 0),
        overrides={"forest.harvest.forest_broadleaf.f1": {"value": 2.0, "reason": "test"}},
    )
    notice = next(each for each in answer.warnings if each.code == "forest-balance")
    assert "1.05" in notice.message.en
    assert "1,05" in notice.message.fr


def test_a_small_wood_is_unsure_by_more_than_its_balance(flux: Ask, kilometres: Box) -> None:
    """METHODS: below about 100 ha regional means have a relative uncertainty above 1; half that at 400 ha."""
    small, large = flux(kilometres(1, 0, 0.5, 0.5)), flux(kilometres(1, 0))
    for answer, least in ((small, 2.0), (large, 1.0)):
        total = answer.indicator("forest_net")
        assert total.low is not None
        assert total.high is not None
        assert total.value is not None
        assert (total.high - total.low) / 3.29 >= least * abs(total.value) * 0.999


def test_trees_in_town_give_back_a_quarter(flux: Ask, kilometres: Box) -> None:
    """2.8 tC per hectare of canopy and year, gross; about three quarters net."""
    answer = flux(kilometres(1, 1))
    area = value(answer, "area")
    assert row(answer, "artificial_trees/uptake").value == pytest.approx(-2.8 * K * area)
    assert value(answer, "trees") == pytest.approx(-2.8 * 0.75 * K * area)
    assert "land.canopy.net_share" in next(
        each.message.en for each in answer.warnings if each.code == "unchecked-factor"
    )


def test_a_salt_meadow_buries_and_has_no_methane(flux: Ask, kilometres: Box) -> None:
    answer = flux(kilometres(2, 0, 1, 0.5))
    area = value(answer, "area")
    assert value(answer, "wetland_burial") == pytest.approx(-1.66 * K * area)
    assert value(answer, "wetland_ch4") == 0.0
    assert row(answer, "wetland/salt_meadow/n2o").value is None
    assert answer.indicator("total").partial


def test_a_mudflat_counts_zero_by_convention_and_says_what_else_it_could_be(
    flux: Ask, kilometres: Box
) -> None:
    """No rate is retained (central 0); 1.298 tC/ha/yr is a sensitivity, never a part of the total."""
    answer = flux(kilometres(2, 0.5, 1, 0.5))
    assert row(answer, "wetland/mudflat/burial").value == 0.0
    assert value(answer, "mudflat_burial") == pytest.approx(-1.298 * K * value(answer, "area"))
    assert value(answer, "total") == 0.0
    conventions = [each.where for each in answer.warnings if each.code == "conventional-zero"]
    assert "land.wetland.burial.mudflat" in conventions


def test_a_missing_rate_is_not_evaluated_and_the_salt_marsh_is_never_lent(flux: Ask, kilometres: Box) -> None:
    for box, wetland in (
        (kilometres(2, 1, 1, 0.5), "wetland/dyked_brackish_marsh"),
        (kilometres(2, 1.5, 1, 0.5), "wetland/dyked_salt_marsh"),
        (kilometres(3, 1, 1, 0.5), "grassland_herbaceous/dyked_fresh_marsh"),
    ):
        burial = row(flux(box), f"{wetland}/burial")
        assert burial.value is None
        assert burial.reason is not None
        assert burial.reason.fr
        assert burial.not_evaluated_area == burial.area


def test_salinity_decides_the_methane(flux: Ask, kilometres: Box) -> None:
    """Below 18: 193.7 kgCH4/ha/yr, 27.0 over 100 years and 79.7 over 20; above 18: zero."""
    brackish = kilometres(2, 1, 1, 0.5)
    below, above = flux(brackish), flux(brackish, brackish_salinity="above_18")
    area = value(below, "area")
    assert value(below, "wetland_ch4") == pytest.approx(193.7 * 27.0 / 1000 * area)
    assert value(below, "total_gwp20") == pytest.approx(193.7 * 79.7 / 1000 * area)
    assert value(above, "wetland_ch4") == 0.0


def test_a_fresh_marsh_emits_methane(flux: Ask, kilometres: Box) -> None:
    answer = flux(kilometres(3, 1, 1, 0.5))
    assert value(answer, "total") == pytest.approx(235 * 27.0 / 1000 * value(answer, "area"))


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (3, 0)])
def test_a_mature_system_gives_no_flux_and_says_it_is_a_convention(
    flux: Ask, kilometres: Box, place: tuple[int, int]
) -> None:
    answer = flux(kilometres(*place))
    assert value(answer, "total") == 0.0
    assert any(each.code == "conventional-zero" for each in answer.warnings)


def test_land_use_change_stands_beside_and_is_not_in_the_total(flux: Ask, kilometres: Box) -> None:
    """An eighth of the commune 17300: 0.0193 ha of arable land built up in six years, 80 % of it sealed."""
    answer = flux(kilometres(0, 0))
    assert row(answer, "land_use_change/soil_loss").value == pytest.approx(
        0.0193 / 6 * 0.8 * 18 * K / 8, rel=1e-4
    )
    assert answer.indicator("land_use_change").partial
    assert answer.indicator("land_use_change").horizon == "2012–2018"
    changed = [each for each in answer.breakdown if each.item.startswith("land_use_change/")]
    assert {each.indicators for each in changed} == {("land_use_change",)}
    assert not answer.indicator("total").partial
    assert value(answer, "total") == 0.0
    assert "clc_changes_2012_2018_communes_france" in {each.id for each in answer.sources}


def test_the_map_may_be_wrong_and_says_so(flux: Ask, kilometres: Box) -> None:
    """Cropland exchanges nothing; up to 15 % of it may be what the rest of the commune is."""
    answer = flux(kilometres(0, 0))
    error = row(answer, "land_cover_error/removals")
    assert error.value == 0.0
    assert error.high == pytest.approx(-error.low)
    assert error.high > 0.0
    assert {each.source for each in answer.uncertainty.shares} == {"land.cover.accuracy"}
    sure = flux(kilometres(0, 0), overrides={"land.cover.accuracy": {"value": 1.0, "reason": "a true map"}})
    assert row(sure, "land_cover_error/removals").high == 0.0


def test_the_rows_make_the_sums_exactly(flux: Ask, kilometres: Box) -> None:
    answer = flux(kilometres(0, 0, 4, 2))
    for each in answer.indicators:
        members = [line.value for line in answer.breakdown if each.id in line.indicators]
        known = [number for number in members if number is not None]
        if known:
            assert each.value == fsum(known), each.id
    assert value(answer, "total") == pytest.approx(value(answer, "removals") + value(answer, "emissions"))
    assert value(answer, "removals") < 0.0 < value(answer, "emissions")


@settings(max_examples=12)
@given(cut=st.floats(0.3, 3.7), height=st.floats(0.3, 1.7))
def test_cutting_changes_nothing(flux: Ask, kilometres: Box, cut: float, height: float) -> None:
    whole = flux(kilometres(0, 0, 4, 2))
    pieces = [
        flux(kilometres(*box))
        for box in (
            (0, 0, cut, height),
            (cut, 0, 4 - cut, height),
            (0, height, cut, 2 - height),
            (cut, height, 4 - cut, 2 - height),
        )
    ]
    for name in ("total", "removals", "emissions", "forest_net", "wetland_ch4", "total_gwp20"):
        parts = fsum(found for each in pieces if (found := _optional(each, name)) is not None)
        assert parts == pytest.approx(value(whole, name), rel=1e-9, abs=1e-6), name


def _optional(answer: Answer, name: str) -> float | None:
    return next((each.value for each in answer.indicators if each.id == name), None)


def test_features_add_up_to_the_total(flux: Ask, kilometres: Box) -> None:
    boxes = [kilometres(1, 0), kilometres(2, 0), kilometres(2, 1)]
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": box} for box in boxes],
    }
    answer = flux(collection)
    assert answer.features is not None
    assert fsum(value(each, "total") for each in answer.features) == pytest.approx(value(answer, "total"))


def test_nothing_is_zero_and_outside_is_null(flux: Ask, kilometres: Box) -> None:
    point = flux({"type": "Point", "coordinates": [380_100, 6_570_100]})
    assert value(point, "total") == 0.0
    outside = flux(kilometres(50, 50))
    assert outside.indicator("total").value is None
    assert outside.coverage.inside == 0.0
    assert "outside-territory" in {each.code for each in outside.warnings}


def test_monte_carlo_agrees_and_repeats(flux: Ask, kilometres: Box) -> None:
    place = kilometres(0, 0, 4, 2)
    first, again = (flux(place, method="monte-carlo", draws=4000, seed=7) for _ in range(2))
    assert first.canonical() == again.canonical()
    analytic = flux(place)
    assert value(first, "total") == value(analytic, "total")
    for bound in ("low", "high"):
        drawn, computed = (getattr(each.indicator("total"), bound) for each in (first, analytic))
        assert drawn == pytest.approx(computed, rel=0.15)


def test_an_override_is_shown_and_counts(flux: Ask, kilometres: Box) -> None:
    answer = flux(
        kilometres(2, 0, 1, 0.5),
        overrides={"land.wetland.autochthonous_share": {"value": 0.5, "reason": "cores"}},
    )
    assert value(answer, "wetland_burial") == pytest.approx(-0.83 * K * value(answer, "area"))
    assert any(each.overridden and each.reason == "cores" for each in answer.factors)


def test_bad_inputs_are_refused_in_both_languages(flux: Ask, kilometres: Box) -> None:
    with pytest.raises(InvalidInput) as caught:
        flux(kilometres(0, 0), brackish_salinity="18")
    assert caught.value.where == "brackish_salinity"
    assert "must be one of" in caught.value.en
    assert "doit valoir" in caught.value.fr
