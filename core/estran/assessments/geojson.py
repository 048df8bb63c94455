"""Which polygons does a GeoJSON geometry draw? Read strictly, with the place of what is wrong."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from estran.assessments.envelope import Notice
from estran.assessments.request import near
from estran.assessments.rings import dissolved, repaired_polygon
from estran.carbon.errors import InvalidGeometry, TooLarge
from estran.carbon.text import Text

DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""How many lists enclose the positions of each type of geometry."""

NESTING = 16
"""Deepest collection of collections."""

Positions = NDArray[np.float64]


@dataclass(slots=True)
class GeometryReader:
    """Reads the geometries of one request.

    Attributes:
        crs: Their CRS; x or longitude comes first.
        named: Whether the caller named it.
        vertices: How many vertices the request may hold.
        notices: What was met and mended since `take_notices`.
        read: How many vertices were read.
    """

    crs: CRS
    named: bool
    vertices: int
    notices: list[Notice] = field(default_factory=list)
    read: int = 0

    def polygons(self, geometry: object, where: str) -> BaseGeometry:
        """Return what a geometry covers: polygonal, valid, empty when it has no area.

        Raises:
            InvalidGeometry: it is malformed, out of range, or can be read in several ways.
            TooLarge: the request holds too many vertices.
        """
        repair = dissolved(self._parts(geometry, where, 0), where)
        if repair.notice:
            self.notices.append(repair.notice)
        return repair.geometry

    def take_notices(self) -> tuple[Notice, ...]:
        """Return the notices and forget them."""
        taken = tuple(self.notices)
        self.notices.clear()
        return taken

    def _parts(self, geometry: object, where: str, depth: int) -> list[BaseGeometry]:
        if not isinstance(geometry, dict):
            raise _wrong("a geometry must be an object", "une géométrie doit être un objet", where)
        kind = geometry.get("type")
        if kind == "GeometryCollection":
            if depth >= NESTING:
                raise _wrong("collections are nested too deep", "collections trop imbriquées", where)
            members = _listed(geometry, "geometries", where)
            return [
                part
                for index, member in enumerate(members)
                for part in self._parts(member, f"{where}.geometries[{index}]", depth + 1)
            ]
        if not isinstance(kind, str) or kind not in DEPTHS:
            en, fr = near(str(kind), [*DEPTHS, "GeometryCollection"])
            raise _wrong(
                f"unknown type of geometry {kind!r}{en}", f"type de géométrie inconnu : {kind!r}{fr}", where
            )
        coordinates = _listed(geometry, "coordinates", where)
        path = f"{where}.coordinates"
        if kind == "Polygon":
            return self._polygon(coordinates, path)
        if kind == "MultiPolygon":
            return [
                part
                for index, member in enumerate(coordinates)
                for part in self._polygon(_list(member, f"{path}[{index}]"), f"{path}[{index}]")
            ]
        self._without_area(kind, coordinates, path)
        return []

    def _polygon(self, rings: list[Any], where: str) -> list[BaseGeometry]:
        if not rings or rings == [[]]:
            self._note("empty", "géométrie vide : stock nul", "empty geometry: the stock is zero", where)
            return []
        closed = [
            self._ring(_list(ring, f"{where}[{index}]"), f"{where}[{index}]")
            for index, ring in enumerate(rings)
        ]
        repair = repaired_polygon(shapely.Polygon(closed[0], closed[1:]), where)
        if repair.notice:
            self.notices.append(repair.notice)
        return [repair.geometry]

    def _ring(self, positions: list[Any], where: str) -> Positions:
        points = self._positions(positions, where)
        if len(points) and (points[0] != points[-1]).any():
            self._note("closed-ring", "anneau ouvert : refermé", "unclosed ring: closed", where)
            points = np.vstack([points, points[:1]])
        if len(points) < 4:
            raise _wrong(
                f"a ring needs at least 4 positions, the last equal to the first; it has {len(positions)}",
                "un anneau demande au moins 4 positions, la dernière égale à la première ; il en a "
                f"{len(positions)}",
                where,
            )
        return points

    def _without_area(self, kind: str, coordinates: list[Any], where: str) -> None:
        for line, path in _lines(coordinates, DEPTHS[kind], where):
            self._positions(line, path)
        self._note(
            "no-area",
            f"{kind} : un point ou une ligne n'a pas de surface, son stock est nul",
            f"{kind}: a point or a line has no area, its stock is zero",
            where,
        )

    def _positions(self, positions: list[Any], where: str) -> Positions:
        self.read += len(positions)
        if self.read > self.vertices:
            raise TooLarge(
                f"the geometry has more than {self.vertices:,} vertices; simplify or split it",
                f"la géométrie a plus de {self.vertices:,} sommets ; simplifiez-la ou divisez-la".replace(
                    ",", " "
                ),
                where=where,
            )
        for index, position in enumerate(positions):
            if not isinstance(position, list) or len(position) < 2:
                raise _wrong(
                    "a position is a list of two numbers, x or longitude first",
                    "une position est une liste de deux nombres, x ou la longitude d'abord",
                    f"{where}[{index}]",
                )
            if type(position[0]) not in {int, float} or type(position[1]) not in {int, float}:
                raise _wrong(
                    f"a coordinate must be a number, not {position[:2]!r}",
                    f"une coordonnée doit être un nombre, pas {position[:2]!r}",
                    f"{where}[{index}]",
                )
        if any(len(position) > 2 for position in positions):
            self._note("dropped-z", "altitude ignorée", "height ignored", where)
        points = _array(positions)
        self._check_range(points, where)
        return points

    def _check_range(self, points: Positions, where: str) -> None:
        lost = np.flatnonzero(~np.isfinite(points).all(axis=1))
        if lost.size:
            raise _wrong(
                "a coordinate is not a finite number",
                "une coordonnée n'est pas un nombre fini",
                f"{where}[{lost[0]}]",
            )
        if not self.crs.is_geographic:
            return
        out = np.flatnonzero((np.abs(points[:, 0]) > 180.0) | (np.abs(points[:, 1]) > 90.0))
        if out.size:
            x, y = points[out[0]]
            hint_en, hint_fr = (
                ("give longitude first", "donnez la longitude d'abord")
                if self.named
                else (
                    "for projected coordinates, name their `crs`, such as EPSG:2154",
                    "pour des coordonnées projetées, nommez leur `crs`, par exemple EPSG:2154",
                )
            )
            raise _wrong(
                f"({x:g}, {y:g}) is not a longitude and a latitude; {hint_en}",
                f"({x:g}, {y:g}) n'est pas une longitude et une latitude ; {hint_fr}",
                f"{where}[{out[0]}]",
            )

    def _note(self, code: str, fr: str, en: str, where: str) -> None:
        self.notices.append(Notice(code=code, message=Text(fr, en), where=where))


def _lines(coordinates: list[Any], depth: int, where: str) -> list[tuple[list[Any], str]]:
    """Lists of positions of a point or a line, at any depth."""
    if depth == 0:
        return [([coordinates], where)] if coordinates else []
    if depth == 1:
        return [(coordinates, where)]
    return [(_list(line, f"{where}[{index}]"), f"{where}[{index}]") for index, line in enumerate(coordinates)]


def _array(positions: list[Any]) -> Positions:
    try:
        pairs = [position[:2] for position in positions]
        return np.array(pairs, dtype=np.float64).reshape(len(positions), 2)
    except OverflowError:
        return np.full((len(positions), 2), np.inf)


def _listed(geometry: dict[str, Any], key: str, where: str) -> list[Any]:
    if key not in geometry:
        raise _wrong(f"`{key}` is missing", f"`{key}` manque", where)
    return _list(geometry[key], f"{where}.{key}")


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong("a list is expected here", "une liste est attendue ici", where)
    return value


def _wrong(en: str, fr: str, where: str) -> InvalidGeometry:
    return InvalidGeometry(f"{where}: {en}", f"{where} : {fr}", where=where)
