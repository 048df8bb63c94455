"""What do the changes of land use of the communes of a place emit? Differences of stocks, prorated by area.

The changes are known by commune, not where they lie in it: a place has the part of them that its area is
of the area of the commune. For a mean year of the period, a loss of carbon counts whole, at once, and a
gain whole too, although it takes years; what falls in the year itself stands beside.

Reference:
    METHODS section 4 (stocks, dynamics, N2O).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import fsum, sqrt

from estran.assessments.case import Case, Figure, Row
from estran.assessments.flux_changes import (
    FOREST_YEARS,
    PLANT_YEARS,
    SOIL,
    Changes,
    Pair,
    Plant,
    Share,
    Sums,
    areas_by_commune,
)
from estran.assessments.flux_words import (
    CHANGE_ROWS,
    CHANGE_SCOPE,
    CHANGED_AREA,
    CHANGES,
    MEAN_YEAR,
    NO_CHANGE_DATA,
    SAME_YEAR,
    UNIT,
)
from estran.assessments.map_error import ACCURACY, map_input
from estran.carbon.land_use_change import (
    Number,
    counted_share,
    gained_carbon,
    lost_carbon,
    mineralised_n2o,
)
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.sampling import Input, Law
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C
from estran.factors.changes import TABLE
from estran.factors.factor import Factor
from estran.factors.units import conversion
from estran.layers.ledger.keys import LandAreas

SOIL_YEARS = "project.soil.gain_years"

RATIO, DIRECT, INDIRECT, WARMING = (
    "soil_n2o.carbon_nitrogen_ratio",
    "soil_n2o.direct",
    "soil_n2o.indirect",
    "gwp.n2o.100.ar6",
)

INDICATOR, YEAR = "land_use_change", "land_use_change_same_year"

PLACE, MAP = "land.change.place", "land.change.map"
"""Inputs, both 1: how the changes of a commune are spread over it, and how true their map is."""

WIDE = 0.3
"""A relative doubt beyond this is drawn from a skewed law, as for factors."""

N2O_PER_N = "kgN2O/kgN"


@dataclass(frozen=True, slots=True)
class Line:
    """One row with a value.

    Attributes:
        name: Its end in the identifier of the row.
        pool: Pool of carbon it changes, None for a gas other than CO2.
        area_ha: Hectares that it comes from, in a mean year.
        factors: What it follows from.
        tonnes: Its whole effect, in tCO2e, an emission being positive.
        years: Factor that says over how many years a gain is spread; empty for what happens at once.
    """

    name: str
    pool: str | None
    area_ha: float
    factors: tuple[str, ...]
    tonnes: Callable[[Values], Number]
    years: str = ""

    @property
    def item(self) -> str:
        """Its identifier in the answer."""
        return f"{INDICATOR}/{self.name}"


@dataclass(frozen=True, slots=True)
class PlaceChanges:
    """The changes of one place.

    Attributes:
        rows: One per pool and direction, and what is not evaluated.
        figures: Indicators beside the sum of the rows.
        model: Results of the rows and of the figures.
        factors: What they follow from.
        inputs: How the changes are spread, and how true their map is.
        share: Part that the place is of its communes, on average by area; None when no change is known.
        missing_ha: Hectares of a mean year that are not evaluated.
        has_gains: Whether some of it is a gain, spread over years.
    """

    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    model: Model
    factors: tuple[Factor, ...]
    inputs: tuple[Input, ...]
    share: float | None
    missing_ha: float
    has_gains: bool


def place_changes(areas: LandAreas, changes: Changes) -> PlaceChanges:
    """Return the part of the changes of its communes that falls to a place by its area."""
    sums, unknown, known = Sums(), [], []
    spread = 0.0
    for commune, area in areas_by_commune(areas).items():
        found = changes.of(commune)
        if found is None:
            unknown.append(area)
            continue
        known.append((area, changes.commune_ha[commune]))
        share = min(1.0, area / changes.commune_ha[commune])
        sums.add(found, share)
        # Each kind of change as one patch, which falls in the place with the probability of its share.
        spread += share * (1.0 - share) * fsum(each**2 for each in found.changed)
    lines = tuple(_lines(sums, changes))
    inputs: tuple[Input, ...] = ()
    accuracy = changes.factor(ACCURACY)
    if lines:
        inputs = (
            _place_input(sqrt(spread) / fsum(sums.changed)),
            map_input(MAP, accuracy, of=TABLE, value=1.0),
        )
    names = dict.fromkeys(name for line in lines for name in line.factors)
    return PlaceChanges(
        rows=tuple(_rows(lines, sums, fsum(unknown), changes, is_known=bool(known))),
        figures=tuple(_figures(sums, changes, is_known=bool(known))),
        model=_model(lines, is_known=bool(known)),
        factors=(*(changes.factor(name) for name in names), *((accuracy,) if lines else ())),
        inputs=inputs,
        share=_mean_share(known),
        missing_ha=fsum(sums.missing.values()),
        has_gains=any(line.years for line in lines),
    )


def with_changes(case: Case, areas: LandAreas, changes: Changes) -> Case:
    """Return the case of a place that also holds the changes of use, which are in none of its sums."""
    found = place_changes(areas, changes)

    def model(values: Values) -> Results:
        return {**case.model(values), **found.model(values)}

    known = {factor.id for factor in case.factors}
    return replace(
        case,
        model=model,
        rows=(*case.rows, *found.rows),
        indicators=(*case.indicators, *found.figures),
        factors=(*case.factors, *(factor for factor in found.factors if factor.id not in known)),
        inputs=(*case.inputs, *found.inputs),
    )


def _mean_share(known: Sequence[tuple[float, float]]) -> float | None:
    """Part of its commune that a hectare of the place stands for, on average; slivers hardly count."""
    area_ha = fsum(area for area, _ in known)
    return fsum(area * min(1.0, area / whole) for area, whole in known) / area_ha if known else None


def _lines(sums: Sums, changes: Changes) -> Iterator[Line]:
    """The rows with a value: the soil and its N2O, then each pool of the plants, losses and gains apart."""
    if sums.soils:
        yield from _soil_lines(sums.soils, changes)
    for pool in dict.fromkeys(plant.pool for plant in (*sums.lost, *sums.grown)):
        lost = {plant: area for plant, area in sums.lost.items() if plant.pool == pool}
        if lost:
            yield _plant_line(f"{pool}_loss", lost, changes)
        for years, name in ((PLANT_YEARS, f"{pool}_gain"), (FOREST_YEARS, f"{pool}_gain_forest")):
            grown = {
                plant: area
                for plant, area in sums.grown.items()
                if plant.pool == pool and plant.years == years
            }
            if grown:
                yield _plant_line(name, grown, changes, years=years)


def _soil_lines(soils: Mapping[Pair, float], changes: Changes) -> Iterator[Line]:
    area_ha = fsum(area * changes.part(pair.share) for pair, area in soils.items())
    densities = [name for pair in soils for name in (pair.before, pair.after)]
    factors = (*densities, *_split(soils, changes))

    def lost(v: Values) -> Number:
        return _sum(
            lost_carbon(v[pair.before], v[pair.after], area_ha=area) * _part(v, pair.share, changes)
            for pair, area in soils.items()
        )

    def gained(v: Values) -> Number:
        return _sum(
            gained_carbon(v[pair.before], v[pair.after], area_ha=area) * _part(v, pair.share, changes)
            for pair, area in soils.items()
        )

    def n2o(v: Values) -> Number:
        return mineralised_n2o(
            lost(v),
            carbon_nitrogen_ratio=v[RATIO],
            direct=v[DIRECT] * conversion(changes.factor(DIRECT).unit, N2O_PER_N),
            indirect=v[INDIRECT] * conversion(changes.factor(INDIRECT).unit, N2O_PER_N),
            warming_potential=v[WARMING],
        )

    yield Line("soil_loss", SOIL, area_ha, factors, lambda v: CO2_PER_C * lost(v))
    yield Line(
        "soil_gain", SOIL, area_ha, (*factors, SOIL_YEARS), lambda v: 0.0 - CO2_PER_C * gained(v), SOIL_YEARS
    )
    yield Line("soil_n2o", None, area_ha, (*factors, RATIO, DIRECT, INDIRECT, WARMING), n2o)


def _plant_line(name: str, plants: Mapping[Plant, float], changes: Changes, *, years: str = "") -> Line:
    """One pool that leaves whole and at once, or that grows over some years."""
    sign = -CO2_PER_C if years else CO2_PER_C
    factors = [*(plant.density for plant in plants), *_split(plants, changes), *([years] if years else [])]

    def tonnes(v: Values) -> Number:
        return 0.0 + sign * _sum(
            area * v[plant.density] * _part(v, plant.share, changes) for plant, area in plants.items()
        )

    area_ha = fsum(area * changes.part(plant.share) for plant, area in plants.items())
    return Line(name, next(iter(plants)).pool, area_ha, tuple(factors), tonnes, years)


def _sum(parts: Iterable[Number]) -> Number:
    return sum(parts, start=0.0)


def _split(parts: Iterable[Pair | Plant], changes: Changes) -> tuple[str, ...]:
    """The factor of the built-up land that is sealed, where some of it is."""
    return (changes.rules.sealed_share,) if any(part.share != "whole" for part in parts) else ()


def _part(v: Values, share: Share, changes: Changes) -> Number:
    if share == "whole":
        return 1.0
    sealed = v.get(changes.rules.sealed_share, 0.0)
    return sealed if share == "sealed" else 1.0 - sealed


def _model(lines: Sequence[Line], *, is_known: bool) -> Model:
    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        same_year: Number = 0.0
        for line in lines:
            found = line.tonnes(values) * values[PLACE] * values[MAP]
            results[line.item] = found
            same_year = same_year + found * (counted_share(1.0, values[line.years]) if line.years else 1.0)
        if is_known:
            results[YEAR] = same_year
            results[f"{INDICATOR}/none"] = 0.0
        return results

    return model


def _rows(
    lines: Sequence[Line], sums: Sums, unknown_ha: float, changes: Changes, *, is_known: bool
) -> Iterator[Row]:
    period = changes.rules.period
    for line in lines:
        yield _row(
            line.name,
            period,
            factors=tuple(dict.fromkeys(line.factors)),
            pool=line.pool,
            area=line.area_ha,
            minimum=None if line.years else 0.0,
            maximum=0.0 if line.years else None,
        )
    if sums.missing:
        area = fsum(sums.missing.values())
        yield replace(
            _row("not_evaluated", period, area=area),
            reason=Text(
                " ; ".join(reason.fr for reason in sums.missing),
                "; ".join(reason.en for reason in sums.missing),
            ),
            not_evaluated_area=area,
        )
    if is_known and not lines and not sums.missing:
        yield _row("none", period)
    if unknown_ha > 0.0:
        yield replace(
            _row("unknown", period, area=unknown_ha), reason=NO_CHANGE_DATA, not_evaluated_area=unknown_ha
        )


def _row(
    name: str,
    period: str,
    *,
    factors: tuple[str, ...] = (),
    pool: str | None = None,
    area: float | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Row:
    return Row(
        f"{INDICATOR}/{name}",
        _title(name, period),
        UNIT,
        indicators=(INDICATOR,),
        factors=factors,
        area=area,
        pool=pool,
        scope=CHANGE_SCOPE,
        source=TABLE,
        minimum=minimum,
        maximum=maximum,
    )


@lru_cache(maxsize=64)
def _title(name: str, period: str) -> Text:
    what = CHANGE_ROWS[name]
    return Text(f"{CHANGES.fr} {period} : {what.fr}", f"{CHANGES.en} {period}: {what.en}")


def _figures(sums: Sums, changes: Changes, *, is_known: bool) -> Iterator[Figure]:
    period = changes.rules.period
    mean, same = _results(period)
    yield mean
    if is_known:
        yield same
        yield Figure(
            f"{INDICATOR}_area",
            CHANGED_AREA,
            "ha/yr",
            exact=fsum(sums.changed),
            scope=CHANGE_SCOPE,
            horizon=period,
        )


@lru_cache(maxsize=8)
def _results(period: str) -> tuple[Figure, Figure]:
    return (
        Figure(INDICATOR, MEAN_YEAR, UNIT, scope=CHANGE_SCOPE, horizon=period),
        Figure(YEAR, SAME_YEAR, UNIT, output=YEAR, scope=CHANGE_SCOPE, horizon=period),
    )


def _place_input(relative_sd: float) -> Input:
    law: Law = "lognormal" if relative_sd > WIDE else "normal"
    return Input(PLACE, 1.0, relative_sd, law=law, minimum=0.0)
