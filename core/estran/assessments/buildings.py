"""What do the buildings of a place emit, in operation and by their construction; which to renovate first?

``E = Σ_b w_b · S_b · Σ_{e,use} q_{e,use} · EF_{e,use} / 1000``: area, energy ratios and emission factors. An
energy label replaces the ratios of its building; what was built is another figure, never a part of the total.

Reference:
    METHODS, section 5; DPE 3CL (2021), ADEME Base Empreinte, CEREN.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import get_args

import numpy as np
from shapely.geometry.base import BaseGeometry

from estran.assessments.buildings_case import emissions_case
from estran.assessments.buildings_inputs import BuildingEmissionsRequest, TargetClass
from estran.assessments.buildings_model import (
    ELECTRIC,
    Choices,
)
from estran.assessments.buildings_notices import Context, building_notices
from estran.assessments.buildings_ranking import (
    WORKS,
    central_emissions,
    ranked_buildings,
)
from estran.assessments.buildings_stock import (
    COLUMNS,
    DPE_EMISSIONS,
    DPE_PRIMARY,
    NOT_EVALUATED,
    Dpe,
    Ranks,
    layer_dpe,
    read_stock,
    shares_of,
)
from estran.assessments.buildings_words import DOUBTS
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Fitness, Ranked
from estran.assessments.layer_fitness import counted_fitness
from estran.assessments.layer_objects import Inside, Objects, centroids, centroids_inside, read_objects
from estran.assessments.layer_place import LayerPlace, layer_answer, read_layer_place, unanswered
from estran.assessments.place import Place
from estran.assessments.required import required_factor
from estran.carbon.buildings import Floats, weights
from estran.carbon.text import Text
from estran.factors.documents import FitnessRules, read_document
from estran.factors.factor import Factor
from estran.layers.territory import Territory

PROCESS = "building-emissions"
VERSION = "1.0.0"

TITLE = Text("Émissions des bâtiments", "Emissions of buildings")

NATIONAL_RATIO = Text(
    "les bâtiments sans DPE suivent des moyennes nationales : l'énergie de chacun n'est pas connue",
    "buildings without a label follow national means: the energy of each one is not known",
)

DOUBT = Text(
    "Un bâtiment est incertain à 40 % (écart entre consommation conventionnelle et mesurée) ; la part "
    "indépendante de ce doute baisse comme 1/√n, la part commune ne passe jamais sous 15 %. Les facteurs "
    "partagés varient ensemble.",
    "One building is unsure by 40 % (gap between conventional and metered consumption); the independent "
    "part of this doubt falls as 1/√n, the common part never goes below 15 %. Shared factors move together.",
)


CLASSES = get_args(TargetClass)
"""Energy classes that have an upper bound."""

PARAMETERS = (
    "storey_height",
    "flats_from_dwellings",
    "flats_from_storeys",
    "period_limit",
    "doubt.single",
    "doubt.common",
    "intensity.lowest",
    "intensity.highest",
)
"""Parameters that decide what a building is, and how unsure."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """Which buildings count in a plot, and how much of each, above 0 and up to 1."""

    ranks: Ranks
    shares: Floats


def assess_building_emissions(
    request: BuildingEmissionsRequest, territory: Territory, place: Place | None = None
) -> Envelope:
    """Return what the buildings of a place emit, for each of its features and together.

    Args:
        request: The inputs.
        territory: Whose layers.
        place: Where, when that was read from the inputs already.

    Raises:
        InvalidInput: the geometry, a factor to override or an input is wrong.
        NotFound: the territory publishes no buildings, or a feature does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    where = read_layer_place(request, territory, place)
    columns = (*COLUMNS, *DPE_EMISSIONS, *DPE_PRIMARY)
    objects = read_objects(territory, "buildings", where.place, columns)
    context = _context(request, where, objects)
    counted = _counted(context, objects.whole, where.place.whole)

    def told(rank: int | None) -> tuple[Case, Fitness]:
        if rank is None:
            return _told(context, counted, unanswered(where.land.whole))
        row = _counted(context, objects.rows[rank], where.place.plots[rank].geometry)
        reason = unanswered(where.land.rows[rank])
        return _told(context, row, reason) if len(row.ranks) else without_any(reason)

    @cache
    def without_any(reason: Text | None) -> tuple[Case, Fitness]:
        """Plots without building have one case, which is solved once."""
        return _told(context, _Counted(np.zeros(0, dtype=np.int64), np.zeros(0)), reason)

    shares = shares_of(len(objects.ids), counted.ranks, counted.shares)
    envelope = layer_answer(
        where,
        request,
        TITLE,
        process=PROCESS,
        version=VERSION,
        layers=(objects.layer,),
        told=told,
        notices=building_notices(context, shares),
        uncertainty_note=DOUBT,
        doubts=DOUBTS,
        started=started,
    )
    return envelope.model_copy(update={"ranking": _ranking(context, shares)})


