"""What each error means over HTTP."""

import logging

import pytest
from pygeoapi.error import GenericError
from pygeoapi.process.base import JobNotFoundError, UnknownProcessError
from pygeoapi.provider.base import ProviderConnectionError, ProviderItemNotFoundError
from werkzeug.exceptions import RequestEntityTooLarge

from estran.carbon.errors import (
    EstranError,
    InvalidGeometry,
    InvalidInput,
    InvalidSource,
    NotFound,
    TooLarge,
    Unavailable,
    UnknownFactor,
)
from estran.jobs.errors import ExecutionFailed, QueueFull, Refusal, ResultNotReady, UnknownJob
from estran.providers.errors import as_provider_error
from estran.server.errors import NotAcceptable, Refused, problem_of
from estran.server.messages import french


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("bad", "mal"), 400, "InvalidParameterValue"),
        (InvalidGeometry("bad", "mal"), 400, "InvalidParameterValue"),
        (NotFound("bad", "mal"), 404, "NotFound"),
        (NotAcceptable("bad", "mal"), 406, "InvalidParameterValue"),
        (TooLarge("bad", "mal"), 413, "InvalidParameterValue"),
        (Unavailable("bad", "mal"), 503, "NoApplicableCode"),
        (QueueFull("bad", "mal"), 503, "NoApplicableCode"),
        (UnknownJob("bad", "mal"), 404, "NoSuchJob"),
        (ResultNotReady("bad", "mal"), 404, "ResultNotReady"),
        (ExecutionFailed("bad", "mal"), 500, "NoApplicableCode"),
        (Refusal(InvalidInput("bad", "mal")), 400, "InvalidParameterValue"),
        (as_provider_error(Unavailable("bad", "mal")), 503, "NoApplicableCode"),
        (as_provider_error(InvalidInput("bad", "mal")), 400, "InvalidParameterValue"),
    ],
)
def test_our_errors_keep_both_languages(error: Exception, status: int, code: str) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert dict(problem.detail) == {"en": "bad", "fr": "mal"}


def test_a_refusal_of_pygeoapi_tells_the_error_that_caused_it() -> None:
    """As in pygeoapi: our provider raises, pygeoapi catches, and refuses with a message of its own."""
    cause = as_provider_error(Unavailable("cut short", "tronqué", where="x.tif"))
    refused = Refused(500, "NoApplicableCode", "Error generating collection")
    refused.__cause__ = cause
    problem = problem_of(refused)
    assert problem.status == 503
    assert problem.detail["fr"] == "tronqué"
    assert problem.where == "x.tif"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused(404, "NotFound", "Collection not found"), 404),
        (Refused(400, "NotFound", "identifier not found"), 404),
        (Refused(400, "InvalidParameterValue", "bad sortby property"), 400),
        (ProviderItemNotFoundError(), 404),
        (ProviderConnectionError(), 503),
        (UnknownProcessError("x"), 404),
        (JobNotFoundError("x"), 404),
        (RequestEntityTooLarge(), 413),
    ],
)
def test_errors_of_pygeoapi_and_of_http(error: Exception, status: int) -> None:
    assert problem_of(error).status == status


@pytest.mark.parametrize(
    "error",
    [
        KeyError("secret path"),
        RuntimeError("secret path"),
        GenericError("secret path"),
        InvalidSource("secret path", "secret path"),
        UnknownFactor("secret path", "secret path"),
        EstranError("secret path", "secret path"),
        Refused(500, "NoApplicableCode", "secret path"),
    ],
)
def test_our_faults_say_nothing_but_a_reference(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        problem = problem_of(error)
    assert problem.status == 500
    assert "secret" not in problem.detail["en"]
    (record,) = caplog.records
    reference = record.getMessage().split()[-1]
    assert reference in problem.detail["en"]
    assert reference in problem.detail["fr"]


def test_a_document_holds_what_rfc_9457_asks() -> None:
    problem = problem_of(UnknownJob("no such job", "calcul inconnu", where="jobId"))
    assert problem.document(language="fr", instance="/jobs/x") == {
        "type": "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job",
        "title": "Introuvable",
        "status": 404,
        "detail": "calcul inconnu",
        "instance": "/jobs/x",
        "code": "NoSuchJob",
        "where": "jobId",
    }


def test_sentences_of_pygeoapi_are_translated() -> None:
    assert french("Limit of 50 exceeded")["fr"] == "la limite de 50 est dépassée"
    assert french("something new")["fr"] == "something new"
