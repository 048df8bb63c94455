"""What the ledger answers, cell by cell, against exactextract and against plane geometry."""

import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layers.ledger_cells import LAMBERT, NORTH, WEST, ledger_of

from estran.layers.geodesy import parse_crs, reproject, true_areas_ha
from estran.layers.ledger.cells import cell_areas

SIDE = 140
"""Cells across a grid in which every cell has its own key: five blocks, and a part of one."""

CELL = 10.0


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    codes = 1 + np.arange(SIDE**2, dtype=np.uint16).reshape(SIDE, SIDE)
    return ledger_of(codes, tmp_path_factory.mktemp("cells"), resolution_m=CELL)


@pytest.fixture(scope="module")
def cell_ha(ledger):
    return cell_areas(LAMBERT, ledger._transform, (SIDE, SIDE)).window(slice(None), slice(None))


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory):
    """600 by 500 cells in patches of seven keys, some outside the territory, and the array itself."""
    rows, columns = np.mgrid[:600, :500]
    codes = ((rows // 9) * 5 + (columns // 7) * 3) % 8
    codes[(rows > 300) & (columns > 350)] = 0
    return ledger_of(codes.astype(np.uint16), tmp_path_factory.mktemp("mosaic")), codes


def on_land(geometry):
    """From cells, rows downward, to metres."""
    return shapely.transform(geometry, lambda points: points * [CELL, -CELL] + [WEST, NORTH])


def fractions(ledger, cell_ha, geometry):
    """Covered fraction of each cell, from the hectares of its key."""
    found = ledger.land_areas(on_land(geometry), LAMBERT)
    covered = np.zeros(SIDE**2)
    covered[[key.code - 1 for key in found.keys]] = found.areas_ha
    return covered.reshape(SIDE, SIDE) / cell_ha


def by_exactextract(geometry, shape=(SIDE, SIDE)):
    """Covered fraction of each cell according to exactextract, in float32."""
    upright = shapely.transform(geometry, lambda points: points * [1, -1] + [0, shape[0]])
    source = NumPyRasterSource(
        np.arange(shape[0] * shape[1], dtype=float).reshape(shape),
        xmin=0,
        ymin=0,
        xmax=shape[1],
        ymax=shape[0],
    )
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(upright)}
    found = exact_extract(source, feature, ["cell_id", "coverage"])[0]["properties"]
    covered = np.zeros(shape[0] * shape[1])
    covered[np.asarray(found["cell_id"], dtype=int)] = found["coverage"]
    return covered.reshape(shape)


def by_intersection(geometry):
    """Covered fraction of each cell by plane geometry."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    tree = shapely.STRtree(cells := shapely.box(columns, rows, columns + 1, rows + 1).ravel())
    covered = np.zeros(SIDE**2)
    near = tree.query(geometry, predicate="intersects")
    covered[near] = shapely.area(shapely.intersection(geometry, cells[near]))
    return covered.reshape(SIDE, SIDE)


def star(x, y, radius, seed):
    """A star of up to forty points; its vertices lie anywhere."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0, 2 * np.pi, random.integers(5, 40)))
    reach = radius * random.uniform(0.3, 1.0, len(angles))
    return shapely.make_valid(
        shapely.Polygon(np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)]))
    )


def sliver(x, y, length, seed):
    """A triangle a thousandth of a cell wide."""
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    end = np.array([x + length * np.cos(angle), y + length * np.sin(angle)])
    return shapely.Polygon([(x, y), end, end + np.array([1e-3, 1e-3])])


def several(shells, holes, thin):
    """What the shells cover and the holes do not, and slivers."""
    geometry = shapely.union_all(shells).difference(shapely.union_all(holes)).union(shapely.union_all(thin))
    return shapely.MultiPolygon([part for part in shapely.get_parts(geometry) if part.area > 1e-9])


def test_parts_holes_and_slivers_equal_exactextract(ledger, cell_ha):
    random = np.random.default_rng(0)

    def drawn(shape, most, size):
        return [
            shape(*random.uniform(-30, SIDE + 30, 2), random.uniform(0.5, size), int(random.integers(10_000)))
            for _ in range(random.integers(1, most))
        ]

    for _ in range(60):
        geometry = several(drawn(star, 6, 80), drawn(star, 5, 60), drawn(sliver, 4, 120))
        assert geometry.is_valid
        np.testing.assert_allclose(fractions(ledger, cell_ha, geometry), by_exactextract(geometry), atol=1e-6)


place = st.floats(-30, SIDE + 30).map(lambda value: round(value, 6))
stars = st.builds(star, place, place, st.floats(0.5, 80), st.integers(0, 10_000))
slivers = st.builds(sliver, place, place, st.floats(1, 120), st.integers(0, 10_000))


@settings(max_examples=15, deadline=None)
@given(st.lists(stars, min_size=1, max_size=5), st.lists(stars, max_size=4), st.lists(slivers, max_size=3))
def test_parts_holes_and_slivers_equal_plane_geometry(ledger, cell_ha, shells, holes, thin):
    """exactextract 0.3 is no reference for what hypothesis finds: it may lose the cell of a corner."""
    geometry = several(shells, holes, thin)
    assume(geometry.is_valid and geometry.area > 1e-3)
    np.testing.assert_allclose(fractions(ledger, cell_ha, geometry), by_intersection(geometry), atol=1e-8)


