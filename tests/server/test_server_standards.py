"""What the OGC standards ask of answers, parameters and the OpenAPI document, on the small territory."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV30SpecValidator

from estran.server.openapi_schema import as_openapi

ZONES = "/collections/zones/items"
PLACES = "/collections/places/items"
BASE = "http://127.0.0.1:5000"


@pytest.mark.parametrize("query", ["crs=", "bbox=1,1,2,2&bbox-crs=", "sortby=", "properties=", "after="])
def test_an_empty_parameter_is_told(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{ZONES}?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["where"] == query.rpartition("&")[2][:-1]


def test_links_to_the_page_itself_keep_the_filter(client: FlaskClient) -> None:
    page = client.get(f"{ZONES}?filter=hauteur > 4&limit=1").get_json()
    for relation in ("self", "alternate", "next"):
        hrefs = [link["href"] for link in page["links"] if link["rel"] == relation]
        assert hrefs
        assert all("filter=hauteur%20%3E%204" in href for href in hrefs)
    (following,) = (link["href"] for link in page["links"] if link["rel"] == "next")
    rest = client.get(following.removeprefix(BASE)).get_json()
    assert [feature["id"] for feature in rest["features"]] == ["z4"]


@pytest.mark.parametrize("parameter", ["filter=nom='x'", "filter-lang=cql2-text", "filter-crs=EPSG:4326"])
def test_a_layer_that_evaluates_no_filter_refuses_it(client: FlaskClient, parameter: str) -> None:
    """The provider of pygeoapi for GeoJSON files would ignore the filter and return everything."""
    assert client.get(f"{PLACES}?{parameter}").status_code == 400
    posted = client.post(PLACES, json={"op": "isNull", "args": [{"property": "nom"}]})
    assert posted.status_code == 405


def test_the_identifier_of_queryables_has_no_query(client: FlaskClient) -> None:
    for query in ("", "?f=json", "?lang=en"):
        document = client.get(f"/collections/zones/queryables{query}").get_json(force=True)
        assert document["$id"] == f"{BASE}/collections/zones/queryables"


@pytest.mark.parametrize("subscriber", [5, [], {}, "x", {"successUri": "http://127.0.0.1:9"}])
def test_a_callback_is_refused(client: FlaskClient, subscriber: Any) -> None:
    body = {"inputs": {"name": "Ana"}, "subscriber": subscriber}
    answer = client.post("/processes/hello/execution", json=body)
    assert (answer.status_code, answer.get_json()["where"]) == (400, "subscriber")


def test_the_openapi_document_is_valid_in_each_language(client: FlaskClient) -> None:
    summaries = []
    for language in ("fr", "en"):
        document = client.get(f"/openapi?lang={language}").get_json(force=True)
        assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] == []
        summaries.append(document["paths"][ZONES]["get"]["summary"])
    assert summaries == ["Objets – Zones", "Features – Zones"]


def test_the_openapi_document_offers_a_filter_where_it_is_evaluated(client: FlaskClient) -> None:
    paths = client.get("/openapi").get_json(force=True)["paths"]
    for path, offered in ((ZONES, True), (PLACES, False)):
        references = {parameter.get("$ref", "") for parameter in paths[path]["get"]["parameters"]}
        assert ("#/components/parameters/filter" in references) is offered
        assert ("post" in paths[path]) is offered


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "null"}, {"enum": [None], "nullable": True}),
        ({"type": ["string", "integer"]}, {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        (
            {"anyOf": [{"type": "number"}, {"type": "null"}]},
            {"anyOf": [{"type": "number"}], "nullable": True},
        ),
        ({"type": "array", "prefixItems": [{"type": "number"}]}, {"type": "array", "items": {}}),
        (
            {"type": "object", "additionalProperties": False},
            {"type": "object", "additionalProperties": False},
        ),
        (
            {"type": "object", "properties": {"const": {"const": 1}}},
            {"type": "object", "properties": {"const": {"enum": [1]}}},
        ),
        (
            {"type": "number", "exclusiveMaximum": 1},
            {"type": "number", "exclusiveMaximum": True, "maximum": 1},
        ),
        (
            {"type": "string", "contentEncoding": "base64", "examples": ["a"]},
            {"type": "string", "example": "a"},
        ),
        (True, {}),
    ],
)
def test_a_schema_in_the_words_of_openapi(schema: Any, expected: Any) -> None:
    assert as_openapi(schema) == expected
