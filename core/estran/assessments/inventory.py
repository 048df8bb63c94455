"""What do the emission grids say here, by gas and sector, with their mass conserved?

``M(G) = Σ_j m_j · w_j``: the mass of each cell times the part of it inside the geometry, by true area or
by the buildings it holds. One gas alone is the total: fossil and biogenic CO2, CO2 and CO2e are never added.

Reference:
    METHODS, section 6.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from pydantic import Field

from estran.assessments.answer import NOWHERE, FeatureCase, answer
from estran.assessments.case import Case, Figure
from estran.assessments.envelope import Coverage, Envelope, Fitness, Notice
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.inventory_case import ALLOCATION, MASS, Doubts, Extent, emission_case, lead_of
from estran.assessments.inventory_fitness import grid_coverage, grid_fitness, grid_notices
from estran.assessments.inventory_grid import (
    EmissionGrid,
    PlotCells,
    open_emissions,
    read_cells,
)
from estran.assessments.inventory_weight import Shares, Weight, building_shares
from estran.assessments.notices import notice, overlap_notices
from estran.assessments.place import Place, Plot, read_place
from estran.assessments.provenance import layer_version
from estran.assessments.required import required_factor
from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.geodesy import true_areas_ha
from estran.layers.territory import Layer, Territory

PROCESS = "emissions-inventory"
VERSION = "1.0.0"
TITLE = Text("Inventaire d'émissions", "Emissions inventory")

NO_GRID = Text(
    "ce territoire ne publie pas de grille d'émissions : déclarez une couche de rôle « emissions »",
    "this territory publishes no emission grid: declare a layer of role “emissions”",
)


class EmissionsInventoryRequest(AssessmentRequest):
    """The inputs of `emissions-inventory`."""

    weight: Weight = Field(
        "area",
        title="How a cut cell is shared out",
        description=(
            "Which part of a cell that the outline cuts lies inside: by `area`; by the `floor-area` of its "
            "buildings (footprint times storeys); or by their `footprint`. A cell without building falls "
            "back to the area."
        ),
        json_schema_extra={
            "x-title-fr": "Comment répartir une maille coupée",
            "x-description-fr": (
                "Quelle part d'une maille coupée par le contour est à l'intérieur : selon la surface "
                "(`area`), la surface de plancher de ses bâtiments (`floor-area`, emprise fois niveaux) ou "
                "leur emprise (`footprint`). Une maille sans bâtiment revient à la surface."
            ),
        },
    )
    layer: str | None = Field(
        None,
        title="Emission grid",
        description="Collection to read; the first one of role `emissions` by default.",
        json_schema_extra={
            "x-title-fr": "Grille d'émissions",
            "x-description-fr": "Collection à lire ; par défaut, la première de rôle `emissions`.",
        },
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What every plot of a request shares."""

    request: EmissionsInventoryRequest
    territory: Territory
    grid: EmissionGrid
    place: Place
    allocation: Factor
    mass: Factor
    buildings: Layer | None
    storey: Factor


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said of one plot."""

    case: Case
    fitness: Fitness
    coverage: Coverage
    warnings: tuple[Notice, ...]


def assess_emissions_inventory(
    request: EmissionsInventoryRequest, territory: Territory, place: Place | None = None
) -> Envelope:
    """Return the emissions that the grid of a territory holds inside a place, and inside each feature.

    Args:
        request: The inputs.
        territory: Whose layers.
        place: Where, when that was read from the inputs already.

    Raises:
        InvalidInput: the geometry or the layer is wrong.
        NotFound: the collection does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: the grid cannot be read.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    place = place or read_place(request, territory)
    layer = territory.layer(request.layer) if request.layer else territory.with_role("emissions")
    if layer is None:
        return _without_grid(request, registry, place, territory, started)
    if layer.table:
        raise InvalidInput(
            f"{layer.id} holds features, and holds no emission grid; name a coverage",
            f"{layer.id} contient des objets et ne contient pas de grille d'émissions ; nommez une "
            "couverture",
            where="layer",
        )
    grid = open_emissions(layer)
    buildings = territory.with_role("buildings") if request.weight != "area" else None
    context = _Context(
        request=request,
        territory=territory,
        grid=grid,
        place=place,
        allocation=required_factor(registry, ALLOCATION),
        mass=required_factor(registry, MASS),
        buildings=buildings,
        storey=required_factor(registry, "building.storey_height"),
    )
    geometries = [plot.geometry for plot in place.plots]
    read = read_cells(
        grid, [*geometries, place.whole], place.crs, limit=territory.settings.limits.coverage_pixels
    )
    total = _plot(Plot("", "geometry", place.whole, {}), read[-1], context, place.area_ha)
    layers = {layer.id: layer_version(layer)}
    if buildings is not None:
        layers[buildings.id] = layer_version(buildings)
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=total.case,
        registry=registry,
        territory=territory,
        place=place,
        layers=layers,
        coverage=total.coverage,
        fitness=total.fitness,
        features=_features(read[:-1], context) if place.many else None,
        warnings=(*_overlaps(place), *total.warnings),
        started=started,
        bytes_read=sum(part.masses.nbytes for part in read),
    )


