"""The OGC processes of a project and of a territory: descriptions, formats, examples."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from estran.assessments.envelope import Envelope
from estran.processes.base import AssessmentProcessor
from estran.processes.compare_scenarios import CompareScenarios
from estran.processes.project_impact import ProjectImpact
from estran.processes.territory_trajectory import TerritoryTrajectory

Box = Callable[..., dict[str, Any]]

ALL = (ProjectImpact, CompareScenarios, TerritoryTrajectory)


def opened(process: type[AssessmentProcessor], directory: Path) -> AssessmentProcessor:
    return process({"name": process.identifier, "config": str(directory / "pygeoapi-config.yml")})


def wanted(media_type: str) -> dict[str, Any]:
    return {"result": {"format": {"mediaType": media_type}}}


@pytest.mark.parametrize("process", ALL)
def test_every_input_is_said_in_two_languages(process: type[AssessmentProcessor]) -> None:
    described = process.described()
    assert described["title"]["fr"] != described["title"]["en"]
    assert described["jobControlOptions"] == ["sync-execute", "async-execute"]
    for name, given in described["inputs"].items():
        for part in ("title", "description"):
            assert given[part]["fr"], name
            assert given[part]["en"], name
    json.dumps(described)


@pytest.mark.parametrize("process", ALL)
def test_every_nested_field_of_the_form_has_its_french_words(process: type[AssessmentProcessor]) -> None:
    seen = 0
    for definition in process.request.model_json_schema().get("$defs", {}).values():
        for name, field in definition.get("properties", {}).items():
            seen += 1
            assert field.get("description"), name
            assert "x-description-fr" in field, name
    assert seen > 5


@pytest.mark.parametrize("process", ALL)
def test_every_example_is_answered_and_follows_the_schema(
    process: type[AssessmentProcessor], tiny_directory: Path
) -> None:
    schema = Draft202012Validator(Envelope.model_json_schema())
    made = opened(process, tiny_directory)
    for example in made.metadata["examples"]:
        media_type, content = made.execute(example["inputs"])
        assert media_type == "application/json"
        assert Envelope.model_validate(content).process == process.identifier
        schema.validate(json.loads(json.dumps(content)))


def test_formats_of_a_project(tiny_directory: Path, kilometres: Box) -> None:
    process = opened(ProjectImpact, tiny_directory)
    inputs = {"geometry": kilometres(0, 0), "crs": 2154, "after": {"building": 1.0}, "demolition_m2": 100}
    _, csv = process.execute(inputs, wanted("text/csv"))
    assert ',"breakdown","soil","Sols","Soils",' in csv
    _, drawn = process.execute(inputs, wanted("application/geo+json"))
    assert drawn["features"][0]["properties"]["total_tCO2e"] == pytest.approx(66 + 6.3063 + 3.5, rel=1e-4)


def test_the_map_of_a_comparison_is_the_land_that_differs(tiny_directory: Path, kilometres: Box) -> None:
    process = opened(CompareScenarios, tiny_directory)
    inputs = {
        "geometry": kilometres(0, 0),
        "crs": 2154,
        "variants": [{"name": "A"}, {"name": "B", "geometry": kilometres(0, 0, 2, 1)}],
    }
    media_type, drawn = process.execute(inputs, wanted("application/geo+json"))
    assert media_type == "application/geo+json"
    (only,) = drawn["features"]
    assert only["properties"]["where"] == "variant only"
    assert only["properties"]["area_ha"] == pytest.approx(100.186, rel=1e-3)
    assert drawn["total"]["difference_b_tCO2e"] == 0.0


def test_a_path_is_a_table(tiny_directory: Path) -> None:
    process = opened(TerritoryTrajectory, tiny_directory)
    _, csv = process.execute({"territory": "la-rochelle"}, wanted("text/csv"))
    assert ',"timeline","target_linear",' in csv
