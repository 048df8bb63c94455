"""What do the soils, forests, trees and wetlands of this land emit and capture each year?

``F = Σ A·(growth - mortality - harvest)·e·k + Σ A·(burial·a·k) - Σ A·CH4·GWP…`` on land that does not change
use. A stock, a burial and a net exchange are three quantities; only growth and burial count as removals.

Reference:
    METHODS section 2; IPCC 2006 Guidelines, vol. 4; IPCC 2013 Wetlands Supplement.
"""

from collections.abc import Iterator

from pydantic import Field

from estran.assessments.answer import answer
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Notice
from estran.assessments.flux_change_notices import change_notices
from estran.assessments.flux_changes import territory_changes
from estran.assessments.flux_items import TREES_IN_TOWN, Flows, Salinity
from estran.assessments.flux_land import (
    feature_cases,
    land_coverage,
    land_notices,
    place_notices,
    read_all,
)
from estran.assessments.flux_rows import flux_case, unexplained_balances
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.map_error import ACCURACY, MAP_ERROR, territory_map_error
from estran.assessments.notices import MAP_COUNTED, doubt_note, notice
from estran.assessments.place import Place
from estran.carbon.text import Text
from estran.factors.changes import CLASSES, TABLE
from estran.factors.factor import Factor
from estran.layers.ledger.keys import LandAreas
from estran.layers.territory import Territory

PROCESS = "carbon-flux"
VERSION = "1.1.0"

TITLE = Text("Flux annuel de carbone des terres", "Annual carbon flux of land")


class CarbonFluxRequest(AssessmentRequest):
    """The inputs of `carbon-flux`."""

    brackish_salinity: Salinity = Field(
        "below_18",
        title="Salinity of brackish marshes",
        description=(
            "Whether dyked brackish marshes are below or above a salinity of 18 (no unit): methane is "
            "counted below, and zero by assumption of the IPCC above."
        ),
        json_schema_extra={
            "x-title-fr": "Salinité des marais saumâtres",
            "x-description-fr": (
                "Si les marais saumâtres endigués sont sous une salinité de 18 ou au-dessus (sans unité) : "
                "du méthane est compté en dessous, zéro par hypothèse du GIEC au-dessus."
            ),
        },
    )


def assess_carbon_flux(
    request: CarbonFluxRequest, territory: Territory, place: Place | None = None
) -> Envelope:
    """Return the annual flux of a place, for each of its features and together, in tCO2e/yr.

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
    read = read_all(request, territory, place)
    flows = Flows(
        read.registry,
        territory.settings.territory.commune_aliases,
        request.brackish_salinity,
        territory.with_role("wetlands") is not None,
    )
    whole, land = read.land.whole, read.land.territory
    error = territory_map_error(read.registry, territory, land, flows.amounts)
    changes = territory_changes(read.registry, territory.settings.territory.commune_aliases, land)

    def case(areas: LandAreas) -> Case:
        return flux_case(areas, flows, error, changes, horizon=read.horizon)

    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=case(whole),
        registry=read.registry,
        fitness=read.fitness(whole),
        coverage=land_coverage(whole, flows.is_complete),
        features=feature_cases(read, case, flows.is_complete),
        territory=territory,
        place=read.place,
        keys=read.keys,
        layers={"land-ledger": read.land.version},
        warnings=[
            *place_notices(read),
            *land_notices(whole, flows.is_complete),
            *flux_notices(whole, flows),
            *change_notices(whole, changes),
        ],
        tables=(TABLE, CLASSES) if whole.keys else (),
        uncertainty_note=doubt_note(request.method, MAP_COUNTED),
        doubts={ACCURACY: MAP_ERROR},
        started=read.started,
        bytes_read=read.land.bytes_read,
    )


def flux_notices(areas: LandAreas, flows: Flows) -> Iterator[Notice]:
    """Yield what the reader of a flux must know, given the land it is on."""
    if not areas.keys:
        return
    if any(key.wetland for key in areas.keys):
        yield notice(
            "gwp",
            "méthane en PRG à 100 ans de l'AR6 (biogénique) ; le flux au PRG à 20 ans est donné à côté",
            "methane with the 100-year GWP of AR6 (biogenic); the flux with the 20-year GWP stands beside",
        )
        yield notice(
            "burial",
            "l'enfouissement n'est ni le stock, ni l'échange net avec l'air, ni la production primaire ; la "
            "part apportée par la marée n'est pas déduite",
            "burial is neither the stock, nor the net exchange with the air, nor the primary production; the "
            "share brought by the tide is not deducted",
        )
    yield from _conventions(areas, flows)
    if any(key.land_class == TREES_IN_TOWN for key in areas.keys):
        yield notice(
            "canopy",
            "toute la surface des sols artificiels arborés compte comme houppier, avec un taux de villes des "
            "États-Unis et une part nette non vérifiée",
            "the whole area of artificial land with trees counts as canopy, with a rate of cities of the USA "
            "and an unchecked net share",
        )
    if any(flows.is_forest(key) for key in areas.keys):
        yield notice(
            "forest-mean",
            "un bois est supposé croître comme la moyenne de sa région ; sous 100 ha environ, l'écart local "
            "dépasse le bilan lui-même ; le bois récolté compte comme émis, les produits bois ne sont pas "
            "suivis",
            "a wood is taken to grow like the mean of its region; below about 100 ha the local difference "
            "exceeds the balance itself; harvested wood counts as emitted, wood products are not followed",
        )
    for identifier, published, computed in unexplained_balances(areas, flows):
        yield notice(
            "forest-balance",
            f"{identifier} : le bilan publié ({_fr(published)} tC/ha/an) n'est pas celui de ses termes "
            f"({_fr(computed)}) aux arrondis près ; les termes sont retenus, l'autre est donné à côté",
            f"{identifier}: the published balance ({published:.2f} tC/ha/yr) is not that of its terms "
            f"({computed:.2f}) within rounding; the terms are kept, the published balance stands beside",
        )


def _conventions(areas: LandAreas, flows: Flows) -> Iterator[Notice]:
    used: dict[str, Factor] = {}
    for key in areas.keys:
        for flow in flows.of(key):
            used |= {factor.id: factor for factor in flow.factors if factor.convention}
    for identifier, factor in sorted(used.items()):
        if factor.convention and factor.value == 0.0 and not factor.overridden:
            yield notice(
                "conventional-zero",
                f"{factor.title.fr} : {factor.convention.fr}",
                f"{factor.title.en}: {factor.convention.en}",
                identifier,
            )


def _fr(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")
