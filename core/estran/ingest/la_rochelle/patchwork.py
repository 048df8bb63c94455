"""How is land cut into blocks or parcels? Neighbourhoods, each with its own rectangular pattern.

Neighbourhoods are the Voronoi cells of points scattered one per square of a lattice; they are
convex, so that a rectangle whose corners lie in one neighbourhood lies wholly in it. Inside, a
rotated frame (u, v) is cut into rectangles of `length` by `depth`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estran.ingest.la_rochelle.fields import Doubles, Integers, uniform

LOOSE = 0.25
"""A point keeps this share of the square's side away from its edges: the nearest point is then never
further than one square away."""

STAGGERED = 71
"""Seed of the shift of each row of parcels."""


@dataclass(frozen=True, slots=True)
class Located:
    """Where points lie: the neighbourhood (flat index) and the coordinates in its frame, in metres."""

    zone: Integers
    u: Doubles
    v: Doubles


@dataclass(frozen=True, slots=True)
class Patchwork:
    """Neighbourhoods and their frames.

    Attributes:
        left: x of the west edge of the lattice.
        bottom: y of its south edge.
        spacing_m: Side of a square of the lattice, about the width of a neighbourhood.
        shape: Rows (to the north) and columns of the lattice.
        x: x of the point of each neighbourhood, flat.
        y: y of it.
        angle: Direction of u, radians from the east.
        length_m: Period of the pattern along u.
        depth_m: Period along v.
        staggered: Whether each row of rectangles is shifted along u.
    """

    left: float
    bottom: float
    spacing_m: float
    shape: tuple[int, int]
    x: Doubles
    y: Doubles
    angle: Doubles
    length_m: Doubles
    depth_m: Doubles
    staggered: bool

    def locate(self, x: Doubles, y: Doubles) -> Located:
        """Return the neighbourhood of each point and its coordinates there."""
        column = np.floor((x - self.left) / self.spacing_m).astype(np.int32)
        row = np.floor((y - self.bottom) / self.spacing_m).astype(np.int32)
        best = np.full(x.shape, np.inf)
        zone = np.zeros(x.shape, dtype=np.int64)
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                other = np.clip(row + i, 0, self.shape[0] - 1) * self.shape[1] + np.clip(
                    column + j, 0, self.shape[1] - 1
                )
                away = (x - self.x[other]) ** 2 + (y - self.y[other]) ** 2
                nearer = away < best
                best = np.where(nearer, away, best)
                zone = np.where(nearer, other, zone)
        dx, dy = x - self.x[zone], y - self.y[zone]
        cosine, sine = np.cos(self.angle)[zone], np.sin(self.angle)[zone]
        return Located(zone, dx * cosine + dy * sine, dy * cosine - dx * sine)

    def rectangle(self, at: Located) -> tuple[Integers, Integers]:
        """Return the numbers along u and v of the rectangle that holds each point."""
        across = np.floor(at.v / self.depth_m[at.zone]).astype(np.int64)
        along = np.floor((at.u + self._shift(at.zone, across)) / self.length_m[at.zone]).astype(np.int64)
        return along, across

    def centre(self, zone: Integers, along: Integers, across: Integers) -> tuple[Doubles, Doubles]:
        """Return x and y of the centre of rectangles."""
        u = (along + 0.5) * self.length_m[zone] - self._shift(zone, across)
        return self.to_map(zone, u, (across + 0.5) * self.depth_m[zone])

    def to_map(self, zone: Integers, u: Doubles, v: Doubles) -> tuple[Doubles, Doubles]:
        """Return x and y of points given in their neighbourhood's frame."""
        cosine, sine = np.cos(self.angle)[zone], np.sin(self.angle)[zone]
        return self.x[zone] + u * cosine - v * sine, self.y[zone] + u * sine + v * cosine

    def to_street(self, at: Located) -> tuple[Doubles, Doubles]:
        """Return the distances to the nearest line along u (a street) and along v (a side street)."""
        length, depth = self.length_m[at.zone], self.depth_m[at.zone]
        return np.abs(at.v - np.round(at.v / depth) * depth), np.abs(at.u - np.round(at.u / length) * length)

    def _shift(self, zone: Integers, across: Integers) -> Doubles | float:
        if not self.staggered:
            return 0.0
        return uniform(zone, across, seed=STAGGERED) * self.length_m[zone]


def patchwork(
    bounds: tuple[float, float, float, float],
    *,
    spacing_m: float,
    length_m: tuple[float, float],
    depth_m: tuple[float, float],
    staggered: bool,
    seed: int,
) -> Patchwork:
    """Return neighbourhoods over the bounds, with patterns drawn within the ranges given."""
    west, south, east, north = bounds
    left, bottom = west - 2 * spacing_m, south - 2 * spacing_m
    rows = int((north - bottom) / spacing_m) + 3
    columns = int((east - left) / spacing_m) + 3
    zone = np.arange(rows * columns, dtype=np.int64)
    row, column = np.divmod(zone, columns)
    draws = [uniform(row, column, seed=seed + k) for k in range(5)]
    loose = 1.0 - 2.0 * LOOSE
    return Patchwork(
        left=left,
        bottom=bottom,
        spacing_m=spacing_m,
        shape=(rows, columns),
        x=left + (column + LOOSE + loose * draws[0]) * spacing_m,
        y=bottom + (row + LOOSE + loose * draws[1]) * spacing_m,
        angle=draws[2] * np.pi / 2,
        length_m=_within(length_m, draws[3]),
        depth_m=_within(depth_m, draws[4]),
        staggered=staggered,
    )


def _within(limits: tuple[float, float], draw: Doubles) -> NDArray[np.float64]:
    return limits[0] + (limits[1] - limits[0]) * draw
