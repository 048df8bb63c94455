"""Which cells of a grid do many small geometries cover, each on its own?

Geometries may overlap, so each is given a band of its own: the rows that it crosses, laid below those
of the geometry before. One pass over all the edges then tells them all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estran.layers.ledger.coverage import Coverage, pressed, pressed_coverage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bands:
    """Horizontal bands of one grid, one per geometry, laid one below the other.

    Attributes:
        firsts: First row of each band once laid.
        shifts: What to add to a row of the grid to get that of a band.
    """

    firsts: Integers
    shifts: Integers

    def of_rows(self, rows: Integers) -> Integers:
        """Return the band of each row once laid."""
        return np.asarray(np.searchsorted(self.firsts, rows, side="right") - 1)


def coverage_by_bands(
    points: Floats, ring_of: Integers, shape: tuple[int, int], *, owner: Integers, count: int
) -> tuple[Coverage, Bands]:
    """Return the exact coverage of a grid by many geometries that may overlap, each in its own band.

    Args:
        points: Shape `(n, 2)`, column then row, each ring closed.
        ring_of: Ring of each point, in ascending order; holes turn against their exteriors.
        shape: Rows and columns of the grid. What lies outside is left out.
        owner: Geometry of each ring, by the number of the ring.
        count: How many geometries.
    """
    points, ring_of = pressed(points, ring_of, shape)
    rows = np.floor(points[:, 1]).astype(np.int64)
    top, bottom = np.full(count, shape[0]), np.full(count, -1)
    np.minimum.at(top, owner[ring_of], rows)
    np.maximum.at(bottom, owner[ring_of], rows)
    heights = np.maximum(bottom - top + 1, 0)
    firsts = np.cumsum(heights) - heights
    bands = Bands(firsts, firsts - top)
    coverage = pressed_coverage(points, ring_of, shape, shifts=bands.shifts[owner], height=int(heights.sum()))
    return coverage, bands


def covered_cells(coverage: Coverage, bands: Bands) -> tuple[Integers, Integers, Integers, Floats]:
    """Return every cell that is covered: its band, its row and column in the grid, its covered fraction.

    Time follows the area: this is meant for small geometries.
    """
    columns_end = coverage.shape[1]
    is_last = np.diff(coverage.rows, append=-1) != 0
    next_column = np.where(is_last, columns_end, np.roll(coverage.columns, -1))
    between = np.where(coverage.opens, next_column - coverage.columns - 1, 0)
    run = np.repeat(np.arange(len(between)), between)
    rank = np.arange(len(run)) - np.repeat(np.cumsum(between) - between, between)
    crossed = np.flatnonzero(coverage.columns >= 0)
    rows = np.concatenate([coverage.rows[crossed], coverage.rows[run]])
    columns = np.concatenate([coverage.columns[crossed], coverage.columns[run] + 1 + rank])
    fractions = np.concatenate([coverage.fractions[crossed], np.ones(len(run))])
    band = bands.of_rows(rows)
    return band, rows - bands.shifts[band], columns, fractions
