"""Bad requests get the right status, the parameter at fault, and both languages; never a trace."""

import json

import pytest
from flask.testing import FlaskClient

ITEMS = "/collections/places/items"
COVERAGE = "/collections/heights/coverage"
EXECUTION = "/processes/hello/execution"


@pytest.mark.parametrize(
    ("address", "status", "where"),
    [
        ("/nowhere", 404, None),
        ("/collections/nope", 404, "collectionId"),
        ("/collections/nope/items", 404, "collectionId"),
        ("/collections/secret", 404, "collectionId"),
        ("/collections/secret/items", 404, "collectionId"),
        ("/collections/secret/schema", 404, "collectionId"),
        (f"{ITEMS}/99", 404, None),
        (f"{ITEMS}?bboxx=1,2,3,4", 400, "bboxx"),
        (f"{ITEMS}?limit=5&limit=6", 400, "limit"),
        (f"{ITEMS}?limit=0", 400, "limit"),
        (f"{ITEMS}?limit=-1", 400, "limit"),
        (f"{ITEMS}?limit=1e3", 400, "limit"),
        (f"{ITEMS}?limit=٣", 400, "limit"),
        (f"{ITEMS}?limit=", 400, "limit"),
        (f"{ITEMS}?offset=-1", 400, "offset"),
        (f"{ITEMS}?offset=x", 400, "offset"),
        (f"{ITEMS}?bbox=1,2,3", 400, "bbox"),
        (f"{ITEMS}?bbox=1,2,3,4,5", 400, "bbox"),
        (f"{ITEMS}?bbox=a,b,c,d", 400, "bbox"),
        (f"{ITEMS}?bbox=", 400, "bbox"),
        (f"{ITEMS}?bbox=1,2,nan,4", 400, "bbox"),
        (f"{ITEMS}?bbox=1,2,inf,4", 400, "bbox"),
        (f"{ITEMS}?bbox=-1.2,46.3,-1.1,46.1", 400, "bbox"),
        (f"{ITEMS}?bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84", 400, None),
        (f"{ITEMS}?bbox=1,2,3,4&bbox-crs=nonsense", 400, None),
        (f"{ITEMS}?crs=nonsense", 400, None),
        (f"{ITEMS}?datetime=yesterday", 400, "datetime"),
        (f"{ITEMS}?datetime=2017-13-01", 400, "datetime"),
        (f"{ITEMS}?datetime=..", 400, "datetime"),
        (f"{ITEMS}?datetime=a/b/c", 400, "datetime"),
        (f"{ITEMS}?skipGeometry=maybe", 400, "skipGeometry"),
        (f"{ITEMS}?resulttype=all", 400, "resulttype"),
        (f"{ITEMS}?sortby=nothing", 400, None),
        (f"{ITEMS}?properties=nothing", 400, None),
        (f"{ITEMS}?filter=((", 400, None),
        (f"{ITEMS}?f=shapefile", 400, "f"),
        (f"{ITEMS}/1?bbox=1,2,3,4", 400, "bbox"),
        (f"{COVERAGE}?bbox=1,2,3", 400, "bbox"),
        (f"{COVERAGE}?bbox=1,2,nan,4", 400, "bbox"),
        (f"{COVERAGE}?bbox-crs=nonsense&bbox=1,2,3,4", 400, "crs"),
        (f"{COVERAGE}?bbox=10,10,11,11", 404, None),
        (f"{COVERAGE}?limit=1", 400, "limit"),
        (f"{COVERAGE}?subset=nonsense", 400, None),
        (f"{COVERAGE}?f=grib", 400, "f"),
        ("/collections/heights/items", 400, "collectionId"),
        ("/collections/places/coverage", 400, "collectionId"),
        ("/collections?limit=1", 400, "limit"),
        ("/conformance?f=pdf", 400, "f"),
        ("/processes/nope", 404, None),
        ("/jobs/nope", 404, "jobId"),
        ("/jobs/nope/results", 404, "jobId"),
        ("/collections/broken", 503, "broken"),
        ("/collections/broken/coverage", 503, "broken"),
        ("/collections/broken/schema", 503, "broken"),
    ],
)
def test_a_bad_address_is_a_problem(
    client: FlaskClient, address: str, status: int, where: str | None
) -> None:
    for language in ("fr", "en"):
        response = client.get(address, headers={"Accept-Language": language})
        document = response.get_json(force=True)
        assert response.status_code == status
        assert response.mimetype == "application/problem+json"
        assert response.headers["Content-Language"] == language
        assert document["status"] == status
        assert document["instance"] == address.split("?")[0]
        assert {"type", "title", "detail", "code"} <= document.keys()
        if where is not None:
            assert where in document["where"]
        assert "Traceback" not in response.text


def test_french_is_the_first_language(client: FlaskClient) -> None:
    document = client.get("/nowhere").get_json(force=True)
    assert document["title"] == "Introuvable"
    assert document["detail"] == "aucune ressource à cette adresse"


