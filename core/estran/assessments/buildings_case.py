"""Which rows and indicators show the buildings of a place? The case of `building-emissions`."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from estran.assessments.buildings_model import (
    COMMON,
    DPE_CARRIER,
    INDEPENDENT,
    REGULATED,
    Choices,
    Drawn,
    Labels,
    common_doubt,
    emission_factor,
    emissions_model,
    labelled,
    read_factors,
)
from estran.assessments.buildings_stock import HEATED, NOT_EVALUATED, NOT_HEATED, Stock, read_groups
from estran.assessments.buildings_words import CARRIERS, INDICATORS, KINDS, USES, row_title
from estran.assessments.case import Case, Figure, Row
from estran.assessments.required import required_factor
from estran.carbon.buildings import (
    GRAMS,
    Floats,
    Group,
    Number,
    carrier_shares,
    group_energy,
    independent_doubt,
)
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.registry import Registry

CONSTRUCTION: Mapping[str, str] = {
    "house": "construction.legacy.house",
    "flat": "construction.legacy.collective_housing",
    "office": "construction.legacy.office",
    "retail": "construction.legacy.retail.concrete",
    "education": "construction.legacy.school",
    "health": "construction.legacy.health",
}
"""Embodied carbon of a building by kind, or by branch."""

NO_CONSTRUCTION = Text(
    "aucun facteur de construction pour cette branche", "no construction factor for this branch"
)


def emissions_case(
    stock: Stock,
    shares: Floats,
    per_building: Floats,
    *,
    registry: Registry,
    choices: Choices,
    unanswered: Text | None = None,
) -> Case:
    """Return the case of one place.

    Args:
        stock: Every building read.
        shares: How much of each counts here.
        per_building: Central emissions of each whole building, in tCO2e/yr.
        registry: Where the factors are.
        choices: What the caller chose.
        unanswered: Why nothing is answered.
    """
    groups, labels = read_groups(stock, shares), labelled(stock, shares)
    drawn = read_factors(registry, groups, choices)
    single, floor = (
        required_factor(registry, f"building.doubt.{name}").value for name in ("single", "common")
    )
    emitted = emissions_model(groups, labels, choices)
    common = common_doubt(emitted, list(drawn.factors.values()), floor=floor)
    inputs = [Input(COMMON, 1.0, common, minimum=0.0) if common else Input(COMMON, 1.0, law="fixed")]
    for kind in HEATED:
        parts = (per_building * shares)[stock.kinds == kind]
        sd = independent_doubt(parts[parts > 0.0], single=single, common=floor)
        name = f"{INDEPENDENT}.{kind}"
        inputs.append(Input(name, 1.0, sd, minimum=0.0) if sd else Input(name, 1.0, law="fixed"))
    model, rows = _with_embodied(
        emitted,
        stock,
        shares,
        registry=registry,
        drawn=drawn,
        branch=choices.branch,
    )
    return Case(
        model=model,
        rows=(*_rows(groups, labels, choices, drawn), *_missing(stock, shares), *rows),
        indicators=(*_figures(groups, labels), *_counts(stock, shares, choices)),
        factors=tuple(drawn.factors.values()),
        inputs=tuple(inputs),
        gaps=drawn.gaps,
        unanswered=unanswered,
    )


def _rows(groups: Sequence[Group], labels: Mapping[str, Labels], choices: Choices, drawn: Drawn) -> list[Row]:
    values = {name: factor.value for name, factor in drawn.factors.items()}
    found: dict[str, Row] = {}
    shares = carrier_shares(values, choices.shares) if groups else {}
    for group in groups:
        for use, carrier in group_energy(values, group, branch=choices.branch, shares=shares):
            factor = emission_factor(group.kind, use, carrier, by_use=choices.by_use)
            name = f"{group.kind}/{use}/{carrier}"
            found[name] = _emission_row(group.kind, use, carrier, (factor,))
    for kind in labels:
        found[f"{kind}/{REGULATED}/{DPE_CARRIER}"] = _emission_row(kind, REGULATED, DPE_CARRIER, ())
    order = [f"{kind}/{use}/{carrier}" for kind in HEATED for use in USES for carrier in CARRIERS]
    return sorted(found.values(), key=lambda row: order.index(row.item))


def _emission_row(kind: str, use: str, carrier: str, factors: tuple[str, ...]) -> Row:
    return Row(
        f"{kind}/{use}/{carrier}",
        row_title(kind, use, carrier),
        "tCO2e/yr",
        indicators=("total", f"kind_{kind}", f"use_{use}", f"carrier_{carrier}"),
        factors=factors,
        scope="operation",
        source="buildings",
        minimum=0.0,
    )


def _missing(stock: Stock, shares: Floats) -> list[Row]:
    rows = []
    for kind, reason in NOT_EVALUATED.items():
        gross_ha = float((stock.gross_m2 * shares)[stock.kinds == kind].sum()) / 1e4
        if gross_ha > 0.0:
            rows.append(
                Row(
                    f"not_evaluated/{kind}",
                    KINDS[kind],
                    "tCO2e/yr",
                    reason=reason,
                    area=gross_ha,
                    not_evaluated_area=gross_ha,
                    scope="operation",
                    source="buildings",
                )
            )
    return rows


def _figures(groups: Sequence[Group], labels: Mapping[str, Labels]) -> list[Figure]:
    kinds = [kind for kind in HEATED if kind in labels or any(group.kind == kind for group in groups)]
    uses = [use for use in USES if (use == REGULATED and labels) or (use != REGULATED and groups)]
    if not any(group.kind in {"house", "flat"} for group in groups):
        uses = [use for use in uses if use != "cooking"]
    figures = [Figure("total", INDICATORS["total"], "tCO2e/yr", scope="operation", minimum=0.0)]
    figures += [
        Figure(f"kind_{kind}", KINDS[kind], "tCO2e/yr", scope="operation", minimum=0.0) for kind in kinds
    ]
    figures += [Figure(f"use_{use}", USES[use], "tCO2e/yr", scope="operation", minimum=0.0) for use in uses]
    carriers = [
        name for name in CARRIERS if (name == DPE_CARRIER and labels) or (name != DPE_CARRIER and groups)
    ]
    housing = any(group.kind in {"house", "flat"} for group in groups)
    for carrier in carriers:
        if carrier == "heat_pump" and not housing:
            continue
        figures.append(
            Figure(f"carrier_{carrier}", CARRIERS[carrier], "tCO2e/yr", scope="operation", minimum=0.0)
        )
    for name, unit in (
        ("final_energy", "MWh/yr"),
        ("primary_energy", "MWhEP/yr"),
        ("floor_area", "m2"),
        ("emission_intensity", "kgCO2e/m2/yr"),
    ):
        figures.append(Figure(name, INDICATORS[name], unit, output=name, scope="operation", minimum=0.0))
    figures.append(Figure("embodied", INDICATORS["embodied"], "tCO2e", scope="embodied", minimum=0.0))
    return figures


def _counts(stock: Stock, shares: Floats, choices: Choices) -> list[Figure]:
    here = shares > 0.0
    heated = stock.heated & here
    gross = stock.gross_m2 * shares
    evaluated = float(gross[heated].sum())

    def share(chosen: NDArray[np.bool_]) -> float:
        return float(gross[heated & chosen].sum()) / evaluated if evaluated > 0.0 else 0.0

    unlabelled = ~stock.dpe.known
    dwelling = np.isin(stock.kinds, ("house", "flat"))
    numbers = {
        "buildings": float(here.sum()),
        "buildings_evaluated": float(heated.sum()),
        "buildings_not_heated": float((here & (stock.kinds == NOT_HEATED)).sum()),
        "buildings_not_evaluated": float((here & np.isin(stock.kinds, tuple(NOT_EVALUATED))).sum()),
        "labelled_share": share(stock.dpe.known),
        "imputed_storeys_share": share(stock.floors_guessed),
        "imputed_period_share": share(unlabelled & dwelling & (stock.periods == "")),
        "imputed_branch_share": share(unlabelled & (stock.kinds == "tertiary")),
        "imputed_carrier_share": share(unlabelled) if choices.shares is None else 0.0,
    }
    return [
        Figure(name, INDICATORS[name], "-", exact=value, scope="layer") for name, value in numbers.items()
    ]


def _with_embodied(
    model: Model, stock: Stock, shares: Floats, *, registry: Registry, drawn: Drawn, branch: str
) -> tuple[Model, list[Row]]:
    """The model with the embodied carbon of the buildings that stand, and the rows that show it."""
    gross: dict[str, float] = {}
    rows = []
    for kind in HEATED:
        area = float((stock.gross_m2 * shares)[stock.kinds == kind].sum())
        if area <= 0.0:
            continue
        factor = CONSTRUCTION.get(branch if kind == "tertiary" else kind)
        if factor:
            drawn.read(registry, factor)
        known = factor in drawn.factors
        if known and factor:
            gross[kind] = area
        rows.append(
            Row(
                f"embodied/{kind}",
                KINDS[kind],
                "tCO2e",
                indicators=("embodied",),
                factors=(factor,) if factor else (),
                reason=None if factor else NO_CONSTRUCTION,
                area=area / 1e4,
                scope="embodied",
                source="buildings",
                minimum=0.0,
            )
        )

    def whole(values: Values) -> Results:
        embodied: dict[str, Number] = {}
        for kind, area in gross.items():
            factor = values[CONSTRUCTION[branch if kind == "tertiary" else kind]]
            embodied[f"embodied/{kind}"] = area * factor / GRAMS
        return {**model(values), **embodied}

    return whole, rows
