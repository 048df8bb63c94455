"""The OGC processes about buildings, car parks and the sun: described in two languages, they answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.processes.building_emissions import BuildingEmissions
from estran.processes.parking_potential import ParkingPotential
from estran.processes.solar_potential import SolarPotential

PROCESSES = [BuildingEmissions, ParkingPotential, SolarPotential]

BOX = {
    "type": "Polygon",
    "coordinates": [
        [[380000, 6570000], [382000, 6570000], [382000, 6572000], [380000, 6572000], [380000, 6570000]]
    ],
}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_input_is_described_in_two_languages(process: Any) -> None:
    described = process.described()
    assert described["jobControlOptions"] == ["sync-execute", "async-execute"]
    for name, entry in described["inputs"].items():
        for words in (entry["title"], entry["description"]):
            assert words["fr"], name
            assert words["en"], name
            assert words["fr"] != words["en"], name


@pytest.mark.parametrize("process", PROCESSES)
def test_published_examples_follow_their_model(process: Any, objects_directory: Path) -> None:
    made = process({"name": "x", "config": str(objects_directory / "pygeoapi-config.yml")})
    assert made.metadata["examples"]
    for example in made.metadata["examples"]:
        read_request(process.request, example["inputs"])


@pytest.mark.parametrize("process", PROCESSES)
def test_answers_in_every_media_type(process: Any, objects_directory: Path) -> None:
    running = process({"name": "x", "config": str(objects_directory / "pygeoapi-config.yml")})
    media_type, content = running.execute({"geometry": BOX, "crs": 2154})
    assert media_type == "application/json"
    Draft202012Validator(Envelope.model_json_schema()).validate(json.loads(json.dumps(content)))
    assert Envelope.model_validate(content).indicator("total").value > 0.0
    for wanted in ("application/geo+json", "text/csv"):
        outputs = {"result": {"format": {"mediaType": wanted}}}
        assert running.execute({"geometry": BOX, "crs": 2154}, outputs)[0] == wanted


@pytest.mark.parametrize("process", PROCESSES)
def test_the_same_question_has_the_same_answer(process: Any, objects_directory: Path) -> None:
    running = process({"name": "x", "config": str(objects_directory / "pygeoapi-config.yml")})
    first, second = (
        Envelope.model_validate(running.execute({"geometry": BOX, "crs": 2154})[1]) for _ in range(2)
    )
    assert first.canonical() == second.canonical()
