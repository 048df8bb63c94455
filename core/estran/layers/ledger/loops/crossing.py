"""Which cells does the outline of one geometry cross, and which fraction of each does it cover?

See `coverage.py` for the method. The edges are walked cell after cell; the pieces are then put in
their rows by counting, sorted by column, and summed.
"""

import numpy as np

from estran.layers.compilation import (
    FLOAT,
    FLOATS,
    INTEGER,
    INTEGERS,
    SHORTS,
    Bytes,
    Floats,
    Integers,
    Shorts,
    compiled,
)

NEGLIGIBLE = 1e-12
"""Fractions nearer than this to 0 or 1 are rounding of the sums."""

FEW = 24
"""Cells of a row that are sorted by insertion."""


@compiled(SHORTS, FLOATS, FLOATS)
def sort_row(columns: Shorts, areas: Floats, descents: Floats) -> None:
    """Sort the pieces of one row by column, in place; pieces of one column keep their order."""
    count = len(columns)
    for first in range(0, count, FEW):
        for place in range(first + 1, min(first + FEW, count)):
            column, area, descent = columns[place], areas[place], descents[place]
            before = place - 1
            while before >= first and columns[before] > column:
                columns[before + 1] = columns[before]
                areas[before + 1] = areas[before]
                descents[before + 1] = descents[before]
                before -= 1
            columns[before + 1], areas[before + 1], descents[before + 1] = column, area, descent
    width = FEW
    while width < count:
        old_columns, old_areas, old_descents = columns.copy(), areas.copy(), descents.copy()
        for first in range(0, count, 2 * width):
            middle, last = min(first + width, count), min(first + 2 * width, count)
            left, right = first, middle
            for place in range(first, last):
                if left < middle and (right >= last or old_columns[left] <= old_columns[right]):
                    taken = left
                    left += 1
                else:
                    taken = right
                    right += 1
                columns[place] = old_columns[taken]
                areas[place], descents[place] = old_areas[taken], old_descents[taken]
        width *= 2


@compiled(FLOATS, FLOATS, INTEGERS, INTEGER, INTEGER)
def outline_size(
    x: Floats, y: Floats, ring_of: Integers, start: int, stop: int
) -> tuple[float, int, float, float]:
    """Tell the direction of an outline, the rows that it reaches, and at most how many pieces it has."""
    twice, pieces, top, bottom = 0.0, 0, np.inf, -np.inf
    for i in range(start, stop):
        top, bottom = min(top, y[i]), max(bottom, y[i])
        if i + 1 < stop and ring_of[i] == ring_of[i + 1]:
            twice += (x[i] + x[i + 1] - 2.0 * x[start]) * (y[i + 1] - y[i])
            pieces += int(abs(np.floor(x[i + 1]) - np.floor(x[i])))
            pieces += int(abs(np.floor(y[i + 1]) - np.floor(y[i]))) + 1
    return (-1.0 if twice > 0.0 else 1.0), pieces, top, bottom


@compiled(SHORTS, SHORTS, FLOATS, FLOATS, INTEGERS, INTEGER)
def summed_by_row(
    row_of: Shorts, column_of: Shorts, area_of: Floats, descent_of: Floats, firsts: Integers, top: int
) -> tuple[Integers, Shorts, Floats, Bytes]:
    """Put the pieces of an outline in order and sum those of each cell; `firsts` counts those of each row."""
    count, height = len(row_of), len(firsts) - 1
    for row in range(height):
        firsts[row + 1] += firsts[row]
    after = firsts[:-1].copy()
    columns = np.empty(count, np.int32)
    fractions = np.empty(count, np.float64)
    descents = np.empty(count, np.float64)
    opens = np.empty(count, np.uint8)
    for piece in range(count):
        place = after[row_of[piece] - top]
        after[row_of[piece] - top] += 1
        columns[place] = column_of[piece]
        fractions[place], descents[place] = area_of[piece], descent_of[piece]
    kept = 0
    for row in range(height):
        first, last = firsts[row], firsts[row + 1]
        sort_row(columns[first:last], fractions[first:last], descents[first:last])
        firsts[row] = kept
        covered, place = 0.0, first
        while place < last:
            column, area, descent = columns[place], fractions[place], descents[place]
            place += 1
            while place < last and columns[place] == column:
                area += fractions[place]
                descent += descents[place]
                place += 1
            fraction = min(max(area + covered, 0.0), 1.0)
            covered += descent
            if fraction < NEGLIGIBLE:
                fraction = 0.0
            elif fraction > 1.0 - NEGLIGIBLE:
                fraction = 1.0
            columns[kept], fractions[kept], opens[kept] = column, fraction, covered > 0.5
            kept += 1
    firsts[height] = kept
    return firsts, columns[:kept], fractions[:kept], opens[:kept]


