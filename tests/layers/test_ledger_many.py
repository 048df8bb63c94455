"""Many geometries read together give what each gives alone, and what a second library gives."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from estran.carbon.errors import InvalidGeometry
from estran.layers.geodesy import parse_crs, reproject, true_area_ha, true_areas_ha
from estran.layers.ledger.build import LedgerInputs, LedgerLayer, build_ledger
from estran.layers.ledger.keys import LandAreas
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.progress import silent

LAMBERT = CRS.from_epsg(2154)
DEGREES = parse_crs("CRS84")

WEST, SOUTH = 380_000.0, 6_570_000.0


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Three kilometres by two, in stripes of classes 170 m wide, with a hole in the territory."""
    directory = tmp_path_factory.mktemp("stripes")
    whole = shapely.box(WEST, SOUTH, WEST + 3_000, SOUTH + 2_000)
    hole = shapely.box(WEST + 1_000, SOUTH + 500, WEST + 1_400, SOUTH + 900)
    communes = gpd.GeoDataFrame(
        {"code_insee": ["17300"], "zone": ["4_1"], "forest_region": ["F1"]},
        geometry=[whole.difference(hole)],
        crs=LAMBERT,
    )
    classes = ["cropland", "forest_broadleaf", "grassland_herbaceous"]
    stripes = [
        (classes[rank % 3], shapely.box(WEST + 170 * rank, SOUTH, WEST + 170 * (rank + 1), SOUTH + 2_000))
        for rank in range(16)
    ]
    land = gpd.GeoDataFrame(
        {"land_class": [name for name, _ in stripes]}, geometry=[shape for _, shape in stripes], crs=LAMBERT
    )
    layer = LedgerLayer("land-cover", "2021", synthetic=False, polygons=land)
    inputs = LedgerInputs(communes=communes, layers=(layer,))
    build_ledger(inputs, crs=LAMBERT, resolution_m=5.0, directory=directory, progress=silent)
    return open_ledger(Path(directory) / "land-ledger.tif")


def parcel(x: float, y: float, radius: float, seed: int) -> shapely.Geometry:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0.0, 2 * np.pi, rng.integers(3, 9)))
    reach = radius * rng.uniform(0.2, 1.0, len(angles))
    outline = np.column_stack([WEST + x + reach * np.cos(angles), SOUTH + y + reach * np.sin(angles)])
    return shapely.make_valid(shapely.Polygon(outline))


def same(many: LandAreas, one: LandAreas) -> None:
    assert [key.code for key in many.keys] == [key.code for key in one.keys]
    assert many.areas_ha == pytest.approx(one.areas_ha, rel=1e-9, abs=1e-12 * max(one.geometry_ha, 1e-6))
    assert many.geometry_ha == pytest.approx(one.geometry_ha, rel=1e-12, abs=1e-15)


parcels = st.lists(
    st.builds(
        parcel,
        st.floats(-300, 3_300),
        st.floats(-300, 2_300),
        st.floats(0.5, 900),
        st.integers(0, 10_000),
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(parcels, st.sampled_from([LAMBERT, DEGREES]))
def test_together_as_one_by_one(ledger: Ledger, shapes: list[shapely.Geometry], crs: CRS) -> None:
    """Parcels anywhere, overlapping, across the border, in two coordinate systems."""
    drawn = [shape if crs == LAMBERT else reproject(shape, LAMBERT, crs) for shape in shapes]
    for many, shape in zip(ledger.land_areas_many(drawn, crs), drawn, strict=True):
        same(many, ledger.land_areas(shape, crs))


def test_what_is_not_a_small_polygon_is_read_too(ledger: Ledger) -> None:
    """Nothing, a point, a line, a collection, a place elsewhere, two far parts, all of it, a hole."""
    box = shapely.box(WEST + 10.5, SOUTH + 11, WEST + 333, SOUTH + 222)
    shapes = [
        shapely.Polygon(),
        shapely.Point(WEST + 5, SOUTH + 5),
        shapely.LineString([(WEST, SOUTH), (WEST + 900, SOUTH + 900)]),
        shapely.GeometryCollection([box, shapely.Point(WEST, SOUTH)]),
        shapely.box(0, 0, 100, 100),
        shapely.MultiPolygon([box, shapely.box(WEST + 2_900, SOUTH + 1_900, WEST + 3_100, SOUTH + 2_100)]),
        shapely.box(WEST - 500, SOUTH - 500, WEST + 3_500, SOUTH + 2_500),
        box.difference(shapely.box(WEST + 50, SOUTH + 50, WEST + 201, SOUTH + 99)),
        shapely.box(WEST + 1_100, SOUTH + 600, WEST + 1_200, SOUTH + 700),
    ]
    found = ledger.land_areas_many(shapes, LAMBERT)
    for many, shape in zip(found, shapes, strict=True):
        same(many, ledger.land_areas(shape, LAMBERT))
    assert [len(areas.keys) for areas in found[:3]] == [0, 0, 0]
    assert found[8].keys == ()


def test_a_grid_of_parcels_adds_up_to_the_whole(ledger: Ledger) -> None:
    """1,200 squares of 71 m: more than are read at once, none aligned with the cells."""
    squares = [
        shapely.box(WEST + 71 * column, SOUTH + 67 * row, WEST + 71 * (column + 1), SOUTH + 67 * (row + 1))
        for column in range(40)
        for row in range(30)
    ]
    whole = ledger.land_areas(shapely.box(WEST, SOUTH, WEST + 71 * 40, SOUTH + 67 * 30), LAMBERT)
    found = ledger.land_areas_many(squares, LAMBERT)
    assert sum(areas.inside_ha for areas in found) == pytest.approx(whole.inside_ha, rel=1e-9)
    assert sum(areas.geometry_ha for areas in found) == pytest.approx(whole.geometry_ha, rel=1e-9)


def test_none_is_none(ledger: Ledger) -> None:
    assert ledger.land_areas_many([], LAMBERT) == []


def test_a_coordinate_that_is_not_finite_is_refused(ledger: Ledger) -> None:
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(WEST, SOUTH), (float("nan"), SOUTH), (WEST, SOUTH + 9), (WEST, SOUTH)])
    with pytest.raises(InvalidGeometry):
        ledger.land_areas_many([shapely.box(WEST, SOUTH, WEST + 9, SOUTH + 9), broken], LAMBERT)


@settings(max_examples=40, deadline=None)
@given(parcels, st.sampled_from([LAMBERT, DEGREES]))
def test_true_areas_together_as_one_by_one(shapes: list[shapely.Geometry], crs: CRS) -> None:
    drawn = [shape if crs == LAMBERT else reproject(shape, LAMBERT, crs) for shape in shapes]
    assert true_areas_ha(drawn, crs) == pytest.approx(
        [true_area_ha(shape, crs) for shape in drawn], rel=1e-12
    )
