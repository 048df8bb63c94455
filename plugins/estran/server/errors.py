"""What an error means over HTTP: one table from class to status, one shape for every answer.

Every failure is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`,
`instance`, `where`, and `code`, the word that OGC API - Features asks for. A browser gets the same as
a page.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType

from pygeoapi.error import GenericError
from pygeoapi.plugin import InvalidPluginError
from pygeoapi.process.base import JobNotFoundError, UnknownProcessError
from pygeoapi.provider.base import ProviderConnectionError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from estran.carbon.errors import (
    EstranError,
    InvalidArea,
    InvalidInput,
    NotFound,
    TooLarge,
    Unavailable,
    UnitMismatch,
)
from estran.jobs.errors import FEATURES_EXCEPTIONS, PROCESSES_EXCEPTIONS, ExecutionFailed
from estran.layers.features.editor import IdentifierTaken
from estran.server.messages import french, status_title

LOGGER = logging.getLogger(__name__)


class NotAcceptable(EstranError):
    """None of the formats that the client accepts can be produced."""


class UnsupportedMediaType(EstranError):
    """The body is of a media type that this resource does not read."""

    headers: Mapping[str, str] = MappingProxyType({})


class Unauthorised(EstranError):
    """The request shows no token, or one that opens nothing."""

    def __init__(self, en: str, fr: str, *, where: str = "", reason: str = "") -> None:
        super().__init__(en, fr, where=where)
        told = f', error="{reason}"' if reason else ""
        self.headers = {"WWW-Authenticate": f'Bearer realm="estran"{told}'}


class Stale(EstranError):
    """The feature is no longer in the state that the request names."""


class PreconditionRequired(EstranError):
    """The request does not name the state of the feature that it changes."""


class Refused(Exception):
    """A function of pygeoapi refused the request with a status, a code and an English sentence."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.description = description


STATUS: tuple[tuple[type[Exception], HTTPStatus, str], ...] = (
    (NotAcceptable, HTTPStatus.NOT_ACCEPTABLE, "InvalidParameterValue"),
    (UnsupportedMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "InvalidParameterValue"),
    (ExecutionFailed, HTTPStatus.INTERNAL_SERVER_ERROR, "NoApplicableCode"),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "InvalidParameterValue"),
    (NotFound, HTTPStatus.NOT_FOUND, "NotFound"),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE, "NoApplicableCode"),
    (Unauthorised, HTTPStatus.UNAUTHORIZED, "NoApplicableCode"),
    (Stale, HTTPStatus.PRECONDITION_FAILED, "NoApplicableCode"),
    (PreconditionRequired, HTTPStatus.PRECONDITION_REQUIRED, "MissingParameterValue"),
    (IdentifierTaken, HTTPStatus.CONFLICT, "InvalidParameterValue"),
    (InvalidInput, HTTPStatus.BAD_REQUEST, "InvalidParameterValue"),
    (InvalidArea, HTTPStatus.BAD_REQUEST, "InvalidParameterValue"),
    (UnitMismatch, HTTPStatus.BAD_REQUEST, "InvalidParameterValue"),
    (UnknownProcessError, HTTPStatus.NOT_FOUND, "NoSuchProcess"),
    (JobNotFoundError, HTTPStatus.NOT_FOUND, "NoSuchJob"),
    (ProviderConnectionError, HTTPStatus.SERVICE_UNAVAILABLE, "NoApplicableCode"),
    (InvalidPluginError, HTTPStatus.SERVICE_UNAVAILABLE, "NoApplicableCode"),
)

TYPES: Mapping[str, str] = {
    "NoSuchProcess": f"{PROCESSES_EXCEPTIONS}/no-such-process",
    "NoSuchJob": f"{PROCESSES_EXCEPTIONS}/no-such-job",
    "ResultNotReady": f"{PROCESSES_EXCEPTIONS}/result-not-ready",
    "InvalidParameterValue": f"{FEATURES_EXCEPTIONS}/invalid-parameter-value",
    "MissingParameterValue": f"{FEATURES_EXCEPTIONS}/missing-parameter-value",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure, ready to be written in a language."""

    status: HTTPStatus
    code: str
    detail: Mapping[str, str]
    where: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self, *, language: str, instance: str) -> dict[str, object]:
        """Return the RFC 9457 document."""
        document: dict[str, object] = {
            "type": TYPES.get(self.code, "about:blank"),
            "title": status_title(self.status, language),
            "status": int(self.status),
            "detail": self.detail[language if language in self.detail else "en"],
            "instance": instance,
            "code": self.code,
        }
        if self.where:
            document["where"] = self.where
        return document


def problem_of(error: BaseException) -> Problem:
    """Return what an exception means over HTTP; an unknown one is logged and gets a reference."""
    for known in _chain(error):
        carried = getattr(known, "estran_error", known)
        if isinstance(carried, EstranError) and _status(carried) is not None:
            return _of_estran(carried)
    if isinstance(error, Refused):
        return _of_refusal(error)
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        return _of_http(error)
    if isinstance(error, GenericError) and error.http_status_code < 500:
        return _english(error.http_status_code, error.ogc_exception_code, error.message)
    known_status = _status(error)
    if known_status is not None:
        status, code = known_status
        return _english(status, code, str(error))
    return _ours(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, then what caused it, as told by `raise … from …`."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def _status(error: BaseException) -> tuple[HTTPStatus, str] | None:
    return next(((status, code) for kind, status, code in STATUS if isinstance(error, kind)), None)


def _of_estran(error: EstranError) -> Problem:
    status, code = _status(error) or (HTTPStatus.INTERNAL_SERVER_ERROR, "NoApplicableCode")
    code = str(getattr(error, "code", code))
    headers = dict(getattr(error, "headers", {}))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    return Problem(status, code, {"en": error.en, "fr": error.fr}, error.where, headers)


def _of_refusal(error: Refused) -> Problem:
    cause = error.__cause__
    for known in _chain(cause) if cause is not None else ():
        status_and_code = _status(known)
        if status_and_code is not None:
            return _english(*status_and_code, error.description)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and error.status != HTTPStatus.NOT_IMPLEMENTED:
        return _ours(error)
    status = HTTPStatus.NOT_FOUND if error.code in {"NotFound", "NoSuchProcess"} else error.status
    return _english(status, error.code, error.description)


def _of_http(error: HTTPException) -> Problem:
    status = HTTPStatus(error.code or 500)
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    code = _HTTP_CODES.get(status, "InvalidParameterValue")
    return Problem(status, code, french(_HTTP_DETAILS.get(status, error.description or "")), headers=headers)


def _english(status: int, code: str, sentence: str) -> Problem:
    return Problem(HTTPStatus(status), code, french(sentence))


def _ours(error: BaseException) -> Problem:
    """Log the whole story under a reference, and tell only the reference."""
    reference = secrets.token_hex(4)
    LOGGER.error("failure %s", reference, exc_info=error)
    detail = {
        "en": f"the server failed; the trace is in its log under the reference {reference}",
        "fr": f"le serveur a échoué ; la trace est dans son journal sous la référence {reference}",
    }
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "NoApplicableCode", detail)


_HTTP_CODES = {
    HTTPStatus.NOT_FOUND: "NotFound",
    HTTPStatus.METHOD_NOT_ALLOWED: "OperationNotSupported",
}
_HTTP_DETAILS = {
    HTTPStatus.NOT_FOUND: "no resource at this address",
    HTTPStatus.METHOD_NOT_ALLOWED: "this resource does not answer this method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the body is too large",
}
