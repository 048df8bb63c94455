"""Is a polygon drawn properly, and if not, is there only one way to read it?

An invalid polygon is repaired when three readings of it give the same area to within
`REPAIR_TOLERANCE`: the even-odd rule, the union of what its rings enclose minus the holes, and
the area of the rings as drawn (shell minus holes, by the shoelace formula). Spikes, repeated
vertices and rings that touch themselves pass; a bow-tie does not, since its two lobes cancel
as drawn: its vertices are in the wrong order, and only the caller knows the right one.
"""

import re
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Notice
from estran.carbon.errors import InvalidGeometry
from estran.carbon.text import Text
from estran.layers.geodesy import polygons_of

REPAIR_TOLERANCE = 1e-3
"""Largest relative gap between the areas of the readings of a polygon that is repaired."""

PLACE = re.compile(r"\[([^\s\]]+) ([^\s\]]+)\]")
"""Where the validity reason of GEOS writes the coordinates."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A polygon that can be measured: polygonal, valid, maybe empty, and what was done to it."""

    geometry: BaseGeometry
    notice: Notice | None = None


def repaired_polygon(polygon: shapely.Polygon, where: str) -> Repair:
    """Return a valid polygonal geometry of the same area.

    Args:
        polygon: Closed rings of finite coordinates.
        where: Path of the polygon's coordinates in the request.

    Raises:
        InvalidGeometry: the readings of the polygon disagree; `where` names the ring.
    """
    if polygon.is_valid and polygon.area > 0.0:
        return Repair(polygon)
    reason = shapely.is_valid_reason(polygon)
    even_odd = polygonal(shapely.make_valid(polygon, method="linework"))
    enclosed = polygonal(shapely.make_valid(polygon, method="structure", keep_collapsed=False))
    drawn = _ring_area(polygon.exterior) - sum(_ring_area(ring) for ring in polygon.interiors)
    areas = (even_odd.area, enclosed.area, drawn)
    if max(areas) <= 0.0:
        return Repair(shapely.Polygon(), _flat(where))
    if max(areas) - min(areas) > REPAIR_TOLERANCE * max(areas):
        raise _ambiguous(reason, _ring_path(polygon, where))
    change = (enclosed.area - drawn) / max(areas)
    return Repair(enclosed, _mended(reason, change, _ring_path(polygon, where)))


def dissolved(parts: list[BaseGeometry], where: str) -> Repair:
    """Return valid parts as one geometry in which each square metre counts once."""
    kept = [part for part in parts if not part.is_empty]
    if not kept:
        return Repair(shapely.Polygon())
    if len(kept) == 1:
        return Repair(kept[0])
    union = polygonal(shapely.union_all(kept))
    total = sum(part.area for part in kept)
    if total - union.area <= REPAIR_TOLERANCE**2 * total:
        return Repair(union)
    share = (total - union.area) / total
    return Repair(
        union,
        Notice(
            code="overlapping-parts",
            message=Text(
                f"des parties se recouvrent ({share:.2%} de leur surface) ; chaque mètre carré compte "
                "une fois",
                f"parts overlap ({share:.2%} of their area); each square metre counts once",
            ),
            where=where,
        ),
    )


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """Return the part of a valid geometry that has an area, empty when there is none."""
    parts = [part for part in polygons_of(geometry) if part.area > 0.0]
    if not parts:
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _ring_area(ring: shapely.LinearRing) -> float:
    """Shoelace area, from the first vertex to keep digits far from the origin."""
    points = shapely.get_coordinates(ring)
    x, y = (points - points[0]).T
    return abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2.0)


def _ring_path(polygon: shapely.Polygon, where: str) -> str:
    rings = [polygon.exterior, *polygon.interiors]
    bad = [index for index, ring in enumerate(rings) if not shapely.Polygon(ring).is_valid]
    return f"{where}[{bad[0] if bad else len(rings) - 1}]"


def _ambiguous(reason: str, where: str) -> InvalidGeometry:
    place = PLACE.search(reason)
    at = f" ({place[1]}, {place[2]})" if place else ""
    return InvalidGeometry(
        f"the ring crosses itself or another ring at{at or ' some point'}, and can be read in several ways; "
        "put its vertices in the order of the outline",
        f"l'anneau se croise ou en croise un autre en{at or ' un point'} et peut se lire de plusieurs "
        "façons ; "
        "remettez ses sommets dans l'ordre du contour",
        where=where,
    )


def _mended(reason: str, change: float, where: str) -> Notice:
    name = reason.partition("[")[0].strip()
    return Notice(
        code="repaired-ring",
        message=Text(
            f"anneau réparé ({name}) ; la surface change de {change:+.4%}".replace(".", ","),
            f"ring repaired ({name}); the area changes by {change:+.4%}",
        ),
        where=where,
    )


def _flat(where: str) -> Notice:
    return Notice(
        code="no-area",
        message=Text(
            "un polygone sans surface ne compte pas de stock", "a polygon without area counts no stock"
        ),
        where=where,
    )
