"""Files that are made once per state of their data and then sent from the disk.

They are beside the data of the territory, and go when the data are built again; on a disk that cannot be
written, in the folder for temporary files. A file appears whole or not at all; one is made at a time,
whatever the number of requests and of server processes, and it takes the place of the former one.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from estran.carbon.errors import Unavailable

WAIT_S = 120.0
"""For how long a request waits for a file that another one is making."""

_STEP_S = 0.1
_FOLDER = "downloads"


def kept_file(directory: Path, name: str, version: str, make: Callable[[Path], None]) -> Path:
    """Return a file, made when there is none of this version.

    Args:
        directory: Where the territory keeps its data.
        name: Name of the file, with its extension.
        version: State of what it is made from.
        make: Writes it at a path.

    Raises:
        Unavailable: another file has been in the making for too long.
    """
    target = Path(name)
    digest = hashlib.sha256(version.encode()).hexdigest()[:16]
    fresh = f"{target.stem}-{digest}{target.suffix}"
    found = known_file(directory, name, version)
    if found is not None:
        return found
    try:
        return _made(_opened(directory / _FOLDER), target, fresh, make)
    except OSError:
        return _made(_opened(_elsewhere(directory)), target, fresh, make)


def known_file(directory: Path, name: str, version: str) -> Path | None:
    """Return a file when it has been made."""
    target = Path(name)
    digest = hashlib.sha256(version.encode()).hexdigest()[:16]
    fresh = f"{target.stem}-{digest}{target.suffix}"
    for folder in (directory / _FOLDER, _elsewhere(directory)):
        if (folder / fresh).is_file():
            return folder / fresh
    return None


def _made(folder: Path, target: Path, fresh: str, make: Callable[[Path], None]) -> Path:
    path = folder / fresh
    with _alone(folder):
        if path.is_file():
            return path
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as staging:
            part = Path(staging) / target.name
            make(part)
            part.replace(path)
        for old in folder.glob(f"{target.stem}-{'?' * 16}{target.suffix}"):
            if old != path:
                old.unlink(missing_ok=True)
    return path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else makes a file in a folder."""
    with (folder / ".lock").open("w") as lock:
        until = time.monotonic() + WAIT_S
        while not _locked(lock.fileno()):
            if time.monotonic() > until:
                raise Unavailable(
                    "other files are being prepared; ask again in a minute",
                    "d'autres fichiers sont en préparation ; redemandez dans une minute",
                    where="download",
                )
            time.sleep(_STEP_S)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    return folder


def _elsewhere(directory: Path) -> Path:
    """Return a folder of our own among temporary files."""
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"estran-{os.getuid()}-{mark}" / _FOLDER
