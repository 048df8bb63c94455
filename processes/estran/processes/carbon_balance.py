"""The OGC process `carbon-balance`."""

from estran.assessments.balance import (
    PROCESS,
    TITLE,
    VERSION,
    CarbonBalanceRequest,
    assess_carbon_balance,
)
from estran.assessments.example_sites import Sites
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class CarbonBalance(AssessmentProcessor):
    """Everything at once for any geometry, nothing counted twice."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Tout à la fois pour un lieu : stock de carbone des terres (tC), flux net des terres et des zones "
        "humides (tCO2e/an), bâtiments, stationnement et émissions de la grille (tCO2e/an), chacun dans son "
        "bloc avec son périmètre. Seuls la grille et les terres s'additionnent : rien n'est compté deux "
        "fois. Un bloc sans couche est « non disponible ».",
        "Everything at once for a place: carbon stock of land (tC), net flux of land and of wetlands "
        "(tCO2e/yr), buildings, parking and emissions of the grid (tCO2e/yr), each as a block with its "
        "scope. Only the grid and the land are added up: nothing is counted twice. A block without a layer "
        "is “not available”.",
    )
    keywords = (
        Text("bilan", "balance"),
        Text("carbone", "carbon"),
        Text("territoire", "territory"),
    )
    request = CarbonBalanceRequest
    assess = staticmethod(assess_carbon_balance)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return {"geometry": sites.commune}, {"geometry": sites.quarter}
