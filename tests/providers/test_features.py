"""Features through pygeoapi's own functions, under a real Flask request."""

import datetime as dt
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from flask import Flask, request
from pygeoapi.api import API, APIRequest, get_collection_schema
from pygeoapi.api.itemtypes import get_collection_item, get_collection_items, get_collection_queryables
from pyproj import Transformer

from estran.layers.features.writing import write_table
from estran.providers.errors import LayerUnavailable
from estran.providers.features import FeatureProvider

EPSG = "http://www.opengis.net/def/crs/EPSG/0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
BASE = "https://carbon.example/api"
FLASK = Flask(__name__)
LICENCE = {
    "id": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}

Ask = Callable[..., tuple[dict[str, str], int, dict[str, Any]]]


def lambert(longitude: float, latitude: float) -> tuple[float, float]:
    x, y = Transformer.from_crs(4326, 2154, always_xy=True).transform(longitude, latitude)
    return x, y


def mercator(longitude: float, latitude: float) -> list[float]:
    """Return EPSG:3857 by its formula: IOGP guidance note 7-2, 3.2.1.2, radius 6 378 137 m."""
    north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    return [6_378_137 * math.radians(longitude), 6_378_137 * north]


def sites() -> gpd.GeoDataFrame:
    """Twelve points on a line of latitude 46.16 N, from 1.20 W eastwards every 0.01 degree."""
    count = 12
    return gpd.GeoDataFrame(
        {
            "code": [f"s{number:02}" for number in range(count)],
            "name": ["Périgny" if number % 2 else None for number in range(count)],
            "places": pd.array([number % 4 for number in range(count)], dtype="Int64"),
            "surface": [number / 4 for number in range(count)],
            "built": [dt.date(2000 + number, 1, 1) for number in range(count)],
            "open": [number % 3 == 0 for number in range(count)],
        },
        geometry=[shapely.Point(*lambert(-1.20 + number / 100, 46.16)) for number in range(count)],
        crs=2154,
    )


