"""What does a request for features select? From pygeoapi's arguments to a query of the store.

pygeoapi moves only two corners of a bbox to the storage CRS, which is wrong as soon as the two
grids are turned against each other; the bbox is therefore read again from the request.
"""

from collections.abc import Sequence
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from typing import Any

import shapely
from pygeofilter import ast, values
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput
from estran.layers.features.projection import is_north_first, region
from estran.layers.features.query import FeatureQuery, FeatureStore
from estran.layers.features.times import parse_interval
from estran.layers.geodesy import parse_crs
from estran.providers.request import read_items_request

PAGE_PARAMETER = "after"

_LONGITUDE_LATITUDE = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_BOX_NUMBERS = 4


def selection(
    query: FeatureQuery,
    store: FeatureStore,
    *,
    bbox: Sequence[float],
    datetime: str | None,
    parameters: Sequence[tuple[str, str]],
    filterq: Any,
) -> FeatureQuery:
    """Return `query` with the selection that a request asks for.

    Args:
        query: Paging, order and columns.
        store: Where the features are.
        bbox: As pygeoapi gives it, its two corners in the storage CRS; used outside a request.
        datetime: The `datetime` parameter.
        parameters: The query parameters that pygeoapi does not know itself.
        filterq: The parsed filter; its geometries in the storage CRS, its boxes in `filter-crs`.

    Raises:
        InvalidInput: an unknown parameter, or a value that cannot be used.
    """
    after, equals = None, []
    for name, text in parameters:
        if name in store.fields:
            equals.append((name, text))
        elif name == PAGE_PARAMETER:
            after = text
        else:
            raise _unknown_parameter(name, store)
    return replace(
        query,
        after=after,
        offset=0 if after else query.offset,
        equals=tuple(equals),
        region=_region(bbox, store.crs),
        interval=parse_interval(datetime) if datetime is not None else None,
        where=None if filterq is None else _in_storage(filterq, _filter_crs(), store.crs),
    )


def _region(bbox: Sequence[float], storage: CRS) -> BaseGeometry | None:
    if not bbox:
        return None
    asked = read_items_request()
    text = asked.parameters.get("bbox") if asked else None
    if asked is None or text is None:
        return region(bbox, storage, storage)
    source = parse_crs(asked.parameters.get("bbox-crs", _LONGITUDE_LATITUDE))
    return region([float(number) for number in text.split(",")], source, storage)


def _filter_crs() -> CRS:
    asked = read_items_request()
    return parse_crs(
        asked.parameters.get("filter-crs", _LONGITUDE_LATITUDE) if asked else _LONGITUDE_LATITUDE
    )


def _in_storage(node: Any, source: CRS, storage: CRS) -> Any:
    """Return a filter whose boxes and geometries are in the storage CRS, x first."""
    if isinstance(node, values.Envelope):
        return _area((node.x1, node.x2, node.y1, node.y2), source, storage)
    if isinstance(node, ast.Function) and node.name.lower() == "bbox":
        return _area(node.arguments, source, storage)
    if isinstance(node, ast.BBox):
        box = (node.minx, node.miny, node.maxx, node.maxy)
        return ast.GeometryIntersects(node.lhs, _area(box, source, storage))
    if isinstance(node, values.Geometry):
        return _x_first(node, storage)
    if isinstance(node, list):
        return [_in_storage(part, source, storage) for part in node]
    if isinstance(node, ast.Node) and is_dataclass(node):
        parts = {
            field.name: _in_storage(getattr(node, field.name), source, storage)
            for field in dataclass_fields(node)
        }
        kind: Any = type(node)
        return kind(**parts)
    return node


def _area(bounds: Sequence[object], source: CRS, storage: CRS) -> values.Geometry:
    numbers = [float(bound) for bound in bounds if isinstance(bound, int | float)]
    if len(numbers) != len(bounds) or len(numbers) < _BOX_NUMBERS:
        raise InvalidInput(
            "a box of the filter is written BBOX(min, min, max, max)",
            "une emprise du filtre s'écrit BBOX(min, min, max, max)",
            where="filter",
        )
    return values.Geometry(shapely.geometry.mapping(region(numbers, source, storage)))


def _x_first(node: values.Geometry, storage: CRS) -> values.Geometry:
    if not is_north_first(storage):
        return node
    turned = shapely.transform(shapely.geometry.shape(node.geometry), lambda points: points[:, ::-1])
    return values.Geometry(shapely.geometry.mapping(turned))


def _unknown_parameter(name: str, store: FeatureStore) -> InvalidInput:
    known = ", ".join(store.fields)
    return InvalidInput(
        f"unknown query parameter {name!r}; besides those of OGC API Features, this collection has {known}",
        f"paramètre inconnu : {name!r} ; outre ceux d'OGC API Features, cette collection a {known}",
        where=name,
    )
