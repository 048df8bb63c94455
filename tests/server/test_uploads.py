"""`POST /place` over HTTP: the file as a form or as the body, the answer, the refusals, the limits."""

import json
from io import BytesIO
from typing import Any

import geopandas as gpd
import pytest
from flask.testing import FlaskClient
from shapely import box
from werkzeug.test import TestResponse

PART = box(-1.15, 46.15, -1.148, 46.151)
DRAWN = json.loads(gpd.GeoSeries([PART]).to_json())
FILE = json.dumps(DRAWN).encode()


def send(client: FlaskClient, query: str, *files: tuple[str, bytes]) -> TestResponse:
    form: dict[str, Any] = {"file": [(BytesIO(content), name) for name, content in files]}
    return client.post(f"/place{query}", data=form, content_type="multipart/form-data")


def test_a_form_gives_the_outlines(client: FlaskClient) -> None:
    response = send(client, "?lang=fr", ("site.geojson", FILE))
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.json
    assert answer["file"] == {"name": "site.geojson", "format": "geojson", "format_title": "GeoJSON"}
    (feature,) = answer["place"]["features"]
    assert feature["properties"]["name"] == "Partie 1"
    assert sorted(map(tuple, feature["geometry"]["coordinates"][0])) == sorted(PART.exterior.coords)


def test_a_body_gives_the_same(client: FlaskClient) -> None:
    form = send(client, "?lang=en", ("site.geojson", FILE)).json
    for kind in ("application/geo+json", "application/octet-stream"):
        body = client.post("/place?lang=en&name=site.geojson", data=FILE, content_type=kind).json
        assert body == form
    assert form["place"]["features"][0]["properties"]["name"] == "Part 1"


def test_what_the_answer_gives_can_be_asked_of_a_process_as_it_is(client: FlaskClient) -> None:
    place = send(client, "", ("site.geojson", FILE)).json["place"]
    assert {"type", "properties", "geometry"} == set(place["features"][0])
    assert place["type"] == "FeatureCollection"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("fr", "enregistrez le plan en DXF"), ("en", "save the plan as DXF")],
)
def test_a_refusal_is_a_problem_with_ways_out(client: FlaskClient, language: str, sentence: str) -> None:
    response = send(client, f"?lang={language}", ("plan.dwg", b"AC1032"))
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    assert response.headers["Content-Language"] == language
    problem = json.loads(response.data)
    assert problem["code"] == "InvalidParameterValue"
    assert problem["reason"] == "unknown-format"
    assert sentence in problem["detail"]
    assert problem["actions"][0]["id"] == "other-file"


def test_too_heavy_says_the_size_and_the_limit(client: FlaskClient) -> None:
    response = send(client, "?lang=fr", ("gros.gpkg", b"\x00" * 300_000))
    assert response.status_code == 413
    problem = json.loads(response.data)
    # The small territory accepts 0.1 MB.
    assert problem["detail"] == (
        "Fichier de 0,3 Mo, limite 0,1 Mo. Simplifiez à 1 m ou n'exportez que le périmètre."
    )
    assert problem["reason"] == "too-heavy"


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("crs=EPSG:99999", "crs"),
        ("swap=oui", "swap"),
        ("keep=both", "keep"),
        ("simplify=nan", "simplify"),
        ("simplify=1000", "simplify"),
        ("classes=[1]", "classes"),
        ("layer=absente", "layer"),
        ("couche=1", "couche"),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, query: str, where: str) -> None:
    response = send(client, f"?{query}", ("site.geojson", FILE))
    assert response.status_code == 400
    assert json.loads(response.data)["where"] == where


def test_a_form_without_file_or_with_too_many(client: FlaskClient) -> None:
    empty = client.post("/place", data={"autre": "x"}, content_type="multipart/form-data")
    assert (empty.status_code, json.loads(empty.data)["where"]) == (400, "file")
    many = send(client, "", *((f"{number}.geojson", b"{}") for number in range(20)))
    assert many.status_code == 400


def test_only_post_is_answered(client: FlaskClient) -> None:
    assert client.get("/place").status_code == 405


def test_the_address_is_described(client: FlaskClient) -> None:
    for language, summary in (("fr", "Contours d'un fichier"), ("en", "Outlines of a file")):
        operation = client.get(f"/openapi?f=json&lang={language}").get_json(force=True)["paths"]["/place"][
            "post"
        ]
        assert operation["summary"] == summary
        assert {"crs", "layer", "swap", "close-lines"} <= {each["name"] for each in operation["parameters"]}
