"""Vector tiles as bytes: against the example of the specification and against another decoder."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from estran.layers.tiles.mvt import encode_layer
from estran.layers.tiles.paths import paths_of, tidied
from estran.layers.tiles.properties import properties_of

WHOLE = st.integers(-64, 4160)
VALUES = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
)


def array(*geometries: shapely.Geometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    held = np.empty(len(geometries), dtype=object)
    held[:] = geometries
    return held


def commands(geometry: shapely.Geometry) -> list[int]:
    """The integers of the geometry of a tile with this one feature, without properties."""
    content = encode_layer("x", tidied(paths_of(array(geometry))), properties_of({}, 1))
    # Tile.layers (0x1a), its length, Layer.name (0x0a 1 'x'), Layer.features (0x12), its length,
    # Feature.type (0x18, kind), Feature.geometry (0x22), its length, then the varints.
    assert content[0] == 0x1A
    assert content[2:5] == b"\x0a\x01x"
    assert content[5] == 0x12
    assert content[7] == 0x18
    assert content[9] == 0x22
    return list(content[11 : 11 + content[10]])


@pytest.mark.parametrize(
    ("wkt", "expected"),
    [
        ("POINT (25 17)", [9, 50, 34]),
        ("MULTIPOINT ((5 7), (3 2))", [17, 10, 14, 3, 9]),
        ("LINESTRING (2 2, 2 10, 10 10)", [9, 4, 4, 18, 0, 16, 16, 0]),
        (
            "MULTILINESTRING ((2 2, 2 10, 10 10), (1 1, 3 5))",
            [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8],
        ),
        ("POLYGON ((3 6, 8 12, 20 34, 3 6))", [9, 6, 12, 18, 10, 12, 24, 44, 15]),
        (
            "MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)),"
            " ((11 11, 20 11, 20 20, 11 20, 11 11), (13 13, 13 17, 17 17, 17 13, 13 13)))",
            [
                *(9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15),
                *(9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15),
                *(9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15),
            ],
        ),
    ],
)
def test_the_examples_of_the_specification(wkt: str, expected: list[int]) -> None:
    """Mapbox Vector Tile specification 2.1, clause 4.3.5, figures "Example …"."""
    assert commands(shapely.from_wkt(wkt)) == expected


def test_rings_turn_as_the_specification_asks_whatever_they_did() -> None:
    clockwise = shapely.from_wkt("POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0))")
    assert commands(clockwise) == [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15]


def test_a_point_given_twice_is_written_once() -> None:
    square = shapely.from_wkt("POLYGON ((0 0, 0 0, 10 0, 10 0, 10 10, 0 10, 0 0, 0 0))")
    assert commands(square) == [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15]


def test_nothing_gives_no_byte() -> None:
    assert encode_layer("x", paths_of(array()), properties_of({"name": []}, 0)) == b""


def test_identifiers_that_a_tile_cannot_hold_are_left_out() -> None:
    points = array(*(shapely.Point(n, n) for n in range(4)))
    content = encode_layer("x", paths_of(points), properties_of({}, 4), ids=np.array([0, 2**60, -1, -1]))
    features = mapbox_vector_tile.decode(content)["x"]["features"]
    assert [feature.get("id") or None for feature in features] == [None, 2**60, None, None]
    # Feature.id is field 1, a varint: 0x08 and the value, first in the feature.
    assert b"\x12\x09\x08\x00\x18\x01" in content
    assert content.count(b"\x12\x07\x18\x01") == 2


@given(st.lists(st.tuples(st.tuples(WHOLE, WHOLE), VALUES, VALUES), min_size=1, max_size=20))
def test_another_decoder_reads_the_same_values(rows: list[tuple[tuple[int, int], object, object]]) -> None:
    points = array(*(shapely.Point(place) for place, _, _ in rows))
    columns: Any = {"one": [row[1] for row in rows], "été": [row[2] for row in rows]}
    content = encode_layer("couche", paths_of(points), properties_of(columns, len(rows)))
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["couche"]["features"]
    for (place, one, two), feature in zip(rows, found, strict=True):
        assert tuple(feature["geometry"]["coordinates"]) == place
        expected = {name: value for name, value in (("one", one), ("été", two)) if value is not None}
        assert feature["properties"] == expected


@given(st.lists(st.tuples(WHOLE, WHOLE, st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=12))
def test_another_decoder_reads_the_same_shapes(boxes: list[tuple[int, int, int, int]]) -> None:
    polygons = [
        shapely.box(x, y, x + 3 * width, y + 3 * height).difference(
            shapely.box(x + width, y + height, x + 2 * width, y + 2 * height)
        )
        for x, y, width, height in boxes
    ]
    lines = [polygon.exterior for polygon in polygons]
    mixed = [
        *polygons,
        *(shapely.LineString(line.coords) for line in lines),
        shapely.MultiPolygon(polygons[:1]),
    ]
    content = encode_layer("x", tidied(paths_of(array(*mixed))), properties_of({}, len(mixed)))
    found = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["x"]["features"]
    assert len(found) == len(mixed)
    for expected, feature in zip(mixed, found, strict=True):
        drawn = shape(feature["geometry"])
        assert drawn.is_valid
        assert drawn.equals(expected)


def test_whole_numbers_are_written_alike_one_by_one_and_together() -> None:
    """Few are written one by one, many at once; varints grow at powers of 128, up to 2^63 - 1."""
    numbers = sorted(
        {sign * (1 << bits) + step for bits in range(0, 63, 7) for sign in (1, -1) for step in (-1, 0)}
    )
    numbers += [-(2**63), 2**63 - 1, *range(1000, 1050)]
    together = properties_of({"n": numbers}, len(numbers))
    alone = [properties_of({"n": [number]}, 1).content.tobytes() for number in numbers]
    assert together.content.tobytes() == b"".join(alone)
    assert np.diff(together.ends).tolist() == list(map(len, alone))
    # -1 is sint_value (6) 1; 300 is int_value (5) 0xAC 0x02; both in a Layer.values field (4).
    assert properties_of({"n": [-1]}, 1).content.tobytes() == b"\x22\x02\x30\x01"
    assert properties_of({"n": [300]}, 1).content.tobytes() == b"\x22\x03\x28\xac\x02"
