"""The same receipt gives the same bytes; its link replays it and says what changed."""

from collections.abc import Callable
from typing import Any

import pytest

from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Envelope
from estran.assessments.inputs import ModelRequest
from estran.assessments.receipts import (
    LINK_BYTES,
    ROUTE,
    Ticket,
    changes,
    read_ticket,
    receipt,
    replay,
    with_link,
    written,
)
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.territory import Territory
from estran.processes.carbon_stock import CarbonStock
from estran.processes.replays import replayed_link

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]


def token(answer: Envelope) -> str:
    assert answer.receipt.replay
    route, _, found = answer.receipt.replay.partition("/")
    assert route == ROUTE
    return found


def test_the_same_question_gives_the_same_bytes(ask: Ask, kilometres: Box) -> None:
    one, two = ask(kilometres(0, 0, 4, 2)), ask(kilometres(0, 0, 4, 2))
    assert one.canonical() == two.canonical()
    assert one.receipt == two.receipt


def test_the_same_land_drawn_otherwise_gives_the_same_bytes(ask: Ask) -> None:
    """Another first vertex, and the other direction."""
    ring = [[380_100, 6_570_100], [380_700, 6_570_150], [380_650, 6_571_300], [380_200, 6_571_200]]
    rings = [ring, [*ring[2:], *ring[:2]], ring[::-1]]
    answers = [
        ask({"type": "Polygon", "coordinates": [[*each, each[0]]]}, method="monte-carlo", draws=2_000)
        for each in rings
    ]
    assert len({answer.receipt.hash for answer in answers}) == 1
    assert len({answer.canonical() for answer in answers}) == 1


