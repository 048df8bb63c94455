"""Which surfaces does each object draw? Collections opened, lines closed when asked, crossings repaired."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from shapely.geometry.base import BaseGeometry

from estran.ingest.outlines.reading import Shapes

LINES = (GeometryType.LINESTRING, GeometryType.LINEARRING)
SAME = 1e-9
"""Relative change of area below which an outline is only tidied."""

MOST_POINTS = 99


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects of a layer draw surfaces, lines and points."""

    features: int
    polygons: int
    lines: int
    points: int
    empty: int
    heights: bool


@dataclass(slots=True)
class Drawn:
    """The surface of one object.

    Attributes:
        rank: Its rank in the layer.
        shape: Its surface: polygonal and, when repaired, valid.
        before: Area as drawn, over that of `shape`; 1 when nothing changed.
        crossings: Where its outline crosses itself, in the CRS of the layer.
        closed: Whether it was drawn as a line.
    """

    rank: int
    shape: BaseGeometry
    before: float = 1.0
    crossings: list[tuple[float, float]] = field(default_factory=list)
    closed: bool = False


def counts(shapes: Shapes) -> Counts:
    """Return what the objects of a layer draw; an object counts once, by its surface first."""
    parts, owner = _parts(shapes)
    kinds = shapely.get_type_id(parts)
    count = len(shapes)
    surface, line, point = (
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=bool),
    )
    surface[owner[kinds == GeometryType.POLYGON]] = True
    line[owner[np.isin(kinds, LINES)]] = True
    point[owner[kinds == GeometryType.POINT]] = True
    line &= ~surface
    point &= ~surface & ~line
    heights = bool(len(parts)) and bool(shapely.has_z(parts).any())
    polygons, lines, points = int(surface.sum()), int(line.sum()), int(point.sum())
    return Counts(count, polygons, lines, points, count - polygons - lines - points, heights)


def surfaces(shapes: Shapes, *, close_lines: bool, repair: bool) -> list[Drawn]:
    """Return the surface of each object that has one.

    Args:
        shapes: The geometries of a layer.
        close_lines: Whether lines become surfaces: those that follow each other are joined, then closed.
        repair: Whether outlines that cross themselves are mended.
    """
    parts, owner = _parts(shapes)
    kinds = shapely.get_type_id(parts)
    chosen = kinds == GeometryType.POLYGON
    polygons, ranks = shapely.force_2d(parts[chosen]), owner[chosen]
    starts = np.flatnonzero(np.diff(ranks)) + 1
    found = (
        [
            _surface(int(rank), group, repair)
            for rank, group in zip(np.unique(ranks), np.split(polygons, starts), strict=True)
        ]
        if len(ranks)
        else []
    )
    if close_lines:
        lines = np.isin(kinds, LINES)
        found.extend(_closed(shapely.force_2d(parts[lines]), owner[lines], repair))
    return [each for each in found if each is not None and not each.shape.is_empty]


def exchanged(shapes: Shapes) -> Shapes:
    """Return shapes with x and y exchanged, without heights."""
    moved: Shapes = shapely.transform(shapely.force_2d(shapes), lambda points: points[:, ::-1])
    return moved


def closed_lines(shapes: Shapes) -> int:
    """Return how many lines of a layer end where they start."""
    parts, _ = _parts(shapes)
    return int(shapely.is_ring(parts[np.isin(shapely.get_type_id(parts), LINES)]).sum())


