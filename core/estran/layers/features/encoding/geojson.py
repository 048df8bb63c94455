"""How is a feature written as GeoJSON? As bytes, ready to be put between two others.

All coordinates of a kind of geometry are read at once, then nested as its rings and parts are.

Reference: RFC 7946; with OGC 18-058r1 (Features, part 2), coordinates are in the axis order of the CRS.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import GeometryType

from estran.layers.features.projection import written

type Change = Callable[[object], object]

type Document = dict[str, object]

_FLAT: Mapping[int, str] = {
    GeometryType.POINT: "Point",
    GeometryType.LINESTRING: "LineString",
    GeometryType.POLYGON: "Polygon",
    GeometryType.MULTIPOINT: "MultiPoint",
    GeometryType.MULTILINESTRING: "MultiLineString",
    GeometryType.MULTIPOLYGON: "MultiPolygon",
}
"""Types whose coordinates are arrays of one depth, and their names."""


def encoded_features(
    ids: Sequence[object],
    geometries: NDArray[np.object_],
    cells: Iterable[Sequence[object]],
    names: Sequence[str],
    *,
    source: CRS,
    target: CRS,
    changes: Mapping[str, Change],
) -> list[bytes]:
    """Return each feature as a JSON object; an empty geometry becomes null.

    Args:
        ids: The identifiers, whole numbers or texts.
        geometries: The geometries in `source`, x first; they may be emptied.
        cells: The properties of each feature; more cells than names are left out.
        names: The properties.
        source: CRS of the geometries.
        target: CRS to write in, in its axis order.
        changes: By property, what gives the value that JSON holds; null is left as it is. What JSON has
            no word for, as bytes or NaN, becomes null.
    """
    geometries[shapely.is_empty(geometries)] = None
    shapes = geometry_documents(written(geometries, source, target))
    count = len(names)
    changed = [(name, change) for name, change in changes.items() if name in names]
    texts = []
    for identifier, shape, row in zip(ids, shapes, cells, strict=True):
        properties = dict(zip(names, row[:count], strict=True))
        for name, change in changed:
            if properties[name] is not None:
                properties[name] = change(properties[name])
        feature = {"type": "Feature", "id": identifier, "geometry": shape, "properties": properties}
        texts.append(orjson.dumps(feature, _nothing))
    return texts


def geometry_documents(geometries: NDArray[np.object_]) -> list[Document | None]:
    """Return geometries as GeoJSON; None for none.

    Example:
        >>> geometry_documents(np.array([shapely.Point(1, 2.5), None]))
        [{'type': 'Point', 'coordinates': [1.0, 2.5]}, None]
    """
    documents: list[Document | None] = [None] * len(geometries)
    kinds = shapely.get_type_id(geometries)
    alike = 2 * kinds + shapely.has_z(geometries)
    for each in set(alike.tolist()):
        places, name = np.flatnonzero(alike == each), _FLAT.get(each // 2)
        if name is not None:
            for place, inside in zip(places.tolist(), _nested(geometries[places]), strict=True):
                documents[place] = {"type": name, "coordinates": inside}
    for place in np.flatnonzero(kinds == GeometryType.GEOMETRYCOLLECTION).tolist():
        parts = geometry_documents(shapely.get_parts(geometries[place]))
        inside = [part for part in parts if part is not None]
        documents[place] = {"type": "GeometryCollection", "geometries": inside}
    return documents


def _nested(geometries: NDArray[np.object_]) -> list[Any]:
    """Return the coordinates of geometries of one type."""
    _, coordinates, offsets = shapely.to_ragged_array(geometries)
    parts: list[Any] = coordinates.tolist()
    for ends in offsets:
        parts = [parts[start:end] for start, end in pairwise(ends.tolist())]
    return parts


def _nothing(_value: object) -> None:
    return None
