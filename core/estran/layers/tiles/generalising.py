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
from estran.layers.tiles.cutting import cut
from estran.layers.tiles.frame import PIXEL, Ground, TileFrame
from estran.layers.tiles.paths import Paths, joined, paths_of, tidied
from estran.layers.tiles.rounding import Move, rounded, to_units

_FEW = 100
"""Features up to which GEOS is as fast one by one as arrays are together."""


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
    move: Move | None = None,
) -> Paths:
    """Return the paths of geometries in units of a tile, whole coordinates, y downwards, tidied.

    They are those of the places of the geometries; where nothing is left of one, it has none.

    Args:
        geometries: In `crs`; a null or empty one is left out.
        is_small: For each, whether a mark of one pixel stands for it; points stay points.
        frame: The tile.
        under: What lies under it.
        crs: CRS of the geometries.
        move: From `to_units`, when it is known.
    """
    if not len(geometries):
        return joined([])
    if len(geometries) < _FEW:
        return tidied(paths_of(_drawn(geometries, is_small, frame, under, crs)))
    paths, left, light = rounded(geometries, is_small, under, move or to_units(frame, under, crs))
    (others,) = np.nonzero(left)
    if not len(others):
        return paths
    drawn = tidied(paths_of(_drawn(light[others], is_small[others], frame, under, crs)))
    return joined([paths, drawn.owned(others[drawn.owners])])


def _drawn(
    geometries: NDArray[np.object_], is_small: NDArray[np.bool_], frame: TileFrame, under: Ground, crs: CRS
) -> NDArray[np.object_]:
    """Return geometries in units of a tile, whole coordinates, y downwards; None where none is left."""
    flat = shapely.force_2d(geometries)
    flat[shapely.is_empty(flat)] = None
    dimensions = shapely.get_dimensions(flat)
    marked = is_small & (dimensions > 0)
    light = flat.copy()
    light[marked] = shapely.points(_middles(flat[marked]))
    light[~marked] = shapely.simplify(light[~marked], under.tolerance, preserve_topology=False)
    found = _placed(projected(light, crs, frame.crs), frame)
    found[marked] = _marks(found[marked], dimensions[marked])
    return cut(found)


def _middles(geometries: NDArray[np.object_]) -> NDArray[np.float64]:
    boxes = shapely.bounds(geometries)
    middles: NDArray[np.float64] = (boxes[:, :2] + boxes[:, 2:]) / 2
    return middles


def _placed(geometries: NDArray[np.object_], frame: TileFrame) -> NDArray[np.object_]:
    corner = np.array([frame.bounds[0], frame.bounds[3]])
    unit = np.array(frame.unit) * (1, -1)
    return np.asarray(shapely.transform(geometries, lambda points: (points - corner) / unit), dtype=object)


def _marks(points: NDArray[np.object_], dimensions: NDArray[np.signedinteger]) -> NDArray[np.object_]:
    """Return a square of one pixel for a surface, a dash of one pixel for a line."""
    half = PIXEL / 2
    x, y = np.rint(shapely.get_x(points)), np.rint(shapely.get_y(points))
    squares = np.asarray(shapely.box(x - half, y - half, x + half, y + half), dtype=object)
    dashes = shapely.linestrings(np.stack([np.stack([x - half, y], -1), np.stack([x + half, y], -1)], axis=1))
    marks = np.where(dimensions == 2, squares, np.asarray(dashes, dtype=object))
    marks[shapely.is_missing(points)] = None
    return marks
