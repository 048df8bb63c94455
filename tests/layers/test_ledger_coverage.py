"""Exact coverage of grid cells, against exactextract and against plane geometry."""

import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estran.layers.ledger.coverage import polygon_coverage, press


def rings_of(geometry):
    parts = shapely.get_parts(shapely.orient_polygons(geometry))
    return shapely.get_coordinates(shapely.get_rings(parts), return_index=True)


def fractions_of(geometry, shape):
    """Coverage of the whole grid."""
    return assembled(polygon_coverage(*rings_of(geometry), shape))


def assembled(coverage):
    """The crossed cells, and in each row what lies after each of them up to the next."""
    covered = np.zeros((coverage.shape[0], coverage.shape[1] + 1))
    for row in range(coverage.shape[0]):
        cells = np.flatnonzero(coverage.rows == row)
        ends = [*coverage.columns[cells[1:]], coverage.shape[1]] if cells.size else []
        for cell, end in zip(cells, ends, strict=True):
            covered[row, coverage.columns[cell] + 1 : end + 1] = coverage.opens[cell]
            covered[row, coverage.columns[cell] + 1] = coverage.fractions[cell]
    return covered[:, 1:]


def by_exactextract(geometry, shape):
    """Coverage of the whole grid according to exactextract, which works in float32."""
    upright = shapely.transform(geometry, lambda points: points * [1, -1] + [0, shape[0]])
    cells = np.arange(shape[0] * shape[1], dtype=float).reshape(shape)
    source = NumPyRasterSource(cells, xmin=0, ymin=0, xmax=shape[1], ymax=shape[0])
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(upright)}
    found = exact_extract(source, feature, ["cell_id", "coverage"])[0]["properties"]
    covered = np.zeros(shape[0] * shape[1])
    covered[np.asarray(found["cell_id"], dtype=int)] = found["coverage"]
    return covered.reshape(shape)


