"""Which server runs pygeoapi best: the same function behind four WSGI and ASGI servers.

Each server gets one process and four threads. Eight connections stay open and ask in turn for a small
page (`/conformance`) and a page of 100 polygons (`items?limit=100`). The table gives requests per
second, the 99th percentile and the CPU time of the server per request.

    uv run --with waitress --with gunicorn --with granian --with uvicorn --with starlette \\
        python tests/server/bench_application_server.py
"""

import asyncio
import json
import logging
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve()
CONNECTIONS = 8
SECONDS = 4.0
SERVERS = {
    "waitress": "waitress --listen=127.0.0.1:{port} --threads=4 {module}:wsgi",
    "gunicorn gthread": "gunicorn -b 127.0.0.1:{port} -k gthread --threads=4 --keep-alive=30 {module}:wsgi",
    "granian wsgi": "granian --interface=wsgi --port={port} --blocking-threads=4 {module}:wsgi",
    "uvicorn + starlette": "uvicorn --host=127.0.0.1 --port={port} --log-level=warning {module}:asgi",
}


def _configuration(directory: Path) -> dict:
    ring = [[-1.2 + 0.0005 * (i % 7), 46.1 + 0.0007 * (i % 5)] for i in range(12)]
    features = [
        {
            "type": "Feature",
            "id": str(n),
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "properties": {"name": f"n{n}", "height": n / 3, "use": "dwelling"},
        }
        for n in range(500)
    ]
    path = directory / "features.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    text = {"en": "Test"}
    return {
        "server": {
            "url": "http://127.0.0.1",
            "languages": ["en"],
            "limits": {"default_items": 100, "max_items": 100},
            "mimetype": "application/json",
            "encoding": "utf-8",
            "map": {"url": "", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {"identification": {"title": text, "description": text, "keywords": [], "url": ""}},
        "resources": {
            "test": {
                "type": "collection",
                "title": text,
                "description": text,
                "keywords": [],
                "extents": {"spatial": {"bbox": [-2, 46, -1, 47]}},
                "providers": [{"type": "feature", "name": "GeoJSON", "data": str(path), "id_field": "id"}],
            }
        },
    }


def _applications() -> tuple[object, object]:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    import flask
    from pygeoapi.api import API, APIRequest
    from pygeoapi.api import conformance as conformance_
    from pygeoapi.api.itemtypes import get_collection_items

    api = API(_configuration(Path(os.environ["BENCH_DIRECTORY"])), {})
    flask_app = flask.Flask(__name__)

    @flask_app.get("/conformance")
    def conformance():
        request = APIRequest.from_flask(flask.request, api.locales)
        headers, status, content = conformance_(api, request)
        return content, status, headers

    @flask_app.get("/items")
    def items():
        request = APIRequest.from_flask(flask.request, api.locales)
        headers, status, content = get_collection_items(api, request, "test")
        return content, status, headers

    try:
        from starlette.applications import Starlette
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import Response
        from starlette.routing import Route
    except ImportError:
        return flask_app, None

    def route(function: object, *args: str) -> object:
        async def answer(request: object) -> Response:
            asked = await APIRequest.from_starlette(request, api.locales)
            headers, status, content = await run_in_threadpool(function, api, asked, *args)
            return Response(content, status, headers)

        return answer

    routes = [
        Route("/conformance", route(conformance_)),
        Route("/items", route(get_collection_items, "test")),
    ]
    return flask_app, Starlette(routes=routes)


async def _client(port: int, path: str, end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    while time.perf_counter() < end:
        begin = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        times.append(time.perf_counter() - begin)
    writer.close()


def _cpu_s(pid: int) -> float:
    """Return the user and system time of a process and its children."""
    total = 0.0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    for _ in range(150):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


async def _load(port: int, path: str, times: list[float]) -> None:
    end = time.perf_counter() + SECONDS
    await asyncio.gather(*(_client(port, path, end, times) for _ in range(CONNECTIONS)))


def _measure(name: str, command: str, directory: str) -> None:
    port = _free_port()
    filled = command.format(port=port, module=HERE.stem).split()
    environment = {**os.environ, "BENCH_DIRECTORY": directory, "PYTHONPATH": str(HERE.parent)}
    server = subprocess.Popen([sys.executable, "-m", *filled], env=environment, cwd=directory)
    try:
        _wait(port)
        for path in ("/conformance", "/items?limit=100"):
            asyncio.run(asyncio.wait_for(_load_briefly(port, path), 60))
            before, times = _cpu_s(server.pid), []
            asyncio.run(_load(port, path, times))
            cpu_ms = 1000 * (_cpu_s(server.pid) - before) / len(times)
            p99_ms = 1000 * statistics.quantiles(times, n=100)[98]
            rate = len(times) / SECONDS
            print(f"{name:22}{path:20}{rate:7.0f} req/s{p99_ms:7.1f} ms p99{cpu_ms:7.2f} ms CPU")  # noqa: T201
    finally:
        server.terminate()
        server.wait()


async def _load_briefly(port: int, path: str) -> None:
    await _client(port, path, time.perf_counter() + 0.5, [])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        for name, command in SERVERS.items():
            _measure(name, command, directory)
else:
    wsgi, asgi = _applications() if "BENCH_DIRECTORY" in os.environ else (None, None)
