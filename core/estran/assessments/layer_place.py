"""What do questions about objects of a vector layer share? Where they are asked, and what to say of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from estran.assessments.answer import FeatureCase, answer
from estran.assessments.case import Case
from estran.assessments.envelope import Coverage, Envelope, Fitness, LayerCoverage, Notice
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.land import Land, distinct_keys, read_land
from estran.assessments.notices import notice, overlap_notices
from estran.assessments.place import OVERLAP, Place, read_place
from estran.assessments.provenance import layer_version
from estran.carbon.text import Text
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.territory import Layer, Territory

VISIBLE = 0.001
"""A share below this is shown as `< 0.1%`."""

OUTSIDE = Text(
    "la géométrie est hors du territoire : rien n'est évalué",
    "the geometry is outside the territory: nothing is evaluated",
)


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """A place, and where it stands in the territory.

    Attributes:
        territory: Whose layers.
        registry: Factors, with the overrides of the territory and of the request.
        place: Where the question is asked.
        land: What the ledger says of it: inside or outside, which class.
        keys: Land of the place.
    """

    territory: Territory
    registry: Registry
    place: Place
    land: Land
    keys: tuple[LedgerKey, ...]

    def versions(self, *layers: Layer) -> dict[str, str]:
        """Return the version of each layer read, by identifier, that of the ledger included."""
        ledger = self.territory.with_role("land-ledger")
        known = {ledger.id: self.land.version} if ledger else {}
        return known | {layer.id: layer_version(layer) for layer in layers}


def read_layer_place(
    request: AssessmentRequest, territory: Territory, place: Place | None = None
) -> LayerPlace:
    """Return where a question is asked.

    Args:
        request: The inputs.
        territory: Whose layers.
        place: Where, when that was read from the inputs already.

    Raises:
        InvalidGeometry: a geometry is malformed, ambiguous or misplaced.
        InvalidInput: the CRS, the reference or an override is not valid.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: the ledger cannot be read.
    """
    registry = territory.registry().with_overrides(request.factor_overrides())
    place = place or read_place(request, territory)
    land = read_land(place, territory)
    return LayerPlace(territory, registry, place, land, distinct_keys([land.whole, *land.rows]))


def layer_answer(
    where: LayerPlace,
    request: AssessmentRequest,
    title: Text,
    *,
    process: str,
    version: str,
    layers: Sequence[Layer],
    told: Callable[[int | None], tuple[Case, Fitness]],
    notices: Iterable[Notice],
    started: float,
    uncertainty_note: Text | None = None,
    doubts: Mapping[str, Text] | None = None,
) -> Envelope:
    """Return the envelope of a question about objects, with one answer per feature when several are asked.

    Args:
        where: Where the question is asked.
        request: Its inputs.
        title: What the answer is called.
        process: Identifier of the process.
        version: Version of its result.
        layers: Layers read besides the ledger, the one that the coverage is about first.
        told: Case and fitness of a feature by its rank, of the whole place for None.
        notices: What the process has to say, after what holds of the place.
        started: `time.thread_time()` when the process began.
        uncertainty_note: What the intervals hold, when it is not the common one.
        doubts: Titles of the errors that no factor carries.
    """
    place, land = where.place, where.land
    features = None
    if place.many:
        features = [
            FeatureCase(
                id=plot.id,
                case=case,
                fitness=fitness,
                coverage=layer_coverage(areas, layers[0]),
                warnings=(*plot.notices, *place_notices(areas)),
                error=land.errors.get(rank),
            )
            for rank, (plot, areas) in enumerate(zip(place.plots, land.rows, strict=True))
            for case, fitness in [told(rank)]
        ]
    case, fitness = told(None)
    return answer(
        process=process,
        version=version,
        title=title,
        request=request,
        case=case,
        registry=where.registry,
        fitness=fitness,
        coverage=layer_coverage(land.whole, layers[0]),
        features=features,
        territory=where.territory,
        place=place,
        keys=where.keys,
        layers=where.versions(*layers),
        warnings=[*place_notices(land.whole), *_overlaps(where), *notices],
        uncertainty_note=uncertainty_note,
        doubts=doubts,
        started=started,
        bytes_read=land.bytes_read,
    )


def _overlaps(where: LayerPlace) -> Iterator[Notice]:
    if where.place.many and where.place.overlapping:
        rows_ha = fsum(row.geometry_ha for row in where.land.rows)
        yield from overlap_notices(rows_ha, where.land.whole.geometry_ha)


def layer_coverage(areas: LandAreas, layer: Layer) -> Coverage:
    """Return how much of a geometry a layer of objects describes: all that lies inside the territory."""
    if areas.geometry_ha <= 0.0:
        return Coverage(share=None, inside=None, evaluated=None)
    inside = min(1.0, areas.inside_ha / areas.geometry_ha)
    described = (LayerCoverage(layer=layer.id, share=inside, area=areas.inside_ha),) if inside else ()
    return Coverage(share=inside, inside=inside, evaluated=inside, layers=described)


def unanswered(areas: LandAreas) -> Text | None:
    """Return why nothing is answered: the place has an area, and none of it lies in the territory."""
    return OUTSIDE if areas.geometry_ha > 0.0 and not areas.keys else None


def place_notices(areas: LandAreas) -> Iterator[Notice]:
    """Yield that a geometry has no area, or lies outside the territory, in whole or in part."""
    if areas.geometry_ha <= 0.0:
        yield notice(
            "zero-area",
            "la géométrie n'a pas de surface : elle ne contient rien",
            "the geometry has no area: it holds nothing",
        )
    elif not areas.keys:
        yield notice("outside-territory", OUTSIDE.fr, OUTSIDE.en)
    elif areas.inside_ha < (1.0 - OVERLAP) * areas.geometry_ha:
        share = 1.0 - areas.inside_ha / areas.geometry_ha
        shown = f"{100 * share:.1f}" if share >= VISIBLE else "< 0.1"
        yield notice(
            "partly-outside",
            f"{shown.replace('.', ',')} % de la géométrie est hors du territoire et ne compte pas",
            f"{shown}% of the geometry is outside the territory and does not count",
        )
