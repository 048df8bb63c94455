"""Where executions meet the worker pool and the job store: one engine per server process and store.

pygeoapi builds its manager several times; the managers of one configuration share the engine that the first
execution, or `start()`, creates.
"""

import atexit
import os
import pickle
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from estran.carbon.errors import EstranError, Unavailable
from estran.jobs.answer import Answer
from estran.jobs.errors import JobDismissed, ResultNotReady, UnknownJob
from estran.jobs.pool import Task, WorkerPool
from estran.jobs.store import Job, JobStore
from estran.jobs.worker import Request
from estran.layers.settings import JobSettings

_TIDY_EVERY_S = 300.0


@dataclass(frozen=True, slots=True)
class EngineKey:
    """What an engine is made from; equal keys share one.

    Attributes:
        store: The SQLite file, None for memory.
        settings: Workers, queue, limits.
        definitions: Processors that the workers load, as JSON.
    """

    store: Path | None
    settings: JobSettings
    definitions: tuple[str, ...]


class Engine:
    """Runs requests at once or as jobs."""

    def __init__(self, key: EngineKey) -> None:
        self._settings = key.settings
        self.store = JobStore(key.store)
        self.pool = WorkerPool(
            workers=key.settings.workers,
            queue=key.settings.queue,
            waiting=key.settings.waiting,
            definitions=key.definitions,
        )
        self._tidied = 0.0

    def run(self, request: Request) -> Answer:
        """Execute a request and return its answer.

        Raises:
            EstranError: why there is none.
        """
        listener = _Waiter()
        self._submit(request, listener, is_awaited=True)
        return listener.wait()

    def start_job(self, process: str, request: Request) -> str:
        """Queue a request as a job and return the identifier of the job.

        Raises:
            QueueFull: the queue is full; there is no job.
        """
        identifier = str(uuid.uuid4())
        self.store.add(identifier, process)
        try:
            self._submit(
                replace(request, job_id=identifier, is_kept=True),
                _Recorder(self.store, identifier),
                is_awaited=False,
            )
        except EstranError:
            self.store.remove(identifier)
            raise
        return identifier

    def read_job(self, identifier: str) -> Job:
        """Return what is known of a job.

        Raises:
            UnknownJob: there is none, or it has expired.
        """
        job = self.store.read(identifier)
        if job is None:
            raise UnknownJob(
                "no such job; it may have expired", "calcul inconnu ; il a peut-être expiré", where="jobId"
            )
        return job

    def read_answer(self, identifier: str) -> Answer:
        """Return the result of a job.

        Raises:
            UnknownJob: there is no such job.
            ResultNotReady: it has not ended.
            JobDismissed: it was dismissed.
            EstranError: it failed, and this is why.
        """
        job = self.read_job(identifier)
        if job.failure is not None:
            raise job.failure
        if job.status == "dismissed":
            raise JobDismissed("the job was dismissed", "le calcul a été abandonné", where="jobId")
        result = self.store.read_result(identifier)
        if result is None or job.media_type is None:
            raise ResultNotReady(
                f"the job is {job.status}; ask again later",
                "le calcul est en attente ou en cours ; redemandez plus tard",
                where="jobId",
            )
        return Answer(job.media_type, result)

    def dismiss(self, identifier: str) -> None:
        """Stop a job that has not ended, forget one that has.

        Raises:
            UnknownJob: there is no such job.
        """
        self.read_job(identifier)
        if self.store.dismiss(identifier):
            self.pool.drop_unwanted()
        else:
            self.store.remove(identifier)

    def tidy(self) -> None:
        """Forget expired jobs and mark those of dead server processes, now and then."""
        now = time.monotonic()
        if self._tidied and now - self._tidied < _TIDY_EVERY_S:
            return
        self._tidied = now
        self.store.fail_orphans()
        self.store.purge(self._settings.keep_hours)

    def close(self) -> None:
        """Stop the workers and close the store."""
        self.pool.close()
        self.store.close()

    def _submit(self, request: Request, listener: "_Waiter | _Recorder", *, is_awaited: bool) -> None:
        packed = pickle.dumps(request, protocol=pickle.HIGHEST_PROTOCOL)
        self.pool.submit(Task(packed, self._settings.timeout_s, listener, is_awaited))


class _Waiter:
    """Holds the thread of a synchronous request until its outcome is there."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._outcome: Answer | EstranError | None = None

    def is_wanted(self) -> bool:
        return True

    def started(self) -> None:
        """Nothing to tell: the caller waits."""

    def advanced(self, step: str, fraction: float) -> None:
        """Nothing to tell: the caller waits."""

    def ended(self, outcome: Answer | EstranError) -> None:
        self._outcome = outcome
        self._done.set()

    def wait(self) -> Answer:
        self._done.wait()
        match self._outcome:
            case Answer() as answer:
                return answer
            case EstranError() as error:
                raise error
        raise AssertionError("an execution ended without an outcome")


class _Recorder:
    """Writes what becomes of a job into the store, which alone says whether it is still wanted."""

    def __init__(self, store: JobStore, identifier: str) -> None:
        self._store = store
        self._id = identifier

    def is_wanted(self) -> bool:
        return self._tell(lambda: self._store.is_active(self._id))

    def started(self) -> None:
        self._tell(lambda: self._store.start(self._id))

    def advanced(self, step: str, fraction: float) -> None:
        progress = round(100 * min(max(fraction, 0.0), 0.99))
        self._tell(lambda: self._store.advance(self._id, step=step, progress=progress))

    def ended(self, outcome: Answer | EstranError) -> None:
        error = outcome if isinstance(outcome, EstranError) else None
        if isinstance(outcome, Answer):
            try:
                self._store.succeed(self._id, media_type=outcome.media_type, result=outcome.body)
            except Unavailable as unusable:
                error = unusable
        if error is not None:
            self._tell(lambda: self._store.fail(self._id, error))

    def _tell(self, action: Callable[[], bool]) -> bool:
        """Do something with the store; when it cannot be used, which it logs, the job goes on."""
        try:
            return action()
        except Unavailable:
            return True


_ENGINES: dict[tuple[int, EngineKey], Engine] = {}
_OPENING = threading.Lock()


def open_engine(key: EngineKey) -> Engine:
    """Return the engine of this process for `key`; a forked process gets its own."""
    with _OPENING:
        engine = _ENGINES.get((os.getpid(), key))
        if engine is None:
            engine = _ENGINES[os.getpid(), key] = Engine(key)
    engine.tidy()
    return engine


@atexit.register
def close_engines() -> None:
    """Stop the workers and close the stores of this process."""
    with _OPENING:
        mine = [place for place in _ENGINES if place[0] == os.getpid()]
        engines = [_ENGINES.pop(place) for place in mine]
    for engine in engines:
        engine.close()
