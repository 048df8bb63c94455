"""Abstract tests of OGC API - Features, parts 1 to 3, on every collection of the demonstration.

What a request must select is told by geopandas from the same file, not by the server.
References: OGC 17-069r4, annex A; OGC 18-058r1, annex A; OGC 19-079r2, annex A.
"""

from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
import shapely
from cite.conftest import Answer, Site
from cite.run import ROOT

COLLECTIONS = [
    "communes", "parking", "parking-areas", "flood-hazard", "cycle-network", "cadastral-sections",
    "neighbourhoods", "buildings", "wetlands",
]  # fmt: skip
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"
BOX = (-1.19, 46.13, -1.12, 46.18)
TEXT = ",".join(map(str, BOX))
MARGIN = 1e-5

each_collection = pytest.mark.parametrize("collection", COLLECTIONS)


@cache
def table(collection: str) -> gpd.GeoDataFrame:
    return gpd.read_file(ROOT / "var" / "la-rochelle" / "features.gpkg", layer=collection)


def items(site: Site, collection: str, query: str = "") -> Any:
    return site.get(f"/collections/{collection}/items?{query}").json()


def refused(answer: Answer, status: int = 400) -> str:
    assert (answer.status, answer.media_type) == (status, "application/problem+json"), answer.body[:300]
    return str(answer.json()["detail"])


def test_the_collections_are_these(site: Site) -> None:
    listed = site.get("/collections")
    features = [item["id"] for item in listed.json()["collections"] if item.get("itemType") == "feature"]
    assert features[: len(COLLECTIONS)] == COLLECTIONS
    assert listed.link("self", "application/json").startswith(f"{site.url}/collections")
    assert site.ask(listed.link("alternate", "text/html")).media_type == "text/html"


@each_collection
def test_a_collection_is_described_alike_everywhere(site: Site, collection: str) -> None:
    alone = site.get(f"/collections/{collection}")
    document = alone.json()
    (listed,) = (item for item in site.get("/collections").json()["collections"] if item["id"] == collection)
    for member in ("id", "title", "description", "extent", "crs", "storageCrs", "itemType"):
        assert listed[member] == document[member], member
    assert document["crs"][0] == CRS84
    assert document["storageCrs"] in document["crs"]
    assert len(document["crs"]) == len(set(document["crs"]))
    assert site.ask(alone.link("items", "application/geo+json")).media_type == "application/geo+json"
    for link in document["links"]:
        assert {"rel", "type", "href"} <= link.keys()


@each_collection
def test_the_extent_holds_every_feature(site: Site, collection: str) -> None:
    west, south, east, north = site.get(f"/collections/{collection}").json()["extent"]["spatial"]["bbox"][0]
    bounds = table(collection).to_crs(4326).total_bounds
    assert west <= bounds[0] + MARGIN
    assert south <= bounds[1] + MARGIN
    assert east >= bounds[2] - MARGIN
    assert north >= bounds[3] - MARGIN


@each_collection
def test_a_page_of_features(site: Site, collection: str) -> None:
    answer = site.ask(f"/collections/{collection}/items?limit=3")
    page = answer.json()
    count = len(table(collection))
    assert answer.media_type == "application/geo+json"
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    assert page["type"] == "FeatureCollection"
    assert page["numberReturned"] == len(page["features"]) == min(3, count)
    assert page["numberMatched"] == count
    assert parse_qs(urlsplit(answer.link("self", "application/geo+json")).query)["limit"] == ["3"]
    assert site.ask(answer.link("alternate", "text/html")).media_type == "text/html"
    for feature in page["features"]:
        assert feature["type"] == "Feature"
        assert shapely.geometry.shape(feature["geometry"]).within(shapely.box(-1.5, 45.9, -0.8, 46.4))


@pytest.mark.parametrize("collection", ["communes", "flood-hazard", "wetlands"])
def test_next_links_lead_through_all_features_once(site: Site, collection: str) -> None:
    address, seen = f"/collections/{collection}/items?limit=97&skipGeometry=true", []
    for _ in range(100):
        answer = site.ask(address)
        seen += [feature["id"] for feature in answer.json()["features"]]
        if not any(link["rel"] == "next" for link in answer.json()["links"]):
            break
        address = answer.link("next")
    assert len(seen) == len(set(seen)) == len(table(collection))


