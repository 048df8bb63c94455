"""Which land becomes which? The present land of the ledger, parcel by parcel, and its class afterwards.

Three ways to say it: an area per class, spread over the outline in proportion to its present land;
sealed and unsealed areas; or a class on each feature of a collection.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import fsum
from typing import get_args

from estran.assessments.envelope import Notice
from estran.assessments.land import Land
from estran.assessments.notices import notice
from estran.assessments.place import Place, Plot
from estran.assessments.project_choices import Numbers
from estran.assessments.project_inputs import LandClass, ProjectInputs
from estran.assessments.request import near
from estran.carbon.errors import InvalidInput
from estran.factors.registry import Registry
from estran.layers.ledger.keys import LandAreas, LedgerKey

SEALED = "artificial_sealed"
GREENED = "artificial_grass_shrubs"
ARTIFICIAL = "artificial"
AFTER = "after"

M2_PER_HA = 1e4

CODES = 1 << 16
"""More than any code of a ledger."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Some hectares of one kind of land and what they become.

    Attributes:
        before: The land today.
        after: The same land afterwards; equal to `before` where nothing changes.
        area_ha: True area.
        plot: Rank of the feature it lies in.
    """

    before: LedgerKey
    after: LedgerKey
    area_ha: float
    plot: int = 0

    @property
    def changes(self) -> bool:
        """Whether its class or its wetland changes."""
        return (self.before.land_class, self.before.wetland) != (self.after.land_class, self.after.wetland)


@dataclass(frozen=True, slots=True)
class Change:
    """All the parcels of a project, and what must be said of them."""

    parcels: tuple[Parcel, ...]
    notices: tuple[Notice, ...]


def read_change(project: ProjectInputs, place: Place, land: Land, numbers: Numbers) -> Change:
    """Return what the project makes of the land.

    Raises:
        InvalidInput: the areas exceed the outline or the land they need, features with a class overlap,
            or a class is unknown.
    """
    classes = [_class_of(plot) for plot in place.plots]
    excess = numbers.value("project.check.area_excess")
    if any(classes):
        _check_features(project, place, land, excess)
        return _by_feature(place, land, classes, numbers.registry)
    wanted = {str(name): area for name, area in (project.after or {}).items()}
    if wanted:
        keys = list(_parts(land.whole))
        available = land.whole.geometry_ha
        return _spread({SEALED: keys}, {SEALED: available}, [(wanted, SEALED, "after")], excess, numbers)
    registry = numbers.registry
    opened: list[tuple[LedgerKey, float]] = []
    sealed: list[tuple[LedgerKey, float]] = []
    for key, area in _parts(land.whole):
        entry = registry.land_class(key.land_class)
        if entry.not_evaluated is None:
            (sealed if entry.soil == SEALED else opened).append((key, area))
    wishes = [
        ({SEALED: project.sealed_m2 / M2_PER_HA}, "opened", "sealed_m2"),
        ({GREENED: project.desealed_m2 / M2_PER_HA}, "sealed", "desealed_m2"),
    ]
    pools = {"opened": opened, "sealed": sealed}
    sizes = {name: fsum(area for _, area in parts) for name, parts in pools.items()}
    return _spread(pools, sizes, [wish for wish in wishes if fsum(wish[0].values())], excess, numbers)


def after_key(before: LedgerKey, land_class: str, registry: Registry) -> LedgerKey:
    """Return a land once its class has changed.

    An open wetland that becomes artificial is lost. Any other one remains: what grows on a wetland
    changes its biomass, not its soil.
    """
    was_sealed = registry.land_class(before.land_class).soil == SEALED
    becomes_artificial = (registry.land_class(land_class).soil or "").startswith(ARTIFICIAL)
    is_lost = becomes_artificial and not was_sealed and before.land_class != land_class
    rank = list(registry.land_classes).index(land_class) + 1
    return replace(
        before,
        code=before.code + CODES * (2 * rank + is_lost),
        land_class=land_class,
        wetland="" if is_lost else before.wetland,
    )


def _by_feature(place: Place, land: Land, classes: list[str], registry: Registry) -> Change:
    parcels = []
    for index, (land_class, row) in enumerate(zip(classes, land.rows, strict=True)):
        for key, area in _parts(row):
            after = after_key(key, land_class, registry) if land_class else key
            parcels.append(Parcel(key, after, area, index))
    left = [plot.where for plot, name in zip(place.plots, classes, strict=True) if not name]
    return Change(tuple(parcels), tuple(_left_notice(left)))


def _spread(
    pools: Mapping[str, list[tuple[LedgerKey, float]]],
    sizes: Mapping[str, float],
    wishes: list[tuple[dict[str, float], str, str]],
    excess: float,
    numbers: Numbers,
) -> Change:
    """Each wanted area, spread over the land it is taken from in proportion."""
    parcels: list[Parcel] = []
    notices: list[Notice] = []
    for wanted, pool, where in wishes:
        asked, size = fsum(wanted.values()), sizes[pool]
        if asked > size * (1.0 + excess):
            raise _too_much(where, asked, size)
        scale = 1.0
        if asked > size:
            scale = size / asked
            notices.append(_scaled_notice(where, asked, size))
        for land_class, area_ha in wanted.items():
            share = area_ha * scale / size if size else 0.0
            parcels += [
                Parcel(key, after_key(key, land_class, numbers.registry), area * share)
                for key, area in pools[pool]
                if share
            ]
    return Change(tuple(parcels), tuple(notices))


def _class_of(plot: Plot) -> str:
    given = plot.properties.get(AFTER)
    if given is None or given == "":
        return ""
    known = get_args(LandClass)
    if given not in known:
        en, fr = near(str(given), known)
        where = plot.where.replace(".geometry", f".properties.{AFTER}")
        raise InvalidInput(
            f"{where}: unknown land class {given!r}{en}",
            f"{where} : classe d'occupation inconnue : {given!r}{fr}",
            where=where,
        )
    return str(given)


def _check_features(project: ProjectInputs, place: Place, land: Land, excess: float) -> None:
    if project.after or project.sealed_m2 or project.desealed_m2:
        raise InvalidInput(
            "the features carry `after`; leave out `after`, `sealed_m2` and `desealed_m2` of the request: "
            "the same land would count twice",
            "les objets portent `after` ; retirez `after`, `sealed_m2` et `desealed_m2` de la requête : le "
            "même sol compterait deux fois",
            where="after",
        )
    rows = fsum(row.geometry_ha for row in land.rows)
    if place.overlapping and rows > land.whole.geometry_ha * (1.0 + excess):
        raise InvalidInput(
            f"features that carry `after` overlap: {rows:.4f} ha summed, {land.whole.geometry_ha:.4f} ha "
            "together; cut them apart",
            f"des objets qui portent `after` se recouvrent : {rows:.4f} ha en somme, "
            f"{land.whole.geometry_ha:.4f} ha ensemble ; séparez-les".replace(".", ","),
            where="geometry",
        )


def _parts(areas: LandAreas) -> Iterator[tuple[LedgerKey, float]]:
    return zip(areas.keys, areas.areas_ha.tolist(), strict=True)


def _too_much(where: str, asked: float, size: float) -> InvalidInput:
    if where == AFTER:
        en, fr = "the outline has", "le contour en a"
    elif where == "sealed_m2":
        en, fr = "the outline has open land of", "le contour a une surface ouverte de"
    else:
        en, fr = "the outline has sealed land of", "le contour a une surface imperméabilisée de"
    return InvalidInput(
        f"{where} asks for {asked:.4g} ha; {en} {size:.4g} ha; correct the areas, or check that "
        f"{'`after` is in ha, not in m2' if where == AFTER else f'{where} is in m2'}",
        f"{where} demande {_fr(asked)} ha ; {fr} {_fr(size)} ha ; corrigez les surfaces, ou vérifiez que "
        f"{'`after` est en ha, pas en m2' if where == AFTER else f'{where} est en m2'}",
        where=where,
    )


def _scaled_notice(where: str, asked: float, size: float) -> Notice:
    return notice(
        "areas-scaled",
        f"{where} : {_fr(asked)} ha demandés pour {_fr(size)} ha de surface vraie ; ramenés à celle-ci",
        f"{where}: {asked:.6g} ha asked for, {size:.6g} ha of true area; brought down to it",
        where,
    )


def _left_notice(left: list[str]) -> Iterator[Notice]:
    if left:
        yield notice(
            "land-left-as-it-is",
            f"objets sans occupation après le projet : {len(left)} ; leur terre reste comme elle est",
            f"features without a land class after the project: {len(left)}; their land stays as it is",
            left[0],
        )


def _fr(number: float) -> str:
    return f"{number:.6g}".replace(".", ",")
