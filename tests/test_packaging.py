"""Is the project laid out and packaged as it says: three roots, one namespace, a whole wheel?"""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = ("core", "plugins", "processes")


def test_no_init_file_directly_inside_the_namespace() -> None:
    """`estran` is a PEP 420 namespace: an `__init__.py` in one root would hide the two others."""
    assert [root for root in SOURCE_ROOTS if (ROOT / root / "estran" / "__init__.py").exists()] == []


def test_the_three_roots_share_one_import_namespace() -> None:
    import estran

    assert {Path(place).parent.name for place in estran.__path__} >= set(SOURCE_ROOTS)


def test_no_file_exceeds_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for root in (*SOURCE_ROOTS, "tests")
        for path in (ROOT / root).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_requirements_lock_pins_every_direct_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    runtime = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = project["project"]["dependencies"] + [
        item for group in project["dependency-groups"].values() for item in group
    ]
    names = [dependency.split(">")[0].split("[")[0].strip() for dependency in wanted]
    assert [name for name in names if f"\n{name}==" not in f"\n{locked}"] == []
    pins = [line for line in runtime.splitlines() if "==" in line]
    assert [pin for pin in pins if pin not in locked] == []
    assert "://" not in locked + runtime


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(target.glob("estran-*.whl"))


def test_the_wheel_holds_every_file_of_the_three_roots(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    wanted = {
        str(path.relative_to(ROOT / root))
        for root in SOURCE_ROOTS
        for path in (ROOT / root / "estran").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - packed == set()


def test_the_wheel_imports_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "__editable__" not in repr(finder)]
sources = {f"{sys.argv[1]}/{root}" for root in ("core", "plugins", "processes")}
sys.path[:] = [sys.argv[2], *(place for place in sys.path if place not in sources)]
import estran.carbon.errors, estran.layers.territory, estran.server.app
import estran.processes.carbon_stock
print(estran.processes.carbon_stock.__file__)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT), str(tmp_path)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(tmp_path))
