"""What is a project, once its words, its place and its numbers are put together?"""

from collections.abc import Mapping
from dataclasses import dataclass

from estran.assessments.densities import Densities
from estran.assessments.inputs import PlaceRequest
from estran.assessments.land import Land, read_land
from estran.assessments.place import Place, read_place
from estran.assessments.project_case import Lines, project_lines
from estran.assessments.project_choices import Numbers, read_numbers
from estran.assessments.project_inputs import ProjectInputs
from estran.assessments.project_items import (
    Part,
    building_parts,
    demolition_parts,
    parking_parts,
    photovoltaic_part,
    road_parts,
    tree_parts,
)
from estran.assessments.project_land import Change, read_change
from estran.assessments.project_land_items import land_parts, land_take_part
from estran.assessments.project_mobility import mobility_parts
from estran.carbon.errors import InvalidGeometry
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.territory import Territory


@dataclass(frozen=True, slots=True)
class Project:
    """A project on its land.

    Attributes:
        inputs: What the planner said.
        place: Where.
        land: What is there today.
        change: What becomes of it.
        numbers: The registry, and what was read of it.
        densities: Densities of the territory.
        lines: Rows, formulas and years.
        aside: What stands beside the total: `pv_avoided`, `soil_base_carbone`.
        years: Horizon.
    """

    inputs: ProjectInputs
    place: Place
    land: Land
    change: Change
    numbers: Numbers
    densities: Densities
    lines: Lines
    aside: tuple[Part, ...]
    years: int

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Every factor that its formulas read."""
        used = self.numbers.used
        names = [name for row in self.lines.rows for name in row.factors]
        names += [name for part in self.aside for name in part.factors]
        return tuple(used[name] for name in dict.fromkeys(names))

    @property
    def floor_area_m2(self) -> float:
        """Reference floor area of the whole programme."""
        return sum(building.floor_area_m2_sref for building in self.inputs.programme)


def read_project(
    inputs: ProjectInputs, where: PlaceRequest, territory: Territory, registry: Registry
) -> Project:
    """Return a project, its land read in the ledger.

    Raises:
        InvalidGeometry: one of its features cannot be read: a project cannot do without a part.
        InvalidInput: its areas are inconsistent.
    """
    place = read_place(where, territory)
    land = read_land(place, territory)
    if land.errors:
        first = next(iter(land.errors.values()))
        raise InvalidGeometry(first.message.en, first.message.fr, where=first.where or "geometry")
    numbers = read_numbers(registry)
    densities = Densities(registry, territory.settings.territory.commune_aliases)
    change = read_change(inputs, place, land, numbers)
    years = inputs.horizon_years or int(numbers.value("project.horizon"))
    parts = [
        *land_parts(change.parcels, densities, numbers, years),
        *building_parts(inputs, numbers, years),
        *parking_parts(inputs, numbers),
        *road_parts(inputs, numbers),
        *mobility_parts(inputs, numbers, years),
        *tree_parts(inputs, numbers, years),
        *demolition_parts(inputs, numbers),
    ]
    identifier = territory.settings.territory.id.replace("-", "_")
    aside = (
        photovoltaic_part(inputs, numbers, years, territory=identifier),
        land_take_part(change.parcels, numbers),
    )
    return Project(
        inputs=inputs,
        place=place,
        land=land,
        change=change,
        numbers=numbers,
        densities=densities,
        lines=project_lines(parts, central_values(numbers), years),
        aside=tuple(part for part in aside if part is not None),
        years=years,
    )


def central_values(numbers: Numbers) -> Mapping[str, float]:
    """Return the central value of every factor that was read."""
    return {name: factor.value for name, factor in numbers.used.items()}
