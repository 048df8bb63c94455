"""Which car parks to cover with solar canopies, to plant or to unseal, and what does the law ask?

The duty looks at the whole park, its lots merged; the figures are those of the part that lies in the place.

Reference:
    METHODS, section 7; law 2023-175 art. 40, decree 2024-1023, law of 26 November 2025.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Fitness, Indicator, Notice
from estran.assessments.layer_fitness import counted_fitness
from estran.assessments.layer_objects import Inside
from estran.assessments.layer_place import LayerPlace, layer_answer, read_layer_place, unanswered
from estran.assessments.notices import notice
from estran.assessments.parking_case import Counted, Plan, parking_case
from estran.assessments.parking_inputs import ParkingPotentialRequest
from estran.assessments.parking_law import PARAMETERS, park_duty, park_rules
from estran.assessments.parking_parks import Parks, inside_of, read_parks
from estran.assessments.parking_ranking import deadline_names, ranked_parks
from estran.assessments.parking_words import LEFT_OUT, OUTLINE
from estran.assessments.place import Place
from estran.assessments.pv_site import comparison_notices
from estran.assessments.required import required_factor
from estran.carbon.parking import Duty, Rules
from estran.carbon.text import Text
from estran.layers.ledger.read import open_ledger
from estran.layers.territory import Territory

PROCESS = "parking-potential"
VERSION = "1.0.0"

TITLE = Text("Potentiel des parcs de stationnement", "Potential of car parks")


@dataclass(frozen=True, slots=True)
class _Context:
    """What every row of a request shares."""

    request: ParkingPotentialRequest
    where: LayerPlace
    parks: Parks
    rules: Rules
    plan: Plan
    duties: tuple[tuple[Duty, str], ...]
    zones: tuple[str, ...]
    areas_m2: Mapping[str, float]
    synthetic: Mapping[str, bool]


def assess_parking_potential(
    request: ParkingPotentialRequest, territory: Territory, place: Place | None = None
) -> Envelope:
    """Return what the car parks of a place can give, and what they owe, for each feature and together.

    Args:
        request: The inputs.
        territory: Whose layers.
        place: Where, when that was read from the inputs already.

    Raises:
        InvalidInput: the geometry, a factor to override or an input is wrong.
        NotFound: the territory publishes no car park areas, or a feature does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    where = read_layer_place(request, territory, place)
    context = _context(request, where)
    objects = context.parks.objects
    counted = _counted(context, objects.whole)

    def told(rank: int | None) -> tuple[Case, Fitness]:
        if rank is None:
            return _told(context, counted, unanswered(where.land.whole))
        own = _counted(context, objects.rows[rank])
        reason = unanswered(where.land.rows[rank])
        return _told(context, own, reason) if own else without_any(reason)

    @cache
    def without_any(reason: Text | None) -> tuple[Case, Fitness]:
        """Plots without car park have one case, which is solved once."""
        return _told(context, [], reason)

    envelope = layer_answer(
        where,
        request,
        TITLE,
        process=PROCESS,
        version=VERSION,
        layers=(objects.layer,),
        told=told,
        notices=_notices(context, counted),
        started=started,
    )
    avoided = envelope.indicator("avoided")
    extra = comparison_notices(request.grid, lowest=avoided.low, highest=avoided.high) if counted else ()
    return envelope.model_copy(
        update={
            "warnings": (*envelope.warnings, *extra),
            "ranking": ranked_parks(
                context.parks,
                _counted(context, objects.whole, all_parks=True),
                _produced(context, envelope),
                context.plan,
                context.rules,
                registry=where.registry,
                why=[why for _, why in context.duties],
                top=request.top,
            ),
        }
    )


def _context(request: ParkingPotentialRequest, where: LayerPlace) -> _Context:
    def parameter(name: str) -> float:
        return required_factor(where.registry, name).value

    parks = read_parks(
        where.territory,
        where.place,
        merge_distance_m=parameter("parking.merge_distance"),
        same_name_distance_m=parameter("parking.same_name_distance"),
    )
    rules = park_rules(where.registry)
    share = parameter("aper.shaded_share") if request.canopy_share is None else request.canopy_share
    # The share of the law gives way to what is unsealed or planted: a square metre is not used twice.
    canopy = min(share, 1.0 - request.desealed_share - request.tree_share)
    plan = Plan(
        canopy,
        request.desealed_share,
        request.tree_share,
        request.desealed_to,
        request.years,
        request.grid,
        request.modules,
    )
    duties = tuple(
        park_duty(park, float(area), rules)
        for park, area in zip(parks.parks, parks.objects.area_m2, strict=True)
    )
    return _Context(
        request,
        where,
        parks,
        rules,
        plan,
        duties,
        _zones(where, parks) if plan.desealed else (),
        dict(zip(parks.objects.ids, parks.objects.area_m2.tolist(), strict=True)),
        dict(zip(parks.objects.ids, parks.objects.synthetic.tolist(), strict=True)),
    )


def _zones(where: LayerPlace, parks: Parks) -> tuple[str, ...]:
    """The soil-climate zone in which most of each park lies."""
    layer = where.territory.with_role("land-ledger")
    if layer is None:
        return ("",) * len(parks.parks)
    ledger = open_ledger(layer.path)
    zones = []
    for areas in ledger.land_areas_many(list(parks.objects.geometries), parks.objects.crs):
        held: dict[str, float] = {}
        for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
            held[key.zone] = held.get(key.zone, 0.0) + area
        zones.append(max(held, key=lambda zone: (held[zone], zone)) if held else "")
    return tuple(zones)


