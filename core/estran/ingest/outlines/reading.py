"""What do the layers of a data file hold, as GDAL reads them?"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError

from estran.ingest.outlines.formats import DXF, GPX, Format, shown
from estran.ingest.outlines.telling import Notice, RefusedFile
from estran.ingest.outlines.unpacking import Source

GDAL_ERRORS = (
    DataSourceError,
    DataLayerError,
    FeatureError,
    FieldError,
    GeometryError,
    ValueError,
    RuntimeError,
)
MOST_LAYERS = 200
LAYER_OF_DXF = "Layer"
NOT_TOLD = frozenset(
    {
        *(
            "id",
            "timestamp",
            "begin",
            "end",
            "altitudeMode",
            "tessellate",
            "extrude",
            "visibility",
            "drawOrder",
        ),
        *("icon", "snippet", "SubClasses", "EntityHandle", "Linetype", "PaperSpace", "ExtendedEntity"),
        *("number", "src", "cmt", "desc", "link1_href", "link1_text", "link1_type", "link2_href"),
    }
)
"""Fields that a driver adds to say how a format works, and that say nothing of the land."""

DRIVER_FIELDS = frozenset({"kml", "gpx", "dxf"})
"""The formats whose drivers add such fields."""

GPX_POINTS = frozenset({"route_points", "track_points"})

Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as the file has it.

    Attributes:
        name: Its name, unique in what was sent.
        format: That of its file.
        shapes: Its geometries; None where there is none.
        columns: Its other fields, one value per geometry.
        crs: What the file says of its coordinates; None when it says nothing that can be used.
        curved: Whether curves were drawn as short segments.
        unreadable: How many geometries could not be read.
        notices: What was settled while opening the file.
    """

    name: str
    format: Format
    shapes: Shapes
    columns: Mapping[str, NDArray[Any]]
    crs: CRS | None
    curved: bool = False
    unreadable: int = 0
    notices: tuple[Notice, ...] = ()


def layers_of(sources: list[Source]) -> list[Layer]:
    """Return the layers of some data files, those without any feature left out.

    Raises:
        RefusedFile: a file cannot be opened, or no layer holds a feature.
    """
    found = [layer for source in sources for layer in _of_source(source)]
    filled = [layer for layer in found if len(layer.shapes)]
    if not filled:
        raise RefusedFile(
            "no-feature",
            "Ce fichier ne contient aucun objet. Vérifiez que la bonne couche a été exportée, sans filtre ni "
            "sélection vide.",
            "This file holds no feature. Check that the right layer was exported, without a filter or an "
            "empty "
            "selection.",
        )
    return _renamed(filled)


def _of_source(source: Source) -> Iterator[Layer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            listed = pyogrio.list_layers(source.path)
            for name, kind in listed[:MOST_LAYERS]:
                if source.format is GPX and name in GPX_POINTS:
                    continue
                layer = _layer(source, str(name), str(kind))
                yield from _by_drawing_layer(layer) if source.format is DXF else (layer,)
        except GDAL_ERRORS as error:
            raise _unreadable(source, error) from error


def _layer(source: Source, name: str, kind: str) -> Layer:
    meta, _, shapes, fields = pyogrio.raw.read(source.path, layer=name, datetime_as_string=True)
    count = len(fields[0]) if len(fields) else 0
    written = np.asarray(shapes if shapes is not None else [None] * count, dtype=object)
    read = np.asarray(shapely.from_wkb(written, on_invalid="fix"), dtype=object)
    lost = np.array([each is not None and not _finite(each) for each in read], dtype=bool)
    failed = np.array(
        [bytes_ is not None and each is None for bytes_, each in zip(written, read, strict=True)], dtype=bool
    )
    read[lost] = None
    hidden = NOT_TOLD if source.format.id in DRIVER_FIELDS else frozenset()
    columns = {
        str(key): values for key, values in zip(meta["fields"], fields, strict=True) if key not in hidden
    }
    return Layer(
        name=source.name
        if len(pyogrio.list_layers(source.path)) == 1 and _is_nameless(source, name)
        else shown(name),
        format=source.format,
        shapes=read,
        columns=columns,
        crs=_crs(meta["crs"]),
        curved="Curve" in kind or "Circular" in kind or "Surface" in kind,
        unreadable=int((lost | failed).sum()),
        notices=source.notices,
    )


def _is_nameless(source: Source, name: str) -> bool:
    """Tell whether a layer has only the name that we gave to its file."""
    return name in {source.path.stem, "OGRGeoJSON", ""} or source.format.id in {"geojson", "shapefile"}


def _finite(shape: shapely.Geometry) -> bool:
    return bool(np.isfinite(shapely.get_coordinates(shape)).all())


def _by_drawing_layer(layer: Layer) -> Iterator[Layer]:
    """Yield the layers of a drawing, which GDAL gives as one."""
    column = layer.columns.get(LAYER_OF_DXF)
    if column is None:
        yield layer
        return
    names = np.array([str(each or "0") for each in column], dtype=object)
    for name in sorted(set(names)):
        chosen = names == name
        yield replace(
            layer,
            name=shown(name),
            shapes=layer.shapes[chosen],
            columns={key: values[chosen] for key, values in layer.columns.items()},
            unreadable=0,
        )


def _crs(told: str | None) -> CRS | None:
    """Return the horizontal CRS that a file declares, None when it cannot place anything on the Earth."""
    if not told:
        return None
    try:
        crs = CRS.from_user_input(told)
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        crs = crs.to_2d()
    except CRSError:
        return None
    if not (crs.is_geographic or crs.is_projected):
        return None
    authority = crs.to_authority(min_confidence=70)
    return CRS.from_authority(*authority) if authority else crs


def _renamed(layers: list[Layer]) -> list[Layer]:
    """The layers under names that differ."""
    seen: dict[str, int] = {}
    named = []
    for layer in layers:
        again = seen[layer.name] = seen.get(layer.name, 0) + 1
        named.append(layer if again == 1 else replace(layer, name=f"{layer.name} ({again})"))
    return named


def _unreadable(source: Source, error: Exception) -> RefusedFile:
    reason = shown(str(error).replace(str(source.path), source.name).partition(";")[0])
    title = source.format.title
    return RefusedFile(
        "unreadable-file",
        f"« {source.name} » ressemble à un {title}, mais ne se lit pas : il est sans doute incomplet ou "
        "abîmé. "
        f"Exportez-le de nouveau. ({reason})",
        f"“{source.name}” looks like a {title}, but cannot be read: it may be incomplete or damaged. Export "
        "it "
        f"again. ({reason})",
    )
