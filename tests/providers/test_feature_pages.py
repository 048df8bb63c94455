"""Features through pygeoapi's own functions: pages, single features, schemas, refusals."""

import os
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from providers.served_sites import (
    BASE,
    EPSG,
    LICENCE,
    Ask,
    asker,
    definition,
    ids,
    items,
    lambert,
    links,
    make_api,
    sites,
)

from estran.layers.features.writing import write_table
from estran.providers.errors import LayerUnavailable
from estran.providers.features import FeatureProvider


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("limit=5", 12),
        ("limit=4", 12),
        ("limit=12", 12),
        ("limit=5&sortby=-places", 12),
        ("limit=2&bbox=-1.185,46.155,-1.135,46.165&crs=" + f"{EPSG}/4326", 5),
        ("limit=2&name=P%C3%A9rigny&properties=name&lang=fr", 6),
        ("limit=3&offset=6", 6),
    ],
)
def test_next_links_lead_through_all_features_once(ask: Ask, query: str, count: int) -> None:
    seen: list[str] = []
    address = f"parking-areas/items?f=json&{query}"
    while address:
        _, status, page = ask(address)
        assert status == 200
        assert page["features"]
        seen += [feature["id"] for feature in page["features"]]
        following = links(page, "next")
        assert len(following) <= 1
        assert all(link.startswith(f"{BASE}/collections/parking-areas/items?") for link in following)
        address = following[0].removeprefix(f"{BASE}/collections/") if following else ""
    assert len(seen) == len(set(seen)) == count


def test_next_keeps_what_was_asked(ask: Ask) -> None:
    (following,) = links(items(ask, f"limit=1&name=P%C3%A9rigny&crs={EPSG}/3857&sortby=-code"), "next")
    _, _, page = ask(following.removeprefix(f"{BASE}/collections/"))
    assert ids(page) == "s09"
    assert page["numberMatched"] == 6
    assert page["features"][0]["geometry"]["coordinates"][1] > 5_000_000


def test_outside_a_request_pages_go_by_offset(path: Path) -> None:
    provider = FeatureProvider(definition(path))
    page = provider.query(limit=5, bbox=(300_000, 6_500_000, 500_000, 6_700_000))
    assert page["numberMatched"] == 12
    page["links"].append({"rel": "next", "href": "by offset"})
    assert links(page, "next") == ["by offset"]
    last = provider.query(limit=12)
    last["links"].append({"rel": "next", "href": "by offset"})
    assert links(last, "next") == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("colour=red", "colour"),
        ("q=text", "q"),
        ("places=many", "integer"),
        ("datetime=yesterday", "not a time"),
        ("datetime=2020-01-01/2019-01-01", "not a time"),
        ("after=nonsense", "next"),
        ("bbox=nan,0,1,1", "bbox"),
        ("bbox=1,2,3", "bbox"),
        (f"bbox=1,2,3,4&bbox-crs={EPSG}/32630", "bbox-crs"),
        (f"crs={EPSG}/32630", "not supported"),
        ("filter=colour = 'red'", "colour"),
        ("filter=places = 'red'", "integer"),
        ("filter=S_INTERSECTS(geometry,BBOX(1,2,3))", "BBOX"),
    ],
)
def test_what_makes_no_sense_is_told(ask: Ask, query: str, reason: str) -> None:
    document = items(ask, query, status=400)
    assert reason in document["description"]


def test_errors_speak_the_language_of_the_request(ask: Ask) -> None:
    _, _, french = ask("parking-areas/items?f=json&places=x", language="fr")
    _, _, english = ask("parking-areas/items?f=json&places=x", language="en")
    assert "n'en est pas une" in french["description"]
    assert "is not one" in english["description"]


def test_one_feature(ask: Ask) -> None:
    _, status, feature = ask("parking-areas/items/s01?f=json")
    assert (status, feature["id"], feature["properties"]["name"]) == (200, "s01", "Périgny")
    assert (feature["license"], feature["vintage"], feature["synthetic"]) == ("etalab-2.0", "2017", False)
    assert links(feature, "license") == [LICENCE["url"]]
    assert links(feature, "prev") == [f"{BASE}/collections/parking-areas/items/s00?f=json"]
    assert links(feature, "next") == [f"{BASE}/collections/parking-areas/items/s02?f=json"]
    assert links(ask("parking-areas/items/s00?f=json")[2], "prev") == []


