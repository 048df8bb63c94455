"""Can one question to a database answer several? Those who came before it, or who take an older answer."""

import threading
import time
from collections.abc import Callable


class _Group[Answer]:
    """Those who wait for the same answer."""

    def __init__(self) -> None:
        self.size = 0
        self.done = threading.Event()
        self.answer: Answer | None = None
        self.error: BaseException | None = None


class Shared[Answer]:
    """A question that is asked once at a time, for all who came before it was asked.

    Who comes while it is under way waits for the next one: nobody gets an answer older than his own question,
    unless he says that an older one will do.

    Example:
        >>> shared = Shared[int]()
        >>> shared.get(lambda: 7)
        7
    """

    def __init__(self) -> None:
        self._waiting: _Group[Answer] | None = None
        self._latest: tuple[float, Answer] | None = None
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for a question that is not asked yet."""
        group = self._waiting
        return group.size if group else 0

    def latest(self, within_s: float) -> Answer | None:
        """Return the last answer if it was asked for in the last seconds, None otherwise."""
        latest = self._latest
        return latest[1] if latest and time.monotonic() - latest[0] < within_s else None

    def get(self, ask: Callable[[], Answer]) -> Answer:
        """Return the answer, asked for here or by another who came before it was asked.

        Raises:
            Exception: what `ask` raises, for everyone who waits for it.
        """
        with self._lock:
            group = self._waiting
            is_first = group is None
            if group is None:
                group = self._waiting = _Group()
            group.size += 1
        if is_first:
            self._ask(group, ask)
        else:
            group.done.wait()
        if group.error is not None:
            raise group.error
        return group.answer  # type: ignore[return-value]

    def _ask(self, group: _Group[Answer], ask: Callable[[], Answer]) -> None:
        with self._turn:
            with self._lock:
                self._waiting = None
            began = time.monotonic()
            try:
                group.answer = ask()
                self._latest = began, group.answer
            except BaseException as error:
                group.error = error
                raise
            finally:
                group.done.set()