@each_collection
def test_limit(site: Site, collection: str) -> None:
    count = len(table(collection))
    assert items(site, collection)["numberReturned"] == min(count, 100)
    assert items(site, collection, "limit=1")["numberReturned"] == 1
    for wrong in ("0", "-1", "ten", "1.5", "", "1&limit=2"):
        refused(site.ask(f"/collections/{collection}/items?limit={wrong}"))


def test_a_limit_above_the_maximum_gives_the_maximum(site: Site) -> None:
    found = items(site, "buildings", "limit=10001&skipGeometry=true")
    assert found["numberReturned"] == min(10_000, found["numberMatched"])


@each_collection
def test_bbox_selects_what_meets_it(site: Site, collection: str) -> None:
    frame = table(collection)
    area = gpd.GeoSeries([shapely.segmentize(shapely.box(*BOX), 0.001)], crs=4326).to_crs(frame.crs).iloc[0]
    expected = int(frame.intersects(area).sum())
    assert items(site, collection, f"bbox={TEXT}&limit=1")["numberMatched"] == expected
    west, south, east, north = BOX
    for box in (
        f"{west},{south},-100,{east},{north},100",
        f"{TEXT}&bbox-crs={CRS84}",
        f"{south},{west},{north},{east}&bbox-crs={EPSG}/4326",
    ):
        assert items(site, collection, f"bbox={box}&limit=1")["numberMatched"] == expected, box


@each_collection
def test_a_bbox_outside_the_data_is_an_empty_page(site: Site, collection: str) -> None:
    for box in (
        "10,10,11,11",
        "2.5,44.3,2.6,44.4",
        f"0,0,1,1&bbox-crs={EPSG}/3857",
        f"0,0,1,1&bbox-crs={EPSG}/2154",
    ):
        page = items(site, collection, f"bbox={box}")
        assert (page["features"], page["numberMatched"], page["numberReturned"]) == ([], 0, 0)


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=",
        "bbox=a,b,c,d",
        "bbox=NaN,46.1,-1.1,46.2",
        "bbox=-1.2,46.1,Infinity,46.2",
        "bbox=-1.2,46.2,-1.1,46.1",
        f"bbox={TEXT}&bbox-crs={EPSG}/99999",
        f"bbox={TEXT}&bbox-crs=nonsense",
        f"bbox={TEXT}&bbox-crs=",
        f"bbox-crs={CRS84}",
        f"crs={EPSG}/99999",
        f"crs={EPSG}/27572",
        "crs=",
        "datetime=nonsense",
        "datetime=2017-13-01",
        "datetime=2018-01-01/2017-01-01",
        "datetime=../..",
        "datetime=",
        "offset=-1",
        "offset=a",
        "after=nonsense",
        "sortby=nothing",
        "properties=nothing",
        "skipGeometry=perhaps",
        "resulttype=other",
        "filter=nothing = 1",
        "filter=nom =",
        "filter=population = 'many'",
        "filter=nom='x'&filter-lang=sql",
        "filter-crs=nothing&filter=nom='x'",
        "population=many",
        "nothing=1",
        "f=shapefile",
    ],
)
def test_what_makes_no_sense_is_400_with_a_reason(site: Site, query: str) -> None:
    assert refused(site.ask(f"/collections/communes/items?{query}"))


@each_collection
def test_an_identifier_of_no_feature(site: Site, collection: str) -> None:
    for wrong in ("nothing", "999999999", "99999999999999999999", "1.5", "-1", "a%2Fb", "%C3%A9"):
        refused(site.ask(f"/collections/{collection}/items/{wrong}"), 404)


def test_an_unknown_collection(site: Site) -> None:
    for path in ("", "/items", "/items/1", "/schema", "/queryables", "/coverage"):
        refused(site.ask(f"/collections/dUmmYColLection{path}"), 404)


