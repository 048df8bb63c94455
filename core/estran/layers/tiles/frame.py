"""What does a tile cover, in its own CRS and in that of a layer?

A vector tile is a grid of 4,096 units a side with a margin of 64 units, so that a line drawn along its
edge does not stop short. A pixel is four units: what a screen of 1,024 pixels per tile can show.
Reference: Mapbox Vector Tile specification 2.1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features.projection import projected_points
from estran.layers.near_transform import NearTransform, near_transform
from estran.layers.tiles.matrix_sets import Bounds, moved

UNITS = 4096
MARGIN = 64
PIXEL = 4
"""Units of a pixel."""

_NEAR = 0.01
"""Units by which a point may lie beside its place."""

_STEPS = np.linspace(0.0, 1.0, 17)
_EDGES = np.array([point for step in _STEPS for point in ((step, 0), (step, 1), (0, step), (1, step))])
"""Points along the edges of a square of side 1."""

_FEWER = 0.95
"""A tile too heavy is made again with this share of the features that should fit."""


@dataclass(frozen=True, slots=True)
class TileFrame:
    """A vector tile to fill.

    Attributes:
        layer: Name of the layer in the tile.
        bounds: min x, min y, max x, max y of the tile, in `crs`, x first.
        crs: CRS of the tile.
        is_finest: True at the last level: nothing is merged for being small.
        properties: Columns to write; None for all.
    """

    layer: str
    bounds: Bounds
    crs: CRS
    is_finest: bool
    properties: tuple[str, ...] | None = None

    def writes(self, name: str) -> bool:
        """Return whether a column is written."""
        return self.properties is None or name in self.properties

    @property
    def unit(self) -> tuple[float, float]:
        """Size of a unit across and down, in the CRS."""
        low_x, low_y, high_x, high_y = self.bounds
        return (high_x - low_x) / UNITS, (high_y - low_y) / UNITS


@dataclass(frozen=True, slots=True)
class VectorTile:
    """A tile of features.

    Attributes:
        content: The Mapbox Vector Tile, empty when no feature is there.
        dropped: Those left out because they are too small or too many.
    """

    content: bytes
    dropped: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What one tile may hold.

    Attributes:
        features: Features, at most.
        size: Bytes before compression, at most.
    """

    features: int
    size: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The part of a layer under a tile, in the CRS of the layer.

    Attributes:
        box: min x, min y, max x, max y of the tile with its margin.
        pixel: Width and height of a pixel.
    """

    box: Bounds
    pixel: tuple[float, float]

    @property
    def tolerance(self) -> float:
        """Half a unit, by which outlines may move."""
        return min(self.pixel) / PIXEL / 2


def ground(frame: TileFrame, crs: CRS, extent: Bounds) -> Ground | None:
    """Return what lies under a tile of a layer, None when the layer lies elsewhere.

    Args:
        frame: The tile.
        crs: CRS of the layer.
        extent: min x, min y, max x, max y of the layer.
    """
    low_x, low_y, high_x, high_y = frame.bounds
    unit_x, unit_y = frame.unit
    margin_x, margin_y = MARGIN * unit_x, MARGIN * unit_y
    wide = (low_x - margin_x, low_y - margin_y, high_x + margin_x, high_y + margin_y)
    near = near_transform(wide, frame.crs, crs)
    box = moved(wide, frame.crs, crs) if near is None else _around(near.points(_edges(wide)))
    if box is None:
        return None
    west, south = max(box[0], extent[0]), max(box[1], extent[1])
    east, north = min(box[2], extent[2]), min(box[3], extent[3])
    if west > east or south > north:
        return None
    x, y = (low_x + high_x) / 2, (low_y + high_y) / 2
    if near is None:
        middle = np.array([[(west + east) / 2, (south + north) / 2]])
        ((x, y),) = projected_points(middle, crs, frame.crs)
    corners = np.array([[x, y], [x + PIXEL * unit_x, y], [x, y + PIXEL * unit_y]])
    origin, *others = near.points(corners) if near else projected_points(corners, frame.crs, crs)
    across, down = (float(np.abs(other - origin).max()) for other in others)
    return Ground(box, (across, down)) if math.isfinite(across) and math.isfinite(down) else None


def to_units(frame: TileFrame, under: Ground, crs: CRS) -> NearTransform | None:
    """Return what moves points near a tile from the CRS of a layer to units of the tile, y downwards.

    None where only PROJ does.
    """
    across, down = frame.unit
    near = near_transform(under.box, crs, frame.crs, (_NEAR * across, _NEAR * down))
    return near and near.counted((frame.bounds[0], frame.bounds[3]), (across, -down))


def _edges(box: Bounds) -> NDArray[np.float64]:
    low, high = np.array(box[:2]), np.array(box[2:])
    points: NDArray[np.float64] = low + (high - low) * _EDGES
    return points


def _around(points: NDArray[np.float64]) -> Bounds:
    (low_x, low_y), (high_x, high_y) = points.min(axis=0), points.max(axis=0)
    return float(low_x), float(low_y), float(high_x), float(high_y)


def fitted(encode: Callable[[int], bytes], count: int, size: int) -> tuple[bytes, int]:
    """Return a tile light enough and how many features it was made with, one at least.

    Args:
        encode: Makes the tile of the first so many features.
        count: How many there are.
        size: Bytes that the tile may have.
    """
    content = encode(count)
    while len(content) > size and count > 1:
        count = max(1, min(count - 1, int(count * _FEWER * size / len(content))))
        content = encode(count)
    return content, count
