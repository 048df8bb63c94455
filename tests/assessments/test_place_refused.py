"""Inputs that cannot be used are refused in two languages, with the place of what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.assessments.carbon_stock import CarbonStockRequest
from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.carbon.errors import EstranError, InvalidInput

SQUARE = [[-1.146, 46.156], [-1.138, 46.156], [-1.138, 46.160], [-1.146, 46.160], [-1.146, 46.156]]
BOW_TIE = [[-1.146, 46.156], [-1.138, 46.160], [-1.138, 46.156], [-1.146, 46.160], [-1.146, 46.156]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def features(*geometries: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries],
    }


WRONG: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("bow-tie", {"geometry": polygon(BOW_TIE)}, "geometry.coordinates[0]", "crosses itself", "se croise"),
    (
        "bow-tie in a collection of one",
        {"geometry": features(polygon(BOW_TIE))},
        "geometry.features[0].geometry.coordinates[0]",
        "(-1.142, 46.158",
        "(-1.142, 46.158",
    ),
    (
        "hole outside",
        {"geometry": polygon(SQUARE, [[x + 1, y] for x, y in SQUARE])},
        "geometry.coordinates[1]",
        "several ways",
        "plusieurs façons",
    ),
    (
        "not a number",
        {"geometry": polygon([[float("nan"), 46.1], *SQUARE[1:]])},
        "geometry.coordinates[0][0]",
        "finite",
        "fini",
    ),
    (
        "infinite",
        {"geometry": polygon([*SQUARE[:2], [float("inf"), 46.1], *SQUARE[3:]])},
        "geometry.coordinates[0][2]",
        "finite",
        "fini",
    ),
    (
        "huge integer",
        {"geometry": polygon([[10**400, 46], *SQUARE[1:]])},
        "geometry.coordinates[0][0]",
        "finite",
        "fini",
    ),
    (
        "latitude out of range",
        {"geometry": polygon([[-1.16, 96.14], *SQUARE[1:]])},
        "geometry.coordinates[0][0]",
        "not a longitude and a latitude",
        "n'est pas une longitude et une latitude",
    ),
    (
        "projected without crs",
        {"geometry": polygon([[380000, 6570000], [381000, 6570000], [381000, 6571000], [380000, 6570000]])},
        "geometry.coordinates[0][0]",
        "name their `crs`",
        "nommez leur `crs`",
    ),
    (
        "swapped",
        {"geometry": polygon([[y, x] for x, y in SQUARE])},
        "geometry",
        "swapped",
        "inversés",
    ),
    (
        "degrees said to be metres",
        {"geometry": polygon(SQUARE), "crs": "EPSG:2154"},
        "geometry",
        "in degrees",
        "en degrés",
    ),
    (
        "three positions",
        {"geometry": polygon(SQUARE[:2])},
        "geometry.coordinates[0]",
        "at least 4",
        "au moins 4",
    ),
    (
        "text as coordinate",
        {"geometry": polygon([["-1.16", 46.14], *SQUARE[1:]])},
        "geometry.coordinates[0][0]",
        "must be a number",
        "doit être un nombre",
    ),
    (
        "position of one number",
        {"geometry": polygon([[-1.16], *SQUARE[1:]])},
        "geometry.coordinates[0][0]",
        "list of two numbers",
        "liste de deux nombres",
    ),
    (
        "ring is a number",
        {"geometry": polygon(3)},
        "geometry.coordinates[0]",
        "a list is expected",
        "une liste est attendue",
    ),
    (
        "no coordinates",
        {"geometry": {"type": "Polygon"}},
        "geometry",
        "`coordinates` is missing",
        "`coordinates` manque",
    ),
    (
        "misspelt type",
        {"geometry": {"type": "polygone", "coordinates": []}},
        "geometry",
        "did you mean 'Polygon'?",
        "vouliez-vous dire 'Polygon' ?",
    ),
    (
        "misspelt collection type",
        {"geometry": {"type": "featureCollection", "features": []}},
        "geometry.type",
        "did you mean 'FeatureCollection'?",
        "vouliez-vous dire 'FeatureCollection' ?",
    ),
    ("no type", {"geometry": {}}, "geometry", "GeoJSON", "GeoJSON"),
    ("null", {"geometry": None}, "geometry", "must be an object", "doit être un objet"),
    ("a list", {"geometry": [1, 2]}, "geometry", "must be an object", "doit être un objet"),
    (
        "features not a list",
        {"geometry": {"type": "FeatureCollection", "features": {}}},
        "geometry.features",
        "must be a list",
        "doit être une liste",
    ),
    (
        "feature not a feature",
        {"geometry": {"type": "FeatureCollection", "features": [polygon(SQUARE)]}},
        "geometry.features[0]",
        "must be a GeoJSON Feature",
        "doit être une Feature GeoJSON",
    ),
    (
        "nested collection",
        {
            "geometry": {
                "type": "GeometryCollection",
                "geometries": [{"type": "GeometryCollection", "geometries": [polygon(BOW_TIE)]}],
            }
        },
        "geometry.geometries[0].geometries[0].coordinates[0]",
        "crosses itself",
        "se croise",
    ),
    (
        "crs of a wrong type",
        {"geometry": polygon(SQUARE), "crs": []},
        "crs",
        "must be a text",
        "doit être un texte",
    ),
    (
        "type is a list",
        {"geometry": {"type": ["Polygon"]}},
        "geometry",
        "unknown type",
        "type de géométrie inconnu",
    ),
    ("unknown crs", {"geometry": polygon(SQUARE), "crs": "EPSG:1"}, "crs", "unknown CRS", "SCR inconnu"),
    (
        "two crs",
        {
            "geometry": polygon(SQUARE) | {"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}},
            "crs": "CRS84",
        },
        "crs",
        "keep one CRS",
        "gardez un seul SCR",
    ),
    ("no geometry", {}, "geometry", "is missing", "manque"),
    (
        "misspelt input",
        {"geometri": polygon(SQUARE)},
        "geometri",
        "did you mean 'geometry'?",
        "vouliez-vous dire 'geometry' ?",
    ),
    (
        "misspelt name of an override",
        {"geometry": polygon(SQUARE), "overrides": {"x": {"val": 3, "reason": "y"}}},
        "overrides.x.val",
        "did you mean 'value'?",
        "vouliez-vous dire 'value' ?",
    ),
    (
        "negative override",
        {
            "geometry": polygon(SQUARE),
            "overrides": {"soil.stock.cropland.4_1": {"value": -3, "reason": "y"}},
        },
        "overrides.soil.stock.cropland.4_1",
        "give at least 0",
        "donnez au moins 0",
    ),
    (
        "override without reason",
        {"geometry": polygon(SQUARE), "overrides": {"x": {"value": 3}}},
        "overrides.x.reason",
        "is missing",
        "manque",
    ),
    (
        "confidence",
        {"geometry": polygon(SQUARE), "confidence": 90},
        "confidence",
        "must be at most 0.999; it is 90",
        "doit valoir au plus 0,999 ; la valeur est 90",
    ),
    (
        "wrong type",
        {"geometry": polygon(SQUARE), "deep_salt_marsh": "perhaps"},
        "deep_salt_marsh",
        "must be true or false",
        "doit valoir true ou false",
    ),
    (
        "ids not a list",
        {"geometry": {"collection": "communes", "ids": "17300"}},
        "geometry.ids",
        "must be a list",
        "doit être une liste",
    ),
    (
        "misspelt ids",
        {"geometry": {"collection": "communes", "id": ["17300"]}},
        "geometry.id",
        "did you mean 'ids'?",
        "vouliez-vous dire 'ids' ?",
    ),
    (
        "neither ids nor filter",
        {"geometry": {"collection": "communes"}},
        "geometry.ids",
        "say which features of 'communes'",
        "dites quels objets de 'communes'",
    ),
    (
        "features of a coverage",
        {"geometry": {"collection": "land-cover", "ids": ["1"]}},
        "geometry.collection",
        "has no feature",
        "n'a pas d'objet",
    ),
]


@pytest.mark.parametrize(
    ("inputs", "where", "en", "fr"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_what_is_wrong_is_said_with_its_place(
    tiny_ask: Callable[[object], Envelope], inputs: dict[str, Any], where: str, en: str, fr: str
) -> None:
    with pytest.raises(EstranError) as caught:
        tiny_ask(inputs)
    assert isinstance(caught.value, InvalidInput)
    assert caught.value.where == where
    assert en in caught.value.en
    assert fr in caught.value.fr


@pytest.mark.parametrize("body", [[], "text", 3, None])
def test_inputs_that_are_no_object(body: object) -> None:
    with pytest.raises(InvalidInput, match="must be an object") as caught:
        read_request(CarbonStockRequest, body)
    assert "doivent être un objet" in caught.value.fr


NAMES = (
    "type coordinates geometries features geometry crs collection ids properties id name communes "
    "Point Polygon MultiPolygon GeometryCollection Feature FeatureCollection"
)

words = st.sampled_from(NAMES.split())
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=3)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


kinds = st.sampled_from(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"])
shapes = anything | st.fixed_dictionaries({"type": kinds, "coordinates": anything})


@given(shapes)
def test_no_geometry_breaks_the_server(tiny_ask: Callable[[object], Envelope], geometry: object) -> None:
    """Whatever is sent is answered, or refused with a message in both languages and a place."""
    refused: EstranError | None = None
    try:
        tiny_ask({"geometry": geometry})
    except EstranError as error:
        refused = error
    assert refused is None or (refused.en and refused.fr and refused.where)
