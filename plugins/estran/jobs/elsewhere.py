"""How is something long done without the server's interpreter? In a process that ends with it.

It is started from the server of forks, gives way to whoever else wants the processor, and sends one object
back. What the object holds as bytes or arrays is received as it is, while the other threads go on.
"""

import os
import pickle
import signal
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import Unavailable
from estran.jobs.preload import PROCESSES, preload_readers
from estran.jobs.worker import end_with_parent, look_for_garbage_less

NAME = "estran-elsewhere"

KINDNESS = 1
"""By how much the process gives way (`nice`): a little less than its share of processors that are full.

At 5, a fourth of it, what is waited for takes twice as long and requests are answered no faster meanwhile.
"""

WITHIN_S = 1800.0
"""Time after which the process is taken for stuck."""

_SIZE = struct.Struct("<q")
_AT_ONCE = 1 << 30
"""Bytes that are asked of a socket at once: some systems refuse more than 2 GB."""

_ENDS_WITHIN_S = 5.0
_FIRST_TO_GO = "500"
"""What Linux adds, of a thousand, to the weight of a process when memory is short and one must go."""

type _Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Raised:
    trace: str


class WorkFailed(Exception):
    """What the function raised, as its process tells it."""


def elsewhere[Result](work: Callable[[], Result]) -> Result:
    """Call a function in another process and return what it returns.

    Args:
        work: The function; it and what it returns are pickled.

    Raises:
        Unavailable: the process cannot start, was lost, or is stuck.
        WorkFailed: the function raised something.
    """
    preload_readers()
    ours, theirs = socket.socketpair()
    with closing(ours):
        process = PROCESSES.Process(target=_perform, args=(theirs, work), name=NAME, daemon=True)
        with closing(theirs):
            try:
                process.start()
            except OSError as error:
                raise _lost(f"it cannot start, {error}", f"il ne démarre pas, {error}") from error
        try:
            first, *others = _received(ours)
        except OSError as error:
            _end(process)
            code = process.exitcode
            raise _lost(f"{error}, exit code {code}", f"{error}, code de sortie {code}") from error
        _end(process)
    result: Result | _Raised = pickle.loads(first, buffers=others)  # noqa: S301 - from our own process
    if isinstance(result, _Raised):
        raise WorkFailed(result.trace)
    return result


def _perform[Result](pipe: socket.socket, work: Callable[[], Result]) -> None:
    """Call a function and send what it returns; this is what runs in the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_parent, daemon=True).start()
    os.nice(KINDNESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
    look_for_garbage_less()
    with closing(pipe), suppress(OSError):  # nobody may be there any more to receive it
        first, others = _packed(work)
        buffers = [memoryview(first), *(other.raw() for other in others)]
        sizes = [len(buffer) for buffer in buffers]
        pipe.sendall(b"".join(map(_SIZE.pack, [len(sizes), *sizes])))
        for buffer in buffers:
            pipe.sendall(buffer)


def _packed[Result](work: Callable[[], Result]) -> tuple[bytes, list[pickle.PickleBuffer]]:
    """Return what a function returns, pickled, and beside it the arrays it holds."""
    others: list[pickle.PickleBuffer] = []
    try:
        return pickle.dumps(work(), protocol=5, buffer_callback=others.append), others
    except Exception:  # noqa: BLE001 - the outermost edge of the process; the server logs the trace
        return pickle.dumps(_Raised(traceback.format_exc())), []


def _end(process: BaseProcess) -> None:
    """Wait until a process that is done is gone, or end it."""
    process.join(_ENDS_WITHIN_S)
    process.kill()
    process.join()


def _received(pipe: socket.socket) -> Sequence[_Bytes]:
    """Return what was sent.

    Raises:
        OSError: less was, or nothing for a long time.
    """
    if not connection.wait([pipe], WITHIN_S):
        raise TimeoutError(f"nothing in {WITHIN_S:g} s")
    (count,) = _SIZE.unpack(_filled(pipe, _SIZE.size))
    sizes = [size for (size,) in _SIZE.iter_unpack(_filled(pipe, count * _SIZE.size))]
    return [_filled(pipe, size) for size in sizes]


def _filled(pipe: socket.socket, size: int) -> _Bytes:
    """Return the next bytes, received in one call, during which the other threads have the interpreter."""
    whole = np.empty(size, np.uint8)
    rest = memoryview(whole)
    while len(rest):
        count = pipe.recv_into(rest, min(len(rest), _AT_ONCE), socket.MSG_WAITALL)
        if not count:
            raise ConnectionResetError("it ended too early")
        rest = rest[count:]
    return whole


def _lost(en: str, fr: str) -> Unavailable:
    return Unavailable(
        f"a process beside the server was lost: {en}", f"un processus à part s'est perdu : {fr}"
    )
