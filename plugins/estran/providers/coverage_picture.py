"""A window of a raster as a PNG picture: the layer's colours, or a neutral scale; no data is transparent.

Only the first band asked for is drawn. A quantity is drawn on one scale for the whole layer, so that two
pictures of the same layer can be set side by side.
"""

import colorsys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from estran.layers.raster import Band, Colour, Raster, RasterWindow
from estran.layers.raster_grid import Scale
from estran.layers.raster_reading import Resampling, read_window

Pixels = NDArray[np.uint8]

SCALE: tuple[tuple[int, int, int], ...] = (
    (45, 38, 84),
    (47, 85, 126),
    (44, 131, 138),
    (92, 176, 120),
    (186, 210, 98),
    (252, 233, 128),
)
"""From low to high: dark blue, teal, green, pale yellow; lightness grows all along."""

SAMPLE = 512
"""Cells along each side that are read to find the range of a layer."""

PERCENTILES = (2.0, 98.0)
"""Values below and above are drawn with the end colours, so that a few extremes do not flatten the rest."""

LEVELS = 256
"""Colours in the scale of a quantity."""

MANY_CLASSES = 65_536
"""Classes in a range shorter than this get their colours from one table."""

GOLDEN_TURN = 0.618033988749895
"""Fraction of the colour wheel between two classes that follow each other."""


def picture_resampling(resampling: Resampling) -> Resampling:
    """Return how cells are merged in a picture: an amount keeps its colour at every scale."""
    return "average" if resampling == "sum" else resampling


def png(raster: Raster, window: RasterWindow, resampling: Resampling) -> bytes:
    """Return the bytes of the picture of the first band of a window."""
    band, values = window.bands[0], window.values[0]
    if band.colours:
        colours = _from_table(values.data, band.colours)
    elif resampling == "nearest":
        colours = _by_class(values.data)
    else:
        colours = _on_scale(values.data, *layer_range(raster, band, resampling))
    invalid = np.ma.getmaskarray(values) | ~np.isfinite(values.data)
    colours[invalid] = 0
    with MemoryFile(ext=".png") as file:
        with file.open(
            driver="PNG",
            count=4,
            height=values.shape[0],
            width=values.shape[1],
            dtype="uint8",
            transform=window.grid.transform,
        ) as target:
            target.write(np.moveaxis(colours, -1, 0))
        return bytes(file.read())


@lru_cache(maxsize=64)
def layer_range(raster: Raster, band: Band, resampling: Resampling) -> tuple[float, float]:
    """Return the values drawn with the first and the last colour, from an overview of the whole layer."""
    grid = raster.grid
    scale = Scale(x=max(1.0, grid.width / SAMPLE), y=max(1.0, grid.height / SAMPLE))
    values = read_window(raster, bands=(band,), scale=scale, resampling=resampling).values.compressed()
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(finite, PERCENTILES)
    return float(low), float(high)


def _from_table(values: NDArray[Any], colours: Mapping[int, Colour]) -> Pixels:
    """Colours of the file's own table; a value that it does not hold is transparent."""
    table = np.zeros((max(colours) + 2, 4), dtype=np.uint8)
    table[list(colours)] = list(colours.values())
    unknown = len(table) - 1
    numbers = values.astype(np.int32)
    return table[np.where((numbers >= 0) & (numbers < unknown), numbers, unknown)]


def _by_class(values: NDArray[Any]) -> Pixels:
    """One colour per value; classes are few, or small whole numbers."""
    low = values.min()
    if values.dtype.kind in "iu" and int(values.max()) - int(low) < MANY_CLASSES:
        table = np.array([_class_colour(value) for value in range(int(low), int(values.max()) + 1)], np.uint8)
        return table[np.subtract(values, low, dtype=np.int64).astype(np.uint16)]
    classes, places = np.unique(values, return_inverse=True)
    table = np.array([_class_colour(float(value)) for value in classes], dtype=np.uint8)
    return table[places.reshape(values.shape)]


def _class_colour(value: float) -> Colour:
    """A colour that depends on the class alone, far from those of the neighbouring codes."""
    red, green, blue = colorsys.hls_to_rgb(value * GOLDEN_TURN % 1.0, 0.55, 0.45)
    return round(red * 255), round(green * 255), round(blue * 255), 255


def _on_scale(values: NDArray[Any], low: float, high: float) -> Pixels:
    stops = np.linspace(0, LEVELS - 1, len(SCALE))
    channels = [np.interp(np.arange(LEVELS), stops, [colour[i] for colour in SCALE]) for i in range(3)]
    table = np.stack([*channels, np.full(LEVELS, 255.0)], axis=-1).round().astype(np.uint8)
    if high <= low:
        return np.tile(table[LEVELS // 2], (*values.shape, 1))
    share = np.nan_to_num((values.astype(np.float32) - low) / (high - low))
    return table[(np.clip(share, 0.0, 1.0) * (LEVELS - 1)).round().astype(np.uint8)]
