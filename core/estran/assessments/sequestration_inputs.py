"""What can be asked of `sequestration-potential`? Four scenarios, each on hectares or on a share."""

from typing import Any, Literal

from pydantic import Field

from estran.assessments.flux_items import Salinity
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.request import Request

Practice = Literal[
    "temporary_grassland_in_rotation",
    "moderate_intensification_poor_grassland",
    "agroforestry_cropland",
    "agroforestry_grassland",
    "cover_crops_cipan",
    "hedges_on_cropland_60m_per_ha",
    "hedges_on_grassland_100m_per_ha",
    "grass_strips",
    "vineyard_inter_row_cover",
    "orchard_inter_row_cover",
    "continuous_direct_seeding",
    "direct_seeding_tillage_every_5_years",
]
"""The practices of the table of storage by practice."""

Initial = Literal[
    "cropland",
    "grassland",
    "forest",
    "dyked_fresh_marsh",
    "dyked_brackish_marsh",
    "dyked_salt_marsh",
    "restored",
]

Target = Literal["tidal_marsh", "inland_wetland", "seagrass"]

Soil = Literal["mineral", "peat"]

Drainage = Literal["none", "shallow", "deep"]

Planted = Literal["artificial_grass_shrubs", "grassland_herbaceous", "cropland"]


def _text(fr_title: str, fr: str) -> dict[str, Any]:
    return {"x-title-fr": fr_title, "x-description-fr": fr}


class AreaScenario(Request):
    """A scenario on some of the land that can receive it; on all of it unless said otherwise."""

    area_ha: float | None = Field(
        None,
        ge=0.0,
        allow_inf_nan=False,
        description="Area, in ha; instead of `share`.",
        json_schema_extra={"x-description-fr": "Surface, en ha ; à la place de `share`."},
    )
    share: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        description="Share of the eligible area of the ledger, from 0 to 1 (no unit).",
        json_schema_extra={
            "x-description-fr": "Part de la surface éligible du registre, de 0 à 1 (sans unité)."
        },
    )


class WetlandScenario(AreaScenario):
    """Restoring a wetland, from a state to another."""

    initial: Initial = Field(
        "cropland",
        description="What the land is today; `restored`: already what it is meant to become.",
        json_schema_extra={
            "x-description-fr": "Ce qu'est la terre aujourd'hui ; `restored` : déjà ce qu'elle doit devenir."
        },
    )
    soil: Soil = Field(
        "mineral",
        description="Soil: `mineral` or `peat`.",
        json_schema_extra={"x-description-fr": "Sol : `mineral` (minéral) ou `peat` (tourbe)."},
    )
    drainage: Drainage = Field(
        description=(
            "Whether the soil is drained and losing carbon today: `none` (wet, or long at equilibrium), "
            "`shallow` or `deep`."
        ),
        json_schema_extra={
            "x-description-fr": (
                "Si le sol est drainé et perd du carbone aujourd'hui : `none` (humide, ou à l'équilibre "
                "depuis longtemps), `shallow` (peu profond) ou `deep` (profond)."
            )
        },
    )
    target: Target = Field(
        "tidal_marsh",
        description="What the land becomes: a tidal marsh, an inland wetland, a seagrass meadow.",
        json_schema_extra={
            "x-description-fr": "Ce que la terre devient : marais maritime, zone humide intérieure, herbier."
        },
    )
    salinity: Salinity = Field(
        "above_18",
        description="Salinity of the restored marsh, below or above 18 (no unit): methane depends on it.",
        json_schema_extra={
            "x-description-fr": (
                "Salinité du marais restauré, sous 18 ou au-dessus (sans unité) : le méthane en dépend."
            )
        },
    )
    nutrients: Literal["rich", "poor"] = Field(
        "rich",
        description="Nutrients of a peat soil.",
        json_schema_extra={"x-description-fr": "Nutriments d'un sol de tourbe."},
    )
    years_to_work: float | None = Field(
        None,
        gt=0.0,
        le=100.0,
        description="Years until the burial reaches its full rate; the registry says 10 (5 to 20).",
        json_schema_extra={
            "x-description-fr": (
                "Années avant que l'enfouissement atteigne son plein régime ; 10 (5 à 20) selon le registre."
            )
        },
    )
    losing_years: float | None = Field(
        None,
        ge=0.0,
        le=200.0,
        description="Years for which the drained soil would go on losing carbon; the horizon by default.",
        json_schema_extra={
            "x-description-fr": (
                "Années pendant lesquelles le sol drainé aurait encore perdu du carbone ; tout l'horizon par "
                "défaut."
            )
        },
    )
    works_tco2e: float | None = Field(
        None,
        ge=0.0,
        allow_inf_nan=False,
        description="Emissions of the works, in tCO2e; not evaluated when left out.",
        json_schema_extra={"x-description-fr": "Émissions des travaux, en tCO2e ; non évaluées si absentes."},
    )