@compiled(
    FLOAT, FLOAT, FLOAT, FLOAT, INTEGER, INTEGER, FLOAT, SHORTS, SHORTS, FLOATS, FLOATS, INTEGER,
)  # fmt: skip
def walk_row(
    x0: float, y0: float, x1: float, y1: float, row: int, end: int, turn: float,
    row_of: Shorts, column_of: Shorts, area_of: Floats, descent_of: Floats, count: int,
) -> int:  # fmt: skip
    """Note the pieces of an edge within one row, for columns before `end`; return how many there are now."""
    column, last = int(np.floor(x0)), int(np.floor(x1))
    step = 1 if last >= column else -1
    x, y = x0, y0
    while True:
        x_next, y_next = x1, y1
        if column != last:
            x_next = float(column + 1 if step > 0 else column)
            share = (x_next - x0) / (x1 - x0)
            if share < 1.0:
                y_next = y0 + share * (y1 - y0)
        if column < end and (x != x_next or y != y_next):
            descent = turn * (y_next - y)
            area = descent * (1.0 - ((x + x_next) / 2.0 - column))
            if count and row_of[count - 1] == row and column_of[count - 1] == column:
                area_of[count - 1] += area
                descent_of[count - 1] += descent
            else:
                row_of[count], column_of[count] = row, column
                area_of[count], descent_of[count] = area, descent
                count += 1
        if column == last:
            return count
        x, y = x_next, y_next
        column += step


@compiled(FLOATS, FLOATS, INTEGERS, INTEGER, INTEGER, INTEGER, INTEGER)
def crossed_cells(
    x: Floats, y: Floats, ring_of: Integers, start: int, stop: int, rows: int, columns: int
) -> tuple[int, Integers, Shorts, Floats, Bytes]:
    """Return the cells that the outline of one geometry crosses, row by row, by ascending column.

    Args:
        x: Column of each vertex, pressed into the grid and the column at its left.
        y: Row of each vertex, pressed into the grid.
        ring_of: Ring of each vertex; rings are closed, holes turn against their exteriors.
        start: First vertex of this geometry.
        stop: The end of its vertices.
        rows: Rows of the grid.
        columns: Columns of the grid.

    Returns:
        The first row; where each row starts in the next three, and their end; the column of each cell, -1
        for all that lies left of the grid; its covered fraction; whether the row is inside just after it.
    """
    turn, pieces, least, greatest = outline_size(x, y, ring_of, start, stop)
    top = int(least) if pieces else 0
    height = min(int(greatest), rows - 1) - top + 1 if pieces else 0
    row_of, column_of = np.empty(pieces, np.int32), np.empty(pieces, np.int32)
    area_of, descent_of = np.empty(pieces, np.float64), np.empty(pieces, np.float64)
    count = 0
    for i in range(start, stop - 1):
        x0, y0, x1, y1 = x[i], y[i], x[i + 1], y[i + 1]
        is_outside = (x0 == columns and x1 == columns) or (y0 == y1 and (y1 == 0.0 or y1 == rows))
        if ring_of[i] != ring_of[i + 1] or is_outside:
            continue
        row, last = int(np.floor(y0)), int(np.floor(y1))
        step = 1 if last >= row else -1
        xa, ya = x0, y0
        while True:
            xb, yb = x1, y1
            if row != last:
                yb = float(row + 1 if step > 0 else row)
                share = (yb - y0) / (y1 - y0)
                if share < 1.0:
                    xb = x0 + share * (x1 - x0)
            if row < rows and (xa != xb or ya != yb):
                count = walk_row(
                    xa, ya, xb, yb, row, columns, turn, row_of, column_of, area_of, descent_of, count
                )
            if row == last:
                break
            xa, ya = xb, yb
            row += step
    firsts = np.zeros(height + 1, np.int64)
    for piece in range(count):
        firsts[row_of[piece] - top + 1] += 1
    firsts, columns_of, fractions, opens = summed_by_row(
        row_of[:count], column_of[:count], area_of[:count], descent_of[:count], firsts, top
    )
    return top, firsts, columns_of, fractions, opens
