"""How does a store say what a selection means?

`cql` and `selection` know what a filter, a bbox or a page means; a dialect knows how its database
says it. One piece of a condition is a `Part`, whatever the database wants it to be.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from shapely.geometry.base import BaseGeometry

from estran.layers.features.query import Field, Value

Fold = Literal["case", "accents"]
Sign = Literal["=", "<>", "<", "<=", ">", ">="]
Symbol = Literal["+", "-", "*", "/", "^", "%", "div"]
SetRelation = Literal["equals", "contains", "overlaps"]


class Dialect[Part](Protocol):
    """The words of one database. A condition on a null value is neither true nor false."""

    def column(self, field: Field) -> Part:
        """Return a column in a form whose order is the order of its meaning; texts by code point."""

    def value(self, value: Value, field: Field | None) -> Part:
        """Return a literal; beside a column it has been read as the type of that column."""

    def truth(self, value: bool) -> Part:
        """Return what is always true or always false."""

    def all_of(self, parts: Sequence[Part]) -> Part:
        """Return the conjunction of conditions; true when there are none."""

    def any_of(self, parts: Sequence[Part]) -> Part:
        """Return the disjunction of conditions."""

    def negated(self, part: Part) -> Part:
        """Return the opposite of a condition."""

    def compared(self, left: Part, sign: Sign, right: Part) -> Part:
        """Return a comparison."""

    def between(self, part: Part, low: Part, high: Part) -> Part:
        """Return the condition that a value lies between two, both included."""

    def among(self, part: Part, options: Sequence[Part]) -> Part:
        """Return the condition that a value is one of several."""

    def is_null(self, part: Part) -> Part:
        """Return the condition that there is no value."""

    def placeless(self) -> Part:
        """Return the condition that a feature has no geometry, or an empty one; never null."""

    def computed(self, left: Part, symbol: Symbol, right: Part) -> Part:
        """Return the result of arithmetic on real numbers; what has no value, as 1/0, gives null.

        `div` leaves the decimals out; the rest of `%` has the sign of `left`.
        """

    def folded(self, part: Part, fold: Fold) -> Part:
        """Return a text without capitals, or without accents."""

    def like(self, part: Part, pattern: str) -> Part:
        r"""Return the condition that a text follows a CQL2 pattern: `%`, `_`, escape `\`."""

    def array(self, parts: Sequence[Part]) -> Part:
        """Return an array of values of one type; there may be none."""

    def compared_sets(self, left: Part, relation: SetRelation, right: Part) -> Part:
        """Return the condition that two arrays relate, as sets; a null element equals nothing."""

    def related(self, relation: str, geometry: BaseGeometry) -> Part:
        """Return the condition that a feature stands in a relation of `relations.RELATIONS` to a geometry.

        Never null: a feature without geometry does not stand in it.
        """
