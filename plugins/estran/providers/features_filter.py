"""What does the `filter` of a request ask? CQL2, text or JSON, read into the tree that stores evaluate.

pygeoapi's own reading of CQL2 text mistakes precedence, quotes and short names, so it never sees a
filter; this provider takes it from the request.

Reference: OGC 19-079r2 (Features, part 3), parameters `filter`, `filter-lang` and `filter-crs`.
"""

from collections.abc import Mapping

from pygeofilter import ast
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.features.cql_json import JSON, TEXT, read_filter
from estran.layers.geodesy import parse_crs

PARAMETERS = frozenset({"filter", "filter-lang", "filter-crs"})

_LONGITUDE_LATITUDE = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def asked_filter(parameters: Mapping[str, str], storage: CRS) -> ast.Node | None:
    """Return the filter of a request, its geometries in the storage CRS, x first; None without one.

    Raises:
        InvalidInput: the filter is not CQL2, or a parameter that goes with it is wrong.
    """
    text = parameters.get("filter")
    if text is None:
        for name in ("filter-lang", "filter-crs"):
            if name in parameters:
                raise InvalidInput(
                    f"{name} is given without filter", f"{name} est donné sans filter", where=name
                )
        return None
    language = parameters.get("filter-lang", TEXT)
    if language not in {TEXT, JSON}:
        raise InvalidInput(
            f"filter-lang must be {TEXT} or {JSON}; got {language[:40]!r}",
            f"filter-lang doit être {TEXT} ou {JSON} ; reçu {language[:40]!r}",
            where="filter-lang",
        )
    source = parse_crs(parameters.get("filter-crs", _LONGITUDE_LATITUDE))
    return read_filter(text, language, source, storage)
