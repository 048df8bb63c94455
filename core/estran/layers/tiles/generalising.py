"""Which features does a tile show, and with which outlines?

A feature smaller than a pixel stands for the others of its pixel: the largest is kept. Then the
largest of all are kept, up to the limit. An outline moves by half a unit at most.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.projection import projected
from estran.layers.near_transform import NearTransform
from estran.layers.tiles.cutting import cut, within
from estran.layers.tiles.frame import PIXEL, Ground, TileFrame
from estran.layers.tiles.matrix_sets import Bounds
from estran.layers.tiles.paths import Paths, joined, paths_of, tidied

_PLAIN = 5
"""Points of a rectangle, the last that of the first: so many are not worth simplifying."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Features chosen, the largest first.

    Attributes:
        places: Their places among the candidates.
        is_small: For each, whether it is smaller than a pixel.
    """

    places: NDArray[np.int64]
    is_small: NDArray[np.bool_]


def choose(boxes: NDArray[np.float64], under: Ground, *, limit: int, is_finest: bool) -> Choice:
    """Return the features to show.

    Args:
        boxes: min x, min y, max x, max y of the candidates, shape (n, 4).
        under: What lies under the tile.
        limit: At most this many.
        is_finest: True to keep all that are small.
    """
    pixel = np.array(under.pixel)
    size = ((boxes[:, 2:] - boxes[:, :2]) / pixel).max(axis=1, initial=0.0)
    is_small = np.zeros(len(boxes), dtype=bool) if is_finest else size < 1.0
    order = np.argsort(-size, kind="stable")
    if not is_small.any():
        return Choice(order[:limit], is_small[:limit])
    small = order[is_small[order]]
    cells = np.floor((boxes[small, :2] + boxes[small, 2:]) / 2 / pixel)
    _, first = np.unique(cells, axis=0, return_index=True)
    places = np.concatenate([order[~is_small[order]], small[np.sort(first)]])[:limit]
    return Choice(places, is_small[places])


def outlines(
    geometries: NDArray[np.object_],
    is_small: NDArray[np.bool_],
    *,
    frame: TileFrame,
    under: Ground,
    crs: CRS,
    near: NearTransform | None,
) -> Paths:
    """Return the paths of geometries in units of a tile, whole coordinates, y downwards, tidied.

    They are those of the places of the geometries; where nothing is left of one, it has none.

    Args:
        geometries: In `crs`; a null or empty one is left out.
        is_small: For each, whether a mark of one pixel stands for it; points stay points.
        frame: The tile.
        under: What lies under it.
        crs: CRS of the geometries.
        near: From `to_units`.
    """
    if not len(geometries):
        return joined([])
    flat = shapely.force_2d(geometries)
    flat[shapely.is_empty(flat)] = None
    dimensions = shapely.get_dimensions(flat)
    marked = is_small & (dimensions > 0)
    light = flat.copy()
    light[marked] = shapely.points(_middles(flat[marked]))
    light[~marked] = _simplified(within(flat[~marked], _around(under)), under.tolerance)
    found = _placed(light, frame, crs, near)
    found[marked] = _marks(found[marked], dimensions[marked])
    return tidied(paths_of(cut(found, dimensions)))


def _simplified(geometries: NDArray[np.object_], tolerance: float) -> NDArray[np.object_]:
    """Return geometries with fewer points, those of which nothing would be left as they are."""
    (many,) = np.nonzero(shapely.get_num_coordinates(geometries) > _PLAIN)
    simple = shapely.simplify(geometries[many], tolerance, preserve_topology=False)
    is_left = ~shapely.is_empty(simple)
    geometries[many[is_left]] = simple[is_left]
    return geometries


def _middles(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    boxes = shapely.bounds(geometries)
    middles: NDArray[np.float64] = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middles


def _placed(
    geometries: NDArray[np.object_], frame: TileFrame, crs: CRS, near: NearTransform | None
) -> NDArray[np.object_]:
    if near is not None:
        return np.asarray(shapely.transform(geometries, near.points), dtype=object)
    corner = np.array([frame.bounds[0], frame.bounds[3]])
    unit = np.array(frame.unit) * (1, -1)
    placed = projected(geometries, crs, frame.crs)
    return np.asarray(shapely.transform(placed, lambda points: (points - corner) / unit), dtype=object)


def _around(under: Ground) -> Bounds:
    """Return a box that is three times as wide and as high, beyond which outlines are not followed."""
    low_x, low_y, high_x, high_y = under.box
    width, height = high_x - low_x, high_y - low_y
    return low_x - width, low_y - height, high_x + width, high_y + height


def _marks(points: NDArray[np.object_], dimensions: NDArray[np.signedinteger]) -> NDArray[np.object_]:
    """Return a square of one pixel for a surface, a dash of one pixel for a line."""
    half = PIXEL / 2
    x, y = np.rint(shapely.get_x(points)), np.rint(shapely.get_y(points))
    squares = np.asarray(shapely.box(x - half, y - half, x + half, y + half), dtype=object)
    dashes = shapely.linestrings(np.stack([np.stack([x - half, y], -1), np.stack([x + half, y], -1)], axis=1))
    marks = np.where(dimensions == 2, squares, np.asarray(dashes, dtype=object))
    marks[shapely.is_missing(points)] = None
    return marks
