"""A style as someone wrote it, in the configuration or in the palette, made complete."""

from estran.layers.settings import Bilingual, FieldSettings, RuleSettings, StyleSettings, SymbolSettings
from estran.layers.styles.labels import bounds_label
from estran.layers.styles.style import Kind, Rule, Style, Symbol

OTHERS = Bilingual(fr="Autres", en="Others")
PLAIN: dict[Kind, Symbol] = {
    "fill": Symbol(fill="#1E95A8", stroke="#126A79", width_px=1.0, opacity=0.4),
    "line": Symbol(fill=None, stroke="#1B4B7A", width_px=2.0),
    "point": Symbol(fill="#1B4B7A", stroke="#FFFFFF", width_px=1.0, radius_px=5.0),
    "raster": Symbol(fill="#1E95A8", stroke=None),
}
"""What a layer of each kind looks like when nothing is said of it."""


def written_style(
    settings: StyleSettings,
    identifier: str,
    *,
    kind: Kind,
    title: Bilingual,
    field: FieldSettings | None,
    is_mixed: bool = False,
    band: str | None = None,
) -> Style:
    """Return a complete style.

    Args:
        settings: What was written.
        identifier: Of the collection.
        kind: What the geometries are, when the style does not say.
        title: Of the layer, for a style that reads no column.
        field: What is known of the column that the rules read.
        is_mixed: Whether the layer holds several kinds of geometry.
        band: The band that is drawn, when the layer is a raster.
    """
    chosen: Kind = settings.kind or kind
    return Style(
        id=identifier,
        title=settings.title or (field.title if field else title),
        kind=chosen,
        field=settings.field or band,
        rules=tuple(_rule(rule, settings, chosen, field, title) for rule in settings.rules),
        unit=(field.unit if field else None) or "",
        is_mixed=is_mixed,
        is_own=True,
    )


def _rule(
    rule: RuleSettings, style: StyleSettings, kind: Kind, field: FieldSettings | None, title: Bilingual
) -> Rule:
    return Rule(
        label=rule.label or _label(rule, style, field, title),
        symbol=symbol(kind, rule, style),
        value=rule.value,
        low=rule.low,
        high=rule.high,
    )


def _label(
    rule: RuleSettings, style: StyleSettings, field: FieldSettings | None, title: Bilingual
) -> Bilingual:
    if rule.low is not None or rule.high is not None:
        return bounds_label(rule.low, rule.high)
    if rule.value is None:
        return title if len(style.rules) == 1 else OTHERS
    return class_label(field, rule.value)


def class_label(field: FieldSettings | None, value: object) -> Bilingual:
    """Return the words of the codelist for a value, else the value itself."""
    known = (field.codelist if field else None) or {}
    return known.get(str(value)) or Bilingual(fr=str(value), en=str(value))


def symbol(kind: Kind, *written: SymbolSettings) -> Symbol:
    """Return a symbol from what was written, the first first, and from the look of its kind.

    A polygon or a point whose fill was written keeps no outline that was not.
    """
    plain = PLAIN[kind]
    given = {
        name: next((value for part in written if (value := getattr(part, name)) is not None), None)
        for name in ("fill", "stroke", "width_px", "opacity", "radius_px")
    }
    has_look = given["fill"] is not None or given["stroke"] is not None
    fill = given["fill"] if has_look and kind != "line" else plain.fill
    stroke = given["stroke"] if has_look and kind != "raster" else plain.stroke
    if kind == "line":
        stroke = given["stroke"] or given["fill"] or plain.stroke
    opacity = 1.0 if has_look else plain.opacity
    return Symbol(
        fill=fill,
        stroke=stroke,
        width_px=_or(given["width_px"], plain.width_px),
        opacity=_or(given["opacity"], opacity),
        radius_px=_or(given["radius_px"], plain.radius_px),
    )


def _or(value: float | str | None, default: float) -> float:
    return default if value is None else float(value)