def _counted(context: _Context, inside: Inside, *, all_parks: bool = False) -> list[Counted]:
    """The parks with some area in a plot, all of them when asked, in the order of the layer."""
    areas = inside_of(inside, len(context.parks.parks))
    allowed = {"due"} if context.request.parks == "due" else {"due", "none"}
    counted = []
    for rank in range(len(areas)) if all_parks else inside.ranks.tolist():
        park, (law, _) = context.parks.parks[rank], context.duties[rank]
        zone = context.zones[rank] if context.zones else ""
        counted.append(Counted(park.id, park.name, law, float(areas[rank]), zone, is_equipped=law in allowed))
    return counted


def _told(context: _Context, counted: Sequence[Counted], reason: Text | None) -> tuple[Case, Fitness]:
    return _case(context, counted, reason), _fitness(context, counted)


def _case(context: _Context, counted: Sequence[Counted], reason: Text | None) -> Case:
    registry = context.where.registry
    case = parking_case(
        counted,
        context.plan,
        registry=registry,
        keys=context.where.keys,
        unanswered=reason,
    )
    names = [*PARAMETERS, *sorted(_deadlines(context, counted))]
    return replace(case, factors=(*case.factors, *(required_factor(registry, name) for name in names)))


def _deadlines(context: _Context, counted: Sequence[Counted]) -> set[str]:
    """The factors that hold the deadlines of the parks that the law obliges."""
    due = {park.id for park in counted if park.duty == "due"}
    return {name for park in due for name in deadline_names(context.areas_m2[park], context.rules)}


def _fitness(context: _Context, counted: Sequence[Counted]) -> Fitness:
    assessed = [park for park in counted if park.duty in ("due", "none")]
    area = sum(park.inside_m2 for park in assessed)
    synthetic = sum(park.inside_m2 for park in assessed if context.synthetic[park.id]) / area if area else 0.0
    return counted_fitness(
        context.parks.objects.layer,
        count=len(assessed),
        synthetic=synthetic,
        worst="order-of-magnitude",
        reason=OUTLINE,
    )


def _produced(context: _Context, envelope: Envelope) -> list[Indicator | None]:
    """The production of each park as a figure, from its row of the breakdown."""
    rows = {row.item: row for row in envelope.breakdown}
    found: list[Indicator | None] = []
    for park in context.parks.parks:
        row = rows.get(f"production/{park.id}")
        found.append(
            Indicator(
                id=row.item,
                title=row.title,
                value=row.value,
                low=row.low,
                high=row.high,
                confidence=envelope.uncertainty.confidence,
                unit=row.unit,
            )
            if row
            else None
        )
    return found


def _notices(context: _Context, counted: Sequence[Counted]) -> Iterator[Notice]:
    if not counted:
        return
    if context.parks.merged:
        yield notice(
            "merged-lots",
            f"emprises réunies à une autre du même parc : {context.parks.merged} ; l'obligation porte sur le "
            "parc entier",
            f"areas merged with another of the same park: {context.parks.merged}; the duty concerns the "
            "whole park",
        )
    yield notice(
        "aper-scope",
        "obligation lue sur la surface seule : ne sont pas vérifiés l'ombre des arbres existants, les "
        "contraintes techniques ou patrimoniales, ni les voies hors du parc ; les dates viennent de la loi "
        "du 26 novembre 2025",
        "duty read from the area alone: the shade of existing trees, technical or heritage constraints and "
        "lanes outside the park are not checked; the dates come from the law of 26 November 2025",
    )
    why = {park.id: reason for park, (_, reason) in zip(context.parks.parks, context.duties, strict=True)}
    left_out = [(park.name or park.id, LEFT_OUT[why[park.id]]) for park in counted if why[park.id]]
    if left_out:
        fr = " ; ".join(f"{name} ({reason.fr})" for name, reason in left_out)
        en = "; ".join(f"{name} ({reason.en})" for name, reason in left_out)
        yield notice(
            "parks-left-out",
            f"parcs laissés de côté, sans production ({len(left_out)}) : {fr}",
            f"car parks left out, without production ({len(left_out)}): {en}",
        )
    cut = [
        park.name or park.id
        for park, area in zip(
            _counted(context, context.parks.objects.whole, all_parks=True),
            context.parks.objects.area_m2,
            strict=True,
        )
        if 0.0 < park.inside_m2 < (1.0 - 1e-6) * area
    ]
    if cut:
        yield notice(
            "cut-parks",
            f"parcs coupés par le contour ({len(cut)}) : l'obligation suit le parc entier, les chiffres la "
            f"part comprise : {', '.join(cut)}",
            f"car parks cut by the outline ({len(cut)}): the duty follows the whole park, the figures the "
            f"part inside: {', '.join(cut)}",
        )
    wished = context.request.canopy_share
    if (
        wished is None
        and context.plan.canopy < required_factor(context.where.registry, "aper.shaded_share").value
    ):
        yield notice(
            "less-canopy",
            f"la part d'ombrières est réduite à {context.plan.canopy:.2f} pour laisser place au sol libéré "
            f"et aux "
            "arbres".replace(".", ","),
            f"the share of canopies is reduced to {context.plan.canopy:.2f} to leave room for the freed "
            "soil and the trees",
        )
