"""How do two arrays relate in a CQL2 filter? As sets: neither order nor repetition counts.

Reference: OGC 21-065r2 (CQL2), requirements class Array Functions.
"""

from collections.abc import Mapping
from typing import Any

from pygeofilter import ast

from estran.carbon.errors import InvalidInput
from estran.layers.features.dialect import Dialect, SetRelation
from estran.layers.features.query import Field

RELATIONS: Mapping[type, SetRelation] = {
    ast.ArrayEquals: "equals",
    ast.ArrayContains: "contains",
    ast.ArrayContainedBy: "contains",
    ast.ArrayOverlaps: "overlaps",
}
TURNED = frozenset({ast.ArrayContainedBy})
"""Relations whose right side is what the left one is for the relation of the dialect."""


def set_relation(dialect: Dialect[Any], kind: type, left: Any, right: Any) -> Any:
    """Return the condition that two arrays stand in a relation, a key of `RELATIONS`."""
    if kind in TURNED:
        left, right = right, left
    return dialect.compared_sets(left, RELATIONS[kind], right)


def element_of(field: Field) -> Field:
    """Return the column of arrays as a column of their elements."""
    return Field(field.name, field.items or "string")


def not_array(what: str) -> InvalidInput:
    """Return the error for an argument that is not an array."""
    return InvalidInput(
        f"{what} is not an array; A_EQUALS, A_CONTAINS, A_CONTAINEDBY and A_OVERLAPS take a property that"
        " is one, or a list such as ('a','b')",
        f"{what} n'est pas un tableau ; A_EQUALS, A_CONTAINS, A_CONTAINEDBY et A_OVERLAPS prennent une"
        " propriété qui en est un, ou une liste comme ('a','b')",
        where="filter",
    )
