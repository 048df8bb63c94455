"""In which words does an annual flux answer? Its items, its sums, what it does not evaluate."""

from collections.abc import Mapping

from estran.carbon.text import Text

UNIT = "tCO2e/yr"

SCOPE = "land"

OUTSIDE = Text(
    "la géométrie est hors du territoire : rien n'est évalué",
    "the geometry is outside the territory: nothing is evaluated",
)

MAP_PARTS: Mapping[str, Text] = {
    "removals": Text("absorptions", "removals"),
    "emissions": Text("émissions", "emissions"),
}

CHANGE_SCOPE = "communes touched, by area"

CHANGES = Text("Changements d'occupation", "Land-use change")

NO_CHANGE_DATA = Text(
    "la table des changements (communes de 2018) ne connaît pas cette commune",
    "the table of changes (communes of 2018) does not know this commune",
)

MEAN_YEAR = Text(
    "Changements d'occupation, effet d'une année moyenne (hors total)",
    "Land-use change, effect of a mean year (not in the total)",
)

SAME_YEAR = Text(
    "Changements d'occupation, part de l'année même (hors total)",
    "Land-use change, part of the year itself (not in the total)",
)

CHANGED_AREA = Text(
    "Surface qui change d'occupation en une année moyenne", "Area that changes use in a mean year"
)

CHANGE_ROWS: Mapping[str, Text] = {
    "soil_loss": Text("sol, pertes", "soil, losses"),
    "soil_gain": Text("sol, gains une fois complets", "soil, gains once complete"),
    "soil_n2o": Text("protoxyde d'azote des sols qui perdent", "nitrous oxide of soils that lose"),
    "living_biomass_loss": Text("biomasse vivante, pertes", "living biomass, losses"),
    "living_biomass_gain": Text(
        "biomasse vivante, gains une fois complets", "living biomass, gains once complete"
    ),
    "living_biomass_gain_forest": Text(
        "biomasse vivante, gains des forêts une fois complets", "living biomass, forest gains once complete"
    ),
    "dead_wood_loss": Text("bois mort, pertes", "dead wood, losses"),
    "dead_wood_gain_forest": Text("bois mort, gains une fois complets", "dead wood, gains once complete"),
    "litter_loss": Text("litière, pertes", "litter, losses"),
    "litter_gain_forest": Text("litière, gains une fois complets", "litter, gains once complete"),
    "not_evaluated": Text("non évalués (eau, sol nu…)", "not evaluated (water, bare ground…)"),
    "none": Text("aucun vu dans ces communes", "none seen in these communes"),
    "unknown": Text("communes hors de la table", "communes not in the table"),
}

NO_WETLANDS = Text(
    "aucune couche de ce territoire ne dit où sont les zones humides",
    "no layer of this territory says where the wetlands are",
)

NAMES: Mapping[str, Text] = {
    "growth": Text("production biologique", "growth"),
    "mortality": Text("mortalité", "mortality"),
    "harvest": Text("prélèvements", "harvest"),
    "uptake": Text("séquestration brute", "gross sequestration"),
    "losses": Text("pertes (mortalité, entretien)", "losses (mortality, upkeep)"),
    "burial": Text("enfouissement", "burial"),
    "ch4": Text("méthane", "methane"),
    "n2o": Text("protoxyde d'azote", "nitrous oxide"),
    "soil": Text("sol, à l'équilibre", "soil, at equilibrium"),
    "biomass": Text("biomasse, à l'équilibre", "biomass, at equilibrium"),
    "exchange": Text("échanges", "exchanges"),
}

INDICATORS: tuple[tuple[str, Text], ...] = (
    (
        "total",
        Text(
            "Flux net annuel des terres en place (émission positive)",
            "Net annual flux of standing land (emission > 0)",
        ),
    ),
    ("removals", Text("Absorptions", "Removals")),
    ("emissions", Text("Émissions", "Emissions")),
    ("forest_net", Text("Forêt, bilan de la biomasse vivante", "Forest, balance of living biomass")),
    ("forest_growth", Text("Forêt : production biologique", "Forest: growth")),
    ("forest_mortality", Text("Forêt : mortalité", "Forest: mortality")),
    (
        "forest_harvest",
        Text(
            "Forêt : prélèvements (produits bois non suivis)", "Forest: harvest (wood products not followed)"
        ),
    ),
    ("trees", Text("Arbres en ville, bilan", "Trees in town, balance")),
    ("wetland_burial", Text("Zones humides : enfouissement", "Wetlands: burial")),
    ("wetland_ch4", Text("Zones humides : méthane, PRG à 100 ans", "Wetlands: methane, 100-year GWP")),
    ("wetland_n2o", Text("Zones humides : protoxyde d'azote", "Wetlands: nitrous oxide")),
    (
        "steady",
        Text(
            "Sols et ligneux à l'équilibre, par convention",
            "Soils and woody plants at equilibrium, by convention",
        ),
    ),
)

OTHERS: Mapping[str, Text] = {
    "total_gwp20": Text(
        "Flux net annuel, sensibilité : PRG à 20 ans", "Net annual flux, sensitivity: 20-year GWP"
    ),
    "forest_balance": Text(
        "Forêt, bilan publié par l'inventaire, pour comparaison",
        "Forest, balance published by the inventory, for comparison",
    ),
    "mudflat_burial": Text(
        "Vasières, sensibilité : dépôt mondial moyen, hors total",
        "Mudflats, sensitivity: mean deposit of the world, not in the total",
    ),
}
"""Results of the model that stand beside the sums, where there is any."""

AREA = Text("Surface vraie de la géométrie", "True area of the geometry")

AREA_EVALUATED = Text(
    "Surface dont tous les échanges sont évalués", "Area of which every exchange is evaluated"
)

NEVER_NEGATIVE = frozenset({"emissions", "forest_mortality", "forest_harvest", "wetland_ch4", "wetland_n2o"})

NEVER_POSITIVE = frozenset({"removals", "forest_growth", "wetland_burial"})
