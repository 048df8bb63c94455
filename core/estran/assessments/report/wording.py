"""In which words are figures, doubt and fitness told? Numbers with their unit, interval and horizon."""

from dataclasses import dataclass
from math import erf, sqrt
from statistics import NormalDist

from estran.assessments.envelope import Verdict
from estran.assessments.report.numbers import MINUS, NBSP, percent, significant, step_power, written
from estran.assessments.report.typography import typographic, unit_words
from estran.carbon.text import Text

TODO = Text("[À compléter par le maître d’ouvrage]", "[To be completed by the project owner]")
"""What stands where a text is left to the author."""

TODO_SHORT = Text("[À compléter]", "[To be completed]")
"""The same where there is little room."""

NOT_EVALUATED = Text("non évalué", "not evaluated")
UNKNOWN_INTERVAL = Text("intervalle inconnu", "interval unknown")
HIDDEN = Text("non donné", "not given")

FITNESS: dict[Verdict, Text] = {
    "fit": Text("● Échelle adaptée", "● Fit for this scale"),
    "order-of-magnitude": Text("◆ Ordre de grandeur seulement", "◆ Order of magnitude only"),
    "unfit": Text("▲ Échelle inadaptée", "▲ Not fit for this scale"),
}

CERTAIN, LIKELY = 0.95, 0.80
"""From these probabilities on, a statement is almost certain, or likely."""

