"""What does a planner say of a project? The inputs of `project-impact`, from which a form is generated."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from estran.assessments.inputs import AssessmentRequest
from estran.assessments.project_parts import Amount, Building, Mobility, Parking, Reference, Road, Trees, said
from estran.assessments.refusals import refused
from estran.assessments.request import Request

LandClass = Literal[
    "building",
    "parking",
    "road",
    "artificial_sealed",
    "artificial_grass_shrubs",
    "artificial_trees",
    "cropland",
    "orchard",
    "vineyard",
    "grassland_herbaceous",
    "grassland_shrubs",
    "grassland_trees",
    "forest_broadleaf",
    "forest_conifer",
    "forest_mixed",
    "forest_poplar",
    "forest",
    "wetland",
]


class ProjectInputs(Request):
    """What a project is made of, wherever it stands."""

    after: dict[LandClass, Amount] | None = Field(
        None,
        title="Land after the project",
        description=(
            "Area of each land class after the project, in ha, within the outline; the rest stays as it is. "
            "Each one is spread over the present land in proportion. Instead of it, the features of a "
            "FeatureCollection may carry their class in the property `after`."
        ),
        json_schema_extra=said(
            "Occupation du sol après le projet",
            "Surface de chaque classe après le projet, en ha, dans le contour ; le reste demeure. Chacune "
            "est répartie sur l'occupation actuelle en proportion. À la place, les objets d'une "
            "FeatureCollection peuvent porter leur classe dans la propriété `after`.",
            unit="ha",
        ),
    )
    sealed_m2: Amount = Field(
        0.0,
        title="Land that is sealed",
        description="Area that is open today and sealed by the project, in m2; instead of `after`.",
        json_schema_extra=said(
            "Sol imperméabilisé",
            "Surface ouverte aujourd'hui que le projet imperméabilise, en m2 ; à la place de `after`.",
            unit="m2",
        ),
    )
    desealed_m2: Amount = Field(
        0.0,
        title="Land that is unsealed",
        description="Area that is sealed today and turned into grass and shrubs, in m2; instead of `after`.",
        json_schema_extra=said(
            "Sol désimperméabilisé",
            "Surface imperméabilisée aujourd'hui rendue à l'herbe et aux arbustes, en m2 ; à la place de "
            "`after`.",
            unit="m2",
        ),
    )
    programme: tuple[Building, ...] = Field(
        (),
        title="Programme",
        description="Floor areas by use, in m2 Sref.",
        json_schema_extra=said("Programme", "Surfaces de plancher par usage, en m2 Sref."),
    )
    permit_year: Annotated[int, Field(ge=1900, le=2100)] | None = Field(
        None,
        title="Year of the building permit",
        description="Year of the permit, which says which RE2020 ceiling holds.",
        json_schema_extra=said(
            "Année du permis de construire",
            "Année du permis, qui dit quel seuil de la RE2020 vaut.",
            default="project.permit_year",
        ),
    )
    inhabitants: Amount | None = Field(
        None,
        title="Inhabitants",
        description="Inhabitants that the project houses, in persons.",
        json_schema_extra=said("Habitants", "Habitants que le projet loge, en personnes.", unit="persons"),
    )
    parking: tuple[Parking, ...] = Field(
        (),
        title="Parking",
        description="Parking spaces by kind.",
        json_schema_extra=said("Stationnement", "Places de stationnement par type."),
    )
    roads: tuple[Road, ...] = Field(
        (),
        title="Roads",
        description="New carriageways, in m2.",
        json_schema_extra=said("Voirie", "Chaussées nouvelles, en m2."),
    )
    trees: Trees = Field(
        Trees(),
        title="Trees",
        description="Trees felled and planted outside land classes with trees.",
        json_schema_extra=said("Arbres", "Arbres abattus et plantés hors des classes arborées."),
    )
    pv_kwp: Amount = Field(
        0.0,
        title="Photovoltaic power",
        description="Power of photovoltaic modules, in kWp; what they avoid stands beside the total.",
        json_schema_extra=said(
            "Puissance photovoltaïque",
            "Puissance des modules photovoltaïques, en kWc ; ce qu'ils évitent est donné à côté du total.",
            unit="kWp",
        ),
    )
    mobility: Mobility | None = Field(
        None,
        title="Mobility",
        description="Trips that go with the project; left out, they are not evaluated.",
        json_schema_extra=said(
            "Mobilité", "Déplacements liés au projet ; sans eux, le poste n'est pas évalué."
        ),
    )
    demolition_m2: Amount = Field(
        0.0,
        title="Demolition",
        description="Floor area of existing buildings that are demolished, in m2.",
        json_schema_extra=said(
            "Démolition", "Surface de plancher de bâtiments existants démolis, en m2.", unit="m2"
        ),
    )
    horizon_years: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None,
        title="Horizon",
        description="Years over which the project is assessed, from 1 to 100.",
        json_schema_extra=said(
            "Horizon",
            "Années sur lesquelles le projet est évalué, de 1 à 100.",
            unit="yr",
            default="project.horizon",
        ),
    )
    electricity_yearly_change: Annotated[float, Field(ge=-0.2, le=0.2)] = Field(
        0.0,
        title="Change of the electricity factor",
        description=(
            "Relative change of the emission factor of electricity from a year to the next, from -0.2 to "
            "0.2; 0 keeps it constant. It holds for what is used and for what photovoltaic output avoids."
        ),
        json_schema_extra=said(
            "Évolution du facteur de l'électricité",
            "Évolution relative du facteur d'émission de l'électricité d'une année à l'autre, de -0,2 à 0,2 ;"
            " 0 le garde constant. Elle vaut pour l'électricité utilisée et pour ce qu'évite le solaire.",
            unit="1/yr",
        ),
    )
    reference: Reference = Field(
        Reference(),
        title="Without the project",
        description="What would happen without the project, taken off; by default the site stays as it is.",
        json_schema_extra=said(
            "Situation sans le projet",
            "Ce qui arriverait sans le projet, retiré ; par défaut le site reste en l'état.",
        ),
    )

    @model_validator(mode="after")
    def _one_way_to_say_land(self) -> "ProjectInputs":
        if self.after is not None and (self.sealed_m2 or self.desealed_m2):
            raise refused(
                "donnez `after`, ou `sealed_m2` et `desealed_m2`, pas les deux : le même sol compterait deux "
                "fois",
                "give `after`, or `sealed_m2` and `desealed_m2`, not both: the same land would count twice",
            )
        return self


class ProjectImpactRequest(ProjectInputs, AssessmentRequest):
    """The inputs of `project-impact`."""
