"""Are the container files in step with the install, and well-formed?"""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_image_runs_without_rights_and_watches_its_health() -> None:
    assert "\nUSER estran\n" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE
    assert "/health" in DOCKERFILE


def test_every_path_copied_exists_and_is_let_through() -> None:
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in DOCKERFILE.splitlines():
        words = [word for word in line.split() if not word.startswith("--")]
        if words[:1] == ["COPY"] and "--from=" not in line:
            for source in words[1:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in allowed, source


def test_compiled_loops_are_kept_where_the_container_may_write() -> None:
    """The rest of its disk is read-only, and another processor than that of the build compiles them again."""
    (kept,) = [line for line in DOCKERFILE.splitlines() if "NUMBA_CACHE_DIR" in line]
    folder = kept.strip(" \\").partition("=")[2]
    assert COMPOSE["services"]["estran"]["read_only"]
    writable = [volume.partition(":")[2] for volume in COMPOSE["services"]["estran"]["volumes"]]
    assert any(folder.startswith(f"{each}/") for each in writable)


def test_the_image_installs_from_the_same_lock() -> None:
    assert "--require-hashes -r requirements.lock" in DOCKERFILE


def test_the_image_lock_holds_nothing_that_only_developers_need() -> None:
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = [name.split(">")[0] for name in PROJECT["dependency-groups"]["dev"]]
    assert [name for name in wanted if f"\n{name}==" in f"\n{locked}"] == []


def test_the_python_of_the_image_fits_the_project() -> None:
    version = DOCKERFILE.split("FROM python:")[1].split("-")[0]
    assert tuple(map(int, version.split("."))) >= (3, 12)
    assert f"Programming Language :: Python :: {version}" in PROJECT["project"]["classifiers"]


def test_compose_default_needs_no_other_service() -> None:
    without_profile = [name for name, service in COMPOSE["services"].items() if "profiles" not in service]
    assert without_profile == ["estran"]
    assert COMPOSE["services"]["estran"]["image"].endswith(PROJECT["project"]["version"])


def test_compose_file_is_accepted_by_docker() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("docker compose is not installed")
    compose = str(ROOT / "docker" / "compose.yml")
    done = subprocess.run(
        [docker, "compose", "-f", compose, "--profile", "postgis", "config", "--quiet"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
