"""In which words does an annual flux answer? Its items, its sums, what it does not evaluate."""

from collections.abc import Mapping

from estran.carbon.text import Text

UNIT = "tCO2e/yr"

SCOPE = "land"

OUTSIDE = Text(
    "la géométrie est hors du territoire : rien n'est évalué",
    "the geometry is outside the territory: nothing is evaluated",
)

NO_CHANGES = Text(
    "aucune couche de ce territoire ne dit quelles terres changent d'occupation",
    "no layer of this territory says which land changes use",
)

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
    (
        "land_use_change",
        Text("Changements d'occupation (hors total)", "Land-use change (not in the total)"),
    ),
)


NEVER_NEGATIVE = frozenset({"emissions", "forest_mortality", "forest_harvest", "wetland_ch4", "wetland_n2o"})

NEVER_POSITIVE = frozenset({"removals", "forest_growth", "wetland_burial"})
