"""The OGC process `sequestration-potential`."""

from estran.assessments.example_sites import Sites
from estran.assessments.sequestration import PROCESS, TITLE, VERSION, assess_sequestration
from estran.assessments.sequestration_inputs import SequestrationRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class SequestrationPotential(AssessmentProcessor):
    """What scenarios could capture on any geometry, in tCO2e over a horizon."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce que la restauration de zones humides, la plantation d'arbres, de nouvelles pratiques agricoles "
        "et la désimperméabilisation pourraient capter ici, en tCO2e sur l'horizon (bénéfice négatif, coût "
        "positif), année par année : émissions évitées, absorptions nouvelles et méthane à part. Classe "
        "aussi les zones humides par ce que coûterait leur perte et ce qu'apporterait leur restauration.",
        "What wetland restoration, tree planting, new farming practices and de-sealing could capture here, "
        "in tCO2e over the horizon (benefit negative, cost positive), year by year: avoided emissions, new "
        "removals and methane apart. Also ranks the wetlands by what their loss would cost and what their "
        "restoration would bring.",
    )
    keywords = (
        Text("carbone bleu", "blue carbon"),
        Text("zones humides", "wetlands"),
        Text("restauration", "restoration"),
        Text("agroforesterie", "agroforestry"),
        Text("désimperméabilisation", "de-sealing"),
    )
    request = SequestrationRequest
    assess = staticmethod(assess_sequestration)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return (
            {
                "geometry": sites.commune,
                "trees": {"share": 0.1},
                "practices": [{"practice": "agroforestry_cropland", "share": 0.2}],
                "desealing": {"share": 0.05},
            },
            {"geometry": sites.quarter, "desealing": {"share": 0.1}, "horizon_years": 30},
        )
