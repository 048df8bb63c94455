"""Which rows, sums and model say what a place exchanges each year?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import fsum, sqrt

from estran.assessments.case import Case, Figure, Row
from estran.assessments.flux_change_rows import with_changes
from estran.assessments.flux_changes import Changes
from estran.assessments.flux_items import LOCAL, Flow, Flows, part_of
from estran.assessments.flux_land import complete_ha
from estran.assessments.flux_words import (
    AREA,
    AREA_EVALUATED,
    INDICATORS,
    MAP_PARTS,
    NAMES,
    NEVER_NEGATIVE,
    NEVER_POSITIVE,
    NO_WETLANDS,
    OTHERS,
    OUTSIDE,
    SCOPE,
    UNIT,
)
from estran.assessments.land import land_title
from estran.assessments.map_error import (
    ACCURACY,
    ITEM,
    MAP_ERROR,
    MapError,
    Members,
    class_name,
    with_map_error,
)
from estran.carbon.flux import Number, balance_difference
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C, HECTARE
from estran.factors.factor import Factor
from estran.layers.ledger.keys import LandAreas


@dataclass(slots=True)
class _Item:
    """One row, while its keys are gathered."""

    name: str
    land: str
    land_class: str
    wetland: str
    flow: Flow
    areas: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    factors: dict[str, Factor] = field(default_factory=dict)
    reason: Text | None = None


@dataclass(slots=True)
class _Term:
    """One rate on the area of all the keys that share it."""

    item: str
    flow: Flow
    areas: list[float] = field(default_factory=list)


def flux_case(
    areas: LandAreas, flows: Flows, error: MapError, changes: Changes, *, horizon: str | None
) -> Case:
    """Return what the annual flux of one place is made of.

    Args:
        areas: Its land.
        flows: Flows of the territory.
        error: How wrong the map of its land may be.
        changes: Changes of use in its communes.
        horizon: Which date the flux is of, as the layers say.
    """
    items, terms = _gathered(areas, flows)
    inventory = dict(_inventory(areas, flows))
    rows = tuple(_row(item, flows) for item in items.values())
    factors = {name: factor for item in items.values() for name, factor in item.factors.items()}
    factors |= {factor.id: factor for factor, _ in inventory.values()}
    if inventory:
        reference = flows.required("land.forest.local_area")
        factors[reference.id] = reference
    case = Case(
        model=_model(terms.values(), inventory),
        rows=(*rows, *_unknown(flows)) if areas.keys else rows,
        indicators=_indicators(areas, complete_ha(areas, flows.is_complete), horizon, terms, inventory),
        factors=tuple(factors.values()),
        inputs=_local_doubt(areas, flows),
        unanswered=OUTSIDE if areas.geometry_ha > 0.0 and not areas.keys else None,
    )
    members = _members(items.values())
    also = {"total_gwp20": 1.0} if members else {}
    case = with_map_error(case, areas, error, members=members, row=_map_row, also=also)
    return with_changes(case, areas, changes)


def unexplained_balances(areas: LandAreas, flows: Flows) -> Iterator[tuple[str, float, float]]:
    """Yield each forest whose published balance is not that of its terms within rounding.

    Yields:
        Identifier of the balance, published balance and balance of the terms, in tC/ha/yr.
    """
    seen = set()
    for key in areas.keys:
        terms = flows.forest_terms(key) if flows.is_forest(key) else None
        if terms is None or terms["balance"].id in seen:
            continue
        seen.add(terms["balance"].id)
        values = {name: factor.value for name, factor in terms.items()}
        difference, is_rounding = balance_difference(
            values["balance"],
            values["growth"],
            values["mortality"],
            values["harvest"],
            carbon_tc_per_m3=values["expansion"],
        )
        if not is_rounding:
            yield terms["balance"].id, values["balance"], values["balance"] - difference


def _members(items: Iterable[_Item]) -> Members:
    """Results of each class, by what they are a part of."""
    members: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in items:
        if len(item.gaps) < len(item.areas):
            parts = members.setdefault(item.land, {})
            part = part_of(item.flow)
            parts[part] = (*parts.get(part, ()), item.name)
    return members


@cache
def _map_row(part: str) -> Row:
    what = MAP_PARTS[part]
    return Row(
        f"{ITEM}/{part}",
        Text(f"{MAP_ERROR.fr} : {what.fr}", f"{MAP_ERROR.en}: {what.en}"),
        UNIT,
        indicators=("total", part),
        factors=(ACCURACY,),
        scope=SCOPE,
    )


def _gathered(areas: LandAreas, flows: Flows) -> tuple[dict[str, _Item], dict[tuple[str, ...], _Term]]:
    items: dict[str, _Item] = {}
    terms: dict[tuple[str, ...], _Term] = {}
    order = {name: rank for rank, name in enumerate(flows.registry.land_classes)}
    pairs = sorted(
        zip(areas.keys, areas.areas_ha.tolist(), strict=True),
        key=lambda pair: (order[pair[0].land_class], pair[0].wetland, pair[0].code),
    )
    for key, area in pairs:
        land = class_name(key)
        for flow in flows.of(key):
            name = f"{land}/{flow.name}"
            item = items.setdefault(name, _Item(name, land, key.land_class, key.wetland, flow))
            item.areas.append(area)
            if flow.rate is None:
                item.gaps.append(area)
                item.reason = flow.reason
                continue
            item.factors |= {factor.id: factor for factor in flow.factors}
            # The classes of a row share their rates, but for forest regions.
            same = (name, *(factor.id for factor in flow.factors))
            terms.setdefault(same, _Term(name, flow)).areas.append(area)
    return items, terms


def _model(terms: Iterable[_Term], inventory: Mapping[str, tuple[Factor, float]]) -> Model:
    weighed = [
        (term.item, term.flow.rate, term.flow.others, fsum(term.areas)) for term in terms if term.flow.rate
    ]

    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        gwp20: Number = 0.0
        for item, rate, others, area_ha in weighed:
            exchanged = area_ha * rate(values)
            results[item] = results.get(item, 0.0) + exchanged
            gwp20 = gwp20 + (area_ha * others["gwp20"](values) if "gwp20" in others else exchanged)
            if "mudflat_burial" in others:
                deposit = area_ha * others["mudflat_burial"](values)
                results["mudflat_burial"] = results.get("mudflat_burial", 0.0) + deposit
        if weighed:
            results["total_gwp20"] = gwp20
        if inventory:
            results["forest_balance"] = sum(
                -area_ha * values[identifier] * CO2_PER_C for identifier, (_, area_ha) in inventory.items()
            )
        return results

    return model


def _inventory(areas: LandAreas, flows: Flows) -> Iterator[tuple[str, tuple[Factor, float]]]:
    """Yield the published balance of each forest, and its area."""
    found: dict[str, tuple[Factor, list[float]]] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        terms = flows.forest_terms(key) if flows.is_forest(key) else None
        if terms:
            balance = terms["balance"]
            found.setdefault(balance.id, (balance, []))[1].append(area)
    for identifier, (factor, parts) in found.items():
        yield identifier, (factor, fsum(parts))


def _local_doubt(areas: LandAreas, flows: Flows) -> tuple[Input, ...]:
    """How far the woods of the place may be from their region: as much as the balance for 100 ha."""
    forest = fsum(
        area for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True) if flows.is_forest(key)
    )
    if forest <= 0.0:
        return ()
    reference = flows.required("land.forest.local_area")
    return (Input(LOCAL, 0.0, sqrt(reference.value / forest), reference.id),)


def _row(item: _Item, flows: Flows) -> Row:
    registry = flows.registry
    land = registry.land_class(item.land_class).title
    wetland = registry.wetland_type(item.wetland).title if item.wetland else None
    return Row(
        item=item.name,
        title=land_title(land, wetland, NAMES[item.flow.name]),
        unit=UNIT,
        indicators=("total", *item.flow.indicators),
        factors=tuple(item.factors),
        reason=item.reason,
        area=fsum(item.areas),
        not_evaluated_area=fsum(item.gaps),
        land_class=item.land_class,
        wetland=item.wetland or None,
        pool=item.flow.pool or None,
        scope=SCOPE,
        minimum=0.0 if item.flow.name in {"mortality", "harvest", "losses", "ch4"} else None,
        maximum=0.0 if item.flow.name in {"growth", "uptake", "burial"} else None,
    )


def _unknown(flows: Flows) -> Iterator[Row]:
    """What no layer of the territory tells."""
    if not flows.has_wetlands:
        yield Row(
            "wetlands",
            Text("Zones humides", "Wetlands"),
            UNIT,
            indicators=("total", "wetland_burial", "wetland_ch4", "wetland_n2o"),
            reason=NO_WETLANDS,
            scope=SCOPE,
        )


def _indicators(
    areas: LandAreas,
    evaluated: float,
    horizon: str | None,
    terms: Mapping[tuple[str, ...], _Term],
    inventory: Mapping[str, tuple[Factor, float]],
) -> tuple[Figure, ...]:
    known = {
        "total_gwp20": bool(terms),
        "forest_balance": bool(inventory),
        "mudflat_burial": any("mudflat_burial" in term.flow.others for term in terms.values()),
    }
    return (
        *_sums(horizon),
        *(_other(name, horizon) for name, is_known in known.items() if is_known),
        Figure(
            "area",
            AREA,
            HECTARE,
            exact=areas.geometry_ha,
            scope=SCOPE,
        ),
        Figure(
            "area_evaluated",
            AREA_EVALUATED,
            HECTARE,
            exact=evaluated,
            scope=SCOPE,
        ),
    )


@lru_cache(maxsize=64)
def _sums(horizon: str | None) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            name,
            title,
            UNIT,
            scope=SCOPE,
            horizon=horizon,
            minimum=0.0 if name in NEVER_NEGATIVE else None,
            maximum=0.0 if name in NEVER_POSITIVE else None,
        )
        for name, title in INDICATORS
    )


@lru_cache(maxsize=64)
def _other(name: str, horizon: str | None) -> Figure:
    return Figure(name, OTHERS[name], UNIT, output=name, scope=SCOPE, horizon=horizon)
