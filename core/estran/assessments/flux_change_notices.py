"""What must the reader of the changes of land use of a place know? Where, since when, what is left out."""

from collections.abc import Iterator

from estran.assessments.envelope import Notice
from estran.assessments.flux_change_rows import INDICATOR, YEAR, place_changes
from estran.assessments.flux_changes import Changes
from estran.assessments.notices import notice
from estran.carbon.text import Text
from estran.layers.ledger.keys import LandAreas

WHOLE = 0.99
"""A place that is this part of the communes it touches is told as whole communes."""


def change_notices(areas: LandAreas, changes: Changes) -> Iterator[Notice]:
    """Yield what the reader of the changes of a place must know."""
    found, rules = place_changes(areas, changes), changes.rules
    if found.share is None:
        return
    scope = Text("de communes entières", "of whole communes")
    if found.share < WHOLE:
        shown = f"{100.0 * found.share:.2g}"
        scope = Text(
            f"ceux des communes touchées, au prorata de la surface ({shown.replace('.', ',')} %) ; où ils "
            "ont eu lieu dans une commune n'est pas connu : un ordre de grandeur au mieux",
            f"those of the communes touched, prorated by area ({shown}%); where they happened within a "
            "commune is not known: an order of magnitude at best",
        )
    yield notice(
        INDICATOR.replace("_", "-"),
        f"changements d'occupation {rules.period} (CORINE Land Cover), hors total, {scope.fr} ; un "
        f"changement de moins de {rules.smallest_ha:g} ha n'y est pas vu ; une forêt qui reste forêt "
        "n'en est pas un",
        f"land-use change {rules.period} (CORINE Land Cover), not in the total, {scope.en}; a change of less "
        f"than {rules.smallest_ha:g} ha is not seen in it; forest that stays forest is none",
        INDICATOR,
    )
    if found.missing_ha > 0.0:
        area = f"{found.missing_ha:.2g}"
        yield notice(
            "land-use-change-not-evaluated",
            f"{area.replace('.', ',')} ha par an de ces changements ne sont pas évalués (vers ou depuis "
            "l'eau, la mer, un sol nu) : l'effet donné les laisse de côté, ils ne sont pas nuls",
            f"{area} ha per year of these changes are not evaluated (to or from water, sea, bare ground): "
            "the effect given leaves them out, they are not zero",
            INDICATOR,
        )
    if found.has_gains:
        yield notice(
            "land-use-change-gains",
            "l'effet des changements d'occupation est celui, entier, d'une année moyenne : les pertes dans "
            "l'année, les gains au fil des ans ; la part de l'année même est donnée à côté",
            "the effect of land-use change is the whole one of a mean year: losses within the year, gains "
            "over the years; the part of the year itself stands beside",
            YEAR,
        )
