"""Which parts lie on the same land, and what is left when one of them keeps it?"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry
from estran.ingest.outlines.placing import CRS84
from estran.ingest.outlines.request import Keep
from estran.layers.geodesy import true_areas_ha

LEAST_HA = 0.0001
"""Slivers below one square metre come from the drawing, not from the project."""

MOST_PAIRS = 50_000


@dataclass(frozen=True, slots=True)
class Shared:
    """The land that several parts claim.

    Attributes:
        area_ha: Its area, each square metre once.
        pairs: Ranks of the parts that meet, two by two.
        points: A point inside each of the first ones.
    """

    area_ha: float
    pairs: tuple[tuple[int, int], ...]
    points: tuple[tuple[float, float], ...]


def shared_land(shapes: list[BaseGeometry]) -> Shared | None:
    """Return the land that valid parts in longitude and latitude share, None when they do not."""
    parts = np.array(shapes, dtype=object)
    tree = shapely.STRtree(parts)
    one, other = tree.query(parts, predicate="intersects")
    each = one < other
    one, other = one[each][:MOST_PAIRS], other[each][:MOST_PAIRS]
    if not len(one):
        return None
    common = shapely.intersection(parts[one], parts[other])
    try:
        areas = true_areas_ha(common, CRS84)
    except InvalidGeometry:
        return None
    kept = areas > LEAST_HA
    if not kept.any():
        return None
    order = np.argsort(-areas[kept])
    pairs = tuple(zip(one[kept][order].tolist(), other[kept][order].tolist(), strict=True))
    whole = true_areas_ha([shapely.union_all(common[kept])], CRS84)[0]
    points = shapely.get_coordinates(shapely.point_on_surface(common[kept][order][:20])).round(7).tolist()
    return Shared(float(whole), pairs, tuple((x, y) for x, y in points))


def without_shared(
    shapes: list[BaseGeometry], pairs: tuple[tuple[int, int], ...], keep: Keep
) -> list[BaseGeometry]:
    """Return the parts once the first, or the last, of each pair has kept the land that both claim."""
    cut = list(shapes)
    for one, other in sorted(pairs):
        loser, winner = (other, one) if keep == "first" else (one, other)
        cut[loser] = _surface(shapely.difference(cut[loser], shapes[winner]))
    return cut


def _surface(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.area > 0.0]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts) if parts else shapely.Polygon()
