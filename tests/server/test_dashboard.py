"""The dashboard: what it asks, how it waits, what it says of what is missing, old, or in doubt."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from territories import OLEMPS, built

from estran.carbon.errors import InvalidInput, Unavailable
from estran.layers.settings import Bilingual
from estran.layers.styles.style import Rule, Style, Symbol
from estran.layers.territory import read_territory
from estran.server import dashboard_calls
from estran.server.app import create_app
from estran.server.dashboard import keeper_of
from estran.server.dashboard_blocks import Board, land, not_counted, trajectory, wetlands
from estran.server.dashboard_calls import Call, Keeper, Outcome, reduced
from estran.server.dashboard_calls import dashboard_calls as calls_of
from estran.server.dashboard_layers import factors_to_review, fresh_layers
from estran.server.dashboard_map import circles, class_of, classes
from estran.server.dashboard_words import Teller

LONG_S = 120.0


@pytest.fixture(scope="module")
def olemps() -> Iterator[FlaskClient]:
    """A client of a real territory of one commune, without targets, wetlands or grid of emissions."""
    with create_app(built(OLEMPS)).test_client() as made:
        yield made


@pytest.fixture(scope="module")
def ready(olemps: FlaskClient) -> dict[str, Any]:
    """The dashboard of that territory once everything is computed; the first answer says that it is not."""
    first = olemps.get("/dashboard?f=json")
    assert first.get_json()["state"] == "computing"
    assert first.headers["Cache-Control"] == "no-store"
    assert "ETag" not in first.headers
    keeper_of(olemps.application.extensions["estran"]).join(LONG_S)
    answer = olemps.get("/dashboard?f=json")
    assert answer.headers["ETag"]
    document: dict[str, Any] = answer.get_json()
    return document


def test_nothing_to_show_is_said(client: FlaskClient) -> None:
    document = client.get("/dashboard?f=json").get_json()
    assert document["state"] == "ready"
    blocks = ("trajectory", "inventory", "land", "wetlands", "buildings")
    assert {document[name]["state"] for name in blocks} == {"empty"}
    page = client.get("/dashboard?f=html&lang=fr").get_data(as_text=True)
    assert page.count("Rien à montrer ici") >= len(blocks)
    english = client.get("/dashboard?f=html&lang=en").get_data(as_text=True)
    assert "this territory has no layer of wetlands" in english


def test_a_broken_layer_is_told_and_a_hidden_one_is_not(client: FlaskClient) -> None:
    layers = {each["id"]: each for each in client.get("/dashboard?f=json").get_json()["layers"]}
    assert not layers["broken"]["ready"]
    assert layers["broken"]["reason"]["fr"]
    assert layers["zones"]["ready"]
    assert layers["zones"]["updated"] <= dt.datetime.now(dt.UTC).date().isoformat()
    assert "secret" not in layers


@pytest.mark.parametrize(("query", "status"), [("commune=75056", 404), ("communes=1", 400)])
def test_what_is_unknown_is_refused(client: FlaskClient, query: str, status: int) -> None:
    answer = client.get(f"/dashboard?f=json&{query}")
    assert answer.status_code == status
    assert answer.get_json()["where"] == query.partition("=")[0]


def test_an_unchanged_page_is_recognised(olemps: FlaskClient, ready: dict[str, Any]) -> None:
    assert ready["state"] == "ready"
    first = olemps.get("/dashboard?f=html&lang=fr")
    again = olemps.get("/dashboard?f=html&lang=fr", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_figures_are_those_of_the_calls(olemps: FlaskClient, ready: dict[str, Any]) -> None:
    for name, figure in (("carbon-stock", "stock"), ("carbon-flux", "flux")):
        call = next(each for each in ready["land"]["calls"] if each["process"] == name)
        answer = olemps.post(f"/processes/{name}/execution", json={"inputs": call["inputs"]}).get_json()
        total = next(each for each in answer["indicators"] if each["id"] == "total")
        assert ready["land"]["whole"][figure] == total
        assert ready["land"]["rows"][0][figure] == total, "one commune is the whole territory"


def test_a_commune_has_its_page_and_its_call(olemps: FlaskClient, ready: dict[str, Any]) -> None:
    (commune,) = ready["communes"]
    document = olemps.get(f"/dashboard?f=json&commune={commune['id']}").get_json()
    assert document["commune"] == commune
    assert document["land"]["calls"][0]["inputs"]["geometry"] == {
        "collection": "communes",
        "ids": [commune["id"]],
    }
    assert document["buildings"]["indicators"] == ready["buildings"]["indicators"]


def test_a_territory_without_targets_or_wetlands_says_so(olemps: FlaskClient, ready: dict[str, Any]) -> None:
    assert ready["trajectory"]["state"] == "empty"
    assert ready["trajectory"]["calls"] == []
    assert "objectif" in ready["trajectory"]["reason"]["fr"]
    assert (ready["wetlands"]["state"], ready["inventory"]["state"]) == ("empty", "empty")
    page = olemps.get("/dashboard?f=html&lang=fr").get_data(as_text=True)
    assert "n’a déclaré ni objectif ni série" in page
    assert "Calcul en cours" not in page.partition("<main")[2].partition("</main>")[0]


def test_what_is_not_counted_is_listed(ready: dict[str, Any]) -> None:
    reasons = {each["block"]: each["reasons"] for each in ready["not_counted"]}
    assert any("eau libre" in group["reason"]["fr"] for group in reasons["stock"])
    assert reasons["buildings"]


class Failing:
    """A manager whose answers are prepared; an error is raised."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.asked = 0

    def execute_process(self, _process: str, _inputs: Any) -> tuple[str, str, bytes, str, dict[str, str]]:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return "", "", json.dumps(answer).encode(), "", {}


