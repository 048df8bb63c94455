"""A style for a layer of which nobody said how it is drawn."""

import math
from collections.abc import Mapping

import numpy as np

from estran.layers.ledger.keys import LedgerKey
from estran.layers.raster import Band, Raster
from estran.layers.raster_grid import Scale
from estran.layers.raster_reading import read_window
from estran.layers.settings import Bilingual, FieldSettings
from estran.layers.styles.labels import bounds_label
from estran.layers.styles.palette import read_palette
from estran.layers.styles.style import Kind, Rule, Style, Symbol
from estran.layers.styles.written import OTHERS, PLAIN, class_label

SAMPLE = 512
"""Cells along each side that are read to find the range of a raster."""


def plain_style(identifier: str, title: Bilingual, kind: Kind, *, is_mixed: bool = False) -> Style:
    """Return a style with one symbol for everything."""
    return Style(identifier, title, kind, None, (Rule(title, PLAIN[kind]),), is_mixed=is_mixed)


def classed_style(
    identifier: str, kind: Kind, name: str, field: FieldSettings, *, is_mixed: bool = False
) -> Style:
    """Return a style with a colour for each class of a column, and one for the values in no class."""
    colours = read_palette().categories
    rules = [
        Rule(label, _coloured(kind, colours[index % len(colours)]), value=_typed(code))
        for index, (code, label) in enumerate((field.codelist or {}).items())
    ]
    others = Rule(OTHERS, _coloured(kind, "#D5DADD"))
    return Style(identifier, field.title, kind, name, (*rules, others), unit="", is_mixed=is_mixed)


def ledger_style(identifier: str, title: Bilingual, band: Band, keys: tuple[LedgerKey, ...]) -> Style:
    """Return the style of a land ledger: each key has the colour of its land class."""
    known = read_palette().land_classes
    order = {name: place for place, name in enumerate(known)}
    ordered = sorted(keys, key=lambda key: (order.get(key.land_class, len(order)), key.code))
    unknown = known["unknown"]
    rules = tuple(
        Rule(found.label, Symbol(found.fill, None), value=key.code)
        for key in ordered
        for found in (known.get(key.land_class, unknown),)
    )
    return Style(identifier, title, "raster", band.name, rules, is_own=True)


def raster_style(
    identifier: str, title: Bilingual, raster: Raster, band: Band, field: FieldSettings | None
) -> Style:
    """Return the style of a raster: the colours of the file, else classes, else a scale."""
    title = field.title if field else title
    if band.colours:
        rules = tuple(
            Rule(class_label(field, value), Symbol(_hex(colour), None), value=value)
            for value, colour in _listed(band, field).items()
        )
        return Style(identifier, title, "raster", band.name, rules)
    if field and field.codelist:
        colours = read_palette().categories
        rules = tuple(
            Rule(label, Symbol(colours[index % len(colours)], None), value=_typed(code))
            for index, (code, label) in enumerate(field.codelist.items())
        )
        return Style(identifier, title, "raster", band.name, rules)
    unit = (field.unit if field else None) or band.unit
    return Style(identifier, title, "raster", band.name, scale_rules(raster, band), unit=unit)


def scale_rules(raster: Raster, band: Band) -> tuple[Rule, ...]:
    """Return five classes that hold about as many cells each."""
    grid = raster.grid
    scale = Scale(x=max(1.0, grid.width / SAMPLE), y=max(1.0, grid.height / SAMPLE))
    values = read_window(raster, bands=(band,), scale=scale).values.compressed()
    finite = values[np.isfinite(values)]
    colours = read_palette().ramp
    shares = np.linspace(0, 100, len(colours) + 1)[1:-1]
    found = np.percentile(finite, shares) if finite.size else []
    edges = list(dict.fromkeys(_short(float(edge)) for edge in found))
    bounds = [None, *edges, None]
    chosen = [colours[round(place)] for place in np.linspace(0, len(colours) - 1, len(bounds) - 1)]
    return tuple(
        Rule(bounds_label(low, high), Symbol(colour, None), low=low, high=high)
        if edges
        else Rule(OTHERS, Symbol(colour, None))
        for low, high, colour in zip(bounds[:-1], bounds[1:], chosen, strict=True)
    )


def _short(value: float) -> float:
    """Return a number with two figures.

    Example:
        >>> _short(1234.5), _short(0.01262), _short(0.0)
        (1200.0, 0.013, 0.0)
    """
    if value == 0:
        return 0.0
    return round(value, 1 - math.floor(math.log10(abs(value))))


def _listed(band: Band, field: FieldSettings | None) -> Mapping[int, tuple[int, int, int, int]]:
    """The colours of the classes; without a codelist, those that are neither transparent nor left black."""
    if field and field.codelist:
        return {int(code): band.colours[int(code)] for code in field.codelist if int(code) in band.colours}
    return {
        value: colour
        for value, colour in band.colours.items()
        if colour[3] and value != band.nodata and colour[:3] != (0, 0, 0)
    }


def _coloured(kind: Kind, colour: str) -> Symbol:
    if kind == "line":
        return Symbol(None, colour, width_px=2.0)
    if kind == "point":
        return Symbol(colour, "#FFFFFF")
    return Symbol(colour, "#FFFFFF" if kind == "fill" else None, width_px=0.5, opacity=0.85)


def _hex(colour: tuple[int, int, int, int]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour[:3])


def _typed(code: str) -> str | int:
    """Return a code of a codelist as the column holds it: a whole number when it is one."""
    return int(code) if code.lstrip("-").isdecimal() and str(int(code)) == code else code
