"""How does a form name the inputs and their choices? Titles, units, defaults that no field tells by itself.

A field says its own words by `x-title-fr`; what is here serves the fields that do not, and every choice.
Choices that the registry already names (land classes, uses, modes, materials, practices) are read there.
"""

from collections.abc import Mapping
from functools import cache

from estran.assessments.exchange_pairs import Materials
from estran.assessments.mobility_legs import Modes
from estran.assessments.project_choices import Choices
from estran.carbon.text import Text
from estran.factors.documents import LandClasses, WetlandTypes, read_document, read_tables

TITLES: Mapping[str, Text] = {
    "area_ha": Text("Surface", "Area"),
    "share": Text("Part de la surface possible", "Share of the possible area"),
    "initial": Text("État actuel", "Present state"),
    "soil": Text("Sol", "Soil"),
    "drainage": Text("Drainage", "Drainage"),
    "target": Text("Ce que la terre devient", "What the land becomes"),
    "salinity": Text("Salinité", "Salinity"),
    "nutrients": Text("Nutriments de la tourbe", "Nutrients of the peat"),
    "years_to_work": Text("Années avant le plein régime", "Years before full effect"),
    "losing_years": Text("Années de perte évitées", "Years of loss avoided"),
    "works_tco2e": Text("Émissions des travaux", "Emissions of the works"),
    "count": Text("Nombre", "Number"),
    "on": Text("Terre plantée", "Land planted"),
    "practice": Text("Pratique", "Practice"),
    "building": Text("Identifiant du bâtiment", "Identifier of the building"),
    "emissions_kgco2e_m2": Text("Émissions", "Emissions"),
    "primary_energy_kwhep_m2": Text("Énergie primaire", "Primary energy"),
    "final_energy_kwh_m2": Text("Énergie finale", "Final energy"),
    "carrier": Text("Énergie principale", "Main energy"),
    "distance_km": Text("Distance", "Distance"),
    "mode": Text("Mode", "Mode"),
    "occupancy": Text("Personnes dans la voiture", "Persons in the car"),
    "id": Text("Nom", "Name"),
    "material": Text("Matériau", "Material"),
    "quantity_t_per_year": Text("Quantité", "Quantity"),
    "longitude": Text("Longitude", "Longitude"),
    "latitude": Text("Latitude", "Latitude"),
    "start": Text("Premier jour", "First day"),
    "end": Text("Dernier jour", "Last day"),
    "quality": Text("Qualité", "Quality"),
    "processing": Text("Transformation", "Processing"),
    "treatment": Text("Traitement actuel", "Treatment today"),
    "value": Text("Valeur centrale", "Central value"),
    "low": Text("5e centile", "5th percentile"),
    "high": Text("95e centile", "95th percentile"),
    "reason": Text("Raison", "Reason"),
    "name": Text("Nom", "Name"),
}
"""Title of a nested field by its name."""

UNITS: Mapping[str, str] = {
    "area_ha": "ha",
    "years_to_work": "yr",
    "losing_years": "yr",
    "works_tco2e": "tCO2e",
    "horizon_years": "yr",
    "years": "yr",
    "load_mwh": "MWh/yr",
    "emissions_kgco2e_m2": "kgCO2e/m2/yr",
    "primary_energy_kwhep_m2": "kWh/m2/yr",
    "final_energy_kwh_m2": "kWh/m2/yr",
    "distance_km": "km",
    "occupancy": "persons",
    "quantity_t_per_year": "t/yr",
    "longitude": "°",
    "latitude": "°",
}
"""Unit of a number by its name."""

DEFAULTS: Mapping[str, str] = {
    "occupancy": "mobility.occupancy.car",
    "substitution": "exchange.substitution",
}
"""Factor that stands for an input left out, by its name."""

_ELECTRICITY = Text("Électricité", "Electricity")
_GAS = Text("Gaz", "Gas")
_OIL = Text("Fioul", "Oil")
_LPG = Text("GPL", "LPG")
_NETWORK = Text("Réseau de chaleur", "Heat network")
_BITUMEN = Text("Enrobé bitumineux", "Bituminous")

