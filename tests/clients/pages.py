"""A page of a JavaScript client, served beside the server, and its photograph by Chromium."""

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType

PATIENCE_S = 60
NOTHING: Mapping[str, bytes] = MappingProxyType({})


@contextmanager
def held_page(html: str, files: Mapping[str, bytes] = NOTHING) -> Iterator[str]:
    """Serve a page and its files; its picture, and so its `load` event, comes once the map is idle."""
    idle = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/idle":
                idle.set()
            elif self.path == "/drawn":
                idle.wait(PATIENCE_S)
            body = html.encode() if self.path == "/" else files.get(self.path, b"")
            self.send_response(200)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        idle.set()
        server.shutdown()
        thread.join()
        server.server_close()


def photograph(page: str, picture: Path, *, folder: Path, side: int = 400) -> None:
    """Save what a page shows once it has loaded."""
    done = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-background-networking",
            "--enable-unsafe-swiftshader",
            f"--window-size={side},{side}",
            f"--user-data-dir={folder / 'profile'}",
            f"--screenshot={picture}",
            page,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
