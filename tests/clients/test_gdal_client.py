"""Do GDAL's own programs read what is served? Debian's gdal-bin, as a GIS user has it."""

import json
import subprocess
import urllib.request
from pathlib import Path

import pytest
from clients.conftest import Server
from PIL import Image

pytestmark = pytest.mark.component("gdal")


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ogrinfo_counts_and_types_the_communes(la_rochelle: Server) -> None:
    report = run("ogrinfo", "-ro", "-so", f"OAPIF:{la_rochelle.url}", "communes")
    assert "Feature Count: 28" in report
    assert "population: Integer" in report
    assert "nom: String" in report


def test_ogr2ogr_pages_through_every_flood_zone(la_rochelle: Server, tmp_path: Path) -> None:
    target = tmp_path / "flood.geojson"
    run(
        "ogr2ogr",
        "-f",
        "GeoJSON",
        str(target),
        f"OAPIF:{la_rochelle.url}",
        "flood-hazard",
        "-oo",
        "PAGE_SIZE=100",
    )
    features = json.loads(target.read_text(encoding="utf-8"))["features"]
    assert len(features) == 752


def test_ogr2ogr_filters_by_box_on_the_server(la_rochelle: Server, tmp_path: Path) -> None:
    target = tmp_path / "port.geojson"
    source = f"OAPIF:{la_rochelle.url}"
    box = ("-1.152", "46.156", "-1.150", "46.157")
    run("ogr2ogr", "-f", "GeoJSON", str(target), source, "communes", "-spat", *box)
    features = json.loads(target.read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["code_insee"] for feature in features] == ["17300"]


def test_gdalinfo_reads_a_downloaded_window(la_rochelle: Server, tmp_path: Path) -> None:
    target = tmp_path / "window.tif"
    query = "f=GTiff&bbox=380000,6573200,380100,6573300&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/2154"
    address = f"{la_rochelle.url}/collections/elevation/coverage?{query}"
    with urllib.request.urlopen(address, timeout=60) as response:
        assert response.headers["Content-Type"].startswith("image/tiff")
        target.write_bytes(response.read())
    report = json.loads(run("gdalinfo", "-json", str(target)))
    assert report["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert 'ID["EPSG",2154]' in report["coordinateSystem"]["wkt"].replace(" ", "")
    assert report["size"] == [101, 101]


def test_gdalinfo_reads_the_map_of_a_layer_of_features(la_rochelle: Server, tmp_path: Path) -> None:
    """Left to choose, GDAL 3.6 takes the vector tiles, which are no raster; so the map is named."""
    source = f"OGCAPI:{la_rochelle.url}/collections/communes"
    report = json.loads(run("gdalinfo", "-json", source, "-oo", "API=MAP", "-oo", "CACHE=NO"))
    assert report["driverShortName"] == "OGCAPI"
    assert [band["colorInterpretation"] for band in report["bands"]] == ["Red", "Green", "Blue", "Alpha"]
    target = tmp_path / "communes.png"
    window = ("-projwin", "-1.25", "46.27", "-0.89", "45.99", "-outsize", "300", "0")
    run(
        "gdal_translate",
        "-q",
        "-of",
        "PNG",
        *window,
        source,
        str(target),
        "-oo",
        "API=MAP",
        "-oo",
        "CACHE=NO",
    )
    with Image.open(target) as picture:
        assert picture.width == 300
        assert len(picture.convert("RGBA").getcolors(1_000_000) or []) > 1
