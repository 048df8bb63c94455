"""What does a hectare of wetland exchange, drained, dyked or restored? A recipe of factors by state.

Reference:
    METHODS section 3; IPCC 2013 Wetlands Supplement, ch. 2 (drained peat), 3 (rewetted peat), 4 (coast),
    5 (mineral soils).
"""

from collections.abc import Iterable

from estran.assessments.sequestration_inputs import WetlandScenario
from estran.carbon.errors import InvalidInput
from estran.carbon.flux import Number
from estran.carbon.propagation import Values
from estran.carbon.units import CO2_PER_C
from estran.carbon.wetland import WetlandState
from estran.factors.documents import Document, read_document

DYKED = frozenset({"dyked_fresh_marsh", "dyked_brackish_marsh", "dyked_salt_marsh"})
"""Marshes that the tide no longer reaches."""

RESTORED = "restored"

Names = tuple[str, ...]


class Recipe(Document):
    """Factors of one state of `wetland_restoration.yaml`."""

    co2: Names = ()
    co2_c: Names = ()
    doc: Names = ()
    doc_c: Names = ()
    ch4: Names = ()
    n2o: Names = ()
    burial: Names = ()

    @property
    def carbon(self) -> Names:
        """Factors of carbon that the soil emits."""
        return (*self.co2, *self.co2_c, *self.doc, *self.doc_c)

    @property
    def names(self) -> Names:
        """Every factor."""
        return (*self.carbon, *self.ch4, *self.n2o, *self.burial)

    def state(self, values: Values) -> WetlandState:
        """Return the state that the factors make."""
        return WetlandState(
            co2=_sum(values, self.co2) + CO2_PER_C * _sum(values, self.co2_c),
            doc=_sum(values, self.doc) + CO2_PER_C * _sum(values, self.doc_c),
            ch4_kg=_sum(values, self.ch4),
            n2o_kg=_sum(values, self.n2o),
            burial_tc=_sum(values, self.burial),
        )


class Recipes(Document):
    """`wetland_restoration.yaml`."""

    states: dict[str, Recipe]
    soil_references: dict[str, str]
    restored: dict[str, str]


def read_recipes() -> Recipes:
    """Return the recipes of the registry."""
    return read_document("wetland_restoration", Recipes)


def state_after(scenario: WetlandScenario) -> str:
    """Return what a scenario leads to."""
    if scenario.target == "seagrass":
        return "seagrass"
    if scenario.target == "tidal_marsh":
        return f"tidal_marsh_{scenario.salinity}"
    return f"rewetted_peat_{scenario.nutrients}" if scenario.soil == "peat" else "inland_mineral"


def state_before(scenario: WetlandScenario) -> str:
    """Return what a scenario starts from.

    Raises:
        InvalidInput: a peat soil that is said not to be drained under a use that drains it.
    """
    if scenario.initial == RESTORED:
        return state_after(scenario)
    if scenario.initial in DYKED:
        return scenario.initial
    inland = scenario.target == "inland_wetland"
    if inland and scenario.soil == "peat":
        if scenario.drainage == "none":
            raise InvalidInput(
                f"a peat soil under {scenario.initial} is drained; set drainage to shallow or deep, or "
                "initial to restored",
                f"un sol de tourbe sous {scenario.initial} est drainé ; donnez shallow ou deep à drainage, "
                "ou restored à initial",
                where="wetland.drainage",
            )
        depth = f"_{scenario.drainage}" if scenario.initial == "grassland" else ""
        return f"drained_peat_{scenario.initial}{depth}"
    # A mineral soil away from the coast has no drained rate: its gain follows from stocks.
    return "settled" if inland or scenario.drainage == "none" else "drained_coast"


def _sum(values: Values, names: Iterable[str]) -> Number:
    total: Number = 0.0
    for name in names:
        total = total + values[name]
    return total
