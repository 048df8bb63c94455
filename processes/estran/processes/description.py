"""How does a pydantic model become the description of an OGC process? Without references, in two languages.

The dialect is that of OGC API - Processes and OpenAPI 3.0: `nullable` instead of a null type.
"""

from typing import Any

from pydantic import BaseModel


def described_inputs(model: type[BaseModel]) -> dict[str, Any]:
    """Return the inputs of a process: title and description in two languages, schema, occurrences."""
    schema = inlined(model.model_json_schema())
    required = schema.get("required", [])
    inputs: dict[str, Any] = {}
    for name, given in schema["properties"].items():
        prop = dict(given)
        title, description = prop.pop("title"), prop.pop("description")
        inputs[name] = {
            "title": {"fr": prop.pop("x-title-fr"), "en": title},
            "description": {"fr": prop.pop("x-description-fr"), "en": description},
            "schema": prop,
            "minOccurs": int(name in required),
            "maxOccurs": 1,
        }
    return inputs


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Schema of pydantic without `$defs`, each reference replaced by what it names."""
    definitions = schema.get("$defs", {})
    whole: dict[str, Any] = _inlined(
        {key: value for key, value in schema.items() if key != "$defs"}, definitions
    )
    return whole


def content_by_media_type(output: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI `content` of an output whose schema offers several media types."""
    return {
        choice["contentMediaType"]: {
            "schema": {key: value for key, value in choice.items() if key != "contentMediaType"}
        }
        for choice in output["schema"]["oneOf"]
    }


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].rpartition("/")[2]]
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**_inlined(named, definitions), **_inlined(rest, definitions)}
    choices = node.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        others = [choice for choice in choices if choice != {"type": "null"}]
        rest = {key: value for key, value in node.items() if key != "anyOf" and value is not None}
        chosen = others[0] if len(others) == 1 else {"anyOf": others}
        return {**_inlined(chosen, definitions), **_inlined(rest, definitions), "nullable": True}
    return {key: _inlined(value, definitions) for key, value in node.items()}
