"""Layers as QGIS 3.22 or later opens them, with their style: a definition, `.qlr`, or a project, `.qgs`."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from pyproj import CRS

from estran.layers.styles.qml import symbology
from estran.layers.styles.style import Style

MEDIA_TYPE = "application/x-qgis-layer-definition"
PROJECT_MEDIA_TYPE = "application/x-qgis-project"
VERSION = "3.22.0"

_EDGES = ("xmin", "ymin", "xmax", "ymax")
_GEOMETRIES = {"point": "Point", "line": "Line", "fill": "Polygon", "raster": ""}


@dataclass(frozen=True, slots=True)
class QgisLayer:
    """A layer of a definition.

    Attributes:
        id: Identifier of the collection.
        title: Name in the list of layers.
        abstract: What it is, for its properties.
        attribution: Who to credit.
        source: What the provider opens.
        provider: `OAPIF` for features, `gdal` for a grid.
        crs: Its CRS.
        style: How it is drawn; None for a table.
    """

    id: str
    title: str
    abstract: str
    attribution: str
    source: str
    provider: str
    crs: CRS
    style: Style | None


def oapif_source(url: str, collection: str) -> str:
    """Return what QGIS opens for a collection of features.

    Example:
        >>> oapif_source("http://x", "communes")
        " pagingEnabled='true' preferCoordinatesForWfsT11='false' typename='communes' url='http://x'"
    """
    return f" pagingEnabled='true' preferCoordinatesForWfsT11='false' typename='{collection}' url='{url}'"


def layer_definition(layers: Sequence[QgisLayer], language: str, *, group: str | None = None) -> bytes:
    """Return a `.qlr` file.

    Args:
        layers: From the top to the bottom of the map; points and lines go above areas, grids below.
        language: Of the labels.
        group: Name of the group that holds them; none for a layer alone.
    """
    ordered = sorted(layers, key=_height)
    root = ET.Element("qlr")
    _list(root, ordered, group=group, shown=ordered[:1] if group is not None else ordered)
    _add_layers(root, "maplayers", ordered, language)
    return b"<!DOCTYPE qgis-layer-definition>\n" + _written(root)


def project(
    layers: Sequence[QgisLayer],
    language: str,
    *,
    title: str,
    crs: CRS,
    bounds: tuple[float, float, float, float],
    shown: Collection[str],
) -> bytes:
    """Return a `.qgs` file: the layers in their order, on a map of a place.

    Args:
        layers: As in `layer_definition`.
        language: Of the labels.
        title: Of the project.
        crs: Of the map.
        bounds: Edges of the map in `crs`, x first.
        shown: Identifiers of the layers that are seen at once; the others wait for a tick.
    """
    ordered = sorted(layers, key=_height)
    root = ET.Element("qgis", {"projectname": title, "version": VERSION})
    _add(root, "title", title)
    _reference(ET.SubElement(root, "projectCrs"), crs)
    _list(root, ordered, group=None, shown=[layer for layer in ordered if layer.id in shown])
    canvas = ET.SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    _add(canvas, "units", "degrees" if crs.is_geographic else "meters")
    extent = ET.SubElement(canvas, "extent")
    for name, edge in zip(_EDGES, bounds, strict=True):
        _add(extent, name, f"{edge:.10g}")
    _add(canvas, "rotation", "0")
    _reference(ET.SubElement(canvas, "destinationsrs"), crs)
    edges = {name: f"{edge:.10g}" for name, edge in zip(_EDGES, bounds, strict=True)}
    view = ET.SubElement(ET.SubElement(root, "ProjectViewSettings"), "DefaultViewExtent", edges)
    _reference(view, crs)
    enabled = ET.SubElement(ET.SubElement(root, "properties"), "SpatialRefSys")
    _add(enabled, "ProjectionsEnabled", "1").set("type", "int")
    _add_layers(root, "projectlayers", ordered, language)
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + _written(root)


def _add_layers(root: ET.Element, holder: str, layers: Sequence[QgisLayer], language: str) -> None:
    ET.SubElement(root, holder).extend(_map_layer(layer, language) for layer in layers)


def _written(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    body: bytes = ET.tostring(root, encoding="utf-8")
    return body


def _list(
    root: ET.Element, ordered: Sequence[QgisLayer], *, group: str | None, shown: Collection[QgisLayer]
) -> None:
    """Add the tree of the layers, those of `shown` ticked."""
    tree = ET.SubElement(root, "layer-tree-group", {"name": "", "checked": "Qt::Checked", "expanded": "1"})
    if group is not None:
        tree = ET.SubElement(tree, "layer-tree-group", {"name": group, "checked": "Qt::Checked"})
    for layer in ordered:
        seen = "Qt::Checked" if layer in shown else "Qt::Unchecked"
        node = {"id": _identifier(layer), "name": layer.title, "providerKey": layer.provider, "checked": seen}
        ET.SubElement(tree, "layer-tree-layer", {**node, "source": layer.source, "expanded": "1"})


def _map_layer(layer: QgisLayer, language: str) -> ET.Element:
    kind = layer.style.kind if layer.style else "fill"
    is_raster = layer.provider == "gdal"
    described = {"type": "raster"} if is_raster else {"type": "vector", "geometry": _GEOMETRIES[kind]}
    element = ET.Element("maplayer", described)
    _add(element, "id", _identifier(layer))
    _add(element, "datasource", layer.source)
    _add(element, "layername", layer.title)
    _add(element, "abstract", layer.abstract)
    _add(element, "attribution", layer.attribution)
    _reference(ET.SubElement(element, "srs"), layer.crs)
    provider = _add(element, "provider", layer.provider)
    if not is_raster:
        provider.set("encoding", "UTF-8")
    if layer.style is not None:
        element.extend(symbology(layer.style, language))
    return element


def _reference(parent: ET.Element, crs: CRS) -> None:
    reference = ET.SubElement(parent, "spatialrefsys")
    _add(reference, "wkt", crs.to_wkt())
    _add(reference, "authid", ":".join(crs.to_authority() or ()))


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text
    return element


def _identifier(layer: QgisLayer) -> str:
    return "estran_" + re.sub(r"\W", "_", layer.id)


def _height(layer: QgisLayer) -> int:
    if layer.style is None:
        return 4
    return {"point": 0, "line": 1, "fill": 2, "raster": 3}[layer.style.kind]
