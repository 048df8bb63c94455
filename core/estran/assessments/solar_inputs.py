"""What can be asked about the sun? The inputs of `solar-potential`."""

from typing import Literal

from pydantic import Field, model_validator

from estran.assessments.inputs import AssessmentRequest
from estran.assessments.pv_site import Grid, Modules


class SolarPotentialRequest(AssessmentRequest):
    """The inputs of `solar-potential`."""

    surfaces: list[Literal["roofs", "canopies"]] | None = Field(
        None,
        min_length=1,
        title="Surfaces to equip",
        description="`roofs` of the buildings, `canopies` over outdoor car parks; all that the territory "
        "publishes when left out.",
        json_schema_extra={
            "x-title-fr": "Surfaces à équiper",
            "x-description-fr": "`roofs` : toits des bâtiments, `canopies` : ombrières des parcs extérieurs "
            "; tout ce que le territoire publie sinon.",
        },
    )
    canopy_share: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        title="Share of a car park under canopies",
        description="Share of the area of each outdoor car park (no unit, 0 to 1); that of the APER law when "
        "left out.",
        json_schema_extra={
            "x-title-fr": "Part d'un parc sous ombrières",
            "x-description-fr": "Part de la surface de chaque parc extérieur (sans unité, 0 à 1) ; celle de "
            "la loi APER sinon.",
        },
    )
    load_mwh: float | None = Field(
        None,
        ge=0.0,
        allow_inf_nan=False,
        title="Electricity used in a year",
        description=(
            "Electricity to match, in MWh/yr; the electricity of the buildings of the place when left out, "
            "by the ratios of `building-emissions`."
        ),
        json_schema_extra={
            "x-title-fr": "Électricité consommée en un an",
            "x-description-fr": (
                "Électricité à couvrir, en MWh/an ; sinon celle des bâtiments du lieu, par les ratios de "
                "`building-emissions`."
            ),
        },
    )
    load_profile: Literal["residential", "tertiary"] = Field(
        "residential",
        title="Hourly profile of `load_mwh`",
        description="Daily shape of a load given in `load_mwh`; buildings have that of their kind.",
        json_schema_extra={
            "x-title-fr": "Profil horaire de `load_mwh`",
            "x-description-fr": "Forme journalière d'une consommation donnée dans `load_mwh` ; les bâtiments "
            "ont celle de leur type.",
        },
    )
    grid: Grid = Field(
        "france",
        title="Electricity replaced",
        description=(
            "`france`: the average French mix. `europe`: an option, the European mean of 2018. In kgCO2e/kWh."
        ),
        json_schema_extra={
            "x-title-fr": "Électricité remplacée",
            "x-description-fr": (
                "`france` : le mix français moyen. `europe` : une option, la moyenne européenne de 2018. En "
                "kgCO2e/kWh."
            ),
        },
    )
    modules: Modules = Field(
        "china",
        title="Where the modules are made",
        description="Decides their life-cycle emissions, in kgCO2e/kWh.",
        json_schema_extra={
            "x-title-fr": "Lieu de fabrication des modules",
            "x-description-fr": "Décide de leurs émissions sur le cycle de vie, en kgCO2e/kWh.",
        },
    )

    @model_validator(mode="after")
    def _each_surface_once(self) -> "SolarPotentialRequest":
        if self.surfaces and len(set(self.surfaces)) != len(self.surfaces):
            raise ValueError("surfaces: each one once / surfaces : chacune une fois")
        return self
