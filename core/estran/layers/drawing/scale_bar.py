"""A scale bar: a round length, true in the middle of the map, in the bottom left corner."""

from math import floor, log10

import numpy as np
import shapely
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from pyproj import CRS, Geod

from estran.layers.drawing.canvas import Canvas, View
from estran.layers.drawing.painting import Pixels
from estran.layers.geodesy import parse_crs, transform_points
from estran.layers.styles.style import Symbol

INK = "#16212B"
PAPER = "#FFFFFF"
LONGEST = 0.25
"""Part of the width of the map that the bar may take."""

OFFSET = 14.0
"""Pixels between the bar and the edges of the map."""

TICK = 5.0
TEXT = 12.0
"""Height of the ends of the bar and of its label, in pixels."""

ROUND = (5, 2, 1)
"""A length of the bar starts with one of these, then zeros."""


def scale_bar_pixels(view: View, crs: CRS) -> Pixels:
    """Return a sheet with the bar alone; empty where the map has no length."""
    canvas = Canvas(view.width, view.height)
    metres = metres_per_pixel(view, crs)
    if not np.isfinite(metres) or metres <= 0:
        return canvas.pixels()
    length_m = round_length(LONGEST * view.width * metres)
    end = OFFSET + length_m / metres
    bar = shapely.LineString([(OFFSET, OFFSET + TICK), (OFFSET, OFFSET), (end, OFFSET), (end, OFFSET + TICK)])
    label = _letters(f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m", OFFSET + 5.0)
    for symbol in (Symbol(PAPER, PAPER, width_px=4.0), Symbol(INK, INK, width_px=1.5)):
        canvas.draw(np.array([bar], dtype=object), symbol)
        outline = symbol if symbol.fill == PAPER else Symbol(INK, None)
        canvas.draw(label, outline)
    return canvas.pixels()


def metres_per_pixel(view: View, crs: CRS) -> float:
    """Return the true length of a pixel across the middle of the map."""
    middle = (view.bottom + view.top) / 2
    centre = (view.left + view.right) / 2
    across = (view.right - view.left) / view.width
    ends = np.array([[centre - across / 2, middle], [centre + across / 2, middle]])
    places = transform_points(ends, crs, parse_crs("CRS84"))
    return float(Geod(ellps="GRS80").inv(*places[0], *places[1])[2])


def round_length(longest_m: float) -> float:
    """Return the longest round length that is not above another.

    Example:
        >>> round_length(730.0), round_length(4_999.0), round_length(0.12)
        (500.0, 2000.0, 0.1)
    """
    power = 10.0 ** floor(log10(longest_m))
    return next(digit * power for digit in ROUND if digit * power <= longest_m * (1 + 1e-9))


def _letters(text: str, left: float) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """The outlines of a text, from a corner, as polygons."""
    outline: Path = TextPath((left, OFFSET + 5.0), text, size=TEXT, prop=FontProperties(family="DejaVu Sans"))
    drawn = (np.asarray(ring, dtype=np.float64) for ring in outline.to_polygons())
    rings = [shapely.Polygon(ring) for ring in drawn if len(ring) > 3]
    shape: shapely.geometry.base.BaseGeometry = shapely.Polygon()
    for ring in sorted(rings, key=lambda one: -one.area):
        shape = shape.symmetric_difference(ring)
    return np.array([shape], dtype=object)
