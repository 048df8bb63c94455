"""Which fraction of each cell of a grid does a polygon cover, exactly?

Every edge is cut where it crosses a row or a column border. A piece that descends by `dy` inside
a cell, at a mean distance `m` from its left border, covers `dy * (1 - m)` of that cell and `dy`
of every cell to its right; pieces of opposite direction cancel. Summing the pieces of all rings,
holes turning the other way, gives each cell's coverage. Only the cells that the outline crosses
are kept: between two of them a row is wholly inside or wholly outside. Time and memory
therefore follow the outline, not the area. The loops are compiled: `loops/crossing.py`.

Grid coordinates: column to the right, row downward, one unit per cell, (0, 0) the outer corner
of the first cell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The cells that an outline crosses, in row-major order, and what lies between them.

    Attributes:
        rows: Row of each cell.
        columns: Column of each cell; -1 stands for all that lies left of the grid.
        fractions: Covered fraction of each cell, 0 to 1.
        opens: Whether the row is inside just after each cell.
        shape: Rows and columns of the grid.
    """

    rows: Integers
    columns: Integers
    fractions: Floats
    opens: Booleans
    shape: tuple[int, int]


def polygon_coverage(points: Floats, ring_of: Integers, shape: tuple[int, int]) -> Coverage:
    """Return the exact coverage of a grid by polygons that do not overlap.

    Args:
        points: Shape `(n, 2)`, column then row, each ring closed.
        ring_of: Ring of each point, in ascending order; holes turn against their exteriors.
        shape: Rows and columns of the grid. What lies outside is left out.
    """
    from estran.layers.ledger.loops.crossing import crossed_cells

    points, ring_of = pressed(points, ring_of, shape)
    x, y = np.ascontiguousarray(points.T)
    top, firsts, columns, fractions, opens = crossed_cells(x, y, ring_of, 0, len(x), *shape)
    rows = np.repeat(np.arange(len(firsts) - 1) + top, np.diff(firsts))
    return Coverage(rows, columns.astype(np.int64), fractions, opens.astype(np.bool_), shape)


def pressed(points: Floats, ring_of: Integers, shape: tuple[int, int]) -> tuple[Floats, Integers]:
    """Press rings into a grid and the column at its left."""
    rows, columns = shape
    return press(points, ring_of, (-1.0, 0.0, float(columns), float(rows)))


def press(
    points: Floats, ring_of: Integers, box: tuple[float, float, float, float]
) -> tuple[Floats, Integers]:
    """Press rings into a box: what lies inside stays, what lies outside moves onto its border.

    Rings stay closed and keep their direction, so the area and the coverage inside do not change.
    Rings that end up flat are left out.

    Args:
        points: Shape `(n, 2)`, each ring closed.
        ring_of: Ring of each point.
        box: Least x, least y, greatest x, greatest y.
    """
    for axis, low, high in ((0, box[0], box[2]), (1, box[1], box[3])):
        if not points.size or (points[:, axis].min() >= low and points[:, axis].max() <= high):
            continue
        for bound in (low, high):
            side = points[:, axis] - bound
            crossing = np.flatnonzero((side[:-1] * side[1:] < 0.0) & (ring_of[:-1] == ring_of[1:]))
            if crossing.size:
                share = side[crossing] / (side[crossing] - side[crossing + 1])
                added = points[crossing] + share[:, np.newaxis] * (points[crossing + 1] - points[crossing])
                added[:, axis] = bound
                points = np.insert(points, crossing + 1, added, axis=0)
                ring_of = np.insert(ring_of, crossing + 1, ring_of[crossing])
        if points.size and (points[:, axis].min() < low or points[:, axis].max() > high):
            points = points.copy()
            np.clip(points[:, axis], low, high, out=points[:, axis])
            points, ring_of = _without_flat_rings(points, ring_of, axis)
    return points, ring_of


def _without_flat_rings(points: Floats, ring_of: Integers, axis: int) -> tuple[Floats, Integers]:
    starts = np.flatnonzero(np.diff(ring_of, prepend=-1))
    least = np.minimum.reduceat(points[:, axis], starts)
    greatest = np.maximum.reduceat(points[:, axis], starts)
    counts = np.diff(starts, append=len(ring_of))
    kept = np.repeat(least < greatest, counts)
    return points[kept], ring_of[kept]
