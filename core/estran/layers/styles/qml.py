"""A style as QGIS writes it in a `.qml` file or inside a layer definition; read by QGIS 3.22 and later."""

import math
from xml.etree import ElementTree as ET

from estran.layers.styles.style import Rule, Style, Symbol

MEDIA_TYPE = "application/vnd.qgis.qml"
QGIS_VERSION = "3.22.0-Białowieża"
GEOMETRY_TYPES = {"point": "0", "line": "1", "fill": "2"}
"""The numbers by which QGIS knows the kinds of geometry."""

_SYMBOLS = {
    "fill": ("fill", "SimpleFill"),
    "line": ("line", "SimpleLine"),
    "point": ("marker", "SimpleMarker"),
}
_ELSE = "ELSE"


def qml(style: Style, language: str) -> bytes:
    """Return the `.qml` file of a style."""
    root = ET.Element("qgis", {"version": QGIS_VERSION, "styleCategories": "Symbology"})
    for part in symbology(style, language):
        root.append(part)
    ET.indent(root, " ")
    body: bytes = ET.tostring(root, encoding="utf-8")
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + body


def symbology(style: Style, language: str) -> list[ET.Element]:
    """Return the elements of the style, for a `.qml` file or for a layer of a project."""
    if style.kind == "raster":
        pipe = ET.Element("pipe")
        pipe.append(_raster_renderer(style, language))
        return [pipe, _text("blendMode", "0")]
    return [
        _renderer(style, language),
        _text("blendMode", "0"),
        _text("featureBlendMode", "0"),
        _text("layerGeometryType", GEOMETRY_TYPES[style.kind]),
    ]


def expression(field: str, rule: Rule) -> str:
    """Return the test of a rule in the expressions of QGIS.

    Example:
        >>> from estran.layers.settings import Bilingual
        >>> rule = Rule(Bilingual(fr="", en=""), Symbol("#ffffff", None), low=4.0, high=7.0)
        >>> expression("hauteur", rule)
        '"hauteur" >= 4.0 AND "hauteur" < 7.0'
    """
    name = '"' + field.replace('"', '""') + '"'
    if rule.is_otherwise:
        return _ELSE
    if isinstance(rule.value, str):
        return f"{name} = '" + rule.value.replace("'", "''") + "'"
    if rule.value is not None:
        return f"{name} = {str(rule.value).lower()}"
    bounds = [f"{name} >= {rule.low}"] if rule.low is not None else []
    bounds += [f"{name} < {rule.high}"] if rule.high is not None else []
    return " AND ".join(bounds)


def _renderer(style: Style, language: str) -> ET.Element:
    symbols = ET.Element("symbols")
    for number, rule in enumerate(style.rules):
        symbols.append(_symbol(style, rule.symbol, str(number)))
    common = {"symbollevels": "0", "enableorderby": "0", "forceraster": "0", "referencescale": "-1"}
    if style.field is None:
        renderer = ET.Element("renderer-v2", {"type": "singleSymbol", **common})
    elif any(rule.low is not None or rule.high is not None for rule in style.rules):
        renderer = ET.Element("renderer-v2", {"type": "RuleRenderer", **common})
        rules = ET.SubElement(renderer, "rules", {"key": "rules"})
        for number, rule in enumerate(style.rules):
            described = {
                "key": f"rule-{number}",
                "symbol": str(number),
                "label": rule.label.text(language),
                "filter": expression(style.field, rule),
            }
            ET.SubElement(rules, "rule", described)
    else:
        renderer = ET.Element("renderer-v2", {"type": "categorizedSymbol", "attr": style.field, **common})
        categories = ET.SubElement(renderer, "categories")
        for number, rule in enumerate(style.rules):
            described = {
                "label": rule.label.text(language),
                "value": _value(rule.value),
                "symbol": str(number),
                "render": "true",
                "type": _type(rule.value),
            }
            ET.SubElement(categories, "category", described)
    renderer.append(symbols)
    return renderer


def _symbol(style: Style, symbol: Symbol, name: str) -> ET.Element:
    kind, layer_class = _SYMBOLS[style.kind]
    element = ET.Element("symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1"})
    layer = ET.SubElement(
        element, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"}
    )
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for option, value in _options(style, symbol).items():
        ET.SubElement(options, "Option", {"type": "QString", "name": option, "value": value})
        ET.SubElement(layer, "prop", {"k": option, "v": value})
    return element


def _options(style: Style, symbol: Symbol) -> dict[str, str]:
    inside = _colour(symbol.fill or "#FFFFFF", symbol.opacity if symbol.fill else 0.0)
    edge = _colour(symbol.stroke or "#FFFFFF", 1.0 if symbol.stroke else 0.0)
    has_stroke = "solid" if symbol.stroke and symbol.width_px else "no"
    if style.kind == "line":
        return {
            "line_color": _colour(symbol.stroke or "#000000", symbol.opacity if symbol.stroke else 0.0),
            "line_style": has_stroke,
            "line_width": f"{symbol.width_px:g}",
            "line_width_unit": "Pixel",
            "capstyle": "round",
            "joinstyle": "round",
        }
    common = {
        "color": inside,
        "outline_color": edge,
        "outline_style": has_stroke,
        "outline_width": f"{symbol.width_px:g}",
        "outline_width_unit": "Pixel",
        "joinstyle": "round",
    }
    if style.kind == "fill":
        return {**common, "style": "solid" if symbol.fill and symbol.opacity else "no"}
    return {**common, "name": "circle", "size": f"{2 * symbol.radius_px:g}", "size_unit": "Pixel"}


def _raster_renderer(style: Style, language: str) -> ET.Element:
    common = {"opacity": "1", "alphaBand": "-1", "band": "1", "nodataColor": ""}
    if any(rule.value is not None for rule in style.rules):
        renderer = ET.Element("rasterrenderer", {"type": "paletted", **common})
        palette = ET.SubElement(renderer, "colorPalette")
        for rule in style.rules:
            described = {
                "value": _value(rule.value),
                "color": (rule.symbol.fill or "#FFFFFF").lower(),
                "alpha": str(_alpha(rule.symbol)),
                "label": rule.label.text(language),
            }
            ET.SubElement(palette, "paletteEntry", described)
        return renderer
    renderer = ET.Element("rasterrenderer", {"type": "singlebandpseudocolor", **common})
    shader = ET.SubElement(ET.SubElement(renderer, "rastershader"), "colorrampshader")
    shader.attrib.update({"colorRampType": "DISCRETE", "classificationMode": "1", "clip": "0"})
    for rule in style.rules:
        described = {
            "value": "inf" if rule.high is None else repr(math.nextafter(rule.high, -math.inf)),
            "color": (rule.symbol.fill or "#FFFFFF").lower(),
            "alpha": str(_alpha(rule.symbol)),
            "label": rule.label.text(language),
        }
        ET.SubElement(shader, "item", described)
    return renderer


def _alpha(symbol: Symbol) -> int:
    return round(255 * symbol.opacity) if symbol.fill else 0


def _colour(text: str, opacity: float) -> str:
    red, green, blue = (int(text[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},{round(255 * opacity)}"


def _value(value: str | int | float | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _type(value: str | int | float | bool | None) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "integer"
    return "double" if isinstance(value, float) else "string"


def _text(name: str, text: str) -> ET.Element:
    element = ET.Element(name)
    element.text = text
    return element
