"""Which number answers a question? The only way to the factors: looked up, never computed in code."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from estran.carbon.errors import UnknownFactor
from estran.carbon.text import Text
from estran.factors.documents import (
    NAMES,
    LandClass,
    LandClasses,
    Pools,
    Tables,
    WetlandSoils,
    WetlandType,
    WetlandTypes,
    factor_folder,
    read_document,
    reading,
)
from estran.factors.entries import Entries, Entry, with_changes
from estran.factors.factor import Factor, Gap, Override, Overrider, weighted_mean
from estran.factors.overrides import changed_entries, overrides_digest
from estran.factors.rows import read_crosswalk
from estran.factors.tables import read_factors
from estran.factors.zones import CommuneZone, read_commune_zones

FOREST_POOLS = ("living_biomass", "dead_wood")

NO_ZONE = Gap(
    Text(
        "la commune n'est pas dans la table des zones ; déclarez son ancien code dans "
        "`estran.territory.commune_aliases`",
        "the commune is not in the zone table; declare its former code in `estran.territory.commune_aliases`",
    )
)


@dataclass(frozen=True, slots=True)
class Registry:
    """Every factor, land class and zone, at one version.

    Attributes:
        version: Semantic version, then the start of the SHA-256 of the data files, then that of the
            values that the territory overrides, if any.
        entries: Factors by identifier, and gaps where a named row has no value. Tables are read when
            one of their factors is first asked for.
        forest_places: Places of the forest inventory, by start of the identifier.
        land_classes: Land classes of the ledger by identifier.
        wetland_types: Wetland types of the ledger by identifier.
        wetland_soils: Identifier of the factor by row of the wetland table.
        pools: Title of each pool, in the order in which answers list them.
        ser_group_aliases: Groups that the inventory merges, to the merged code.
        region_codes: Code of the region in the inventory, by INSEE code.
    """

    version: str
    entries: Mapping[str, Entry]
    forest_places: Mapping[str, frozenset[str]]
    land_classes: Mapping[str, LandClass]
    wetland_types: Mapping[str, WetlandType]
    wetland_soils: Mapping[str, str]
    pools: Mapping[str, Text]
    ser_group_aliases: Mapping[str, str]
    region_codes: Mapping[str, str]

    @property
    def factors(self) -> Mapping[str, Factor]:
        """Every factor that has a value, by identifier; reads every table."""
        return {key: entry for key, entry in self.entries.items() if isinstance(entry, Factor)}

    def commune_zone(self, insee: str) -> CommuneZone | None:
        """Return where a commune stands in the tables, None when they lack it."""
        return read_commune_zones().get(insee)

    def land_class(self, identifier: str) -> LandClass:
        """Return a land class.

        Raises:
            UnknownFactor: the registry does not know it.
        """
        return _entry(self.land_classes, identifier, "land class", "classe d'occupation")

    def wetland_type(self, identifier: str) -> WetlandType:
        """Return a wetland type.

        Raises:
            UnknownFactor: the registry does not know it.
        """
        return _entry(self.wetland_types, identifier, "wetland type", "type de zone humide")

    def soil_density(self, land_class: str, zone: str) -> Factor | Gap:
        """Return the soil carbon of a land class, 0-30 cm, in tC/ha.

        Args:
            land_class: Class of the ledger.
            zone: Soil-climate zone (`4_1`), empty when unknown.
        """
        entry = self.land_class(land_class)
        if entry.soil is None:
            return _gap(entry.not_evaluated)
        if not zone:
            return NO_ZONE
        return self._find(f"soil.stock.{entry.soil}.{zone}")

    def wetland_soil_density(self, wetland: str, pool: str = "soil") -> Factor | Gap:
        """Return the soil carbon of a wetland type, in tC/ha: `soil` 0-30 cm or `soil_deep` 30-100 cm."""
        entry = self.wetland_type(wetland)
        row = entry.soil if pool == "soil" else entry.soil_deep
        if row is None:
            return _gap(entry.not_evaluated)
        return self._find(self.wetland_soils[row])

    def biomass_density(self, land_class: str, inter_region: str) -> Factor | Gap:
        """Return the living biomass outside forest, in tC/ha."""
        entry = self.land_class(land_class)
        if entry.biomass is None:
            return _gap(entry.not_evaluated)
        if not inter_region:
            return NO_ZONE
        return self._find(f"living_biomass.stock.{entry.biomass}.{inter_region.lower()}")

    def forest_density(
        self, pool: str, land_class: str, zone: CommuneZone | None, *, groups: tuple[str, ...] = ()
    ) -> Factor | Gap:
        """Return the living biomass or dead wood of a forest, in tC/ha.

        See `forest_flow` for how the place is chosen.

        Args:
            pool: `living_biomass` or `dead_wood`.
            land_class: Forest class of the ledger.
            zone: Where the commune stands, None when the tables lack it.
            groups: SER groups known otherwise; they take precedence over those of `zone`.
        """
        return self._forest(f"{pool}.stock.{land_class}", land_class, zone, groups)

    def forest_flow(
        self, name: str, land_class: str, zone: CommuneZone | None, *, groups: tuple[str, ...] = ()
    ) -> Factor | Gap:
        """Return what the inventory says of a hectare of forest in a year.

        The SER groups are tried first, then the ecological regions, the region and France; poplar
        has its basin, then France. Several places at one level give their area-weighted mean.

        Args:
            name: `growth`, `mortality` or `harvest` in m3/ha/yr, `balance` in tC/ha/yr, `expansion` in tC/m3.
            land_class: Forest class of the ledger.
            zone: Where the commune stands, None when the tables lack it.
            groups: SER groups known otherwise; they take precedence over those of `zone`.
        """
        return self._forest(f"forest.{name}.{land_class}", land_class, zone, groups)

    def litter_density(self, land_class: str) -> Factor | Gap:
        """Return the litter of a forest class, in tC/ha."""
        entry = self.land_class(land_class)
        return self._find(f"litter.stock.{entry.litter}") if entry.litter else _gap(entry.not_evaluated)

    def factor(self, identifier: str) -> Factor | Gap:
        """Return a factor; `….g5+g6` is the area-weighted mean of `….g5` and `….g6`.

        Returns:
            The factor, or a gap where its table has no value: what needs it is not evaluated.

        Raises:
            UnknownFactor: the registry does not know it; the message gives the nearest identifiers.
        """
        alone = self.entries.get(identifier)
        if alone is not None:
            return alone
        stem, _, places = identifier.rpartition(".")
        parts = [f"{stem}.{place}" for place in places.split("+")]
        found = [self.entries[part] for part in parts if part in self.entries]
        if len(found) < len(parts):
            near = ", ".join(get_close_matches(identifier, self.entries, n=3, cutoff=0.4))
            raise UnknownFactor(
                f"unknown factor {identifier!r}; nearest: {near or 'none'}",
                f"facteur inconnu : {identifier!r} ; les plus proches : {near or 'aucun'}",
                where=identifier,
            )
        factors = [entry for entry in found if isinstance(entry, Factor)]
        if len(factors) < len(found) or len(found) == 1:
            return next((entry for entry in found if isinstance(entry, Gap)), found[0])
        title = Text(
            " ; ".join(factor.title.fr for factor in factors),
            "; ".join(factor.title.en for factor in factors),
        )
        return weighted_mean(factors, identifier=identifier, title=title)

    def with_overrides(self, overrides: Mapping[str, Override], *, by: Overrider = "request") -> "Registry":
        """Return this registry with values that somebody prefers.

        Args:
            overrides: Preferred values by identifier; a factor without value may be given one.
            by: Who prefers them. What the territory prefers is part of the version of the registry;
                what a request prefers is part of its inputs.

        Raises:
            InvalidInput: an unknown identifier, a mean, or bounds that do not enclose their value.
        """
        if not overrides:
            return self
        changed = changed_entries(overrides, find=self.factor, by=by)
        version = f"{self.version}.{overrides_digest(overrides)}" if by == "territory" else self.version
        return replace(self, entries=with_changes(self.entries, changed), version=version)

    def _forest(
        self, stem: str, land_class: str, zone: CommuneZone | None, groups: tuple[str, ...]
    ) -> Factor | Gap:
        known = self.forest_places.get(stem, frozenset())
        for codes in self._forest_levels(land_class, zone, groups):
            places = sorted({code.lower() for code in codes} & known)
            if places:
                return self.factor(f"{stem}.{'+'.join(places)}")
        return _missing(stem)

    def _forest_levels(
        self, land_class: str, zone: CommuneZone | None, groups: tuple[str, ...]
    ) -> list[tuple[str, ...]]:
        france = ("france",)
        if land_class == "forest_poplar":
            return [(zone.poplar_basin,) if zone else (), france]
        group_codes = groups or (zone.ser_groups if zone else ())
        merged = tuple(self.ser_group_aliases.get(code, code) for code in group_codes)
        greco = zone.greco if zone and zone.greco else tuple(code[0] for code in group_codes)
        region = (self.region_codes.get(zone.region, ""),) if zone else ()
        return [merged, greco, region, france]

    def _find(self, identifier: str) -> Factor | Gap:
        return self.entries.get(identifier) or _missing(identifier)


def read_registry() -> Registry:
    """Return the registry that ships with Estran, read once; that of another folder inside `reading`.

    Raises:
        UnknownFactor: a table is absent or malformed.
    """
    return _registry(factor_folder())


@lru_cache(maxsize=8)
def _registry(folder: Path) -> Registry:
    with reading(folder):
        stocks = read_factors()
        soils = read_document("wetland_soil", WetlandSoils).root
        pools = read_document("pools", Pools).root
        return Registry(
            version=f"{read_document('tables', Tables).version}+{_digest(folder)[:12]}",
            entries=Entries(folder, stocks),
            forest_places=_forest_places(stocks),
            land_classes=MappingProxyType(read_document("land_classes", LandClasses).root),
            wetland_types=MappingProxyType(read_document("wetland_types", WetlandTypes).root),
            wetland_soils=MappingProxyType(
                {row: f"{soil.pool}.stock.{soil.name}" for row, soil in soils.items()}
            ),
            pools=MappingProxyType({key: pool.title for key, pool in pools.items()}),
            ser_group_aliases=MappingProxyType(read_crosswalk("ser_group")),
            region_codes=MappingProxyType(read_crosswalk("insee_region")),
        )


def _digest(folder: Path) -> str:
    """Return the hash of all that a result may follow from: every file but the declared uses."""
    total = hashlib.sha256()
    files = [*folder.glob("*.csv"), *folder.glob("*.yaml"), *(folder / NAMES).glob("*.[cy]*")]
    for path in sorted(files):
        total.update(path.relative_to(folder).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _forest_places(stocks: Mapping[str, Factor]) -> Mapping[str, frozenset[str]]:
    places: dict[str, set[str]] = defaultdict(set)
    for identifier, factor in stocks.items():
        if factor.source.table == "forest_carbon_ifn":
            stem, _, place = identifier.rpartition(".")
            places[stem].add(place)
    return MappingProxyType({stem: frozenset(found) for stem, found in places.items()})


def _entry[Entry](known: Mapping[str, Entry], identifier: str, en: str, fr: str) -> Entry:
    if identifier not in known:
        raise UnknownFactor(
            f"unknown {en} {identifier!r}", f"{fr} inconnu(e) : {identifier!r}", where=identifier
        )
    return known[identifier]


def _gap(reason: Text | None) -> Gap:
    return Gap(reason or Text("aucune densité n'est publiée", "no density is published"))


def _missing(identifier: str) -> Gap:
    return Gap(
        Text(f"la table n'a pas de valeur pour {identifier}", f"the table has no value for {identifier}")
    )
