"""A raster on a grid that the client chose; expected values are worked out from cells of known value."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.layers.raster import Raster, open_raster
from estran.layers.raster_tiles import read_tile

LAMBERT = parse_crs(2154)
MERCATOR = parse_crs(3857)
LEFT, TOP = 380_000, 6_570_000


@pytest.fixture
def columns(tmp_path: Path) -> Raster:
    """10 x 10 cells of 100 m: class 1 in the columns 0 to 4, class 2 in the others; row 0 has no data."""
    values = np.repeat([[1] * 5 + [2] * 5], 10, axis=0).astype("uint8")
    values[0] = 0
    corner = Affine(100, 0, LEFT, 0, -100, TOP)
    write_cog(tmp_path / "classes.tif", values, crs=LAMBERT, transform=corner, nodata=0)
    return open_raster(tmp_path / "classes.tif")


@pytest.fixture
def slope(tmp_path: Path) -> Raster:
    """10 x 10 cells of 100 m; the value is how far the centre of the cell is from the left edge."""
    values = np.repeat([np.arange(50, 1050, 100)], 10, axis=0).astype("float32")
    corner = Affine(100, 0, LEFT, 0, -100, TOP)
    write_cog(tmp_path / "slope.tif", values, crs=LAMBERT, transform=corner, nodata=-1)
    return open_raster(tmp_path / "slope.tif")


def test_the_grid_is_the_one_asked(columns: Raster) -> None:
    bounds = (LEFT - 100.0, TOP - 1100.0, LEFT + 1100.0, TOP + 100.0)
    window = read_tile(columns, bounds, LAMBERT, 12, 12)
    assert window.bounds == bounds
    assert window.values.shape == (1, 12, 12)
    expected = np.zeros((12, 12), int)
    expected[2:11, 1:6], expected[2:11, 6:11] = 1, 2
    assert window.values[0].filled(0).tolist() == expected.tolist()
    assert window.values.dtype == np.uint8


def test_a_class_is_never_mixed_with_another(columns: Raster) -> None:
    window = read_tile(columns, (LEFT + 430.0, TOP - 500.0, LEFT + 570.0, TOP - 400.0), LAMBERT, 14, 10)
    assert window.values[0].tolist() == [[1] * 7 + [2] * 7] * 10


def test_a_quantity_is_interpolated_between_the_centres_of_cells(slope: Raster) -> None:
    window = read_tile(
        slope, (LEFT + 200.0, TOP - 600.0, LEFT + 800.0, TOP - 400.0), LAMBERT, 24, 8, resampling="average"
    )
    centres = 200 + 25 * (np.arange(24) + 0.5)
    np.testing.assert_allclose(window.values[0, 4], centres, rtol=1e-5)


def test_a_coarser_grid_takes_the_mean_of_a_quantity(slope: Raster) -> None:
    window = read_tile(
        slope, (LEFT + 0.0, TOP - 1000.0, LEFT + 1000.0, TOP), LAMBERT, 2, 2, resampling="average"
    )
    low, high = window.values[0, 0]
    assert low == pytest.approx(250, abs=60)
    assert high == pytest.approx(750, abs=60)


def test_in_another_crs_each_place_keeps_its_class(columns: Raster) -> None:
    left, bottom, right, top = columns.grid.bounds_in(MERCATOR)
    window = read_tile(columns, (left, bottom, right, top), MERCATOR, 64, 64)
    rows = window.values[0]
    assert rows[48, 16] == 1
    assert rows[48, 48] == 2
    assert rows[1].mask.all(), "row 0 of the file has no data"


@pytest.mark.parametrize("crs", [LAMBERT, MERCATOR, parse_crs(4326), parse_crs("CRS84")])
def test_away_from_the_raster_nothing_has_data(columns: Raster, crs: object) -> None:
    window = read_tile(columns, (0.0, 0.0, 1.0, 1.0), crs, 4, 4)  # type: ignore[arg-type]
    assert window.values.mask.all()


def test_a_tile_of_the_whole_world_does_not_fail(columns: Raster) -> None:
    half = 20_037_508.34
    window = read_tile(columns, (-half, -half, half, half), MERCATOR, 256, 256)
    assert window.values.shape == (1, 256, 256)


def test_a_file_of_the_whole_world_has_a_tile_in_mercator(tmp_path: Path) -> None:
    values = np.repeat([[1], [2]], 4, axis=1).astype("uint8")
    path = tmp_path / "world.tif"
    corner = Affine(90, 0, -180, 0, -90, 90)
    write_cog(path, values, crs=parse_crs(4326), transform=corner, nodata=None)
    half = 20_037_508.34
    window = read_tile(open_raster(path), (-half, -half, half, half), MERCATOR, 4, 4)
    assert window.values[0].tolist() == [[1] * 4] * 2 + [[2] * 4] * 2


def test_overviews_give_a_coarse_grid_of_a_large_file(tmp_path: Path) -> None:
    """2,048 cells to a side, halves of class 1 and 2; 8 pixels to a side are 256 cells each."""
    values = np.ones((2048, 2048), "uint8")
    values[:, 1024:] = 2
    corner = Affine(1, 0, LEFT, 0, -1, TOP)
    path = tmp_path / "large.tif"
    write_cog(path, values, crs=LAMBERT, transform=corner, nodata=0)
    window = read_tile(open_raster(path), (LEFT + 0.0, TOP - 2048.0, LEFT + 2048.0, TOP + 0.0), LAMBERT, 8, 8)
    assert window.values[0].tolist() == [[1] * 4 + [2] * 4] * 8
