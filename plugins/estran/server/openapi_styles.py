"""What the OpenAPI document says of styles, of QGIS files, of the catalogue and of its DCAT form."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estran.server.negotiation import HTML, ITEMS, Formats
from estran.server.openapi_maps import map_paths
from estran.server.records_collection import CATALOGUE, DCAT_TYPES
from estran.server.styles_formats import DESCRIBED, LEGENDS, QGIS, QGIS_ALL, STYLESHEETS

type Words = tuple[str, str]
"""The same in French and in English."""

ERRORS = ("400", "404", "406", "500", "503", "default")
DCAT: Formats = {name: (kind,) for name, kind in DCAT_TYPES.items()}

_TEXT: Mapping[str, Any] = {"type": "string"}
_LIST: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_SEARCH: Mapping[str, tuple[Words, Mapping[str, Any]]] = {
    "q": (("Mots cherchés ; la virgule sépare des termes dont un suffit",
           "Words to search for; a comma separates terms of which one is enough"), _LIST),
    "ids": (("Identifiants de fiches", "Identifiers of records"), _LIST),
    "externalIds": (("Identifiants de ressources, comme collection:communes",
                     "Identifiers of resources, such as collection:communes"), _LIST),
    "externalId": (("Comme externalIds", "Same as externalIds"), _LIST),
    "id": (("Identifiant", "Identifier"), _TEXT),
    "type": (("Nature : dataset ou process", "Kind: dataset or process"), _LIST),
    "title": (("Titre exact", "Exact title"), _TEXT),
    "theme": (("Thème, catégorie de la norme ISO 19115", "Theme, a topic category of ISO 19115"), _LIST),
    "licence": (("Identifiant de la licence", "Identifier of the licence"), _LIST),
    "vintage": (("Millésime", "Vintage"), _LIST),
    "updated": (("Date exacte de mise à jour", "Exact date of update"), _TEXT),
}  # fmt: skip
_SHARED = ("bbox", "datetime", "offset", "resulttype", "sortby")
_STYLE_ID: Words = ("Identifiant du style", "Identifier of the style")
_RECORD_ID: Words = ("Identifiant de la fiche", "Identifier of the record")


def describe_styles(
    document: dict[str, Any], served: Mapping[str, Any], language: str, languages: Sequence[str]
) -> None:
    """Add the addresses of styles, QGIS files and records to a document.

    Args:
        document: The document, changed in place.
        served: The resources that it describes.
        language: `fr` or `en`.
        languages: Languages of the answers, the first one by default.
    """
    writer = _Writer(language, [tag[:2] for tag in languages])
    paths = writer.styles("", "styles")
    paths["/qgis"] = writer.operation("/qgis", ("Couches pour QGIS", "Layers for QGIS"), QGIS_ALL, "styles")
    for path in map_paths(served):
        collection = path.split("/")[2] if path != "/map" else ""
        if collection:
            base = f"/collections/{collection}"
            paths |= writer.styles(base, collection, collection)
            words = ("Couche pour QGIS", "Layer for QGIS")
            paths[f"{base}/qgis"] = writer.operation(f"{base}/qgis", words, QGIS, collection)
    if CATALOGUE in served:
        words = ("Catalogue en DCAT-AP", "Catalogue as DCAT-AP")
        paths["/dcat"] = writer.operation("/dcat", words, DCAT, CATALOGUE)
        paths |= writer.records()
    document["paths"] |= paths


class _Writer:
    """Writes operations in one language."""

    def __init__(self, language: str, languages: Sequence[str]) -> None:
        self._language = language
        self._languages = list(languages)

    def styles(self, base: str, tag: str, only: str = "") -> dict[str, Any]:
        """Return the addresses of the styles of a collection, or of all."""
        one = f"{base}/styles/{{styleId}}"
        held = {**_TEXT, "enum": [only]} if only else dict(_TEXT)
        place = [self._parameter("styleId", _STYLE_ID, held, place="path")]
        described = {
            f"{base}/styles": self.operation(f"{base}/styles", ("Styles", "Styles"), DESCRIBED, tag),
            one: self.operation(one, ("Un style", "A style"), STYLESHEETS, tag, place),
            f"{one}/legend": self.operation(
                f"{one}/legend", ("Légende d'un style", "Legend of a style"), LEGENDS, tag, place
            ),
        }
        if not only:
            about = ("À propos d'un style", "About a style")
            described[f"{one}/metadata"] = self.operation(f"{one}/metadata", about, DESCRIBED, tag, place)
        return described

    def records(self) -> dict[str, Any]:
        """Return the addresses of the records."""
        items = f"/collections/{CATALOGUE}/items"
        one = f"{items}/{{featureId}}"
        limit = {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100}
        words = ("Nombre maximal de fiches d'une page", "Largest number of records in a page")
        asked = [self._parameter("limit", words, limit)]
        asked += [{"$ref": f"#/components/parameters/{name}"} for name in _SHARED]
        asked += [self._parameter(name, said, schema) for name, (said, schema) in _SEARCH.items()]
        place = [self._parameter("featureId", _RECORD_ID, _TEXT, place="path")]
        return {
            items: self.operation(
                items, ("Fiches du catalogue", "Records of the catalogue"), ITEMS, CATALOGUE, asked
            ),
            one: self.operation(one, ("Une fiche", "A record"), ITEMS, CATALOGUE, place),
        }

    def operation(
        self, path: str, summary: Words, formats: Formats, tag: str, parameters: Sequence[Any] = ()
    ) -> dict[str, Any]:
        """Return the operations of an address that is only read."""
        names = list(formats)
        form = {**_TEXT, "enum": names, "default": names[0]}
        spoken = {**_TEXT, "enum": self._languages, "default": self._languages[0]}
        answers: dict[str, Any] = {
            "200": {"description": self._said(("La réponse", "The answer")), "content": _content(formats)}
        }
        answers |= {status: {"$ref": f"#/components/responses/{status}"} for status in ERRORS}
        operation = {
            "summary": self._said(summary),
            "operationId": "_".join(["get", *re.findall(r"\w+", path)]),
            "tags": [tag],
            "parameters": [
                *parameters,
                self._parameter("f", ("Format de la réponse", "Format of the answer"), form),
                self._parameter("lang", ("Langue de la réponse", "Language of the answer"), spoken),
            ],
            "responses": answers,
        }
        return {"get": operation}

    def _parameter(
        self, name: str, words: Words, schema: Mapping[str, Any], *, place: str = "query"
    ) -> dict[str, Any]:
        style = {"style": "form", "explode": False} if place == "query" else {}
        return {
            "name": name,
            "in": place,
            "required": place == "path",
            "description": self._said(words),
            **style,
            "schema": dict(schema),
        }

    def _said(self, words: Words) -> str:
        return words[0] if self._language == "fr" else words[1]


def _content(formats: Formats) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, types in formats.items():
        is_json = types[0].endswith("json")
        is_text = name == HTML or "xml" in types[0] or types[0].startswith("text/")
        binary = {} if is_text else {"format": "binary"}
        content[types[0]] = {"schema": {"type": "object"} if is_json else {**_TEXT, **binary}}
    return content
