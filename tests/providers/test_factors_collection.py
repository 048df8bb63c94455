"""The factors through pygeoapi's own functions: browsed, filtered, sorted, one by one, as CSV."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import request
from providers.served_sites import FLASK, make_api
from pygeoapi.api import APIRequest
from pygeoapi.api.itemtypes import get_collection_items
from pygeoapi.provider.base import ProviderItemNotFoundError, ProviderQueryError

from estran.factors.registry import read_registry
from estran.providers.factors import FactorProvider
from estran.providers.factors_rows import FIELDS
from estran.providers.request import set_parameters

CROP = "soil.stock.cropland.4_1"

CONFIGURATION = """\
estran:
  territory: {id: trial, name: {fr: Essai, en: Trial}}
  data: {recipe: bdtopo, sources: sources, directory: var}
  factors:
    overrides:
      soil.stock.cropland.4_1: {value: 52, reason: local survey}
resources: {}
"""


def definition(**more: object) -> dict[str, Any]:
    return {
        "type": "feature",
        "name": "estran.providers.factors.FactorProvider",
        "data": "estran://factors",
        "id_field": "id",
        "title_field": "title",
        "base_url": "https://example.org/",
        "collection": "factors",
        "licence": {"id": "facts", "title": "Facts", "url": "https://example.org/facts"},
        "attribution": "their authors",
        **more,
    }


def provider(**more: object) -> FactorProvider:
    return FactorProvider(definition(**more))


def found(**asked: Any) -> dict[str, Any]:
    return provider().query(**asked)


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def test_the_collection_holds_every_factor_and_every_gap() -> None:
    page = found(resulttype="hits")
    assert page["numberMatched"] == len(read_registry().entries)
    assert (page["features"], page["numberReturned"]) == ([], 0)
    assert (page["license"], page["attribution"]) == ("facts", "their authors")


def test_a_factor_has_all_its_columns_and_no_geometry() -> None:
    (feature,) = found(properties=[("id", CROP)])["features"]
    assert feature["geometry"] is None
    properties = feature["properties"]
    assert set(properties) == set(FIELDS)
    assert (properties["value"], properties["unit"], properties["kind"]) == (48.0, "tC/ha", "relative")
    assert (properties["checked"], properties["doubt_checked"]) == (True, False)
    assert (properties["table"], properties["row"]) == (
        "soil_carbon_stocks_by_zone",
        "zpc=4_1 class=cropland",
    )
    assert "carbon-stock" in properties["processes"].split(", ")
    assert properties["version"] == read_registry().version


def test_a_gap_has_no_value_and_says_why() -> None:
    (feature,) = found(properties=[("table", "wetlands_blue_carbon"), ("row", "wet038")])["features"]
    assert (feature["properties"]["value"], feature["properties"]["sd"]) == (None, None)
    assert "no value" in feature["properties"]["convention"]


def test_a_day_is_written_as_a_day() -> None:
    (feature,) = found(properties=[("row", "lan017")])["features"]
    assert (feature["properties"]["day"], feature["properties"]["value"]) == ("2026-07-01", None)


@pytest.mark.parametrize(
    ("properties", "words", "expected"),
    [
        ([("unit", "tC/km"), ("row", "department=02")], None, {"hedges.stock.02"}),
        ([("value", "48"), ("id", "soil.stock.*.4_1")], None, {CROP}),
        ([("title", "soil, *CROPLAND, zone 4_1")], None, {CROP}),
        ([("table", "soil_carbon_stocks_by_zone")], "cropland 4_1", {CROP}),
        ([("checked", "false"), ("id", "soil.stock.*")], None, set()),
        ([("id", "soil.stock.cropland")], None, set()),
    ],
)
def test_filters(properties: list[tuple[str, str]], words: str | None, expected: set[str]) -> None:
    page = found(properties=properties, q=words, limit=100)
    assert set(ids(page)) == expected
    assert page["numberMatched"] == len(expected)


def test_a_process_selects_the_factors_it_may_use() -> None:
    page = found(properties=[("processes", "carbon-stock"), ("table", "forest_litter")])
    assert len(ids(page)) == 4
    assert found(properties=[("processes", "carbon")])["numberMatched"] == 0


def test_pages_follow_each_other_and_the_last_has_no_next() -> None:
    table = ("table", "forest_litter")
    first = found(properties=[table], limit=3)
    last = found(properties=[table], limit=3, offset=3)
    assert len(set(ids(first) + ids(last))) == 4
    for page, has_next in ((first, True), (last, False)):
        page["links"].append({"rel": "next", "href": "x"})
        assert ("next" in [link["rel"] for link in page["links"]]) == has_next


def test_order_puts_factors_without_value_last_either_way() -> None:
    table = [("table", "wetlands_blue_carbon")]
    for order in "+-":
        page = found(properties=table, sortby=[{"property": "value", "order": order}], limit=1000)
        values = [feature["properties"]["value"] for feature in page["features"]]
        filled = [value for value in values if value is not None]
        assert None in values
        assert values[: len(filled)] == sorted(filled, reverse=order == "-")


def test_columns_may_be_chosen_and_a_box_selects_nothing() -> None:
    page = found(properties=[("id", CROP)], select_properties=["value", "unit"])
    assert page["features"][0]["properties"] == {"value": 48.0, "unit": "tC/ha"}
    assert found(bbox=[-5, 41, 10, 51])["numberMatched"] == 0


def test_one_factor_leads_to_its_neighbours_and_its_processes() -> None:
    item = provider().get(CROP)
    assert item["properties"]["value"] == 48.0
    assert item["prev"] < CROP < item["next"]
    hrefs = [link["href"] for link in item["links"] if link["rel"] == "related"]
    assert "https://example.org/processes/carbon-stock" in hrefs


def test_a_mean_named_in_an_answer_has_its_page() -> None:
    """Area-weighted mean of the two groups of Olemps, 85.80 tC/ha."""
    item = provider().get("living_biomass.stock.forest_broadleaf.g5+g6")
    assert item["properties"]["value"] == pytest.approx(85.80, abs=0.005)
    assert "prev" not in item


def test_what_cannot_be_asked_is_told() -> None:
    with pytest.raises(ProviderItemNotFoundError, match="nearest"):
        provider().get("soil.stock.cropland.41")
    with pytest.raises(ProviderQueryError, match="unknown query parameter 'colour'"):
        found(properties=[("colour", "red")])
    with pytest.raises(ProviderQueryError, match="checked is a boolean"):
        found(properties=[("checked", "maybe")])


def test_the_territory_shows_what_it_overrides(tmp_path: Path) -> None:
    config = tmp_path / "pygeoapi-config.yml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    properties = provider(config=str(config)).get(CROP)["properties"]
    assert (properties["value"], properties["original"]) == (52.0, 48.0)
    assert (properties["overridden_by"], properties["reason"]) == ("territory", "local survey")
    assert properties["version"] != read_registry().version
    listed = provider(config=str(config)).query(properties=[("overridden_by", "territory")])
    assert ids(listed) == [CROP]
    assert found(properties=[("overridden_by", "territory")])["numberMatched"] == 0


def test_schema_and_domains() -> None:
    media_type, schema = provider().get_schema()
    assert media_type == "application/geo+json"
    columns = schema["properties"]["properties"]["properties"]
    assert (columns["value"]["type"], columns["year"]["type"]) == ("number", "integer")
    assert columns["review_by"]["format"] == "date"
    domains, is_current = provider().get_domains(["kind", "id"])
    assert {"relative", "none", "sd1"} <= set(domains["kind"])
    assert "id" not in domains
    assert is_current


def test_csv_through_the_formatter_of_pygeoapi() -> None:
    api = make_api(definition())
    query = "f=csv&table=forest_litter&properties=id,value,unit"
    with FLASK.test_request_context(f"/factors/items?{query}"):
        asked = APIRequest.from_flask(request, api.locales)
        headers, status, text = get_collection_items(api, asked, "factors")
    assert (int(status), headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert {(row["id"], row["value"], row["unit"]) for row in rows} == {
        (f"litter.stock.forest_{kind}", "9.0", "tC/ha")
        for kind in ("broadleaf", "conifer", "mixed", "poplar")
    }


def test_titles_follow_the_language_of_the_request() -> None:
    with FLASK.test_request_context("/", headers={"Accept-Language": "fr"}):
        assert provider().get(CROP)["properties"]["title"] == "Sol, 0–30 cm : cultures, zone 4_1"
        assert ids(found(properties=[("title", "bois mort : peupl*")], q="FRÂNCE")) == [
            "dead_wood.stock.forest_poplar.france"
        ]
    assert provider().get(CROP)["properties"]["title"] == "Soil, 0–30 cm: cropland, zone 4_1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"id = '{CROP}'", {CROP}),
        ("unit = 'tC/ha' AND value > 47 AND value < 49", None),
        ("CASEI(title) = CASEI('SOIL, 0–30 CM: CROPLAND, ZONE 4_1')", {CROP}),
        ("ACCENTI(title) LIKE ACCENTI('Soil, 0–30 cm: cropland, zone 4_1')", {CROP}),
        (f"checked = TRUE AND id IN ('{CROP}', 'nothing')", {CROP}),
        (f"value IS NULL AND id = '{CROP}'", set()),
        ("S_INTERSECTS(geom, POINT(0 0))", set()),
    ],
)
def test_a_cql2_filter_means_what_it_does_on_a_layer(text: str, expected: set[str] | None) -> None:
    with set_parameters({"filter": text}):
        page = found(limit=1000)
    rows = {feature["id"]: feature["properties"] for feature in page["features"]}
    if expected is None:
        assert rows
        assert all(47 < row["value"] < 49 and row["unit"] == "tC/ha" for row in rows.values())
    else:
        assert set(rows) == expected


def test_a_filter_and_the_other_parameters_hold_together() -> None:
    with set_parameters({"filter": "year >= 2000 AND value > 50"}):
        page = found(properties=[("category", "*"), ("unit", "tC/ha")], q="soil cropland", limit=1000)
    assert page["numberMatched"]
    for feature in page["features"]:
        assert feature["properties"]["value"] > 50
        assert "crop" in feature["properties"]["title"].lower()


def test_a_filter_on_an_unknown_column_is_refused() -> None:
    with set_parameters({"filter": "colour = 'red'"}), pytest.raises(ProviderQueryError, match="colour"):
        found()
