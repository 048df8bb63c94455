"""Layers that other people made are served whole: no fault, nothing lost, in any format, from both stores."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml
from flask.testing import FlaskClient
from PIL import Image
from server.foreign_layers import LAYERS, configuration, curved, write_database, write_file

from estran.server.app import create_app

LAMBERT = "http://www.opengis.net/def/crs/EPSG/0/3946"
STORES = ["geopackage", pytest.param("postgis", marks=pytest.mark.component("postgis"))]
SOLID = 1_842_000.0, 5_176_000.0


@pytest.fixture(scope="module", params=STORES)
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("foreign")
    if request.param == "postgis":
        location = write_database(request.getfixturevalue("kept_postgis"))
    else:
        write_file(folder / "layers.gpkg")
        location = "layers.gpkg"
    path = folder / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(configuration(location), allow_unicode=True), encoding="utf-8")
    with create_app(path).test_client() as made:
        yield made


def ok(client: FlaskClient, path: str) -> Any:
    with client.get(path) as response:
        assert response.status_code == 200, (path, response.text[:500])
        assert response.data is not None
        return response


def read(client: FlaskClient, path: str, name: str, folder: Path) -> gpd.GeoDataFrame:
    file = folder / f"read.{name}"
    file.write_bytes(ok(client, path).data)
    return gpd.read_parquet(file) if name == "parquet" else gpd.read_file(file)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_is_in_every_format(client: FlaskClient, layer: str, tmp_path: Path) -> None:
    expected = LAYERS[layer]()
    for crs in ("", f"&crs={LAMBERT}" if layer != "edge" and layer != "empty" else ""):
        for name in ("json", "jsonfg"):
            document = ok(client, f"/collections/{layer}/items?limit=100&f={name}{crs}").get_json()
            assert document["numberMatched"] == len(document["features"]) == len(expected)
        for name in ("gpkg", "fgb", "parquet"):
            frame = read(client, f"/collections/{layer}/items?limit=100&f={name}{crs}", name, tmp_path)
            assert sorted(frame.get("ref", [])) == sorted(expected["ref"]), name
            assert layer != "solids" or frame.geometry.has_z.all()
        rows = csv.DictReader(
            io.StringIO(ok(client, f"/collections/{layer}/items?limit=100&f=csv{crs}").text)
        )
        assert sum(bool(row["WKT"]) for row in rows) == np.sum(~shapely.is_missing(expected.geometry.array))
        ok(client, f"/collections/{layer}/items?limit=100&f=xlsx{crs}")
        ok(client, f"/collections/{layer}/items?limit=100&f=html{crs}")
    for name in ("gpkg", "fgb", "parquet"):
        whole = read(client, f"/collections/{layer}/download?f={name}", name, tmp_path)
        assert len(whole) == len(expected)
        assert whole.crs.to_epsg() == expected.crs.to_epsg()


@pytest.mark.parametrize("layer", LAYERS)
def test_pages_maps_styles_and_tiles_of_a_layer(client: FlaskClient, layer: str) -> None:
    base = f"/collections/{layer}"
    for path in ("", "/queryables", "/schema", "/styles", "/tiles", f"/styles/{layer}"):
        for language in ("fr", "en"):
            ok(client, f"{base}{path}?f=html&lang={language}")
    for name in ("mbs", "sld10", "sld11", "qml"):
        ok(client, f"{base}/styles/{layer}?f={name}")
    with Image.open(io.BytesIO(ok(client, f"{base}/map?width=200").data)) as picture:
        assert picture.width == 200
        drawn = picture.convert("RGBA").getchannel("A").getextrema()[1] > 0
    assert drawn == (layer != "empty")
    for scheme in ("WebMercatorQuad", "Lambert93Quad") if layer != "empty" else ():
        described = ok(client, f"{base}/tiles/{scheme}?f=json").get_json()
        for level in described["tileMatrixSetLimits"]:
            address = f"{level['tileMatrix']}/{level['minTileRow']}/{level['minTileCol']}"
            assert client.get(f"{base}/tiles/{scheme}/{address}?f=mvt").status_code in {200, 204}
    for identifier in LAYERS[layer]()["ref"]:
        for name in ("json", "jsonfg", "html"):
            ok(client, f"{base}/items/{identifier}?f={name}")


def test_a_map_of_all_layers_whatever_they_reach(client: FlaskClient) -> None:
    """One layer is empty, another goes from pole to pole, a line of a third has no length."""
    assert ok(client, "/map?width=300").content_type == "image/png"
    assert ok(client, f"/map?width=300&collections={','.join(LAYERS)}").content_type == "image/png"


def test_heights_are_kept_to_the_decimal(client: FlaskClient) -> None:
    """The second roof rises from 170.5 to 174.25 + 1; the wall of the fifth is upright, 170 to 180."""
    roof = ok(client, f"/collections/solids/items/s1?crs={LAMBERT}").get_json()["geometry"]
    x, y = SOLID
    assert roof["coordinates"] == [
        [
            [
                [x + 30, y, 170.5],
                [x + 50, y, 170.5],
                [x + 50, y + 10, 175.25],
                [x + 30, y + 10, 175.25],
                [x + 30, y, 170.5],
            ]
        ]
    ]
    wall = ok(client, f"/collections/solids/items/s4?crs={LAMBERT}").get_json()["geometry"]["coordinates"][1][
        0
    ]
    assert [point[2] for point in wall] == [170, 170, 180, 180, 170]


def test_arcs_facets_and_measures_are_read(client: FlaskClient) -> None:
    """The disc has an area of 100 pi; of short lines, 32 to a quarter, 100 x 64 x sin(2 pi / 128) = 313.9."""
    made = dict(zip(curved()["ref"], curved().geometry, strict=True))
    found = {
        feature["id"]: feature["geometry"]
        for feature in ok(client, f"/collections/curved/items?crs={LAMBERT}").get_json()["features"]
    }
    assert shapely.from_geojson(str(found["disc"]).replace("'", '"')).area == pytest.approx(314.0, abs=0.2)
    facets = shapely.from_geojson(str(found["facets"]).replace("'", '"'))
    assert facets.has_z
    assert shapely.equals_exact(facets, shapely.orient_polygons(made["facets"]), 1e-3)
    assert found["measured"] == {
        "type": "LineString",
        "coordinates": [[SOLID[0], SOLID[1]], [SOLID[0] + 10, SOLID[1]]],
    }
    assert found["measured-high"]["coordinates"] == [
        [SOLID[0], SOLID[1], 170],
        [SOLID[0] + 10, SOLID[1], 180],
    ]


def test_values_keep_their_type_and_their_nulls(client: FlaskClient) -> None:
    features = ok(client, "/collections/medley/items?limit=100&sortby=limit").get_json()["features"]
    first, second, third = (feature["properties"] for feature in features[:3])
    assert first["Nom d'usage"] == "L'Île-d'Yeu \"x\" <b>&amp;</b>"
    assert (first["select"], first["part"], first["ouvert"]) == (2**53 + 1, 0.1, True)
    assert (first["jour"], first["vu"]) == ("0001-01-01", "1969-07-20T20:17:40Z")
    assert (second["select"], second["part"], second["jour"]) == (-(2**63), None, "9999-12-31")
    assert {third[name] for name in ("Nom d'usage", "select", "ouvert", "jour", "vu")} == {None}
    assert [feature["geometry"] is None for feature in features] == [False] * 12 + [True] * 3
    page = ok(client, "/collections/medley/items?f=html&limit=100").text
    assert "<b>&amp;</b>" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("bbox=4,45,5,46", 12),
        ("bbox=4,45,0,5,46,400", 12),
        ("filter=S_WITHIN(geom,BBOX(4,45,5,46))", 12),
        ("filter=S_DISJOINT(geom,BBOX(4,45,5,46))", 3),
        ("filter=S_CROSSES(geom,LINESTRING(4 45,4 46))", 0),
        ("filter=\"Nom d'usage\" LIKE 'L''%25'", 1),
        ('filter="limit" >= 13', 2),
        ('filter="select" = 9007199254740993', 1),
        ("datetime=../2000-01-01T00:00:00Z", 1),
        ("ouvert=true", 13),
        ("jour=9999-12-31", 1),
    ],
)
def test_odd_columns_and_broken_shapes_are_filtered(client: FlaskClient, query: str, found: int) -> None:
    document = ok(client, f"/collections/medley/items?limit=100&{query}").get_json()
    assert document["numberMatched"] == found == len(document["features"])


def test_lists_are_lists_in_the_schemas_the_features_and_the_filters(client: FlaskClient) -> None:
    place = "/collections/lists"
    for document in ("schema", "queryables"):
        known = ok(client, f"{place}/{document}?f=json").get_json()["properties"]
        found = {name: (known[name]["type"], known[name]["items"]) for name in ("mots", "niveaux", "parts")}
        assert found == {
            "mots": ("array", {"type": "string"}),
            "niveaux": ("array", {"type": "integer"}),
            "parts": ("array", {"type": "number"}),
        }
    assert set(ok(client, f"{place}/sortables?f=json").get_json()["properties"]) == {"ref"}
    features = ok(client, f"{place}/items?f=json").get_json()["features"]
    assert [each["properties"]["mots"] for each in features] == [None, ["bois", "l'été"], ["bois"], []]
    assert features[1]["properties"]["parts"] == [0.25, 1.0]
    assert ok(client, f"{place}/items/l%2F3%20%C3%A9?f=json").get_json()["properties"]["niveaux"] == [1, 0, 1]
    for asked, refs in (
        ("A_CONTAINS(mots,('bois'))", ["l0", "l1"]),
        ("A_EQUALS(niveaux,(1,0))", ["l/3 é", "l0"]),
        ("A_OVERLAPS(parts,(0.25,7))", ["l0"]),
        ("NOT A_CONTAINEDBY(parts,(1))", ["l0"]),
    ):
        found = ok(client, f"{place}/items?f=json&filter={asked}").get_json()
        assert [each["id"] for each in found["features"]] == refs, asked
    with client.get(f"{place}/items?f=json&filter=A_CONTAINS(ref,('l0'))&lang=fr") as refused:
        assert refused.status_code == 400
        assert "ref n'est pas un tableau" in refused.text
    with client.get(f"{place}/items?f=json&mots=bois") as refused:
        assert refused.status_code == 400
        assert "A_CONTAINS(mots" in refused.text
    declared = ok(client, "/conformance?f=json").get_json()["conformsTo"]
    assert "http://www.opengis.net/spec/cql2/1.0/conf/array-functions" in declared


def test_an_identifier_with_a_slash_has_an_address(client: FlaskClient) -> None:
    place = "/collections/lists/items"
    for name in ("json", "jsonfg", "html"):
        ok(client, f"{place}/l%2F3%20%C3%A9?f={name}")
    found = ok(client, f"{place}/l%2F3%20%C3%A9?f=json")
    links = {link["rel"]: link["href"] for link in found.get_json()["links"] if link["type"] != "text/html"}
    assert links["self"].endswith(f"{place}/l%2F3%20%C3%A9?f=json")
    assert ok(client, f"{place}/l0?f=json").headers["Link"].isascii()
    before = {link["rel"]: link["href"] for link in ok(client, f"{place}/l0?f=json").get_json()["links"]}
    assert before["prev"].endswith(f"{place}/l%2F3%20%C3%A9?f=json")
    with client.get(f"{place}/l%2F4") as absent:
        assert absent.status_code == 404
