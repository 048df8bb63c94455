"""Who can reuse whose waste, and for what carbon gain?

``maximise Σ q·[s·EF_virgin + EF_treat − EF_process − d·f_truck]``. The gain is an emission avoided
elsewhere, negative, never part of a territorial inventory.

Reference:
    METHODS, section 10; ISO 14044 (system expansion).
"""

import time
from collections.abc import Iterator

from estran.assessments.answer import answer
from estran.assessments.envelope import Envelope, Fitness, Notice
from estran.assessments.exchange_case import SHOWN, exchange_case
from estran.assessments.exchange_inputs import MaterialExchangeRequest, check_lots
from estran.assessments.exchange_pairs import SUBSTITUTION, Exchange, Materials, optimal_exchange
from estran.assessments.fitness import judged
from estran.assessments.notices import notice
from estran.assessments.required import required_factor
from estran.carbon.errors import TooLarge
from estran.carbon.text import Text
from estran.factors.documents import read_document
from estran.layers.territory import Territory

PROCESS = "material-exchange"
VERSION = "1.0.0"
TITLE = Text("Échange de matières", "Material exchange")

NUMBERS = 5_000_000
"""Most draws, all flows together, that one answer holds in memory."""


def assess_material_exchange(request: MaterialExchangeRequest, territory: Territory) -> Envelope:
    """Return the exchange that avoids the most, flow by flow, what is left, and what is not evaluated.

    Raises:
        InvalidInput: an offer or a need is wrong.
        TooLarge: there are too many.
        Unavailable: the solver failed.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    known = read_document("exchange_materials", Materials)
    freight = required_factor(registry, known.vehicles[request.vehicle])
    ratio = required_factor(registry, SUBSTITUTION)
    substitution = ratio.value if request.substitution is None else request.substitution
    exchange = read_exchange(request, territory)
    if request.method == "monte-carlo" and len(exchange.flows) * request.draws > NUMBERS:
        raise TooLarge(
            f"{len(exchange.flows):,} flows of {request.draws:,} draws each; ask for fewer draws or for "
            "the analytic method",
            f"{len(exchange.flows)} flux de {request.draws} tirages chacun ; demandez moins de tirages ou "
            "la méthode analytique",
            where="draws",
        )
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=exchange_case(
            exchange,
            request.offers,
            request.needs,
            known,
            registry,
            freight=freight,
            substitution=substitution,
            ratio=ratio if request.substitution is None else None,
        ),
        registry=registry,
        fitness=_fitness(exchange),
        warnings=_notices(request, exchange, substitution),
        started=started,
    )


def read_exchange(request: MaterialExchangeRequest, territory: Territory) -> Exchange:
    """Return who sends what to whom.

    Raises:
        InvalidInput: an offer or a need is wrong.
        TooLarge: there are too many.
        Unavailable: the solver failed.
    """
    check_lots(request.offers, "offers")
    check_lots(request.needs, "needs")
    registry = territory.registry().with_overrides(request.factor_overrides())
    known = read_document("exchange_materials", Materials)
    return optimal_exchange(
        request.offers,
        request.needs,
        known,
        registry,
        freight=required_factor(registry, known.vehicles[request.vehicle]),
        substitution=(
            required_factor(registry, SUBSTITUTION).value
            if request.substitution is None
            else request.substitution
        ),
    )


def _fitness(exchange: Exchange) -> Fitness:
    if exchange.flows:
        return judged(
            "order-of-magnitude",
            Text(
                "la production vierge réellement évitée n'est connue qu'à 50 % près, et les distances sont "
                "estimées à vol d'oiseau",
                "the virgin production really avoided is only known within 50 %, and distances are "
                "estimated from straight lines",
            ),
        )
    if exchange.unevaluated:
        return judged(
            "unfit",
            Text("aucun couple n'a tous ses facteurs d'émission", "no pair has all its emission factors"),
        )
    return judged("fit", Text("aucun échange n'est possible ou utile", "no exchange is possible or useful"))


def _notices(request: MaterialExchangeRequest, exchange: Exchange, substitution: float) -> Iterator[Notice]:
    yield notice(
        "avoided-elsewhere",
        "ces émissions sont évitées ailleurs, chez les producteurs de matière vierge : elles ne se "
        "retranchent pas de l'inventaire d'un territoire, et un seul des deux partenaires les compte",
        "these emissions are avoided elsewhere, by the makers of virgin material: they are not subtracted "
        "from the inventory of a territory, and only one of the two partners counts them",
    )
    if any(offer.treatment == "none" for offer in request.offers):
        yield notice(
            "no-treatment",
            "sans « Traitement actuel », aucun traitement évité n'est compté : prudent",
            "without “Treatment today”, no avoided treatment is counted: cautious",
        )
    if any(offer.processing == "reuse" for offer in request.offers):
        yield notice(
            "reuse",
            "le réemploi est déclaré sans procédé : le tri, le nettoyage et le contrôle ne sont pas comptés",
            "reuse is declared without process: sorting, cleaning and checking are not counted",
        )
    if substitution < 1.0:
        shown = f"{substitution:g}"
        yield notice(
            "substitution",
            f"une tonne récupérée remplace {shown.replace('.', ',')} t de matière vierge",
            f"one tonne recovered replaces {shown} t of virgin material",
        )
    if len(exchange.unevaluated) > SHOWN:
        yield notice(
            "not-evaluated-more",
            f"{len(exchange.unevaluated)} couples ne sont pas évalués ; {SHOWN} sont listés",
            f"{len(exchange.unevaluated):,} pairs are not evaluated; {SHOWN:,} are listed",
        )
