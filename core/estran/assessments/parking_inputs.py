"""What can be asked about car parks? The inputs of `parking-potential`."""

from typing import Literal

from pydantic import Field, model_validator

from estran.assessments.inputs import AssessmentRequest
from estran.assessments.pv_site import GridInput, ModulesInput
from estran.assessments.refusals import refused

WHOLE = 1e-9
"""Shares of a park add up to 1 at most, within this."""


class ParkingPotentialRequest(AssessmentRequest):
    """The inputs of `parking-potential`."""

    parks: Literal["due", "open_air"] = Field(
        "due",
        title="Car parks to equip",
        description="`due`: those that the APER law obliges. `open_air`: every outdoor park that can be "
        "assessed.",
        json_schema_extra={
            "x-title-fr": "Parcs à équiper",
            "x-description-fr": "`due` : ceux que la loi APER oblige. `open_air` : tout parc extérieur "
            "évaluable.",
        },
    )
    canopy_share: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        title="Share of a park under solar canopies",
        description="Share of the area of each park set aside for canopies (no unit, 0 to 1); that of the "
        "law when left out.",
        json_schema_extra={
            "x-title-fr": "Part d'un parc sous ombrières",
            "x-description-fr": "Part de la surface de chaque parc réservée aux ombrières (sans unité, 0 à "
            "1) ; celle de la loi sinon.",
        },
    )
    desealed_share: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Share of a park to unseal",
        description="Share of the area of each park whose soil is freed (no unit, 0 to 1), never under "
        "canopies.",
        json_schema_extra={
            "x-title-fr": "Part d'un parc à désimperméabiliser",
            "x-description-fr": "Part de la surface de chaque parc dont le sol est libéré (sans unité, 0 à "
            "1), jamais sous les ombrières.",
        },
    )
    desealed_to: Literal["grass", "trees"] = Field(
        "grass",
        title="What the freed soil becomes",
        description="`grass`: the soil of urban grass. `trees`: that of urban land with trees; their wood "
        "apart.",
        json_schema_extra={
            "x-title-fr": "Ce que devient le sol libéré",
            "x-description-fr": "`grass` : le sol d'une pelouse urbaine. `trees` : celui d'un sol arboré ; "
            "le bois à part.",
        },
    )
    tree_share: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Share of a park shaded by trees",
        description="Share of the area of each park under the crowns of planted trees, once grown (no unit, "
        "0 to 1).",
        json_schema_extra={
            "x-title-fr": "Part d'un parc ombragée par des arbres",
            "x-description-fr": "Part de la surface de chaque parc sous le houppier d'arbres plantés, une "
            "fois adultes (sans unité, 0 à 1).",
        },
    )
    years: int = Field(
        30,
        ge=1,
        le=100,
        title="Years looked at",
        description="Horizon of the soil and the trees, in years, from 1 to 100.",
        json_schema_extra={
            "x-title-fr": "Années considérées",
            "x-description-fr": "Horizon du sol et des arbres, en années, de 1 à 100.",
        },
    )
    grid: GridInput = "france"
    modules: ModulesInput = "china"
    top: int = Field(
        50,
        ge=0,
        le=1000,
        title="Length of the list of parks",
        description="How many car parks to list (no unit), the largest production first.",
        json_schema_extra={
            "x-title-fr": "Longueur de la liste des parcs",
            "x-description-fr": "Combien de parcs lister (sans unité), la plus grande production d'abord.",
        },
    )

    @model_validator(mode="after")
    def _each_square_metre_once(self) -> "ParkingPotentialRequest":
        total = (self.canopy_share or 0.0) + self.desealed_share + self.tree_share
        if total > 1.0 + WHOLE:
            raise refused(
                "canopy_share + desealed_share + tree_share dépassent 1 : un mètre carré ne sert pas deux "
                "fois",
                "canopy_share + desealed_share + tree_share exceed 1: a square metre is not used twice",
            )
        return self
