"""The legend of a style as a picture: SVG, or PNG for who cannot show SVG."""

import io
from functools import cache
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from estran.layers.styles.style import Kind, Rule, Style

SVG = "image/svg+xml"
PNG = "image/png"
INK = "#1B2730"
EDGE = "#6E7B85"
_LINE, _SWATCH, _GAP, _MARGIN, _FONT = 24, 28, 12, 12, 14
_SHARPNESS = 2


def legend_title(style: Style, language: str) -> str:
    """Return the title of the legend, with the unit of its numbers.

    Example:
        >>> from estran.layers.settings import Bilingual
        >>> legend_title(Style("a", Bilingual(fr="Hauteur", en="Height"), "fill", "h", (), "m"), "fr")
        'Hauteur (m)'
    """
    unit = style.unit.replace("t/a", "t/an") if language.startswith("fr") else style.unit
    return f"{style.title.text(language)} ({unit})" if unit else style.title.text(language)


def legend_svg(style: Style, language: str) -> bytes:
    """Return the legend as SVG."""
    rules = style.legend()
    width, height = _size(style, language)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" lang="{language}">',
        f"<title>{escape(legend_title(style, language))}</title>",
        f'<rect width="{width}" height="{height}" fill="#FFFFFF"/>',
        f'<g font-family="system-ui, sans-serif" font-size="{_FONT}" fill="{INK}">',
        f'<text x="{_MARGIN}" y="{_MARGIN + 14}" font-weight="600">'
        f"{escape(legend_title(style, language))}</text>",
    ]
    for number, rule in enumerate(rules, start=1):
        top = _MARGIN + number * _LINE
        lines.append(swatch(style.kind, rule, x=_MARGIN, y=top + 3))
        left = _MARGIN + _SWATCH + _GAP
        lines.append(f'<text x="{left}" y="{top + 17}">{escape(rule.label.text(language))}</text>')
    return "\n".join([*lines, "</g>", "</svg>"]).encode()


def swatch(kind: Kind, rule: Rule, *, x: int = 0, y: int = 0) -> str:
    """Return the drawing of one symbol, 28 by 18, as SVG."""
    symbol = rule.symbol
    stroke = symbol.stroke or "none"
    width = min(symbol.width_px, 6.0)
    middle = y + 9
    if kind == "line":
        return (
            f'<line x1="{x}" y1="{middle}" x2="{x + _SWATCH}" y2="{middle}" stroke="{stroke}"'
            f' stroke-width="{width:g}" stroke-opacity="{symbol.opacity:g}"/>'
        )
    look = f'fill="{symbol.fill or "none"}" fill-opacity="{symbol.opacity:g}"'
    if kind == "point":
        radius = min(symbol.radius_px, 8.0)
        return (
            f'<circle cx="{x + _SWATCH / 2:g}" cy="{middle}" r="{radius:g}" {look} stroke="{stroke}"'
            f' stroke-width="{width:g}"/>'
        )
    edge = EDGE if stroke in {"none", "#FFFFFF"} else stroke
    return (
        f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{_SWATCH - 1}" height="17" {look} stroke="{edge}"'
        f' stroke-width="{max(width, 0.5):g}"/>'
    )


def legend_png(style: Style, language: str) -> bytes:
    """Return the legend as PNG, at twice the size of its SVG so that it is sharp when printed."""
    width, height = _size(style, language)
    picture = Image.new("RGB", (width * _SHARPNESS, height * _SHARPNESS), "#FFFFFF")
    pen = ImageDraw.Draw(picture, "RGBA")
    font = _font(_FONT * _SHARPNESS)

    def at(*numbers: float) -> list[float]:
        return [number * _SHARPNESS for number in numbers]

    pen.text((_MARGIN * _SHARPNESS, _MARGIN * _SHARPNESS), legend_title(style, language), INK, font)
    for number, rule in enumerate(style.legend(), start=1):
        top = _MARGIN + number * _LINE
        symbol = rule.symbol
        inside = _rgba(symbol.fill, symbol.opacity)
        stroke = _rgba(symbol.stroke, 1.0 if symbol.fill else symbol.opacity)
        line = max(1, round(min(symbol.width_px, 6.0) * _SHARPNESS))
        left, middle = _MARGIN, top + 12
        if style.kind == "line":
            pen.line(at(left, middle, left + _SWATCH, middle), stroke, line)
        elif style.kind == "point":
            radius, centre = min(symbol.radius_px, 8.0), left + _SWATCH / 2
            box = at(centre - radius, middle - radius, centre + radius, middle + radius)
            pen.ellipse(box, inside, stroke, line)
        else:
            edge = stroke if symbol.stroke not in {None, "#FFFFFF"} else _rgba(EDGE, 1.0)
            pen.rectangle(at(left, top + 3, left + _SWATCH, top + 21), inside, edge, line)
        beside = (left + _SWATCH + _GAP) * _SHARPNESS, (top + 3) * _SHARPNESS
        pen.text(beside, rule.label.text(language), INK, font)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _size(style: Style, language: str) -> tuple[int, int]:
    """Width and height that hold the longest line, measured with the font of the PNG."""
    font = _font(_FONT)
    labels = [rule.label.text(language) for rule in style.legend()]
    longest = max([font.getlength(label) + _SWATCH + _GAP for label in labels], default=0.0)
    widest = max(longest, font.getlength(legend_title(style, language)) * 1.05)
    return round(widest * 1.1) + 2 * _MARGIN, 2 * _MARGIN + _LINE * (len(labels) + 1)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """A font that has the letters of French and is there on every machine."""
    from matplotlib import get_data_path  # long to load, and seldom needed

    return ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), size)


def _rgba(colour: str | None, opacity: float) -> tuple[int, int, int, int]:
    if colour is None:
        return 255, 255, 255, 0
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue, round(255 * opacity)
