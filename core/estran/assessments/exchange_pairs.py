"""Which offers suit which needs, how far apart, and what would each tonne avoid?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from estran.assessments.exchange_inputs import Need, Offer
from estran.assessments.exchange_matching import Pairs, canonical_order, optimal_flows
from estran.assessments.request import near
from estran.assessments.required import required_factor
from estran.carbon.errors import TooLarge, UnknownFactor
from estran.carbon.exchange import avoided_tco2e_per_t, compatible_pairs, haulage_tco2e_per_t
from estran.carbon.text import Text
from estran.factors.documents import Document
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PAIRS = 500_000
"""Most pairs of one material, all materials together, that one request may hold."""

METRES_PER_KILOMETRE = 1000.0
WGS_84 = Geod(ellps="WGS84")

DETOUR, AVOIDED, SUBSTITUTION = "exchange.detour", "exchange.avoided_virgin", "exchange.substitution"


class Material(Document):
    """One material of `exchange_materials.yaml`."""

    title: Text
    virgin: str
    recycling: str | None = None
    waste: str | None = None


class Materials(Document):
    """`exchange_materials.yaml`."""

    materials: dict[str, Material]
    treatments: dict[str, Text]
    vehicles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Bundle:
    """The factors of one exchange of one material; None where the caller declares that nothing happens.

    Attributes:
        virgin: Virgin production.
        process: Turning the waste into material.
        treatment: What becomes of the waste today.
    """

    virgin: Factor
    process: Factor | None
    treatment: Factor | None

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors it holds."""
        return tuple(each for each in (self.virgin, self.process, self.treatment) if each is not None)


@dataclass(frozen=True, slots=True)
class Flow:
    """What one offer sends to one need.

    Attributes:
        offer: Position of the offer in the request.
        need: Position of the need.
        tonnes: Per year.
        straight_km: Geodesic distance.
        bundle: Factors of its material.
    """

    offer: int
    need: int
    tonnes: float
    straight_km: float
    bundle: Bundle


@dataclass(frozen=True, slots=True)
class Unevaluated:
    """A pair that suits, and whose gain is not known."""

    offer: int
    need: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Exchange:
    """The optimal exchange of a request.

    Attributes:
        flows: What is exchanged.
        unevaluated: Pairs without a gain.
        left_offers: Tonnes per year left to each offer.
        left_needs: Tonnes per year that each need still lacks.
        suited_offers: Whether each offer has a need that it suits.
        suited_needs: Whether each need has an offer that suits it.
    """

    flows: tuple[Flow, ...]
    unevaluated: tuple[Unevaluated, ...]
    left_offers: Floats
    left_needs: Floats
    suited_offers: NDArray[np.bool_]
    suited_needs: NDArray[np.bool_]


def optimal_exchange(
    offers: Sequence[Offer],
    needs: Sequence[Need],
    known: Materials,
    registry: Registry,
    *,
    freight: Factor,
    substitution: float,
) -> Exchange:
    """Return the exchange that avoids the most.

    Args:
        offers: What is offered.
        needs: What is needed.
        known: Materials and their factors.
        registry: Where the factors are.
        freight: Emission of road freight, in kgCO2e/t.km.
        substitution: Tonnes of virgin material that one tonne recovered replaces.

    Raises:
        TooLarge: more pairs than `PAIRS`.
        Unavailable: the solver failed.
    """
    offered = np.array([each.quantity_t_per_year for each in offers], dtype=np.float64)
    needed = np.array([each.quantity_t_per_year for each in needs], dtype=np.float64)
    per_km = required_factor(registry, DETOUR).value
    flows: list[Flow] = []
    unevaluated: list[Unevaluated] = []
    suited = np.zeros(len(offers), dtype=np.bool_), np.zeros(len(needs), dtype=np.bool_)
    for material, (own, other) in _by_material(offers, needs).items():
        rows, columns = _compatible([offers[each] for each in own], [needs[each] for each in other])
        of, to = np.array(own, dtype=np.int64)[rows], np.array(other, dtype=np.int64)[columns]
        suited[0][of], suited[1][to] = True, True
        bundles = [_bundle(material, offers[each], known, registry) for each in own]
        lacking = np.array([isinstance(each, Gap) for each in bundles], dtype=np.bool_)[rows]
        unevaluated += [
            Unevaluated(offer, need, bundle.reason)
            for offer, need, row in zip(
                of[lacking].tolist(), to[lacking].tolist(), rows[lacking].tolist(), strict=True
            )
            if isinstance(bundle := bundles[row], Gap)
        ]
        straight = _kilometres(offers, needs, of, to)
        avoided = np.array(
            [0.0 if isinstance(each, Gap) else _avoided(each, substitution) for each in bundles]
        )[rows]
        gains = avoided - haulage_tco2e_per_t(distance_km=straight * per_km, freight=freight.value)
        kept = np.flatnonzero(~lacking & (gains > 0.0))
        tonnes = optimal_flows(Pairs(of[kept], to[kept], gains[kept]), offered, needed)
        flows += [
            Flow(offer, need, amount, distance, bundle)
            for offer, need, amount, distance, row in zip(
                of[kept].tolist(),
                to[kept].tolist(),
                tonnes.tolist(),
                straight[kept].tolist(),
                rows[kept].tolist(),
                strict=True,
            )
            if amount > 0.0 and not isinstance(bundle := bundles[row], Gap)
        ]
    sent = np.bincount([flow.offer for flow in flows], [flow.tonnes for flow in flows], len(offers))
    taken = np.bincount([flow.need for flow in flows], [flow.tonnes for flow in flows], len(needs))
    return Exchange(
        tuple(flows),
        tuple(unevaluated),
        np.maximum(offered - sent, 0.0),
        np.maximum(needed - taken, 0.0),
        *suited,
    )


