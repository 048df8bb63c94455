"""Which rows and indicators tell a path? Gaps, levels aimed at, trend, removals needed."""

from collections.abc import Iterator
from dataclasses import dataclass

from estran.assessments.case import Figure, Row
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.assessments.trajectory_model import TONNES, lead_of, slugs
from estran.assessments.trajectory_path import Line, Path
from estran.assessments.trajectory_targets import TONNES_PER_YEAR
from estran.carbon.text import Text
from estran.carbon.trajectory import Trend

NO_BASE = Text(
    "le niveau de base de cette série n'est pas connu : donnez son observation de l'année de base",
    "the base level of this series is not known: give its observation of the base year",
)

NO_TREND = Text("trop peu d'années observées pour une tendance", "too few years observed for a trend")

NEUTRALITY = "neutrality_year"


@dataclass(frozen=True, slots=True)
class Trended:
    """The trend of the leading series, in tCO2e/yr, and the year in which it meets the removals."""

    line: Trend
    year: float | None
    bounds: tuple[float | None, float | None]
    reach: float


def trajectory_rows(path: Path) -> Iterator[Row]:
    """Yield the cumulated gap of each series."""
    parts_only = all(line.is_part for line in path.lines)
    for slug, line in zip(slugs(path), path.lines, strict=True):
        leads = line is lead_of(path) or (parts_only and line.is_part)
        yield Row(
            slug,
            Text(
                f"{line.title.fr} : écart cumulé, {line.years[0]}–{line.years[-1]}",
                f"{line.title.en}: cumulated gap, {line.years[0]}–{line.years[-1]}",
            ),
            TONNES,
            indicators=("total",) if leads else ("budget_gap_parts",),
            output=f"budget.{slug}",
            factors=tuple(dict.fromkeys([*_registry_names(line.base, path), *_named(line, path)])),
            reason=None if line.base else NO_BASE,
            scope=path.scope,
            source=line.name,
        )


def _named(line: Line, path: Path) -> tuple[str, ...]:
    return _registry_names(tuple(name for point in line.points for name in point.terms), path)


def _registry_names(names: tuple[str, ...], path: Path) -> tuple[str, ...]:
    known = {factor.id for factor in path.factors}
    return tuple(dict.fromkeys(name for name in names if name in known))


def trajectory_figures(
    path: Path, request: TerritoryTrajectoryRequest, trended: Trended | None
) -> Iterator[Figure]:
    """Yield the gaps, the levels aimed at, the trend and what it leaves."""
    lead = lead_of(path)
    span = f"{lead.years[0]}–{lead.years[-1]}" if lead else None
    if path.lines:
        yield _figure(
            "total",
            "Écart cumulé avec la trajectoire linéaire",
            "Cumulated gap with the linear path",
            TONNES,
            path,
            output="",
            horizon=span,
        )
    else:
        yield Figure(
            "total",
            Text("Écart cumulé avec la trajectoire", "Cumulated gap with the path"),
            TONNES,
            output="budget.none",
            scope=path.scope,
        )
    if lead:
        yield _figure(
            "budget_gap_exponential",
            "Écart cumulé avec la trajectoire exponentielle",
            "Cumulated gap with the exponential path",
            TONNES,
            path,
            horizon=span,
        )
        last = lead.years[-1]
        yield _figure(
            "observed_latest",
            f"Émissions observées en {last}",
            f"Observed emissions in {last}",
            TONNES_PER_YEAR,
            path,
            horizon=str(last),
        )
        yield _figure(
            "gap_latest",
            f"Écart avec la trajectoire linéaire en {last}",
            f"Gap with the linear path in {last}",
            TONNES_PER_YEAR,
            path,
            horizon=str(last),
        )
    if any(line.is_part for line in path.lines) and lead and not lead.is_part:
        yield _figure(
            "budget_gap_parts",
            "Écart cumulé des secteurs ou acteurs donnés, compris dans le total",
            "Cumulated gap of the sectors or actors given, included in the total",
            TONNES,
            path,
            output="",
        )
    for target in path.targets:
        yield _figure(
            f"target_{target.year}",
            f"Niveau visé en {target.year}",
            f"Level aimed at in {target.year}",
            TONNES_PER_YEAR,
            path,
            horizon=str(target.year),
        )
    yield from _trend_figures(path, trended)
    neutral = path.neutrality
    if neutral:
        year = neutral.year
        for kind, fr, en in (("linear", "linéaire", "linear"), ("exponential", "exponentiel", "exponential")):
            yield _figure(
                f"required_removals_{kind}",
                f"Absorptions nécessaires en {year} si le seul rythme du premier objectif continue ({fr})",
                f"Removals needed in {year} if only the pace of the first target goes on ({en})",
                TONNES_PER_YEAR,
                path,
                horizon=str(year),
            )
    if request.population and lead:
        yield _figure(
            "observed_per_inhabitant",
            "Émissions observées par habitant",
            "Observed emissions per inhabitant",
            "tCO2e/person/yr",
            path,
            horizon=str(lead.years[-1]),
        )


def _trend_figures(path: Path, trended: Trended | None) -> Iterator[Figure]:
    if trended is None:
        return
    yield _figure("trend", "Tendance observée, par an", "Observed trend, per year", "tCO2e/yr/yr", path)
    for target in path.targets[1:]:
        year = target.year
        yield _figure(
            f"trend_{year}",
            f"Niveau en {year} sur la tendance",
            f"Level in {year} on the trend",
            TONNES_PER_YEAR,
            path,
            output=f"trend.{year}",
            horizon=str(year),
        )
        yield _figure(
            f"trend_gap_{year}",
            f"Écart avec l'objectif en {year} sur la tendance",
            f"Gap with the target in {year} on the trend",
            TONNES_PER_YEAR,
            path,
            horizon=str(year),
        )
    yield Figure(
        NEUTRALITY,
        Text(
            "Année où la tendance atteint les absorptions données",
            "Year in which the trend meets the given removals",
        ),
        "-",
        output="" if trended.year is not None else NEUTRALITY,
        exact=trended.year,
        scope=path.scope,
    )


def _figure(
    name: str,
    fr: str,
    en: str,
    unit: str,
    path: Path,
    *,
    output: str | None = None,
    horizon: str | None = None,
) -> Figure:
    return Figure(
        name, Text(fr, en), unit, output=name if output is None else output, scope=path.scope, horizon=horizon
    )
