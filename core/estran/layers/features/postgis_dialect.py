"""How does a selection of features read in PostGIS, through SQLAlchemy?

A box is looked up in the GiST index (`&&`) before a relation is evaluated. Texts are compared by
code point (collation "C"), as in the other stores.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from shapely.geometry.base import BaseGeometry
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Double,
    LargeBinary,
    String,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    collate,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.types import TypeEngine

from estran.layers.features.curves import read_wkb
from estran.layers.features.dialect import Fold, SetRelation, Sign, Symbol
from estran.layers.features.postgis_shape import sent, sent_geometry, sent_pattern
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.features.postgis_text import fold_accents, fold_case
from estran.layers.features.query import Field, Value
from estran.layers.features.relations import holding
from estran.layers.features.selection import SortKey
from estran.layers.features.spatial import CHUNK

_LARGEST_LOGARITHM = 700.0

GIVEN = "given"
"""Name of the value that a statement kept for later is given."""

type Part = ColumnElement[Any]

_STRAIGHT = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
"""Types of a column in which there is no arc."""

_RELATIONS = {
    "intersects": func.ST_Intersects,
    "contains": func.ST_Contains,
    "within": func.ST_Within,
    "touches": func.ST_Touches,
    "crosses": func.ST_Crosses,
    "overlaps": func.ST_Overlaps,
    "equals": func.ST_Equals,
}


class PostgisDialect:
    """PostGIS's words; the values that they are given are named `v0`, `v1` and so on, as `Shape` lists them.

    Args:
        table: The table.
        spatial: Gives the condition of a spatial relation with a geometry, which is bound already.
    """

    def __init__(
        self, table: PostgisTable, spatial: Callable[[PostgisTable, str, BaseGeometry, Part], Part]
    ) -> None:
        self._table = table
        self._spatial = spatial
        self._numbers = itertools.count()

    def column(self, field: Field) -> Part:
        """Return a column."""
        return self._table.columns[field.name]

    def given(self, field: Field) -> Part:
        """Return what stands for a value like those of a column, to be named `GIVEN`, as `value` would."""
        kind = self._table.columns[field.name].type
        is_text = field.type == "string"
        sent = bindparam(GIVEN, type_=Text() if is_text else kind)
        return cast(sent, kind) if is_text and not isinstance(kind, String) else sent

    def value(self, value: Value, field: Field | None) -> Part:
        """Return a literal; a text takes the type of the column beside it."""
        value = sent(value, field)
        kind = self._table.columns[field.name].type if field else Text()
        if isinstance(value, str) and not isinstance(kind, String):
            return cast(self._bound(value, Text()), kind)
        if isinstance(value, bool):
            return self._bound(value, Boolean())
        if isinstance(value, int):
            return self._bound(value, BigInteger())
        return self._bound(value, Double() if isinstance(value, float) else Text())

    def truth(self, value: bool) -> Part:
        """Return true or false."""
        return true() if value else false()

    def all_of(self, parts: Sequence[Part]) -> Part:
        """Return a conjunction."""
        return and_(true(), *parts)

    def any_of(self, parts: Sequence[Part]) -> Part:
        """Return a disjunction."""
        return or_(false(), *parts)

    def negated(self, part: Part) -> Part:
        """Return the opposite."""
        return not_(part)

    def compared(self, left: Part, sign: Sign, right: Part) -> Part:
        """Return a comparison."""
        if sign == "=":
            return left == right
        if sign == "<>":
            return left != right
        return by_code_point(left).bool_op(sign)(right)

    def between(self, part: Part, low: Part, high: Part) -> Part:
        """Return the condition to lie between two values."""
        return by_code_point(part).between(low, high)

    def among(self, part: Part, options: Sequence[Part]) -> Part:
        """Return the condition to be one of several values."""
        return part.in_(options)

    def is_null(self, part: Part) -> Part:
        """Return the condition to be null."""
        return part.is_(None)

    def placeless(self) -> Part:
        """Return the condition to have no geometry."""
        return or_(self._table.geometry.is_(None), func.ST_IsEmpty(self._table.geometry, type_=Boolean()))

    def computed(self, left: Part, symbol: Symbol, right: Part) -> Part:
        """Return the result of arithmetic."""
        if symbol == "^":
            return _power(cast(left, Double), cast(right, Double))
        if symbol in {"%", "div"}:
            whole: Part = func.trunc(self.computed(left, "/", right), type_=Double())
            if symbol == "div":
                return whole
            return self.computed(left, "-", self.computed(whole, "*", right))
        divisor = func.nullif(right, 0, type_=Double()) if symbol == "/" else right
        return cast(left, Double).op(symbol, return_type=Double())(cast(divisor, Double))

    def folded(self, part: Part, fold: Fold) -> Part:
        """Return a text folded by Unicode's rules."""
        return fold_case(part) if fold == "case" else fold_accents(part)

    def like(self, part: Part, pattern: str) -> Part:
        """Return the condition to follow a pattern."""
        return by_code_point(part).like(self._bound(sent_pattern(pattern), Text()), escape="\\")

    def array(self, parts: Sequence[Part]) -> Part:
        """Return an array; whole and real numbers together are real."""
        kinds: list[TypeEngine[Any]] = [part.type for part in parts]
        kind = next((each for each in kinds if isinstance(each, Double)), kinds[0] if kinds else Text())
        return cast(array(parts), ARRAY(kind))

    def compared_sets(self, left: Part, relation: SetRelation, right: Part) -> Part:
        """Return the condition of a relation of sets, through the operators that a GIN index serves."""
        left, right = _alike(left, right)
        if relation == "equals":
            return and_(left.bool_op("@>")(right), left.bool_op("<@")(right))
        return left.bool_op("@>" if relation == "contains" else "&&")(right)

    def related(self, relation: str, geometry: BaseGeometry) -> Part:
        """Return the condition of a spatial relation."""
        if geometry.is_empty:
            return false()
        wkb = self._bound(sent_geometry(geometry), LargeBinary())
        shape = func.ST_GeomFromWKB(wkb, self._table.srid)
        return self._spatial(self._table, relation, geometry, shape)

    def _bound(self, value: object, kind: TypeEngine[Any]) -> Part:
        return bindparam(f"v{next(self._numbers)}", value, type_=kind)


