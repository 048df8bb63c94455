"""What the OpenAPI document says of changing features: bodies, answers, the token."""

from collections.abc import Iterable
from typing import Any

from estran.server.openapi_parts import parts

FEATURE, MERGE_PATCH = "application/geo+json", "application/merge-patch+json"
SECURITY = ({"token": []},)
ITEM = {"schema": {"$ref": "#/components/schemas/item"}}
CHANGE = {"schema": {"$ref": "#/components/schemas/change"}}
REFUSALS = ("401", "409", "412", "428")


def describe_editing(document: dict[str, Any], editable: Iterable[str], language: str) -> None:
    """Add to a document how the features of editable collections are changed.

    Args:
        document: The document, whose operations read; changed in place.
        editable: The collections.
        language: `fr` or `en`.
    """
    collections = list(editable)
    if not collections:
        return
    words = parts()["answers"]
    problem = document["components"]["responses"]["400"]["content"]
    for status in REFUSALS:
        described = {"description": words[status][language], "content": problem}
        document["components"]["responses"][status] = described
    document["components"]["schemas"]["change"] = {"type": "object"}
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": words["401"][language]}
    }
    for collection in collections:
        path = f"/collections/{collection}/items"
        title = document["paths"][path]["get"]["summary"].partition(" – ")[2]
        summary = f"{parts()['summaries']['change'][language]} – {title}"
        _describe_creation(document["paths"][path], words["added"][language])
        for method in ("put", "patch", "delete"):
            document["paths"][f"{path}/{{featureId}}"][method] = _change(
                path, method, summary, words, language
            )


def _describe_creation(operations: dict[str, Any], description: str) -> None:
    operation = operations["post"]
    operation["requestBody"]["content"][FEATURE] = ITEM
    operation["parameters"] = [*operation["parameters"], _parameter("Content-Crs")]
    operation["security"] = [{}, *SECURITY]
    operation["responses"] |= {
        "201": {
            "description": description,
            "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
        },
        **_refusals("401", "409"),
    }


def _change(path: str, method: str, summary: str, words: dict[str, Any], language: str) -> dict[str, Any]:
    headers = ["If-Match"] if method == "delete" else ["If-Match", "Content-Crs"]
    operation: dict[str, Any] = {
        "summary": summary,
        "operationId": f"{method}_{path.strip('/').replace('/', '_').replace('-', '_')}_featureId",
        "tags": [path.split("/")[2]],
        "security": list(SECURITY),
        "parameters": [_parameter("featureId"), *map(_parameter, headers)],
        "responses": {
            "204": {"description": words["empty"][language]},
            **_refusals(
                "400", "401", "404", "405", "406", "412", "413", "415", "428", "500", "503", "default"
            ),
        },
    }
    if method != "delete":
        content = {MERGE_PATCH: CHANGE} if method == "patch" else {FEATURE: ITEM, "application/json": ITEM}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}
