"""Which rows and which sums does a carbon stock have? The areas of a place times the densities."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from math import fsum

from estran.assessments.case import Case, Figure, Row
from estran.assessments.densities import DEEP_POOL, Densities
from estran.assessments.land import land_title
from estran.assessments.map_error import ACCURACY, ITEM, MAP_ERROR, MapError, with_map_error
from estran.carbon.errors import UnitMismatch
from estran.carbon.stock import StockModel
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C, HECTARE, TONNE_C, TONNE_C_PER_HECTARE, TONNE_CO2
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas

POOLS = ("soil", "living_biomass", "dead_wood", "litter")

MEAN = "mean_density"

TITLES: Mapping[str, Text] = {
    "total": Text("Stock de carbone, tous réservoirs", "Carbon stock, all pools"),
    "total_as_co2": Text("Stock de carbone exprimé en CO2", "Carbon stock expressed as CO2"),
    MEAN: Text(
        "Densité moyenne, sur la terre dont tous les réservoirs sont évalués",
        "Mean density, over the land of which every pool is evaluated",
    ),
    "area": Text("Surface vraie de la géométrie", "True area of the geometry"),
    "area_evaluated": Text(
        "Surface dont tous les réservoirs sont évalués", "Area of which every pool is evaluated"
    ),
}

NO_HEDGE_LAYER = Text(
    "les haies ne sont pas évaluées : aucune couche ne donne leur longueur",
    "hedges are not evaluated: no layer gives their length",
)

NOTHING_KNOWN = Text("aucune terre de ce lieu n'est évaluée", "no land of this place is evaluated")

Sums = Mapping[str, float]
"""Hectares by identifier of the density that holds on them."""


@dataclass(frozen=True, slots=True)
class StockCase:
    """The stock of one place.

    Attributes:
        case: Its model, rows and indicators.
        evaluated_ha: Area of which every pool is evaluated.
    """

    case: Case
    evaluated_ha: float


@dataclass(slots=True)
class _Item:
    """One class and one pool, while its keys are gathered."""

    land_class: str
    wetland: str
    pool: str
    areas: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    known: dict[str, list[float]] = field(default_factory=dict)
    reason: Text | None = None

    @property
    def name(self) -> str:
        return f"{self.land_class}/{self.wetland}" if self.wetland else self.land_class


def stock_case(
    areas: LandAreas,
    densities: Densities,
    error: MapError | None = None,
    *,
    horizon: str | None = None,
    deep: bool = False,
) -> StockCase:
    """Return the stock of one place.

    Args:
        areas: Its land.
        densities: Densities of the territory.
        error: How wrong the map of its land may be, None to take it as it is.
        horizon: Which date the stock is of, as the layers say.
        deep: Whether to give the deep soil of salt marshes.
    """
    factors: dict[str, Factor] = {}
    items = _gathered(areas, densities, factors)
    complete = [densities.is_complete(key) for key in areas.keys]
    evaluated_ha = fsum(area for area, known in zip(areas.areas_ha.tolist(), complete, strict=True) if known)
    sums = {f"{item.name}: {item.pool}": _summed(item.known) for item in items if item.known}
    if deep:
        sums[DEEP_POOL] = _deep(areas, densities, factors)
    if evaluated_ha > 0.0:
        sums[MEAN] = _of_one_hectare(areas, densities, complete, evaluated_ha)
    # A geometry without area holds zero; land of which nothing is known holds nothing known.
    nothing = areas.geometry_ha > 0.0 and not any(item.known for item in items)
    case = Case(
        model=StockModel(sums),
        rows=(*(_row(item, densities.registry) for item in items), *((_hedges(),) if areas.keys else ())),
        indicators=_indicators(areas, densities.registry, evaluated_ha, horizon, deep=deep),
        factors=tuple(factors.values()),
        unanswered=NOTHING_KNOWN if nothing else None,
    )
    if error:
        members: dict[str, dict[str, tuple[str, ...]]] = {}
        for item in items:
            if item.known:
                members.setdefault(item.name, {})[item.pool] = (f"{item.name}: {item.pool}",)
        also = {MEAN: 1.0 / evaluated_ha} if evaluated_ha > 0.0 else {}
        pools = densities.registry.pools
        case = with_map_error(
            case, areas, error, members=members, row=lambda pool: _map_row(pool, pools[pool]), also=also
        )
    return StockCase(case, evaluated_ha)


def _gathered(areas: LandAreas, densities: Densities, factors: dict[str, Factor]) -> list[_Item]:
    items: dict[tuple[str, str, str], _Item] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        for found in densities.of(key):
            slot = (key.land_class, key.wetland, found.pool)
            item = items.setdefault(slot, _Item(*slot))
            item.areas.append(area)
            if isinstance(found.density, Factor):
                _check_unit(found.density)
                factors[found.density.id] = found.density
                item.known.setdefault(found.density.id, []).append(area)
            else:
                item.gaps.append(area)
                item.reason = found.density.reason
    order = {name: rank for rank, name in enumerate(densities.registry.land_classes)}
    return sorted(
        items.values(), key=lambda item: (order[item.land_class], item.wetland, POOLS.index(item.pool))
    )


def _check_unit(density: Factor) -> None:
    if density.unit != TONNE_C_PER_HECTARE:
        raise UnitMismatch(
            f"a carbon density is in {TONNE_C_PER_HECTARE}; {density.id} is in {density.unit}",
            f"une densité de carbone est en {TONNE_C_PER_HECTARE} ; {density.id} est en {density.unit}",
            where=density.id,
        )


def _summed(parts: Mapping[str, list[float]]) -> Sums:
    return {factor: fsum(areas) for factor, areas in parts.items()}


def _deep(areas: LandAreas, densities: Densities, factors: dict[str, Factor]) -> Sums:
    parts: dict[str, list[float]] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        factor = densities.deep_soil(key)
        if factor:
            factors[factor.id] = factor
            parts.setdefault(factor.id, []).append(area)
    return _summed(parts)


def _of_one_hectare(
    areas: LandAreas, densities: Densities, complete: list[bool], evaluated_ha: float
) -> Sums:
    """The part of each density in one hectare that holds each land in proportion."""
    parts: dict[str, list[float]] = {}
    for key, area, known in zip(areas.keys, areas.areas_ha.tolist(), complete, strict=True):
        if known:
            for found in densities.of(key):
                if isinstance(found.density, Factor):
                    parts.setdefault(found.density.id, []).append(area / evaluated_ha)
    return _summed(parts)


def _row(item: _Item, registry: Registry) -> Row:
    land = registry.land_class(item.land_class).title
    wetland = registry.wetland_type(item.wetland).title if item.wetland else None
    return Row(
        item=item.name,
        output=f"{item.name}: {item.pool}",
        title=land_title(land, wetland, registry.pools[item.pool]),
        unit=TONNE_C,
        indicators=("total", item.pool, "total_as_co2"),
        land_class=item.land_class,
        wetland=item.wetland or None,
        pool=item.pool,
        scope="land",
        area=fsum(item.areas),
        factors=tuple(item.known),
        reason=item.reason,
        not_evaluated_area=fsum(item.gaps),
        minimum=0.0,
    )


def _indicators(
    areas: LandAreas, registry: Registry, evaluated_ha: float, horizon: str | None, *, deep: bool
) -> list[Figure]:
    pools = tuple((pool, registry.pools[pool]) for pool in (*POOLS, DEEP_POOL))
    return [
        *_stocks(pools[: len(POOLS)], pools[-1] if deep else None, horizon),
        Figure("area", TITLES["area"], HECTARE, exact=areas.geometry_ha, scope="land"),
        Figure("area_evaluated", TITLES["area_evaluated"], HECTARE, exact=evaluated_ha, scope="land"),
    ]


@lru_cache(maxsize=64)
def _stocks(
    pools: tuple[tuple[str, Text], ...], deep: tuple[str, Text] | None, horizon: str | None
) -> tuple[Figure, ...]:
    stocks = [
        Figure("total", TITLES["total"], TONNE_C),
        *(Figure(pool, title, TONNE_C, pool=pool) for pool, title in pools),
        *([Figure(deep[0], deep[1], TONNE_C, output=deep[0], pool=deep[0])] if deep else []),
        Figure("total_as_co2", TITLES["total_as_co2"], TONNE_CO2, scale=CO2_PER_C, unit_of_rows=TONNE_C),
        Figure(MEAN, TITLES[MEAN], TONNE_C_PER_HECTARE, output=MEAN),
    ]
    return tuple(replace(figure, scope="land", horizon=horizon, minimum=0.0) for figure in stocks)


@lru_cache(maxsize=64)
def _map_row(pool: str, what: Text) -> Row:
    return Row(
        f"{ITEM}/{pool}",
        Text(f"{MAP_ERROR.fr} : {what.fr}", f"{MAP_ERROR.en}: {what.en}"),
        TONNE_C,
        indicators=("total", pool, "total_as_co2"),
        pool=pool,
        scope="land",
        factors=(ACCURACY,),
    )


@cache
def _hedges() -> Row:
    return Row(
        item="hedges",
        title=Text("Haies", "Hedges"),
        unit=TONNE_C,
        indicators=("total", "total_as_co2"),
        land_class="hedge",
        pool="hedges",
        scope="land",
        area=0.0,
        reason=NO_HEDGE_LAYER,
    )
