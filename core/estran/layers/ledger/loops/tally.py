"""How many hectares of each key lie inside each of some geometries?

The outline is walked first. In the blocks that it crosses the packed cells are read one by one; the
others are answered by the largest blocks of the index that it does not cross.
"""

from typing import Any

import numba
import numpy as np

from estran.layers.compilation import (
    BYTES,
    CODES,
    FLOAT_TABLE,
    FLOATS,
    INTEGER,
    INTEGER_TABLE,
    INTEGERS,
    SHORTS,
    Bytes,
    Codes,
    Floats,
    Integers,
    Shorts,
    compiled,
)
from estran.layers.ledger.loops.blocks import block_number, block_place, mark_crossed, unmark
from estran.layers.ledger.loops.crossing import crossed_cells

BYTES_PER_ENTRY = 10
"""A key and its area."""

READ_BEYOND = 2
"""A cell is read together with the two bytes after it."""

SHORT = 64
"""Lists of keys that are sorted by insertion."""

# The C library's: it reads at a place of an open file, for any thread, without moving anything.
pread: Any = numba.types.ExternalFunction("pread", numba.i8(numba.i4, numba.u8, numba.u8, numba.i8))


@compiled(numba.i4, BYTES, INTEGER, INTEGER)
def read_bytes(file: int, into: Bytes, at: int, length: int) -> bool:
    """Read bytes of a file into an array; False where it ends too early."""
    return bool(pread(file, numba.u8(into.ctypes.data), numba.u8(length), at) == length)


@compiled(INTEGER, INTEGERS, SHORTS, BYTES, INTEGER, INTEGER)
def first_from(
    top: int, firsts: Integers, columns: Shorts, opens: Bytes, row: int, column: int
) -> tuple[int, int, int]:
    """Find the first crossed cell of a row at or after a column.

    Returns:
        Its place, the end of the row's cells, and 1 where the row is inside just before it, else 0.
    """
    line = row - top
    if line < 0 or line >= len(firsts) - 1:
        return 0, 0, 0
    low, end = firsts[line], firsts[line + 1]
    high = end
    while low < high:
        middle = (low + high) // 2
        if columns[middle] < column:
            low = middle + 1
        else:
            high = middle
    return low, end, int(opens[low - 1]) if low > firsts[line] else 0


@compiled(
    INTEGER, INTEGER, INTEGER, INTEGER, INTEGERS, SHORTS, FLOATS, BYTES,
    INTEGER, BYTES, INTEGER, FLOATS, FLOAT_TABLE, FLOAT_TABLE,
)  # fmt: skip
def add_block(
    first_row: int, first_column: int, size: int,
    top: int, firsts: Integers, columns: Shorts, fractions: Floats, opens: Bytes,
    bits: int, cells: Bytes, at: int, sums: Floats, row_terms: Floats, column_terms: Floats,
) -> None:  # fmt: skip
    """Add to `sums`, by rank of key, the hectares of one block's cells inside an outline."""
    mask = (1 << bits) - 1
    middle, last = size // 2, size - 1
    for line in range(size):
        row, stop = first_row + line, first_column + size
        place, end, inside = first_from(top, firsts, columns, opens, row, first_column)
        if not inside and (place >= end or columns[place] >= stop):
            continue
        # Along a row the area of a cell is a parabola to better than 1e-10.
        left, centre, right = 0.0, 0.0, 0.0
        for term in range(row_terms.shape[1]):
            left += row_terms[row, term] * column_terms[first_column, term]
            centre += row_terms[row, term] * column_terms[first_column + middle, term]
            right += row_terms[row, term] * column_terms[first_column + last, term]
        slope = (centre - left) / middle
        bend = ((right - centre) / (last - middle) - slope) / last
        column = first_column
        while column < stop:
            # A run of cells that are wholly inside, or else one cell that is crossed.
            until = columns[place] if place < end and columns[place] < stop else stop
            fraction = 1.0
            if until == column:
                fraction, inside = fractions[place], int(opens[place])
                place, until = place + 1, column + 1
            elif not inside:
                column = until
                continue
            for across in range(column - first_column, until - first_column):
                rank = 0
                if bits:
                    bit = (line * size + across) * bits
                    byte = at + (bit >> 3)
                    three = int(cells[byte]) | int(cells[byte + 1]) << 8 | int(cells[byte + 2]) << 16
                    rank = (three >> (bit & 7)) & mask
                sums[rank] += (left + across * (slope + (across - middle) * bend)) * fraction
            column = until


