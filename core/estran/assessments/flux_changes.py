"""Which land changed use in the communes of a territory, and which densities say what that emits?

By commune and for a mean year of the period of the table: hectares by density before, density after and
part of the built-up land. What has no density is set apart; forest that stays forest is no change.

Reference:
    METHODS section 4 (stocks, dynamics) and section 11 (stock differences, not the one-year fluxes of ALDO).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import fsum
from typing import Literal

from estran.assessments.densities import Densities
from estran.assessments.required import required_factor
from estran.carbon.text import Text
from estran.factors.changes import Change, ChangeRules, Part, commune_changes, read_change_rules
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas, LedgerKey

PLANT_YEARS, FOREST_YEARS = "project.biomass.gain_years", "project.forest.gain_years"

SOIL = "soil"

Share = Literal["whole", "sealed", "open"]
"""Part of an area: all of it, the sealed part of built-up land, or the rest of it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A soil that becomes another: identifiers of both densities, and the part of the area."""

    before: str
    after: str
    share: Share


@dataclass(frozen=True, slots=True)
class Plant:
    """Plants that leave or grow: pool, density, part of the area, and the factor of the years of a gain."""

    pool: str
    density: str
    share: Share
    years: str = ""


@dataclass(slots=True)
class Sums:
    """Hectares that change in a mean year, by what they need.

    Attributes:
        soils: By densities of the soil.
        lost: By plants that leave.
        grown: By plants that grow.
        missing: Without a density, by reason.
        changed: All of them, one number per kind of change.
    """

    soils: dict[Pair, float] = field(default_factory=dict)
    lost: dict[Plant, float] = field(default_factory=dict)
    grown: dict[Plant, float] = field(default_factory=dict)
    missing: dict[Text, float] = field(default_factory=dict)
    changed: list[float] = field(default_factory=list)

    def add(self, other: "Sums", share: float) -> None:
        """Add a part of other sums."""
        _add(self.soils, other.soils, share)
        _add(self.lost, other.lost, share)
        _add(self.grown, other.grown, share)
        _add(self.missing, other.missing, share)
        self.changed += [share * area for area in other.changed]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a territory.

    Attributes:
        densities: Stocks per hectare.
        commune_ha: Area of each commune of the ledger.
        rules: How the table is read.
        factors: What the communes looked up so far need, by identifier.
        known: Changes looked up, by commune; None where the table does not know it.
    """

    densities: Densities
    commune_ha: Mapping[str, float]
    rules: ChangeRules
    factors: dict[str, Factor] = field(default_factory=dict)
    known: dict[str, Sums | None] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """Where the numbers come from."""
        return self.densities.registry

    def of(self, commune: str) -> Sums | None:
        """Return what changes in a commune in a mean year."""
        if commune not in self.known:
            self.known[commune] = self._sums(commune)
        return self.known[commune]

    def factor(self, identifier: str) -> Factor:
        """Return a factor that the tables hold."""
        if identifier not in self.factors:
            self.factors[identifier] = required_factor(self.registry, identifier)
        return self.factors[identifier]

    def part(self, share: Share) -> float:
        """Return the central value of a part of an area."""
        sealed = self.factor(self.rules.sealed_share).value
        return {"sealed": sealed, "open": 1.0 - sealed}.get(share, 1.0)

    def _sums(self, commune: str) -> Sums | None:
        found = commune_changes(self.densities.aliases.get(commune, commune))
        if found is None:
            return None
        sums = Sums()
        for change in found:
            area = change.area_ha / self.rules.years
            pairs = [pair for pair in _pairs(change) if _is_change(pair[0], pair[1], self.registry)]
            if pairs and area > 0.0:
                sums.changed.append(area)
                for before, after, share in pairs:
                    self._gather(sums, commune, before, after, share, area)
        return sums

    def _gather(self, sums: Sums, commune: str, before: Part, after: Part, share: Share, area: float) -> None:
        old, new = self._pools(commune, before), self._pools(commune, after)
        if isinstance(old, Gap) or isinstance(new, Gap):
            reason = next(each.reason for each in (old, new) if isinstance(each, Gap))
            _add(sums.missing, {reason: area * self.part(share)}, 1.0)
            return
        self.factors.update({density.id: density for density in (*old.values(), *new.values())})
        is_forest = self.registry.land_class(after.land_class).forest is not None
        years = FOREST_YEARS if is_forest else PLANT_YEARS
        _add(sums.soils, {Pair(old[SOIL].id, new[SOIL].id, share): area}, 1.0)
        for pool in _plants(old):
            _add(sums.lost, {Plant(pool, old[pool].id, share): area}, 1.0)
        for pool in _plants(new):
            _add(sums.grown, {Plant(pool, new[pool].id, share, years): area}, 1.0)

    def _pools(self, commune: str, part: Part) -> dict[str, Factor] | Gap:
        """The densities of a kind of land, or why one of them is not known."""
        # The ledger need not hold it: it has no code, and is never kept by one.
        key = LedgerKey(0, part.land_class, part.wetland, commune, "", "", "", "", synthetic=False)
        pools: dict[str, Factor] = {}
        for found in self.densities.look_up(key):
            if isinstance(found.density, Gap):
                return found.density
            pools[found.pool] = found.density
        return pools


def territory_changes(registry: Registry, aliases: Mapping[str, str], territory: LandAreas) -> Changes:
    """Return the changes of a territory, from all the land of its ledger."""
    return Changes(Densities(registry, aliases), areas_by_commune(territory), read_change_rules())


def areas_by_commune(areas: LandAreas) -> dict[str, float]:
    """Return the hectares of each commune in some land."""
    parts: dict[str, list[float]] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        parts.setdefault(key.commune, []).append(area)
    return {commune: fsum(each) for commune, each in parts.items()}


def _add[Key](ours: dict[Key, float], theirs: Mapping[Key, float], share: float) -> None:
    for key, area in theirs.items():
        ours[key] = ours.get(key, 0.0) + share * area


def _plants(pools: Mapping[str, Factor]) -> list[str]:
    return [pool for pool in pools if pool != SOIL]


def _pairs(change: Change) -> Iterator[tuple[Part, Part, Share]]:
    """Which part becomes which; built-up land that stays built-up keeps its split."""
    if change.before == change.after:
        return
    for old in change.before:
        for new in change.after:
            yield old, new, new.share if old.share == "whole" else old.share


def _is_change(before: Part, after: Part, registry: Registry) -> bool:
    if (before.land_class, before.wetland) == (after.land_class, after.wetland):
        return False
    return not all(registry.land_class(part.land_class).forest for part in (before, after))
