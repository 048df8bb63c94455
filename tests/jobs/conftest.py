import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from estran.jobs.engine import close_engines
from estran.jobs.manager import ProcessManager

PROCESSES = {
    "echo": "Echo",
    "binary": "Binary",
    "sleeper": "Sleeper",
    "released": "Released",
    "faulty": "Faulty",
    "judge": "Judge",
}

MakeManager = Callable[..., ProcessManager]


@pytest.fixture(scope="session", autouse=True)
def sample_processors() -> Iterator[None]:
    """Let the workers import `sample_processors`: a spawned process gets our `sys.path`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield
    sys.modules.pop("sample_processors", None)


def definition(**more: Any) -> dict[str, Any]:
    processes = {
        identifier: {"type": "process", "processor": {"name": f"sample_processors.{name}"}}
        for identifier, name in PROCESSES.items()
    }
    return {"name": "estran.jobs.manager.ProcessManager", "processes": processes, **more}


def write_configuration(folder: Path, **jobs: Any) -> Path:
    path = folder / "pygeoapi-config.yml"
    document = {
        "estran": {
            "territory": {"id": "testville", "name": {"fr": "Testville", "en": "Testville"}},
            "data": {"recipe": "bdtopo", "sources": "sources", "directory": "var/testville"},
            "jobs": jobs,
        },
        "resources": {},
    }
    path.write_text(yaml.safe_dump(document))
    return path


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessManager]:
    """A manager with two workers, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("jobs")
    yield ProcessManager(definition(config=str(write_configuration(folder))))
    close_engines()


@pytest.fixture
def make_manager(tmp_path: Path) -> Iterator[MakeManager]:
    """Builds managers of one configuration with given job settings."""

    def make(**jobs: Any) -> ProcessManager:
        return ProcessManager(definition(config=str(write_configuration(tmp_path, **jobs))))

    yield make
    close_engines()


def until(condition: Callable[[], Any], *, within_s: float = 30.0) -> Any:
    """Wait for `condition` to be true and return it."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Any]:
    return until


@pytest.fixture
def new_definition() -> Callable[..., dict[str, Any]]:
    return definition
