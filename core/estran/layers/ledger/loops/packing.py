"""How are the keys of a block of cells held in few bits, and read again one by one?

A block lists its keys in ascending order; a cell is the rank of its key in that list, or the length of
the list outside the territory. Ranks are written with as many bits as the largest needs, none where
there is only one, from the lowest bit of each byte.
"""

import numpy as np

from estran.layers.compilation import (
    BYTES,
    CODE_TABLE,
    CODES,
    INTEGER,
    INTEGERS,
    Bytes,
    Codes,
    Integers,
    compiled,
)

MOST_KEYS = 65_536


@compiled(CODE_TABLE, INTEGER, INTEGERS)
def packed_lengths(strip: Codes, size: int, offsets: Integers) -> Integers:
    """Return the bytes of each packed block of a strip."""
    rows, columns = strip.shape
    lengths = np.zeros(len(offsets) - 1, np.int64)
    for block in range(len(lengths)):
        left, right = block * size, min(block * size + size, columns)
        is_whole = rows == size and right - left == size
        for row in range(rows):
            for column in range(left, right):
                is_whole &= strip[row, column] != 0
        ranks = offsets[block + 1] - offsets[block] + (not is_whole)
        bits = 0
        while (1 << bits) < ranks:
            bits += 1
        lengths[block] = bits * (size * size // 8)
    return lengths


@compiled(CODE_TABLE, INTEGER, INTEGER, INTEGER, INTEGERS, BYTES)
def pack_block(strip: Codes, size: int, block: int, count: int, rank_of: Integers, packed: Bytes) -> None:
    """Pack one block of a strip into `packed`; `count` is the rank of what is outside the territory."""
    rows, columns = strip.shape
    bits = len(packed) // (size * size // 8)
    buffer, filled, at = 0, 0, 0
    for row in range(size):
        for column in range(block * size, block * size + size):
            rank = rank_of[strip[row, column]] if row < rows and column < columns else count
            buffer |= rank << filled
            filled += bits
            while filled >= 8:
                packed[at] = buffer & 255
                at += 1
                buffer >>= 8
                filled -= 8


@compiled(CODE_TABLE, INTEGER, INTEGERS, CODES)
def packed_strip(strip: Codes, size: int, offsets: Integers, keys: Codes) -> tuple[Integers, Bytes]:
    """Pack the blocks of one strip of a raster.

    Args:
        strip: At most `size` rows; what a block lacks below and at its right is outside the territory.
        size: Side of a block, a multiple of 8.
        offsets: Start of each block's list in `keys`, and the end of the last.
        keys: The keys of each block, ascending.

    Returns:
        The bytes of each block, and all of them one after the other.
    """
    lengths = packed_lengths(strip, size, offsets)
    packed = np.empty(lengths.sum(), np.uint8)
    rank_of = np.zeros(MOST_KEYS, np.int64)
    at = 0
    for block in range(len(lengths)):
        count = offsets[block + 1] - offsets[block]
        for rank in range(count):
            rank_of[keys[offsets[block] + rank]] = rank
        rank_of[0] = count
        if lengths[block]:
            pack_block(strip, size, block, count, rank_of, packed[at : at + lengths[block]])
        at += lengths[block]
    return lengths, packed
