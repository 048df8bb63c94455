"""How does a case become the envelope that every process answers with?

A process builds one `Case` for the whole place, one per feature when several were asked about, and
hands them over with what it read. Everything else follows: figures with their doubt, factors, sources,
terms, notices, receipt, cost. See `estran.assessments.case` for an example of a case.

    envelope = answer(
        process=PROCESS, version=VERSION, title=TITLE, request=request, case=case, registry=registry,
        territory=territory, place=place, keys=keys, layers={"land-ledger": land.version},
        coverage=coverage(land.whole, evaluated_ha), fitness=assess_fitness(land.whole, supports),
        warnings=[...], started=started, bytes_read=land.bytes_read,
    )

A question without a place leaves `territory`, `place`, `keys`, `layers` and `coverage` out, and says in
`fitness` what limits its answer: `judged("order-of-magnitude", Text(...))`.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from estran.assessments.case import Case
from estran.assessments.envelope import (
    Coverage,
    Envelope,
    FeatureAnswer,
    Fitness,
    Notice,
    Uncertainty,
    VarianceShare,
)
from estran.assessments.figures import NOT_COMPUTED, Figures, solved, unread
from estran.assessments.fitness import judged
from estran.assessments.inputs import ModelRequest
from estran.assessments.notices import (
    NOTES,
    doubt_notices,
    factor_notices,
    failure_notices,
    once,
    partial_notices,
)
from estran.assessments.place import Place
from estran.assessments.plots import merged_notices
from estran.assessments.provenance import answer_cost, factor_uses, source_uses, strictest_terms
from estran.assessments.receipts import receipt, with_link
from estran.carbon.propagation import Propagation
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LedgerKey
from estran.layers.territory import Territory

NOWHERE = Coverage(share=None, inside=None, evaluated=None)
"""The coverage of a question without a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCase:
    """What a process says of one feature: a case and its fitness, or the error that it met."""

    id: str
    case: Case | None = None
    fitness: Fitness | None = None
    coverage: Coverage = NOWHERE
    warnings: Sequence[Notice] = ()
    error: Notice | None = None


def answer(
    *,
    process: str,
    version: str,
    title: Text,
    request: ModelRequest,
    case: Case,
    registry: Registry,
    fitness: Fitness,
    coverage: Coverage = NOWHERE,
    features: Iterable[FeatureCase] | None = None,
    territory: Territory | None = None,
    place: Place | None = None,
    keys: Iterable[LedgerKey] = (),
    layers: Mapping[str, str] | None = None,
    tables: Iterable[str] = (),
    warnings: Iterable[Notice] = (),
    uncertainty_note: Text | None = None,
    doubts: Mapping[str, Text] | None = None,
    started: float | None = None,
    bytes_read: int = 0,
) -> Envelope:
    """Return the envelope of one answer.

    Args:
        process: Identifier of the process.
        version: Version of its result.
        title: What it is called.
        request: Its inputs.
        case: The whole place, or the question without a place.
        registry: Where the factors come from, overrides included.
        fitness: Whether the data suit the question, and why.
        coverage: How much of the place has data.
        features: One per feature, None unless several were asked about.
        territory: Whose layers were read.
        place: Where.
        keys: Land read in the ledger.
        layers: Version of each layer read, by identifier; they are credited in `sources`.
        tables: Tables read besides those of the factors; they are credited too.
        warnings: What the process has to say, before what follows from the factors and the doubt.
        uncertainty_note: What the intervals hold, when it is not what `NOTES` says.
        doubts: Titles of the errors that no factor carries.
        started: `time.thread_time()` when the process began.
        bytes_read: Bytes decoded to answer.

    Raises:
        InvalidInput: a result is not a finite number.
        UnitMismatch: a row and an indicator that sums it have different units.
    """
    cases = None if features is None else _readable(list(features), place)
    figures = _figures(case, request)
    answers = _features(cases or (), case, request, only=place.asked if place else None)
    failed = sum(each.error is not None for each in answers)
    used = list(
        {
            factor.id: factor
            for each in (case, *(feature.case for feature in cases or ()))
            if each is not None
            for factor in each.factors
        }.values()
    )
    indicators = tuple(
        each.model_copy(update={"partial": each.partial or (failed > 0 and each.value is not None)})
        for each in figures.indicators
    )
    doubt = uncertainty(figures.propagation, case.factors, note=uncertainty_note, doubts=doubts)
    versions = dict(layers or {})
    uses = factor_uses(used, registry.version)
    sources = source_uses(keys, territory, used, layers=versions, tables=tables)
    made = receipt(process, version, request, place, layers=versions, factors=registry.version)
    total = next((each.value for each in figures.indicators if each.id == "total"), None)
    return Envelope(
        process=process,
        title=title,
        indicators=indicators,
        breakdown=figures.breakdown,
        timeline=figures.timeline,
        coverage=coverage,
        fitness=_with_doubt(fitness, doubt),
        warnings=once(
            (
                *(merged_notices(place.plots) if place else ()),
                *failure_notices(failed, len(answers)),
                *warnings,
                *partial_notices(figures.breakdown),
                *factor_notices(used),
                *doubt_notices(figures.propagation, case.factors),
            )
        ),
        uncertainty=doubt,
        factors=uses,
        sources=sources,
        terms=strictest_terms(sources),
        receipt=with_link(made, request, uses, total),
        features=None if cases is None else tuple(answers),
        cost=answer_cost(bytes_read, time.thread_time() - started if started is not None else 0.0),
    )