def definition(path: Path, **changes: Any) -> dict[str, Any]:
    return {
        "type": "feature",
        "name": "estran.providers.features.FeatureProvider",
        "data": str(path),
        "table": "parking-areas",
        "id_field": "code",
        "title_field": "name",
        "time_field": "built",
        "storage_crs": f"{EPSG}/2154",
        "crs": [CRS84, f"{EPSG}/2154", f"{EPSG}/3857", f"{EPSG}/4326"],
        "collection": "parking-areas",
        "base_url": f"{BASE}/",
        "licence": LICENCE,
        "attribution": "Communauté d'agglomération de La Rochelle",
        "vintage": "2017",
        "synthetic": False,
        "field_settings": {
            "places": {"title": {"fr": "Places", "en": "Spaces"}, "unit": "1"},
            "name": {
                "title": {"fr": "Nom", "en": "Name"},
                "codelist": {"Périgny": {"fr": "Périgny", "en": "Périgny"}},
            },
        },
        **changes,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_table(tmp_path / "features.gpkg", "parking-areas", sites(), id_field="code")
    return tmp_path / "features.gpkg"


def make_api(*definitions: dict[str, Any]) -> API:
    return API(
        {
            "server": {
                "url": BASE,
                "languages": ["fr-FR", "en-US"],
                "limits": {"default_items": 5, "max_items": 1000, "on_exceed": "throttle"},
                "map": {"url": "", "attribution": ""},
            },
            "logging": {"level": "ERROR"},
            "metadata": {},
            "resources": {
                made["collection"]: {
                    "type": "collection",
                    "title": {"fr": "Parkings", "en": "Parking areas"},
                    "description": "-",
                    "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
                    "providers": [made],
                }
                for made in definitions
            },
        },
        {},
    )


def asker(api: API) -> Ask:
    def ask(address: str, *, method: str = "GET", body: Any = None, language: str = "en") -> Any:
        parts = urlsplit(address).path.strip("/").split("/")
        with FLASK.test_request_context(
            f"/{address}", method=method, json=body, headers={"Accept-Language": language}
        ):
            asked = APIRequest.from_flask(request, api.locales)
            if parts[-1] == "items":
                answer = get_collection_items(api, asked, parts[0])
            elif parts[-1] == "schema":
                answer = get_collection_schema(api, asked, parts[0])
            elif parts[-1] == "queryables":
                answer = get_collection_queryables(api, asked, parts[0])
            else:
                answer = get_collection_item(api, asked, parts[0], parts[-1])
        headers, status, text = answer
        return headers, int(status), json.loads(text)

    return ask


@pytest.fixture
def ask(path: Path) -> Ask:
    return asker(make_api(definition(path)))


def items(ask: Ask, query: str = "", status: int = 200) -> dict[str, Any]:
    _, code, document = ask(f"parking-areas/items?f=json&{query}")
    assert code == status, document
    return document


def ids(document: dict[str, Any]) -> str:
    return " ".join(feature["id"] for feature in document["features"])


def links(document: dict[str, Any], relation: str) -> list[str]:
    return [link["href"] for link in document["links"] if link["rel"] == relation]


def test_a_page_states_its_terms_and_counts(ask: Ask) -> None:
    page = items(ask, "limit=5")
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (12, 5, 5)
    assert (page["license"], page["vintage"], page["synthetic"]) == ("etalab-2.0", "2017", False)
    assert page["attribution"] == "Communauté d'agglomération de La Rochelle"
    assert links(page, "license") == [LICENCE["url"]]
    assert len(links(page, "self")) == 1
    first = page["features"][0]
    assert first["type"] == "Feature"
    assert first["properties"] == {
        "code": "s00",
        "name": None,
        "places": 0,
        "surface": 0.0,
        "built": "2000-01-01",
        "open": True,
    }


@pytest.mark.parametrize(
    ("crs", "coordinates"),
    [
        ("", [-1.20, 46.16]),
        (CRS84, [-1.20, 46.16]),
        (f"{EPSG}/4326", [46.16, -1.20]),
        (f"{EPSG}/2154", list(lambert(-1.20, 46.16))),
        (f"{EPSG}/3857", mercator(-1.20, 46.16)),
    ],
)
def test_coordinates_are_in_the_crs_asked_and_its_axis_order(
    ask: Ask, crs: str, coordinates: list[float]
) -> None:
    query = f"crs={crs}" if crs else ""
    for headers, _, document in (
        ask(f"parking-areas/items?f=json&limit=1&{query}"),
        ask(f"parking-areas/items/s00?f=json&{query}"),
    ):
        feature = document["features"][0] if "features" in document else document
        precision = 1e-8 if abs(coordinates[0]) < 200 else 1e-2
        assert feature["geometry"]["coordinates"] == pytest.approx(coordinates, abs=precision)
        assert headers["Content-Crs"] == f"<{crs or CRS84}>"


@pytest.mark.parametrize(
    "query",
    [
        "bbox=-1.185,46.155,-1.155,46.165",
        f"bbox=46.155,-1.185,46.165,-1.155&bbox-crs={EPSG}/4326",
        "bbox=-1.185,46.155,-10,-1.155,46.165,10",
        "bbox={:.1f},{:.1f},{:.1f},{:.1f}&bbox-crs=".format(
            *mercator(-1.185, 46.155), *mercator(-1.155, 46.165)
        )
        + f"{EPSG}/3857",
    ],
)
def test_a_bbox_selects_in_each_crs(ask: Ask, query: str) -> None:
    """The points at 1.18, 1.17 and 1.16 W."""
    assert ids(items(ask, query)) == "s02 s03 s04"


def test_a_bbox_in_the_storage_crs(ask: Ask) -> None:
    x, y = lambert(-1.17, 46.16)
    box = f"{x - 10},{y - 10},{x + 10},{y + 10}"
    assert ids(items(ask, f"bbox={box}&bbox-crs={EPSG}/2154")) == "s03"


def test_a_bbox_follows_parallels_and_meridians(tmp_path: Path) -> None:
    """A strip along 46.16 N, 200 m high and 50 km wide, holds points at its middle latitude only.

    In Lambert 93 the strip rises by some 2.6 km from one end to the other: two moved corners would
    make a rectangle that holds the point 1 km north as well.
    """
    points = {"west": (-1.49, 46.16), "east": (-0.91, 46.16), "north": (-1.2, 46.17), "far": (-1.2, 46.15)}
    frame = gpd.GeoDataFrame(
        {"code": list(points)},
        geometry=[shapely.Point(*lambert(*place)) for place in points.values()],
        crs=2154,
    )
    write_table(tmp_path / "t.gpkg", "parking-areas", frame, id_field="code")
    ask = asker(make_api(definition(tmp_path / "t.gpkg", time_field=None)))
    assert ids(items(ask, "bbox=-1.5,46.159,-0.9,46.161")) == "east west"


@pytest.mark.parametrize(
    ("crs", "uri"),
    [
        ("OGC:CRS84", CRS84),
        ("EPSG:4326", f"{EPSG}/4326"),
        ("EPSG:3946", f"{EPSG}/3946"),
        ("EPSG:3857", f"{EPSG}/3857"),
    ],
)
def test_a_layer_stored_in_another_crs(tmp_path: Path, crs: str, uri: str) -> None:
    write_table(tmp_path / "t.gpkg", "parking-areas", sites().to_crs(crs), id_field="code")
    listed = [CRS84, f"{EPSG}/4326", f"{EPSG}/3857", f"{EPSG}/3946", f"{EPSG}/2154"]
    ask = asker(make_api(definition(tmp_path / "t.gpkg", storage_crs=uri, crs=listed)))
    for box in ("bbox=-1.185,46.155,-1.155,46.165", f"bbox=46.155,-1.185,46.165,-1.155&bbox-crs={EPSG}/4326"):
        assert ids(items(ask, box)) == "s02 s03 s04"
    for target, expected in (
        (CRS84, (-1.2, 46.16)),
        (f"{EPSG}/4326", (46.16, -1.2)),
        (f"{EPSG}/2154", lambert(-1.2, 46.16)),
    ):
        place = items(ask, f"limit=1&crs={target}")["features"][0]["geometry"]["coordinates"]
        assert place == pytest.approx(expected, abs=1e-7 if target != f"{EPSG}/2154" else 1e-2)


def test_a_bbox_around_the_world_or_elsewhere(ask: Ask) -> None:
    assert items(ask, "bbox=-180,-90,180,90")["numberMatched"] == 12
    assert items(ask, f"bbox=-90,-180,90,180&bbox-crs={EPSG}/4326")["numberMatched"] == 12
    assert items(ask, "bbox=10,10,11,11")["features"] == []


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("datetime=2003-01-01", "s03"),
        ("datetime=2010-06-01/..", "s11"),
        ("datetime=../2001-12-31", "s00 s01"),
        ("datetime=2004-01-01T00:00:00Z/2005-01-01T00:00:00Z", "s04 s05"),
        ("places=3", "s03 s07 s11"),
        ("open=true&places=2", "s06"),
        ("name=P%C3%A9rigny&limit=2", "s01 s03"),
        ("sortby=-surface&limit=3", "s11 s10 s09"),
        ("sortby=-places,name,-code&limit=4", "s11 s07 s03 s10"),
        ("offset=10", "s10 s11"),
        ("filter=places > 2 AND surface < 1", "s03"),
        ("filter=name IS NULL AND built >= DATE('2010-01-01')", "s10"),
        ("filter=S_INTERSECTS(geometry,BBOX(-1.185,46.155,-1.155,46.165))", "s02 s03 s04"),
        (
            "filter=S_INTERSECTS(geometry,POLYGON((-1.185 46.15,-1.165 46.15,-1.165 46.17,-1.185 46.15)))",
            "s03",
        ),
        (
            "filter=S_INTERSECTS(geometry,POLYGON((46.15 -1.185,46.15 -1.165,46.17 -1.165,46.15 -1.185)))"
            f"&filter-crs={EPSG}/4326",
            "s03",
        ),
    ],
)
def test_selections(ask: Ask, query: str, expected: str) -> None:
    """The triangle holds s03: at 46.16 N it spans from 1.175 W to 1.165 W."""
    page = items(ask, query)
    assert ids(page) == expected


def test_a_filter_in_json(ask: Ask) -> None:
    body = {
        "op": "and",
        "args": [
            {
                "op": "s_intersects",
                "args": [{"property": "geometry"}, {"bbox": [-1.185, 46.155, -1.155, 46.165]}],
            },
            {"op": "=", "args": [{"property": "name"}, "Périgny"]},
        ],
    }
    _, status, document = ask("parking-areas/items?f=json", method="POST", body=body)
    assert (status, ids(document)) == (200, "s03")


def test_properties_and_geometry_are_chosen(ask: Ask) -> None:
    feature = items(ask, "properties=places,open&skipGeometry=true&limit=1")["features"][0]
    assert feature == {
        "type": "Feature",
        "id": "s00",
        "geometry": None,
        "properties": {"places": 0, "open": True},
    }


def test_hits_only_count(ask: Ask) -> None:
    page = items(ask, "resulttype=hits&places=3")
    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (3, 0, [])
    assert links(page, "next") == []


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