@each_collection
def test_one_feature(site: Site, collection: str) -> None:
    feature = items(site, collection, "limit=1")["features"][0]
    answer = site.ask(f"/collections/{collection}/items/{feature['id']}")
    document = answer.json()
    assert answer.media_type == "application/geo+json"
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    for member in ("type", "id", "geometry", "properties"):
        assert document[member] == feature[member]
    assert f"/collections/{collection}/items/{feature['id']}" in answer.link("self", "application/geo+json")
    assert site.ask(answer.link("alternate", "text/html")).media_type == "text/html"
    assert answer.link("collection").endswith(f"/collections/{collection}")


@each_collection
def test_each_crs_of_the_list(site: Site, collection: str) -> None:
    """A feature asked in a CRS lies where geopandas puts it; EPSG:4326 is latitude first."""
    frame = table(collection)
    id_field = next(
        name
        for name, schema in site.get(f"/collections/{collection}/schema").json()["properties"].items()
        if schema.get("x-ogc-role") == "id"
    )
    first = items(site, collection, "limit=1")["features"][0]["id"]
    geometry = frame[frame[id_field].astype(str) == str(first)].geometry
    for crs in site.get(f"/collections/{collection}").json()["crs"]:
        number = 4326 if crs == CRS84 else int(crs.rpartition("/")[2])
        west, south, east, north = geometry.to_crs(number).total_bounds
        expected = (south, west, north, east) if crs == f"{EPSG}/4326" else (west, south, east, north)
        for path in (f"items/{first}?crs={crs}", f"items?limit=1&crs={crs}"):
            answer = site.ask(f"/collections/{collection}/{path}")
            assert answer.headers["content-crs"] == f"<{crs}>"
            document = answer.json()
            found = document["features"][0] if "features" in document else document
            bounds = shapely.geometry.shape(found["geometry"]).bounds
            assert bounds == pytest.approx(expected, abs=2e-2 if number != 4326 else 2e-7)


@each_collection
def test_queryables_and_schema(site: Site, collection: str) -> None:
    for kind in ("queryables", "schema"):
        answer = site.get(f"/collections/{collection}/{kind}")
        document = answer.json()
        assert answer.media_type == "application/schema+json"
        assert document["$schema"].startswith("http")
        assert document["$id"] == f"{site.url}/collections/{collection}/{kind}"
        assert document["type"] == "object"
        assert document["properties"]
    relation = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    assert (
        site.ask(site.get(f"/collections/{collection}").link(relation, "application/schema+json")).status
        == 200
    )


def test_a_property_selects_by_its_name(site: Site) -> None:
    frame = table("flood-hazard")
    for value in frame["alea"].unique():
        assert (
            items(site, "flood-hazard", f"alea={value}&limit=1")["numberMatched"]
            == (frame["alea"] == value).sum()
        )


def test_filters_select_what_geopandas_selects(site: Site) -> None:
    frame = table("communes")
    large = frame["population"] > 5000
    named = frame["nom"].str.startswith("S")
    box = gpd.GeoSeries([shapely.box(*BOX)], crs=4326).to_crs(2154).iloc[0]
    inside = frame.intersects(box)
    place = f"S_INTERSECTS(geometry,BBOX({TEXT}))"
    for text, expected in (
        ("population>5000", large),
        ("NOT (population>5000 OR nom LIKE 'S%25')", ~(large | named)),
        ("population>5000 OR nom LIKE 'S%25' AND population<1000", large),
        (f"{place} AND population>5000", inside & large),
        ("nom='L''Houmeau'", frame["nom"] == "L'Houmeau"),
        ("CASEI(nom)=CASEI('LA ROCHELLE')", frame["nom"] == "La Rochelle"),
        ("nom IN ('Aytré','Yves')", frame["nom"].isin(["Aytré", "Yves"])),
        ("population BETWEEN 1000 AND 2000", frame["population"].between(1000, 2000)),
        ("nom IS NULL", frame["nom"].isna()),
    ):
        answer = site.ask(f"/collections/communes/items?filter={text}&skipGeometry=true")
        assert answer.status == 200, answer.body
        assert sorted(feature["id"] for feature in answer.json()["features"]) == sorted(
            frame[expected]["code_insee"]
        ), text
        assert "filter=" in answer.link("self", "application/geo+json")
