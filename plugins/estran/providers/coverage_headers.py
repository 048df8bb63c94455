"""What do the headers of a coverage say of it?"""

from collections.abc import Sequence

from estran.layers.features.projection import is_north_first
from estran.layers.raster_grid import Grid
from estran.providers.coverage_json import crs_uri


def headers_of(grid: Grid, instants: Sequence[str]) -> dict[str, str]:
    """Return the CRS, the edges, in its axis order, and the time of what is answered.

    Reference: OGC 19-087 (draft), requirement /req/core/response-headers.
    """
    left, bottom, right, top = grid.bounds
    if is_north_first(grid.crs):
        left, bottom, right, top = bottom, left, top, right
    uri = crs_uri(grid.crs)
    crs = {"Content-Crs": f"<{uri}>"} if uri else {}
    ends = dict.fromkeys((instants[0], instants[-1])) if instants else ()
    is_dated = all(len(instant) >= len("2020-01-01") for instant in ends)
    time = {"Content-Datetime": "/".join(ends)} if ends and is_dated else {}
    return {**crs, "Content-Bbox": ",".join(f"{edge:.12g}" for edge in (left, bottom, right, top)), **time}
