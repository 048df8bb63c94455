"""Which figures follow from a case? Its model run with its doubt, its rows, their exact sums, its years."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from estran.assessments.case import Case, Figure, Row, Year
from estran.assessments.envelope import BreakdownRow, Indicator, TimelinePoint
from estran.assessments.laws import factor_input
from estran.carbon.errors import UnitMismatch
from estran.carbon.propagation import DRAWS, Method, Model, Propagation, Results, Spread, Values, propagate
from estran.carbon.text import Text
from estran.factors.factor import Gap

SUM = "sum of "
"""What starts the name of a sum among the results of a model."""

NOTHING_EVALUATED = Text("aucun poste n'est évalué", "no item is evaluated")

NOT_COMPUTED = Text("ce qu'il demande n'est pas connu", "what it needs is not known")


type _Line = tuple[Row, float | None, Text | None]
"""A row, its value, and why it is not evaluated, in whole or in part."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one place, and how they were propagated."""

    indicators: tuple[Indicator, ...]
    breakdown: tuple[BreakdownRow, ...]
    timeline: tuple[TimelinePoint, ...]
    propagation: Propagation


def solved(
    case: Case,
    *,
    confidence: float,
    method: Method = "analytic",
    draws: int = DRAWS,
    seed: int | None = None,
    shared: bool = True,
    only: Collection[str] | None = None,
) -> Figures:
    """Return the figures of a case.

    Args:
        case: What is said of one place.
        confidence: Probability of the intervals.
        method: How intervals are obtained.
        draws: For Monte-Carlo.
        seed: For Monte-Carlo.
        shared: Whether to tell what each source of doubt brings to the total.
        only: The indicators that are asked for, without any row; all of them with the rows when None.

    Raises:
        InvalidInput: a result is not a finite number.
        KeyError: the model leaves out a result, and no gap or reason says why.
        UnitMismatch: a row and an indicator that sums it have different units.
    """
    figures = [each for each in case.indicators if only is None or each.id in only]
    members = _members(case)
    _check_units(case, members)
    inputs = [*map(factor_input, case.factors), *case.inputs]
    propagation = propagate(
        _nothing if case.unanswered else _with_sums(case, figures, members),
        inputs,
        confidence=confidence,
        method=method,
        draws=draws,
        seed=seed,
        shares_of=f"{SUM}total" if shared else "",
        spread_of=None if only is None else {_result(each) for each in figures},
    )
    lines = [_line(row, case, propagation.values) for row in case.rows]
    indicators = tuple(
        _indicator(figure, case, [lines[rank] for rank in members.get(figure.id, ())], propagation)
        for figure in figures
    )
    if only is not None:
        return Figures(indicators, (), (), propagation)
    rows = tuple(_row(line, propagation.outputs, case.gaps or {}) for line in lines)
    known: dict[str, BreakdownRow | Indicator] = {each.id: each for each in indicators}
    known |= {row.item: row for row in rows}
    return Figures(
        indicators=indicators,
        breakdown=rows,
        timeline=tuple(
            _point(year, known["total" if year.title else year.item], propagation.outputs)
            for year in case.timeline
        ),
        propagation=propagation,
    )


def unread(figures: Sequence[Figure], reason: Text, *, confidence: float) -> tuple[Indicator, ...]:
    """Return indicators without any value, and why: those of a feature that cannot be read."""
    return tuple(
        Indicator(
            id=figure.id,
            title=figure.title,
            value=None,
            low=None,
            high=None,
            confidence=confidence,
            unit=figure.unit,
            pool=figure.pool,
            scope=figure.scope,
            horizon=figure.horizon,
            reason=reason,
        )
        for figure in figures
    )


def _nothing(values: Values) -> Results:
    del values
    return {}


def _with_sums(case: Case, figures: Sequence[Figure], members: Mapping[str, Sequence[int]]) -> Model:
    """The model, and the sum of the rows of each indicator, so that errors in common add up or cancel."""
    shown = [row.result for row in case.rows]
    summands = {
        figure.id: [shown[rank] for rank in members.get(figure.id, ())]
        for figure in figures
        if not figure.output
    }

    def summed(values: Values) -> Results:
        results = dict(case.model(values))
        for name, rows in summands.items():
            parts = [results[row] for row in rows if row in results]
            results[f"{SUM}{name}"] = sum(parts[1:], start=parts[0]) if parts else 0.0
        return results

    return summed


