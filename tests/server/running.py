"""The real server in a process of its own, and how to ask it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

SCRIPT = """
import sys
from pathlib import Path
from estran.server.run import serve

if __name__ == "__main__":
    serve(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]))
"""


@dataclass
class Served:
    process: subprocess.Popen[str]
    port: int
    first_line: str

    def ask(
        self,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        method: str | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=body, headers=names, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, lowered(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, lowered(error.headers), error.read()


def lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(config_path: Path) -> Served:
    script = config_path.parent / "serve_for_a_test.py"
    script.write_text(SCRIPT)
    port = free_port()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, str(script), str(config_path), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    return Served(process, port, process.stdout.readline().strip())


def stop(served: Served, how: signal.Signals = signal.SIGTERM) -> int:
    served.process.send_signal(how)
    try:
        code = served.process.wait(timeout=30)
    finally:
        served.process.kill()
        assert served.process.stdout is not None
        served.process.stdout.close()
    return code
