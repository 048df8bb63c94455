"""Abstract tests of OGC API - Common and of the OpenAPI class: links, conformance, document, errors.

References: OGC 19-072 (Common, part 1), annex A; OGC 17-069r4 (Features, part 1), annex A.2.2 to A.2.4.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from cite.conftest import Site
from openapi_spec_validator import OpenAPIV30SpecValidator

SPEC = "http://www.opengis.net/spec"
REL = "http://www.opengis.net/def/rel/ogc/1.0"
OTHERS = re.compile(r"/collections/(?!communes|emissions/coverage|elevation$|elevation/schema)")


@pytest.fixture(scope="module")
def document(site: Site) -> Any:
    return site.get("/openapi").json()


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolved(document: Any, part: Any) -> Any:
    while "$ref" in part:
        name = part["$ref"]
        part = document
        for step in name.removeprefix("#/").split("/"):
            part = part[step]
    return part


def query_parameters(document: Any, path: str) -> dict[str, Any]:
    parameters = [resolved(document, part) for part in document["paths"][path]["get"]["parameters"]]
    names = [part["name"] for part in parameters]
    assert len(names) == len(set(names)), path
    return {part["name"]: part for part in parameters if part["in"] == "query"}


def test_the_landing_page_leads_everywhere(site: Site) -> None:
    page = site.get("/")
    assert page.media_type == "application/json"
    for relation, media_type in (
        ("self", "application/json"),
        ("alternate", "text/html"),
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        ("service-doc", "text/html"),
        ("conformance", "application/json"),
        ("data", "application/json"),
        (f"{REL}/processes", "application/json"),
    ):
        target = site.ask(page.link(relation, media_type))
        assert target.status == 200, relation
        assert target.media_type == media_type.split(";")[0], relation
    for link in page.json()["links"]:
        assert {"href", "rel", "type", "title"} <= link.keys()


def test_the_classes_declared_are_each_named_once(site: Site) -> None:
    classes = site.get("/conformance").json()["conformsTo"]
    assert len(classes) == len(set(classes))
    for needed in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
        "ogcapi-features-3/1.0/conf/filter",
        "ogcapi-features-3/1.0/conf/features-filter",
        "cql2/1.0/conf/basic-cql2",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/cql2-json",
        "ogcapi-processes-1/1.0/conf/core",
    ):
        assert f"{SPEC}/{needed}" in classes
    for not_so in ("job-list", "callback", "create-replace-delete", "conf/functions", "array-functions"):
        assert not any(not_so in name for name in classes), not_so


def test_the_document_is_openapi_3_0_and_stands_alone(document: Any) -> None:
    assert document["openapi"].startswith("3.0.")
    assert [error.message[:200] for error in OpenAPIV30SpecValidator(document).iter_errors()] == []
    assert all(reference.startswith("#/components/") for reference in references(document))
    operations = [
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    ]
    assert len(operations) == len(set(operations))


def test_the_document_speaks_both_languages(site: Site, document: Any) -> None:
    english = site.get("/openapi?lang=en").json()
    assert document["paths"]["/collections"]["get"]["summary"] == "Liste des collections"
    assert english["paths"]["/collections"]["get"]["summary"] == "List of collections"
    for written, title in ((document, "Population municipale"), (english, "Municipal population")):
        assert (
            query_parameters(written, "/collections/communes/items")["population"]["schema"]["title"] == title
        )


def test_every_parameter_of_items_is_declared(site: Site, document: Any) -> None:
    for collection in site.get("/collections").json()["collections"]:
        path = f"/collections/{collection['id']}/items"
        if collection.get("itemType") == "record":
            continue
        if collection.get("itemType") != "feature":
            assert path not in document["paths"]
            continue
        parameters = query_parameters(document, path)
        limit = parameters["limit"]
        assert (limit["required"], limit["style"], limit["explode"]) == (False, "form", False)
        schema = limit["schema"]
        assert (schema["type"], schema["minimum"], schema["maximum"]) == ("integer", 1, 10_000)
        page = site.get(f"{path}?skipGeometry=true").json()
        assert page["numberReturned"] == min(schema["default"], page["numberMatched"])
        bbox = parameters["bbox"]
        assert (bbox["required"], bbox["style"], bbox["explode"]) == (False, "form", False)
        assert bbox["schema"] == {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
        moment = parameters["datetime"]
        assert (moment["required"], moment["style"], moment["explode"]) == (False, "form", False)
        assert moment["schema"] == {"type": "string"}
        for name in ("crs", "bbox-crs", "offset", "sortby", "properties", "skipGeometry", "f", "lang"):
            assert name in parameters, (path, name)
        queryables = site.get(f"/collections/{collection['id']}/queryables").json()["properties"]
        fields = {name for name, schema in queryables.items() if "type" in schema}
        assert fields <= parameters.keys()


def test_each_declared_format_of_each_address_is_served(site: Site, document: Any) -> None:
    """The addresses without a variable, of one collection of each kind, in each format of `f`."""
    checked = 0
    for path, operations in document["paths"].items():
        if "{" in path or "get" not in operations or OTHERS.match(path):
            continue
        declared = operations["get"]["responses"]["200"]["content"]
        for name in query_parameters(document, path)["f"]["schema"]["enum"]:
            small = "&limit=1" if path.endswith("/items") else ""
            answer = site.ask(f"{path}?f={name}{small}")
            assert answer.status == 200, (path, name, answer.body[:200])
            assert answer.media_type in {media_type.split(";")[0] for media_type in declared}, (path, name)
            checked += 1
    assert checked > 40


@pytest.mark.parametrize(
    "path", ["/", "/conformance", "/collections", "/collections/communes/items", "/openapi"]
)
def test_head_is_get_without_the_body(site: Site, path: str) -> None:
    head = site.ask(path, method="HEAD")
    whole = site.get(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/", "image/png"),
        ("/collections", "application/xml"),
        ("/collections/communes/items", "image/tiff"),
        ("/collections/communes/items/17300", "application/gml+xml"),
        ("/collections/land-cover/coverage", "application/geo+json"),
        ("/processes", "text/csv"),
        ("/conformance", "application/json;q=0"),
    ],
)
def test_an_accept_that_cannot_be_met_is_406(site: Site, path: str, accept: str) -> None:
    answer = site.ask(path, headers={"Accept": accept})
    assert (answer.status, answer.media_type) == (406, "application/problem+json")
    assert answer.json()["status"] == 406


def test_an_accept_is_chosen_by_its_weights(site: Site) -> None:
    path = "/collections/communes/items?limit=1"
    for accept, media_type in (
        ("text/html,application/json;q=0.5", "text/html"),
        ("application/geo+json;q=0.9,text/html;q=0.1", "application/geo+json"),
        ("application/xml,*/*;q=0.1", "application/geo+json"),
        ("text/csv", "text/csv"),
    ):
        assert site.ask(path, headers={"Accept": accept}).media_type == media_type
    assert site.ask(f"{path}&f=json", headers={"Accept": "text/html"}).media_type == "application/geo+json"


def test_an_unknown_address_and_method_are_problems(site: Site) -> None:
    assert site.ask("/nothing").status == 404
    refused = site.ask("/collections", method="DELETE")
    assert refused.status == 405
    assert "GET" in refused.headers["allow"]
    assert refused.media_type == "application/problem+json"
