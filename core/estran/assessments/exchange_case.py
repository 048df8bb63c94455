"""What does an exchange avoid, flow by flow? Rows in tCO2e/yr, t/yr and km, and their sums.

The allocation is that of the central values; the doubt is that of its gain. What is avoided is negative,
what is emitted on the road positive.
"""

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from estran.assessments.case import Case, Figure, Row
from estran.assessments.exchange_inputs import Lot, Need, Offer
from estran.assessments.exchange_pairs import AVOIDED, DETOUR, Exchange, Flow, Materials
from estran.assessments.required import required_factor
from estran.carbon.exchange import (
    TONNES_PER_KILOGRAM,
    avoided_tco2e_per_t,
    haulage_tco2e_per_t,
)
from estran.carbon.propagation import Results, Values
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry

Floats = NDArray[np.float64]

SCOPE = "avoided elsewhere"

SHOWN = 1_000
"""Most pairs without a gain that an answer lists; the rest is counted."""

NEGLIGIBLE_T = 1e-9
"""Tonnes per year below which a remainder is rounding."""


def exchange_case(
    exchange: Exchange,
    offers: Sequence[Offer],
    needs: Sequence[Need],
    known: Materials,
    registry: Registry,
    *,
    freight: Factor,
    substitution: float,
    ratio: Factor | None,
) -> Case:
    """Return the case of an exchange.

    Args:
        exchange: Who sends what to whom.
        offers: As given.
        needs: As given.
        known: Titles of the materials.
        registry: Where the factors are.
        freight: Emission of road freight.
        substitution: Tonnes of virgin material that one tonne recovered replaces.
        ratio: The factor that gives it, None when the caller does.
    """
    flows = [(f"{lot_name(offers, f.offer)}>{lot_name(needs, f.need)}", f) for f in exchange.flows]
    lefts = {
        f"{kind}.{lot_name(lots, index)}": float(left)
        for kind, lots, lefts_t in (
            ("unmatched_offer", offers, exchange.left_offers),
            ("unmet_need", needs, exchange.left_needs),
        )
        for index, left in enumerate(lefts_t.tolist())
        if left > NEGLIGIBLE_T
    }

    def model(values: Values) -> Results:
        """Per flow: avoided before carriage, carriage, tonnes, road distance, break-even distance."""
        results: dict[str, float | Floats] = dict(lefts)
        for item, flow in flows:
            avoided = _avoided(flow, values, substitution)
            road_km = flow.straight_km * values[DETOUR]
            haulage = haulage_tco2e_per_t(distance_km=road_km, freight=values[freight.id])
            results[f"{item}.avoided"] = -flow.tonnes * avoided
            results[f"{item}.transport"] = flow.tonnes * haulage
            results[f"{item}.tonnes"] = flow.tonnes
            results[f"{item}.distance"] = road_km
            results[f"{item}.break_even"] = np.maximum(avoided, 0.0) / (
                np.maximum(values[freight.id], np.finfo(np.float64).tiny) * TONNES_PER_KILOGRAM
            )
        return results

    rows = [row for item, flow in flows for row in _flow_rows(item, flow, offers, needs, known, freight)]
    rows += _left_rows(exchange, offers, needs, known)
    rows += [
        Row(
            f"{lot_name(offers, pair.offer)}>{lot_name(needs, pair.need)}",
            Text(
                f"{lot_name(offers, pair.offer)} vers {lot_name(needs, pair.need)} : non évalué",
                f"{lot_name(offers, pair.offer)} to {lot_name(needs, pair.need)}: not evaluated",
            ),
            "tCO2e/yr",
            reason=pair.reason,
            scope=SCOPE,
        )
        for pair in islice(exchange.unevaluated, SHOWN)
    ]
    used = {factor.id: factor for flow in exchange.flows for factor in flow.bundle.factors}
    if flows:
        common = [required_factor(registry, name) for name in (DETOUR, AVOIDED)]
        used |= {factor.id: factor for factor in (freight, *common, *((ratio,) if ratio else ()))}
    return Case(
        model=model,
        rows=rows,
        indicators=_indicators(),
        factors=[used[name] for name in sorted(used)],
    )


def _avoided(flow: Flow, values: Values, substitution: float) -> float | Floats:
    bundle = flow.bundle
    return avoided_tco2e_per_t(
        virgin=values[bundle.virgin.id] * values[AVOIDED],
        treatment=values[bundle.treatment.id] if bundle.treatment else 0.0,
        process=values[bundle.process.id] if bundle.process else 0.0,
        substitution=substitution,
    )


