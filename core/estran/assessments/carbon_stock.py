"""How much carbon is in this land, by pool and class?

``S_p = Σ_keys A(key) · ρ(class, pool, zone)``: true areas from the land ledger, densities from the
factor registry. A land without density is not evaluated and is not zero.

Reference:
    ADEME ALDO method; IPCC 2006 Guidelines, vol. 4, ch. 2.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from estran.assessments.answer import FeatureCase, answer
from estran.assessments.densities import Densities
from estran.assessments.envelope import Envelope
from estran.assessments.fitness import Supports, assess_fitness, coverage, read_supports
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.land import Land, distinct_keys, read_land
from estran.assessments.map_error import ACCURACY, MAP_ERROR, MapError, territory_map_error
from estran.assessments.notices import MAP_COUNTED, doubt_note
from estran.assessments.place import Place, read_place
from estran.assessments.stock_figures import StockCase, stock_case
from estran.assessments.stock_notices import convention_notices, land_notices, overlap_notice
from estran.carbon.text import Text
from estran.layers.ledger.keys import LandAreas
from estran.layers.territory import Territory

PROCESS = "carbon-stock"
VERSION = "1.1.0"

TITLE = Text("Stock de carbone des terres", "Carbon stock of land")


class CarbonStockRequest(AssessmentRequest):
    """The inputs of `carbon-stock`."""

    deep_salt_marsh: bool = Field(
        False,
        title="Deep soil of salt marshes",
        description=(
            "Also give the soil carbon of salt marshes from 30 to 100 cm, in tC, as an indicator of its own "
            "(`soil_deep`) that is never added to the others, which stop at 30 cm."
        ),
        json_schema_extra={
            "x-title-fr": "Sol profond des prés salés",
            "x-description-fr": (
                "Donner aussi le carbone du sol des prés salés de 30 à 100 cm, en tC, comme "
                "indicateur à part "
                "(`soil_deep`), jamais ajouté aux autres, qui s'arrêtent à 30 cm."
            ),
        },
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What every row of a request shares."""

    request: CarbonStockRequest
    densities: Densities
    error: MapError
    supports: Supports
    horizon: str | None

    def stock(self, areas: LandAreas) -> StockCase:
        """The stock of one place or of one feature."""
        return stock_case(
            areas, self.densities, self.error, horizon=self.horizon, deep=self.request.deep_salt_marsh
        )


def assess_carbon_stock(
    request: CarbonStockRequest, territory: Territory, place: Place | None = None
) -> Envelope:
    """Return the carbon stock of a place, for each of its features and together.

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
    keys = distinct_keys([land.whole, *land.rows])
    densities = Densities(registry, territory.settings.territory.commune_aliases)
    context = _Context(
        request=request,
        densities=densities,
        error=territory_map_error(registry, territory, land.territory, densities.amounts),
        supports=read_supports(territory, land.resolution_m),
        horizon=", ".join(sorted({key.vintage for key in keys if key.vintage})) or None,
    )
    stock = context.stock(land.whole)
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=stock.case,
        registry=registry,
        fitness=assess_fitness(land.whole, context.supports),
        coverage=coverage(land.whole, stock.evaluated_ha),
        features=_features(place, land, context) if place.many else None,
        territory=territory,
        place=place,
        keys=keys,
        layers={"land-ledger": land.version},
        warnings=[
            *overlap_notice(place, land),
            *land_notices(land.whole, densities),
            *convention_notices(stock.case.factors),
        ],
        uncertainty_note=doubt_note(request.method, MAP_COUNTED),
        doubts={ACCURACY: MAP_ERROR},
        started=started,
        bytes_read=land.bytes_read,
    )


def _features(place: Place, land: Land, context: _Context) -> Iterator[FeatureCase]:
    for rank, (plot, areas) in enumerate(zip(place.plots, land.rows, strict=True)):
        if rank in land.errors:
            yield FeatureCase(id=plot.id, error=land.errors[rank])
            continue
        stock = context.stock(areas)
        yield FeatureCase(
            id=plot.id,
            case=stock.case,
            fitness=assess_fitness(areas, context.supports),
            coverage=coverage(areas, stock.evaluated_ha),
            warnings=(*plot.notices, *land_notices(areas, context.densities)),
        )
