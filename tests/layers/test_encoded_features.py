"""Features written as bytes: the same geometries as GEOS writes, and never those of another state."""

import json

import numpy as np
import shapely
from pyproj import CRS

from estran.layers.features.encoding.geojson import encoded_features, geometry_documents

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
    for document, shape in zip(geometry_documents(shapes), shapes, strict=True):
        assert document == (None if shape is None else json.loads(shapely.to_geojson(shape)))


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
