"""A style as OGC Styled Layer Descriptor, 1.0 or 1.1 (with Symbology Encoding 1.1).

Nothing is added to what their schemas allow.

References: OGC 02-070 and OGC 05-078r4 with 05-077r4.
"""

import math
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

from estran.layers.settings import Bilingual
from estran.layers.styles.style import Kind, Rule, Style, Symbol

type Version = Literal["1.0.0", "1.1.0"]

MEDIA_TYPES: dict[Version, str] = {
    "1.0.0": "application/vnd.ogc.sld+xml;version=1.0",
    "1.1.0": "application/vnd.ogc.sld+xml;version=1.1",
}
SLD = "http://www.opengis.net/sld"
SE = "http://www.opengis.net/se"
OGC = "http://www.opengis.net/ogc"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMAS: dict[Version, str] = {
    "1.0.0": "http://schemas.opengis.net/sld/1.0.0/StyledLayerDescriptor.xsd",
    "1.1.0": "http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd",
}
_GENERIC: dict[Kind, str] = {
    "fill": "generic:polygon",
    "line": "generic:line",
    "point": "generic:point",
    "raster": "generic:raster",
}

_ENDLESS = 1e300
"""Beyond what any cell holds."""

for _prefix, _uri in (("sld", SLD), ("se", SE), ("ogc", OGC), ("xsi", XSI)):
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class _Writer:
    """What differs between the two versions."""

    version: Version
    language: str

    @property
    def namespace(self) -> str:
        return SE if self.version == "1.1.0" else SLD

    def name(self, local: str) -> str:
        return f"{{{self.namespace}}}{local}"

    def add(self, parent: ET.Element, local: str, text: str | None = None, **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, self.name(local), attributes)
        element.text = text
        return element

    def describe(self, parent: ET.Element, title: Bilingual) -> None:
        text = title.text(self.language)
        holder = self.add(parent, "Description") if self.version == "1.1.0" else parent
        self.add(holder, "Title", text)

    def parameter(self, parent: ET.Element, name: str, value: str) -> None:
        local = "SvgParameter" if self.version == "1.1.0" else "CssParameter"
        self.add(parent, local, value, name=name)


