"""Which of these variants is better, and is the difference sure?

All the variants run in one model on the same factors: what they share cancels in their difference,
whose interval and sign are surer than those of the totals.

Reference:
    METHODS sections 0 and 4.
"""

import time
from collections.abc import Iterator, Sequence

from estran.assessments.answer import answer
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Fitness, Notice
from estran.assessments.fitness import assess_fitness, coverage, read_supports
from estran.assessments.inputs import PlaceRequest
from estran.assessments.land import distinct_keys
from estran.assessments.project_impact import OUTSIDE, is_outside
from estran.assessments.project_notices import project_notices
from estran.assessments.project_reading import Project, read_project
from estran.assessments.scenarios_inputs import CompareScenariosRequest
from estran.assessments.scenarios_model import (
    Contender,
    comparison_figures,
    comparison_model,
    comparison_rows,
    contenders,
    probabilities_lower,
    verdict,
)
from estran.carbon.errors import InvalidInput
from estran.carbon.text import Text
from estran.layers.territory import Territory

PROCESS = "compare-scenarios"
VERSION = "1.0.0"

TITLE = Text("Comparaison de variantes d'un projet", "Comparison of variants of a project")

ORDER = ("unfit", "order-of-magnitude", "fit")

OF_TERRITORY = frozenset({"no-target", "footprint-scope"})
"""Notices of a project that say nothing of a comparison."""


def assess_scenarios(request: CompareScenariosRequest, territory: Territory) -> Envelope:
    """Return each variant, its difference with the first one, and how sure the difference is.

    Raises:
        InvalidInput: a variant is inconsistent, or horizons or names differ in the wrong way.
        NotFound: a collection or a feature does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    projects = read_variants(request, territory)
    names = _names(request)
    years = _horizon(projects)
    listed = contenders(names, projects)
    factors = list({factor.id: factor for each in projects for factor in each.factors}.values())
    centres, chances = probabilities_lower(
        listed, factors, method=request.method, draws=request.draws, seed=request.seed
    )
    best = min(centres, key=lambda letter: centres[letter])
    lands = [project.land for project in projects]
    supports = read_supports(territory, lands[0].resolution_m)
    outside = any(is_outside(land.whole) for land in lands)
    worst = min(
        (assess_fitness(land.whole, supports) for land in lands), key=lambda each: ORDER.index(each.verdict)
    )
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=Case(
            model=comparison_model(listed),
            rows=list(comparison_rows(listed, best)),
            indicators=list(comparison_figures(listed, best, {} if outside else chances, years)),
            factors=factors,
            unanswered=OUTSIDE if outside else None,
        ),
        registry=registry,
        fitness=_fitness(worst),
        coverage=coverage(lands[0].whole, lands[0].whole.described_ha),
        territory=territory,
        place=projects[0].place,
        keys=distinct_keys([land.whole for land in lands]),
        layers={"land-ledger": lands[0].version},
        warnings=[] if outside else [*_verdicts(listed, chances), *_notices(listed)],
        started=started,
        bytes_read=sum(land.bytes_read for land in lands),
    )


def read_variants(request: CompareScenariosRequest, territory: Territory) -> list[Project]:
    """Return the variants on their land; a wrong one is told by its rank."""
    registry = territory.registry().with_overrides(request.factor_overrides())
    projects = []
    for index, variant in enumerate(request.variants):
        where = PlaceRequest(geometry=variant.geometry or request.geometry, crs=request.crs)
        try:
            projects.append(read_project(variant, where, territory, registry))
        except InvalidInput as error:
            raise type(error)(
                f"variants[{index}]: {error.en}",
                f"variants[{index}] : {error.fr}",
                where=f"variants[{index}].{error.where}",
            ) from error
    return projects


def _names(request: CompareScenariosRequest) -> list[str]:
    names = [variant.name for variant in request.variants]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput(
            f"two variants are named {twice!r}; give each one its name",
            f"deux variantes se nomment {twice!r} ; donnez un nom à chacune",
            where="variants",
        )
    return names


def _horizon(projects: Sequence[Project]) -> int:
    horizons = sorted({project.years for project in projects})
    if len(horizons) > 1:
        listed = ", ".join(map(str, horizons))
        raise InvalidInput(
            f"the variants have different horizons ({listed} years); give them the same `horizon_years`",
            f"les variantes ont des horizons différents ({listed} ans) ; donnez-leur le même `horizon_years`",
            where="variants",
        )
    return horizons[0]


def _fitness(worst: Fitness) -> Fitness:
    reason = Text(
        "un écart entre variantes est plus sûr que leurs totaux : les facteurs communs s'y annulent",
        "a difference between variants is surer than their totals: common factors cancel in it",
    )
    return worst.model_copy(update={"reasons": (*worst.reasons, reason)})


def _verdicts(listed: Sequence[Contender], chances: dict[str, float]) -> Iterator[Notice]:
    first = listed[0]
    for index, each in enumerate(listed[1:], start=1):
        code, message = verdict(each.name, first.name, chances[each.letter], first.project.numbers)
        yield Notice(code=f"verdict-{code}", message=message, where=f"variants[{index}]")
        if set(each.shared) < set(first.shared):
            yield Notice(
                code="item-not-compared",
                message=Text(
                    f"{each.name} : un poste n'est évalué que d'un côté et n'est pas comparé (voir "
                    "`breakdown`)",
                    f"{each.name}: an item is evaluated on one side only and is not compared (see "
                    "`breakdown`)",
                ),
                where=f"variants[{index}]",
            )


def _notices(listed: Sequence[Contender]) -> Iterator[Notice]:
    """What the variants call for: once where all say it, by name otherwise."""
    told: dict[tuple[str, Text], list[int]] = {}
    for index, each in enumerate(listed):
        for found in project_notices(each.project, None):
            if found.code not in OF_TERRITORY:
                told.setdefault((found.code, found.message), []).append(index)
    for (code, message), ranks in told.items():
        if len(ranks) == len(listed):
            yield Notice(code=code, message=message)
            continue
        for rank in ranks:
            name = listed[rank].name
            yield Notice(
                code=code,
                message=Text(f"{name} : {message.fr}", f"{name}: {message.en}"),
                where=f"variants[{rank}]",
            )
