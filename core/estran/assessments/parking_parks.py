"""Which car parks are there? Lots of one park merged, and what the layer says of it.

The law looks at the whole park: lots that touch, that have the same name or the same linked record are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.assessments.layer_objects import Floats, Inside, Objects, objects_in, read_layer
from estran.assessments.place import Place
from estran.assessments.rings import polygonal
from estran.layers.features.query import StoredFeature, Value
from estran.layers.geodesy import metres_per_unit
from estran.layers.territory import Territory

SPACES = ("parking_nb_places", "nb_places", "capacite", "capacity")
NAMES = ("parking_nom", "nom", "toponyme", "name")
KINDS = ("parking_type", "type_ouvrage", "nat_detail", "type")
LINKS = ("parking_2024_id", "id_parking", "site_id")
PLACEHOLDER = "fictif"
"""Column of BD TOPO: `Oui` when the outline is a mark, not a survey."""

COLUMNS = (*SPACES, *NAMES, *KINDS, *LINKS, PLACEHOLDER, "synthetic")

BUILT = ("souterrain", "silo", "ouvrage", "sous-sol", "étage", "etage", "underground", "multi")
"""Words of a kind of park that is part of a building, or has several levels."""

OUTDOOR = ("surface", "enclos", "aérien", "outdoor")
"""Words of a kind of park that has an outdoor part as well."""


@dataclass(frozen=True, slots=True)
class Park:
    """One car park.

    Attributes:
        id: Identifiers of its lots, joined by `+`.
        name: As the layer names it, empty when it does not.
        kind: As the layer says.
        spaces: None when unknown.
        is_integrated: It is a part of a building, or has several levels.
        is_mixed: Part of it is built and part of it is outdoor: areas are not told apart.
        is_placeholder: Its outline is a mark, not a survey.
    """

    id: str
    name: str
    kind: str
    spaces: float | None
    is_integrated: bool
    is_mixed: bool
    is_placeholder: bool


@dataclass(frozen=True, slots=True)
class Parks:
    """The car parks of a territory that meet a place.

    Attributes:
        objects: Their outlines: whole areas, and what lies in the place and in each plot.
        parks: What is known of each, in the same order.
        merged: How many lots were merged into another.
    """

    objects: Objects
    parks: tuple[Park, ...]
    merged: int


def read_parks(
    territory: Territory, place: Place, *, merge_distance_m: float, same_name_distance_m: float
) -> Parks:
    """Return the car parks that meet a place, whole.

    Args:
        territory: Whose layers.
        place: Where.
        merge_distance_m: Lots closer than this are one park.
        same_name_distance_m: Lots of the same name closer than this are one park.

    Raises:
        NotFound: the territory publishes no car park areas.
        Unavailable: the layer cannot be read.
    """
    lots = read_layer(territory, "parking", COLUMNS)
    groups = merged_lots(lots, merge_distance_m=merge_distance_m, same_name_distance_m=same_name_distance_m)
    features = [
        StoredFeature(
            id="+".join(lots.ids[rank] for rank in group),
            geometry=polygonal(shapely.union_all(lots.geometries[group])),
            properties=_properties([lots.properties[rank] for rank in group]),
        )
        for group in groups
    ]
    objects = objects_in(place, lots.layer, lots.crs, features)
    met = _met(objects)
    kept = objects.of(met)
    parks = tuple(map(_park, kept.ids, kept.properties))
    return Parks(kept, parks, sum(len(groups[rank]) - 1 for rank in met.tolist()))


def merged_lots(lots: Objects, *, merge_distance_m: float, same_name_distance_m: float) -> list[list[int]]:
    """Return the ranks of the lots of each park, parks and lots in ascending order."""
    parent = list(range(len(lots.ids)))

    def root(rank: int) -> int:
        while parent[rank] != rank:
            parent[rank] = parent[parent[rank]]
            rank = parent[rank]
        return rank

    for left, right in _same(lots, merge_distance_m, same_name_distance_m):
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    groups: dict[int, list[int]] = {}
    for rank in range(len(parent)):
        groups.setdefault(root(rank), []).append(rank)
    return list(groups.values())


def _same(lots: Objects, merge_distance_m: float, same_name_distance_m: float) -> list[tuple[int, int]]:
    if not lots.ids:
        return []
    pairs = _near(lots, merge_distance_m)
    names = [_text(properties, NAMES) for properties in lots.properties]
    pairs += [
        (left, right)
        for left, right in _near(lots, same_name_distance_m)
        if names[left] and names[left] == names[right]
    ]
    known: dict[str, int] = {}
    for rank, properties in enumerate(lots.properties):
        link = _text(properties, LINKS)
        if link:
            pairs.append((known.setdefault(link, rank), rank))
    return pairs


def _near(lots: Objects, reach_m: float) -> list[tuple[int, int]]:
    tree = shapely.STRtree(lots.geometries)
    found = tree.query(lots.geometries, predicate="dwithin", distance=reach_m / metres_per_unit(lots.crs))
    return [(int(left), int(right)) for left, right in found.T if left < right]


def _properties(lots: Sequence[Mapping[str, object]]) -> dict[str, Value]:
    """What the lots of a park say together: their spaces added, unless one is unknown."""
    spaces = [_number(lot, SPACES) for lot in lots]
    # The same number on each lot of a linked record is that of the park, not of the lot.
    linked = {_text(lot, LINKS) for lot in lots} - {""}
    same = len(lots) > 1 and len(linked) == 1 and len(set(spaces)) == 1
    known = [count for count in spaces if count is not None]
    total = (known[0] if same else sum(known)) if len(known) == len(lots) else None
    first = next((lot for lot in lots if _text(lot, NAMES)), lots[0])
    return {
        "name": _text(first, NAMES),
        "type": " ; ".join(dict.fromkeys(kind for lot in lots if (kind := _text(lot, KINDS)))),
        "nb_places": total,
        PLACEHOLDER: "Oui" if all(lot.get(PLACEHOLDER) in ("Oui", True, 1) for lot in lots) else "Non",
        "synthetic": None
        if lots[0].get("synthetic") is None
        else any(bool(lot["synthetic"]) for lot in lots),
    }


def _park(identifier: str, properties: Mapping[str, object]) -> Park:
    kind = str(properties["type"])
    words = kind.lower()
    built = any(word in words for word in BUILT)
    outdoor = any(word in words for word in OUTDOOR)
    spaces = properties["nb_places"]
    return Park(
        id=identifier,
        name=str(properties["name"]),
        kind=kind,
        spaces=float(spaces) if isinstance(spaces, int | float) else None,
        is_integrated=built and not outdoor,
        is_mixed=built and outdoor,
        is_placeholder=properties[PLACEHOLDER] == "Oui",
    )


def _met(objects: Objects) -> NDArray[np.int64]:
    """Parks with some area in the place, or in one of its plots."""
    ranks = [objects.whole.ranks, *(row.ranks for row in objects.rows)]
    return np.unique(np.concatenate(ranks))


def _text(properties: Mapping[str, object], names: Sequence[str]) -> str:
    return next((str(value).strip() for name in names if (value := properties.get(name))), "")


def _number(properties: Mapping[str, object], names: Sequence[str]) -> float | None:
    for name in names:
        value = properties.get(name)
        if isinstance(value, int | float) and value > 0:
            return float(value)
    return None


def inside_of(row: Inside, count: int) -> Floats:
    """Return the area of each park that lies in a plot, in m2."""
    areas = np.zeros(count)
    areas[row.ranks] = row.inside_m2
    return areas
