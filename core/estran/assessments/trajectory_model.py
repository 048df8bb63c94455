"""What does each path ask for, each year, and how far from it were the observations? One pure model."""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import mul
from typing import cast

from estran.assessments.trajectory_path import Line, Path, Point
from estran.carbon.land_use_change import Number
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.text import Text
from estran.carbon.trajectory import exponential_share, extended_share, linear_share, observed_weights

TONNES = "tCO2e"

LINEAR = Text("Trajectoire linéaire", "Linear path")
EXPONENTIAL = Text("Trajectoire exponentielle", "Exponential path")

Formula = Callable[[Values], Number]


def path_model(path: Path, *, removals: float, population: float | None) -> Model:
    """Return the gaps, the levels aimed at and what the trend leaves, from the numbers of a path."""
    lead = lead_of(path)

    def model(values: Values) -> Results:
        base = level(path.base, path.base_scale, values)
        results: dict[str, Number] = {
            f"budget.{slug}": budget_gap(line, path, values, exponential=False)
            for slug, line in zip(slugs(path), path.lines, strict=True)
            if line.base
        }
        results |= {f"target_{target.year}": base * target.share for target in path.targets}
        if lead and lead.base:
            results |= _lead_results(lead, path, values, population)
        if path.neutrality:
            year = path.neutrality.year
            for name, exponential in (("linear", False), ("exponential", True)):
                share = extended_share(year, path.targets, exponential=exponential)
                results[f"required_removals_{name}"] = base * share
        if "trend" in values:
            results["trend"] = values["trend"]
            for target in path.targets[1:]:
                name = f"trend.{target.year}"
                results[name] = values[name]
                net = removals if target.share <= 0.0 else 0.0
                results[f"trend_gap_{target.year}"] = values[name] - net - base * target.share
        return results

    return model


def lead_of(path: Path) -> Line | None:
    """Return the series of the whole, else the only one."""
    whole = [line for line in path.lines if not line.is_part]
    if whole:
        return whole[0]
    return path.lines[0] if len(path.lines) == 1 else None


def budget_gap(line: Line, path: Path, values: Values, *, exponential: bool) -> Number:
    """Return the sum over the observed years of the gap between a series and its path, in tCO2e."""
    observed, yearly = observed_weights(line.years)
    share = exponential_share if exponential else linear_share
    asked: float = sum(
        weight * share(line.years[0] + rank, path.targets) for rank, weight in enumerate(yearly.tolist())
    )
    emitted: Number = sum(
        (
            weight * point_value(point, values)
            for weight, point in zip(observed.tolist(), line.points, strict=True)
        ),
        start=0.0,
    )
    return emitted - asked * level(line.base, line.base_scale, values)


def timeline_outputs(path: Path) -> dict[str, tuple[int, str, Text, Formula]]:
    """Return every point to draw: its year, its line, the title of the line and its formula."""
    found: dict[str, tuple[int, str, Text, Formula]] = {}
    first, last = (
        path.targets[0].year,
        max([path.targets[-1].year, *(year for line in path.lines for year in line.years)]),
    )
    for year in range(first, last + 1):
        straight, curved = linear_share(year, path.targets), exponential_share(year, path.targets)
        found[f"linear.{year}"] = (year, "target_linear", LINEAR, _base_times(path, straight))
        found[f"exponential.{year}"] = (year, "target_exponential", EXPONENTIAL, _base_times(path, curved))
    for slug, line in zip(slugs(path), path.lines, strict=True):
        for point in line.points:
            found[f"{slug}.{point.year}"] = (point.year, slug, line.title, _observed(point))
            if line.base:
                title = Text(f"{line.title.fr} : écart", f"{line.title.en}: gap")
                gap = _gap(line, point, linear_share(point.year, path.targets))
                found[f"gap.{slug}.{point.year}"] = (point.year, f"gap.{slug}", title, gap)
    return found


def level(names: Sequence[str], scale: float, values: Values) -> Number:
    """Return the product of some numbers, in tCO2e/yr."""
    return cast("Number", reduce(mul, (values[name] for name in names), scale))


def point_value(point: Point, values: Values) -> Number:
    """Return one observation, in tCO2e/yr."""
    return level(point.terms, point.scale, values)


def slugs(path: Path) -> tuple[str, ...]:
    """Return an identifier for each series, from its name and, where two look alike, its rank."""
    found: list[str] = []
    for rank, line in enumerate(path.lines):
        slug = re.sub(r"[^a-z0-9]+", "-", line.name.lower()).strip("-") or f"series-{rank}"
        found.append(f"{slug}-{rank}" if slug in found else slug)
    return tuple(found)


def _base_times(path: Path, share: float) -> Formula:
    return lambda values: level(path.base, path.base_scale, values) * share


def _observed(point: Point) -> Formula:
    return lambda values: point_value(point, values)


def _gap(line: Line, point: Point, share: float) -> Formula:
    return lambda values: point_value(point, values) - level(line.base, line.base_scale, values) * share


def _lead_results(lead: Line, path: Path, values: Values, population: float | None) -> dict[str, Number]:
    last = lead.points[-1]
    observed, own = point_value(last, values), level(lead.base, lead.base_scale, values)
    results = {
        "budget_gap_exponential": budget_gap(lead, path, values, exponential=True),
        "observed_latest": observed,
        "gap_latest": observed - own * linear_share(last.year, path.targets),
    }
    return results | ({"observed_per_inhabitant": observed / population} if population else {})
