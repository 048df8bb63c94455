"""The same execution asked twice is answered from memory, until something that it follows from changes."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from territories import OLEMPS, built
from werkzeug.test import TestResponse

from estran.layers.territory import read_territory
from estran.server.app import create_app
from estran.server.memory import Memory


class Watched(Memory):
    """A memory that counts what is asked of it and what it has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[bool] = []

    def get(self, tag: str) -> Any:
        kept = super().get(tag)
        self.found.append(kept is not None)
        return kept


@pytest.fixture(scope="module")
def built_olemps() -> Path:
    return built(OLEMPS)


@pytest.fixture(scope="module")
def client(built_olemps: Path) -> Iterator[FlaskClient]:
    """A territory of one commune."""
    with create_app(built_olemps).test_client() as made:
        yield made


@pytest.fixture
def memory(client: FlaskClient) -> Watched:
    service = client.application.extensions["estran"]
    service.memory = Watched()
    return service.memory


def execute(client: FlaskClient, process: str, inputs: dict[str, Any], **headers: str) -> TestResponse:
    answer = client.post(f"/processes/{process}/execution", json={"inputs": inputs}, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def example(client: FlaskClient, process: str) -> dict[str, Any]:
    inputs: dict[str, Any] = client.get(f"/processes/{process}?f=json").get_json()["example"]["inputs"]
    return inputs


def test_the_same_request_gets_the_same_bytes_from_memory(client: FlaskClient, memory: Watched) -> None:
    inputs = example(client, "carbon-stock")
    memory.found.clear()
    first, second = (execute(client, "carbon-stock", inputs) for _ in range(2))
    assert memory.found == [False, True]
    assert second.get_data() == first.get_data()
    assert dict(second.headers) == dict(first.headers)
    assert second.get_json()["receipt"]["hash"]


def test_another_format_language_or_input_is_another_answer(client: FlaskClient, memory: Watched) -> None:
    inputs = example(client, "carbon-stock")
    memory.found.clear()
    json_answer = execute(client, "carbon-stock", inputs)
    csv = execute(client, "carbon-stock", inputs, Accept="text/csv")
    english = execute(client, "carbon-stock", inputs, **{"Accept-Language": "en"})
    wider = execute(client, "carbon-stock", inputs | {"confidence": 0.5})
    assert memory.found == [False] * 4
    assert csv.mimetype == "text/csv"
    assert english.headers["Content-Language"].startswith("en")
    assert wider.get_json()["indicators"] != json_answer.get_json()["indicators"]


def test_a_layer_that_changed_makes_the_answer_anew(
    tmp_path: Path, built_olemps: Path, client: FlaskClient
) -> None:
    """A copy of the territory, whose features are written again a second later."""
    data = read_territory(built_olemps).directory
    shutil.copytree(data, tmp_path / "data")
    text = built_olemps.read_text("utf-8").replace(f"../../var/{data.name}", str(tmp_path / "data"))
    (tmp_path / "pygeoapi-config.yml").write_text(text, encoding="utf-8")
    with create_app(tmp_path / "pygeoapi-config.yml").test_client() as copy:
        memory = copy.application.extensions["estran"].memory = Watched()
        inputs = example(client, "carbon-stock")
        execute(copy, "carbon-stock", inputs)
        features = tmp_path / "data" / "features.gpkg"
        now = features.stat().st_mtime_ns + 1_000_000_000
        os.utime(features, ns=(now, now))
        execute(copy, "carbon-stock", inputs)
        execute(copy, "carbon-stock", inputs)
    assert memory.found == [False, False, True]


def test_what_is_private_is_not_kept(client: FlaskClient, memory: Watched) -> None:
    inputs = example(client, "mobility-footprint")
    memory.found.clear()
    for _ in range(2):
        execute(client, "mobility-footprint", inputs)
    assert memory.found == []


def test_a_refusal_is_not_kept(client: FlaskClient, memory: Watched) -> None:
    memory.found.clear()
    for _ in range(2):
        answer = client.post(
            "/processes/carbon-stock/execution",
            data=json.dumps({"inputs": {}}),
            content_type="application/json",
        )
        assert answer.status_code == 400
    assert memory.found == [False, False]
