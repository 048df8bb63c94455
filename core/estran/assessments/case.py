"""What does a process say of its question? A model, the factors it reads, the rows and their sums.

A process describes one place, or one feature, as a `Case`: a pure model, the factors it reads, the
rows of its breakdown, the indicators that sum them, the years that share them. `solved` runs the model
with its doubt and fills the figures in. Sums are exact: an indicator is the `fsum` of its rows.

Example:
    A new building on a meadow: one-off emissions of construction, then yearly emissions over 50 years.

    >>> from estran.assessments.figures import solved
    >>> def model(values):  # pure; holds for numbers and for arrays of draws
    ...     return {
    ...         "construction": 800.0 * values["construction.housing"],
    ...         "operation": 50 * 800.0 * values["operation.housing"],
    ...     }
    >>> one_off = Row("construction", Text("Construction", "Construction"), "tCO2e",
    ...               indicators=("total", "pulse"), factors=("construction.housing",))
    >>> yearly = Row("operation", Text("Exploitation", "Operation"), "tCO2e",
    ...              indicators=("total", "mean_annual"), factors=("operation.housing",))
    >>> years = [Year(2026, "construction")] + [Year(2026 + n, "operation", 1 / 50) for n in range(50)]
    >>> case = Case(
    ...     model=model,
    ...     rows=(one_off, yearly),
    ...     indicators=impact_indicators(50),
    ...     timeline=tuple(years),
    ...     # `factors=[registry.factor(...), ...]` in a process; any other doubtful number goes in `inputs`
    ...     inputs=(Input("construction.housing", 0.8, 0.1), Input("operation.housing", 0.01, 0.002)),
    ... )
    >>> figures = solved(case, confidence=0.9)
    >>> [(each.id, round(each.value, 6), each.unit) for each in figures.indicators]
    [('total', 1040.0, 'tCO2e'), ('pulse', 640.0, 'tCO2e'), ('mean_annual', 8.0, 'tCO2e/yr')]

    A factor without value: give the `Gap` in `gaps`, and leave the item out of what the model returns.
    The row is then not evaluated, with the reason, and the total says that it is partial.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estran.carbon.propagation import Model
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Factor, Gap


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a breakdown.

    Attributes:
        item: Its identifier, and the result of the model that it shows unless `output` names another.
        title: What it is.
        unit: Its unit, that of the indicators which sum it.
        indicators: Those it is a part of.
        output: Result of the model; empty for `item`.
        factors: Identifiers of the factors that it follows from.
        reason: Why it is not evaluated, in whole or in part, where no gap says it.
        area: In ha, None where land plays no part.
        not_evaluated_area: Part of the area that is not evaluated, in ha.
        minimum: The interval does not go below.
        maximum: The interval does not go above.
    """

    item: str
    title: Text
    unit: str
    indicators: tuple[str, ...] = ("total",)
    output: str = ""
    factors: tuple[str, ...] = ()
    reason: Text | None = None
    area: float | None = None
    not_evaluated_area: float = 0.0
    land_class: str | None = None
    wetland: str | None = None
    pool: str | None = None
    scope: str | None = None
    source: str | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def result(self) -> str:
        """The result of the model that it shows."""
        return self.output or self.item


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator: the sum of the rows that name it, a result of the model, or an exact number.

    Attributes:
        id: Its identifier.
        title: What it is.
        unit: Its unit.
        output: Result of the model that it shows; empty for the sum of its rows.
        scale: What the sum or the result is multiplied by, such as `1 / years`.
        unit_of_rows: Unit of its rows, when `scale` changes it; empty for `unit`.
        exact: A number without doubt, such as an area, instead of both.
        minimum: The interval does not go below.
        maximum: The interval does not go above.
    """

    id: str
    title: Text
    unit: str
    output: str = ""
    scale: float = 1.0
    unit_of_rows: str = ""
    exact: float | None = None
    pool: str | None = None
    scope: str | None = None
    horizon: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """One item in one year: `share` of its row (or indicator), or a result of the model of its own.

    Attributes:
        year: Calendar year, or rank from 0.
        item: Row of the breakdown, or an indicator.
        share: Part of the row that falls in this year.
        output: Result of the model to show instead of that of the row.
        title: What it is, when `item` is neither a row nor an indicator; it then has the unit of `total`.
    """

    year: int
    item: str
    share: float = 1.0
    output: str = ""
    title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a process says of one place, or of one feature.

    Attributes:
        model: From the factors and the inputs to the results, by name.
        rows: Breakdown, in the order of the answer.
        indicators: In the order of the answer, `total` among them.
        factors: Those that the model reads by their identifiers.
        inputs: Other doubtful numbers that it reads.
        gaps: Factors that have no value, by identifier.
        timeline: Years of an impact.
        unanswered: Why nothing is answered (outside the territory, say): every value is then None.
    """

    model: Model
    rows: Sequence[Row]
    indicators: Sequence[Figure]
    factors: Sequence[Factor] = ()
    inputs: Sequence[Input] = ()
    gaps: Mapping[str, Gap] | None = None
    timeline: Sequence[Year] = ()
    unanswered: Text | None = None


def impact_indicators(horizon_years: int, *, scope: str | None = None) -> tuple[Figure, ...]:
    """Return `total`, `pulse` and `mean_annual` of an impact, in tCO2e and tCO2e/yr.

    A one-off row names `("total", "pulse")`, any other one `("total", "mean_annual")`.
    """
    horizon = f"{horizon_years} yr"
    return (
        Figure(
            "total",
            Text(f"Impact total sur {horizon_years} ans", f"Total impact over {horizon_years} years"),
            "tCO2e",
            scope=scope,
            horizon=horizon,
        ),
        Figure(
            "pulse",
            Text("Dont émissions et absorptions ponctuelles", "Of which one-off emissions and removals"),
            "tCO2e",
            scope=scope,
            horizon=horizon,
        ),
        Figure(
            "mean_annual",
            Text("Moyenne annuelle, hors ponctuel", "Yearly mean, one-off items left out"),
            "tCO2e/yr",
            scale=1.0 / horizon_years,
            unit_of_rows="tCO2e",
            scope=scope,
            horizon=horizon,
        ),
    )
