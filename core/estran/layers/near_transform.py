"""How do many points of a small area move to another CRS, without asking PROJ for each?

Over a few kilometres a transformation hardly bends. It is replaced by a polynomial of the third degree,
fitted to exact points of the area and compared with it at others between them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.projection import projected_points

type Points = NDArray[np.float64]

_NODES = 6
_TESTED = 5
_DEGREE = 3
_SHARE = 1e-6
_POWERS = tuple((i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i))
"""Powers of x and y in each term."""

_ONE = np.array([[power == (0, 0)] * 2 for power in _POWERS], float)
_SAME = np.array([[power == (1, 0), power == (0, 1)] for power in _POWERS], float)
"""The factors of 1, and of a point itself."""


@dataclass(frozen=True, slots=True)
class NearTransform:
    """A transformation in a box.

    Attributes:
        middle: x and y of the middle of the box.
        half: Half its width and height.
        factors: Of each term, for x and for y.
    """

    middle: Points
    half: Points
    factors: Points

    def points(self, points: Points) -> Points:
        """Return points, shape (n, 2), moved."""
        return (self.factors.T @ _terms((points - self.middle) / self.half)).T

    def counted(self, corner: tuple[float, float], unit: tuple[float, float]) -> "NearTransform":
        """Return the transformation to units counted from a corner."""
        return NearTransform(self.middle, self.half, (self.factors - _ONE * corner) / unit)

    def grid(
        self, x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return x and y of the points of a grid, moved, shape (len(y), len(x)), to seven digits."""
        across, down = (
            np.vander((line - middle) / half, _DEGREE + 1, increasing=True)
            for line, middle, half in zip((x, y), self.middle, self.half, strict=True)
        )
        table = np.zeros((2, _DEGREE + 1, _DEGREE + 1))
        for (i, j), factor in zip(_POWERS, self.factors, strict=True):
            table[:, j, i] = factor
        columns, rows = (down @ table).astype(np.float32) @ across.T.astype(np.float32)
        return columns, rows


def near_transform(
    box: tuple[float, float, float, float],
    source: CRS,
    target: CRS,
    tolerance: tuple[float, float] | None = None,
) -> NearTransform | None:
    """Return what moves points of a box to another CRS, None where a polynomial does not follow it.

    Args:
        box: min x, min y, max x, max y in `source`, x first.
        source: CRS of the points.
        target: CRS in which they are wanted, x first.
        tolerance: How far a point may lie from its place, across and up, in `target`; None for a millionth of
            the width and height of the box once moved.
    """
    low, high = np.array(box[:2]), np.array(box[2:])
    half = np.maximum((high - low) / 2, np.finfo(float).tiny)
    middle = (low + high) / 2
    if source.srs == target.srs:
        return NearTransform(middle, half, _SAME * half + _ONE * middle)
    places, solution, expected = _fitting()
    exact = projected_points(places * half + middle, source, target)
    if not np.isfinite(exact).all():
        return None
    factors = solution @ exact[: _NODES**2]
    allowed = np.ptp(exact, axis=0) * _SHARE if tolerance is None else tolerance
    if (np.abs(expected.T @ factors - exact[_NODES**2 :]) > allowed).any():
        return None
    return NearTransform(middle, half, factors)


@cache
def _fitting() -> tuple[Points, Points, Points]:
    """Return the exact points, on a square from -1 to 1, what solves for factors, and the terms tested."""
    nodes = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    tested = np.linspace(-1, 1, _TESTED)
    fitted, others = (np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2) for line in (nodes, tested))
    return np.concatenate([fitted, others]), np.linalg.pinv(_terms(fitted).T), _terms(others)


def _terms(points: Points) -> Points:
    """Return the terms of points, shape (terms, points)."""
    x, y = np.ascontiguousarray(points.T)
    powers_x, powers_y = ([np.ones_like(line), line, line * line, line * line * line] for line in (x, y))
    found = np.empty((len(_POWERS), len(x)))
    for term, (i, j) in enumerate(_POWERS):
        np.multiply(powers_x[i], powers_y[j], out=found[term])
    return found
