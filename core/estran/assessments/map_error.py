"""What does it change that some land is not of the class that the map says?

At most `1 - accuracy` of the land of a class is other land of its commune, or as much other land is of
this class: each class has one uniform error, in part of its area, that no size of place averages out. What
leaves a class joins the others in proportion to their areas in the commune, so the area is conserved. Land
drawn object by object (buildings, car parks) has no such error.

Reference:
    METHODS section 1 (classification error); accuracy required of CORINE Land Cover.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from estran.assessments.case import Case, Row
from estran.assessments.required import required_factor
from estran.carbon.errors import InvalidInput
from estran.carbon.propagation import Model, Results, Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.territory import Territory

ACCURACY = "land.cover.accuracy"

ITEM = "land_cover_error"

MAP_ERROR = Text("Erreur de classement de la carte", "Classification error of the map")

Amounts = Mapping[str, float]
"""What a hectare holds or exchanges, by name of a part: a pool, removals, emissions."""

Members = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Results of a model that sum up to a part of a class, by class and by part."""


@dataclass(frozen=True, slots=True)
class MapError:
    """How wrong the land cover of a territory may be.

    Attributes:
        accuracy: Share of a class that is right, at least.
        surveyed: Layers drawn object by object.
        amounts: What a hectare of some land counts, None where it is not evaluated.
        communes: All the land of the territory, by commune.
        known: Mean of the other classes, by commune and class, looked up so far.
        counted: Amounts looked up so far, by code of the key.
    """

    accuracy: Factor
    surveyed: frozenset[str]
    amounts: Callable[[LedgerKey], Amounts | None]
    communes: Mapping[str, tuple[tuple[LedgerKey, float], ...]]
    known: dict[str, Mapping[str, Amounts]] = field(default_factory=dict)
    counted: dict[int, Amounts | None] = field(default_factory=dict)

    def others(self, commune: str) -> Mapping[str, Amounts]:
        """Return, by class of a commune, what a hectare of its other classes counts on average."""
        if commune not in self.known:
            self.known[commune] = self._others(commune)
        return self.known[commune]

    def of(self, key: LedgerKey) -> Amounts | None:
        """Return what a hectare of some land counts, None where it is not evaluated."""
        if key.code not in self.counted:
            self.counted[key.code] = self.amounts(key)
        return self.counted[key.code]

    def may_err(self, key: LedgerKey) -> bool:
        """Whether a map decided the class of this land."""
        return key.layer not in self.surveyed

    def _others(self, commune: str) -> Mapping[str, Amounts]:
        areas: dict[str, float] = {}
        sums: dict[str, dict[str, float]] = {}
        for key, area in self.communes.get(commune, ()):
            amounts = self.of(key) if self.may_err(key) else None
            if amounts is None:
                continue
            name = class_name(key)
            areas[name] = areas.get(name, 0.0) + area
            held = sums.setdefault(name, {})
            for part, amount in amounts.items():
                held[part] = held.get(part, 0.0) + area * amount
        whole: dict[str, float] = {}
        for held in sums.values():
            for part, amount in held.items():
                whole[part] = whole.get(part, 0.0) + amount
        total = sum(areas.values())
        return {
            name: {
                part: (amount - sums[name].get(part, 0.0)) / (total - area) for part, amount in whole.items()
            }
            for name, area in areas.items()
            if len(areas) > 1
        }


def class_name(key: LedgerKey) -> str:
    """Return what errs as one: a land class, with its wetland type where there is one."""
    return f"{key.land_class}/{key.wetland}" if key.wetland else key.land_class