ENVELOPE = {"indicators": [], "breakdown": [], "factors": [], "features": None}
CALL = Call("stock", "carbon-stock", {})


def read(keeper: Keeper, version: str = "a") -> Outcome:
    keeper.read(version, [CALL])
    keeper.join(LONG_S)
    return keeper.read(version, [CALL])["stock"]


def test_a_failure_that_may_pass_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Failing([Unavailable("full", "plein"), ENVELOPE])
    keeper = Keeper(manager)
    failed = read(keeper)
    assert (failed.answer, failed.is_final, failed.reason["fr"]) == (None, False, "plein")
    assert manager.asked == 1, "not at once"
    monkeypatch.setattr(dashboard_calls, "RETRY_S", 0.0)
    assert read(keeper).answer is not None


def test_a_refusal_is_final_and_new_data_are_asked_again() -> None:
    manager = Failing([InvalidInput("no", "non"), ENVELOPE])
    keeper = Keeper(manager)
    assert read(keeper).is_final
    assert manager.asked == 1
    assert read(keeper, "b").answer is not None


def figure(value: float | None, half: float | None = None, unit: str = "tC", **more: Any) -> dict[str, Any]:
    low, high = (None, None) if half is None or value is None else (value - half, value + half)
    return {"id": "total", "value": value, "low": low, "high": high, "unit": unit, **more}


def row(item: str, wetland: str | None, value: float | None, reason: str = "") -> dict[str, Any]:
    told = {"fr": reason, "en": reason} if reason else None
    pool = "soil" if item.count("/") == 1 else None
    title = {"fr": item, "en": item}
    return {**figure(value), "item": item, "wetland": wetland, "pool": pool, "area": 2.0, "title": title} | {
        "reason": told
    }


def answered(rows: list[dict[str, Any]], **features: list[dict[str, Any]]) -> Outcome:
    """The outcome of an answer with these rows, and those of each commune."""
    shared = {"indicators": [figure(1.0, 0.5), {**figure(9.0, unit="ha"), "id": "area"}], "factors": []}
    made = [{"id": name, "breakdown": found, **shared} for name, found in features.items()]
    return Outcome(reduced({**shared, "breakdown": rows, "features": made}), {}, True, 0.0)


STYLE = Style(
    id="wetlands",
    title=Bilingual(fr="Zones", en="Wetlands"),
    kind="fill",
    field="type",
    rules=tuple(
        Rule(Bilingual(fr=name, en=name), Symbol("#123456", None), value=name)
        for name in ("meadow", "mudflat", "absent")
    ),
)


def board(commune: str | None = None) -> Board:
    meadow = [row("wetland/meadow", "meadow", 6.0), row("other", None, None, "nothing published")]
    flux = [
        row("wetland/meadow/burial", "meadow", -4.0),
        row("wetland/meadow/ch4", "meadow", None, "no rate"),
        row("wetland/meadow/n2o", "meadow", None, "no rate"),
    ]
    place = {"geometry": {"collection": "communes", "filter": "code IS NOT NULL"}}
    names = ("stock", "flux", "wetlands/meadow", "wetlands/mudflat", "wetlands/absent")
    nothing = Outcome(None, {"fr": "rien", "en": "nothing"}, True, 0.0)
    outcomes = {
        "stock": answered(meadow, a=meadow, b=[]),
        "flux": answered(flux, a=flux, b=[]),
        "wetlands/meadow": answered(meadow),
        "wetlands/mudflat": answered([]),
        "wetlands/absent": nothing,
    }
    calls = {name: Call(name, "carbon-stock", place) for name in names}
    return Board(calls, outcomes, [("a", "A"), ("b", "B")], commune)


