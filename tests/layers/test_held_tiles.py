"""Tiles of a layer that is held, drawn and written by compiled loops: against exact outlines and values."""

import pickle
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from estran.layers.features.tile_layer import ReadFeatures, TileLayer
from estran.layers.tiles.frame import UNITS, Budget, TileFrame, ground
from estran.layers.tiles.matrix_sets import moved

LAMBERT, MERCATOR = CRS.from_epsg(2154), CRS.from_epsg(3857)
X, Y = 380_000.0, 6_570_000.0
SIDE = 1200.0
EVERYTHING = Budget(10_000, 10_000_000)

STRAY = 0.5 + 0.5 * 2**0.5 + 0.01
"""Units: an outline moves by half a unit, its points by half a unit in x and in y, the polynomial strays."""

VALUES = st.one_of(
    st.none(),
    st.text(max_size=200),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
)


def stars() -> list[shapely.Geometry]:
    """Stars of 5 to 40 points, of 1 to 30 m, some with a hole, some in two parts, some only their outline."""
    draw = np.random.default_rng(1)
    found: list[shapely.Geometry] = []
    for number in range(200):
        corners = int(draw.integers(5, 40))
        turns, size = np.sort(draw.uniform(0, 2 * np.pi, corners)), draw.uniform(1, 30)
        radii = size * draw.uniform(0.4, 1.0, corners)
        middle = np.array([X, Y]) + draw.uniform(100, 1000, 2)
        star = shapely.Polygon(middle + np.stack([radii * np.cos(turns), radii * np.sin(turns)], axis=1))
        star = star if star.is_valid else star.buffer(0)
        if number % 3 == 1:
            star = star.difference(shapely.affinity.scale(star, 0.5, 0.5))
        if number % 5 == 2:
            star = shapely.union(star, shapely.affinity.translate(star, 80, 0))
        found.append(star.boundary if number % 7 == 3 else star)
    return found


STARS = stars()


def layer_of(geometries: list[shapely.Geometry], columns: dict[str, list[Any]] | None = None) -> TileLayer:
    """Hold geometries, numbered from 0, read in three parts."""
    held = np.empty(len(geometries), dtype=object)
    held[:] = geometries

    def parts() -> Iterator[ReadFeatures]:
        for some in np.array_split(np.arange(len(held)), 3):
            named = {name: [values[place] for place in some] for name, values in (columns or {}).items()}
            yield ReadFeatures(held[some], shapely.bounds(held[some]).reshape(-1, 4), some, named)

    return TileLayer(parts(), 1e9)


def frame_of(side: float, crs: CRS) -> TileFrame:
    bounds = moved((X, Y, X + side, Y + side), LAMBERT, crs)
    assert bounds is not None
    return TileFrame("stars", bounds, crs, is_finest=True)


def content_of(layer: TileLayer, frame: TileFrame, budget: Budget = EVERYTHING) -> bytes:
    under = ground(frame, LAMBERT, (X, Y, X + SIDE, Y + SIDE))
    assert under is not None
    return layer.tile(frame, under, budget, crs=LAMBERT).content


def decoded(content: bytes) -> dict[int, Any]:
    layers = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return {feature["id"]: feature for feature in layers["stars"]["features"]}


@pytest.mark.parametrize("crs", [LAMBERT, MERCATOR], ids=["same", "other"])
@pytest.mark.parametrize("side", [SIDE, 5000.0, 20_000.0])
def test_outlines_are_valid_and_as_near_as_the_grid_allows(side: float, crs: CRS) -> None:
    """From a unit of 30 cm, where most are only rounded, to one of 5 m, where most are mended or vanish."""
    frame = frame_of(side, crs)
    found = decoded(content_of(layer_of(STARS), frame))
    low_x, _, _, high_y = frame.bounds
    move = Transformer.from_crs(LAMBERT, crs, always_xy=True)

    def in_units(points: Any) -> Any:
        there = np.stack(move.transform(*points.T), axis=1)
        return (there - (low_x, high_y)) / frame.unit * (1, -1)

    exact = shapely.transform(np.array(STARS, dtype=object), in_units)
    assert shapely.bounds(exact).min() > 0
    assert shapely.bounds(exact).max() < UNITS
    for number, outline in enumerate(exact):
        if number not in found:
            assert shapely.area(shapely.convex_hull(shapely.get_parts(outline))).max() < 4
            continue
        drawn = shapely.geometry.shape(found[number]["geometry"])
        assert drawn.is_valid
        line = outline if outline.length and not outline.area else outline.boundary
        edge = drawn if drawn.length and not drawn.area else drawn.boundary
        assert line.buffer(STRAY, quad_segs=32).covers(edge)
        assert outline.area == 0 or outline.symmetric_difference(drawn).area <= line.length * STRAY


def test_every_feature_near_is_found_and_no_other() -> None:
    """Among small boxes, a few long and a few high ones that reach in from afar."""
    draw = np.random.default_rng(2)
    low = np.array([X, Y]) + draw.uniform(0, 1000, (500, 2))
    sides = draw.uniform(1, 5, (500, 2))
    sides[:20, 0], sides[20:40, 1] = 500, 500
    boxes = [shapely.box(*corner, *(corner + side)) for corner, side in zip(low, sides, strict=True)]
    frame = TileFrame("stars", (X + 400, Y + 400, X + 600, Y + 600), LAMBERT, is_finest=True)
    margin = 64 / 4096 * 200
    reach = shapely.box(*frame.bounds).buffer(margin, join_style="mitre")
    expected = {number for number, box in enumerate(boxes) if box.intersects(reach)}
    assert 10 < len(expected) < 60
    assert expected & set(range(20))
    assert expected & set(range(20, 40))
    assert decoded(content_of(layer_of(boxes), frame)).keys() == expected


def test_a_layer_sent_to_another_process_gives_the_same_tiles() -> None:
    layer = layer_of(STARS, {"name": [f"star {number % 7}" for number in range(len(STARS))]})
    frame = frame_of(SIDE, MERCATOR)
    sent = pickle.loads(pickle.dumps(layer))
    assert content_of(sent, frame) == content_of(layer, frame)
    assert sent.size == layer.size


def test_the_largest_are_kept_within_the_bytes() -> None:
    layer, frame = layer_of(STARS), frame_of(SIDE, LAMBERT)
    whole, some = content_of(layer, frame), content_of(layer, frame, Budget(10_000, 5_000))
    assert 4_000 < len(some) <= 5_000
    bounds = shapely.bounds(np.array(STARS, dtype=object))
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    kept = decoded(some).keys()
    assert min(size[list(kept)]) >= max(size[list(decoded(whole).keys() - kept)])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=20))
def test_another_decoder_reads_the_same_values(rows: list[tuple[object, object]]) -> None:
    points = [shapely.Point(X + 10 * number, Y + 10) for number in range(len(rows))]
    columns = {"one": [row[0] for row in rows], "été": [row[1] for row in rows]}
    frame = frame_of(4096.0, LAMBERT)
    found = decoded(content_of(layer_of(points, columns), frame))
    for number, (one, two) in enumerate(rows):
        expected = {name: value for name, value in (("one", one), ("été", two)) if value is not None}
        assert found[number]["properties"] == expected
        assert tuple(found[number]["geometry"]["coordinates"]) == (10 * number, 4086)
