"""The OGC process `building-emissions`: what do the buildings here emit, which to renovate first?"""

from estran.assessments.buildings import PROCESS, TITLE, VERSION, assess_building_emissions
from estran.assessments.buildings_inputs import BuildingEmissionsRequest
from estran.assessments.example_sites import Sites
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class BuildingEmissions(AssessmentProcessor):
    """Yearly emissions of the buildings of any geometry, in tCO2e/yr."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce que les bâtiments de ce lieu émettent en un an d'exploitation, en tCO2e/an, par usage, énergie "
        "et type de bâtiment, avec l'énergie finale en MWh/an et la part de ce qui est imputé. Un DPE "
        "remplace les ratios de son bâtiment. Le carbone de leur construction, en tCO2e, est un chiffre à "
        "part. Les bâtiments dont la rénovation change le plus sont classés.",
        "What the buildings of this place emit in a year of operation, in tCO2e/yr, by use, carrier and "
        "kind of building, with the final energy in MWh/yr and the share of what is imputed. An energy "
        "label replaces the ratios of its building. The carbon of their construction, in tCO2e, is a "
        "figure apart. The buildings whose renovation changes most are ranked.",
    )
    keywords = (
        Text("bâtiments", "buildings"),
        Text("énergie", "energy"),
        Text("DPE", "energy label"),
        Text("rénovation", "renovation"),
    )
    request = BuildingEmissionsRequest
    assess = staticmethod(assess_building_emissions)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return (
            {"geometry": sites.quarter},
            {"geometry": sites.commune, "weighting": "centroid", "top": 5},
        )
