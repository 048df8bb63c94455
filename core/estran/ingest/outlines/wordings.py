"""What do people write for each class of land in the fields of their files?"""

from collections.abc import Mapping

WORDINGS: Mapping[str, str] = {
    "building": "bâti, bâtiment, bâtiments, construction, immeuble, logement, logements, habitat, "
    "habitation, "
    "emprise bâtie, building, buildings, housing, dwellings",
    "parking": "parking, stationnement, parc de stationnement, aire de stationnement, car park",
    "road": "route, voirie, voie, voies, rue, chaussée, road, roads, street",
    "artificial_sealed": "imperméabilisé, imperméable, sol imperméable, place minérale, minéral, enrobé, "
    "béton, "
    "sealed, paved",
    "artificial_grass_shrubs": "espace vert, espaces verts, pelouse, jardin, jardins, végétalisé, square, "
    "green space, garden, lawn",
    "artificial_trees": "parc arboré, arbres, plantation d'arbres, alignement d'arbres, mail planté, trees, "
    "wooded park",
    "cropland": "culture, cultures, champ, champs, agricole, terre arable, maraîchage, crops, cropland, "
    "arable",
    "orchard": "verger, vergers, orchard",
    "vineyard": "vigne, vignes, vignoble, vineyard",
    "grassland_herbaceous": "prairie, prairies, pré, pâture, herbe, grassland, meadow, pasture",
    "grassland_shrubs": "lande, landes, fourré, fourrés, friche arbustive, heath, shrubs",
    "grassland_trees": "prairie arborée, pré-verger, wooded grassland",
    "forest_broadleaf": "feuillus, forêt de feuillus, broadleaf",
    "forest_conifer": "conifères, résineux, forêt de conifères, pins, conifer",
    "forest_mixed": "forêt mixte, mixed forest",
    "forest_poplar": "peupleraie, peupliers, poplar",
    "forest": "forêt, bois, boisement, micro-forêt, forest, wood, woodland",
    "wetland": "zone humide, zones humides, marais, mare, roselière, noue, noues, wetland, marsh",
}
"""Beside the identifier and the names of each class."""

MEANINGS = (
    *(
        "after",
        "apres",
        "vocation",
        "destination",
        "usage",
        "classe",
        "class",
        "type",
        "nature",
        "occupation",
    ),
    *("libelle", "zone", "typezone", "layer", "calque"),
)
"""Names of fields that are likely to tell classes, the likeliest first."""

NAMES = ("nom", "name", "libelle", "label", "intitule", "titre", "designation", "lib", "nom_oap", "text")
"""Names of fields that are likely to name parts, the likeliest first."""
