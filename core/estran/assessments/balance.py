"""What is the whole carbon balance of this place, each thing counted once?

Land stock, land flux, wetlands, buildings, parking and emission grid, each as a block with its scope. Only
the grid and the land are added up: the grid contains the heating of the buildings, the flux of land
contains that of the wetlands, a stock is no flux, and what is avoided elsewhere is never deducted.

Reference:
    METHODS sections 1, 2, 5, 6 and 7.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from estran.assessments.answer import NOWHERE, FeatureCase, answer
from estran.assessments.balance_blocks import Blocks, Process, read_blocks
from estran.assessments.balance_case import CO2_ONLY, BlockFigure, balance_case, block_figure, with_own_bounds
from estran.assessments.balance_sources import Asked, asked
from estran.assessments.envelope import (
    Answer,
    Envelope,
    FactorUse,
    Fitness,
    Notice,
    SourceUse,
    Verdict,
)
from estran.assessments.fitness import judged
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.notices import notice
from estran.assessments.place import read_place
from estran.assessments.provenance import answer_cost, strictest_terms
from estran.carbon.text import Text
from estran.layers.territory import Territory

PROCESS = "carbon-balance"
VERSION = "1.1.0"

TITLE = Text("Bilan carbone d'un lieu", "Carbon balance of a place")

ORDER: tuple[Verdict, ...] = ("fit", "order-of-magnitude", "unfit")
"""Verdicts, the best first."""

SAID_ABOVE = frozenset({"failed-features", "unchecked-factor"})
"""Notices of the blocks that the balance gives itself, for all of them."""

SAID_ONCE = frozenset(
    {"outside-territory", "overlapping-features", "partly-outside", "wide-uncertainty", "zero-area"}
)
"""Notices that say the same of the place whichever block they come from."""

ON_LAND, SAID_OF_LAND = frozenset({"carbon-stock", "carbon-flux"}), frozenset({"no-data", "synthetic"})
"""Blocks that read the same land, and what they say of it alike."""

NOTE = Text(
    "Chaque bloc garde l'intervalle de son processus ; pour le total, les blocs sont indépendants.",
    "Each block keeps the interval of its process; for the total, blocks are independent.",
)


class CarbonBalanceRequest(AssessmentRequest):
    """The inputs of `carbon-balance`."""


def assess_carbon_balance(request: CarbonBalanceRequest, territory: Territory) -> Envelope:
    """Return the blocks of a place and the sum of those that share nothing, in tCO2e/yr.

    Raises:
        InvalidInput: the geometry, a factor to override or its bounds are wrong.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    place = read_place(request, territory)
    blocks = read_blocks()
    processes: list[Process] = list(dict.fromkeys(block.process for block in blocks.blocks.values()))
    answers = {
        process: asked(process, request, territory, replace(place, asked=blocks.asked(process)))
        for process in processes
    }
    figures = _figures(answers, blocks, request.confidence, None)
    rows: list[Sequence[BlockFigure]] = []
    features = None
    if place.many:
        rows = [_figures(answers, blocks, request.confidence, rank) for rank in range(len(place.plots))]
        features = [
            FeatureCase(id=plot.id, case=balance_case(row, blocks), fitness=_fitness(answers, row, rank))
            for rank, (plot, row) in enumerate(zip(place.plots, rows, strict=True))
        ]
    fitness = _fitness(answers, figures, None)
    # What each process says of each feature is in the rows: thousands of answers are let go.
    known = [_whole(each.envelope) for each in answers.values() if each.envelope]
    del answers
    layers = dict(chain.from_iterable(each.receipt.layers.items() for each in known))
    envelope = answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=balance_case(figures, blocks),
        registry=registry,
        fitness=fitness,
        coverage=next((each.coverage for each in known if each.process == "carbon-flux"), NOWHERE),
        features=features,
        territory=territory,
        place=place,
        layers=layers,
        warnings=[*_own_notices(figures), *_block_notices(known)],
        uncertainty_note=NOTE,
        doubts={name: block.title for name, block in blocks.blocks.items()},
        started=started,
    )
    whole = with_own_bounds(envelope, figures, blocks.total)
    sources = _sources(known)
    spent = sum(each.cost.cpu_seconds for each in known)
    return whole.model_copy(
        update={
            "factors": _factors(known),
            "sources": sources,
            "terms": strictest_terms(sources),
            "cost": answer_cost(
                sum(each.cost.bytes_read for each in known), max(spent, envelope.cost.cpu_seconds)
            ),
            "features": None
            if envelope.features is None
            else tuple(
                with_own_bounds(each, row, blocks.total)
                for each, row in zip(envelope.features, rows, strict=True)
            ),
        }
    )


