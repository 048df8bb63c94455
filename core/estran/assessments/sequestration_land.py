"""What would trees, farming practices and de-sealed soils capture here, year after year?

Biomass and soil gains are spread over twenty years and stop; a de-sealed soil nears its new stock ever
more slowly. Growth of standing forest is never lent to newly planted land.
"""

from collections.abc import Mapping

from estran.assessments.sequestration_inputs import DesealingScenario, PracticeScenario, TreesScenario
from estran.assessments.sequestration_parts import (
    Ground,
    Part,
    PartItem,
    biomass_mean,
    ids,
    of_classes,
    soil_mean,
)
from estran.carbon.flux import Number, desealed_gain, practice_removal, stock_change
from estran.carbon.propagation import Values
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.factor import Factor

KILOGRAMS_PER_TONNE = 1000.0

TREE, GROWTH = "tree.mean_uptake", "tree.growth_period"

GAIN, TIME = "land.gain_period", "land.desealing.time_constant"

TREE_LAND = "artificial_trees"

SEALED = frozenset({"artificial_sealed", "parking", "road"})
"""Sealed land that can be de-sealed: buildings are left standing."""

PRACTICE_LAND: Mapping[str, frozenset[str]] = {
    "cropland": frozenset({"cropland"}),
    "grassland": frozenset({"grassland_herbaceous", "grassland_shrubs", "grassland_trees"}),
    "vineyard": frozenset({"vineyard"}),
    "orchard": frozenset({"orchard"}),
}
"""Land classes by column `applies_to` of the table of practices."""

PRACTICES: Mapping[str, str] = {
    "temporary_grassland_in_rotation": "cropland",
    "moderate_intensification_poor_grassland": "grassland",
    "agroforestry_cropland": "cropland",
    "agroforestry_grassland": "grassland",
    "cover_crops_cipan": "cropland",
    "hedges_on_cropland_60m_per_ha": "cropland",
    "hedges_on_grassland_100m_per_ha": "grassland",
    "grass_strips": "cropland",
    "vineyard_inter_row_cover": "vineyard",
    "orchard_inter_row_cover": "orchard",
    "continuous_direct_seeding": "cropland",
    "direct_seeding_tillage_every_5_years": "cropland",
}
"""Land that each practice applies to, as its table says."""


def practice_classes(practice: str) -> frozenset[str]:
    """Return the land classes that a practice applies to."""
    return PRACTICE_LAND[PRACTICES[practice]]


def trees_part(scenario: TreesScenario, ground: Ground, *, area_ha: float, count: float | None) -> Part:
    """Return what planted trees take up: one by one, or as the stock of an area of trees.

    Args:
        scenario: On which land.
        ground: Where.
        area_ha: Area planted, when trees are not counted.
        count: Trees planted here, None when an area is.
    """
    if count is not None:
        tree = ground.flows.required(TREE)
        return Part(
            items=(
                PartItem(
                    "trees/uptake",
                    Text(
                        "Arbres plantés : absorption moyenne sur leur vie",
                        "Planted trees: mean uptake over their life",
                    ),
                    ("mean_annual", "trees", "removal"),
                    (TREE,),
                ),
            ),
            area_ha=None,
            yearly=lambda values, _: {"trees/uptake": -count * values[TREE] / KILOGRAMS_PER_TONNE},
            factors=(tree,),
        )
    mix = ground.mix(of_classes({scenario.on}))
    means = {
        "biomass": (biomass_mean(ground, mix, scenario.on), biomass_mean(ground, mix, TREE_LAND), GROWTH),
        "soil": (soil_mean(ground, mix, scenario.on), soil_mean(ground, mix, TREE_LAND), GAIN),
    }
    titles = {
        "biomass": Text("Arbres plantés : biomasse", "Planted trees: biomass"),
        "soil": Text("Arbres plantés : sol", "Planted trees: soil"),
    }
    items = []
    factors: dict[str, Factor] = {}
    for name, (before, after, period) in means.items():
        reason = before.reason or after.reason
        used = before.factors | after.factors | {period: ground.flows.required(period)}
        factors |= used if reason is None else {}
        # A loss counts at once: it is not a removal.
        is_loss = reason is None and after.central < before.central
        items.append(
            PartItem(
                f"trees/{name}",
                titles[name],
                ("pulse", "trees") if is_loss else ("mean_annual", "trees", "removal"),
                ids(used.values()) if reason is None else (),
                reason,
            )
        )
    evaluated = [item.name.removeprefix("trees/") for item in items if item.reason is None]

    def yearly(values: Values, year: Number) -> Mapping[str, Number]:
        changes = {}
        for name in evaluated:
            before, after, period = means[name]
            changes[f"trees/{name}"] = area_ha * stock_change(
                before.value(values), after.value(values), year=year, gain_years=values[period]
            )
        return changes

    return Part(tuple(items), area_ha, yearly, factors=tuple(factors.values()))


def practice_part(scenario: PracticeScenario, ground: Ground, *, area_ha: float) -> Part:
    """Return what a practice stores in the soil and in biomass, for as long as its table says."""
    names = {pool: f"practice.storage.{pool}.{scenario.practice}" for pool in ("soil", "biomass")}
    duration = f"practice.duration.{scenario.practice}"
    factors = [ground.flows.required(name) for name in (*names.values(), duration)]
    title = factors[0].title
    item = f"practice/{scenario.practice}"

    def yearly(values: Values, year: Number) -> Mapping[str, Number]:
        removal = practice_removal(
            values[names["soil"]], values[names["biomass"]], year=year, duration=values[duration]
        )
        return {item: area_ha * removal}

    return Part(
        items=(
            PartItem(
                item,
                Text(f"Pratique : {title.fr.partition(', ')[2]}", f"Practice: {title.en.partition(', ')[2]}"),
                ("mean_annual", "practices", "removal"),
                ids(factors),
            ),
        ),
        area_ha=area_ha,
        yearly=yearly,
        factors=tuple(factors),
    )


def desealing_part(scenario: DesealingScenario, ground: Ground, *, area_ha: float) -> Part:
    """Return what de-sealed soils gain: ``A · (ρ_target - ρ_sealed) · (1 - exp(-t/τ))``."""
    mix = ground.mix(of_classes(SEALED))
    sealed, target = soil_mean(ground, mix, "artificial_sealed"), soil_mean(ground, mix, scenario.target)
    reason = sealed.reason or target.reason
    factors = sealed.factors | target.factors | {TIME: ground.flows.required(TIME)}
    item = "desealing/soil"

    def yearly(values: Values, year: Number) -> Mapping[str, Number]:
        if reason:
            return {}
        until, before = (
            desealed_gain(target.value(values), sealed.value(values), year=end, time_constant=values[TIME])
            for end in (year, year - 1.0)
        )
        return {item: -area_ha * CO2_PER_C * (until - before)}

    return Part(
        items=(
            PartItem(
                item,
                Text("Désimperméabilisation : gain du sol", "De-sealing: gain of the soil"),
                ("mean_annual", "desealing", "removal"),
                ids(factors.values()) if reason is None else (),
                reason,
            ),
        ),
        area_ha=area_ha,
        yearly=yearly,
        factors=tuple(factors.values()) if reason is None else (),
    )
