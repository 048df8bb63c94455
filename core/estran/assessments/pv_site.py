"""What does the sun give here? The yield that holds at a place, the modules and the grid to compare."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from estran.assessments.envelope import Notice
from estran.assessments.notices import notice
from estran.assessments.required import required_factor
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LedgerKey

Grid = Literal["france", "europe"]
Modules = Literal["china", "europe", "france"]

GridInput = Annotated[
    Grid,
    Field(
        title="Electricity replaced",
        description=(
            "`france`: the average French mix. `europe`: an option, the European mean of 2018. In kgCO2e/kWh."
        ),
        json_schema_extra={
            "x-title-fr": "Électricité remplacée",
            "x-description-fr": (
                "`france` : le mix français moyen. `europe` : une option, la moyenne européenne de 2018. En "
                "kgCO2e/kWh."
            ),
        },
    ),
]

ModulesInput = Annotated[
    Modules,
    Field(
        title="Where the modules are made",
        description="Decides their life-cycle emissions, in kgCO2e/kWh.",
        json_schema_extra={
            "x-title-fr": "Lieu de fabrication des modules",
            "x-description-fr": "Décide de leurs émissions sur le cycle de vie, en kgCO2e/kWh.",
        },
    ),
]

GRIDS = {"france": "energy.electricity.average", "europe": "energy.electricity.european_mean"}
"""Electricity that the production is taken to replace."""

YIELDS = ("pv.yield.la_rochelle", "pv.yield.vendee")
"""Yields of a department; each factor says of which."""

NATIONAL_YIELD = "pv.yield.national"

NEAR_ZERO = Text(
    "avec le mix électrique français moyen, la production évite à peine plus que ce que la fabrication des "
    "modules émet : l'évitement est proche de zéro, et peut être négatif",
    "with the average French mix, the production avoids hardly more than the making of the modules emits: "
    "what is avoided is close to zero, and may be negative",
)


def local_yield(registry: Registry, keys: tuple[LedgerKey, ...]) -> Factor:
    """Return the yearly yield that holds where the land lies, else that of the country."""
    departments = {zone.department for key in keys if (zone := registry.commune_zone(key.commune))}
    for name in YIELDS:
        factor = required_factor(registry, name)
        if departments and departments <= {factor.territory}:
            return factor
    return required_factor(registry, NATIONAL_YIELD)


def comparison_notices(grid: Grid, *, lowest: float | None, highest: float | None) -> Iterator[Notice]:
    """Yield how what is avoided must be read.

    Args:
        grid: Electricity that is replaced.
        lowest: Lower bound of what is avoided; a benefit is negative.
        highest: Upper bound.
    """
    yield notice(
        "avoided-apart",
        "les émissions évitées le sont ailleurs : elles ne se soustraient pas aux émissions du territoire",
        "avoided emissions are avoided elsewhere: they are not subtracted from the emissions of the "
        "territory",
    )
    if grid == "europe":
        yield notice(
            "european-grid",
            "option `europe` : la production est supposée remplacer le mix européen de 2018, plus carboné "
            "que celui d'aujourd'hui ; ne pas comparer avec des émissions calculées au mix français",
            "option `europe`: the production is taken to replace the European mix of 2018, dirtier than "
            "that of today; do not compare with emissions computed with the French mix",
        )
    elif lowest is not None and highest is not None and lowest < 0.0 < highest:
        yield notice("avoided-near-zero", NEAR_ZERO.fr, NEAR_ZERO.en)
