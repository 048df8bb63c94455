"""Which features of a layer held whole does a filter mean? Its words, as what is true of each feature.

Arrays, arithmetic, relations other than `intersects` and changes of very many texts are left to the store.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NoReturn

import numpy as np
from shapely.geometry.base import BaseGeometry

from estran.layers.features.connections import fold_accents, fold_case
from estran.layers.features.dialect import Fold, SetRelation, Sign, Symbol
from estran.layers.features.fields import INTEGER_LIMIT
from estran.layers.features.query import Field, Value
from estran.layers.features.whole import WholeLayer
from estran.layers.features.whole_columns import Column, Mask, Truth


class NotHeld(Exception):
    """The layer cannot tell; its store can."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value of a filter."""

    value: str | float


type Part = Truth | Column | Given


class WholeDialect:
    """The words of a layer held whole."""

    def __init__(self, layer: WholeLayer) -> None:
        self._layer = layer

    def holding(self, part: Part) -> Mask:
        """Tell of which features a condition is true."""
        return _truth(part).yes

    def column(self, field: Field) -> Column:
        """Return a column, when it is held."""
        column = self._layer.columns.get(field.name)
        if column is None:
            raise NotHeld(field.name)
        return column

    def value(self, value: Value, field: Field | None) -> Part:
        """Return a literal; beside a column of truths, 1 or 0."""
        if field is not None and field.type == "boolean":
            value = int(bool(value))
        if value is None or (not isinstance(value, str) and not abs(value) < INTEGER_LIMIT):
            raise NotHeld(str(value))
        return Given(value)

    def truth(self, value: bool) -> Truth:
        """Return what is true, or false, of every feature."""
        return Truth(np.full(len(self._layer.ids), value))

    def all_of(self, parts: Sequence[Part]) -> Part:
        """Return a conjunction."""
        return reduce(_both, map(_truth, parts)) if parts else self.truth(True)

    def any_of(self, parts: Sequence[Part]) -> Part:
        """Return a disjunction."""
        return self.negated(self.all_of([self.negated(part) for part in parts]))

    def negated(self, part: Part) -> Truth:
        """Return the opposite."""
        return _truth(part).opposite()

    def compared(self, left: Part, sign: Sign, right: Part) -> Truth:
        """Return a comparison of a column with a value."""
        column = _column(left)
        return column.compared(sign, _given(column, right))

    def between(self, part: Part, low: Part, high: Part) -> Part:
        """Return the condition to lie between two values."""
        return self.all_of([self.compared(part, ">=", low), self.compared(part, "<=", high)])

    def among(self, part: Part, options: Sequence[Part]) -> Truth:
        """Return the condition to be one of several values."""
        column = _column(part)
        return column.among([_given(column, option) for option in options])

    def is_null(self, part: Part) -> Truth:
        """Return the condition to be null."""
        return _column(part).null()

    def related(self, relation: str, geometry: BaseGeometry) -> Truth:
        """Return the condition of a spatial relation."""
        if relation != "intersects":
            raise NotHeld(relation)
        yes = np.zeros(len(self._layer.ids), bool)
        yes[self._layer.meeting(geometry)] = True
        return Truth(yes)

    def placeless(self) -> NoReturn:
        """Leave it to the store whether a geometry is empty."""
        raise NotHeld

    def computed(self, left: Part, symbol: Symbol, right: Part) -> NoReturn:
        """Leave arithmetic to the store."""
        raise NotHeld(left, symbol, right)

    def folded(self, part: Part, fold: Fold) -> Part:
        """Return texts folded by Unicode's rules."""
        change = fold_case if fold == "case" else fold_accents
        if isinstance(part, Given) and isinstance(part.value, str):
            return Given(str(change(part.value)))
        return _known(_column(part).changed(lambda text: str(change(text))))

    def like(self, part: Part, pattern: str) -> Truth:
        """Return the condition to follow a pattern."""
        follows = _expression(pattern).fullmatch
        return _known(_column(part).matching(lambda text: follows(text) is not None))

    def array(self, parts: Sequence[Part]) -> NoReturn:
        """Leave arrays to the store."""
        raise NotHeld(parts)

    def compared_sets(self, left: Part, relation: SetRelation, right: Part) -> NoReturn:
        """Leave sets to the store."""
        raise NotHeld(left, relation, right)


def _truth(part: Part) -> Truth:
    """Return a condition; a column of truths is one."""
    if isinstance(part, Truth):
        return part
    return _column(part).compared("<>", 0)


def _both(left: Truth, right: Truth) -> Truth:
    if left.no is None and right.no is None:
        return Truth(left.yes & right.yes)
    return Truth(left.yes & right.yes, left.refused() | right.refused())


def _column(part: Part) -> Column:
    if not isinstance(part, Column):
        raise NotHeld
    return part


def _given(column: Column, part: Part) -> str | float:
    """Return a value that a column can be compared with."""
    if not isinstance(part, Given) or isinstance(part.value, str) != column.is_text:
        raise NotHeld
    return part.value


def _known[Found](found: Found | None) -> Found:
    if found is None:
        raise NotHeld
    return found


def _expression(pattern: str) -> re.Pattern[str]:
    r"""Return a CQL2 pattern (`%`, `_`, escape `\`) as a regular expression, which never looks back.

    What stands between two `%` is taken where it is met first; only the end is looked for at the end.

    Example:
        >>> _expression(r"50\% of_%to%").pattern
        '50%\\ of.(?>.*?to).*'
    """
    parts, characters = [""], iter(pattern)
    for character in characters:
        if character == "%":
            parts.append("")
        elif character == "_":
            parts[-1] += "."
        else:
            parts[-1] += re.escape(next(characters, "\\") if character == "\\" else character)
    first, *others = parts
    if not others:
        return re.compile(first, re.DOTALL)
    *between, last = others
    return re.compile(f"{first}{''.join(f'(?>.*?{part})' for part in between)}.*{last}", re.DOTALL)