def _figures(
    answers: Mapping[Process, Asked], blocks: Blocks, confidence: float, rank: int | None
) -> list[BlockFigure]:
    """Return the figure of each block, for the whole place or for one of its features."""
    return [
        block_figure(
            name,
            block,
            _answer(answers[block.process], rank),
            reason=answers[block.process].reason,
            confidence=confidence,
        )
        for name, block in blocks.blocks.items()
    ]


def _whole(envelope: Envelope) -> Envelope:
    """Return an answer without those of its features."""
    return envelope.model_copy(update={"features": None})


def _answer(asked_process: Asked, rank: int | None) -> Answer | None:
    if rank is None:
        return asked_process.envelope
    rows = asked_process.rows()
    return rows[rank] if rank < len(rows) else None


def _fitness(answers: Mapping[Process, Asked], figures: Sequence[BlockFigure], rank: int | None) -> Fitness:
    """The worst verdict of the blocks that have a figure, and the reasons of each.

    A block that finds nothing to assess, such as car parks where there are none, says so and lowers nothing.
    """
    speaking = dict.fromkeys(each.block.process for each in figures if each.value is not None)
    found = [(process, given.fitness) for process in speaking if (given := _answer(answers[process], rank))]
    if not found:
        return judged("unfit", Text("aucun bloc n'est disponible", "no block is available"))
    assessed = [fitness.verdict for _, fitness in found if fitness.supports is not None]
    worst: Verdict = max(assessed, key=ORDER.index, default="unfit")
    return judged(
        worst,
        *(
            Text(f"{title.fr} : {reason.fr}", f"{title.en}: {reason.en}")
            for process, fitness in found
            if (title := _title(answers[process], process))
            for reason in fitness.reasons
        ),
    )


def _title(asked_process: Asked, process: str) -> Text:
    return asked_process.envelope.title if asked_process.envelope else Text(process, process)


def _own_notices(figures: Sequence[BlockFigure]) -> Iterator[Notice]:
    yield notice(
        "no-double-count",
        "seuls la grille et le flux des terres s'additionnent ; les bâtiments sont déjà en partie dans la "
        "grille, les zones humides dans le flux des terres ; un stock n'est pas un flux et l'évité ailleurs "
        "ne se déduit pas",
        "only the grid and the flux of land are added up; buildings are partly in the grid already, wetlands "
        "in the flux of land; a stock is no flux and what is avoided elsewhere is not deducted",
    )
    for each in figures:
        if each.value is None and each.reason:
            yield notice(
                "block-not-available",
                f"{each.block.title.fr} : {each.reason.fr}",
                f"{each.block.title.en}: {each.reason.en}",
                each.name,
            )
        if each.value is not None and each.unit in CO2_ONLY:
            yield notice(
                "co2-only",
                f"{each.block.title.fr} : CO2 seulement, compté comme autant de CO2e ; les autres gaz "
                "manquent",
                f"{each.block.title.en}: CO2 only, counted as that much CO2e; the other gases are missing",
                each.name,
            )


def _block_notices(envelopes: Sequence[Envelope]) -> Iterator[Notice]:
    """Yield what each process says, once when several say the same of the place."""
    seen: set[object] = set()
    for envelope in envelopes:
        for each in envelope.warnings:
            if each.code in SAID_ABOVE:
                continue
            same = each.message
            if each.code in SAID_ONCE or (each.code in SAID_OF_LAND and envelope.process in ON_LAND):
                same = Text("", "")
            if (each.code, same) not in seen:
                seen.add((each.code, same))
                yield each.model_copy(update={"where": each.where or envelope.process})
    yield from _unchecked(_factors(envelopes))


def _unchecked(factors: Sequence[FactorUse]) -> Iterator[Notice]:
    """Yield how many factors of all the blocks were not checked against their source."""
    count = sum(not each.checked and not each.overridden for each in factors)
    if count:
        yield notice(
            "unchecked-factor",
            f"{count} facteurs sur {len(factors)} ne sont pas vérifiés dans leur source : voir les "
            "facteurs de la réponse",
            f"{count} of {len(factors)} factors are not checked against their source: see the "
            "factors of the answer",
        )


def _factors(envelopes: Sequence[Envelope]) -> tuple[FactorUse, ...]:
    found = {factor.id: factor for envelope in envelopes for factor in envelope.factors}
    return tuple(factor for _, factor in sorted(found.items()))


def _sources(envelopes: Sequence[Envelope]) -> tuple[SourceUse, ...]:
    found = {(each.kind, each.id): each for envelope in envelopes for each in envelope.sources}
    return tuple(sorted(found.values(), key=lambda each: (each.kind != "layer", each.id)))