class TreesScenario(AreaScenario):
    """Planting trees, on an area or one by one."""

    count: int | None = Field(
        None,
        ge=0,
        le=10_000_000,
        description="Number of trees; instead of an area.",
        json_schema_extra={"x-description-fr": "Nombre d'arbres ; à la place d'une surface."},
    )
    on: Planted = Field(
        "artificial_grass_shrubs",
        description="Land class that is planted, when an area is.",
        json_schema_extra={"x-description-fr": "Classe d'occupation plantée, quand c'est une surface."},
    )


class PracticeScenario(AreaScenario):
    """A farming practice newly adopted."""

    practice: Practice = Field(
        description="The practice; only the area newly converted counts.",
        json_schema_extra={
            "x-description-fr": "La pratique ; seule compte la surface nouvellement convertie."
        },
    )


class DesealingScenario(AreaScenario):
    """Taking the seal off a soil."""

    target: Literal["artificial_grass_shrubs", "artificial_trees"] = Field(
        "artificial_grass_shrubs",
        description="What grows there afterwards; only the soil counts here, plant the trees in `trees`.",
        json_schema_extra={
            "x-description-fr": "Ce qui y pousse ensuite ; seul le sol compte ici, plantez les arbres dans "
            "`trees`."
        },
    )


class SequestrationRequest(AssessmentRequest):
    """The inputs of `sequestration-potential`."""

    wetland: WetlandScenario | None = Field(
        None,
        title="Wetland restoration",
        description="State today, target, drainage, salinity, area. It may cost more than it brings.",
        json_schema_extra=_text(
            "Restauration de zone humide",
            "État actuel, cible, drainage, salinité ; surface en ha ou en part. Peut coûter plus qu'elle "
            "n'apporte.",
        ),
    )
    trees: TreesScenario | None = Field(
        None,
        title="Tree planting",
        description="A number of trees, or an area in ha or as a share of the class planted.",
        json_schema_extra=_text(
            "Plantation d'arbres", "Un nombre d'arbres, ou une surface en ha ou en part de la classe plantée."
        ),
    )
    practices: list[PracticeScenario] = Field(
        [],
        max_length=12,
        title="Farming practices",
        description="Practices newly adopted, each on hectares or a share; storage lasts 20 years at most.",
        json_schema_extra=_text(
            "Pratiques agricoles",
            "Pratiques nouvellement adoptées, chacune sur une surface en ha ou une part ; le stockage dure "
            "au plus 20 ans.",
        ),
    )
    desealing: DesealingScenario | None = Field(
        None,
        title="De-sealing",
        description="Area in ha, or share of the sealed land without buildings; the soil gains slowly.",
        json_schema_extra=_text(
            "Désimperméabilisation",
            "Surface en ha, ou part des sols imperméabilisés hors bâti ; le sol gagne lentement.",
        ),
    )
    horizon_years: int = Field(
        50,
        ge=1,
        le=100,
        title="Horizon",
        description="Years over which effects are counted, from 1 to 100.",
        json_schema_extra=_text("Horizon", "Années sur lesquelles compter les effets, de 1 à 100."),
    )
    ranking: int = Field(
        50,
        ge=0,
        le=1000,
        title="Wetlands to rank",
        description="How many wetlands of the geometry to list, the most costly to lose first (no unit).",
        json_schema_extra=_text(
            "Zones humides à classer",
            "Combien de zones humides de la géométrie lister, la plus coûteuse à perdre d'abord (sans "
            "unité).",
        ),
    )
