"""What the OpenAPI document says of tiles: tile matrix sets, tilesets, tiles.

The identifier of each operation ends as the standard asks, so that a client knows what it answers.
Reference: OGC 20-057, clause "Requirements Class OpenAPI Specification 3.0 API definition".
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from estran.providers.tiles_source import MEDIA_TYPES, MVT, PNG
from estran.server.openapi_parts import parts
from estran.server.tiles_configured import PROVIDER
from estran.server.tiles_described import HTML, JSON, TILEJSON

type Schema = dict[str, Any]

ERRORS = ("400", "404", "406", "500", "503", "default")
PLACE = ("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")
PAGE: Schema = {"type": "string"}


def describe_tiles(
    document: dict[str, Any], served: Mapping[str, Any], language: str, languages: Sequence[str]
) -> None:
    """Add the addresses of tiles to a document.

    Args:
        document: The document, changed in place.
        served: The resources that it describes.
        language: `fr` or `en`.
        languages: Languages of the answers, the first one by default.
    """
    writer = _Writer(language, [tag[:2] for tag in languages])
    document["paths"] |= writer.matrix_sets()
    for identifier, resource in served.items():
        kinds = [made for made in resource.get("providers", ()) if made["name"] == PROVIDER]
        if kinds:
            title = resource["title"]
            named = title.get(language) or next(iter(title.values())) if isinstance(title, dict) else title
            is_vector = bool(kinds[0].get("table"))
            address = f"/collections/{identifier}"
            document["paths"] |= writer.tiles(f"{address}/tiles", named, is_vector=is_vector, tag=identifier)
            document["paths"] |= writer.tiles(f"{address}/map/tiles", named, is_vector=False, tag=identifier)
    if any(made["name"] == PROVIDER and made.get("table") for resource in served.values()
           for made in resource.get("providers", ())):  # fmt: skip
        document["paths"] |= writer.dataset()


class _Writer:
    """Writes operations in one language."""

    def __init__(self, language: str, languages: Sequence[str]) -> None:
        self._language = language
        self._languages = languages

    def matrix_sets(self) -> dict[str, Any]:
        path, answers = "/tileMatrixSets", _documents("tileMatrixSets")
        one = f"{path}/{{tileMatrixSetId}}"
        return {
            path: self._operation(path, "tileMatrixSets", "getTileMatrixSetsList", answers, tag="tiles"),
            one: self._operation(
                one, "tileMatrixSet", "getTileMatrixSet", _documents("tileMatrixSet"), tag="tiles"
            ),
        }

    def tiles(self, path: str, title: str, *, is_vector: bool, tag: str) -> dict[str, Any]:
        """Return the three addresses of one kind of tiles of a collection."""
        kind, name = ("vector", MVT) if is_vector else ("map", PNG)
        whole, one = f"{path}/{{tileMatrixSetId}}", f"{path}/" + "/".join(f"{{{part}}}" for part in PLACE)
        ending = f"collection.{kind}"
        described = {**_documents("tileset"), "tilejson": (TILEJSON, {"type": "object"})}
        tile = {name: (MEDIA_TYPES[name], {"type": "string", "format": "binary"})}
        made = {
            path: self._operation(
                path, "tilesets", f"{ending}.getTileSetsList", _documents("tilesets"), title=title, tag=tag
            ),
            whole: self._operation(whole, "tileset", f"{ending}.getTileSet", described, title=title, tag=tag),
            one: self._operation(one, f"{kind}Tile", f"{ending}.getTile", tile, title=title, tag=tag),
        }
        answers = made[one]["get"]["responses"]
        answers["200"]["headers"] = {
            "Estran-Tile-Dropped": {
                "description": self._words(parts()["answers"]["droppedFeatures"]),
                "schema": {"type": "integer", "minimum": 1},
            }
        }
        answers["204"] = {"description": self._words(parts()["answers"]["emptyTile"])}
        return made

    def dataset(self) -> dict[str, Any]:
        """Return the three addresses of the vector tiles of several collections."""
        made = self.tiles("/tiles", "", is_vector=True, tag="tiles")
        for operations in made.values():
            operation = operations["get"]
            operation["operationId"] = operation["operationId"].replace(".collection.", ".dataset.")
            operation["parameters"].append({"$ref": "#/components/parameters/collections"})
        return made

    def _operation(
        self,
        path: str,
        kind: str,
        ending: str,
        answers: Mapping[str, tuple[str, Schema]],
        *,
        title: str = "",
        tag: str,
    ) -> dict[str, Any]:
        summary = self._words(parts()["summaries"][kind])
        content = {media_type: {"schema": schema} for media_type, schema in answers.values()}
        responses: dict[str, Any] = {
            "200": {"description": self._words(parts()["answers"]["ok"]), "content": content}
        }
        responses |= {status: {"$ref": f"#/components/responses/{status}"} for status in ERRORS}
        return {
            "get": {
                "summary": f"{summary} – {title}" if title else summary,
                "operationId": "_".join(["get", *re.findall(r"\w+", path)]) + f".{ending}",
                "tags": [tag],
                "parameters": [
                    *self._places(path),
                    self._chosen("f", list(answers)),
                    self._chosen("lang", self._languages),
                ],
                "responses": responses,
            }
        }

    def _places(self, path: str) -> Iterable[Schema]:
        for name in re.findall(r"\{(\w+)\}", path):
            yield {"$ref": f"#/components/parameters/{name}"}

    def _chosen(self, name: str, values: Sequence[str]) -> Schema:
        written = parts()["parameters"][name]
        return {
            "name": name,
            "in": "query",
            "required": False,
            "description": self._words(written["description"]),
            "style": "form",
            "explode": False,
            "schema": {"type": "string", "enum": list(values), "default": values[0]},
        }

    def _words(self, text: Mapping[str, str]) -> str:
        return text[self._language]


def _documents(name: str) -> dict[str, tuple[str, Schema]]:
    return {"json": (JSON, {"$ref": f"#/components/schemas/{name}"}), "html": (HTML, PAGE)}
