"""How do the outlines of features get whole coordinates in a tile? Moved, thinned and rounded, one by one.

What crosses the edge of the tile, or would not stay an outline, is left to whoever asks.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from estran.layers.compilation import (
    FLOAT,
    FLOAT_TABLE,
    FLOATS,
    INTEGER,
    INTEGERS,
    Floats,
    Integers,
    compiled,
    read_only,
)

Small = NDArray[np.int8]
Truths = NDArray[np.bool_]

READ_FLOATS, READ_TABLE = read_only(FLOATS), read_only(FLOAT_TABLE)
READ_INTEGERS, READ_SMALL, READ_TRUTHS = (
    read_only(INTEGERS),
    read_only(numba.i1[::1]),
    read_only(numba.b1[::1]),
)

LEFT, DONE, DOUBTFUL = 0, 1, 2
"""What becomes of a feature: left to others; drawn, if only as nothing; drawn, but perhaps not valid."""

POINT, POLYGON = 1, 3
MARGIN, UNITS, HALF = 64, 4096, 2
STRAY = 0.5
"""Units by which an outline may move."""

LONG = 32
"""Points above which the outline of a feature that needs more than rounding is left."""

FAR = 3.0
"""A feature that reaches farther from the middle of the tile, in halves of its width, is left."""


@compiled(READ_TABLE, READ_FLOATS, INTEGER, READ_FLOATS, FLOAT, FLOAT)
def near(boxes: Floats, wests: Floats, strip: int, box: Floats, widest: float, highest: float) -> Integers:
    """Return the places of the boxes that meet a box.

    Args:
        boxes: min x, min y, max x, max y of each, strip after strip from west to east by min x, those of a
            strip in the order of min y.
        wests: The least min x of each strip.
        strip: How many boxes a strip has; the last may have fewer.
        box: The box.
        widest: Width of the widest of the boxes.
        highest: Height of the highest.
    """
    found, count = np.empty(len(boxes), np.int64), 0
    for number, west in enumerate(wests):
        if west > box[2] or (number + 1 < len(wests) and wests[number + 1] < box[0] - widest):
            continue
        place, end = number * strip, min((number + 1) * strip, len(boxes))
        last = end
        while place < end:
            middle = (place + end) // 2
            if boxes[middle, 1] < box[1] - highest:
                place = middle + 1
            else:
                end = middle
        while place < last and boxes[place, 1] <= box[3]:
            if boxes[place, 0] <= box[2] and boxes[place, 2] >= box[0] and boxes[place, 3] >= box[1]:
                found[count] = place
                count += 1
            place += 1
    return found[:count].copy()


@compiled(READ_FLOATS, READ_FLOATS, READ_TABLE, FLOAT, FLOAT)
def moved(middle: Floats, half: Floats, factors: Floats, x: float, y: float) -> tuple[float, float]:
    """Return where a point lies in the tile, as a `NearTransform` moves it."""
    u, v = (x - middle[0]) / half[0], (y - middle[1]) / half[1]
    across, down = 0.0, 0.0
    term = len(factors)
    for terms in range(1, 5):
        sum_x, sum_y = 0.0, 0.0
        for _ in range(terms):
            term -= 1
            sum_x, sum_y = sum_x * v + factors[term, 0], sum_y * v + factors[term, 1]
        across, down = across * u + sum_x, down * u + sum_y
    return across, down


@compiled(READ_TABLE, INTEGER, READ_FLOATS, READ_FLOATS)
def is_far(boxes: Floats, place: int, middle: Floats, half: Floats) -> bool:
    """Return whether a box reaches far beyond that of a `NearTransform`, which does not follow it there."""
    for axis in range(2):
        reach = FAR * half[axis]
        if boxes[place, axis] < middle[axis] - reach or boxes[place, axis + 2] > middle[axis] + reach:
            return True
    return False


@compiled(FLOAT_TABLE, INTEGER, INTEGER)
def side(points: Floats, first: int, end: int) -> int:
    """Return whether points lie in the tile with its margin (1), beside it (0), or neither (-1).

    What reaches over one edge of the margin by less than the margin again is inside: it stays whole.
    """
    low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
    for at in range(first, end):
        x, y = points[at, 0], points[at, 1]
        if not (np.isfinite(x) and np.isfinite(y)):
            return -1
        low_x, low_y, high_x, high_y = min(low_x, x), min(low_y, y), max(high_x, x), max(high_y, y)
    least, most = -MARGIN, UNITS + MARGIN
    if low_x > most or low_y > most or high_x < least or high_y < least:
        return 0
    edges = int(low_x < least) + int(low_y < least) + int(high_x > most) + int(high_y > most)
    is_near = min(low_x, low_y) >= least - MARGIN and max(high_x, high_y) <= most + MARGIN
    return 1 if is_near and edges <= 1 else -1


@compiled(FLOAT_TABLE, INTEGER, FLOAT, FLOAT)
def is_superfluous(points: Floats, at: int, before_x: float, before_y: float) -> bool:
    """Return whether a point lies near the line from the point before it to the one after."""
    across, down = points[at + 1, 0] - before_x, points[at + 1, 1] - before_y
    step_x, step_y = points[at, 0] - before_x, points[at, 1] - before_y
    length = across * across + down * down
    share = min(max((step_x * across + step_y * down) / length, 0.0), 1.0) if length > 0.0 else 0.0
    return bool(np.hypot(step_x - share * across, step_y - share * down) <= STRAY)


@compiled(FLOAT_TABLE, INTEGER, INTEGER, INTEGER)
def thinned(points: Floats, first: int, end: int, at: int) -> int:
    """Round a line or a ring, without superfluous points nor the same twice in a row.

    Never are two points in a row superfluous. What is left is written from `at`, not beyond `first`; its end
    is returned.
    """
    start, is_kept = at, False
    before_x, before_y = 0.0, 0.0
    for place in range(first, end):
        x, y = points[place, 0], points[place, 1]
        is_kept = not (is_kept and place < end - 1 and is_superfluous(points, place, before_x, before_y))
        before_x, before_y = x, y
        x, y = np.rint(x), np.rint(y)
        if is_kept and (at == start or x != points[at - 1, 0] or y != points[at - 1, 1]):
            points[at, 0], points[at, 1] = x, y
            at += 1
    return at


@compiled(FLOAT_TABLE, INTEGER, INTEGER)
def turns_right(points: Floats, first: int, end: int) -> int:
    """Return 1 for a ring that turns like an outer one, -1 for the other way, 0 for one without surface."""
    found = 0.0
    for at in range(first, end - 1):
        found += points[at, 0] * points[at + 1, 1] - points[at + 1, 0] * points[at, 1]
    return int(found > 0.0) - int(found < 0.0)


@compiled(FLOAT_TABLE, READ_INTEGERS, READ_TRUTHS, INTEGER, INTEGER, INTEGER, INTEGERS, INTEGER)
def simpler(
    points: Floats, outline_starts: Integers, is_hole: Truths, first: int, end: int, kind: int,
    starts: Integers, path: int,
) -> int:  # fmt: skip
    """Round and thin the paths of a feature that have been moved; return what becomes of it."""
    place = at = starts[path]
    for old in range(first, end):
        count = outline_starts[old + 1] - outline_starts[old]
        stop = thinned(points, place, place + count, at)
        if stop - at < (4 if kind == POLYGON else 2):
            return LEFT
        if kind == POLYGON and turns_right(points, at, stop) != (-1 if is_hole[old] else 1):
            return LEFT
        place, at, path = place + count, stop, path + 1
        starts[path] = at
    return DOUBTFUL if kind == POLYGON else DONE


@compiled(FLOAT_TABLE, READ_INTEGERS, INTEGER, INTEGER, INTEGERS, INTEGER)
def plain(points: Floats, outline_starts: Integers, first: int, end: int, starts: Integers, path: int) -> int:
    """Round the paths of a feature that have been moved; return what becomes of it."""
    shift = starts[path] - outline_starts[first]
    for at in range(starts[path], outline_starts[end] + shift):
        points[at, 0], points[at, 1] = np.rint(points[at, 0]), np.rint(points[at, 1])
    for old in range(first, end):
        path += 1
        starts[path] = outline_starts[old + 1] + shift
    return DONE


@compiled(FLOAT_TABLE, INTEGER, FLOAT, FLOAT, INTEGER)
def marked(points: Floats, at: int, x: float, y: float, kind: int) -> int:
    """Write what stands for something small: a square for a surface, a dash for a line; return its end."""
    x, y = np.rint(x), np.rint(y)
    if kind != POLYGON:
        points[at, 0], points[at + 1, 0] = x - HALF, x + HALF
        points[at, 1] = points[at + 1, 1] = y
        return at + 2
    for corner in range(5):
        points[at + corner, 0] = x - HALF if corner in {2, 3} else x + HALF
        points[at + corner, 1] = y + HALF if corner in {1, 2} else y - HALF
    return at + 5


@compiled(
    READ_INTEGERS, READ_TRUTHS, FLOAT, READ_FLOATS, READ_FLOATS, READ_TABLE,
    READ_TABLE, READ_TABLE, READ_INTEGERS, READ_TRUTHS, READ_INTEGERS, READ_SMALL, READ_FLOATS,
)  # fmt: skip
def drawn(  # noqa: C901 - calls with as many arrays would hide more than they tell
    places: Integers, is_small: Truths, unit: float, middle: Floats, half: Floats, factors: Floats,
    boxes: Floats, outlines: Floats, outline_starts: Integers, is_hole: Truths, first_path: Integers,
    kinds: Small, units: Floats,
) -> tuple[Floats, Integers, Truths, Integers, Small]:  # fmt: skip
    """Draw features of a layer.

    Args:
        places: Which, by their places in the layer.
        is_small: For each of them, whether a mark of one pixel stands for it; points stay points.
        unit: Size of a unit of the tile, in the CRS of the layer.
        middle: As `half` and `factors`, of the `NearTransform` that moves points to units of the tile.
        half: See there.
        factors: See there.
        boxes: min x, min y, max x, max y of all features.
        outlines: The points of all paths.
        outline_starts: Where each path starts, and the end of the last.
        is_hole: For each path, whether it is the inner ring of a surface.
        first_path: The first path of each feature, and the end of those of the last.
        kinds: Of each feature.
        units: The unit under which each feature needs no more than rounding.

    Returns:
        The points drawn; where each path starts, and the end of the last; whether it is a hole; the first
        path of each feature asked for, and the end of those of the last; what became of it.
    """
    count, paths = 0, len(places)
    for place in places:
        first, end = first_path[place], first_path[place + 1]
        paths += end - first
        count += max(outline_starts[end] - outline_starts[first], 5)
    points, starts, holes = np.empty((count, 2)), np.zeros(paths + 1, np.int64), np.zeros(paths, np.bool_)
    firsts, states = np.zeros(len(places) + 1, np.int64), np.zeros(len(places), np.int8)
    path = 0
    for number, place in enumerate(places):
        kind, first, end = kinds[place], first_path[place], first_path[place + 1]
        at, state, added = starts[path], LEFT, 0
        if is_small[number] and kind != POINT:
            x, y = (boxes[place, 0] + boxes[place, 2]) / 2, (boxes[place, 1] + boxes[place, 3]) / 2
            x, y = moved(middle, half, factors, x, y)
            stop = marked(points, at, x, y, kind)
            if side(points, at, stop) == 1:
                starts[path + 1] = stop
                state, added = DONE, 1
        elif not is_far(boxes, place, middle, half):
            stop = at
            for old in range(outline_starts[first], outline_starts[end]):
                x, y = moved(middle, half, factors, outlines[old, 0], outlines[old, 1])
                points[stop, 0], points[stop, 1] = x, y
                stop += 1
            where = side(points, at, stop)
            if where == 0:
                state = DONE
            elif where == 1 and units[place] > unit:
                state = plain(points, outline_starts, first, end, starts, path)
            elif where == 1 and stop - at <= LONG:
                state = simpler(points, outline_starts, is_hole, first, end, kind, starts, path)
            if where == 1 and state != LEFT:
                added = end - first
                holes[path : path + added] = is_hole[first:end]
        path += added
        firsts[number + 1], states[number] = path, state
    return points[: starts[path]], starts[: path + 1], holes[:path], firsts, states
