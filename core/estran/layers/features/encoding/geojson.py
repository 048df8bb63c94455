"""How is a feature written as GeoJSON? As bytes, ready to be put between two others.

All coordinates of a kind of geometry are written at once, then cut where each point ends.

Reference: RFC 7946; with OGC 18-058r1 (Features, part 2), coordinates are in the axis order of the CRS.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely import GeometryType

from estran.layers.features.projection import written

type Change = Callable[[object], object]

_FLAT = {
    GeometryType.POINT: b"Point",
    GeometryType.LINESTRING: b"LineString",
    GeometryType.POLYGON: b"Polygon",
    GeometryType.MULTIPOINT: b"MultiPoint",
    GeometryType.MULTILINESTRING: b"MultiLineString",
    GeometryType.MULTIPOLYGON: b"MultiPolygon",
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
    shapes = geometry_texts(written(geometries, source, target))
    count = len(names)
    changed = [(names.index(name), change) for name, change in changes.items() if name in names]
    texts = []
    for identifier, shape, row in zip(ids, shapes, cells, strict=True):
        values = list(row[:count])
        for place, change in changed:
            if values[place] is not None:
                values[place] = change(values[place])
        feature = {
            "type": "Feature",
            "id": identifier,
            "geometry": None if shape is None else orjson.Fragment(shape),
            "properties": dict(zip(names, values, strict=True)),
        }
        texts.append(orjson.dumps(feature, default=_nothing))
    return texts


def geometry_texts(geometries: NDArray[np.object_]) -> list[bytes | None]:
    """Return geometries as GeoJSON; None for none.

    Example:
        >>> geometry_texts(np.array([shapely.Point(1, 2.5), None]))
        [b'{"type":"Point","coordinates":[1.0,2.5]}', None]
    """
    texts: list[bytes | None] = [None] * len(geometries)
    kinds, solid = shapely.get_type_id(geometries), shapely.has_z(geometries)
    for kind in _FLAT:
        for has_z in (False, True):
            (places,) = np.nonzero((kinds == kind) & (solid == has_z))
            if len(places):
                for place, text in zip(places, _texts(geometries[places], kind), strict=True):
                    texts[place] = text
    for place in np.nonzero(kinds == GeometryType.GEOMETRYCOLLECTION)[0]:
        parts = geometry_texts(shapely.get_parts(geometries[place]))
        inside = b",".join(part for part in parts if part is not None)
        texts[place] = b'{"type":"GeometryCollection","geometries":[' + inside + b"]}"
    return texts


def _texts(geometries: NDArray[np.object_], kind: GeometryType) -> list[bytes]:
    """Return geometries of one type."""
    _, coordinates, offsets = shapely.to_ragged_array(geometries)
    whole = orjson.dumps(np.ascontiguousarray(coordinates), option=orjson.OPT_SERIALIZE_NUMPY)
    parts = [b"[" + point + b"]" for point in whole[2:-2].split(b"],[")] if len(coordinates) else []
    for ends in offsets:
        bounds = ends.tolist()
        parts = [b"[" + b",".join(parts[start:end]) + b"]" for start, end in pairwise(bounds)]
    name = _FLAT[kind]
    return [b'{"type":"' + name + b'","coordinates":' + part + b"}" for part in parts]


def _nothing(_value: object) -> None:
    return None
