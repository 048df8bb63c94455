"""Does the link of a receipt ask the same question again, and say what changed?"""

import json
import urllib.error
import urllib.request

import pytest
from clients.conftest import Server


def stock(server: Server) -> dict[str, object]:
    body = json.dumps({"inputs": {"geometry": {"collection": "communes", "ids": ["17274"]}}}).encode()
    request = urllib.request.Request(
        f"{server.url}/processes/carbon-stock/execution", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def test_the_link_of_a_receipt_gives_the_same_answer(la_rochelle: Server) -> None:
    answer = stock(la_rochelle)
    link = str(answer["receipt"]["replay"])
    assert link.startswith(f"{la_rochelle.url}/receipts/")
    replayed = la_rochelle.get(link.removeprefix(la_rochelle.url))
    assert replayed["identical"] is True
    assert replayed["changes"] == []
    assert replayed["result"]["receipt"]["hash"] == answer["receipt"]["hash"]
    assert replayed["result"]["indicators"] == answer["indicators"]


def test_a_link_that_was_cut_says_so(la_rochelle: Server) -> None:
    link = str(stock(la_rochelle)["receipt"]["replay"]).removeprefix(la_rochelle.url)
    with pytest.raises(urllib.error.HTTPError) as raised:
        la_rochelle.get(link[:-20])
    assert raised.value.code == 400
    raised.value.close()


def test_the_schema_of_answers_is_published(la_rochelle: Server) -> None:
    assert {"indicators", "coverage", "receipt"} <= set(
        la_rochelle.get("/schemas/envelope.json")["properties"]
    )


def test_the_link_opens_as_a_page(la_rochelle: Server) -> None:
    link = str(stock(la_rochelle)["receipt"]["replay"])
    request = urllib.request.Request(f"{link}?lang=fr", headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=60) as response:
        page = response.read().decode()
    assert "La même question, posée de nouveau" in page
    assert "Rien n’a changé" in page
