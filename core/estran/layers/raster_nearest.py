"""Which cell of a raster holds the centre of each cell of another grid, quickly?

The centres of a tile are moved by a polynomial that strays by less than a twentieth of a cell; GDAL, whose
own approximation may stray by an eighth, takes several times as long for a tile.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.layers.near_transform import near_transform
from estran.layers.raster_grid import Grid

_STRAY = 0.05
"""Cells of the raster by which a centre may lie beside its place."""

_EDGE = np.float32(1e-3)
"""A centre closer than this to an edge between cells lies on it."""

type Cells = "np.ma.MaskedArray[Any, np.dtype[Any]]"


def nearest_cells(values: Cells, source: Grid, target: Grid, nodata: float | None) -> Cells | None:
    """Return the values of a raster on another grid, None where only GDAL can follow the transformation.

    Args:
        values: Values of the raster, shape (bands, rows, columns); what is masked has no data.
        source: Its grid.
        target: The grid wanted.
        nodata: The value of cells without data; None when a mask tells, and they get 0.
    """
    across, down = source.cell
    move = near_transform(target.bounds, target.crs, source.crs, (_STRAY * across, _STRAY * down))
    if move is None:
        return None
    wide, high = target.cell
    found = move.counted((source.transform.c, source.transform.f), (across, -down)).grid(
        target.transform.c + wide * (np.arange(target.width) + 0.5),
        target.transform.f - high * (np.arange(target.height) + 0.5),
    )
    columns, is_across = _cells(found[0], source.width)
    rows, is_down = _cells(found[1], source.height)
    places = rows * source.width + columns
    mask = np.ma.getmaskarray(values)
    held = values.data if nodata is None else values.filled(nodata)
    picked = held.reshape(len(held), -1).take(places, axis=1)
    masked = mask.reshape(len(mask), -1).take(places, axis=1) if nodata is None else picked == nodata
    for is_inside in (is_across, is_down):
        if is_inside is not None:
            outside = np.broadcast_to(~is_inside, places.shape)
            picked[:, outside], masked[:, outside] = nodata or 0, True
    return np.ma.MaskedArray(picked, mask=masked)


def _cells(places: NDArray[np.float32], count: int) -> tuple[NDArray[np.int32], NDArray[np.bool_] | None]:
    """Return the cells in which places lie, and which of them lie in one of so many; None for all.

    A place on the edge of two cells lies in the second, whichever way it was rounded.
    """
    places += _EDGE
    if places.min(initial=0.0) >= 0.0 and places.max(initial=0.0) < count:
        return places.astype(np.int32), None
    found = np.floor(places).astype(np.int32)
    is_inside = (found >= 0) & (found < count)
    return np.where(is_inside, found, 0), is_inside
