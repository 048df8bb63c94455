"""What does a CQL2 filter ask? From text or JSON to the tree that stores evaluate.

Geometries and boxes are moved to the storage CRS on the way.

Reference: OGC 21-065r2 (CQL2).
"""

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from pygeofilter import ast, values
from pygeofilter.cql2 import ARITHMETIC_MAP, ARRAY_PREDICATES_MAP, SPATIAL_PREDICATES_MAP
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.layers.features.cql_text import read_cql2_text
from estran.layers.features.fields import INTEGER_LIMIT
from estran.layers.features.projection import cut_to_storage, is_north_first, is_within, region

TEXT, JSON = "cql2-text", "cql2-json"
LARGEST = 20_000
"""Names, values and operators of one filter."""

_DEEPEST = 60
_FLOAT_LIMIT = 2**1023
_COMPARISONS = {
    "=": ast.Equal,
    "<>": ast.NotEqual,
    "<": ast.LessThan,
    "<=": ast.LessEqual,
    ">": ast.GreaterThan,
    ">=": ast.GreaterEqual,
}
_TIMES: Mapping[str, Callable[[Any, Any], ast.Node]] = {
    "t_after": ast.TimeAfter,
    "t_before": ast.TimeBefore,
    "t_contains": ast.TimeContains,
    "t_disjoint": ast.TimeDisjoint,
    "t_during": ast.TimeDuring,
    "t_equals": ast.TimeEquals,
    "t_finishedby": ast.TimeEndedBy,
    "t_finishes": ast.TimeEnds,
    "t_intersects": lambda left, right: ast.Not(ast.TimeDisjoint(left, right)),
    "t_meets": ast.TimeMeets,
    "t_metby": ast.TimeMetBy,
    "t_overlappedby": ast.TimeOverlappedBy,
    "t_overlaps": ast.TimeOverlaps,
    "t_startedby": ast.TimeBegunBy,
    "t_starts": ast.TimeBegins,
}
_PAIRS: Mapping[str, Callable[[Any, Any], ast.Node]] = {
    **_COMPARISONS,
    **ARITHMETIC_MAP,
    **SPATIAL_PREDICATES_MAP,
    **_TIMES,
    **ARRAY_PREDICATES_MAP,
}
_WHOLE_WORLD = (-180, -90, 180, 90)
_BOUNDS = frozenset({4, 6})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


def read_filter(text: str, language: str, source: CRS, storage: CRS) -> ast.Node:
    """Return the filter that a text writes, its geometries in the storage CRS, x first.

    Args:
        text: CQL2, text or JSON.
        language: `TEXT` or `JSON`.
        source: CRS of the geometries of the filter.
        storage: CRS of the store.

    Raises:
        InvalidInput: the text is not CQL2.
    """
    tree = read_cql2_text(text) if language == TEXT else _read_json(text)
    return parse_filter(tree, source, storage)


def parse_filter(tree: Any, source: CRS, storage: CRS) -> ast.Node:
    """Return the filter that CQL2 JSON, already read, writes; geometries as in `read_filter`.

    Raises:
        InvalidInput: the tree is not CQL2.
    """
    node = _Converter(source, storage).node(tree)
    return ast.And(node, node) if isinstance(node, bool) else _condition(node)


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(
            f"the filter is not JSON: {error}", f"le filtre n'est pas du JSON : {error}"
        ) from error


