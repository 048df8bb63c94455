"""Which rows and sums do the answers of the processes make? One row per block, one guarded sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, hypot

from estran.assessments.balance_blocks import Block, Blocks, check_sum
from estran.assessments.balance_sources import indicator
from estran.assessments.case import Case, Figure, Row
from estran.assessments.envelope import Answer, BreakdownRow, Indicator
from estran.carbon.propagation import Results, Values
from estran.carbon.quantity import normal_quantile
from estran.carbon.sampling import Input
from estran.carbon.text import Text

CO2_ONLY = {"tCO2/yr": "tCO2e/yr"}
"""A mass of CO2 is that much CO2e; that the other gases are missing makes the figure partial."""

NOT_AVAILABLE = Text("non disponible", "not available")

TOTAL = Text(
    "Bilan annuel du territoire : émissions de la grille et flux net des terres",
    "Yearly balance of the territory: emissions of the grid and net flux of land",
)


@dataclass(frozen=True, slots=True)
class BlockFigure:
    """The figure of one block in one place.

    Attributes:
        name: Of the block.
        block: What it is.
        unit: Of the figure.
        value: None when it is not available.
        low: Lower bound of its interval.
        high: Upper bound of its interval.
        sd: Standard deviation that the interval amounts to.
        reason: Why there is no value.
        partial: Something is missing in it.
        details: Other indicators to show, never in a sum.
    """

    name: str
    block: Block
    unit: str
    value: float | None
    low: float | None
    high: float | None
    sd: float
    reason: Text | None
    partial: bool
    details: tuple[Indicator, ...]


def block_figure(
    name: str, block: Block, answer: Answer | None, *, reason: Text | None, confidence: float
) -> BlockFigure:
    """Return the figure of a block from the answer of its process."""
    parts = [each for each in (indicator(answer, part) for part in block.headline) if each] if answer else []
    known = [each for each in parts if each.value is not None]
    unit = parts[0].unit if parts else ""
    details = tuple(
        found.but(id=shown, scope=block.scope.en)
        for shown, figure in block.figures.items()
        if answer and (found := indicator(answer, figure))
    )
    if not known:
        given = next((each.reason for each in parts if each.reason), None)
        return BlockFigure(
            name, block, unit, None, None, None, 0.0, reason or given or NOT_AVAILABLE, False, details
        )
    reach = normal_quantile(confidence)
    sds = [((each.high or 0.0) - (each.low or 0.0)) / (2.0 * reach) for each in known]
    value, sd = fsum(each.value or 0.0 for each in known), hypot(*sds)
    low, high = (value - reach * sd, value + reach * sd) if len(known) > 1 else (known[0].low, known[0].high)
    is_partial = len(known) < len(block.headline) or any(each.partial for each in known) or unit in CO2_ONLY
    return BlockFigure(name, block, unit, value, low, high, sd, None, is_partial, details)


def balance_case(figures: Sequence[BlockFigure], blocks: Blocks) -> Case:
    """Return one row per block, and the sum of those that the matrix allows.

    Raises:
        DoubleCount: the declared total adds up blocks that share emissions.
    """
    check_sum(blocks.blocks, blocks.total)
    known = {each.name: each.value for each in figures if each.value is not None}
    # Land without the emissions of the place, or the reverse, is no balance.
    is_whole = all(name in known for name in blocks.total)

    def model(values: Values) -> Results:
        return {name: values[name] for name in known}

    rows = tuple(
        Row(
            item=each.name,
            title=each.block.title,
            unit=_unit(each),
            indicators=(each.name, "total") if is_whole and each.name in blocks.total else (each.name,),
            reason=each.reason,
            scope=each.block.kind,
            source=each.block.process,
        )
        for each in figures
    )
    return Case(
        model=model,
        rows=rows,
        indicators=(
            Figure("total", TOTAL, "tCO2e/yr", output="" if is_whole else "balance", scope="territory"),
            *(
                Figure(each.name, each.block.title, _unit(each), scope=each.block.scope.en)
                for each in figures
            ),
        ),
        inputs=tuple(Input(each.name, each.value, each.sd) for each in figures if each.value is not None),
    )


def with_own_bounds[Part: Answer](answer: Part, figures: Sequence[BlockFigure], total: Sequence[str]) -> Part:
    """Return an answer whose blocks keep the intervals of their process, with the details of each block."""
    own = {each.name: each for each in figures}
    members = [own[name] for name in total if name in own]
    lacking = next((each for each in members if each.value is None), None)
    indicators = [
        _total(each, lacking, is_partial=any(member.partial for member in members))
        if each.id == "total"
        else _indicator(each, own)
        for each in answer.indicators
    ]
    details = [detail for each in figures for detail in each.details]
    return answer.model_copy(
        update={
            "indicators": (*indicators, *details),
            "breakdown": tuple(_row(row, own) for row in answer.breakdown),
        }
    )


def _total(given: Indicator, lacking: BlockFigure | None, *, is_partial: bool) -> Indicator:
    if lacking is None or given.value is not None:
        return given.but(partial=given.value is not None and is_partial)
    why = lacking.reason or NOT_AVAILABLE
    return given.but(
        reason=Text(f"{lacking.block.title.fr} : {why.fr}", f"{lacking.block.title.en}: {why.en}")
    )


def _indicator(given: Indicator, own: Mapping[str, BlockFigure]) -> Indicator:
    found = own.get(given.id)
    if found is None or found.value is None:
        return given
    return given.but(low=found.low, high=found.high, partial=found.partial)


def _row(given: BreakdownRow, own: Mapping[str, BlockFigure]) -> BreakdownRow:
    found = own.get(given.item)
    if found is None or found.value is None:
        return given
    return given.but(low=found.low, high=found.high)


def _unit(figure: BlockFigure) -> str:
    fallback = {"stock": "tC", "flow": "tCO2e/yr", "one_off": "tCO2e", "avoided": "tCO2e/yr"}
    return CO2_ONLY.get(figure.unit, figure.unit) or fallback[figure.block.kind]
