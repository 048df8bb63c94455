"""Whole collections as files: made once, sent by ranges, hidden when the layer is."""

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
from flask.testing import FlaskClient
from server.conftest import CONFIGURATION, write
from shapely import Point

from estran.ingest.publish import publish_file
from estran.layers.features.writing import write_table
from estran.layers.progress import silent
from estran.server.app import create_app

LAMBERT_93 = "http://www.opengis.net/def/crs/EPSG/0/2154"


def written(folder: Path) -> Path:
    """Write the small territory, with a hidden copy of its zones and one that is not given whole."""
    configuration = deepcopy(CONFIGURATION)
    zones = configuration["resources"]["zones"]
    configuration["resources"]["shy"] = deepcopy(zones) | {"visibility": "hidden"}
    configuration["resources"]["closed"] = closed = deepcopy(zones)
    closed["estran"]["downloads"] = {"enabled": False}
    return write(folder, configuration)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A territory that tests only read."""
    return written(tmp_path_factory.mktemp("downloads")).parent


@pytest.fixture(scope="module")
def asked(shared: Path) -> Iterator[FlaskClient]:
    with create_app(shared / "pygeoapi-config.yml").test_client() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A territory of one test, free to change."""
    return written(tmp_path).parent


@pytest.fixture
def alone(folder: Path) -> Iterator[FlaskClient]:
    with create_app(folder / "pygeoapi-config.yml").test_client() as made:
        yield made


def enclosures(client: FlaskClient, collection: str) -> dict[str, dict[str, Any]]:
    links = client.get(f"/collections/{collection}?f=json").json["links"]
    return {link["href"].rpartition("=")[2]: link for link in links if link["rel"] == "enclosure"}


def test_a_collection_links_to_its_files(asked: FlaskClient) -> None:
    found = enclosures(asked, "zones")
    assert {name: link["type"] for name, link in found.items()} == {
        "gpkg": "application/geopackage+sqlite3",
        "parquet": "application/vnd.apache.parquet",
        "fgb": "application/flatgeobuf",
        "csv": "text/csv",
    }
    assert found["gpkg"]["title"] == "Toute la couche en GeoPackage"
    assert list(enclosures(asked, "heights")) == ["tif"]
    assert enclosures(asked, "closed") == {}
    assert enclosures(asked, "places") == {}


def test_the_whole_layer_is_one_table_in_its_own_crs(asked: FlaskClient, tmp_path: Path) -> None:
    for name in ("gpkg", "fgb", "parquet"):
        answer = asked.get(f"/collections/zones/download?f={name}", buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Content-Crs"] == f"<{LAMBERT_93}>"
        assert f"filename=zones.{name}" in answer.headers["Content-Disposition"]
        assert 'rel="license"' in answer.headers["Link"]
        path = tmp_path / f"whole.{name}"
        path.write_bytes(answer.data)
        frame = gpd.read_parquet(path) if name == "parquet" else pyogrio.read_dataframe(path)
        assert frame.crs.to_epsg() == 2154
        assert sorted(frame["nom"]) == ["Aytré", "Lagord", "Périgny", "Vérines", "Yves"]
    assert pq.read_schema(tmp_path / "whole.parquet").metadata[b"attribution"].decode() == "Ville d'essai"
    answer = asked.get("/collections/zones/download?f=csv", buffered=True)
    assert answer.text.splitlines()[0] == "id,nom,hauteur,WKT,crs"
    assert enclosures(asked, "zones")["csv"]["length"] == len(answer.data)


def test_ranges_and_validators(asked: FlaskClient) -> None:
    address = "/collections/zones/download?f=gpkg"
    whole = asked.get(address, buffered=True)
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = asked.get(address, buffered=True, headers={"Range": "bytes=0-15"})
    assert part.status_code == 206
    assert part.data == whole.data[:16] == b"SQLite format 3\x00"
    assert part.headers["Content-Range"] == f"bytes 0-15/{len(whole.data)}"
    assert (
        asked.get(address, buffered=True, headers={"Range": f"bytes={len(whole.data)}-"}).status_code == 416
    )
    tag = whole.headers["ETag"]
    assert asked.get(address, buffered=True, headers={"If-None-Match": tag}).status_code == 304
    old = asked.get(address, buffered=True, headers={"Range": "bytes=0-15", "If-Range": '"old"'})
    assert old.status_code == 200
    head = asked.head(address, buffered=True)
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert head.data == b""


def test_a_coverage_is_the_file_itself(asked: FlaskClient, shared: Path) -> None:
    answer = asked.get("/collections/heights/download", buffered=True)
    assert answer.data == (shared / "heights.tif").read_bytes()
    assert answer.mimetype == "image/tiff"
    assert enclosures(asked, "heights")["tif"]["length"] == len(answer.data)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("shy/download", 404),
        ("closed/download", 404),
        ("places/download", 404),
        ("nowhere/download", 404),
        ("zones/download?f=zip", 400),
        ("zones/download?bbox=1,2,3,4", 400),
        ("heights/download?datetime=1999", 400),
    ],
)
def test_what_is_not_offered_is_refused(asked: FlaskClient, path: str, status: int) -> None:
    answer = asked.get(f"/collections/{path}", buffered=True)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_first_requests_at_once_make_one_file(alone: FlaskClient, folder: Path) -> None:
    app = alone.application
    sizes: list[int] = []

    def take() -> None:
        answer = app.test_client().get("/collections/zones/download?f=gpkg", buffered=True)
        sizes.append(len(answer.data))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sizes) == 4
    assert len(set(sizes)) == 1
    assert len(list((folder / "var/essai/downloads").glob("zones-*.gpkg"))) == 1