CHOICES: Mapping[str, Mapping[str, Text]] = {
    "structure": {
        "concrete": Text("Béton", "Concrete"),
        "timber": Text("Bois", "Timber"),
        "mixed": Text("Mixte", "Mixed"),
        "unknown": Text("Je ne sais pas", "I do not know"),
    },
    "kind": {
        "surface": Text("Au sol", "On the ground"),
        "structure_concrete": Text("En ouvrage, béton", "Multi-storey, concrete"),
        "structure_metal": Text("En ouvrage, métal", "Multi-storey, metal"),
        "underground": Text("Souterrain", "Underground"),
    },
    "pavement": {
        "bitumen": _BITUMEN,
        "semi_rigid": Text("Semi-rigide", "Semi-rigid"),
        "concrete": Text("Béton", "Concrete"),
    },
    "traffic": {
        "tc1": Text("TC1 (très léger)", "TC1 (very light)"),
        "tc2": Text("TC2", "TC2"),
        "tc3": Text("TC3 (moyen)", "TC3 (medium)"),
        "tc4": Text("TC4", "TC4"),
        "tc5": Text("TC5", "TC5"),
        "tc6": Text("TC6", "TC6"),
        "tc7": Text("TC7 (très lourd)", "TC7 (very heavy)"),
    },
    "carrier": {
        "electricity": _ELECTRICITY,
        "electricity_heating": Text("Électricité, chauffage", "Electricity, heating"),
        "electricity_average": Text("Électricité, moyenne de l’année", "Electricity, mean of the year"),
        "electricity_hot_water": Text("Électricité, eau chaude", "Electricity, hot water"),
        "heat_pump": Text("Pompe à chaleur", "Heat pump"),
        "gas": _GAS,
        "biomethane": Text("Biométhane", "Biomethane"),
        "heat_network": _NETWORK,
        "oil": _OIL,
        "lpg": _LPG,
        "wood": Text("Bois", "Wood"),
        "wood_logs": Text("Bois, bûches", "Wood, logs"),
        "wood_pellets": Text("Bois, granulés", "Wood, pellets"),
        "wood_chips": Text("Bois, plaquettes", "Wood, chips"),
    },
    "modal_shares": {
        "tram": Text("Tramway", "Tramway"),
        "train": Text("Train régional", "Regional train"),
        "motorcycle": Text("Moto", "Motorcycle"),
        "electric_bicycle": Text("Vélo électrique", "Electric bicycle"),
        "kick_scooter": Text("Trottinette électrique", "Electric kick scooter"),
    },
    "method": {
        "analytic": Text("Analytique (rapide)", "Analytic (fast)"),
        "monte-carlo": Text("Tirages au sort (Monte-Carlo)", "Random draws (Monte-Carlo)"),
    },
    "brackish_salinity": {
        "below_18": Text("Sous 18", "Below 18"),
        "above_18": Text("18 ou plus", "18 or more"),
    },
    "initial": {
        "grassland": Text("Prairie", "Grassland"),
        "forest": Text("Forêt", "Forest"),
        "restored": Text("Déjà ce qu’elle doit devenir", "Already what it is to become"),
    },
    "soil": {"mineral": Text("Minéral", "Mineral"), "peat": Text("Tourbe", "Peat")},
    "drainage": {
        "none": Text("Aucun", "None"),
        "shallow": Text("Peu profond", "Shallow"),
        "deep": Text("Profond", "Deep"),
    },
    "target": {
        "tidal_marsh": Text("Marais maritime", "Tidal marsh"),
        "inland_wetland": Text("Zone humide intérieure", "Inland wetland"),
        "seagrass": Text("Herbier marin", "Seagrass bed"),
    },
    "nutrients": {"rich": Text("Riche", "Rich"), "poor": Text("Pauvre", "Poor")},
    "weighting": {
        "area": Text("Pour la part de leur emprise", "For the share of their footprint"),
        "centroid": Text("Entiers si leur centre est dedans", "Whole when their centre is inside"),
    },
    "electricity": {
        "by_use": Text("Selon l’usage", "By use"),
        "average": Text("Moyenne de l’année", "Mean of the year"),
    },
    "tertiary_branch": {
        "retail": Text("Commerce", "Retail"),
        "office": Text("Bureau", "Office"),
        "education": Text("Enseignement", "Education"),
        "health": Text("Santé", "Health"),
        "hospitality": Text("Hôtellerie, restauration", "Hotels and restaurants"),
    },
    "unknown_use": {
        "not_evaluated": Text("Laissés de côté", "Left out"),
        "housing": Text("Comptés comme logements", "Counted as housing"),
        "tertiary": Text("Comptés comme tertiaires", "Counted as services"),
    },
    "renovation_class": {letter: Text(letter.upper(), letter.upper()) for letter in "abcdef"},
    "weight": {
        "area": Text("Selon la surface", "By area"),
        "floor-area": Text("Selon la surface de plancher", "By floor area"),
        "footprint": Text("Selon l’emprise des bâtiments", "By the footprint of buildings"),
    },
    "parks": {
        "due": Text("Ceux que la loi oblige", "Those that the law binds"),
        "open_air": Text("Tous les parcs extérieurs", "Every open-air car park"),
    },
    "desealed_to": {"grass": Text("Pelouse", "Lawn"), "trees": Text("Sol arboré", "Land with trees")},
    "grid": {
        "france": Text("France", "France"),
        "europe": Text("Europe (moyenne 2018)", "Europe (2018 mean)"),
    },
    "modules": {
        "china": Text("Chine", "China"),
        "europe": Text("Europe", "Europe"),
        "france": Text("France", "France"),
    },
    "surfaces": {
        "roofs": Text("Toits", "Roofs"),
        "canopies": Text("Ombrières de parking", "Car park canopies"),
    },
    "load_profile": {
        "residential": Text("Logements", "Housing"),
        "tertiary": Text("Commerces et services", "Shops and services"),
    },
    "processing": {"recycling": Text("Recyclage", "Recycling"), "reuse": Text("Réemploi", "Reuse")},
    "vehicle": {
        "van": Text("Utilitaire de moins de 3,5 t", "Van under 3.5 t"),
        "rigid_3_7t": Text("Porteur de 3,5 à 7,5 t", "Rigid truck, 3.5 to 7.5 t"),
        "rigid_7_12t": Text("Porteur de 7,5 à 12 t", "Rigid truck, 7.5 to 12 t"),
        "rigid_12_20t": Text("Porteur de 12 à 20 t", "Rigid truck, 12 to 20 t"),
        "rigid_20_26t": Text("Porteur de 20 à 26 t", "Rigid truck, 20 to 26 t"),
        "rigid_26_32t": Text("Porteur de 26 à 32 t", "Rigid truck, 26 to 32 t"),
        "articulated_34t": Text("Articulé de moins de 34 t", "Articulated truck under 34 t"),
        "articulated_34_40t": Text("Articulé de 34 à 40 t", "Articulated truck, 34 to 40 t"),
        "articulated_40_44t": Text("Articulé de 40 à 44 t", "Articulated truck, 40 to 44 t"),
    },
    "scope": {
        "footprint": Text("Empreinte, importations comprises", "Footprint, imports included"),
        "inventory": Text("Inventaire territorial", "Territorial inventory"),
    },
}
"""Titles of the choices of a field, by its name."""

