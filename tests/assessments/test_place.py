"""What can be mended in a geometry is, and said; what has no area holds nothing; limits hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from estran.assessments.carbon_stock import CarbonStockRequest
from estran.assessments.envelope import Envelope
from estran.assessments.place import read_place
from estran.assessments.rings import repaired_polygon
from estran.carbon.errors import InvalidGeometry, TooLarge
from estran.layers.geodesy import polygons_of
from estran.layers.territory import read_territory

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

SQUARE = [[-1.146, 46.156], [-1.138, 46.156], [-1.138, 46.160], [-1.146, 46.160], [-1.146, 46.156]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def features(*geometries: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries],
    }


def total(answer: Envelope) -> float | None:
    return answer.indicator("total").value


def notices(answer: Envelope) -> dict[str, Any]:
    return {notice.code: notice for notice in answer.warnings}


MENDED = [
    (
        "spike",
        lambda ring: {
            "type": "Polygon",
            "coordinates": [[*ring[:2], [ring[1][0] + 500, ring[1][1]], *ring[1:]]],
        },
        "repaired-ring",
    ),
    ("unclosed", lambda ring: {"type": "Polygon", "coordinates": [ring[:-1]]}, "closed-ring"),
    (
        "with heights",
        lambda ring: {"type": "Polygon", "coordinates": [[[*p, 12.0] for p in ring]]},
        "dropped-z",
    ),
    (
        "twice the same part",
        lambda ring: {"type": "MultiPolygon", "coordinates": [[ring], [ring]]},
        "overlapping-parts",
    ),
    (
        "with a point and a line",
        lambda ring: {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "coordinates": [ring]},
                {"type": "Point", "coordinates": ring[0]},
                {"type": "LineString", "coordinates": ring[:2]},
            ],
        },
        "no-area",
    ),
    (
        "a flat hole",
        lambda ring: {"type": "Polygon", "coordinates": [ring, [ring[0], ring[1], ring[1], ring[0]]]},
        "repaired-ring",
    ),
]


@pytest.mark.parametrize(("draw", "code"), [case[1:] for case in MENDED], ids=[case[0] for case in MENDED])
def test_what_has_one_reading_is_mended_and_said(ask: Ask, kilometres: Box, draw: Any, code: str) -> None:
    box = kilometres(0.2, 0.2, 0.5, 0.5)
    answer = ask(draw(box["coordinates"][0]))
    assert total(answer) == pytest.approx(total(ask(box)), rel=1e-9)
    assert notices(answer)[code].where.startswith("geometry")


NOTHING = [
    {"type": "Point", "coordinates": [380500, 6570500]},
    {"type": "MultiPoint", "coordinates": [[380500, 6570500]]},
    {"type": "LineString", "coordinates": [[380500, 6570500], [381500, 6570500]]},
    {"type": "MultiLineString", "coordinates": [[[380500, 6570500], [381500, 6570500]]]},
    {"type": "Polygon", "coordinates": []},
    {"type": "MultiPolygon", "coordinates": []},
    {"type": "GeometryCollection", "geometries": []},
    {
        "type": "Polygon",
        "coordinates": [[[380500, 6570500], [381500, 6570500], [380900, 6570500], [380500, 6570500]]],
    },
    {"type": "Feature", "properties": {}, "geometry": None},
    {"type": "FeatureCollection", "features": []},
]


@pytest.mark.parametrize("geometry", NOTHING, ids=[item["type"] for item in NOTHING])
def test_what_has_no_area_holds_nothing(ask: Ask, geometry: dict[str, Any]) -> None:
    answer = ask(geometry)
    for name in ("total", "soil", "living_biomass", "dead_wood", "litter", "area"):
        assert answer.indicator(name).value == 0.0
    assert answer.indicator("mean_density").value is None
    assert answer.coverage.share is None
    assert notices(answer)


def test_a_small_crossing_is_mended_and_a_large_one_is_not(ask: Ask, kilometres: Box) -> None:
    """A loop of 1 m² at a corner of 25 ha changes nothing; the rule allows a thousandth."""
    (west, south), *_ = sorted(map(tuple, kilometres(0.2, 0.2, 0.5, 0.5)["coordinates"][0]))

    def looped(size: float) -> dict[str, Any]:
        return polygon(
            [
                [west, south],
                [west + 500, south],
                [west + 500, south + 500],
                [west, south + 500],
                [west, south - size],
                [west - size, south],
                [west, south],
            ]
        )

    answer = ask(looped(1.0))
    assert total(answer) == pytest.approx(total(ask(kilometres(0.2, 0.2, 0.5, 0.5))), rel=1e-4)
    assert "repaired-ring" in notices(answer)
    with pytest.raises(InvalidGeometry, match="several ways"):
        ask(
            polygon(
                [
                    [west, south],
                    [west + 500, south],
                    [west, south + 500],
                    [west + 400, south + 500],
                    [west, south],
                ]
            )
        )


def test_crs_of_an_older_geojson_is_understood(ask: Ask, kilometres: Box) -> None:
    box = kilometres(0, 0)
    named = box | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}}
    assert total(ask(named, crs=None)) == total(ask(box))


@pytest.mark.parametrize(
    "crs", [2154, "2154", "EPSG:2154", "[EPSG:2154]", "http://www.opengis.net/def/crs/EPSG/0/2154"]
)
def test_crs_by_any_of_its_names(ask: Ask, kilometres: Box, crs: object) -> None:
    assert total(ask(kilometres(0, 0), crs=crs)) == total(ask(kilometres(0, 0)))


def test_longitude_comes_first_whatever_the_crs_declares(ask: Ask, kilometres: Box) -> None:
    degrees = polygon(SQUARE)
    assert (
        ask(degrees, crs="EPSG:4326").indicator("area").value
        == ask(degrees, crs=None).indicator("area").value
    )


def test_two_hundred_thousand_vertices_work(ask: Ask, kilometres: Box) -> None:
    """The same square with 200,000 points on its first edge."""
    ring = kilometres(0, 0)["coordinates"][0]
    (x0, y0), (x1, y1) = ring[0], ring[1]
    edge = [[x0 + (x1 - x0) * i / 200_000, y0 + (y1 - y0) * i / 200_000] for i in range(200_000)]
    assert total(ask(polygon([*edge, *ring[1:]]))) == pytest.approx(total(ask(kilometres(0, 0))), rel=1e-9)


@pytest.mark.parametrize(
    ("limits", "en", "fr"),
    [
        ({"vertices": 4}, "more than 4 vertices", "plus de 4 sommets"),
        ({"area_ha": 50.0}, "at most 50 ha", "au plus 50 ha"),
        ({"features": 1}, "at most 1", "au plus 1"),
    ],
)
def test_beyond_a_limit_the_limit_is_given(
    tmp_path: Path,
    configure: Callable[..., Path],
    kilometres: Box,
    limits: dict[str, float],
    en: str,
    fr: str,
) -> None:
    territory = read_territory(configure(tmp_path, **limits))
    request = CarbonStockRequest(geometry=features(kilometres(0, 0), kilometres(1, 0)), crs=2154)
    with pytest.raises(TooLarge) as caught:
        read_place(request, territory)
    assert en in caught.value.en
    assert fr in caught.value.fr


def test_notices_of_many_features_are_counted(ask: Ask, kilometres: Box) -> None:
    heights = [
        polygon([[*point, 1.0] for point in kilometres(i / 10, 0, 0.1, 0.1)["coordinates"][0]])
        for i in range(9)
    ]
    answer = ask(features(*heights))
    dropped = [notice for notice in answer.warnings if notice.code == "dropped-z"]
    assert len(dropped) == 6
    assert dropped[-1].message.en == "and 4 more"
    last = json.loads(answer.model_dump_json())["features"][8]
    assert last["warnings"][0]["where"].startswith("geometry.features[8]")


corners = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=7)


@given(corners)
def test_a_repair_keeps_the_area_of_every_reading(outline: list[tuple[int, int]]) -> None:
    """On a grid no crossing is small: a ring is kept whole, or refused, or has no area."""
    ring = shapely.Polygon([*outline, outline[0]])
    even_odd = sum(part.area for part in polygons_of(shapely.make_valid(ring)))
    refused = False
    repair = None
    try:
        repair = repaired_polygon(ring, "geometry.coordinates")
    except InvalidGeometry:
        refused = True
    if repair is not None:
        assert repair.geometry.is_valid
        assert repair.geometry.area == pytest.approx(even_odd)
    else:
        assert refused
        assert not ring.is_valid
