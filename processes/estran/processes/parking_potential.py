"""The OGC process `parking-potential`: which car parks to cover, plant or unseal; what is owed by law?"""

from estran.assessments.example_sites import Sites
from estran.assessments.parking import PROCESS, TITLE, VERSION, assess_parking_potential
from estran.assessments.parking_inputs import ParkingPotentialRequest
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class ParkingPotential(AssessmentProcessor):
    """Solar canopies, freed soil and trees on the car parks of any geometry."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Quels parcs de stationnement couvrir d'ombrières solaires (MWh/an, kWc), désimperméabiliser ou "
        "planter (tCO2e), ce que cela coûte en places, et ce que la loi APER demande à chacun, avec sa "
        "date. Les emprises d'un même parc sont réunies. Les émissions évitées ailleurs (tCO2e/an, négatif "
        ": bénéfice) restent à part.",
        "Which car parks to cover with solar canopies (MWh/yr, kWp), to unseal or to plant (tCO2e), what "
        "it costs in spaces, and what the APER law asks of each, with its date. Areas of one park are "
        "merged. Emissions avoided elsewhere (tCO2e/yr, negative: a benefit) stay apart.",
    )
    keywords = (
        Text("stationnement", "car parks"),
        Text("ombrières", "solar canopies"),
        Text("loi APER", "APER law"),
        Text("désimperméabilisation", "de-sealing"),
    )
    request = ParkingPotentialRequest
    assess = staticmethod(assess_parking_potential)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return (
            {"geometry": sites.commune, "desealed_share": 0.1, "tree_share": 0.15},
            {"geometry": sites.commune, "parks": "open_air", "grid": "europe"},
        )
