"""How are features written as a Mapbox Vector Tile, one after the other?

Reference: Mapbox Vector Tile specification 2.1, clauses 4.1 to 4.4, and the wire format of Protocol Buffers.
"""

import numba
import numpy as np

from estran.layers.compilation import (
    BYTES,
    FLOAT_TABLE,
    INTEGER,
    Bytes,
    Floats,
    Integers,
    Shorts,
    compiled,
    read_only,
)
from estran.layers.tiles.loops.drawing import POINT, POLYGON, READ_INTEGERS, READ_SMALL, Small

READ_BYTES, READ_CODES = read_only(BYTES), read_only(numba.i4[:, ::1])

MOVE_TO, LINE_TO, CLOSE = 1, 2, 15
FEATURE, ID, TAGS, KIND, GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22
LONGEST = 10
"""Bytes of a varint, at most."""

SPREAD = 0x9E3779B1
"""Odd and near 2 ** 32 divided by the golden ratio: spreads numbers that follow each other."""


@compiled(BYTES, INTEGER, INTEGER)
def put(into: Bytes, at: int, number: int) -> int:
    """Write a varint, 0 or more; return its end."""
    while number >= 0x80:
        into[at] = number & 0x7F | 0x80
        number >>= 7
        at += 1
    into[at] = number
    return at + 1


@compiled(BYTES, INTEGER, INTEGER, BYTES, INTEGER)
def put_field(into: Bytes, at: int, tag: int, content: Bytes, size: int) -> int:
    """Write a tag, a length, and so many bytes; return the end."""
    into[at] = tag
    at = put(into, at + 1, size)
    into[at : at + size] = content[:size]
    return at + size


@compiled(BYTES, INTEGER, INTEGER)
def put_signed(into: Bytes, at: int, number: int) -> int:
    """Write a whole number that may be negative; return its end."""
    return int(put(into, at, (number << 1) ^ (number >> 63)))


@compiled(BYTES, FLOAT_TABLE, READ_INTEGERS, INTEGER, INTEGER, INTEGER)
def put_outline(into: Bytes, points: Floats, starts: Integers, first: int, end: int, kind: int) -> int:
    """Write the commands that draw a feature; return how many bytes they are."""
    at, x, y = 0, 0, 0
    for path in range(first, end):
        start = starts[path]
        stop = starts[path + 1] - int(kind == POLYGON)
        at = put(into, at, MOVE_TO | (stop - start if kind == POINT else 1) << 3)
        for place in range(start, stop):
            if place == start + 1 and kind != POINT:
                at = put(into, at, LINE_TO | (stop - start - 1) << 3)
            next_x, next_y = int(points[place, 0]), int(points[place, 1])
            at = put_signed(into, put_signed(into, at, next_x - x), next_y - y)
            x, y = next_x, next_y
        if kind == POLYGON:
            at = put(into, at, CLOSE)
    return at


@compiled(READ_INTEGERS, READ_INTEGERS, READ_CODES)
def numbered(rows: Integers, columns: Integers, codes: Shorts) -> tuple[Integers, Integers]:
    """Return the codes of features, numbered as they are met, -1 for none; and those met, in that order."""
    room = 16
    while room < 2 * len(rows) * len(columns):
        room *= 2
    slots = np.full(room, -1, np.int64)
    found, met = np.full((len(rows), len(columns)), -1, np.int64), np.empty(room, np.int64)
    count = 0
    for number, row in enumerate(rows):
        for place, column in enumerate(columns):
            code = np.int64(codes[row, column])
            if code < 0:
                continue
            slot = (code * SPREAD >> 8) & (room - 1)
            while slots[slot] >= 0 and met[slots[slot]] != code:
                slot = (slot + 1) & (room - 1)
            if slots[slot] < 0:
                slots[slot], met[count] = count, code
                count += 1
            found[number, place] = slots[slot]
    return found, met[:count].copy()


@compiled(
    FLOAT_TABLE, READ_INTEGERS, READ_INTEGERS, READ_INTEGERS, READ_INTEGERS,
    READ_INTEGERS, READ_SMALL, READ_CODES, READ_BYTES, READ_INTEGERS, READ_INTEGERS,
)  # fmt: skip
def written(
    points: Floats, starts: Integers, firsts: Integers, ends: Integers, rows: Integers,
    ids: Integers, kinds: Small, codes: Shorts, content: Bytes, content_ends: Integers, columns: Integers,
) -> tuple[Bytes, Bytes]:  # fmt: skip
    """Return features as fields of a layer, then the values of their properties as such fields.

    Args:
        points: Whole numbers, in units of the tile.
        starts: Where each path starts, and the end of the last.
        firsts: The first path of each feature.
        ends: The end of its paths.
        rows: The place of each feature in the layer.
        ids: Identifiers of all features of the layer, -1 for none.
        kinds: Of all features of the layer.
        codes: By feature of the layer and property, the place of the value; -1 for none.
        content: The values, written one after the other.
        content_ends: 0, and where each value ends.
        columns: The properties to write.
    """
    tags, met = numbered(rows, columns, codes)
    most, count = 0, 0
    for number in range(len(rows)):
        first, end = firsts[number], ends[number]
        size = 2 * (starts[end] - starts[first]) + 3 * (end - first)
        most, count = max(most, size), count + size
    listed, outline = np.empty(2 * LONGEST * len(columns), np.uint8), np.empty(LONGEST * most, np.uint8)
    into = np.empty(LONGEST * (count + len(rows) * (2 * len(columns) + 8)), np.uint8)
    inner = np.empty(len(listed) + len(outline) + 8 * LONGEST, np.uint8)
    at = 0
    for number, row in enumerate(rows):
        stop = 0
        if ids[row] >= 0:
            inner[0] = ID
            stop = put(inner, 1, ids[row])
        size = 0
        for place in range(len(columns)):
            if tags[number, place] >= 0:
                size = put(listed, put(listed, size, place), tags[number, place])
        if size:
            stop = put_field(inner, stop, TAGS, listed, size)
        inner[stop], inner[stop + 1] = KIND, kinds[row]
        size = put_outline(outline, points, starts, firsts[number], ends[number], kinds[row])
        stop = put_field(inner, stop + 2, GEOMETRY, outline, size)
        at = put_field(into, at, FEATURE, inner, stop)
    size = 0
    for code in met:
        size += content_ends[code + 1] - content_ends[code]
    values, stop = np.empty(size, np.uint8), 0
    for code in met:
        for place in range(content_ends[code], content_ends[code + 1]):
            values[stop] = content[place]
            stop += 1
    return into[:at].copy(), values
