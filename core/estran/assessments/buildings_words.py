"""How is each figure of `building-emissions` called, in French and in English?"""

from collections.abc import Mapping

from estran.carbon.text import Text

KINDS: Mapping[str, Text] = {
    "house": Text("Maisons", "Houses"),
    "flat": Text("Logements collectifs", "Flats"),
    "tertiary": Text("Commerces et services", "Shops and services"),
    "unknown": Text("Bâtiments d'usage inconnu", "Buildings of unknown use"),
    "industrial": Text("Bâtiments industriels", "Industrial buildings"),
    "sport": Text("Bâtiments sportifs", "Sports buildings"),
    "religious": Text("Bâtiments religieux", "Religious buildings"),
}

DOUBTS: Mapping[str, Text] = {
    "building.common": Text(
        "niveau des moyennes nationales, commun à tous les bâtiments",
        "level of the national means, common to all buildings",
    ),
    "building.independent.house": Text("écart propre à chaque maison", "deviation of each house"),
    "building.independent.flat": Text(
        "écart propre à chaque immeuble de logements", "deviation of each block of flats"
    ),
    "building.independent.tertiary": Text(
        "écart propre à chaque commerce ou service", "deviation of each shop or service"
    ),
}
"""Titles of the errors that no factor carries."""

USES: Mapping[str, Text] = {
    "heating": Text("Chauffage", "Heating"),
    "hot_water": Text("Eau chaude", "Hot water"),
    "cooking": Text("Cuisson au gaz", "Cooking with gas"),
    "specific_electricity": Text("Électricité spécifique", "Specific electricity"),
    "regulated_uses": Text("Cinq usages du DPE", "Five uses of the energy label"),
}

CARRIERS: Mapping[str, Text] = {
    "electricity": Text("électricité", "electricity"),
    "heat_pump": Text("pompe à chaleur", "heat pump"),
    "gas": Text("gaz", "gas"),
    "oil": Text("fioul", "fuel oil"),
    "wood": Text("bois", "wood"),
    "heat_network": Text("réseau de chaleur", "heat network"),
    "lpg": Text("GPL", "LPG"),
    "dpe": Text("énergie non précisée (DPE)", "carrier not told (energy label)"),
}

INDICATORS: Mapping[str, Text] = {
    "total": Text(
        "Émissions annuelles d'exploitation des bâtiments", "Yearly emissions of the operation of buildings"
    ),
    "final_energy": Text("Énergie finale", "Final energy"),
    "primary_energy": Text("Énergie primaire", "Primary energy"),
    "floor_area": Text("Surface utile évaluée", "Floor area evaluated"),
    "emission_intensity": Text("Émissions par m² de surface utile", "Emissions per m² of floor area"),
    "embodied": Text(
        "Carbone de construction des bâtiments en place, déjà émis, à part de l'exploitation",
        "Embodied carbon of the standing buildings, already emitted, apart from operation",
    ),
    "buildings": Text("Nombre de bâtiments", "Number of buildings"),
    "buildings_evaluated": Text("Nombre de bâtiments évalués", "Number of buildings evaluated"),
    "buildings_not_heated": Text(
        "Nombre de bâtiments non chauffés (annexes, constructions légères, serres…)",
        "Number of unheated buildings (annexes, light constructions, greenhouses…)",
    ),
    "buildings_not_evaluated": Text("Nombre de bâtiments non évalués", "Number of buildings not evaluated"),
    "labelled_share": Text(
        "Part de la surface évaluée qui a un DPE", "Share of the evaluated area with an energy label"
    ),
    "imputed_storeys_share": Text(
        "Part de la surface dont les niveaux sont déduits de la hauteur, ou supposés",
        "Share of the area whose storeys follow from the height, or are assumed",
    ),
    "imputed_period_share": Text(
        "Part de la surface dont l'année de construction est inconnue",
        "Share of the area whose year of construction is unknown",
    ),
    "imputed_branch_share": Text(
        "Part de la surface dont la branche tertiaire est supposée",
        "Share of the area whose tertiary branch is assumed",
    ),
    "imputed_carrier_share": Text(
        "Part de la surface dont l'énergie de chauffage est le mélange national",
        "Share of the area whose heating carrier is the national mix",
    ),
}


def row_title(kind: str, use: str, carrier: str) -> Text:
    """Return what a row of the breakdown is."""
    parts = KINDS[kind], USES[use], CARRIERS[carrier]
    return Text(
        f"{parts[0].fr} : {parts[1].fr.lower()}, {parts[2].fr}",
        f"{parts[0].en}: {parts[1].en.lower()}, {parts[2].en}",
    )
