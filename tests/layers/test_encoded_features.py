"""Features written as bytes: the same geometries as GEOS writes, and never those of another state."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from pyproj import CRS

from estran.layers.features.encoded import ENTRY_BYTES, EncodedFeatures
from estran.layers.features.encoding.geojson import encoded_features, geometry_texts

LAMBERT = CRS.from_epsg(2154)
SQUARE = shapely.box(0, 0, 2, 2)
HOLED = shapely.Polygon(
    [(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (1, 2), (2, 2)], [(4, 4), (4, 5), (5, 5)]]
)
SHAPES = [
    shapely.Point(1.5, -2),
    shapely.Point(1, 2, 3),
    shapely.LineString([(0, 0), (1, 1e-7), (2, 0.1)]),
    shapely.LineString([(0, 0, 5), (1, 1, 6)]),
    SQUARE,
    HOLED,
    shapely.force_3d(HOLED, 7.25),
    shapely.MultiPoint([(0, 0), (1, 1)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3), (4, 5)]]),
    shapely.MultiPolygon([SQUARE, shapely.box(5, 5, 6, 6)]),
    shapely.GeometryCollection([shapely.Point(1, 2), HOLED, shapely.MultiPoint([(1, 1)])]),
]


def test_geometries_are_written_as_geos_writes_them() -> None:
    shapes = np.array([*SHAPES, None, *reversed(SHAPES)], dtype=object)
    for text, shape in zip(geometry_texts(shapes), shapes, strict=True):
        assert (text is None) == (shape is None)
        if text is not None:
            assert json.loads(text) == json.loads(shapely.to_geojson(shape))


def test_what_json_cannot_hold_is_null() -> None:
    (text,) = encoded_features(
        [7],
        np.array([shapely.Polygon()], dtype=object),
        [("é", float("nan"), b"\x00", 1, None, "left out")],
        ["a", "b", "c", "d", "e"],
        source=LAMBERT,
        target=LAMBERT,
        changes={"d": bool, "e": bool},
    )
    properties = {"a": "é", "b": None, "c": None, "d": True, "e": None}
    assert json.loads(text) == {"type": "Feature", "id": 7, "geometry": None, "properties": properties}


def test_rings_turn_as_geojson_asks() -> None:
    """RFC 7946, 3.1.6: the outer ring is counterclockwise."""
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    (text,) = encoded_features(
        ["x"], np.array([clockwise], dtype=object), [()], [], source=LAMBERT, target=LAMBERT, changes={}
    )
    assert shapely.from_geojson(json.dumps(json.loads(text)["geometry"])).exterior.is_ccw


class Written:
    """Writes rows as their number, and notes which were asked for."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[object] = []

    def __call__(self, rows: Sequence[object]) -> dict[object, bytes]:
        self.asked += rows
        return {row: str(row).encode().ljust(self.size) for row in rows}


def test_a_feature_is_written_once_for_a_state() -> None:
    held, write = EncodedFeatures(1), Written(1)
    assert held.get("monday", [1, 2], write) == [b"1", b"2"]  # type: ignore[arg-type]
    assert held.get("monday", [2, 1, 2], write) == [b"2", b"1", b"2"]  # type: ignore[arg-type]
    assert write.asked == [1, 2]
    held.get("tuesday", [1], write)  # type: ignore[arg-type]
    assert write.asked == [1, 2, 1]


def test_what_is_not_asked_for_again_goes() -> None:
    """Of 4 MB, 3 are for whole layers and half of the rest for the young: 4 features of 100,000 bytes fit."""
    held, write = EncodedFeatures(4), Written(100_000)
    assert 4 * (100_000 + ENTRY_BYTES) < 500_000 < 5 * (100_000 + ENTRY_BYTES)
    for row in range(4):
        held.get("shelf", [row], write)  # type: ignore[arg-type]
    held.get("shelf", [4], write)  # type: ignore[arg-type]
    held.get("shelf", [0], write)  # type: ignore[arg-type]
    assert write.asked == [0, 1, 2, 3, 4]
    for row in range(5, 9):
        held.get("shelf", [row], write)  # type: ignore[arg-type]
    write.asked.clear()
    held.get("shelf", [1], write)  # type: ignore[arg-type]
    assert write.asked == [1]


@pytest.mark.parametrize("megabytes", [0, 0.0001])
def test_nothing_is_held_beyond_the_budget(megabytes: float) -> None:
    held, write = EncodedFeatures(megabytes), Written(1)
    for _ in range(2):
        assert held.get("shelf", [1], write) == [b"1"]  # type: ignore[arg-type]
    assert write.asked == [1, 1]
