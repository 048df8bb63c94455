"""A layer is read by a process beside the server, under constant asking; the answers stay the same."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import psutil
import pytest
import shapely
import yaml
from beside import forked, pid_beside
from server.editable import TOKEN, Site, served, tree
from server.running import start, stop

from estran.layers.features.shelves import ASKED
from estran.layers.features.writing import write_table
from estran.server.app import create_app

KINDS = ["geopackage", pytest.param("postgis", marks=pytest.mark.component("postgis"))]
ADDRESSES = (
    "/items?limit=1",
    "/items?bbox=-1.2,46.1,-1.1,46.2",
    "/items?bbox=-1.2,46.1,-1.1,46.2&crs=http://www.opengis.net/def/crs/EPSG/0/2154",
    "/items?sortby=-height",
    "/items?filter=height%20%3E%208",
    "/items/oak",
    "/items/ash?lang=fr",
)


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A layer to ask for and to change."""
    monkeypatch.setenv("TREE_TOKEN", TOKEN)
    database = request.getfixturevalue("postgis") if request.param == "postgis" else ""
    with served(request.param, tmp_path, database) as made:
        yield made


def test_a_layer_under_constant_asking_is_held_and_answers_the_same(site: Site) -> None:
    """Beside it, the same server that holds nothing."""
    configuration = yaml.safe_load(site.config.read_text(encoding="utf-8"))
    configuration["estran"]["limits"]["features_mb"] = 0
    bare = site.config.with_name("bare.yml")
    bare.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
    application = site.client.application
    layers = application.extensions["estran"].features
    numbers, wrong, is_over = count(1), [], threading.Event()

    def ask() -> None:
        client = application.test_client()
        while not is_over.wait(0.002):
            answer = client.get(f"/collections/trees/items?f=json&limit={next(numbers)}")
            if answer.status_code != 200 or answer.get_json()["numberMatched"] != 2:
                wrong.append(answer)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    try:
        wait_for(lambda: layers.held_count)
    finally:
        is_over.set()
        for thread in asking:
            thread.join()
    assert not wrong
    stored = create_app(bare).test_client()
    for address in ADDRESSES:
        expected = stored.get(f"/collections/trees{address}")
        assert (expected.status_code, site.ask("GET", address).data) == (200, expected.data)
    assert layers.held_count == 1
    assert site.ask("PUT", "/items/oak", tree(height=1), If_Match=site.tag("oak")).status_code == 204
    assert site.held("oak")["properties"]["height"] == 1
    assert layers.held_count == 0


@pytest.fixture
def many_points(
    tmp_path: Path, configuration: dict[str, Any], territory: Callable[[dict[str, Any]], Path]
) -> Path:
    """A territory whose layer of 40,000 points takes about a second to read."""
    path = territory(configuration)
    places = np.arange(40_000)
    points = shapely.points(380_000 + places % 200, 6_570_000 + places // 200)
    frame = gpd.GeoDataFrame({"id": places, "nom": places.astype(str)}, geometry=points, crs=2154)
    (tmp_path / "zones.gpkg").unlink()
    write_table(tmp_path / "zones.gpkg", "zones", frame, id_field="id")
    return path


def test_a_server_outlives_the_process_that_reads_and_not_the_other_way_round(many_points: Path) -> None:
    """The first that reads is killed; the layer is read again, and the server stops meanwhile."""
    running = start(many_points)
    with closing(running.process.stdout):
        numbers = count()

        def ask() -> None:
            status, _, body = running.ask(f"/collections/zones/items/{next(numbers)}?f=json")
            assert (status, b'"type":"Feature"' in body) == (200, True)

        wait_for(lambda: running.ask("/health")[0] == 200)
        workers = forked(running.process.pid)
        for _ in range(ASKED):
            ask()
        first = pid_beside(running.process.pid, workers, ask)
        os.kill(first, signal.SIGKILL)
        second = pid_beside(running.process.pid, {*workers, first}, ask)
        assert stop(running) == 0
        wait_for(lambda: not psutil.pid_exists(second))


def wait_for(found: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not found():
        assert time.monotonic() < until, "not within 60 s"
        time.sleep(0.005)