_SAME = {"salinity": "brackish_salinity", "carrier_mix": "carrier"}
"""Fields that offer the choices of another one."""


@cache
def choice_titles(name: str) -> Mapping[str, Text]:
    """Return the titles of the choices of a field, by value; a value without title names itself."""
    return {**_registered(name), **CHOICES.get(_SAME.get(name, name), {})}


def _registered(name: str) -> Mapping[str, Text]:
    if name == "use":
        uses = read_document("project", Choices).uses
        return {key: use.title for key, use in uses.items()}
    if name in ("mode", "modal_shares"):
        modes = read_document("mobility_modes", Modes).modes
        return {key: mode.title for key, mode in modes.items()}
    if name == "material":
        materials = read_document("exchange_materials", Materials).materials
        return {key: material.title for key, material in materials.items()}
    if name == "treatment":
        treatments = read_document("exchange_materials", Materials).treatments
        return {key: _capital(title) for key, title in treatments.items()}
    if name == "practice":
        labels = read_tables()["agricultural_practices"].labels["practice"]
        return {key: _capital(title) for key, title in labels.items()}
    if name in ("after", "initial", "target", "on"):
        wetlands = {
            key: each.title for key, each in read_document("wetland_types", WetlandTypes).root.items()
        }
        classes = {key: each.title for key, each in read_document("land_classes", LandClasses).root.items()}
        return {**wetlands, **classes}
    return {}


def _capital(text: Text) -> Text:
    return Text(text.fr[:1].upper() + text.fr[1:], text.en[:1].upper() + text.en[1:])
