"""The OGC process around the assessment: its description, its media types, its refusals."""

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
from estran.carbon.errors import InvalidConfiguration, InvalidGeometry, InvalidInput
from estran.processes.carbon_stock import CarbonStock
from estran.processes.description import content_by_media_type

Box = Callable[..., dict[str, Any]]


@pytest.fixture
def process(tiny_directory: Path) -> CarbonStock:
    return CarbonStock(
        {
            "name": "estran.processes.carbon_stock.CarbonStock",
            "config": str(tiny_directory / "pygeoapi-config.yml"),
        }
    )


def answer(media_type: str) -> dict[str, Any]:
    return {"result": {"format": {"mediaType": media_type}, "transmissionMode": "value"}}


def test_json_is_the_envelope_and_follows_its_schema(process: CarbonStock, kilometres: Box) -> None:
    media_type, content = process.execute({"geometry": kilometres(0, 0, 4, 2), "crs": 2154})
    assert media_type == "application/json"
    assert Envelope.model_validate(content).indicator("total").unit == "tC"
    Draft202012Validator(Envelope.model_json_schema()).validate(json.loads(json.dumps(content)))


def test_the_requested_media_type_is_honoured(process: CarbonStock, kilometres: Box) -> None:
    inputs = {"geometry": kilometres(0, 0), "crs": 2154}
    media_type, content = process.execute(inputs, answer("application/geo+json"))
    assert media_type == "application/geo+json"
    assert content["features"][0]["properties"]["mean_density_tC_per_ha"] == pytest.approx(48.0)
    media_type, content = process.execute(inputs, answer("text/csv"))
    assert media_type == "text/csv"
    assert content.startswith("feature,kind,id,title_fr,title_en")
    for outputs in (None, {}, [], ["result"], {"result": {}}, {"result": {"transmissionMode": "value"}}):
        assert process.execute(inputs, outputs)[0] == "application/json"


@pytest.mark.parametrize(
    ("outputs", "where", "en", "fr"),
    [
        ({"results": {}}, "outputs.results", "did you mean 'result'?", "vouliez-vous dire 'result' ?"),
        (answer("text/cvs"), "outputs.result.format.mediaType", "'text/csv'", "'text/csv'"),
    ],
)
def test_an_unknown_output_is_refused(
    process: CarbonStock, kilometres: Box, outputs: Any, where: str, en: str, fr: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        process.execute({"geometry": kilometres(0, 0), "crs": 2154}, outputs)
    assert caught.value.where == where
    assert en in caught.value.en
    assert fr in caught.value.fr


def test_our_errors_pass_untouched(process: CarbonStock) -> None:
    with pytest.raises(InvalidGeometry):
        process.execute({"geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}})
    with pytest.raises(InvalidInput, match="did you mean 'confidence'"):
        process.execute({"geometry": {}, "confidense": 0.8})
    with pytest.raises(InvalidConfiguration):
        CarbonStock({"name": "x"}).execute({"geometry": {"type": "Point", "coordinates": [0, 0]}})


def test_the_published_examples_run(process: CarbonStock) -> None:
    first, second = (example["inputs"] for example in process.metadata["examples"])
    assert first == process.metadata["example"]["inputs"]
    assert process.execute(first)[1]["coverage"]["share"] > 0.0
    assert second == {"geometry": {"collection": "communes", "ids": ["17300", "17391"]}}
    assert len(process.execute(second)[1]["features"]) == 2


@pytest.mark.parametrize(("language", "word"), [("fr", "Géométrie"), ("en", "Geometry")])
def test_the_description_reads_in_both_languages(process: CarbonStock, language: str, word: str) -> None:
    described = translate_struct(deepcopy(process.metadata), Locale(language))
    assert described["inputs"]["geometry"]["title"] == word
    for name, given in described["inputs"].items():
        assert isinstance(given["title"], str), name
        assert isinstance(given["description"], str), name
        assert isinstance(given["schema"], dict), name
    assert isinstance(described["keywords"], list)
    assert described["outputs"]["result"]["schema"]["oneOf"][0]["properties"]["indicators"]["type"] == "array"
    assert described["example"] == process.metadata["example"]


def test_inputs_come_from_the_model(process: CarbonStock) -> None:
    inputs = process.metadata["inputs"]
    assert list(inputs) == [
        "geometry",
        "crs",
        "overrides",
        "confidence",
        "method",
        "draws",
        "seed",
        "deep_salt_marsh",
        "report",
    ]
    assert [inputs[name]["minOccurs"] for name in inputs] == [1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert inputs["confidence"]["schema"]["minimum"] == 0.5
    assert "$ref" not in json.dumps(process.metadata)
    assert '"null"' not in json.dumps(process.metadata)


def test_outputs_offer_documents_tables_and_maps(process: CarbonStock) -> None:
    content = content_by_media_type(process.metadata["outputs"]["result"])
    assert list(content) == [
        "application/json",
        "application/geo+json",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/geopackage+sqlite3",
        "application/vnd.apache.parquet",
        "application/flatgeobuf",
        "application/vnd.ogc.fg+json",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]
    assert "contentMediaType" not in json.dumps(content)


def test_a_caller_cannot_spoil_the_next_description(process: CarbonStock) -> None:
    process.metadata["outputs"]["result"]["schema"].clear()
    assert CarbonStock({"name": "x"}).metadata["outputs"]["result"]["schema"]["oneOf"]
