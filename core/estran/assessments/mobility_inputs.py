"""What does `mobility-footprint` take? A trace, trips, or both; never kept."""

from typing import Any, ClassVar

from pydantic import Field

from estran.assessments.inputs import ModelRequest
from estran.assessments.request import Request


def _words(title: str, description: str) -> dict[str, Any]:
    return {"x-title-fr": title, "x-description-fr": description}


class Trip(Request):
    """A trip, told: how far, how, how often."""

    distance_km: float = Field(
        ge=0.0,
        le=100_000.0,
        allow_inf_nan=False,
        description="Length of one trip, in km.",
        json_schema_extra={"x-description-fr": "Longueur d'un trajet, en km."},
    )
    mode: str = Field(
        description="Mode, such as `car`, `bus`, `ter`, `bicycle`.",
        json_schema_extra={"x-description-fr": "Mode, comme `car`, `bus`, `ter`, `bicycle`."},
    )
    occupancy: float | None = Field(
        None,
        ge=1.0,
        le=9.0,
        description="Persons in the car, you included; the national mean by default. Not used by modes "
        "whose factor is per passenger already.",
        json_schema_extra={
            "x-description-fr": "Personnes dans la voiture, vous compris ; la moyenne nationale par défaut. "
            "Sans effet pour les modes dont le facteur est déjà par passager."
        },
    )
    count: float = Field(
        1.0,
        ge=0.0,
        le=1_000_000.0,
        allow_inf_nan=False,
        description="How many times (no unit).",
        json_schema_extra={"x-description-fr": "Combien de fois (sans unité)."},
    )


class MobilityFootprintRequest(ModelRequest):
    """The inputs of `mobility-footprint`: a trace, trips, or both."""

    is_private: ClassVar[bool] = True

    geometry: dict[str, Any] | None = Field(
        None,
        title="Trace",
        description=(
            "GeoJSON LineString or MultiLineString, in a Feature or a FeatureCollection, with a time per "
            "position: `properties.times` (ISO 8601), `properties.coordinateProperties.times`, or a fourth "
            "number in each position (seconds since 1970). `properties.mode`, `properties.occupancy` and "
            "`properties.accuracies` (metres) are read. Never kept."
        ),
        json_schema_extra=_words(
            "Trace",
            "LineString ou MultiLineString GeoJSON, dans une Feature ou une FeatureCollection, avec un temps "
            "par position : `properties.times` (ISO 8601), `properties.coordinateProperties.times`, ou un "
            "quatrième nombre par position (secondes depuis 1970). `properties.mode`, `properties.occupancy` "
            "et `properties.accuracies` (mètres) sont lus. Jamais conservée.",
        ),
    )
    crs: str | int | None = Field(
        None,
        title="Coordinate reference system",
        description="CRS of the trace; longitude and latitude (CRS84) by default.",
        json_schema_extra=_words(
            "Système de coordonnées", "SCR de la trace ; longitude et latitude (CRS84) par défaut."
        ),
    )
    trips: tuple[Trip, ...] = Field(
        (),
        title="Trips",
        description=(
            'Trips told, such as `{"distance_km": 12, "mode": "car", "occupancy": 1, "count": 220}`. '
            "Never kept."
        ),
        json_schema_extra=_words(
            "Trajets",
            'Trajets déclarés, comme `{"distance_km": 12, "mode": "car", "occupancy": 1, "count": 220}`. '
            "Jamais conservés.",
        ),
    )
    mode: str | None = Field(
        None,
        title="Mode of the trace",
        description=(
            "Mode of the lines that name none, such as `car` or `tgv`; without it, the speed gives the mode: "
            "walking, bicycle, car or fast train."
        ),
        json_schema_extra=_words(
            "Mode de la trace",
            "Mode des lignes qui n'en nomment pas, comme `car` ou `tgv` ; sans lui, la vitesse donne le "
            "mode : marche, vélo, voiture ou TGV.",
        ),
    )
    occupancy: float | None = Field(
        None,
        ge=1.0,
        le=9.0,
        title="Persons in the car",
        description="For the lines that do not say, you included (persons); the national mean by default.",
        json_schema_extra=_words(
            "Personnes dans la voiture",
            "Pour les lignes qui ne le disent pas, vous compris (personnes) ; la moyenne nationale par "
            "défaut.",
        ),
    )
    interpolate: bool = Field(
        False,
        title="Cross the gaps",
        description="Count the shortest line across a silence of the receiver as travelled.",
        json_schema_extra=_words(
            "Franchir les interruptions",
            "Compter comme parcourue la ligne la plus courte à travers un silence du récepteur.",
        ),
    )