def sld(style: Style, language: str, *, version: Version = "1.1.0") -> bytes:
    """Return the style as an SLD document for the layer that bears its identifier."""
    write = _Writer(version, language)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", {"version": version})
    root.set(f"{{{XSI}}}schemaLocation", f"{SLD} {SCHEMAS[version]}")
    layer = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
    write.add(layer, "Name", style.id)
    user = ET.SubElement(layer, f"{{{SLD}}}UserStyle")
    write.add(user, "Name", style.id)
    write.describe(user, style.title)
    kinds: tuple[Kind, ...] = ("fill", "line", "point") if style.is_mixed else (style.kind,)
    for kind in kinds:
        _feature_type_style(write, user, style, kind)
    ET.indent(root, " ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _feature_type_style(write: _Writer, user: ET.Element, style: Style, kind: Kind) -> None:
    is_raster = style.kind == "raster"
    is_coverage = is_raster and write.version == "1.1.0"
    holder = write.add(user, "CoverageStyle" if is_coverage else "FeatureTypeStyle")
    if style.is_mixed:
        write.add(holder, "SemanticTypeIdentifier", _GENERIC[kind])
    if is_raster:
        rule = write.add(holder, "Rule")
        write.describe(rule, style.title)
        _raster(write, rule, style)
        return
    for number, each in enumerate(style.rules):
        rule = write.add(holder, "Rule")
        write.add(rule, "Name", f"{style.id}-{number}")
        write.describe(rule, each.label)
        _filter(write, rule, style, each)
        _SYMBOLIZERS[kind](write, rule, each.symbol)


def _filter(write: _Writer, parent: ET.Element, style: Style, rule: Rule) -> None:
    if style.field is None:
        return
    if rule.is_otherwise:
        write.add(parent, "ElseFilter")
        return
    tests = [
        (name, value)
        for name, value in (
            ("PropertyIsEqualTo", rule.value),
            ("PropertyIsGreaterThanOrEqualTo", rule.low),
            ("PropertyIsLessThan", rule.high),
        )
        if value is not None
    ]
    holder = ET.SubElement(parent, f"{{{OGC}}}Filter")
    if len(tests) > 1:
        holder = ET.SubElement(holder, f"{{{OGC}}}And")
    for name, value in tests:
        test = ET.SubElement(holder, f"{{{OGC}}}{name}")
        ET.SubElement(test, f"{{{OGC}}}PropertyName").text = style.field
        ET.SubElement(test, f"{{{OGC}}}Literal").text = (
            str(value).lower() if isinstance(value, bool) else str(value)
        )


def _fill(write: _Writer, parent: ET.Element, symbol: Symbol) -> None:
    if symbol.fill is None:
        return
    fill = write.add(parent, "Fill")
    write.parameter(fill, "fill", symbol.fill)
    write.parameter(fill, "fill-opacity", f"{symbol.opacity:g}")


def _stroke(write: _Writer, parent: ET.Element, symbol: Symbol) -> None:
    if symbol.stroke is None:
        return
    stroke = write.add(parent, "Stroke")
    write.parameter(stroke, "stroke", symbol.stroke)
    if symbol.fill is None:
        write.parameter(stroke, "stroke-opacity", f"{symbol.opacity:g}")
    write.parameter(stroke, "stroke-width", f"{symbol.width_px:g}")


def _polygon(write: _Writer, parent: ET.Element, symbol: Symbol) -> None:
    symbolizer = write.add(parent, "PolygonSymbolizer")
    _fill(write, symbolizer, symbol)
    _stroke(write, symbolizer, symbol)


def _line(write: _Writer, parent: ET.Element, symbol: Symbol) -> None:
    _stroke(write, write.add(parent, "LineSymbolizer"), symbol)


def _point(write: _Writer, parent: ET.Element, symbol: Symbol) -> None:
    graphic = write.add(write.add(parent, "PointSymbolizer"), "Graphic")
    mark = write.add(graphic, "Mark")
    write.add(mark, "WellKnownName", "circle")
    _fill(write, mark, symbol)
    _stroke(write, mark, symbol)
    write.add(graphic, "Size", f"{2 * symbol.radius_px:g}")


_SYMBOLIZERS = {"fill": _polygon, "line": _line, "point": _point}


def _raster(write: _Writer, parent: ET.Element, style: Style) -> None:
    symbolizer = write.add(parent, "RasterSymbolizer")
    colour_map = write.add(symbolizer, "ColorMap")
    is_classed = any(rule.value is not None for rule in style.rules)
    if write.version == "1.1.0":
        _categorize(write, colour_map, style, is_classed=is_classed)
        return
    for rule in sorted(style.rules, key=_start):
        for place, quantity in enumerate(_quantities(rule)):
            described = {
                "color": rule.symbol.fill or "#FFFFFF",
                "quantity": str(quantity),
                "opacity": f"{rule.symbol.opacity:g}",
                **({} if place else {"label": rule.label.text(write.language)}),
            }
            write.add(colour_map, "ColorMapEntry", None, **described)


def _quantities(rule: Rule) -> tuple[float | str | bool, ...]:
    """Return where a colour begins and ends: SLD 1.0 blends between entries, and has no word for steps."""
    if rule.value is not None:
        return (rule.value,)
    start = -_ENDLESS if rule.low is None else rule.low
    end = _ENDLESS if rule.high is None else math.nextafter(rule.high, start)
    return start, end


def _categorize(write: _Writer, parent: ET.Element, style: Style, *, is_classed: bool) -> None:
    """Write thresholds; a class, a whole number, holds from its code to the next whole number."""
    nothing = "#FFFFFF00"
    categorize = write.add(parent, "Categorize", fallbackValue=nothing)
    write.add(categorize, "LookupValue", "Rasterdata")
    steps: list[tuple[float, str]] = []
    first = nothing
    for rule in sorted(style.rules, key=_start):
        colour = rule.symbol.fill or nothing
        if is_classed and isinstance(rule.value, int | float):
            steps += [(rule.value, colour), (rule.value + 1, nothing)]
        elif rule.low is None:
            first = colour
        else:
            steps.append((rule.low, colour))
    write.add(categorize, "Value", first)
    for place, (threshold, colour) in enumerate(steps):
        if place + 1 < len(steps) and steps[place + 1][0] == threshold:
            continue
        write.add(categorize, "Threshold", f"{threshold:g}" if threshold < 1e6 else str(threshold))
        write.add(categorize, "Value", colour)


def _start(rule: Rule) -> float:
    if isinstance(rule.value, int | float):
        return float(rule.value)
    return float("-inf") if rule.low is None else rule.low
