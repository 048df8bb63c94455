"""Which cells of a regular grid does an area touch, and which grid answers a request?

Cells are half-open: a cell holds its left and top edges, not its right and bottom ones. The window of an
area is the set of whole cells that share more than an edge with it; a point gets the cell that holds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite

import numpy as np
from affine import Affine
from pyproj import CRS

from estran.carbon.errors import InvalidGeometry, InvalidInput, NotFound
from estran.layers.geodesy import parse_crs, transform_points

Bounds = tuple[float, float, float, float]
"""left, bottom, right, top: x, or longitude, first."""

EDGE_POINTS = 65
"""Points along each side of a rectangle before it is transformed."""

ROUNDING = 1e-6
"""An edge closer than this to a cell edge, in cells, lies on it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a CRS; a side that is infinite is open."""

    crs: CRS
    left: float = -inf
    bottom: float = -inf
    right: float = inf
    top: float = inf

    @property
    def bounds(self) -> Bounds:
        """Its four sides."""
        return self.left, self.bottom, self.right, self.top


@dataclass(frozen=True, slots=True)
class CellWindow:
    """A block of whole cells."""

    column: int
    row: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Scale:
    """How many cells are wanted: so many times fewer, or exactly so many.

    Attributes:
        x: Cells across are divided by this, > 0.
        y: Cells down are divided by this, > 0.
        columns: Exact number of cells across; `x` is then not used.
        rows: Exact number of cells down; `y` is then not used.
    """

    x: float = 1.0
    y: float = 1.0
    columns: int | None = None
    rows: int | None = None

    def shape(self, height: int, width: int) -> tuple[int, int]:
        """Return rows and columns of a window of `height` by `width` cells once scaled."""
        rows = max(1, ceil(height / self.y - ROUNDING)) if self.rows is None else self.rows
        columns = max(1, ceil(width / self.x - ROUNDING)) if self.columns is None else self.columns
        return rows, columns


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of cells in a CRS.

    Attributes:
        crs: CRS of the coordinates.
        transform: From (column, row) of a cell's top left corner to (x, y).
        width: Cells across.
        height: Cells down.
    """

    crs: CRS
    transform: Affine
    width: int
    height: int

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell, both > 0, in the unit of the CRS."""
        return self.transform.a, -self.transform.e

    @property
    def bounds(self) -> Bounds:
        """The outer edges."""
        left, top = self.transform.c, self.transform.f
        return (
            left,
            top + self.height * self.transform.e,
            left + self.width * self.transform.a,
            top,
        )

    def whole(self) -> CellWindow:
        """Return every cell."""
        return CellWindow(0, 0, self.width, self.height)

    def window(self, areas: Sequence[Area]) -> CellWindow:
        """Return the cells that lie in all the areas at once.

        Raises:
            NotFound: the areas and the grid have no cell in common.
            InvalidInput: an area has its sides swapped, or is not finite in this grid's CRS.
        """
        first_column, first_row, end_column, end_row = 0, 0, self.width, self.height
        for area in areas:
            left, bottom, right, top = self._own_bounds(area)
            width, height = self.cell
            columns = _cells((left - self.transform.c) / width, (right - self.transform.c) / width)
            rows = _cells((self.transform.f - top) / height, (self.transform.f - bottom) / height)
            first_column, end_column = max(first_column, columns[0]), min(end_column, columns[1])
            first_row, end_row = max(first_row, rows[0]), min(end_row, rows[1])
        if first_column >= end_column or first_row >= end_row:
            raise self._outside()
        return CellWindow(first_column, first_row, end_column - first_column, end_row - first_row)

    def part(self, window: CellWindow, shape: tuple[int, int] | None = None) -> "Grid":
        """Return the grid of a window, its cells merged or split into `shape` rows and columns."""
        rows, columns = shape or (window.height, window.width)
        corner = self.transform @ Affine.translation(window.column, window.row)
        scaled = corner @ Affine.scale(window.width / columns, window.height / rows)
        return Grid(self.crs, scaled, columns, rows)

    def bounds_in(self, crs: CRS) -> Bounds:
        """Return the outer edges in another CRS, the sides densified.

        Raises:
            InvalidGeometry: part of the grid has no position in `crs`.
        """
        return moved_bounds(self.bounds, self.crs, crs)

    def _own_bounds(self, area: Area) -> Bounds:
        """The area in this grid's CRS; open sides are the grid's own."""
        if area.left > area.right or area.bottom > area.top or any(map(np.isnan, area.bounds)):
            raise InvalidInput(
                f"the area {_text(area.bounds)} has its sides swapped; give the lower value first",
                f"l'emprise {_text(area.bounds)} a ses côtés inversés ; donnez d'abord la plus petite valeur",
                where="bbox",
            )
        if area.crs == self.crs:
            return area.bounds
        seen = self.bounds_in(area.crs)
        clipped = (
            max(area.left, seen[0]),
            max(area.bottom, seen[1]),
            min(area.right, seen[2]),
            min(area.top, seen[3]),
        )
        if clipped[0] > clipped[2] or clipped[1] > clipped[3]:
            raise self._outside()
        return moved_bounds(clipped, area.crs, self.crs)

    def _outside(self) -> NotFound:
        try:
            known = self.bounds_in(parse_crs("CRS84"))
            place = _text(known) + " (CRS84)"
        except InvalidGeometry:
            place = _text(self.bounds)
        return NotFound(
            f"the area asked for lies outside the layer, which covers {place}",
            f"l'emprise demandée est hors de la couche, qui couvre {place}",
            where="bbox",
        )


def moved_bounds(bounds: Bounds, source: CRS, target: CRS) -> Bounds:
    """Return the bounds, in `target`, of a rectangle whose sides are straight in `source`.

    Raises:
        InvalidGeometry: part of the rectangle has no position in `target`.
    """
    if source == target:
        return bounds
    left, bottom, right, top = bounds
    x, y = np.linspace(left, right, EDGE_POINTS), np.linspace(bottom, top, EDGE_POINTS)
    points = np.concatenate(
        [
            np.column_stack([x, np.full_like(x, bottom)]),
            np.column_stack([x, np.full_like(x, top)]),
            np.column_stack([np.full_like(y, left), y]),
            np.column_stack([np.full_like(y, right), y]),
        ]
    )
    moved = transform_points(points, source, target)
    low, high = moved.min(axis=0), moved.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _cells(start: float, end: float) -> tuple[int, int]:
    """First cell and the one after the last, of an interval in cells; a point gets one cell."""
    first = floor(start + ROUNDING) if isfinite(start) else 0
    after = ceil(end - ROUNDING) if isfinite(end) else 2**62
    return first, max(after, first + 1) if isfinite(start) else after


def _text(bounds: Bounds) -> str:
    return "[" + ", ".join(f"{value:.10g}" for value in bounds) + "]"
