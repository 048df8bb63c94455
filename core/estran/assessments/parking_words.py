"""How is each figure of `parking-potential` called, in French and in English?"""

from collections.abc import Mapping

from estran.carbon.text import Text

TITLES: Mapping[str, Text] = {
    "total": Text("Production annuelle des ombrières", "Yearly production of the canopies"),
    "capacity": Text("Puissance des ombrières", "Power of the canopies"),
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
    "land_total": Text(
        "Sol libéré et arbres plantés (négatif : absorption)",
        "Freed soil and planted trees (negative: removal)",
    ),
    "land_mean_annual": Text(
        "Sol libéré et arbres plantés, moyenne annuelle", "Freed soil and planted trees, yearly mean"
    ),
    "soil": Text("Carbone gagné par le sol libéré", "Carbon gained by the freed soil"),
    "trees": Text("Carbone absorbé par les arbres plantés", "Carbon taken up by the planted trees"),
    "spaces_lost": Text("Places perdues", "Spaces lost"),
    "canopy_area": Text("Surface réservée aux ombrières", "Area set aside for canopies"),
    "desealed_area": Text("Surface désimperméabilisée", "Area unsealed"),
    "parks": Text("Nombre de parcs", "Number of car parks"),
    "parks_due": Text("Parcs que la loi APER oblige", "Car parks that the APER law obliges"),
    "parks_none": Text("Parcs sans obligation", "Car parks without duty"),
    "parks_integrated": Text("Parcs intégrés à un bâtiment, exclus", "Car parks within a building, left out"),
    "parks_not_assessed": Text("Parcs non évalués", "Car parks not assessed"),
    "owed_shade_area": Text(
        "Surface à ombrager selon la loi, sur la part du lieu", "Area to shade by law, within the place"
    ),
    "owed_least_canopy_area": Text(
        "Dont ombrières solaires au moins, si l'ombrage est mixte",
        "Of which solar canopies at least, if the shade is mixed",
    ),
}

LEFT_OUT: Mapping[str, Text] = {
    "integrated": Text("dans un bâtiment ou à plusieurs niveaux", "in a building or on several levels"),
    "mixed": Text("parties construite et extérieure confondues", "built and outdoor parts not told apart"),
    "placeholder": Text("contour fictif", "outline that is a mark, not a survey"),
    "dense": Text(
        "moins que la surface d'une place : plusieurs niveaux, ou mal décrit",
        "less than the area of a space: several levels, or badly recorded",
    ),
}
"""Why a park is left out; the key stands in the ranking."""

OUTLINE = Text(
    "l'ombre, le sol, les réseaux et les arbres de chaque parc ne sont pas connus",
    "the shade, the ground, the networks and the trees of each park are not known",
)
