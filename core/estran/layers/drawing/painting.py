"""Which colour has each cell of a grid? That of its rule, or of the file's own table, or of a neutral scale.

A quantity without rules is drawn on one scale for the whole layer, so that two pictures of it can be set
side by side.
"""

import colorsys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.layers.raster import Band, Colour, Raster, RasterWindow
from estran.layers.raster_grid import Scale
from estran.layers.raster_reading import Resampling, read_window
from estran.layers.styles.style import Rule, Style

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

LEVELS = 255
"""Colours in the scale of a quantity; with the one of no data, as many as a byte can tell apart."""

MANY_CLASSES = 65_536
"""Classes in a range shorter than this get their colours from one table."""

GOLDEN_TURN = 0.618033988749895
"""Fraction of the colour wheel between two classes that follow each other."""

CLEAR: Colour = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Painted:
    """A picture: for each pixel, the number of its colour.

    Attributes:
        numbers: Shape `(rows, columns)`, of a whole type.
        palette: Shape `(colours, 4)`: red, green, blue, alpha; the first is transparent.
    """

    numbers: NDArray[Any]
    palette: Pixels

    def pixels(self) -> Pixels:
        """Return the colour of each pixel, of shape `(rows, columns, 4)`."""
        colours: Pixels = self.palette[self.numbers]
        return colours


def painted(raster: Raster, window: RasterWindow, resampling: Resampling, style: Style | None) -> Painted:
    """Return the picture of the first band of a window; a cell without data is transparent.

    Args:
        raster: Where the window comes from.
        window: What to draw.
        resampling: How the layer is merged: `nearest` tells classes.
        style: The rules of the layer; None when there are none.
    """
    band, values = window.bands[0], window.values[0]
    invalid = np.ma.getmaskarray(values)
    if values.dtype.kind == "f":
        invalid = invalid | ~np.isfinite(values.data)
    if style is not None and style.rules and style.field in {None, band.name}:
        return _by_rule(values.data, invalid, style.rules)
    if band.colours:
        return _by_table(values.data, invalid, band.colours)
    if resampling == "nearest":
        return _by_class(values.data, invalid)
    return _on_scale(values.data, invalid, *layer_range(raster, band, resampling))


def colour_of(text: str | None, opacity: float = 1.0) -> Colour:
    """Return a colour written `#rrggbb`, transparent for None.

    Example:
        >>> colour_of("#ff8000", 0.5)
        (255, 128, 0, 128)
    """
    if text is None:
        return CLEAR
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue, round(255 * opacity)


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


def _by_rule(values: NDArray[Any], invalid: NDArray[np.bool_], rules: Sequence[Rule]) -> Painted:
    """Colours of the first rule that takes each value."""
    colours: dict[Colour, int] = {CLEAR: 0}
    slots = [_slot(colours, colour_of(rule.symbol.fill, rule.symbol.opacity)) for rule in rules]
    palette = np.array(list(colours), dtype=np.uint8)
    kind = np.uint8 if len(palette) <= 256 else np.uint16
    span = _span(values)
    if span is not None:
        table = np.array(_slots_of(range(span[0], span[1] + 1), rules, slots), kind)
        numbers = _looked_up(values, span[0], table)
    else:
        numbers = np.zeros(values.shape, kind)
        for rule, slot in reversed(list(zip(rules, slots, strict=True))):
            numbers[_taken(rule, values)] = slot
    numbers[invalid] = 0
    return Painted(numbers, palette)


def _slot(colours: dict[Colour, int], colour: Colour) -> int:
    return colours.setdefault(colour, len(colours)) if colour[3] else 0


def _slots_of(numbers: range, rules: Sequence[Rule], slots: Sequence[int]) -> list[int]:
    """The colour of each number: that of the rule for it, or else of the first other rule that takes it."""
    pairs = list(zip(rules, slots, strict=True))
    exact = {rule.value: slot for rule, slot in reversed(pairs) if rule.value is not None}
    others = [pair for pair in pairs if pair[0].value is None]
    found = []
    for number in numbers:
        slot = exact.get(number)
        if slot is None:
            slot = next((slot for rule, slot in others if rule.takes(number)), 0)
        found.append(slot)
    return found


