"""Validators follow the data, the configuration and what is asked; an answer held is not made again."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from estran.ingest.publish import publish_file
from estran.layers.features.query import FeatureQuery
from estran.layers.progress import silent
from estran.providers.features_pages import Page, read_page
from estran.server import features
from estran.server.app import create_app

ITEMS = "/collections/zones/items"
ITEM = f"{ITEMS}/z1"
COVERAGE = "/collections/heights/coverage?f=png"


@pytest.fixture
def small(configuration: dict[str, Any], territory: Callable[[dict[str, Any]], Path]) -> Path:
    return territory(configuration)


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[FeatureQuery]:
    """What the store is asked for; it answers as ever."""
    asked: list[FeatureQuery] = []

    def noted(*given: Any) -> Page:
        asked.append(given[2].query)
        return read_page(*given)

    monkeypatch.setattr(features, "read_page", noted)
    return asked


def tag(client: FlaskClient, path: str, **headers: str) -> str:
    answer = client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})
    assert answer.status_code == 200
    return answer.headers["ETag"]


def edit(path: Path) -> None:
    """Change one number, as any program may; the triggers of the file call functions that SQLite lacks."""
    with sqlite3.connect(path) as connection:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            connection.create_function(name, 1, lambda _: 0)
        connection.execute("UPDATE zones SET hauteur = hauteur + 1 WHERE id = 'z1'")
    connection.close()


def rewrite(path: Path, configuration: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")


def test_an_answer_held_is_not_made_again(small: Path, queries: list[FeatureQuery]) -> None:
    client = create_app(small).test_client()
    held = tag(client, ITEMS)
    assert len(queries) == 1
    for condition in (held, f"W/{held}", f'"other", {held}', f'"other", W/{held[:-1]}-br"'):
        answer = client.get(ITEMS, headers={"If-None-Match": condition})
        assert answer.status_code == 304
        assert "Content-Type" not in answer.headers
    assert len(queries) == 1
    assert client.get(ITEMS, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(ITEMS, headers={"If-None-Match": "*"}).status_code == 304


def test_a_held_tag_never_hides_an_error(small: Path) -> None:
    client = create_app(small).test_client()
    for path in (f"{ITEMS}?unknown=1", f"{ITEMS}/absent", "/collections/absent/items"):
        for condition in ({"If-None-Match": "*"}, {"If-Modified-Since": formatdate(usegmt=True)}):
            answer = client.get(path, headers=condition)
            assert answer.status_code in {400, 404}
            assert "ETag" not in answer.headers


@pytest.mark.parametrize("path", [ITEMS, ITEM, "/collections/zones", "/collections", "/", f"{ITEMS}?f=html"])
def test_a_change_in_a_geopackage_changes_the_tag(
    small: Path, configuration: dict[str, Any], path: str
) -> None:
    configuration["resources"]["zones"]["estran"]["cache_seconds"] = 0
    rewrite(small, configuration)
    client = create_app(small).test_client()
    held = tag(client, path)
    assert tag(client, path) == held
    edit(small.parent / "zones.gpkg")
    assert tag(client, path) != held
    assert client.get(path, headers={"If-None-Match": held}).status_code == 200


def test_the_tag_of_a_layer_does_not_follow_another_layer(small: Path) -> None:
    client = create_app(small).test_client()
    held = tag(client, COVERAGE)
    edit(small.parent / "zones.gpkg")
    assert tag(client, COVERAGE) == held


def test_the_tag_is_the_same_after_a_restart_and_another_for_another_configuration(
    small: Path, configuration: dict[str, Any]
) -> None:
    held = tag(create_app(small).test_client(), ITEMS)
    assert tag(create_app(small).test_client(), ITEMS) == held
    configuration["resources"]["zones"]["estran"]["attribution"] = "Autre ville"
    rewrite(small, configuration)
    assert tag(create_app(small).test_client(), ITEMS) != held


def test_each_representation_has_its_tag(small: Path) -> None:
    client = create_app(small).test_client()
    tags = [
        tag(client, ITEMS),
        tag(client, f"{ITEMS}?limit=2"),
        tag(client, f"{ITEMS}?f=html"),
        tag(client, ITEMS, Accept="text/html"),
        tag(client, ITEMS, Accept_Language="en"),
        tag(client, ITEMS, Accept_Encoding="gzip"),
        tag(client, ITEMS, Accept_Encoding="br"),
        tag(client, ITEM),
    ]
    assert len(set(tags)) == len(tags)
    assert {"Accept", "Accept-Language", "Accept-Encoding"} <= set(
        client.get(ITEMS).headers["Vary"].split(", ")
    )


def test_the_date_is_that_of_the_newest_part(small: Path) -> None:
    """The data, the configuration or the code; here the data, which are made the newest."""
    now = int(time.time())
    os.utime(small.parent / "zones.gpkg", (now - 2, now - 2))
    os.utime(small, (now - 7200, now - 7200))
    client = create_app(small).test_client()
    modified = client.get(ITEMS).headers["Last-Modified"]
    assert parsedate_to_datetime(modified).timestamp() >= now - 2
    same = client.get(ITEMS, headers={"If-Modified-Since": modified})
    assert (same.status_code, same.get_data()) == (304, b"")
    older = formatdate(parsedate_to_datetime(modified).timestamp() - 1, usegmt=True)
    assert client.get(ITEMS, headers={"If-Modified-Since": older}).status_code == 200
    both = {"If-Modified-Since": modified, "If-None-Match": '"other"'}
    assert client.get(ITEMS, headers=both).status_code == 200


def test_data_changed_within_this_second_have_no_date_yet(small: Path) -> None:
    """A second change in the same second would have the same date."""
    client = create_app(small).test_client()
    ahead = time.time() + 60
    os.utime(small.parent / "zones.gpkg", (ahead, ahead))
    answer = client.get(ITEMS)
    assert "Last-Modified" not in answer.headers
    assert "ETag" in answer.headers


def test_head_reads_neither_geometries_nor_columns(small: Path, queries: list[FeatureQuery]) -> None:
    client = create_app(small).test_client()
    head = client.head(f"{ITEMS}?limit=2")
    assert [(query.skip_geometry, query.properties) for query in queries] == [(True, ("id",))]
    assert "Content-Length" not in head.headers
    get = client.get(f"{ITEMS}?limit=2")
    for name in ("ETag", "Link", "Content-Crs", "OGC-NumberMatched", "OGC-NumberReturned", "Content-Type"):
        assert head.headers[name] == get.headers[name]
    assert (get.headers["OGC-NumberMatched"], get.headers["OGC-NumberReturned"]) == ("5", "2")
    client.head(f"{ITEMS}?limit=2")
    assert len(queries) == 2
    assert client.head(f"{ITEMS}?limit=0").status_code == client.get(f"{ITEMS}?limit=0").status_code == 400


@pytest.mark.parametrize("form", ["json", "html", "GTiff", "netcdf", "png"])
def test_head_of_a_coverage_reads_no_cell(small: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    os.utime(small.parent / "heights.tif", (1, 1))
    os.utime(small, (1, 1))
    client = create_app(small).test_client()
    path = f"/collections/heights/coverage?f={form}&bbox=381000,6569200,381500,6569800&bbox-crs=EPSG:2154"
    get = client.get(path)
    assert (get.status_code, len(get.get_data()) > 100) == (200, True)
    cold = create_app(small).test_client()
    monkeypatch.setattr("estran.layers.raster_reading.dataset", None)
    head = cold.head(path)
    assert {**head.headers, "Content-Length": ""} == {**get.headers, "Content-Length": ""}
    assert cold.get(path).status_code == 500


def test_a_collection_says_how_long_it_is_kept(small: Path, configuration: dict[str, Any]) -> None:
    resources = configuration["resources"]
    resources["zones"]["estran"]["cache_seconds"] = 3600
    resources["places"]["estran"] = {**resources["places"]["estran"], "cache_seconds": 0}
    rewrite(small, configuration)
    client = create_app(small).test_client()
    assert client.get(ITEMS).headers["Cache-Control"] == "public, max-age=3600"
    assert client.get("/collections/places/items").headers["Cache-Control"] == "no-cache"
    assert client.get(COVERAGE).headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("path", ["/health", "/jobs", "/collections/absent", f"{ITEMS}?unknown=1"])
def test_what_must_not_be_kept_says_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_an_execution_is_not_kept(client: FlaskClient) -> None:
    answer = client.post("/processes/hello/execution", json={"inputs": {"name": "Estran"}})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.fixture
def published(small: Path, configuration: dict[str, Any], postgis: str) -> Iterator[tuple[FlaskClient, Any]]:
    """The zones in PostGIS, and a connection that changes them."""
    path = small.parent / "zones.gpkg"
    publish_file(
        path, postgis, id_fields={"zones": "id"}, owner="test", fingerprint="1", progress=silent, force=True
    )
    configuration["resources"]["zones"]["providers"][0]["data"] = postgis
    configuration["resources"]["zones"]["estran"]["cache_seconds"] = 0
    rewrite(small, configuration)
    engine = create_engine(postgis, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield create_app(small).test_client(), connection
    engine.dispose()


@pytest.mark.component("postgis")
def test_a_change_in_postgis_changes_the_tag(
    published: tuple[FlaskClient, Any], queries: list[FeatureQuery]
) -> None:
    client, connection = published
    held = tag(client, ITEMS)
    assert client.get(ITEMS, headers={"If-None-Match": held}).status_code == 304
    assert len(queries) == 1
    connection.exec_driver_sql("UPDATE zones SET hauteur = 99 WHERE id = 'z1'")
    answer = client.get(ITEMS, headers={"If-None-Match": held})
    assert answer.status_code == 200
    assert [feature["properties"]["hauteur"] for feature in answer.get_json()["features"]][1] == 99
    assert "Last-Modified" not in answer.headers


@pytest.mark.component("postgis")
def test_a_table_without_version_is_tagged_by_its_bytes(
    published: tuple[FlaskClient, Any], queries: list[FeatureQuery]
) -> None:
    client, connection = published
    connection.exec_driver_sql("DROP TABLE estran_tables CASCADE")
    for trigger in connection.exec_driver_sql(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'zones'::regclass AND NOT tgisinternal"
    ).scalars():
        connection.exec_driver_sql(f'DROP TRIGGER "{trigger}" ON zones')
    held = tag(client, ITEMS)
    answer = client.get(ITEMS, headers={"If-None-Match": held})
    assert (answer.status_code, answer.headers["ETag"]) == (304, held)
    assert len(queries) == 2
    connection.exec_driver_sql("UPDATE zones SET hauteur = 99 WHERE id = 'z1'")
    assert tag(client, ITEMS) != held


@pytest.mark.parametrize("path", [ITEMS, ITEM, "/collections/zones"])
def test_a_version_serves_the_requests_of_a_moment(
    small: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("estran.server.versions.BELIEVED_S", 3600)
    client = create_app(small).test_client()
    held = tag(client, path)
    edit(small.parent / "zones.gpkg")
    assert tag(client, path) == held
    assert client.get(path, headers={"If-None-Match": held}).status_code == 304
    monkeypatch.setattr("estran.server.versions.BELIEVED_S", 0)
    assert tag(client, path) != held


@pytest.mark.component("postgis")
def test_a_look_at_a_table_serves_the_requests_of_a_moment(
    published: tuple[FlaskClient, Any],
    small: Path,
    configuration: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, connection = published
    del configuration["resources"]["zones"]["estran"]["cache_seconds"]
    rewrite(small, configuration)
    monkeypatch.setattr("estran.server.versions.BELIEVED_S", 3600)
    client = create_app(small).test_client()

    def version() -> str | None:
        definition = configuration["resources"]["zones"]["providers"][0]
        with client.application.test_request_context(method="GET"):
            return client.application.extensions["estran"].versions.store(definition).version

    held = tag(client, ITEMS)
    seen = version()
    connection.exec_driver_sql("UPDATE zones SET hauteur = 99 WHERE id = 'z1'")
    assert (tag(client, ITEMS), version()) == (held, seen)
    # What is posted looks for itself, and those who come next believe that look.
    assert client.post(ITEMS, json={"op": "=", "args": [1, 1]}).status_code == 200
    assert version() != seen
    monkeypatch.setattr("estran.server.versions.BELIEVED_S", 0)
    assert tag(client, ITEMS) != held
