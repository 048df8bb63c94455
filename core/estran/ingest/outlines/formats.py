"""Which format is a file in? Its first bytes tell; its name helps to say what to do when it is not ours."""

from dataclasses import dataclass

from estran.carbon.text import Text
from estran.ingest.outlines.telling import RefusedFile

FIRST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is read.

    Attributes:
        id: Its name in an answer.
        title: Its name for people.
        extension: How its files are named here.
        drivers: The GDAL drivers that may read it.
    """

    id: str
    title: str
    extension: str
    drivers: frozenset[str]


GEOJSON = Format("geojson", "GeoJSON", "geojson", frozenset({"GeoJSON"}))
GEOPACKAGE = Format("gpkg", "GeoPackage", "gpkg", frozenset({"GPKG"}))
SHAPEFILE = Format("shapefile", "Shapefile", "shp", frozenset({"ESRI Shapefile"}))
KML = Format("kml", "KML", "kml", frozenset({"LIBKML", "KML"}))
GPX = Format("gpx", "GPX", "gpx", frozenset({"GPX"}))
DXF = Format("dxf", "DXF", "dxf", frozenset({"DXF"}))

FORMATS = (GEOJSON, GEOPACKAGE, SHAPEFILE, KML, GPX, DXF)
DRIVERS = frozenset().union(*(each.drivers for each in FORMATS))

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
SHAPEFILE_PARTS = frozenset({"shp", "shx", "dbf", "prj", "cpg"})

ADVICE = {
    "dwg": Text(
        "Le DWG est un format fermé : enregistrez le plan en DXF.",
        "DWG is a closed format: save the plan as DXF.",
    ),
    "pdf": Text(
        "Un PDF est une image du plan, sans coordonnées : demandez le DXF ou le GeoPackage, ou dessinez le "
        "contour.",
        "A PDF is a picture of the plan, without coordinates: ask for the DXF or the GeoPackage, or draw the "
        "outline.",
    ),
    "image": Text(
        "Une image n'a pas de contours : dessinez-les sur la carte.",
        "A picture has no outlines: draw them on the map.",
    ),
    "project": Text(
        "Un projet QGIS ou ArcGIS ne contient pas les données : exportez la couche en GeoPackage.",
        "A QGIS or ArcGIS project does not hold the data: export the layer as a GeoPackage.",
    ),
    "table": Text(
        "Un tableau n'a pas de contours : exportez la couche en GeoPackage, ou saisissez les coordonnées.",
        "A table has no outlines: export the layer as a GeoPackage, or type the coordinates.",
    ),
    "archive": Text("Refaites l'archive au format zip.", "Make the archive again as a zip."),
    "other": Text(
        "Exportez la couche en GeoPackage depuis votre logiciel.",
        "Export the layer as a GeoPackage from your software.",
    ),
}
KINDS = {
    **dict.fromkeys(("png", "jpg", "jpeg", "tif", "tiff", "ecw", "jp2", "webp", "svg"), "image"),
    **dict.fromkeys(("qgz", "qgs", "aprx", "mxd", "lyr", "lyrx", "qlr"), "project"),
    **dict.fromkeys(("csv", "xls", "xlsx", "ods", "txt"), "table"),
    **dict.fromkeys(("rar", "7z", "gz", "tar", "tgz", "bz2"), "archive"),
    "dwg": "dwg",
    "pdf": "pdf",
}


def format_of(first: bytes) -> Format | None:
    """Return the format that the first bytes of a file show, None when it is not one that is read."""
    if first.startswith(b"SQLite format 3\x00"):
        return GEOPACKAGE
    if first.startswith(b"\x00\x00\x27\x0a"):
        return SHAPEFILE
    if first.startswith(b"AutoCAD Binary DXF"):
        return DXF
    text = _text(first)
    if text.startswith("{"):
        return GEOJSON
    if text.startswith("<"):
        return KML if "<kml" in text else GPX if "<gpx" in text else None
    return DXF if _is_dxf(text) else None


def extension_of(name: str) -> str:
    """Return the extension of a file's name, in lower case, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def unknown_format(name: str) -> RefusedFile:
    """Return why a file is refused when its format is not one of ours."""
    advice = ADVICE[KINDS.get(extension_of(name), "other")]
    return RefusedFile(
        "unknown-format",
        f"« {shown(name)} » n'est pas dans un format que l'on sait lire ici (GeoJSON, GeoPackage, Shapefile "
        f"zippé, KML, DXF, GPX). {advice.fr}",
        f"“{shown(name)}” is not in a format that can be read here (GeoJSON, GeoPackage, zipped Shapefile, "
        f"KML, DXF, GPX). {advice.en}",
    )


def shown(name: str) -> str:
    """Return a name that can be shown: short, without control characters."""
    kept = "".join(letter for letter in name if letter.isprintable())
    return kept if len(kept) <= 60 else f"{kept[:40]}…{kept[-15:]}"


def _text(first: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if first.startswith(mark):
            return first.decode(encoding, errors="replace").lstrip()
    return first.decode("latin-1").lstrip()


def _is_dxf(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines()[:60]]
    # Comments, under the code 999, may come before the first section.
    while len(lines) > 2 and lines[0] == "999":
        lines = lines[2:]
    return lines[:2] == ["0", "SECTION"]
