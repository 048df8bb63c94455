"""Features are changed over HTTP, on a GeoPackage and on PostGIS, by whoever shows the token."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml
from server.editable import FEATURE, TOKEN, Site, served, tree

from estran.carbon.errors import InvalidConfiguration
from estran.layers.features.shelves import ASKED
from estran.layers.features.stores import open_feature_store
from estran.server.app import create_app
from estran.server.check import check_configuration
from estran.server.configuration import read_configuration

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"
PATCH = "application/merge-patch+json"
SPEC = "http://www.opengis.net/spec/ogcapi-features-4/1.0"
KINDS = ["geopackage", pytest.param("postgis", marks=pytest.mark.component("postgis"))]


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A layer to change."""
    monkeypatch.setenv("TREE_TOKEN", TOKEN)
    database = request.getfixturevalue("postgis") if request.param == "postgis" else ""
    with served(request.param, tmp_path, database) as made:
        yield made


@pytest.fixture(scope="module", params=KINDS)
def kept_site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A layer that stays as it is, whatever is tried."""
    database = request.getfixturevalue("kept_postgis") if request.param == "postgis" else ""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TREE_TOKEN", TOKEN)
        with served(request.param, tmp_path_factory.mktemp(request.param), database) as made:
            yield made


def test_a_feature_lives_from_creation_to_removal(site: Site) -> None:
    made = site.ask("POST", "/items", tree(code="é 1", height=3, rings=4, alive=True))
    assert (made.status_code, made.data) == (201, b"")
    address = made.headers["Location"]
    assert address.endswith("/collections/trees/items/%C3%A9%201")
    path = address.partition("/collections/trees")[2]
    found = site.ask("GET", f"{path}?f=json")
    document = found.get_json()
    assert document["properties"] == {
        "code": "é 1", "height": 3.0, "rings": 4, "alive": True, "planted": None
    }  # fmt: skip
    ring = sorted(document["geometry"]["coordinates"][0])
    assert ring == [pytest.approx(point, abs=1e-8) for point in sorted(tree()["geometry"]["coordinates"][0])]
    assert site.count() == 3
    inside = site.ask("GET", "/items?f=json&bbox=-1.1501,46.1599,-1.1497,46.1602").get_json()
    assert [feature["id"] for feature in inside["features"]] == ["é 1"]

    changed = site.ask("PUT", path, tree(height=5.5, alive=False), If_Match=found.headers["ETag"])
    assert (changed.status_code, changed.data) == (204, b"")
    assert site.held("é 1")["properties"] == {
        "code": "é 1", "height": 5.5, "rings": None, "alive": False, "planted": None
    }  # fmt: skip
    patched = site.ask("PATCH", path, {"properties": {"rings": 9, "height": None}}, Content_Type=PATCH)
    assert patched.status_code == 204
    assert site.held("é 1")["properties"] == {
        "code": "é 1", "height": None, "rings": 9, "alive": False, "planted": None
    }  # fmt: skip
    assert site.held("é 1")["geometry"] == document["geometry"]
    assert site.ask("DELETE", path).status_code == 204
    assert site.ask("GET", f"{path}?f=json").status_code == 404
    assert site.count() == 2


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Authorization": None}, 'Bearer realm="estran"'),
        ({"Authorization": "Basic c3ByaW5nOnRpZGU="}, 'Bearer realm="estran"'),
        ({"Authorization": "Bearer "}, 'Bearer realm="estran"'),
        ({"Authorization": "Bearer neap-tide-0123456789"}, 'Bearer realm="estran", error="invalid_token"'),
    ],
)
def test_nothing_changes_without_the_token(
    kept_site: Site, headers: dict[str, str | None], reason: str
) -> None:
    for method, path in (
        ("POST", "/items"),
        ("PUT", "/items/oak"),
        ("PATCH", "/items/oak"),
        ("DELETE", "/items/oak"),
    ):
        answer = kept_site.ask(method, path, tree(), **headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, reason)
    assert kept_site.held("oak")["properties"]["height"] == 12.5


def test_a_change_tells_the_new_state(site: Site) -> None:
    """OGC 20-002r1, optimistic-locking-etags: the answer to a change has the tag of the next one."""
    first = site.ask("PUT", "/items/oak", tree(height=1), If_Match=site.tag("oak"))
    then = site.ask("PATCH", "/items/oak", {}, If_Match=first.headers["ETag"], Content_Type=PATCH)
    assert (first.status_code, then.status_code) == (204, 204)
    assert site.tag("oak").strip('"').startswith(then.headers["ETag"].strip('"'))


def test_a_change_is_seen_in_a_layer_that_is_held_whole(site: Site) -> None:
    layers = site.client.application.extensions["estran"].features
    box = "/items?f=json&bbox=-1.1501,46.1599,-1.1497,46.1602"
    for number in range(ASKED):
        assert site.ask("GET", f"{box}&limit={number + 1}").get_json()["numberMatched"] == 0
    until = time.monotonic() + 30
    while not layers.held_count:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert site.held("oak")["properties"]["height"] == 12.5
    assert site.ask("PUT", "/items/oak", tree(height=1), If_Match=site.tag("oak")).status_code == 204
    assert layers.held_count == 1
    assert site.held("oak")["properties"]["height"] == 1
    assert layers.held_count == 0
    assert [each["id"] for each in site.ask("GET", box).get_json()["features"]] == ["oak"]


def test_a_change_from_an_old_state_is_refused(site: Site) -> None:
    tag = site.tag("oak")
    assert site.ask("PUT", "/items/oak", tree(height=1), If_Match=tag).status_code == 204
    for method, body, kind in (
        ("PUT", tree(height=2), FEATURE),
        ("PATCH", {}, PATCH),
        ("DELETE", None, None),
    ):
        stale = site.ask(method, "/items/oak", body, If_Match=tag, Content_Type=kind, Accept_Language="fr")
        assert (stale.status_code, stale.get_json()["where"]) == (412, "If-Match")
        assert "a changé" in stale.get_json()["detail"]
    assert site.held("oak")["properties"]["height"] == 1
    for matching in ("*", f'"other", {site.tag("oak")}'):
        assert site.ask("PATCH", "/items/oak", {}, If_Match=matching, Content_Type=PATCH).status_code == 204
    assert site.ask("DELETE", "/items/oak", If_Match=f"W/{site.tag('oak')}").status_code == 412


def test_the_tag_follows_the_content_and_not_its_neighbours(site: Site) -> None:
    tag = site.tag("oak")
    assert (
        site.ask("PATCH", "/items/ash", {"properties": {"rings": 1}}, Content_Type=PATCH).status_code == 204
    )
    assert site.tag("oak") == tag
    unchanged = site.ask("GET", "/items/oak?f=json", If_None_Match=tag)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    page = site.ask("GET", "/items/oak?f=html").headers["ETag"]
    assert page != tag
    assert site.ask("DELETE", "/items/oak", If_Match=page).status_code == 204


def test_the_state_can_be_required(site: Site) -> None:
    document = yaml.safe_load(site.config.read_text(encoding="utf-8"))
    document["estran"]["editing"]["if_match"] = "required"
    site.config.write_text(yaml.safe_dump(document), encoding="utf-8")
    with create_app(site.config).test_client() as client:
        strict = Site(client, site.location, site.config)
        missing = strict.ask("DELETE", "/items/oak")
        assert (missing.status_code, missing.get_json()["where"]) == (428, "If-Match")
        assert strict.ask("DELETE", "/items/oak", If_Match=strict.tag("oak")).status_code == 204


RING = [[-1.15, 46.16], [-1.1498, 46.16], [-1.1498, 46.1601], [-1.15, 46.16]]


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        (lambda it: it["properties"].update(colour="red"), "properties.colour", "unknown property"),
        (lambda it: it["properties"].update(height="tall"), "properties.height", "type number"),
        (lambda it: it["properties"].update(height=True), "properties.height", "type number"),
        (lambda it: it["properties"].update(rings=1.5), "properties.rings", "type integer"),
        (lambda it: it["properties"].update(rings=2**63), "properties.rings", "type integer"),
        (lambda it: it["properties"].update(alive=1), "properties.alive", "type boolean"),
        (lambda it: it["properties"].update(planted="alien"), "properties.planted", "native, foreign"),
        (lambda it: it["properties"].update(planted={"a": 1}), "properties.planted", "type string"),
        (lambda it: it.update(properties=[]), "properties", "not an object"),
        (lambda it: it.pop("properties"), "properties", "missing"),
        (lambda it: it.pop("geometry"), "geometry", "missing"),
        (lambda it: it.update(height=3), "height", "unknown member"),
        (lambda it: it.update(type="FeatureCollection"), "type", "one GeoJSON Feature"),
        (
            lambda it: it.update(geometry={"type": "Point", "coordinates": [-1.1, 46.1]}),
            "geometry",
            "a Point",
        ),
        (lambda it: it.update(geometry={"type": "Polygon", "coordinates": [[]]}), "geometry", ""),
        (lambda it: it.update(geometry={"type": "Polygon", "coordinates": "x"}), "geometry", "GeoJSON"),
        (lambda it: it.update(geometry={"type": "Circle"}), "geometry", "GeoJSON"),
        (lambda it: it.update(geometry=3), "geometry", "GeoJSON"),
        (
            lambda it: it["geometry"].update(
                coordinates=[[RING[0], RING[2], RING[1], [-1.15, 46.1601], RING[0]]]
            ),
            "geometry",
            "Self-intersection",
        ),
        (lambda it: it["geometry"].update(coordinates=[RING[:3]]), "geometry", "GeoJSON"),
        (
            lambda it: it["geometry"].update(coordinates=[[[x + 380_000, y] for x, y in RING]]),
            "geometry",
            "Content-Crs",
        ),
    ],
)
def test_what_the_layer_cannot_hold_is_refused_with_the_place(
    kept_site: Site, change: Callable[[dict[str, Any]], object], where: str, reason: str
) -> None:
    document = tree(height=1)
    change(document)
    for method, path in (("POST", "/items"), ("PUT", "/items/oak")):
        answer = kept_site.ask(method, path, document, Accept_Language="en")
        problem = answer.get_json()
        assert (answer.status_code, problem["where"]) == (400, where), problem
        assert reason in problem["detail"]
        assert (
            kept_site.ask(method, path, document, Accept_Language="fr").get_json()["detail"]
            != problem["detail"]
        )
    assert kept_site.count() == 2
    assert kept_site.held("oak")["properties"]["height"] == 12.5


@pytest.mark.parametrize(
    ("crs", "ring"),
    [
        (f"<{EPSG}/4326>", [[y, x] for x, y in RING]),
        (f"{EPSG}/4326", [[y, x] for x, y in RING]),
        (f"<{CRS84}>", RING),
        (
            f"<{EPSG}/2154>",
            [[380_500, 6_570_000], [380_520, 6_570_000], [380_520, 6_570_010], [380_500, 6_570_000]],
        ),
    ],
)
def test_coordinates_are_in_the_crs_named(site: Site, crs: str, ring: list[list[float]]) -> None:
    document = tree(code="new")
    document["geometry"]["coordinates"] = [ring]
    assert site.ask("POST", "/items", document, Content_Crs=crs).status_code == 201
    bare = crs.strip("<>")
    found = site.ask("GET", f"/items/new?f=json&crs={bare}").get_json()["geometry"]["coordinates"][0]
    assert sorted(found) == [pytest.approx(point, abs=1e-7) for point in sorted(ring)]


def test_a_crs_that_the_layer_does_not_offer(kept_site: Site) -> None:
    answer = kept_site.ask("POST", "/items", tree(), Content_Crs=f"<{EPSG}/27572>")
    assert (answer.status_code, answer.get_json()["where"]) == (400, "Content-Crs")


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("PUT", "/items/elm", tree(), {}, 404),
        ("DELETE", "/items/elm", None, {}, 404),
        ("PATCH", "/items/elm", {}, {"Content_Type": PATCH}, 404),
        ("POST", "/items", tree(code="oak"), {}, 409),
        ("PUT", "/items/oak", tree(code="elm"), {}, 400),
        ("PATCH", "/items/oak", {"properties": {"code": "elm"}}, {"Content_Type": PATCH}, 400),
        ("PATCH", "/items/oak", {"properties": {"colour": 1}}, {"Content_Type": PATCH}, 400),
        (
            "PATCH",
            "/items/oak",
            {"geometry": {"type": "Point", "coordinates": [0, 0]}},
            {"Content_Type": PATCH},
            400,
        ),
        ("PUT", "/items/oak", b"", {}, 400),
        ("PUT", "/items/oak", b"{", {}, 400),
        ("PUT", "/items/oak", b"[]", {}, 400),
        ("PUT", "/items/oak", tree(), {"Content_Type": "text/plain"}, 415),
        ("PATCH", "/items/oak", tree(), {}, 415),
        ("PUT", "/items/oak?colour=red", tree(), {}, 400),
        ("PUT", "/items/oak", b"x" * 200_000, {}, 413),
    ],
)
def test_requests_that_cannot_be_done(
    kept_site: Site, method: str, path: str, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = kept_site.ask(method, path, body, **headers)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    if status == 415 and method == "PATCH":
        assert answer.headers["Accept-Patch"] == PATCH
    assert kept_site.count() == 2
    assert kept_site.held("oak")["properties"]["height"] == 12.5


def test_what_is_declared(kept_site: Site) -> None:
    classes = kept_site.client.get("/conformance?f=json").get_json()["conformsTo"]
    for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features"):
        assert f"{SPEC}/conf/{name}" in classes
    assert kept_site.ask("OPTIONS", "/items").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert kept_site.ask("OPTIONS", "/items/oak").headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    document = kept_site.client.get("/openapi?f=json").get_json()
    items = document["paths"]["/collections/trees/items"]["post"]
    assert set(items["requestBody"]["content"]) == {"application/json", FEATURE}
    assert {"200", "201", "400", "401", "409", "413", "415"} <= set(items["responses"])
    item = document["paths"]["/collections/trees/items/{featureId}"]
    assert set(item["patch"]["requestBody"]["content"]) == {PATCH}
    for method in ("put", "patch", "delete"):
        assert item[method]["security"] == [{"token": []}]
        assert {"204", "401", "404", "412", "428"} <= set(item[method]["responses"])
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_without_a_token_in_the_environment_all_is_read_only(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TREE_TOKEN")
    with create_app(site.config).test_client() as client:
        closed = Site(client, site.location, site.config)
        assert closed.ask("PUT", "/items/oak", tree()).status_code == 405
        assert closed.ask("POST", "/items", tree()).status_code == 405
        assert closed.ask("OPTIONS", "/items/oak").headers["Allow"] == "GET, HEAD, OPTIONS"
        classes = client.get("/conformance?f=json").get_json()["conformsTo"]
        assert not [name for name in classes if "features-4" in name]


def test_a_short_token_is_an_error(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREE_TOKEN", "tide")
    with pytest.raises(InvalidConfiguration, match="TREE_TOKEN has 4 characters"):
        read_configuration(site.config)
    assert [problem.key for problem in check_configuration(site.config) if problem.is_error] == [
        "estran.editing.token_env"
    ]


def test_the_store_holds_what_was_sent(site: Site) -> None:
    """A polygon is stored as the type of the table, in its CRS, x first."""
    assert site.ask("POST", "/items", tree(code="new")).status_code == 201
    store = open_feature_store(site.location, "trees", "code")
    geometry = store.get("new").feature.geometry
    assert geometry is not None
    assert geometry.geom_type == "Polygon"
    assert shapely.box(379_000, 6_560_000, 381_000, 6_580_000).contains(geometry)


def test_a_kept_answer_is_given_again_until_the_layer_changes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application is not asked again: not for the answer, and not for 304; the headers are the same."""
    application, asked = site.client.application, []
    dispatch = application.full_dispatch_request

    def noted(*given: Any) -> Any:
        asked.append(given)
        return dispatch(*given)

    monkeypatch.setattr(application, "full_dispatch_request", noted)
    get = partial(site.ask, "GET", Authorization=None)
    for path in ("/items?f=json", "/tiles/WebMercatorQuad/14/5818/8139?f=mvt"):
        asked.clear()
        first, second = (get(path, Accept_Encoding="br") for _ in range(2))
        assert (second.status_code, second.data) == (first.status_code, first.data)
        assert list(second.headers) == list(first.headers)
        assert len(asked) == 1
        plain = get(path)
        assert ("Content-Encoding" in plain.headers, len(asked)) == (False, 2)
        for number in range(2):
            held = get(path, If_None_Match=plain.headers["ETag"])
            assert (held.status_code, held.data, held.headers["ETag"]) == (304, b"", plain.headers["ETag"])
            assert held.headers["Vary"] == plain.headers["Vary"], number
        assert len(asked) == 3
        get(path, Range="bytes=0-3")
        assert len(asked) == 4
    before = get("/items?f=json")
    assert site.ask("PUT", "/items/oak", tree(height=1), If_Match=site.tag("oak")).status_code == 204
    after = get("/items?f=json", If_None_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert {each["properties"]["height"] for each in after.get_json()["features"]} == {1, 7.0}
