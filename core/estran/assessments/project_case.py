"""Which rows, indicators and years follow from the parts of a project?

Items in tCO2e: soil, N2O, biomass, construction, renewal, operation, parking, road, mobility, trees,
demolition. What photovoltaic modules avoid elsewhere stands beside, never in the total.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

import numpy as np

from estran.assessments.case import Figure, Row, Year, impact_indicators
from estran.assessments.project_items import Formula, Part
from estran.carbon.land_use_change import Number
from estran.carbon.propagation import Model, Values
from estran.carbon.text import Text

TONNES = "tCO2e"

CUMULATED = "cumulated"
"""Item of the timeline that says what has added up since the first year."""

CUMULATED_TITLE = Text("Cumul depuis la première année", "Accumulated since the first year")

ITEMS: Mapping[str, Text] = {
    "soil": Text("Sols", "Soils"),
    "n2o": Text("N2O des sols perdus", "N2O of lost soils"),
    "biomass": Text("Biomasse, bois mort et litière", "Biomass, dead wood and litter"),
    "construction": Text("Construction", "Construction"),
    "renewal": Text("Renouvellement des bâtiments", "Renewal of buildings"),
    "operation": Text("Énergie en usage", "Energy in use"),
    "parking": Text("Stationnement", "Parking"),
    "road": Text("Voirie", "Roads"),
    "mobility": Text("Déplacements", "Mobility"),
    "trees": Text("Arbres isolés", "Single trees"),
    "demolition": Text("Démolition de l'existant", "Demolition of existing buildings"),
}
"""The items of a total, in the order of answers."""

LAND_ITEMS = ("soil", "n2o", "biomass")

NEVER_NEGATIVE = frozenset({"n2o", "construction", "parking", "road", "demolition"})
"""Items that only emit."""

LOST_THEN_GAINED = frozenset({"soil", "biomass", "trees"})
"""Items whose losses happen at once and whose gains come later: in two rows, one emits, the other removes."""

LATER = "_later"
"""What ends the identifier of the part of an item that comes after the first year."""

LATER_TITLES: Mapping[str, Text] = {
    "soil": Text("Sols, gains étalés sur des années", "Soils, gains spread over years"),
    "biomass": Text("Biomasse qui pousse", "Biomass that grows"),
    "trees": Text("Arbres isolés plantés", "Single trees planted"),
}

ONE_OFF, YEARLY = ("total", "pulse"), ("total", "mean_annual")


@dataclass(slots=True)
class _Line:
    """One row while its parts are gathered."""

    item: str
    parts: list[Part] = field(default_factory=list)
    is_one_off: bool = True
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of a project, what computes them, and what each year has of them.

    Attributes:
        rows: Breakdown.
        formulas: Formula of each row that is evaluated.
        timeline: Years, from 1.
        first_year: Part of each row that falls in the first year.
    """

    rows: tuple[Row, ...]
    formulas: Mapping[str, Formula]
    timeline: tuple[Year, ...]
    first_year: Mapping[str, float]

    @property
    def yearly(self) -> Mapping[str, float]:
        """The evaluated rows that come back year after year, each one whole."""
        return {row.item: 1.0 for row in self.rows if row.item in self.formulas and row.indicators == YEARLY}

    @property
    def model(self) -> Model:
        """The rows, by identifier."""
        return lambda values: {name: formula(values) for name, formula in self.formulas.items()}

    def cumulated(self, results: Mapping[str, Number], years: int) -> dict[str, Number]:
        """Return what the rows add up to at the end of each year, by `cumulated@<year>`."""
        shares = {name: np.zeros(years) for name in self.formulas}
        for point in self.timeline:
            shares[point.item][point.year - 1] += point.share
        found: dict[str, Number] = {}
        until = {name: np.cumsum(each).tolist() for name, each in shares.items() if each.any()}
        for year in range(1, years + 1):
            parts = (results[name] * reached[year - 1] for name, reached in until.items())
            found[f"{CUMULATED}@{year}"] = sum(parts, start=0.0)
        return found


def cumulated_years(years: int) -> tuple[Year, ...]:
    """Return the years of the sum since the first one, each with its own interval."""
    return tuple(
        Year(year, CUMULATED, output=f"{CUMULATED}@{year}", title=CUMULATED_TITLE)
        for year in range(1, years + 1)
    )


