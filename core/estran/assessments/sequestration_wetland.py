"""What would restoring these wetlands change, year after year?

A drained soil stops losing carbon, a marsh starts burying it, and methane may outweigh both: the sum
may be a cost. Avoided emission and new removal are two items, methane is a third.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from estran.assessments.flux_items import GWP_CH4, GWP_CH4_20
from estran.assessments.sequestration_inputs import WetlandScenario
from estran.assessments.sequestration_parts import Ground, MeanDensity, Part, PartItem, soil_mean
from estran.assessments.sequestration_states import (
    DYKED,
    RESTORED,
    Recipe,
    read_recipes,
    state_after,
    state_before,
)
from estran.carbon.flux import Number
from estran.carbon.propagation import Values
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.carbon.wetland import restoration, soil_gain
from estran.factors.factor import Factor
from estran.layers.ledger.keys import LedgerKey

GWP_N2O, GWP_N2O_20 = "gwp.n2o.100.ar6", "gwp.n2o.20.ar6"

RAMP, SHARE, PERIOD = (
    "land.wetland.ramp",
    "land.wetland.autochthonous_share",
    "wetland.soil.first_period",
)

CULTIVATED, FIRST, SECOND = (
    "wetland.soil.factor.cultivated",
    "wetland.soil.factor.rewetted_20",
    "wetland.soil.factor.rewetted_40",
)

CLASSES: Mapping[str, frozenset[str]] = {
    "cropland": frozenset({"cropland"}),
    "grassland": frozenset({"grassland_herbaceous", "grassland_shrubs", "grassland_trees"}),
    "forest": frozenset({"forest_broadleaf", "forest_conifer", "forest_mixed", "forest_poplar", "forest"}),
}
"""Land classes of an initial state."""

TITLES: Mapping[str, Text] = {
    "avoided_co2": Text("Zone humide : CO2 du sol drainé évité", "Wetland: CO2 of the drained soil avoided"),
    "avoided_n2o": Text("Zone humide : N2O du sol drainé évité", "Wetland: N2O of the drained soil avoided"),
    "burial": Text("Zone humide : enfouissement nouveau", "Wetland: new burial"),
    "soil_gain": Text("Zone humide : gain du sol minéral", "Wetland: gain of the mineral soil"),
    "ch4": Text("Zone humide : méthane, après moins avant", "Wetland: methane, after less before"),
    "co2_after": Text("Zone humide : CO2 du sol remis en eau", "Wetland: CO2 of the rewetted soil"),
    "n2o_after": Text("Zone humide : N2O du sol remis en eau", "Wetland: N2O of the rewetted soil"),
    "works": Text("Zone humide : travaux", "Wetland: works"),
}

INDICATORS: Mapping[str, tuple[str, ...]] = {
    "avoided_co2": ("mean_annual", "wetland", "avoided"),
    "avoided_n2o": ("mean_annual", "wetland", "avoided"),
    "burial": ("mean_annual", "wetland", "removal"),
    "soil_gain": ("mean_annual", "wetland", "removal"),
    "ch4": ("mean_annual", "wetland", "ch4"),
    "co2_after": ("mean_annual", "wetland"),
    "n2o_after": ("mean_annual", "wetland"),
    "works": ("pulse", "wetland"),
}

NO_METHANE = Text(
    "aucun facteur de méthane ne vaut pour un herbier", "no methane factor holds for a seagrass meadow"
)

NO_N2O = Text(
    "aucun facteur de N2O n'est publié pour un sol remis en eau",
    "no N2O factor is published for a rewetted soil",
)

NO_WORKS = Text(
    "les émissions des travaux ne sont pas données (« Émissions des travaux »)",
    "the emissions of the works are not given (“Emissions of the works”)",
)

NO_GAIN = Text(
    "aucun rythme de gain n'est publié pour ce sol : seul celui d'une culture de longue durée l'est",
    "no rate of gain is published for this soil: only that of a long cultivated one is",
)


@dataclass(frozen=True, slots=True)
class _SoilGain:
    """What bounds and paces the gain of a mineral soil that does not accrete."""

    reference: MeanDensity
    target: MeanDensity
    initial: MeanDensity

    @property
    def reason(self) -> Text | None:
        return self.reference.reason or self.target.reason or self.initial.reason

    @property
    def factors(self) -> Mapping[str, Factor]:
        return self.reference.factors | self.target.factors | self.initial.factors

    def gained(self, values: Values, year: Number) -> Number:
        """tC/ha in one year."""
        return soil_gain(
            self.reference.value(values),
            cultivated=values[CULTIVATED],
            first=values[FIRST],
            second=values[SECOND],
            year=year,
            period=values[PERIOD],
            bound_tc=self.target.value(values) - self.initial.value(values),
        )


def can_restore(scenario: WetlandScenario, key: LedgerKey) -> bool:
    """Whether a scenario finds its land here: among the wetlands that the ledger knows."""
    if scenario.initial in DYKED:
        return key.wetland == scenario.initial
    if scenario.initial == RESTORED:
        return bool(key.wetland)
    is_marsh = key.wetland in DYKED or (key.land_class == "wetland" and not key.wetland)
    return is_marsh and key.land_class in {*CLASSES[scenario.initial], "wetland"}


def wetland_part(scenario: WetlandScenario, ground: Ground, *, area_ha: float, part: float) -> Part:
    """Return what restoring an area changes.

    Args:
        scenario: From what to what.
        ground: Where.
        area_ha: Area restored.
        part: Share of the works that falls to this place.

    Raises:
        InvalidInput: a peat soil that is said not to be drained under a use that drains it.
    """
    recipes = read_recipes()
    before, after = recipes.states[state_before(scenario)], recipes.states[state_after(scenario)]
    gain = _gain(scenario, ground)
    reasons = _reasons(scenario, before, after, gain)
    flows, ramp = ground.flows, scenario.years_to_work
    names = [*before.names, *after.names, GWP_CH4, GWP_CH4_20, GWP_N2O, GWP_N2O_20, SHARE]
    names += [RAMP] if ramp is None else []
    names += [PERIOD, CULTIVATED, FIRST, SECOND] if gain and not gain.reason else []
    factors = {name: flows.required(name) for name in names}
    factors |= gain.factors if gain else {}
    evaluated = frozenset(name for name, reason in reasons.items() if reason is None)
    works = (scenario.works_tco2e or 0.0) * part

    def yearly(values: Values, year: Number, ch4: str = GWP_CH4, n2o: str = GWP_N2O) -> Mapping[str, Number]:
        found = restoration(
            before.state(values),
            after.state(values),
            year=year,
            years_to_work=values[RAMP] if ramp is None else ramp,
            autochthonous=values[SHARE],
            gwp_ch4=values[ch4],
            gwp_n2o=values[n2o],
            losing_years=_losing_years(scenario, ground.horizon_years),
        )
        changes = {
            "avoided_co2": area_ha * found.avoided_co2,
            "avoided_n2o": area_ha * found.avoided_n2o,
            "burial": area_ha * found.removal,
            "ch4": area_ha * found.ch4,
            "co2_after": area_ha * found.co2_after,
            "works": np.where(np.asarray(year) == 1, works, 0.0),
        }
        if gain and "soil_gain" in evaluated:
            changes["soil_gain"] = -area_ha * CO2_PER_C * gain.gained(values, year)
        return {f"wetland/{name}": value for name, value in changes.items() if name in evaluated}

    def yearly_20(values: Values, year: Number) -> Mapping[str, Number]:
        return yearly(values, year, GWP_CH4_20, GWP_N2O_20)

    items = _items(reasons, before, after, gain, (RAMP,) if ramp is None else ())
    return Part(items, area_ha, yearly, yearly_20, tuple(factors.values()))


def _losing_years(scenario: WetlandScenario, horizon_years: int) -> float:
    """A drained soil may end up losing nothing more; what a wet one emits has no end."""
    if scenario.losing_years is None or scenario.initial in {*DYKED, RESTORED}:
        return float(horizon_years)
    return scenario.losing_years


def _reasons(
    scenario: WetlandScenario, before: Recipe, after: Recipe, gain: _SoilGain | None
) -> Mapping[str, Text | None]:
    """Return the items of a scenario, in order, and why each is not evaluated."""
    reasons: dict[str, Text | None] = {}
    if before.carbon:
        reasons["avoided_co2"] = None
    if before.n2o:
        reasons["avoided_n2o"] = None
    if after.burial or before.burial:
        reasons["burial"] = None
    if gain:
        reasons["soil_gain"] = gain.reason
    elif scenario.initial not in {*DYKED, RESTORED} and not after.burial and not after.carbon:
        reasons["soil_gain"] = NO_GAIN
    reasons["ch4"] = None if after.ch4 else NO_METHANE
    if after.carbon:
        reasons["co2_after"] = None
    if scenario.initial != RESTORED:
        reasons["n2o_after"] = NO_N2O
        reasons["works"] = NO_WORKS if scenario.works_tco2e is None else None
    return reasons


def _items(
    reasons: Mapping[str, Text | None],
    before: Recipe,
    after: Recipe,
    gain: _SoilGain | None,
    ramp: tuple[str, ...],
) -> tuple[PartItem, ...]:
    factors: Mapping[str, tuple[str, ...]] = {
        "avoided_co2": before.carbon,
        "avoided_n2o": (*before.n2o, GWP_N2O),
        "burial": (*after.burial, SHARE, *ramp),
        "soil_gain": (*(gain.factors if gain else ()), CULTIVATED, FIRST, SECOND),
        "ch4": (*after.ch4, *before.ch4, GWP_CH4),
        "co2_after": after.carbon,
    }
    return tuple(
        PartItem(
            f"wetland/{name}",
            TITLES[name],
            INDICATORS[name],
            factors.get(name, ()) if reason is None else (),
            reason,
        )
        for name, reason in reasons.items()
    )


def _gain(scenario: WetlandScenario, ground: Ground) -> _SoilGain | None:
    """Return the gain of a long cultivated mineral soil that becomes an inland wetland."""
    if state_after(scenario) != "inland_mineral" or scenario.initial != "cropland":
        return None
    references = read_recipes().soil_references
    mix = ground.mix(lambda key: can_restore(scenario, key))
    reference = MeanDensity()
    for key, share in mix.items():
        climate = key.zone.rpartition("_")[2]
        if climate in references:
            reference.add(ground.flows.required(references[climate]), share)
    initial = soil_mean(ground, mix, "cropland")
    return _SoilGain(reference, soil_mean(ground, mix, "wetland"), initial)
