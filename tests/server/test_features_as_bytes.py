"""A page written from bytes is the page that pygeoapi makes of dictionaries, member by member."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml
from flask.testing import FlaskClient
from layers.feature_stores import STORES, sample

from estran.layers.features.postgis_engine import close_engines
from estran.server import features
from estran.server.app import create_app
from estran.server.memory import Memory

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
PARAMETERS = [
    "",
    "limit=3",
    "limit=3&offset=2",
    "limit=2&offset=1&lang=fr",
    "limit=100000",
    "resulttype=hits",
    "resulttype=hits&offset=4&limit=2",
    f"crs={EPSG}/4326",
    f"crs={EPSG}/2154&limit=4",
    f"crs={EPSG}/3857&skipGeometry=false",
    "skipGeometry=true",
    "properties=name,day&limit=5",
    "properties=places&skipGeometry=true",
    "sortby=-places,name&limit=3",
    "sortby=seen",
    "name=Périgny",
    "open=true&places=1",
    f"bbox=379990,6569990,380015,6570020&bbox-crs={EPSG}/2154",
    "bbox=-1.2,46.1,-1.1,46.2",
    "bbox=170,-10,-170,10",
    "datetime=2020-01-01/2020-12-31",
    "datetime=../2000-01-01&limit=1",
    "filter=places%20%3E%201",
    "filter=name%20LIKE%20'P%25'&filter-lang=cql2-text&sortby=name&limit=1",
    "f=json&lang=en",
    "f=html&limit=2",
    "f=html&lang=fr&filter=share%3E0",
]
WRONG = [
    "limit=x",
    "limit=0",
    "offset=-1",
    "bbox=1,2,3",
    "bbox=0,5,1,2",
    "bbox-crs=x",
    f"bbox=0,0,1,1&bbox-crs={EPSG}/9999",
    f"crs={EPSG}/9999",
    "crs=",
    "sortby=absent",
    "properties=absent",
    "datetime=yesterday",
    "datetime=2020-01-01/2020-02-01/x",
    "absent=1",
    "places=many",
    "filter=places%20%3E",
    "filter=absent%3D1",
    "filter-lang=cql2-text",
    "after=x",
    "resulttype=x",
    "f=x",
    "f=xml",
]


@pytest.fixture(
    params=[
        "geopackage",
        pytest.param("postgis", marks=pytest.mark.component("postgis")),
    ]
)
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FlaskClient]:
    database = request.getfixturevalue("postgis") if request.param == "postgis" else ""
    STORES[request.param](tmp_path, database, sample())
    licence = {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://example.org/lo2"}
    layer = {
        "type": "collection",
        "title": {"fr": "Sites <&>", "en": "Places <&>"},
        "extents": {"temporal": {"begin": dt.datetime(1990, 1, 1, tzinfo=dt.UTC), "end": None}},
        "estran": {"licence": licence, "attribution": "Nous", "vintage": "2024", "synthetic": True},
        "providers": [
            {
                "type": "feature",
                "name": features.PROVIDER,
                "data": database or "features.gpkg",
                "table": "parking-areas",
                "id_field": "code",
                "title_field": "name",
                "time_field": "day",
                "storage_crs": f"{EPSG}/2154",
            }
        ],
    }
    document = {
        "estran": {
            "territory": {"id": "test", "name": {"fr": "Essai", "en": "Test"}, "siren": "000000000"},
            "data": {"recipe": "la-rochelle", "sources": ".", "directory": "."},
            "ledger": {"crs": "EPSG:2154", "resolution_m": 5},
            "catalogue": False,
        },
        "resources": {"sites": layer, "few": layer | {"limits": {"max_items": 2, "on_exceed": "error"}}},
    }
    path = tmp_path / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    yield create_app(path).test_client()
    close_engines()


@contextmanager
def by_pygeoapi(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let pygeoapi make the documents, with nothing remembered of those made without it."""
    service = client.application.extensions["estran"]
    service.memory = Memory()
    with monkeypatch.context() as patched:
        patched.setattr(features, "serves", lambda *_: False)
        yield
    service.memory = Memory()


def both(client: FlaskClient, patch: pytest.MonkeyPatch, path: str, **asked: Any) -> tuple[Any, Any]:
    method = asked.pop("method", "GET")
    ours = client.open(path, method=method, **asked)
    with by_pygeoapi(client, patch):
        theirs = client.open(path, method=method, **asked)
    return ours, theirs


