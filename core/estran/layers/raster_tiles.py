"""What does a raster look like on a grid chosen by the client: a tile, or a map of any size and CRS?

Unlike a window of the coverage, whose cells are those of the file, the grid asked for is met exactly. Cells
that the raster does not reach have no data. A grid coarser than the file is read from its overviews.
"""

from collections.abc import Sequence
from math import ceil, floor, log2
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling as Method
from rasterio.errors import RasterioError
from rasterio.warp import reproject
from rasterio.windows import Window

from estran.carbon.errors import InvalidGeometry, NotFound
from estran.layers.geodesy import transform_points
from estran.layers.raster import Band, Raster, RasterWindow, unavailable
from estran.layers.raster_grid import Area, Bounds, CellWindow, Grid, moved_bounds
from estran.layers.raster_handles import dataset, forget
from estran.layers.raster_nearest import nearest_cells
from estran.layers.raster_reading import Resampling, check_size

MARGIN = 2
"""Cells read around what is asked for, so that interpolation has its neighbours."""


def read_tile(
    raster: Raster,
    bounds: Bounds,
    crs: CRS,
    width: int,
    height: int,
    *,
    bands: Sequence[Band] = (),
    resampling: Resampling = "nearest",
) -> RasterWindow:
    """Return the raster on exactly this grid; what it does not reach is masked.

    Args:
        raster: From `open_raster`.
        bounds: Outer edges of the grid, in `crs`.
        crs: CRS of the grid.
        width: Cells across, > 0.
        height: Cells down, > 0.
        bands: The bands wanted, in this order; none means all.
        resampling: How the layer is merged. A class takes the value of the nearest cell and keeps its type.
            Any other value is interpolated between the cells around it, as float32; an amount per cell is
            then that of a cell of the file, whatever the size of those of the grid.

    Raises:
        Unavailable: the file cannot be read.
    """
    chosen = tuple(bands) or raster.bands
    left, _, right, top = bounds
    cell = Affine.scale((right - left) / width, (bounds[1] - top) / height)
    grid = Grid(crs, Affine.translation(left, top) @ cell, width, height)
    is_class = resampling == "nearest"
    dtype = np.dtype(chosen[0].dtype if is_class else np.float32)
    nodata = chosen[0].nodata if is_class else float("nan")
    values = np.ma.masked_all((len(chosen), height, width), dtype)
    values.data[:] = 0 if nodata is None else nodata
    part = _reached(raster.grid, grid)
    window = None if part is None else _source_window(raster.grid, grid.part(part), part)
    if part is not None and window is not None:
        rows = slice(part.row, part.row + part.height)
        columns = slice(part.column, part.column + part.width)
        values[:, rows, columns] = _drawn(raster, *window, chosen, grid.part(part), is_class=is_class)
    return RasterWindow(values, grid, chosen)


def read_exactly(
    raster: Raster,
    areas: Sequence[Area],
    size: tuple[int, int],
    *,
    bands: Sequence[Band] = (),
    limit: int | None = None,
) -> RasterWindow:
    """Return the raster on the grid of the first area, in its CRS, cut into so many columns and rows.

    A cell takes the value of the cell of the file that holds its centre; it has no data outside the other
    areas, or where the raster does not reach.

    Raises:
        NotFound: the area and the raster do not meet.
        TooLarge: more values than `limit`.
        Unavailable: the file cannot be read.
    """
    first = areas[0]
    width, height = size
    check_size(raster.grid.whole(), (height, width), len(bands or raster.bands), limit)
    left, bottom, right, top = raster.grid.bounds_in(first.crs)
    if right <= first.left or left >= first.right or top <= first.bottom or bottom >= first.top:
        raster.grid.window([first])
    read = read_tile(raster, first.bounds, first.crs, width, height, bands=bands)
    for area in areas[1:]:
        _mask_outside(read, area)
    return read


