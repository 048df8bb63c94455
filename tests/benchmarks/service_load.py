"""Ask a server the same questions over a few connections: answers a second, and what they cost it.

Plain sockets that stay open, so that the client weighs little beside what it measures.
"""

import itertools
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median
from urllib.parse import urlsplit

import psutil

NOTHING: Mapping[str, str] = {}
QUIET_S = 0.05

LEAST = 5
"""Answers that are waited for, however slow."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a server answered.

    Attributes:
        rate: Answers a second.
        latency_ms: Median time of one answer, seen by the client.
        cpu_ms: User and system time of the server's processes for one answer.
        size: Bytes of the last body.
    """

    rate: float
    latency_ms: float
    cpu_ms: float
    size: int


def middle(loads: Sequence[Load]) -> Load:
    """Return the medians of several loads, and the size of the last body."""
    return Load(
        rate=median(each.rate for each in loads),
        latency_ms=median(each.latency_ms for each in loads),
        cpu_ms=median(each.cpu_ms for each in loads),
        size=loads[-1].size,
    )


class Connection:
    """One HTTP/1.1 connection that stays open."""

    def __init__(self, host: str, port: int | str) -> None:
        self._socket = socket.create_connection((host, int(port)), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""
        self._host = f"{host}:{port}"

    def ask(self, path: str, headers: Mapping[str, str] = NOTHING) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {self._host}", "Accept: */*"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self._left:
            self._more()
        head, _, self._left = self._left.partition(b"\r\n\r\n")
        first, *others = head.decode("latin-1").split("\r\n")
        known = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in others}
        return int(first.split()[1]), known, self._body(known)

    def close(self) -> None:
        """Close it."""
        self._socket.close()

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            parts = []
            while size := int(self._line(), 16):
                parts.append(self._take(size + 2)[:-2])
            self._line()
            return b"".join(parts)
        return self._take(int(headers.get("content-length", 0)))

    def _line(self) -> bytes:
        while b"\r\n" not in self._left:
            self._more()
        line, _, self._left = self._left.partition(b"\r\n")
        return line

    def _take(self, size: int) -> bytes:
        parts, held = [self._left], len(self._left)
        while held < size:
            parts.append(self._received())
            held += len(parts[-1])
        whole = b"".join(parts)
        self._left = whole[size:]
        return whole[:size]

    def _more(self) -> None:
        self._left += self._received()

    def _received(self) -> bytes:
        part = self._socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part


def load(
    url: str,
    paths: Sequence[str],
    *,
    pid: int,
    requests: int,
    connections: int,
    headers: Mapping[str, str] = NOTHING,
    statuses: frozenset[int] = frozenset({200}),
    seconds: float = inf,
) -> Load:
    """Ask for `paths` in turn and measure; stop after `requests` or, with five answers at least, `seconds`.

    Raises:
        ValueError: an answer has another status.
    """
    place = urlsplit(url)
    numbers = itertools.count()
    times: list[float] = []
    wrong: list[str] = []
    sizes = [0]

    def work() -> None:
        connection = Connection(place.hostname or "127.0.0.1", place.port or 80)
        try:
            while (number := next(numbers)) < requests and not wrong:
                if len(times) >= LEAST and time.perf_counter() - start > seconds:
                    break
                path = paths[number % len(paths)]
                began = time.perf_counter()
                status, _, body = connection.ask(path, headers)
                times.append(time.perf_counter() - began)
                sizes[0] = len(body)
                if status not in statuses:
                    wrong.append(f"{status} {path}: {body[:300]!r}")
        except OSError as error:
            wrong.append(f"{error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    before, start = cpu_s(pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed, spent = time.perf_counter() - start, cpu_s(pid) - before
    if wrong:
        raise ValueError(wrong[0])
    return Load(
        rate=len(times) / elapsed,
        latency_ms=1000 * median(times),
        cpu_ms=1000 * spent / len(times),
        size=sizes[0],
    )


def cpu_s(pid: int) -> float:
    """Return the processor time of a process and of those that it started."""
    total = 0.0
    parent = psutil.Process(pid)
    for process in [parent, *parent.children(recursive=True)]:
        times = process.cpu_times()
        total += times.user + times.system
    return total


def wait_until_quiet(pid: int, *, within_s: float = 60.0) -> None:
    """Wait until a server has used next to nothing of the processor for three seconds."""
    until, spent = time.monotonic() + within_s, -1.0
    # The time of a process that has ended is no longer counted, so less than before is not quiet either.
    while time.monotonic() < until and abs(cpu_s(pid) - spent) > QUIET_S:
        spent = cpu_s(pid)
        time.sleep(3.0)
