"""Reading requests are answered a few at a time: as many as there are processors, two at least.

Threads that compute at the same moment in one interpreter take its lock from each other at every call of
GEOS, NumPy or SQLite, and eight small requests together cost a third more than one after the other.
Who waits for a database leaves the turn to another; who waits for long goes ahead all the same: a slow
request never keeps the others out.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from estran.layers.aside import stepping

PATIENCE_S = 0.05
"""How long a request waits for its turn, at most."""

type Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Turns:
    """A WSGI application that lets a few reading requests at a time into another one.

    A body that is streamed is sent after the turn; what changes data or asks for an execution has none.
    """

    def __init__(self, inner: Wsgi, *, at_once: int | None = None, patience_s: float = PATIENCE_S) -> None:
        self._inner = inner
        self._patience_s = patience_s
        self._turns = threading.Semaphore(at_once or max(2, os.cpu_count() or 1))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environ, start_response)
        turn = _Turn(self._turns, self._patience_s)
        turn.take()
        try:
            with stepping(turn.left):
                return self._inner(environ, start_response)
        finally:
            turn.give_back()


class _Turn:
    """The turn of one request."""

    def __init__(self, turns: threading.Semaphore, patience_s: float) -> None:
        self._turns = turns
        self._patience_s = patience_s
        self._is_held = False

    def take(self) -> None:
        self._is_held = self._turns.acquire(timeout=self._patience_s)

    def give_back(self) -> None:
        if self._is_held:
            self._turns.release()
        self._is_held = False

    @contextmanager
    def left(self) -> Iterator[None]:
        """Leave the turn to another inside the block; without one, nothing is left."""
        if not self._is_held:
            yield
            return
        self.give_back()
        try:
            yield
        finally:
            self.take()
