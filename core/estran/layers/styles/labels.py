"""The words of a legend: bounds written as each language writes numbers."""

from estran.layers.settings import Bilingual

_FRENCH_MARKS = str.maketrans(",.-", "\u202f,\u2212")


def bounds_label(low: float | None, high: float | None) -> Bilingual:
    """Return the words for `low <= x < high`.

    Example:
        >>> print(bounds_label(4, 7.5).fr, "|", bounds_label(None, 4).en, "|", bounds_label(15, None).fr)
        4 à 7,5 | below 4 | 15 et plus
    """
    bottom, top = _number(low), _number(high)
    if low is None:
        return Bilingual(fr=f"moins de {top.fr}", en=f"below {top.en}")
    if high is None:
        return Bilingual(fr=f"{bottom.fr} et plus", en=f"{bottom.en} and above")
    return Bilingual(fr=f"{bottom.fr} à {top.fr}", en=f"{bottom.en} to {top.en}")


def _number(value: float | None) -> Bilingual:
    if value is None:
        return Bilingual(fr="", en="")
    text = f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return Bilingual(fr=text.translate(_FRENCH_MARKS), en=text.replace("-", "\u2212"))
