"""Server components that some tests need: skipped with one visible line, or required.

Mark a test `@pytest.mark.component("browser")`. When the component is absent the test is
skipped and the end of the run says what to install; with `ESTRAN_STRICT=1` it fails instead.

Properties are tried on the same examples at each run; `HYPOTHESIS_PROFILE=explore` tries new ones.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
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


COMPONENTS = {
    "browser": Component("browser", "chromium", lambda: shutil.which("chromium") is not None),
    "gdal": Component("gdal", "gdal-bin", lambda: _runs("gdalinfo", "--version")),
    "qgis": Component(
        "qgis", "python3-qgis qgis-providers", lambda: _runs("/usr/bin/python3", "-c", "import qgis.core")
    ),
}

_missing: dict[str, Component] = {}


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
