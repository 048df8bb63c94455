"""Which buildings to renovate first? Each one brought to the emissions of an energy class.

``change = S · (target - e) / 1000`` where a building emits more than the target per square metre, for
the uses that a renovation acts upon; the works that it takes are told beside, never netted.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from estran.assessments.buildings_model import Choices, emission_factor, read_factors
from estran.assessments.buildings_stock import HEATED, Stock
from estran.assessments.buildings_words import KINDS
from estran.assessments.envelope import Ranked
from estran.assessments.inputs import CRS84
from estran.assessments.layer_objects import Objects
from estran.carbon.buildings import GRAMS, PERIODS, Floats, Group, carrier_shares, dpe_class, group_energy
from estran.carbon.quantity import normal_quantile
from estran.factors.registry import Registry
from estran.layers.geodesy import parse_crs, reproject

RENOVATED = ("heating", "hot_water")
"""Uses that a renovation acts upon, where no label tells the regulated uses together."""

WORKS = ("works.insulation", "works.heating_system")
"""Embodied carbon of the works."""

DIGITS = 7
"""Decimals of a degree: a centimetre."""


@dataclass(frozen=True, slots=True)
class Central:
    """What each whole building emits and uses at the central values.

    Attributes:
        total: In tCO2e/yr.
        renovated: Part that a renovation acts upon, in tCO2e/yr.
        useful_m2: Floor area.
        final_kwh_m2: Final energy over the floor area, NaN where unknown.
    """

    total: Floats
    renovated: Floats
    useful_m2: Floats
    final_kwh_m2: Floats


def central_emissions(stock: Stock, *, registry: Registry, choices: Choices, useful_share: float) -> Central:
    """Return what each building emits: by its label where it has one, else by the ratios of its kind."""
    count = len(stock.gross_m2)
    total, renovated, energy = np.zeros(count), np.zeros(count), np.zeros(count)
    useful = stock.gross_m2 * useful_share
    by_ratio = stock.heated & ~stock.dpe.known
    for kind in HEATED:
        for period in (*PERIODS, ""):
            chosen = by_ratio & (stock.kinds == kind) & (stock.periods == period)
            if not chosen.any():
                continue
            counted = np.isfinite(stock.dwellings[chosen])
            known = np.nan_to_num(stock.dwellings[chosen])
            gross = stock.gross_m2[chosen]
            per_m2 = _unit(Group(kind, period, 1.0), registry, choices)
            per_dwelling = _unit(Group(kind, period, 0.0, 1.0), registry, choices)
            per_unknown_m2 = _unit(Group(kind, period, 0.0, 0.0, 1.0), registry, choices)
            parts = [
                gross * base + known * dwelling + np.where(counted, 0.0, gross) * unknown
                for base, dwelling, unknown in zip(per_m2, per_dwelling, per_unknown_m2, strict=True)
            ]
            total[chosen], renovated[chosen], energy[chosen] = parts
    known_label = stock.dpe.known & stock.heated
    labelled = np.nan_to_num(stock.dpe.emissions) * useful / GRAMS
    total[known_label] = renovated[known_label] = labelled[known_label]
    intensity = np.divide(energy * GRAMS, useful, out=np.full(count, np.nan), where=by_ratio & (useful > 0.0))
    intensity[known_label] = stock.dpe.final[known_label]
    return Central(total, renovated, useful, intensity)


def ranked_buildings(
    objects: Objects,
    stock: Stock,
    central: Central,
    shares: Floats,
    *,
    target: float,
    doubt: float,
    works: float | None,
    thresholds: Mapping[str, tuple[float, float]],
    top: int,
    confidence: float,
) -> tuple[Ranked, ...]:
    """Return the buildings whose renovation changes most, the first one first.

    Args:
        objects: The buildings.
        stock: What they are.
        central: What they emit.
        shares: How much of each lies in the place.
        target: Emissions to reach, in kgCO2e/m2/yr.
        doubt: Relative doubt of one building.
        works: Embodied carbon of the works, in kgCO2e/m2, None when unknown.
        thresholds: Highest primary energy and emissions of each energy class but the last.
        top: At most this many.
        confidence: Probability of the intervals.
    """
    goal = central.useful_m2 * target / GRAMS
    change = np.where(stock.heated, np.minimum(0.0, goal - central.renovated), 0.0) * shares
    order = np.lexsort((np.arange(len(change)), change))[:top]
    reach = normal_quantile(confidence) * doubt
    degrees = parse_crs(CRS84)
    rows = []
    for rank, index in enumerate((each for each in order if change[each] < 0.0), start=1):
        value = float(change[index])
        spread = reach * float(central.renovated[index] * shares[index])
        area = float(central.useful_m2[index] * shares[index])
        burden = None if works is None else works * area / GRAMS
        shape = reproject(objects.geometries[index], objects.crs, degrees)
        rows.append(
            Ranked(
                rank=rank,
                id=objects.ids[index],
                layer=objects.layer.id,
                title=KINDS[str(stock.kinds[index])],
                value=value,
                low=value - spread,
                high=min(0.0, value + spread),
                unit="tCO2e/yr",
                properties={
                    "emissions_tco2e_per_year": float(central.total[index] * shares[index]),
                    "floor_area_m2": area,
                    "storeys": float(stock.floors[index]),
                    "period": str(stock.periods[index]) or None,
                    "has_label": bool(stock.dpe.known[index]),
                    "energy_class": _energy_class(stock, index, thresholds),
                    "works_tco2e": burden,
                    "years_to_repay_works": None if burden is None else -burden / value,
                },
                geometry=json.loads(
                    shapely.to_geojson(shapely.transform(shape, lambda points: points.round(DIGITS)))
                ),
            )
        )
    return tuple(rows)


def _energy_class(stock: Stock, index: int, thresholds: Mapping[str, tuple[float, float]]) -> str | None:
    """The class of a labelled building, None without a label."""
    if not stock.dpe.known[index]:
        return None
    primary = float(stock.dpe.primary[index])
    return dpe_class(None if np.isnan(primary) else primary, float(stock.dpe.emissions[index]), thresholds)


def outside_bounds(central: Central, shares: Floats, *, lowest: float, highest: float) -> Sequence[int]:
    """Return the ranks of buildings whose final energy per square metre cannot be right."""
    known = np.isfinite(central.final_kwh_m2) & (shares > 0.0)
    wrong = known & ((central.final_kwh_m2 < lowest) | (central.final_kwh_m2 > highest))
    return np.flatnonzero(wrong).tolist()


def _unit(group: Group, registry: Registry, choices: Choices) -> tuple[float, float, float]:
    """Emissions, those that a renovation acts upon (tCO2e/yr) and final energy (MWh/yr) of a group."""
    drawn = read_factors(registry, (group,), choices)
    values = {name: factor.value for name, factor in drawn.factors.items()}
    used = group_energy(values, group, branch=choices.branch, shares=carrier_shares(values, choices.shares))
    emitted = {
        key: float(mwh) * values[emission_factor(group.kind, *key, by_use=choices.by_use)]
        for key, mwh in used.items()
    }
    renovated = sum(amount for (use, _), amount in emitted.items() if use in RENOVATED)
    return sum(emitted.values()), renovated, float(sum(used.values()))
