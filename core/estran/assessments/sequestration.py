"""What could restored wetlands, planted trees, new practices and de-sealed soils capture here?

A benefit is negative; a restoration that emits more methane than it stores is a cost, and positive.
What is emitted less elsewhere is not counted.

Reference:
    METHODS sections 2, 3 and 7; IPCC 2013 Wetlands Supplement; IPCC 2006 Guidelines, vol. 4.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import fsum

from estran.assessments.answer import answer
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Notice
from estran.assessments.flux_items import Flows
from estran.assessments.flux_land import feature_cases, land_coverage, land_notices, place_notices, read_all
from estran.assessments.notices import notice
from estran.assessments.provenance import layer_version
from estran.assessments.sequestration_inputs import AreaScenario, SequestrationRequest
from estran.assessments.sequestration_land import PRACTICE_LAND, PRACTICES
from estran.assessments.sequestration_parts import Ground, Part, of_classes
from estran.assessments.sequestration_ranking import Ranking, wetland_ranking
from estran.assessments.sequestration_rows import ELIGIBLE, sequestration_case, sequestration_parts
from estran.assessments.sequestration_states import DYKED
from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.layers.ledger.keys import UNKNOWN, LandAreas, LedgerKey
from estran.layers.territory import Territory

PROCESS = "sequestration-potential"
VERSION = "1.0.0"

TITLE = Text("Potentiel de séquestration", "Sequestration potential")

DEEPEST = ("soil.stock.salt_marsh", "soil_deep.stock.salt_marsh")
"""What a marsh soil holds to one metre: a drained soil cannot lose much more."""

ROUNDING = 1e-9
"""Scenarios that use more land than there is by less than this part use just what there is."""


def assess_sequestration(request: SequestrationRequest, territory: Territory) -> Envelope:
    """Return what scenarios change on a place, for each of its features and together, in tCO2e.

    Raises:
        InvalidInput: a scenario contradicts itself, the geometry or a factor to override is wrong.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    _check(request)
    read = read_all(request, territory)
    flows = Flows(
        read.registry,
        territory.settings.territory.commune_aliases,
        has_wetlands=territory.with_role("wetlands") is not None,
    )
    whole = read.land.whole

    def ground(areas: LandAreas) -> Ground:
        return Ground(areas, whole, flows, request.horizon_years)

    def feature(areas: LandAreas) -> Case:
        return sequestration_case(sequestration_parts(request, ground(areas)), ground(areas), by_year=False)

    everywhere = ground(whole)
    parts = sequestration_parts(request, everywhere)
    ranking = wetland_ranking(request, territory, read.place, everywhere) if whole.keys else None
    together = sequestration_case(parts, everywhere)
    layers = {"land-ledger": read.land.version}
    if ranking:
        together = replace(together, factors=_merged(together, ranking))
        wetlands = territory.layer(ranking.layer)
        layers[wetlands.id] = layer_version(wetlands)
    envelope = answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=together,
        registry=read.registry,
        fitness=read.fitness(whole),
        coverage=land_coverage(whole, _is_described),
        features=feature_cases(read, feature, _is_described),
        territory=territory,
        place=read.place,
        keys=read.keys,
        layers=layers,
        warnings=[
            *place_notices(read),
            *land_notices(whole, _is_described),
            *scenario_notices(request, everywhere, parts),
            *_ranking_notices(ranking, request),
        ],
        started=read.started,
        bytes_read=read.land.bytes_read,
    )
    return envelope.model_copy(update={"ranking": ranking.ranked}) if ranking else envelope


def scenario_notices(
    request: SequestrationRequest, ground: Ground, parts: tuple[Part, ...]
) -> Iterator[Notice]:
    """Yield what the reader of a scenario must know."""
    wetland = request.wetland
    if wetland and ground.areas.keys:
        yield notice(
            "gwp",
            "méthane et N2O en PRG à 100 ans de l'AR6 ; l'impact au PRG à 20 ans est donné à côté",
            "methane and N2O with the 100-year GWP of AR6; the impact with the 20-year GWP stands beside",
        )
        yield notice(
            "permanence",
            "la montée de la mer, la permanence du stock et le carbone apporté par la marée ne sont pas "
            "modélisés ; le GIEC ne compte aucun enfouissement si la végétation revient seule",
            "sea-level rise, the permanence of the stock and the carbon brought by the tide are not "
            "modelled; the IPCC counts no burial when vegetation only comes back by itself",
        )
        if wetland.initial in DYKED:
            yield notice(
                "dyked-reference",
                "aucun enfouissement n'est compté dans le marais endigué avant les travaux, faute de taux "
                "publié : le bénéfice est un maximum",
                "no burial is counted in the dyked marsh before the works, for want of a published rate: the "
                "benefit is a maximum",
            )
        yield from _drained_notices(request, ground, parts)
    if request.trees and request.trees.count is not None:
        yield notice(
            "tree-mean",
            "l'absorption d'un arbre est une moyenne sur sa vie, de source commerciale : les dix premières "
            "années captent bien moins",
            "the uptake of a tree is a mean over its life, from a commercial source: the first ten years "
            "take up far less",
        )
    yield from _overbooked(request, ground)


