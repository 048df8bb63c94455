"""What can be asked about the sun? The inputs of `solar-potential`."""

from typing import Literal

from pydantic import Field, model_validator

from estran.assessments.inputs import AssessmentRequest
from estran.assessments.pv_site import GridInput, ModulesInput
from estran.assessments.refusals import refused


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
    grid: GridInput = "france"
    modules: ModulesInput = "china"

    @model_validator(mode="after")
    def _each_surface_once(self) -> "SolarPotentialRequest":
        if self.surfaces and len(set(self.surfaces)) != len(self.surfaces):
            raise refused("surfaces : chacune une fois", "surfaces: each one once")
        return self