def project_lines(
    parts: Iterable[Part], central: Values, years: int, *, items: Sequence[str] = tuple(ITEMS)
) -> Lines:
    """Return the rows of a project: one per item, and one per part that is not evaluated.

    An item that has both one-off emissions and later ones has two rows, `item` and `item_later`.

    Args:
        parts: Its terms.
        central: Central value of every factor.
        years: Horizon.
        items: Those to answer, in order; one without a part is zero, the project has none of it.
    """
    listed = list(parts)
    lines = [line for item in items for line in _lines(item, listed, central)]
    rows = [_row(line) for line in lines]
    formulas = {line.item: _sum(line.parts) for line in lines if _is_evaluated(line)}
    shares = {line.item: _year_shares(line, central, years) for line in lines if line.item in formulas}
    timeline = tuple(
        Year(year + 1, item, share) for item, row in shares.items() for year, share in enumerate(row) if share
    )
    lacking = [_lacking_row(part) for part in listed if part.formula is None and not part.missing_ha]
    first = {item: row[0] for item, row in shares.items()}
    return Lines((*rows, *lacking), formulas, timeline, first)


def project_figures(years: int) -> tuple[Figure, ...]:
    """Return `total`, `pulse` and `mean_annual`."""
    return impact_indicators(years, scope="project")


def gross(results: Mapping[str, Number], shares: Mapping[str, float]) -> Number:
    """Return the sum of what is emitted, removals left out.

    Args:
        results: Values of the rows.
        shares: Part of each row that is summed; a row left out is not.
    """
    return sum((np.maximum(results[item] * share, 0.0) for item, share in shares.items()), start=0.0)


def item_totals(lines: Lines, results: Mapping[str, Number]) -> dict[str, Number]:
    """Return the items of METHODS, the two rows of an item together."""
    totals: dict[str, Number] = {}
    for name in lines.formulas:
        item = name.removesuffix(LATER)
        totals[item] = totals.get(item, 0.0) + results[name]
    return totals


def _lines(item: str, parts: Sequence[Part], central: Values) -> Iterator[_Line]:
    own = [part for part in parts if part.item == item]
    counted = [part for part in own if part.formula is not None]
    lacking = [part for part in own if part.missing_ha]
    now = [part for part in counted if part.is_one_off and _matters(part, central)]
    later = [part for part in counted if not part.is_one_off and _matters(part, central)]
    if now and later:
        yield _Line(item, now + lacking, is_split=True)
        yield _Line(f"{item}{LATER}", later, is_one_off=False, is_split=True)
    elif counted or lacking or not own:
        yield _Line(item, counted + lacking, is_one_off=not later)


def _matters(part: Part, central: Values) -> bool:
    return part.formula is not None and float(part.formula(central)) != 0.0


def _is_evaluated(line: _Line) -> bool:
    return not line.parts or any(part.formula is not None for part in line.parts)


def _row(line: _Line) -> Row:
    later = line.item.endswith(LATER)
    item = line.item.removesuffix(LATER)
    factors = dict.fromkeys(name for part in line.parts if part.formula for name in part.factors)
    loses = line.is_split and item in LOST_THEN_GAINED
    return Row(
        line.item,
        LATER_TITLES[item] if later else ITEMS[item],
        TONNES,
        indicators=ONE_OFF if line.is_one_off else YEARLY,
        factors=tuple(factors),
        reason=next((part.reason for part in line.parts if part.reason), None),
        not_evaluated_area=fsum(part.missing_ha for part in line.parts),
        scope="project",
        minimum=0.0 if item in NEVER_NEGATIVE or (loses and line.is_one_off) else None,
        maximum=0.0 if loses and not line.is_one_off else None,
    )


def _lacking_row(part: Part) -> Row:
    return Row(
        f"{part.item}.{part.detail}" if part.detail else part.item,
        ITEMS.get(part.item, Text(part.item, part.item)),
        TONNES,
        indicators=YEARLY if part.item in {"operation", "mobility", "renewal"} else ONE_OFF,
        reason=part.reason,
        scope="project",
    )


def _sum(parts: Sequence[Part]) -> Formula:
    formulas = [part.formula for part in parts if part.formula is not None]

    def formula(values: Values) -> Number:
        return sum((each(values) for each in formulas), start=0.0)

    return formula


def _year_shares(line: _Line, central: Values, years: int) -> list[float]:
    """Part of a row that falls in each year; they add up to 1, or to 0 for a row that is zero."""
    by_year = [0.0] * years
    for part in line.parts:
        if part.formula is None:
            continue
        value = float(part.formula(central))
        weights = part.weights or (1.0,)
        whole = fsum(weights)
        for year, weight in enumerate(weights):
            by_year[year] += value * weight / whole
    total = fsum(by_year)
    return [value / total for value in by_year] if total else by_year