def _flow_rows(
    item: str, flow: Flow, offers: Sequence[Offer], needs: Sequence[Need], known: Materials, freight: Factor
) -> tuple[Row, ...]:
    material = _material(offers[flow.offer].material, known)
    of, to = lot_name(offers, flow.offer), lot_name(needs, flow.need)

    def title(fr: str, en: str) -> Text:
        return Text(f"{material.fr}, {of} vers {to} : {fr}", f"{material.en}, {of} to {to}: {en}")

    factors = tuple(factor.id for factor in flow.bundle.factors)
    return (
        Row(
            f"{item}.avoided",
            title("émission évitée ailleurs", "emission avoided elsewhere"),
            "tCO2e/yr",
            indicators=("total", "avoided"),
            factors=(*factors, AVOIDED),
            scope=SCOPE,
        ),
        Row(
            f"{item}.transport",
            title("transport", "transport"),
            "tCO2e/yr",
            indicators=("total", "transport"),
            factors=(freight.id, DETOUR),
            scope=SCOPE,
            minimum=0.0,
        ),
        Row(f"{item}.tonnes", title("quantité échangée", "quantity exchanged"), "t/yr", ("diverted",)),
        Row(
            f"{item}.distance",
            title("distance par la route", "road distance"),
            "km",
            (),
            factors=(DETOUR,),
            minimum=0.0,
        ),
        Row(
            f"{item}.break_even",
            title("distance au-delà de laquelle on ne gagne rien", "distance beyond which nothing is gained"),
            "km",
            (),
            factors=(*factors, AVOIDED, freight.id),
            minimum=0.0,
        ),
    )


def _left_rows(
    exchange: Exchange, offers: Sequence[Offer], needs: Sequence[Need], known: Materials
) -> list[Row]:
    """What is left of each offer and of each need, and why."""
    pending_offers = {pair.offer for pair in exchange.unevaluated}
    pending_needs = {pair.need for pair in exchange.unevaluated}
    rows: list[Row] = []
    for index, (offer, left) in enumerate(zip(offers, exchange.left_offers.tolist(), strict=True)):
        if left > NEGLIGIBLE_T:
            why = _why(bool(exchange.suited_offers[index]), index in pending_offers, Text("besoin", "need"))
            rows.append(_left_row("unmatched_offer", "unmatched_offers", offers, index, offer, why, known))
    for index, (need, left) in enumerate(zip(needs, exchange.left_needs.tolist(), strict=True)):
        if left > NEGLIGIBLE_T:
            why = _why(bool(exchange.suited_needs[index]), index in pending_needs, Text("offre", "offer"))
            rows.append(_left_row("unmet_need", "unmet_needs", needs, index, need, why, known))
    return rows


def _left_row(
    kind: str, indicator: str, lots: Sequence[Lot], index: int, lot: Lot, why: Text, known: Materials
) -> Row:
    material, name = _material(lot.material, known), lot_name(lots, index)
    return Row(
        f"{kind}.{name}",
        Text(f"{material.fr}, {name} : {why.fr}", f"{material.en}, {name}: {why.en}"),
        "t/yr",
        (indicator,),
    )


def _why(is_suited: bool, is_pending: bool, other: Text) -> Text:
    if not is_suited:
        return Text(
            f"aucun {other.fr} compatible" if other.en == "need" else f"aucune {other.fr} compatible",
            f"no compatible {other.en}",
        )
    if is_pending:
        return Text("gain non évalué, facteur manquant", "gain not evaluated, factor missing")
    return Text("reste, ou aucun gain à l'échange", "left over, or nothing gained by the exchange")


def _indicators() -> tuple[Figure, ...]:
    return (
        Figure(
            "total",
            Text(
                "Émissions évitées ailleurs, transport déduit",
                "Emissions avoided elsewhere, net of transport",
            ),
            "tCO2e/yr",
            scope=SCOPE,
        ),
        Figure(
            "avoided",
            Text(
                "Émissions évitées ailleurs, avant transport", "Emissions avoided elsewhere, before transport"
            ),
            "tCO2e/yr",
            scope=SCOPE,
        ),
        Figure("transport", Text("Transport", "Transport"), "tCO2e/yr", scope="road freight", minimum=0.0),
        Figure("diverted", Text("Matière échangée", "Material exchanged"), "t/yr", scope="material"),
        Figure(
            "unmatched_offers", Text("Offres sans preneur", "Offers without taker"), "t/yr", scope="material"
        ),
        Figure("unmet_needs", Text("Besoins non couverts", "Needs not met"), "t/yr", scope="material"),
    )


def _material(identifier: str, known: Materials) -> Text:
    entry = known.materials.get(identifier)
    return entry.title if entry else Text(identifier, identifier)


def lot_name(lots: Sequence[Lot], index: int) -> str:
    """Return the identifier of a lot, its rank when it has none."""
    lot = lots[index]
    return lot.id or f"{'offer' if isinstance(lot, Offer) else 'need'}-{index + 1}"
