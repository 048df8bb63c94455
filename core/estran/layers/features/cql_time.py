"""How do two times relate? Allen's relations between instants and intervals, ends open or not.

An instant is an interval that starts and ends at once. A time without value makes the relation
neither true nor false.
Reference: OGC 21-065r2 (CQL2), clause 7.4; J. F. Allen, Communications of the ACM 26 (1983), 832-843.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pygeofilter import ast

from estran.layers.features.dialect import Dialect, Sign

_FIRST, _LAST = 0, 1

RELATIONS: Mapping[type, tuple[tuple[int, Sign, int], ...]] = {
    ast.TimeAfter: ((_FIRST, ">", _LAST),),
    ast.TimeBefore: ((_LAST, "<", _FIRST),),
    ast.TimeEquals: ((_FIRST, "=", _FIRST), (_LAST, "=", _LAST)),
    ast.TimeContains: ((_FIRST, "<", _FIRST), (_LAST, ">", _LAST)),
    ast.TimeDuring: ((_FIRST, ">", _FIRST), (_LAST, "<", _LAST)),
    ast.TimeEndedBy: ((_FIRST, "<", _FIRST), (_LAST, "=", _LAST)),
    ast.TimeEnds: ((_FIRST, ">", _FIRST), (_LAST, "=", _LAST)),
    ast.TimeMeets: ((_LAST, "=", _FIRST),),
    ast.TimeMetBy: ((_FIRST, "=", _LAST),),
    ast.TimeOverlappedBy: ((_FIRST, ">", _FIRST), (_FIRST, "<", _LAST), (_LAST, ">", _LAST)),
    ast.TimeOverlaps: ((_FIRST, "<", _FIRST), (_LAST, ">", _FIRST), (_LAST, "<", _LAST)),
    ast.TimeBegunBy: ((_FIRST, "=", _FIRST), (_LAST, ">", _LAST)),
    ast.TimeBegins: ((_FIRST, "=", _FIRST), (_LAST, "<", _LAST)),
    ast.TimeDisjoint: ((_LAST, "<", _FIRST), (_FIRST, ">", _LAST)),
}
"""By relation, what holds between an end of the left time and one of the right: all, or any if disjoint."""


@dataclass(frozen=True, slots=True)
class Period[Part]:
    """A time: its first and last instants, None where it is open."""

    first: Part | None
    last: Part | None

    def end(self, which: int) -> Part | None:
        """Return the first or the last instant."""
        return self.last if which == _LAST else self.first


def related[Part](dialect: Dialect[Part], kind: type, left: Period[Part], right: Period[Part]) -> Part:
    """Return the condition that two times stand in a relation, a key of `RELATIONS`."""
    parts = [
        _compared(dialect, (left.end(mine), mine), sign, (right.end(theirs), theirs))
        for mine, sign, theirs in RELATIONS[kind]
    ]
    return dialect.any_of(parts) if kind is ast.TimeDisjoint else dialect.all_of(parts)


def _compared[Part](
    dialect: Dialect[Part], left: tuple[Part | None, int], sign: Sign, right: tuple[Part | None, int]
) -> Part:
    """Compare two ends; an open one is before all times when it is a start, after all when it is an end."""
    mine, theirs = left[0], right[0]
    if mine is not None and theirs is not None:
        return dialect.compared(mine, sign, theirs)
    ranks = [0 if part is not None else (1 if which == _LAST else -1) for part, which in (left, right)]
    order = (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
    holds = dialect.truth({"<": order < 0, ">": order > 0, "=": order == 0}[sign])
    known = [dialect.compared(part, "=", part) for part in (mine, theirs) if part is not None]
    return dialect.all_of([holds, *known])
