"""A start loads nothing that only some answers need: each of these takes tenths of a second."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SELDOM = {
    "docx",
    "geoalchemy2",
    "geopandas",
    "h5netcdf",
    "matplotlib",
    "pandas",
    "psycopg",
    "pyarrow",
    "pyogrio",
    "scipy",
    "sqlalchemy",
    "typst",
    "xlsxwriter",
}
COMMAND = """
import sys
import estran.cli.main
import estran.server.run
print(*sys.modules)
"""
SERVER = """
import sys
from pathlib import Path
from estran.server.app import create_app
create_app(Path(sys.argv[1]))
print(*sys.modules)
"""
WORKER = """
import sys
import estran.jobs.worker
from estran.processes.catalogue import process_classes
assert len(process_classes()) > 10
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("code", "seldom"),
    [(COMMAND, SELDOM | {"numpy", "pygeoapi", "rich"}), (SERVER, SELDOM | {"numba"}), (WORKER, SELDOM)],
    ids=["command", "server", "worker"],
)
def test_a_start_loads_only_what_it_needs(
    code: str,
    seldom: set[str],
    configuration: dict[str, Any],
    territory: Callable[[dict[str, Any]], Path],
) -> None:
    command = [sys.executable, "-c", code, str(territory(configuration))]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()
    assert "estran.carbon.errors" in loaded
    assert not seldom & set(loaded)
