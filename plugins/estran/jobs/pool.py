"""A bounded pool of worker processes: a queue, a time limit, and a cancel that kills.

Each slot is a thread that owns one worker process and one pipe to it, so a worker that dies, even idle,
takes nothing else with it and is replaced. With two workers or more, one slot takes only requests
that somebody waits for: a long job never delays them all.
"""

import json
import logging
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from estran.carbon.errors import EstranError, Unavailable
from estran.jobs.answer import Answer
from estran.jobs.errors import QueueFull, TimeExceeded, failed_execution, new_reference
from estran.jobs.preload import PROCESSES, preload
from estran.jobs.worker import Advanced, Crashed, Message, Ready, Started, work

LOGGER = logging.getLogger(__name__)
_TICK_S = 0.1
_READY_WITHIN_S = 120.0


class Listener(Protocol):
    """Is told, from the thread of a slot, what becomes of a task."""

    def is_wanted(self) -> bool:
        """Tell whether the result is still wanted; asked several times a second."""

    def started(self) -> None:
        """A worker has begun."""

    def advanced(self, step: str, fraction: float) -> None:
        """The process says how far it is."""

    def ended(self, outcome: Answer | EstranError) -> None:
        """The task is over. Called once, unless the result is no longer wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A pickled request, its limit, who is told, and whether somebody holds a connection for it."""

    request: bytes
    timeout_s: float
    listener: Listener
    is_awaited: bool


class WorkerPool:
    """Runs tasks in `workers` processes; they start at the first task or at `start()`."""

    def __init__(self, *, workers: int, queue: int, waiting: int, definitions: tuple[str, ...]) -> None:
        self._queue = queue
        self._waiting = waiting
        self._definitions = definitions
        self._pending: deque[Task] = deque()
        self._awaited = 0
        self._change = threading.Condition()
        self._is_closing = threading.Event()
        self._slots = [
            _Slot(self, definitions, is_reserved=number == 0 and workers > 1) for number in range(workers)
        ]
        self._is_started = False

    def start(self) -> None:
        """Start the workers, so that the first request finds them ready."""
        with self._change:
            if not self._is_started:
                self._is_started = True
                preload(json.loads(definition)["name"] for definition in self._definitions)
                for slot in self._slots:
                    slot.start()

    def submit(self, task: Task) -> None:
        """Queue a task.

        Raises:
            QueueFull: as many tasks are queued, or awaited, as the settings allow.
        """
        self.start()
        with self._change:
            if self._is_closing.is_set():
                raise _full("the server is stopping", "le serveur s'arrête")
            if len(self._pending) >= self._queue:
                raise _full(f"{self._queue} executions are waiting", f"{self._queue} calculs attendent")
            if task.is_awaited and self._awaited >= self._waiting:
                raise _full(
                    f"{self._waiting} synchronous executions are under way",
                    f"{self._waiting} calculs synchrones sont en cours",
                )
            self._awaited += task.is_awaited
            self._pending.append(task)
            self._change.notify_all()

    def drop_unwanted(self) -> None:
        """Take out of the queue what nobody wants any more."""
        with self._change:
            tasks = list(self._pending)
        unwanted = [task for task in tasks if not task.listener.is_wanted()]
        with self._change:
            for task in unwanted:
                if task in self._pending:
                    self._pending.remove(task)

    def state(self) -> dict[str, int]:
        """Return how many workers are alive and loaded, out of how many, and how many tasks wait for one."""
        with self._change:
            queued = len(self._pending)
        loaded = sum(slot.has_loaded for slot in self._slots)
        alive = len(self.worker_ids())
        return {"alive": alive, "loaded": loaded, "workers": len(self._slots), "queued": queued}

    @property
    def is_loading(self) -> bool:
        """True from the start until every slot has had a worker that loaded its processes."""
        return self._is_started and not all(slot.has_loaded for slot in self._slots)

    def worker_ids(self) -> list[int]:
        """Return the process ids of the workers that are alive."""
        return [pid for slot in self._slots if (pid := slot.worker_id) is not None]

    def close(self) -> None:
        """Kill the workers; what was queued or running ends as interrupted."""
        with self._change:
            self._is_closing.set()
            abandoned = list(self._pending)
            self._pending.clear()
            self._change.notify_all()
        for task in abandoned:
            task.listener.ended(_interrupted())
        if self._is_started:
            for slot in self._slots:
                slot.join()

    @property
    def is_closing(self) -> bool:
        """True once `close()` has been called."""
        return self._is_closing.is_set()

    def take(self, *, only_awaited: bool) -> Task | None:
        """Wait for a task and return it; None when the pool closes."""
        with self._change:
            while not self._is_closing.is_set():
                for task in self._pending:
                    if task.is_awaited or not only_awaited:
                        self._pending.remove(task)
                        return task
                self._change.wait()
        return None

    def finished(self, task: Task) -> None:
        """Take note that a slot is done with a task."""
        with self._change:
            self._awaited -= task.is_awaited