def _drained_notices(
    request: SequestrationRequest, ground: Ground, parts: tuple[Part, ...]
) -> Iterator[Notice]:
    factors = {factor.id: factor for part in parts for factor in part.factors}
    drained = factors.get("wetland.co2.drained_coastal")
    if not drained or not request.wetland:
        return
    years = request.wetland.losing_years or ground.horizon_years
    held = fsum(ground.flows.required(name).value for name in DEEPEST)
    lost = drained.value * years
    if lost > held:
        limit = held / drained.value
        yield notice(
            "beyond-stock",
            f"à ce rythme, le sol drainé perdrait {lost:.0f} tC/ha, plus qu'un marais n'en contient jusqu'à "
            f"1 m ({held:.0f} tC/ha, atteint en {limit:.0f} ans) : donnez « Années de perte évitées »",
            f"at this rate the drained soil would lose {lost:.0f} tC/ha, more than a marsh holds down to 1 m "
            f"({held:.0f} tC/ha, reached in {limit:.0f} years): give “Years of loss avoided”",
        )


def _overbooked(request: SequestrationRequest, ground: Ground) -> Iterator[Notice]:
    """Yield where scenarios use more land of a kind than the ledger has, so that some counts twice."""
    if not ground.areas.keys:
        return
    used: dict[str, float] = {}
    for practice in request.practices:
        land = PRACTICES[practice.practice]
        area = ground.area_ha(practice, of_classes(PRACTICE_LAND[land]))
        used[land] = used.get(land, 0.0) + area
    trees = request.trees
    if trees and trees.count is None and trees.on == "cropland":
        area = ground.area_ha(trees, of_classes({"cropland"}))
        used["cropland"] = used.get("cropland", 0.0) + area
    for land, area in used.items():
        there = ground.eligible_ha(of_classes(PRACTICE_LAND[land]))
        title = ELIGIBLE[f"eligible_{land}"]
        if area > there * (1.0 + ROUNDING):
            yield notice(
                "overbooked",
                f"{title.fr} : {area:.1f} ha demandés, {there:.1f} connus du registre ; des gains se "
                "cumulent sur la même terre et ne s'additionnent sans doute pas".replace(".", ","),
                f"{title.en}: {area:.1f} ha asked for, {there:.1f} known to the ledger; gains pile up on the "
                "same land and likely do not add up",
                land,
            )


def _ranking_notices(ranking: Ranking | None, request: SequestrationRequest) -> Iterator[Notice]:
    if ranking is None or not ranking.count:
        return
    shown = min(ranking.count, request.ranking)
    yield notice(
        "ranking",
        f"le classement liste {shown} zones humides sur {ranking.count}, la plus coûteuse à perdre d'abord : "
        "tout le stock du sol 0–30 cm relâché, et l'enfouissement arrêté sur l'horizon",
        f"the ranking lists {shown} wetlands of {ranking.count}, the most costly to lose first: the whole "
        "stock of the soil 0–30 cm released, and the burial stopped over the horizon",
    )


def _check(request: SequestrationRequest) -> None:
    scenarios: list[tuple[str, AreaScenario | None]] = [
        ("wetland", request.wetland),
        ("trees", request.trees),
        ("desealing", request.desealing),
        *((f"practices[{rank}]", each) for rank, each in enumerate(request.practices)),
    ]
    for where, scenario in scenarios:
        if scenario and scenario.area_ha is not None and scenario.share is not None:
            raise _twice(where, "area_ha", "share")
    trees = request.trees
    if trees and trees.count is not None and not (trees.area_ha is None and trees.share is None):
        raise _twice("trees", "count", "area_ha")


def _twice(where: str, first: str, second: str) -> InvalidInput:
    return InvalidInput(
        f"{where}: give {first} or {second}, not both",
        f"{where} : donnez {first} ou {second}, pas les deux",
        where=f"{where}.{second}",
    )


def _merged(case: Case, ranking: Ranking) -> tuple[Factor, ...]:
    return tuple({factor.id: factor for factor in (*case.factors, *ranking.factors)}.values())


def _is_described(key: LedgerKey) -> bool:
    return key.land_class != UNKNOWN
