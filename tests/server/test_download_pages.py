"""Pages of features in each format: links, media types, and the same choice of features as GeoJSON."""

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pyogrio
import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from shapely.geometry import shape
from werkzeug.http import parse_options_header

from estran.layers.features.encoding.formats import FORMATS

ITEMS = "/collections/zones/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"


def identifiers(name: str, body: bytes, folder: Path) -> list[str]:
    """Return the identifiers in a file, in order, by the software that reads its format."""
    path = folder / f"page.{name}"
    path.write_bytes(body)
    if name == "jsonfg":
        return [feature["id"] for feature in json.loads(body)["features"]]
    if name == "xlsx":
        book = load_workbook(io.BytesIO(body))
        return [str(row[0]) for row in book[book.sheetnames[0]].iter_rows(values_only=True, min_row=2)]
    if name == "parquet":
        return [str(identifier) for identifier in pq.read_table(path)["id"].to_pylist()]
    return list(pyogrio.read_dataframe(path)["id"])


def links(answer: Any) -> dict[str, tuple[str, str]]:
    """Return the address and the media type of each relation of a `Link` header."""
    found = {}
    for text in answer.headers["Link"].split(", <"):
        address, _, rest = text.lstrip("<").partition(">")
        _, options = parse_options_header(f"link{rest}")
        found[options["rel"]] = (address, options.get("type", ""))
    return found


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_is_asked_by_name_or_by_media_type(client: FlaskClient, name: str) -> None:
    media_type = FORMATS[name].media_type
    for answer in (client.get(f"{ITEMS}?f={name}"), client.get(ITEMS, headers={"Accept": media_type})):
        assert answer.status_code == 200
        assert answer.mimetype == media_type
        assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
        kept = "Content-Disposition" in answer.headers
        assert kept == FORMATS[name].is_file
        if kept:
            assert f'filename="zones.{name}"' in answer.headers["Content-Disposition"]
        assert answer.headers["OGC-NumberMatched"] == "5"
        assert links(answer)["license"][0] == "https://example.org/licence"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_next_leads_through_every_feature_in_the_same_format(
    client: FlaskClient, tmp_path: Path, name: str
) -> None:
    address: str | None = f"{ITEMS}?f={name}&limit=2&sortby=-hauteur"
    found: list[str] = []
    pages = 0
    while address:
        answer = client.get(address)
        page = identifiers(name, answer.data, tmp_path)
        found += sorted(page, reverse=True) if name == "fgb" else page
        pages += 1
        known = links(answer)
        assert known["self"][1].startswith(FORMATS[name].media_type)
        address, media_type = known.get("next", ("", FORMATS[name].media_type))
        assert media_type.startswith(FORMATS[name].media_type)
    assert found == ["z4", "z3", "z2", "z1", "z0"]
    assert pages == 3


@pytest.mark.parametrize(
    "query",
    [
        "filter=hauteur > 2",
        "nom=Périgny",
        f"bbox=380090,6569990,380260,6570060&bbox-crs={EPSG}/2154",
        "hauteur=999",
        "properties=nom&skipGeometry=true&sortby=nom",
        f"crs={EPSG}/2154&sortby=-nom",
    ],
)
def test_the_choice_of_features_is_that_of_geojson(client: FlaskClient, tmp_path: Path, query: str) -> None:
    wanted = [feature["id"] for feature in client.get(f"{ITEMS}?{query}&f=json").json["features"]]
    for name in FORMATS:
        found = identifiers(name, client.get(f"{ITEMS}?{query}&f={name}").data, tmp_path)
        assert (sorted(found) if name == "fgb" else found) == (sorted(wanted) if name == "fgb" else wanted)


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet"])
def test_the_crs_asked_is_that_of_the_file(client: FlaskClient, tmp_path: Path, name: str) -> None:
    answer = client.get(f"{ITEMS}?f={name}&crs={EPSG}/3857&limit=1")
    assert answer.headers["Content-Crs"] == f"<{EPSG}/3857>"
    path = tmp_path / f"page.{name}"
    path.write_bytes(answer.data)
    frame = gpd.read_parquet(path) if name == "parquet" else pyogrio.read_dataframe(path)
    assert frame.crs.to_epsg() == 3857
    flat = client.get(f"{ITEMS}?f=json&crs={EPSG}/3857&limit=1").json["features"][0]["geometry"]
    assert frame.geometry[0].equals(shape(flat))


def test_csv_tells_its_crs_and_its_charset(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}?f=csv&crs={EPSG}/2154&limit=1")
    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    assert answer.text.splitlines()[1].endswith(',"EPSG:2154"')


def test_json_fg_has_links_terms_and_schema(client: FlaskClient) -> None:
    document = client.get(f"{ITEMS}?f=jsonfg&limit=2&crs={EPSG}/2154").json
    assert document["attribution"] == "Ville d'essai"
    assert document["numberReturned"] == 2
    assert document["featureType"] == "zones"
    assert document["featureSchema"].endswith("/collections/zones/schema?f=json")
    assert document["coordRefSys"] == f"{EPSG}/2154"
    relations = {link["rel"]: link for link in document["links"]}
    assert relations["self"]["type"] == relations["next"]["type"] == "application/vnd.ogc.fg+json"
    titles = {link["title"] for link in document["links"] if link["rel"] == "alternate"}
    assert "Ces objets en GeoParquet" in titles


def test_one_feature_is_json_fg_too(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}/z1?f=jsonfg&crs={EPSG}/2154")
    assert answer.mimetype == "application/vnd.ogc.fg+json"
    feature = answer.json
    assert feature["type"] == "Feature"
    assert feature["id"] == "z1"
    assert [380_100.0, 6_570_000.0] in feature["place"]["coordinates"][0]
    assert feature["geometry"]["coordinates"][0][0][0] == pytest.approx(-1.147, abs=0.002)
    assert client.get(f"{ITEMS}/z1?f=fgb").status_code == 400
    follow = next(link for link in feature["links"] if link["rel"] == "next")
    assert "f=jsonfg" in follow["href"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_layer_of_another_provider_has_the_formats_too(
    client: FlaskClient, tmp_path: Path, name: str
) -> None:
    answer = client.get(f"/collections/places/items?f={name}&limit=2")
    assert answer.status_code == 200
    assert len(answer.data) > 0
    if name == "jsonfg":
        assert answer.json["features"][0]["properties"]["nom"] == "lieu <0>"


def test_an_unknown_format_is_refused(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}?f=shp")
    assert answer.status_code == 400
    assert "fgb" in answer.json["detail"]