def _mask_outside(read: RasterWindow, area: Area) -> None:
    """Leave no data in the cells whose centre is not in an area."""
    grid = read.grid
    across, down = grid.cell
    x, y = np.meshgrid(
        grid.bounds[0] + across * (np.arange(grid.width) + 0.5),
        grid.bounds[3] - down * (np.arange(grid.height) + 0.5),
    )
    points = transform_points(np.column_stack([x.ravel(), y.ravel()]), grid.crs, area.crs)
    is_inside = (points >= (area.left, area.bottom)).all(axis=1) & (points <= (area.right, area.top)).all(
        axis=1
    )
    read.values[:, ~is_inside.reshape(x.shape)] = np.ma.masked


def _reached(own: Grid, grid: Grid) -> CellWindow | None:
    """The cells of `grid` that a raster on the grid `own` reaches; None when there are none."""
    try:
        return grid.window([Area(grid.crs, *own.bounds_in(grid.crs))])
    except NotFound:
        return None
    except InvalidGeometry:
        return grid.whole()


def _source_window(own: Grid, grid: Grid, part: CellWindow) -> tuple[CellWindow, int] | None:
    """The cells of the raster under `grid`, and how many of them, along a side, are merged when read."""
    try:
        found = own.window([Area(own.crs, *moved_bounds(grid.bounds, grid.crs, own.crs))])
    except NotFound:
        return None
    except InvalidGeometry:
        found = own.whole()
    finest = min(found.width / part.width, found.height / part.height)
    factor = 2 ** max(0, floor(log2(finest)))
    margin = MARGIN * factor
    first_column = max(0, (found.column - margin) // factor * factor)
    first_row = max(0, (found.row - margin) // factor * factor)
    end_column = min(own.width, ceil((found.column + found.width + margin) / factor) * factor)
    end_row = min(own.height, ceil((found.row + found.height + margin) / factor) * factor)
    return CellWindow(first_column, first_row, end_column - first_column, end_row - first_row), factor


def _drawn(
    raster: Raster, window: CellWindow, factor: int, bands: tuple[Band, ...], target: Grid, *, is_class: bool
) -> "np.ma.MaskedArray[Any, np.dtype[Any]]":
    shape = (ceil(window.height / factor), ceil(window.width / factor))
    try:
        read = dataset(raster.version).read(
            [band.index for band in bands],
            window=Window(window.column, window.row, window.width, window.height),
            out_shape=(len(bands), *shape),
            resampling=Method.nearest if is_class else Method.average,
            masked=True,
        )
    except (RasterioError, OSError) as error:
        forget(raster.version)
        raise unavailable(Path(raster.version[0]).name) from error
    source = raster.grid.part(window, shape)
    if not is_class:
        quantities = read.astype(np.float32).filled(np.nan)
        return np.ma.masked_invalid(_warped(quantities, source, target, Method.bilinear, nodata=np.nan))
    nodata = bands[0].nodata
    near = nearest_cells(read, source, target, nodata)
    if near is not None:
        return near
    if nodata is not None:
        values = _warped(read.filled(nodata), source, target, Method.nearest, nodata=nodata)
        return np.ma.MaskedArray(values, mask=values == nodata)
    seen = _warped((~np.ma.getmaskarray(read)).astype(np.uint8), source, target, Method.nearest)
    return np.ma.MaskedArray(_warped(read.data, source, target, Method.nearest), mask=seen == 0)


def _warped(
    values: NDArray[Any], source: Grid, target: Grid, method: Method, *, nodata: float | None = None
) -> NDArray[Any]:
    moved = np.full((len(values), target.height, target.width), nodata or 0, values.dtype)
    reproject(
        values,
        moved,
        src_transform=source.transform,
        src_crs=source.crs.to_wkt(),
        dst_transform=target.transform,
        dst_crs=target.crs.to_wkt(),
        src_nodata=nodata,
        dst_nodata=nodata,
        resampling=method,
        num_threads=1,
    )
    return moved
