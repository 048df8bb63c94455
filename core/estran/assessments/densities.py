"""Which density does each pool have on each kind of land? Looked up once per key of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from estran.factors.factor import Factor, Gap
from estran.factors.registry import FOREST_POOLS, Registry
from estran.factors.zones import split_codes
from estran.layers.ledger.keys import LedgerKey

DEEP_POOL = "soil_deep"


@dataclass(frozen=True, slots=True)
class PoolDensity:
    """The density of one pool, or why none is known."""

    pool: str
    density: Factor | Gap


@dataclass(frozen=True, slots=True)
class Densities:
    """The densities of a territory.

    Attributes:
        registry: Where the numbers come from.
        aliases: INSEE code of a younger commune -> its code in the zone table.
        known: What was looked up already, by code of the key.
    """

    registry: Registry
    aliases: Mapping[str, str]
    known: dict[int, tuple[PoolDensity, ...]] = field(default_factory=dict)

    def of(self, key: LedgerKey) -> tuple[PoolDensity, ...]:
        """Return the pools that exist on this land, in the order of answers.

        A wetland replaces the soil density only: biomass follows the land class.

        Raises:
            UnknownFactor: the registry does not know the land class or the wetland type.
        """
        if key.code not in self.known:
            self.known[key.code] = tuple(self.look_up(key))
        return self.known[key.code]

    def amounts(self, key: LedgerKey) -> Mapping[str, float] | None:
        """Return what a hectare holds by pool at the central values; None where a pool is not known."""
        pools = {found.pool: found.density for found in self.of(key)}
        known = {pool: density.value for pool, density in pools.items() if isinstance(density, Factor)}
        return known if len(known) == len(pools) else None

    def is_complete(self, key: LedgerKey) -> bool:
        """Whether every pool of this land has a density."""
        return all(isinstance(found.density, Factor) for found in self.of(key))

    def deep_soil(self, key: LedgerKey) -> Factor | None:
        """Return the soil density below 30 cm where one is declared: on salt marshes."""
        if not key.wetland:
            return None
        found = self.registry.wetland_soil_density(key.wetland, DEEP_POOL)
        return found if isinstance(found, Factor) else None

    def look_up(self, key: LedgerKey) -> list[PoolDensity]:
        """Return the same without keeping it: the land need not be in the ledger.

        Raises:
            UnknownFactor: the registry does not know the land class or the wetland type.
        """
        registry = self.registry
        commune = registry.commune_zone(self.aliases.get(key.commune, key.commune))
        zone = key.zone or (commune.zpc if commune else "")
        soil = (
            registry.wetland_soil_density(key.wetland)
            if key.wetland
            else registry.soil_density(key.land_class, zone)
        )
        pools = [PoolDensity("soil", soil)]
        entry = registry.land_class(key.land_class)
        if entry.forest is None:
            inter_region = commune.inter_region if commune else ""
            pools.append(
                PoolDensity("living_biomass", registry.biomass_density(key.land_class, inter_region))
            )
            return pools
        groups = split_codes(key.forest_region)
        pools += [
            PoolDensity(pool, registry.forest_density(pool, key.land_class, commune, groups=groups))
            for pool in FOREST_POOLS
        ]
        pools.append(PoolDensity("litter", registry.litter_density(key.land_class)))
        return pools
