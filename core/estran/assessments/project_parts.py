"""What is a project made of? Buildings, parking, roads, trees and trips, each with its defaults.

A field that the planner leaves out takes a default. `x-default` says which: a factor of the registry,
whose source stands there, or one of the choices.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from estran.assessments.request import Request

Use = Literal[
    "house",
    "collective_housing",
    "office",
    "school",
    "university",
    "library",
    "nursery",
    "health",
    "hotel",
    "restaurant",
    "retail",
    "industry",
    "sports",
]

Structure = Literal["concrete", "timber", "mixed", "unknown"]

Carrier = Literal[
    "electricity_heating",
    "electricity_average",
    "electricity_hot_water",
    "gas",
    "biomethane",
    "heat_network",
    "oil",
    "lpg",
    "wood_logs",
    "wood_pellets",
    "wood_chips",
]

ParkingKind = Literal["surface", "structure_concrete", "structure_metal", "underground"]

Pavement = Literal["bitumen", "semi_rigid", "concrete"]

Traffic = Literal["tc1", "tc2", "tc3", "tc4", "tc5", "tc6", "tc7"]

Mode = Literal[
    "car",
    "car_electric",
    "bus",
    "coach",
    "tram",
    "train",
    "scooter",
    "motorcycle",
    "bicycle",
    "electric_bicycle",
    "kick_scooter",
    "walking",
]

Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


def said(fr: str, fr_description: str, *, unit: str | None = None, default: str | None = None) -> Any:
    """Return what JSON Schema does not say: the French words, the unit and the source of the default."""
    extra: dict[str, Any] = {"x-title-fr": fr, "x-description-fr": fr_description}
    if unit is not None:
        extra["x-unit"] = unit
    if default is not None:
        extra["x-default"] = default
    return extra


class EnergyUse(Request):
    """What one carrier brings to a floor each year."""

    carrier: Carrier = Field(
        title="Energy carrier",
        description="Carrier and use; its emission factor follows from it.",
        json_schema_extra=said("Énergie", "Énergie et usage ; son facteur d'émission en découle."),
    )
    kwh_per_m2_year: Amount = Field(
        title="Final energy",
        description="Final energy, in kWh per m2 of reference floor area and year.",
        json_schema_extra=said(
            "Énergie finale",
            "Énergie finale, en kWh par m2 de surface de référence et par an.",
            unit="kWh/m2/yr",
        ),
    )


class Building(Request):
    """One use of the programme."""

    use: Use = Field(
        title="Use",
        description="What the floor is for.",
        json_schema_extra=said("Usage", "À quoi sert le plancher."),
    )
    floor_area_m2_sref: Positive = Field(
        title="Floor area",
        description=(
            "Reference floor area of RE2020 (Sref), in m2; neither the ground area nor the area of the plot."
        ),
        json_schema_extra=said(
            "Surface de plancher",
            "Surface de référence de la RE2020 (Sref), en m2 ; ni l'emprise au sol ni la surface du terrain.",
            unit="m2 Sref",
        ),
    )
    structure: Structure = Field(
        "unknown",
        title="Structure",
        description="Material of the structure; unknown: the RE2020 ceiling is taken as the value.",
        json_schema_extra=said(
            "Structure",
            "Matériau de la structure ; inconnue : le seuil de la RE2020 est pris pour valeur.",
            default="project.structure.unknown",
        ),
    )
    storeys: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None,
        title="Storeys",
        description="Number of storeys, ground floor included; it only serves to check the ground area.",
        json_schema_extra=said(
            "Niveaux",
            "Nombre de niveaux, rez-de-chaussée compris ; ne sert qu'à vérifier l'emprise au sol.",
        ),
    )
    energy: tuple[EnergyUse, ...] | None = Field(
        None,
        title="Energy in use",
        description=(
            "Final energy by carrier, in kWh/m2/yr. By default the highest primary energy that RE2020 allows "
            "for this use, all of it electricity at the heating factor; without such a limit, not evaluated."
        ),
        json_schema_extra=said(
            "Énergie en usage",
            "Énergie finale par énergie, en kWh/m2/an. Par défaut, le maximum d'énergie primaire que la "
            "RE2020 permet à cet usage, tout en électricité au facteur du chauffage ; là où la RE2020 n'en "
            "fixe pas, non évalué.",
            default="building.new.cep_max",
        ),
    )


class Parking(Request):
    """Parking spaces of one kind."""

    spaces: Annotated[int, Field(ge=0)] = Field(
        title="Spaces",
        description="Number of parking spaces.",
        json_schema_extra=said("Places", "Nombre de places de stationnement.", unit="spaces"),
    )
    kind: ParkingKind = Field(
        "surface",
        title="Kind",
        description="On the ground, in a built structure, or underground (no value is known: not evaluated).",
        json_schema_extra=said(
            "Type",
            "Au sol, en ouvrage, ou souterrain (aucune valeur connue : non évalué).",
            default="surface",
        ),
    )
    pavement: Pavement = Field(
        "bitumen",
        title="Pavement",
        description="Pavement of a surface lot.",
        json_schema_extra=said("Revêtement", "Revêtement d'un parc au sol.", default="bitumen"),
    )


class Road(Request):
    """New carriageways and squares."""

    area_m2: Amount = Field(
        title="Area",
        description="Area of carriageway, in m2, parking lots left out.",
        json_schema_extra=said(
            "Surface", "Surface de chaussée, en m2, hors parcs de stationnement.", unit="m2"
        ),
    )
    pavement: Pavement = Field(
        "bitumen",
        title="Pavement",
        description="Pavement of the carriageway.",
        json_schema_extra=said("Revêtement", "Revêtement de la chaussée.", default="bitumen"),
    )
    traffic: Traffic = Field(
        "tc3",
        title="Traffic class",
        description="Traffic class of lorries, from tc1 (lightest) to tc7.",
        json_schema_extra=said(
            "Classe de trafic", "Classe de trafic de poids lourds, de tc1 (léger) à tc7.", default="tc3"
        ),
    )


class Trees(Request):
    """Trees outside the land classes with trees, whose biomass is counted by the hectare."""

    planted: Amount = Field(
        0.0,
        title="Trees planted",
        description="Number of trees planted.",
        json_schema_extra=said("Arbres plantés", "Nombre d'arbres plantés.", unit="trees"),
    )
    felled: Amount = Field(
        0.0,
        title="Trees felled",
        description="Number of trees felled.",
        json_schema_extra=said("Arbres abattus", "Nombre d'arbres abattus.", unit="trees"),
    )
    felled_age_years: Annotated[float, Field(gt=0.0, le=500.0)] | None = Field(
        None,
        title="Age of the felled trees",
        description="Mean age of the felled trees, in years.",
        json_schema_extra=said(
            "Âge des arbres abattus",
            "Âge moyen des arbres abattus, en années.",
            unit="yr",
            default="project.tree.felled_age",
        ),
    )


class Mobility(Request):
    """The trips of persons that go with a project."""

    trips_per_day: Amount | None = Field(
        None,
        title="Trips per day",
        description=(
            "Trips of persons per day, 365 days a year. By default the inhabitants times the trips of a "
            "person; without inhabitants, not evaluated."
        ),
        json_schema_extra=said(
            "Déplacements par jour",
            "Déplacements de personnes par jour, 365 jours par an. Par défaut, les habitants fois les "
            "déplacements d'une personne ; sans habitants, non évalué.",
            unit="trips/day",
            default="mobility.trips.person_weekday",
        ),
    )
    distance_km: Amount | None = Field(
        None,
        title="Length of a trip",
        description="Mean length of a trip, in km.",
        json_schema_extra=said(
            "Longueur d'un déplacement",
            "Longueur moyenne d'un déplacement, en km.",
            unit="km/trip",
            default="project.mobility.distance",
        ),
    )
    modal_shares: dict[Mode, Annotated[float, Field(ge=0.0, le=1.0)]] | None = Field(
        None,
        title="Modal shares",
        description="Share of each mode in the kilometres, from 0 to 1, at most 1 in sum.",
        json_schema_extra=said(
            "Parts modales",
            "Part de chaque mode dans les kilomètres, de 0 à 1, au plus 1 en somme.",
            unit="-",
            default="mobility.modal_share",
        ),
    )
    car_occupancy: Annotated[float, Field(ge=1.0, le=9.0)] | None = Field(
        None,
        title="Persons per car",
        description="Persons per car, driver included.",
        json_schema_extra=said(
            "Personnes par voiture",
            "Personnes par voiture, conducteur compris.",
            unit="persons",
            default="mobility.occupancy.car",
        ),
    )


class Reference(Request):
    """What would happen without the project; the land stays as it is."""

    mobility: Mobility | None = Field(
        None,
        title="Trips without the project",
        description="Trips that would be made anyway; they are taken off, so that nobody counts twice.",
        json_schema_extra=said(
            "Déplacements sans le projet",
            "Déplacements qui auraient lieu de toute façon ; ils sont retirés, pour ne compter personne "
            "deux fois.",
        ),
    )
    operation_tco2e_per_year: Amount = Field(
        0.0,
        title="Operation without the project",
        description="Emissions in use of the buildings that the project replaces, in tCO2e/yr, taken off.",
        json_schema_extra=said(
            "Exploitation sans le projet",
            "Émissions en usage des bâtiments que le projet remplace, en tCO2e/an, retirées.",
            unit="tCO2e/yr",
        ),
    )
