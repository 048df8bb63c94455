"""What is left of an outline inside a tile, once its coordinates are whole? GEOS tells, one by one."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estran.layers.tiles.frame import MARGIN, UNITS
from estran.layers.tiles.matrix_sets import Bounds

_COLLECTION = 7
_MULTIPLE = 4


def cut(geometries: NDArray[np.object_], dimensions: NDArray[np.signedinteger]) -> NDArray[np.object_]:
    """Return what of geometries a tile and its margin hold, whole, valid, of the dimension they had.

    Args:
        geometries: In units of the tile; None stays None, and is what becomes of one that is not there.
        dimensions: What they had.
    """
    low, high = -float(MARGIN), float(UNITS + MARGIN)
    held = within(geometries, (low, low, high, high))
    held[shapely.is_empty(held)] = None
    return _whole(held, dimensions)


def within(geometries: NDArray[np.object_], frame: Bounds) -> NDArray[np.object_]:
    """Return what of geometries lies in a rectangle."""
    boxes = shapely.bounds(geometries)
    over = (boxes[:, :2] < frame[:2]).any(axis=1) | (boxes[:, 2:] > frame[2:]).any(axis=1)
    cut = geometries.copy()
    try:
        cut[over] = shapely.clip_by_rect(geometries[over], *frame)
    except shapely.errors.GEOSException:
        cut[over] = shapely.intersection(shapely.make_valid(geometries[over]), shapely.box(*frame))
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
