"""How does a pydantic model become the description of an OGC process? Without references, in two languages.

The dialect is that of OGC API - Processes and OpenAPI 3.0: `nullable` instead of a null type. What people
read of a field is beside its schema: `title` and `x-title-fr`, `x-unit`, `x-default` (the factor that
stands for it), `x-enum-titles` and `x-enum-titles-fr` (its choices in words).
"""

from typing import Any

from pydantic import BaseModel

from estran.assessments.input_words import DEFAULTS, TITLES, UNITS, choice_titles


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
            "schema": worded(name, prop),
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


def worded(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an input with the words of its choices, and those of the fields inside it."""
    said = dict(schema)
    if said.get("default") == "":
        del said["default"]
    for key, known in (("x-unit", UNITS), ("x-default", DEFAULTS)):
        if name in known:
            said.setdefault(key, known[name])
    titles = choice_titles(name)
    offered = [value for value in _choices(said) or _open_choices(said, list(titles)) if value in titles]
    if offered:
        said["x-enum-titles"] = {value: titles[value].en for value in offered}
        said["x-enum-titles-fr"] = {value: titles[value].fr for value in offered}
    if "properties" in said:
        said["properties"] = {key: _titled(key, inner) for key, inner in said["properties"].items()}
    for key in ("items", "additionalProperties"):
        inner = said.get(key)
        if isinstance(inner, dict) and "properties" in inner:
            said[key] = worded("", inner)
    return said


def _titled(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    title = {"title": TITLES[name].en, "x-title-fr": TITLES[name].fr} if name in TITLES else {}
    said = schema if "x-title-fr" in schema else {**schema, **title}
    return worded(name, said)


def _choices(schema: dict[str, Any]) -> list[str]:
    for holder in (schema, schema.get("items"), schema.get("propertyNames")):
        if isinstance(holder, dict) and "enum" in holder:
            return [str(value) for value in holder["enum"]]
    return []


def _open_choices(schema: dict[str, Any], known: list[str]) -> list[str]:
    """Return the choices that are advised for a text that takes others too."""
    return known if schema.get("type") == "string" else []


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
