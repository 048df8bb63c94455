"""Which indicators and which breakdown follow from the areas of a place and the densities?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from estran.assessments.densities import DEEP_POOL, Densities
from estran.assessments.envelope import BreakdownRow, Indicator
from estran.carbon.quantity import Quantity
from estran.carbon.stock import StockTerm, carbon_stock
from estran.carbon.text import Text
from estran.carbon.units import CO2_PER_C, HECTARE, TONNE_C, TONNE_C_PER_HECTARE, TONNE_CO2
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas

POOLS = ("soil", "living_biomass", "dead_wood", "litter")

TITLES: Mapping[str, Text] = {
    "total": Text("Stock de carbone, tous réservoirs", "Carbon stock, all pools"),
    "total_as_co2": Text("Stock de carbone exprimé en CO2", "Carbon stock expressed as CO2"),
    "mean_density": Text(
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


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one place.

    Attributes:
        indicators: Total, pools, CO2, density and areas.
        breakdown: By class and pool.
        terms: What the total is the sum of.
        evaluated_ha: Area of which every pool is evaluated.
    """

    indicators: tuple[Indicator, ...]
    breakdown: tuple[BreakdownRow, ...]
    terms: tuple[StockTerm, ...]
    evaluated_ha: float


@dataclass(slots=True)
class _Item:
    """One class and one pool, while its keys are gathered."""

    land_class: str
    wetland: str
    pool: str
    areas: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    terms: list[StockTerm] = field(default_factory=list)
    factors: dict[str, None] = field(default_factory=dict)
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class _Stock:
    """A quantity that may not be evaluated, and its interval."""

    quantity: Quantity | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, quantity: Quantity | None, confidence: float) -> "_Stock":
        if quantity is None:
            return cls(None, None, None)
        low, high = quantity.interval(confidence)
        return cls(quantity, max(0.0, low), high)


def stock_figures(
    areas: LandAreas, densities: Densities, *, confidence: float, horizon: str | None, deep: bool
) -> Figures:
    """Return the stock of one place.

    Args:
        areas: Its land.
        densities: Densities of the territory.
        confidence: Probability of the intervals.
        horizon: Which date the stock is of, as the layers say.
        deep: Whether to give the deep soil of salt marshes.
    """
    items = _gathered(areas, densities)
    rows = tuple(_row(item, densities.registry, confidence) for item in items)
    terms = [term for item in items for term in item.terms]
    evaluated = [densities.is_complete(key) for key in areas.keys]
    evaluated_ha = fsum(area for area, known in zip(areas.areas_ha.tolist(), evaluated, strict=True) if known)
    # A geometry without area holds zero; land of which nothing is known holds nothing known.
    answered = areas.geometry_ha <= 0.0 or bool(terms)
    stocks = {"total": _total(rows, terms, confidence, answered=answered)}
    for pool in POOLS:
        of_pool = [term for item in items if item.pool == pool for term in item.terms]
        known = answered and (bool(of_pool) or not any(item.gaps for item in items if item.pool == pool))
        stocks[pool] = _total((row for row in rows if row.pool == pool), of_pool, confidence, answered=known)
    if deep:
        stocks[DEEP_POOL] = _deep(areas, densities, confidence, answered=bool(areas.keys) or answered)
    indicators = _indicators(stocks, densities.registry, confidence, horizon)
    mean = _mean_density(areas, densities, evaluated, evaluated_ha)
    density = _Stock.of(mean, confidence)
    extra = (
        _indicator("mean_density", density, TONNE_C_PER_HECTARE, confidence, horizon),
        _plain("area", areas.geometry_ha, confidence),
        _plain("area_evaluated", evaluated_ha, confidence),
    )
    hedges = (_hedges(),) if areas.keys else ()
    return Figures((*indicators, *extra), (*rows, *hedges), tuple(terms), evaluated_ha)


def _gathered(areas: LandAreas, densities: Densities) -> list[_Item]:
    items: dict[tuple[str, str, str], _Item] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        for found in densities.of(key):
            slot = (key.land_class, key.wetland, found.pool)
            item = items.setdefault(slot, _Item(*slot))
            item.areas.append(area)
            if isinstance(found.density, Factor):
                factor = found.density
                item.terms.append(StockTerm(factor.quantity, area, factor.error))
                item.factors[factor.id] = None
            else:
                item.gaps.append(area)
                item.reason = found.density.reason
    order = {name: rank for rank, name in enumerate(densities.registry.land_classes)}
    return sorted(
        items.values(), key=lambda item: (order[item.land_class], item.wetland, POOLS.index(item.pool))
    )


