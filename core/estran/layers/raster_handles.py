"""One open GDAL dataset per thread and file, because a dataset must not serve two threads at once."""

import atexit
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import rasterio

HANDLES = 32
"""Datasets that one thread keeps open; the one used longest ago is closed first."""

Version = tuple[str, int, int]
"""Path, size in bytes, time of the last change in nanoseconds."""

_local = threading.local()


def file_version(path: Path) -> Version:
    """Return what tells one state of a file from another.

    Raises:
        OSError: the file is missing or out of reach.
    """
    state = path.stat()
    return str(path), state.st_size, state.st_mtime_ns


def dataset(version: Version) -> Any:
    """Return this thread's open dataset of a file.

    Raises:
        rasterio.errors.RasterioIOError: the file is not a raster that GDAL can open.
    """
    handles = _handles()
    if version not in handles:
        handles[version] = rasterio.open(version[0])
        while len(handles) > HANDLES:
            handles.popitem(last=False)[1].close()
    handles.move_to_end(version)
    return handles[version]


def forget(version: Version) -> None:
    """Close this thread's dataset of a file, if it has one."""
    handle = _handles().pop(version, None)
    if handle is not None:
        handle.close()


@atexit.register
def _close_all() -> None:
    """Close the main thread's datasets while GDAL is still there to do it."""
    for version in list(_handles()):
        forget(version)


def _handles() -> OrderedDict[Version, Any]:
    # A forked worker inherits open files whose position it would share with its parent.
    if getattr(_local, "process", None) != os.getpid():
        _local.process = os.getpid()
        _local.handles = OrderedDict()
    handles: OrderedDict[Version, Any] = _local.handles
    return handles
