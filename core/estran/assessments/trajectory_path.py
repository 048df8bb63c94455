"""On which path should the territory be, and what has been observed? Request and registry together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from estran.assessments.trajectory_inputs import Level, TerritoryTrajectoryRequest
from estran.assessments.trajectory_targets import (
    TONNES_PER_YEAR,
    Scope,
    TerritoryTargets,
    TrajectoryTargets,
    territory_targets,
)
from estran.carbon.errors import InvalidInput, NotFound
from estran.carbon.sampling import P95, Input
from estran.carbon.text import Text
from estran.carbon.trajectory import Target
from estran.factors.documents import read_document
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry
from estran.factors.units import conversion

BASE = "base level"

CLAIMED = Text("Annoncé par le territoire", "Announced by the territory")


@dataclass(frozen=True, slots=True)
class Point:
    """One observation: what is multiplied gives tCO2e/yr.

    Attributes:
        year: When.
        terms: Names of the numbers whose product it is.
        scale: What the product is multiplied by.
    """

    year: int
    terms: tuple[str, ...]
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """An observed series.

    Attributes:
        name: As given.
        title: To be read.
        is_part: A sector or an actor.
        base: Numbers whose product is its base level, none when it is not known.
        base_scale: What it is multiplied by, to be in tCO2e/yr.
        points: In ascending years.
        rank: In the request, -1 for what the territory announces.
    """

    name: str
    title: Text
    is_part: bool
    base: tuple[str, ...]
    base_scale: float
    points: tuple[Point, ...]
    rank: int

    @property
    def years(self) -> tuple[int, ...]:
        """Years observed."""
        return tuple(point.year for point in self.points)


@dataclass(frozen=True, slots=True)
class Path:
    """Targets and observations of one question.

    Attributes:
        title: Of the targets.
        scope: What the targets count.
        targets: The base year first.
        base: Numbers whose product is the base level.
        base_scale: What it is multiplied by, to be in tCO2e/yr.
        lines: Observed series.
        factors: Read from the registry.
        inputs: Given by the caller.
        announced: Whether the observations are what the territory announces.
    """

    title: Text
    scope: Scope
    targets: tuple[Target, ...]
    base: tuple[str, ...]
    base_scale: float
    lines: tuple[Line, ...]
    factors: tuple[Factor, ...]
    inputs: tuple[Input, ...]
    announced: bool

    @property
    def neutrality(self) -> Target | None:
        """The target of neutrality, None when there is none."""
        return next((target for target in self.targets if target.share <= 0.0), None)


class Reader:
    """Puts a request and the registry together; keeps what it read."""

    def __init__(self, request: TerritoryTrajectoryRequest, identifier: str, registry: Registry) -> None:
        self.request = request
        self.registry = registry
        self.factors: dict[str, Factor] = {}
        self.inputs: list[Input] = []
        self.declared = territory_targets(request.territory or identifier)
        if request.territory is not None and self.declared is None:
            known = ", ".join(known_territories())
            raise NotFound(
                f"no targets are known for {request.territory!r}; choose one of {known}, or give `base` and "
                "`targets`",
                f"aucun objectif connu pour {request.territory!r} ; choisissez parmi {known}, ou donnez "
                "`base` et `targets`",
                where="territory",
            )

    def path(self) -> Path:
        """Return the path and the observations.

        Raises:
            InvalidInput: no target or no base level, years in disorder, or scopes that do not compare.
        """
        declared, request = self._declared(), self.request
        scope = request.scope or (declared.scope if declared else None)
        if scope is None:
            raise _needed("scope")
        targets = self._targets(declared)
        base, scale = self._base(declared)
        lines = tuple(
            self._line(rank, declared, scope, (base, scale), targets[0].year)
            for rank in range(len(request.series))
        )
        announced = not lines and declared is not None
        if announced and declared is not None:
            lines = (self._claims(declared, base, scale),)
        return Path(
            title=declared.title if declared else Text("Objectifs donnés", "Given targets"),
            scope=scope,
            targets=targets,
            base=base,
            base_scale=scale,
            lines=lines,
            factors=tuple(self.factors.values()),
            inputs=tuple(self.inputs),
            announced=announced,
        )

    def _declared(self) -> TerritoryTargets | None:
        """The targets of the territory, unless the caller gives others of another base or scope."""
        request = self.request
        if request.targets and request.base:
            return None
        return self.declared

    def _targets(self, declared: TerritoryTargets | None) -> tuple[Target, ...]:
        request = self.request
        if request.targets:
            year = request.base.year if request.base else (declared.base.year if declared else None)
            if year is None:
                raise _needed("base")
            found = [Target(year, 1.0), *(Target(each.year, 1.0 + each.change) for each in request.targets)]
        elif declared:
            year = declared.base.year
            if request.base and request.base.year != year:
                raise InvalidInput(
                    f"the targets start from {year}; `base` is of {request.base.year}; give `targets` too",
                    f"les objectifs partent de {year} ; `base` est de {request.base.year} ; donnez aussi "
                    "`targets`",
                    where="base.year",
                )
            found = [Target(year, 1.0)]
            for aim in declared.targets:
                change = self._number(aim.change) if aim.change else -1.0
                found.append(Target(aim.year, 1.0 + change))
                if aim.net:
                    self._number(aim.net)
        else:
            raise _needed("targets")
        years = [each.year for each in found]
        if years != sorted(set(years)):
            raise InvalidInput(
                "the years of the targets must ascend, after the base year",
                "les années des objectifs doivent croître, après l'année de base",
                where="targets",
            )
        return tuple(found)

    def _base(self, declared: TerritoryTargets | None) -> tuple[tuple[str, ...], float]:
        if self.request.base:
            self.inputs.append(_input(BASE, self.request.base))
            return (BASE,), 1.0
        if declared is None or declared.base.factor is None:
            raise _needed("base")
        self._number(declared.base.factor)
        return (declared.base.factor,), conversion(self.factors[declared.base.factor].unit, TONNES_PER_YEAR)

    def _line(
        self,
        rank: int,
        declared: TerritoryTargets | None,
        scope: Scope,
        base: tuple[tuple[str, ...], float],
        base_year: int,
    ) -> Line:
        series = self.request.series[rank]
        where = f"series[{rank}]"
        years = [each.year for each in series.observations]
        if years != sorted(set(years)) or years[0] < base_year:
            raise InvalidInput(
                f"{where}: the years must ascend, from {base_year} on",
                f"{where} : les années doivent croître, à partir de {base_year}",
                where=f"{where}.observations",
            )
        scale = self._scope_scale(series.scope, scope, where)
        points = []
        for each in series.observations:
            name = f"{where}.{each.year}"
            self.inputs.append(_input(name, each))
            points.append(Point(each.year, (name,), scale))
        own_base: tuple[tuple[str, ...], float] = base
        if series.is_part:
            sector = declared.sectors.get(series.name) if declared else None
            own_base = ((), 1.0)
            if points[0].year == base_year:
                own_base = (points[0].terms, points[0].scale)
            elif sector:
                self._number(sector.share)
                own_base = ((*base[0], sector.share), base[1])
        title = Text(series.name, series.name)
        if declared and series.name in declared.sectors:
            title = declared.sectors[series.name].title
        return Line(series.name, title, series.is_part, *own_base, tuple(points), rank)

    def _scope_scale(self, given: Scope, wanted: Scope, where: str) -> float:
        if given == wanted:
            return 1.0
        if self.request.conversion is None:
            raise InvalidInput(
                f"{where} is {_scope(given)[0]} and the targets are {_scope(wanted)[0]}: they cannot be "
                "compared; give `conversion`, with its reason, or series of the same scope",
                f"{where} est {_scope(given)[1]} et les objectifs sont {_scope(wanted)[1]} : ils ne se "
                "comparent pas ; donnez `conversion`, avec sa raison, ou des séries du même périmètre",
                where=f"{where}.scope",
            )
        return self.request.conversion.factor

    def _claims(self, declared: TerritoryTargets, base: tuple[str, ...], scale: float) -> Line:
        points = [Point(declared.base.year, base, scale)]
        for claim in declared.claims:
            if claim.change and not isinstance(self.registry.factor(claim.change), Gap):
                change = self._number(claim.change)
                name = f"announced.{claim.year}"
                factor = self.factors[claim.change]
                self.inputs.append(Input(name, 1.0 + change, factor.sd, factor.error))
                points.append(Point(claim.year, (*base, name), scale))
        return Line("announced", CLAIMED, False, base, scale, tuple(points), -1)

    def _number(self, identifier: str) -> float:
        found = self.registry.factor(identifier)
        if isinstance(found, Gap):
            raise InvalidInput(
                f"{identifier} has no value; override it",
                f"{identifier} n'a pas de valeur ; remplacez-le",
                where=f"overrides.{identifier}",
            )
        self.factors[identifier] = found
        return found.value


def known_territories() -> Sequence[str]:
    """Return the territories whose targets are known."""
    return list(read_document("trajectories", TrajectoryTargets).root)


def central(path: Path) -> Mapping[str, float]:
    """Return the central value of every number of a path."""
    factors = {each.id: each.value for each in path.factors}
    return factors | {each.id: each.value for each in path.inputs}


def _input(name: str, level: Level) -> Input:
    if level.low is None or level.high is None:
        return Input(name, level.value, law="fixed")
    sd = (level.high - level.low) / (2.0 * P95)
    return Input(name, level.value, sd, name, "lognormal", level.low, level.high, minimum=0.0)


def _scope(scope: Scope) -> tuple[str, str]:
    if scope == "footprint":
        return "a footprint (imports included)", "une empreinte (importations comprises)"
    return "a territorial inventory", "un inventaire territorial"


def _needed(name: str) -> InvalidInput:
    return InvalidInput(
        f"this territory has declared no target; give `{name}` (`base`, `scope` and `targets` together)",
        f"ce territoire n'a pas déclaré d'objectif ; donnez `{name}` (`base`, `scope` et `targets` ensemble)",
        where=name,
    )
