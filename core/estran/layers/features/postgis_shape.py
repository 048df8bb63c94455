"""Which questions share a statement of PostGIS? Those that differ in their values alone."""

from collections.abc import Hashable, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from estran.layers.features.dialect import Fold, SetRelation, Sign, Symbol
from estran.layers.features.query import Field, Value

type Mark = tuple[Hashable, ...]


class Shape:
    """The words of `PostgisDialect` as marks; values are set apart, in the order in which it names them.

    Example:
        >>> shape, height = Shape(), Field("height", "number")
        >>> shape.compared(shape.column(height), ">", shape.value(3, height))
        ('compared', ('column', 'height'), '>', ('value', 'int', 'height'))
        >>> shape.values
        [3]

    Attributes:
        values: The values, as the database is sent them.
    """

    def __init__(self) -> None:
        self.values: list[object] = []

    def column(self, field: Field) -> Mark:
        """Return the mark of a column."""
        return "column", field.name

    def value(self, value: Value, field: Field | None) -> Mark:
        """Return the mark of a literal: its type, and the column beside it, decide what is sent."""
        self.values.append(sent(value, field))
        return "value", type(value).__name__, field and field.name

    def truth(self, value: bool) -> Mark:
        """Return the mark of true or false."""
        return "truth", value

    def all_of(self, parts: Sequence[Mark]) -> Mark:
        """Return the mark of a conjunction."""
        return "all", *parts

    def any_of(self, parts: Sequence[Mark]) -> Mark:
        """Return the mark of a disjunction."""
        return "any", *parts

    def negated(self, part: Mark) -> Mark:
        """Return the mark of the opposite."""
        return "not", part

    def compared(self, left: Mark, sign: Sign, right: Mark) -> Mark:
        """Return the mark of a comparison."""
        return "compared", left, sign, right

    def between(self, part: Mark, low: Mark, high: Mark) -> Mark:
        """Return the mark of a range."""
        return "between", part, low, high

    def among(self, part: Mark, options: Sequence[Mark]) -> Mark:
        """Return the mark of a list."""
        return "among", part, *options

    def is_null(self, part: Mark) -> Mark:
        """Return the mark of what is null."""
        return "null", part

    def placeless(self) -> Mark:
        """Return the mark of what has no geometry."""
        return ("placeless",)

    def computed(self, left: Mark, symbol: Symbol, right: Mark) -> Mark:
        """Return the mark of arithmetic."""
        return "computed", left, symbol, right

    def folded(self, part: Mark, fold: Fold) -> Mark:
        """Return the mark of a text folded."""
        return "folded", part, fold

    def like(self, part: Mark, pattern: str) -> Mark:
        """Return the mark of a pattern."""
        self.values.append(sent_pattern(pattern))
        return "like", part

    def array(self, parts: Sequence[Mark]) -> Mark:
        """Return the mark of an array."""
        return "array", *parts

    def compared_sets(self, left: Mark, relation: SetRelation, right: Mark) -> Mark:
        """Return the mark of a relation of sets."""
        return "sets", left, relation, right

    def related(self, relation: str, geometry: BaseGeometry) -> Mark:
        """Return the mark of a spatial relation; nothing is sent of an empty geometry."""
        if geometry.is_empty:
            return self.truth(False)
        self.values.append(sent_geometry(geometry))
        return "related", relation


def sent(value: Value, field: Field | None) -> Value:
    """Return a literal as the database is sent it."""
    is_truth = field is not None and field.type == "boolean" and value is not None
    return bool(value) if is_truth else value


def sent_pattern(pattern: str) -> str:
    """Return a pattern as the database is sent it: what its last sign escapes is itself."""
    return pattern + "\\" * ((len(pattern) - len(pattern.rstrip("\\"))) % 2)


def sent_geometry(geometry: BaseGeometry) -> bytes:
    """Return a geometry as the database is sent it."""
    return bytes(shapely.to_wkb(geometry, flavor="iso"))
