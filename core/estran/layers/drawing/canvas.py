"""A sheet of pixels on which polygons, lines and points are drawn, smooth, with the Agg renderer.

Shapes that share a symbol are drawn as one path: 60,000 outlines take a tenth of a second.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import NDArray

from estran.layers.drawing.painting import Pixels, colour_of
from estran.layers.styles.style import Symbol

DPI = 72
"""At 72 dots per inch a point is a pixel, so widths in pixels are given as they are."""

FAR = 100_000.0
"""Pixels: a shape that reaches further than this is cut before it is drawn."""

MARGIN = 64.0
"""Pixels kept around the sheet when a shape is cut, more than half of any stroke."""

STROKES = 4.0
"""A polygon narrower than so many strokes gets a finer outline, which would hide it otherwise."""

FINE = 0.35
"""What is left of the width of such an outline."""

Shapes = NDArray[np.object_]
RGBA = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """Where on the sheet is a point of the map? Pixels are counted from the bottom left corner.

    Attributes:
        left: Left edge of the map.
        bottom: Its bottom edge.
        right: Its right edge.
        top: Its top edge.
        width: Pixels across.
        height: Pixels down.
    """

    left: float
    bottom: float
    right: float
    top: float
    width: int
    height: int

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per unit of the map, across and up."""
        return self.width / (self.right - self.left), self.height / (self.top - self.bottom)

    def placed(self, shapes: Shapes) -> Shapes:
        """Return shapes of the map in pixels, without those parts that are far away."""
        corner, scale = np.array([self.left, self.bottom]), np.array(self.scale)
        moved = np.asarray(shapely.transform(shapes, lambda points: (points - corner) * scale), dtype=object)
        far = np.abs(shapely.bounds(moved)).max(axis=1) > FAR
        if far.any():
            moved[far] = self._cut(moved[far])
        return moved

    def _cut(self, shapes: Shapes) -> Shapes:
        sheet = (-MARGIN, -MARGIN, self.width + MARGIN, self.height + MARGIN)
        return np.asarray(shapely.clip_by_rect(shapely.make_valid(shapes), *sheet), dtype=object)


class Canvas:
    """A transparent sheet."""

    def __init__(self, width: int, height: int) -> None:
        self._renderer: Any = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]

    def draw(self, shapes: Shapes, symbol: Symbol) -> None:
        """Draw shapes, in pixels from the bottom left corner, of any kind, with one symbol."""
        parts = shapely.get_parts(shapely.get_parts(shapes))
        kinds = shapely.get_type_id(parts)
        rings = (kinds == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
        lines = np.isin(kinds, (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))
        points = (kinds == shapely.GeometryType.POINT) & ~shapely.is_empty(parts)
        if rings.any():
            self._polygons(parts[rings], symbol)
        if lines.any():
            self._lines(parts[lines], symbol)
        if points.any():
            self._points(shapely.get_coordinates(parts[points]), symbol)

    def pixels(self) -> Pixels:
        """Return what has been drawn, of shape `(rows, columns, 4)`, the top row first."""
        return np.array(self._renderer.buffer_rgba())

    def _polygons(self, polygons: Shapes, symbol: Symbol) -> None:
        inside = _rgba(symbol.fill, symbol.opacity)
        if inside is None or symbol.stroke is None:
            self._path(_outlines(polygons), symbol, inside)
            return
        is_wide = np.sqrt(np.abs(shapely.area(polygons))) >= STROKES * symbol.width_px
        for chosen, share in ((polygons[~is_wide], FINE), (polygons[is_wide], 1.0)):
            if chosen.size:
                finer = Symbol(symbol.fill, symbol.stroke, share * symbol.width_px, symbol.opacity)
                self._path(_outlines(chosen), finer, inside)

    def _lines(self, lines: Shapes, symbol: Symbol) -> None:
        colour = symbol.stroke or symbol.fill
        points, line_of = shapely.get_coordinates(lines, return_index=True)
        codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
        codes[np.flatnonzero(np.diff(line_of, prepend=-1))] = Path.MOVETO
        bare = Symbol(None, colour, symbol.width_px, symbol.opacity if symbol.fill is None else 1.0)
        self._path(Path(points, codes), bare, None)

    def _points(self, points: NDArray[np.float64], symbol: Symbol) -> None:
        context = _context(symbol)
        marker = Path.unit_circle()
        sized = Affine2D().scale(symbol.radius_px)
        path = Path(points)
        inside = _rgba(symbol.fill, symbol.opacity)
        self._renderer.draw_markers(context, marker, sized, path, IdentityTransform(), inside)

    def _path(self, path: Path, symbol: Symbol, inside: RGBA | None) -> None:
        self._renderer.draw_path(_context(symbol), path, IdentityTransform(), inside)


def _outlines(polygons: Shapes) -> Path:
    """One path for many polygons: shells turn one way, holes the other, and overlaps are filled once."""
    rings = shapely.get_rings(shapely.orient_polygons(polygons))
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    first = np.flatnonzero(np.diff(ring_of, prepend=-1))
    codes[first] = Path.MOVETO
    codes[np.append(first[1:], len(points)) - 1] = Path.CLOSEPOLY
    return Path(points, codes)


def _context(symbol: Symbol) -> GraphicsContextBase:
    context = GraphicsContextBase()
    context.set_antialiased(True)
    context.set_capstyle("round")
    context.set_joinstyle("round")
    context.set_snap(False)
    is_drawn = symbol.stroke is not None and symbol.width_px > 0
    context.set_linewidth(symbol.width_px if is_drawn else 0.0)
    stroke = _rgba(symbol.stroke, 1.0 if symbol.fill is not None else symbol.opacity)
    context.set_foreground(stroke or (0.0, 0.0, 0.0, 0.0), isRGBA=True)
    return context


@lru_cache(maxsize=1024)
def _rgba(colour: str | None, opacity: float) -> RGBA | None:
    if colour is None or opacity <= 0:
        return None
    red, green, blue, alpha = colour_of(colour, opacity)
    return red / 255, green / 255, blue / 255, alpha / 255