def territory_map_error(
    registry: Registry,
    territory: Territory,
    land: LandAreas,
    amounts: Callable[[LedgerKey], Amounts | None],
) -> MapError:
    """Return how wrong the land cover of a territory may be.

    Args:
        registry: Where the accuracy comes from.
        territory: Whose layers.
        land: All the land of its ledger.
        amounts: What a hectare of some land counts, None where it is not evaluated.
    """
    surveyed = frozenset(
        layer.id for layer in territory.layers.values() if layer.settings.role in {"buildings", "parking"}
    )
    communes: dict[str, list[tuple[LedgerKey, float]]] = {}
    for key, area in zip(land.keys, land.areas_ha.tolist(), strict=True):
        communes.setdefault(key.commune, []).append((key, area))
    return MapError(
        required_factor(registry, ACCURACY),
        surveyed,
        amounts,
        {commune: tuple(parts) for commune, parts in communes.items()},
    )


def map_input(name: str, accuracy: Factor, *, of: str, value: float = 0.0) -> Input:
    """Return the error of one class, or of one map, as an input of a model.

    Raises:
        InvalidInput: the accuracy is more than 1.
    """
    wrong = 1.0 - accuracy.value
    if wrong < 0.0:
        raise InvalidInput(
            f"{accuracy.id} is a share; it is {accuracy.value:g}, give at most 1",
            f"{accuracy.id} est une part ; elle vaut {accuracy.value:g}, donnez au plus 1",
            where=accuracy.id,
        )
    return Input(name, value, error=f"{ACCURACY}/{of}", law="uniform", low=value - wrong, high=value + wrong)


def with_map_error(
    case: Case,
    areas: LandAreas,
    error: MapError,
    *,
    members: Members,
    row: Callable[[str], Row],
    also: Mapping[str, float],
) -> Case:
    """Return a case that also holds the error of the map: rows that are worth zero, give or take.

    Args:
        case: The case as the map says.
        areas: Its land.
        error: How wrong the map may be.
        members: Results of the model by class and part.
        row: Makes the row of a part.
        also: Other results that the error changes, and their part of its sum.
    """
    replaced, evaluated, mapped = _gathered(areas, error)
    groups = {
        name: (f"{ITEM}.{name}", replaced[name], mapped[name] / evaluated[name], members[name])
        for name in replaced
        if name in members
    }
    parts = tuple(dict.fromkeys(part for _, held, _, own in groups.values() for part in (*held, *own)))
    if case.unanswered or not groups:
        return case
    inner: Model = case.model

    def model(values: Values) -> Results:
        results = dict(inner(values))
        for part in parts:
            results[f"{ITEM}/{part}"] = sum(
                (
                    values[key]
                    * (held.get(part, 0.0) - share * sum(results[one] for one in own.get(part, ())))
                    for key, held, share, own in groups.values()
                ),
                start=0.0,
            )
        whole = sum((results[f"{ITEM}/{part}"] for part in parts), start=0.0)
        for name, scale in also.items():
            results[name] = results[name] + scale * whole
        return results

    return replace(
        case,
        model=model,
        rows=(*case.rows, *(row(part) for part in parts)),
        factors=(*case.factors, error.accuracy),
        inputs=(
            *case.inputs,
            *(map_input(key, error.accuracy, of=name) for name, (key, *_) in groups.items()),
        ),
    )


def _gathered(
    areas: LandAreas, error: MapError
) -> tuple[dict[str, dict[str, float]], dict[str, float], dict[str, float]]:
    """By class: what its land would count as other land, its evaluated area, that which a map decided."""
    replaced: dict[str, dict[str, float]] = {}
    evaluated: dict[str, float] = {}
    mapped: dict[str, float] = {}
    for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True):
        if error.of(key) is None:
            continue
        name = class_name(key)
        evaluated[name] = evaluated.get(name, 0.0) + area
        others = error.others(key.commune).get(name) if error.may_err(key) else None
        if others is None:
            continue
        mapped[name] = mapped.get(name, 0.0) + area
        held = replaced.setdefault(name, {})
        for part, amount in others.items():
            held[part] = held.get(part, 0.0) + area * amount
    return replaced, evaluated, mapped
