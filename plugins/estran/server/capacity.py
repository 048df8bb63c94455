"""How many requests of each kind are held at once; every one of them holds a thread."""

BODIES_AT_ONCE = 32
"""Bodies that are being received."""

OTHER_THREADS = 16
"""Threads left for pages and data."""


def threads_for(*, waiting: int) -> int:
    """Return how many threads the server needs.

    Args:
        waiting: Synchronous executions held open at once.
    """
    return waiting + BODIES_AT_ONCE + OTHER_THREADS
