"""What is done in a process of its own comes back whole, or is said to be lost."""

import operator
import os
import pickle
import signal
import threading
import time
from functools import partial

import numpy as np
import pytest
from beside import forked, pid_beside

from estran.carbon.errors import Unavailable
from estran.jobs.elsewhere import KINDNESS, WorkFailed, elsewhere
from estran.layers.features.location import Whereabouts, hidden

MOST = 19
"""The most that a process can give way."""


def test_it_is_another_process_which_gives_way() -> None:
    assert elsewhere(os.getpid) != os.getpid()
    assert elsewhere(partial(os.nice, 0)) == min(os.nice(0) + KINDNESS, MOST)


def test_arrays_come_back_as_they_are() -> None:
    """Large and empty ones, in the order of their object; they can be written in."""
    whole = {"long": np.arange(500_000), "none": np.empty((0, 4)), "text": np.frombuffer(b"sea", np.uint8)}
    found = elsewhere(partial(dict, whole, name="é"))
    assert list(found) == ["long", "none", "text", "name"]
    for name, array in whole.items():
        np.testing.assert_array_equal(found[name], array)
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
    found["long"][0] = 7


def test_what_is_raised_there_is_told_here(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WorkFailed, match=r"Traceback[\s\S]*ZeroDivisionError"):
        elsewhere(partial(operator.truediv, 1, 0))
    with pytest.raises(WorkFailed, match="pickle"):
        elsewhere(threading.Lock)
    assert capfd.readouterr() == ("", "")


def test_a_process_that_is_killed_is_said_to_be_lost() -> None:
    found: list[BaseException] = []

    def ask() -> None:
        try:
            elsewhere(partial(time.sleep, 600))
        except Unavailable as error:
            found.append(error)

    others = forked(os.getpid())
    asking = threading.Thread(target=ask)
    asking.start()
    os.kill(pid_beside(os.getpid(), others), signal.SIGKILL)
    asking.join(30)
    assert "exit code -9" in str(found)
    assert elsewhere(partial(int, "7")) == 7


def test_a_password_travels_only_with_what_is_pickled() -> None:
    where = Whereabouts(hidden("postgresql://estran:spring@localhost/tides"))
    assert where.location == "postgresql+psycopg://estran:***@localhost/tides"
    packed = pickle.dumps(where)
    assert b"spring" in packed
    assert pickle.loads(packed).location == where.location
