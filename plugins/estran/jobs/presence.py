"""Is the server process that owns a job still alive?

Each process that runs jobs holds a lock on a file of its own for as long as it lives; the kernel drops the
lock when the process ends, however it ends. Process numbers would not do: they are reused, and two
containers that share a volume each have their own.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Presence:
    """The lock of this process in a folder shared with others.

    Raises:
        OSError: the folder cannot be written.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.owner = secrets.token_hex(8)
        with held(directory / "owners.lock"):
            self._handle = os.open(self._path(self.owner), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_alive(self, owner: str) -> bool:
        """Tell whether the process that took the name `owner` still runs."""
        if owner == self.owner:
            return True
        with _locked(self._path(owner)) as is_free:
            return not is_free

    def sweep(self) -> None:
        """Remove the files of processes that are gone."""
        with held(self._directory / "owners.lock"):
            for path in self._directory.glob("owner-*.lock"):
                with _locked(path) as is_free:
                    if is_free:
                        path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go: from now on this process counts as gone."""
        self._path(self.owner).unlink(missing_ok=True)
        os.close(self._handle)

    def _path(self, owner: str) -> Path:
        return self._directory / f"owner-{owner}.lock"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for the lock of a file, which is created, and hold it for the time of what runs inside."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Try to take the lock of a file; a file that does not exist is free."""
    handle = -1
    is_free = True
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
    try:
        if handle >= 0:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                is_free = False
        yield is_free
    finally:
        if handle >= 0:
            os.close(handle)
