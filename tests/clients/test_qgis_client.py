"""Does QGIS add the server, page, filter, reproject and draw? Debian's QGIS, without a screen."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import rasterio
from clients.conftest import Server

pytestmark = pytest.mark.component("qgis")
SESSION = Path(__file__).with_name("qgis_session.py")


@pytest.fixture(scope="session")
def seen(la_rochelle: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    picture = tmp_path_factory.mktemp("qgis") / "communes.png"
    done = subprocess.run(
        ["/usr/bin/python3", str(SESSION), la_rochelle.url, str(picture)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return document | {"picture": picture}


def test_qgis_reads_every_commune_and_its_fields(seen: dict[str, object]) -> None:
    assert seen["valid"] == [True, True]
    assert seen["communes"] == 28
    assert {"code_insee", "nom", "population"} <= set(seen["fields"])


def test_qgis_filters_by_box_and_by_attribute(seen: dict[str, object], la_rochelle: Server) -> None:
    wanted = la_rochelle.get("/collections/buildings/items?bbox=-1.152,46.156,-1.150,46.157&limit=1")
    assert seen["buildings_in_port"] == wanted["numberMatched"]
    assert seen["named"] == ["17300"]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_qgis_draws_the_communes_in_lambert_93(seen: dict[str, object]) -> None:
    """The 28 communes, 331 km2 by their true area, fill a third of a 29 km by 34 km picture."""
    with rasterio.open(seen["picture"]) as picture:
        bands = picture.read()
    drawn = (bands[:3] != bands[:3, :1, :1]).any(axis=0)
    assert np.mean(drawn) == pytest.approx(331 / (29 * 34), abs=0.05)
