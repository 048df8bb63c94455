"""What must the reader of any answer know about its factors and its doubt?"""

from collections.abc import Iterable, Iterator

from estran.assessments.envelope import BreakdownRow, Notice
from estran.assessments.laws import is_wide
from estran.carbon.propagation import Propagation
from estran.carbon.text import Text
from estran.factors.factor import Factor

SHOWN = 5
"""Items that a notice names before it counts the others."""

NOTES = {
    "analytic": Text(
        "Propagation analytique, loi normale : intervalles symétriques, sauf aux bornes que la grandeur ne "
        "peut franchir. Les termes qui partagent une erreur varient ensemble, les erreurs sont "
        "indépendantes entre elles. L'erreur de classement de l'occupation du sol n'est pas comprise.",
        "Analytic propagation, normal law: symmetric intervals, but for bounds that the figure cannot "
        "cross. Terms that share an error move together, errors are independent of each other. The "
        "classification error of the land cover is not included.",
    ),
    "monte-carlo": Text(
        "Monte-Carlo : intervalles entre quantiles des tirages ; la valeur est celle du modèle aux valeurs "
        "centrales. Les termes qui partagent une erreur sont tirés ensemble, les erreurs sont "
        "indépendantes entre elles. L'erreur de classement de l'occupation du sol n'est pas comprise.",
        "Monte-Carlo: intervals between quantiles of the draws; the value is that of the model at the "
        "central values. Terms that share an error are drawn together, errors are independent of each "
        "other. The classification error of the land cover is not included.",
    ),
}
"""How the intervals of an answer read, by method."""


def factor_notices(factors: Iterable[Factor]) -> Iterator[Notice]:
    """Yield what the factors used call for."""
    used = sorted({factor.id: factor for factor in factors}.items())
    changed = [identifier for identifier, factor in used if factor.overridden]
    if changed:
        names = ", ".join(changed)
        yield notice("overridden-factor", f"facteurs remplacés : {names}", f"overridden factors: {names}")
    unchecked = [identifier for identifier, factor in used if not factor.checked and not factor.overridden]
    if unchecked:
        names = ", ".join(unchecked)
        yield notice(
            "unchecked-factor",
            f"facteurs non vérifiés dans leur source : {names}",
            f"factors not checked against their source: {names}",
        )
    if any(factor.sd > 0.0 and not factor.doubt_checked for _, factor in used):
        yield notice(
            "working-uncertainty",
            "des incertitudes sont des valeurs de travail, non publiées : voir `factors`",
            "some uncertainties are working values, not published: see `factors`",
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
            "demandez `method: monte-carlo` pour des intervalles qui en tiennent compte",
            f"{weight:.0%} of the doubt comes from factors unsure by more than 30 % or skewed: ask for "
            "`method: monte-carlo` to get intervals that take it into account",
        )


def partial_notices(breakdown: Iterable[BreakdownRow]) -> Iterator[Notice]:
    """Yield what the total leaves out, when it leaves something out."""
    left_out = [
        row.title
        for row in breakdown
        if "total" in row.indicators and (row.value is None or row.not_evaluated_area > 0.0)
    ]
    if left_out:
        more = len(left_out) - SHOWN
        fr = " ; ".join(title.fr for title in left_out[:SHOWN]) + (
            f" ; et {more} autre(s)" if more > 0 else ""
        )
        en = "; ".join(title.en for title in left_out[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
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
            f"{failed} objet(s) sur {features} n'ont pas pu être lus et ne comptent pas dans le total ; "
            "l'erreur est sur leur ligne",
            f"{failed} of {features} features could not be read and do not count in the total; "
            "the error stands on their row",
        )


def notice(code: str, fr: str, en: str, where: str | None = None) -> Notice:
    """Return a notice in both languages."""
    return Notice(code=code, message=Text(fr, en), where=where)
