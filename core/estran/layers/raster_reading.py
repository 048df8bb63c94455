"""What are the values of a raster layer over an area, at a wanted size and in a wanted CRS?

Fewer cells than the file has are read from its overviews.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil, sqrt
from pathlib import Path
from typing import Any, Literal

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import MaskFlags
from rasterio.enums import Resampling as Method
from rasterio.errors import RasterioError
from rasterio.warp import calculate_default_transform, reproject
from rasterio.windows import Window

from estran.carbon.errors import NotFound, TooLarge
from estran.layers.raster import Band, Raster, RasterWindow, unavailable
from estran.layers.raster_grid import ROUNDING, Area, CellWindow, Grid, Scale, moved_bounds
from estran.layers.raster_handles import dataset, forget

Resampling = Literal["nearest", "average", "sum"]
"""How cells are merged: a class keeps one of the values, a density or a height is averaged, an amount
per cell is added up (and shared out when cells are split), so that the total stays the same; whole numbers
then become real ones."""

_refusals_only: ContextVar[bool] = ContextVar("refusals_only", default=False)


class NotRead(Exception):
    """The values could be read, and were not: only the refusals were wanted.

    Attributes:
        grid: The grid that they would have had.
    """

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid


@contextmanager
def refusals_only(*, wanted: bool = True) -> Iterator[None]:
    """Inside the block, raise `NotRead` in the place of reading, once nothing is left to refuse."""
    token = _refusals_only.set(wanted)
    try:
        yield
    finally:
        _refusals_only.reset(token)


def read_window(
    raster: Raster,
    areas: Sequence[Area] = (),
    *,
    bands: Sequence[Band] = (),
    scale: Scale | None = None,
    resampling: Resampling = "nearest",
    crs: CRS | None = None,
    limit: int | None = None,
    instants: int = 1,
) -> RasterWindow:
    """Return the whole cells that lie in all the areas.

    Args:
        raster: From `open_raster`.
        areas: Rectangles in any CRS; none means the whole raster.
        bands: The bands wanted, in this order; none means all.
        scale: How many cells are wanted; None keeps the cells of the file.
        resampling: How cells are merged when fewer are wanted.
        crs: CRS of the answer; a cell then takes the value of the cell that holds its centre, save with
            `sum`. None keeps the CRS of the file.
        limit: Most values, cells times bands times instants, that may be read or returned.
        instants: How many such windows the answer holds.

    Raises:
        NotFound: the areas have no cell in common with the raster.
        TooLarge: more values than `limit`.
        Unavailable: the file cannot be read.
    """
    chosen = tuple(bands) or raster.bands
    window = raster.grid.window(areas)
    wanted = scale or Scale()
    shape = wanted.shape(window.height, window.width)
    count = len(chosen) * instants
    own_crs = crs is None or crs == raster.grid.crs
    if own_crs and (resampling != "sum" or shape == (window.height, window.width)):
        check_size(window, shape, count, limit)
        return _read(raster, window, shape, chosen, resampling)
    size = (window.height, window.width) if resampling == "sum" else _at_most(window, shape)
    check_size(window, size, count, limit, can_scale=resampling != "sum")
    if crs is None or own_crs:
        check_size(window, shape, count, limit)
        return _shared_out(_read(raster, window, size, chosen, resampling), shape)
    target = _target_grid(raster.grid, window, areas, crs=crs, scale=wanted)
    check_size(window, (target.height, target.width), count, limit)
    return _moved(_read(raster, window, size, chosen, resampling, target), target, resampling)


def fitting_factor(height: int, width: int, *, bands: int, limit: int) -> int:
    """Return the smallest whole scale factor with which a window stays within `limit` values.

    Example:
        >>> fitting_factor(4000, 6000, bands=1, limit=16_000_000)
        2
    """
    factor = max(1, ceil(sqrt(height * width * bands / limit)) - 1)
    while ceil(height / factor) * ceil(width / factor) * bands > limit and factor < max(height, width):
        factor += 1
    return factor


def _read(
    raster: Raster,
    window: CellWindow,
    shape: tuple[int, int],
    bands: tuple[Band, ...],
    resampling: Resampling,
    target: Grid | None = None,
) -> RasterWindow:
    if _refusals_only.get():
        raise NotRead(target or raster.grid.part(window, shape))
    shrinks = shape[0] <= window.height and shape[1] <= window.width
    method = Method.average if resampling == "average" and shrinks else Method.nearest
    try:
        source = dataset(raster.version)
        nodata = _telling_nodata(source, bands) if method == Method.nearest else None
        values = source.read(
            [band.index for band in bands],
            window=Window(window.column, window.row, window.width, window.height),
            out_shape=(len(bands), *shape),
            resampling=method,
            masked=nodata is None,
        )
    except (RasterioError, OSError) as error:
        forget(raster.version)
        raise unavailable(Path(raster.version[0]).name) from error
    if nodata is not None:
        values = np.ma.MaskedArray(values, mask=values == nodata, fill_value=nodata)
    return RasterWindow(values, raster.grid.part(window, shape), bands)


def _telling_nodata(source: Any, bands: tuple[Band, ...]) -> float | None:
    """Return the value that alone tells which cells have no data; a mask would be read as a second raster."""
    nodata = bands[0].nodata
    flags = source.mask_flag_enums
    alike = all(
        band.nodata == nodata
        and np.dtype(band.dtype).kind in "iu"
        and flags[band.index - 1] == [MaskFlags.nodata]
        for band in bands
    )
    return nodata if alike else None


def _at_most(window: CellWindow, shape: tuple[int, int]) -> tuple[int, int]:
    return min(shape[0], window.height), min(shape[1], window.width)


def _target_grid(grid: Grid, window: CellWindow, areas: Sequence[Area], *, crs: CRS, scale: Scale) -> Grid:
    """The grid in another CRS, its cells as large as those of the file before they are scaled."""
    part = grid.part(window)
    left, bottom, right, top = moved_bounds(part.bounds, grid.crs, crs)
    step = calculate_default_transform(
        grid.crs.to_wkt(), crs.to_wkt(), part.width, part.height, *part.bounds
    )[0].a
    for area in areas:
        if area.crs == crs:
            left, bottom = max(left, area.left), max(bottom, area.bottom)
            right, top = min(right, area.right), min(top, area.top)
    if right <= left or top <= bottom:
        raise NotFound(
            "the area asked for is empty in the CRS of the answer; ask for a larger one",
            "l'emprise demandée est vide dans le SCR de la réponse ; demandez-en une plus grande",
            where="bbox",
        )
    rows, columns = scale.shape(max(1, round((top - bottom) / step)), max(1, round((right - left) / step)))
    cells = Affine.scale((right - left) / columns, (bottom - top) / rows)
    return Grid(crs, Affine.translation(left, top) @ cells, columns, rows)


def _shared_out(source: RasterWindow, shape: tuple[int, int]) -> RasterWindow:
    """The amounts of a window over `shape` cells of the same extent: added up, or split by area."""
    amounts = source.values.filled(0).astype(np.float64)
    kind = source.values.dtype if source.values.dtype.kind == "f" else np.float64
    valid = (~np.ma.getmaskarray(source.values)).astype(np.float64)
    for axis, count in ((1, shape[0]), (2, shape[1])):
        amounts, valid = _regrouped(amounts, count, axis), _regrouped(valid, count, axis)
    values = np.ma.MaskedArray(
        amounts.astype(kind), mask=valid < ROUNDING, fill_value=source.values.fill_value
    )
    return RasterWindow(values, source.grid.part(source.grid.whole(), shape), source.bands)


def _regrouped(amounts: NDArray[np.float64], count: int, axis: int) -> NDArray[np.float64]:
    """Amounts of `count` equal intervals along an axis: differences of the cumulated amount at their ends."""
    cells = amounts.shape[axis]
    before = np.insert(np.cumsum(amounts, axis=axis), 0, 0.0, axis=axis)
    ends = np.linspace(0.0, cells, count + 1)
    whole = np.minimum(np.floor(ends).astype(np.intp), cells - 1)
    share = (ends - whole).reshape([-1 if dimension == axis else 1 for dimension in range(amounts.ndim)])
    reached = before.take(whole, axis=axis) + share * amounts.take(whole, axis=axis)
    return np.diff(reached, axis=axis)


def _moved(source: RasterWindow, target: Grid, resampling: Resampling) -> RasterWindow:
    """The same values on another grid."""
    adds = resampling == "sum"
    filled = source.values.filled(0) if adds else source.values.data
    if adds and filled.dtype.kind != "f":
        filled = filled.astype(np.float64)
    valid = (~np.ma.getmaskarray(source.values)).astype(np.uint8)
    moved = np.zeros((len(source.bands), target.height, target.width), filled.dtype)
    seen = np.zeros(moved.shape, np.uint8)
    plans = ((filled, moved, Method.sum), (valid, seen, Method.max))
    for before, after, method in plans:
        reproject(
            before,
            after,
            src_transform=source.grid.transform,
            src_crs=source.grid.crs.to_wkt(),
            dst_transform=target.transform,
            dst_crs=target.crs.to_wkt(),
            resampling=method if adds else Method.nearest,
        )
    values = np.ma.MaskedArray(moved, mask=seen == 0, fill_value=source.values.fill_value)
    return RasterWindow(values, target, source.bands)


def check_size(
    window: CellWindow, shape: tuple[int, int], layers: int, limit: int | None, *, can_scale: bool = True
) -> None:
    """Refuse an answer of more values than a limit, and say which scale of a window would fit.

    Raises:
        TooLarge: `shape` has, in so many layers, more values than `limit`.
    """
    count = shape[0] * shape[1] * layers
    if limit is None or count <= limit:
        return
    factor = fitting_factor(window.height, window.width, bands=layers, limit=limit)
    en = f"scale-factor={factor}, a smaller area" if can_scale else "a smaller area"
    fr = f"scale-factor={factor}, une emprise plus petite" if can_scale else "une emprise plus petite"
    size = f"{_spaced(shape[1])} x {_spaced(shape[0])}"
    raise TooLarge(
        f"the answer needs {count:,} values ({shape[1]:,} x {shape[0]:,} cells, {layers} band(s) or "
        f"instant(s)); the limit is {limit:,}; ask for {en} or fewer bands",
        f"la réponse demande {_spaced(count)} valeurs ({size} cellules, {layers} bande(s) ou instant(s)) ; "
        f"la limite est {_spaced(limit)} ; demandez {fr} ou moins de bandes",
        where="scale-factor",
    )


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")
