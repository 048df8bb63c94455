"""What does this development project change, over its horizon?

Soils, plants, construction, energy, parking, roads, trips, trees and demolition, in tCO2e, against a
site that stays as it is. What photovoltaic output avoids elsewhere stands beside the total.

Reference:
    METHODS section 4.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from math import fsum

from estran.assessments.answer import FeatureCase, answer
from estran.assessments.case import Case, Figure
from estran.assessments.envelope import Envelope
from estran.assessments.fitness import Supports, assess_fitness, coverage, read_supports
from estran.assessments.land import distinct_keys
from estran.assessments.project_case import (
    LAND_ITEMS,
    TONNES,
    cumulated_years,
    gross,
    project_figures,
    project_lines,
)
from estran.assessments.project_inputs import ProjectImpactRequest
from estran.assessments.project_land import Parcel
from estran.assessments.project_land_items import land_parts
from estran.assessments.project_notices import project_notices
from estran.assessments.project_reading import Project, central_values, read_project
from estran.assessments.trajectory_targets import YearlyCut, yearly_cut
from estran.carbon.land_use_change import Number
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.text import Text
from estran.layers.ledger.keys import LandAreas
from estran.layers.territory import Territory

PROCESS = "project-impact"
VERSION = "1.1.0"

TITLE = Text("Impact carbone d'un projet d'aménagement", "Carbon impact of a development project")

OUTSIDE = Text("le projet est hors du territoire", "the project is outside the territory")

PERCENT = 100.0

ASIDE = {
    "pv_avoided": Text(
        "Évité ailleurs par le solaire, hors total (négatif : bénéfice)",
        "Avoided elsewhere by photovoltaics, out of the total (negative: benefit)",
    ),
    "soil_base_carbone": Text(
        "Sols imperméabilisés selon la Base Carbone, autre convention, hors total",
        "Sealed soils after Base Carbone, another convention, out of the total",
    ),
}

MARK_SCOPES = {
    "footprint": "project, against the footprint of the territory (scope 3)",
    "inventory": "project, against the territorial inventory",
}


def assess_project_impact(request: ProjectImpactRequest, territory: Territory) -> Envelope:
    """Return what a project emits and removes over its horizon.

    Raises:
        InvalidInput: the geometry, the areas, a factor to override or its bounds are wrong.
        NotFound: the collection or a feature of it does not exist.
        TooLarge: a limit of the territory is exceeded.
        Unavailable: a layer cannot be read.
    """
    started = time.thread_time()
    registry = territory.registry().with_overrides(request.factor_overrides())
    project = read_project(request, request, territory, registry)
    cut = yearly_cut(territory.settings.territory.id, registry)
    land, place = project.land, project.place
    supports = read_supports(territory, land.resolution_m)
    by_feature = place.many and any(parcel.plot or parcel.changes for parcel in project.change.parcels)
    return answer(
        process=PROCESS,
        version=VERSION,
        title=TITLE,
        request=request,
        case=project_case(project, cut),
        registry=registry,
        fitness=assess_fitness(land.whole, supports),
        coverage=coverage(land.whole, _evaluated_ha(project, land.whole)),
        features=list(_features(project, supports)) if place.many and by_feature else None,
        territory=territory,
        place=place,
        keys=distinct_keys([land.whole, *land.rows]),
        layers={"land-ledger": land.version},
        warnings=project_notices(project, cut),
        started=started,
        bytes_read=land.bytes_read,
    )


def project_case(project: Project, cut: YearlyCut | None = None) -> Case:
    """Return the case of a project: its rows, what stands beside them, its marks."""
    lines, years = project.lines, project.years
    marks = tuple(_marks(project, cut))
    factors = [*project.factors, *((cut.base, cut.change) if cut else ())]
    outside = is_outside(project.land.whole)
    sums = cumulated_years(years) if lines.timeline and not outside else ()
    return Case(
        model=_model(project, cut),
        rows=lines.rows,
        indicators=(*project_figures(years), *_aside(project), *marks),
        factors=list({factor.id: factor for factor in factors}.values()),
        timeline=(*lines.timeline, *sums),
        unanswered=OUTSIDE if outside else None,
    )


def is_outside(areas: LandAreas) -> bool:
    """Whether a place has an area, none of it inside the territory."""
    return areas.geometry_ha > 0.0 and not areas.keys


def _model(project: Project, cut: YearlyCut | None) -> Model:
    lines, floor, people = project.lines, project.floor_area_m2, project.inputs.inhabitants
    aside = {part.item: part.formula for part in project.aside if part.formula is not None}

    def model(values: Values) -> Results:
        results: dict[str, Number] = dict(lines.model(values))
        total: Number = sum(results.values(), start=0.0)
        accumulated = lines.cumulated(results, project.years)
        results |= {name: formula(values) for name, formula in aside.items()}
        if floor:
            results["total_per_floor_area"] = total / floor
        if people:
            results["total_per_inhabitant"] = total / people
        if cut:
            level = values[cut.base.id] * cut.scale
            needed = -level * values[cut.change.id] / cut.years
            first = gross(results, lines.first_year)
            yearly = gross(results, lines.yearly) / project.years
            results["first_year_share_of_yearly_cut"] = PERCENT * first / needed
            results["mean_annual_share_of_yearly_cut"] = PERCENT * yearly / needed
            results["mean_annual_share_of_footprint"] = PERCENT * yearly / level
        return results | accumulated

    return model


def _aside(project: Project) -> Iterator[Figure]:
    horizon = f"{project.years} yr"
    for part in project.aside:
        yield Figure(
            part.item, ASIDE[part.item], TONNES, output=part.item, scope="outside the total", horizon=horizon
        )


def _marks(project: Project, cut: YearlyCut | None) -> Iterator[Figure]:
    horizon = f"{project.years} yr"
    if project.floor_area_m2:
        yield Figure(
            "total_per_floor_area",
            Text("Impact total par m2 de plancher", "Total impact per m2 of floor"),
            "tCO2e/m2 Sref",
            output="total_per_floor_area",
            scope="project",
            horizon=horizon,
        )
    if project.inputs.inhabitants:
        yield Figure(
            "total_per_inhabitant",
            Text("Impact total par habitant logé", "Total impact per inhabitant housed"),
            "tCO2e/person",
            output="total_per_inhabitant",
            scope="project",
            horizon=horizon,
        )
    if cut is None:
        return
    titles = {
        "first_year_share_of_yearly_cut": Text(
            f"Émissions brutes de la première année, en part de la baisse annuelle attendue du territoire "
            f"d'ici {cut.target_year}",
            f"Gross emissions of the first year, as a share of the yearly cut that the territory needs by "
            f"{cut.target_year}",
        ),
        "mean_annual_share_of_yearly_cut": Text(
            "Émissions brutes annuelles moyennes, en part de la même baisse",
            "Mean gross emissions of a year, as a share of the same cut",
        ),
        "mean_annual_share_of_footprint": Text(
            "Émissions brutes annuelles moyennes, en part du niveau de référence du territoire",
            "Mean gross emissions of a year, as a share of the base level of the territory",
        ),
    }
    for name, title in titles.items():
        yield Figure(
            name,
            title,
            "%",
            output=name,
            scope=MARK_SCOPES[cut.scope],
            horizon="1 yr" if name.startswith("first_year") else horizon,
            minimum=0.0,
        )


def _features(project: Project, supports: Supports) -> Iterator[FeatureCase]:
    """What each feature does to soils and plants; the programme counts once, in the whole."""
    numbers, years = project.numbers, project.years
    owned: dict[int, list[Parcel]] = {}
    for parcel in project.change.parcels:
        owned.setdefault(parcel.plot, []).append(parcel)
    for rank, (plot, areas) in enumerate(zip(project.place.plots, project.land.rows, strict=True)):
        parts = list(land_parts(owned.get(rank, ()), project.densities, numbers, years))
        lines = project_lines(parts, central_values(numbers), years, items=LAND_ITEMS)
        names = dict.fromkeys(name for row in lines.rows for name in row.factors)
        yield FeatureCase(
            id=plot.id,
            case=Case(
                model=lines.model,
                rows=lines.rows,
                indicators=[replace(each, scope="land of this feature") for each in project_figures(years)],
                factors=[numbers.used[name] for name in names],
                timeline=lines.timeline,
                unanswered=OUTSIDE if is_outside(areas) else None,
            ),
            fitness=assess_fitness(areas, supports),
            coverage=coverage(areas, _evaluated_ha(project, areas)),
            warnings=plot.notices,
        )


def _evaluated_ha(project: Project, areas: LandAreas) -> float:
    pairs = zip(areas.keys, areas.areas_ha.tolist(), strict=True)
    return fsum(area for key, area in pairs if project.densities.is_complete(key))
