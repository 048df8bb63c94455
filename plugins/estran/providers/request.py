"""What does the HTTP request say that pygeoapi does not hand to a provider?

pygeoapi gives a provider neither the address asked nor the language nor the CRS of the bbox.
Our application is a Flask one, so they are read from Flask's request. Outside a request (a
test of the API functions, the generation of the OpenAPI document) the answer is None.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from flask import g, has_request_context
from flask import request as flask_request

_parameters: ContextVar[Mapping[str, str] | None] = ContextVar("parameters", default=None)

_language: ContextVar[str | None] = ContextVar("language", default=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of an HTTP request that a provider needs.

    Attributes:
        method: GET, POST...
        path: The path asked for.
        parameters: The query parameters, first value of each, as sent.
        language: `fr` or `en`, as the application has chosen it or else as the request says.
    """

    method: str
    path: str
    parameters: Mapping[str, str]
    language: str


def read_request() -> Asked | None:
    """Return what the current HTTP request asks, or None when there is none."""
    if not has_request_context():
        return None
    asked: Asked | None = g.get("estran_asked")
    if asked is None:
        asked = g.estran_asked = Asked(
            method=flask_request.method,
            path=flask_request.path,
            parameters=flask_request.args.to_dict(),
            language=_spoken(),
        )
    return asked


def _spoken() -> str:
    wanted = (
        g.get("estran_language")
        or flask_request.args.get("lang")
        or flask_request.accept_languages.best_match(["en", "fr"])
    )
    return "fr" if (wanted or "").lower().startswith("fr") else "en"


def language() -> str:
    """Return the language of the current request: `fr`, or `en` when unknown."""
    given = _language.get()
    if given is not None:
        return given
    return _spoken() if has_request_context() else "en"


@contextmanager
def set_language(chosen: str) -> Iterator[None]:
    """Let `language` return this, `fr` or `en`, inside the block."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


@contextmanager
def set_parameters(parameters: Mapping[str, str]) -> Iterator[None]:
    """Let `current_parameters` return these, rather than what Flask's request says, inside the block."""
    token = _parameters.set(parameters)
    try:
        yield
    finally:
        _parameters.reset(token)


def current_parameters() -> Mapping[str, str]:
    """Return the query parameters of the current request, empty when there is none."""
    given = _parameters.get()
    if given is not None:
        return given
    return flask_request.args.to_dict() if has_request_context() else {}


def tell_headers(headers: Mapping[str, str]) -> None:
    """Say which headers the answer to the current request shall have, beside those that pygeoapi gives it."""
    if has_request_context():
        g.estran_headers = dict(headers)


def told_headers() -> Mapping[str, str]:
    """Return what `tell_headers` said last."""
    return g.get("estran_headers", {}) if has_request_context() else {}


def only_headers() -> bool:
    """Tell whether the request is a HEAD, whose answer has no body."""
    asked = read_request()
    return asked is not None and asked.method == "HEAD"


def read_items_request() -> Asked | None:
    """Return the current HTTP request when it asks for a list of features."""
    asked = read_request()
    return asked if asked and asked.path.rstrip("/").endswith("/items") else None


def asked_address() -> str:
    """Return the address of the current HTTP request, without its query."""
    return flask_request.base_url