def same(ours: Any, theirs: Any) -> None:
    assert ours.status_code == theirs.status_code, ours.get_data(as_text=True)
    for answer in (ours, theirs):
        answer.headers.pop("Content-Length", None)
        answer.headers.pop("ETag", None)
        answer.headers.pop("Last-Modified", None)  # shown from the second after the change
    assert dict(ours.headers) == dict(theirs.headers)
    if ours.mimetype == "text/html":
        assert ours.get_data(as_text=True) == theirs.get_data(as_text=True)
        return
    assert ours.get_json() == theirs.get_json()
    assert list(ours.get_json()) == list(theirs.get_json())


def test_pages_are_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for collection in ("sites", "few"):
        for query in PARAMETERS:
            ours, theirs = both(client, monkeypatch, f"/collections/{collection}/items?{query}")
            assert ours.status_code == (400 if collection == "few" and _asks_more_than_two(query) else 200)
            if ours.status_code == 200:
                same(ours, theirs)


def _asks_more_than_two(query: str) -> bool:
    return int(parse_qs(query).get("limit", ["1"])[0]) > 2


def test_refusals_are_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for query in WRONG:
        ours, theirs = both(client, monkeypatch, f"/collections/sites/items?{query}")
        assert ours.status_code == 400, query
        assert ours.get_json() == theirs.get_json(), query
    ours, theirs = both(
        client, monkeypatch, "/collections/sites/items", headers={"Accept": "application/x-unknown"}
    )
    assert (ours.status_code, ours.get_json()) == (406, theirs.get_json())


def test_a_posted_filter_is_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"op": ">=", "args": [{"property": "places"}, 2]}
    for query in ("", "?limit=2", "?limit=1&sortby=-name&lang=fr"):
        ours, theirs = both(client, monkeypatch, f"/collections/sites/items{query}", method="POST", json=body)
        assert ours.status_code == 200
        same(ours, theirs)


def test_every_page_is_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """By cursor to the last page, and what is held for a page does not show in another."""
    path, seen = "/collections/sites/items?limit=3&sortby=-share", []
    while path:
        ours, theirs = both(client, monkeypatch, path)
        same(ours, theirs)
        seen += [feature["id"] for feature in ours.get_json()["features"]]
        links = {link["rel"]: link["href"] for link in ours.get_json()["links"]}
        path = links.get("next", "")
    assert sorted(seen) == list("abcdefgh")
    assert client.get("/collections/sites/items/a").get_json()["geometry"]["type"] == "Polygon"
    bare = client.get("/collections/sites/items?skipGeometry=true").get_json()
    assert [feature["geometry"] for feature in bare["features"]] == [None] * 8
    assert client.get("/collections/sites/items").get_json()["features"][0]["geometry"] is not None


def test_one_feature_is_the_same(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for item in "abcdefgh":
        for query in ("", "?lang=fr", f"?crs={EPSG}/4326", f"?crs={EPSG}/2154", "?f=html"):
            same(*both(client, monkeypatch, f"/collections/sites/items/{item}{query}"))
    for path in ("absent", f"a?crs={EPSG}/9999", "a?limit=1", "a?f=x"):
        ours, theirs = both(client, monkeypatch, f"/collections/sites/items/{path}")
        assert ours.status_code in {400, 404}
        assert ours.get_json() == theirs.get_json()


def test_head_has_the_same_headers(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("items?limit=2", "items?resulttype=hits", "items/a"):
        ours, theirs = both(client, monkeypatch, f"/collections/sites/{path}", method="HEAD")
        assert ours.get_data() == b""
        for answer in (ours, theirs):
            answer.headers.pop("Last-Modified", None)
        assert dict(ours.headers) == dict(theirs.headers)
    assert len(client.get("/collections/sites/items?limit=2").get_json()["features"][0]["properties"]) == 7


def test_other_formats_are_still_pygeoapi_s(client: FlaskClient) -> None:
    for name, kind in (("csv", "text/csv"), ("jsonld", "application/ld+json"), ("gpkg", "application/geo")):
        answer = client.get(f"/collections/sites/items?f={name}&limit=2")
        assert answer.status_code == 200
        assert answer.content_type.startswith(kind)
