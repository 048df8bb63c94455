"""Which fraction of each cell of a grid does a polygon cover, exactly?

Every edge is cut where it crosses a row or a column border. A piece that descends by `dy` inside
a cell, at a mean distance `m` from its left border, covers `dy * (1 - m)` of that cell and `dy`
of every cell to its right; pieces of opposite direction cancel. Summing the pieces of all rings,
holes turning the other way, gives each cell's coverage. Only the cells that the outline crosses
are kept: between two of them a row is wholly inside or wholly outside. Time and memory
therefore follow the outline, not the area.

Grid coordinates: column to the right, row downward, one unit per cell, (0, 0) the outer corner
of the first cell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

NEGLIGIBLE = 1e-12
"""Fractions nearer than this to 0 or 1 are rounding of the sums."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The cells that an outline crosses, in row-major order, and what lies between them.

    Attributes:
        rows: Row of each cell.
        columns: Column of each cell; -1 stands for all that lies left of the grid.
        fractions: Covered fraction of each cell, 0 to 1.
        opens: Whether the row is inside just after each cell.
        places: `row * (columns of the grid + 1) + column` of each cell, ascending.
        shape: Rows and columns of the grid.
    """

    rows: Integers
    columns: Integers
    fractions: Floats
    opens: Booleans
    places: Integers
    shape: tuple[int, int]

    def is_inside(self, rows: Integers, columns: Integers) -> Booleans:
        """Tell whether the row is inside just before each cell.

        For a cell that the outline does not cross, this says whether the cell is inside.
        """
        if self.rows.size == 0:
            return np.zeros(rows.shape, dtype=np.bool_)
        before = np.searchsorted(self.places, rows * (self.shape[1] + 1) + columns) - 1
        return np.asarray((before >= 0) & (self.rows[before] == rows) & self.opens[before])


@dataclass(frozen=True, slots=True)
class CrossedBlocks:
    """The square blocks of a grid that an outline crosses, ordered by tile, then row-major.

    Attributes:
        rows: Row of each block, in blocks.
        columns: Column of each block, in blocks.
        size: Side of a block, in cells.
        offsets: Block `i` holds the cells `cells[offsets[i]:offsets[i + 1]]`.
        cells: Positions in the arrays of `coverage`.
        coverage: What the blocks are cut from.
    """

    rows: Integers
    columns: Integers
    size: int
    offsets: Integers
    cells: Integers
    coverage: Coverage

    def fractions_of(self, first: int, last: int) -> Floats:
        """Return the coverage of blocks `first` to `last - 1`, of shape `(n, size, size)`."""
        whole, size = self.coverage, self.size
        cells = self.cells[self.offsets[first] : self.offsets[last]]
        block = np.repeat(np.arange(last - first), np.diff(self.offsets[first : last + 1]))
        row, column = whole.rows[cells] % size, whole.columns[cells] % size
        was_open = (whole.rows[cells - 1] == whole.rows[cells]) & whole.opens[cells - 1] & (cells > 0)

        left_rows = self.rows[first:last, np.newaxis] * size + np.arange(size)
        left_columns = np.broadcast_to(self.columns[first:last, np.newaxis] * size, left_rows.shape)
        change = np.zeros((last - first, size, size + 1), dtype=np.int8)
        change[:, :, 0] = whole.is_inside(left_rows, left_columns)
        change[block, row, column + 1] = whole.opens[cells].astype(np.int8) - was_open
        covered = np.cumsum(change[:, :, :size], axis=2, dtype=np.int8).astype(np.float64)
        covered[block, row, column] = whole.fractions[cells]
        return covered


def crossed_blocks(coverage: Coverage, size: int, tile: int) -> CrossedBlocks:
    """Return the blocks that the outline crosses.

    Args:
        coverage: The cells that it crosses.
        size: Side of a block, in cells.
        tile: Side of a tile, in blocks; the blocks of one tile follow each other.
    """
    cells = np.flatnonzero(coverage.columns >= 0)
    rows, columns = coverage.rows[cells] // size, coverage.columns[cells] // size
    down, across = (-(-side // (size * tile)) for side in coverage.shape)
    place = np.ravel_multi_index(
        (rows // tile, columns // tile, rows % tile, columns % tile), (down, across, tile, tile)
    )
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    return CrossedBlocks(
        rows=rows[order][starts],
        columns=columns[order][starts],
        size=size,
        offsets=np.append(starts, len(cells)),
        cells=cells[order],
        coverage=coverage,
    )


def polygon_coverage(points: Floats, ring_of: Integers, shape: tuple[int, int]) -> Coverage:
    """Return the exact coverage of a grid by polygons that do not overlap.

    Args:
        points: Shape `(n, 2)`, column then row, each ring closed.
        ring_of: Ring of each point, in ascending order; holes turn against their exteriors.
        shape: Rows and columns of the grid. What lies outside is left out.
    """
    return pressed_coverage(*pressed(points, ring_of, shape), shape)


def pressed(points: Floats, ring_of: Integers, shape: tuple[int, int]) -> tuple[Floats, Integers]:
    """Press rings into a grid and the column at its left."""
    rows, columns = shape
    return press(points, ring_of, (-1.0, 0.0, float(columns), float(rows)))


def pressed_coverage(
    points: Floats,
    ring_of: Integers,
    shape: tuple[int, int],
    *,
    shifts: Integers | None = None,
    height: int | None = None,
) -> Coverage:
    """Return the exact coverage of a grid by rings already pressed into it.

    Args:
        points: See `polygon_coverage`.
        ring_of: See `polygon_coverage`.
        shape: Rows and columns of the grid.
        shifts: Rows by which each ring is moved down, by its number, before the pieces are summed.
        height: Rows of the coverage when rings are moved.
    """
    rows, columns = shape
    x, y = np.ascontiguousarray(points.T)
    turn = -1.0 if _left_area(x, y, ring_of) > 0.0 else 1.0
    outside = (
        (ring_of[:-1] != ring_of[1:])
        | ((x[:-1] == columns) & (x[1:] == columns))
        | ((y[:-1] == y[1:]) & ((y[1:] == 0.0) | (y[1:] == rows)))
    )
    x0, y0, x1, y1 = (side[~outside] for side in (x[:-1], y[:-1], x[1:], y[1:]))
    y0, x0, y1, x1, edge = _cut(y0, x0, y1, x1)
    x0, y0, x1, y1, piece = _cut(x0, y0, x1, y1)
    moved = 0 if shifts is None else shifts[ring_of[:-1][~outside]][edge][piece]
    return _sum(x0, y0, x1, y1, turn=turn, shape=shape, moved=moved, height=height)


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


def _left_area(x: Floats, y: Floats, ring_of: Integers) -> float:
    """Sum, over descending edges, of the area at their left, less that of ascending ones."""
    same = ring_of[:-1] == ring_of[1:]
    return float((((x[:-1] + x[1:]) * (y[1:] - y[:-1]))[same]).sum())


def _cut(a0: Floats, b0: Floats, a1: Floats, b1: Floats) -> tuple[Floats, Floats, Floats, Floats, Integers]:
    """Cut edges from (a0, b0) to (a1, b1) at whole values of `a`; pieces follow their edge's order.

    The last array is the edge of each piece.
    """
    first, last = np.floor(a0), np.floor(a1)
    count = np.abs(last - first).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(count)), count)
    ends = np.cumsum(count)
    starts = ends - count
    a, b = a0[edge], b0[edge]
    is_cut = np.ones(len(edge), dtype=np.bool_)
    is_cut[starts] = False
    cut = np.flatnonzero(is_cut)
    whose = edge[cut]
    rank = cut - starts[whose]
    border = first[whose] + np.where(last[whose] > first[whose], rank, 1 - rank)
    share = np.clip((border - a0[whose]) / (a1[whose] - a0[whose]), 0.0, 1.0)
    a[cut] = border
    b[cut] = np.where(share == 1.0, b1[whose], b0[whose] + share * (b1[whose] - b0[whose]))
    a_stop, b_stop = np.roll(a, -1), np.roll(b, -1)
    a_stop[ends - 1], b_stop[ends - 1] = a1, b1
    moves = (a != a_stop) | (b != b_stop)
    return a[moves], b[moves], a_stop[moves], b_stop[moves], edge[moves]


def _sum(
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    *,
    turn: float,
    shape: tuple[int, int],
    moved: Integers | int,
    height: int | None,
) -> Coverage:
    """Sum the pieces cell by cell, then along each row."""
    column, row = np.floor(np.minimum(x0, x1)), np.floor(np.minimum(y0, y1))
    stride = shape[1] + 1
    keys = (row.astype(np.int64) + moved) * stride + column.astype(np.int64) + 1
    descent = turn * (y1 - y0)
    area = descent * (1.0 - ((x0 + x1) / 2.0 - column))
    inside = (column < shape[1]) & (row < shape[0])
    keys, area, descent = keys[inside], area[inside], descent[inside]
    # Pieces of one cell mostly follow each other: merging those first leaves less to sort.
    keys, area, descent = _merge(keys, area, descent)
    order = np.argsort(keys, kind="stable")
    keys, area, descent = _merge(keys[order], area[order], descent[order])

    rows = keys // stride
    total = np.cumsum(descent)
    new_row = np.diff(rows, prepend=-1) != 0
    before_row = np.where(new_row, total - descent, 0.0)[np.maximum.accumulate(_places(new_row))]
    after = total - before_row
    fractions = area + after - descent
    fractions[np.abs(fractions) < NEGLIGIBLE] = 0.0
    fractions[np.abs(fractions - 1.0) < NEGLIGIBLE] = 1.0
    return Coverage(
        rows=rows,
        columns=keys % stride - 1,
        fractions=np.clip(fractions, 0.0, 1.0),
        opens=after > 0.5,
        places=keys - 1,
        shape=shape if height is None else (height, shape[1]),
    )


def _places(marked: Booleans) -> Integers:
    """The position of each marked element, 0 elsewhere."""
    return np.where(marked, np.arange(len(marked)), 0)


def _merge(keys: Integers, *values: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Sum the values of neighbours with the same key."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    area, descent = (np.add.reduceat(value, starts) if starts.size else value for value in values)
    return keys[starts], area, descent