def _taken(rule: Rule, values: NDArray[Any]) -> NDArray[np.bool_]:
    taken = np.ones(values.shape, dtype=bool)
    if isinstance(rule.value, int | float):
        taken &= values == rule.value
    elif rule.value is not None:
        taken[:] = False
    if rule.low is not None:
        taken &= values >= rule.low
    if rule.high is not None:
        taken &= values < rule.high
    return taken


def _span(values: NDArray[Any]) -> tuple[int, int] | None:
    """Lowest and highest of whole numbers that lie close together; None otherwise."""
    if values.dtype.kind not in "iu" or not values.size:
        return None
    low, high = int(values.min()), int(values.max())
    return (low, high) if high - low < MANY_CLASSES else None


def _by_table(values: NDArray[Any], invalid: NDArray[np.bool_], colours: Mapping[int, Colour]) -> Painted:
    """Colours of the file's own table; a value that it does not hold is transparent."""
    known: dict[Colour, int] = {CLEAR: 0}
    slots = {value: _slot(known, colour) for value, colour in colours.items()}
    end = max(slots) + 1
    kind = np.uint8 if len(known) <= 256 else np.uint16
    table = np.zeros(end + 1, dtype=kind)
    table[list(slots)] = list(slots.values())
    if values.dtype == np.uint8 and kind == np.uint8:
        numbers = _looked_up(values, 0, table[:end])
    else:
        whole = values.astype(np.int32)
        numbers = table[np.where((whole >= 0) & (whole < end), whole, end)]
    numbers[invalid] = 0
    return Painted(numbers, np.array(list(known), dtype=np.uint8))


def _by_class(values: NDArray[Any], invalid: NDArray[np.bool_]) -> Painted:
    """One colour per value; classes are few, or small whole numbers."""
    span = _span(values)
    if span is not None:
        classes: Sequence[float] = range(span[0], span[1] + 1)
    else:
        found, inverse = np.unique(values, return_inverse=True)
        classes = found.tolist()
    palette = np.array([CLEAR, *(_class_colour(value) for value in classes)], dtype=np.uint8)
    kind = np.uint8 if len(palette) <= 256 else np.uint32
    if span is not None:
        numbers = _looked_up(values, span[0], np.arange(1, len(palette), dtype=kind))
    else:
        numbers = (inverse.reshape(values.shape) + 1).astype(kind)
    numbers[invalid] = 0
    return Painted(numbers, palette)


def _looked_up(values: NDArray[Any], low: int, table: NDArray[Any]) -> NDArray[Any]:
    """Return what a table, whose first entry is for `low`, holds for each of some whole numbers."""
    if values.dtype == np.uint8 and table.dtype == np.uint8:
        whole = np.zeros(256, np.uint8)
        whole[low : low + len(table)] = table[: 256 - low]
        written = bytearray(values.tobytes()).translate(whole.tobytes())
        return np.frombuffer(written, np.uint8).reshape(values.shape)
    found: NDArray[Any] = table[np.subtract(values, low, dtype=np.int64)]
    return found


def _class_colour(value: float) -> Colour:
    """A colour that depends on the class alone, far from those of the neighbouring codes."""
    red, green, blue = colorsys.hls_to_rgb(value * GOLDEN_TURN % 1.0, 0.55, 0.45)
    return round(red * 255), round(green * 255), round(blue * 255), 255


def _on_scale(values: NDArray[Any], invalid: NDArray[np.bool_], low: float, high: float) -> Painted:
    stops = np.linspace(0, LEVELS - 1, len(SCALE))
    channels = [np.interp(np.arange(LEVELS), stops, [colour[i] for colour in SCALE]) for i in range(3)]
    scale = np.stack([*channels, np.full(LEVELS, 255.0)], axis=-1).round().astype(np.uint8)
    palette = np.vstack([np.array([CLEAR], dtype=np.uint8), scale])
    span = high - low
    share = (values.astype(np.float32) - low) / span if span > 0 else np.full(values.shape, 0.5, np.float32)
    share[invalid] = 0
    numbers = ((np.clip(share, 0.0, 1.0) * (LEVELS - 1)).round() + 1).astype(np.uint8)
    numbers[invalid] = 0
    return Painted(numbers, palette)
