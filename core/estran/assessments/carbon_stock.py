"""How much carbon is in this land, by pool and class?

``S_p = Σ_keys A(key) · ρ(class, pool, zone)``: true areas from the land ledger, densities from the
factor registry. A land without density is not evaluated and is not zero.

Reference:
    ADEME ALDO method; IPCC 2006 Guidelines, vol. 4, ch. 2.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from estran.assessments.densities import Densities
from estran.assessments.envelope import Envelope, FeatureAnswer, Uncertainty, VarianceShare
from estran.assessments.fitness import Supports, assess_fitness, coverage, support_ha
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.land import Land, distinct_keys, read_land
from estran.assessments.place import Place, merged_notices, read_place
from estran.assessments.provenance import (
    answer_cost,
    factor_uses,
    receipt,
    source_uses,
    strictest_terms,
)
from estran.assessments.stock_figures import Figures, stock_figures
from estran.assessments.stock_notices import factor_notices, land_notices, overlap_notice
from estran.carbon.stock import variance_shares
from estran.carbon.text import Text
from estran.factors.documents import FitnessRules, read_document
from estran.factors.factor import Factor
from estran.factors.registry import Registry, read_registry
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.territory import Territory

PROCESS = "carbon-stock"
VERSION = "1.0.0"

TITLE = Text("Stock de carbone des terres", "Carbon stock of land")

ANALYTIC = Text(
    "Propagation analytique, loi normale, bornes jamais sous zéro. Les termes qui partagent un facteur sont "
    "pleinement corrélés, les facteurs sont indépendants entre eux. L'erreur de classement de "
    "l'occupation du sol n'est pas comprise.",
    "Analytic propagation, normal law, bounds never below zero. Terms that share a factor are fully "
    "correlated, "
    "factors are independent of each other. The classification error of the land cover is not included.",
)


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
    registry: Registry
    densities: Densities
    supports: Supports
    horizon: str | None


def assess_carbon_stock(request: CarbonStockRequest, territory: Territory) -> Envelope:
    """Return the carbon stock of a place, for each of its features and together.

    Raises:
        InvalidInput: the geometry, a factor to override or its bounds are wrong.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    registry = read_registry().with_overrides(request.factor_overrides())
    place = read_place(request, territory)
    land = read_land(place, territory)
    keys = distinct_keys([land.whole, *land.rows])
    densities = Densities(registry, territory.settings.territory.commune_aliases)
    context = _Context(
        request=request,
        registry=registry,
        densities=densities,
        supports=_supports(territory, land),
        horizon=", ".join(sorted({key.vintage for key in keys if key.vintage})) or None,
    )
    figures = _figures(land.whole, context)
    used = _used_factors(keys, context)
    sources = source_uses(keys, territory, used)
    notices = [
        *merged_notices(place.plots),
        *overlap_notice(place, land),
        *land_notices(land.whole, densities),
        *factor_notices(used),
    ]
    return Envelope(
        process=PROCESS,
        title=TITLE,
        indicators=figures.indicators,
        breakdown=figures.breakdown,
        coverage=coverage(land.whole, figures.evaluated_ha),
        fitness=assess_fitness(land.whole, context.supports),
        warnings=tuple(notices),
        uncertainty=Uncertainty(
            method="analytic",
            confidence=request.confidence,
            shares=tuple(
                VarianceShare(source=error, share=share)
                for error, share in variance_shares(figures.terms).items()
            ),
            note=ANALYTIC,
        ),
        factors=factor_uses(used, registry.version),
        sources=sources,
        terms=strictest_terms(sources),
        receipt=receipt(
            PROCESS,
            VERSION,
            request,
            place,
            layers={"land-ledger": land.version},
            factors=registry.version,
        ),
        features=_features(place, land, context) if place.many else None,
        cost=answer_cost(land.bytes_read, time.thread_time() - started),
    )


def _features(place: Place, land: Land, context: _Context) -> tuple[FeatureAnswer, ...]:
    answers = []
    for index, (plot, areas) in enumerate(zip(place.plots, land.rows, strict=True)):
        figures = _figures(areas, context)
        answers.append(
            FeatureAnswer(
                id=plot.id,
                index=index,
                indicators=figures.indicators,
                breakdown=figures.breakdown,
                coverage=coverage(areas, figures.evaluated_ha),
                fitness=assess_fitness(areas, context.supports),
                warnings=(*plot.notices, *land_notices(areas, context.densities)),
            )
        )
    return tuple(answers)


def _figures(areas: LandAreas, context: _Context) -> Figures:
    return stock_figures(
        areas,
        context.densities,
        confidence=context.request.confidence,
        horizon=context.horizon,
        deep=context.request.deep_salt_marsh,
    )


def _used_factors(keys: Sequence[LedgerKey], context: _Context) -> list[Factor]:
    used = [
        found.density
        for key in keys
        for found in context.densities.of(key)
        if isinstance(found.density, Factor)
    ]
    if context.request.deep_salt_marsh:
        used += [factor for key in keys if (factor := context.densities.deep_soil(key))]
    return used


def _supports(territory: Territory, land: Land) -> Supports:
    rules: FitnessRules = read_document("fitness", FitnessRules)
    return Supports(
        rules=rules,
        by_layer={layer.id: support_ha(layer.settings.support, rules) for layer in territory.layers.values()},
        ledger_ha=land.resolution_m**2 / 1e4,
    )
