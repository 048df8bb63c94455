"""What do the processes on land share? The land read once, its supports, what a reader must know of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import fsum

from estran.assessments.answer import FeatureCase
from estran.assessments.case import Case
from estran.assessments.envelope import Coverage, Fitness, Notice
from estran.assessments.fitness import Supports, assess_fitness, coverage, read_supports
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.land import Land, distinct_keys, read_land
from estran.assessments.notices import notice
from estran.assessments.place import OVERLAP, Place, read_place
from estran.assessments.stock_notices import overlap_notice
from estran.carbon.text import Text
from estran.factors.registry import Registry
from estran.layers.ledger.keys import UNKNOWN, LandAreas, LedgerKey
from estran.layers.territory import Territory

VISIBLE = 0.001
"""A share below this is shown as `< 0.1%`."""


@dataclass(frozen=True, slots=True)
class ReadLand:
    """A place, its land and the factors that hold there.

    Attributes:
        place: Where.
        land: Which land.
        keys: Every kind of land present.
        registry: Factors, with the values that the territory and the request prefer.
        supports: What each layer tells apart.
        started: `time.thread_time()` when the reading began.
    """

    place: Place
    land: Land
    keys: tuple[LedgerKey, ...]
    registry: Registry
    supports: Supports
    started: float

    @property
    def horizon(self) -> str | None:
        """Which dates the layers are of."""
        return ", ".join(sorted({key.vintage for key in self.keys if key.vintage})) or None

    def fitness(self, areas: LandAreas) -> Fitness:
        """Return whether some land is large enough for the layers that describe it."""
        return assess_fitness(areas, self.supports)


def read_all(request: AssessmentRequest, territory: Territory, place: Place | None = None) -> ReadLand:
    """Return what a request on land is about.

    Args:
        request: The inputs.
        territory: Whose layers.
        place: Where, when that was read from the inputs already.

    Raises:
        InvalidInput: the geometry, a factor to override or its bounds are wrong.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    place = place or read_place(request, territory)
    land = read_land(place, territory)
    supports = read_supports(territory, land.resolution_m)
    return ReadLand(place, land, distinct_keys([land.whole, *land.rows]), registry, supports, started)


def feature_cases(
    read: ReadLand, case: Callable[[LandAreas], Case], is_complete: Callable[[LedgerKey], bool]
) -> Iterator[FeatureCase] | None:
    """Return one case per feature, None unless several were asked about.

    Args:
        read: What the request is about.
        case: Makes the case of some land.
        is_complete: Whether all that was asked of a kind of land is evaluated.
    """
    return _feature_cases(read, case, is_complete) if read.place.many else None


def _feature_cases(
    read: ReadLand, case: Callable[[LandAreas], Case], is_complete: Callable[[LedgerKey], bool]
) -> Iterator[FeatureCase]:
    for rank, (plot, areas) in enumerate(zip(read.place.plots, read.land.rows, strict=True)):
        if rank in read.land.errors:
            yield FeatureCase(id=plot.id, error=read.land.errors[rank])
            continue
        yield FeatureCase(
            id=plot.id,
            case=case(areas),
            fitness=read.fitness(areas),
            coverage=land_coverage(areas, is_complete),
            warnings=(*plot.notices, *land_notices(areas, is_complete)),
        )


def land_coverage(areas: LandAreas, is_complete: Callable[[LedgerKey], bool]) -> Coverage:
    """Return how much of some land has data, and all that was asked of it."""
    return coverage(areas, complete_ha(areas, is_complete))


def complete_ha(areas: LandAreas, is_complete: Callable[[LedgerKey], bool]) -> float:
    """Return the area of which all that was asked is evaluated, in ha."""
    return fsum(
        area for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True) if is_complete(key)
    )


def land_notices(areas: LandAreas, is_complete: Callable[[LedgerKey], bool]) -> Iterator[Notice]:
    """Yield what the land of one place calls for.

    Args:
        areas: The land.
        is_complete: Whether all that was asked of a kind of land is evaluated.
    """
    if areas.geometry_ha <= 0.0:
        yield notice(
            "zero-area",
            "la géométrie n'a pas de surface : le résultat est nul",
            "the geometry has no area: the result is zero",
        )
        return
    if not areas.keys:
        yield notice(
            "outside-territory",
            "la géométrie est hors du territoire : rien n'est évalué",
            "the geometry is outside the territory: nothing is evaluated",
        )
        return
    inside = areas.inside_ha / areas.geometry_ha
    if inside < 1.0 - OVERLAP:
        yield share_notice(
            "partly-outside",
            1.0 - inside,
            "de la géométrie est hors du territoire et ne compte pas",
            "of the geometry is outside the territory and does not count",
        )
    pairs = list(zip(areas.keys, areas.areas_ha.tolist(), strict=True))
    parts = (
        (
            "no-data",
            [area for key, area in pairs if key.land_class == UNKNOWN],
            "de la géométrie n'est décrit par aucune couche ; le résultat y est inconnu, et n'est pas nul",
            "of the geometry is described by no layer; the result there is unknown, and is not zero",
        ),
        (
            "not-evaluated",
            [area for key, area in pairs if key.land_class != UNKNOWN and not is_complete(key)],
            "de la géométrie n'est pas évalué, en tout ou en partie",
            "of the geometry is not evaluated, in whole or in part",
        ),
        (
            "synthetic",
            [area for key, area in pairs if key.synthetic],
            "de la géométrie repose sur des données de démonstration, qui ne sont pas réelles",
            "of the geometry rests on demonstration data, which are not real",
        ),
    )
    for code, found, fr, en in parts:
        if found and fsum(found) > 0.0:
            yield share_notice(code, fsum(found) / areas.geometry_ha, fr, en)


def place_notices(read: ReadLand) -> Iterator[Notice]:
    """Yield that features overlap, when they do."""
    yield from overlap_notice(read.place, read.land)


def share_notice(code: str, share: float, fr: str, en: str) -> Notice:
    """Return a notice that starts with a share of the geometry."""
    shown = f"{share:.1%}" if share >= VISIBLE else "< 0.1%"
    french = shown.replace(".", ",").replace("%", " %")
    return Notice(code=code, message=Text(f"{french} {fr}", f"{shown} {en}"))
