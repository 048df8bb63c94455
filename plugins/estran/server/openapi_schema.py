"""JSON Schema as OpenAPI 3.0 can hold it: a subset of an old draft, with `nullable` for null.

Reference: OpenAPI 3.0.3, "Schema Object".
"""

from collections.abc import Mapping
from typing import Any

KEPT = frozenset(
    [
        "title", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
        "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties",
        "required", "enum", "type", "description", "format", "default", "nullable", "discriminator",
        "readOnly", "writeOnly", "example", "externalDocs", "deprecated", "xml",
    ]
)  # fmt: skip
"""Keywords that mean the same and hold no schema."""

_LISTS = ("allOf", "anyOf", "oneOf")


def as_openapi(schema: Any) -> Any:
    """Return a JSON Schema of any draft in the words of OpenAPI 3.0.

    What OpenAPI 3.0 cannot say is left out, so the result accepts all that the schema accepts.

    Example:
        >>> as_openapi({"type": ["integer", "null"], "exclusiveMinimum": 0, "contentMediaType": "a/b"})
        {'exclusiveMinimum': True, 'type': 'integer', 'nullable': True, 'minimum': 0}
        >>> as_openapi({"const": "Feature"})
        {'enum': ['Feature']}
    """
    if not isinstance(schema, Mapping):
        return {} if isinstance(schema, bool) else schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept = {key: value for key, value in schema.items() if key in KEPT or key.startswith("x-")}
    if not isinstance(kept.get("type", ""), str) or kept.get("type") == "null":
        kept |= _types(kept.pop("type"))
    kept |= _limits(schema)
    if "const" in schema:
        kept["enum"] = [schema["const"]]
    if schema.get("examples"):
        kept.setdefault("example", schema["examples"][0])
    for key in _LISTS:
        if key in schema:
            kept |= _alternatives(key, schema[key])
    return kept | _members(schema, kept.get("type"))


def _members(schema: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    """Return the keywords that hold schemas of parts of the value."""
    found: dict[str, Any] = {}
    if isinstance(schema.get("properties"), Mapping):
        found["properties"] = {name: as_openapi(part) for name, part in schema["properties"].items()}
    if "additionalProperties" in schema:
        extra = schema["additionalProperties"]
        found["additionalProperties"] = extra if isinstance(extra, bool) else as_openapi(extra)
    if "not" in schema:
        found["not"] = as_openapi(schema["not"])
    if kind == "array":
        items = schema.get("items", {})
        found["items"] = {} if "prefixItems" in schema else as_openapi(items)
    return found


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for bound in ("minimum", "maximum"):
        key = f"exclusive{bound.capitalize()}"
        limit = schema.get(key)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            found |= {bound: limit, key: True}
    return found


def _types(types: str | list[str]) -> dict[str, Any]:
    """Return one type, since OpenAPI 3.0 takes one; several become alternatives."""
    named = [kind for kind in types if kind != "null"] if isinstance(types, list) else []
    nullable = {"nullable": True} if len(named) != len(types) else {}
    if not named:
        return {"enum": [None], **nullable}
    if len(named) == 1:
        return {"type": named[0], **nullable}
    return {"anyOf": [{"type": kind} for kind in named], **nullable}


def _alternatives(key: str, parts: list[Any]) -> dict[str, Any]:
    """Return `anyOf` and the like without the alternative that is null, which becomes `nullable`."""
    solid = [part for part in parts if not (isinstance(part, Mapping) and part.get("type") == "null")]
    found: dict[str, Any] = {key: [as_openapi(part) for part in solid]}
    return found if len(solid) == len(parts) else {**found, "nullable": True}
