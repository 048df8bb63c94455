"""The OGC process `carbon-flux`."""

from estran.assessments.example_sites import Sites
from estran.assessments.flux import PROCESS, TITLE, VERSION, CarbonFluxRequest, assess_carbon_flux
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class CarbonFlux(AssessmentProcessor):
    """Annual carbon flux of any geometry, in tCO2e/yr."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce que les sols, forêts, arbres et zones humides de cette terre émettent et captent chaque année, "
        "en tCO2e/an (émission positive, absorption négative), poste par poste : croissance, mortalité et "
        "prélèvements des forêts, arbres en ville, enfouissement et méthane des zones humides. Les sols qui "
        "ne changent pas comptent zéro par convention ; ce qui n'a pas de taux publié n'est pas évalué, et "
        "n'est pas nul.",
        "What the soils, forests, trees and wetlands of this land emit and capture each year, in tCO2e/yr "
        "(emission positive, removal negative), item by item: growth, mortality and harvest of forests, "
        "trees in town, burial and methane of wetlands. Soils that do not change count zero by convention; "
        "what has no published rate is not evaluated, and is not zero.",
    )
    keywords = (
        Text("carbone", "carbon"),
        Text("flux", "flux"),
        Text("forêt", "forest"),
        Text("carbone bleu", "blue carbon"),
        Text("méthane", "methane"),
    )
    request = CarbonFluxRequest
    assess = staticmethod(assess_carbon_flux)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return {"geometry": sites.commune}, {"geometry": sites.quarter}
