"""What holds for every address: hidden layers, refusals of formats, of methods, of addresses."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from server.addresses import READ, address

from estran.carbon.errors import NotFound
from estran.layers.territory import read_territory
from estran.server.routes import ROUTES

PROBLEM = "application/problem+json"
UNHEARD = {"Accept": "application/x-unheard-of"}

OF_COLLECTIONS = [(rule, methods) for rule, methods, _ in ROUTES if "<collection>" in rule]


@pytest.mark.parametrize(("rule", "methods"), OF_COLLECTIONS)
def test_a_hidden_collection_is_nowhere(client: FlaskClient, rule: str, methods: tuple[str, ...]) -> None:
    for method in ("GET", "HEAD", *methods):
        answer = client.open(address(rule, collection="secret", style="secret"), method=method)
        unknown = client.open(address(rule, collection="absent", style="absent"), method=method)
        assert answer.status_code == unknown.status_code == 404
        assert answer.get_data(as_text=True).replace("secret", "absent") == unknown.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/openapi", "/collections", "/conformance", "/health", "/styles"])
@pytest.mark.parametrize("form", ["json", "html"])
def test_nothing_tells_of_a_hidden_collection(client: FlaskClient, path: str, form: str) -> None:
    text = client.get(f"{path}?f={form}").get_data(as_text=True)
    assert "secret" not in text
    assert "Caché" not in text


@pytest.mark.parametrize("rule", READ)
def test_a_format_nobody_makes_is_refused(client: FlaskClient, rule: str) -> None:
    collection = "heights" if rule.endswith("/coverage") else "zones"
    answer = client.get(address(rule, collection=collection, style=collection), headers=UNHEARD)
    assert (answer.status_code, answer.content_type) == (406, PROBLEM)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("rule", READ)
def test_another_method_is_refused_with_those_that_answer(client: FlaskClient, rule: str) -> None:
    answer = client.open(address(rule), method="TRACE")
    assert (answer.status_code, answer.content_type) == (405, PROBLEM)
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/nothing", "/collections/zones/nothing", "/processes/hello/nothing"])
def test_an_unknown_address_is_a_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, PROBLEM)


@pytest.mark.parametrize("rule", READ)
def test_json_is_compact(client: FlaskClient, rule: str) -> None:
    answer = client.get(address(rule), headers={"Accept": "application/json, application/schema+json"})
    if answer.is_json:
        assert not re.search(rb'[,:] "|\n', answer.get_data()[:400])


@pytest.mark.parametrize(
    "path", ["/map?collections={}", "/styles/{}", "/styles/{}/legend", "/styles/{}/metadata"]
)
def test_a_hidden_collection_is_not_drawn_either(client: FlaskClient, path: str) -> None:
    answer, unknown = (client.get(path.format(name)) for name in ("secret", "absent"))
    assert answer.status_code == unknown.status_code
    assert answer.status_code in {400, 404}
    assert answer.get_data(as_text=True).replace("secret", "absent") == unknown.get_data(as_text=True)


def test_a_process_may_use_a_hidden_layer_that_a_request_cannot_name(
    configuration: dict[str, Any], territory: Callable[[dict[str, Any]], Path]
) -> None:
    configuration["resources"]["zones"]["visibility"] = "hidden"
    configuration["resources"]["zones"]["estran"]["role"] = "buildings"
    known = read_territory(territory(configuration))
    with pytest.raises(NotFound) as refused:
        known.layer("zones")
    assert "zones" not in str(refused.value).partition("choose")[2]
    assert known.with_role("buildings") is known.layers["zones"]


def test_the_extent_is_the_same_in_the_list_and_alone(client: FlaskClient) -> None:
    listed = client.get("/collections").get_json()["collections"]
    assert {"zones", "heights"} <= {described["id"] for described in listed}
    for described in listed:
        alone = client.get(f"/collections/{described['id']}").get_json()
        assert described["extent"] == alone["extent"]
        assert described["links"] == alone["links"]
