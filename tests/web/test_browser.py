"""The scripts, in a real browser: the runner starts, the numbers are rounded as the rule says."""

import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from estran.web.paths import CONTENT_SECURITY_POLICY, STATIC

pytestmark = pytest.mark.component("browser")

NUMBERS = """<!doctype html><html lang="{language}"><title>numbers</title><link rel="icon" href="data:,">
<script type="application/json" id="messages">{messages}</script>
<script type="module" src="/numbers.js"></script><pre id="written"></pre></html>"""

SCRIPT = """import { figure, number, percent, roundingStep, unitName } from "/static/js/text.js";
document.getElementById("written").textContent = JSON.stringify({
  steps: [roundingStep(9600, 12000), roundingStep(8000, 15700), roundingStep(5, 5)],
  wide: figure({ value: 11321, low: 8012, high: 15712, unit: "tC" }),
  signed: figure({ value: -104, low: -161, high: -38, unit: "tCO2e/year" }),
  large: figure({ value: 1921034, low: 1500000, high: 2300000, unit: "tC" }),
  missing: figure({ value: null, low: null, high: null, unit: "tC" }),
  alone: number(0.012345),
  shares: [percent(0.87), percent(0.998), percent(0.0004)],
  unit: unitName("kgCO2e/m2"),
});
"""


@pytest.fixture(scope="module")
def address(rendered) -> Iterator[str]:
    """Where the process page and a page of numbers are served, with our policy."""
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    app.after_request(_protected)

    @app.get("/processes/carbon-stock")
    def process() -> str:
        return rendered("process", "fr").html

    @app.get("/numbers/<language>")
    def numbers(language: str) -> str:
        messages = json.dumps(rendered("process", language).blocks["messages"])
        return NUMBERS.format(language=language, messages=messages)

    @app.get("/numbers.js")
    def script() -> Response:
        return Response(SCRIPT, mimetype="text/javascript")

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
    assert complaints == []
    assert document.count('role="tab"') == 4
    assert document.count('role="tabpanel"') == 4
    assert "La Rochelle (17300)" in document
    assert f"{address}/processes/carbon-stock/execution" in document, "the address by which we came"


def _written(browse, url):
    document, complaints = browse(url)
    assert complaints == []
    return json.loads(unescape(re.search(r'<pre id="written">(.*?)</pre>', document)[1]))


def test_numbers_in_french(address, browse):
    """Rule: values and bounds are rounded to 10^floor(log10(width / 5)).

    Widths of 2,400 and 7,700 give steps of 100 and 1,000; 123 gives 10; 0.8 Mt gives 0.1.
    """
    written = _written(browse, f"{address}/numbers/fr")
    assert written["steps"] == [100, 1000, None]
    assert written["wide"]["value"] == "11\u202f000"
    assert written["wide"]["range"] == "entre 8\u202f000 et 16\u202f000"
    assert written["wide"]["brackets"] == "[8\u202f000–16\u202f000]"
    assert written["signed"]["value"] == "\u2212100"
    assert written["signed"]["brackets"] == "[\u2212160\u00a0; \u221240]"
    assert written["signed"]["unit"] == "tCO₂e/an"
    assert written["large"]["value"] == "1,9"
    assert written["large"]["unit"] == "MtC"
    assert written["missing"]["value"] == "non évalué"
    assert written["missing"]["range"] == "intervalle inconnu"
    assert written["alone"] == "0,012"
    assert written["shares"] == ["87\u00a0%", "99,8\u00a0%", "< 0,1\u00a0%"]
    assert written["unit"] == "kgCO₂e/m²"


def test_numbers_in_english(address, browse):
    written = _written(browse, f"{address}/numbers/en")
    assert written["wide"]["range"] == "between 8,000 and 16,000"
    assert written["signed"]["unit"] == "tCO₂e/year"
    assert written["large"]["value"] == "1.9"
    assert written["shares"] == ["87%", "99.8%", "< 0.1%"]
