"""OGC API Tiles over HTTP: definitions, tilesets, tiles, and what a wrong address gets."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate as validate_openapi_document
from PIL import Image

from estran.layers.tiles.matrix_sets import IDS
from estran.server.app import create_app

REL = "http://www.opengis.net/def/rel/ogc/1.0"
# The zones lie from (380,000, 6,570,000) to (380,450, 6,570,050) in Lambert-93. A tile of level 13 of
# Lambert93Quad is 256 m a side, from (-600,000, 7,700,000): column 980,000 / 256 = 3,828.1, row
# (7,700,000 - 6,570,050) / 256 = 4,413.9.
ZONES = "/collections/zones/tiles/Lambert93Quad/12/2206/1914"


def test_tile_matrix_sets_are_listed_and_defined(client: FlaskClient) -> None:
    document = client.get("/tileMatrixSets").get_json()
    assert [listed["id"] for listed in document["tileMatrixSets"]] == list(IDS)
    for listed in document["tileMatrixSets"]:
        own = next(link["href"] for link in listed["links"] if link["rel"] == "self")
        definition = client.get(own.partition("5000")[2]).get_json()
        assert definition["id"] == listed["id"]
        assert definition["uri"] == listed["uri"]
        assert definition["crs"] == listed["crs"]
        assert len(definition["tileMatrices"]) >= 20
    assert client.get("/TileMatrixSets").get_json() == document
    assert client.get("/tileMatrixSets/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("collection", "kind", "media_type"),
    [("zones", "vector", "application/vnd.mapbox-vector-tile"), ("heights", "map", "image/png")],
)
def test_from_the_collection_to_a_tile(
    client: FlaskClient, collection: str, kind: str, media_type: str
) -> None:
    """Follow the links as a client does: collection, tilesets, tileset, definition, tile."""

    def follow(document: Any, rel: str) -> Any:
        href = next(
            link["href"]
            for link in document["links"]
            if link["rel"] == rel and link["type"] == "application/json"
        )
        return client.get(href.partition("5000")[2]).get_json()

    listed = follow(client.get(f"/collections/{collection}").get_json(), f"{REL}/tilesets-{kind}")
    assert [tileset["dataType"] for tileset in listed["tilesets"]] == [kind] * len(IDS)
    for tileset in listed["tilesets"]:
        described = follow(tileset, "self")
        assert described["crs"] == tileset["crs"]
        definition = follow(described, f"{REL}/tiling-scheme")
        assert definition["uri"] == described["tileMatrixSetURI"]
        levels = {level["id"]: level for level in definition["tileMatrices"]}
        template = next(link for link in described["links"] if link["rel"] == "item")
        assert template["type"] == media_type
        for reached in described["tileMatrixSetLimits"]:
            level = levels[reached["tileMatrix"]]
            assert 0 <= reached["minTileRow"] <= reached["maxTileRow"] < level["matrixHeight"]
            assert 0 <= reached["minTileCol"] <= reached["maxTileCol"] < level["matrixWidth"]
        last = described["tileMatrixSetLimits"][-1]
        href = (
            template["href"]
            .replace("{tileMatrix}", last["tileMatrix"])
            .replace("{tileRow}", str(last["minTileRow"]))
            .replace("{tileCol}", str(last["minTileCol"]))
        )
        tile = client.get(href.partition("5000")[2])
        assert tile.status_code in {200, 204}
        if tile.status_code == 200:
            assert tile.content_type == media_type


def test_a_vector_tile_holds_the_features(client: FlaskClient) -> None:
    response = client.get(ZONES)
    layers = mapbox_vector_tile.decode(response.get_data())
    assert list(layers) == ["zones"]
    found = {feature["properties"]["id"]: feature["properties"] for feature in layers["zones"]["features"]}
    assert found["z2"] == {"id": "z2", "nom": "Périgny", "hauteur": 3.0}
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_tile_is_validated_and_kept(client: FlaskClient) -> None:
    first = client.get(ZONES)
    again = client.get(ZONES)
    assert again.get_data() == first.get_data()
    tag = first.headers["ETag"]
    assert client.get(ZONES, headers={"If-None-Match": tag}).status_code == 304
    assert client.head(ZONES).headers["ETag"] == tag


def test_what_is_left_out_is_said(client: FlaskClient) -> None:
    # At level 0 of web maps the five zones fall in one pixel of 39 km.
    response = client.get("/collections/zones/tiles/WebMercatorQuad/0/0/0")
    assert response.headers["Estran-Tile-Dropped"] == "4"
    assert "Estran-Tile-Dropped" not in client.get(ZONES).headers


def test_a_tile_without_features_is_no_content(
    territory: Callable[[dict[str, Any]], Path], configuration: dict[str, Any]
) -> None:
    """Zoom 22 is level 18: tiles of 8 m. The second gap goes from 380,150 to 380,200.

    Column (380,172 + 600,000) / 8 = 122,521 goes from 380,168 to 380,176; row
    (7,700,000 - 6,570,020) / 8 = 141,247.
    """
    configuration["resources"]["zones"]["estran"]["tiles"] = {"min_zoom": 12, "max_zoom": 22}
    with create_app(territory(configuration)).test_client() as client:
        levels = client.get("/collections/zones/tiles/Lambert93Quad").get_json()["tileMatrixSetLimits"]
        assert [levels[0]["tileMatrix"], levels[-1]["tileMatrix"]] == ["8", "18"]
        response = client.get("/collections/zones/tiles/Lambert93Quad/18/141247/122521")
        assert (response.status_code, response.get_data()) == (204, b"")
        assert "Content-Type" not in response.headers
        # Four tiles to the left there is a zone.
        assert client.get("/collections/zones/tiles/Lambert93Quad/18/141247/122517").status_code == 200


def test_tiles_can_be_switched_off(
    territory: Callable[[dict[str, Any]], Path], configuration: dict[str, Any]
) -> None:
    configuration["resources"]["zones"]["estran"]["tiles"] = {"enabled": False}
    with create_app(territory(configuration)).test_client() as client:
        assert client.get("/collections/zones/tiles").status_code == 404
        links = client.get("/collections/zones").get_json()["links"]
        assert not any("tilesets" in link["rel"] for link in links)
        assert "/collections/zones/tiles" not in client.get("/openapi").get_json(force=True)["paths"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/collections/zones/tiles/WebMercatorQuad/14/0/0", 404),
        ("/collections/zones/tiles/WebMercatorQuad/99/0/0", 404),
        ("/collections/zones/tiles/WebMercatorQuad/x/0/0", 404),
        ("/collections/zones/tiles/WebMercatorQuad/14/99999999/0", 404),
        ("/collections/zones/tiles/WebMercatorQuad/14/a/0", 400),
        ("/collections/zones/tiles/WebMercatorQuad/14/-1/0", 400),
        ("/collections/zones/tiles/WebMercatorQuad/14/1.5/0", 400),
        ("/collections/zones/tiles/WebMercatorQuad/14/1e3/NaN", 400),
        ("/collections/zones/tiles/nowhere/14/0/0", 404),
        ("/collections/zones/tiles/nowhere", 404),
        ("/collections/zones/map/tiles/nowhere", 404),
        ("/collections/nowhere/tiles", 404),
        ("/collections/secret/tiles", 404),
        ("/collections/places/tiles", 404),
        ("/collections/places/map/tiles/WebMercatorQuad", 404),
        ("/collections/broken/map/tiles", 503),
        (f"{ZONES}?f=png", 400),
        (f"{ZONES}?bbox=1,2,3,4", 400),
        ("/collections/zones/tiles/Lambert93Quad?f=tilejson", 400),
        ("/collections/zones/tiles?limit=3", 400),
    ],
)
def test_a_wrong_address_is_the_fault_of_the_caller(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"


def test_unacceptable_formats_are_406(client: FlaskClient) -> None:
    assert client.get(ZONES, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(ZONES, headers={"Accept": "application/vnd.mapbox-vector-tile"}).status_code == 200


@pytest.mark.parametrize("language", ["fr", "en"])
def test_tilejson_names_the_layer_and_its_fields(client: FlaskClient, language: str) -> None:
    document = client.get(f"/collections/zones/tiles/WebMercatorQuad?f=tilejson&lang={language}").get_json()
    assert document["tilejson"] == "3.0.0"
    (layer,) = document["vector_layers"]
    assert layer["id"] == "zones"
    assert layer["fields"] == {"id": "String", "nom": "String", "hauteur": "Number"}
    assert (document["minzoom"], document["maxzoom"]) == (0, 16)
    assert document["attribution"] == "Ville d'essai"
    west, south, east, north = document["bounds"]
    assert -1.2 < west < east < -1.0
    assert 46.0 < south < north < 46.3
    (template,) = document["tiles"]
    first = template.partition("5000")[2].format(z=0, y=0, x=0)
    assert client.get(first).status_code == 200


def test_a_tileset_describes_its_layer(client: FlaskClient) -> None:
    document = client.get("/collections/zones/tiles/WebMercatorQuad?lang=en").get_json()
    (layer,) = document["layers"]
    assert (layer["id"], layer["dataType"], layer["geometryDimension"]) == ("zones", "vector", 2)
    assert layer["propertiesSchema"]["properties"]["hauteur"]["title"] == "Height"
    assert document["tileMatrixSetURI"].endswith("/WebMercatorQuad")
    assert any(link["rel"] == "license" for link in document["links"])


def test_a_picture_shows_the_grid_and_nothing_beyond(client: FlaskClient) -> None:
    """Cells of 100 m deserve level 7, pixels of 64 m: tile 68/59 goes from (366,656, 6,585,888).

    The grid starts at (380,000, 6,570,000): 208.5 pixels to the right, 248.25 down, and is 31.25 wide.
    """
    response = client.get("/collections/heights/map/tiles/Lambert93Quad/7/68/59")
    assert response.status_code == 200
    picture = Image.open(io.BytesIO(response.get_data())).convert("RGBA")
    assert picture.size == (256, 256)
    alpha = picture.getchannel("A")
    assert alpha.crop((210, 250, 238, 256)).getextrema() == (255, 255)
    assert alpha.crop((0, 0, 256, 247)).getextrema() == (0, 0)
    assert alpha.crop((0, 0, 207, 256)).getextrema() == (0, 0)


def test_features_are_drawn_too(client: FlaskClient) -> None:
    response = client.get(ZONES.replace("/tiles/", "/map/tiles/"))
    assert response.content_type == "image/png"
    drawn = Image.open(io.BytesIO(response.get_data())).convert("RGBA")
    lowest, highest = drawn.getchannel("A").getextrema()
    assert lowest == 0 < highest


def test_tiles_have_their_pages(client: FlaskClient) -> None:
    for path in (
        "/tileMatrixSets",
        "/tileMatrixSets/Lambert93Quad",
        "/collections/zones/tiles",
        "/collections/zones/tiles/WebMercatorQuad",
        "/collections/zones/tiles/Lambert93Quad",
        "/collections/heights/map/tiles/WebMercatorQuad",
    ):
        for language in ("fr", "en"):
            page = client.get(f"{path}?f=html&lang={language}")
            assert page.status_code == 200, path
            assert f'<html lang="{language}"' in page.get_data(as_text=True)


def test_tiles_are_declared_and_described(client: FlaskClient) -> None:
    classes = client.get("/conformance").get_json()["conformsTo"]
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "png", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in classes
    for name in ("datetime", "xml", "jpeg", "geojson"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" not in classes
    document = client.get("/openapi").get_json(force=True)
    validate_openapi_document(document)
    endings = {
        path: document["paths"][path]["get"]["operationId"].partition(".")[2]
        for path in document["paths"]
        if ("/zones/" in path and "tiles" in path) or path.startswith("/tileMatrixSets")
    }
    tile = "/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"
    assert endings == {
        "/tileMatrixSets": "getTileMatrixSetsList",
        "/tileMatrixSets/{tileMatrixSetId}": "getTileMatrixSet",
        "/collections/zones/tiles": "collection.vector.getTileSetsList",
        "/collections/zones/tiles/{tileMatrixSetId}": "collection.vector.getTileSet",
        f"/collections/zones/tiles{tile}": "collection.vector.getTile",
        "/collections/zones/map/tiles": "collection.map.getTileSetsList",
        "/collections/zones/map/tiles/{tileMatrixSetId}": "collection.map.getTileSet",
        f"/collections/zones/map/tiles{tile}": "collection.map.getTile",
    }


def test_the_tiles_of_the_dataset_hold_a_layer_for_each_collection(client: FlaskClient) -> None:
    """Only `zones` has features of ours; asked for twice, it comes once."""
    listed = client.get("/tiles").get_json()
    assert [one["dataType"] for one in listed["tilesets"]] == ["vector"] * len(IDS)
    described = client.get("/tiles/Lambert93Quad?collections=zones,zones").get_json()
    assert [layer["id"] for layer in described["layers"]] == ["zones"]
    template = next(link["href"] for link in described["links"] if link["rel"] == "item")
    assert template.endswith("?f=mvt&collections=zones,zones")
    own = client.get(ZONES)
    for query in ("", "?collections=zones"):
        whole = client.get(ZONES.replace("/collections/zones", "") + query)
        assert (whole.status_code, whole.data) == (200, own.data)
    tilejson = client.get("/tiles/WebMercatorQuad?f=tilejson").get_json()
    assert [layer["id"] for layer in tilejson["vector_layers"]] == ["zones"]
    assert tilejson["tiles"] == ["http://127.0.0.1:5000/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt"]
    for path, status in (
        ("/tiles?collections=heights", 404),
        ("/tiles?collections=secret", 404),
        ("/tiles/Lambert93Quad/12/0/0", 404),
        ("/tiles/Lambert93Quad/12/2206/x", 400),
        ("/tiles/Nowhere", 404),
    ):
        assert client.get(path).status_code == status, path
    links = client.get("/?f=json").get_json()["links"]
    assert any(link["rel"] == f"{REL}/tilesets-vector" for link in links)
    classes = client.get("/conformance?f=json").get_json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets" in classes
    assert "/tiles/{tileMatrixSetId}" in client.get("/openapi?f=json").get_json()["paths"]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_tiles_of_all_the_layers_have_pages(client: FlaskClient, lang: str) -> None:
    title = {"fr": "Tuiles vectorielles de toutes les couches", "en": "Vector tiles of all the layers"}[lang]
    for path in ("/tiles", "/tiles/WebMercatorQuad", "/tiles/Lambert93Quad"):
        with client.get(f"{path}?f=html&lang={lang}") as page:
            assert (page.status_code, page.mimetype) == (200, "text/html")
            assert title in page.text
            is_web = path != "/tiles/Lambert93Quad"
            assert ("/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt" in page.text) == is_web
            assert ('data-map="tiles"' in page.text) == is_web
    links = client.get("/tiles?f=json").get_json()["links"]
    assert [(link["rel"], link["type"]) for link in links] == [
        ("self", "application/json"),
        ("alternate", "text/html"),
    ]


def test_the_page_of_some_layers_speaks_of_them_alone(client: FlaskClient) -> None:
    name = client.get("/tiles/WebMercatorQuad?f=json").get_json()["layers"][0]["id"]
    page = client.get(f"/tiles?f=html&collections={name}").text
    assert page.count("/tiles?lang=") == 1
    assert f"?f=mvt&amp;collections={name}" in page