def named_values(values: Sequence[object]) -> dict[str, object]:
    """Return the values that `Shape` lists by the names that the dialect gives them."""
    return {f"v{number}": value for number, value in enumerate(values)}


def related_there(table: PostgisTable, relation: str, _geometry: BaseGeometry, shape: Part) -> Part:
    """Return the condition of a spatial relation that PostGIS evaluates."""
    return and_(_candidates(table, shape), _RELATIONS[relation](table.geometry, shape))


def related_here(
    connection: Connection, table: PostgisTable, relation: str, geometry: BaseGeometry, shape: Part
) -> Part:
    """Return the condition of a spatial relation evaluated here, on the features whose box fits.

    For what PostGIS refuses: relations other than `intersects` on collections of geometries, and
    some invalid rings.
    """
    candidates = _candidates(table, shape)
    identifier = table.columns[table.id_field.name]
    rows = connection.execution_options(yield_per=CHUNK).execute(
        select(shown(identifier), as_binary(table)).select_from(table.source).where(candidates)
    )
    failed: list[Value] = []
    for part in rows.partitions(CHUNK):
        geometries = np.empty(len(part), dtype=object)
        geometries[:] = [row[1] for row in part]
        holds = holding(relation, geometry, read_wkb(geometries))
        failed += [row[0] for row, true_ in zip(part, holds, strict=True) if not true_]
    connection.execution_options(yield_per=None)
    return and_(candidates, not_(among_values(table, table.id_field, failed)))


def among_values(table: PostgisTable, field: Field, values: Sequence[Value]) -> Part:
    """Return the condition that a column is one of many values, sent as one parameter."""
    part = table.columns[field.name]
    if field.type == "string" and not isinstance(part.type, String):
        return part == any_(cast(literal(list(values), ARRAY(Text())), ARRAY(part.type)))
    kinds: dict[str, TypeEngine[Any]] = {
        "integer": BigInteger(),
        "number": Double(),
        "boolean": Boolean(),
        "string": Text(),
    }
    return part == any_(literal(list(values), ARRAY(kinds[field.type])))


def ordering(table: PostgisTable, keys: Sequence[SortKey]) -> list[Part]:
    """Return the ORDER BY of sort keys; nulls come last; the identifier, which ends it, has none."""
    parts: list[Part] = []
    for key in keys:
        part = by_code_point(table.columns[key.field.name])
        turned = part.asc() if key.ascending else part.desc()
        parts.append(turned if key.field == table.id_field else turned.nulls_last())
    return parts


def shown(part: Part) -> Part:
    """Return a column as it is read: whatever JSON has no type for, as text."""
    plain = (Boolean, BigInteger, Double, Text, ARRAY)
    return part if isinstance(part.type, plain) else cast(part, Text)


def as_binary(table: PostgisTable) -> Part:
    """Return the geometry as well-known binary, its arcs followed by short lines."""
    return func.ST_AsBinary(straight(table, table.geometry), type_=LargeBinary())


def straight(table: PostgisTable, geometry: Part) -> Part:
    """Return a geometry of a table, its arcs followed by short lines; as it is where there can be none."""
    return geometry if table.geometry_type in _STRAIGHT else func.ST_CurveToLine(geometry)


def _alike(left: Part, right: Part) -> tuple[Part, Part]:
    """Return two arrays of one type: an empty one takes that of the other, whole numbers become real."""
    kinds = [part.type.item_type for part in (left, right) if isinstance(part.type, ARRAY)]
    if type(kinds[0]) is type(kinds[1]):
        return left, right
    kind = next((each for each in kinds if not isinstance(each, BigInteger | Text)), kinds[0])
    return cast(left, ARRAY(kind)), cast(right, ARRAY(kind))


def _power(base: Part, exponent: Part) -> Part:
    """Return a power, null where PostgreSQL would fail: no real value, or one too large."""
    digits = func.abs(exponent) * func.ln(func.greatest(func.abs(base), 1e-300), type_=Double())
    unreal = or_(
        and_(base < 0, exponent != func.trunc(exponent, type_=Double())),
        and_(base == 0, exponent < 0),
        digits > _LARGEST_LOGARITHM,
        digits < -_LARGEST_LOGARITHM,
    )
    return case((unreal, null()), else_=func.power(base, exponent, type_=Double()))


def _candidates(table: PostgisTable, shape: Part) -> Part:
    return and_(table.geometry.is_not(None), table.geometry.op("&&")(shape))


def by_code_point(part: Part) -> Part:
    """Return a column that is compared and sorted by code point when it is a text."""
    return collate(part, "C") if isinstance(part.type, String) else part
