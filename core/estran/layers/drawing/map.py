"""One picture of several layers of a territory: grids and features, the first at the bottom.

The map fills the rectangle asked for exactly; what no layer covers is transparent, or of the background
colour. An outline can be laid over it, and a scale bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from estran.carbon.errors import NotFound
from estran.layers.drawing.canvas import Canvas, View
from estran.layers.drawing.encoding import PictureFormat, composed, encoded, png_of
from estran.layers.drawing.features import STEPS, draw_features, moved_shapes
from estran.layers.drawing.painting import Painted, Pixels, painted
from estran.layers.drawing.scale_bar import scale_bar_pixels
from estran.layers.drawing.void import Void, void_pixels
from estran.layers.features.times import Interval
from estran.layers.geodesy import metres_per_unit
from estran.layers.raster import Colour, open_raster
from estran.layers.raster_grid import Bounds
from estran.layers.raster_reading import Resampling
from estran.layers.raster_tiles import read_tile
from estran.layers.raster_times import file_at
from estran.layers.styles.catalogue import style_of
from estran.layers.styles.style import Style, Symbol
from estran.layers.territory import Territory

INK = Symbol(fill=None, stroke="#16212B", width_px=2.0)
"""The outline of a place laid over a map."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A geometry laid over the map."""

    geometry: shapely.Geometry
    crs: CRS
    symbol: Symbol = INK


def draw_map(
    territory: Territory,
    layers: Sequence[str],
    bounds: Bounds,
    crs: CRS,
    width: int,
    height: int,
    *,
    overlays: Sequence[Overlay] = (),
    background: Colour | None = None,
    void: Void | None = None,
    interval: Interval | None = None,
    has_scale_bar: bool = False,
    name: PictureFormat = "png",
) -> bytes:
    """Return the bytes of a picture.

    Args:
        territory: Where the layers are.
        layers: Identifiers of collections, the first at the bottom.
        bounds: Edges of the map in `crs`, x or longitude first.
        crs: CRS of the map.
        width: Pixels across, > 0.
        height: Pixels down, > 0.
        overlays: Geometries on top of the layers, in order.
        background: Red, green, blue, alpha of what no layer covers; None leaves it transparent.
        void: How the parts outside of what the CRS can name look; as the background by default.
        interval: Time of the layers that have one.
        has_scale_bar: Whether a scale bar is drawn in the bottom left corner.
        name: Format of the picture.

    Raises:
        NotFound: there is no such layer, it has nothing to draw, or nothing at that time.
        TooLarge: a layer has too many features there.
        Unavailable: a layer cannot be read.
    """
    view = View(*bounds, width=width, height=height)
    drawn = [_drawn(territory, layer, view, crs, interval) for layer in layers]
    if name == "png" and len(drawn) == 1 and not (overlays or background or void or has_scale_bar):
        first = drawn[0]
        return png_of(first) if isinstance(first, Painted) else encoded(first, name)
    sheets = [sheet.pixels() if isinstance(sheet, Painted) else sheet for sheet in drawn]
    if background is not None or void is not None:
        ground = np.full((height, width, 4), background or (0, 0, 0, 0), dtype=np.uint8)
        if void is not None:
            ground[void_pixels(view, crs)] = void.colour or (0, 0, 0, 0)
        sheets.insert(0, ground)
    if overlays:
        sheets.append(_overlaid(overlays, view, crs))
    if has_scale_bar:
        sheets.append(scale_bar_pixels(view, crs))
    return encoded(composed(sheets or [np.zeros((height, width, 4), dtype=np.uint8)]), name)


def paint_raster(
    path: Path,
    bounds: Bounds,
    crs: CRS,
    width: int,
    height: int,
    *,
    style: Style | None,
    resampling: Resampling,
) -> Painted:
    """Return a raster file drawn on exactly this grid, with the colours of its style.

    Raises:
        Unavailable: the file cannot be read.
    """
    raster = open_raster(path)
    bands = raster.bands
    if style is not None and style.field is not None:
        bands = tuple(band for band in bands if band.name == style.field) or bands
    window = read_tile(raster, bounds, crs, width, height, bands=bands[:1], resampling=resampling)
    return painted(raster, window, resampling, style)


def _drawn(
    territory: Territory, identifier: str, view: View, crs: CRS, interval: Interval | None
) -> Painted | Pixels:
    layer = territory.layer(identifier)
    style = style_of(territory, identifier)
    if layer.table:
        return draw_features(layer, style, view, crs, interval=interval)
    if not layer.resampling:
        raise NotFound(
            f"the collection {identifier} is in a file that maps are not drawn from",
            f"la collection {identifier} est dans un fichier dont on ne tire pas de carte",
            where="collections",
        )
    bounds = (view.left, view.bottom, view.right, view.top)
    path = file_at(layer, interval)
    return paint_raster(path, bounds, crs, view.width, view.height, style=style, resampling=layer.resampling)


def _overlaid(overlays: Sequence[Overlay], view: View, crs: CRS) -> Pixels:
    canvas = Canvas(view.width, view.height)
    for overlay in overlays:
        shapes = np.array([overlay.geometry], dtype=object)
        longest = max(view.right - view.left, view.top - view.bottom) / STEPS
        unit = metres_per_unit(crs) / metres_per_unit(overlay.crs)
        canvas.draw(view.placed(moved_shapes(shapes, overlay.crs, crs, longest * unit)), overlay.symbol)
    return canvas.pixels()
