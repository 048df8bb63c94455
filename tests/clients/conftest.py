"""A real server on the real demonstration data, as a user starts it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from territories import LA_ROCHELLE, OLEMPS, built

PATIENCE_S = 240
collect_ignore = [
    "qgis_coverage_session.py",
    "qgis_foreign_session.py",
    "qgis_project_session.py",
    "qgis_session.py",
    "qgis_styles_session.py",
]


@pytest.fixture(scope="session", autouse=True)
def _gdal_keeps_its_tiles_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """GDAL writes the tiles that it reads where it is run, unless it is told a folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GDAL_DEFAULT_WMS_CACHE_PATH", str(tmp_path_factory.mktemp("tiles")))
        yield


@dataclass(frozen=True)
class Server:
    """Where a server answers."""

    url: str

    def get(self, path: str) -> dict[str, object]:
        """Return a JSON document."""
        with urllib.request.urlopen(self.url + path, timeout=60) as response:
            document: dict[str, object] = json.load(response)
        return document


def served(config: Path) -> Iterator[Server]:
    """Build the data if needed, serve them on a free port, stop at the end."""
    built(config)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "estran.cli", "serve", "--config", str(config), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    server = Server(f"http://127.0.0.1:{port}")
    try:
        _wait(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1].decode())
        try:
            assert server.get("/health")["status"] == "ready"
        except HTTPError as not_ready:
            not_ready.close()
            time.sleep(0.2)
        except (URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not become ready")


@pytest.fixture(scope="session")
def la_rochelle() -> Iterator[Server]:
    """The demonstration."""
    yield from served(LA_ROCHELLE)


@pytest.fixture(scope="session")
def olemps() -> Iterator[Server]:
    """The second territory, by another configuration file."""
    yield from served(OLEMPS)
