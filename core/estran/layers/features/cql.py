"""What does a CQL2 filter mean?

Covers basic CQL2 (comparisons, `and`, `or`, `not`, `is null`) and `between`, `in`, `like`,
arithmetic, `casei`, `accenti`, the spatial relations of `relations.RELATIONS`, the temporal ones of
`cql_time` and those of arrays of `cql_arrays`. How a database says it is the matter of a `Dialect`.
Reference: OGC 21-065r2, Common Query Language (CQL2).
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from pygeofilter import ast, values
from pygeofilter.backends.evaluator import Evaluator, handle
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.layers.features.connections import fold_accents, fold_case
from estran.layers.features.cql_arrays import RELATIONS as SET_RELATIONS
from estran.layers.features.cql_arrays import element_of, not_array, set_relation
from estran.layers.features.cql_time import RELATIONS as TIME_RELATIONS
from estran.layers.features.cql_time import Period, related
from estran.layers.features.dialect import Dialect, Fold, Sign, Symbol
from estran.layers.features.fields import known_field, typed, wrong_type
from estran.layers.features.query import Field, Value
from estran.layers.features.relations import holding
from estran.layers.features.shape import mended

_GEOMETRY_NAMES = frozenset({"geometry", "geom"})
_COMPARISONS: Mapping[type, Sign] = {
    ast.Equal: "=",
    ast.NotEqual: "<>",
    ast.LessThan: "<",
    ast.LessEqual: "<=",
    ast.GreaterThan: ">",
    ast.GreaterEqual: ">=",
}
_ARITHMETIC: Mapping[type, Symbol] = {ast.Add: "+", ast.Sub: "-", ast.Mul: "*", ast.Div: "/"}
_POWERS: Mapping[str, Symbol] = {"^": "^", "%": "%", "div": "div"}
_FUNCTIONS: Mapping[str, Fold] = {"lower": "case", "casei": "case", "accenti": "accents"}
_FOLDS = {"case": fold_case, "accents": fold_accents}
_SPATIAL = {
    ast.GeometryIntersects: "intersects",
    ast.GeometryContains: "contains",
    ast.GeometryWithin: "within",
    ast.GeometryTouches: "touches",
    ast.GeometryCrosses: "crosses",
    ast.GeometryOverlaps: "overlaps",
    ast.GeometryEquals: "equals",
}
_REFLEXIVE = frozenset({"intersects", "equals", "within", "contains"})
_MIRROR = {
    ast.GeometryContains: ast.GeometryWithin,
    ast.GeometryWithin: ast.GeometryContains,
}


@dataclass(frozen=True, slots=True)
class Operand[Part]:
    """One side of a predicate, and the column it stands for when it is one."""

    part: Part
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Condition[Part]:
    """What is true or false of a feature."""

    part: Part


@dataclass(frozen=True, slots=True)
class Place:
    """The geometry column."""


def where[Part](node: ast.Node, fields: Mapping[str, Field], dialect: Dialect[Part]) -> Part:
    """Return the condition of a filter.

    Args:
        node: The filter, as pygeofilter parses it; geometries in the storage CRS, x first.
        fields: The columns that may be named.
        dialect: How the database says it.

    Raises:
        InvalidInput: an unknown property, a value of another type, or an operator that is not covered.
    """
    meaning = _Meaning(fields, dialect)
    try:
        condition: Condition[Part] = meaning.condition(meaning.evaluate(node))
    except NotImplementedError as error:
        raise _not_covered(type(node).__name__) from error
    except RecursionError as error:
        raise _not_covered("nesting") from error
    return condition.part


def _handles[Method: Callable[..., object]](*kinds: type) -> Callable[[Method], Method]:
    return handle(*kinds)  # type: ignore[no-any-return]


class _Meaning(Evaluator):  # type: ignore[misc]
    """The walk over a filter; `Part` is Any because pygeofilter's metaclass takes no generic class."""

    def __init__(self, fields: Mapping[str, Field], dialect: Dialect[Any]) -> None:
        self.fields = fields
        self.dialect = dialect

    @_handles(ast.Attribute)
    def attribute(self, node: ast.Attribute) -> Operand[Any] | Place:
        if node.name in _GEOMETRY_NAMES and node.name not in self.fields:
            return Place()
        field = known_field(self.fields, node.name)
        return Operand(self.dialect.column(field), field)

    @_handles(str, bool, int, float, dt.date, dt.datetime, type(None))
    def literal(self, node: object) -> object:
        return node

    @_handles(values.Geometry)
    def geometry(self, node: values.Geometry) -> BaseGeometry:
        try:
            return mended(shapely.from_geojson(json.dumps(node.geometry)))
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
    def negation(self, _node: ast.Not, part: object) -> Condition[Any]:
        return Condition(self.dialect.negated(self.condition(part).part))

    @_handles(ast.And, ast.Or)
    def combination(self, node: ast.Combination, left: object, right: object) -> Condition[Any]:
        parts = [self.condition(left).part, self.condition(right).part]
        return Condition(
            self.dialect.all_of(parts) if isinstance(node, ast.And) else self.dialect.any_of(parts)
        )

    @_handles(*_COMPARISONS)
    def comparison(self, node: ast.Node, left: object, right: object) -> Condition[Any]:
        first, second = self.sides(left, right)
        return Condition(self.dialect.compared(first, _COMPARISONS[type(node)], second))

    @_handles(*TIME_RELATIONS)
    def time_relation(self, node: ast.Node, left: object, right: object) -> Condition[Any]:
        ends = [end for side in (left, right) for end in (side if isinstance(side, tuple) else (side, side))]
        field = next((end.field for end in ends if isinstance(end, Operand) and end.field), None)
        if field is not None and field.format is None:
            raise wrong_type(field, type(node).__name__)
        parts = [None if end is None else self.moment(end, field) for end in ends]
        periods = Period(*parts[:2]), Period(*parts[2:])
        return Condition(related(self.dialect, type(node), *periods))

    def moment(self, end: object, field: Field | None) -> Any:
        """Return an instant, read as the column beside it."""
        if isinstance(end, Operand):
            return end.part
        if not isinstance(end, dt.date):
            raise _not_covered(str(end)[:40])
        return self.dialect.value(_literal(end, field), field)

    @_handles(list)
    def elements(self, node: list[object]) -> list[object]:
        return [self.evaluate(part) for part in node]

    @_handles(*SET_RELATIONS)
    def set_relation(self, node: ast.Node, left: object, right: object) -> Condition[Any]:
        field = next((side.field for side in (left, right) if isinstance(side, Operand) and side.field), None)
        parts = [self.array(side, field) for side in (left, right)]
        return Condition(set_relation(self.dialect, type(node), *parts))

    def array(self, side: object, field: Field | None) -> Any:
        """Return an array: a column of them, or a list whose values take the type of the column beside it."""
        if isinstance(side, Operand) and side.field and side.field.type == "array":
            return side.part
        if not isinstance(side, list):
            named = side.field.name if isinstance(side, Operand) and side.field else str(side)[:40]
            raise not_array(named)
        element = None if field is None else element_of(field)
        return self.dialect.array(
            [
                part.part if isinstance(part, Operand) else self.dialect.value(_literal(part, element), None)
                for part in side
            ]
        )

    @_handles(ast.Between)
    def between(self, node: ast.Between, left: object, low: object, high: object) -> Condition[Any]:
        return self.unless(node.not_, self.dialect.between(*self.sides(left, low, high)))

    @_handles(ast.In)
    def membership(self, node: ast.In, left: object, *options: object) -> Condition[Any]:
        part, *choices = self.sides(left, *options)
        return self.unless(node.not_, self.dialect.among(part, choices))

    @_handles(ast.Like)
    def like(self, node: ast.Like, left: object) -> Condition[Any]:
        pattern = _folded(node.pattern)
        field = left.field if isinstance(left, Operand) else None
        if field and (field.type != "string" or field.format):
            raise wrong_type(field, pattern)
        (text,) = self.sides(left)
        return self.unless(node.not_, self.dialect.like(text, pattern))

    @_handles(ast.IsNull)
    def null(self, node: ast.IsNull, left: object) -> Condition[Any]:
        if isinstance(left, Place):
            return self.unless(node.not_, self.dialect.placeless())
        part = left.part if isinstance(left, Operand) else self.sides(left)[0]
        return self.unless(node.not_, self.dialect.is_null(part))

    @_handles(*_ARITHMETIC)
    def arithmetic(self, node: ast.Arithmetic, left: object, right: object) -> Operand[Any]:
        first, second = self.sides(left, right)
        return Operand(self.dialect.computed(first, _ARITHMETIC[type(node)], second))

    @_handles(ast.Function)
    def function(self, node: ast.Function, *arguments: object) -> Operand[Any]:
        name = node.name.lower()
        if name in _POWERS and len(arguments) == 2:
            first, second = self.sides(*arguments)
            return Operand(self.dialect.computed(first, _POWERS[name], second))
        if name not in _FUNCTIONS or len(arguments) != 1:
            raise _not_covered(node.name)
        (text,) = self.sides(*arguments)
        return Operand(self.dialect.folded(text, _FUNCTIONS[name]))

    @_handles(*_SPATIAL, ast.GeometryDisjoint)
    def relation(self, node: ast.SpatialComparisonPredicate, left: object, right: object) -> Condition[Any]:
        kind = type(node)
        if isinstance(right, Place):
            left, right, kind = right, left, _MIRROR.get(kind, kind)
        relation = _SPATIAL.get(kind, "intersects")
        if isinstance(left, BaseGeometry) and isinstance(right, BaseGeometry):
            holds = bool(holding(relation, right, np.array([left], dtype=object))[0])
            found = self.dialect.truth(holds)
        elif isinstance(left, Place) and isinstance(right, Place):
            has_place = self.dialect.negated(self.dialect.placeless())
            found = has_place if relation in _REFLEXIVE else self.dialect.truth(False)
        elif isinstance(left, Place) and isinstance(right, BaseGeometry):
            found = self.dialect.related(relation, right)
        else:
            raise _not_covered(kind.__name__)
        return self.unless(kind is ast.GeometryDisjoint, found)

    def condition(self, part: object) -> Condition[Any]:
        """Return a part that is true or false; a property may be, when it is a boolean."""
        if isinstance(part, Condition):
            return part
        if isinstance(part, bool):
            return Condition(self.dialect.truth(part))
        if isinstance(part, Operand) and part.field and part.field.type == "boolean":
            return Condition(part.part)
        raise _not_covered("expression" if isinstance(part, Operand) else str(part))

    def unless(self, is_not: bool, part: Any) -> Condition[Any]:
        return Condition(self.dialect.negated(part) if is_not else part)

    def sides(self, *sides: object) -> list[Any]:
        """Return the parts of a predicate; a literal takes the type of the column beside it."""
        fields = [side.field for side in sides if isinstance(side, Operand) and side.field]
        arrays = [field for field in fields if field.type == "array"]
        if arrays:
            raise wrong_type(arrays[0], "")
        field = fields[0] if fields else None
        return [
            side.part if isinstance(side, Operand) else self.dialect.value(_literal(side, field), field)
            for side in sides
        ]


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
        return value
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


def _not_covered(what: str) -> InvalidInput:
    return InvalidInput(
        f"this filter cannot be evaluated: {what} is not supported here",
        f"ce filtre ne peut pas être évalué : {what} n'est pas pris en charge ici",
        where="filter",
    )
