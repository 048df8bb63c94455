"""One operation of the OpenAPI document: summary, parameters, body and answers."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from pygeoapi.plugin import load_plugin

from estran.server.negotiation import HTML, JSON
from estran.server.openapi_parts import Address, address_of, parts
from estran.server.openapi_schema import as_openapi

ERRORS = ("400", "404", "406", "413", "500", "503")
BODY_ERRORS = ("405", "415")
OBJECT: Mapping[str, Any] = {"type": "object"}
INLINE = frozenset({"f", "lang", "limit", "properties"})
"""Parameters whose values depend on the address; the others are written once."""

_METHOD_KINDS: Mapping[tuple[str, str], str] = {
    ("items", "post"): "filtered",
    ("job", "delete"): "dismissal",
}


class Document:
    """Writes the operations of one document, in one language."""

    def __init__(self, language: str, limits: Mapping[str, Any], languages: Sequence[str]) -> None:
        self._language = language
        self._limits = limits
        self._languages = [tag[:2] for tag in languages]

    def components(self) -> dict[str, Any]:
        """Return the parameters, answers and schemas that the operations refer to."""
        known = parts()
        return {
            "parameters": {name: self._parameter(name) for name in known["parameters"] if name not in INLINE},
            "responses": {name: self._problem(name) for name in (*ERRORS, *BODY_ERRORS, "default")},
            "schemas": deepcopy(known["schemas"]),
        }

    def operation(
        self, path: str, method: str, made: Mapping[str, Any], served: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return an operation, from what pygeoapi made of it."""
        address = address_of(path, served)
        if address is None:
            raise KeyError(path)
        identifier = path.split("/")[2] if path.count("/") > 1 else ""
        resource = served.get(identifier, {})
        kind = _METHOD_KINDS.get((address.kind, method), address.kind)
        if method == "options":
            kind = "methods"
        elif method in {"put", "patch"} or (address.kind, method) == ("item", "delete"):
            kind = "change"
        summary = self._words(parts()["summaries"][kind])
        title = self._title(resource)
        operation: dict[str, Any] = {
            "summary": f"{summary} – {title}" if title else summary,
            "operationId": _operation_id(path, method),
            "tags": list(made.get("tags") or (["jobs"] if identifier and "job" in path else ["server"])),
            "parameters": self._parameters(path, method, address, made),
            "responses": self._answers(method, address, made, resource),
        }
        if made.get("description") and title:
            operation["description"] = made["description"]
        body = self._body(method, address, made, resource)
        return {**operation, "requestBody": body} if body else operation

    def _title(self, resource: Mapping[str, Any]) -> str:
        if resource.get("type") == "process":
            return self._words(load_plugin("process", resource["processor"]).metadata.get("title", ""))
        return self._words(resource.get("title", ""))

    def _parameters(
        self, path: str, method: str, address: Address, made: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        named = re.findall(r"\{(\w+)\}", path)
        parameters: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{name}"} for name in named]
        if method == "options":
            return parameters
        if address.kind == "execution":
            parameters.append({"$ref": "#/components/parameters/Prefer"})
        allowed = address.allowed if method in {"get", "post"} else frozenset({"f", "lang"})
        own = {parameter.get("name"): parameter for parameter in made.get("parameters", ())}
        for name in sorted(allowed):
            if name not in INLINE:
                parameters.append({"$ref": f"#/components/parameters/{name}"})
            else:
                parameters.append(self._inline(name, address, own.get(name)))
        fields = [] if address.kind != "items" else [own[name] for name in own if name not in allowed]
        return parameters + [
            {**field, "schema": as_openapi(field["schema"])} for field in fields if field.get("in") == "query"
        ]

    def _inline(self, name: str, address: Address, made: Mapping[str, Any] | None) -> dict[str, Any]:
        parameter = self._parameter(name)
        schema = parameter["schema"]
        if name == "f" and address.formats:
            schema |= {"enum": list(address.formats), "default": next(iter(address.formats))}
        elif name == "lang":
            schema |= {"enum": self._languages, "default": self._languages[0]}
        elif name in {"limit", "properties"} and made:
            schema = as_openapi(made["schema"])
        elif name == "limit":
            schema |= {"maximum": self._limits["max_items"], "default": self._limits["default_items"]}
        return {**parameter, "schema": schema}

    def _parameter(self, name: str) -> dict[str, Any]:
        written = parts()["parameters"][name]
        place = written.get("in", "query")
        style = {"style": "form", "explode": False} if place == "query" else {}
        return {
            "name": name,
            "in": place,
            "required": place == "path",
            "description": self._words(written["description"]),
            **style,
            "schema": deepcopy(written["schema"]),
        }

    def _body(
        self, method: str, address: Address, made: Mapping[str, Any], resource: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if (address.kind, method) == ("items", "post"):
            content = {"application/json": {"schema": {"$ref": "#/components/schemas/cql2"}}}
            return {"required": True, "content": content}
        if address.kind == "execution":
            return {"required": True, "content": {"application/json": _execute_request(resource)}}
        body = made.get("requestBody")
        if body is None or method in {"get", "options", "delete"}:
            return None
        content = {"application/geo+json": {"schema": {"$ref": "#/components/schemas/item"}}}
        return {"required": True, "content": content}

    def _answers(
        self, method: str, address: Address, made: Mapping[str, Any], resource: Mapping[str, Any]
    ) -> dict[str, Any]:
        words = parts()["answers"]
        answers: dict[str, Any] = {}
        if method == "options" or (method in {"put", "delete"} and address.kind == "item"):
            answers["204"] = {"description": self._words(words["empty"])}
        elif address.kind == "execution":
            created = {"schema": {"$ref": "#/components/schemas/job"}}
            answers["200"] = {"description": self._words(words["ok"]), "content": _results(resource)}
            answers["201"] = {
                "description": self._words(words["created"]),
                "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
                "content": {"application/json": created},
            }
        else:
            answers["200"] = {"description": self._words(words["ok"]), "content": _content(address, made)}
        if (address.kind, method) == ("health", "get"):
            answers["503"] = dict(answers["200"])
        errors = ERRORS if method in {"get", "options"} else (*ERRORS, *BODY_ERRORS)
        for status in (*errors, "default"):
            answers.setdefault(status, {"$ref": f"#/components/responses/{status}"})
        return answers

    def _problem(self, status: str) -> dict[str, Any]:
        problem = {"schema": {"$ref": "#/components/schemas/problem"}}
        page = {"schema": {"type": "string"}}
        description = self._words(parts()["answers"][status])
        return {
            "description": description,
            "content": {"application/problem+json": problem, "text/html": page},
        }

    def _words(self, text: Any) -> str:
        if isinstance(text, Mapping):
            return str(text.get(self._language) or next(iter(text.values()), ""))
        return str(text)


_ENDINGS = {"map": "getMap", "coverage": "getCoverage"}
"""How the names of operations end: OGC 20-058 (Maps), requirement /req/api-operations/operation-id, and the
draft OGC 19-087 (Coverages), requirement of the same name."""


def _operation_id(path: str, method: str) -> str:
    """Return a name that is unique in the document and can be that of a function.

    Example:
        >>> _operation_id("/collections/land-cover/items/{featureId}", "get")
        'get_collections_land_cover_items_featureId'
        >>> _operation_id("/collections/land-cover/map", "get")
        'get_collections_land_cover_map.collection.getMap'
    """
    name = "_".join([method, *re.findall(r"\w+", path)]) if path != "/" else f"{method}_landing"
    origin = "collection" if path.startswith("/collections/") else "dataset"
    return f"{name}.{origin}.{_ENDINGS[end]}" if (end := path.rpartition("/")[2]) in _ENDINGS else name


def _content(address: Address, made: Mapping[str, Any]) -> dict[str, Any]:
    """Return the media types of an answer, with a schema for what is JSON."""
    if address.kind == "results":
        return {"*/*": {"schema": {}}}
    content: dict[str, Any] = {}
    for name, types in address.formats.items():
        media_type = "application/vnd.oai.openapi+json;version=3.0" if address.kind == "openapi" else types[0]
        if name == HTML:
            content["text/html"] = {"schema": {"type": "string"}}
        elif name == JSON:
            content[media_type] = {"schema": _schema(address, made)}
        elif media_type.endswith("json"):
            content[media_type] = {"schema": dict(OBJECT)}
        else:
            is_text = media_type.startswith("text/")
            content[media_type] = {"schema": {"type": "string", **({} if is_text else {"format": "binary"})}}
    return content


def _schema(address: Address, made: Mapping[str, Any]) -> dict[str, Any]:
    if address.kind == "item":
        contents = made.get("responses", {}).get("200", {}).get("content", {})
        written = contents.get("application/geo+json", {}).get("schema")
        if written:
            schema: dict[str, Any] = as_openapi(written)
            return schema
    if address.kind in parts()["schemas"]:
        return {"$ref": f"#/components/schemas/{address.kind}"}
    return dict(OBJECT)


def _execute_request(resource: Mapping[str, Any]) -> dict[str, Any]:
    metadata = load_plugin("process", resource["processor"]).metadata
    declared = metadata.get("inputs") or {}
    required = [name for name, described in declared.items() if described.get("minOccurs", 1) != 0]
    inputs: dict[str, Any] = {
        "type": "object",
        "properties": {name: _input(described) for name, described in declared.items()},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
    schema = {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "inputs": inputs,
            "outputs": {"type": "object"},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "additionalProperties": False,
    }
    example = metadata.get("example")
    return {"schema": schema, **({"example": example} if example else {})}


def _input(described: Mapping[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = as_openapi(described.get("schema", {}))
    if described.get("maxOccurs", 1) == 1:
        return schema
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def _results(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an execution answers, by media type; as a document it is keyed by output."""
    outputs = load_plugin("process", resource["processor"]).metadata.get("outputs") or {}
    content: dict[str, Any] = {}
    for described in outputs.values():
        schema = described.get("schema", {})
        for choice in schema.get("oneOf") or [schema]:
            media_type = choice.get("contentMediaType", "application/json")
            content.setdefault(media_type, {"schema": as_openapi(choice)})
    document = {"type": "object", "properties": {name: {} for name in outputs}}
    plain = content.get("application/json")
    alternatives = [plain["schema"], document] if plain else [document]
    content["application/json"] = {"schema": {"anyOf": alternatives}}
    return content
