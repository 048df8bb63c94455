"""How does French look when printed? Apostrophes, no-break spaces, subscripts; units in words."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from estran.assessments.report.numbers import NARROW, NBSP

_GASES = re.compile(r"(?<![A-Za-z0-9_.])((?:[kMG]?t|kg|g)?)(CO|CH|N|SF|NF)([2346])(e?O?)(?![0-9a-zA-Z_])")
_SQUARES = re.compile(r"(?<![\w.])([kcmd]?m)([23])(?![\w.])")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPT = str.maketrans("23", "²³")

_SPACES = re.compile(r" ([;?!])")
_COLON = re.compile(r" :(?=\s|$)")
_OPENED = re.compile(r"« ")
_CLOSED = re.compile(r" »")
_GROUPED = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_UNIT_AFTER = re.compile(r"(?<=\d) (?=(%|‰|ha\b|km\b|m\b|m²|m2\b|tCO|tC\b|kW|t\b|an\b|ans\b|years?\b|yr\b))")

_FRENCH: Mapping[str, str] = MappingProxyType(
    {
        "yr": "an",
        "person": "personne",
        "persons": "personnes",
        "spaces": "places",
        "trees": "arbres",
        "trips": "déplacements",
        "trip": "déplacement",
        "day": "jour",
        "kWp": "kWc",
        "a": "an",
    }
)


def typographic(text: str, language: str) -> str:
    r"""Return a text as it is printed.

    Example:
        >>> typographic("l'écart : 12 tCO2e par m2, N2O compris", "fr")
        'l’écart\xa0: 12\xa0tCO₂e par m², N₂O compris'
        >>> typographic("see `soil_n2o.direct`: 3 ha", "en")
        'see soil_n2o.direct: 3\xa0ha'
    """
    text = text.replace("`", "")
    text = _GASES.sub(lambda found: found[1] + found[2] + found[3].translate(_SUBSCRIPT) + found[4], text)
    text = _SQUARES.sub(lambda found: found[1] + found[2].translate(_SUPERSCRIPT), text)
    text = _UNIT_AFTER.sub(NBSP, text)
    if not language.startswith("fr"):
        return text
    text = text.replace("'", "’")
    text = _SPACES.sub(NARROW + r"\1", text)
    text = _COLON.sub(NBSP + ":", text)
    text = _GROUPED.sub(NARROW, text)
    return _CLOSED.sub(NBSP + "»", _OPENED.sub("«" + NBSP, text))


def lowered(text: str) -> str:
    """Return a text to stand inside a sentence: without its capital, unless it is that of an acronym.

    Example:
        >>> lowered("Sols"), lowered("N2O des sols"), lowered("RE2020")
        ('sols', 'N2O des sols', 'RE2020')
    """
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def unit_words(unit: str, language: str) -> str:
    """Return a unit as people read it.

    Example:
        >>> unit_words("tCO2e/yr", "fr"), unit_words("tCO2e/m2 Sref", "en"), unit_words("-", "fr")
        ('tCO₂e/an', 'tCO₂e/m² Sref', '')
    """
    if unit == "-":
        return ""
    if language.startswith("fr"):
        unit = re.sub(r"[A-Za-z]+", lambda found: _FRENCH.get(found[0], found[0]), unit)
    return re.sub(
        r"(?<![A-Za-z])([kc]?m)([23])",
        lambda found: found[1] + found[2].translate(_SUPERSCRIPT),
        re.sub(r"(CO|CH|N|SF|NF)([2346])", lambda found: found[1] + found[2].translate(_SUBSCRIPT), unit),
    )
