"""The nearest cells on another grid: those of GDAL, except for centres that lie on an edge between cells."""

import numpy as np
import pytest
from affine import Affine
from rasterio.enums import Resampling
from rasterio.warp import reproject

from estran.layers.geodesy import parse_crs, transform_points
from estran.layers.near_transform import near_transform
from estran.layers.raster_grid import Grid, moved_bounds
from estran.layers.raster_nearest import nearest_cells

LAMBERT, MERCATOR, DEGREES = parse_crs(2154), parse_crs(3857), parse_crs("CRS84")
SOURCE = Grid(LAMBERT, Affine(5, 0, 380_000, 0, -5, 6_570_000), 400, 300)
SIDE = 128


def over(crs: object, grow: float = 0.0) -> Grid:
    """A grid of 128 x 128 cells over the source and, around it, so much of its size."""
    left, bottom, right, top = moved_bounds(SOURCE.bounds, LAMBERT, crs)  # type: ignore[arg-type]
    wide, high = (right - left) * grow, (top - bottom) * grow
    across, down = (right - left + 2 * wide) / SIDE, (top - bottom + 2 * high) / SIDE
    return Grid(crs, Affine(across, 0, left - wide, 0, -down, top + high), SIDE, SIDE)  # type: ignore[arg-type]


def centres(grid: Grid) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    columns, rows = np.meshgrid(np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5)
    across, down = grid.cell
    return np.column_stack(
        [grid.transform.c + across * columns.ravel(), grid.transform.f - down * rows.ravel()]
    )


@pytest.mark.parametrize("crs", [MERCATOR, DEGREES, LAMBERT], ids=["mercator", "degrees", "lambert"])
@pytest.mark.parametrize("grow", [0.0, 0.2], ids=["inside", "beyond"])
def test_each_cell_is_the_one_that_holds_the_centre(crs: object, grow: float) -> None:
    """Each value is its own place, so the value tells which cell was taken; 0 is no data."""
    values = np.ma.MaskedArray(1 + np.arange(400 * 300, dtype=np.int32).reshape(1, 300, 400), mask=False)
    values[0, 100:110] = np.ma.masked
    target = over(crs, grow)
    found = nearest_cells(values, SOURCE, target, 0)
    assert found is not None
    places = transform_points(centres(target), target.crs, LAMBERT)
    columns, rows = (places[:, 0] - 380_000) / 5, (6_570_000 - places[:, 1]) / 5
    inside = (columns >= 0) & (columns < 400) & (rows >= 0) & (rows < 300) & ~((rows >= 100) & (rows < 110))
    expected = np.where(inside, 1 + np.floor(rows) * 400 + np.floor(columns), 0).astype(np.int32)
    on_edge = np.minimum(np.abs(columns - np.rint(columns)), np.abs(rows - np.rint(rows))) < 0.05
    clear = ~on_edge
    assert clear.mean() > 0.7
    np.testing.assert_array_equal(found.filled(0).ravel()[clear], expected[clear])
    np.testing.assert_array_equal(found.mask.ravel()[clear], ~inside[clear])
    by_gdal = np.zeros((1, SIDE, SIDE), np.int32)
    reproject(
        values.filled(0), by_gdal, src_transform=SOURCE.transform, src_crs=LAMBERT.to_wkt(), src_nodata=0,
        dst_transform=target.transform, dst_crs=target.crs.to_wkt(), dst_nodata=0,
        resampling=Resampling.nearest, tolerance=0.0,
    )  # fmt: skip
    np.testing.assert_array_equal(found.filled(0).ravel()[clear], by_gdal.ravel()[clear])


def test_a_mask_beside_the_values_is_kept() -> None:
    values = np.ma.MaskedArray(np.full((1, 300, 400), 7, np.uint8), mask=False)
    values.mask[0, :, :200] = True
    target = Grid(LAMBERT, Affine(50, 0, 379_500, 0, -50, 6_569_900), 40, 2)
    found = nearest_cells(values, SOURCE, target, None)
    assert found is not None
    # 10 cells of 50 m before the raster, 20 without data, 10 with 7.
    assert found.mask[0].tolist() == [[True] * 30 + [False] * 10] * 2
    assert found.data[0, 0, 30:].tolist() == [7] * 10


def test_what_bends_too_much_is_left_to_gdal() -> None:
    world = Grid(MERCATOR, Affine(78_000, 0, -2e7, 0, -78_000, 2e7), 512, 512)
    values = np.ma.MaskedArray(np.ones((1, 300, 400), np.uint8), mask=False)
    assert nearest_cells(values, SOURCE, world, 0) is None
    assert near_transform(SOURCE.bounds, LAMBERT, MERCATOR, (1e-3, 1e-3)) is not None
    assert near_transform((-5e6, 0.0, 6e6, 1.2e7), LAMBERT, MERCATOR, (1.0, 1.0)) is None
