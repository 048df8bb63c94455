"""What do the columns of a collection mean? As JSON Schema, titled in one language."""

from collections.abc import Mapping
from typing import Any

from estran.layers.features.query import Field


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
    if field.format:
        schema["format"] = field.format
    if settings.get("unit"):
        schema["x-ogc-unit"] = settings["unit"]
    if settings.get("codelist"):
        whole = field.type == "integer"
        schema["enum"] = [int(code) if whole else code for code in settings["codelist"]]
    return schema
