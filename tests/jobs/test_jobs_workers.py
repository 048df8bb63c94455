"""Worker processes: bounded, killed when they must be, replaced when they die."""

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pygeoapi.util import RequestedProcessExecutionMode

from estran.jobs.errors import Refusal, TimeExceeded
from estran.jobs.manager import ProcessManager

ASYNC = RequestedProcessExecutionMode.respond_async
Make = Callable[..., ProcessManager]
Until = Callable[..., Any]


def echo(manager: ProcessManager) -> int:
    body = manager.execute_process("echo", {"text": "a"})[2]
    assert body is not None
    return int(json.loads(body)["pid"])


def start(manager: ProcessManager, process: str, inputs: dict[str, Any]) -> str:
    return manager.execute_process(process, inputs, ASYNC)[0]


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_in(file: Path, until: Until) -> int:
    return int(until(lambda: file.exists() and file.read_text()))


def test_building_managers_starts_nothing(make_manager: Make) -> None:
    threads = threading.active_count()
    for _ in range(3):
        make_manager()
    assert threading.active_count() == threads


def test_managers_of_one_configuration_share_their_workers(make_manager: Make, until: Until) -> None:
    first, second = make_manager(workers=2), make_manager(workers=2)
    first.start()
    pids = {echo(first), echo(second)}
    assert pids <= set(first._engine().pool.worker_ids())
    assert first._engine() is second._engine()
    until(lambda: not first.is_loading)
    assert first.state() == second.state() == {"alive": 2, "loaded": 2, "workers": 2, "queued": 0}


def test_workers_load_before_anybody_asks(make_manager: Make, until: Until) -> None:
    manager = make_manager(workers=1)
    assert not manager.is_loading
    manager.start()
    assert manager.is_loading
    until(lambda: not manager.is_loading)
    assert manager.state() == {"alive": 1, "loaded": 1, "workers": 1, "queued": 0}


def test_dismissing_kills_the_worker_and_the_next_request_is_served(
    make_manager: Make, tmp_path: Path, until: Until
) -> None:
    manager = make_manager(workers=1)
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 600})
    pid = pid_in(tmp_path / "pid", until)
    manager.delete_job(identifier)
    until(lambda: is_gone(pid))
    assert manager.get_job(identifier)["status"] == "dismissed"
    assert echo(manager) != pid


def test_another_server_process_can_dismiss(make_manager: Make, tmp_path: Path, until: Until) -> None:
    from estran.jobs.store import JobStore

    manager = make_manager(workers=1)
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 600})
    pid = pid_in(tmp_path / "pid", until)
    other = JobStore(tmp_path / "var" / "testville-jobs" / "jobs.sqlite")
    assert other.dismiss(identifier)
    other.close()
    until(lambda: is_gone(pid))


def test_a_job_over_the_time_limit_fails_and_says_so(
    make_manager: Make, tmp_path: Path, until: Until
) -> None:
    manager = make_manager(workers=1, timeout_s=0.3)
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 600})
    pid = pid_in(tmp_path / "pid", until)
    job = until(lambda: (j := manager.get_job(identifier))["status"] == "failed" and j)
    assert "0.3 s" in job["message"]
    until(lambda: is_gone(pid))
    with pytest.raises(Refusal) as caught:
        manager.execute_process("sleeper", {"file": str(tmp_path / "pid"), "seconds": 600})
    assert isinstance(caught.value.estran_error, TimeExceeded)
    assert caught.value.http_status_code == 413


def test_a_worker_that_dies_fails_its_task_only(make_manager: Make, until: Until) -> None:
    manager = make_manager(workers=1)
    for how in ("segfault", "exit"):
        with pytest.raises(Refusal) as caught:
            manager.execute_process("faulty", {"how": how})
        assert caught.value.http_status_code == 500
    identifier = start(manager, "faulty", {"how": "die"})
    assert until(lambda: manager.get_job(identifier)["status"] == "failed")
    assert echo(manager) > 0


def test_an_idle_worker_that_is_killed_is_replaced_and_nobody_notices(make_manager: Make) -> None:
    manager = make_manager(workers=1)
    pid = echo(manager)
    os.kill(pid, signal.SIGKILL)
    assert echo(manager) != pid


def test_a_full_queue_refuses_and_leaves_no_job(make_manager: Make, tmp_path: Path, until: Until) -> None:
    manager = make_manager(workers=1, queue=1)
    go = str(tmp_path / "go")
    running = start(manager, "released", {"file": go})
    until(lambda: manager.get_job(running)["status"] == "running")
    queued = start(manager, "released", {"file": go})
    for mode in (ASYNC, None):
        with pytest.raises(Refusal) as caught:
            manager.execute_process("echo", {"text": "a"}, mode)
        assert caught.value.http_status_code == 503
        assert int(caught.value.headers["Retry-After"]) > 0
    store = manager._engine().store
    assert store._rows("SELECT count(*) FROM jobs") == [(2,)]
    manager.delete_job(queued)
    third = start(manager, "released", {"file": go})
    Path(go).touch()
    assert until(lambda: manager.get_job(third)["status"] == "successful")
    assert manager.get_job(queued)["status"] == "dismissed"


def test_synchronous_executions_held_open_are_bounded(
    make_manager: Make, tmp_path: Path, until: Until
) -> None:
    manager = make_manager(workers=1, waiting=1)
    inputs = {"file": str(tmp_path / "pid"), "seconds": 600}
    failures: list[Refusal] = []

    def hold() -> None:
        try:
            manager.execute_process("sleeper", inputs)
        except Refusal as refusal:
            failures.append(refusal)

    thread = threading.Thread(target=hold)
    thread.start()
    pid = pid_in(tmp_path / "pid", until)
    with pytest.raises(Refusal) as caught:
        echo(manager)
    assert caught.value.http_status_code == 503
    os.kill(pid, signal.SIGKILL)
    thread.join()
    assert [failure.http_status_code for failure in failures] == [500]
    assert echo(manager) > 0


def test_quick_requests_are_served_while_jobs_fill_the_queue(
    make_manager: Make, tmp_path: Path, until: Until
) -> None:
    manager = make_manager(workers=2, timeout_s=60)
    go = tmp_path / "go"
    jobs = [start(manager, "released", {"file": str(go)}) for _ in range(4)]
    until(lambda: manager.get_job(jobs[0])["status"] == "running")
    assert echo(manager) > 0
    assert [manager.get_job(job)["status"] for job in jobs] == ["running", *["accepted"] * 3]
    go.touch()
    until(lambda: all(manager.get_job(job)["status"] == "successful" for job in jobs))


def test_closing_ends_what_runs_and_says_why(make_manager: Make, tmp_path: Path, until: Until) -> None:
    manager = make_manager(workers=1)
    identifier = start(manager, "sleeper", {"file": str(tmp_path / "pid"), "seconds": 600})
    pid = pid_in(tmp_path / "pid", until)
    manager._engine().pool.close()
    assert is_gone(pid)
    job = manager.get_job(identifier)
    assert job["status"] == "failed"
    assert "server stopped" in job["message"]
