"""Which figures does an emission grid give for one plot? Masses per gas and sector, their sum, their doubt.

Two doubts: that of the grid's mass, shared by all its cells; and that of the part of the cells that the
outline cuts, ``u_alloc = 0.5 · (share of the mass in cut cells)``.

Reference:
    METHODS, section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from numpy.typing import NDArray

from estran.assessments.case import Case, Figure, Row
from estran.assessments.inventory_grid import EmissionGrid, PlotCells, Series
from estran.carbon.inventory import allocated_mass, cut_share
from estran.carbon.propagation import Results, Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.layers.territory import Layer

Floats = NDArray[np.float64]

ALLOCATION, MASS = "inventory.uncertainty.allocation", "inventory.uncertainty.mass"

SCOPE = "territorial inventory"

OUTSIDE = Text("la géométrie est hors de la grille d'émissions", "the geometry is outside the emission grid")

NO_DATA = Text(
    "la grille n'a pas de donnée ici ; l'émission n'est pas nulle, elle est inconnue",
    "the grid has no data here; the emission is not zero, it is unknown",
)


@dataclass(frozen=True, slots=True)
class Extent:
    """Areas of one plot, in ha: whole, with data, on the grid."""

    area_ha: float
    covered_ha: float
    on_grid_ha: float


@dataclass(frozen=True, slots=True)
class Doubts:
    """How unsure the masses of a grid are, and the share of a cut cell."""

    mass: Factor
    allocation: Factor


def lead_of(series: Sequence[Series]) -> Series:
    """Return a series of the gas that is the total of an answer."""
    return min(series, key=lambda each: each.rank)


def emission_case(
    grid: EmissionGrid,
    cells: PlotCells,
    shares: Floats,
    extent: Extent,
    doubts: Doubts,
    *,
    others: tuple[Factor, ...] = (),
) -> Case:
    """Return the case of one plot: a row per series, a total for the gas that leads.

    Args:
        grid: What was read.
        cells: The cells that the plot touches.
        shares: Share of each cell inside the plot.
        extent: Areas of the plot.
        doubts: How unsure masses and shares are.
        others: Other factors that the shares follow from.
    """
    series, lead = grid.series, lead_of(grid.series)
    area_ha, covered_ha, on_grid_ha = extent.area_ha, extent.covered_ha, extent.on_grid_ha
    central: dict[str, float] = {}
    inputs: list[Input] = []
    rows: list[Row] = []
    for each, masses in zip(series, cells.masses, strict=True):
        known = np.isfinite(masses)
        missing = fsum(cells.cells.inside_ha[~known].tolist()) + max(0.0, area_ha - on_grid_ha)
        is_known = bool(known.any()) or area_ha <= 0.0
        if is_known:
            inside = shares[known]
            central[each.item] = allocated_mass(masses[known], inside)
            inputs += _doubts(each, masses[known], inside, doubts, is_lead=each.gas == lead.gas)
        rows.append(
            Row(
                each.item,
                each.title,
                each.unit,
                indicators=("total",) if each.gas == lead.gas else (f"emissions_{each.gas}",),
                factors=(MASS, ALLOCATION),
                reason=None if is_known else (NO_DATA if on_grid_ha > 0.0 else OUTSIDE),
                not_evaluated_area=missing if missing > 1e-9 * area_ha else 0.0,
                area=area_ha,
                scope=SCOPE,
                source=grid.layer.id,
                minimum=0.0,
            )
        )

    def model(values: Values) -> Results:
        """Mass of each series, times its doubt and that of the shares of the cells it cuts."""
        results: dict[str, float | Floats] = {
            item: mass * values[f"mass.{item}"] * values[f"allocation.{item}"]
            for item, mass in central.items()
        }
        parts = [results[each.item] for each in series if each.gas == lead.gas and each.item in results]
        if parts and covered_ha > 0.0:
            results["intensity"] = sum(parts[1:], start=parts[0]) / covered_ha
        return results

    return Case(
        model=model,
        rows=rows,
        indicators=_indicators(series, extent, grid.layer),
        inputs=inputs,
        factors=(doubts.mass, doubts.allocation, *others),
        unanswered=OUTSIDE if area_ha > 0.0 and on_grid_ha <= 0.0 else None,
    )


def _doubts(
    series: Series, masses: Floats, shares: Floats, doubts: Doubts, *, is_lead: bool
) -> tuple[Input, Input]:
    """The doubt of the mass, common to the sectors of one gas, and that of the cut cells."""
    allocation = doubts.allocation.value * cut_share(masses, shares)
    mass = MASS if is_lead else f"{MASS}.{series.gas}"
    return (
        Input(f"mass.{series.item}", 1.0, doubts.mass.value, mass, minimum=0.0),
        Input(f"allocation.{series.item}", 1.0, allocation, ALLOCATION, minimum=0.0),
    )


def _indicators(series: Sequence[Series], extent: Extent, layer: Layer) -> tuple[Figure, ...]:
    vintage, lead = layer.settings.vintage, lead_of(series)
    by_gas = {each.gas: each for each in series}
    title = by_gas[lead.gas].title if not lead.sector else Text("Tous secteurs", "All sectors")
    return (
        Figure("total", title, lead.unit, scope=SCOPE, horizon=vintage, minimum=0.0),
        *(
            Figure(f"emissions_{gas}", each.title, each.unit, scope=SCOPE, horizon=vintage, minimum=0.0)
            for gas, each in by_gas.items()
            if gas != lead.gas
        ),
        Figure(
            "mean_intensity",
            Text("Intensité moyenne, où il y a des données", "Mean intensity, where there are data"),
            lead.unit.replace("/yr", "/ha/yr"),
            output="intensity",
            scope=SCOPE,
            horizon=vintage,
            minimum=0.0,
        ),
        Figure("area", Text("Surface", "Area"), "ha", exact=extent.area_ha, scope=SCOPE),
        Figure(
            "no_data_area",
            Text("Surface sans donnée d'émission", "Area without emission data"),
            "ha",
            exact=max(0.0, extent.area_ha - extent.covered_ha),
            scope=SCOPE,
        ),
    )
