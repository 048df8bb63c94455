"""Are we on the path? Targets, observations, the gap between them, and where the trend leads.

``gap(t) = E_obs(t) - E_target(t)``, added up over the observed years by the trapezoid rule; the trend is
a straight line whose doubt holds with autocorrelation. A footprint and an inventory never meet.

Reference:
    METHODS section 8.
"""

import time
from collections.abc import Iterator
from statistics import NormalDist

from estran.assessments.answer import answer
from estran.assessments.case import Case
from estran.assessments.envelope import Envelope, Fitness, Indicator, TimelinePoint
from estran.assessments.fitness import judged
from estran.assessments.laws import factor_input
from estran.assessments.trajectory_figures import (
    NEUTRALITY,
    NO_TREND,
    Trended,
    trajectory_figures,
    trajectory_rows,
)
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.assessments.trajectory_model import lead_of, path_model, point_value, timeline_outputs
from estran.assessments.trajectory_notices import trajectory_notices
from estran.assessments.trajectory_path import BASE, Path, Reader, central
from estran.assessments.trajectory_targets import TONNES_PER_YEAR
from estran.carbon.propagation import propagate
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.carbon.trajectory import trend, year_of_level, year_of_level_bounds
from estran.factors.registry import Registry
from estran.layers.territory import Territory

PROCESS = "territory-trajectory"
VERSION = "1.0.0"

TITLE = Text("Trajectoire du territoire et objectifs", "Path of the territory and targets")

NEVER = Text("sur cette tendance, jamais", "on this trend, never")


def assess_trajectory(request: TerritoryTrajectoryRequest, territory: Territory) -> Envelope:
    """Return where emissions are against their targets, and where their trend leads.

    Raises:
        InvalidInput: no target is known, scopes do not compare, or years are in disorder.
        NotFound: the territory asked for has no known target.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    path = Reader(request, territory.settings.territory.id, registry).path()
    trended = _trended(path, request, registry)
    inputs = [*path.inputs, *(_trend_inputs(trended, path) if trended else ())]
    case = Case(
        model=path_model(path, removals=request.removals_tco2e_per_year, population=request.population),
        rows=list(trajectory_rows(path)),
        indicators=list(trajectory_figures(path, request, trended)),
        factors=path.factors,
        inputs=inputs,
    )
    envelope = answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=case,
        registry=registry,
        fitness=_fitness(path, trended),
        warnings=list(trajectory_notices(path, request, trended)),
        doubts=_doubts(path),
        started=started,
    )
    return envelope.model_copy(
        update={
            "indicators": tuple(_with_bounds(each, trended) for each in envelope.indicators),
            "timeline": tuple(_timeline(path, case, request)),
        }
    )


def _doubts(path: Path) -> dict[str, Text]:
    """Titles of the numbers that the request gives."""
    titles = {BASE: Text("niveau de l'année de base", "level of the base year")}
    for line in path.lines:
        for point in line.points:
            for name in point.terms:
                titles.setdefault(
                    name,
                    Text(
                        f"{line.title.fr} : valeur de {point.year}", f"{line.title.en}: value of {point.year}"
                    ),
                )
    return titles


def _trended(path: Path, request: TerritoryTrajectoryRequest, registry: Registry) -> Trended | None:
    fewest = registry.factor("project.trajectory.fewest_years")
    lead = lead_of(path)
    needed = getattr(fewest, "value", float("inf"))
    if lead is None or path.announced or len(lead.points) < needed:
        return None
    values = central(path)
    from scipy.special import stdtrit  # long to load, and seldom needed

    line = trend(lead.years, [float(point_value(point, values)) for point in lead.points])
    quantile = float(stdtrit(line.degrees, (1.0 + request.confidence) / 2.0))
    removals = request.removals_tco2e_per_year
    return Trended(
        line,
        year_of_level(line, removals),
        year_of_level_bounds(line, removals, quantile),
        quantile / NormalDist().inv_cdf((1.0 + request.confidence) / 2.0),
    )


def _trend_inputs(trended: Trended, path: Path) -> Iterator[Input]:
    """The trend as numbers of the model; Student's law is wider than the normal one it is told as."""
    line, reach = trended.line, trended.reach
    yield Input("trend", line.slope, line.slope_sd * reach)
    for target in path.targets[1:]:
        yield Input(f"trend.{target.year}", line.at(target.year), line.sd_at(target.year) * reach)


def _with_bounds(indicator: Indicator, trended: Trended | None) -> Indicator:
    """The interval of the year of neutrality, which is not that of a sum; an open bound stays None."""
    if indicator.id != NEUTRALITY or trended is None:
        return indicator
    low, high = trended.bounds
    reason = NEVER if trended.year is None else None
    return indicator.model_copy(update={"low": low, "high": high, "reason": reason})


def _timeline(path: Path, case: Case, request: TerritoryTrajectoryRequest) -> Iterator[TimelinePoint]:
    outputs = timeline_outputs(path)
    found = propagate(
        lambda values: {name: formula(values) for name, (_, _, _, formula) in outputs.items()},
        [*map(factor_input, case.factors), *case.inputs],
        confidence=request.confidence,
        method=request.method,
        draws=request.draws,
        seed=request.seed,
    ).outputs
    for name, (year, item, title, _) in outputs.items():
        spread = found[name]
        yield TimelinePoint(
            year=year,
            item=item,
            title=title,
            value=spread.value,
            low=spread.low,
            high=spread.high,
            unit=TONNES_PER_YEAR,
        )


def _fitness(path: Path, trended: Trended | None) -> Fitness:
    if not path.lines or path.announced:
        return judged(
            "order-of-magnitude",
            Text(
                "aucune série mesurée n'est donnée : seuls les objectifs et ce qui est annoncé sont connus",
                "no measured series is given: only the targets and what is announced are known",
            ),
        )
    if trended is None:
        return judged("order-of-magnitude", NO_TREND)
    return judged(
        "fit",
        Text(
            f"{trended.line.degrees + 2} années observées, tendance robuste à l'autocorrélation",
            f"{trended.line.degrees + 2} years observed, trend robust to autocorrelation",
        ),
    )