def _parts(shapes: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """Each simple geometry, and the rank of the object it comes from; collections opened at any depth."""
    given = np.flatnonzero([each is not None and not each.is_empty for each in shapes])
    parts, inner = shapely.get_parts(shapes[given], return_index=True)
    owner = given[inner]
    while np.any(shapely.get_type_id(parts) > GeometryType.POLYGON):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    return np.asarray(parts, dtype=object), np.asarray(owner, dtype=np.int64)


def _surface(rank: int, polygons: Shapes, repair: bool) -> Drawn | None:
    whole = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons.tolist())
    if shapely.is_valid(whole):
        return Drawn(rank, whole)
    crossings = [point for polygon in polygons for point in _crossings(polygon)]
    if not repair:
        return Drawn(rank, whole, crossings=crossings)
    mended = [
        _polygonal(shapely.make_valid(each, method="structure", keep_collapsed=False)) for each in polygons
    ]
    shape = mended[0] if len(mended) == 1 else _polygonal(shapely.union_all(mended))
    if shape.is_empty or shape.area <= 0.0:
        return None
    before = sum(_drawn_area(polygon) for polygon in polygons) / shape.area
    return Drawn(rank, shape, 1.0 if abs(before - 1.0) < SAME else before, crossings)


def _closed(lines: Shapes, owner: NDArray[np.int64], repair: bool) -> Iterable[Drawn | None]:
    """Surfaces inside lines: closed ones alone, the others joined end to end first."""
    rings = shapely.is_closed(lines)
    for line, rank in zip(lines[rings], owner[rings].tolist(), strict=True):
        yield _ring(rank, line, repair)
    loose, ranks = lines[~rings], owner[~rings]
    if not len(loose):
        return
    faces, cuts, dangles, _ = shapely.polygonize_full([shapely.node(shapely.MultiLineString(loose.tolist()))])
    tree = shapely.STRtree(loose)
    for face in shapely.get_parts(faces):
        yield Drawn(_owner_of(face.exterior, tree, ranks), face, closed=True)
    open_lines = [*shapely.get_parts(cuts), *shapely.get_parts(dangles)]
    if open_lines:
        for line in shapely.get_parts(shapely.line_merge(shapely.MultiLineString(open_lines))):
            yield _ring(_owner_of(line, tree, ranks), line, repair)


def _owner_of(line: BaseGeometry, tree: shapely.STRtree, ranks: NDArray[np.int64]) -> int:
    """The object that most likely drew a line: the nearest to its first point."""
    return int(ranks[tree.nearest(shapely.Point(shapely.get_coordinates(line)[0]))])


def _ring(rank: int, line: BaseGeometry, repair: bool) -> Drawn | None:
    points = shapely.get_coordinates(line)
    if (points[0] != points[-1]).any():
        points = np.vstack([points, points[:1]])
    if len(np.unique(points, axis=0)) < 3:
        return None
    polygon = shapely.Polygon(points)
    drawn = _surface(rank, np.array([polygon], dtype=object), repair)
    if drawn is not None:
        drawn.closed = True
    return drawn


def _polygonal(geometry: BaseGeometry) -> BaseGeometry:
    polygons = [
        part
        for part in shapely.get_parts(geometry)
        if shapely.get_type_id(part) in {GeometryType.POLYGON, GeometryType.MULTIPOLYGON}
    ]
    return (
        polygons[0] if len(polygons) == 1 else shapely.union_all(polygons) if polygons else shapely.Polygon()
    )


def _drawn_area(polygon: BaseGeometry) -> float:
    shell, *holes = shapely.get_rings(polygon)
    return _ring_area(shell) - sum(_ring_area(hole) for hole in holes)


def _ring_area(ring: BaseGeometry) -> float:
    x, y = shapely.get_coordinates(ring).T
    x, y = x - x[0], y - y[0]
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2.0)


def _crossings(polygon: BaseGeometry) -> list[tuple[float, float]]:
    """Where the rings of a polygon cross or touch themselves or each other."""
    rings = [shapely.LineString(shapely.get_coordinates(ring)) for ring in shapely.get_rings(polygon)]
    nodes = shapely.get_coordinates(shapely.get_parts(shapely.node(shapely.MultiLineString(rings))))
    vertices = {tuple(point) for point in shapely.get_coordinates(rings).tolist()}
    new = [point for point in dict.fromkeys(map(tuple, nodes.tolist())) if point not in vertices]
    if not new:
        inner = [tuple(point) for ring in rings for point in shapely.get_coordinates(ring)[:-1].tolist()]
        new = [point for point, times in Counter(inner).items() if times > 1]
    return new[:MOST_POINTS]
