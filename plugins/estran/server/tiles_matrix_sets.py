"""What the documents of tile matrix sets say: their list, one of them, the links of the landing page.

Reference: OGC 17-083r4, version 2.0; OGC 17-083r2, version 1.0.
"""

from estran.layers.tiles.matrix_sets import IDS, TileMatrixSet, tile_matrix_set
from estran.server.tiles_described import HTML, JSON, REL, Document, link, matrix_set_uri, own_links

_SCHEMES = {"fr": "Grilles de tuiles", "en": "Tile matrix sets"}
_LARGEST = 2**31 - 1
"""Pixels across a level that GDAL can count."""


def matrix_sets_document(base: str, language: str) -> Document:
    """Return the list of the tile matrix sets."""
    address = f"{base}/tileMatrixSets"
    listed = []
    for matrix_set in map(tile_matrix_set, IDS):
        own = f"{address}/{matrix_set.id}"
        listed.append(
            {
                "id": matrix_set.id,
                "title": matrix_set.title,
                "uri": matrix_set_uri(matrix_set, base),
                "crs": matrix_set.crs_uri,
                "links": [
                    link("self", own, JSON, matrix_set.title),
                    link("alternate", f"{own}?f=html", HTML, matrix_set.title),
                ],
            }
        )
    return {"tileMatrixSets": listed, "links": own_links(address, language)}


def matrix_set_document(matrix_set: TileMatrixSet, base: str, language: str) -> Document:
    """Return a tile matrix set, in the words of version 2.0 of the standard and in those of 1.0.

    GDAL 3.6, which Debian 12 and QGIS 3.22 have, reads only the latter.
    """
    address = f"{base}/tileMatrixSets/{matrix_set.id}"
    return {
        **matrix_set.definition,
        "uri": matrix_set_uri(matrix_set, base),
        "links": own_links(address, language),
        **_first_version(matrix_set),
    }


def scheme_list_links(base: str, language: str) -> list[Document]:
    """Return the links of the landing page to the tile matrix sets."""
    return [link(f"{REL}/tiling-schemes", f"{base}/tileMatrixSets", JSON, _SCHEMES[language])]


def _first_version(matrix_set: TileMatrixSet) -> Document:
    definition = matrix_set.definition
    kept = ("scaleDenominator", "tileWidth", "tileHeight", "matrixWidth", "matrixHeight")
    return {
        "type": "TileMatrixSetType",
        "identifier": matrix_set.id,
        "supportedCRS": matrix_set.crs_uri,
        "tileMatrix": [
            {
                "type": "TileMatrixType",
                "identifier": level["id"],
                "topLeftCorner": level["pointOfOrigin"],
                **{key: level[key] for key in kept},
            }
            for level in definition["tileMatrices"]
            if level["matrixWidth"] * level["tileWidth"] <= _LARGEST
        ],
    }
