"""What must the reader of any answer know about its factors and its doubt?"""

from collections.abc import Iterable, Iterator, Sequence

from estran.assessments.envelope import BreakdownRow, Notice
from estran.assessments.laws import is_wide
from estran.carbon.propagation import Propagation
from estran.carbon.text import Text
from estran.factors.factor import Factor

NOTABLE_OVERLAP = 1e-6
"""Share of the summed areas: slivers between neighbours drawn apart are counted once without a word."""

NARROW_SPACE = "\u202f"
"""What sets thousands apart in French."""

SHOWN = 5
"""Items that a notice names before it counts the others."""

MAP_LEFT_OUT = Text(
    "L'erreur de classement de l'occupation du sol n'est pas comprise.",
    "The classification error of the land cover is not included.",
)

MAP_COUNTED = Text(
    "L'erreur de classement de l'occupation du sol est comprise : une par classe, la surface ne change pas.",
    "The classification error of the land cover is included: one per class, the area does not change.",
)

DOUBTS: dict[str, Text] = {
    "analytic": Text(
        "Propagation analytique, loi normale : intervalles symétriques, sauf aux bornes que la grandeur ne "
        "peut franchir. Les termes qui partagent une erreur varient ensemble, les erreurs sont "
        "indépendantes entre elles.",
        "Analytic propagation, normal law: symmetric intervals, but for bounds that the figure cannot "
        "cross. Terms that share an error move together, errors are independent of each other.",
    ),
    "monte-carlo": Text(
        "Monte-Carlo : intervalles entre quantiles des tirages ; la valeur est celle du modèle aux valeurs "
        "centrales. Les termes qui partagent une erreur sont tirés ensemble, les erreurs sont "
        "indépendantes entre elles.",
        "Monte-Carlo: intervals between quantiles of the draws; the value is that of the model at the "
        "central values. Terms that share an error are drawn together, errors are independent of each "
        "other.",
    ),
}


def doubt_note(method: str, last: Text) -> Text:
    """Return how the intervals of an answer read, and what is said last."""
    said = DOUBTS[method]
    return Text(f"{said.fr} {last.fr}", f"{said.en} {last.en}")


NOTES = {method: doubt_note(method, MAP_LEFT_OUT) for method in DOUBTS}
"""How the intervals of an answer read, by method, unless its process says more."""


def factor_notices(factors: Iterable[Factor]) -> Iterator[Notice]:
    """Yield what the factors used call for."""
    used = sorted({factor.id: factor for factor in factors}.items())
    changed = [factor for _, factor in used if factor.overridden]
    if changed:
        fr, en = _named(changed)
        yield notice("overridden-factor", f"facteurs remplacés : {fr}", f"overridden factors: {en}")
    unchecked = [factor for _, factor in used if not factor.checked and not factor.overridden]
    if unchecked:
        fr, en = _named(unchecked)
        yield notice(
            "unchecked-factor",
            f"facteurs non vérifiés dans leur source ({len(unchecked)} sur {len(used)}) : {fr}",
            f"factors not checked against their source ({len(unchecked)} of {len(used)}): {en}",
        )
    if any(factor.sd > 0.0 and not factor.doubt_checked for _, factor in used):
        yield notice(
            "working-uncertainty",
            "des incertitudes sont des valeurs de travail, non publiées : voir les facteurs de la réponse",
            "some uncertainties are working values, not published: see the factors of the answer",
        )


def doubt_notices(propagation: Propagation, factors: Iterable[Factor]) -> Iterator[Notice]:
    """Yield that Monte-Carlo would say more, when the factors that weigh most are wide or skewed."""
    if propagation.method != "analytic":
        return
    wide = {factor.error or factor.id for factor in factors if is_wide(factor)}
    weight = sum(share for error, share in propagation.shares.items() if error in wide)
    if weight > 0.0:
        yield notice(
            "wide-uncertainty",
            f"{100 * weight:.0f} % du doute vient de facteurs incertains à plus de 30 % ou dissymétriques : "
            "demandez la méthode de Monte-Carlo pour des intervalles qui en tiennent compte",
            f"{weight:.0%} of the doubt comes from factors unsure by more than 30 % or skewed: ask for "
            "the Monte-Carlo method to get intervals that take it into account",
        )


def partial_notices(breakdown: Iterable[BreakdownRow]) -> Iterator[Notice]:
    """Yield what the total leaves out, when it leaves something out."""
    left_out = [
        row.title
        for row in breakdown
        if "total" in row.indicators and (row.value is None or row.not_evaluated_area > 0.0)
    ]
    if left_out:
        fr, en = _listed(left_out)
        yield notice(
            "partial-total",
            f"le total laisse de côté, en tout ou en partie, ce qui n'est pas évalué et n'est pas nul : {fr}",
            f"the total leaves out, in whole or in part, what is not evaluated and is not zero: {en}",
        )


def failure_notices(failed: int, features: int) -> Iterator[Notice]:
    """Yield that some features could not be read, when some could not."""
    if failed:
        yield notice(
            "failed-features",
            f"objets qui n'ont pas pu être lus : {failed} sur {features} ; ils ne comptent pas dans le "
            "total, et l'erreur est sur leur ligne",
            f"{failed} of {features} features could not be read and do not count in the total; "
            "the error stands on their row",
        )


def overlap_notices(rows_ha: float, whole_ha: float) -> Iterator[Notice]:
    """Yield that features overlap, when they do: their rows then add up to more than the total.

    Args:
        rows_ha: Sum of their areas.
        whole_ha: Area of their union.
    """
    if rows_ha - whole_ha <= NOTABLE_OVERLAP * rows_ha:
        return
    yield notice(
        "overlapping-features",
        f"des objets se recouvrent : {rows_ha:.4f} ha en somme, {whole_ha:.4f} ha ensemble ; "
        "le total compte chaque mètre carré une fois".replace(".", ","),
        f"features overlap: {rows_ha:.4f} ha summed, {whole_ha:.4f} ha together; "
        "the total counts each square metre once",
    )


def once(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices without those that repeat another one of the same place."""
    return tuple({(each.code, each.where, each.message): each for each in notices}.values())


def _named(factors: Sequence[Factor]) -> tuple[str, str]:
    """Some factors by title, and by identifier where a caller looks for it."""
    return _listed(
        [
            Text(f"{factor.title.fr} (`{factor.id}`)", f"{factor.title.en} (`{factor.id}`)")
            for factor in factors
        ]
    )


def _listed(titles: Sequence[Text]) -> tuple[str, str]:
    """The first titles, and how many more there are, in French and in English."""
    more = len(titles) - SHOWN
    fr = " ; ".join(title.fr for title in titles[:SHOWN])
    en = "; ".join(title.en for title in titles[:SHOWN])
    if more <= 0:
        return fr, en
    return f"{fr} ; et {more} autre{'s' if more > 1 else ''}", f"{en}; and {more} more"


def counted(count: int, one: Text, many: Text) -> Text:
    """Return a number of things in words, thousands apart: none and one are singular in French.

    Example:
        >>> roofs = counted(2, Text("toit", "roof"), Text("toits", "roofs"))
        >>> roofs.fr, roofs.en
        ('2 toits', '2 roofs')
    """
    said = f"{count:,}"
    fr, en = many.fr if count > 1 else one.fr, one.en if count == 1 else many.en
    return Text(f"{said.replace(',', NARROW_SPACE)} {fr}", f"{said} {en}")


def notice(code: str, fr: str, en: str, where: str | None = None) -> Notice:
    """Return a notice in both languages."""
    return Notice(code=code, message=Text(fr, en), where=where)
