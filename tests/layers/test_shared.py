"""Those who ask at the same moment share an answer that is not older than their questions."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from estran.layers.features.shared import Shared


def wait_for(shared: Shared[int], waiting: int) -> None:
    """Wait until some wait for the next answer."""
    until = time.monotonic() + 30
    while shared.waiting < waiting:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_who_comes_while_a_question_is_under_way_waits_for_the_next_one() -> None:
    shared, answers = Shared[int](), count(1)
    under_way, may_end = threading.Event(), threading.Event()

    def ask() -> int:
        answer = next(answers)
        if answer == 1:
            under_way.set()
            assert may_end.wait(30)
        return answer

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(shared.get, ask)
        assert under_way.wait(30)
        others = [pool.submit(shared.get, ask) for _ in range(7)]
        wait_for(shared, 7)
        may_end.set()
        assert first.result(30) == 1
        assert [other.result(30) for other in others] == [2] * 7
    assert shared.get(ask) == 3


def test_the_last_answer_is_known_for_as_long_as_one_says() -> None:
    shared = Shared[int]()
    assert shared.latest(3600) is None
    before = time.monotonic()
    assert shared.get(lambda: 1) == 1
    assert shared.latest(3600) == 1
    assert shared.latest(0) is None
    while time.monotonic() - before < 0.02:
        time.sleep(0.001)
    assert shared.latest(0.01) is None
    with pytest.raises(ZeroDivisionError):
        shared.get(lambda: 1 // 0)
    assert shared.latest(3600) == 1
    assert shared.get(lambda: 2) == 2
    assert shared.latest(3600) == 2


def test_an_error_is_told_to_everyone_and_forgotten() -> None:
    shared = Shared[int]()
    under_way, may_end = threading.Event(), threading.Event()

    def hold() -> int:
        under_way.set()
        assert may_end.wait(30)
        return 1

    def fail() -> int:
        raise ValueError("no answer")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(shared.get, hold)
        assert under_way.wait(30)
        others = [pool.submit(shared.get, fail) for _ in range(3)]
        wait_for(shared, 3)
        may_end.set()
        assert first.result(30) == 1
        for other in others:
            with pytest.raises(ValueError, match="no answer"):
                other.result(30)
    assert shared.get(lambda: 2) == 2
