"""What of a layer is held in memory, so that its tiles are drawn without reading its table?

The outlines of all features, one after the other, and their properties as tiles write them. Each feature
knows down to which unit its outline needs no more than rounding: most of those that a tile shows as they
are. The others go the longer way, from the same outlines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.sketch import Boxes
from estran.layers.tiles.frame import PIXEL, Ground, TileFrame
from estran.layers.tiles.generalising import outlines
from estran.layers.tiles.matrix_sets import Bounds
from estran.layers.tiles.paths import (
    POINT,
    POLYGON,
    Paths,
    Places,
    Points,
    geometries_of,
    joined,
    paths_of,
    turned,
)
from estran.layers.tiles.properties import Column, Properties, properties_of
from estran.layers.tiles.rounding import cut_paths, only, sides, to_units
from estran.layers.tiles.rounding import strays as strays_of
from estran.layers.tiles.varints import spread

_MOVED = 1.5
"""Units by which two points come nearer when they are rounded, at most, and a little more."""

_STRAY = 0.51
"""Units from the line between its neighbours within which a point is left out, and a little more."""


@dataclass(frozen=True, slots=True)
class ReadFeatures:
    """Some features of a table.

    Attributes:
        geometries: In the CRS of the layer.
        boxes: min x, min y, max x, max y of each, as the index of the table has them; NaN where it has none.
        ids: Identifiers as tiles write them, -1 for none.
        columns: Values by column.
    """

    geometries: NDArray[np.object_]
    boxes: Points
    ids: NDArray[np.int64]
    columns: Mapping[str, Column]


class TileLayer:
    """The features of a layer as its tiles need them; features without geometry are left out.

    Attributes:
        ids: The identifiers as tiles write them, -1 for none.
        properties: The properties.
    """

    def __init__(self, parts: Iterator[ReadFeatures], largest: float) -> None:
        """Read a layer.

        Raises:
            ValueError: it weighs more than `largest` bytes, or has collections.
        """
        ids, paths, boxes, units = [], [], [], []
        columns: dict[str, list[Column]] = {}
        first = size = 0
        for part in parts:
            is_there = ~(shapely.is_missing(part.geometries) | shapely.is_empty(part.geometries))
            held = np.flatnonzero(is_there & np.isfinite(part.boxes).all(axis=1))
            geometries = part.geometries[held]
            some = paths_of(geometries)
            if len(np.unique(some.owners)) < len(held):
                raise ValueError("the layer has collections")
            some = _facing(some)
            units.append(_least_units(some, geometries))
            paths.append(some.owned(some.owners + first))
            boxes.append(part.boxes[held])
            ids.append(part.ids[held])
            for name, values in part.columns.items():
                columns.setdefault(name, []).append([values[place] for place in held.tolist()])
            first += len(held)
            size += some.points.nbytes + 4 * some.starts.nbytes + boxes[-1].nbytes
            if size > largest:
                raise ValueError("the layer is too large to be held")
        self.ids = np.concatenate([np.empty(0, np.int64), *ids])
        self.properties = _packed(columns, first)
        self._paths = joined(paths)
        self._first_path = np.searchsorted(self._paths.owners, np.arange(first + 1))
        self._units = np.concatenate([np.empty(0), *units])
        self._sort(np.concatenate([np.empty((0, 4)), *boxes]))
        if self.size > largest:
            raise ValueError("the layer is too large to be held")

    @property
    def size(self) -> int:
        """What the layer weighs, in bytes."""
        paths, properties = self._paths, self.properties
        arrays = (
            *(paths.points, paths.starts, paths.owners, paths.kinds, paths.is_hole),
            *(properties.codes, properties.content, properties.ends),
            *(self.ids, self._first_path, self._units, self._boxes, self._by_west),
        )
        return sum(array.nbytes for array in arrays)

    def near(self, box: Bounds) -> Boxes:
        """Return the places of the features whose box meets a box, and their boxes."""
        first, last = np.searchsorted(
            self._boxes[:, 0], [box[0] - self._widest, np.nextafter(box[2], np.inf)]
        )
        west, south, east, north = self._boxes[first:last].T
        meets = np.flatnonzero((east >= box[0]) & (south <= box[3]) & (north >= box[1]) & (west <= box[2]))
        return Boxes(self._by_west[first + meets], self._boxes[first + meets])

    def outlines(
        self, places: Places, is_small: NDArray[np.bool_], *, frame: TileFrame, under: Ground, crs: CRS
    ) -> Paths:
        """Return the paths of features as `generalising.outlines` does; they are those of the places."""
        unit = max(under.pixel) / PIXEL
        plain = np.flatnonzero(~is_small & (self._units[places] > unit))
        move = to_units(frame, under, crs)
        paths = self._some(places[plain])
        paths = paths.moved(move(paths.points))
        inside, crossing, beyond = sides(paths, len(plain))
        left = np.ones(len(places), dtype=bool)
        left[plain[inside | crossing | beyond]] = False
        whole = only(paths, inside)
        found = [whole.moved(np.rint(whole.points)), cut_paths(paths, crossing)]
        found = [some.owned(plain[some.owners]) for some in found]
        (others,) = np.nonzero(left)
        if len(others):
            geometries = geometries_of(self._some(places[others]), len(others))
            longer = outlines(geometries, is_small[others], frame=frame, under=under, crs=crs, move=move)
            found.append(longer.owned(others[longer.owners]))
        return joined(found)

    def _some(self, places: Places) -> Paths:
        """Return the paths of some features, numbered from 0."""
        firsts = self._first_path[places]
        counts = self._first_path[places + 1] - firsts
        chosen = self._paths.chosen(spread(firsts, counts))
        return chosen.owned(np.repeat(np.arange(len(places)), counts))

    def _sort(self, boxes: Points) -> None:
        self._by_west = np.argsort(boxes[:, 0])
        self._boxes = boxes[self._by_west]
        self._widest = float((boxes[:, 2] - boxes[:, 0]).max(initial=0.0))


def _facing(paths: Paths) -> Paths:
    """Return paths whose rings turn as tiles want them once north is up no more."""
    mirror = (1.0, -1.0)
    flipped = turned(paths.moved(paths.points * mirror))
    return paths.moved(flipped.points * mirror)


def _least_units(paths: Paths, geometries: NDArray[np.object_]) -> Points:
    """Return, for each feature, the size of the unit under which its outline needs no more than rounding.

    Its points are then farther from each other, and from the lines between others, than rounding can move
    them: it stays valid, no point is met twice, and none is superfluous.
    """
    found = np.full(len(geometries), np.inf)
    strays = np.minimum.reduceat(strays_of(paths), paths.starts[:-1]) / _STRAY
    steps = np.append(np.hypot(*np.diff(paths.points, axis=0).T), np.inf)
    steps[paths.starts[1:] - 1] = np.inf
    shortest = np.minimum.reduceat(steps, paths.starts[:-1]) / _MOVED
    shortest[paths.kinds == POINT] = np.inf
    np.minimum.at(found, paths.owners, np.minimum(strays, shortest))
    surfaces = np.unique(paths.owners[paths.kinds == POLYGON])
    clearance = shapely.minimum_clearance(geometries[surfaces]) / _MOVED
    clearance[~shapely.is_valid(geometries[surfaces])] = 0.0
    found[surfaces] = np.minimum(found[surfaces], clearance)
    return found


def _packed(columns: Mapping[str, Sequence[Column]], count: int) -> Properties:
    """Return properties in as few bytes as hold them."""
    whole = properties_of(
        {name: [v for part in parts for v in part] for name, parts in columns.items()}, count
    )
    return Properties(whole.keys, whole.codes.astype(np.int32), whole.content, whole.ends)
