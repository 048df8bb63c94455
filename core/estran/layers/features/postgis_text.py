"""How does PostgreSQL drop capitals and accents, as `connections.fold_case` and `fold_accents` do?

Case: to capitals, then to small letters, by the Unicode rules of ICU, with the few letters that
this way differs from Unicode's case folding put right. Accents: canonical decomposition, less the
marks that combine, then letters whose accent is part of them. Reference: Unicode 15, chapter 3.13; UAX 15.
"""

import sys
import unicodedata
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, collate, func, text

from estran.layers.features.connections import plain_letters

_UNICODE = "und-x-icu"
_BINARY = "C"
_DOTLESS, _STAND_IN = "ı", "\uf8f0"
_CAPITAL_SHARP_S = ("ß", "ss")
_SURROGATES = range(0xD800, 0xE000)


def fold_case(part: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a text without the difference between capitals and small letters."""
    wrong, right = _odd_letters()
    guarded = func.translate(part, _DOTLESS, _STAND_IN, type_=Text())
    small = func.lower(func.upper(collate(guarded, _UNICODE), type_=Text()), type_=Text())
    split = func.replace(collate(small, _BINARY), *_CAPITAL_SHARP_S, type_=Text())
    return func.translate(split, wrong + _STAND_IN, right + _DOTLESS, type_=Text())


def fold_accents(part: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a text without its accents."""
    parts = func.normalize(part, text("NFD"), type_=Text())
    bare = func.regexp_replace(collate(parts, _BINARY), _marks(), "", "g", type_=Text())
    letters = plain_letters()
    return func.translate(bare, "".join(map(chr, letters)), "".join(letters.values()), type_=Text())


@lru_cache(maxsize=1)
def _odd_letters() -> tuple[str, str]:
    """Return letters that capitals then small letters give, and what case folding gives for them."""
    pairs = {"ς": "σ"}
    for letter in map(chr, _points()):
        small, folded = letter.upper().lower(), letter.casefold()
        if small != folded and letter != _DOTLESS and len(small) == len(folded) == 1:
            pairs[small] = folded
    return "".join(pairs), "".join(pairs.values())


@lru_cache(maxsize=1)
def _marks() -> str:
    """Return the regular expression of the marks that combine."""
    ranges: list[list[int]] = []
    for point in _points():
        if unicodedata.combining(chr(point)):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1][1] = point
            else:
                ranges.append([point, point])
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges) + "]"


def _points() -> list[int]:
    return [point for point in range(sys.maxunicode + 1) if point not in _SURROGATES]
