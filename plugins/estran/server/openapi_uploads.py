"""How the OpenAPI document describes the reading of a file: `POST /place`."""

from typing import Any

from estran.server.openapi_operations import BODY_ERRORS, ERRORS

PARAMETERS: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    (
        "name",
        {"type": "string"},
        "Nom du fichier, quand le corps est le fichier",
        "Name of the file, when the body is the file",
    ),
    ("layer", {"type": "string"}, "Couche à prendre", "Layer to take"),
    (
        "crs",
        {"type": "string"},
        "Système de coordonnées du fichier, par exemple EPSG:2154",
        "CRS of the file, such as EPSG:2154",
    ),
    ("swap", {"type": "boolean", "default": False}, "Inverser x et y", "Swap x and y"),
    (
        "close-lines",
        {"type": "boolean", "default": False},
        "Fermer les lignes en surfaces",
        "Close lines into surfaces",
    ),
    (
        "repair",
        {"type": "boolean", "default": True},
        "Réparer les contours qui se recoupent",
        "Repair outlines that cross themselves",
    ),
    (
        "keep",
        {"type": "string", "enum": ["first", "last"]},
        "Partie qui garde la surface partagée",
        "Part that keeps the land shared",
    ),
    (
        "merge",
        {"type": "boolean", "default": False},
        "Fusionner les parties de même valeur",
        "Merge parts of the same value",
    ),
    (
        "simplify",
        {"type": "number", "minimum": 0, "maximum": 100},
        "Tolérance de simplification, en mètres",
        "Tolerance of simplification, in metres",
    ),
    (
        "field",
        {"type": "string"},
        "Champ qui dit la classe après projet",
        "Field that tells the class after the project",
    ),
    (
        "classes",
        {"type": "string"},
        "Classe de chaque valeur du champ, en JSON",
        "Class of each value of the field, as JSON",
    ),
)
BINARY = {"type": "string", "format": "binary"}
ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["file", "layers", "layer", "crs", "questions", "notices", "fields", "place", "area_ha"],
    "properties": {
        "file": {"type": "object"},
        "layers": {"type": "array", "items": {"type": "object"}},
        "layer": {"type": "string"},
        "crs": {"type": "object"},
        "systems": {"type": "array", "items": {"type": "object"}},
        "questions": {"type": "array", "items": {"type": "string", "enum": ["layer", "crs", "swap"]}},
        "notices": {"type": "array", "items": {"type": "object"}},
        "fields": {"type": "array", "items": {"type": "object"}},
        "place": {"type": "object", "nullable": True},
        "area_ha": {"type": "number"},
    },
}


def describe_uploads(made: dict[str, Any], language: str) -> None:
    """Add the address to an OpenAPI document."""
    fr = language == "fr"
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "array", "items": BINARY}},
    }
    refusals = {
        status: {"$ref": f"#/components/responses/{status}"} for status in (*ERRORS, *BODY_ERRORS, "default")
    }
    made["paths"]["/place"] = {
        "post": {
            "summary": "Contours d'un fichier" if fr else "Outlines of a file",
            "description": "GeoJSON, GeoPackage, Shapefile zippé, KML, KMZ, DXF ou GPX ; rien n'est gardé."
            if fr
            else "GeoJSON, GeoPackage, zipped Shapefile, KML, KMZ, DXF or GPX; nothing is kept.",
            "operationId": "post_place",
            "tags": ["server"],
            "parameters": [
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "description": words_fr if fr else words_en,
                    "style": "form",
                    "explode": False,
                    "schema": dict(schema),
                }
                for name, schema, words_fr, words_en in PARAMETERS
            ]
            + [{"$ref": "#/components/parameters/f"} for _ in ()],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {"schema": form},
                    "application/octet-stream": {"schema": dict(BINARY)},
                    "application/geo+json": {"schema": {"type": "object"}},
                },
            },
            "responses": {
                "200": {
                    "description": "Ce que le fichier contient" if fr else "What the file holds",
                    "content": {"application/json": {"schema": ANSWER}},
                },
                **refusals,
            },
        }
    }
