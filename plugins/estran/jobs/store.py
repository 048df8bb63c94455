"""The state of every job, in SQLite: what is accepted, running, done, and with which result.

A state only changes through one conditional UPDATE, so that several threads and several server processes
agree on it. The inputs of a job are never written here.
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from estran.carbon.errors import EstranError, Unavailable
from estran.jobs.errors import from_text, to_text
from estran.jobs.presence import Presence, held

LOGGER = logging.getLogger(__name__)

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    process TEXT NOT NULL,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    started TEXT,
    updated TEXT NOT NULL,
    finished TEXT,
    progress INTEGER NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT '',
    media_type TEXT,
    failure TEXT,
    result BLOB
)
"""
_READ = """
SELECT id, process, status, created, started, updated, finished, progress, step, media_type, failure
FROM jobs WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class Job:
    """What may be told of a job; times are RFC 3339 in UTC, progress is 0 to 100."""

    id: str
    process: str
    status: Status
    created: str
    started: str | None
    updated: str
    finished: str | None
    progress: int
    step: str
    media_type: str | None
    failure: EstranError | None


class JobStore:
    """Jobs in a file shared by the server processes, or in memory when there is no file.

    Args:
        path: The SQLite file; None, a folder that cannot be written or a damaged file mean memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._presence: Presence | None = None
        self._connection = _connect(None) if path is None else self._open(path)

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with held(path.with_suffix(".lock")):
                connection = _connect(path)
            self._presence = Presence(path.parent)
        except (OSError, sqlite3.Error) as error:
            LOGGER.warning(
                "jobs are kept in memory, lost at the end of this process and unknown to others: %s: %s",
                path,
                error,
            )
            return _connect(None)
        return connection

    def add(self, identifier: str, process: str) -> None:
        """Record a job as accepted."""
        now = _now()
        owner = self._presence.owner if self._presence else ""
        self._change(
            "INSERT INTO jobs (id, process, owner, status, created, updated)"
            " VALUES (?, ?, ?, 'accepted', ?, ?)",
            (identifier, process, owner, now, now),
        )

    def start(self, identifier: str) -> bool:
        """Record that a worker has begun; False when the job was dismissed meanwhile."""
        now = _now()
        return self._change(
            "UPDATE jobs SET status = 'running', started = ?, updated = ?"
            " WHERE id = ? AND status = 'accepted'",
            (now, now, identifier),
        )

    def advance(self, identifier: str, *, step: str, progress: int) -> bool:
        """Record how far a running job is, 0 to 100."""
        return self._change(
            "UPDATE jobs SET step = ?, progress = ?, updated = ? WHERE id = ? AND status = 'running'",
            (step, progress, _now(), identifier),
        )

    def succeed(self, identifier: str, *, media_type: str, result: bytes) -> bool:
        """Record the result; False when the job was dismissed meanwhile."""
        now = _now()
        return self._change(
            "UPDATE jobs SET status = 'successful', progress = 100, step = '', media_type = ?, result = ?,"
            " finished = ?, updated = ? WHERE id = ? AND status IN ('accepted', 'running')",
            (media_type, result, now, now, identifier),
        )

    def fail(self, identifier: str, error: EstranError) -> bool:
        """Record why the job has no result."""
        now = _now()
        return self._change(
            "UPDATE jobs SET status = 'failed', failure = ?, finished = ?, updated = ?"
            " WHERE id = ? AND status IN ('accepted', 'running')",
            (to_text(error), now, now, identifier),
        )

    def dismiss(self, identifier: str) -> bool:
        """Record that nobody wants the result; False when the job had ended."""
        now = _now()
        return self._change(
            "UPDATE jobs SET status = 'dismissed', finished = ?, updated = ?"
            " WHERE id = ? AND status IN ('accepted', 'running')",
            (now, now, identifier),
        )

    def remove(self, identifier: str) -> bool:
        """Forget a job and its result; False when there is none."""
        return self._change("DELETE FROM jobs WHERE id = ?", (identifier,))

    def read(self, identifier: str) -> Job | None:
        """Return what is known of a job."""
        rows = self._rows(_READ, (identifier,))
        if not rows:
            return None
        *fields, failure = rows[0]
        values = (*fields, from_text(failure) if failure else None)
        return Job(*values)

    def read_result(self, identifier: str) -> bytes | None:
        """Return the bytes of a successful job."""
        rows = self._rows("SELECT result FROM jobs WHERE id = ? AND status = 'successful'", (identifier,))
        return bytes(rows[0][0]) if rows else None

    def is_active(self, identifier: str) -> bool:
        """Tell whether a job is accepted or running."""
        sql = "SELECT 1 FROM jobs WHERE id = ? AND status IN ('accepted', 'running')"
        return bool(self._rows(sql, (identifier,)))

    def purge(self, keep_hours: float) -> None:
        """Forget the jobs that ended more than `keep_hours` ago."""
        limit = _text(datetime.now(UTC) - timedelta(hours=keep_hours))
        if self._change("DELETE FROM jobs WHERE finished < ?", (limit,)):
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def fail_orphans(self) -> None:
        """Mark as failed the jobs whose server process is gone."""
        if self._presence is None:
            return
        active = "SELECT id, owner FROM jobs WHERE status IN ('accepted', 'running')"
        for identifier, owner in self._rows(active):
            if not self._presence.is_alive(owner):
                self.fail(identifier, _interrupted())
        self._presence.sweep()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
        if self._presence:
            self._presence.close()

    def _change(self, sql: str, values: Sequence[object]) -> bool:
        try:
            with self._lock:
                return self._connection.execute(sql, values).rowcount > 0
        except sqlite3.Error as error:
            raise _unusable(error) from error

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise _unusable(error) from error


def _connect(path: Path | None) -> sqlite3.Connection:
    """Open the store; results that are removed are overwritten, not just unlinked."""
    connection = sqlite3.connect(
        path or ":memory:", timeout=10, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _now() -> str:
    return _text(datetime.now(UTC))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _interrupted() -> Unavailable:
    return Unavailable(
        "the server stopped before the calculation ended; ask again",
        "le serveur s'est arrêté avant la fin du calcul ; redemandez-le",
    )


def _unusable(error: sqlite3.Error) -> Unavailable:
    LOGGER.error("the job store cannot be used: %s", error)
    return Unavailable(
        "the record of jobs cannot be used now; run the process synchronously, or try later",
        "le registre des calculs est inutilisable ; lancez le processus en mode synchrone, ou plus tard",
    )
