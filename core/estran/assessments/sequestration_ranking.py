"""Which wetlands here cost most to lose, and which bring most when restored? Avoid, reduce, compensate.

Loss: the stock of the soil (0-30 cm), all of it released, and the burial that stops over the horizon.
Gain: what the restoration of a dyked marsh changes over the horizon. Both are signed: a loss is an
emission, a benefit is negative.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from estran.assessments.case import Case, Figure, Row
from estran.assessments.envelope import Ranked
from estran.assessments.figures import solved
from estran.assessments.flux_items import WetlandFlows
from estran.assessments.layer_objects import Objects, read_objects
from estran.assessments.place import Place
from estran.assessments.sequestration_inputs import SequestrationRequest, WetlandScenario
from estran.assessments.sequestration_parts import Ground, Part
from estran.assessments.sequestration_states import read_recipes
from estran.assessments.sequestration_wetland import SHARE, wetland_part
from estran.carbon.flux import Number, burial
from estran.carbon.propagation import Results, Values
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.documents import read_document
from estran.factors.factor import Factor
from estran.layers.geodesy import SQUARE_METRES_PER_HECTARE
from estran.layers.territory import Territory

UNIT = "tCO2e"

TYPE_COLUMNS = ("type", "wetland")
"""Columns that may hold the type of a wetland."""


@dataclass(frozen=True, slots=True)
class _Type:
    """What one hectare of a wetland type is worth: results of a case by name, None when not evaluated."""

    figures: Mapping[str, tuple[float, float, float] | None]
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The wetlands of a place in order, and what was read to rank them."""

    ranked: tuple[Ranked, ...]
    factors: tuple[Factor, ...]
    layer: str
    count: int


def wetland_ranking(
    request: SequestrationRequest, territory: Territory, place: Place, ground: Ground
) -> Ranking | None:
    """Return the wetlands of a place, the most costly to lose first; None without a wetland layer."""
    if territory.with_role("wetlands") is None or place.whole.is_empty:
        return None
    objects = read_objects(territory, "wetlands", place, (*TYPE_COLUMNS, "name", "nom"))
    known = ground.flows.registry.wetland_types
    worth: dict[str, _Type] = {}
    rows = []
    for index, square_metres in zip(
        objects.whole.ranks.tolist(), objects.whole.inside_m2.tolist(), strict=True
    ):
        name = _type_of(objects, index)
        if name not in known:
            continue
        worth.setdefault(name, _worth(name, request, ground))
        rows.append((index, name, square_metres / SQUARE_METRES_PER_HECTARE))
    ranked = [_ranked(objects, index, name, area, worth[name], ground) for index, name, area in rows]
    ordered = sorted(ranked, key=lambda each: (each.value is None, -(each.value or 0.0), each.id))
    by_gain = _gain_ranks(ordered)
    return Ranking(
        tuple(
            each.model_copy(
                update={
                    "rank": rank,
                    "properties": {**each.properties, "rank_restoration": by_gain.get(each.id)},
                }
            )
            for rank, each in enumerate(ordered[: request.ranking], start=1)
        ),
        tuple(factor for each in worth.values() for factor in each.factors),
        objects.layer.id,
        len(ranked),
    )


def _gain_ranks(rows: list[Ranked]) -> Mapping[str, float]:
    """The rank of each wetland by what its restoration brings, the largest benefit first."""
    gains = [
        (float(each.properties["restoration_tco2e"] or 0.0), each.id)
        for each in rows
        if each.properties["restoration_tco2e"] is not None
    ]
    return {identifier: float(rank) for rank, (_, identifier) in enumerate(sorted(gains), start=1)}


def _type_of(objects: Objects, index: int) -> str:
    values = objects.properties[index]
    return next((str(values[name]) for name in TYPE_COLUMNS if values.get(name)), "")


