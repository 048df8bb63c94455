"""Which inputs do all assessments share? Where, what the caller knows better, how sure to be."""

from typing import Any

from pydantic import Field

from estran.assessments.request import OverrideInput, Request
from estran.carbon.propagation import DRAWS, SEED, Method
from estran.factors.factor import Override

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

TYPES = ("Polygon", "MultiPolygon", "GeometryCollection", "Feature", "FeatureCollection")

GEOMETRY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "oneOf": [
        {
            "title": "GeoJSON",
            "required": ["type"],
            "properties": {
                "type": {
                    "type": "string",
                    "enum": [*TYPES, "Point", "MultiPoint", "LineString", "MultiLineString"],
                }
            },
        },
        {
            "title": "Features of a collection",
            "x-title-fr": "Objets d'une collection",
            "required": ["collection", "ids"],
            "additionalProperties": False,
            "properties": {
                "collection": {"type": "string"},
                "ids": {"type": "array", "minItems": 1, "items": {"type": ["string", "integer"]}},
            },
        },
        {
            "title": "Features of a collection that a filter selects",
            "x-title-fr": "Objets d'une collection qu'un filtre choisit",
            "required": ["collection", "filter"],
            "additionalProperties": False,
            "properties": {
                "collection": {"type": "string"},
                "filter": {
                    "type": ["string", "object"],
                    "description": "CQL2, text or JSON.",
                    "x-description-fr": "CQL2, texte ou JSON.",
                },
                "filter-crs": {
                    "type": "string",
                    "description": "CRS of the geometries of the filter; CRS84 by default.",
                    "x-description-fr": "SCR des géométries du filtre ; CRS84 par défaut.",
                },
            },
        },
    ],
}


class PlaceRequest(Request):
    """The inputs that say where; every process starts from them."""

    geometry: dict[str, Any] = Field(
        title="Geometry",
        description=(
            "A GeoJSON Polygon, MultiPolygon, GeometryCollection, Feature or FeatureCollection (one "
            "answer per "
            "feature and the total), or features of a collection of this server: "
            '`{"collection": "communes", "ids": ["17300"]}`, or those that a CQL2 filter selects: '
            '`{"collection": "communes", "filter": "population > 5000"}`. A point or a line has no area: its '
            "stock is zero."
        ),
        json_schema_extra={
            "x-title-fr": "Géométrie",
            "x-description-fr": (
                "Un Polygon, MultiPolygon, GeometryCollection, Feature ou FeatureCollection GeoJSON "
                "(une réponse "
                "par objet, et le total), ou des objets d'une collection de ce serveur : "
                '`{"collection": "communes", "ids": ["17300"]}`, ou ceux que choisit un filtre CQL2 : '
                '`{"collection": "communes", "filter": "population > 5000"}`. Un point ou une ligne n\'a pas '
                "de surface : son stock est nul."
            ),
            **GEOMETRY_SCHEMA,
        },
    )
    crs: str | int | None = Field(
        None,
        title="Coordinate reference system",
        description=(
            "CRS of the coordinates: a number (2154), a URI, a URN or a CURIE ([EPSG:2154]); "
            "longitude and latitude "
            "(CRS84) by default. As always in GeoJSON, x, the easting or the longitude comes first, whatever "
            "the order of the axes in the definition of the CRS."
        ),
        json_schema_extra={
            "x-title-fr": "Système de coordonnées",
            "x-description-fr": (
                "SCR des coordonnées : un nombre (2154), une URI, une URN ou une CURIE ([EPSG:2154]) "
                "; longitude et "
                "latitude (CRS84) par défaut. Comme toujours en GeoJSON, x, l'abscisse ou la longitude vient "
                "d'abord, quel que soit l'ordre des axes dans la définition du SCR."
            ),
        },
    )


class ModelRequest(Request):
    """The inputs of a process that reads factors: what the caller knows better, how sure to be."""

    overrides: dict[str, OverrideInput] = Field(
        {},
        title="Factors to override",
        description=(
            "Values to use instead of those of the registry, by factor identifier, such as "
            '`{"soil.stock.cropland.4_1": {"value": 52, "reason": "local survey"}}`, in the unit of '
            "the factor. "
            "Without `low` and `high` the relative uncertainty of the registry is kept."
        ),
        json_schema_extra={
            "x-title-fr": "Facteurs à remplacer",
            "x-description-fr": (
                "Valeurs à utiliser à la place de celles du registre, par identifiant de facteur, "
                "par exemple "
                '`{"soil.stock.cropland.4_1": {"value": 52, "reason": "enquête locale"}}`, dans l\'unité du '
                "facteur. Sans `low` ni `high`, l'incertitude relative du registre est gardée."
            ),
        },
    )
    confidence: float = Field(
        0.9,
        ge=0.5,
        le=0.999,
        title="Confidence of the intervals",
        description="Probability that `low` to `high` holds the true value, from 0.5 to 0.999 (no unit).",
        json_schema_extra={
            "x-title-fr": "Confiance des intervalles",
            "x-description-fr": (
                "Probabilité que `low` à `high` contienne la vraie valeur, de 0,5 à 0,999 (sans unité)."
            ),
        },
    )

    method: Method = Field(
        "analytic",
        title="How intervals are obtained",
        description=(
            "`analytic`: propagation of standard deviations, symmetric intervals. `monte-carlo`: the model "
            "runs on random draws of every factor; intervals are as skewed as the factors are. Advised when "
            "a factor is unsure by more than 30 %."
        ),
        json_schema_extra={
            "x-title-fr": "Comment les intervalles sont obtenus",
            "x-description-fr": (
                "`analytic` : propagation des écarts types, intervalles symétriques. `monte-carlo` : le "
                "modèle tourne sur des tirages au sort de chaque facteur ; les intervalles sont aussi "
                "dissymétriques que les facteurs. Conseillé quand un facteur est incertain à plus de 30 %."
            ),
        },
    )
    draws: int = Field(
        DRAWS,
        ge=2_000,
        le=100_000,
        title="Number of draws",
        description="Draws of the Monte-Carlo method, from 2,000 to 100,000 (no unit); not used otherwise.",
        json_schema_extra={
            "x-title-fr": "Nombre de tirages",
            "x-description-fr": (
                "Tirages de la méthode de Monte-Carlo, de 2 000 à 100 000 (sans unité) ; sans effet sinon."
            ),
        },
    )
    seed: int = Field(
        SEED,
        ge=0,
        le=2**32 - 1,
        title="Seed of the draws",
        description=(
            "Start of the Monte-Carlo draws (no unit), repeated in the answer: the same seed gives the same "
            "intervals."
        ),
        json_schema_extra={
            "x-title-fr": "Graine des tirages",
            "x-description-fr": (
                "Point de départ des tirages de Monte-Carlo (sans unité), repris dans la réponse : la même "
                "graine donne les mêmes intervalles."
            ),
        },
    )

    def factor_overrides(self) -> dict[str, Override]:
        """Return the overrides as the registry takes them."""
        return {identifier: given.override() for identifier, given in self.overrides.items()}


class AssessmentRequest(ModelRequest, PlaceRequest):
    """The inputs of a process that reads land and factors."""
