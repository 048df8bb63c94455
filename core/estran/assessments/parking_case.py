"""Which figures follow from the car parks of a place? The case of `parking-potential`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from estran.assessments.case import Case, Figure, Row, Year
from estran.assessments.parking_words import TITLES
from estran.assessments.pv_site import GRIDS, Grid, Modules, local_yield
from estran.assessments.required import required_factor
from estran.carbon.parking import Duty, avoided_tco2e, canopy_power_kwp, desealed_tc, soil_gain_tco2e
from estran.carbon.propagation import Results, Values
from estran.carbon.solar import production_mwh
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LedgerKey

SQUARE_METRES = 10_000.0
"""In a hectare."""

KILO = 1000.0

MODULE = "pv.power.module"
LAYOUT = "pv.canopy_layout"
LIFETIME = "pv.lifetime"
SEALED = "land_take.sealed_soil"
TIME_CONSTANT = "land.desealing.time_constant"
SPACE = "parking.area_per_space"
GROWTH = "canopy.gross_sequestration"
NET_SHARE = "land.canopy.net_share"
GROWING = "tree.growth_period"

TARGETS = {"grass": "artificial_grass_shrubs", "trees": "artificial_trees"}
"""Land class whose soil the freed soil comes near."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done on each park.

    Attributes:
        canopy: Share under canopies.
        desealed: Share unsealed.
        trees: Share under trees.
        target: What the freed soil becomes.
        years: Horizon.
        grid: Electricity replaced.
        modules: Where they are made.
    """

    canopy: float
    desealed: float
    trees: float
    target: str
    years: int
    grid: Grid
    modules: Modules


@dataclass(frozen=True, slots=True)
class Counted:
    """One park of a place.

    Attributes:
        id: Its identifier.
        name: How it is called.
        duty: What the law asks.
        inside_m2: Part of it that lies in the place.
        zone: Soil-climate zone, empty when unknown.
        is_equipped: The plan applies to it.
    """

    id: str
    name: str
    duty: Duty
    inside_m2: float
    zone: str
    is_equipped: bool


def parking_case(
    parks: Sequence[Counted],
    plan: Plan,
    *,
    registry: Registry,
    keys: tuple[LedgerKey, ...],
    unanswered: Text | None = None,
) -> Case:
    """Return the case of one place.

    ``P = share · A · η · p``, ``E = P · y``, ``avoided = E · (EF_grid - EF_pv)``,
    ``ΔS = A_d · (ρ_target - ρ_sealed) · (1 - exp(-t/τ))`` (METHODS, section 7).
    """
    equipped = [park for park in parks if park.is_equipped and park.inside_m2 > 0.0]
    area_m2 = sum(park.inside_m2 for park in equipped)
    produced = local_yield(registry, keys)
    replaced, made = GRIDS[plan.grid], f"pv.carbon.{plan.modules}"
    names = [MODULE, LAYOUT, LIFETIME, made, replaced, SPACE]
    names += [SEALED, TIME_CONSTANT] if plan.desealed else []
    names += [GROWTH, NET_SHARE, GROWING] if plan.trees else []
    factors = {name: required_factor(registry, name) for name in names} | {produced.id: produced}
    targets, gaps = _targets(equipped, plan, registry)
    factors |= {factor.id: factor for factor in targets.values()}

    def model(values: Values) -> Results:
        results: dict[str, object] = {}
        power = canopy_power_kwp(
            area_m2, share=plan.canopy, layout=values[LAYOUT], module_kwp_m2=values[MODULE]
        )
        for park in equipped:
            own = canopy_power_kwp(
                park.inside_m2, share=plan.canopy, layout=values[LAYOUT], module_kwp_m2=values[MODULE]
            )
            results[_item(park)] = production_mwh(own, kwh_per_kwp=values[produced.id])
        energy_kwh = production_mwh(power, kwh_per_kwp=values[produced.id]) * KILO
        embodied = energy_kwh * values[made] / KILO
        results |= {
            "capacity": power,
            "embodied": embodied,
            "embodied_lifetime": embodied * values[LIFETIME],
            "avoided": avoided_tco2e(energy_kwh, replaced=values[replaced], embodied=values[made]),
            "spaces_lost": plan.desealed * area_m2 / values[SPACE],
        }
        if targets:
            held = {
                zone: sum(park.inside_m2 for park in equipped if park.zone == zone) / SQUARE_METRES
                for zone in targets
            }
            gained = [
                desealed_tc(
                    plan.desealed * held[zone],
                    target=values[factor.id],
                    sealed=values[SEALED],
                    years=float(plan.years),
                    time_constant=values[TIME_CONSTANT],
                )
                for zone, factor in targets.items()
            ]
            results["soil"] = soil_gain_tco2e(sum(gained[1:], start=gained[0]))
        if plan.trees:
            grown_ha = plan.trees * area_m2 / SQUARE_METRES
            rate = grown_ha * values[GROWTH] * values[NET_SHARE] * CO2_PER_C
            results["trees"] = -rate * sum(_ramp(plan.years, factors[GROWING].value))
        return results  # type: ignore[return-value]

    return Case(
        model=model,
        rows=(*_production_rows(equipped, factors), *_land_rows(equipped, plan, targets, gaps, area_m2)),
        indicators=_figures(parks, plan, registry, area_m2),
        factors=tuple(factors.values()),
        gaps=gaps,
        timeline=_timeline(plan, factors, has_soil=bool(targets)) if equipped else (),
        unanswered=unanswered,
    )


def _targets(
    equipped: Sequence[Counted], plan: Plan, registry: Registry
) -> tuple[dict[str, Factor], dict[str, Gap]]:
    targets: dict[str, Factor] = {}
    gaps: dict[str, Gap] = {}
    if plan.desealed:
        for zone in sorted({park.zone for park in equipped}):
            found = registry.soil_density(TARGETS[plan.target], zone)
            if isinstance(found, Factor):
                targets[zone] = found
            else:
                gaps[f"soil.stock.{zone or 'unknown'}"] = found
    return targets, gaps


def _production_rows(equipped: Sequence[Counted], factors: Mapping[str, Factor]) -> list[Row]:
    used = tuple(name for name in factors if name in (MODULE, LAYOUT) or name.startswith("pv.yield"))
    return [
        Row(
            _item(park),
            Text(f"Ombrières, {park.name or park.id}", f"Canopies, {park.name or park.id}"),
            "MWh/yr",
            factors=used,
            area=park.inside_m2 / SQUARE_METRES,
            source="parking",
            scope="production",
            minimum=0.0,
        )
        for park in equipped
    ]


def _land_rows(
    equipped: Sequence[Counted],
    plan: Plan,
    targets: Mapping[str, Factor],
    gaps: Mapping[str, Gap],
    area_m2: float,
) -> list[Row]:
    rows = []
    if plan.desealed and equipped:
        missing = sum(park.inside_m2 for park in equipped if park.zone not in targets)
        rows.append(
            Row(
                "soil",
                TITLES["soil"],
                "tCO2e",
                indicators=("land_total", "land_mean_annual"),
                factors=(*(factor.id for factor in targets.values()), SEALED, TIME_CONSTANT, *gaps),
                area=plan.desealed * area_m2 / SQUARE_METRES,
                not_evaluated_area=plan.desealed * missing / SQUARE_METRES,
                scope="land",
                source="parking",
            )
        )
    if plan.trees and equipped:
        rows.append(
            Row(
                "trees",
                TITLES["trees"],
                "tCO2e",
                indicators=("land_total", "land_mean_annual"),
                factors=(GROWTH, NET_SHARE, GROWING),
                area=plan.trees * area_m2 / SQUARE_METRES,
                scope="land",
                source="parking",
            )
        )
    return rows


def _figures(parks: Sequence[Counted], plan: Plan, registry: Registry, area_m2: float) -> tuple[Figure, ...]:
    due_m2 = sum(park.inside_m2 for park in parks if park.duty == "due")
    shaded = required_factor(registry, "aper.shaded_share").value
    canopies = required_factor(registry, "aper.canopy_share_of_shade").value
    horizon = f"{plan.years} yr"
    figures = [
        Figure("total", TITLES["total"], "MWh/yr", scope="production", minimum=0.0),
        Figure("capacity", TITLES["capacity"], "kWp", output="capacity", scope="production", minimum=0.0),
        Figure("embodied", TITLES["embodied"], "tCO2e/yr", output="embodied", scope="elsewhere", minimum=0.0),
        Figure(
            "embodied_lifetime",
            TITLES["embodied_lifetime"],
            "tCO2e",
            output="embodied_lifetime",
            scope="elsewhere",
            minimum=0.0,
        ),
        Figure("avoided", TITLES["avoided"], "tCO2e/yr", output="avoided", scope="avoided elsewhere"),
        Figure("land_total", TITLES["land_total"], "tCO2e", scope="land", horizon=horizon),
        Figure(
            "land_mean_annual",
            TITLES["land_mean_annual"],
            "tCO2e/yr",
            scale=1.0 / plan.years,
            unit_of_rows="tCO2e",
            scope="land",
            horizon=horizon,
        ),
        Figure(
            "spaces_lost", TITLES["spaces_lost"], "spaces", output="spaces_lost", scope="layer", minimum=0.0
        ),
    ]
    exact = {
        "canopy_area": (plan.canopy * area_m2, "m2"),
        "desealed_area": (plan.desealed * area_m2, "m2"),
        "owed_shade_area": (shaded * due_m2, "m2"),
        "owed_least_canopy_area": (canopies * shaded * due_m2, "m2"),
        "parks": (float(len(parks)), "-"),
    }
    for duty in ("due", "none", "integrated", "not_assessed"):
        exact[f"parks_{duty}"] = (float(sum(park.duty == duty for park in parks)), "-")
    figures += [
        Figure(name, TITLES[name], unit, exact=value, scope="layer") for name, (value, unit) in exact.items()
    ]
    return tuple(figures)


def _timeline(plan: Plan, factors: Mapping[str, Factor], *, has_soil: bool) -> tuple[Year, ...]:
    years: list[Year] = []
    if has_soil:
        constant = factors[TIME_CONSTANT].value
        whole = 1.0 - exp(-plan.years / constant)
        for year in range(1, plan.years + 1):
            part = exp(-(year - 1) / constant) - exp(-year / constant)
            years.append(Year(year, "soil", part / whole))
    if plan.trees:
        ramp = _ramp(plan.years, factors[GROWING].value)
        years += [Year(year, "trees", part / sum(ramp)) for year, part in enumerate(ramp, start=1)]
    return tuple(years)


def _ramp(years: int, growing: float) -> list[float]:
    """The crown of a planted tree, year by year, over that of a grown one."""
    return [min(1.0, year / growing) for year in range(1, years + 1)]


def _item(park: Counted) -> str:
    return f"production/{park.id}"
