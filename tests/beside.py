"""The process that works beside a server, among those that come from its server of forks."""

import time
from collections.abc import Callable, Collection

import psutil


def forked(server: int) -> set[int]:
    """Return the processes that come from the server of forks of a server."""
    found = set()
    for process in psutil.Process(server).children(recursive=True):
        try:
            parent = process.parent()
            if parent is not None and any("multiprocessing.forkserver" in word for word in parent.cmdline()):
                found.add(process.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def pid_beside(
    server: int, others: Collection[int], ask: Callable[[], object] = lambda: None, *, within_s: float = 60
) -> int:
    """Wait for a process of a server that is none of the others, and return it.

    Args:
        server: The server.
        others: Those that were there before.
        ask: What is done meanwhile, again and again.
        within_s: For how long it is waited for.
    """
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        ask()
        new = forked(server) - set(others)
        if new:
            return new.pop()
        time.sleep(0.02)
    raise AssertionError(f"no process within {within_s} s")
