"""Every process, asked over HTTP with the example it publishes: at once and as a job, the same answer."""

import csv
import io
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from clients.conftest import Server

from estran.processes.catalogue import process_classes

PROCESSES = sorted(process_classes())
PATIENCE_S = 120.0
TRACE = {
    "type": "Feature",
    "properties": {"mode": "car", "times": ["2031-07-09T04:17:23Z", "2031-07-09T04:22:00Z"]},
    "geometry": {"type": "LineString", "coordinates": [[-1.1234567, 46.1654321], [-1.10, 46.20]]},
}


def send(server: Server, process: str, body: Any, *, query: str = "", **headers: str) -> Any:
    """The response of an execution, open."""
    request = urllib.request.Request(
        f"{server.url}/processes/{process}/execution{query}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", **headers},
    )
    return urllib.request.urlopen(request, timeout=60)


def run(server: Server, process: str, body: Any, *, query: str = "") -> bytes:
    with send(server, process, body, query=query) as response:
        content: bytes = response.read()
    return content


def start(server: Server, process: str, body: Any, *, query: str = "") -> str:
    """The path of a new job."""
    with send(server, process, body, query=query, Prefer="respond-async") as response:
        assert response.status == 201
        return str(response.headers["Location"]).removeprefix(server.url)


def ended(server: Server, job: str) -> dict[str, Any]:
    """The state of a job, once it has one that stays."""
    deadline = time.monotonic() + PATIENCE_S
    while (state := server.get(f"{job}?f=json"))["status"] in {"accepted", "running"}:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return state


def result(server: Server, job: str) -> bytes:
    with urllib.request.urlopen(f"{server.url}{job}/results", timeout=60) as response:
        content: bytes = response.read()
    return content


def canonical(content: bytes) -> str:
    """An answer without what it took."""
    answer = json.loads(content)
    answer.pop("cost")
    answer["receipt"].pop("replay")
    return json.dumps(answer, sort_keys=True)


@pytest.fixture(scope="module")
def examples(la_rochelle: Server) -> dict[str, Any]:
    return {process: la_rochelle.get(f"/processes/{process}?f=json")["example"] for process in PROCESSES}


@pytest.fixture(scope="module")
def jobs(la_rochelle: Server, examples: dict[str, Any]) -> Iterator[dict[str, str]]:
    """A job per process, all asked for before the first one ends."""
    return {process: start(la_rochelle, process, examples[process]) for process in PROCESSES}


@pytest.mark.parametrize("process", PROCESSES)
def test_a_job_has_the_answer_of_a_synchronous_execution(
    la_rochelle: Server, examples: dict[str, Any], jobs: dict[str, str], process: str
) -> None:
    now = run(la_rochelle, process, examples[process])
    assert ended(la_rochelle, jobs[process])["status"] == "successful"
    assert canonical(result(la_rochelle, jobs[process])) == canonical(now)
    total = next(each for each in json.loads(now)["indicators"] if each["id"] == "total")
    assert total["value"] is not None


@pytest.mark.parametrize("process", PROCESSES)
def test_the_example_is_in_the_page_and_in_the_api_document(
    la_rochelle: Server, examples: dict[str, Any], process: str
) -> None:
    api = la_rochelle.get("/openapi?f=json")["paths"][f"/processes/{process}/execution"]["post"]
    assert api["requestBody"]["content"]["application/json"]["example"] == examples[process]
    with urllib.request.urlopen(f"{la_rochelle.url}/processes/{process}?f=html&lang=fr", timeout=60) as page:
        text = page.read().decode()
    assert json.dumps(next(iter(examples[process]["inputs"]))) in text
    read = re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.DOTALL)
    assert read != text
    for word in ("Features of a collection", "liste de Offer", "Years of the data"):
        assert word not in read


def test_another_territory_has_examples_of_its_own(olemps: Server) -> None:
    for process in ("carbon-stock", "project-impact", "parking-potential"):
        example = olemps.get(f"/processes/{process}?f=json")["example"]
        answer = json.loads(run(olemps, process, example))
        total = next(each for each in answer["indicators"] if each["id"] == "total")
        assert answer["coverage"]["inside"] == pytest.approx(1.0, abs=0.01)
        assert total["value"] is not None


def test_only_a_synchronous_answer_shows_a_trace(la_rochelle: Server) -> None:
    body = {"inputs": {"geometry": TRACE}}
    shown = json.loads(run(la_rochelle, "mobility-footprint", body, query="?f=geojson"))
    assert [each["geometry"]["type"] for each in shown["features"]] == ["LineString"]
    job = start(la_rochelle, "mobility-footprint", body, query="?f=geojson")
    assert ended(la_rochelle, job)["status"] == "successful"
    assert json.loads(result(la_rochelle, job))["features"] == []


@pytest.mark.parametrize(("f", "start_of_file"), [("xlsx", b"PK"), ("gpkg", b"SQLite"), ("parquet", b"PAR1")])
def test_an_answer_comes_as_a_file(
    la_rochelle: Server, examples: dict[str, Any], f: str, start_of_file: bytes
) -> None:
    assert run(la_rochelle, "carbon-stock", examples["carbon-stock"], query=f"?f={f}").startswith(
        start_of_file
    )


def test_the_factors_are_searched_filtered_and_taken_away(la_rochelle: Server) -> None:
    def found(**asked: str) -> Any:
        return la_rochelle.get(
            f"/collections/factors/items?{urlencode({'f': 'json', 'lang': 'en', **asked})}"
        )

    assert found(q="soil cropland zone", limit="5")["numberMatched"] > 0
    filtered = found(filter="unit = 'tC/ha' AND value > 100", limit="1000")
    assert filtered["features"]
    assert all(each["properties"]["value"] > 100 for each in filtered["features"])
    queryables = la_rochelle.get("/collections/factors/queryables?f=json")["properties"]
    assert {"value", "unit", "processes", "review_by"} <= set(queryables)
    with urllib.request.urlopen(
        f"{la_rochelle.url}/collections/factors/items?f=csv&table=forest_litter", timeout=60
    ) as response:
        rows = list(csv.DictReader(io.StringIO(response.read().decode())))
    assert {row["unit"] for row in rows} == {"tC/ha"}


def test_the_page_of_a_factor_leads_to_the_processes_that_use_it(la_rochelle: Server) -> None:
    address = f"{la_rochelle.url}/collections/factors/items/soil.stock.cropland.4_1?f=html&lang=fr"
    with urllib.request.urlopen(address, timeout=60) as page:
        text = page.read().decode()
    assert "Calculs qui s’en servent" in text
    assert "/processes/carbon-stock?" in text