def _row(item: _Item, registry: Registry, confidence: float) -> BreakdownRow:
    stock = _Stock.of(carbon_stock(item.terms) if item.terms else None, confidence)
    area, missing = fsum(item.areas), fsum(item.gaps)
    value = stock.quantity.value if stock.quantity else None
    known = fsum(term.area_ha for term in item.terms)
    land = registry.land_class(item.land_class).title
    wetland = registry.wetland_type(item.wetland).title if item.wetland else None
    pool = registry.pools[item.pool]
    return BreakdownRow(
        item=f"{item.land_class}/{item.wetland}" if item.wetland else item.land_class,
        title=Text(
            f"{land.fr}{f' ({wetland.fr})' if wetland else ''} : {pool.fr}",
            f"{land.en}{f' ({wetland.en})' if wetland else ''}: {pool.en}",
        ),
        land_class=item.land_class,
        wetland=item.wetland or None,
        pool=item.pool,
        area=area,
        value=value,
        low=stock.low,
        high=stock.high,
        unit=TONNE_C,
        density=(
            fsum(term.area_ha / known * term.density.value for term in item.terms) if known > 0.0 else None
        ),
        factors=tuple(item.factors),
        reason=item.reason,
        not_evaluated_area=missing,
    )


def _total(
    rows: Iterable[BreakdownRow], terms: list[StockTerm], confidence: float, *, answered: bool
) -> _Stock:
    """The sum of rows, to the last digit, with the doubt of the terms behind them."""
    if not answered:
        return _Stock.of(None, confidence)
    value = fsum(row.value for row in rows if row.value is not None)
    return _Stock.of(Quantity(value, carbon_stock(terms).sd, TONNE_C), confidence)


def _deep(areas: LandAreas, densities: Densities, confidence: float, *, answered: bool) -> _Stock:
    terms = [
        StockTerm(factor.quantity, area, factor.error)
        for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True)
        if (factor := densities.deep_soil(key))
    ]
    return _Stock.of(carbon_stock(terms) if answered else None, confidence)


def _mean_density(
    areas: LandAreas, densities: Densities, evaluated: list[bool], evaluated_ha: float
) -> Quantity | None:
    if evaluated_ha <= 0.0:
        return None
    # The stock of one hectare that holds each land in proportion.
    terms = [
        StockTerm(found.density.quantity, area / evaluated_ha, found.density.error)
        for key, area, known in zip(areas.keys, areas.areas_ha.tolist(), evaluated, strict=True)
        if known
        for found in densities.of(key)
        if isinstance(found.density, Factor)
    ]
    mean = carbon_stock(terms)
    return Quantity(mean.value, mean.sd, TONNE_C_PER_HECTARE)


def _indicators(
    stocks: Mapping[str, _Stock], registry: Registry, confidence: float, horizon: str | None
) -> list[Indicator]:
    indicators = [
        _indicator(
            name,
            stock,
            TONNE_C,
            confidence,
            horizon,
            pool=None if name == "total" else name,
            title=TITLES.get(name) or registry.pools[name],
        )
        for name, stock in stocks.items()
    ]
    total = stocks["total"]
    co2 = total.quantity.scaled(CO2_PER_C, unit=TONNE_CO2) if total.quantity else None
    indicators.append(_indicator("total_as_co2", _Stock.of(co2, confidence), TONNE_CO2, confidence, horizon))
    return indicators


def _indicator(
    name: str,
    stock: _Stock,
    unit: str,
    confidence: float,
    horizon: str | None,
    *,
    pool: str | None = None,
    title: Text | None = None,
) -> Indicator:
    return Indicator(
        id=name,
        title=title or TITLES[name],
        value=stock.quantity.value if stock.quantity else None,
        low=stock.low,
        high=stock.high,
        confidence=confidence,
        unit=unit,
        pool=pool,
        scope="land",
        horizon=horizon,
    )


def _plain(name: str, value: float, confidence: float) -> Indicator:
    """An area: it carries no interval, its doubt being that of the land cover."""
    return Indicator(
        id=name,
        title=TITLES[name],
        value=value,
        low=None,
        high=None,
        confidence=confidence,
        unit=HECTARE,
        scope="land",
    )


def _hedges() -> BreakdownRow:
    return BreakdownRow(
        item="hedges",
        title=Text("Haies", "Hedges"),
        land_class="hedge",
        pool="hedges",
        area=0.0,
        value=None,
        low=None,
        high=None,
        unit=TONNE_C,
        reason=NO_HEDGE_LAYER,
    )
