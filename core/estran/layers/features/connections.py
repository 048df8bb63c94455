"""How is a GeoPackage opened for reading by many threads at once?

Connections are read-only, used by one thread at a time, and kept for the next reader.
"""

import sqlite3
import unicodedata
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from estran.carbon.errors import Unavailable

Cell = str | int | float | None

_SIGNATURE = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_LARGEST_PAGE = 65_536


class ReadPool:
    """The open read-only connections to one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._close = weakref.finalize(self, _close_all, self._idle)
        _check_whole(path)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection.

        Raises:
            Unavailable: SQLite cannot read the file.
        """
        try:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = _connect(self._path)
            try:
                yield connection
            finally:
                self._idle.append(connection)
        except sqlite3.Error as error:
            raise unreadable(self._path, str(error), str(error)) from error


def unreadable(path: Path, en: str, fr: str) -> Unavailable:
    """Return the error for a file that cannot be read, with the reason."""
    return Unavailable(
        f"the layer's file {path.name} cannot be read: {en}; run `estran data build`",
        f"lecture impossible du fichier de la couche, {path.name} : {fr} ; lancez `estran data build`",
        where=str(path),
    )


def fold_case(text: Cell) -> Cell:
    """Return a text without the difference between capitals and small letters."""
    return text.casefold() if isinstance(text, str) else text


def fold_accents(text: Cell) -> Cell:
    """Return a text without its accents.

    Example:
        >>> fold_accents("Périgny")
        'Perigny'
    """
    if not isinstance(text, str):
        return text
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    connection.create_function("fold_case", 1, fold_case, deterministic=True)
    connection.create_function("fold_accents", 1, fold_accents, deterministic=True)
    return connection


def _check_whole(path: Path) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error.strerror or "absent", error.strerror or "absent") from error
    if len(header) < _HEADER_BYTES or not header.startswith(_SIGNATURE):
        raise unreadable(path, "it is not a GeoPackage", "ce n'est pas un GeoPackage")
    page = int.from_bytes(header[16:18], "big")
    expected = (_LARGEST_PAGE if page == 1 else page) * int.from_bytes(header[28:32], "big")
    if size < expected:
        raise unreadable(
            path,
            f"it is truncated, {size} bytes instead of {expected}",
            f"il est tronqué, {size} octets au lieu de {expected}",
        )


def _close_all(idle: deque[sqlite3.Connection]) -> None:
    while idle:
        idle.pop().close()
