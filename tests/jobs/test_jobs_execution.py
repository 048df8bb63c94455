"""What a caller gets: validation first, then a bare answer, a document, or a job with true states."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pygeoapi.process.base import JobNotFoundError
from pygeoapi.util import JobStatus, RequestedProcessExecutionMode

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.jobs.errors import JobDismissed, Refusal, ResultNotReady, UnknownJob
from estran.jobs.manager import ProcessManager
from estran.jobs.preferences import Preferences, preferences

ASYNC = RequestedProcessExecutionMode.respond_async
PROCESSES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


def run(manager: ProcessManager, process: str, inputs: Any, **more: Any) -> tuple[str, bytes]:
    _, media_type, body, status, _ = manager.execute_process(process, inputs, **more)
    assert status == JobStatus.successful
    assert body is not None
    return media_type, body


def start(manager: ProcessManager, process: str, inputs: dict[str, Any], **more: Any) -> str:
    identifier, _, body, status, headers = manager.execute_process(process, inputs, ASYNC, **more)
    assert (body, status) == (None, JobStatus.accepted)
    assert headers["Preference-Applied"] == "respond-async"
    return identifier


def test_a_synchronous_answer_is_the_bare_value(manager: ProcessManager) -> None:
    media_type, body = run(manager, "echo", {"text": "é < 2"})
    assert media_type.startswith("application/json")
    assert json.loads(body)["text"] == "é < 2"
    assert b"&lt;" not in body


def test_a_document_is_keyed_by_output(manager: ProcessManager) -> None:
    _, body = run(manager, "echo", {"text": "a"}, requested_response="document")
    document = json.loads(body)
    assert list(document) == ["result"]
    assert document["result"]["text"] == "a"


def test_csv_goes_out_as_its_own_bytes(manager: ProcessManager) -> None:
    outputs = {"result": {"format": {"mediaType": "text/csv"}}}
    assert run(manager, "echo", {"text": "é"}, requested_outputs=outputs) == (
        "text/csv",
        "text\r\né\r\n".encode(),
    )


def test_csv_in_a_document_keeps_its_media_type(manager: ProcessManager) -> None:
    outputs = {"result": {"format": {"mediaType": "text/csv"}}}
    _, body = run(manager, "echo", {"text": "a"}, requested_outputs=outputs, requested_response="document")
    assert json.loads(body) == {"result": {"value": "text\r\na\r\n", "mediaType": "text/csv"}}


def test_bytes_in_a_document_are_base64(manager: ProcessManager) -> None:
    _, body = run(manager, "binary", {}, requested_response="document")
    value = {"value": "/wD+", "mediaType": "application/octet-stream", "encoding": "base64"}
    assert json.loads(body) == {"result": value}


def test_a_preferred_media_type_holds_when_no_outputs_are_named(manager: ProcessManager) -> None:
    with preferences(Preferences(media_type="text/csv")):
        assert run(manager, "echo", {"text": "a"})[0] == "text/csv"
        named = {"result": {"format": {"mediaType": "application/json"}}}
        assert run(manager, "echo", {"text": "a"}, requested_outputs=named)[0] != "text/csv"


def test_a_job_goes_through_every_state_in_order(
    manager: ProcessManager, tmp_path: Path, until: Callable[..., Any]
) -> None:
    file = tmp_path / "go"
    blocker = start(manager, "released", {"file": str(file)})
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 0})
    assert manager.get_job(identifier)["status"] == "accepted"
    assert manager.get_job(identifier)["started"] is None
    until(lambda: manager.get_job(blocker)["status"] == "running")
    with pytest.raises(ResultNotReady):
        manager.get_job_result(blocker)
    assert manager.get_job(identifier)["status"] == "accepted"
    file.touch()
    job = until(lambda: (j := manager.get_job(identifier))["status"] == "successful" and j)
    assert job["created"] < job["started"] < job["finished"] == job["updated"]
    assert (job["progress"], job["process_id"], job["mimetype"]) == (100, "sleeper", "application/json")
    assert json.loads(manager.get_job_result(identifier)[1]) == {"slept": 0}


def test_progress_reported_by_a_process_shows(
    manager: ProcessManager, tmp_path: Path, until: Callable[..., Any]
) -> None:
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 60})
    job = until(lambda: (j := manager.get_job(identifier))["progress"] and j)
    assert (job["status"], job["progress"], job["message"]) == ("running", 40, "sleeping")
    manager.delete_job(identifier)


def test_a_process_that_is_only_a_job_runs_as_one(manager: ProcessManager, tmp_path: Path) -> None:
    result = manager.execute_process("released", {"file": str(tmp_path)})
    assert result[3] == JobStatus.accepted


@pytest.mark.parametrize(
    ("inputs", "where", "words"),
    [
        ([], "inputs", "object"),
        ({}, "inputs.text", "missing"),
        ({"txet": "a"}, "inputs.txet", "`text`"),
        ({"text": 5}, "inputs.text", "string"),
        ({"text": "a", "count": 0}, "inputs.count", "minimum"),
        ({"text": "a", "count": float("nan")}, "inputs.count", "nan"),
        ({"text": "a", "names": [["b", float("-inf")]]}, "inputs.names[0][1]", "-inf"),
        ({"text": json.loads("[" * 500 + "]" * 500)}, "inputs", "nested"),
        ({"text": "a", "names": ["a", "b", "c"]}, "inputs.names", "3 values"),
        ({"text": "a", "names": ["a", 1]}, "inputs.names[1]", "string"),
    ],
)
def test_wrong_inputs_are_refused_with_the_place(
    manager: ProcessManager, inputs: Any, where: str, words: str
) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("echo", inputs, ASYNC)
    error = caught.value.estran_error
    assert isinstance(error, InvalidInput)
    assert (caught.value.http_status_code, error.where) == (400, where)
    assert caught.value.ogc_exception_code.endswith("/invalid-parameter-value")
    assert words in error.en
    assert error.fr != error.en


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"requested_outputs": []}, "outputs"),
        ({"requested_outputs": {"resutl": {}}}, "outputs.resutl"),
        ({"requested_outputs": {"result": "text/csv"}}, "outputs.result"),
        (
            {"requested_outputs": {"result": {"transmissionMode": "reference"}}},
            "outputs.result.transmissionMode",
        ),
        ({"requested_response": "zip"}, "response"),
        ({"subscriber": {"successUri": "http://a"}}, "subscriber"),
    ],
)
def test_a_wrong_wish_is_refused_with_the_place(
    manager: ProcessManager, more: dict[str, Any], where: str
) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("echo", {"text": "a"}, **more)
    assert (caught.value.http_status_code, caught.value.estran_error.where) == (400, where)


def test_a_qualified_value_is_held_against_the_schema_too(manager: ProcessManager) -> None:
    assert json.loads(run(manager, "echo", {"text": {"value": "a"}})[1])["text"] == {"value": "a"}
    with pytest.raises(Refusal):
        manager.execute_process("echo", {"text": {"value": 1}})


def test_a_process_that_validates_is_asked_before_it_runs(manager: ProcessManager) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("judge", {}, ASYNC)
    assert isinstance(caught.value.estran_error, InvalidGeometry)
    assert json.loads(run(manager, "judge", {"geometry": 1})[1]) == {"ok": True}


def test_an_unknown_process_says_so(manager: ProcessManager) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("ecko", {})
    assert caught.value.http_status_code == 404
    assert caught.value.ogc_exception_code == f"{PROCESSES}/no-such-process"


def test_the_message_is_in_the_language_of_the_request(manager: ProcessManager) -> None:
    with preferences(Preferences(language="fr")), pytest.raises(Refusal) as caught:
        manager.execute_process("faulty", {"how": "geometry"})
    assert caught.value.message == "l'anneau se croise"
    assert (caught.value.http_status_code, caught.value.estran_error.where) == (400, "inputs.ring")


def test_the_sentence_a_foreign_process_means_for_the_caller_reaches_it(manager: ProcessManager) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("faulty", {"how": "pygeoapi"})
    assert (caught.value.http_status_code, caught.value.message) == (400, "say please")


@pytest.mark.parametrize("how", ["bug", "ours", "nan"])
def test_our_fault_gives_a_reference_and_nothing_else(
    manager: ProcessManager, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refusal) as caught:
        manager.execute_process("faulty", {"how": how})
    assert caught.value.http_status_code == 500
    reference = caught.value.message.rsplit(" ", 1)[1]
    assert "secret" not in caught.value.message
    assert "Traceback" not in caught.value.message
    [record] = [r for r in caplog.records if reference in r.getMessage()]
    assert "Traceback" in record.getMessage()


def test_a_failed_job_tells_why_at_its_results(manager: ProcessManager, until: Callable[..., Any]) -> None:
    identifier = start(manager, "faulty", {"how": "geometry"})
    job = until(lambda: (j := manager.get_job(identifier))["status"] == "failed" and j)
    assert job["message"] == "the ring crosses itself"
    with preferences(Preferences(language="fr")):
        assert manager.get_job(identifier)["message"] == "l'anneau se croise"
    with pytest.raises(InvalidInput) as caught:
        manager.get_job_result(identifier)
    assert (caught.value.fr, caught.value.where) == ("l'anneau se croise", "inputs.ring")


def test_an_ended_job_is_forgotten_when_deleted(manager: ProcessManager, until: Callable[..., Any]) -> None:
    identifier = start(manager, "echo", {"text": "a"})
    until(lambda: manager.get_job(identifier)["status"] == "successful")
    assert manager.delete_job(identifier)
    with pytest.raises(JobNotFoundError):
        manager.get_job(identifier)


def test_a_dismissed_job_has_no_result(
    manager: ProcessManager, tmp_path: Path, until: Callable[..., Any]
) -> None:
    identifier = start(manager, "released", {"file": str(tmp_path / "never")})
    until(lambda: manager.get_job(identifier)["status"] == "running")
    manager.delete_job(identifier)
    assert manager.get_job(identifier)["status"] == "dismissed"
    with pytest.raises(JobDismissed):
        manager.get_job_result(identifier)


@pytest.mark.parametrize("ask", ["get_job", "get_job_result", "delete_job"])
def test_an_unknown_job_says_so(manager: ProcessManager, ask: str) -> None:
    with pytest.raises(UnknownJob) as caught:
        getattr(manager, ask)("00000000-0000-4000-8000-000000000000")
    assert caught.value.code == "NoSuchJob"


def test_job_identifiers_are_random_and_never_listed(manager: ProcessManager) -> None:
    identifiers = {start(manager, "echo", {"text": "a"}) for _ in range(5)}
    assert len(identifiers) == 5
    # Version 4: 122 of the 128 bits are random.
    assert {uuid.UUID(identifier).version for identifier in identifiers} == {4}
    assert manager.get_jobs() == {"jobs": [], "numberMatched": 0}


def test_a_synchronous_execution_leaves_no_job(manager: ProcessManager) -> None:
    identifier = manager.execute_process("echo", {"text": "a"})[0]
    with pytest.raises(UnknownJob):
        manager.get_job(identifier)
