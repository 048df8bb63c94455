"""The OGC process `carbon-stock`: how much carbon is in this land, by pool and class?"""

from estran.assessments.carbon_stock import (
    PROCESS,
    TITLE,
    VERSION,
    CarbonStockRequest,
    assess_carbon_stock,
)
from estran.assessments.example_sites import Sites
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class CarbonStock(AssessmentProcessor):
    """Carbon stock of any geometry, in tC."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Combien de carbone cette terre contient, par réservoir (sol 0–30 cm, biomasse vivante, bois mort, "
        "litière) et par classe d'occupation du sol, en tC, avec l'intervalle de confiance, la densité "
        "moyenne en tC/ha et les surfaces en ha. Ce qui n'a pas de donnée n'est pas évalué, et n'est "
        "pas nul.",
        "How much carbon this land holds, by pool (soil 0–30 cm, living biomass, dead wood, litter) and by "
        "land class, in tC, with its confidence interval, the mean density in tC/ha and the areas in ha. "
        "What has no data is not evaluated, and is not zero.",
    )
    keywords = (
        Text("carbone", "carbon"),
        Text("stock", "stock"),
        Text("sol", "soil"),
        Text("biomasse", "biomass"),
    )
    method = (
        Text("Méthode ALDO de l'ADEME", "ALDO method of ADEME"),
        "https://github.com/incubateur-ademe/aldo",
    )
    request = CarbonStockRequest
    assess = staticmethod(assess_carbon_stock)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return {"geometry": sites.quarter}, {"geometry": sites.several}
