"""What does a trace or a diary of trips emit, without keeping it?

``E = Σ d · f(mode) / occ``, for one person. Nothing of the trace is written, logged or put in a link: the
answer holds lengths by mode, never a position nor a time.

Reference:
    METHODS, section 9; ADEME Impact CO2 / Base Empreinte.
"""

import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

from estran.assessments.answer import answer
from estran.assessments.envelope import Envelope, Fitness, Notice
from estran.assessments.fitness import judged
from estran.assessments.inputs import ModelRequest
from estran.assessments.mobility_case import footprint_case
from estran.assessments.mobility_inputs import MobilityFootprintRequest
from estran.assessments.mobility_legs import Journey, Leg, Modes, Stretch, known_mode, merged, travelled
from estran.assessments.mobility_trace import read_traces
from estran.assessments.notices import notice
from estran.carbon.errors import InvalidInput, TooLarge
from estran.carbon.text import Text
from estran.factors.documents import read_document
from estran.factors.registry import Registry
from estran.layers.territory import Territory

PROCESS = "mobility-footprint"
VERSION = "1.0.0"
TITLE = Text("Empreinte d'un déplacement", "Mobility footprint")


class _Normalised(ModelRequest):
    """What an answer follows from: lengths by mode, which it shows anyway, and nothing else of the trace."""

    is_private: ClassVar[bool] = True

    legs: tuple[tuple[str, str, bool, float | None, float], ...]
    dropped: tuple[int, int, int]
    gaps: int
    ignores_occupancy: bool


def assess_mobility_footprint(request: MobilityFootprintRequest, territory: Territory) -> Envelope:
    """Return the footprint of a trace and of trips, in kgCO2e, for one person.

    Raises:
        InvalidInput: neither trace nor trip, an unknown mode, or a trace that cannot be read.
        TooLarge: too many positions.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    known = read_document("mobility_modes", Modes)
    journey = read_journey(request, territory, registry)
    legs = merged([*journey.legs, *_trips(request, known)])
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=_normalised(request, journey, legs, known),
        case=footprint_case(legs, known, registry),
        registry=registry,
        fitness=_fitness(legs),
        warnings=_notices(request, journey, legs, known),
        started=started,
    )


def masked_stretches(request: MobilityFootprintRequest, territory: Territory) -> tuple[Stretch, ...]:
    """Return what may be shown of the traces: by mode, without the ends, without any time."""
    registry = territory.registry().with_overrides(request.factor_overrides())
    return read_journey(request, territory, registry).stretches


def read_journey(request: MobilityFootprintRequest, territory: Territory, registry: Registry) -> Journey:
    """Return the traces of a request, cleaned and cut by mode.

    Raises:
        InvalidInput: neither trace nor trip, an unknown mode, or a trace that cannot be read.
    """
    if len(request.trips) > territory.settings.limits.features:
        most = territory.settings.limits.features
        raise TooLarge(
            f"{len(request.trips):,} trips; this server accepts at most {most:,}; split the list",
            f"{len(request.trips)} trajets ; ce serveur en accepte au plus {most} ; divisez la liste",
            where="trips",
        )
    if request.geometry is None:
        if not request.trips:
            raise InvalidInput(
                "give a trace in `geometry`, or a list of `trips`",
                "donnez une trace dans `geometry`, ou une liste de trajets dans `trips`",
                where="geometry",
            )
        return Journey((), ())
    traces = read_traces(request.geometry, request.crs, vertices=territory.settings.limits.vertices)
    return travelled(
        traces,
        read_document("mobility_modes", Modes),
        registry,
        mode=request.mode or "",
        occupancy=request.occupancy,
        interpolate=request.interpolate,
    )


def _normalised(
    request: MobilityFootprintRequest, journey: Journey, legs: Sequence[Leg], known: Modes
) -> _Normalised:
    shared = {name: getattr(request, name) for name in ModelRequest.model_fields}
    return _Normalised(
        **shared,
        legs=tuple((leg.mode, leg.basis, leg.is_inferred, leg.occupancy, leg.km) for leg in legs),
        dropped=(journey.same_time, journey.inaccurate, journey.too_fast),
        gaps=journey.gaps,
        ignores_occupancy=_ignores_occupancy(request, legs, known),
    )


def _ignores_occupancy(request: MobilityFootprintRequest, legs: Sequence[Leg], known: Modes) -> bool:
    ignored = request.occupancy is not None and not any(known.modes[leg.mode].is_vehicle for leg in legs)
    return ignored or any(
        trip.occupancy is not None and not known.modes[trip.mode].is_vehicle for trip in request.trips
    )


def _trips(request: MobilityFootprintRequest, known: Modes) -> Iterator[Leg]:
    for index, trip in enumerate(request.trips):
        mode = known_mode(trip.mode, known.modes, f"trips[{index}].mode")
        occupancy = trip.occupancy if mode.is_vehicle else None
        yield Leg(trip.mode, "trip", False, occupancy, trip.distance_km * trip.count)


def _fitness(legs: Sequence[Leg]) -> Fitness:
    total = sum(leg.km for leg in legs)
    if total <= 0.0:
        return judged("fit", Text("aucune distance n'est parcourue", "no distance is travelled"))
    inferred = sum(leg.km for leg in legs if leg.is_inferred) / total
    if inferred > 0.0:
        return judged(
            "order-of-magnitude",
            Text(
                f"le mode de {100 * inferred:.0f} % de la distance est déduit de la vitesse : une voiture, "
                "un bus et un train vont aussi vite",
                f"the mode of {inferred:.0%} of the distance is inferred from the speed: a car, a bus and a "
                "train go as fast",
            ),
        )
    return judged("fit", Text("tous les modes sont déclarés", "every mode is told"))


def _notices(
    request: MobilityFootprintRequest, journey: Journey, legs: Sequence[Leg], known: Modes
) -> Iterator[Notice]:
    yield notice(
        "private",
        "ni la trace ni les trajets ne sont conservés, et la réponse n'a pas de lien qui les contienne",
        "neither the trace nor the trips are kept, and the answer has no link that holds them",
    )
    dropped = journey.same_time + journey.inaccurate + journey.too_fast
    if dropped:
        yield notice(
            "points-dropped",
            f"points écartés : {dropped}, dont {journey.same_time} de même temps, {journey.inaccurate} "
            f"imprécis, {journey.too_fast} trop rapides",
            f"points dropped: {dropped}, of which {journey.same_time} of the same time, {journey.inaccurate} "
            f"inaccurate, {journey.too_fast} too fast",
        )
    if journey.gaps:
        yield notice(
            "gaps",
            f"interruptions de la trace : {journey.gaps} ; la distance qui y manque n'est pas inventée",
            f"gaps in the trace: {journey.gaps}; the distance missing there is not invented",
        )
    if _ignores_occupancy(request, legs, known):
        yield notice(
            "occupancy-not-used",
            "l'occupation n'est pas utilisée pour les modes dont le facteur est déjà par passager",
            "the occupancy is not used for modes whose factor is per passenger already",
        )
    yield notice(
        "vehicle-included",
        "fabrication des véhicules et énergie comprises, infrastructures non comprises",
        "manufacture of vehicles and energy included, infrastructure not included",
    )
