"""How are the points, lines and rings of many features held, so that all are worked on at once?

As arrays: the points of all paths one after the other, and where each path starts. A path is a line, a
ring, whose last point repeats the first, or all the points of a feature of points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

type Points = NDArray[np.float64]
type Places = NDArray[np.int64]

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of geometry, as the specification of vector tiles numbers them."""

KINDS = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, 0, 0])
"""By the number of its type, the kind of a geometry; 0 for a collection, and for none, whose number is -1."""

_MULTIPLE = {
    POINT: shapely.GeometryType.MULTIPOINT,
    LINE: shapely.GeometryType.MULTILINESTRING,
    POLYGON: shapely.GeometryType.MULTIPOLYGON,
}


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of some features, in the order of the features.

    Attributes:
        points: Points of all paths, shape (n, 2).
        starts: First point of each path, and the end of the last.
        owners: The feature of each path, ascending.
        kinds: `POINT`, `LINE` or `POLYGON` for each path; the same for those of a feature.
        is_hole: For each path, whether it is the inner ring of a surface.
    """

    points: Points
    starts: Places
    owners: Places
    kinds: Places
    is_hole: NDArray[np.bool_]

    @property
    def counts(self) -> Places:
        """How many points each path has."""
        return np.diff(self.starts)

    @property
    def path_of(self) -> Places:
        """The path of each point."""
        return np.repeat(np.arange(len(self.owners)), self.counts)

    def moved(self, points: Points) -> "Paths":
        """Return the same paths through other points."""
        return Paths(points, self.starts, self.owners, self.kinds, self.is_hole)

    def owned(self, owners: Places) -> "Paths":
        """Return the same paths as those of other features."""
        return Paths(self.points, self.starts, owners, self.kinds, self.is_hole)

    def thinned(self, kept: NDArray[np.bool_]) -> "Paths":
        """Return the paths without some of their points."""
        before = np.append(0, np.cumsum(kept))
        return Paths(self.points[kept], before[self.starts], self.owners, self.kinds, self.is_hole)

    def chosen(self, places: Places) -> "Paths":
        """Return some of the paths, in this order."""
        firsts = self.starts[places]
        counts = self.starts[places + 1] - firsts
        starts = np.append(0, np.cumsum(counts))
        points = self.points[np.repeat(firsts - starts[:-1], counts) + np.arange(starts[-1])]
        return Paths(points, starts, self.owners[places], self.kinds[places], self.is_hole[places])

    def first(self, count: int) -> "Paths":
        """Return the paths of the features whose number is less than this."""
        end = int(np.searchsorted(self.owners, count))
        stop = self.starts[end]
        return Paths(
            self.points[:stop],
            self.starts[: end + 1],
            self.owners[:end],
            self.kinds[:end],
            self.is_hole[:end],
        )


def paths_of(geometries: NDArray[np.object_]) -> Paths:
    """Return the paths of points, lines and polygons, single or multiple; of anything else there are none."""
    kinds = KINDS[shapely.get_type_id(geometries)]
    readers = ((POINT, _points), (LINE, _lines), (POLYGON, _polygons))
    found = []
    for kind, read in readers:
        (places,) = np.nonzero(kinds == kind)
        if len(places):
            paths = read(geometries[places])
            found.append(paths.owned(places[paths.owners]))
    return joined(found)


def geometries_of(paths: Paths, count: int) -> NDArray[np.object_]:
    """Return the geometries of features 0 to `count`, all of them multiple; None for those without a path."""
    found = np.full(count, None, dtype=object)
    for kind, many in _MULTIPLE.items():
        (places,) = np.nonzero(paths.kinds == kind)
        if not len(places):
            continue
        some = paths.chosen(places)
        firsts = np.flatnonzero(~some.is_hole) if kind == POLYGON else np.arange(len(places))
        owners, features = np.unique(some.owners[firsts], return_index=True)
        offsets = [np.append(features, len(firsts))]
        if kind == POLYGON:
            offsets.insert(0, np.append(firsts, len(places)))
        if kind == POINT:
            offsets = [np.append(some.starts[features], some.starts[-1])]
        else:
            offsets.insert(0, some.starts)
        found[owners] = shapely.from_ragged_array(many, some.points, tuple(offsets))
    return found


def joined(parts: Sequence[Paths]) -> Paths:
    """Return paths of several features as one, in the order of the features."""
    parts = [part for part in parts if len(part.owners)] or list(parts[:1])
    if len(parts) == 1:
        return parts[0]
    starts = [0, *np.cumsum([len(part.points) for part in parts]).tolist()]
    whole = Paths(
        np.concatenate([np.empty((0, 2)), *(part.points for part in parts)]),
        np.concatenate(
            [*(part.starts[:-1] + start for part, start in zip(parts, starts, strict=False)), starts[-1:]]
        ).astype(np.int64),
        np.concatenate([np.empty(0, np.int64), *(part.owners for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.kinds for part in parts)]),
        np.concatenate([np.empty(0, bool), *(part.is_hole for part in parts)]),
    )
    return whole.chosen(np.argsort(whole.owners, kind="stable"))


def tidied(paths: Paths) -> Paths:
    """Return paths with whole coordinates, no point twice in a row, rings turned as vector tiles want them.

    The area of an outer ring is positive, y downwards, that of a hole negative.
    """
    points = np.rint(paths.points)
    is_point = paths.kinds == POINT
    kept = np.ones(len(points), dtype=bool)
    np.any(points[1:] != points[:-1], axis=1, out=kept[1:])
    kept[paths.starts[:-1][paths.counts > 0]] = True
    if is_point.any():
        kept |= is_point[paths.path_of]
    whole = paths.moved(points)
    return turned(whole if kept.all() else whole.thinned(kept))


def turned(paths: Paths) -> Paths:
    """Return paths with each ring in its direction; it keeps its first point."""
    x, y = paths.points.T
    cross = np.zeros(len(x) + 1)
    np.cumsum(x[:-1] * y[1:] - x[1:] * y[:-1], out=cross[1:-1])
    cross[-1] = cross[-2] if len(x) else 0.0
    first, last = paths.starts[:-1], np.maximum(paths.starts[1:] - 1, paths.starts[:-1])
    area = cross[last] - cross[first]
    wrong = (paths.kinds == POLYGON) & ((area > 0) == paths.is_hole)
    if not wrong.any():
        return paths
    path_of = paths.path_of
    places = np.arange(len(x))
    mirrored = (first + last)[path_of] - places
    return paths.moved(paths.points[np.where(wrong[path_of], mirrored, places)])


def _points(geometries: NDArray[np.object_]) -> Paths:
    points, of = shapely.get_coordinates(geometries, return_index=True)
    owners, counts = np.unique(of, return_counts=True)
    return _made(points, np.append(0, np.cumsum(counts)), owners, POINT)


def _lines(geometries: NDArray[np.object_]) -> Paths:
    points, (starts, *features) = _ragged(geometries)
    owners = _owners(features[0]) if features else np.arange(len(starts) - 1)
    return _made(points, starts, owners, LINE)


def _polygons(geometries: NDArray[np.object_]) -> Paths:
    points, (starts, polygons, *features) = _ragged(geometries)
    polygon_of = _owners(polygons)
    is_hole = np.ones(len(polygon_of), dtype=bool)
    is_hole[polygons[:-1][np.diff(polygons) > 0]] = False
    owners = _owners(features[0])[polygon_of] if features else polygon_of
    return _made(points, starts, owners, POLYGON, is_hole)


def _ragged(geometries: NDArray[np.object_]) -> tuple[Points, list[Places]]:
    """Return points, and where each path, each polygon, and each feature with several parts starts."""
    _, points, offsets = shapely.to_ragged_array(geometries, include_z=False)
    return points, [np.asarray(some, np.int64) for some in offsets or ()]


def _owners(offsets: Places) -> Places:
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def _made(
    points: Points, starts: Places, owners: Places, kind: int, is_hole: NDArray[np.bool_] | None = None
) -> Paths:
    holes = np.zeros(len(owners), dtype=bool) if is_hole is None else is_hole
    return Paths(points, starts, owners, np.full(len(owners), kind), holes)
