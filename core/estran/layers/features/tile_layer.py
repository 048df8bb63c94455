"""What of a layer is held in memory, so that its tiles are drawn without reading its table?

The outlines of all features, one after the other, and their properties as tiles write them. Each feature
knows down to which unit its outline needs no more than rounding. Compiled loops draw and write the tiles;
what they leave goes the longer way, from the same outlines.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.tiles.frame import PIXEL, Budget, Ground, TileFrame, VectorTile, fitted, to_units
from estran.layers.tiles.generalising import choose, outlines
from estran.layers.tiles.loops import loops
from estran.layers.tiles.mvt import layer_of
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
    """The features of a layer as its tiles need them, neighbours together; none without geometry."""

    def __init__(self, parts: Iterator[ReadFeatures], largest: float) -> None:
        """Read a layer, and have the loops ready that draw it.

        Raises:
            ValueError: it weighs more than `largest` bytes, or has collections.
        """
        ids, paths, boxes, units = [np.empty(0, np.int64)], [], [np.empty((0, 4))], [np.empty(0)]
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
        order, self._strip = _by_strips(np.concatenate(boxes))
        self._boxes = np.ascontiguousarray(np.concatenate(boxes)[order])
        self._wests = np.minimum.reduceat(self._boxes[:, 0], np.arange(0, first, self._strip))
        self._widest, self._highest = (self._boxes[:, 2:] - self._boxes[:, :2]).max(axis=0, initial=0.0)
        self._ids, self._units = np.concatenate(ids)[order], np.concatenate(units)[order]
        self._paths = _ordered(joined(paths), order)
        self._first_path = np.searchsorted(self._paths.owners, np.arange(first + 1))
        self._kinds = self._paths.kinds[self._first_path[:-1]].astype(np.int8)
        self._properties = _packed(columns, order)
        if self.size > largest:
            raise ValueError("the layer is too large to be held")
        loops()

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__dict__.update(state)
        loops()

    @property
    def size(self) -> int:
        """What the layer weighs, in bytes."""
        paths, properties = self._paths, self._properties
        arrays = (
            *(paths.points, paths.starts, paths.owners, paths.kinds, paths.is_hole),
            *(properties.codes, properties.content, properties.ends),
            *(self._ids, self._first_path, self._kinds, self._units, self._boxes),
        )
        return sum(array.nbytes for array in arrays)

    def tile(self, frame: TileFrame, under: Ground, budget: Budget, *, crs: CRS) -> VectorTile:
        """Return a tile within a budget.

        Args:
            frame: The tile.
            under: What lies under it.
            budget: What it may hold.
            crs: CRS of the layer.
        """
        drawing, writing = loops()
        near = drawing.near(
            self._boxes, self._wests, self._strip, np.array(under.box), self._widest, self._highest
        )
        chosen = choose(self._boxes[near], under, limit=budget.features, is_finest=frame.is_finest)
        places = near[chosen.places]
        points, starts, firsts, ends = self._drawn(places, chosen.is_small, frame, under, crs)
        (kept,) = np.nonzero(ends > firsts)
        shown = [place for place, name in enumerate(self._properties.keys) if frame.writes(name)]
        if not len(kept):
            return VectorTile(b"", len(near) - len(places))
        held = self._properties

        def encode(count: int) -> bytes:
            some = kept[:count]
            features, values = writing.written(
                points, starts, firsts[some], ends[some], places[some], self._ids, self._kinds,
                held.codes, held.content, held.ends, np.array(shown, np.int64),
            )  # fmt: skip
            return layer_of(frame.layer, features, [held.keys[place] for place in shown], values)

        content, count = fitted(encode, len(kept), budget.size)
        return VectorTile(content, len(near) - len(places) + len(kept) - count)

    def _drawn(
        self, places: Places, is_small: NDArray[np.bool_], frame: TileFrame, under: Ground, crs: CRS
    ) -> tuple[Points, Places, Places, Places]:
        """Return points in the tile, where paths start, and the first path of each feature and their end."""
        drawing, _ = loops()
        near, held = to_units(frame, under, crs), self._paths
        if near is None:
            points, starts = np.empty((0, 2)), np.zeros(1, np.int64)
            firsts, is_left = np.zeros(len(places) + 1, np.int64), np.ones(len(places), dtype=bool)
        else:
            points, starts, is_hole, firsts, states = drawing.drawn(
                places, is_small, max(under.pixel) / PIXEL, near.middle, near.half, near.factors, self._boxes,
                held.points, held.starts, held.is_hole, self._first_path, self._kinds, self._units,
            )  # fmt: skip
            is_left = states == drawing.LEFT
            (doubtful,) = np.nonzero(states == drawing.DOUBTFUL)
            if len(doubtful):
                owners = np.repeat(np.arange(len(places)), np.diff(firsts))
                drawn = Paths(points, starts, owners, np.full(len(owners), POLYGON), is_hole)
                surfaces = geometries_of(_chosen(drawn, firsts, doubtful), len(doubtful))
                is_left[doubtful] = ~shapely.is_valid(surfaces)
        firsts, ends = firsts[:-1], firsts[1:]
        (others,) = np.nonzero(is_left)
        if not len(others):
            return points, starts, firsts, ends
        geometries = geometries_of(_chosen(held, self._first_path, places[others]), len(others))
        longer = outlines(geometries, is_small[others], frame=frame, under=under, crs=crs, near=near)
        found = np.searchsorted(longer.owners, np.arange(len(others) + 1)) + len(starts) - 1
        firsts, ends = firsts.copy(), ends.copy()
        firsts[others], ends[others] = found[:-1], found[1:]
        starts = np.concatenate([starts, longer.starts[1:] + len(points)])
        return np.concatenate([points, longer.points]), starts, firsts, ends


def _by_strips(boxes: Points) -> tuple[Places, int]:
    """Return an order of boxes, and how many a strip has: about as many as there are strips.

    Strips follow each other from west to east, the boxes of a strip from south to north.
    """
    strip = max(1, math.isqrt(len(boxes)))
    of = np.empty(len(boxes), np.int64)
    of[np.argsort(boxes[:, 0])] = np.arange(len(boxes)) // strip
    return np.lexsort((boxes[:, 1], of)), strip


def _ordered(paths: Paths, order: Places) -> Paths:
    """Return the paths of features in another order of these."""
    numbers = np.empty_like(order)
    numbers[order] = np.arange(len(order))
    renamed = paths.owned(numbers[paths.owners])
    return renamed.chosen(np.argsort(renamed.owners, kind="stable"))


def _chosen(paths: Paths, firsts: Places, features: Places) -> Paths:
    """Return the paths of some features, numbered from 0, when the first path of each is known."""
    counts = firsts[features + 1] - firsts[features]
    chosen = paths.chosen(spread(firsts[features], counts))
    return chosen.owned(np.repeat(np.arange(len(features)), counts))


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
    strays = np.minimum.reduceat(_strays(paths), paths.starts[:-1]) / _STRAY
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


def _strays(paths: Paths) -> NDArray[np.float64]:
    """Return how far each point lies from the line between its neighbours; inf for ends and points."""
    before, here, after = paths.points[:-2], paths.points[1:-1], paths.points[2:]
    chord, step = after - before, here - before
    length = np.maximum(np.einsum("ij,ij->i", chord, chord), np.finfo(float).tiny)
    share = np.clip(np.einsum("ij,ij->i", step, chord) / length, 0.0, 1.0)
    beside = step - share[:, None] * chord
    found = np.full(len(paths.points), np.inf)
    found[1:-1] = np.hypot(beside[:, 0], beside[:, 1])
    found[paths.starts[:-1]] = found[paths.starts[1:] - 1] = np.inf
    found[(paths.kinds == POINT)[paths.path_of]] = np.inf
    return found


def _packed(columns: Mapping[str, Sequence[Column]], order: Places) -> Properties:
    """Return the properties of features in another order of these, in as few bytes as hold them."""
    whole = {name: [value for part in parts for value in part] for name, parts in columns.items()}
    places = order.tolist()
    found = properties_of({name: [whole[name][place] for place in places] for name in whole}, len(order))
    codes = np.ascontiguousarray(found.codes, np.int32)
    return Properties(found.keys, codes, found.content, found.ends)
