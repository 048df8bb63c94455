"""Which rectangle does a map show, at which scale, and where do its letters stand?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy import ndimage

from estran.layers.geodesy import metres_per_unit, reproject
from estran.layers.raster_grid import Bounds

WIDTH_MM, HEIGHT_MM = 170.0, 100.0

SCALES = (
    *(500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000),
    *(100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000),
)

FILLED = 0.72
"""Part of the frame that the outline may fill."""

MM_PER_M = 1_000.0

BAR_MM = 40.0
"""Longest scale bar."""

CELLS_PER_MM = 2
"""Fineness at which the letters look for room."""

ROOM_MM = 1.6
"""Distance from a letter to the edge of its class, at least."""

LETTERS_EACH = 2
"""Letters of one class, at most."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows.

    Attributes:
        bounds: Its edges.
        crs: CRS of the edges.
        scale: Denominator of the scale.
        outline: The place, in that CRS.
        height_mm: Its height on paper.
    """

    bounds: Bounds
    crs: CRS
    scale: int
    outline: shapely.Geometry
    height_mm: float = HEIGHT_MM

    @property
    def bar(self) -> tuple[float, str]:
        """A round length: how long on paper, in mm, and what it is worth."""
        longest_m = BAR_MM * self.scale / MM_PER_M
        power = 10.0 ** np.floor(np.log10(longest_m))
        length_m = float(next(digit * power for digit in (5, 2, 1) if digit * power <= longest_m))
        label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
        return length_m * MM_PER_M / self.scale, label

    def on_paper(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the map is, in mm from the top left corner."""
        left, bottom, right, top = self.bounds
        return (x - left) / (right - left) * WIDTH_MM, (top - y) / (top - bottom) * self.height_mm


def frame(
    outline: shapely.Geometry,
    source: CRS,
    crs: CRS,
    *,
    times: float = 1.0,
    height_mm: float = HEIGHT_MM,
) -> Frame:
    """Return the frame of a place, at the largest round scale that holds it.

    Args:
        outline: The place.
        source: Its CRS.
        crs: CRS of the map, in a plane.
        times: How many times the surroundings are larger.
        height_mm: Height of the map on paper.
    """
    moved = reproject(outline, source, crs)
    left, bottom, right, top = shapely.bounds(moved).tolist()
    unit_m = metres_per_unit(crs)
    needed = max((right - left) / WIDTH_MM, (top - bottom) / height_mm) * unit_m * MM_PER_M / FILLED * times
    scale = next((each for each in SCALES if each >= needed), SCALES[-1])
    half_x = WIDTH_MM / 2 * scale / MM_PER_M / unit_m
    half_y = height_mm / 2 * scale / MM_PER_M / unit_m
    x, y = (left + right) / 2, (bottom + top) / 2
    return Frame((x - half_x, y - half_y, x + half_x, y + half_y), crs, scale, moved, height_mm)


def letter_places(numbers: NDArray[np.int64], letters: Mapping[int, str]) -> list[tuple[float, float, str]]:
    """Return where the letter of each class stands, in mm: in the middle of its widest parts.

    Args:
        numbers: Class of each cell, `CELLS_PER_MM` cells to a mm; one without letter gets none.
        letters: Letter of each class.
    """
    found: list[tuple[float, float, str]] = []
    for number, letter in letters.items():
        room = ndimage.distance_transform_edt(np.pad(numbers == number, 1))[1:-1, 1:-1]
        for _ in range(LETTERS_EACH):
            row, column = np.unravel_index(int(np.argmax(room)), room.shape)
            radius = float(room[row, column])
            if radius < ROOM_MM * CELLS_PER_MM:
                break
            found.append((float(column + 0.5) / CELLS_PER_MM, float(row + 0.5) / CELLS_PER_MM, letter))
            rows, columns = np.ogrid[: room.shape[0], : room.shape[1]]
            far = 6 * max(radius, 8.0)
            room = np.where((rows - row) ** 2 + (columns - column) ** 2 < far**2, 0.0, room)
    return found
