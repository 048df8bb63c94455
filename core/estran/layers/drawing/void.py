"""Which pixels of a map are outside the places that its CRS can name?

A projection gives numbers to places; some numbers stand for no place, or for one that has others, such as
beyond the edge of the world. Reference: OGC 20-058, OGC API - Maps, part 1, clause Background.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from estran.layers.raster import Colour

if TYPE_CHECKING:
    from estran.layers.drawing.canvas import View

_ROWS = 256
_LONGEST, _HIGHEST = 180.0, 90.0


@dataclass(frozen=True, slots=True)
class Void:
    """How the parts of a map that are nowhere on Earth look: a colour, None for transparent."""

    colour: Colour | None


def void_pixels(view: "View", crs: CRS) -> NDArray[np.bool_]:
    """Return, by row and column, whether the middle of a pixel is nowhere on Earth."""
    across = (view.right - view.left) / view.width
    down = (view.top - view.bottom) / view.height
    x = view.left + across * (np.arange(view.width) + 0.5)
    y = view.top - down * (np.arange(view.height) + 0.5)
    if crs.is_geographic:
        return (np.abs(y) > _HIGHEST)[:, None] | (np.abs(x) > _LONGEST)[None, :]
    geographic = Transformer.from_crs(crs, crs.geodetic_crs or "EPSG:4326", always_xy=True)
    void = np.empty((view.height, view.width), dtype=bool)
    for start in range(0, view.height, _ROWS):
        columns, rows = np.meshgrid(x, y[start : start + _ROWS])
        longitude, latitude = geographic.transform(columns, rows, errcheck=False)
        back_x, back_y = geographic.transform(longitude, latitude, direction="INVERSE", errcheck=False)
        with np.errstate(invalid="ignore"):
            same = (np.abs(back_x - columns) <= across) & (np.abs(back_y - rows) <= down)
        void[start : start + _ROWS] = ~same
    return void
