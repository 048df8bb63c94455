"""The real server on a real port: start, answer, execute, refuse, stop."""

import json
import select
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from server.running import Served, start, stop

from estran.server.run import CannotListen, address_of, serve


def test_the_first_line_is_the_address(served: Served) -> None:
    assert served.first_line == f"Estran: http://127.0.0.1:{served.port}"


def test_links_lead_to_the_server_itself(served: Served) -> None:
    status, headers, content = served.ask("/", Accept="application/json")
    assert status == 200
    assert headers["content-type"] == "application/json"
    for link in json.loads(content)["links"]:
        if link["rel"] in {"data", "conformance", "service-desc"}:
            assert link["href"].startswith(f"http://127.0.0.1:{served.port}/")
            path = link["href"].removeprefix(f"http://127.0.0.1:{served.port}")
            assert served.ask(path)[0] == 200


def test_a_process_runs_now(served: Served) -> None:
    body = json.dumps({"inputs": {"name": "Estran"}}).encode()
    status, headers, content = served.ask("/processes/hello/execution", body, Content_Type="application/json")
    assert status == 200
    assert "location" not in headers
    assert b"Hello Estran!" in content


def test_a_process_runs_as_a_job(served: Served) -> None:
    body = json.dumps({"inputs": {"name": "Estran"}}).encode()
    status, headers, content = served.ask(
        "/processes/hello/execution", body, Content_Type="application/json", Prefer="respond-async; wait=10"
    )
    assert status == 201
    assert headers["preference-applied"] == "respond-async"
    assert json.loads(content)["type"] == "process"
    path = headers["location"].removeprefix(f"http://127.0.0.1:{served.port}")
    state: dict[str, Any] = {}
    for _ in range(100):
        state = json.loads(served.ask(path)[2])
        if state["status"] not in {"accepted", "running"}:
            break
        time.sleep(0.1)
    assert state["status"] == "successful"
    status, headers, content = served.ask(f"{path}/results")
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    assert "Hello Estran!" in json.dumps(json.loads(content))
    page = served.ask(f"{path}/results", Accept="text/html")
    assert page[1]["content-type"].startswith("text/html")


def test_a_chunked_body_is_counted_while_it_comes(served: Served) -> None:
    """The answer comes before the end of the body; who still writes may find the connection closed."""
    head = (
        b"POST /processes/hello/execution HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        connection.sendall(head)
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(30):
                connection.sendall(b"2710\r\n" + b" " * 10_000 + b"\r\n")
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_slow_bodies_leave_room_for_pages(served: Served) -> None:
    """Forty bodies that never end: 32 are waited for, the others are refused, and pages are answered."""
    head = (
        b"POST /processes/hello/execution HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(40)]
    for connection in slow:
        connection.sendall(head)
    refused, _, _ = select.select(slow, [], [], 30)
    assert refused
    assert refused[0].recv(12) == b"HTTP/1.1 503"
    assert served.ask("/conformance")[0] == 200
    for connection in slow:
        connection.close()


def test_a_second_server_is_told_that_the_port_is_taken(served: Served, configuration, territory) -> None:
    with pytest.raises(CannotListen, match=str(served.port)) as caught:
        serve(territory(configuration), "127.0.0.1", served.port)
    assert "choisissez un autre port" in caught.value.fr


def test_an_interrupt_stops_the_server_and_its_workers(configuration, territory) -> None:
    running = start(territory(configuration))
    group = children(running.process.pid)
    assert group
    assert stop(running, signal.SIGINT) == 0
    for _ in range(300):  # a process that is still loading what workers need ends once it has loaded it
        if not any(Path(f"/proc/{pid}").exists() for pid in group):
            break
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in group)


def test_a_wrong_file_ends_with_a_message(configuration, territory) -> None:
    configuration["server"] = {"manager": {"name": "estran.jobs.absent.Manager"}}
    running = start(territory(configuration))
    assert running.process.wait(timeout=60) != 0
    assert "gestionnaire de calculs" in running.first_line
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("carbone.example.org", "http://carbone.example.org:80"),
    ],
)
def test_the_address_that_a_person_opens(host: str, expected: str) -> None:
    assert address_of(host, 80) == expected


def children(pid: int) -> list[int]:
    """Return the processes under `pid`."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(entry.parent.name)
            found += [child, *children(child)]
    return found
