"""How is a number written? Rounded to what its interval deserves, in French or in English.

With an interval of width w, value and bounds are rounded to 10^floor(log10(w / 5)); without one, to two
significant digits. `tests/numbers.json` holds the cases that this file and the page's script share.
"""

from math import floor, isfinite, log10

NARROW = "\u202f"
"""Narrow no-break space, between thousands in French."""

NBSP = "\u00a0"
MINUS = "\u2212"

PARTS = 5.0
"""An interval is told with about this many steps."""

DIGITS = 2
"""Significant digits of a number without interval."""

EXACT_DIGITS = 3
"""Significant digits of a number that is not in doubt."""

WHOLE_FROM = 10.0
"""From this size on, tonnes have no decimals."""


def step_power(value: float, low: float | None, high: float | None, *, is_tonnes: bool = False) -> int:
    """Return k: value and bounds are rounded to multiples of 10^k.

    Example:
        >>> step_power(11_000.0, 9_800.0, 12_200.0), step_power(11_000.0, 8_000.0, 15_700.0)
        (2, 3)
        >>> step_power(1234.0, None, None), step_power(0.0, 0.0, 0.0)
        (2, 0)
    """
    has_interval = low is not None and high is not None
    width = (high - low) if low is not None and high is not None else 0.0
    if has_interval and width > 0.0:
        power = floor(log10(width / PARTS) + 1e-9)
    elif value == 0.0 or not isfinite(value):
        power = 0
    else:
        power = floor(log10(abs(value)) + 1e-9) + 1 - (EXACT_DIGITS if has_interval else DIGITS)
    largest = max(abs(each) for each in (value, low, high) if each is not None)
    return max(power, 0) if is_tonnes and largest >= WHOLE_FROM else power


def rounded(value: float, power: int) -> float:
    """Return the nearest multiple of 10^power, halves away from zero.

    Example:
        >>> rounded(1250.0, 2), rounded(-0.125, -2), rounded(14_374.7, 3)
        (1300.0, -0.13, 14000.0)
    """
    size = abs(value)
    steps = floor((size / 10**power if power >= 0 else size * 10**-power) + 0.5 + 1e-9)
    result = float(steps * 10**power) if power >= 0 else steps / 10**-power
    return -result if value < 0.0 and result else result


def written(value: float, power: int, language: str, *, is_signed: bool = False) -> str:
    """Return a rounded number in words of a language: grouped, with its minus, decimals as the step has.

    Example:
        >>> written(14_374.7, 3, "en", is_signed=True), written(-3.456, -1, "fr"), written(0.04, 0, "fr")
        ('+14,000', '−3,5', '0')
        >>> written(2027.0, 0, "fr") == "2\u202f027"
        True
    """
    number = rounded(value, power)
    text = f"{abs(number):,.{max(0, -power)}f}"
    if language.startswith("fr"):
        text = text.replace(",", NARROW).replace(".", ",")
    if number == 0.0:
        return text
    return (MINUS if number < 0.0 else "+" if is_signed else "") + text


def significant(value: float, language: str, *, digits: int = EXACT_DIGITS) -> str:
    """Return a number that is not in doubt, such as an area, with so many significant digits at most.

    Example:
        >>> significant(5.153078, "fr"), significant(5.0, "en"), significant(123_456.0, "en")
        ('5,15', '5', '123,456')
    """
    if value == 0.0:
        return "0"
    power = min(0, floor(log10(abs(value)) + 1e-9) + 1 - digits)
    text = written(value, power, language)
    mark = "," if language.startswith("fr") else "."
    return text.rstrip("0").rstrip(mark) if power < 0 and mark in text else text


def percent(share: float, language: str) -> str:
    """Return a share as a percentage, with one decimal below ten and two below one tenth.

    Example:
        >>> percent(0.353, "en"), percent(0.0333, "en"), percent(0.00009, "en"), percent(1.0, "en")
        ('35%', '3.3%', '0.009%', '100%')
    """
    hundred = 100.0 * share
    size = abs(hundred)
    power = 0 if size >= WHOLE_FROM or size == 0.0 else max(-4, floor(log10(size) + 1e-9) - 1)
    if size < 1.0 and size:
        power = max(-4, floor(log10(size) + 1e-9))
    text = written(hundred, power, language)
    return f"{text}{NBSP}%" if language.startswith("fr") else f"{text}%"