class _Converter:
    """Turns CQL2 JSON into pygeofilter's tree, node by node."""

    def __init__(self, source: CRS, storage: CRS) -> None:
        self._source = source
        self._storage = storage
        self._left = LARGEST
        self._kinds: Mapping[str, Callable[[Mapping[str, Any], int], Any]] = {
            "op": self._operation,
            "property": lambda tree, _: _property(tree),
            "date": lambda tree, _: _date(tree["date"]),
            "timestamp": lambda tree, _: _timestamp(tree["timestamp"]),
            "interval": lambda tree, depth: self._interval(tree["interval"], depth),
            "bbox": lambda tree, _: self._box(tree["bbox"]),
            "coordinates": lambda tree, _: self._geometry(tree),
            "geometries": lambda tree, _: self._geometry(tree),
        }

    def node(self, tree: Any, depth: int = 0) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise _invalid(
                f"the filter holds more than {LARGEST} values or {_DEEPEST} levels; split it",
                f"le filtre contient plus de {LARGEST} valeurs ou {_DEEPEST} niveaux ; divisez-le",
            )
        if isinstance(tree, list):
            return [self.node(part, depth + 1) for part in tree]
        if isinstance(tree, str | bool | int | float):
            return _value(tree)
        if isinstance(tree, dict):
            for key, convert in self._kinds.items():
                if key in tree:
                    return convert(tree, depth)
        raise _unknown(tree)

    def _operation(self, tree: Mapping[str, Any], depth: int) -> Any:
        name, arguments = tree["op"], tree.get("args")
        if not isinstance(name, str) or not isinstance(arguments, list):
            raise _unknown(tree)
        parts = [self.node(part, depth + 1) for part in arguments]
        if name in {"and", "or"}:
            _check_count(name, parts, at_least=2)
            return _balanced(ast.And if name == "and" else ast.Or, [_condition(part) for part in parts])
        if name == "not":
            return ast.Not(_condition(*_check_count(name, parts, exactly=1)))
        if name == "isNull":
            return ast.IsNull(*_check_count(name, parts, exactly=1), not_=False)
        if name == "between":
            return ast.Between(*_check_count(name, parts, exactly=3), not_=False)
        if name == "in":
            left, options = _check_count(name, parts, exactly=2)
            if not isinstance(options, list) or not options:
                raise _invalid("IN needs a list with a value", "IN demande une liste avec une valeur")
            return ast.In(left, options, not_=False)
        if name == "like":
            left, pattern = _check_count(name, parts, exactly=2)
            return ast.Like(
                left, pattern=pattern, nocase=False, wildcard="%", singlechar="_", escapechar="\\", not_=False
            )
        pair = _PAIRS.get(name) or _PAIRS.get(name.lower())
        if pair:
            left, right = _check_count(name, parts, exactly=2)
            return pair(left, right)
        return ast.Function(name, parts)

    def _interval(self, ends: Any, depth: int) -> values.Interval:
        if not isinstance(ends, list) or len(ends) != 2:
            raise _unknown({"interval": ends})
        return values.Interval(*(self._end(end, depth) for end in ends))

    def _end(self, end: Any, depth: int) -> Any:
        if end == "..":
            return None
        if isinstance(end, str):
            return _date(end) if _DATE.fullmatch(end) else _timestamp(end)
        return self.node(end, depth + 1)

    def _box(self, bounds: Any) -> values.Geometry:
        if not isinstance(bounds, list) or len(bounds) not in _BOUNDS or not all(map(_is_finite, bounds)):
            raise _invalid(
                "a box of the filter is written BBOX(min, min, max, max)",
                "une emprise du filtre s'écrit BBOX(min, min, max, max)",
            )
        return values.Geometry(shapely.geometry.mapping(region(bounds, self._source, self._storage)))

    def _geometry(self, tree: Mapping[str, Any]) -> values.Geometry:
        try:
            geometry = shapely.from_geojson(json.dumps(tree))
        except (ValueError, shapely.errors.ShapelyError) as error:
            raise _invalid(
                f"a geometry of the filter cannot be read: {error}",
                f"une géométrie du filtre est illisible : {error}",
            ) from error
        if not np.isfinite(shapely.get_coordinates(geometry)).all():
            raise _invalid("a coordinate is not finite", "une coordonnée n'est pas finie")
        if is_north_first(self._source):
            geometry = shapely.transform(geometry, lambda points: points[:, ::-1])
        if self._source.is_geographic and not is_within(geometry, _WHOLE_WORLD):
            raise _invalid(
                "a geometry of the filter leaves 180 W to 180 E and 90 S to 90 N; name its CRS in filter-crs",
                "une géométrie du filtre sort de 180 O à 180 E et de 90 S à 90 N ; nommez son système de"
                " coordonnées dans filter-crs",
            )
        moved = cut_to_storage(geometry, self._source, self._storage)
        if moved is None:
            raise _invalid(
                "a geometry of the filter is outside the place where the layer's CRS can be used",
                "une géométrie du filtre sort du domaine du système de coordonnées de la couche",
            )
        return values.Geometry(shapely.geometry.mapping(moved))


def _balanced(kind: Callable[[Any, Any], ast.Node], parts: Sequence[Any]) -> Any:
    """Return parts joined two by two, so that a long list is not a deep tree."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return kind(_balanced(kind, parts[:middle]), _balanced(kind, parts[middle:]))


def _condition(part: Any) -> Any:
    """Return a part that is true or false; a property may be, when it is a boolean."""
    if isinstance(part, bool | ast.Condition | ast.Predicate | ast.Attribute):
        return part
    raise _invalid(
        "AND, OR, NOT and the filter itself take conditions, such as name = 'x'",
        "AND, OR, NOT et le filtre lui-même prennent des conditions, comme nom = 'x'",
    )


def _check_count(name: str, parts: list[Any], *, exactly: int = 0, at_least: int = 0) -> list[Any]:
    if len(parts) < at_least or (exactly and len(parts) != exactly):
        raise _invalid(
            f"the operator {name} has {len(parts)} arguments; it takes {exactly or at_least}",
            f"l'opérateur {name} a {len(parts)} arguments ; il en prend {exactly or at_least}",
        )
    return parts


def _value(value: str | float) -> str | float:
    """Return a text or a number that a store can hold."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise _invalid("a text is not Unicode", "un texte n'est pas de l'Unicode") from error
        return value
    if isinstance(value, int) and abs(value) >= INTEGER_LIMIT:
        value = float(value) if abs(value) < _FLOAT_LIMIT else math.inf
    if not math.isfinite(value):
        raise _invalid("a number is not finite", "un nombre n'est pas fini")
    return value


def _property(tree: Mapping[str, Any]) -> ast.Attribute:
    name = tree["property"]
    if not isinstance(name, str):
        raise _unknown(tree)
    return ast.Attribute(name)


def _date(text: Any) -> dt.date:
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise _invalid(
        f"{str(text)[:40]!r} is not a date; write DATE('2024-05-01')",
        f"{str(text)[:40]!r} n'est pas une date ; écrivez DATE('2024-05-01')",
    )


def _timestamp(text: Any) -> dt.datetime:
    if isinstance(text, str) and _TIMESTAMP.fullmatch(text):
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            pass
    raise _invalid(
        f"{str(text)[:40]!r} is not a time in UTC; write TIMESTAMP('2024-05-01T12:00:00Z')",
        f"{str(text)[:40]!r} n'est pas une heure UTC ; écrivez TIMESTAMP('2024-05-01T12:00:00Z')",
    )


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _FLOAT_LIMIT


def _unknown(tree: Any) -> InvalidInput:
    text = json.dumps(tree, ensure_ascii=False, default=str)[:60]
    return _invalid(f"{text} is not CQL2", f"{text} n'est pas du CQL2")


def _invalid(en: str, fr: str) -> InvalidInput:
    return InvalidInput(en, fr, where="filter")
