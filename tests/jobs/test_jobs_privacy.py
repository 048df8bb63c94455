"""A trace, at once or as a job: nothing of it is found in the job store, beside it, or in the logs."""

import json
import logging
import re
from pathlib import Path

import pytest
from pygeoapi.util import RequestedProcessExecutionMode

from estran.jobs.engine import close_engines
from estran.jobs.errors import Refusal
from estran.jobs.manager import ProcessManager

MARKS = re.compile(r"1\.1234567|46\.7654321|2031-07-09|04:17:23|12345\.678")
"""A place, a time and a distance that occur nowhere else."""

TRACE = {
    "type": "Feature",
    "properties": {
        "times": ["2031-07-09T04:17:23Z", "2031-07-09T04:19:00Z", "2031-07-09T04:22:00Z"],
    },
    "geometry": {
        "type": "LineString",
        "coordinates": [[-1.1234567, 46.7654321], [-1.12, 46.77], [-1.1, 46.78]],
    },
}

GEOJSON = {"result": {"format": {"mediaType": "application/geo+json"}}}


@pytest.fixture
def travel(tmp_path: Path, new_definition):
    processes = {
        "mobility-footprint": {
            "type": "process",
            "processor": {"name": "estran.processes.mobility_footprint.MobilityFootprint"},
        }
    }
    config = tmp_path / "pygeoapi-config.yml"
    config.write_text(
        "estran:\n"
        "  territory: {id: testville, name: {fr: Testville, en: Testville}}\n"
        "  data: {recipe: bdtopo, sources: sources, directory: var/testville}\n"
        "resources: {}\n"
    )
    processes["mobility-footprint"]["processor"]["config"] = str(config)
    definition = new_definition(config=str(config)) | {"processes": processes}
    yield ProcessManager(definition)
    close_engines()


def run(manager, inputs, outputs, until):
    mode = RequestedProcessExecutionMode.respond_async
    job, *_ = manager.execute_process("mobility-footprint", inputs, mode, outputs)
    until(lambda: manager.get_job(job)["status"] in {"successful", "failed"}, within_s=120.0)
    return job


def everything_in(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "pygeoapi-config.yml"]
    assert any(path.suffix == ".sqlite" for path in files)
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_a_trace_leaves_nothing_behind(travel, tmp_path, until, caplog):
    with caplog.at_level(logging.DEBUG):
        for outputs in (None, GEOJSON):
            job = run(travel, {"geometry": TRACE}, outputs, until)
            assert travel.get_job(job)["status"] == "successful"
        late = {
            **TRACE,
            "properties": {"times": ["2031-07-09 at 04:17:23", *TRACE["properties"]["times"][1:]]},
        }
        assert travel.get_job(run(travel, {"geometry": late}, None, until))["status"] == "failed"
        with pytest.raises(Refusal):
            run(travel, {"trips": [{"distance_km": -12345.678, "mode": "car"}]}, None, until)
    assert not MARKS.search(everything_in(tmp_path))
    assert not MARKS.search(caplog.text)


def test_an_answer_that_is_not_kept_shows_the_trace_and_one_that_is_does_not(travel, tmp_path, until, caplog):
    with caplog.at_level(logging.DEBUG):
        _, media_type, shown, *_ = travel.execute_process(
            "mobility-footprint", {"geometry": TRACE}, None, GEOJSON
        )
        job = run(travel, {"geometry": TRACE}, GEOJSON, until)
        _, kept = travel.get_job_result(job)
        _, _, again, *_ = travel.execute_process("mobility-footprint", {"geometry": TRACE}, None, GEOJSON)
    assert media_type == "application/geo+json"
    (line,) = json.loads(shown)["features"]
    assert line["geometry"]["type"] == "LineString"
    assert json.loads(kept)["features"] == []
    assert again == shown
    assert not MARKS.search(shown.decode())
    inner = line["geometry"]["coordinates"][1]
    assert inner == [-1.12, 46.77]
    assert not MARKS.search(everything_in(tmp_path))
    assert "46.77" not in everything_in(tmp_path)
    assert not MARKS.search(caplog.text)
    assert "46.77" not in caplog.text