SURE = 0.99
"""Beyond it a probability is told as more than 99 in 100."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its interval, as computed.

    Attributes:
        value: None when it is not evaluated.
        low: Lower bound, None when unknown.
        high: Upper bound, None when unknown.
        unit: Unit of the three.
    """

    value: float | None
    low: float | None
    high: float | None
    unit: str

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are known."""
        return self.low is not None and self.high is not None

    @property
    def is_exact(self) -> bool:
        """Whether there is no doubt at all."""
        return self.has_interval and self.low == self.high


@dataclass(frozen=True, slots=True)
class Voice:
    """The language of a report and what it may say.

    Attributes:
        language: `fr` or `en`.
        is_hidden: The data do not fit the scale: no central value is given, only intervals.
    """

    language: str
    is_hidden: bool = False

    @property
    def is_french(self) -> bool:
        """Whether the report is in French."""
        return self.language.startswith("fr")

    @property
    def todo(self) -> str:
        """The mark of what is left to the author."""
        return TODO.read(self.language)

    @property
    def todo_short(self) -> str:
        """The same mark for a cell of a table."""
        return TODO_SHORT.read(self.language)

    def say(self, fr: str, en: str) -> str:
        """Return one of two texts, as it is printed."""
        return typographic(fr if self.is_french else en, self.language)

    def text(self, text: Text | None) -> str:
        """Return a text of an answer, as it is printed."""
        return typographic(text.read(self.language), self.language) if text else ""

    def sentence(self, text: Text) -> str:
        """Return a text of an answer with a capital and a full stop."""
        said = self.text(text)
        said = said[:1].upper() + said[1:]
        return said if said.endswith((".", "!", "?", "…")) else f"{said}."

    def unit(self, unit: str) -> str:
        """Return a unit as people read it."""
        return unit_words(unit, self.language)

    def share(self, share: float) -> str:
        """Return a share, from 0 to 1, as a percentage."""
        return percent(share, self.language)

    def exact(self, value: float | None, unit: str = "") -> str:
        """Return a number that is not in doubt, with its unit."""
        if value is None:
            return self.text(NOT_EVALUATED)
        said, words = significant(value, self.language), self.unit(unit)
        return f"{said}{NBSP}{words}" if words else said

    def number(self, amount: Amount, *, is_signed: bool = False) -> str:
        """Return the central value alone, for a column that says its unit and stands by its interval."""
        if amount.value is None:
            return self.text(NOT_EVALUATED)
        if self.is_hidden and not amount.is_exact:
            return self.text(HIDDEN)
        return self._written(amount, amount.value, is_signed=is_signed)

    def bounds(self, amount: Amount) -> str:
        """Return the interval in brackets, for a table: a dash, or a semicolon beside a minus."""
        if amount.value is None or amount.is_exact:
            return "–"
        if amount.low is None or amount.high is None:
            return self.text(UNKNOWN_INTERVAL)
        low, high = self._written(amount, amount.low), self._written(amount, amount.high)
        between = f"{NBSP}; " if MINUS in low + high else "–"
        return f"[{low}{between}{high}]"

    def between(self, amount: Amount) -> str:
        """Return the interval in words: between a bound and the other, with the unit."""
        if amount.low is None or amount.high is None:
            return self.text(UNKNOWN_INTERVAL)
        low, high = self._written(amount, amount.low), self._written(amount, amount.high)
        return self.say(f"entre {low} et {high}", f"between {low} and {high}")

    def figure(self, amount: Amount, *, is_signed: bool = False) -> str:
        """Return a whole figure for a sentence: value, unit, interval."""
        unit = self.unit(amount.unit)
        if amount.value is None:
            return self.text(NOT_EVALUATED)
        number = self._written(amount, amount.value, is_signed=is_signed)
        if amount.is_exact:
            return f"{number}{NBSP}{unit}"
        if self.is_hidden:
            return f"{self.between(amount)}{NBSP}{unit}"
        return f"{number}{NBSP}{unit} ({self.between(amount)})"

    def probability(self, statement: Text, opposite: Text, probability: float) -> str:
        """Return how sure a statement is, or its opposite, always with the number."""
        is_true = probability >= 0.5
        chance = probability if is_true else 1.0 - probability
        said = self.text(statement if is_true else opposite)
        if chance < LIKELY:
            return self.say(
                f"les données ne permettent pas de trancher ({100 * probability:.0f} chances sur 100 que "
                f"{self.text(statement)})",
                f"the data cannot tell ({100 * probability:.0f} chances in 100 that {self.text(statement)})",
            )
        sure = chance >= CERTAIN
        shown = f"{100 * chance:.0f}"
        return self.say(
            f"{said} : {'quasi certain' if sure else 'probable'} "
            f"({'plus de 99' if chance > SURE else shown} chances sur 100)",
            f"{said}: {'almost certain' if sure else 'likely'} "
            f"({'more than 99' if chance > SURE else shown} chances in 100)",
        )

    def fitness(self, verdict: Verdict) -> str:
        """Return a verdict with its sign."""
        return self.text(FITNESS[verdict])

    def _written(self, amount: Amount, value: float, *, is_signed: bool = False) -> str:
        is_tonnes = amount.unit.split("/")[0] in {"tCO2e", "tCO2", "tC"} and amount.unit.count("/") <= 1
        power = step_power(amount.value or 0.0, amount.low, amount.high, is_tonnes=is_tonnes)
        return written(value, power, self.language, is_signed=is_signed)


def probability_above(amount: Amount, confidence: float) -> float | None:
    """Return the probability that a figure is above zero, a normal law on each side of its centre.

    Args:
        amount: The figure and its interval.
        confidence: Probability that the interval holds the true value.

    Returns:
        None when the figure or its interval is unknown.

    Example:
        >>> round(probability_above(Amount(1.645, 0.0, 3.29, "t"), 0.9), 3)
        0.95
    """
    if amount.value is None or amount.low is None or amount.high is None:
        return None
    side = amount.value - amount.low if amount.value >= 0.0 else amount.high - amount.value
    if side <= 0.0:
        return 0.5 if amount.value == 0.0 else float(amount.value > 0.0)
    deviation = side / NormalDist().inv_cdf(0.5 + confidence / 2.0)
    return 0.5 * (1.0 + erf(amount.value / deviation / sqrt(2.0)))
