"""The OGC process `emissions-inventory`: what do the emission grids say here, by gas and sector?"""

from estran.assessments.example_sites import Sites
from estran.assessments.inventory import (
    PROCESS,
    TITLE,
    VERSION,
    EmissionsInventoryRequest,
    assess_emissions_inventory,
)
from estran.carbon.text import Text
from estran.processes.base import AssessmentProcessor
from estran.processes.examples import Examples


class EmissionsInventory(AssessmentProcessor):
    """Emissions of any geometry from the grids of the territory, in tonnes per year."""

    identifier = PROCESS
    version = VERSION
    title = TITLE
    description = Text(
        "Ce que les grilles d'émissions disent de ce lieu, en t/an par gaz et par secteur, avec l'intensité "
        "moyenne en t/ha/an. La masse de chaque maille est conservée : une maille coupée est répartie selon "
        "la surface vraie, ou selon ses bâtiments. Une maille sans donnée n'est pas nulle. CO₂ fossile, CO₂ "
        "biogénique et CO₂e ne sont jamais additionnés.",
        "What the emission grids say of this place, in t/yr by gas and by sector, with the mean intensity in "
        "t/ha/yr. The mass of each cell is conserved: a cell that is cut is shared out by true area, or by "
        "its buildings. A cell without data is not zero. Fossil CO₂, biogenic CO₂ and CO₂e are never added "
        "up.",
    )
    keywords = (
        Text("émissions", "emissions"),
        Text("inventaire", "inventory"),
        Text("grille", "grid"),
        Text("CO₂", "CO₂"),
    )
    request = EmissionsInventoryRequest
    assess = staticmethod(assess_emissions_inventory)

    @staticmethod
    def examples(sites: Sites) -> Examples:
        """Return inputs that run on the places of a territory."""
        return {"geometry": sites.commune}, {"geometry": sites.quarter, "weight": "floor-area"}
