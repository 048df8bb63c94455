"""Which rows, sums, years and model say what the scenarios of a place change?"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from estran.assessments.case import Case, Figure, Row, Year, impact_indicators
from estran.assessments.flux_words import OUTSIDE
from estran.assessments.sequestration_inputs import SequestrationRequest
from estran.assessments.sequestration_land import (
    PRACTICE_LAND,
    SEALED,
    desealing_part,
    practice_classes,
    practice_part,
    trees_part,
)
from estran.assessments.sequestration_parts import Ground, Part, of_classes
from estran.assessments.sequestration_states import DYKED
from estran.assessments.sequestration_wetland import can_restore, wetland_part
from estran.carbon.errors import InvalidInput
from estran.carbon.flux import Number
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.text import Text
from estran.carbon.units import HECTARE

Floats = NDArray[np.float64]

UNIT = "tCO2e"

SCOPE = "land"

NO_SCENARIO = Text(
    "aucun scénario n'est demandé : donnez une zone humide à restaurer, des arbres, des pratiques ou des "
    "sols à désimperméabiliser",
    "no scenario was asked: give a wetland to restore, trees, practices or soils to unseal",
)

SUMS: tuple[tuple[str, Text], ...] = (
    ("avoided", Text("Émissions évitées sur place", "Emissions avoided on the spot")),
    ("removal", Text("Absorptions nouvelles", "New removals")),
    ("ch4", Text("Méthane, PRG à 100 ans", "Methane, 100-year GWP")),
    ("wetland", Text("Restauration de zones humides", "Wetland restoration")),
    ("trees", Text("Plantation d'arbres", "Tree planting")),
    ("practices", Text("Pratiques agricoles", "Farming practices")),
    ("desealing", Text("Désimperméabilisation", "De-sealing")),
)

ELIGIBLE: Mapping[str, Text] = {
    "eligible_wetland": Text(
        "Marais endigués et zones humides du registre", "Dyked marshes and wetlands of the ledger"
    ),
    "eligible_cropland": Text("Cultures", "Cropland"),
    "eligible_grassland": Text("Prairies", "Grassland"),
    "eligible_vineyard": Text("Vignes", "Vineyards"),
    "eligible_orchard": Text("Vergers", "Orchards"),
    "eligible_planting": Text(
        "Sols artificiels enherbés ou arbustifs", "Artificial land with grass or shrubs"
    ),
    "eligible_sealed": Text("Sols imperméabilisés hors bâti", "Sealed land without buildings"),
}
"""Land that the scenarios may use, in ha."""


def sequestration_parts(request: SequestrationRequest, ground: Ground) -> tuple[Part, ...]:
    """Return the scenarios of a request in one place.

    Raises:
        InvalidInput: a scenario contradicts itself, or its area cannot be found.
    """
    parts: list[Part] = []
    wetland, trees, desealing = request.wetland, request.trees, request.desealing
    if wetland:
        if wetland.area_ha is None and not ground.flows.has_wetlands:
            raise InvalidInput(
                "this territory has no layer of wetlands to find the area in; give wetland.area_ha",
                "ce territoire n'a pas de couche de zones humides où trouver la surface ; donnez "
                "wetland.area_ha",
                where="wetland.area_ha",
            )
        accepts = partial(can_restore, wetland)
        area = ground.area_ha(wetland, accepts)
        parts.append(wetland_part(wetland, ground, area_ha=area, part=ground.part(accepts)))
    if trees:
        count = None if trees.count is None else trees.count * ground.geometry_part
        area = ground.area_ha(trees, of_classes({trees.on}))
        parts.append(trees_part(trees, ground, area_ha=area, count=count))
    for practice in request.practices:
        area = ground.area_ha(practice, of_classes(practice_classes(practice.practice)))
        parts.append(practice_part(practice, ground, area_ha=area))
    if desealing:
        area = ground.area_ha(desealing, of_classes(SEALED))
        parts.append(desealing_part(desealing, ground, area_ha=area))
    return tuple(parts)


def sequestration_case(parts: Sequence[Part], ground: Ground, *, by_year: bool = True) -> Case:
    """Return what the scenarios change over the horizon, in tCO2e.

    Args:
        parts: The scenarios.
        ground: Where.
        by_year: Whether to tell the years apart.
    """
    rows = tuple(
        Row(
            item=item.name,
            title=item.title,
            unit=UNIT,
            indicators=("total", "cumulated", *item.indicators),
            factors=item.factors,
            reason=item.reason,
            area=part.area_ha,
            scope=SCOPE,
        )
        for part in parts
        for item in part.items
    )
    evaluated = [item.name for part in parts for item in part.items if item.reason is None]
    factors = {factor.id: factor for part in parts for factor in part.factors}
    outside = ground.areas.geometry_ha > 0.0 and not ground.areas.keys
    unanswered = OUTSIDE if outside else (None if parts else NO_SCENARIO)
    return Case(
        model=_model(parts, ground.horizon_years, by_year=by_year),
        rows=rows,
        indicators=_indicators(ground, bool(evaluated)),
        factors=tuple(factors.values()),
        inputs=tuple(each for part in parts for each in part.inputs),
        timeline=() if unanswered or not by_year else _timeline(evaluated, ground.horizon_years),
        unanswered=unanswered,
    )


def eligible(ground: Ground) -> Mapping[str, float]:
    """Return the land that the scenarios may use, in ha."""
    found = {
        f"eligible_{name}": ground.eligible_ha(of_classes(classes)) for name, classes in PRACTICE_LAND.items()
    }
    return {
        "eligible_wetland": ground.eligible_ha(
            lambda key: key.wetland in DYKED or (key.land_class == "wetland" and not key.wetland)
        ),
        **found,
        "eligible_planting": ground.eligible_ha(of_classes({"artificial_grass_shrubs"})),
        "eligible_sealed": ground.eligible_ha(of_classes(SEALED)),
    }


def _model(parts: Sequence[Part], horizon_years: int, *, by_year: bool) -> Model:
    """The model of some scenarios; `by_year` also gives each item in each year."""
    years = np.arange(1.0, horizon_years + 1.0)[:, np.newaxis]
    still = np.zeros_like(years)

    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        total, total_20 = still, still
        for part in parts:
            changes = {name: change + still for name, change in part.yearly(values, years).items()}
            for name, change in changes.items():
                total = total + change
                results[name] = _one(change.sum(axis=0))
                if by_year:
                    results |= _by_year(name, change)
            changes_20 = part.yearly_20(values, years) if part.yearly_20 else changes
            for other in changes_20.values():
                total_20 = total_20 + np.asarray(other)
        results["total_gwp20"] = _one(total_20.sum(axis=0))
        if by_year:
            results |= _by_year("total", total) | _by_year("cumulated", np.cumsum(total, axis=0))
        return results

    return model


def _by_year(name: str, changes: Floats) -> dict[str, Number]:
    return {f"{name}@{year}": _one(change) for year, change in enumerate(changes, start=1)}


def _one(column: Floats) -> Number:
    """A number where nothing was drawn, draws otherwise."""
    return float(column[0]) if column.shape == (1,) else column


def _timeline(evaluated: Sequence[str], horizon_years: int) -> tuple[Year, ...]:
    if not evaluated:
        return ()
    return tuple(
        Year(year, name, output=f"{name}@{year}")
        for name in (*evaluated, "total", "cumulated")
        for year in range(1, horizon_years + 1)
    )


def _indicators(ground: Ground, has_rows: bool) -> tuple[Figure, ...]:
    years = ground.horizon_years
    horizon = f"{years} yr"
    figures = [
        *impact_indicators(years, scope=SCOPE),
        Figure(
            "cumulated",
            Text("Effet cumulé en fin d'horizon", "Effect accumulated at the end of the horizon"),
            UNIT,
            scope=SCOPE,
            horizon=horizon,
        ),
    ]
    figures += [Figure(name, title, UNIT, scope=SCOPE, horizon=horizon) for name, title in SUMS]
    if has_rows:
        figures.append(
            Figure(
                "total_gwp20",
                Text("Impact total, sensibilité : PRG à 20 ans", "Total impact, sensitivity: 20-year GWP"),
                UNIT,
                output="total_gwp20",
                scope=SCOPE,
                horizon=horizon,
            )
        )
    # Without a layer of wetlands their area is not known: it is not zero.
    figures += [
        Figure(name, ELIGIBLE[name], HECTARE, output=name, scope=SCOPE)
        if name == "eligible_wetland" and not ground.flows.has_wetlands
        else Figure(name, ELIGIBLE[name], HECTARE, exact=area, scope=SCOPE)
        for name, area in eligible(ground).items()
    ]
    figures.append(
        Figure(
            "area",
            Text("Surface vraie de la géométrie", "True area of the geometry"),
            HECTARE,
            exact=ground.areas.geometry_ha,
            scope=SCOPE,
        )
    )
    return tuple(figures)
