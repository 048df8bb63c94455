"""Reading requests take turns, nobody waits for ever, and what changes data does not wait at all."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from estran.layers.aside import aside
from estran.server.turns import Turns

LONG_S = 30


class Slow:
    """An application that answers when it is told to, and notes who is inside."""

    def __init__(self) -> None:
        self.entered, self.may_leave = threading.Semaphore(0), threading.Event()

    def __call__(self, environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        self.entered.release()
        assert self.may_leave.wait(LONG_S)
        if environ["PATH_INFO"] == "/broken":
            raise ZeroDivisionError
        return [environ["PATH_INFO"].encode()]


def ask(pool: ThreadPoolExecutor, turns: Turns, path: str, method: str = "GET") -> Future[Iterable[bytes]]:
    return pool.submit(turns, {"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *_: None)


def test_one_more_than_the_turns_waits_until_one_is_over() -> None:
    slow = Slow()
    turns = Turns(slow, at_once=2, patience_s=LONG_S)
    with ThreadPoolExecutor(4) as pool:
        first = [ask(pool, turns, "/broken"), ask(pool, turns, "/two")]
        assert slow.entered.acquire(timeout=LONG_S)
        assert slow.entered.acquire(timeout=LONG_S)
        third = ask(pool, turns, "/three")
        changing = ask(pool, turns, "/four", "POST")
        assert slow.entered.acquire(timeout=LONG_S)
        assert not slow.entered.acquire(timeout=0.05)
        slow.may_leave.set()
        with pytest.raises(ZeroDivisionError):
            first[0].result(LONG_S)
        assert [each.result(LONG_S) for each in (first[1], third, changing)] == [
            [b"/two"], [b"/three"], [b"/four"],
        ]  # fmt: skip


def test_who_has_waited_goes_ahead() -> None:
    slow = Slow()
    turns = Turns(slow, at_once=1, patience_s=0.01)
    with ThreadPoolExecutor(2) as pool:
        asked = [ask(pool, turns, "/one"), ask(pool, turns, "/two")]
        assert slow.entered.acquire(timeout=LONG_S)
        assert slow.entered.acquire(timeout=LONG_S)
        slow.may_leave.set()
        assert [each.result(LONG_S) for each in asked] == [[b"/one"], [b"/two"]]


def test_who_waits_for_a_database_leaves_the_turn_to_another() -> None:
    """One turn, and a patience longer than the test: the second gets in because the first steps aside."""
    waiting, may_go_on = threading.Event(), threading.Event()
    inside: list[str] = []

    def answer(environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        inside.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/first":
            with aside(), aside():
                waiting.set()
                assert may_go_on.wait(LONG_S)
        return [environ["PATH_INFO"].encode()]

    turns = Turns(answer, at_once=1, patience_s=LONG_S)
    with ThreadPoolExecutor(2) as pool:
        first = ask(pool, turns, "/first")
        assert waiting.wait(LONG_S)
        assert list(ask(pool, turns, "/second").result(LONG_S)) == [b"/second"]
        may_go_on.set()
        assert list(first.result(LONG_S)) == [b"/first"]
        # The turn is there again, once: two steps aside left and took one.
        assert turns._turns.acquire(timeout=LONG_S)
        assert not turns._turns.acquire(blocking=False)
