"""The completed configuration: absolute paths, defaults, what our plugins receive, the address of links."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from estran.carbon.errors import InvalidConfiguration
from estran.server.configuration import public_url, read_configuration
from estran.server.extent import WORLD, read_extent, read_storage_crs


def test_a_small_file_is_completed(configuration: dict[str, Any], territory) -> None:
    path = territory(configuration)
    complete = read_configuration(path, listening="http://127.0.0.1:8080")
    server = complete["server"]
    assert server["url"] == "http://127.0.0.1:8080"
    assert server["languages"] == ["fr", "en"]
    assert server["limits"]["default_items"] == 100
    assert server["limits"]["max_items"] == 10_000
    assert Path(server["templates"]["path"]).is_dir()
    assert Path(server["templates"]["static"]).is_dir()
    assert server["manager"] == {"name": "estran.jobs.manager.ProcessManager", "config": str(path)}
    assert complete["metadata"]["identification"]["title"]["fr"] == "Estran, Territoire d'essai"


def test_our_providers_receive_what_the_file_says_of_the_layer(
    configuration: dict[str, Any], territory
) -> None:
    configuration["resources"]["heights"]["estran"] = {
        **configuration["resources"]["heights"]["estran"],
        "synthetic": True,
        "fields": {"band_1": {"title": {"fr": "Altitude", "en": "Height"}, "unit": "m"}},
    }
    path = territory(configuration)
    provider = read_configuration(path)["resources"]["heights"]["providers"][0]
    assert provider["data"] == str(path.parent / "heights.tif")
    assert provider["collection"] == "heights"
    assert provider["base_url"] == "http://127.0.0.1:5000"
    assert provider["vintage"] == "2024"
    assert provider["synthetic"] is True
    assert provider["licence"]["id"] == "etalab-2.0"
    assert provider["field_settings"] == {
        "band_1": {"title": {"fr": "Altitude", "en": "Height"}, "unit": "m"}
    }
    assert provider["limits"]["body_mb"] == 0.1
    assert provider["limits"]["coverage_pixels"] == 16_000_000


def test_the_extent_of_a_raster_is_read_from_it(configuration: dict[str, Any], territory) -> None:
    """20 x 10 cells of 100 m from (380000, 6570000): its corners by pyproj are near (-1.148, 46.145)."""
    complete = read_configuration(territory(configuration))
    west, south, east, north = complete["resources"]["heights"]["extents"]["spatial"]["bbox"]
    assert (west, south) == (pytest.approx(-1.148, abs=0.001), pytest.approx(46.145, abs=0.001))
    assert (east, north) == (pytest.approx(-1.122, abs=0.001), pytest.approx(46.155, abs=0.001))


def test_the_extent_and_crs_of_a_table_are_read_from_it(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[box(-1.2, 46.1, -1.1, 46.2)], crs="EPSG:4326")
    frame.to_file(tmp_path / "layers.gpkg", layer="zone", driver="GPKG")
    assert read_extent(tmp_path / "layers.gpkg", "zone") == (-1.2, 46.1, -1.1, 46.2)
    assert read_storage_crs(tmp_path / "layers.gpkg", "zone") == (
        "http://www.opengis.net/def/crs/EPSG/0/4326"
    )


def test_a_layer_that_is_not_built_yet_covers_the_world(tmp_path: Path) -> None:
    assert read_extent(tmp_path / "absent.gpkg", "zone") == WORLD
    assert read_extent(tmp_path / "absent.tif", "") == WORLD
    assert read_storage_crs(tmp_path / "absent.gpkg", "zone") is None


@pytest.mark.parametrize(
    ("written", "listening", "environment", "expected"),
    [
        (None, None, None, "http://127.0.0.1:5000"),
        (None, "http://127.0.0.1:8080", None, "http://127.0.0.1:8080"),
        ("http://localhost:5000", "http://127.0.0.1:8080", None, "http://127.0.0.1:8080"),
        ("https://carbone.example.org/", "http://127.0.0.1:8080", None, "https://carbone.example.org"),
        ("https://carbone.example.org", None, "https://autre.example.org/", "https://autre.example.org"),
    ],
)
def test_the_address_of_links(
    monkeypatch: pytest.MonkeyPatch,
    written: str | None,
    listening: str | None,
    environment: str | None,
    expected: str,
) -> None:
    monkeypatch.delenv("ESTRAN_URL", raising=False)
    if environment:
        monkeypatch.setenv("ESTRAN_URL", environment)
    assert public_url(written, listening) == expected


def test_a_variable_of_the_environment_is_read(
    configuration: dict[str, Any], territory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESSAI_TITRE", "Titre choisi")
    configuration["metadata"] = {"identification": {"title": "${ESSAI_TITRE}"}}
    complete = read_configuration(territory(configuration))
    assert complete["metadata"]["identification"]["title"] == "Titre choisi"


@pytest.mark.parametrize("text", ["", "a: [", "resources: {}", "estran: {}\nresources: {}"])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pygeoapi-config.yml"
    path.write_text(text)
    with pytest.raises(InvalidConfiguration, match="estran config check"):
        read_configuration(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"absent\.yml"):
        read_configuration(tmp_path / "absent.yml")
