"""Who computes while a thread waits for a database? Another one, if whoever lends the threads says how."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

type StepAside = Callable[[], AbstractContextManager[None]]

_step: ContextVar[StepAside | None] = ContextVar("step_aside", default=None)


def aside() -> AbstractContextManager[None]:
    """Return the block in which this thread only waits, and leaves its turn to another.

    Example:
        >>> with aside():
        ...     pass
    """
    step = _step.get()
    return nullcontext() if step is None else step()


@contextmanager
def stepping(step: StepAside) -> Iterator[None]:
    """Let `aside` be this inside the block."""
    token = _step.set(step)
    try:
        yield
    finally:
        _step.reset(token)
