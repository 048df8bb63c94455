"""The servers of a run, each in one process: ours, the floor, tipg, titiler and stock pygeoapi.

The peers live in an environment of their own, `var/bench/peers`, made from PyPI the first time.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from benchmarks.service_stock import Provider, stock_configuration

PACKAGES = (
    "tipg==1.6.*", "titiler.core==2.4.*", "uvicorn[standard]",
    "pygeoapi==0.24.*", "psycopg2-binary", "sqlalchemy", "geoalchemy2", "gunicorn",
)  # fmt: skip
GDAL = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_CACHEMAX": "200", "VSI_CACHE": "TRUE"}
"""What the documentation of titiler recommends."""

READY_WITHIN_S = 120
ROOT = Path(__file__).resolve().parents[2]


class PeersAbsent(Exception):
    """The peers cannot be installed; ours are measured alone."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: its address, and its first process."""

    url: str
    pid: int
    ready_s: float


def environment(folder: Path) -> Path:
    """Return the interpreter of the peers' environment.

    Raises:
        PeersAbsent: it cannot be made, for want of a network for example.
    """
    home = folder / "peers"
    python = home / "bin" / "python"
    mark = home / "packages.txt"
    wanted = "\n".join(PACKAGES)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    try:
        subprocess.run(
            [sys.executable, "-m", "venv", str(home)], check=True, capture_output=True, timeout=300
        )
        install = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=900)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or str(error)
        shutil.rmtree(home, ignore_errors=True)
        raise PeersAbsent(f"the peers cannot be installed from PyPI: {str(told).strip()[-300:]}") from error
    mark.write_text(wanted, encoding="utf-8")
    return python


def reads_geopackage(python: Path) -> bool:
    """Tell whether this Python can load SpatiaLite, which stock pygeoapi needs to read a GeoPackage."""
    load = "import sqlite3; c = sqlite3.connect(':memory:'); c.enable_load_extension(True);"
    load += "c.load_extension('mod_spatialite')"
    done = subprocess.run([str(python), "-c", load], check=False, capture_output=True, timeout=60)
    return done.returncode == 0


@contextmanager
def estran(configuration: Path) -> Iterator[Served]:
    """Run our server."""
    port = _free_port()
    command = [
        sys.executable, "-m", "estran.cli", "serve", "--config", str(configuration), "--port", str(port),
    ]  # fmt: skip
    with _running(command, port, "/health") as served:
        yield served


@contextmanager
def tipg(python: Path, database: str) -> Iterator[Served]:
    """Run tipg on a database."""
    settings = {"DATABASE_URL": _libpq(database), "TIPG_DB_SCHEMAS": '["public"]'}
    port = _free_port()
    with _running(_uvicorn(python, "tipg.main:app", port), port, "/collections?f=json", settings) as served:
        yield served


@contextmanager
def titiler(python: Path) -> Iterator[Served]:
    """Run titiler."""
    port = _free_port()
    settings = {**GDAL, "PYTHONPATH": str(ROOT / "tests" / "benchmarks")}
    with _running(_uvicorn(python, "service_titiler:app", port), port, "/openapi.json", settings) as served:
        yield served


@contextmanager
def stock(python: Path, folder: Path, layers: dict[str, list[Provider]]) -> Iterator[Served]:
    """Run stock pygeoapi with its own providers."""
    port = _free_port()
    configuration = folder / "stock.yml"
    document = folder / "stock-openapi.yml"
    configuration.write_text(yaml.safe_dump(stock_configuration(port, layers)), encoding="utf-8")
    settings = {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(document)}
    program = python.parent / "pygeoapi"
    if not program.exists():
        raise PeersAbsent("pygeoapi is not in the environment of the peers")
    written = [str(configuration), "--output-file", str(document)]
    made = subprocess.run(
        [str(python), str(program), "openapi", "generate", *written],
        check=False, capture_output=True, text=True, env={**os.environ, **settings}, timeout=120,
    )  # fmt: skip
    if made.returncode:
        raise PeersAbsent(f"pygeoapi does not start: {made.stderr.strip()[-300:]}")
    command = [
        str(python), "-m", "gunicorn", "--workers", "1", "--threads", "8", "--bind", f"127.0.0.1:{port}",
        "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with _running(command, port, "/conformance?f=json", settings) as served:
        yield served


@contextmanager
def floor(raster: Path, database: str) -> Iterator[Served]:
    """Run the least that an answer can cost."""
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws",
        "--no-log", "--blocking-threads", "8", "benchmarks.service_floor:app",
    ]  # fmt: skip
    settings = {
        "BENCH_RASTER": str(raster), "BENCH_DATABASE": _libpq(database), "PYTHONPATH": str(ROOT / "tests"),
    }  # fmt: skip
    with _running(command, port, "/whole?columns=8&rows=8", settings) as served:
        yield served


@contextmanager
def _running(
    command: Sequence[str], port: int, path: str, settings: Mapping[str, str] | None = None
) -> Iterator[Served]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(settings or {})},
        cwd=ROOT,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url + path)
        yield Served(url, process.pid, time.perf_counter() - began)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _uvicorn(python: Path, application: str, port: int) -> list[str]:
    return [
        str(python), "-m", "uvicorn", application, "--port", str(port), "--no-access-log",
        "--log-level", "error",
    ]  # fmt: skip


def _libpq(database: str) -> str:
    """Return the address of a database without SQLAlchemy's driver."""
    return urlsplit(database)._replace(scheme="postgresql").geturl()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=30):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    raise PeersAbsent(f"no answer from {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
