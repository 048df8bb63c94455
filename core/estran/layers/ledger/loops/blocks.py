"""Which number does a block have, and which blocks does an outline cross? See `BlockIndex`."""

from estran.layers.compilation import (
    BYTES,
    INTEGER,
    INTEGER_TABLE,
    INTEGERS,
    SHORTS,
    Bytes,
    Integers,
    Shorts,
    compiled,
)


@compiled(INTEGER_TABLE, INTEGER, INTEGER, INTEGER)
def block_number(levels: Integers, level: int, row: int, column: int) -> int:
    """Return the number of a block."""
    across, first, width = levels[level, 2], levels[level, 3], levels[level, 4]
    tile = row // width * across + column // width
    return int(first + (tile * width + row % width) * width + column % width)


@compiled(INTEGER_TABLE, INTEGER)
def block_place(levels: Integers, block: int) -> tuple[int, int]:
    """Return the row and the column of one of the smallest blocks."""
    across, width = levels[0, 2], levels[0, 4]
    tile, within = block // (width * width), block % (width * width)
    return tile // across * width + within // width, tile % across * width + within % width


@compiled(INTEGER, INTEGERS, SHORTS, INTEGER_TABLE, BYTES)
def mark_crossed(
    top: int, firsts: Integers, columns: Shorts, levels: Integers, is_crossed: Bytes
) -> tuple[int, int]:
    """Mark the blocks of all levels that an outline crosses; return the first and last of the smallest."""
    size = levels[0, 0]
    least, greatest = len(is_crossed), -1
    for line in range(len(firsts) - 1):
        row, before = (top + line) // size, -1
        for place in range(firsts[line], firsts[line + 1]):
            column = columns[place] // size
            if columns[place] < 0 or column == before:
                continue
            before = column
            for level in range(len(levels)):
                growth = levels[level, 0] // size
                block = block_number(levels, level, row // growth, column // growth)
                if is_crossed[block]:
                    break
                is_crossed[block] = 1
                if level == 0:
                    least, greatest = min(least, block), max(greatest, block)
    return least, greatest


@compiled(INTEGER_TABLE, INTEGER, INTEGER, BYTES)
def unmark(levels: Integers, least: int, greatest: int, is_crossed: Bytes) -> None:
    """Forget which blocks are crossed."""
    for number in range(least, greatest + 1):
        if is_crossed[number]:
            row, column = block_place(levels, number)
            for level in range(len(levels)):
                growth = levels[level, 0] // levels[0, 0]
                is_crossed[block_number(levels, level, row // growth, column // growth)] = 0
