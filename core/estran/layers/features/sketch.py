"""What is worth reading of very many features, for a picture? Their boxes tell, before any geometry is read.

Features smaller than a pixel are merged: the largest of a pixel stands for the others, as a square that
covers as much as the boxes of all of them, a pixel at most. So a picture of 200,000 buildings reads the
geometries of those that can be told apart, and towns stay as dense as they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.layers.features.query import Value
from estran.layers.styles.style import Kind
from estran.layers.tiles.matrix_sets import Bounds

MANY = 20_000
"""From so many features on, a picture is sketched."""

KEPT_BOXES = 500_000
"""Boxes of a layer that are kept in memory, at most."""

_WIDE = 0.1

type Read = Callable[[NDArray[Any], bool], tuple[Sequence[Value], NDArray[np.object_]]]
"""Returns the values of rows, and their geometries when those are wanted."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rows and their boxes, min x, min y, max x, max y, shape (n, 4)."""

    rows: NDArray[Any]
    boxes: NDArray[np.float64]

    def near(self, box: Bounds) -> "Boxes":
        """Return those that meet a box."""
        meets = (self.boxes[:, :2] <= box[2:]).all(axis=1) & (self.boxes[:, 2:] >= box[:2]).all(axis=1)
        return Boxes(self.rows[meets], self.boxes[meets])

    def ordered(self) -> "Boxes":
        """Return them in the order of rows."""
        order = np.argsort(self.rows)
        return Boxes(self.rows[order], self.boxes[order])

    def of(self, rows: NDArray[Any]) -> NDArray[np.float64]:
        """Return the boxes of rows when these are `ordered`; NaN for a row without one."""
        places = np.minimum(np.searchsorted(self.rows, rows), max(len(self.rows) - 1, 0))
        found = np.full((len(rows), 4), np.nan)
        known = np.flatnonzero(self.rows[places] == rows) if len(self.rows) else places[:0]
        found[known] = self.boxes[places[known]]
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """The picture for which features are sketched.

    Attributes:
        box: What it shows, in the CRS of the layer.
        pixel: Width and height of a pixel, in the same CRS.
        kind: What a symbol draws: marks stand for small surfaces and points.
        field: The column that decides the symbol, None when there is one for all.
        limit: Features, at most; the smallest are left out.
    """

    box: Bounds
    pixel: tuple[float, float]
    kind: Kind
    field: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """Shapes to draw, in the CRS of the layer, and the value that decides the symbol of each."""

    shapes: NDArray[np.object_]
    values: Sequence[Value]


def is_wide(box: Bounds, extent: Bounds) -> bool:
    """Return whether a box holds a tenth of a layer or more, if the layer is evenly spread."""
    low_x, low_y, high_x, high_y = extent
    across = min(box[2], high_x) - max(box[0], low_x)
    down = min(box[3], high_y) - max(box[1], low_y)
    return across * down >= _WIDE * (high_x - low_x) * (high_y - low_y)


def sketched(near: Boxes, asked: Asked, read: Read) -> Sketch | None:
    """Return the sketch of the features near, None when they are few enough to be read as they are."""
    if len(near.rows) < MANY:
        return None
    places, areas, is_small = _thinned(near.boxes, asked)
    rows, boxes = near.rows[places], near.boxes[places]
    marked = is_small & (asked.kind in {"fill", "point"})
    values, _ = read(rows[marked], False)
    others, shapes = read(rows[~marked], True)
    return Sketch(np.concatenate([_marks(boxes[marked], areas[marked], asked), shapes]), [*values, *others])


def _thinned(
    boxes: NDArray[np.float64], asked: Asked
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the features kept, the area, in pixels, for which each stands, and which are small."""
    pixel = np.array(asked.pixel)
    sides = (boxes[:, 2:] - boxes[:, :2]) / pixel
    size, area = sides.max(axis=1), sides.prod(axis=1)
    (small,) = np.nonzero(size < 1.0)
    cells = np.floor((boxes[small, :2] + boxes[small, 2:]) / 2 / pixel).astype(np.int64)
    cells -= cells.min(axis=0, initial=0)
    _, cell = np.unique(cells[:, 0] * (cells[:, 1].max(initial=0) + 1) + cells[:, 1], return_inverse=True)
    covered = np.bincount(cell, area[small])
    order = np.lexsort((size[small], cell))
    last = order[np.flatnonzero(np.diff(cell[order], append=-1))]
    large = np.flatnonzero(size >= 1.0)
    places = np.concatenate([small[last], large])
    areas = np.concatenate([covered[cell[last]], area[large]])
    if len(places) > asked.limit:
        kept = np.sort(np.argpartition(areas, -asked.limit)[-asked.limit :])
        places, areas = places[kept], areas[kept]
    return places, areas, size[places] < 1.0


def _marks(boxes: NDArray[np.float64], areas: NDArray[np.float64], asked: Asked) -> NDArray[np.object_]:
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    if asked.kind == "point":
        return np.asarray(shapely.points(middles), dtype=object)
    half = np.sqrt(np.minimum(areas, 1.0))[:, None] * np.array(asked.pixel) / 2
    return np.asarray(shapely.box(*(middles - half).T, *(middles + half).T), dtype=object)
