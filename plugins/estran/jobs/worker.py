"""What runs inside a worker process: processes are loaded once, then executed one after the other.

The worker and the server talk through one pipe: a pickled `Request` comes in, the messages below go out.
"""

import gc
import json
import pickle
import signal
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import connection, parent_process
from os import _exit
from typing import Any

from pygeoapi.error import GenericError
from pygeoapi.plugin import load_plugin
from pygeoapi.process.base import BaseProcessor

from estran.carbon.errors import EstranError, InvalidInput
from estran.jobs.answer import Answer, encode
from estran.jobs.errors import is_for_the_caller, told

_PROGRESS_EVERY_S = 0.2

GARBAGE = 200_000
"""New objects after which those in unreachable cycles are looked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """One execution.

    Attributes:
        job_id: Given to the process, which may name its own files after it.
        definition: What pygeoapi builds the processor from, as JSON.
        inputs: Checked inputs.
        outputs: Requested outputs, None for all.
        as_document: Key the answer by output identifier.
        is_kept: The server keeps the answer, as the result of a job.
    """

    job_id: str
    definition: str
    inputs: dict[str, Any]
    outputs: dict[str, Any] | None
    as_document: bool
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has loaded what it needs and waits for a request."""


@dataclass(frozen=True, slots=True)
class Started:
    """The worker has begun the request."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """The process says what it is doing, and the fraction of the whole done, 0 to 1."""

    step: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process raised something that the caller must not read."""

    trace: str


type Message = Ready | Started | Advanced | Answer | EstranError | Crashed


def work(pipe: connection.Connection, definitions: tuple[str, ...]) -> None:
    """Serve requests until the server closes the pipe or dies.

    Args:
        pipe: The worker's end.
        definitions: Processors to load before the first request.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    for definition in definitions:
        _load_ahead(definition)
    look_for_garbage_less()
    pipe.send(Ready())
    while True:
        try:
            request: Request = pickle.loads(pipe.recv_bytes())  # noqa: S301 - comes from our own server
        except EOFError:
            return
        pipe.send(Started())
        pipe.send(_execute(request, pipe))


def look_for_garbage_less() -> None:
    """Leave what is loaded alone, and look seldom: a batch makes many objects, few of them in cycles."""
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _execute(request: Request, pipe: connection.Connection) -> Answer | EstranError | Crashed:
    try:
        processor = _processor(request.definition)
        processor.set_job_id(request.job_id)
        if callable(getattr(processor, "set_progress", None)):
            processor.set_progress(_Reporter(pipe))
        if callable(getattr(processor, "set_kept", None)):
            processor.set_kept(request.is_kept)
        wishes = {"outputs": request.outputs} if processor.supports_outputs else {}
        media_type, value = processor.execute(request.inputs, **wishes)
        return encode(
            media_type, value, outputs=list(processor.metadata["outputs"]), as_document=request.as_document
        )
    except EstranError as error:
        return told(error) if is_for_the_caller(error) else Crashed(traceback.format_exc())
    except GenericError as error:
        if error.user_msg:
            return InvalidInput(error.user_msg, error.user_msg)
        return Crashed(traceback.format_exc())
    except Exception:  # noqa: BLE001 - the outermost edge of the worker; the server logs the trace
        return Crashed(traceback.format_exc())


class _Reporter:
    """Sends the progress that a process reports, not more often than a person can read."""

    def __init__(self, pipe: connection.Connection) -> None:
        self._pipe = pipe
        self._last = 0.0

    def __call__(self, step: str, fraction: float) -> None:
        now = time.monotonic()
        if now - self._last >= _PROGRESS_EVERY_S:
            self._last = now
            self._pipe.send(Advanced(step, fraction))


@lru_cache(maxsize=64)
def _processor(definition: str) -> BaseProcessor:
    return load_plugin("process", json.loads(definition))


def _load_ahead(definition: str) -> None:
    with suppress(Exception):  # what is wrong with it comes out at its first request
        _processor(definition)


def end_with_parent() -> None:
    """Leave at once when the server dies, so that no calculation outlives its job."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        _exit(1)
