"""A window of a raster as a PNG picture: the layer's colours, or a neutral scale; no data is transparent.

Only the first band asked for is drawn. The palette is that of the picture where its colours are few.
"""

from estran.layers.drawing.encoding import png_of
from estran.layers.drawing.painting import painted
from estran.layers.raster import Raster, RasterWindow
from estran.layers.raster_reading import Resampling
from estran.layers.styles.style import Style


def picture_resampling(resampling: Resampling) -> Resampling:
    """Return how cells are merged in a picture: an amount keeps its colour at every scale."""
    return "average" if resampling == "sum" else resampling


def png(raster: Raster, window: RasterWindow, resampling: Resampling, style: Style | None = None) -> bytes:
    """Return the bytes of the picture of the first band of a window."""
    return png_of(painted(raster, window, resampling, style))