class _Slot(threading.Thread):
    """Takes tasks one by one and keeps a live worker for them."""

    def __init__(self, pool: WorkerPool, definitions: tuple[str, ...], *, is_reserved: bool) -> None:
        super().__init__(name="estran-slot", daemon=True)
        self._pool = pool
        self._definitions = definitions
        self._is_reserved = is_reserved
        self._worker: _Worker | None = None
        self.has_loaded = False

    @property
    def worker_id(self) -> int | None:
        worker = self._worker
        return worker.process.pid if worker is not None and worker.process.is_alive() else None

    def run(self) -> None:
        while True:
            with suppress(OSError, EOFError):
                self._load(self._live_worker())
            task = self._pool.take(only_awaited=self._is_reserved)
            if task is None:
                break
            outcome: Answer | EstranError | None = failed_execution(reference="the end of a slot")
            try:
                outcome = self._perform(task)
            finally:
                self._pool.finished(task)
                if outcome is not None:
                    task.listener.ended(outcome)
        if self._worker is not None:
            self._worker.kill()

    def _load(self, worker: "_Worker") -> None:
        """Wait until a worker has loaded its processes, for as long as a task would."""
        deadline = time.monotonic() + _READY_WITHIN_S
        while not worker.is_ready and not self._pool.is_closing and time.monotonic() < deadline:
            if worker.pipe.poll(_TICK_S):
                worker.is_ready = isinstance(worker.pipe.recv(), Ready)
        self.has_loaded = self.has_loaded or worker.is_ready

    def _live_worker(self) -> "_Worker":
        if self._worker is None or not self._worker.process.is_alive():
            if self._worker is not None:
                self._worker.kill()
            self._worker = _Worker(self._definitions)
        return self._worker

    def _perform(self, task: Task) -> Answer | EstranError | None:
        """Return what became of a task, or None when nobody wants it any more.

        A worker lost before it began, killed while it was idle for example, is replaced once.
        """
        if not task.listener.is_wanted():
            return None
        for _ in range(2):
            try:
                return self._follow(task, self._live_worker())
            except (EOFError, OSError) as error:
                loss = error
            if self._worker is not None:
                self._worker.kill()
                if self._worker.has_begun:
                    break
        exit_code = self._worker.process.exitcode if self._worker is not None else None
        reference = new_reference()
        LOGGER.error("execution %s: worker lost, exit code %s (%r)", reference, exit_code, loss)
        return failed_execution(reference=reference)

    def _follow(self, task: Task, worker: "_Worker") -> Answer | EstranError | None:
        deadline = time.monotonic() + (task.timeout_s if worker.is_ready else _READY_WITHIN_S)
        worker.has_begun = False
        if worker.is_ready:
            worker.pipe.send_bytes(task.request)
        while True:
            message: Message | None = worker.pipe.recv() if worker.pipe.poll(_TICK_S) else None
            match message:
                case Ready():
                    worker.is_ready = True
                    worker.pipe.send_bytes(task.request)
                case Started():
                    worker.has_begun = True
                    deadline = time.monotonic() + task.timeout_s
                    task.listener.started()
                case Advanced(step, fraction):
                    task.listener.advanced(step, fraction)
                case Answer() | EstranError():
                    return message
                case Crashed(trace):
                    reference = new_reference()
                    LOGGER.error("execution %s failed\n%s", reference, trace)
                    return failed_execution(reference=reference)
            is_late = time.monotonic() > deadline
            if is_late or self._pool.is_closing or not task.listener.is_wanted():
                worker.kill()
                return self._end_of(task, is_late=is_late)

    def _end_of(self, task: Task, *, is_late: bool) -> EstranError | None:
        if is_late:
            return _too_long(task.timeout_s)
        return _interrupted() if self._pool.is_closing else None


class _Worker:
    """One worker process and our end of its pipe."""

    def __init__(self, definitions: tuple[str, ...]) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(
            target=work, args=(theirs, definitions), name="estran-worker", daemon=True
        )
        self.process.start()
        theirs.close()
        self.is_ready = False
        self.has_begun = False

    def kill(self) -> None:
        """End the process at once and wait until it is gone."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _full(en: str, fr: str) -> QueueFull:
    return QueueFull(f"{en}; try again in a few seconds", f"{fr} ; réessayez dans quelques secondes")


def _interrupted() -> Unavailable:
    return Unavailable(
        "the server stopped before the calculation ended; ask again",
        "le serveur s'est arrêté avant la fin du calcul ; redemandez-le",
    )


def _too_long(timeout_s: float) -> TimeExceeded:
    return TimeExceeded(
        f"the calculation was stopped at the limit of {timeout_s:g} s; send a smaller request",
        f"le calcul a été arrêté à la limite de {timeout_s:g} s ; envoyez une demande plus petite",
    )