@compiled(INTEGER, INTEGER, FLOATS, BYTES, INTEGERS, FLOATS, CODES)
def add_entries(
    first: int, last: int, added: Floats, is_present: Bytes, present: Integers, totals: Floats, keys: Codes
) -> None:
    """Add the areas of some entries of the index to the totals of their keys."""
    for entry in range(first, last):
        if added[entry - first] > 0.0:
            key = keys[entry]
            totals[key] += added[entry - first]
            if not is_present[key]:
                is_present[key] = 1
                present[present[-1]] = key
                present[-1] += 1


@compiled(
    INTEGER, INTEGERS, SHORTS, FLOATS, BYTES, INTEGER, INTEGER, BYTES, INTEGER_TABLE, INTEGERS, CODES,
    INTEGERS, numba.i4, INTEGER, FLOAT_TABLE, FLOAT_TABLE, FLOATS, BYTES, INTEGERS,
)  # fmt: skip
def add_crossed(
    top: int, firsts: Integers, columns: Shorts, fractions: Floats, opens: Bytes,
    least: int, greatest: int, is_crossed: Bytes, levels: Integers, offsets: Integers, keys: Codes,
    places: Integers, file: int, cells_at: int, row_terms: Floats, column_terms: Floats,
    totals: Floats, is_present: Bytes, present: Integers,
) -> int:  # fmt: skip
    """Add the cells inside an outline, in the blocks that it crosses; return the bytes read, or -1."""
    size, width = levels[0, 0], levels[0, 4]
    sums = np.zeros(size * size + 1, np.float64)
    cells = np.empty(0, np.uint8)
    held_from, held_to, read = 0, 0, 0
    for block in range(least, greatest + 1):
        first, last = offsets[block], offsets[block + 1]
        if not is_crossed[block] or first == last:
            continue
        if places[block + 1] > held_to:
            # One read for all the crossed blocks of a tile.
            until = block
            for other in range(block + 1, min(greatest, block | (width * width - 1)) + 1):
                until = other if is_crossed[other] else until
            held_from, held_to = places[block], places[until + 1]
            if held_to - held_from + READ_BEYOND > len(cells):
                cells = np.empty(held_to - held_from + READ_BEYOND, np.uint8)
            if not read_bytes(file, cells, cells_at + held_from, held_to - held_from):
                return -1
        row, column = block_place(levels, block)
        bits = (places[block + 1] - places[block]) // (size * size // 8)
        add_block(
            row * size, column * size, size, top, firsts, columns, fractions, opens,
            bits, cells, places[block] - held_from, sums, row_terms, column_terms,
        )  # fmt: skip
        add_entries(first, last, sums, is_present, present, totals, keys)
        sums[: last - first + 1] = 0.0
        read += places[block + 1] - places[block]
    return read


@compiled(
    INTEGER, INTEGERS, SHORTS, BYTES, BYTES, INTEGER_TABLE, INTEGERS, CODES, FLOATS, FLOATS, BYTES, INTEGERS,
)  # fmt: skip
def add_inside(
    top: int, firsts: Integers, columns: Shorts, opens: Bytes, is_crossed: Bytes, levels: Integers,
    offsets: Integers, keys: Codes, areas: Floats, totals: Floats, is_present: Bytes, present: Integers,
) -> int:  # fmt: skip
    """Add the blocks inside an outline that it does not cross, the largest first; return the bytes read."""
    read = 0
    growth = levels[1, 0] // levels[0, 0] if len(levels) > 1 else 1
    # Of each level one block is opened at a time, so at most its children wait.
    pending = np.empty((len(levels) * growth * growth + 1, 3), np.int64)
    pending[0] = len(levels) - 1, 0, 0
    waiting = 1
    while waiting:
        waiting -= 1
        level, row, column = pending[waiting]
        size = levels[level, 0]
        block = block_number(levels, level, row, column)
        if not is_crossed[block]:
            if first_from(top, firsts, columns, opens, row * size, column * size)[2]:
                first, last = offsets[block], offsets[block + 1]
                add_entries(first, last, areas[first:last], is_present, present, totals, keys)
                read += (last - first) * BYTES_PER_ENTRY
        elif level > 0:
            down, across = levels[level - 1, 1], levels[level - 1, 5]
            for child_row in range(row * growth, min(row * growth + growth, down)):
                for child_column in range(column * growth, min(column * growth + growth, across)):
                    pending[waiting] = level - 1, child_row, child_column
                    waiting += 1
    return read


