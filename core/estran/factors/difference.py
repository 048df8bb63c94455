"""What differs between two versions of the registry? Factors that come, go or change."""

from collections.abc import Mapping
from dataclasses import dataclass

from estran.factors.entries import Entry
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry

COMPARED = ("value", "low", "high", "sd", "kind", "unit", "error", "checked", "review_by")
"""What a change of makes a factor another one; titles and notes are words about it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute of one factor that differs."""

    id: str
    attribute: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two registries, by identifier.

    Attributes:
        before: Version of the first.
        after: Version of the second.
        added: In the second only.
        removed: In the first only.
        changed: In both, with another number, unit, doubt or state.
    """

    before: str
    after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]


def difference(before: Registry, after: Registry) -> Difference:
    """Return what differs between two registries; a factor that has lost its value has the value None."""
    first, second = dict(before.entries), dict(after.entries)
    return Difference(
        before=before.version,
        after=after.version,
        added=tuple(sorted(second.keys() - first.keys())),
        removed=tuple(sorted(first.keys() - second.keys())),
        changed=tuple(_changes(first, second)),
    )


def _changes(first: Mapping[str, Entry], second: Mapping[str, Entry]) -> list[Change]:
    return [
        Change(identifier, name, old, new)
        for identifier in sorted(first.keys() & second.keys())
        for name in COMPARED
        if (old := _attribute(first[identifier], name)) != (new := _attribute(second[identifier], name))
    ]


def _attribute(entry: Entry, name: str) -> object:
    factor: Factor | None = entry.factor if isinstance(entry, Gap) else entry
    if factor is None or (isinstance(entry, Gap) and name in ("value", "sd")):
        return None
    return getattr(factor, name)
