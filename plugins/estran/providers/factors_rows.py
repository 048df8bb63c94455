"""What does the collection say of one factor? A flat row, in one language."""

from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import Any

from estran.factors.entries import Entry
from estran.factors.factor import DATE, Factor, Gap
from estran.factors.registry import Registry
from estran.factors.sources import french_source
from estran.factors.uses import processes_using
from estran.layers.features.query import Field

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        field.name: field
        for field in (
            Field("id", "string"),
            Field("title", "string"),
            Field("value", "number"),
            Field("sd", "number"),
            Field("low", "number"),
            Field("high", "number"),
            Field("kind", "string"),
            Field("unit", "string"),
            Field("day", "string", "date"),
            Field("category", "string"),
            Field("processes", "string"),
            Field("source", "string"),
            Field("link", "string"),
            Field("licence", "string"),
            Field("attribution", "string"),
            Field("year", "integer"),
            Field("checked", "boolean"),
            Field("doubt_checked", "boolean"),
            Field("convention", "string"),
            Field("note", "string"),
            Field("sample", "string"),
            Field("table", "string"),
            Field("row", "string"),
            Field("error", "string"),
            Field("territory", "string"),
            Field("valid_from", "string", "date"),
            Field("valid_to", "string", "date"),
            Field("review_by", "string", "date"),
            Field("overridden_by", "string"),
            Field("original", "number"),
            Field("reason", "string"),
            Field("version", "string"),
        )
    }
)
"""The columns, the most telling first."""

SEPARATOR = ", "
"""Between the processes of one factor."""

Row = Mapping[str, Any]


class RegistryKey:
    """A registry that is the same as another when its version is."""

    __slots__ = ("registry",)

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RegistryKey) and other.registry.version == self.registry.version

    def __hash__(self) -> int:
        return hash(self.registry.version)


@lru_cache(maxsize=8)
def factor_rows(registry: RegistryKey, language: str) -> Mapping[str, Row]:
    """Return the row of every factor by identifier, in alphabetical order."""
    entries = registry.registry.entries
    return MappingProxyType(
        {
            identifier: factor_row(entries[identifier], registry.registry, language)
            for identifier in sorted(entries)
        }
    )


def factor_row(entry: Entry, registry: Registry, language: str) -> Row:
    """Return what the collection says of one factor; without value, it is not evaluated and says why."""
    factor = entry.factor if isinstance(entry, Gap) else entry
    if factor is None:
        return {}
    convention = factor.convention.read(language) if factor.convention else None
    is_number = isfinite(factor.value) and factor.unit != DATE
    return {
        "id": factor.id,
        "title": factor.title.read(language),
        "value": factor.value if is_number else None,
        "sd": factor.sd if is_number else None,
        "low": factor.low,
        "high": factor.high,
        "kind": factor.kind,
        "unit": factor.unit,
        "day": _day(factor),
        "category": factor.category or None,
        "processes": SEPARATOR.join(processes_using(factor.id)) or None,
        "source": french_source(factor.source.title) if language == "fr" else factor.source.title,
        "link": factor.source.link,
        "licence": factor.source.licence,
        "attribution": factor.source.attribution,
        "year": factor.source.year,
        "checked": factor.checked,
        "doubt_checked": factor.doubt_checked,
        "convention": entry.reason.read(language) if isinstance(entry, Gap) else convention,
        "note": factor.note or None,
        "sample": factor.sample or None,
        "table": factor.source.table,
        "row": factor.source.row,
        "error": factor.error,
        "territory": factor.territory,
        "valid_from": factor.valid_from or None,
        "valid_to": factor.valid_to or None,
        "review_by": factor.review_by,
        "overridden_by": factor.overridden_by,
        "original": factor.original,
        "reason": factor.reason or None,
        "version": registry.version,
    }


def _day(factor: Factor) -> str | None:
    return factor.day.isoformat() if factor.unit == DATE and isfinite(factor.value) else None
