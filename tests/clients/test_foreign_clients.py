"""Do GDAL and QGIS read layers as other people make them: heights, mixed types, broken rings, odd names?"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from server.foreign_layers import LAYERS, configuration, write_file
from server.running import start, stop

SESSION = Path(__file__).with_name("qgis_foreign_session.py")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("foreign")
    write_file(folder / "layers.gpkg")
    path = folder / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(configuration("layers.gpkg"), allow_unicode=True), encoding="utf-8")
    served = start(path)
    yield f"http://127.0.0.1:{served.port}"
    assert stop(served) == 0


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    return done.stdout


@pytest.mark.component("gdal")
@pytest.mark.parametrize("layer", LAYERS)
def test_ogrinfo_reads_every_feature(url: str, layer: str) -> None:
    report = run("ogrinfo", "-ro", "-oo", "PAGE_SIZE=4", f"OAPIF:{url}", layer)
    assert report.count("OGRFeature(") == len(LAYERS[layer]())
    if layer == "solids":
        assert "Geometry: 3D Multi Polygon" in report
        assert " 174.25" in report
    if layer == "medley":
        for line in (
            "select: Integer64",
            "part: Real",
            "ouvert: Integer(Boolean)",
            "jour: Date",
            "vu: DateTime",
        ):
            assert line in report
        for kind in ("GEOMETRYCOLLECTION", "MULTILINESTRING", "MULTIPOINT", "9007199254740993"):
            assert kind in report


@pytest.mark.component("qgis")
def test_qgis_reads_every_feature(url: str) -> None:
    """Pages of two features; the highest point is the top of the upright wall, 180 m."""
    seen = json.loads(run("/usr/bin/python3", str(SESSION), url, *LAYERS).splitlines()[-1])
    for name, made in LAYERS.items():
        assert seen[name]["valid"]
        assert seen[name]["refs"] == sorted(made()["ref"])
    assert (seen["solids"]["type"], seen["solids"]["highest"]) == ("MultiPolygonZ", 180)
    fields = seen["medley"]["fields"]
    assert (fields["jour"], fields["vu"], fields["ouvert"]) == ("Date", "DateTime", "Boolean")