def test_an_unknown_feature(ask: Ask) -> None:
    _, status, document = ask("parking-areas/items/zz?f=json")
    assert (status, document["code"]) == (404, "NotFound")


def test_whole_numbers_as_identifiers(tmp_path: Path) -> None:
    frame = sites().assign(code=range(12))
    write_table(tmp_path / "t.gpkg", "parking-areas", frame, id_field="code")
    ask = asker(make_api(definition(tmp_path / "t.gpkg")))
    assert items(ask, "limit=1")["features"][0]["id"] == 0
    assert ask("parking-areas/items/7?f=json")[2]["id"] == 7
    assert [ask(f"parking-areas/items/{wrong}?f=json")[1] for wrong in ("99", "seven", "1.5")] == [404] * 3


def test_geometries_of_every_kind(tmp_path: Path) -> None:
    origin = lambert(-1.2, 46.16)
    shape = shapely.box(*origin, origin[0] + 10, origin[1] + 10)
    kinds = [
        shapely.GeometryCollection([shapely.Point(*origin), shape]),
        shapely.Point(*origin, 12.5),
        shapely.Polygon(),
        None,
        shape.exterior.reverse(),
    ]
    frame = gpd.GeoDataFrame({"code": list("abcde")}, geometry=kinds, crs=2154)
    write_table(tmp_path / "t.gpkg", "parking-areas", frame, id_field="code")
    page = items(asker(make_api(definition(tmp_path / "t.gpkg", time_field=None))))
    geometries = {feature["id"]: feature["geometry"] for feature in page["features"]}
    assert [part["type"] for part in geometries["a"]["geometries"]] == ["Point", "Polygon"]
    assert geometries["b"]["coordinates"] == pytest.approx([-1.2, 46.16, 12.5])
    assert geometries["c"] is None
    assert geometries["d"] is None
    assert geometries["e"]["type"] == "LineString"


def test_the_schema_has_types_titles_and_units(ask: Ask) -> None:
    _, _, english = ask("parking-areas/schema?f=json")
    _, _, french = ask("parking-areas/schema?f=json", language="fr")
    assert english["properties"]["places"] == {"title": "Spaces", "type": "integer", "x-ogc-unit": "1"}
    assert french["properties"]["places"]["title"] == "Places"
    assert english["properties"]["built"] == {
        "title": "built",
        "type": "string",
        "format": "date",
        "x-ogc-role": "primary-instant",
    }
    assert english["properties"]["code"]["x-ogc-role"] == "id"
    assert english["properties"]["name"]["enum"] == ["Périgny"]
    assert english["properties"]["open"]["type"] == "boolean"
    assert english["properties"]["surface"]["type"] == "number"


def test_queryables_have_the_values_that_exist(ask: Ask) -> None:
    _, _, plain = ask("parking-areas/queryables?f=json")
    assert plain["properties"]["places"]["type"] == "integer"
    assert "enum" not in plain["properties"]["places"]
    _, _, actual = ask("parking-areas/queryables?f=json&profile=actual-domain")
    assert actual["properties"]["places"]["enum"] == [0, 1, 2, 3]


def test_the_schema_of_a_feature_for_openapi(path: Path) -> None:
    media_type, schema = FeatureProvider(definition(path)).get_schema()
    assert media_type == "application/geo+json"
    assert schema["properties"]["properties"]["properties"]["places"]["type"] == "integer"
    assert schema["properties"]["properties"]["additionalProperties"] is False


def test_a_layer_that_cannot_be_read_answers_503_with_the_reason(path: Path) -> None:
    ask = asker(make_api(definition(path)))
    os.truncate(path, 5000)
    for address in (
        "parking-areas/items?f=json",
        "parking-areas/items/s01?f=json",
        "parking-areas/schema?f=json",
    ):
        _, status, document = ask(address)
        assert status == 503
        assert "truncated" in document["description"]


@pytest.mark.parametrize(
    "changes",
    [{"table": "lines"}, {"id_field": "number"}, {"storage_crs": f"{EPSG}/3857"}, {"data": "/no/file"}],
)
def test_a_definition_that_the_file_contradicts(path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(LayerUnavailable) as raised:
        FeatureProvider(definition(path, **changes))
    assert raised.value.estran_error.fr != raised.value.estran_error.en
    assert raised.value.http_status_code == 503
