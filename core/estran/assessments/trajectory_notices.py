"""What must the reader of a path know? Scopes that do not compare, announcements, missing years."""

from collections.abc import Iterator

from estran.assessments.envelope import Notice
from estran.assessments.notices import notice
from estran.assessments.trajectory_figures import NO_TREND, Trended
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.assessments.trajectory_path import Path


def trajectory_notices(
    path: Path, request: TerritoryTrajectoryRequest, trended: Trended | None
) -> Iterator[Notice]:
    """Yield what the path and the observations call for."""
    if path.scope == "footprint":
        yield notice(
            "footprint-scope",
            "empreinte (importations comprises) : elle ne se compare pas à l'inventaire territorial, ni aux "
            "puits sans le dire",
            "a footprint (imports included): it does not compare with the territorial inventory, nor with "
            "sinks without saying so",
        )
    else:
        yield notice(
            "inventory-scope",
            "inventaire territorial : il ne se compare pas à une empreinte",
            "a territorial inventory: it does not compare with a footprint",
        )
    if request.conversion and any(each.scope != path.scope for each in request.series):
        factor, reason = request.conversion.factor, request.conversion.reason
        yield notice(
            "converted-scope",
            f"des séries d'un autre périmètre sont multipliées par {factor:g} : {reason}".replace(
                ".", ",", 1
            ),
            f"series of another scope are multiplied by {factor:g}: {reason}",
            "conversion",
        )
    if path.announced:
        yield notice(
            "announced",
            "évolution annoncée par le territoire, dont la méthode n'est pas publiée",
            "change announced by the territory, whose method is not published",
        )
    given = [each for one in request.series for each in one.observations]
    if any(each.low is None for each in (*given, *([request.base] if request.base else ()))):
        yield notice(
            "exact-values",
            "les valeurs données sans 5e ni 95e centile comptent comme exactes",
            "the values given without 5th and 95th percentiles count as exact",
        )
    if path.lines and not path.announced and trended is None:
        yield notice("no-trend", NO_TREND.fr, NO_TREND.en, "series")
    if path.neutrality:
        yield notice(
            "neutrality",
            "la neutralité suppose que les émissions restantes égalent les puits ; les puits d'une "
            "agglomération "
            "sont bien plus petits que son empreinte",
            "neutrality means that what remains equals the sinks; the sinks of an urban area are far smaller "
            "than its footprint",
        )
