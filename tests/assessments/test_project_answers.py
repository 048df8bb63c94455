"""Development projects: doubt, gaps, refusals and what an answer says of itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from assessments.project_answers import FULL, REACH, Ask, Box, codes, row, value

from estran.assessments.project_impact import assess_project_impact
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput
from estran.layers.territory import read_territory


def test_embodied_carbon_errs_together_across_uses(impact: Ask, kilometres: Box) -> None:
    """530 and 810 t at 20 % each, one method: 268 in sum; as if independent it would be 194."""
    programme = [
        {"use": "house", "floor_area_m2_sref": 1000},
        {"use": "office", "floor_area_m2_sref": 1000},
    ]
    built = row(impact(kilometres(0, 0), programme=programme), "construction")
    assert built.high - built.value == pytest.approx(REACH * 0.2 * (530 + 810), rel=1e-4)


def test_the_doubt_of_the_grid_is_the_same_every_year(impact: Ask, kilometres: Box) -> None:
    energy = [{"carrier": "electricity_average", "kwh_per_m2_year": 40}]
    programme = [{"use": "office", "floor_area_m2_sref": 1000, "energy": energy}]
    one, ten = (
        row(impact(kilometres(0, 0), programme=programme, horizon_years=years), "operation")
        for years in (1, 10)
    )
    assert ten.high - ten.value == pytest.approx(10 * (one.high - one.value), rel=1e-6)


@pytest.mark.parametrize(
    ("inputs", "item", "words"),
    [
        ({"parking": [{"spaces": 50, "kind": "underground"}]}, "parking.underground.0", "underground"),
        (
            {"programme": [{"use": "hotel", "floor_area_m2_sref": 500}]},
            "operation.hotel.0",
            "“Energy in use”",
        ),
        (
            {"programme": [{"use": "library", "floor_area_m2_sref": 500}], "permit_year": 2023},
            "construction.library.0",
            "2025",
        ),
        ({"programme": [{"use": "house", "floor_area_m2_sref": 500}]}, "mobility", "“Mobility”"),
        (
            {"programme": [{"use": "house", "floor_area_m2_sref": 500}], "horizon_years": 60},
            "renewal",
            "renewal",
        ),
        ({"mobility": {"distance_km": 8}}, "mobility.trips", "trips"),
    ],
)
def test_what_has_no_value_is_null_and_listed(
    impact: Ask, kilometres: Box, inputs: dict[str, Any], item: str, words: str
) -> None:
    answer = impact(kilometres(0, 0), **inputs)
    assert row(answer, item).value is None
    assert words in row(answer, item).reason.en
    assert row(answer, item).reason.fr != row(answer, item).reason.en
    assert answer.indicator("total").partial
    assert "partial-total" in codes(answer)


def test_land_without_density_is_not_zero(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(2, 0), after={"building": 10.0})
    assert row(answer, "soil").value is None
    assert answer.indicator("total").partial
    half = impact(kilometres(2, 0, 2, 2), after={"building": 10.0})
    assert row(half, "soil").value is not None
    assert row(half, "soil").not_evaluated_area == pytest.approx(7.5, rel=1e-3)


def test_outside_the_territory_there_is_no_number(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(20, 20), **FULL)
    assert {each.value for each in answer.indicators} == {None}
    assert {each.value for each in answer.breakdown} == {None}
    assert answer.coverage.share == 0.0
    assert "outside-territory" in codes(answer)


@pytest.mark.parametrize(
    ("inputs", "en", "fr"),
    [
        ({"after": {"building": 6000.0}}, r"after.*is in ha, not in m2", "pas en m2"),
        ({"after": {"building": 60.0, "road": 60.0}}, "correct the areas", "corrigez les surfaces"),
        ({"desealed_m2": 10.0}, "sealed land of 0 ha", "imperméabilisée de 0 ha"),
        ({"sealed_m2": 2e6}, "open land", "surface ouverte"),
        ({"after": {"road": 1.0}, "sealed_m2": 10.0}, "count twice", "compterait deux"),
        ({"after": {"roads": 1.0}}, "road", "road"),
        ({"programme": [{"use": "house", "floor_area_m2": 100}]}, "floor_area_m2_sref", "floor_area_m2_sref"),
        ({"horizon_years": 0}, "at least 1", "au moins 1"),
        ({"pv_kwp": -1.0}, "at least 0", "au moins 0"),
    ],
)
def test_wrong_inputs_are_refused_in_both_languages(
    impact: Ask, kilometres: Box, inputs: dict[str, Any], en: str, fr: str
) -> None:
    with pytest.raises(InvalidInput, match=en) as caught:
        impact(kilometres(0, 0), **inputs)
    assert fr in caught.value.fr


def test_areas_a_little_over_the_outline_are_brought_down_to_it(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(0, 0), after={"artificial_sealed": 100.5})
    assert "areas-scaled" in codes(answer)
    assert row(answer, "soil").value == pytest.approx(66.0 * 100.186, rel=1e-4)


def test_features_that_overlap_or_carry_an_unknown_class_are_refused(impact: Ask, kilometres: Box) -> None:
    def collection(*properties: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "geometry": kilometres(0, 0), "properties": each} for each in properties
            ],
        }

    with pytest.raises(InvalidInput, match="overlap"):
        impact(collection({"after": "road"}, {"after": "building"}))
    with pytest.raises(InvalidInput, match=r"unknown land class 'Road'; did you mean 'road'"):
        impact(collection({"after": "Road"}))
    with pytest.raises(InvalidInput, match="count twice"):
        impact(collection({"after": "road"}), sealed_m2=10.0)


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"programme": [{"use": "house", "floor_area_m2_sref": 1.3e7}]}, "floor-area"),
        (
            {"after": {"building": 0.1}, "programme": [{"use": "house", "floor_area_m2_sref": 13_000}]},
            "floor-area",
        ),
        ({"programme": [{"use": "house", "floor_area_m2_sref": 2.2e6, "storeys": 2}]}, "larger-than-outline"),
        ({"roads": [{"area_m2": 2e6}]}, "larger-than-outline"),
        ({"mobility": {"trips_per_day": 9, "modal_shares": {"car": 0.5}}}, "modal-shares"),
        ({"mobility": {"trips_per_day": 9}}, "mobility-of-residents"),
    ],
)
def test_doubtful_inputs_are_told(impact: Ask, kilometres: Box, inputs: dict[str, Any], code: str) -> None:
    assert code in codes(impact(kilometres(0, 0), **inputs))
    assert code not in codes(impact(kilometres(0, 0), sealed_m2=100.0))


def test_felled_trees_on_wooded_land_may_count_twice(impact: Ask, kilometres: Box) -> None:
    assert "trees-twice" in codes(impact(kilometres(1, 0), after={"road": 1.0}, trees={"felled": 5}))
    assert "trees-twice" not in codes(impact(kilometres(0, 0), after={"road": 1.0}, trees={"felled": 5}))


def test_the_share_of_the_yearly_cut_of_la_rochelle(tiny_directory: Path, kilometres: Box) -> None:
    """35 t the first year; the cut is (2.0 - 1.4 Mt) / 11 years = 54,545 t; footprint 2 Mt."""
    document = yaml.safe_load((tiny_directory / "pygeoapi-config.yml").read_text(encoding="utf-8"))
    document["estran"]["territory"]["id"] = "la-rochelle"
    path = tiny_directory / "la-rochelle-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    request = read_request(
        ProjectImpactRequest,
        {"geometry": kilometres(0, 0), "crs": 2154, "demolition_m2": 1000, "horizon_years": 10},
    )
    answer = assess_project_impact(request, read_territory(path))
    assert value(answer, "first_year_share_of_yearly_cut") == pytest.approx(100 * 35 / (600_000 / 11))
    assert value(answer, "mean_annual_share_of_footprint") == 0.0
    assert "footprint-scope" in codes(answer)


def test_a_territory_without_targets_says_so(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(0, 0), demolition_m2=1000)
    assert "no-target" in codes(answer)
    assert all("yearly_cut" not in each.id for each in answer.indicators)


def test_an_override_moves_the_result_and_the_receipt(impact: Ask, kilometres: Box) -> None:
    inputs: dict[str, Any] = {"demolition_m2": 1000}
    plain = impact(kilometres(0, 0), **inputs)
    given_value = {"demolition.building": {"value": 50, "reason": "site audit"}}
    changed = impact(kilometres(0, 0), **inputs, overrides=given_value)
    assert row(changed, "demolition").value == pytest.approx(50.0)
    assert changed.receipt.hash != plain.receipt.hash
    assert plain.canonical() == impact(kilometres(0, 0), **inputs).canonical()


def test_every_factor_read_is_listed_with_its_unit_and_source(impact: Ask, kilometres: Box) -> None:
    answer = impact(kilometres(0, 0, 2, 2), **FULL, pv_kwp=50)
    listed = {factor.id for factor in answer.factors}
    assert {name for each in answer.breakdown for name in each.factors} <= listed
    assert {"pv.yield.national", "pv.degradation", "energy.electricity.average"} <= listed
    assert all(factor.unit and factor.source for factor in answer.factors)


def test_defaults_name_a_factor_that_exists() -> None:
    """A form shows the source of each default: `x-default` is a factor, the start of some, or a choice."""
    from estran.factors.registry import read_registry

    entries = read_registry().entries
    schema = ProjectImpactRequest.model_json_schema()
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "x-default" in node:
                found.append(node["x-default"])
                known = node["x-default"] == node.get("default") or any(
                    name == node["x-default"] or name.startswith(f"{node['x-default']}.") for name in entries
                )
                assert known, node["x-default"]
            if node.get("type") and "description" in node and "properties" not in node:
                assert "x-description-fr" in node or "enum" in node
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(schema)
    assert len(found) >= 10


def test_words_for_a_person_name_no_input_by_its_code(impact: Ask, kilometres: Box) -> None:
    """Reasons and notices give the label of an input or of a figure, not its name in the request."""
    answer = impact(kilometres(0, 0, 2, 2), **FULL, electricity_yearly_change=-0.02)
    bare = impact(kilometres(0, 0), programme=[{"use": "hotel", "floor_area_m2_sref": 500}])
    for each in (answer, bare):
        said = [notice.message for notice in each.warnings if notice.code != "unchecked-factor"]
        said += [line.reason for line in each.breakdown if line.reason]
        assert said
        assert [text for text in said if "`" in text.fr + text.en] == []