def test_wetlands_keep_three_quantities_apart() -> None:
    meadow, mudflat = wetlands(board(), STYLE)["rows"]
    assert (meadow["area"], meadow["held"], meadow["stock"]["value"]) == (2.0, 9.0, 6.0)
    assert (meadow["burial"]["value"], meadow["ch4"]["value"]) == (-4.0, None)
    assert (mudflat["held"], mudflat["area"]) == (9.0, None)
    assert "hors des communes" in mudflat["reason"]["fr"]


def test_a_commune_without_wetland_says_so() -> None:
    (meadow,) = wetlands(board("a"), STYLE)["rows"]
    assert meadow["held"] is None, "the layer is asked about the whole territory only"
    assert wetlands(board("b"), STYLE)["state"] == "empty"


def test_what_is_missing_is_grouped_by_reason() -> None:
    shown = board()
    found = {each["block"]: each["reasons"] for each in not_counted(shown, wetlands(shown, STYLE))}
    assert [len(group["titles"]) for group in found["flux"]] == [2], "methane and N2O, one reason"
    assert found["wetlands"][0]["titles"] == [{"fr": "mudflat", "en": "mudflat"}]


def test_blocks_wait_for_their_own_answers_only() -> None:
    known = board()
    partly = Board(known.calls, {"stock": known.outcomes["stock"]}, known.communes, None)
    assert (land(partly)["state"], land(known)["state"]) == ("computing", "ready")
    assert trajectory(known)["state"] == "empty"


def test_nothing_is_asked_of_a_territory_without_communes(client: FlaskClient) -> None:
    service = client.application.extensions["estran"]
    assert calls_of(service, read_territory(service.config_path)) == ()


@pytest.mark.parametrize(("year", "old"), [(2026, None), (2029, None), (2030, 2024)])
def test_a_vintage_grows_old(client: FlaskClient, year: int, old: int | None) -> None:
    service = client.application.extensions["estran"]
    layers = {each["id"]: each for each in fresh_layers(service, dt.date(year, 1, 1))}
    assert (layers["zones"]["old"], layers["zones"]["partly"]) == (old, False)


def test_factors_come_to_review(client: FlaskClient) -> None:
    territory = read_territory(Path(client.application.extensions["estran"].config_path))
    early = factors_to_review(territory, dt.date(2020, 1, 1))
    late = factors_to_review(territory, dt.date(2100, 1, 1))
    assert (early["due"], late["next"]) == ([], None)
    assert len(late["due"]) == late["count"] > early["next_count"] > 0
    on_the_day = factors_to_review(territory, dt.date.fromisoformat(early["next"]))
    assert len(on_the_day["due"]) == early["next_count"]


def test_classes_hold_every_value() -> None:
    for values in ([0.2, 0.9], [50.0, 51.0, 74.3], [-3.0, 12.0], [5.0] * 3):
        known = classes(values)
        assert 1 <= len(known) <= 5
        for value in values:
            low, high = known[class_of(value, known)]
            assert low <= value <= high


def test_circles_have_areas_in_proportion() -> None:
    radii, sizes = circles({"a": -400.0, "b": 100.0, "c": 0.0})
    assert radii["a"] == pytest.approx(2 * radii["b"])
    assert [size for size, _ in sizes] == [200.0, 40.0]
    assert circles({}) == ({}, [])


def test_words_of_figures() -> None:
    """Width 36,000 gives a step of 1,000; in thousands of tonnes, of 1."""
    teller = Teller("fr")
    amount = figure(160_107.0, 18_000.0)
    scale = teller.scale([amount])
    assert (teller.number(amount, scale), teller.bounds(amount, scale)) == ("160", "[142–178]")
    assert teller.unit(amount, scale) == "ktC"
    assert teller.number(figure(60_292.0, unit="-")) == "60\u202f292"
    assert teller.figure(figure(None)) == "non évalué"
    assert teller.number(amount, scale, "unfit") == "non donné", "only the interval fits the scale"
    assert teller.day("2027-01-01") == "1er janvier 2027"
    assert Teller("en").sentence("it rains") == "It rains."


@pytest.mark.parametrize(
    ("value", "half", "sign"),
    [(5.0, 2.0, "emission"), (-5.0, 2.0, "removal"), (-1.0, 2.0, "unsure"), (None, None, "")],
)
def test_a_sign_is_sure_or_not(value: float | None, half: float | None, sign: str) -> None:
    assert Teller("fr").sign(figure(value, half)) == sign
