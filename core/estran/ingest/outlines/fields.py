"""Which fields of a layer may say what each part becomes, and which class does each value look like?"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.ingest.outlines.wordings import MEANINGS, NAMES, WORDINGS

MOST_VALUES = 30
MOST_FIELDS = 8
LONGEST = 120
AFTER = "after"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field.

    Attributes:
        text: The value as it is shown.
        ranks: Ranks of the objects that have it.
        suggestion: The class that it looks like.
    """

    text: str
    ranks: tuple[int, ...]
    suggestion: str | None


@dataclass(frozen=True, slots=True)
class Field:
    """A field with few values."""

    name: str
    values: tuple[Value, ...]

    @property
    def recognised(self) -> int:
        """How many values look like a class."""
        return sum(value.suggestion is not None for value in self.values)


def fields_of(columns: Mapping[str, NDArray[Any]], labels: Mapping[str, tuple[str, str]]) -> list[Field]:
    """Return the fields that may say what each object becomes, the likeliest first.

    Args:
        columns: The fields of the objects.
        labels: The classes after the project, with their names.
    """
    known = _known(labels)
    found = [field for name, values in columns.items() if (field := _field(name, values, known)) is not None]
    found.sort(key=lambda field: (-field.recognised / len(field.values), _order(field.name)))
    return found[:MOST_FIELDS]


def names_of(columns: Mapping[str, NDArray[Any]], count: int) -> list[str]:
    """Return the name of each object, empty where it has none."""
    lowered = {plain(name): name for name in columns}
    for candidate in NAMES:
        if candidate in lowered:
            names = [text_of(value)[:LONGEST] for value in columns[lowered[candidate]]]
            if any(names):
                return names
    return [""] * count


def text_of(value: object) -> str:
    """Return the value of a field as text, empty when there is none."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def plain(text: str) -> str:
    """Return words to compare: in lower case, without accents, one space between them.

    Example:
        >>> plain("  Espaces  Verts_publics (Été)")
        'espaces verts publics ete'
    """
    bare = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z0-9'-]+", bare.replace("_", " ")))


def _field(name: str, column: NDArray[Any], known: Mapping[str, str]) -> Field | None:
    if column.dtype.kind not in "OUSib":
        return None
    ranks: dict[str, list[int]] = {}
    for rank, value in enumerate(column.tolist()):
        if isinstance(value, bytes | list | dict):
            return None
        ranks.setdefault(text_of(value), []).append(rank)
        if len(ranks) > MOST_VALUES:
            return None
    if set(ranks) == {""} or any(len(text) > LONGEST for text in ranks):
        return None
    made = Field(name, tuple(Value(text, tuple(where), _class(text, known)) for text, where in ranks.items()))
    says_nothing = len(ranks) == 1 or (plain(name) in NAMES and len(ranks) == len(column))
    return None if says_nothing and not made.recognised else made


def _known(labels: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The class that each wording names."""
    words: dict[str, str] = {}
    for identifier, (fr, en) in labels.items():
        for wording in (identifier, fr, en, *WORDINGS.get(identifier, "").split(", ")):
            words.setdefault(plain(wording), identifier)
    return words


def _class(text: str, known: Mapping[str, str]) -> str | None:
    words = plain(text)
    if not words:
        return None
    if words in known:
        return known[words]
    padded = f" {words} "
    inside = {
        identifier for wording, identifier in known.items() if len(wording) > 3 and f" {wording} " in padded
    }
    return inside.pop() if len(inside) == 1 else None


def _order(name: str) -> int:
    return MEANINGS.index(plain(name)) if plain(name) in MEANINGS else len(MEANINGS)
