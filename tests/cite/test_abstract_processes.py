"""Abstract tests of OGC API - Processes, part 1, with the echo process that its test suite asks for.

Reference: OGC 18-062r2, annex A.
"""

import time
from typing import Any

import jsonschema
import pytest
from cite.conftest import Answer, Site
from cite.echo import SCHEMAS

EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
INPUTS: dict[str, Any] = {
    "string": "Aytré",
    "number": 1.5,
    "integers": [1, 2, 3],
    "object": {"property1": "value1", "property2": "value2"},
    "image": "SUkqAA==",
    "bbox": {"bbox": [51.9, 7, 52, 7.1], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
}
STATUS_SCHEMA = {
    "type": "object",
    "required": ["jobID", "status", "type"],
    "properties": {
        "jobID": {"type": "string"},
        "processID": {"type": "string"},
        "type": {"enum": ["process"]},
        "status": {"enum": ["accepted", "running", "successful", "failed", "dismissed"]},
        "message": {"type": "string"},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        **{name: {"type": "string", "format": "date-time"} for name in ("created", "started", "finished")},
        "links": {"type": "array", "items": {"type": "object", "required": ["href", "rel"]}},
    },
}


def execute(site: Site, body: Any, *, prefer: str = "", process: str = "echo") -> Answer:
    headers = {"Prefer": prefer} if prefer else {}
    return site.ask(f"/processes/{process}/execution", method="POST", body=body, headers=headers)


def status_of(site: Site, address: str) -> Any:
    status = site.ask(address).json()
    jsonschema.validate(status, STATUS_SCHEMA)
    return status


def finished(site: Site, address: str) -> Any:
    for _ in range(600):
        status = status_of(site, address)
        if status["status"] not in {"accepted", "running"}:
            return status
        time.sleep(0.1)
    raise AssertionError(status)


def test_the_list_and_each_description(site: Site) -> None:
    listed = site.get("/processes")
    assert listed.link("self", "application/json")
    assert site.ask(listed.link("alternate", "text/html")).media_type == "text/html"
    for summary in listed.json()["processes"]:
        assert {"id", "version", "jobControlOptions", "outputTransmission"} <= summary.keys()
        described = site.get(f"/processes/{summary['id']}").json()
        assert described["id"] == summary["id"]
        assert described["inputs"]
        assert described["outputs"]
        for part in (*described["inputs"].values(), *described["outputs"].values()):
            assert isinstance(part["schema"], dict)
            assert isinstance(part["title"], str)
    assert [item["id"] for item in site.get("/processes?limit=1").json()["processes"]]


def test_limit_of_the_list(site: Site) -> None:
    assert len(site.get("/processes?limit=1").json()["processes"]) == 1


def test_an_unknown_process(site: Site) -> None:
    for answer in (site.ask("/processes/nothing"), execute(site, {"inputs": {}}, process="nothing")):
        assert (answer.status, answer.media_type) == (404, "application/problem+json")
        assert answer.json()["type"] == f"{EXCEPTIONS}/no-such-process"


@pytest.mark.parametrize("name", [*SCHEMAS])
def test_each_kind_of_input_inline(site: Site, name: str) -> None:
    answer = execute(site, {"inputs": {name: INPUTS[name]}, "outputs": {name: {"transmissionMode": "value"}}})
    assert (answer.status, answer.json()) == (200, {name: INPUTS[name]})


def test_all_outputs_when_none_is_named(site: Site) -> None:
    assert execute(site, {"inputs": INPUTS}).json() == INPUTS


def test_outputs_that_are_asked(site: Site) -> None:
    asked = {"string": {"transmissionMode": "value"}, "number": {}}
    for response in ("raw", "document"):
        answer = execute(site, {"inputs": INPUTS, "outputs": asked, "response": response})
        assert (answer.status, answer.media_type) == (200, "application/json")
        assert answer.json() == {"string": "Aytré", "number": 1.5}


def test_the_preference_decides_the_mode(site: Site) -> None:
    assert execute(site, {"inputs": {"string": "x"}}).status == 200
    assert execute(site, {"inputs": {"string": "x"}}, prefer="respond-sync").status == 200
    created = execute(site, {"inputs": {"string": "x"}}, prefer="respond-async")
    assert created.status == 201
    jsonschema.validate(created.json(), STATUS_SCHEMA)
    assert created.headers["preference-applied"] == "respond-async"
    assert created.headers["location"] == f"{site.url}/jobs/{created.json()['jobID']}"


def test_a_job_from_its_creation_to_its_results(site: Site) -> None:
    address = execute(site, {"inputs": {**INPUTS, "pause": 2}}, prefer="respond-async").headers["location"]
    waiting = status_of(site, address)
    assert waiting["status"] in {"accepted", "running"}
    assert [link["rel"] for link in waiting["links"]] == ["self"]
    early = site.ask(f"{address}/results")
    assert (early.status, early.json()["type"]) == (404, f"{EXCEPTIONS}/result-not-ready")
    status = finished(site, address)
    assert (status["status"], status["processID"], status["progress"]) == ("successful", "echo", 100)
    assert status["created"] <= status["started"] <= status["finished"]
    (results,) = (link["href"] for link in status["links"] if link["rel"] == f"{REL}/results")
    assert site.ask(results).json() == INPUTS


def test_a_job_is_dismissed(site: Site) -> None:
    address = execute(site, {"inputs": {"pause": 20}}, prefer="respond-async").headers["location"]
    dismissed = site.ask(address, method="DELETE")
    assert dismissed.status == 200
    jsonschema.validate(dismissed.json(), {**STATUS_SCHEMA, "required": ["jobID", "status"]})
    assert dismissed.json()["status"] == "dismissed"


def test_an_unknown_job(site: Site) -> None:
    for path in ("/jobs/nothing", "/jobs/nothing/results", "/jobs/00000000-0000-4000-8000-000000000000"):
        answer = site.ask(path)
        assert (answer.status, answer.json()["type"]) == (404, f"{EXCEPTIONS}/no-such-job")
    assert site.ask("/jobs/nothing", method="DELETE").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"inputs": []},
        {"inputs": {"number": "many"}},
        {"inputs": {"integers": [1.5]}},
        {"inputs": {"nothing": 1}},
        {"inputs": {}, "outputs": {"nothing": {}}},
        {"inputs": {}, "response": "other"},
        {"inputs": {}, "subscriber": 5},
        {"inputs": {}, "subscriber": {}},
        {"inputs": {}, "subscriber": {"successUri": "http://127.0.0.1:9/done"}},
        {"inputs": {"bbox": {"crs": "x"}}},
        {"inputs": {"string": {"type": "wrong/type"}}},
    ],
)
def test_a_request_that_makes_no_sense(site: Site, body: Any) -> None:
    answer = execute(site, body)
    assert (answer.status, answer.media_type) == (400, "application/problem+json")


def test_the_real_process_answers_its_own_examples(site: Site) -> None:
    described = site.get("/processes/carbon-stock").json()
    assert described["examples"]
    for example in described["examples"]:
        assert execute(site, example, process="carbon-stock").status == 200
