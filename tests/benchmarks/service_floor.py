"""The least that a coverage can cost: a windowed read by rasterio, its cells straight to the socket.

A WSGI application for the same server as ours: `/window?west&north&cells` and `/whole?pixels`, in cells.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import rasterio
from rasterio.windows import Window

RASTER = "BENCH_RASTER"

_held = threading.local()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Return cells, row by row."""
    asked = {name: int(values[0]) for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    raster = _raster()
    if environ["PATH_INFO"] == "/window":
        window = Window(asked["west"], asked["north"], asked["cells"], asked["cells"])
        cells = raster.read(1, window=window)
    else:
        cells = raster.read(1, out_shape=(asked.get("pixels", 1), asked.get("pixels", 1)))
    body = cells.tobytes()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _raster() -> Any:
    """Return the raster, open once in each thread."""
    if not hasattr(_held, "raster"):
        _held.raster = rasterio.open(os.environ[RASTER])
    return _held.raster
