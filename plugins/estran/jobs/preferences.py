"""What the caller of the request under way prefers: language, media type, execution mode.

pygeoapi gives the manager the body of an execution and nothing of its headers. The server sets the
preferences for the time of a request; without a server around, they are the defaults.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

MEDIA_TYPES: Mapping[str, str] = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "fgb": "application/flatgeobuf",
    "jsonfg": "application/vnd.ogc.fg+json",
    "html": "text/html",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """What holds for one request.

    Attributes:
        language: Language of the messages, `fr` or `en`.
        media_type: Media type of the result when the body names no outputs; None for the default one.
    """

    language: str = "en"
    media_type: str | None = None


_DEFAULT = Preferences()
_CURRENT: ContextVar[Preferences] = ContextVar("estran.jobs.preferences", default=_DEFAULT)


def current_preferences() -> Preferences:
    """Return the preferences of the request under way."""
    return _CURRENT.get()


@contextmanager
def preferences(chosen: Preferences) -> Iterator[None]:
    """Make `chosen` the preferences of what runs inside."""
    token = _CURRENT.set(chosen)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def preferred_mode(prefer: str) -> Literal["respond-async", "wait", ""]:
    """Return the execution mode that a `Prefer` header (RFC 7240) asks for, as pygeoapi spells it.

    pygeoapi compares the whole header with one word, so the server gives it this one instead. When the
    header says both, the asynchronous mode wins: the wait that goes with it is an offer, not an order.

    Example:
        >>> preferred_mode("Respond-Async, wait=10")
        'respond-async'
        >>> preferred_mode("handling=strict; wait=5, wait = 10")
        'wait'
        >>> preferred_mode("return=minimal")
        ''
    """
    names = {re.split(r"[=;]", part, maxsplit=1)[0].strip().lower() for part in prefer.split(",")}
    if "respond-async" in names:
        return "respond-async"
    return "wait" if "wait" in names else ""


def available_media_types(metadata: Mapping[str, Any]) -> list[str]:
    """Return every `contentMediaType` that the outputs of a process declare, in order."""
    found: list[str] = []
    waiting: list[Any] = [output.get("schema") for output in metadata.get("outputs", {}).values()]
    while waiting:
        schema = waiting.pop(0)
        if isinstance(schema, dict):
            media_type = schema.get("contentMediaType")
            if isinstance(media_type, str) and media_type not in found:
                found.append(media_type)
            for word in ("oneOf", "anyOf", "allOf"):
                waiting.extend(schema.get(word, ()))
    return found


def preferred_media_type(*, accept: str, f: str, available: Sequence[str]) -> str | None:
    """Return which of the `available` media types a request asks for; None leaves the default.

    Args:
        accept: The `Accept` header, empty when absent.
        f: The query parameter `f`, a short name such as `csv`, empty when absent; it wins.
        available: What the process can produce, the default first.

    Example:
        >>> preferred_media_type(accept="text/csv", f="", available=["application/json", "text/csv"])
        'text/csv'
        >>> preferred_media_type(accept="text/html", f="", available=["application/json", "text/csv"])
    """
    if f:
        media_type = MEDIA_TYPES.get(f, f)
        return media_type if media_type in available else None
    if not accept:
        return None
    return parse_accept_header(accept, MIMEAccept).best_match(list(available))
