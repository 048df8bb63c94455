"""How is a unit of the configuration written in UCUM, which schemas use? And back, for people.

UCUM has no sign for people or money: they are annotations, between braces.
Reference: OGC 23-058r2, Schemas, requirement /req/schemas/unit; The Unified Code for Units of Measure, 2.1.
"""

from collections.abc import Mapping

_UCUM: Mapping[str, str] = {"ha": "har", "hab": "{hab}", "EUR": "{EUR}", "an": "a"}
_SHOWN: Mapping[str, str] = {code: unit for unit, code in _UCUM.items()}


def ucum(unit: str) -> str:
    """Return the code of a unit; one that is not listed is a code already.

    Example:
        >>> ucum("ha"), ucum("t/a")
        ('har', 't/a')
    """
    return _UCUM.get(unit, unit)


def shown(code: str) -> str:
    """Return a unit as people write it.

    Example:
        >>> shown("{hab}"), shown("m")
        ('hab', 'm')
    """
    return _SHOWN.get(code, code)