def _members(case: Case) -> dict[str, list[int]]:
    """The ranks of the rows of each indicator, in order."""
    found: dict[str, list[int]] = {}
    for rank, row in enumerate(case.rows):
        for name in row.indicators:
            ranks = found.setdefault(name, [])
            if not ranks or ranks[-1] != rank:
                ranks.append(rank)
    return found


def _check_units(case: Case, members: Mapping[str, Sequence[int]]) -> None:
    for figure in case.indicators:
        for rank in members.get(figure.id, ()):
            row = case.rows[rank]
            if row.unit != (figure.unit_of_rows or figure.unit):
                raise UnitMismatch(
                    f"{row.item} is in {row.unit}; {figure.id} does not sum that unit",
                    f"{row.item} est en {row.unit} ; {figure.id} ne somme pas cette unité",
                    where=row.item,
                )


def _result(figure: Figure) -> str:
    return figure.output or f"{SUM}{figure.id}"


def _line(row: Row, case: Case, values: Mapping[str, float]) -> _Line:
    value = values.get(row.result)
    gaps = case.gaps
    lacking = next((gaps[name].reason for name in row.factors if name in gaps), None) if gaps else None
    reason = row.reason or lacking or case.unanswered
    if value is None and reason is None:
        raise KeyError(row.result)
    return row, value, reason


def _row(line: _Line, outputs: Mapping[str, Spread], gaps: Mapping[str, Gap]) -> BreakdownRow:
    row, value, reason = line
    low, high = _bounds(outputs.get(row.result), 1.0, row)
    evaluated_ha = (row.area or 0.0) - row.not_evaluated_area
    return BreakdownRow(
        item=row.item,
        title=row.title,
        indicators=row.indicators,
        land_class=row.land_class,
        wetland=row.wetland,
        pool=row.pool,
        scope=row.scope,
        source=row.source,
        area=row.area,
        value=value,
        low=low,
        high=high,
        unit=row.unit,
        density=value / evaluated_ha if value is not None and evaluated_ha > 0.0 else None,
        factors=tuple(name for name in row.factors if name not in gaps) if gaps else tuple(row.factors),
        reason=reason,
        not_evaluated_area=row.not_evaluated_area,
    )


def _indicator(figure: Figure, case: Case, members: Sequence[_Line], propagation: Propagation) -> Indicator:
    values = [own for _, own, _ in members if own is not None]
    spread = propagation.outputs.get(_result(figure))
    reason = case.unanswered
    value: float | None = None
    if figure.exact is not None:
        value, reason = figure.exact, None
    elif spread is None:
        reason = reason or NOT_COMPUTED
    elif figure.output:
        value = spread.value * figure.scale
    elif values or not members:
        value = fsum(values) * figure.scale
    else:
        reasons = {why for _, _, why in members}
        reason = (reasons.pop() if len(reasons) == 1 else None) or NOTHING_EVALUATED
    doubtful = value is not None and figure.exact is None
    is_partial = len(values) < len(members) or any(row.not_evaluated_area > 0.0 for row, _, _ in members)
    low, high = _bounds(spread if doubtful else None, figure.scale, figure)
    return Indicator(
        id=figure.id,
        title=figure.title,
        value=value,
        low=low,
        high=high,
        confidence=propagation.confidence,
        unit=figure.unit,
        pool=figure.pool,
        scope=figure.scope,
        horizon=figure.horizon,
        partial=value is not None and is_partial,
        reason=reason if value is None else None,
    )


def _point(year: Year, row: BreakdownRow | Indicator, outputs: Mapping[str, Spread]) -> TimelinePoint:
    own = outputs[year.output] if year.output else None
    value, low, high = (own.value, own.low, own.high) if own else (row.value, row.low, row.high)
    if year.share < 0.0:
        low, high = high, low
    return TimelinePoint(
        year=year.year,
        item=year.item,
        title=year.title or row.title,
        value=_scaled(value, year.share),
        low=_scaled(low, year.share),
        high=_scaled(high, year.share),
        unit=row.unit,
    )


def _scaled(number: float | None, share: float) -> float | None:
    return None if number is None else number * share


def _bounds(spread: Spread | None, scale: float, limits: Row | Figure) -> tuple[float | None, float | None]:
    if spread is None:
        return None, None
    low, high = spread.low * scale, spread.high * scale
    if high < low:
        low, high = high, low
    if limits.minimum is not None:
        low = max(low, min(limits.minimum, spread.value * scale))
    if limits.maximum is not None:
        high = min(high, max(limits.maximum, spread.value * scale))
    return low, high
