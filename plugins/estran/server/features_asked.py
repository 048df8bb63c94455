"""What the parameters of a request for features mean, or why they are refused: as pygeoapi says it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pygeoapi.api import evaluate_limit, validate_bbox, validate_datetime
from pygeoapi.crs import DEFAULT_CRS, DEFAULT_CRS_LIST, get_supported_crs_list
from pygeoapi.util import str2bool
from pyproj import CRS

from estran.layers.features.query import FeatureQuery, Field
from estran.layers.geodesy import parse_crs
from estran.providers.features_filter import PARAMETERS as FILTER
from estran.providers.features_pages import Asked
from estran.server.errors import Refused

NAMED = frozenset(
    {
        "bbox", "bbox-crs", "crs", "f", "lang", "limit", "offset", "resulttype", "datetime", "sortby",
        "properties", "skipGeometry", "q", *FILTER,
    }
)  # fmt: skip
"""Parameters that OGC API - Features names; any other is a property, or `after`."""

_WRONG = "InvalidParameterValue"
_REFUSED = "NoApplicableCode"


def asked_page(
    parameters: Mapping[str, str],
    fields: Mapping[str, Field],
    definition: Mapping[str, Any],
    resource: Mapping[str, Any],
    limits: Mapping[str, Any],
) -> Asked:
    """Return what the parameters of a page mean.

    Args:
        parameters: The query parameters, each known and well formed.
        fields: The columns of the collection.
        definition: The provider definition.
        resource: The collection, as the configuration describes it.
        limits: Those of the server.

    Raises:
        Refused: a parameter has no meaning for this collection.
    """
    try:
        limit = evaluate_limit(parameters.get("limit"), dict(limits), resource.get("limits", {}))
        bbox = validate_bbox(parameters.get("bbox"))
        datetime = validate_datetime(resource["extents"], parameters.get("datetime"))
    except ValueError as error:
        raise Refused(400, _WRONG, str(error)) from error
    target = asked_crs(parameters, definition)
    _check_bbox_crs(parameters, definition, has_bbox=bool(bbox))
    sortby = _sortby(parameters.get("sortby"), fields)
    served = tuple(definition.get("properties", ()))
    columns = tuple(parameters["properties"].split(",")) if "properties" in parameters else ()
    if set(columns) - {*served, *fields}:
        raise Refused(400, _WRONG, "unknown properties specified")
    is_hits = parameters.get("resulttype") == "hits"
    query = FeatureQuery(
        limit=0 if is_hits else limit,
        offset=int(parameters.get("offset", 0)),
        time_field=definition.get("time_field"),
        properties=columns or served or None,
        sortby=sortby,
        skip_geometry=str2bool(parameters.get("skipGeometry", False)),
        count=is_hits or str2bool(definition.get("count", True)),
    )
    others = [(name, text) for name, text in parameters.items() if name not in NAMED]
    return Asked(query, limit, datetime, bbox, others, target)


def asked_crs(parameters: Mapping[str, str], definition: Mapping[str, Any]) -> CRS:
    """Return the CRS to answer in.

    Raises:
        Refused: the collection is not offered in the CRS asked for.
    """
    uri = crs_uri(parameters, definition)
    supported = get_supported_crs_list(definition)
    if uri not in supported:
        listed = ", ".join(supported)
        raise Refused(
            400, _WRONG, f"CRS {uri!r} not supported for this collection. List of supported CRSs: {listed}."
        )
    return _parsed(uri)


def crs_uri(parameters: Mapping[str, str], definition: Mapping[str, Any]) -> str:
    """Return the URI of the CRS asked for, or of that which a collection is answered in by default."""
    storage = str(definition["storage_crs"])
    return parameters.get("crs") or (storage if storage in DEFAULT_CRS_LIST else DEFAULT_CRS)


@lru_cache(maxsize=64)
def _parsed(uri: str) -> CRS:
    return parse_crs(uri)


def _check_bbox_crs(parameters: Mapping[str, str], definition: Mapping[str, Any], *, has_bbox: bool) -> None:
    given = parameters.get("bbox-crs")
    if given is not None and not has_bbox:
        raise Refused(400, _REFUSED, "bbox-crs specified without bbox parameter")
    if given is not None and given not in get_supported_crs_list(definition):
        raise Refused(400, _REFUSED, f"bbox-crs {given} not supported for this collection")


def _sortby(text: str | None, fields: Mapping[str, Field]) -> tuple[tuple[str, bool], ...]:
    keys = []
    for part in text.split(",") if text is not None else ():
        name = part[1:] if part[:1] in {"+", "-"} else part
        if name not in fields:
            raise Refused(400, _WRONG, "bad sortby property")
        keys.append((name, not part.startswith("-")))
    return tuple(keys)
