"""What do the features of a layer hold in their columns? Ranks side by side, which are quick to compare.

A column is its values, each once and in ascending order, and for each feature the place of its value.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.layers.features.dialect import Sign
from estran.layers.features.fields import INTEGER_LIMIT
from estran.layers.features.query import Cell

type Mask = NDArray[np.bool_]
type Ranks = NDArray[np.signedinteger[Any]]
type Values = list[str] | NDArray[np.int64] | NDArray[np.float64]

MANY_TEXTS = 65_536
"""A column of more different texts than this is not gathered: they weigh as much as the features."""

NULL = -1
"""The rank of no value."""

FEW_TEXTS = 2_000
"""Up to so many different texts are changed, or compared with a pattern, at each question."""

TEXT_BYTES = 80
"""About what a text weighs."""

_NUMBERS = {int, float, bool}
_EXACT = 2**53
"""Whole numbers up to this one have a real number of their own."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Of each feature, whether a condition is true or false; it may be neither, where a value is null.

    Attributes:
        yes: Whether it is true.
        no: Whether it is false; None when whatever is not true is false.
    """

    yes: Mask
    no: Mask | None = None

    def opposite(self) -> "Truth":
        """Return the opposite."""
        return Truth(~self.yes) if self.no is None else Truth(self.no, self.yes)

    def refused(self) -> Mask:
        """Return whether it is false, of each feature."""
        return ~self.yes if self.no is None else self.no


@dataclass(frozen=True, slots=True)
class Column:
    """The values of a column.

    Attributes:
        values: Each value once, ascending, texts by code point; without null.
        ranks: By feature, the place of its value; `NULL` for none.
        has_null: Whether some have none.
    """

    values: Values
    ranks: Ranks
    has_null: bool

    @property
    def is_text(self) -> bool:
        """Whether the values are texts."""
        return isinstance(self.values, list)

    @property
    def size(self) -> int:
        """What it weighs, in bytes."""
        values = self.values
        texts = TEXT_BYTES * len(values) if isinstance(values, list) else values.nbytes
        return self.ranks.nbytes + texts

    def value(self, place: int) -> str | int | float | None:
        """Return the value of a feature."""
        rank = int(self.ranks[place])
        if rank < 0:
            return None
        return self.values[rank] if isinstance(self.values, list) else self.values[rank].item()

    def compared(self, sign: Sign, value: str | float) -> Truth:
        """Compare it with a value of its kind."""
        first, last = self._span(value)
        match sign:
            case "=":
                found = self._equal(first, last)
            case "<>":
                found = ~self._equal(first, last)
            case "<":
                found = self.ranks < first
            case "<=":
                found = self.ranks < last
            case ">":
                found = self.ranks >= last
            case ">=":
                found = self.ranks >= first
        return self._without_null(found)

    def among(self, values: Sequence[str | float]) -> Truth:
        """Tell whether it is one of some values of its kind."""
        wanted = np.zeros(len(self.values) + 1, bool)
        for value in values:
            first, last = self._span(value)
            wanted[first:last] = True
        return self._without_null(wanted[self.ranks])

    def matching(self, holds: Callable[[str], bool]) -> Truth | None:
        """Tell of which texts something is true; None when they are many, or no texts."""
        if not self._has_few_texts:
            return None
        return self._without_null(np.array([*map(holds, self.values), False])[self.ranks])

    def changed(self, change: Callable[[str], str]) -> "Column | None":
        """Return the column with its texts changed; None when they are many, or no texts."""
        if not self._has_few_texts:
            return None
        texts = [*map(change, self.values)]
        values = sorted(set(texts))
        rank_of = np.array([*(bisect_left(values, text) for text in texts), NULL], np.int32)
        return Column(values, rank_of[self.ranks], self.has_null)

    @property
    def _has_few_texts(self) -> bool:
        return self.is_text and len(self.values) <= FEW_TEXTS

    def null(self) -> Truth:
        """Tell where there is no value."""
        return Truth(self.ranks < 0)

    def order(self, places: NDArray[np.int64], *, ascending: bool) -> Ranks:
        """Return numbers in whose order some features come; those without value come last."""
        ranks = self.ranks[places]
        turned = ranks if ascending else -ranks
        return np.where(ranks < 0, np.int32(len(self.values)), turned).astype(np.int32)

    def _equal(self, first: int, last: int) -> Mask:
        return self.ranks == first if first < last else np.zeros(len(self.ranks), bool)

    def _span(self, value: str | float) -> tuple[int, int]:
        """Return the places before and after those of a value."""
        if isinstance(self.values, list):
            return bisect_left(self.values, value), bisect_right(self.values, value)
        values = self.values.astype(float) if isinstance(value, float) else self.values
        return int(np.searchsorted(values, value)), int(np.searchsorted(values, value, side="right"))

    def _without_null(self, yes: Mask) -> Truth:
        if not self.has_null:
            return Truth(yes)
        is_there = self.ranks >= 0
        return Truth(yes & is_there, ~yes & is_there)


class Gathered:
    """A column that is read part by part.

    Example:
        >>> gathered = Gathered()
        >>> gathered.extend(["b", None])
        >>> gathered.extend(["a", "b"])
        >>> column = gathered.column()
        >>> column.values, column.ranks.tolist()
        (['a', 'b'], [1, -1, 0, 1])
    """

    def __init__(self) -> None:
        self._codes: dict[Cell, int] = {None: NULL}
        self._coded = array("i")

    def extend(self, cells: Sequence[Cell]) -> None:
        """Add the values of the next features; NaN is null."""
        codes = self._codes
        for cell in set(cells).difference(codes):
            codes[cell] = len(codes) if cell == cell else NULL
        self._coded.extend(map(codes.__getitem__, cells))

    def column(self) -> Column | None:
        """Return the column; None when its values are of several kinds, or too many, or too large."""
        known = {cell: code for cell, code in self._codes.items() if code != NULL}
        kinds = set(map(type, known))
        is_text = kinds == {str}
        if not (is_text or kinds <= _NUMBERS) or (is_text and len(known) > MANY_TEXTS):
            return None
        cells: list[Any] = sorted(known)
        values = cells if is_text else _numbers(cells, is_real=float in kinds)
        if values is None:
            return None
        # Narrow numbers weigh less, and are compared more quickly.
        rank_of = np.full(len(self._codes) + 1, NULL, np.min_scalar_type(-len(cells) - 1))
        rank_of[[known[cell] for cell in cells]] = np.arange(len(cells))
        ranks = rank_of[np.frombuffer(self._coded, np.int32)]
        return Column(values, ranks, has_null=bool(ranks.min(initial=0) < 0))


def _numbers(cells: Sequence[float], *, is_real: bool) -> Values | None:
    ends = [cells[0], cells[-1]] if cells else []
    if not is_real:
        return np.array(cells, np.int64) if all(abs(end) < INTEGER_LIMIT for end in ends) else None
    has_large = any(isinstance(cell, int) and abs(cell) > _EXACT for cell in cells)
    is_finite = all(math.isfinite(end) for end in ends)
    return np.array(cells, np.float64) if is_finite and not has_large else None
