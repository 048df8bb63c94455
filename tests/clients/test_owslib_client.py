"""Does OWSLib, as a Python user would use it, find and read everything?"""

import json

import pytest
from clients.conftest import Server
from owslib.ogcapi.coverages import Coverages
from owslib.ogcapi.features import Features
from owslib.ogcapi.processes import Processes

from estran.processes.catalogue import process_classes


def test_features_are_listed_described_and_read(la_rochelle: Server) -> None:
    service = Features(la_rochelle.url)
    assert set(service.feature_collections()) == {
        "communes",
        "parking",
        "parking-areas",
        "flood-hazard",
        "cycle-network",
        "cadastral-sections",
        "neighbourhoods",
        "buildings",
        "wetlands",
        "factors",
    }
    counts = {
        name: service.collection_items(name, limit=1)["numberMatched"]
        for name in ("communes", "parking", "parking-areas", "flood-hazard", "cadastral-sections")
    }
    assert counts == {
        "communes": 28,
        "parking": 20,
        "parking-areas": 11,
        "flood-hazard": 752,
        "cadastral-sections": 90,
    }
    assert service.collection_item("communes", "17300")["properties"]["nom"] == "La Rochelle"
    assert "population" in service.collection_queryables("communes")["properties"]


def test_every_items_answer_carries_its_terms(la_rochelle: Server) -> None:
    service = Features(la_rochelle.url)
    for name in service.feature_collections():
        page = service.collection_items(name, limit=1)
        assert [link["href"] for link in page["links"] if link["rel"] == "license"], name
        assert page["attribution"], name
        assert page["synthetic"] is (name in ("buildings", "wetlands")), name


def test_pages_follow_each_other_without_gap_or_repeat(la_rochelle: Server) -> None:
    service = Features(la_rochelle.url)
    seen: list[str] = []
    page = service.collection_items("flood-hazard", limit=200)
    while True:
        seen += [feature["id"] for feature in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = la_rochelle.get(following[0].removeprefix(la_rochelle.url))
    assert len(seen) == len(set(seen)) == 752


def test_a_bbox_selects_by_geometry(la_rochelle: Server) -> None:
    """The old port, 1.152 to 1.150 W, 46.156 to 46.157 N, is in La Rochelle alone."""
    service = Features(la_rochelle.url)
    found = service.collection_items("communes", bbox=[-1.152, 46.156, -1.150, 46.157])
    assert [feature["id"] for feature in found["features"]] == ["17300"]


def test_coverages_are_listed_and_read(la_rochelle: Server) -> None:
    service = Coverages(la_rochelle.url)
    assert set(service.coverages()) == {"land-cover", "land-ledger", "emissions", "elevation"}
    window = service.coverage("elevation", subset={"x": (380_000, 380_010), "y": (6_573_200, 6_573_210)})
    metres = json.load(window)["ranges"]["elevation"]
    assert metres["shape"] == [11, 11]
    assert all(0 < value < 40 for value in metres["values"])


def test_carbon_stock_is_described_and_runs(la_rochelle: Server) -> None:
    service = Processes(la_rochelle.url)
    assert {process["id"] for process in service.processes()} == set(process_classes())
    assert len(process_classes()) == 13
    example = service.process("carbon-stock")["example"]
    answer = service.execute("carbon-stock", inputs=example["inputs"])["result"]
    total = next(indicator for indicator in answer["indicators"] if indicator["id"] == "total")
    assert total["low"] < total["value"] < total["high"]
    assert total["unit"] == "tC"


def test_the_28_communes_hold_what_the_tables_say(la_rochelle: Server) -> None:
    """About 1.92 MtC from the same tables without overlays; overlays and shores take 2 % at most."""
    communes = Features(la_rochelle.url).collection_items("communes")["features"]
    codes = [feature["id"] for feature in communes]
    inputs = {"geometry": {"collection": "communes", "ids": codes}}
    answer = Processes(la_rochelle.url).execute("carbon-stock", inputs=inputs)["result"]
    total = next(indicator for indicator in answer["indicators"] if indicator["id"] == "total")
    assert total["value"] == pytest.approx(1.92e6, rel=0.02)
    assert len(answer["features"]) == 28


def test_the_second_territory_answers_with_its_own_data(olemps: Server) -> None:
    service = Features(olemps.url)
    wanted = {"communes", "buildings", "vegetation", "water", "parking-areas"}
    assert set(service.feature_collections()) == wanted
    assert service.collection_items("buildings", limit=1)["numberMatched"] == 2273
    inputs = {"geometry": {"collection": "communes", "ids": ["12174"]}}
    answer = Processes(olemps.url).execute("carbon-stock", inputs=inputs)["result"]
    assert 0.2 < answer["coverage"]["share"] < 0.3
    assert answer["fitness"]["verdict"] == "order-of-magnitude"


def test_every_property_bears_a_title_in_both_languages(la_rochelle: Server, olemps: Server) -> None:
    for server, collections in (
        (la_rochelle, ("communes", "buildings", "wetlands", "land-ledger", "factors", "catalogue")),
        (olemps, ("communes", "buildings", "vegetation", "water", "parking-areas", "land-ledger")),
    ):
        for collection in collections:
            for document in ("schema", "queryables"):
                found = [
                    server.get(f"/collections/{collection}/{document}?f=json&lang={lang}")["properties"]
                    for lang in ("fr", "en")
                ]
                titles = [{name: each.get("title") for name, each in part.items()} for part in found]
                for part in titles:
                    assert [name for name, title in part.items() if title in {None, name}] == [], collection
