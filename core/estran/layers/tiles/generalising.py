"""Which features does a tile show, and with which outlines?

A feature smaller than a pixel stands for the others of its pixel: the largest is kept. Then the
largest of all are kept, up to the limit. An outline moves by half a unit at most.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.layers.features.projection import projected
from estran.layers.tiles.frame import MARGIN, PIXEL, UNITS, Ground, TileFrame

_COLLECTION = 7
_MULTIPLE = 4


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
) -> NDArray[np.object_]:
    """Return geometries in units of a tile, whole coordinates, y downwards; None where none is left.

    Args:
        geometries: In `crs`; a null or empty one is left out.
        is_small: For each, whether a mark of one pixel stands for it; points stay points.
        frame: The tile.
        under: What lies under it.
        crs: CRS of the geometries.
    """
    flat = shapely.force_2d(geometries)
    flat[shapely.is_empty(flat)] = None
    dimensions = shapely.get_dimensions(flat)
    marked = is_small & (dimensions > 0)
    light = flat.copy()
    light[marked] = shapely.points(_middles(flat[marked]))
    light[~marked] = shapely.simplify(light[~marked], under.tolerance, preserve_topology=False)
    found = _placed(projected(light, crs, frame.crs), frame)
    found[marked] = _marks(found[marked], dimensions[marked])
    return _whole(_clipped(found), dimensions)


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


def _clipped(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    low, high = -float(MARGIN), float(UNITS + MARGIN)
    boxes = shapely.bounds(geometries)
    over = (boxes[:, :2] < low).any(axis=1) | (boxes[:, 2:] > high).any(axis=1)
    cut = geometries.copy()
    try:
        cut[over] = shapely.clip_by_rect(geometries[over], low, low, high, high)
    except shapely.errors.GEOSException:
        frame = shapely.box(low, low, high, high)
        cut[over] = shapely.intersection(shapely.make_valid(geometries[over]), frame)
    return cut


def _whole(geometries: NDArray[np.object_], dimensions: NDArray[np.signedinteger]) -> NDArray[np.object_]:
    """Return geometries with whole coordinates, valid, of the dimension they had; None for the others."""
    rounded = np.asarray(shapely.transform(geometries, np.rint), dtype=object)
    wrong = ~shapely.is_valid(rounded) & ~shapely.is_missing(rounded)
    if wrong.any():
        rounded[wrong] = shapely.set_precision(shapely.make_valid(geometries[wrong]), 1.0)
    for place in np.flatnonzero(shapely.get_type_id(rounded) == _COLLECTION):
        rounded[place] = _solid(rounded[place], int(dimensions[place]))
    gone = shapely.is_empty(rounded) | (shapely.get_dimensions(rounded) != dimensions)
    rounded[gone] = None
    return rounded


def _solid(collection: BaseGeometry, dimension: int) -> BaseGeometry | None:
    """Return the parts of a collection that have the most dimensions, as one geometry."""
    parts = [part for part in _leaves(collection) if shapely.get_dimensions(part) == dimension]
    if not parts:
        return None
    join = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    joined: BaseGeometry = join(parts)  # type: ignore[assignment]
    return joined if joined.is_valid else shapely.set_precision(shapely.make_valid(joined), 1.0)


def _leaves(geometry: BaseGeometry) -> list[BaseGeometry]:
    if shapely.get_type_id(geometry) < _MULTIPLE:
        return [geometry]
    return [leaf for part in shapely.get_parts(geometry) for leaf in _leaves(part)]
