"""What is the outline of a building in its lot? A rectangle, or an L, along the street."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.ingest.la_rochelle.fields import Doubles, Integers, uniform
from estran.ingest.la_rochelle.lots import Lots
from estran.ingest.la_rochelle.patchwork import Patchwork
from estran.ingest.la_rochelle.scene import Flags

NOTCH = (0.5, 0.4)
"""An L is a rectangle without a corner of this share of its width and depth."""

FULL = 1.0 - NOTCH[0] * NOTCH[1]

L_FROM_M2 = 90.0
L_SHARE = 0.35
ROW_DEPTH_M = 6.5
"""In a dense street houses fill the width of their lot unless they would be shallower than this."""

SETBACK_M = 5.0
YARD_M = 1.5
"""Between a house and the shed behind it."""

SEED = 5_000


@dataclass(frozen=True, slots=True)
class Boxes:
    """Rectangles within lots: offset along the street and from the front, and extents, in metres."""

    left: Doubles
    front: Doubles
    width: Doubles
    depth: Doubles
    notched: Flags


def house_boxes(lots: Lots, area_m2: Doubles, dense: Flags, number: Integers) -> Boxes:
    """Return the rectangle of one building per lot, with its area exactly.

    Args:
        lots: One lot per building, large enough for it.
        area_m2: Footprints.
        dense: Where houses stand on the street and touch their neighbours.
        number: Any number that tells buildings apart: draws depend on it.
    """
    room = lots.width * lots.depth
    notched = (area_m2 >= L_FROM_M2) & (area_m2 / FULL <= 0.8 * room) & (_draw(number, 0) < L_SHARE)
    box = np.where(notched, area_m2 / FULL, area_m2)
    width = np.sqrt(box * (0.9 + 0.9 * _draw(number, 1)))
    width = np.where(dense & (box / lots.width >= ROW_DEPTH_M), lots.width, width)
    width = np.clip(width, box / lots.depth, lots.width)
    depth = box / width
    front = np.where(dense, 0.0, np.minimum(SETBACK_M * _draw(number, 2), lots.depth - depth))
    return Boxes((lots.width - width) * _draw(number, 3), front, width, depth, notched)


def shed_boxes(lots: Lots, area_m2: Doubles, number: Integers) -> Boxes:
    """Return the rectangle of a shed at the back of each lot."""
    width = np.sqrt(area_m2 * (1.0 + 0.3 * _draw(number, 4)))
    depth = area_m2 / width
    left = (lots.width - width) * (_draw(number, 5) > 0.5)
    return Boxes(left, lots.depth - depth, width, depth, np.zeros(area_m2.size, dtype=bool))


def outlines(lots: Lots, boxes: Boxes, blocks: Patchwork) -> NDArray[np.object_]:
    """Return the polygons, in Lambert-93, to the centimetre."""
    n = boxes.left.size
    right, back = boxes.left + boxes.width, boxes.front + boxes.depth
    cut_u, cut_v = right - NOTCH[0] * boxes.width, back - NOTCH[1] * boxes.depth
    plain = ~boxes.notched
    p = np.stack([boxes.left, right, right, cut_u, cut_u, boxes.left], axis=1)
    q = np.stack([boxes.front, boxes.front, cut_v, cut_v, back, back], axis=1)
    p[plain, 3], q[plain, 2], q[plain, 3] = right[plain], back[plain], back[plain]
    p[plain, 4] = right[plain]
    zone = np.repeat(lots.zone, 6)
    x, y = blocks.to_map(
        zone,
        np.repeat(lots.u, 6) + p.ravel(),
        np.repeat(lots.v, 6) + np.repeat(lots.side, 6) * q.ravel(),
    )
    points = np.round(np.stack([x, y], axis=1), 2).reshape(n, 6, 2)
    shapes = np.empty(n, dtype=object)
    shapes[boxes.notched] = shapely.polygons(points[boxes.notched])
    shapes[plain] = shapely.polygons(points[plain][:, [0, 1, 2, 5]])
    return np.asarray(shapely.orient_polygons(shapes))


def _draw(number: Integers, which: int) -> Doubles:
    return uniform(number, seed=SEED + which)
