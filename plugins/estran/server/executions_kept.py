"""The answers of executions, kept while everything that they follow from is the same.

What a receipt says of an answer, its process, its inputs, the versions of the layers and of the factors,
is known before it is made: the same request then gets the same bytes. They stay in the memory of this
process, compressed, within its budget; nothing is written. What is private is not kept.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import zstandard
from flask import Response, request
from pygeoapi.process.base import BaseProcessor

from estran.processes.base import AssessmentProcessor
from estran.server.service import Service

LEVEL = 1
"""Answers hold the same words many times: the fastest level makes them twenty times smaller."""


def kept_execution(
    service: Service, processor: BaseProcessor, body: bytes, mode: str, produce: Callable[[], Response]
) -> Response:
    """Return the answer to an execution, from memory when the same was asked before.

    Args:
        service: The service.
        processor: What is executed.
        body: The body of the request under way.
        mode: How the client wants it executed, as a preference.
        produce: Executes it.
    """
    tag = _tag(service, processor, body, mode)
    kept = None if tag is None else service.memory.get(tag)
    if kept is not None:
        return Response(zstandard.decompress(kept[0]), headers=list(kept[1]))
    response = produce()
    if tag is not None and response.status_code == 200 and not response.is_streamed:
        headers = tuple(pair for pair in response.headers.items() if pair[0] != "Content-Length")
        service.memory.put(tag, zstandard.compress(response.get_data(), LEVEL), headers)
    return response


def _tag(service: Service, processor: BaseProcessor, body: bytes, mode: str) -> str | None:
    """Name what the answer follows from, or None where that is not known, or not to be kept."""
    if not isinstance(processor, AssessmentProcessor) or processor.request.is_private:
        return None
    resources = service.configuration["resources"]
    layers = [name for name, resource in resources.items() if resource["type"] == "collection"]
    versions = [service.versions.of(layer).text for layer in layers]
    if None in versions:
        return None
    # Some notices tell how old a source is today.
    parts = (
        *map(str, versions), processor.identifier, processor.version, datetime.now(UTC).date().isoformat(),
        mode, request.full_path, request.headers.get("Accept", ""), service.language().language,
    )  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest()
