"""The manager behind pygeoapi's own functions, as a plain pygeoapi would call it."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from flask import Flask, request
from pygeoapi.api import API, APIRequest
from pygeoapi.api import processes as processes_api

from estran.jobs.engine import close_engines
from estran.jobs.manager import ProcessManager

Answer = tuple[dict[str, str], int, Any]
Call = Callable[..., Answer]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[API]:
    folder = tmp_path_factory.mktemp("pygeoapi")
    configuration: dict[str, Any] = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 5000},
            "url": "http://localhost:5000",
            "mimetype": "application/json; charset=UTF-8",
            "languages": ["en", "fr"],
            "limits": {"default_items": 10, "max_items": 100},
            "map": {"url": "", "attribution": ""},
            "manager": {
                "name": "estran.jobs.manager.ProcessManager",
                "connection": str(folder / "jobs" / "jobs.sqlite"),
            },
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": {"en": "test"},
                "description": {"en": "test"},
                "keywords": {"en": ["test"]},
                "keywords_type": "theme",
                "terms_of_service": "",
                "url": "http://localhost",
            },
            "license": {"name": "", "url": ""},
            "provider": {"name": "", "url": ""},
            "contact": {"name": "", "url": ""},
        },
        "resources": {
            "echo": {"type": "process", "processor": {"name": "sample_processors.Echo"}},
            "faulty": {"type": "process", "processor": {"name": "sample_processors.Faulty"}},
        },
    }
    yield API(configuration, openapi={})
    close_engines()


@pytest.fixture
def call(api: API) -> Call:
    app = Flask(__name__)

    def answer(function: Callable[..., Answer], *args: str, **context: Any) -> Answer:
        with app.test_request_context(**context):
            return function(api, APIRequest.from_flask(request, api.locales), *args)

    return answer


def execute(call: Call, process: str, document: dict[str, Any], **headers: str) -> Answer:
    return call(processes_api.execute_process, process, method="POST", json=document, headers=headers)


def test_a_raw_result_reaches_the_client_unchanged(call: Call) -> None:
    headers, status, body = execute(call, "echo", {"inputs": {"text": "a < b & c > é"}})
    assert status == 200
    assert headers["Content-Type"].split(";")[0] == "application/json"
    assert json.loads(body)["text"] == "a < b & c > é"


def test_a_document_is_json_keyed_by_output(call: Call) -> None:
    document = {
        "inputs": {"text": "a"},
        "outputs": {"result": {"format": {"mediaType": "text/csv"}}},
        "response": "document",
    }
    headers, status, body = execute(call, "echo", document)
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "application/json")
    assert json.loads(body)["result"]["mediaType"] == "text/csv"


def test_csv_is_sent_as_csv(call: Call) -> None:
    document = {"inputs": {"text": "a"}, "outputs": {"result": {"format": {"mediaType": "text/csv"}}}}
    headers, status, body = execute(call, "echo", document)
    assert (status, headers["Content-Type"], body) == (200, "text/csv", b"text\r\na\r\n")


def test_a_refusal_becomes_a_status_and_a_type(call: Call) -> None:
    _, status, body = execute(call, "echo", {"inputs": {"txet": "a"}})
    assert status == 400
    assert json.loads(body)["type"].endswith("/invalid-parameter-value")
    assert "text" in json.loads(body)["description"]
    _, status, body = execute(call, "faulty", {"inputs": {"how": "bug"}})
    assert status == 500
    assert "secret" not in body


@pytest.mark.parametrize("response", ["raw", "document"])
def test_a_job_from_acceptance_to_its_results(call: Call, until: Callable[..., Any], response: str) -> None:
    document = {"inputs": {"text": "a < b"}, "response": response}
    headers, status, body = execute(call, "echo", document, Prefer="respond-async")
    assert (status, json.loads(body)["status"]) == (201, "accepted")
    assert headers["Content-Type"] == "application/json"
    identifier = headers["Location"].rsplit("/", 1)[1]
    assert json.loads(body)["jobID"] == identifier

    def done() -> Any:
        state = json.loads(call(processes_api.get_jobs, identifier, query_string="f=json")[2])
        return state if state["status"] == "successful" else None

    state = until(done)
    assert (state["processID"], state["progress"]) == ("echo", 100)
    headers, status, body = call(processes_api.get_job_result, identifier)
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "application/json")
    result = json.loads(body)
    assert (result["result"] if response == "document" else result)["text"] == "a < b"
    _, status, body = call(processes_api.delete_job, identifier)
    assert (status, json.loads(body)["status"]) == (200, "dismissed")
    assert call(processes_api.get_jobs, identifier)[1] == 404


def test_the_list_of_jobs_is_empty(call: Call) -> None:
    execute(call, "echo", {"inputs": {"text": "a"}}, Prefer="respond-async")
    assert json.loads(call(processes_api.get_jobs, query_string="f=json")[2])["jobs"] == []


def test_processes_are_described_as_running_in_both_modes(call: Call) -> None:
    description = json.loads(call(processes_api.describe_processes, "echo", query_string="f=json")[2])
    assert description["jobControlOptions"] == ["sync-execute", "async-execute"]


def test_the_openapi_document_needs_no_worker(api: API, tmp_path: Path) -> None:
    configuration = copy.deepcopy(api.config)
    configuration["server"]["manager"]["connection"] = str(tmp_path / "never" / "jobs.sqlite")
    assert isinstance(api.manager, ProcessManager)
    _, fragments = processes_api.get_oas_30(configuration, Locale("en"))
    assert "/processes/echo/execution" in fragments["paths"]
    assert not (tmp_path / "never").exists()
