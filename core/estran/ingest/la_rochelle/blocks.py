"""How do streets run? Urban blocks, turned along real street lines where there are some."""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.ingest.la_rochelle.fields import Doubles, noise
from estran.ingest.la_rochelle.patchwork import Patchwork, patchwork
from estran.ingest.la_rochelle.scene import Scene

NEIGHBOURHOOD_M = 620.0
BLOCK_LENGTH_M = (105.0, 165.0)
BLOCK_DEPTH_M = (58.0, 72.0)

AROUND_M = 380.0
"""A neighbourhood follows the real lines this near to its point."""

ENOUGH_M = 400.0
"""Length of real lines from which their direction is followed."""

SEED = 3_000


def urban_blocks(scene: Scene) -> Patchwork:
    """Return the pattern of streets.

    The direction of a neighbourhood is the mean direction, modulo a right angle and weighted by
    length, of the real lines around it; elsewhere it varies slowly over the land.
    """
    plain = patchwork(
        scene.grid.bounds,
        spacing_m=NEIGHBOURHOOD_M,
        length_m=BLOCK_LENGTH_M,
        depth_m=BLOCK_DEPTH_M,
        staggered=False,
        seed=SEED,
    )
    slow = noise(scene.grid.bounds, 2_500.0, SEED + 9)
    angle = np.pi / 4 * slow(plain.x, plain.y).astype(np.float64) + 0.15 * (plain.angle - np.pi / 4)
    middle, direction, length = _segments(scene.street_lines)
    tree = shapely.STRtree(middle)
    zone, segment = tree.query(shapely.points(plain.x, plain.y), predicate="dwithin", distance=AROUND_M)
    along = np.bincount(zone, weights=(length * np.cos(4 * direction))[segment], minlength=angle.size)
    across = np.bincount(zone, weights=(length * np.sin(4 * direction))[segment], minlength=angle.size)
    total = np.bincount(zone, weights=length[segment], minlength=angle.size)
    followed = np.arctan2(across, along) / 4
    return replace(plain, angle=np.where(total >= ENOUGH_M, followed, angle))


def _segments(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], Doubles, Doubles]:
    """Return the middle, direction in radians and length of each straight piece of the lines."""
    pieces = shapely.get_parts(lines)
    points, owner = shapely.get_coordinates(pieces, return_index=True)
    same = owner[1:] == owner[:-1]
    step = (points[1:] - points[:-1])[same]
    middle = ((points[1:] + points[:-1]) / 2)[same]
    return (
        np.asarray(shapely.points(middle), dtype=object),
        np.arctan2(step[:, 1], step[:, 0]),
        np.hypot(step[:, 0], step[:, 1]),
    )
