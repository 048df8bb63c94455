"""How are shapes read that may hold arcs, triangles or facets, which GEOS does not know?

An arc goes through three points. It becomes short lines, 32 to a quarter turn as in PostGIS; its heights
change evenly along it. A surface of triangles or facets becomes as many polygons. Measures are left out.
Reference: ISO/IEC 13249-3 (SQL/MM Spatial), well-known binary; OGC 06-103r4, clause 8.2.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_STEPS_TO_A_QUARTER = 32
_DEEPEST = 20
_STRAIGHT = 1e-12
_DIMENSIONS = {0: 2, 1: 3, 2: 3, 3: 4}
_HAS_HEIGHT = frozenset({1, 3})

type Points = NDArray[np.float64]


def read_wkb(cells: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the shapely geometries of well-known binaries; None for a null or an unreadable one."""
    try:
        read = np.asarray(shapely.from_wkb(cells, on_invalid="ignore"), dtype=object).reshape(len(cells))
    except NotImplementedError:
        read = np.array([_read_one(value) for value in cells], dtype=object)
    for place in np.flatnonzero(shapely.is_missing(read)):
        if cells[place] is not None:
            read[place] = straightened(cells[place])
    for place in np.flatnonzero(shapely.has_m(read)):
        read[place] = _unmeasured(read[place])
    return read


def _unmeasured(shape: BaseGeometry) -> BaseGeometry:
    flat: BaseGeometry = shapely.force_2d(shape)
    if not shape.has_z:
        return flat
    solid: BaseGeometry = shapely.set_coordinates(
        shapely.force_3d(flat), shapely.get_coordinates(shape, include_z=True)
    )
    return solid


def _read_one(value: bytes | None) -> BaseGeometry | None:
    try:
        return shapely.from_wkb(value, on_invalid="ignore") if value else None
    except NotImplementedError:
        return None


def straightened(wkb: bytes) -> BaseGeometry | None:
    """Return the shape that well-known binary holds, in straight lines; None when it cannot be read.

    Example:
        >>> print(read_wkb(np.array([shapely.Point(1, 2).wkb, None], dtype=object))[0])
        POINT (1 2)
        >>> corners = struct.pack("<8d", 0, 0, 1, 0, 0, 1, 0, 0)
        >>> triangles = bytes.fromhex("011000000001000000" "01110000000100000004000000") + corners
        >>> print(straightened(triangles))
        MULTIPOLYGON (((0 0, 1 0, 0 1, 0 0)))
    """
    try:
        return _Reader(wkb).shape()
    except (struct.error, ValueError, KeyError, shapely.errors.ShapelyError):
        return None


@dataclass
class _Reader:
    """Reads from the first byte to the last."""

    wkb: bytes
    place: int = 0
    depth: int = 0
    order: str = "<"

    def shape(self) -> BaseGeometry:
        kind, layout = self._kind()
        if kind == 1:
            (point,) = self._points(layout, 1)
            return shapely.Point(point)
        if kind in {2, 8, 9}:
            return shapely.LineString(self._line(kind, layout))
        if kind in {3, 17}:
            return self._polygon([self._points(layout) for _ in range(self._count())])
        if kind == 10:
            return self._polygon([self._line(*self._kind()) for _ in range(self._count())])
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("too deep")
        parts = [self.shape() for _ in range(self._count())]
        self.depth -= 1
        collections: dict[int, Any] = {
            4: shapely.MultiPoint,
            5: shapely.MultiLineString,
            6: shapely.MultiPolygon,
            7: shapely.GeometryCollection,
            11: shapely.MultiLineString,
            12: shapely.MultiPolygon,
            15: shapely.MultiPolygon,
            16: shapely.MultiPolygon,
        }
        made: BaseGeometry = collections[kind](parts)
        return made

    def _polygon(self, rings: Sequence[Points]) -> BaseGeometry:
        return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()

    def _line(self, kind: int, layout: int) -> Points:
        if kind == 9:
            parts = [self._line(*self._kind()) for _ in range(self._count())]
            return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
        points = self._points(layout)
        return _arcs(points) if kind == 8 else points

    def _kind(self) -> tuple[int, int]:
        """The type of what follows and the number of its layout: plain, heights, measures or both."""
        self.order = "<" if self.wkb[self.place : self.place + 1] == b"\x01" else ">"
        self.place += 1
        code = self._count()
        return code % 1000, code // 1000

    def _count(self) -> int:
        (number,) = struct.unpack_from(f"{self.order}I", self.wkb, self.place)
        self.place += 4
        return int(number)

    def _points(self, layout: int, count: int | None = None) -> Points:
        width = _DIMENSIONS[layout]
        number = (self._count() if count is None else count) * width
        read = np.frombuffer(self.wkb, dtype=f"{self.order}f8", count=number, offset=self.place)
        self.place += 8 * number
        kept = 3 if layout in _HAS_HEIGHT else 2
        return read.reshape(-1, width)[:, :kept].astype(np.float64)


def _arcs(points: Points) -> Points:
    parts = [_arc(*points[start : start + 3]) for start in range(0, len(points) - 2, 2)]
    return np.concatenate([points[:1], *(part[1:] for part in parts)]) if parts else points


def _arc(start: Points, middle: Points, end: Points) -> Points:
    """The arc through three points; a circle when it ends where it starts, `middle` being opposite."""
    (ax, ay), (bx, by), (cx, cy) = start[:2], middle[:2], end[:2]
    if (ax, ay) == (cx, cy):
        centre, turn = (start[:2] + middle[:2]) / 2, 2 * math.pi
    else:
        cross = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(cross) <= _STRAIGHT * (math.hypot(bx - ax, by - ay) * math.hypot(cx - ax, cy - ay)):
            return np.stack([start, middle, end])
        first, last = (bx - ax) ** 2 + (by - ay) ** 2, (cx - ax) ** 2 + (cy - ay) ** 2
        centre = np.array(
            [
                ax + ((cy - ay) * first - (by - ay) * last) / (2 * cross),
                ay + ((bx - ax) * last - (cx - ax) * first) / (2 * cross),
            ]
        )
        turn = (_angle(end, centre) - _angle(start, centre)) % (2 * math.pi)
        turn = turn if cross > 0 else turn - 2 * math.pi
    steps = max(1, math.ceil(abs(turn) / (math.pi / 2) * _STEPS_TO_A_QUARTER))
    angles = _angle(start, centre) + np.linspace(0, turn, steps + 1)
    radius = math.hypot(ax - centre[0], ay - centre[1])
    line = np.column_stack([centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)])
    line[0], line[-1] = start[:2], end[:2]
    if len(start) == 2:
        return line
    return np.column_stack(
        [line, np.interp(np.linspace(0, 1, steps + 1), [0, 0.5, 1], [start[2], middle[2], end[2]])]
    )


def _angle(point: Points, centre: Points) -> float:
    return math.atan2(point[1] - centre[1], point[0] - centre[0])
