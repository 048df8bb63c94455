"""True hectares per key inside any geometry, against sums over every single cell."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estran.carbon.errors import InvalidGeometry, Unavailable
from estran.layers.geodesy import parse_crs, reproject, true_area_ha
from estran.layers.ledger.build import LedgerInputs, LedgerLayer, build_ledger
from estran.layers.ledger.cells import cell_areas
from estran.layers.ledger.index import ENTRY_BYTES
from estran.layers.ledger.read import open_ledger

LAMBERT = parse_crs(2154)
LONLAT = parse_crs("CRS84")
MERCATOR = parse_crs(3857)
WEST, SOUTH, SIDE = 380_000, 6_570_000, 10_000
CLASSES = ("building", "road", "cropland", "vineyard", "grassland_herbaceous", "water")


def silent(step: str, fraction: float) -> None:
    del step, fraction


def quarters() -> gpd.GeoDataFrame:
    """Four communes of 5 km by 5 km."""
    half = SIDE / 2
    corners = [(WEST + i * half, SOUTH + j * half) for i in (0, 1) for j in (0, 1)]
    return gpd.GeoDataFrame(
        {"code_insee": list("1234"), "zone": ["4_1"] * 4, "forest_region": ["F1"] * 4},
        geometry=[shapely.box(x, y, x + half, y + half) for x, y in corners],
        crs=2154,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """2,000 by 2,000 cells of 5 m, 3,000 random boxes of six classes."""
    random = np.random.default_rng(1)
    low = random.uniform(0, SIDE, (3_000, 2)) + np.array([WEST, SOUTH])
    high = low + random.exponential(150, (3_000, 2)) + 5
    boxes = gpd.GeoDataFrame(
        {"land_class": np.array(CLASSES)[random.integers(0, 6, 3_000)]},
        geometry=shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]),
        crs=2154,
    )
    directory = tmp_path_factory.mktemp("ledger")
    inputs = LedgerInputs(quarters(), (LedgerLayer("cover", "2021", True, polygons=boxes),))
    build_ledger(inputs, crs=LAMBERT, resolution_m=5.0, directory=directory, progress=silent)
    return directory / "land-ledger.tif"


@pytest.fixture(scope="module")
def ledger(path):
    return open_ledger(path)


@pytest.fixture(scope="module")
def cells(path):
    """The raster, the true area of each cell, and the four sides of each cell."""
    with rasterio.open(path) as raster:
        codes = raster.read(1)
        areas = cell_areas(LAMBERT, raster.transform, raster.shape)
        whole = areas.window(slice(None), slice(None))
    return codes, whole


def by_code(found) -> dict[int, float]:
    return {key.code: area for key, area in zip(found.keys, found.areas_ha.tolist(), strict=True)}


def every_cell(geometry, cells) -> dict[int, float]:
    """Areas per key by intersecting every cell around the geometry, one by one."""
    codes, areas = cells
    west, south, east, north = geometry.bounds
    columns = np.arange(max(0, int((west - WEST) // 5)), min(2_000, int((east - WEST) // 5) + 1))
    rows = np.arange(
        max(0, int((SOUTH + SIDE - north) // 5)), min(2_000, int((SOUTH + SIDE - south) // 5) + 1)
    )
    x, y = WEST + 5.0 * columns, (SOUTH + SIDE - 5.0 * rows)[:, np.newaxis]
    boxes = shapely.box(*np.broadcast_arrays(x, y - 5, x + 5, y))
    shapely.prepare(geometry)
    share = shapely.contains_properly(geometry, boxes).astype(float)
    edge = (share == 0) & shapely.intersects(geometry, boxes)
    share[edge] = shapely.area(shapely.intersection(geometry, boxes[edge])) / 25.0
    place = np.ix_(rows, columns)
    sums = np.bincount(codes[place].ravel(), (areas[place] * share).ravel())
    return {code: area for code, area in enumerate(sums.tolist()) if code and area > 1e-12}


def star(x, y, radius, *, points=40, seed=0):
    """A polygon with deep notches, centred at metres from the corner of the raster."""
    random = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    reach = radius * random.uniform(0.4, 1.0, points)
    return shapely.Polygon(
        np.column_stack([WEST + x + reach * np.cos(angles), SOUTH + y + reach * np.sin(angles)])
    )


GEOMETRIES = {
    "a parcel inside one block": star(3_330, 4_440, 20),
    "a star over many blocks": star(5_000, 5_000, 3_000),
    "a star that leaves the raster": star(800, 9_500, 1_500, seed=2),
    "a ring": star(5_200, 4_700, 1_800, seed=3).difference(star(5_200, 4_700, 600, seed=4)),
    "two parts": shapely.union(star(2_000, 2_000, 700, seed=5), star(7_000, 6_000, 900, seed=6)),
    "cell borders": shapely.box(WEST + 1_000, SOUTH + 1_000, WEST + 2_600, SOUTH + 2_280),
    "block borders": shapely.box(
        WEST + 160 * 8, SOUTH + SIDE - 160 * 24, WEST + 160 * 24, SOUTH + SIDE - 160 * 8
    ),
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_areas_equal_the_sum_over_every_cell(name, ledger, cells):
    geometry = GEOMETRIES[name]
    found = by_code(ledger.land_areas(geometry, LAMBERT))
    expected = every_cell(geometry, cells)
    assert found.keys() == expected.keys()
    for code, area in expected.items():
        assert found[code] == pytest.approx(area, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", GEOMETRIES)
@pytest.mark.parametrize("crs", [LONLAT, MERCATOR, parse_crs(25830)], ids=lambda crs: crs.name)
def test_the_crs_of_the_question_does_not_change_the_answer(name, crs, ledger):
    here = shapely.segmentize(GEOMETRIES[name], 5.0)
    there = shapely.transform(reproject(here, LAMBERT, crs), lambda points: points)
    asked, expected = ledger.land_areas(there, crs), ledger.land_areas(here, LAMBERT)
    assert asked.inside_ha == pytest.approx(expected.inside_ha, rel=1e-8)
    assert asked.geometry_ha == pytest.approx(expected.geometry_ha, rel=1e-8)


def test_the_whole_raster_and_a_far_larger_polygon(ledger, cells):
    codes, areas = cells
    total = areas[codes > 0].sum()
    exact = ledger.land_areas(shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), LAMBERT)
    assert exact.inside_ha == pytest.approx(total, rel=1e-12)
    assert exact.geometry_ha == pytest.approx(total, rel=1e-9)
    world = ledger.land_areas(shapely.box(-180, -90, 180, 90), LONLAT)
    np.testing.assert_allclose(world.areas_ha, np.bincount(codes.ravel(), areas.ravel())[1:], rtol=1e-9)
    assert world.geometry_ha == pytest.approx(5.10065621724e10, rel=1e-10)


def test_one_hundred_metres_square_hold_1_00186_ha(ledger):
    """METHODS section 0."""
    found = ledger.land_areas(shapely.box(WEST + 100, SOUTH, WEST + 200, SOUTH + 100), LAMBERT)
    assert found.inside_ha == pytest.approx(1.00186, abs=5e-6)
    assert found.geometry_ha == pytest.approx(found.inside_ha, rel=1e-9)


@pytest.mark.parametrize("crs", [LAMBERT, LONLAT, MERCATOR], ids=lambda crs: crs.name)
@settings(max_examples=25, deadline=None)
@given(
    size=st.sampled_from([100.0, 700.0, 6_000.0]),
    place=st.tuples(st.floats(0, 3_000), st.floats(0, 3_000)),
    cut=st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)),
)
def test_a_cut_does_not_change_the_sum(ledger, crs, size, place, cut):
    west, south = shapely.get_coordinates(
        reproject(shapely.Point(WEST + place[0], SOUTH + place[1]), LAMBERT, crs)
    )[0]
    side = size / 100_000 if crs is LONLAT else size
    bottom, top = west + cut[0] * side, west + cut[1] * side
    north, east = south + side, west + side
    whole = shapely.box(west, south, east, north)
    left = shapely.Polygon([(west, south), (bottom, south), (top, north), (west, north)])
    right = shapely.Polygon([(bottom, south), (east, south), (east, north), (top, north)])
    expected = ledger.land_areas(whole, crs)
    parts = [ledger.land_areas(part, crs) for part in (left, right)]
    total = expected.inside_ha
    assert sum(part.inside_ha for part in parts) == pytest.approx(total, rel=1e-9)
    assert sum(part.geometry_ha for part in parts) == pytest.approx(expected.geometry_ha, rel=1e-9)
    for code, area in by_code(expected).items():
        shared = sum(by_code(part).get(code, 0.0) for part in parts)
        assert shared == pytest.approx(area, abs=1e-9 * total)


def test_a_partition_in_hexagons_gives_the_whole(ledger):
    whole = star(5_000, 5_000, 3_000)
    radius = 400.0
    x = np.arange(-10, 11) * 1.5 * radius
    tiles = []
    for number, column in enumerate(x):
        y = np.arange(-10, 11) * np.sqrt(3) * radius + (number % 2) * np.sqrt(3) / 2 * radius
        angles = np.arange(6) * np.pi / 3
        tiles += [
            shapely.Polygon(
                np.column_stack(
                    [
                        WEST + 5_000 + column + radius * np.cos(angles),
                        SOUTH + 5_000 + row + radius * np.sin(angles),
                    ]
                )
            )
            for row in y
        ]
    pieces = shapely.intersection(whole, np.array(tiles))
    pieces = pieces[shapely.area(pieces) > 0]
    assert len(pieces) > 50
    found = sum(ledger.land_areas(piece, LAMBERT).inside_ha for piece in pieces)
    assert found == pytest.approx(ledger.land_areas(whole, LAMBERT).inside_ha, rel=1e-9)


def test_the_order_and_direction_of_rings_do_not_matter(ledger):
    ring = GEOMETRIES["a ring"]
    turned = shapely.Polygon(ring.exterior.coords[::-1], [hole.coords[::-1] for hole in ring.interiors])
    np.testing.assert_allclose(
        ledger.land_areas(turned, LAMBERT).areas_ha, ledger.land_areas(ring, LAMBERT).areas_ha, rtol=1e-12
    )


@pytest.mark.parametrize(
    "nothing",
    [
        shapely.Point(WEST + 50, SOUTH + 50),
        shapely.LineString([(WEST, SOUTH), (WEST + 500, SOUTH + 500)]),
        shapely.Polygon(),
        shapely.GeometryCollection([shapely.Point(WEST + 50, SOUTH + 50)]),
    ],
)
def test_what_has_no_area_gives_nothing(ledger, nothing):
    found = ledger.land_areas(nothing, LAMBERT)
    assert (found.keys, found.inside_ha, found.geometry_ha, found.described_ha) == ((), 0.0, 0.0, 0.0)


def test_outside_the_raster_there_is_an_area_and_no_land(ledger):
    found = ledger.land_areas(shapely.box(2.0, 48.0, 2.1, 48.1), LONLAT)
    assert found.keys == ()
    assert found.inside_ha == 0.0
    assert found.geometry_ha == pytest.approx(true_area_ha(shapely.box(2.0, 48.0, 2.1, 48.1), LONLAT))


def test_parts_outside_the_raster_are_left_out(ledger):
    inside, outside = star(3_000, 3_000, 500), star(90_000, 3_000, 500)
    found = ledger.land_areas(reproject(shapely.MultiPolygon([inside, outside]), LAMBERT, LONLAT), LONLAT)
    assert found.inside_ha == pytest.approx(true_area_ha(inside, LAMBERT), rel=1e-8)
    assert found.geometry_ha == pytest.approx(
        true_area_ha(inside, LAMBERT) + true_area_ha(outside, LAMBERT), rel=1e-8
    )


def test_heights_are_dropped(ledger):
    flat = star(3_000, 3_000, 500)
    high = shapely.force_3d(flat, 12.0)
    np.testing.assert_array_equal(
        ledger.land_areas(high, LAMBERT).areas_ha, ledger.land_areas(flat, LAMBERT).areas_ha
    )


def test_overlapping_parts_count_once(ledger):
    one, two = (
        shapely.box(WEST, SOUTH, WEST + 200, SOUTH + 100),
        shapely.box(WEST + 100, SOUTH, WEST + 300, SOUTH + 100),
    )
    union = ledger.land_areas(shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 100), LAMBERT)
    for doubled in (shapely.MultiPolygon([one, two]), shapely.GeometryCollection([one, two, one])):
        found = ledger.land_areas(doubled, LAMBERT)
        assert found.inside_ha == pytest.approx(union.inside_ha, rel=1e-12)
        assert found.geometry_ha == pytest.approx(union.geometry_ha, rel=1e-9)


def test_a_bow_tie_counts_both_wings(ledger):
    """Two triangles of 100 m by 50 m: half a hectare of plane area."""
    tie = shapely.Polygon(
        [(WEST, SOUTH), (WEST + 100, SOUTH + 100), (WEST + 100, SOUTH), (WEST, SOUTH + 100)]
    )
    assert ledger.land_areas(tie, LAMBERT).inside_ha == pytest.approx(0.5 * 1.00186, rel=1e-5)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_coordinate_that_is_not_a_number_is_refused(ledger, value):
    square = shapely.box(WEST, SOUTH, WEST + 100, SOUTH + 100)
    with np.errstate(invalid="ignore"):
        broken = shapely.transform(square, lambda points: np.where(points == WEST, value, points))
    with pytest.raises(InvalidGeometry, match="finite"):
        ledger.land_areas(broken, LAMBERT)


def test_two_hundred_thousand_vertices(ledger):
    angles = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
    reach = 4_000 + 50 * np.sin(3_000 * angles)
    jagged = shapely.Polygon(
        np.column_stack([WEST + 5_000 + reach * np.cos(angles), SOUTH + 5_000 + reach * np.sin(angles)])
    )
    found = ledger.land_areas(jagged, LAMBERT)
    assert found.inside_ha == pytest.approx(true_area_ha(jagged, LAMBERT), rel=1e-9)


def square(side):
    middle = SIDE / 2
    return shapely.box(
        WEST + middle - side / 2,
        SOUTH + middle - side / 2,
        WEST + middle + side / 2,
        SOUTH + middle + side / 2,
    )


def test_the_bytes_read_grow_with_the_perimeter(ledger):
    """From 2 km to 8 km of side the area grows sixteenfold, the outline fourfold."""
    small, large = (ledger.land_areas(square(side), LAMBERT) for side in (2_003, 8_012))
    assert large.geometry_ha == pytest.approx(16 * small.geometry_ha, rel=1e-3)
    assert 3 < large.bytes_read / small.bytes_read < 5
    whole_raster = 2_000 * 2_000 * 2
    assert large.bytes_read < whole_raster / 10


def test_large_blocks_stand_for_many_small_ones(ledger):
    """The whole raster is answered by the single block of the coarsest level, key by key."""
    found = ledger.land_areas(
        shapely.box(WEST - 50, SOUTH - 50, WEST + SIDE + 50, SOUTH + SIDE + 50), LAMBERT
    )
    assert found.bytes_read == len(ledger.keys) * ENTRY_BYTES


def test_the_ledger_stays_open_until_its_file_changes(path, ledger, tmp_path):
    assert open_ledger(path) is ledger
    for file in path.parent.iterdir():
        shutil.copy(file, tmp_path / file.name)
    copy = open_ledger(tmp_path / path.name)
    assert copy is not ledger
    assert copy.version == ledger.version
    assert len(ledger.version) == 64


@pytest.mark.parametrize("file", ["land-ledger.tif", "land-ledger.index.npz", "land-ledger.keys.json"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "altered"])
def test_a_damaged_file_makes_the_ledger_unavailable(path, tmp_path, file, damage):
    for other in path.parent.iterdir():
        shutil.copy(other, tmp_path / other.name)
    content = (tmp_path / file).read_bytes()
    if damage == "missing":
        (tmp_path / file).unlink()
    elif damage == "truncated":
        (tmp_path / file).write_bytes(content[: len(content) // 2])
    else:
        middle = len(content) // 2
        (tmp_path / file).write_bytes(content[:middle] + b"\0" * 8 + content[middle + 8 :])
    with pytest.raises(Unavailable) as caught:
        open_ledger(tmp_path / "land-ledger.tif")
    assert "estran data build" in caught.value.message("en")
    assert "registre des sols" in caught.value.message("fr")


def test_many_threads_get_the_same_answers(path, tmp_path):
    for file in path.parent.iterdir():
        shutil.copy(file, tmp_path / file.name)
    shapes = [star(2_000 + 137 * n, 8_000 - 131 * n, 600, seed=n) for n in range(40)]
    fresh = open_ledger(tmp_path / path.name)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda shape: fresh.land_areas(shape, LAMBERT).areas_ha, shapes))
    expected = [open_ledger(path).land_areas(shape, LAMBERT).areas_ha for shape in shapes]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1_000, 11_000), st.floats(-1_000, 11_000)), min_size=3, max_size=8),
)
def test_land_never_exceeds_the_geometry(ledger, corners):
    shape = shapely.Polygon([(WEST + x, SOUTH + y) for x, y in corners])
    assume(shape.is_valid and shape.area > 1)
    found = ledger.land_areas(shape, LAMBERT)
    assert found.inside_ha <= found.geometry_ha * (1 + 1e-9) + 1e-10
    assert np.all(found.areas_ha > 0)
    clipped = shapely.intersection(shape, shapely.box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE))
    assert found.inside_ha == pytest.approx(true_area_ha(clipped, LAMBERT), rel=1e-8, abs=1e-9)
