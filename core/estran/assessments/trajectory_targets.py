"""Which targets has a territory set? `trajectories.yaml`, read with the numbers of the registry."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, RootModel

from estran.carbon.text import Text
from estran.factors.documents import Document, read_document
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry
from estran.factors.units import conversion

Scope = Literal["footprint", "inventory"]

TONNES_PER_YEAR = "tCO2e/yr"


class Base(Document):
    """The level that targets start from; without a factor the caller gives it."""

    year: int
    factor: str | None = None


class Aim(Document):
    """A level to reach: a relative change against the base year, or a net level."""

    year: int
    change: str | None = None
    net: str | None = None


class Sector(Document):
    """A sector and its share of the base level."""

    title: Text
    share: str


class TerritoryTargets(Document):
    """One entry of `trajectories.yaml`."""

    title: Text
    scope: Scope
    base: Base
    targets: tuple[Aim, ...]
    claims: tuple[Aim, ...] = ()
    sectors: dict[str, Sector] = Field(default_factory=dict)


TrajectoryTargets = RootModel[dict[str, TerritoryTargets]]


@dataclass(frozen=True, slots=True)
class YearlyCut:
    """The yearly cut that the first target of a territory needs.

    Attributes:
        base: Factor of the base level.
        change: Factor of the relative change, negative.
        years: From the base year to the target.
        target_year: When.
        scope: What the level counts.
    """

    base: Factor
    change: Factor
    years: int
    target_year: int
    scope: Scope

    @property
    def scale(self) -> float:
        """What turns the base level into tCO2e/yr."""
        return conversion(self.base.unit, TONNES_PER_YEAR)


def territory_targets(identifier: str) -> TerritoryTargets | None:
    """Return the targets of a territory, None when it has set none."""
    return read_document("trajectories", TrajectoryTargets).root.get(identifier)


def yearly_cut(identifier: str, registry: Registry) -> YearlyCut | None:
    """Return the yearly cut that a territory needs until its first target, None without one."""
    found = territory_targets(identifier)
    aim = next((each for each in found.targets if each.change), None) if found else None
    if found is None or found.base.factor is None or aim is None or aim.change is None:
        return None
    base, change = registry.factor(found.base.factor), registry.factor(aim.change)
    if isinstance(base, Gap) or isinstance(change, Gap):
        return None
    return YearlyCut(base, change, aim.year - found.base.year, aim.year, found.scope)
