"""What the documents of tiles say: lists of tilesets, a tileset, its TileJSON.

References: OGC 20-057 (OGC API - Tiles, part 1, 1.0); OGC 17-083r4 (tile matrix sets and tileset metadata,
2.0); TileJSON 3.0.0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from estran.layers.tiles.matrix_sets import WEB_MERCATOR, Limits, TileMatrixSet, tile_matrix_set
from estran.providers.features_schema import described_fields
from estran.providers.tiles_source import MEDIA_TYPES, PIXELS, TileSource, VectorTiles

type Document = dict[str, Any]

REL = "http://www.opengis.net/def/rel/ogc/1.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
JSON, HTML = "application/json", "text/html"
TILEJSON = "application/vnd.mapbox.tile+json"

_WORDS: Mapping[str, Mapping[str, str]] = {
    "vector": {"fr": "tuiles vectorielles", "en": "vector tiles"},
    "map": {"fr": "tuiles dessinées", "en": "map tiles"},
    "json": {"fr": "Ce document en JSON", "en": "This document as JSON"},
    "html": {"fr": "Ce document en HTML", "en": "This document as HTML"},
    "tilejson": {"fr": "Ce jeu de tuiles en TileJSON", "en": "This tileset as TileJSON"},
    "scheme": {"fr": "Définition de la grille de tuiles", "en": "Definition of the tile matrix set"},
    "tile": {"fr": "Une tuile", "en": "A tile"},
    "tileset": {"fr": "Jeu de tuiles", "en": "Tileset"},
    "data": {"fr": "La collection", "en": "The collection"},
    "licence": {"fr": "Licence", "en": "Licence"},
}
_TYPES = {
    "string": "String",
    "boolean": "Boolean",
    "integer": "Number",
    "number": "Number",
    "array": "String",
}


@dataclass(frozen=True, slots=True)
class Tiled:
    """The tiles of one kind of a collection, ready to be described.

    Attributes:
        collection: Identifier of the collection.
        resource: What the configuration says of it.
        definition: The definition of its tile provider.
        source: Where the tiles come from.
        base: Address of the server.
        language: `fr` or `en`.
        is_drawn: True at `/map/tiles`.
    """

    collection: str
    resource: Mapping[str, Any]
    definition: Mapping[str, Any]
    source: TileSource
    base: str
    language: str
    is_drawn: bool

    @property
    def address(self) -> str:
        """Where its tilesets are."""
        return f"{self.base}/collections/{self.collection}{'/map' if self.is_drawn else ''}/tiles"

    @property
    def title(self) -> str:
        """The title of the collection."""
        return text(self.resource.get("title", self.collection), self.language)

    @property
    def bounds(self) -> list[float]:
        """West, south, east, north of the collection."""
        given = self.resource["extents"]["spatial"]["bbox"]
        box = given[0] if isinstance(given[0], list | tuple) else given
        half = len(box) // 2
        return [float(number) for number in (*box[:2], *box[half : half + 2])]


def text(written: object, language: str) -> str:
    """Return a text of the configuration in a language."""
    if isinstance(written, Mapping):
        return str(written.get(language) or next(iter(written.values()), ""))
    return str(written)


def tilesets_document(tiled: Tiled, held: Mapping[str, tuple[Limits, ...]]) -> Document:
    """Return the list of the tilesets of a collection, by identifier of their tile matrix sets."""
    tilesets = []
    for identifier in held:
        matrix_set = tile_matrix_set(identifier)
        own = f"{tiled.address}/{identifier}"
        tilesets.append(
            {
                **_head(tiled, matrix_set),
                "links": [
                    link("self", f"{own}?f=json", JSON, _word(tiled, "tileset")),
                    link("alternate", f"{own}?f=html", HTML, _word(tiled, "tileset")),
                    *_scheme_links(tiled, matrix_set),
                    _tile_link(tiled, own),
                ],
            }
        )
    return {
        "title": f"{tiled.title} – {_word(tiled, tiled.source.kind)}",
        "tilesets": tilesets,
        "links": [*own_links(tiled.address, tiled.language), _collection_link(tiled)],
    }


def tileset_document(tiled: Tiled, matrix_set: TileMatrixSet, held: tuple[Limits, ...]) -> Document:
    """Return the metadata of a tileset."""
    own = f"{tiled.address}/{matrix_set.id}"
    links = [
        *own_links(own, tiled.language),
        *_scheme_links(tiled, matrix_set),
        _tile_link(tiled, own),
        _collection_link(tiled),
    ]
    if matrix_set.id == WEB_MERCATOR:
        links.append(link("alternate", f"{own}?f=tilejson", TILEJSON, _word(tiled, "tilejson")))
    licence = tiled.definition.get("licence")
    if licence:
        links.append(link("license", licence["url"], HTML, licence["title"]))
    west, south, east, north = tiled.bounds
    document = {
        **_head(tiled, matrix_set),
        "description": text(tiled.resource.get("description", ""), tiled.language),
        "attribution": tiled.definition.get("attribution"),
        "tileMatrixSetLimits": limits_documents(held),
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "centerPoint": {"coordinates": [(west + east) / 2, (south + north) / 2], "crs": CRS84},
        "mediaTypes": [MEDIA_TYPES[tiled.source.format]],
        "layers": _layers(tiled, held),
        "links": links,
    }
    return {key: value for key, value in document.items() if value not in (None, "", [])}


def limits_documents(held: Iterable[Limits]) -> list[Document]:
    """Return the tiles that a tileset holds, level by level, as the standard writes them."""
    return [
        {
            "tileMatrix": reached.level.id,
            "minTileRow": reached.min_row,
            "maxTileRow": reached.max_row,
            "minTileCol": reached.min_column,
            "maxTileCol": reached.max_column,
        }
        for reached in held
    ]


def tilejson_document(tiled: Tiled, held: tuple[Limits, ...]) -> Document:
    """Return the TileJSON of the tileset of web maps."""
    west, south, east, north = tiled.bounds
    first, last = int(held[0].level.id), int(held[-1].level.id)
    document: Document = {
        "tilejson": "3.0.0",
        "name": tiled.title,
        "description": text(tiled.resource.get("description", ""), tiled.language),
        "attribution": tiled.definition.get("attribution", ""),
        "scheme": "xyz",
        "tiles": [f"{tiled.address}/{WEB_MERCATOR}/{{z}}/{{y}}/{{x}}?f={tiled.source.format}"],
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, max(first, min(last, 10))],
        "minzoom": first,
        "maxzoom": last,
        "vector_layers": [],
    }
    if isinstance(tiled.source, VectorTiles):
        fields = {name: _TYPES[field.type] for name, field in tiled.source.fields.items()}
        layer = {"id": tiled.collection, "description": tiled.title, "fields": fields}
        document["vector_layers"] = [{**layer, "minzoom": first, "maxzoom": last}]
    else:
        del document["vector_layers"]
        document["tileSize"] = PIXELS
    return document


def _layers(tiled: Tiled, held: tuple[Limits, ...]) -> list[Document]:
    if not isinstance(tiled.source, VectorTiles):
        return []
    settings = tiled.definition.get("field_settings", {})
    schema = described_fields(tiled.source.fields, settings, tiled.language)
    layer: Document = {
        "id": tiled.collection,
        "title": tiled.title,
        "dataType": "vector",
        "geometryDimension": tiled.source.dimension,
        "minTileMatrix": held[0].level.id,
        "maxTileMatrix": held[-1].level.id,
        "propertiesSchema": {"type": "object", "properties": schema},
        "links": [_collection_link(tiled)],
    }
    return [{key: value for key, value in layer.items() if value is not None}]


def _head(tiled: Tiled, matrix_set: TileMatrixSet) -> Document:
    return {
        "title": f"{tiled.title} – {matrix_set.id}",
        "dataType": tiled.source.kind,
        "crs": matrix_set.crs_uri,
        "tileMatrixSetURI": matrix_set_uri(matrix_set, tiled.base),
    }


def _scheme_links(tiled: Tiled, matrix_set: TileMatrixSet) -> list[Document]:
    address = f"{tiled.base}/tileMatrixSets/{matrix_set.id}"
    return [link(f"{REL}/tiling-scheme", f"{address}?f=json", JSON, _word(tiled, "scheme"))]


def _tile_link(tiled: Tiled, own: str) -> Document:
    href = f"{own}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f={tiled.source.format}"
    return {
        **link("item", href, MEDIA_TYPES[tiled.source.format], _word(tiled, "tile")),
        "templated": True,
    }


def _collection_link(tiled: Tiled) -> Document:
    href = f"{tiled.base}/collections/{tiled.collection}"
    return link(f"{REL}/geodata", href, JSON, _word(tiled, "data"))


def tilesets_links(tiled_at: str, kind: str, language: str) -> list[Document]:
    """Return the links of a collection to its tilesets."""
    title = _WORDS[kind][language].capitalize()
    return [
        link(f"{REL}/tilesets-{kind}", f"{tiled_at}?f=json", JSON, title),
        link(f"{REL}/tilesets-{kind}", f"{tiled_at}?f=html", HTML, title),
    ]


def own_links(address: str, language: str) -> list[Document]:
    """Return the links of a document to itself and to its page."""
    return [
        link("self", f"{address}?f=json", JSON, _WORDS["json"][language]),
        link("alternate", f"{address}?f=html", HTML, _WORDS["html"][language]),
    ]


def matrix_set_uri(matrix_set: TileMatrixSet, base: str) -> str:
    """Return the address that names a tile matrix set, ours when the registry has none."""
    return matrix_set.uri or f"{base}/tileMatrixSets/{matrix_set.id}"


def _word(tiled: Tiled, name: str) -> str:
    return _WORDS[name][tiled.language]


def link(rel: str, href: str, media_type: str, title: str) -> Document:
    """Return a link."""
    return {"rel": rel, "href": href, "type": media_type, "title": title}
