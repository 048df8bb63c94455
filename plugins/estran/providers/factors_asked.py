"""Which factors does a request select, and in which order?"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from estran.carbon.errors import InvalidInput
from estran.layers.features.query import Field
from estran.providers.factors_rows import FIELDS, SEPARATOR, Row

SEARCHED = ("id", "title", "category", "source", "note", "convention", "table", "row")

ANY = "*"
"""In the text of a value: any characters."""

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def selected(rows: Iterable[Row], *, equals: Sequence[tuple[str, str]], words: str | None) -> list[Row]:
    """Return the rows that have the given values and hold all the given words.

    Args:
        rows: The factors.
        equals: Column and text of the value; of `processes`, one of them is enough. In a column of
            texts, `*` stands for any characters, and neither case nor accents count.
        words: Separated by spaces, without regard to case or accents.

    Raises:
        InvalidInput: an unknown column, or a text that is not a value of the column.
    """
    tests = [_test(name, text) for name, text in equals]
    wanted = _folded(words or "").split()
    return [
        row
        for row in rows
        if all(test(row) for test in tests) and (not wanted or all(word in _text(row) for word in wanted))
    ]


def ordered(rows: Iterable[Row], keys: Sequence[tuple[str, bool]]) -> list[Row]:
    """Return the rows sorted by columns, ascending or not; a row without value comes last either way."""
    found = list(rows)
    for name, ascending in reversed(keys):
        empty = [row for row in found if row[name] is None]
        filled = [row for row in found if row[name] is not None]
        filled.sort(key=lambda row, name=name: row[name], reverse=not ascending)  # type: ignore[misc]
        found = filled + empty
    return found


def _test(name: str, text: str) -> Callable[[Row], bool]:
    if name not in FIELDS:
        known = ", ".join(FIELDS)
        raise InvalidInput(
            f"unknown query parameter {name!r}; besides those of OGC API Features, factors have {known}",
            f"paramètre inconnu : {name!r} ; outre ceux d'OGC API Features, les facteurs ont {known}",
            where=name,
        )
    if name == "processes":
        return lambda row: text in (row[name] or "").split(SEPARATOR)
    if FIELDS[name].type == "string" and ANY in text:
        pattern = re.compile(".*".join(re.escape(part) for part in _folded(text).split(ANY)), re.DOTALL)
        return lambda row: row[name] is not None and bool(pattern.fullmatch(_folded(row[name])))
    value = _value(FIELDS[name], text)
    return lambda row: row[name] is not None and row[name] == value


def _value(field: Field, text: str) -> Any:
    try:
        if field.type == "boolean":
            return _TRUTH[text.lower()]
        return float(text) if field.type in ("number", "integer") else text
    except (KeyError, ValueError) as error:
        raise InvalidInput(
            f"{field.name} is a {field.type}, not {text!r}",
            f"{field.name} est de type {field.type}, pas {text!r}",
            where=field.name,
        ) from error


def _text(row: Mapping[str, Any]) -> str:
    return _folded(" ".join(str(row[name]) for name in SEARCHED if row[name]))


def _folded(text: str) -> str:
    """Return a text in lower case, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
