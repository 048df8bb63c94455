"""What a client may keep, and how it learns that this is still good.

The tag of an answer comes from what the answer is made of: software, configuration, data, address,
what the client accepts. So an answer that has not changed is recognised without being made. One whose
data tell no version is made, and tagged by its bytes. Why: docs/decisions/0009-cache-validators.md.
"""

import hashlib
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache

from flask import Response, g, request

from estran.server.again import MAY_BE_GIVEN
from estran.server.service import Service

SECONDS = 60
"""For how long an answer is used without asking, when the layer does not say."""

HEADERS = "-headers"
"""What follows the tag of an answer of which only the headers are kept, for HEAD."""

DATED = frozenset({"application/geopackage+sqlite3"})
"""Media types whose files hold the time of their writing: equal data, other bytes, so a weak tag."""

STATUS = ":status"
"""Among the headers that are kept, the status of an answer that is not 200: an empty tile."""

NOT_KEPT = frozenset({"ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Length"})


def cached(
    service: Service,
    collection: str | None,
    produce: Callable[[], Response],
    *,
    keep: bool = False,
    state: str = "",
) -> Response:
    """Return an answer with its validators, or 304 when the client already has it.

    Args:
        service: The service.
        collection: The layer that the answer comes from; None for an answer about all layers.
        produce: Makes the answer; not called when the client has it.
        keep: Keep the answer in memory for as long as its tag is the same: tiles, pictures, descriptions.
        state: What else the answer depends on, such as the day.
    """
    if request.method not in {"GET", "HEAD"}:
        return produce()
    version = service.versions.of(collection)
    tag = None if version.text is None else _tag(f"{version.text}{state}", service.language().language)
    if keep and collection is not None and version.text is not None and not state:
        request.environ[MAY_BE_GIVEN] = collection, version.text
    if tag is not None and request.if_none_match.contains_weak(tag) and not request.if_none_match.star_tag:
        return _with_policy(service, collection, _not_modified(tag))
    g.estran_kept = keep and tag is not None
    response = _remembered(service, tag, keep=keep) or produce()
    if response.status_code not in {200, 204}:
        return response
    if tag is not None:
        _remember(service, tag, response, keep=keep)
    if response.status_code == 204:
        return _with_policy(service, collection, response)
    return _validated(service, collection, response, tag, version.modified)


def _validated(
    service: Service, collection: str | None, response: Response, tag: str | None, modified: float | None
) -> Response:
    """Return an answer with its tag and its date, or 304 when the client already has it."""
    if tag is None and not response.is_streamed and request.method == "GET":
        tag = hashlib.sha256(response.get_data()).hexdigest()[:32]
    if tag is not None:
        response.set_etag(tag, weak=response.mimetype in DATED)
    if modified is not None and int(modified) < int(time.time()):
        response.headers["Last-Modified"] = _date(int(modified))
    if _is_held(response):
        response = _not_modified(tag)
    elif request.method == "HEAD" and not response.is_streamed:
        response.automatically_set_content_length = False
        response.headers.pop("Content-Length", None)
    return _with_policy(service, collection, response)


@lru_cache(maxsize=256)
def _date(modified: int) -> str:
    return formatdate(modified, usegmt=True)


def _tag(version: str, language: str) -> str:
    accepted = request.headers.get("Accept", "") if "f" not in request.args else ""
    parts = (version, request.path, request.query_string.decode("latin-1"), accepted, language)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _is_held(response: Response) -> bool:
    """Tell whether the client has this very answer, by its tag, or by its date when it sent no tag."""
    held = request.if_none_match
    if held:
        tag, _ = response.get_etag()
        return held.star_tag or (tag is not None and held.contains_weak(tag))
    since = request.if_modified_since
    if since is None:
        return False
    modified = response.last_modified
    return modified is not None and modified <= since


def _not_modified(tag: str | None) -> Response:
    response = Response(status=304)
    del response.headers["Content-Type"]
    if tag is not None:
        response.set_etag(tag)
    return response


def _remembered(service: Service, tag: str | None, *, keep: bool) -> Response | None:
    """Return an answer that is kept; for HEAD, its headers are enough."""
    if tag is None:
        return None
    kept = service.memory.get(tag) if keep else None
    if kept is None and request.method == "HEAD":
        kept = service.memory.get(f"{tag}{HEADERS}")
    if kept is None:
        return None
    headers = dict(kept[1])
    response = Response(kept[0], int(headers.pop(STATUS, 200)), headers=headers)
    if "Content-Type" not in headers:
        response.headers.pop("Content-Type", None)
    return response


def _remember(service: Service, tag: str, response: Response, *, keep: bool) -> None:
    headers = tuple(pair for pair in response.headers.items() if pair[0] not in NOT_KEPT)
    if response.status_code != 200:
        headers = (*headers, (STATUS, str(response.status_code)))
    service.memory.put(f"{tag}{HEADERS}", b"", headers)
    if keep and not response.is_streamed:
        service.memory.put(tag, response.get_data(), headers)


def _with_policy(service: Service, collection: str | None, response: Response) -> Response:
    seconds = _seconds(service, collection)
    response.headers["Cache-Control"] = f"public, max-age={seconds}" if seconds else "no-cache"
    return response


def _seconds(service: Service, collection: str | None) -> int:
    """Return for how long an answer is used without asking; an editable layer is always asked about."""
    if collection is None:
        return SECONDS
    stated = (service.configuration["resources"][collection].get("estran") or {}).get("cache_seconds")
    if stated is not None:
        return int(stated)
    return 0 if service.layers.state(collection).editable else SECONDS
