"""What do the buildings, the car parks, the trips and the trees of a project emit? One part per term.

A part is a formula of the registry's numbers, the factors it reads, and when it happens: at once, or
over the years of the horizon. What has no factor has no formula and says why.

Reference:
    METHODS section 4.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from estran.assessments.project_choices import Numbers
from estran.assessments.project_inputs import ProjectInputs
from estran.assessments.project_parts import Building, EnergyUse, Parking
from estran.carbon.land_use_change import Number
from estran.carbon.project import (
    aged_years,
    built,
    operation,
    photovoltaic,
    replacements,
    trees,
    year_weights,
)
from estran.carbon.propagation import Values
from estran.carbon.text import Text

Formula = Callable[[Values], Number]
"""tCO2e over the whole horizon, an emission being positive."""


@dataclass(frozen=True, slots=True)
class Part:
    """One term of an item.

    Attributes:
        item: Item it belongs to.
        formula: None where it is not evaluated.
        factors: Factors it reads.
        weights: What each year has, in proportion; empty when everything happens in the first year.
        reason: Why it is not evaluated, in whole or in part.
        detail: What of the item is not evaluated.
        missing_ha: Land that is not evaluated.
    """

    item: str
    formula: Formula | None
    factors: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    reason: Text | None = None
    detail: str = ""
    missing_ha: float = 0.0

    @property
    def is_one_off(self) -> bool:
        """Whether it all happens in the first year."""
        return not self.weights


def counted(
    numbers: Numbers,
    item: str,
    formula: Formula,
    factors: tuple[str, ...],
    *,
    weights: tuple[float, ...] = (),
    detail: str = "",
) -> Part:
    """Return a term, not evaluated when one of its factors has no value."""
    gap = numbers.known(*factors)
    if gap:
        return Part(item, None, factors, weights, gap.reason, detail or factors[0])
    return Part(item, formula, factors, weights)


def building_parts(project: ProjectInputs, numbers: Numbers, years: int) -> Iterator[Part]:
    """Yield construction, renewal and operation of the programme.

    Ic construction covers modules A to D over the study period: no renewal within it, no end of life.
    """
    permit = project.permit_year or int(numbers.value("project.permit_year"))
    for index, building in enumerate(project.programme):
        yield _construction(building, permit, numbers, index)
        yield from _operation(building, project, numbers, years, index)
    study = numbers.value("construction.study_period")
    if project.programme and years > study:
        yield Part(
            "renewal",
            None,
            reason=Text(
                f"au-delà de {study:.0f} ans, période d'étude de la RE2020, le renouvellement des bâtiments "
                "n'est pas évalué",
                f"beyond {study:.0f} years, the study period of RE2020, the renewal of buildings is not "
                "evaluated",
            ),
        )
    replaced = project.reference.operation_tco2e_per_year
    if replaced:
        yield Part("operation", lambda _: -replaced * years, weights=(1.0,) * years)


def parking_parts(project: ProjectInputs, numbers: Numbers) -> Iterator[Part]:
    """Yield the making of car parks."""
    for index, lot in enumerate(project.parking):
        yield _parking(lot, numbers, index)


def road_parts(project: ProjectInputs, numbers: Numbers) -> Iterator[Part]:
    """Yield the making of roads, with their maintenance factor."""
    upkeep = "project.road.maintenance"
    for road in project.roads:
        making = f"road.carriageway.{road.pavement}.{road.traffic}"
        yield counted(numbers, "road", _times(road.area_m2, making, upkeep), (making, upkeep))


def tree_parts(project: ProjectInputs, numbers: Numbers, years: int) -> Iterator[Part]:
    """Yield felled trees, whose carbon leaves at once, and what planted trees take up."""
    uptake, age = "tree.mean_uptake", "project.tree.felled_age"
    given, felled, planted = project.trees.felled_age_years, project.trees.felled, project.trees.planted
    if felled:
        yield counted(
            numbers,
            "trees",
            lambda v: trees(felled, v[uptake], v[age] if given is None else given),
            (uptake, age) if given is None else (uptake,),
        )
    if planted:
        yield counted(
            numbers,
            "trees",
            lambda v: -trees(planted, v[uptake], years),
            (uptake,),
            weights=(1.0,) * years,
        )


def demolition_parts(project: ProjectInputs, numbers: Numbers) -> Iterator[Part]:
    """Yield the demolition of existing buildings, never that of new ones."""
    factor, area = "demolition.building", project.demolition_m2
    if area:
        yield counted(numbers, "demolition", lambda v: built(area, v[factor]), (factor,))


def photovoltaic_part(project: ProjectInputs, numbers: Numbers, years: int, *, territory: str) -> Part | None:
    """Return what photovoltaic modules avoid elsewhere, None without modules."""
    power, change = project.pv_kwp, project.electricity_yearly_change
    if not power:
        return None
    local = f"pv.yield.{territory}"
    output = local if local in numbers.registry.entries else "pv.yield.national"
    made, loss, grid = "pv.carbon.per_kwp", "pv.degradation", "energy.electricity.average"
    lifetime = int(numbers.value("project.pv.lifetime"))

    def formula(v: Values) -> Number:
        return photovoltaic(
            power,
            embodied_kg_per_kwp=v[made],
            made=replacements(years, lifetime),
            yield_kwh_per_kwp=v[output],
            grid_kg_per_kwh=v[grid],
            years_of_new=aged_years(
                v[loss], lifetime_years=lifetime, horizon_years=years, yearly_change=change
            ),
        )

    return counted(numbers, "pv_avoided", formula, (made, output, loss, grid))


def _construction(building: Building, permit: int, numbers: Numbers, index: int) -> Part:
    use = numbers.choices.uses[building.use]
    starts = [year for year in use.ceilings if year <= permit]
    if not starts:
        return Part(
            "construction",
            None,
            detail=f"{building.use}.{index}",
            reason=Text(
                f"{use.title.fr} : la RE2020 ne fixe pas de seuil avant {use.ceilings[0]} ; corrigez "
                "« Année du permis de construire »",
                f"{use.title.en}: RE2020 sets no ceiling before {use.ceilings[0]}; correct “Year of the "
                "building permit”",
            ),
        )
    ceiling = f"construction.ic.{building.use}.{starts[-1]}"
    structure = f"project.structure.{building.structure}"
    making = _times(building.floor_area_m2_sref, ceiling, structure)
    return counted(numbers, "construction", making, (ceiling, structure))


def _operation(
    building: Building, project: ProjectInputs, numbers: Numbers, years: int, index: int
) -> Iterator[Part]:
    reality = "project.operation.reality"
    if building.energy is not None:
        for energy in building.energy:
            yield _carrier(building.floor_area_m2_sref, energy, project, numbers, years)
        return
    use = numbers.choices.uses[building.use]
    if use.energy is None:
        yield Part(
            "operation",
            None,
            detail=f"{building.use}.{index}",
            reason=Text(
                f"{use.title.fr} : aucune consommation par défaut n'est publiée ; donnez « Énergie en "
                "usage »",
                f"{use.title.en}: no consumption by default is published; give “Energy in use”",
            ),
        )
        return
    carrier = numbers.choices.carriers[numbers.choices.default_carrier]
    cep, primary, area = use.energy, "energy.electricity.primary_factor", building.floor_area_m2_sref
    weights = tuple(year_weights(years, project.electricity_yearly_change).tolist())
    total = sum(weights)
    yield counted(
        numbers,
        "operation",
        lambda v: operation(area, v[cep] / v[primary] * v[reality], v[carrier.factor]) * total,
        (cep, primary, carrier.factor, reality),
        weights=weights,
    )


def _carrier(area_m2: float, energy: EnergyUse, project: ProjectInputs, numbers: Numbers, years: int) -> Part:
    carrier, reality = numbers.choices.carriers[energy.carrier], "project.operation.reality"
    change = project.electricity_yearly_change if carrier.electric else 0.0
    weights = tuple(year_weights(years, change).tolist())
    total, use = sum(weights), energy.kwh_per_m2_year
    return counted(
        numbers,
        "operation",
        lambda v: operation(area_m2, use * v[reality], v[carrier.factor]) * total,
        (carrier.factor, reality),
        weights=weights,
    )


def _parking(lot: Parking, numbers: Numbers, index: int) -> Part:
    name = f"surface.{lot.pavement}" if lot.kind == "surface" else lot.kind
    making, space = numbers.choices.parking.get(name), "parking.area_per_space"
    if making is None:
        return Part(
            "parking",
            None,
            detail=f"{lot.kind}.{index}",
            reason=Text(
                f"{lot.spaces} places souterraines : aucune valeur par place n'est publiée",
                f"{lot.spaces} underground spaces: no value per space is published",
            ),
        )
    return counted(numbers, "parking", _times(float(lot.spaces), making, space), (making, space))


def _times(quantity: float, *factors: str) -> Formula:
    """What making `quantity` emits: it times every factor."""

    def formula(v: Values) -> Number:
        product: Number = 1.0
        for factor in factors:
            product = product * v[factor]
        return built(quantity, product)

    return formula