def _ranked(objects: Objects, index: int, name: str, area_ha: float, worth: _Type, ground: Ground) -> Ranked:
    loss = _scaled(worth.figures["loss"], area_ha)
    parts = {key: _scaled(worth.figures.get(key), area_ha) for key in ("stock", "burial", "restoration")}
    stock, lost, gain = parts["stock"], parts["burial"], parts["restoration"]
    return Ranked(
        rank=1,
        id=objects.ids[index],
        layer=objects.layer.id,
        title=ground.flows.registry.wetland_type(name).title,
        value=loss[0] if loss else None,
        low=loss[1] if loss else None,
        high=loss[2] if loss else None,
        unit=UNIT,
        properties={
            "type": name,
            "area_ha": area_ha,
            "stock_at_stake_tc": stock[0] / CO2_PER_C if stock else None,
            "stock_at_stake_tc_low": stock[1] / CO2_PER_C if stock else None,
            "stock_at_stake_tc_high": stock[2] / CO2_PER_C if stock else None,
            "burial_lost_tco2e_per_year": lost[0] / ground.horizon_years if lost else None,
            "burial_lost_tco2e_per_year_low": lost[1] / ground.horizon_years if lost else None,
            "burial_lost_tco2e_per_year_high": lost[2] / ground.horizon_years if lost else None,
            "loss_is_partial": stock is None or lost is None,
            "restoration_tco2e": gain[0] if gain else None,
            "restoration_tco2e_low": gain[1] if gain else None,
            "restoration_tco2e_high": gain[2] if gain else None,
        },
    )


def _worth(name: str, request: SequestrationRequest, ground: Ground) -> _Type:
    """Run one hectare of a type: its loss, and its restoration when it is dyked."""
    registry, years = ground.flows.registry, ground.horizon_years
    flow = read_document("wetland_flows", WetlandFlows).types[name]
    soil = registry.wetland_soil_density(name)
    found = registry.factor(flow.burial) if flow.burial else None
    rate = found if isinstance(found, Factor) else None
    restored = _restoration(name, request, ground)
    factors = [factor for factor in (soil, rate) if isinstance(factor, Factor)]
    if rate:
        factors.append(ground.flows.required(SHARE))
    factors += restored.factors if restored else ()
    density = soil if isinstance(soil, Factor) else None

    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        if density:
            results["stock"] = values[density.id] * CO2_PER_C
        if rate:
            results["burial"] = -years * burial(values[rate.id], autochthonous=values[SHARE])
        if restored:
            results["restoration"] = sum(
                change
                for year in range(1, years + 1)
                for change in restored.yearly(values, float(year)).values()
            )
        return results

    figures = solved(
        Case(
            model=model,
            rows=tuple(_rows(stock=bool(density), burial=bool(rate))),
            indicators=(
                Figure("loss", Text("Perte", "Loss"), UNIT),
                *(
                    Figure(each, Text(each, each), UNIT, output=each)
                    for each in ("stock", "burial", "restoration")
                ),
            ),
            factors=tuple({factor.id: factor for factor in factors}.values()),
        ),
        confidence=request.confidence,
        method=request.method,
        draws=request.draws,
        seed=request.seed,
    )
    return _Type(
        {
            each.id: None
            if each.value is None or each.low is None or each.high is None
            else (each.value, each.low, each.high)
            for each in figures.indicators
        },
        tuple(factors),
    )


def _rows(**evaluated: bool) -> Iterator[Row]:
    missing = Text("aucune valeur n'est publiée", "no value is published")
    for name, is_known in evaluated.items():
        yield Row(name, Text(name, name), UNIT, indicators=("loss",), reason=None if is_known else missing)


def _restoration(name: str, request: SequestrationRequest, ground: Ground) -> Part | None:
    """The restoration of one hectare of a dyked marsh: the scenario asked for it, else the natural one."""
    target = read_recipes().restored.get(name)
    if target is None:
        return None
    scenario = request.wetland if request.wetland and request.wetland.initial == name else None
    if scenario is None:
        salinity = target.removeprefix("tidal_marsh_")
        scenario = WetlandScenario.model_validate(
            {"initial": name, "drainage": "none", "target": "tidal_marsh", "salinity": salinity}
        )
    return wetland_part(scenario.model_copy(update={"works_tco2e": None}), ground, area_ha=1.0, part=0.0)


def _scaled(figure: tuple[float, float, float] | None, area_ha: float) -> tuple[float, float, float] | None:
    return None if figure is None else (figure[0] * area_ha, figure[1] * area_ha, figure[2] * area_ha)
