"""Does QGIS open the layer definitions, apply the styles and draw the colours that the server says?"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from clients.conftest import Server

pytestmark = pytest.mark.component("qgis")
SESSION = Path(__file__).with_name("qgis_styles_session.py")
WETLANDS = [
    "Marais doux endigué",
    "Marais saumâtre endigué",
    "Marais salé endigué",
    "Pré salé",
    "Vasière",
    "Herbier",
    "Mer",
]


@pytest.fixture(scope="session")
def styled(la_rochelle: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    done = subprocess.run(
        ["/usr/bin/python3", str(SESSION), la_rochelle.url, str(tmp_path_factory.mktemp("styled"))],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def blended(colour: str, opacity: float) -> str:
    """A colour laid over white, as QGIS rounds it: the opacity is a whole number of 255ths."""
    share = round(255 * opacity) / 255
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in parts)


def near(colours: dict[str, int], wanted: str) -> int:
    """How many pixels have a colour, two units of each channel more or less."""
    aim = [int(wanted[start : start + 2], 16) for start in (1, 3, 5)]
    return sum(
        count
        for colour, count in colours.items()
        if all(abs(int(colour[1 + 2 * i : 3 + 2 * i], 16) - aim[i]) <= 2 for i in range(3))
    )


@pytest.mark.parametrize(
    ("collection", "renderer", "crs"),
    [
        ("wetlands", "categorizedSymbol", "EPSG:4326"),
        ("cycle-network", "categorizedSymbol", "EPSG:4326"),
        ("parking", "categorizedSymbol", "EPSG:4326"),
        ("land-cover", "paletted", "EPSG:2154"),
        ("elevation", "singlebandpseudocolor", "EPSG:2154"),
    ],
)
def test_a_layer_opens_with_its_title_its_crs_and_its_style(styled, collection, renderer, crs) -> None:
    layer = styled["layers"][collection]
    assert layer["valid"]
    assert (layer["renderer"], layer["crs"]) == (renderer, crs)


def test_areas_have_the_colours_of_their_classes(styled) -> None:
    """Sea, mudflat and seagrass at 85 %; on 29 km by 34 km the sea of the layer is more than 2 %."""
    colours = styled["layers"]["wetlands"]["colours"]
    assert near(colours, blended("#CADDEF", 0.85)) > 0.02 * 400 * 400
    assert near(colours, blended("#BCA489", 0.85)) > 1000
    assert near(colours, blended("#0F5F5A", 0.85)) > 100


def test_lines_and_points_have_the_colours_of_their_classes(styled) -> None:
    """The tracks in dark blue are wider than the lanes; a disc of 14 pixels across has about 150."""
    lines = styled["layers"]["cycle-network"]["colours"]
    assert near(lines, "#123a67") > near(lines, "#d98f5f") > 500
    points = styled["layers"]["parking"]["colours"]
    assert near(points, "#123a67") > 300
    assert near(points, "#2f78b0") > 150


def test_grids_have_the_colours_of_their_classes(styled) -> None:
    """Crops, sealed ground and forest fill most of this square of La Rochelle's plain that is not sea."""
    cover = styled["layers"]["land-cover"]["colours"]
    for colour in ("#fae59b", "#8c9096", "#24592f"):
        assert near(cover, colour) > 1000, colour
    heights = styled["layers"]["elevation"]["colours"]
    assert all(
        near(heights, colour) > 100 for colour in ("#f3efe6", "#e3cfa8", "#cfa46a", "#a8713a", "#6f3f1d")
    )


def test_the_whole_territory_opens_in_one_group(styled) -> None:
    assert styled["all"]["valid"]
    assert styled["all"]["groups"] == ["Estran · Communauté d'agglomération de La Rochelle"]
    assert styled["all"]["count"] == 13


@pytest.mark.parametrize("language", ["qml", "sld10", "sld11"])
def test_qgis_reads_each_language_of_styles(styled, language) -> None:
    assert styled[language] is True
    assert [label for label in styled[f"{language}_labels"] if label] == WETLANDS
