"""How is each figure of `solar-potential` called, in French and in English?"""

from collections.abc import Mapping

from estran.carbon.text import Text

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

SURFACES: Mapping[str, Text] = {"roofs": Text("Toits", "Roofs"), "canopies": Text("Ombrières", "Canopies")}

TITLES: Mapping[str, Text] = {
    "total": Text("Production photovoltaïque annuelle", "Yearly photovoltaic production"),
    "capacity": Text("Puissance installable", "Power that can be installed"),
    "load": Text("Électricité consommée", "Electricity used"),
    "self_consumed": Text(
        "Production consommée sur place, à l'heure même", "Production used on the spot, at once"
    ),
    "surplus": Text("Production envoyée au réseau", "Production sent to the grid"),
    "self_consumption": Text(
        "Taux d'autoconsommation : part de la production consommée sur place",
        "Self-consumption rate: share of the production used on the spot",
    ),
    "self_production": Text(
        "Taux d'autoproduction : part de la consommation couverte",
        "Self-production rate: share of the use covered",
    ),
    "embodied": Text(
        "Fabrication des modules, par an de production", "Making of the modules, per year of production"
    ),
    "embodied_lifetime": Text(
        "Fabrication des modules, sur leur durée de vie", "Making of the modules, over their life"
    ),
    "avoided": Text(
        "Émissions évitées ailleurs, nettes de la fabrication (négatif : bénéfice)",
        "Emissions avoided elsewhere, net of the making (negative: a benefit)",
    ),
    "roof_area": Text("Emprise des toits retenus", "Footprint of the roofs retained"),
    "park_area": Text("Surface des parcs retenus", "Area of the car parks retained"),
}
