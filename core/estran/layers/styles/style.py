"""What is drawn how: the rules of a layer, whoever draws them."""

from dataclasses import dataclass, replace
from typing import Literal

from estran.layers.settings import Bilingual

Kind = Literal["fill", "line", "point", "raster"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """How one feature or cell is drawn.

    Attributes:
        fill: Colour of the inside, `#rrggbb`; None leaves it empty. A raster cell has only this.
        stroke: Colour of the outline or of the line, `#rrggbb`; None draws none.
        width_px: Width of the stroke, in pixels.
        opacity: Of the inside, 0 to 1; of the stroke where there is no inside.
        radius_px: Radius of a point, in pixels.
    """

    fill: str | None
    stroke: str | None
    width_px: float = 1.0
    opacity: float = 1.0
    radius_px: float = 5.0


@dataclass(frozen=True, slots=True)
class Rule:
    """What one symbol stands for: a value, `low <= x < high`, or everything that no other rule takes."""

    label: Bilingual
    symbol: Symbol
    value: str | int | float | bool | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_otherwise(self) -> bool:
        """Tell whether the rule takes what no other takes."""
        return self.value is None and self.low is None and self.high is None

    def takes(self, value: object) -> bool:
        """Tell whether the rule draws a value of the field.

        Example:
            >>> low = Rule(Bilingual(fr="bas", en="low"), Symbol("#ffffff", None), high=5.0)
            >>> low.takes(4.9), low.takes(5), low.takes(None)
            (True, False, False)
        """
        if self.is_otherwise:
            return True
        if self.value is not None:
            return value == self.value
        if not isinstance(value, int | float):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)


@dataclass(frozen=True, slots=True)
class Style:
    """How a layer is drawn.

    Attributes:
        id: Identifier of the style; that of its collection.
        title: What the colours tell, as a legend says it.
        kind: What is drawn.
        field: Column or band that the rules read; None when there is one rule for all.
        rules: In order; the first that takes a value draws it.
        unit: Unit of the field in UCUM, empty when it has none.
        is_mixed: Whether the layer holds several kinds of geometry.
        is_own: Whether someone wrote it for this layer, rather than the program.
    """

    id: str
    title: Bilingual
    kind: Kind
    field: str | None
    rules: tuple[Rule, ...]
    unit: str = ""
    is_mixed: bool = False
    is_own: bool = False

    def rule_of(self, value: object) -> Rule | None:
        """Return the rule that draws a value of the field, None when it is not drawn."""
        return next((rule for rule in self.rules if rule.takes(value)), None)

    def legend(self) -> tuple[Rule, ...]:
        """Return one rule for each label and symbol, in order: classes may be drawn alike."""
        seen: dict[tuple[str, Symbol], Rule] = {}
        for rule in self.rules:
            seen.setdefault((rule.label.en, rule.symbol), rule)
        return tuple(seen.values())

    def named(self, identifier: str) -> "Style":
        """Return the same style under another identifier."""
        return replace(self, id=identifier)