def test_new_data_make_a_new_file_in_the_place_of_the_old_one(
    alone: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estran.server.versions.BELIEVED_S", 0)
    before = alone.get("/collections/zones/download?f=csv", buffered=True)
    (folder / "zones.gpkg").unlink()
    frame = gpd.GeoDataFrame({"id": ["new"], "nom": ["Île"]}, geometry=[Point(380_000, 6_570_000)], crs=2154)
    write_table(folder / "zones.gpkg", "zones", frame, id_field="id")
    after = alone.get("/collections/zones/download?f=csv", buffered=True)
    assert after.text.splitlines()[1].startswith('"new","Île"')
    assert after.headers["ETag"] != before.headers["ETag"]
    assert len(list((folder / "var/essai/downloads").glob("zones-*.csv"))) == 1


def test_a_folder_that_cannot_be_written_gives_way(
    alone: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
    (folder / "var").mkdir()
    (folder / "var/essai").write_text("a file where the folder should be", encoding="utf-8")
    assert alone.get("/collections/zones/download?f=csv", buffered=True).status_code == 200
    assert len(list((folder / "temporary").glob("*/downloads/zones-*.csv"))) == 1


def test_the_api_document_and_the_page_tell_the_formats(asked: FlaskClient) -> None:
    paths = asked.get("/openapi?f=json").json["paths"]
    whole = paths["/collections/zones/download"]["get"]
    assert set(whole["responses"]["200"]["content"]) == {
        "application/geopackage+sqlite3",
        "application/vnd.apache.parquet",
        "application/flatgeobuf",
        "text/csv",
    }
    assert "/collections/shy/download" not in paths
    assert "/collections/closed/download" not in paths
    items = paths["/collections/zones/items"]["get"]
    choices = next(each for each in items["parameters"] if each.get("name") == "f")["schema"]["enum"]
    assert {"json", "html", "jsonfg", "gpkg", "fgb", "parquet", "xlsx", "csv"} <= set(choices)
    assert "application/vnd.ogc.fg+json" in items["responses"]["200"]["content"]
    page = asked.get("/collections/zones/items?f=html&lang=en").text
    assert 'href="/collections/zones/download?f=gpkg"' in page
    assert "GeoParquet" in page
    assert (
        "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in asked.get("/conformance").json["conformsTo"]
    )
    assert io.BytesIO(asked.get("/collections/zones/download", buffered=True).data).read(6) == b"SQLite"


@pytest.mark.component("postgis")
def test_a_layer_of_a_database_is_taken_away_too(
    tmp_path: Path, configuration: dict[str, Any], territory: Callable[..., Path], postgis: str
) -> None:
    config = territory(configuration)
    publish_file(
        tmp_path / "zones.gpkg",
        postgis,
        id_fields={"zones": "id"},
        owner="test",
        fingerprint="1",
        progress=silent,
        force=True,
    )
    configuration["resources"]["zones"]["providers"][0]["data"] = postgis
    territory(configuration)
    with create_app(config).test_client() as client:
        answer = client.get("/collections/zones/download?f=parquet", buffered=True)
        page = client.get("/collections/zones/items?f=parquet&limit=2&filter=hauteur > 2")
    whole = pq.read_table(io.BytesIO(answer.data))
    assert whole["nom"].to_pylist() == ["Aytré", "Lagord", "Périgny", "Vérines", "Yves"]
    assert pq.read_table(io.BytesIO(page.data))["id"].to_pylist() == ["z2", "z3"]
    assert 'rel="next"' in page.headers["Link"]