def by_intersection(geometry, shape):
    """Coverage of the whole grid by plane geometry, cell after cell.

    Properties use this reference: where a vertex misses a cell corner by one rounding, exactextract
    0.3 loses that cell, returns a fraction above 1, or stops.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return shapely.area(shapely.intersection(geometry, shapely.box(columns, rows, columns + 1, rows + 1)))


def check(geometry, shape):
    found = fractions_of(geometry, shape)
    np.testing.assert_allclose(found, by_intersection(geometry, shape), atol=1e-9)
    expected = shapely.intersection(geometry, shapely.box(0, 0, shape[1], shape[0])).area
    assert found.sum() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def polygonal(geometry):
    parts = [part for part in shapely.get_parts(shapely.make_valid(geometry)) if part.area > 0]
    return shapely.union_all(parts)


shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
coordinates = {
    # To a millionth of a cell: GEOS fails on shapes whose vertices differ by 1e-300.
    "anywhere": st.floats(-10, 50).map(lambda value: round(value, 6)),
    "on cell borders": st.integers(-10, 50).map(float),
    "on halves": st.integers(-20, 100).map(lambda half: half / 2),
}


@pytest.mark.parametrize("where", coordinates)
@settings(max_examples=80, deadline=None)
@given(data=st.data(), shape=shapes)
def test_random_polygons(where, data, shape):
    points = data.draw(st.lists(st.tuples(coordinates[where], coordinates[where]), min_size=3, max_size=12))
    geometry = polygonal(shapely.Polygon(points))
    assume(geometry.area > 1e-3)
    check(geometry, shape)


@settings(max_examples=60, deadline=None)
@given(
    shape=shapes,
    disks=st.lists(
        st.tuples(st.floats(-5, 45), st.floats(-5, 45), st.floats(0.01, 20)), min_size=2, max_size=5
    ),
)
def test_holes_and_several_parts(shape, disks):
    filled, *holes = (shapely.Point(x, y).buffer(radius) for x, y, radius in disks)
    second = shapely.Point(60 - disks[0][0], disks[0][1]).buffer(disks[0][2])
    geometry = polygonal(shapely.union(filled, second).difference(shapely.union_all(holes)))
    assume(geometry.area > 1e-3)
    check(geometry, shape)


CASES = {
    "the whole grid": shapely.box(0, 0, 20, 15),
    "larger than the grid": shapely.box(-1_000, -1_000, 1_000, 1_000),
    "one cell exactly": shapely.box(3, 4, 4, 5),
    "tiny, inside one cell": shapely.box(3.2, 4.3, 3.2001, 4.3002),
    "borders on cell borders": shapely.box(2, 3, 17, 9),
    "a thin strip between two rows": shapely.box(2.5, 7.9999, 17.5, 8.0001),
    "horizontal edges inside a row": shapely.box(1, 3.25, 18, 3.75),
    "a sliver along a diagonal": shapely.Polygon([(0, 0), (20, 15), (20, 15.001)]),
    "a diamond with its corners on cell corners": shapely.Polygon([(10, 2), (15, 7), (10, 12), (5, 7)]),
    "left of the grid": shapely.box(-9, 2, -3, 9),
    "right of the grid": shapely.box(23, 2, 29, 9),
    "above the grid": shapely.box(3, -9, 9, -2),
    "below the grid": shapely.box(3, 16, 9, 22),
    "touching the grid from outside": shapely.box(20, 0, 30, 15),
    "a ring around the grid": shapely.box(-9, -9, 29, 29).difference(shapely.box(-1, -1, 21, 16)),
    "two parts that share a corner": shapely.MultiPolygon([shapely.box(2, 2, 5, 5), shapely.box(5, 5, 8, 8)]),
    "an island in a lake": shapely.box(1, 1, 18, 14)
    .difference(shapely.box(4, 4, 12, 12))
    .union(shapely.box(6.5, 6.5, 8.2, 9)),
}


@pytest.mark.parametrize("name", CASES)
def test_named_cases(name):
    check(CASES[name], (15, 20))
    np.testing.assert_allclose(
        fractions_of(CASES[name], (15, 20)), by_exactextract(CASES[name], (15, 20)), atol=1e-6
    )


def test_every_cell_equals_exactextract():
    random = np.random.default_rng(20)
    for _ in range(150):
        shape = tuple(random.integers(1, 40, 2).tolist())
        shell = shapely.Polygon(random.uniform(-10, 45, (random.integers(3, 12), 2)))
        hole = shapely.Point(random.uniform(0, 30, 2)).buffer(random.uniform(0.1, 8))
        geometry = polygonal(shapely.make_valid(shell).difference(hole))
        np.testing.assert_allclose(fractions_of(geometry, shape), by_exactextract(geometry, shape), atol=1e-6)


def test_the_direction_and_the_order_of_rings_do_not_matter():
    geometry = CASES["an island in a lake"]
    points, ring_of = rings_of(geometry)
    expected = fractions_of(geometry, (15, 20))
    np.testing.assert_array_equal(assembled(polygon_coverage(points[::-1], ring_of, (15, 20))), expected)
    rings = np.split(points, np.flatnonzero(np.diff(ring_of)) + 1)[::-1]
    renumbered = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    backward = assembled(polygon_coverage(np.concatenate(rings), renumbered, (15, 20)))
    np.testing.assert_allclose(backward, expected, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 19), st.floats(1, 19))
def test_a_cut_shares_every_cell_out(bottom, top):
    left = shapely.Polygon([(0.3, 0.4), (bottom, 0.4), (top, 14.2), (0.3, 14.2)])
    right = shapely.Polygon([(bottom, 0.4), (19.6, 0.4), (19.6, 14.2), (top, 14.2)])
    whole = fractions_of(shapely.box(0.3, 0.4, 19.6, 14.2), (15, 20))
    parts = fractions_of(left, (15, 20)) + fractions_of(right, (15, 20))
    np.testing.assert_allclose(parts, whole, atol=1e-12)


def test_only_the_outline_is_held():
    """A square of 1,000 cells has 4,000 cells on its outline, and a million inside."""
    coverage = polygon_coverage(*rings_of(shapely.box(100.5, 100.5, 1_100.5, 1_100.5)), (2_000, 2_000))
    assert len(coverage.rows) == 4 * 1_000
    assert coverage.fractions[0] == 0.25


def test_nothing_gives_nothing():
    coverage = polygon_coverage(np.zeros((0, 2)), np.zeros(0, dtype=np.int64), (15, 20))
    assert not assembled(coverage).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(coordinates["anywhere"], coordinates["on halves"]), min_size=3, max_size=9))
def test_pressing_keeps_the_area_inside_the_box(points):
    geometry = polygonal(shapely.Polygon(points))
    assume(geometry.area > 1e-3)
    pressed, ring_of = press(*rings_of(geometry), (-5.0, -2.0, 30.0, 15.0))
    assert pressed[:, 0].min(initial=0) >= -5
    assert pressed[:, 1].max(initial=0) <= 15
    x, y = pressed.T
    same = ring_of[:-1] == ring_of[1:]
    area = ((x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)[same].sum()
    assert area == pytest.approx(geometry.intersection(shapely.box(-5, -2, 30, 15)).area, rel=1e-9, abs=1e-9)