def uncertainty(
    propagation: Propagation,
    factors: Iterable[Factor],
    *,
    note: Text | None = None,
    doubts: Mapping[str, Text] | None = None,
) -> Uncertainty:
    """Return how the intervals were obtained, and what each source of doubt brings, by its title."""
    named = doubts or {}
    titles: dict[str, list[Text]] = {}
    for factor in {factor.id: factor for factor in factors}.values():
        titles.setdefault(factor.error or factor.id, []).append(factor.title)
    return Uncertainty(
        method=propagation.method,
        confidence=propagation.confidence,
        draws=propagation.draws,
        seed=propagation.seed,
        shares=tuple(
            VarianceShare(source=error, title=named.get(error) or _title(titles.get(error, [])), share=share)
            for error, share in _by_source(propagation.shares)
        ),
        note=note or NOTES[propagation.method],
    )


def _by_source(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    """The shares, errors of one source (`source/part`) as one, the largest first."""
    sums: dict[str, float] = {}
    for error, share in shares.items():
        source = error.partition("/")[0]
        sums[source] = sums.get(source, 0.0) + share
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))


def _with_doubt(fitness: Fitness, doubt: Uncertainty) -> Fitness:
    """The verdict, and which source of doubt weighs most in it."""
    if not doubt.shares:
        return fitness
    first = doubt.shares[0]
    title = first.title or Text(first.source, first.source)
    reason = Text(
        f"ce qui pèse le plus dans l'incertitude du total : {title.fr} ({100 * first.share:.0f} %)",
        f"what weighs most in the uncertainty of the total: {title.en} ({first.share:.0%})",
    )
    return fitness.model_copy(update={"reasons": (*fitness.reasons, reason)})


def _title(titles: Sequence[Text]) -> Text | None:
    if len(titles) < 2:
        return titles[0] if titles else None
    rest = len(titles) - 1
    more = f"(et {rest} autre{'s' if rest > 1 else ''})"
    return Text(f"{titles[0].fr} {more}", f"{titles[0].en} (and {rest} more)")


def _figures(
    case: Case, request: ModelRequest, *, shared: bool = True, only: Collection[str] | None = None
) -> Figures:
    return solved(
        case,
        confidence=request.confidence,
        method=request.method,
        draws=request.draws,
        seed=request.seed,
        shared=shared,
        only=only,
    )


def _readable(features: list[FeatureCase], place: Place | None) -> list[FeatureCase]:
    """A feature that could not be read has an error, whatever its process made of its empty geometry."""
    errors = [plot.error for plot in place.plots] if place else []
    return [
        FeatureCase(id=feature.id, error=error) if error else feature
        for feature, error in zip_longest(features, errors)
        if feature is not None
    ]


def _features(
    features: Sequence[FeatureCase], whole: Case, request: ModelRequest, *, only: Collection[str] | None
) -> list[FeatureAnswer]:
    """The answer of each feature; a case that several share, such as that of nothing, is solved once."""
    shared = Counter(id(each.case) for each in features)
    known: dict[int, Figures] = {}
    answers = []
    for index, each in enumerate(features):
        figures = known.get(id(each.case))
        if figures is None and each.case is not None and not each.error:
            figures = _figures(each.case, request, shared=False, only=only)
            if shared[id(each.case)] > 1:
                known[id(each.case)] = figures
        answers.append(_feature(index, each, figures, whole, request))
    return answers


def _feature(
    index: int, feature: FeatureCase, figures: Figures | None, whole: Case, request: ModelRequest
) -> FeatureAnswer:
    if feature.error or figures is None or feature.fitness is None:
        reason = feature.error.message if feature.error else NOT_COMPUTED
        return FeatureAnswer(
            id=feature.id,
            index=index,
            indicators=unread(whole.indicators, reason, confidence=request.confidence),
            breakdown=(),
            coverage=NOWHERE,
            fitness=judged("unfit", reason),
            error=feature.error,
        )
    return FeatureAnswer(
        id=feature.id,
        index=index,
        indicators=figures.indicators,
        breakdown=figures.breakdown,
        timeline=figures.timeline,
        coverage=feature.coverage,
        fitness=feature.fitness,
        warnings=(*feature.warnings, *partial_notices(figures.breakdown)),
    )
