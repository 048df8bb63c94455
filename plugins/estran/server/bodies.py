"""The body of a request: read up to a limit, decoded and parsed with no surprise left in it."""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request
from pydantic_core import from_json

from estran.carbon.errors import InvalidInput, TooLarge
from estran.jobs.errors import QueueFull
from estran.server.capacity import BODIES_AT_ONCE
from estran.server.errors import UnsupportedMediaType

CHUNK = 1 << 16
JSON_TYPES = frozenset({"application/json", "application/geo+json"})


class Bodies:
    """Reads bodies, so many at once: a body that comes slowly holds a thread, and pages need some too."""

    def __init__(self, limit_mb: float, at_once: int = BODIES_AT_ONCE) -> None:
        self._limit_mb = limit_mb
        self._places = threading.BoundedSemaphore(at_once)

    def read(self, request: Request) -> bytes:
        """Return the bytes of the body; a chunked body is counted while it is read.

        Raises:
            TooLarge: the body exceeds the limit.
            QueueFull: too many other bodies are being read.
        """
        if not self._places.acquire(blocking=False):
            raise QueueFull(
                "too many requests are being received; try again in a few seconds",
                "trop de requêtes sont en cours de réception ; réessayez dans quelques secondes",
            )
        try:
            return _read(request, self._limit_mb)
        finally:
            self._places.release()


def _read(request: Request, limit_mb: float) -> bytes:
    limit = int(limit_mb * 1_000_000)
    announced = request.content_length
    if announced is not None and announced > limit:
        raise _too_large(limit_mb, announced / 1_000_000)
    parts: list[bytes] = []
    size = 0
    while part := request.stream.read(min(CHUNK, limit + 1 - size)):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise _too_large(limit_mb, size / 1_000_000)
    return b"".join(parts)


def check_media_type(request: Request, accepted: frozenset[str] = JSON_TYPES) -> None:
    """Refuse a body that says it is not JSON; a body that says nothing is tried as JSON.

    Raises:
        UnsupportedMediaType: the body is of another type.
    """
    if request.mimetype and request.mimetype not in accepted:
        choice = " / ".join(sorted(accepted))
        raise UnsupportedMediaType(
            f"the body is {request.mimetype}; send {choice}",
            f"le corps est de type {request.mimetype} ; envoyez {choice}",
            where="Content-Type",
        )


def json_object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object that a body holds.

    Raises:
        InvalidInput: the body is empty, is not UTF-8, is not JSON, nests too deep, repeats a key, holds
            NaN or Infinity, or is not an object.
    """
    if not body.strip():
        raise _invalid("the body is empty; send a JSON object", "le corps est vide ; envoyez un objet JSON")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(
            f"the body is not valid UTF-8: byte {error.start} cannot be decoded",
            f"le corps n'est pas de l'UTF-8 valide : l'octet {error.start} ne peut pas être décodé",
        ) from error
    _check_syntax(text)
    document = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite)
    if not isinstance(document, dict):
        kinds = {list: ("a list", "une liste"), str: ("a string", "un texte"), type(None): ("null", "null")}
        en, fr = kinds.get(type(document), ("a number or a boolean", "un nombre ou un booléen"))
        raise _invalid(
            f'the body is {en}; send a JSON object such as {{"inputs": {{…}}}}',
            f'le corps est {fr} ; envoyez un objet JSON comme {{"inputs": {{…}}}}',
        )
    return document


def _check_syntax(text: str) -> None:
    """Parse once with a parser whose depth is bounded, so that nesting cannot exhaust the stack."""
    try:
        from_json(text, allow_inf_nan=True)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise _invalid("the JSON nests too deep", "le JSON est imbriqué trop profondément") from error
        raise _invalid(f"the body is not JSON: {error}", f"le corps n'est pas du JSON : {error}") from error


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(
            f"the key {twice!r} is given twice in the same JSON object",
            f"la clé {twice!r} est donnée deux fois dans le même objet JSON",
            where=twice,
        )
    return document


def _constant(name: str) -> float:
    raise _invalid(
        f"the body holds {name}, which is not JSON; give a finite number or null",
        f"le corps contient {name}, qui n'est pas du JSON ; donnez un nombre fini ou null",
    )


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise _invalid(
            f"the number {text[:40]} is too large to be represented",
            f"le nombre {text[:40]} est trop grand pour être représenté",
        )
    return number


def _invalid(en: str, fr: str) -> InvalidInput:
    return InvalidInput(en, fr, where="body")


def _too_large(limit_mb: float, size_mb: float) -> TooLarge:
    return TooLarge(
        f"the body is {size_mb:.1f} MB or more; at most {limit_mb:g} MB is accepted; simplify or split it",
        f"le corps fait {size_mb:.1f} Mo ou plus ; au plus {limit_mb:g} Mo sont acceptés ; simplifiez-le"
        " ou divisez-le",
        where="body",
    )
