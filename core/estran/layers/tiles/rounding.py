"""Which outlines need no more than to be moved and rounded, and what does a tile show of them?

Those that lie inside the tile and stay valid on its grid: nearly all. They are worked on together, as
arrays. The others are left to GEOS, one by one (`generalising`).
"""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.projection import projected_points
from estran.layers.near_transform import near_transform
from estran.layers.tiles.cutting import cut
from estran.layers.tiles.frame import MARGIN, PIXEL, UNITS, Ground, TileFrame
from estran.layers.tiles.paths import (
    KINDS,
    LINE,
    POINT,
    POLYGON,
    Paths,
    Points,
    geometries_of,
    joined,
    paths_of,
    tidied,
)

_NEAR = 0.01
"""Units by which a point may lie beside its place."""

_STRAY = 0.5
"""Units by which an outline may move."""

_LONG = 32
"""Points from which on an outline is simplified by GEOS."""

_LEAST = np.array([0, 1, 2, 4])
"""By kind, how many points a path has at least."""

_HALF = PIXEL / 2
_MARKS = (
    (LINE, np.array([(-_HALF, 0), (_HALF, 0)])),
    (POLYGON, _HALF * np.array([(1, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)])),
)
"""What stands for a small line, and for a small surface."""

type Mask = NDArray[np.bool_]
type Move = Callable[[Points], Points]


def rounded(
    geometries: NDArray[np.object_], is_small: Mask, under: Ground, move: Move
) -> tuple[Paths, Mask, NDArray[np.object_]]:
    """Return the paths, in units of a tile, of the geometries that need no more, which are left, and all.

    Those of many points are simplified.

    Args:
        geometries: In the CRS of the layer.
        is_small: For each, whether a mark of one pixel stands for it; points stay points.
        under: What lies under the tile.
        move: From `to_units`.
    """
    kinds = KINDS[shapely.get_type_id(geometries)]
    boxes = shapely.bounds(geometries)
    inside = (boxes[:, :2] >= under.box[:2]).all(axis=1) & (boxes[:, 2:] <= under.box[2:]).all(axis=1)
    inside &= kinds > 0
    marked = inside & is_small & (kinds > POINT)
    (plain,) = np.nonzero(inside & ~marked)
    light = geometries.copy()
    light[plain] = _simplified(geometries[plain], under)
    paths, is_done = _plain(light[plain], move)
    paths = paths.owned(plain[paths.owners])
    left = np.ones(len(geometries), dtype=bool)
    left[plain[is_done]] = False
    if marked.any():
        (small,) = np.nonzero(marked)
        marks = _marks(move((boxes[small, :2] + boxes[small, 2:]) / 2), kinds[small])
        marks = marks.owned(small[marks.owners])
        paths = joined([paths, marks])
        left[marks.owners] = False
    return paths, left, light


def to_units(frame: TileFrame, under: Ground, crs: CRS) -> Move:
    """Return what moves points that lie under a tile from the CRS of a layer to units of the tile."""
    across, down = frame.unit
    corner, unit = (frame.bounds[0], frame.bounds[3]), (across, -down)
    near = near_transform(under.box, crs, frame.crs, (_NEAR * across, _NEAR * down))
    if near:
        return near.counted(corner, unit).points
    return lambda points: (projected_points(points, crs, frame.crs) - corner) / unit


def _simplified(geometries: NDArray[np.object_], under: Ground) -> NDArray[np.object_]:
    """Return geometries, those of many points simplified."""
    light = geometries
    long = shapely.get_num_coordinates(geometries) > _LONG
    if long.any():
        light = geometries.copy()
        light[long] = shapely.simplify(geometries[long], under.tolerance, preserve_topology=False)
    return light


def _plain(geometries: NDArray[np.object_], move: Move) -> tuple[Paths, Mask]:
    """Return the paths of geometries under a tile, and which of them are done."""
    paths = paths_of(geometries)
    paths = paths.moved(move(paths.points))
    inside, crossing, beyond = sides(paths, len(geometries))
    whole = only(paths, inside)
    whole = tidied(whole.thinned(~_superfluous(whole)))
    broken = np.zeros(len(geometries), dtype=bool)
    broken[whole.owners[whole.counts < _LEAST[whole.kinds]]] = True
    whole = only(whole, ~broken)
    broken |= _invalid(whole, len(geometries))
    mended = cut_paths(paths, crossing | broken)
    return joined([only(whole, ~broken), mended]), inside | crossing | beyond


