"""The OGC processes on land: descriptions in two languages, and examples that run."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from jsonschema import Draft202012Validator
from pygeoapi.l10n import translate_struct

from estran.assessments.envelope import Envelope
from estran.processes.base import AssessmentProcessor
from estran.processes.carbon_balance import CarbonBalance
from estran.processes.carbon_flux import CarbonFlux
from estran.processes.sequestration_potential import SequestrationPotential

Box = Callable[..., dict[str, Any]]

PROCESSES: dict[str, type[AssessmentProcessor]] = {
    "carbon-flux": CarbonFlux,
    "sequestration-potential": SequestrationPotential,
    "carbon-balance": CarbonBalance,
}


@pytest.fixture(params=sorted(PROCESSES))
def process(request: pytest.FixtureRequest, marsh_directory: Path) -> AssessmentProcessor:
    kind = PROCESSES[request.param]
    config = str(marsh_directory / "pygeoapi-config.yml")
    return kind({"name": f"{kind.__module__}.{kind.__name__}", "config": config})


def test_the_published_examples_run(process: AssessmentProcessor) -> None:
    for example in process.metadata["examples"]:
        media_type, content = process.execute(example["inputs"])
        assert media_type == "application/json"
        Draft202012Validator(Envelope.model_json_schema()).validate(json.loads(json.dumps(content)))


def test_the_answer_serves_other_media_types(process: AssessmentProcessor, kilometres: Box) -> None:
    inputs = {"geometry": kilometres(0, 0, 4, 2), "crs": 2154}
    for media_type in ("application/geo+json", "text/csv"):
        asked = {"result": {"format": {"mediaType": media_type}}}
        assert process.execute(inputs, asked)[0] == media_type


def test_every_input_is_described_in_both_languages(process: AssessmentProcessor) -> None:
    assert PROCESSES[process.metadata["id"]] is type(process)
    for language in ("fr", "en"):
        described = translate_struct(deepcopy(process.metadata), Locale(language))
        for name, given in described["inputs"].items():
            assert isinstance(given["title"], str), name
            assert isinstance(given["description"], str), name
    for name, given in process.metadata["inputs"].items():
        assert given["description"]["fr"] != given["description"]["en"], name
    assert "$ref" not in json.dumps(process.metadata)


def test_both_modes_are_offered(process: AssessmentProcessor) -> None:
    assert process.metadata["jobControlOptions"] == ["sync-execute", "async-execute"]
