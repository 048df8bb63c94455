"""What do questions about objects of a vector layer share? Where they are asked, and what to say of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from estran.assessments.envelope import Coverage, LayerCoverage, Notice
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.land import Land, distinct_keys, read_land
from estran.assessments.notices import notice
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
    """

    territory: Territory
    registry: Registry
    place: Place
    land: Land

    @property
    def keys(self) -> tuple[LedgerKey, ...]:
        """Land of the place."""
        return distinct_keys([self.land.whole, *self.land.rows])

    def versions(self, *layers: Layer) -> dict[str, str]:
        """Return the version of each layer read, by identifier, that of the ledger included."""
        ledger = self.territory.with_role("land-ledger")
        known = {ledger.id: self.land.version} if ledger else {}
        return known | {layer.id: layer_version(layer) for layer in layers}


def read_layer_place(request: AssessmentRequest, territory: Territory) -> LayerPlace:
    """Return where a question is asked.

    Raises:
        InvalidGeometry: a geometry is malformed, ambiguous or misplaced.
        InvalidInput: the CRS, the reference or an override is not valid.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: the ledger cannot be read.
    """
    registry = territory.registry().with_overrides(request.factor_overrides())
    place = read_place(request, territory)
    return LayerPlace(territory, registry, place, read_land(place, territory))


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