def _context(request: BuildingEmissionsRequest, where: LayerPlace, objects: Objects) -> Context:
    registry = where.registry

    def parameter(name: str) -> float:
        return required_factor(registry, f"building.{name}").value

    stock = read_stock(
        objects,
        _dpe(request, where, objects),
        storey_height_m=parameter("storey_height"),
        flats_from_dwellings=parameter("flats_from_dwellings"),
        flats_from_storeys=parameter("flats_from_storeys"),
        period_limit=parameter("period_limit"),
        unknown=request.unknown_use,
    )
    mix: Mapping[str, float] | None = (
        {str(name): share for name, share in request.carrier_mix.items()} if request.carrier_mix else None
    )
    choices = Choices(request.tertiary_branch, request.electricity == "by_use", mix)
    return Context(
        request,
        where,
        objects,
        stock,
        central_emissions(stock, registry=registry, choices=choices, useful_share=parameter("useful_share")),
        _parameters(request, where),
        objects.synthetic,
        centroids(objects),
        choices,
    )


def _parameters(request: BuildingEmissionsRequest, where: LayerPlace) -> tuple[Factor, ...]:
    """What the answer rests on besides the factors of the model, told with them."""
    names = [f"building.{name}" for name in PARAMETERS]
    if request.top:
        names += [f"building.dpe.{request.renovation_class}.ghg_max", *WORKS]
    found = (where.registry.factor(name) for name in names)
    return tuple(factor for factor in found if isinstance(factor, Factor))


def _dpe(request: BuildingEmissionsRequest, where: LayerPlace, objects: Objects) -> Dpe:
    """The labels of the layer, then those of the request, which win."""
    known = layer_dpe(objects)
    ranks = {identifier: rank for rank, identifier in enumerate(objects.ids)}
    emissions, primary, final = known.emissions.copy(), known.primary.copy(), known.final.copy()
    for label in request.dpe:
        rank = ranks.get(label.building)
        if rank is None:
            continue
        ratio = _primary_ratio(where, label.carrier)
        used, source = label.final_energy_kwh_m2, label.primary_energy_kwhep_m2
        if used is None and source is not None and ratio is not None:
            used = source / ratio
        if source is None and used is not None and ratio is not None:
            source = used * ratio
        emissions[rank] = label.emissions_kgco2e_m2
        primary[rank] = np.nan if source is None else source
        final[rank] = np.nan if used is None else used
    return Dpe(emissions, primary, final)


def _primary_ratio(where: LayerPlace, carrier: str | None) -> float | None:
    if carrier is None:
        return None
    name = "energy.electricity.primary_factor" if carrier in ELECTRIC else "project.primary_energy.other"
    return required_factor(where.registry, name).value


def _counted(context: Context, inside: Inside, geometry: BaseGeometry) -> _Counted:
    """Which buildings count in one plot, and how much of each."""
    objects = context.objects
    if context.request.weighting == "centroid":
        ranks = centroids_inside(context.centroids, objects, geometry, context.where.place.crs)
        return _Counted(ranks, np.ones(len(ranks)))
    return _Counted(inside.ranks, weights(inside.inside_m2, objects.area_m2[inside.ranks]))


def _told(context: Context, counted: _Counted, reason: Text | None) -> tuple[Case, Fitness]:
    return _case(context, counted, reason), _fitness(context, counted)


def _case(context: Context, counted: _Counted, reason: Text | None) -> Case:
    case = emissions_case(
        context.stock.of(counted.ranks),
        counted.shares,
        context.central.total[counted.ranks],
        registry=context.where.registry,
        choices=context.choices,
        unanswered=reason,
    )
    return replace(case, factors=(*case.factors, *context.parameters))


def _fitness(context: Context, counted: _Counted) -> Fitness:
    stock, synthetic = context.stock.of(counted.ranks), context.synthetic[counted.ranks]
    heated = stock.heated
    gross = stock.gross_m2 * counted.shares
    evaluated = float(gross[heated].sum())
    asked = evaluated + float(gross[np.isin(stock.kinds, tuple(NOT_EVALUATED))].sum())
    most = read_document("fitness", FitnessRules).described_share
    known = bool(evaluated) and float(gross[heated & stock.dpe.known].sum()) >= most * evaluated
    return counted_fitness(
        context.objects.layer,
        count=int(heated.sum()),
        synthetic=float(gross[heated & synthetic].sum()) / evaluated if evaluated else 0.0,
        evaluated=evaluated / asked if asked else None,
        worst="order-of-magnitude" if known else "unfit",
        reason=None if known else NATIONAL_RATIO,
    )


def _ranking(context: Context, shares: Floats) -> tuple[Ranked, ...]:
    registry, request = context.where.registry, context.request
    works = [registry.factor(name) for name in WORKS]
    known = [factor.value for factor in works if isinstance(factor, Factor)]

    def bound(name: str, what: str) -> float:
        return required_factor(registry, f"building.dpe.{name}.{what}").value

    return ranked_buildings(
        context.objects,
        context.stock,
        context.central,
        shares,
        target=required_factor(registry, f"building.dpe.{request.renovation_class}.ghg_max").value,
        doubt=required_factor(registry, "building.doubt.single").value,
        works=sum(known) if len(known) == len(works) else None,
        thresholds={name: (bound(name, "primary_energy_max"), bound(name, "ghg_max")) for name in CLASSES},
        top=request.top,
        confidence=request.confidence,
    )
