"""What the store keeps, for how long, and what survives the death of a server process."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pygeoapi.util import RequestedProcessExecutionMode

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.jobs.manager import ProcessManager
from estran.jobs.store import JobStore

ASYNC = RequestedProcessExecutionMode.respond_async
HERE = Path(__file__).parent

SERVER = """
import sys
from estran.jobs.manager import ProcessManager
from pygeoapi.util import RequestedProcessExecutionMode

def main():
    definition = {"name": "m", "connection": sys.argv[1], "processes": {
        "sleeper": {"type": "process", "processor": {"name": "sample_processors.Sleeper"}}}}
    inputs = {"file": sys.argv[2], "seconds": 600}
    manager = ProcessManager(definition)
    mode = RequestedProcessExecutionMode.respond_async
    print(manager.execute_process("sleeper", inputs, mode)[0], flush=True)
    sys.stdin.read()

if __name__ == "__main__":
    main()
"""


def test_jobs_of_a_killed_server_are_failed_by_the_next_one_and_their_workers_die(
    tmp_path: Path, until: Callable[..., Any]
) -> None:
    script, file, path = tmp_path / "server.py", tmp_path / "pid", tmp_path / "jobs" / "jobs.sqlite"
    script.write_text(SERVER)
    server = subprocess.Popen(
        [sys.executable, str(script), str(path), str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])},
    )
    with server:
        assert server.stdout is not None
        identifier = server.stdout.readline().strip()
        worker = int(until(lambda: file.exists() and file.read_text()))
        store = JobStore(path)
        store.fail_orphans()
        job = store.read(identifier)
        assert job is not None
        assert job.status == "running"
        server.send_signal(signal.SIGKILL)
        server.wait()
    until(lambda: not _runs(worker))
    store.fail_orphans()
    job = store.read(identifier)
    assert job is not None
    assert (job.status, job.failure and job.failure.fr.split(" avant")[0]) == (
        "failed",
        "le serveur s'est arrêté",
    )
    assert job.finished is not None
    assert len(list(path.parent.glob("owner-*.lock"))) == 1
    store.close()


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_inputs_are_nowhere_in_the_store(
    make_manager: Callable[..., ProcessManager], tmp_path: Path, until: Callable[..., Any]
) -> None:
    manager = make_manager()
    needle = "4f-rue-du-Port-17000"
    job = manager.execute_process("faulty", {"how": needle}, ASYNC)[0]
    until(lambda: manager.get_job(job)["status"] == "failed")
    folder = tmp_path / "var" / "testville-jobs"
    everything = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    assert job.encode() in everything
    assert needle.encode() not in everything


def test_a_deleted_result_is_gone_from_the_file(tmp_path: Path) -> None:
    store = _store_with(tmp_path, result=b"needle-in-the-result")
    store.remove("a")
    store.close()
    content = (tmp_path / "jobs.sqlite").read_bytes()
    assert b"needle" not in content


def test_jobs_expire_after_the_declared_hours(tmp_path: Path) -> None:
    store = _store_with(tmp_path, result=b"1")
    store.add("waiting", "echo")
    store.purge(keep_hours=24)
    assert store.read("a") is not None
    yesterday = (datetime.now(UTC) - timedelta(hours=24, seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    store._change("UPDATE jobs SET finished = ? WHERE id = 'a'", (yesterday,))
    store.purge(keep_hours=24)
    assert store.read("a") is None
    assert store.read("waiting") is not None
    store.close()


def test_a_state_never_goes_back(tmp_path: Path) -> None:
    store = _store_with(tmp_path, result=b"1")
    assert not store.start("a")
    assert not store.dismiss("a")
    assert not store.fail("a", InvalidInput("x", "y"))
    assert not store.advance("a", step="s", progress=3)
    store.add("b", "echo")
    assert store.dismiss("b")
    assert not store.start("b")
    assert not store.succeed("b", media_type="text/plain", result=b"late")
    assert store.read_result("b") is None
    store.close()


def test_two_stores_on_one_file_agree(tmp_path: Path) -> None:
    first, second = JobStore(tmp_path / "jobs.sqlite"), JobStore(tmp_path / "jobs.sqlite")
    first.add("a", "echo")
    assert second.start("a")
    assert not first.start("a")
    assert first.fail("a", InvalidGeometry("bad ring", "mauvais anneau", where="inputs.geometry"))
    job = second.read("a")
    assert job is not None
    assert isinstance(job.failure, InvalidInput)
    assert (job.failure.en, job.failure.fr, job.failure.where) == (
        "bad ring",
        "mauvais anneau",
        "inputs.geometry",
    )
    second.fail_orphans()
    first.add("b", "echo")
    second.fail_orphans()
    assert (waiting := second.read("b")) is not None
    assert waiting.status == "accepted"
    first.close()
    second.fail_orphans()
    assert (orphan := second.read("b")) is not None
    assert orphan.status == "failed"
    second.close()


@pytest.mark.parametrize("damage", ["not a folder", "not a database"])
def test_without_a_usable_file_jobs_live_in_memory_and_the_log_says_so(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "jobs" / "jobs.sqlite"
    if damage == "not a folder":
        (tmp_path / "jobs").write_text("")
    else:
        path.parent.mkdir()
        path.write_bytes(b"\x00garbage" * 1000)
    with caplog.at_level(logging.WARNING):
        store = JobStore(path)
    assert "in memory" in caplog.text
    store.add("a", "echo")
    assert store.read("a") is not None
    store.close()


def test_the_folder_of_jobs_is_for_the_server_only(tmp_path: Path) -> None:
    JobStore(tmp_path / "jobs" / "jobs.sqlite").close()
    assert (tmp_path / "jobs").stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "jobs" / "jobs.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def _store_with(folder: Path, *, result: bytes) -> JobStore:
    store = JobStore(folder / "jobs.sqlite")
    store.add("a", "echo")
    store.start("a")
    store.succeed("a", media_type="text/plain", result=result)
    return store