@compiled(INTEGERS, BYTES)
def sort_present(present: Integers, is_present: Bytes) -> None:
    """Put the keys that are present in ascending order; the last element tells how many they are."""
    count = present[-1]
    if count > SHORT:
        place = 0
        for key in range(len(is_present)):
            if is_present[key]:
                present[place] = key
                place += 1
        return
    for place in range(1, count):
        key, before = present[place], place - 1
        while before >= 0 and present[before] > key:
            present[before + 1] = present[before]
            before -= 1
        present[before + 1] = key


@compiled(
    FLOATS, FLOATS, INTEGERS, INTEGERS, INTEGER, INTEGER, INTEGER,
    INTEGER_TABLE, INTEGERS, CODES, FLOATS, INTEGERS, numba.i4, INTEGER, FLOAT_TABLE, FLOAT_TABLE,
)  # fmt: skip
def tally(
    x: Floats, y: Floats, ring_of: Integers, starts: Integers, rows: int, columns: int, most: int,
    levels: Integers, offsets: Integers, keys: Codes, areas: Floats, places: Integers,
    file: int, cells_at: int, row_terms: Floats, column_terms: Floats,
) -> tuple[Integers, Integers, Floats, Integers]:  # fmt: skip
    """Return the hectares of each key inside each geometry.

    Args:
        x: See `crossed_cells`.
        y: See `crossed_cells`.
        ring_of: See `crossed_cells`.
        starts: First vertex of each geometry, and the end of the last.
        rows: Rows of the raster.
        columns: Columns of the raster.
        most: One more than the largest key.
        levels: See `BlockIndex`, like the next four.
        offsets: Start of each block's entries.
        keys: Key of each entry.
        areas: True area of each entry.
        places: Start of each block's packed cells.
        file: The file that holds the packed cells, open.
        cells_at: Where they start in it.
        row_terms: The area of a cell is the product of its row's terms and its column's; for whole blocks.
        column_terms: See `row_terms`.

    Returns:
        Start of each geometry's keys, and the end of the last; the keys, ascending; their hectares; the bytes
        read for each geometry, -1 where the file ends too early.
    """
    count = len(starts) - 1
    found, bytes_read = np.zeros(count + 1, np.int64), np.zeros(count, np.int64)
    found_keys, found_areas = np.empty(64 + 8 * count, np.int64), np.empty(64 + 8 * count, np.float64)
    totals, is_present = np.zeros(most, np.float64), np.zeros(most, np.uint8)
    present = np.zeros(most + 1, np.int64)
    is_crossed = np.zeros(len(offsets) - 1, np.uint8)
    for geometry in range(count):
        top, firsts, columns_of, fractions, opens = crossed_cells(
            x, y, ring_of, starts[geometry], starts[geometry + 1], rows, columns
        )
        least, greatest = mark_crossed(top, firsts, columns_of, levels, is_crossed)
        present[-1] = 0
        read = add_crossed(
            top, firsts, columns_of, fractions, opens, least, greatest, is_crossed, levels, offsets, keys,
            places, file, cells_at, row_terms, column_terms, totals, is_present, present,
        )  # fmt: skip
        if read < 0:
            bytes_read[geometry] = read
            break
        bytes_read[geometry] = read + add_inside(
            top, firsts, columns_of, opens, is_crossed, levels,
            offsets, keys, areas, totals, is_present, present,
        )  # fmt: skip
        unmark(levels, least, greatest, is_crossed)
        sort_present(present, is_present)
        start, number = found[geometry], present[-1]
        found[geometry + 1] = start + number
        while start + number > len(found_keys):
            found_keys, found_areas = np.append(found_keys, found_keys), np.append(found_areas, found_areas)
        for rank in range(number):
            key = present[rank]
            found_keys[start + rank], found_areas[start + rank] = key, totals[key]
            totals[key], is_present[key] = 0.0, 0
    return found, found_keys[: found[-1]], found_areas[: found[-1]], bytes_read
