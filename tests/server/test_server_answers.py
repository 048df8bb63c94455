"""What a good request gets: formats, languages, headers, conformance."""

import json

import pytest
import rasterio
from flask.testing import FlaskClient
from pygeoapi.openapi import validate_openapi_document
from rasterio.io import MemoryFile

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ITEMS = "/collections/places/items"
COVERAGE = "/collections/heights/coverage"
ZONES = "/collections/zones/items"
PAGES = [
    "/",
    "/openapi",
    "/conformance",
    "/collections",
    "/collections/places",
    "/collections/places/schema",
    "/collections/places/queryables",
    ITEMS,
    f"{ITEMS}/1",
    ZONES,
    f"{ZONES}/z1",
    "/collections/zones/queryables",
    COVERAGE,
    "/processes",
    "/processes/hello",
    "/jobs",
    "/TileMatrixSets",
    "/TileMatrixSets/WebMercatorQuad",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_browser_gets_a_page_and_a_client_gets_json(client: FlaskClient, address: str) -> None:
    page = client.get(address, headers=BROWSER)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert '<html lang="fr"' in page.text
    assert "Content-Security-Policy" in page.headers
    document = client.get(address)
    assert document.status_code == 200
    assert document.mimetype.endswith("json")
    json.loads(document.text)
    for response in (page, document):
        assert "X-Powered-By" not in response.headers
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert {"Accept", "Accept-Language"} <= {part.strip() for part in response.headers["Vary"].split(",")}


@pytest.mark.parametrize("address", PAGES)
def test_head_and_a_trailing_slash(client: FlaskClient, address: str) -> None:
    head = client.head(address)
    assert head.status_code == 200
    assert head.data == b""
    assert client.get(address.rstrip("/") + "/").status_code == 200


def test_pages_speak_the_language_asked(client: FlaskClient) -> None:
    assert '<html lang="en"' in client.get("/?f=html&lang=en").text
    assert '<html lang="en"' in client.get("/?f=html", headers={"Accept-Language": "en-GB,en"}).text
    assert '<html lang="fr"' in client.get("/?f=html", headers={"Accept-Language": "de"}).text
    title = client.get("/collections/places", headers={"Accept-Language": "en"}).get_json()["title"]
    assert title == "Places"


def test_two_territories_in_one_process_keep_their_names(
    client: FlaskClient, configuration: dict, territory
) -> None:
    from estran.server.app import create_app

    configuration["estran"]["territory"]["name"] = {"fr": "Autre lieu", "en": "Other place"}
    other = create_app(territory(configuration)).test_client()
    for _ in range(2):
        assert "Autre lieu" in other.get("/?f=html").text
        assert "Autre lieu" not in client.get("/?f=html").text


def test_options_tells_the_methods_and_cors(client: FlaskClient) -> None:
    response = client.options(f"{ITEMS}/1")
    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    response = client.options("/processes/hello/execution")
    assert response.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
    assert "Prefer" in response.headers["Access-Control-Allow-Headers"]


def test_items_are_geojson(client: FlaskClient) -> None:
    response = client.get(f"{ITEMS}?limit=2")
    assert response.mimetype == "application/geo+json"
    assert [feature["id"] for feature in response.get_json()["features"]] == ["0", "1"]


def test_json_keeps_its_angle_brackets(client: FlaskClient) -> None:
    assert client.get(f"{ITEMS}/4").get_json()["properties"]["nom"] == "lieu <4>"


def test_filters_are_declared_only_when_a_layer_evaluates_them(configuration: dict, territory) -> None:
    from estran.server.app import create_app

    del configuration["resources"]["zones"]
    client = create_app(territory(configuration)).test_client()
    assert "filter" not in client.get("/conformance").text


def test_features_are_filtered_and_paged(client: FlaskClient) -> None:
    found = client.get(f"{ZONES}?filter=hauteur > 4").get_json()
    assert [feature["id"] for feature in found["features"]] == ["z3", "z4"]
    assert [feature["id"] for feature in client.get(f"{ZONES}?nom=Yves").get_json()["features"]] == ["z4"]
    page = client.get(f"{ZONES}?limit=3").get_json()
    assert (page["numberMatched"], page["numberReturned"]) == (5, 3)
    assert (page["license"], page["attribution"]) == ("etalab-2.0", "Ville d'essai")
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    rest = client.get(following.removeprefix("http://127.0.0.1:5000")).get_json()
    assert [feature["id"] for feature in rest["features"]] == ["z3", "z4"]


def test_a_filter_may_be_posted(client: FlaskClient) -> None:
    text = {"op": ">", "args": [{"property": "hauteur"}, 4]}
    found = client.post(ZONES, json=text)
    assert found.status_code == 200
    assert [feature["id"] for feature in found.get_json()["features"]] == ["z3", "z4"]


def test_queryables_are_titled_in_the_language_asked(client: FlaskClient) -> None:
    address = "/collections/zones/queryables"
    height = client.get(address).get_json(force=True)["properties"]["hauteur"]
    assert (height["title"], height["type"], height["x-ogc-unit"]) == ("Hauteur", "number", "m")
    document = client.get(f"{address}?lang=en").get_json(force=True)
    assert document["properties"]["hauteur"]["title"] == "Height"
    assert document["additionalProperties"] is False
    assert "Hauteur" in client.get(f"{address}?f=html").text


def test_a_coverage_in_each_format(client: FlaskClient) -> None:
    values = client.get(COVERAGE).get_json()["ranges"]
    (numbers,) = (band["values"] for band in values.values())
    assert sorted(numbers) == list(range(200))
    image = client.get(f"{COVERAGE}?f=png")
    assert image.mimetype == "image/png"
    assert image.data.startswith(b"\x89PNG")
    geotiff = client.get(COVERAGE, headers={"Accept": "image/tiff"})
    assert geotiff.mimetype == "image/tiff"
    with MemoryFile(geotiff.data) as memory, memory.open() as raster:
        assert raster.crs == rasterio.crs.CRS.from_epsg(2154)
        assert raster.read(1).sum() == 199 * 200 / 2
        left, bottom, right, top = raster.bounds
    assert geotiff.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/EPSG/0/2154>"
    assert [float(edge) for edge in geotiff.headers["Content-Bbox"].split(",")] == [left, bottom, right, top]


def test_only_true_conformance_is_declared(client: FlaskClient) -> None:
    classes = client.get("/conformance").get_json()["conformsTo"]
    assert classes == sorted(set(classes))
    text = " ".join(classes)
    assert "ogcapi-features-1/1.0/conf/core" in text
    assert "ogcapi-coverages-1/1.0/conf/core" in text
    assert "ogcapi-processes-1/1.0/conf/dismiss" in text
    assert "ogcapi-features-3/1.0/conf/features-filter" in text
    assert "ogcapi-tiles-1/1.0/conf/core" in text
    for absent in ("create-replace-delete", "callback", "array-functions"):
        assert absent not in text


def test_the_openapi_document_stands_alone(client: FlaskClient) -> None:
    document = client.get("/openapi").get_json(force=True)
    validate_openapi_document(document)
    assert document["openapi"].startswith("3.0")
    assert "/health" in document["paths"]
    assert "/collections/places/items" in document["paths"]
    assert "/collections/heights/coverage" in document["paths"]
    assert not any("broken" in path or "secret" in path for path in document["paths"])
    references = list(_references(document))
    assert references
    for reference in references:
        assert reference.startswith("#/components/")
        holder = document
        for part in reference.removeprefix("#/").split("/"):
            holder = holder[part]


def test_the_limit_of_items_is_in_the_openapi_document(client: FlaskClient) -> None:
    document = client.get("/openapi").get_json(force=True)
    parameters = document["paths"]["/collections/places/items"]["get"]["parameters"]
    (limit,) = (item["schema"] for item in parameters if item.get("name") == "limit")
    assert (limit["default"], limit["maximum"]) == (100, 10_000)


def test_static_files_are_asked_again_and_seldom_sent_again(client: FlaskClient) -> None:
    with client.get("/static/css/estran.css") as response:
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-cache"
        tag = response.headers["ETag"]
    with client.get("/static/css/estran.css", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


def _references(node: object):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
