"""Server components that some tests need: skipped with one visible line, or required.

Mark a test `@pytest.mark.component("browser")`. When the component is absent the test is
skipped and the end of the run says what to install; with `ESTRAN_STRICT=1` it fails instead.

Tests run in one process more than there are cores, since those that wait for a browser or a server leave
theirs idle. A folder that starts a server or builds a territory stays in one process, so that it starts
it once.

Properties are tried on the same examples at each run; `HYPOTHESIS_PROFILE=explore` tries new ones.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from database import database_server, server_program
from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Component:
    """A program that is not a Python package."""

    name: str
    packages: str
    present: Callable[[], bool]


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


collect_ignore = ["benchmarks/service_titiler.py"]
"""It runs in the environment of the peers, which has titiler."""

COMPONENTS = {
    "browser": Component("browser", "chromium", lambda: shutil.which("chromium") is not None),
    "gdal": Component("gdal", "gdal-bin", lambda: _runs("gdalinfo", "--version")),
    "postgis": Component(
        "postgis", "postgresql postgresql-postgis", lambda: server_program("initdb") is not None
    ),
    "qgis": Component(
        "qgis", "python3-qgis qgis-providers", lambda: _runs("/usr/bin/python3", "-c", "import qgis.core")
    ),
}

TOGETHER = ("assessments/personas", "clients", "cite", "factors", "jobs", "server", "web")
"""Folders whose tests share what is long to start."""

FIRST = ("server", "web", "layers", "providers", "jobs", "clients", "cite", "factors", "assessments/personas")
"""Folders in the order in which they begin; the others, in short files, fill the end.

The second one builds the demonstration, which takes a minute: others need it from the sixth on only.
"""

_missing: dict[str, Component] = {}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `--numprocesses=logical` stands for."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests that share a server in one process, and those of any other file together."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if path.startswith(f"tests/{folder}/")), path)

    config.option.loadscopereorder = False
    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    order = [ROOT / "tests" / folder for folder in FIRST]

    def turn(item: pytest.Item) -> int:
        return next((rank for rank, folder in enumerate(order) if folder in item.path.parents), len(order))

    items.sort(key=turn)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail in strict mode, a test whose component is absent."""
    for marker in item.iter_markers("component"):
        component = COMPONENTS[marker.args[0]]
        if _is_present(component):
            continue
        _missing[component.name] = component
        advice = f"needs {component.name}: apt install {component.packages}"
        if os.environ.get("ESTRAN_STRICT") == "1":
            pytest.fail(advice, pytrace=False)
        pytest.skip(advice)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line per component what was not tested and how to test it."""
    for component in _missing.values():
        terminalreporter.write_line(
            f"Not tested, {component.name} is absent: apt install {component.packages}", yellow=True
        )


_known: dict[str, bool] = {}


def _is_present(component: Component) -> bool:
    if component.name not in _known:
        _known[component.name] = component.present()
    return _known[component.name]


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[str]:
    """Give the address of an empty base of a PostgreSQL with PostGIS, started for this run."""
    with database_server() as address:
        yield address


@pytest.fixture
def postgis(postgis_server: str) -> Iterator[str]:
    """Give the address of a new base with PostGIS, removed after the test."""
    with _new_base(postgis_server) as address:
        yield address


@pytest.fixture(scope="session")
def kept_postgis(postgis_server: str) -> Iterator[str]:
    """Give the address of a base with PostGIS that all tests share, to read."""
    with _new_base(postgis_server) as address:
        yield address


@contextmanager
def _new_base(server: str) -> Iterator[str]:
    from sqlalchemy import create_engine, make_url

    from estran.layers.features.postgis_engine import close_engines

    url = make_url(server)
    base = f"estran_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {base} TEMPLATE {_template(connection)}")
        yield url.set(database=base).render_as_string(hide_password=False)
        close_engines()
        connection.exec_driver_sql(f"DROP DATABASE {base} WITH (FORCE)")
    engine.dispose()


def _template(connection: Any) -> str:
    """Return the base with PostGIS that new ones are copied from, made at the first use."""
    from sqlalchemy import create_engine

    if not connection.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = 'estran_template'").scalar():
        connection.exec_driver_sql("CREATE DATABASE estran_template")
        engine = create_engine(connection.engine.url.set(database="estran_template"))
        with engine.begin() as inside:
            inside.exec_driver_sql("CREATE EXTENSION postgis")
        engine.dispose()
    return "estran_template"
