"""What does a CQL2 filter mean in SQL?

Covers basic CQL2 (comparisons, `and`, `or`, `not`, `is null`) and `between`, `in`, `like`,
arithmetic, `casei`, `accenti`, the spatial relations of `spatial.RELATIONS`, and the temporal
relations of instants. Reference: OGC 21-065r2, Common Query Language (CQL2).
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shapely
from pygeofilter import ast, values
from pygeofilter.backends.evaluator import Evaluator, handle
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.layers.features.connections import fold_accents, fold_case
from estran.layers.features.query import Field, Value
from estran.layers.features.sql import Sql, all_of, expression, known_field, typed, wrong_type

Spatial = Callable[[str, BaseGeometry], Sql]

_GEOMETRY_NAMES = frozenset({"geometry", "geom"})
_COMPARISONS = {
    ast.Equal: "=",
    ast.NotEqual: "<>",
    ast.LessThan: "<",
    ast.LessEqual: "<=",
    ast.GreaterThan: ">",
    ast.GreaterEqual: ">=",
}
_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mul: "*", ast.Div: "/"}
_FUNCTIONS = {"lower": "fold_case", "casei": "fold_case", "accenti": "fold_accents"}
_FOLDS = {"fold_case": fold_case, "fold_accents": fold_accents}
_SPATIAL = {
    ast.GeometryIntersects: "intersects",
    ast.GeometryContains: "contains",
    ast.GeometryWithin: "within",
    ast.GeometryTouches: "touches",
    ast.GeometryCrosses: "crosses",
    ast.GeometryOverlaps: "overlaps",
    ast.GeometryEquals: "equals",
}
_MIRROR = {
    ast.GeometryContains: ast.GeometryWithin,
    ast.GeometryWithin: ast.GeometryContains,
}
_TEMPORAL = {ast.TimeBefore: "<", ast.TimeAfter: ">", ast.TimeEquals: "="}


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a predicate: SQL, and the column it stands for when it is one."""

    sql: Sql
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The geometry column."""


def where(node: ast.Node, fields: Mapping[str, Field], spatial: Spatial) -> Sql:
    """Return the SQL condition of a filter.

    Args:
        node: The filter, as pygeofilter parses it; geometries in the storage CRS, x first.
        fields: The columns that may be named.
        spatial: Gives the condition of a spatial relation with a geometry.

    Raises:
        InvalidInput: an unknown property, a value of another type, or an operator that is not covered.
    """
    try:
        result = _ToSql(fields, spatial).evaluate(node)
    except NotImplementedError as error:
        raise _not_covered(type(node).__name__) from error
    except RecursionError as error:
        raise _not_covered("nesting") from error
    if isinstance(result, Operand) and result.field and result.field.type == "boolean":
        return result.sql
    if not isinstance(result, Sql):
        raise _not_covered("expression")
    return result


def _handles[Method: Callable[..., object]](*kinds: type) -> Callable[[Method], Method]:
    return handle(*kinds)  # type: ignore[no-any-return]


class _ToSql(Evaluator):  # type: ignore[misc]
    def __init__(self, fields: Mapping[str, Field], spatial: Spatial) -> None:
        self.fields = fields
        self.spatial = spatial

    @_handles(ast.Attribute)
    def attribute(self, node: ast.Attribute) -> Operand | Place:
        if node.name in _GEOMETRY_NAMES and node.name not in self.fields:
            return Place()
        field = known_field(self.fields, node.name)
        return Operand(Sql(expression(field)), field)

    @_handles(str, bool, int, float, dt.date, dt.datetime, type(None))
    def literal(self, node: object) -> object:
        return node

    @_handles(values.Geometry)
    def geometry(self, node: values.Geometry) -> BaseGeometry:
        try:
            return shapely.from_geojson(json.dumps(node.geometry))
        except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
            raise InvalidGeometry(
                f"a geometry of the filter cannot be read: {error}",
                f"une géométrie du filtre est illisible : {error}",
                where="filter",
            ) from error

    @_handles(values.Interval)
    def interval(self, _node: values.Interval, start: object, end: object) -> tuple[object, object]:
        return start, end

    @_handles(ast.Not)
    def negation(self, _node: ast.Not, part: object) -> Sql:
        inner = _condition(part)
        return Sql(f"NOT ({inner.text})", inner.values)

    @_handles(ast.And, ast.Or)
    def combination(self, node: ast.Combination, left: object, right: object) -> Sql:
        first, second = _condition(left), _condition(right)
        word = "AND" if isinstance(node, ast.And) else "OR"
        return Sql(f"({first.text}) {word} ({second.text})", first.values + second.values)

    @_handles(*_COMPARISONS)
    def comparison(self, node: ast.Comparison, left: object, right: object) -> Sql:
        return _joined("{} " + _COMPARISONS[type(node)] + " {}", left, right)

    @_handles(*_TEMPORAL)
    def temporal(self, node: ast.TemporalPredicate, left: object, right: object) -> Sql:
        return _joined("{} " + _TEMPORAL[type(node)] + " {}", left, right)

    @_handles(ast.TimeDuring)
    def during(self, _node: ast.TimeDuring, left: object, right: object) -> Sql:
        if not isinstance(right, tuple):
            raise _not_covered("T_DURING")
        bounds = zip((">", "<"), right, strict=True)
        return all_of([_joined("{} " + sign + " {}", left, bound) for sign, bound in bounds if bound])

    @_handles(ast.Between)
    def between(self, node: ast.Between, left: object, low: object, high: object) -> Sql:
        word = "NOT BETWEEN" if node.not_ else "BETWEEN"
        return _joined("{} " + word + " {} AND {}", left, low, high)

    @_handles(ast.In)
    def membership(self, node: ast.In, left: object, *options: object) -> Sql:
        marks = ", ".join(["{}"] * len(options))
        return _joined("{} " + ("NOT IN" if node.not_ else "IN") + f" ({marks})", left, *options)

    @_handles(ast.Like)
    def like(self, node: ast.Like, left: object) -> Sql:
        pattern = Operand(Sql("?", (_glob(_folded(node.pattern)),)))
        return _joined("{} " + ("NOT GLOB" if node.not_ else "GLOB") + " {}", left, pattern)

    @_handles(ast.IsNull)
    def null(self, node: ast.IsNull, left: object) -> Sql:
        if isinstance(left, Place):
            raise _not_covered("geometry IS NULL")
        return _joined("{} " + ("IS NOT NULL" if node.not_ else "IS NULL"), left)

    @_handles(*_ARITHMETIC)
    def arithmetic(self, node: ast.Arithmetic, left: object, right: object) -> Operand:
        symbol = _ARITHMETIC[type(node)]
        first = "CAST({} AS REAL)" if symbol == "/" else "{}"
        return Operand(_joined(f"({first} {symbol} {{}})", left, right))

    @_handles(ast.Function)
    def function(self, node: ast.Function, *arguments: object) -> object:
        name = node.name.lower()
        if name not in _FUNCTIONS or len(arguments) != 1:
            raise _not_covered(node.name)
        return Operand(_joined(_FUNCTIONS[name] + "({})", *arguments))

    @_handles(*_SPATIAL, ast.GeometryDisjoint)
    def relation(self, node: ast.SpatialComparisonPredicate, left: object, right: object) -> Sql:
        kind = type(node)
        if isinstance(right, Place):
            left, right, kind = right, left, _MIRROR.get(kind, kind)
        if not isinstance(left, Place) or not isinstance(right, BaseGeometry):
            raise _not_covered(kind.__name__)
        if kind is ast.GeometryDisjoint:
            found = self.spatial("intersects", right)
            return Sql(f"NOT ({found.text})", found.values)
        return self.spatial(_SPATIAL[kind], right)


def _condition(part: object) -> Sql:
    if isinstance(part, Sql):
        return part
    if isinstance(part, bool):
        return Sql("1" if part else "0")
    if isinstance(part, Operand) and part.field and part.field.type == "boolean":
        return part.sql
    raise _not_covered(str(part))


def _joined(template: str, *sides: object) -> Sql:
    """Return a template filled with its sides; a literal takes the type of the column beside it."""
    field = next((side.field for side in sides if isinstance(side, Operand) and side.field), None)
    pieces = [side.sql if isinstance(side, Operand) else Sql("?", (_literal(side, field),)) for side in sides]
    return Sql(
        template.format(*(piece.text for piece in pieces)),
        tuple(value for piece in pieces for value in piece.values),
    )


def _literal(value: object, field: Field | None) -> Value:
    moment = isinstance(value, dt.date)
    if isinstance(value, str) or moment:
        text = value.isoformat() if isinstance(value, dt.date) else str(value)
        if field is None:
            return text
        if field.type != "string":
            raise wrong_type(field, text)
        return typed(field, text) if field.format else text
    if isinstance(value, bool):
        if field and field.type != "boolean":
            raise wrong_type(field, str(value).lower())
        return int(value)
    if isinstance(value, int | float):
        if field and field.type not in {"integer", "number"}:
            raise wrong_type(field, str(value))
        return value
    raise _not_covered(type(value).__name__)


def _folded(pattern: object) -> str:
    """Return the text of a LIKE pattern, after the CASEI and ACCENTI around it."""
    if isinstance(pattern, str):
        return pattern
    if isinstance(pattern, ast.Function) and pattern.name in _FUNCTIONS and len(pattern.arguments) == 1:
        fold = _FOLDS[_FUNCTIONS[pattern.name]]
        return str(fold(_folded(pattern.arguments[0])))
    raise _not_covered("LIKE")


def _glob(pattern: str) -> str:
    r"""Return a CQL2 pattern (`%`, `_`, escape `\`) as an SQLite GLOB, which tells case apart.

    Example:
        >>> _glob(r"50\% of_ [a]%")
        '50% of? [[]a]*'
    """
    text, characters = "", iter(pattern)
    for character in characters:
        if character == "\\":
            character = next(characters, "\\")
        elif character in "%_":
            text += "*" if character == "%" else "?"
            continue
        text += f"[{character}]" if character in "*?[" else character
    return text


def _not_covered(what: str) -> InvalidInput:
    return InvalidInput(
        f"this filter cannot be evaluated: {what} is not supported here",
        f"ce filtre ne peut pas être évalué : {what} n'est pas pris en charge ici",
        where="filter",
    )
