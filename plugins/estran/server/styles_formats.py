"""The formats of styles and of legends, and the words of their links."""

from collections.abc import Mapping

from estran.layers.styles import legend, maplibre, qml, sld
from estran.layers.styles.qgis import MEDIA_TYPE, PROJECT_MEDIA_TYPE
from estran.server.negotiation import HTML, JSON, JSON_AND_HTML, Formats, bare

DESCRIBED: Formats = {JSON: JSON_AND_HTML[JSON], HTML: JSON_AND_HTML[HTML]}
STYLESHEETS: Formats = {
    "mbs": (maplibre.MEDIA_TYPE, "application/json"),
    "sld11": (bare(sld.MEDIA_TYPES["1.1.0"]),),
    "sld10": (bare(sld.MEDIA_TYPES["1.0.0"]),),
    "qml": (qml.MEDIA_TYPE,),
    HTML: JSON_AND_HTML[HTML],
}
LEGENDS: Formats = {"png": (legend.PNG,), "svg": (legend.SVG,), HTML: JSON_AND_HTML[HTML]}

TITLES: Mapping[str, str] = {"mbs": "MapLibre", "sld11": "SLD 1.1", "sld10": "SLD 1.0", "qml": "QGIS (QML)"}
EXTENSIONS: Mapping[str, str] = {"mbs": "json", "sld11": "sld", "sld10": "sld", "qml": "qml"}
DRAWN = frozenset(
    {"application/geo+json", "application/geopackage+sqlite3", "application/vnd.apache.parquet"}
)
"""Formats of the results of processes that a map shows."""

QGIS: Formats = {"qlr": (MEDIA_TYPE, "application/xml")}
QGIS_ALL: Formats = {**QGIS, "qgs": (PROJECT_MEDIA_TYPE,)}
VERSIONS: Mapping[str, sld.Version] = {"sld10": "1.0.0", "sld11": "1.1.0"}


def media_type(name: str) -> str:
    """Return the media type of a language of styles, in full."""
    return sld.MEDIA_TYPES[VERSIONS[name]] if name in VERSIONS else STYLESHEETS[name][0]


def words_in(language: str) -> Mapping[str, str]:
    """Return the titles of links in a language."""
    return _FRENCH if language == "fr" else _ENGLISH


_ENGLISH: Mapping[str, str] = {
    JSON: "This document as JSON",
    HTML: "This document as HTML",
    "styles": "Styles",
    "style": "Style for",
    "legend": "Legend",
    "metadata": "About this style",
    "page": "Page of the style",
    "data": "What it draws",
    "tells": "Colours tell:",
    "own": "written for this layer",
    "made": "made from the data",
}
_FRENCH: Mapping[str, str] = {
    JSON: "Ce document en JSON",
    HTML: "Ce document en HTML",
    "styles": "Styles",
    "style": "Style pour",
    "legend": "Légende",
    "metadata": "À propos de ce style",
    "page": "Page du style",
    "data": "Ce qu'il dessine",
    "tells": "Les couleurs disent :",
    "own": "écrit pour cette couche",
    "made": "fait d'après les données",
}