def sides(paths: Paths, count: int) -> tuple[Mask, Mask, Mask]:
    """Return, for each feature, if it lies in the tile with its margin, crosses its edge, lies beside.

    One that reaches over one edge of the margin by less than the margin again is inside: it stays whole.
    """
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    if len(paths.points):
        np.minimum.at(low, paths.owners, np.minimum.reduceat(paths.points, paths.starts[:-1]))
        np.maximum.at(high, paths.owners, np.maximum.reduceat(paths.points, paths.starts[:-1]))
    least, most = -MARGIN, UNITS + MARGIN
    is_whole = (np.isfinite(low) & np.isfinite(high)).all(axis=1)
    beyond = is_whole & ((low > most) | (high < least)).any(axis=1)
    edges = (low < least).sum(axis=1) + (high > most).sum(axis=1)
    is_near = (low >= least - MARGIN).all(axis=1) & (high <= most + MARGIN).all(axis=1)
    inside = is_whole & ~beyond & is_near & (edges <= 1)
    return inside, is_whole & ~inside & ~beyond, beyond


def cut_paths(paths: Paths, chosen: Mask) -> Paths:
    """Return the paths of some features, cut at the edge of the tile, whole, valid and tidied."""
    (owners,) = np.nonzero(chosen)
    if not len(owners):
        return joined([])
    number = np.zeros(len(chosen), np.int64)
    number[owners] = np.arange(len(owners))
    some = only(paths, chosen)
    found = tidied(paths_of(cut(geometries_of(some.owned(number[some.owners]), len(owners)))))
    return found.owned(owners[found.owners])


def _superfluous(paths: Paths) -> Mask:
    """Return, for each point, whether the outline hardly moves without it; never for two in a row."""
    places = np.arange(len(paths.points))
    last = np.maximum.accumulate(np.where(strays(paths) <= _STRAY, 0, places))
    found: Mask = (places - last) % 2 == 1
    return found


def strays(paths: Paths) -> NDArray[np.float64]:
    """Return how far each point lies from the line between its neighbours; inf for ends and points."""
    before, here, after = paths.points[:-2], paths.points[1:-1], paths.points[2:]
    chord, step = after - before, here - before
    length = np.maximum(np.einsum("ij,ij->i", chord, chord), np.finfo(float).tiny)
    share = np.clip(np.einsum("ij,ij->i", step, chord) / length, 0.0, 1.0)
    beside = step - share[:, None] * chord
    found = np.full(len(paths.points), np.inf)
    found[1:-1] = np.hypot(beside[:, 0], beside[:, 1])
    found[paths.starts[:-1]] = found[paths.starts[1:] - 1] = np.inf
    if (paths.kinds == POINT).any():
        found[(paths.kinds == POINT)[paths.path_of]] = np.inf
    return found


def _invalid(paths: Paths, count: int) -> Mask:
    """Return, for each feature, whether it is a surface that is not valid."""
    found = np.zeros(count, dtype=bool)
    (rings,) = np.nonzero(paths.kinds == POLYGON)
    if not len(rings):
        return found
    surfaces = paths if len(rings) == len(paths.owners) else paths.chosen(rings)
    outer = np.flatnonzero(~surfaces.is_hole)
    owners, firsts = np.unique(surfaces.owners[outer], return_index=True)
    offsets = [surfaces.starts, np.append(outer, len(rings))]
    kind = shapely.GeometryType.POLYGON
    if len(owners) < len(outer):
        offsets.append(np.append(firsts, len(outer)))
        kind = shapely.GeometryType.MULTIPOLYGON
    shapes = shapely.from_ragged_array(kind, surfaces.points, tuple(offsets))
    found[owners] = ~shapely.is_valid(shapes)
    return found


def only(paths: Paths, kept: Mask) -> Paths:
    """Return the paths of some features."""
    if kept.all():
        return paths
    return paths.chosen(np.flatnonzero(kept[paths.owners]))


def _marks(middles: Points, kinds: NDArray[np.int64]) -> Paths:
    """Return a square of one pixel for a surface, a dash of one pixel for a line, inside the tile."""
    found = []
    for kind, corners in _MARKS:
        (places,) = np.nonzero((kinds == kind) & np.isfinite(middles).all(axis=1))
        points = (np.rint(middles[places])[:, None, :] + corners).reshape(-1, 2)
        starts = np.arange(len(places) + 1) * len(corners)
        paths = Paths(points, starts, places, np.full(len(places), kind), np.zeros(len(places), bool))
        found.append(only(paths, sides(paths, len(kinds))[0]))
    return joined(found)
