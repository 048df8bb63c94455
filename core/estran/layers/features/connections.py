"""How is a GeoPackage opened for reading by many threads at once?

Connections are read-only, used by one thread at a time, and kept for the next reader.
"""

import math
import os
import re
import sqlite3
import threading
import unicodedata
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from estran.carbon.errors import Unavailable

Cell = str | int | float | None

_LAST_LETTER = 0x2C80
_WITH = re.compile(r"LATIN (SMALL|CAPITAL) LETTER ([A-Z]) WITH .+")
_CHANGES = slice(24, 28)
"""Bytes of the header that SQLite raises with each transaction; the date of a file may not change so fast."""

_SIGNATURE = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_LARGEST_PAGE = 65_536


_pools: "weakref.WeakValueDictionary[tuple[Path, str, int], ReadPool]" = weakref.WeakValueDictionary()
_recent: "deque[ReadPool]" = deque(maxlen=8)
_pools_lock = threading.Lock()


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


def shared_pool(path: Path, version: str) -> ReadPool:
    """Return the connections to a file in one state, the same for all its tables.

    A connection reads the schema of the whole file: with hundreds of tables that is long, and heavy.

    Raises:
        Unavailable: the file is missing, truncated or no SQLite file.
    """
    key = (path.resolve(), version, os.getpid())
    with _pools_lock:
        pool = _pools.get(key)
        if pool is None:
            pool = _pools[key] = ReadPool(path)
        _recent.append(pool)
        return pool


def _renew_lock() -> None:
    global _pools_lock
    _pools_lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def file_version(path: Path) -> str:
    """Return what changes whenever a file does.

    Raises:
        Unavailable: the file is missing.
    """
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            status, changes = os.fstat(file), os.read(file, _HEADER_BYTES)[_CHANGES]
        finally:
            os.close(file)
    except OSError as error:
        raise unreadable(path, error.strerror or "absent", error.strerror or "absent") from error
    return f"{status.st_mtime_ns:x}-{status.st_size:x}-{changes.hex()}"


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
    """Return a text without its accents; a letter "with" something, such as a stroke, is that letter.

    Example:
        >>> fold_accents("Périgny, København")
        'Perigny, Kobenhavn'
    """
    if not isinstance(text, str):
        return text
    parts = unicodedata.normalize("NFD", text)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare if bare.isascii() else bare.translate(plain_letters())


@cache
def plain_letters() -> Mapping[int, str]:
    """Return the letters whose accent is part of them, such as ø, and the letters they are without it."""
    letters: dict[int, str] = {}
    for point in range(0x80, _LAST_LETTER):
        match = _WITH.fullmatch(unicodedata.name(chr(point), ""))
        if match and not unicodedata.decomposition(chr(point)):
            letters[point] = match[2] if match[1] == "CAPITAL" else match[2].lower()
    return letters


def power_of(left: Cell, right: Cell) -> float | None:
    """Return a power; None when it has no value."""
    return _real(lambda base, exponent: base**exponent, left, right)


def rest_of(left: Cell, right: Cell) -> float | None:
    """Return the rest of a division, with the sign of `left`; None when it has no value."""
    return _real(math.fmod, left, right)


def whole_of(left: Cell, right: Cell) -> float | None:
    """Return a quotient without its decimals; None when it has no value."""
    return _real(lambda number, divisor: math.trunc(number / divisor), left, right)


def _real(compute: Callable[[float, float], float], left: Cell, right: Cell) -> float | None:
    if left is None or right is None:
        return None
    try:
        found = compute(float(left), float(right))
    except (ArithmeticError, ValueError):
        return None
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
    add_functions(connection)
    return connection


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection what the conditions of `SqliteDialect` call and SQLite lacks."""
    connection.create_function("fold_case", 1, fold_case, deterministic=True)
    connection.create_function("fold_accents", 1, fold_accents, deterministic=True)
    for function in (power_of, rest_of, whole_of):
        connection.create_function(function.__name__, 2, function, deterministic=True)


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
