"""Does QGIS open the project of the territory: every layer valid, styled, on the map of the place?"""

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from clients.conftest import Server
from PIL import Image

pytestmark = pytest.mark.component("qgis")
SESSION = Path(__file__).with_name("qgis_project_session.py")


def test_the_project_opens_whole(la_rochelle: Server, tmp_path: Path) -> None:
    """The area goes from 370,000 to 399,000 east and from 6,552,000 to 6,583,000 north in Lambert-93."""
    project, picture = tmp_path / "territory.qgs", tmp_path / "map.png"
    with urllib.request.urlopen(f"{la_rochelle.url}/qgis?f=qgs&lang=en", timeout=60) as response:
        assert response.headers["Content-Type"] == "application/x-qgis-project"
        project.write_bytes(response.read())
    done = subprocess.run(
        ["/usr/bin/python3", str(SESSION), str(project), str(picture)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["read"], told["crs"], told["invalid"]) == (True, "EPSG:2154", [])
    assert "La Rochelle" in told["title"]
    west, south, east, north = told["extent"]
    assert (365_000 < west < 375_000, 395_000 < east < 405_000) == (True, True)
    assert (6_545_000 < south < 6_555_000, 6_578_000 < north < 6_590_000) == (True, True)
    assert len(told["layers"]) == 13
    assert set(told["shown"]) == {
        "Communes",
        "Wetlands (demonstration data)",
        "Land cover (demonstration data)",
    }
    assert told["renderers"]["Land cover (demonstration data)"] == "paletted"
    assert told["renderers"]["Cycle network"] == "categorizedSymbol"
    with Image.open(picture) as drawn:
        assert len(drawn.convert("RGB").getcolors(1_000_000) or []) > 10