def _by_material(offers: Sequence[Offer], needs: Sequence[Need]) -> Mapping[str, tuple[list[int], list[int]]]:
    """Positions of the offers and of the needs of each material that has both, in an order of their own."""
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for side, listed in enumerate((offers, needs)):
        for position in canonical_order([each.key for each in listed]):
            groups.setdefault(listed[position].material, ([], []))[side].append(position)
    met = {material: group for material, group in sorted(groups.items()) if group[0] and group[1]}
    count = sum(len(own) * len(other) for own, other in met.values())
    if count > PAIRS:
        raise TooLarge(
            f"{count:,} pairs of an offer and a need of the same material; at most {PAIRS:,} are matched at "
            "once; split the request",
            f"{count} couples d'une offre et d'un besoin du même matériau ; au plus {PAIRS} sont appariés à "
            "la fois ; divisez la demande",
            where="offers",
        )
    return met


def _compatible(offers: Sequence[Offer], needs: Sequence[Need]) -> tuple[Integers, Integers]:
    suits = compatible_pairs(
        np.array([each.quality for each in offers], dtype=np.float64),
        np.array([each.quality for each in needs], dtype=np.float64),
        np.array([_days(each.start, each.end) for each in offers]),
        np.array([_days(each.start, each.end) for each in needs]),
    )
    rows, columns = np.nonzero(suits)
    return rows.astype(np.int64), columns.astype(np.int64)


def _days(start: date | None, end: date | None) -> tuple[float, float]:
    return (
        -inf if start is None else float(start.toordinal()),
        inf if end is None else float(end.toordinal()),
    )


def _kilometres(offers: Sequence[Offer], needs: Sequence[Need], of: Integers, to: Integers) -> Floats:
    if not len(of):
        return np.zeros(0)
    start = np.array([(each.longitude, each.latitude) for each in offers])[of]
    end = np.array([(each.longitude, each.latitude) for each in needs])[to]
    metres = WGS_84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2]
    return np.asarray(metres, dtype=np.float64) / METRES_PER_KILOMETRE


def _avoided(bundle: Bundle, substitution: float) -> float:
    avoided = avoided_tco2e_per_t(
        virgin=bundle.virgin.value,
        treatment=bundle.treatment.value if bundle.treatment else 0.0,
        process=bundle.process.value if bundle.process else 0.0,
        substitution=substitution,
    )
    return float(avoided)


def _bundle(material: str, offer: Offer, known: Materials, registry: Registry) -> Bundle | Gap:
    """The factors of an offer, or why one is missing: what is missing is never taken as zero."""
    entry = known.materials.get(material)
    if entry is None:
        en, fr = near(material, known.materials)
        return Gap(
            Text(
                f"aucun facteur pour le matériau {material}{fr}", f"no factor for the material {material}{en}"
            )
        )
    virgin = _found(entry.virgin, registry, entry, Text("production vierge", "virgin production"))
    process: Factor | Gap | None = None
    if offer.processing == "recycling":
        process = _found(entry.recycling, registry, entry, Text("recyclage", "recycling"))
    treatment: Factor | Gap | None = None
    if offer.treatment != "none":
        name = f"waste.treatment.{entry.waste}.{offer.treatment}" if entry.waste else None
        treatment = _found(name, registry, entry, known.treatments[offer.treatment])
    for each in (virgin, process, treatment):
        if isinstance(each, Gap):
            return each
    return Bundle(
        virgin if isinstance(virgin, Factor) else required_factor(registry, entry.virgin),
        process if isinstance(process, Factor) else None,
        treatment if isinstance(treatment, Factor) else None,
    )


def _found(name: str | None, registry: Registry, material: Material, what: Text) -> Factor | Gap:
    missing = Gap(
        Text(
            f"{material.title.fr} : pas de facteur d'émission pour : {what.fr}",
            f"{material.title.en}: no emission factor for: {what.en}",
        )
    )
    if name is None:
        return missing
    try:
        found = registry.factor(name)
    except UnknownFactor:
        return missing
    return found if isinstance(found, Factor) else missing
