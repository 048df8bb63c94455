"""What is a scenario made of? Items that change year after year, on an area, from named factors."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from estran.assessments.flux_items import Flows
from estran.assessments.sequestration_inputs import AreaScenario
from estran.carbon.flux import Number
from estran.carbon.propagation import Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Factor, Gap
from estran.layers.ledger.keys import LandAreas, LedgerKey

Yearly = Callable[[Values, Number], Mapping[str, Number]]
"""tCO2e of each item in some years, from 1, of shape `(years, 1)`; an emission is positive."""

Accepts = Callable[[LedgerKey], bool]
"""Whether a scenario may use some land."""

NO_ZONE = Text(
    "aucune terre de la géométrie ne dit dans quelle zone chercher les densités",
    "no land of the geometry says in which zone to look densities up",
)


@dataclass(frozen=True, slots=True)
class PartItem:
    """One item of a scenario.

    Attributes:
        name: Row of the breakdown.
        title: What it is.
        indicators: Those it is a part of, beside `total`.
        factors: Identifiers of the factors that it follows from.
        reason: Why it is not evaluated.
    """

    name: str
    title: Text
    indicators: tuple[str, ...]
    factors: tuple[str, ...] = ()
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One scenario on one place.

    Attributes:
        items: Its rows.
        area_ha: Where it applies, None when it has no area.
        yearly: What each evaluated item changes in a year.
        yearly_20: The same with 20-year warming potentials, None when it is the same.
        factors: What it reads.
        inputs: Other doubtful numbers it reads.
    """

    items: tuple[PartItem, ...]
    area_ha: float | None
    yearly: Yearly
    yearly_20: Yearly | None = None
    factors: tuple[Factor, ...] = ()
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """The land that a scenario may use, in one place, beside that of the whole request.

    Attributes:
        areas: Land of the place.
        whole: Land of the whole request; the same when there is one place.
        flows: Where densities and zones are looked up.
        horizon_years: Years over which effects are counted.
    """

    areas: LandAreas
    whole: LandAreas
    flows: Flows
    horizon_years: int

    def eligible_ha(self, accepts: Accepts) -> float:
        """Return the area of the place that a scenario accepts."""
        return _area(self.areas, accepts)

    def area_ha(self, scenario: AreaScenario, accepts: Accepts) -> float:
        """Return the area of a scenario in this place.

        Hectares asked for the whole request are shared out as the eligible land is, else as the
        geometries are, so that places add up.
        """
        if scenario.area_ha is not None:
            return scenario.area_ha * self.part(accepts)
        return self.eligible_ha(accepts) * (1.0 if scenario.share is None else scenario.share)

    def part(self, accepts: Accepts) -> float:
        """Return which part of the whole request falls to this place."""
        whole = _area(self.whole, accepts)
        return self.eligible_ha(accepts) / whole if whole > 0.0 else self.geometry_part

    @property
    def geometry_part(self) -> float:
        """Which part of the area of the request is that of this place."""
        return self.areas.geometry_ha / self.whole.geometry_ha if self.whole.geometry_ha > 0.0 else 0.0

    def mix(self, accepts: Accepts) -> Mapping[LedgerKey, float]:
        """Return the share of each kind of land among the eligible land, else among all land.

        The land of the whole request stands in for a place without any.
        """
        for areas, test in (
            (self.areas, accepts),
            (self.whole, accepts),
            (self.areas, _anywhere),
            (self.whole, _anywhere),
        ):
            pairs = [
                (key, area)
                for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True)
                if test(key) and area > 0.0
            ]
            if pairs:
                total = fsum(area for _, area in pairs)
                return {key: area / total for key, area in pairs}
        return {}


@dataclass(slots=True)
class MeanDensity:
    """A density averaged over zones: shares of factors, evaluated when every zone has one."""

    shares: dict[str, float] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    reason: Text | None = None

    def add(self, found: Factor | Gap, share: float) -> None:
        """Add one zone."""
        if isinstance(found, Gap):
            self.reason = self.reason or found.reason
            return
        self.shares[found.id] = self.shares.get(found.id, 0.0) + share
        self.factors[found.id] = found

    @property
    def central(self) -> float:
        """The mean of the central values, in tC/ha."""
        return fsum(share * self.factors[identifier].value for identifier, share in self.shares.items())

    def value(self, values: Values) -> Number:
        """Return the mean, in tC/ha."""
        total: Number = 0.0
        for identifier, share in self.shares.items():
            total = total + share * values[identifier]
        return total


def of_classes(classes: Container[str]) -> Accepts:
    """Return the test that some land is of one of these classes."""
    return lambda key: key.land_class in classes


def soil_mean(ground: Ground, mix: Mapping[LedgerKey, float], land_class: str) -> MeanDensity:
    """Return the soil density that a land class would have where the mix lies."""
    mean = MeanDensity(reason=None if mix else NO_ZONE)
    for key, share in mix.items():
        zone = ground.flows.zone(key)
        mean.add(
            ground.flows.registry.soil_density(land_class, key.zone or (zone.zpc if zone else "")), share
        )
    return mean


def biomass_mean(ground: Ground, mix: Mapping[LedgerKey, float], land_class: str) -> MeanDensity:
    """Return the living biomass that a land class would have where the mix lies."""
    mean = MeanDensity(reason=None if mix else NO_ZONE)
    for key, share in mix.items():
        zone = ground.flows.zone(key)
        mean.add(ground.flows.registry.biomass_density(land_class, zone.inter_region if zone else ""), share)
    return mean


def ids(factors: Iterable[Factor]) -> tuple[str, ...]:
    """Return the identifiers of factors, once each."""
    return tuple(dict.fromkeys(factor.id for factor in factors))


def _area(areas: LandAreas, accepts: Accepts) -> float:
    return fsum(area for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True) if accepts(key))


def _anywhere(key: LedgerKey) -> bool:
    return bool(key.zone)
