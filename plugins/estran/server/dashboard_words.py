"""How the dashboard writes a number of an answer: rounded by its interval, on one scale for a table.

The rule is that of the reports; the scripts of the page follow the same one.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date

from estran.assessments.report.typography import typographic
from estran.assessments.report.wording import NOT_EVALUATED, Amount, Voice, probability_above
from estran.carbon.text import Text

type Figure = Mapping[str, Any]
"""An indicator, or a row of a breakdown, as the envelope gives it."""

COUNTED = frozenset({"ha", "m2", "-", "km"})
"""Units of what is counted on the layers, so that no interval is expected."""

TONNES = frozenset({"tC", "tCO2", "tCO2e"})
SCALES = ((1e6, "M"), (1e5, "k"))
FACTORS = {"M": 1e6, "k": 1e3, "": 1.0}


@dataclass(frozen=True, slots=True)
class Scale:
    """Thousands or millions of tonnes, for figures that stand together."""

    prefix: str = ""

    @property
    def factor(self) -> float:
        """What the numbers are divided by."""
        return FACTORS[self.prefix]


class Teller:
    """The words of a language for the figures of a page."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._plain = Voice(language)
        self._hidden = Voice(language, is_hidden=True)

    def scale(self, figures: Iterable[Figure]) -> Scale:
        """Return the scale that suits figures of one unit."""
        known = [figure for figure in figures if figure["value"] is not None]
        if not known or known[0]["unit"].split("/")[0] not in TONNES:
            return Scale()
        largest = max(abs(each) for figure in known for each in _numbers(figure))
        return Scale(next((prefix for size, prefix in SCALES if largest >= size), ""))

    def unit(self, figure: Figure, scale: Scale | None = None) -> str:
        """Return the unit as people read it."""
        return self._plain.unit(f"{(scale or Scale()).prefix}{figure['unit']}")

    def number(
        self, figure: Figure, scale: Scale | None = None, verdict: str = "", *, signed: bool = False
    ) -> str:
        """Return the central value alone; it is not given when the data do not fit the scale."""
        amount = _amount(figure, scale)
        if _is_counted(figure):
            return self._plain.exact(amount.value)
        voice = self._hidden if verdict == "unfit" else self._plain
        return voice.number(amount, is_signed=signed)

    def bounds(self, figure: Figure, scale: Scale | None = None) -> str:
        """Return the interval in brackets, a dash for what is counted."""
        return "–" if _is_counted(figure) else self._plain.bounds(_amount(figure, scale))

    def between(self, figure: Figure, scale: Scale | None = None) -> str:
        """Return the interval in words."""
        return self._plain.between(_amount(figure, scale))

    def figure(self, figure: Figure, verdict: str = "", *, signed: bool = False) -> str:
        """Return a whole figure for a sentence: value, unit, interval."""
        if _is_counted(figure):
            return self._plain.exact(figure["value"], figure["unit"])
        scale = self.scale([figure])
        amount = _amount(figure, scale)
        voice = self._hidden if verdict == "unfit" else self._plain
        if amount.value is not None and not amount.has_interval:
            return f"{self.number(figure, scale)}\u00a0{self.unit(figure, scale)}"
        return voice.figure(amount, is_signed=signed)

    def above(self, figure: Figure, statement: str, opposite: str) -> str:
        """Return how sure it is that a figure is above zero; empty when its interval is unknown."""
        chance = probability_above(_amount(figure, None), figure.get("confidence", 0.9))
        if chance is None:
            return ""
        return self._plain.probability(Text(statement, statement), Text(opposite, opposite), chance)

    def sign(self, figure: Figure) -> str:
        """Return `emission`, `removal`, or `unsure` when the interval holds both; empty when unknown."""
        value, low, high = figure["value"], figure["low"], figure["high"]
        if value is None:
            return ""
        if low is not None and high is not None and low < 0.0 < high:
            return "unsure"
        return "removal" if value < 0.0 else "emission"

    def exact(self, value: float | None) -> str:
        """Return a number that is not in doubt."""
        return self._plain.exact(value)

    def share(self, share: float | None) -> str:
        """Return a share, from 0 to 1, in per cent."""
        return self._plain.text(NOT_EVALUATED) if share is None else self._plain.share(share)

    def text(self, text: Mapping[str, str] | str | None) -> str:
        """Return a text of an answer, as it is printed."""
        if not text:
            return ""
        said = text if isinstance(text, str) else text.get(self.language) or text["en"]
        return typographic(said, self.language)

    def sentence(self, text: Mapping[str, str] | str | None) -> str:
        """Return the same with a capital and a full stop."""
        said = self.text(text)
        said = said[:1].upper() + said[1:]
        return said if not said or said.endswith((".", "!", "?", "…")) else f"{said}."

    def fitness(self, verdict: Any) -> str:
        """Return a verdict with its sign."""
        return self._plain.fitness(verdict)

    def day(self, day: str | None) -> str:
        """Return a date, ISO 8601, in words."""
        if not day:
            return "–"
        said = format_date(dt.date.fromisoformat(day[:10]), "long", locale=self.language)
        return f"1er{said[1:]}" if self._plain.is_french and said.startswith("1 ") else said


def _is_counted(figure: Figure) -> bool:
    return figure["low"] is None and figure["high"] is None and figure["unit"] in COUNTED


def _amount(figure: Figure, scale: Scale | None) -> Amount:
    chosen = scale or Scale()
    value, low, high = (
        None if each is None else each / chosen.factor
        for each in (figure["value"], figure["low"], figure["high"])
    )
    return Amount(value, low, high, f"{chosen.prefix}{figure['unit']}")


def _numbers(figure: Figure) -> list[float]:
    return [each for each in (figure["value"], figure["low"], figure["high"]) if each is not None]
