"""What does each kind of land exchange each year? Looked up once per key of the ledger.

Forest: growth, mortality and harvest apart. Trees in town: gross uptake and losses apart. Wetlands:
burial and methane, by type and salinity. Soils and woody plants that do not change: a convention, zero.
What has no rate is not evaluated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import Field

from estran.assessments.required import required_factor
from estran.carbon.flux import Number, burial, canopy_loss, canopy_uptake, forest_balance, gas_emission
from estran.carbon.propagation import Values
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.documents import Document, read_document
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry
from estran.factors.zones import CommuneZone, split_codes
from estran.layers.ledger.keys import UNKNOWN, LedgerKey

Salinity = Literal["below_18", "above_18"]

Rate = Callable[[Values], Number]
"""tCO2e per hectare and year, an emission being positive."""

GWP_CH4, GWP_CH4_20 = "gwp.ch4.biogenic.100.ar6", "gwp.ch4.biogenic.20.ar6"

FOREST_TERMS = ("growth", "mortality", "harvest")

REMOVALS, EMISSIONS = "removals", "emissions"

LOCAL = "local.forest"
"""Input that says how far the woods of a place are from the mean of their region, in parts of the balance."""

TREES_IN_TOWN = "artificial_trees"

WOODY = frozenset({"orchard", "vineyard", "grassland_shrubs", "grassland_trees", "artificial_grass_shrubs"})
"""Classes with woody plants that are neither forest nor trees in town."""

NO_TYPE = Text("le type de zone humide n'est pas connu", "the type of wetland is not known")

NO_EXCHANGE = Text(
    "aucun échange annuel n'est publié pour cette terre", "no annual exchange is published for this land"
)

NO_RATE = Text(
    "aucun taux n'est publié pour ce type de zone humide", "no rate is published for this type of wetland"
)

NO_METHANE = Text(
    "aucun facteur de méthane ne vaut pour ce type de zone humide", "no methane factor holds for this wetland"
)

NO_N2O = Text(
    "aucun facteur de N2O n'est publié pour les zones humides en place",
    "no N2O factor is published for existing wetlands",
)

DRAINED = Text(
    "une zone humide est cartographiée sous une culture ou un sol artificiel : on ne sait pas si ce sol, "
    "sans doute drainé, perd encore du carbone",
    "a wetland is mapped under cropland or artificial land: whether this soil, likely drained, still loses "
    "carbon is not known",
)


class WetlandFlow(Document):
    """One type of `wetland_flows.yaml`."""

    salinity: Salinity
    burial: str | None = None
    sensitivity: str | None = None
    ch4: dict[Salinity, str] = Field({})


class WetlandFlows(Document):
    """`wetland_flows.yaml`."""

    dry_classes: frozenset[str]
    types: dict[str, WetlandFlow]


@dataclass(frozen=True, slots=True)
class Flow:
    """One exchange of one kind of land.

    Attributes:
        name: `growth`, `burial`, `ch4`…
        pool: Pool of carbon it changes; empty for a gas other than CO2.
        indicators: Those it is a part of, beside `total`.
        rate: tCO2e/ha/yr, None when it is not evaluated.
        factors: What it follows from.
        reason: Why it is not evaluated.
        others: The same exchange under another assumption, by name of the result.
    """

    name: str
    pool: str
    indicators: tuple[str, ...]
    rate: Rate | None
    factors: tuple[Factor, ...] = ()
    reason: Text | None = None
    others: Mapping[str, Rate] = field(default_factory=dict)


def part_of(flow: Flow) -> str:
    """Return which of removals and emissions an exchange is a part of."""
    return REMOVALS if REMOVALS in flow.indicators else EMISSIONS


@dataclass(frozen=True, slots=True)
class Flows:
    """The flows of a territory.

    Attributes:
        registry: Where the numbers come from.
        aliases: INSEE code of a younger commune -> its code in the zone table.
        salinity: Salinity of brackish marshes, as the caller knows it.
        has_wetlands: Whether a layer of the territory says where the wetlands are.
        known: What was looked up already, by code of the key.
    """

    registry: Registry
    aliases: Mapping[str, str]
    salinity: Salinity = "below_18"
    has_wetlands: bool = True
    known: dict[int, tuple[Flow, ...]] = field(default_factory=dict)

    def of(self, key: LedgerKey) -> tuple[Flow, ...]:
        """Return what a kind of land exchanges, evaluated or not."""
        if key.code not in self.known:
            self.known[key.code] = (*self._plants(key), *self._soil(key))
        return self.known[key.code]

    def amounts(self, key: LedgerKey) -> Mapping[str, float] | None:
        """Return what a hectare removes and emits at the central values; None where nothing is evaluated."""
        flows = [(flow, flow.rate) for flow in self.of(key) if flow.rate]
        if not flows:
            return None
        values: dict[str, float] = {factor.id: factor.value for flow, _ in flows for factor in flow.factors}
        values[LOCAL] = 0.0
        sums: dict[str, float] = {}
        for flow, rate in flows:
            sums[part_of(flow)] = sums.get(part_of(flow), 0.0) + float(rate(values))
        return sums

    def is_complete(self, key: LedgerKey) -> bool:
        """Whether every exchange of this land is evaluated."""
        return all(flow.rate is not None for flow in self.of(key))

    def forest_terms(self, key: LedgerKey) -> Mapping[str, Factor] | None:
        """Return the inventory of a forest key, with the published `balance`; None when it lacks a number."""
        zone = self.zone(key)
        groups = split_codes(key.forest_region)
        found = {
            name: self.registry.forest_flow(name, key.land_class, zone, groups=groups)
            for name in (*FOREST_TERMS, "expansion", "balance")
        }
        factors = {name: factor for name, factor in found.items() if isinstance(factor, Factor)}
        return factors if len(factors) == len(found) else None

    def zone(self, key: LedgerKey) -> CommuneZone | None:
        """Return where the commune of a key stands in the tables."""
        return self.registry.commune_zone(self.aliases.get(key.commune, key.commune))

    def required(self, identifier: str) -> Factor:
        """Return a factor that the tables hold.

        Raises:
            UnknownFactor: its row has no value.
        """
        return required_factor(self.registry, identifier)

    def is_forest(self, key: LedgerKey) -> bool:
        """Whether the inventory describes this land."""
        return self.registry.land_class(key.land_class).forest is not None

    def _plants(self, key: LedgerKey) -> tuple[Flow, ...]:
        entry = self.registry.land_class(key.land_class)
        if self.is_forest(key):
            return self._forest(key)
        if key.land_class == TREES_IN_TOWN:
            return self._trees()
        if key.land_class in WOODY:
            return (self._steady("biomass", "living_biomass", "land.biomass.steady_flux"),)
        if entry.not_evaluated is not None and not key.wetland:
            reason = entry.not_evaluated if key.land_class in {UNKNOWN, "hedge"} else NO_EXCHANGE
            return (Flow("exchange", "", (), None, reason=reason),)
        return ()

    def _forest(self, key: LedgerKey) -> tuple[Flow, ...]:
        terms = self.forest_terms(key)
        if terms is None:
            reason = Text("l'inventaire forestier n'a pas de valeur", "the forest inventory has no value")
            return tuple(
                Flow(name, "living_biomass", _forest_indicators(name), None, reason=reason)
                for name in FOREST_TERMS
            )
        return tuple(
            Flow(
                name,
                "living_biomass",
                _forest_indicators(name),
                _forest_rate(name, {term: factor.id for term, factor in terms.items()}),
                (terms[name], terms["expansion"]),
            )
            for name in FOREST_TERMS
        )

    def _trees(self) -> tuple[Flow, ...]:
        gross, share = self.required("canopy.gross_sequestration"), self.required("land.canopy.net_share")
        return (
            Flow(
                "uptake",
                "living_biomass",
                ("removals", "trees"),
                lambda values: canopy_uptake(values[gross.id]),
                (gross,),
            ),
            Flow(
                "losses",
                "living_biomass",
                ("emissions", "trees"),
                lambda values: canopy_loss(values[gross.id], net_share=values[share.id]),
                (gross, share),
            ),
        )

    def _soil(self, key: LedgerKey) -> tuple[Flow, ...]:
        if key.wetland:
            return self._wetland(key)
        if key.land_class == "wetland":
            return (Flow("exchange", "soil", ("wetland_burial",), None, reason=NO_TYPE),)
        if self.registry.land_class(key.land_class).soil is None:
            return ()
        return (self._steady("soil", "soil", "land.soil.steady_flux"),)

    def _wetland(self, key: LedgerKey) -> tuple[Flow, ...]:
        document = read_document("wetland_flows", WetlandFlows)
        flow = document.types[key.wetland]
        if key.land_class in document.dry_classes:
            return (Flow("exchange", "soil", ("wetland_burial",), None, reason=DRAINED),)
        return (
            self._burial(flow),
            self._methane(key.wetland, flow),
            Flow("n2o", "", ("emissions", "wetland_n2o"), None, reason=NO_N2O),
        )

    def _burial(self, flow: WetlandFlow) -> Flow:
        found = self.registry.factor(flow.burial) if flow.burial else Gap(NO_RATE)
        indicators = ("removals", "wetland_burial")
        if isinstance(found, Gap):
            return Flow("burial", "soil", indicators, None, reason=NO_RATE)
        share = self.required("land.wetland.autochthonous_share")
        factors = [found, share]
        others: dict[str, Rate] = {}
        if flow.sensitivity:
            other = self.required(flow.sensitivity)
            factors.append(other)
            others["mudflat_burial"] = _burial_rate(other.id, share.id)
        return Flow(
            "burial", "soil", indicators, _burial_rate(found.id, share.id), tuple(factors), others=others
        )

    def _methane(self, wetland: str, flow: WetlandFlow) -> Flow:
        indicators = ("emissions", "wetland_ch4")
        salinity = self.salinity if wetland == "dyked_brackish_marsh" else flow.salinity
        if salinity not in flow.ch4:
            return Flow("ch4", "", indicators, None, reason=NO_METHANE)
        gas = self.required(flow.ch4[salinity])
        gwp, gwp_20 = self.required(GWP_CH4), self.required(GWP_CH4_20)
        return Flow(
            "ch4",
            "",
            indicators,
            lambda values: gas_emission(values[gas.id], warming_potential=values[gwp.id]),
            (gas, gwp, gwp_20),
            others={
                "gwp20": lambda values: gas_emission(values[gas.id], warming_potential=values[gwp_20.id])
            },
        )

    def _steady(self, name: str, pool: str, identifier: str) -> Flow:
        factor = self.required(identifier)
        return Flow(
            name, pool, ("emissions", "steady"), lambda values: values[factor.id] * CO2_PER_C, (factor,)
        )


def _forest_indicators(name: str) -> tuple[str, ...]:
    return ("removals" if name == "growth" else "emissions", "forest_net", f"forest_{name}")


def _forest_rate(name: str, ids: Mapping[str, str]) -> Rate:
    def rate(values: Values) -> Number:
        balance = forest_balance(
            values[ids["growth"]],
            values[ids["mortality"]],
            values[ids["harvest"]],
            carbon_tc_per_m3=values[ids["expansion"]],
        )
        if name != "harvest":
            return balance.growth if name == "growth" else balance.mortality
        # One wood is cut or is not: the distance to the regional mean is borne by the harvest.
        return balance.harvest + np.abs(balance.net) * values[LOCAL]

    return rate


def _burial_rate(rate: str, share: str) -> Rate:
    return lambda values: burial(values[rate], autochthonous=values[share])
