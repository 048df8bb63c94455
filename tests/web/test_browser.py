"""The scripts, in a real browser: the page of a process starts under our policy."""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from estran.web.paths import CONTENT_SECURITY_POLICY, STATIC

pytestmark = pytest.mark.component("browser")


@pytest.fixture(scope="module")
def address(rendered) -> Iterator[str]:
    """Where the process page is served, with our policy."""
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    app.after_request(_protected)

    @app.get("/processes/carbon-stock")
    def process() -> str:
        return rendered("process", "fr").html

    @app.get("/collections/communes/items")
    def communes() -> dict[str, object]:
        place = {"type": "Feature", "id": "17300", "properties": {"nom": "La Rochelle"}, "geometry": None}
        return {"type": "FeatureCollection", "features": [place]}

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _protected(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@pytest.fixture(scope="module")
def browse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, list[str]]]:
    """The document once its scripts have run, and what the browser complained of."""

    def visit(url: str) -> tuple[str, list[str]]:
        profile: Path = tmp_path_factory.mktemp("profile")
        command = [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            f"--user-data-dir={profile}",
            "--dump-dom",
            url,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return done.stdout, re.findall(r'CONSOLE:\d+\] "(.*)"', done.stderr)

    return visit


def test_process_page_starts_without_complaint(address, browse):
    document, complaints = browse(f"{address}/processes/carbon-stock")
    assert [told for told in complaints if "WebGL" not in told] == []
    assert document.count('role="tab"') == 4
    assert document.count('role="tabpanel"') == 4
    assert 'data-path="confidence"' in document, "the form, made from the inputs"
    assert f"{address}/processes/carbon-stock/execution" in document, "the address by which we came"
