"""What does a request for features select? From pygeoapi's arguments to a query of the store.

pygeoapi moves only two corners of a bbox to the storage CRS, which is wrong as soon as the two
grids are turned against each other; the bbox is therefore read again from the request.
"""

from collections.abc import Sequence
from dataclasses import replace

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput
from estran.layers.features.projection import region
from estran.layers.features.query import FeatureQuery, FeatureStore
from estran.layers.features.times import parse_interval
from estran.layers.geodesy import parse_crs
from estran.providers.features_filter import asked_filter
from estran.providers.request import current_parameters, read_items_request

PAGE_PARAMETER = "after"

_LONGITUDE_LATITUDE = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def selection(
    query: FeatureQuery,
    store: FeatureStore,
    *,
    bbox: Sequence[float],
    datetime: str | None,
    parameters: Sequence[tuple[str, str]],
) -> FeatureQuery:
    """Return `query` with the selection that a request asks for, its filter included.

    Args:
        query: Paging, order and columns.
        store: Where the features are.
        bbox: As pygeoapi gives it, its two corners in the storage CRS; used outside a request.
        datetime: The `datetime` parameter.
        parameters: The query parameters that pygeoapi does not know itself.

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
        where=asked_filter(current_parameters(), store.crs),
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


def _unknown_parameter(name: str, store: FeatureStore) -> InvalidInput:
    known = ", ".join(store.fields)
    return InvalidInput(
        f"unknown query parameter {name!r}; besides those of OGC API Features, this collection has {known}",
        f"paramètre inconnu : {name!r} ; outre ceux d'OGC API Features, cette collection a {known}",
        where=name,
    )