def _overlaps(place: Place) -> list[Notice]:
    if not (place.many and place.overlapping):
        return []
    areas = true_areas_ha(np.array([plot.geometry for plot in place.plots]), place.crs)
    return list(overlap_notices(fsum(areas.tolist()), place.area_ha))


def _features(read: Sequence[PlotCells], context: _Context) -> Iterator[FeatureCase]:
    plots = context.place.plots
    areas = true_areas_ha([plot.geometry for plot in plots], context.place.crs).tolist()
    for plot, cells, area_ha in zip(plots, read, areas, strict=True):
        if plot.error:
            yield FeatureCase(id=plot.id, error=plot.error)
            continue
        told = _plot(plot, cells, context, area_ha)
        yield FeatureCase(
            id=plot.id,
            case=told.case,
            fitness=told.fitness,
            coverage=told.coverage,
            warnings=(*plot.notices, *told.warnings),
        )


def _plot(plot: Plot, cells: PlotCells, context: _Context, area: float) -> _Told:
    shares = _shares(plot, cells, context)
    series = context.grid.series
    has_data = np.isfinite(cells.masses)
    leading = [index for index, each in enumerate(series) if each.gas == lead_of(series).gas]
    described = cells.cells.inside_ha[has_data[leading].any(axis=0)]
    covered = min(area, fsum(described.tolist()))
    on_grid = min(area, fsum(cells.cells.inside_ha.tolist()))
    layer = context.grid.layer
    return _Told(
        case=emission_case(
            context.grid,
            cells,
            shares.shares,
            Extent(area, covered, on_grid),
            Doubts(context.mass, context.allocation),
            others=(context.storey,) if _uses_storeys(context) else (),
        ),
        fitness=grid_fitness(layer, area_ha=area, covered_ha=covered),
        coverage=grid_coverage(layer, area_ha=area, covered_ha=covered, on_grid_ha=on_grid),
        warnings=(
            *grid_notices(series, layer, area_ha=area, covered_ha=covered, on_grid_ha=on_grid),
            *_weight_notices(shares, context),
        ),
    )


def _shares(plot: Plot, cells: PlotCells, context: _Context) -> Shares:
    by_area = Shares(cells.cells.shares, 0, int((cells.cells.shares < 1.0).sum()))
    if context.request.weight == "area" or context.buildings is None:
        return by_area
    return building_shares(
        cells.cells,
        context.grid.raster.grid,
        plot.geometry,
        context.place.crs,
        layer=context.buildings,
        weight=context.request.weight,
        storey_m=context.storey.value,
    )


def _uses_storeys(context: _Context) -> bool:
    return context.request.weight == "floor-area" and context.buildings is not None


def _weight_notices(shares: Shares, context: _Context) -> list[Notice]:
    if context.request.weight == "area":
        return []
    if context.buildings is None:
        return [
            notice(
                "no-buildings",
                "ce territoire n'a pas de couche de bâtiments : les mailles coupées sont réparties selon la "
                "surface",
                "this territory has no layer of buildings: cut cells are shared out by area",
            )
        ]
    return [
        notice(
            "dasymetric",
            f"mailles coupées réparties selon les bâtiments : {shares.weighted} sur {shares.cut} ; les "
            "autres selon la surface",
            f"cut cells shared out by buildings: {shares.weighted} of {shares.cut}; the others by area",
        )
    ]


def _without_grid(
    request: EmissionsInventoryRequest,
    registry: Registry,
    place: Place,
    territory: Territory,
    started: float,
) -> Envelope:
    figure = Figure("total", Text("Émissions", "Emissions"), "tCO2/yr", scope="territorial inventory")
    nothing = Case(model=lambda values: {}, rows=(), indicators=(figure,), unanswered=NO_GRID)  # noqa: ARG005
    unfit = grid_fitness(None, area_ha=place.area_ha, covered_ha=0.0)
    share = 0.0 if place.area_ha > 0.0 else None
    none = Coverage(share=share, inside=share, evaluated=share)
    rows = [
        FeatureCase(id=plot.id, case=nothing, fitness=unfit, coverage=none, error=plot.error)
        for plot in place.plots
    ]
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=nothing,
        registry=registry,
        territory=territory,
        place=place,
        coverage=none if place.area_ha > 0.0 else NOWHERE,
        fitness=unfit,
        features=rows if place.many else None,
        warnings=[notice("no-grid", NO_GRID.fr, NO_GRID.en)],
        started=started,
    )
