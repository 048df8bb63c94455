"""The OGC process `solar-potential`: what can roofs and canopies produce, how much would be self-consumed?"""

from estran.assessments.example_sites import Sites
from estran.assessments.solar import PROCESS, TITLE, VERSION, assess_solar_potential
from estran.assessments.solar_inputs import SolarPotentialRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class SolarPotential(AssessmentProcessor):
    """Photovoltaic production of the roofs and car parks of any geometry, in MWh/yr."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce que les toits et les ombrières de ce lieu peuvent produire en un an, en MWh par mois, la "
        "puissance en kWc, les taux d'autoconsommation et d'autoproduction face à une consommation heure "
        "par heure (profils de substitution), la fabrication des modules et, à part, les émissions évitées "
        "ailleurs en tCO2e/an.",
        "What the roofs and canopies of this place can produce in a year, in MWh per month, the power in "
        "kWp, the rates of self-consumption and self-production against a load hour by hour (proxy "
        "profiles), the making of the modules and, apart, the emissions avoided elsewhere in tCO2e/yr.",
    )
    keywords = (
        Text("photovoltaïque", "photovoltaics"),
        Text("toits", "roofs"),
        Text("autoconsommation", "self-consumption"),
    )
    request = SolarPotentialRequest
    assess = staticmethod(assess_solar_potential)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return (
            {"geometry": sites.quarter},
            {"geometry": sites.commune, "surfaces": ["roofs"], "load_mwh": 20000},
        )
