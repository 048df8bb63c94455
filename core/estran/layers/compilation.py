"""How loops become machine code: once per machine, by numba.

A function is compiled for its one signature when its module is imported, so that whoever has imported it
is ready to answer. The code is kept in a folder named after a hash of the sources of its package: beside
them, or else in the user's cache folder, or where `NUMBA_CACHE_DIR` says. Where nothing can be written, it is
compiled in memory at each start. Import these modules late: numba itself takes about half a second.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from tempfile import TemporaryFile
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

njit: Any = numba.njit
config: Any = numba.config

FLOAT, FLOATS, FLOAT_TABLE = numba.f8, numba.f8[::1], numba.f8[:, ::1]
INTEGER, INTEGERS, INTEGER_TABLE = numba.i8, numba.i8[::1], numba.i8[:, ::1]
SHORTS, BYTES, CODES, CODE_TABLE = numba.i4[::1], numba.u1[::1], numba.u2[::1], numba.u2[:, ::1]
"""What the compiled functions take; arrays are C-contiguous."""


def read_only(array: Any) -> Any:
    """Return the type of an array that is only read, whether or not it can be written."""
    return numba.types.Array(array.dtype, array.ndim, array.layout, readonly=True)


Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shorts = NDArray[np.int32]
Bytes = NDArray[np.uint8]
Codes = NDArray[np.uint16]


def compiled[F: Callable[..., Any]](*types: Any) -> Callable[[F], F]:
    """Return a decorator that compiles a function for arguments of these types."""

    def compile_it(function: F) -> F:
        sources = Path(function.__code__.co_filename).resolve().parent
        folder = cache_folder(function.__module__.rpartition(".")[0], sources)
        if folder is not None:
            try:
                with _kept_in(folder):
                    machine: F = njit(types, nogil=True, error_model="numpy", cache=True)(function)
            except (OSError, EOFError, ImportError, UnpicklingError):  # the disk is full, a file is cut short
                pass
            else:
                return machine
        in_memory: F = njit(types, nogil=True, error_model="numpy")(function)
        return in_memory

    return compile_it


@cache
def cache_folder(package: str, sources: Path) -> Path | None:
    """Return the folder where the machine code of a package is kept, or None where nothing can be written.

    Args:
        package: The name under which its modules are imported: numba keeps it with the code.
        sources: Where these are.
    """
    digest = hashlib.sha256(package.encode())
    for source in (Path(__file__), *sorted(sources.glob("*.py"))):
        digest.update(source.read_bytes())
    name = f"estran-loops-{digest.hexdigest()[:16]}"
    chosen = config.CACHE_DIR
    user = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    for parent in [Path(chosen)] if chosen else [sources / "__pycache__", user]:
        try:
            folder = parent.expanduser() / name
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except (OSError, RuntimeError):  # not writable; or no home
            continue
        return folder
    return None


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before