def test_the_language_parameter_wins_over_the_header(client: FlaskClient) -> None:
    response = client.get("/nowhere?lang=en", headers={"Accept-Language": "fr"})
    assert response.get_json(force=True)["detail"] == "no resource at this address"


def test_an_unknown_parameter_names_the_nearest(client: FlaskClient) -> None:
    detail = client.get(f"{ITEMS}?hauteurs=1&lang=en").get_json(force=True)["detail"]
    assert detail == "unknown parameter 'hauteurs'; did you mean 'hauteur'"


@pytest.mark.parametrize(
    ("address", "accept", "status"),
    [
        (ITEMS, "image/png", 406),
        (ITEMS, "application/geo+json;q=0", 406),
        (COVERAGE, "application/geo+json", 406),
        (ITEMS, "*/*", 200),
        (ITEMS, "application/*", 200),
        (ITEMS, "application/geo+json; charset=utf-8", 200),
        (ITEMS, "text/html;q=0.1, application/json;q=0.9", 200),
    ],
)
def test_accept_decides(client: FlaskClient, address: str, accept: str, status: int) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert response.status_code == status
    expected = "application/geo+json" if status == 200 else "application/problem+json"
    assert response.mimetype == expected


def test_a_browser_gets_a_page_for_an_error(client: FlaskClient) -> None:
    response = client.get("/nowhere", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "aucune ressource" in response.text
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "address", "allow"),
    [
        ("PUT", "/collections", "GET, HEAD, OPTIONS"),
        ("POST", "/health", "GET, HEAD, OPTIONS"),
        ("DELETE", f"{ITEMS}/1", "GET, HEAD, OPTIONS"),
        ("PUT", f"{ITEMS}/1", "GET, HEAD, OPTIONS"),
        ("GET", EXECUTION, "OPTIONS, POST"),
    ],
)
def test_a_method_that_is_not_answered(client: FlaskClient, method: str, address: str, allow: str) -> None:
    response = client.open(address, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == allow


def test_adding_to_a_layer_that_is_not_editable(client: FlaskClient) -> None:
    response = client.post(ITEMS, data="{}", content_type="application/geo+json")
    assert response.status_code == 405


@pytest.mark.parametrize(
    ("body", "media_type", "status", "where"),
    [
        (b"", "application/json", 400, "body"),
        (b"   ", "application/json", 400, "body"),
        (b"{", "application/json", 400, "body"),
        (b"[1, 2]", "application/json", 400, "body"),
        (b'"text"', "application/json", 400, "body"),
        (b"null", "application/json", 400, "body"),
        (b"12", "application/json", 400, "body"),
        (b'{"inputs": {"name": NaN}}', "application/json", 400, "body"),
        (b'{"inputs": {"name": -Infinity}}', "application/json", 400, "body"),
        (b'{"inputs": {"name": 1e999}}', "application/json", 400, "body"),
        (b'{"inputs": {"name": "\xff"}}', "application/json", 400, "body"),
        (b'{"inputs": {"a": 1, "a": 2}}', "application/json", 400, "a"),
        (b'{"inputs": ' + b"[" * 50_000, "application/json", 400, "body"),
        (b'{"input": {}}', "application/json", 400, "input"),
        (b"{}", "application/json", 400, "inputs"),
        (b'{"inputs": []}', "application/json", 400, "inputs"),
        (b'{"inputs": {"names": "Estran"}}', "application/json", 400, "inputs.names"),
        (b'{"inputs": {"name": 12}}', "application/json", 400, "inputs.name"),
        (b"<a/>", "text/xml", 415, "Content-Type"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "Content-Type"),
        (b'{"inputs": "' + b"x" * 100_000 + b'"}', "application/json", 413, "body"),
    ],
)
def test_a_bad_body_is_a_problem(
    client: FlaskClient, body: bytes, media_type: str, status: int, where: str
) -> None:
    response = client.post(EXECUTION, data=body, content_type=media_type)
    document = response.get_json(force=True)
    assert response.status_code == status
    assert document["where"] == where


def test_the_body_limit_is_told(client: FlaskClient) -> None:
    body = json.dumps({"inputs": "x" * 150_000})
    detail = client.post(f"{EXECUTION}?lang=en", data=body, content_type="application/json").get_json(
        force=True
    )["detail"]
    assert detail == "the body is 0.2 MB or more; at most 0.1 MB is accepted; simplify or split it"


def test_an_unknown_process_is_told_before_the_body_is_read(client: FlaskClient) -> None:
    response = client.post("/processes/nope/execution", data=b"\xff", content_type="application/json")
    assert response.status_code == 404
    document = response.get_json(force=True)
    assert document["type"] == (
        "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process"
    )
    assert "hello" in document["detail"] or "/processes" in document["detail"]


def test_a_process_result_in_a_format_that_it_has_not(client: FlaskClient) -> None:
    body = {"inputs": {"name": "Estran"}}
    assert client.post(f"{EXECUTION}?f=xlsx", json=body).status_code == 400
    assert client.post(EXECUTION, json=body, headers={"Accept": "image/png"}).status_code == 406
