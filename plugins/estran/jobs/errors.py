"""What can go wrong with an execution, and how pygeoapi hears of it.

pygeoapi turns a `ProcessorExecuteError` into an HTTP answer from its status, its code and its message.
`Refusal` is that error around one of ours, which stays in `estran_error` with both languages.
"""

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from pygeoapi.process.base import JobNotFoundError, JobResultNotFoundError, ProcessorExecuteError

from estran.carbon.errors import EstranError, InvalidInput, NotFound, TooLarge, Unavailable
from estran.jobs.preferences import current_preferences

PROCESSES_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
FEATURES_EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-features-1/1.0"
RETRY_AFTER_S = 5


class UnknownProcess(NotFound):
    """No process has this identifier."""

    code = "NoSuchProcess"


class UnknownJob(NotFound, JobNotFoundError):  # type: ignore[misc]
    """No job has this identifier, or it has expired."""

    code = "NoSuchJob"


class ResultNotReady(NotFound, JobResultNotFoundError):  # type: ignore[misc]
    """The job has not ended."""

    code = "ResultNotReady"


class JobDismissed(NotFound, JobResultNotFoundError):  # type: ignore[misc]
    """The job was dismissed and will never have a result."""


class QueueFull(Unavailable):
    """As many executions are waiting as the server can hold."""


class TimeExceeded(TooLarge):
    """The calculation lasted longer than the declared limit."""


class ExecutionFailed(EstranError):
    """We are at fault; the log tells why under the reference given in the message."""


MEANING: Mapping[type[EstranError], tuple[HTTPStatus, str]] = {
    UnknownProcess: (HTTPStatus.NOT_FOUND, f"{PROCESSES_EXCEPTIONS}/no-such-process"),
    UnknownJob: (HTTPStatus.NOT_FOUND, f"{PROCESSES_EXCEPTIONS}/no-such-job"),
    ResultNotReady: (HTTPStatus.NOT_FOUND, f"{PROCESSES_EXCEPTIONS}/result-not-ready"),
    JobDismissed: (HTTPStatus.NOT_FOUND, "about:blank"),
    InvalidInput: (HTTPStatus.BAD_REQUEST, f"{FEATURES_EXCEPTIONS}/invalid-parameter-value"),
    NotFound: (HTTPStatus.NOT_FOUND, "about:blank"),
    TimeExceeded: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "about:blank"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "about:blank"),
    QueueFull: (HTTPStatus.SERVICE_UNAVAILABLE, "about:blank"),
    Unavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "about:blank"),
    ExecutionFailed: (HTTPStatus.INTERNAL_SERVER_ERROR, "about:blank"),
}


class Refusal(ProcessorExecuteError):  # type: ignore[misc]
    """One of our errors, in the shape that pygeoapi answers with.

    Attributes:
        estran_error: The error, with its two languages and the place at fault.
        headers: HTTP headers that go with it.
    """

    def __init__(self, error: EstranError) -> None:
        super().__init__(str(error), user_msg=error.message(current_preferences().language))
        status, exception_type = MEANING[_kind(type(error)) or ExecutionFailed]
        self.estran_error = error
        self.http_status_code = status
        self.ogc_exception_code = exception_type
        self.headers = {"Retry-After": str(RETRY_AFTER_S)} if isinstance(error, Unavailable) else {}


def is_for_the_caller(error: EstranError) -> bool:
    """Tell whether the caller may read this error; the others only get a reference to the log."""
    return _kind(type(error)) is not None


def told(error: EstranError) -> EstranError:
    """Return the same error as the nearest class of `MEANING`, which any process can unpickle."""
    return (_kind(type(error)) or ExecutionFailed)(error.en, error.fr, where=error.where)


def failed_execution(*, reference: str) -> ExecutionFailed:
    """Return the error that stands for a trace in the log, and gives nothing of it away."""
    return ExecutionFailed(
        f"the calculation failed and the fault is ours; the log tells why under {reference}",
        f"le calcul a échoué et la faute est nôtre ; le journal dit pourquoi sous {reference}",
    )


def new_reference() -> str:
    """Return a short word that links an answer to a line of the log."""
    return secrets.token_hex(4)


def to_text(error: EstranError) -> str:
    """Return an error as JSON, for the job store."""
    kind = _kind(type(error)) or ExecutionFailed
    return json.dumps({"kind": kind.__name__, "en": error.en, "fr": error.fr, "where": error.where})


def from_text(text: str) -> EstranError:
    """Return the error that `to_text` wrote."""
    fields = json.loads(text)
    kinds = {kind.__name__: kind for kind in MEANING}
    return kinds.get(fields["kind"], ExecutionFailed)(fields["en"], fields["fr"], where=fields["where"])


def _kind(error_type: type[EstranError]) -> type[EstranError] | None:
    return next((parent for parent in error_type.__mro__ if parent in MEANING), None)
