"""What is offered and what is needed? The inputs of `material-exchange`, checked."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from pydantic import Field

from estran.assessments.inputs import ModelRequest
from estran.assessments.request import Request
from estran.carbon.errors import InvalidInput, TooLarge

LISTED = 2_000
"""Most offers, and most needs, of one request."""

Processing = Literal["recycling", "reuse"]
Treatment = Literal["none", "landfill", "incineration", "recycling", "composting", "anaerobic_digestion"]
Vehicle = Literal[
    "van",
    "rigid_3_7t",
    "rigid_7_12t",
    "rigid_12_20t",
    "rigid_20_26t",
    "rigid_26_32t",
    "articulated_34t",
    "articulated_34_40t",
    "articulated_40_44t",
]


def _fr(text: str) -> dict[str, Any]:
    return {"x-description-fr": text}


class Lot(Request):
    """Some material somewhere: what an offer and a need have in common."""

    id: str = Field(
        "",
        max_length=200,
        description="Identifier; its rank in the list by default.",
        json_schema_extra=_fr("Identifiant ; par défaut, son rang dans la liste."),
    )
    material: str = Field(
        min_length=1,
        max_length=100,
        description="Material, such as `steel`, `aggregates`, `pet`, `board`; one without factor is not "
        "evaluated.",
        json_schema_extra=_fr(
            "Matériau, comme `steel`, `aggregates`, `pet`, `board` ; sans facteur, il n'est pas évalué."
        ),
    )
    quantity_t_per_year: float = Field(
        ge=0.0,
        le=1e9,
        allow_inf_nan=False,
        description="Quantity, in tonnes per year.",
        json_schema_extra=_fr("Quantité, en tonnes par an."),
    )
    longitude: float = Field(
        ge=-180.0,
        le=180.0,
        description="Longitude of the place, in degrees.",
        json_schema_extra=_fr("Longitude du lieu, en degrés."),
    )
    latitude: float = Field(
        ge=-90.0,
        le=90.0,
        description="Latitude of the place, in degrees.",
        json_schema_extra=_fr("Latitude du lieu, en degrés."),
    )
    start: date | None = Field(
        None,
        description="First day (ISO 8601), open by default.",
        json_schema_extra=_fr("Premier jour (ISO 8601), ouvert par défaut."),
    )
    end: date | None = Field(
        None,
        description="Last day (ISO 8601), open by default.",
        json_schema_extra=_fr("Dernier jour (ISO 8601), ouvert par défaut."),
    )

    @property
    def key(self) -> tuple[object, ...]:
        """What it is, to put it in an order that does not depend on its place in the request."""
        values = self.model_dump(mode="json")
        return tuple(values[name] for name in sorted(values))


class Offer(Lot):
    """A waste or a by-product that somebody has."""

    quality: int = Field(
        1,
        ge=1,
        le=5,
        description="Quality, from 1 (lowest) to 5.",
        json_schema_extra=_fr("Qualité, de 1 (la plus basse) à 5."),
    )
    processing: Processing = Field(
        "recycling",
        description="What turns it into material: `recycling`, or `reuse` as it is, declared without "
        "process.",
        json_schema_extra=_fr(
            "Ce qui en fait un matériau : `recycling`, ou `reuse` tel quel, déclaré sans procédé."
        ),
    )
    treatment: Treatment = Field(
        "none",
        description="What becomes of it today, and would be avoided; `none` counts no treatment avoided.",
        json_schema_extra=_fr(
            "Ce qu'il devient aujourd'hui, et qui serait évité ; `none` ne compte aucun traitement évité."
        ),
    )


class Need(Lot):
    """A material that somebody buys."""

    quality: int = Field(
        1,
        ge=1,
        le=5,
        description="Least quality accepted, from 1 (lowest) to 5.",
        json_schema_extra=_fr("Qualité minimale acceptée, de 1 (la plus basse) à 5."),
    )


def check_lots(lots: Sequence[Lot], name: str) -> None:
    """Check what a field alone cannot say.

    Raises:
        TooLarge: there are too many.
        InvalidInput: a last day before the first, or an identifier given twice.
    """
    if len(lots) > LISTED:
        raise TooLarge(
            f"{name}: {len(lots):,} given; at most {LISTED:,} are matched at once; split the request",
            f"{name} : {len(lots)} donnés ; au plus {LISTED} sont appariés à la fois ; divisez la demande",
            where=name,
        )
    seen: set[str] = set()
    for index, lot in enumerate(lots):
        if lot.start and lot.end and lot.end < lot.start:
            raise InvalidInput(
                f"{name}[{index}].end: the last day is before the first",
                f"{name}[{index}].end : le dernier jour précède le premier",
                where=f"{name}[{index}].end",
            )
        if lot.id and lot.id in seen:
            raise InvalidInput(
                f"{name}[{index}].id: {lot.id!r} is given twice",
                f"{name}[{index}].id : {lot.id!r} est donné deux fois",
                where=f"{name}[{index}].id",
            )
        seen.add(lot.id)


class MaterialExchangeRequest(ModelRequest):
    """The inputs of `material-exchange`."""

    offers: tuple[Offer, ...] = Field(
        title="Offers",
        description=(
            f"What is offered (at most {LISTED:,}): material, quantity in t/yr, longitude and latitude in "
            "degrees, quality, days, processing, treatment of today."
        ),
        json_schema_extra={
            "x-title-fr": "Offres",
            "x-description-fr": (
                f"Ce qui est offert (au plus {LISTED}) : matériau, quantité en t/an, longitude et latitude "
                "en degrés, qualité, jours, transformation, traitement d'aujourd'hui."
            ),
        },
    )
    needs: tuple[Need, ...] = Field(
        title="Needs",
        description=(
            f"What is needed (at most {LISTED:,}): material, quantity in t/yr, longitude and latitude in "
            "degrees, least quality, days."
        ),
        json_schema_extra={
            "x-title-fr": "Besoins",
            "x-description-fr": (
                f"Ce dont on a besoin (au plus {LISTED}) : matériau, quantité en t/an, longitude et latitude "
                "en degrés, qualité minimale, jours."
            ),
        },
    )
    substitution: float | None = Field(
        None,
        ge=0.0,
        le=1.0,
        title="Substitution ratio",
        description=(
            "Tonnes of virgin material that one tonne recovered replaces, 0 to 1 (t/t); less than 1 when "
            "quality is lost."
        ),
        json_schema_extra={
            "x-title-fr": "Taux de substitution",
            "x-description-fr": (
                "Tonnes de matière vierge que remplace une tonne récupérée, de 0 à 1 (t/t) ; moins de 1 "
                "quand la qualité baisse."
            ),
        },
    )
    vehicle: Vehicle = Field(
        "articulated_34_40t",
        title="Lorry",
        description="Vehicle that carries the material; its emission is in kgCO2e/t.km.",
        json_schema_extra={
            "x-title-fr": "Camion",
            "x-description-fr": "Véhicule qui transporte la matière ; son émission est en kgCO2e/t.km.",
        },
    )
