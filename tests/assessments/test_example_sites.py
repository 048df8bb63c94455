"""The published examples lie in the territory, whatever the territory, and give figures."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from shapely.geometry import box, shape

from estran.assessments.example_sites import read_sites
from estran.carbon.errors import InvalidConfiguration
from estran.layers.territory import Territory, read_territory
from estran.processes.carbon_stock import CarbonStock
from estran.processes.catalogue import process_classes

ROOT = Path(__file__).parents[2]
OLEMPS = ROOT / "data" / "olemps" / "pygeoapi-config.yml"
GRIDS = {"emissions-inventory"}
"""Processes that read a grid of emissions, which a territory may not publish."""


def test_the_sites_are_in_the_territory_and_of_the_land_they_look_for(tiny: Territory) -> None:
    sites = read_sites(tiny)
    assert sites is not None
    assert sites.communes == ("17300", "17391")
    # The tiny territory covers 380-384 km east and 6570-6572 km north in Lambert-93, near La Rochelle.
    assert box(-1.25, 46.05, -1.0, 46.25).contains(shape(sites.quarter))
    answer = CarbonStock({"name": "x", "config": str(tiny.config_path)}).execute({"geometry": sites.plot})[1]
    # Cropland and meadow are the open land of the commune; hedges are a share of the meadow.
    known = {row["land_class"] for row in answer["breakdown"] if row["land_class"]}
    assert known <= {"cropland", "grassland_herbaceous", "hedge"}
    assert answer["coverage"]["share"] == 1.0


def test_strips_cut_the_plot(tiny: Territory) -> None:
    sites = read_sites(tiny)
    assert sites is not None
    first, second = (shape(sites.part(index, 2)) for index in (0, 1))
    assert first.touches(second)
    assert first.union(second).bounds == pytest.approx(shape(sites.plot).bounds, abs=2e-6)


def test_a_point_is_as_far_as_asked(tiny: Territory) -> None:
    sites = read_sites(tiny)
    assert sites is not None
    start, end = sites.point(0.0, 0.0), sites.point(3.0, 4.0)
    # 3 km east and 4 km north at 46° N: 3 / (111.3 cos 46.1°) and 4 / 111.3 degrees.
    assert end[0] - start[0] == pytest.approx(0.0389, abs=2e-4)
    assert end[1] - start[1] == pytest.approx(0.0359, abs=2e-4)


def test_a_territory_without_communes_publishes_no_example(tmp_path: Path) -> None:
    config = write(tmp_path, {})
    assert read_sites(read_territory(config)) is None
    described = CarbonStock({"name": "x", "config": str(config)}).metadata
    assert described["examples"] == []
    assert "example" not in described


def test_the_examples_of_the_configuration_come_first(tmp_path: Path) -> None:
    mine = {"geometry": {"type": "Point", "coordinates": [2.5, 44.3]}}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump({"carbon-stock": [mine]}))
    config = write(tmp_path, {"examples": "mine.yaml"})
    described = CarbonStock({"name": "x", "config": str(config)}).metadata
    assert described["example"] == {"inputs": mine}


@pytest.mark.parametrize("text", ["- a list", "carbon-stock: a text", "{"])
def test_a_wrong_file_of_examples_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.yaml").write_text(text)
    config = write(tmp_path, {"examples": "mine.yaml"})
    with pytest.raises(InvalidConfiguration, match="does not hold examples") as caught:
        CarbonStock({"name": "x", "config": str(config)})
    assert caught.value.where == "estran.examples"


@pytest.mark.parametrize("identifier", sorted(process_classes()))
def test_every_example_gives_figures_on_another_territory(identifier: str) -> None:
    process = process_classes()[identifier]({"name": "x", "config": str(OLEMPS)})
    if not process.metadata["examples"]:
        pytest.skip("the data of the second territory are not built")
    for example in process.metadata["examples"]:
        answer: dict[str, Any] = json.loads(json.dumps(process.execute(example["inputs"])[1]))
        given = [each for each in answer["indicators"] if each["value"] is not None]
        if identifier in GRIDS:
            assert "no-grid" in {each["code"] for each in answer["warnings"]}
        else:
            assert given, example
        if "geometry" in example["inputs"] and answer["coverage"]["inside"] is not None:
            assert answer["coverage"]["inside"] > 0.0 or identifier in GRIDS


def write(folder: Path, more: dict[str, Any]) -> Path:
    path = folder / "pygeoapi-config.yml"
    document = {
        "estran": {
            "territory": {"id": "bare", "name": {"fr": "Nu", "en": "Bare"}},
            "data": {"recipe": "bdtopo", "sources": "sources", "directory": "."},
            **more,
        },
        "resources": {},
    }
    path.write_text(yaml.safe_dump(document, allow_unicode=True))
    return path