def test_what_is_mended_shows_in_the_receipt_as_in_the_answer(ask: Ask) -> None:
    """An unclosed ring has a notice: the canonical result differs, so must the receipt."""
    ring = [[380_100, 6_570_100], [380_700, 6_570_150], [380_650, 6_571_300]]
    closed = ask({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
    opened = ask({"type": "Polygon", "coordinates": [ring]})
    assert closed.receipt.hash != opened.receipt.hash
    assert closed.canonical() != opened.canonical()


@pytest.mark.parametrize(
    "inputs",
    [
        {"confidence": 0.95},
        {"method": "monte-carlo"},
        {"method": "monte-carlo", "seed": 1},
        {"deep_salt_marsh": True},
    ],
)
def test_another_question_has_another_receipt(ask: Ask, kilometres: Box, inputs: dict[str, Any]) -> None:
    assert ask(kilometres(1, 1), **inputs).receipt.hash != ask(kilometres(1, 1)).receipt.hash


def test_a_default_said_aloud_is_the_same_question(ask: Ask, kilometres: Box) -> None:
    said = ask(kilometres(1, 1), confidence=0.9, method="analytic", deep_salt_marsh=False)
    assert said.receipt.hash == ask(kilometres(1, 1)).receipt.hash


def test_a_link_replays_the_answer(ask: Ask, tiny_ask: Callable[..., Envelope], kilometres: Box) -> None:
    overrides = {"soil.stock.cropland.4_1": {"value": 52, "reason": "enquête"}}
    answer = ask(kilometres(0, 0, 2, 2), overrides=overrides, method="monte-carlo", draws=2_000)
    ticket = read_ticket(token(answer))
    again = replay(ticket, lambda inputs: tiny_ask(dict(inputs)))
    assert again.changes == ()
    assert again.envelope.canonical() == answer.canonical()


def test_a_replay_says_what_changed(ask: Ask, tiny_ask: Callable[..., Envelope], kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    ticket = read_ticket(token(answer))
    old = ticket.model_copy(
        update={
            "hash": "0" * 64,
            "version": "0.9.0",
            "layers": {"land-ledger": "f" * 64},
            "factors": "0.9.0+000000000000",
            "values": {**ticket.values, "soil.stock.cropland.4_1": 47.0},
            "total": 47.0,
        }
    )
    found = {notice.code: notice for notice in replay(old, lambda inputs: tiny_ask(dict(inputs))).changes}
    assert list(found) == [
        "changed-process-version",
        "changed-layer",
        "changed-factors",
        "changed-factor",
        "changed-total",
    ]
    assert found["changed-layer"].where == "land-ledger"
    assert "47 became 48 tC/ha" in found["changed-factor"].message.en
    assert "47 est devenu 48 tC/ha" in found["changed-factor"].message.fr
    assert "le total passe de 47 tC" in found["changed-total"].message.fr


def test_nothing_changed_for_the_same_hash(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    assert changes(read_ticket(token(answer)), answer) == ()


def test_long_inputs_have_no_link(ask: Ask) -> None:
    """A ring of 4,000 vertices with random digits does not fit in 8 kB."""
    import math

    points = [
        [381_000 + (700 + 50 * math.sin(rank * 12.9898)) * math.cos(angle), 6_571_000 + 700 * math.sin(angle)]
        for rank in range(4_000)
        for angle in [2 * math.pi * rank / 4_000]
    ]
    answer = ask({"type": "Polygon", "coordinates": [[*points, points[0]]]})
    assert answer.receipt.replay is None
    assert answer.receipt.hash


def test_private_inputs_have_no_link(tiny: Territory, kilometres: Box) -> None:
    class Private(CarbonStockRequest):
        is_private = True

    request = read_request(Private, {"geometry": kilometres(0, 0), "crs": 2154})
    assert assess_carbon_stock(request, tiny).receipt.replay is None


def test_the_link_is_not_a_part_of_the_canonical_result(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    request = read_request(CarbonStockRequest, {"geometry": kilometres(0, 0), "crs": 2154})
    changed = answer.model_copy(update={"receipt": with_link(answer.receipt, request, (), None)})
    assert changed.receipt.replay != answer.receipt.replay
    assert changed.canonical() == answer.canonical()


def test_a_token_is_short_and_safe_in_an_address(ask: Ask, kilometres: Box) -> None:
    found = token(ask(kilometres(0, 0)))
    assert len(found) < LINK_BYTES
    assert found.replace("-", "").replace("_", "").isalnum()
    assert written(read_ticket(found)) == found


@pytest.mark.parametrize(
    "damage", ["", "abc", "é", "A" * 50, "../etc/passwd", "eJwDAAAAAAE", "cut", "flipped"]
)
def test_a_damaged_token_is_refused_in_both_languages(ask: Ask, kilometres: Box, damage: str) -> None:
    whole = token(ask(kilometres(0, 0)))
    damaged = {"cut": whole[:-20], "flipped": whole[:40] + "AAAA" + whole[44:]}.get(damage, damage)
    with pytest.raises(InvalidInput) as caught:
        read_ticket(damaged)
    assert caught.value.where == "receipt"
    assert "illisible" in caught.value.fr


def test_a_token_that_unpacks_without_end_is_refused() -> None:
    import base64
    import zlib

    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000, 9)).decode().rstrip("=")
    with pytest.raises(InvalidInput):
        read_ticket(bomb)


def test_a_feature_that_changed_in_its_collection_is_told(ask: Ask, tiny: Territory) -> None:
    """The layer is the same for the ledger, the place reads differently: only the hash says so."""
    answer = ask({"collection": "communes", "ids": ["17300"]}, crs=None)
    ticket = read_ticket(token(answer)).model_copy(update={"hash": "0" * 64})
    found = changes(ticket, answer)
    assert [notice.code for notice in found] == ["changed-place", "changed-total"]


def test_the_link_of_any_process_is_answered(ask: Ask, tiny: Territory, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    again = replayed_link(token(answer), tiny)
    assert again.changes == ()
    assert again.envelope.canonical() == answer.canonical()


def test_a_link_of_an_unknown_process_is_not_found(ask: Ask, tiny: Territory, kilometres: Box) -> None:
    ticket = read_ticket(token(ask(kilometres(0, 0)))).model_copy(update={"process": "carbon-stok"})
    with pytest.raises(NotFound, match="did you mean 'carbon-stock'"):
        replayed_link(written(ticket), tiny)


def test_a_private_process_is_never_replayed(tiny: Territory) -> None:
    ticket = Ticket(hash="", process="mobility-footprint", version="1", inputs={}, layers={}, factors="")
    with pytest.raises(InvalidInput) as caught:
        replayed_link(written(ticket), tiny)
    assert "aucune trace" in caught.value.fr


class Located(ModelRequest):
    """A question that has a geometry and reads no place."""

    geometry: dict[str, Any]
    crs: int | None = None


def test_without_a_place_the_geometry_counts() -> None:
    def made(inputs: dict[str, Any]) -> str:
        request = read_request(Located, inputs)
        return receipt("trial", "1.0.0", request, None, layers={}, factors="1").hash

    here, there = ({"geometry": {"type": "Point", "coordinates": [x, 46.0]}} for x in (-1.0, -1.1))
    assert made(here) == made(dict(here))
    assert made(here) != made(there)
    assert made(here) != made({**here, "crs": 2154})


def test_a_layer_that_changed_is_told_by_its_title_and_its_vintage(ask: Ask, kilometres: Box) -> None:
    answer = ask(kilometres(0, 0))
    ticket = read_ticket(token(answer))
    (name,) = (each.id for each in answer.sources if each.id in ticket.layers)
    old = ticket.model_copy(update={"hash": "0", "layers": {name: "f" * 64, "gone": "f" * 64}})
    found = {notice.where: notice.message for notice in changes(old, answer)}
    assert found[name].fr == f"les données de la couche « {name} » ({name}) ont changé ; millésime 2021"
    assert found[name].en == f"the data of the layer “{name}” ({name}) changed; vintage 2021"
    assert found["gone"].fr == "la couche gone n'est plus lue"
    new = ticket.model_copy(update={"hash": "0", "layers": {}})
    assert "est lue depuis" in next(each.message.fr for each in changes(new, answer) if each.where == name)


def test_a_server_gives_the_whole_address_of_the_replay(tiny: Territory, kilometres: Box) -> None:
    definition = {"name": "x", "config": str(tiny.config_path)}
    inputs = {"geometry": kilometres(0, 0), "crs": 2154}
    bare = CarbonStock(definition).execute(inputs)[1]["receipt"]["replay"]
    whole = CarbonStock({**definition, "base_url": "https://carbone.example"}).execute(inputs)[1]["receipt"]
    assert whole["replay"] == f"https://carbone.example/{bare}"