corners = st.tuples(st.integers(-5, SIDE + 5), st.integers(-5, SIDE + 5))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(corners, min_size=3, max_size=9), min_size=1, max_size=3))
def test_vertices_on_corners_and_edges_on_borders_equal_plane_geometry(ledger, cell_ha, outlines):
    parts = shapely.get_parts(shapely.make_valid([shapely.Polygon(outline) for outline in outlines]))
    geometry = shapely.union_all([part for part in parts if part.area > 0])
    assume(geometry.area > 0)
    np.testing.assert_allclose(fractions(ledger, cell_ha, geometry), by_intersection(geometry), atol=1e-9)


@pytest.mark.parametrize(
    "box", [(0, 0, 140, 140), (32, 32, 64, 96), (-9, -9, 200, 32), (31, 0, 33, 140), (128, 128, 150, 150)]
)
def test_boxes_on_the_borders_of_blocks(ledger, cell_ha, box):
    west, top, east, bottom = box
    expected = np.zeros((SIDE, SIDE))
    expected[max(top, 0) : bottom, max(west, 0) : east] = 1.0
    np.testing.assert_allclose(fractions(ledger, cell_ha, shapely.box(*box)), expected, atol=1e-12)


def by_key(codes, covered, cell_ha):
    """Hectares of each key from the covered fraction of each cell."""
    hectares = np.bincount(codes.ravel(), (covered * cell_ha).ravel(), 8)
    return {code: hectares[code] for code in range(1, 8) if hectares[code] > 0}


def test_a_multipolygon_of_ten_thousand_parts(mosaic):
    """Ten thousand triangles, 5 cells apart, none the same, against exactextract."""
    ledger, codes = mosaic
    random = np.random.default_rng(7)
    rows, columns = (side.ravel() for side in np.mgrid[:100, :100])
    corner = np.column_stack([columns * 5.0, rows * 6.0])[:, np.newaxis] + [
        [0.3, 0.3],
        [4.4, 0.7],
        [1.6, 5.2],
    ]
    geometry = shapely.MultiPolygon(
        list(shapely.polygons(corner + random.uniform(-0.2, 0.2, (10_000, 3, 2))))
    )
    assert geometry.is_valid
    found = ledger.land_areas(on_land(geometry), LAMBERT)
    areas = cell_areas(LAMBERT, ledger._transform, codes.shape).window(slice(None), slice(None))
    expected = by_key(codes, by_exactextract(geometry, codes.shape), areas)
    by_code = {key.code: area for key, area in zip(found.keys, found.areas_ha, strict=True)}
    assert by_code == pytest.approx(expected, rel=1e-6)
    parts = true_areas_ha(shapely.get_parts(on_land(geometry)), LAMBERT)
    assert found.geometry_ha == pytest.approx(parts.sum(), rel=1e-8)


def test_a_plate_with_ten_thousand_holes_and_its_holes_make_the_plate(mosaic):
    """In degrees too; 600 by 500 cells of 10 m, all but a margin of 2 cells."""
    ledger, _ = mosaic
    rows, columns = (side.ravel() for side in np.mgrid[:100, :100])
    holes = shapely.Point(0, 0).buffer(1.7, quad_segs=5)
    holes = [
        shapely.affinity.translate(holes, 4.6 + 4.9 * x, 5.2 + 5.9 * y)
        for x, y in zip(columns, rows, strict=True)
    ]
    plate = shapely.box(2, 2, 498, 598)
    pierced = shapely.Polygon(plate.exterior, [hole.exterior for hole in holes])
    for crs in (LAMBERT, parse_crs("CRS84")):
        drawn = [
            reproject(on_land(shape), LAMBERT, crs) for shape in (plate, pierced, shapely.MultiPolygon(holes))
        ]
        whole, less, rest = ledger.land_areas_many(drawn, crs)
        np.testing.assert_allclose(less.areas_ha + rest.areas_ha, whole.areas_ha, rtol=1e-9)
        assert less.geometry_ha + rest.geometry_ha == pytest.approx(whole.geometry_ha, rel=1e-9)


def test_one_outline_that_crosses_a_row_a_thousand_times(ledger, cell_ha):
    """A comb of 1,000 teeth, each a twentieth of a cell wide: the pieces of one row need sorting."""
    x = 20 + np.arange(1_000) * 0.1
    teeth = np.column_stack(
        [np.repeat(x, 4) + np.tile([0, 0, 0.05, 0.05], 1_000), np.tile([60.5, 20.25, 20.25, 60.5], 1_000)]
    )
    comb = shapely.Polygon([*teeth, (120, 60.5), (120, 61.5), (20, 61.5)])
    assert comb.is_valid
    found = fractions(ledger, cell_ha, comb)
    np.testing.assert_allclose(found[21:60, 20:120], 0.5, atol=1e-9)
    np.testing.assert_allclose(found[61, 20:120], 0.5, atol=1e-9)
    assert found.sum() == pytest.approx(comb.area, rel=1e-9)
