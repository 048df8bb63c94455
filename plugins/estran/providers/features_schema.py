"""What do the columns of a collection mean? As JSON Schema, titled in one language.

Reference: OGC 23-058r1 (Features, part 5: schemas), for `x-ogc-role`, `x-ogc-propertySeq`,
`x-ogc-unit` and the formats of geometries.
"""

from collections.abc import Mapping
from typing import Any

from estran.layers.features.query import Extremes, FeatureStore, Field
from estran.providers.units import ucum

DRAFT = "https://json-schema.org/draft/2020-12/schema"
GEOMETRY_TITLE = {"fr": "Géométrie", "en": "Geometry"}


def described_fields(
    fields: Mapping[str, Field], settings: Mapping[str, Mapping[str, Any]], language: str
) -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each column.

    Args:
        fields: The columns of the store.
        settings: By column: `title` and `codelist` in `fr` and `en`, `unit`.
        language: `fr` or `en`.
    """
    return {name: _described(field, settings.get(name, {}), language) for name, field in fields.items()}


def properties_schema(
    fields: Mapping[str, Mapping[str, Any]],
    store: FeatureStore,
    settings: Mapping[str, Mapping[str, Any]],
    language: str,
    *,
    time_field: str | None,
    extremes: Mapping[str, Extremes],
) -> dict[str, dict[str, Any]]:
    """Return the schema of each property, with its role and its place; the geometry first.

    Args:
        fields: What `described_fields` gives, less what is not served.
        store: Where the features are.
        settings: By column: `title` and `codelist` in `fr` and `en`, `unit`.
        language: `fr` or `en`.
        time_field: The column that tells the time of a feature.
        extremes: By column, the least and the greatest value.
    """
    shape = (store.geometry_type or "any").lower()
    found: dict[str, dict[str, Any]] = {
        "geometry": {
            "title": GEOMETRY_TITLE[language],
            "format": f"geometry-{shape}",
            "x-ogc-role": "primary-geometry",
        }
    }
    for name, schema in fields.items():
        codes = settings.get(name, {}).get("codelist") or {}
        known = dict(schema)
        if codes:
            whole = schema["type"] == "integer"
            known["oneOf"] = [
                {"const": int(code) if whole else code, "title": words[language]}
                for code, words in codes.items()
            ]
        if name in extremes and schema["type"] in {"integer", "number"}:
            known["minimum"], known["maximum"] = extremes[name]
        role = {store.id_field: "id", time_field: "primary-instant"}.get(name)
        found[name] = {**known, "x-ogc-role": role} if role else known
    return {
        name: {**schema, "x-ogc-propertySeq": place} for place, (name, schema) in enumerate(found.items(), 1)
    }


def feature_schema(fields: Mapping[str, Any], id_field: str, use: str) -> dict[str, Any]:
    """Return the JSON Schema of a GeoJSON feature.

    Args:
        fields: The JSON Schema of each column.
        id_field: The column that identifies a feature.
        use: `item`, `create`, `update` or `replace`; all but `item` leave `id` to the address or properties.
    """
    identifier = {"id": {"type": fields.get(id_field, {}).get("type", "string")}} if use == "item" else {}
    return {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            **identifier,
            "geometry": {"type": "object", "nullable": True},
            "properties": {
                "type": "object",
                "properties": {name: dict(schema) for name, schema in fields.items()},
                "additionalProperties": False,
            },
        },
    }


def _described(field: Field, settings: Mapping[str, Any], language: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": settings["title"][language] if "title" in settings else field.name,
        "type": field.type,
    }
    if field.items:
        schema["items"] = {"type": field.items}
    if field.format:
        schema["format"] = field.format
    if settings.get("unit"):
        schema["x-ogc-unit"] = ucum(settings["unit"])
    if settings.get("codelist"):
        whole = field.type == "integer"
        schema["enum"] = [int(code) if whole else code for code in settings["codelist"]]
    return schema
