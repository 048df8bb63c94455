"""OGC API Styles and the files for QGIS, on the small territory."""

import json
from xml.etree import ElementTree as ET

import pytest


def read(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    return response


def test_every_layer_and_every_process_has_a_style_with_its_languages(client) -> None:
    document = read(client, "/styles").get_json()
    assert [style["id"] for style in document["styles"]] == ["places", "heights", "zones", "process-hello"]
    sheets = [link["type"] for link in document["styles"][2]["links"] if link["rel"] == "stylesheet"]
    assert sheets == [
        "application/vnd.mapbox.style+json",
        "application/vnd.ogc.sld+xml;version=1.1",
        "application/vnd.ogc.sld+xml;version=1.0",
        "application/vnd.qgis.qml",
    ]
    of_zones = read(client, "/collections/zones/styles").get_json()
    assert (of_zones["default"], [style["id"] for style in of_zones["styles"]]) == ("zones", ["zones"])


def test_every_link_of_every_style_answers_with_the_type_it_says(client) -> None:
    for style in read(client, "/styles").get_json()["styles"]:
        for link in style["links"]:
            path = link["href"].partition("://")[2].partition("/")[2]
            answer = read(client, f"/{path}")
            assert answer.content_type.removesuffix("; charset=utf-8") == link["type"], link


def test_a_style_is_chosen_by_f_or_by_accept(client) -> None:
    root = ET.fromstring(read(client, "/styles/zones?f=sld10").data)
    assert root.get("version") == "1.0.0"
    asked = client.get("/styles/zones", headers={"Accept": "application/vnd.ogc.sld+xml"})
    assert asked.content_type == "application/vnd.ogc.sld+xml;version=1.1"
    assert client.get("/styles/zones", headers={"Accept": "image/gif"}).status_code == 406
    read(client, "/styles/zones?f=svg", 400)
    read(client, "/styles/zones?colour=red", 400)
    read(client, "/styles/zone", 404)
    read(client, "/styles/secret", 404)
    read(client, "/styles/broken", 503)
    read(client, "/collections/zones/styles/places", 404)


def test_the_maplibre_document_names_the_tiles_of_this_server(client) -> None:
    document = read(client, "/collections/zones/styles/zones?f=mbs").get_json()
    tiles = document["sources"]["zones"]["tiles"][0]
    assert tiles.endswith("/collections/zones/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt")
    assert document["layers"][0]["source-layer"] == "zones"
    foreign = read(client, "/styles/places").get_json()["sources"]["places"]
    assert "/collections/places/items?f=json" in foreign["data"]


def test_labels_are_in_the_language_asked(client) -> None:
    for language, label in (("fr", "Zones"), ("en", "Zones")):
        answer = read(client, f"/styles/zones/metadata?lang={language}")
        assert answer.headers["Content-Language"] == language
        assert answer.get_json()["legend"][0]["label"] == label
    assert "Lieux" in read(client, "/styles/places/legend?f=svg&lang=fr").get_data(as_text=True)
    assert "Places" in read(client, "/styles/places/legend?f=svg&lang=en").get_data(as_text=True)


def test_a_style_known_to_the_client_is_not_sent_again(client) -> None:
    first = read(client, "/styles/zones?f=qml")
    again = client.get("/styles/zones?f=qml", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_have_the_legend_in_both_languages(client) -> None:
    for path in ("/styles", "/styles/zones", "/styles/zones/metadata", "/styles/zones/legend"):
        for language in ("fr", "en"):
            page = read(client, f"{path}?f=html&lang={language}").get_data(as_text=True)
            assert f'<html lang="{language}">' in page
    page = read(client, "/collections/zones?f=html&lang=fr").get_data(as_text=True)
    assert 'data-map="styled"' in page
    assert 'class="legend"' in page
    assert ">Hauteur</th>" in page
    assert "Ouvrir dans QGIS" in page


def test_the_collection_links_to_its_styles_legend_and_qgis_file(client) -> None:
    links = read(client, "/collections/zones?f=json").get_json()["links"]
    relations = {link["rel"].rpartition("/")[2] for link in links}
    assert {"styles", "stylesheet", "legend"} <= relations
    types = {link.get("type") for link in links}
    assert "application/x-qgis-layer-definition" in types
    landing = json.dumps(read(client, "/?f=json").get_json())
    assert "/styles?f=json" in landing


def test_the_qgis_file_holds_the_address_and_the_style(client) -> None:
    answer = read(client, "/collections/zones/qgis?f=qlr")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="zones.qlr"'
    layer = ET.fromstring(answer.data.partition(b"\n")[2]).find(".//maplayer")
    assert "typename='zones'" in layer.find("datasource").text
    assert layer.find("provider").text == "OAPIF"
    assert layer.find("renderer-v2") is not None
    grid = ET.fromstring(read(client, "/collections/heights/qgis").data.partition(b"\n")[2])
    assert grid.find(".//datasource").text.startswith("/vsicurl/http")
    assert grid.find(".//authid").text == "EPSG:2154"
    whole = ET.fromstring(read(client, "/qgis").data.partition(b"\n")[2])
    assert [layer.find("layername").text for layer in whole.iter("maplayer")] == [
        "Lieux",
        "Zones",
        "Altitudes",
    ]


def test_the_api_document_and_the_conformance_name_the_styles(client) -> None:
    paths = read(client, "/openapi?f=json").get_json()["paths"]
    assert {"/styles", "/styles/{styleId}", "/styles/{styleId}/legend", "/qgis", "/dcat"} <= set(paths)
    assert "/collections/zones/styles/{styleId}" in paths
    classes = read(client, "/conformance?f=json").get_json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/mapbox-styles" in classes
    assert "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core" in classes


@pytest.mark.parametrize("path", ["/styles", "/qgis", "/dcat", "/collections/catalogue/items"])
def test_only_reading_is_possible(client, path) -> None:
    assert client.post(path).status_code == 405


def test_a_process_links_to_the_style_of_its_result(client) -> None:
    links = read(client, "/processes/hello?f=json").get_json()["links"]
    sheets = [link["href"] for link in links if link["rel"] == "stylesheet"]
    assert len(sheets) == 4
    assert all("/styles/process-hello?f=" in href for href in sheets)
    drawn = read(client, "/styles/process-hello?f=mbs").get_json()["sources"]["process-hello"]
    assert drawn["data"] == {"type": "FeatureCollection", "features": []}, "who draws the result gives it"
