"""What do the soils and the plants of a project emit? Losses at once, gains over years, N2O of lost soil.

``I_soil = k Σ A (ρ_before - ρ_after)``, a loss in the first year, a gain over the years that ALDO counts.
Where the class changes, the plants of before leave at once and those of after grow.

Reference:
    METHODS section 4; ADEME ALDO; IPCC 2006 Guidelines, vol. 4, ch. 11 (N2O).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import ceil, fsum

from estran.assessments.densities import Densities
from estran.assessments.project_choices import Numbers
from estran.assessments.project_items import Part, counted
from estran.assessments.project_land import SEALED, Parcel
from estran.carbon.land_use_change import Number, counted_share, gained_carbon, lost_carbon, mineralised_n2o
from estran.carbon.propagation import Values
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.factor import Factor, Gap
from estran.factors.units import conversion
from estran.layers.ledger.keys import LedgerKey

SOIL = "soil"

SOIL_YEARS, PLANT_YEARS, FOREST_YEARS = (
    "project.soil.gain_years",
    "project.biomass.gain_years",
    "project.forest.gain_years",
)

RATIO, DIRECT, INDIRECT, WARMING = (
    "soil_n2o.carbon_nitrogen_ratio",
    "soil_n2o.direct",
    "soil_n2o.indirect",
    "gwp.n2o.100.ar6",
)

N2O_PER_N = "kgN2O/kgN"


@dataclass(slots=True)
class _Sums:
    """Hectares by what they need, while the parcels are gathered.

    Attributes:
        soils: By densities before and after.
        lost: By density of plants that leave.
        grown: By density of plants that grow, and the factor that says over how many years.
        missing: Hectares without a density, by pool, and why.
    """

    soils: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    lost: dict[str, list[float]] = field(default_factory=dict)
    grown: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    missing: dict[str, list[float]] = field(default_factory=dict)
    reasons: dict[str, Text] = field(default_factory=dict)

    def lack(self, pool: str, area_ha: float, gap: Gap) -> None:
        self.missing.setdefault(pool, []).append(area_ha)
        self.reasons.setdefault(pool, gap.reason)


def land_parts(
    parcels: Iterable[Parcel], densities: Densities, numbers: Numbers, years: int
) -> Iterator[Part]:
    """Yield the terms of soil, N2O and biomass."""
    sums = _gathered(parcels, densities, numbers)
    yield from _soil_parts(sums, numbers, years)
    yield from _biomass_parts(sums, numbers, years)


def land_take_part(parcels: Iterable[Parcel], numbers: Numbers) -> Part | None:
    """Return the soil loss of the sealed land by the values of Base Carbone, None where nothing is sealed.

    It is another convention, about the whole soil stock; it stands beside the total and never in it.
    """
    areas: dict[str, list[float]] = {}
    for parcel in parcels:
        registry = numbers.registry
        before = registry.land_class(parcel.before.land_class).soil or ""
        sealed = registry.land_class(parcel.after.land_class).soil == SEALED
        factor = numbers.choices.land_take.get(before)
        if factor and sealed:
            areas.setdefault(factor, []).append(parcel.area_ha)
    hectares = {factor: fsum(parts) for factor, parts in areas.items()}
    if not hectares:
        return None

    def formula(v: Values) -> Number:
        return sum((area * v[factor] for factor, area in hectares.items()), start=0.0)

    return counted(numbers, "soil_base_carbone", formula, tuple(hectares))


def _gathered(parcels: Iterable[Parcel], densities: Densities, numbers: Numbers) -> _Sums:
    sums = _Sums()
    for parcel in parcels:
        if not parcel.changes or parcel.area_ha <= 0.0:
            continue
        before, after = _by_pool(densities, parcel.before), _by_pool(densities, parcel.after)
        _gather_soil(sums, before[SOIL], after[SOIL], parcel.area_ha)
        is_forest = numbers.registry.land_class(parcel.after.land_class).forest is not None
        years = FOREST_YEARS if is_forest else PLANT_YEARS
        _gather_plants(sums, before, after, parcel.area_ha, years)
    return sums


def _by_pool(densities: Densities, key: LedgerKey) -> dict[str, Factor | Gap]:
    return {found.pool: found.density for found in densities.of(key)}


def _gather_soil(sums: _Sums, before: Factor | Gap, after: Factor | Gap, area_ha: float) -> None:
    if isinstance(before, Gap):
        sums.lack(SOIL, area_ha, before)
    elif isinstance(after, Gap):
        sums.lack(SOIL, area_ha, after)
    else:
        sums.soils.setdefault((before.id, after.id), []).append(area_ha)


def _gather_plants(
    sums: _Sums,
    before: dict[str, Factor | Gap],
    after: dict[str, Factor | Gap],
    area_ha: float,
    years: str,
) -> None:
    plants = [each for land in (before, after) for pool, each in land.items() if pool != SOIL]
    gap = next((each for each in plants if isinstance(each, Gap)), None)
    if gap:
        sums.lack("biomass", area_ha, gap)
        return
    for pool, density in before.items():
        if pool != SOIL and isinstance(density, Factor):
            sums.lost.setdefault(density.id, []).append(area_ha)
    for pool, density in after.items():
        if pool != SOIL and isinstance(density, Factor):
            sums.grown.setdefault((density.id, years), []).append(area_ha)


def _soil_parts(sums: _Sums, numbers: Numbers, years: int) -> Iterator[Part]:
    soils = {pair: fsum(areas) for pair, areas in sums.soils.items()}
    read = tuple(dict.fromkeys(name for pair in soils for name in pair))
    if SOIL in sums.missing:
        missing_ha, reason = fsum(sums.missing[SOIL]), sums.reasons[SOIL]
        yield Part(SOIL, None, reason=reason, missing_ha=missing_ha)
        yield Part("n2o", None, reason=reason, missing_ha=missing_ha)
    if not soils:
        return

    def lost(v: Values) -> Number:
        return sum(
            (lost_carbon(v[before], v[after], area_ha=area) for (before, after), area in soils.items()),
            start=0.0,
        )

    def gained(v: Values) -> Number:
        total: Number = sum(
            (gained_carbon(v[before], v[after], area_ha=area) for (before, after), area in soils.items()),
            start=0.0,
        )
        return -CO2_PER_C * total * counted_share(years, v[SOIL_YEARS])

    def n2o(v: Values) -> Number:
        return mineralised_n2o(
            lost(v),
            carbon_nitrogen_ratio=v[RATIO],
            direct=v[DIRECT] * _as_n2o(numbers, DIRECT),
            indirect=v[INDIRECT] * _as_n2o(numbers, INDIRECT),
            warming_potential=v[WARMING],
        )

    yield counted(numbers, SOIL, lambda v: CO2_PER_C * lost(v), read)
    yield counted(
        numbers, SOIL, gained, (*read, SOIL_YEARS), weights=_first_years(years, numbers.value(SOIL_YEARS))
    )
    yield counted(numbers, "n2o", n2o, (*read, RATIO, DIRECT, INDIRECT, WARMING))


def _biomass_parts(sums: _Sums, numbers: Numbers, years: int) -> Iterator[Part]:
    if "biomass" in sums.missing:
        yield Part("biomass", None, reason=sums.reasons["biomass"], missing_ha=fsum(sums.missing["biomass"]))
    lost = {name: fsum(areas) for name, areas in sums.lost.items()}
    if lost:
        yield counted(
            numbers,
            "biomass",
            lambda v: CO2_PER_C * sum((area * v[name] for name, area in lost.items()), start=0.0),
            tuple(lost),
        )
    for period in (PLANT_YEARS, FOREST_YEARS):
        grown = {name: fsum(areas) for (name, over), areas in sums.grown.items() if over == period}
        if grown:
            yield _grown(grown, period, numbers, years)


def _grown(grown: dict[str, float], period: str, numbers: Numbers, years: int) -> Part:
    def formula(v: Values) -> Number:
        total: Number = sum((area * v[name] for name, area in grown.items()), start=0.0)
        return -CO2_PER_C * total * counted_share(years, v[period])

    weights = _first_years(years, numbers.value(period))
    return counted(numbers, "biomass", formula, (*grown, period), weights=weights)


def _first_years(horizon: int, gain_years: float) -> tuple[float, ...]:
    """Weights of the years over which a gain is spread: the same each year, then nothing."""
    last = min(horizon, ceil(gain_years))
    whole = [min(1.0, gain_years - year) for year in range(last)]
    return (*whole, *[0.0] * (horizon - last))


def _as_n2o(numbers: Numbers, identifier: str) -> float:
    """What turns an emission factor into N2O, whether it is given in N2O or in its nitrogen."""
    return conversion(numbers.used[identifier].unit, N2O_PER_N)
