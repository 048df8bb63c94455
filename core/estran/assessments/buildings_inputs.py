"""What can be asked about buildings? The inputs of `building-emissions`."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from estran.assessments.buildings_stock import Unknown
from estran.assessments.inputs import AssessmentRequest
from estran.assessments.refusals import refused
from estran.assessments.request import Request

Carrier = Literal["electricity", "heat_pump", "gas", "oil", "wood", "heat_network", "lpg"]
Branch = Literal["retail", "office", "education", "health", "hospitality"]
Weighting = Literal["area", "centroid"]
TargetClass = Literal["a", "b", "c", "d", "e", "f"]

WHOLE = 1e-6
"""Shares of carriers add up to 1 within this."""


class DpeInput(Request):
    """The energy label (DPE) of one building."""

    building: str = Field(
        min_length=1,
        description="Identifier of the building in its collection.",
        json_schema_extra={"x-description-fr": "Identifiant du bâtiment dans sa collection."},
    )
    emissions_kgco2e_m2: float = Field(
        ge=0.0,
        allow_inf_nan=False,
        description="Emissions of the five regulated uses, in kgCO2e/m2/yr.",
        json_schema_extra={"x-description-fr": "Émissions des cinq usages réglementés, en kgCO2e/m2/an."},
    )
    primary_energy_kwhep_m2: float | None = Field(
        None,
        ge=0.0,
        allow_inf_nan=False,
        description="Primary energy, in kWhEP/m2/yr: what the label shows.",
        json_schema_extra={"x-description-fr": "Énergie primaire, en kWhEP/m2/an : celle de l'étiquette."},
    )
    final_energy_kwh_m2: float | None = Field(
        None,
        ge=0.0,
        allow_inf_nan=False,
        description="Final energy, in kWh/m2/yr; from the primary energy and the carrier when left out.",
        json_schema_extra={
            "x-description-fr": "Énergie finale, en kWh/m2/an ; déduite de l'énergie primaire et de "
            "l'énergie utilisée si elle manque."
        },
    )
    carrier: Carrier | None = Field(
        None,
        description="Main carrier: primary energy is 1.9 times final energy for electricity only.",
        json_schema_extra={
            "x-description-fr": "Énergie principale : l'énergie primaire vaut 1,9 fois l'énergie finale pour "
            "la seule électricité."
        },
    )


class BuildingEmissionsRequest(AssessmentRequest):
    """The inputs of `building-emissions`."""

    weighting: Weighting = Field(
        "area",
        title="Buildings on the edge",
        description=(
            "`area`: a building counts by the share of its footprint that lies inside. `centroid`: it counts "
            "whole when its centroid lies inside."
        ),
        json_schema_extra={
            "x-title-fr": "Bâtiments de bord",
            "x-description-fr": (
                "`area` : un bâtiment compte pour la part de son emprise qui est dedans. `centroid` : il "
                "compte entier si son centroïde est dedans."
            ),
        },
    )
    electricity: Literal["by_use", "average"] = Field(
        "by_use",
        title="Emission factor of electricity",
        description=(
            "`by_use`: that of the DPE and RE2020 for heating and hot water, the yearly average for other "
            "uses. `average`: the yearly average for every use. In kgCO2e/kWh of final energy."
        ),
        json_schema_extra={
            "x-title-fr": "Facteur d'émission de l'électricité",
            "x-description-fr": (
                "`by_use` : celui du DPE et de la RE2020 pour le chauffage et l'eau chaude, la moyenne "
                "annuelle pour les autres usages. `average` : la moyenne annuelle partout. En kgCO2e/kWh "
                "d'énergie finale."
            ),
        },
    )
    carrier_mix: dict[Carrier, float] | None = Field(
        None,
        title="Local mix of heating carriers",
        description=(
            "Share of floor area heated by each carrier (no unit, adding up to 1), such as "
            '`{"gas": 0.5, "electricity": 0.5}`; that of the country when left out.'
        ),
        json_schema_extra={
            "x-title-fr": "Mélange local des énergies de chauffage",
            "x-description-fr": (
                "Part de la surface chauffée par chaque énergie (sans unité, somme 1), par exemple "
                '`{"gas": 0.5, "electricity": 0.5}` ; celui du pays sinon.'
            ),
        },
    )
    tertiary_branch: Branch = Field(
        "retail",
        title="Branch of shops and services",
        description="Whose consumption ratios (kWh/m2/yr) tertiary buildings take: the layer does not tell.",
        json_schema_extra={
            "x-title-fr": "Branche des commerces et services",
            "x-description-fr": "Celle dont les bâtiments tertiaires prennent les ratios (kWh/m2/an) : la "
            "couche ne la dit pas.",
        },
    )
    unknown_use: Unknown = Field(
        "not_evaluated",
        title="Buildings of unknown use",
        description="`not_evaluated`: left out and told. `housing` or `tertiary`: counted as such.",
        json_schema_extra={
            "x-title-fr": "Bâtiments d'usage inconnu",
            "x-description-fr": "`not_evaluated` : laissés de côté et dits. `housing` ou `tertiary` : "
            "comptés comme tels.",
        },
    )
    dpe: list[DpeInput] = Field(
        [],
        max_length=10_000,
        title="Energy labels",
        description=(
            "Energy labels (DPE) of buildings of the place. The emissions of a label, in kgCO2e/m2/yr, "
            "replace the ratios of its building."
        ),
        json_schema_extra={
            "x-title-fr": "Diagnostics de performance énergétique",
            "x-description-fr": (
                "DPE de bâtiments du lieu. Les émissions d'un DPE, en kgCO2e/m2/an, remplacent les ratios "
                "de son bâtiment."
            ),
        },
    )
    renovation_class: TargetClass = Field(
        "b",
        title="Class to reach by renovation",
        description=(
            "The ranking brings each building to the highest emissions of this energy class, in kgCO2e/m2/yr."
        ),
        json_schema_extra={
            "x-title-fr": "Classe à atteindre par la rénovation",
            "x-description-fr": (
                "Le classement amène chaque bâtiment aux émissions maximales de cette classe du DPE, en "
                "kgCO2e/m2/an."
            ),
        },
    )
    top: int = Field(
        10,
        ge=0,
        le=1000,
        title="Length of the ranking",
        description="How many buildings to rank (no unit), from 0 to 1,000.",
        json_schema_extra={
            "x-title-fr": "Longueur du classement",
            "x-description-fr": "Combien de bâtiments classer (sans unité), de 0 à 1 000.",
        },
    )

    @field_validator("carrier_mix")
    @classmethod
    def _adds_up(cls, mix: dict[Carrier, float] | None) -> dict[Carrier, float] | None:
        if mix is not None and (
            any(not 0.0 <= share <= 1.0 for share in mix.values()) or abs(sum(mix.values()) - 1.0) > WHOLE
        ):
            raise refused("des parts de 0 à 1 dont la somme est 1", "shares from 0 to 1 that add up to 1")
        return mix

    @model_validator(mode="after")
    def _one_label_each(self) -> "BuildingEmissionsRequest":
        names = [label.building for label in self.dpe]
        if len(set(names)) != len(names):
            raise refused("dpe : un seul DPE par bâtiment", "dpe: one label per building")
        return self
