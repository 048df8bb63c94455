"""Is this unit one we know, and by how much is another one of the same kind multiplied?

A small strict grammar over `units.yaml`: symbols joined by `/` and `.`, each with at most one
qualifier (`kgCO2e/kWh final`, `m2 Sref`). Decided against a general library of units: what matters
here is that `tC` is never taken for `tCO2e`, nor a square metre of floor for one of land.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from estran.carbon.errors import UnitMismatch, UnknownFactor
from estran.factors.documents import Document, read_document

NO_UNIT = "-"


class UnitSymbols(Document):
    """`units.yaml`."""

    symbols: dict[str, str]
    qualifiers: frozenset[str]
    spellings: dict[str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, taken apart.

    Attributes:
        text: The unit as written, in the spelling of `units.yaml`.
        scale: How many base units it is worth.
        dimensions: Power of each dimension, none of them zero.
        qualifiers: Power of each qualifier: `PCI`, `Sref`.
    """

    text: str
    scale: Fraction
    dimensions: Mapping[str, int]
    qualifiers: Mapping[str, int]


@lru_cache(maxsize=512)
def parse_unit(text: str) -> Unit:
    """Return the unit that `text` writes.

    Raises:
        UnknownFactor: a symbol or a qualifier is not in `units.yaml`, or the text is malformed.

    Example:
        >>> parse_unit("kgCO2e/m2 Sref").dimensions == {"co2e": 1, "area": -1}
        True
    """
    known = read_document("units", UnitSymbols)
    spelled = known.spellings.get(text, text)
    scale = Fraction(1)
    dimensions: Counter[str] = Counter()
    qualifiers: Counter[str] = Counter()
    for position, part in enumerate(spelled.split("/") if spelled != NO_UNIT else ()):
        power: Literal[1, -1] = -1 if position else 1
        if part == "1" and position == 0:
            continue
        for term in part.split("."):
            symbol, _, qualifier = term.partition(" ")
            if symbol not in known.symbols or (qualifier and qualifier not in known.qualifiers):
                raise _unknown(text, term)
            amount, _, dimension = known.symbols[symbol].partition(" ")
            scale *= Fraction(amount) ** power
            dimensions[dimension] += power if dimension else 0
            if qualifier:
                qualifiers[qualifier] += power
    return Unit(spelled, scale, _powers(dimensions), _powers(qualifiers))


def conversion(source: str, target: str) -> float:
    """Return what a number in `source` is multiplied by to be in `target`.

    Raises:
        UnitMismatch: the two units do not measure the same thing.
        UnknownFactor: one of them is unknown.

    Example:
        >>> conversion("kgC/m2/yr", "tC/ha/yr")
        10.0
        >>> round(conversion("kgCH4-C/ha/yr", "kgCH4/ha/yr"), 4)
        1.3333
    """
    one, other = parse_unit(source), parse_unit(target)
    if (one.dimensions, one.qualifiers) != (other.dimensions, other.qualifiers):
        raise UnitMismatch(
            f"{source} and {target} do not measure the same thing",
            f"{source} et {target} ne mesurent pas la même chose",
        )
    return float(one.scale / other.scale)


def _powers(counted: Counter[str]) -> Mapping[str, int]:
    return MappingProxyType({name: power for name, power in counted.items() if power})


def _unknown(text: str, term: str) -> UnknownFactor:
    return UnknownFactor(
        f"the unit {text!r} is not known: {term!r} is not in units.yaml",
        f"l'unité {text!r} est inconnue : {term!r} n'est pas dans units.yaml",
        where=text,
    )
