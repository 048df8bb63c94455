"""Do GDAL, geopandas and openpyxl read every format over HTTP, and the files by ranges?"""

import io
import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
from clients.conftest import Server
from openpyxl import load_workbook
from shapely.geometry import shape

COMMUNES = "/collections/communes/items?limit=50&crs=http://www.opengis.net/def/crs/EPSG/0/2154"


def fetched(server: Server, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(server.url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return response.read(), dict(response.headers.items())


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def communes(la_rochelle: Server) -> dict[str, dict[str, Any]]:
    body, _ = fetched(la_rochelle, f"{COMMUNES}&f=json")
    return {feature["id"]: feature for feature in json.loads(body)["features"]}


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet", "jsonfg"])
def test_files_hold_what_geojson_holds(
    la_rochelle: Server, communes: dict[str, dict[str, Any]], tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"communes.{name}"
    path.write_bytes(fetched(la_rochelle, f"{COMMUNES}&f={name}")[0])
    source = f"JSONFG:{path}" if name == "jsonfg" else path
    frame = gpd.read_parquet(path) if name == "parquet" else pyogrio.read_dataframe(source)
    assert len(frame) == len(communes) == 28
    assert frame.crs.to_epsg() == 2154
    for _, row in frame.iterrows():
        feature = communes[row["code_insee"]]
        assert row["nom"] == feature["properties"]["nom"]
        assert row["population"] == feature["properties"]["population"]
        assert row.geometry.symmetric_difference(shape(feature["geometry"])).area == 0


def test_openpyxl_reads_the_workbook(la_rochelle: Server, communes: dict[str, dict[str, Any]]) -> None:
    book = load_workbook(io.BytesIO(fetched(la_rochelle, f"{COMMUNES}&f=xlsx")[0]))
    header, *rows = book["communes"].iter_rows(values_only=True)
    found = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert {code: row["population"] for code, row in found.items()} == {
        code: feature["properties"]["population"] for code, feature in communes.items()
    }
    about = dict(row[:2] for row in book["about"].iter_rows(values_only=True))
    assert about["license"] == "Licence Ouverte 2.0"


@pytest.mark.component("gdal")
@pytest.mark.parametrize(("name", "driver"), [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("csv", "CSV")])
def test_ogrinfo_reads_a_page(la_rochelle: Server, tmp_path: Path, name: str, driver: str) -> None:
    path = tmp_path / f"communes.{name}"
    path.write_bytes(fetched(la_rochelle, f"{COMMUNES}&f={name}")[0])
    report = run("ogrinfo", "-ro", "-so", "-al", str(path))
    assert f"using driver `{driver}'" in report
    assert "Feature Count: 28" in report
    assert "Warning" not in report
    if name == "csv":
        assert "Geometry: Unknown (any)" in report


@pytest.mark.component("gdal")
def test_gdal_reads_files_at_a_distance(la_rochelle: Server) -> None:
    whole = f"/vsicurl/{la_rochelle.url}/collections"
    report = json.loads(run("gdalinfo", "-json", f"{whole}/land-cover/download?f=tif"))
    assert report["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    report_of_features = run("ogrinfo", "-ro", "-so", "-al", f"{whole}/communes/download?f=fgb")
    assert "Feature Count: 28" in report_of_features
    assert 'ID["EPSG",2154]' in report_of_features


def test_a_range_is_a_part_of_the_cog(la_rochelle: Server) -> None:
    body, headers = fetched(la_rochelle, "/collections/land-cover/download?f=tif", Range="bytes=0-15")
    assert len(body) == 16
    assert headers["content-range"].startswith("bytes 0-15/")


def test_the_whole_layer_is_more_than_a_page(la_rochelle: Server, tmp_path: Path) -> None:
    path = tmp_path / "cadastre.parquet"
    path.write_bytes(fetched(la_rochelle, "/collections/cycle-network/download?f=parquet")[0])
    matched = fetched(la_rochelle, "/collections/cycle-network/items?limit=1&f=csv")[1]["ogc-numbermatched"]
    assert len(gpd.read_parquet(path)) == int(matched)
