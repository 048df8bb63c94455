"""Which lot does each building of a commune get?

Very large and large buildings gather in areas of activity; double lots take rows of their own;
houses take the most urban lots; sheds stand behind small houses.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidSource
from estran.ingest.la_rochelle.fields import Doubles, Integers, Surface, uniform
from estran.ingest.la_rochelle.grid import Grid
from estran.ingest.la_rochelle.lots import DOUBLE, LARGE, ORDINARY, VERY_LARGE, Lots, Rows, row_lots
from estran.ingest.la_rochelle.patchwork import Patchwork
from estran.ingest.la_rochelle.scene import Cells
from estran.ingest.la_rochelle.shapes import Boxes, house_boxes, outlines, shed_boxes
from estran.ingest.la_rochelle.towns import Towns

SHED_M2 = 40.0
"""Footprints below this stand behind a house."""

LOT_M2 = (340.0, 700.0, 1_300.0)
"""Footprints from which a building needs a double, a large, a very large lot."""

HOST_M2 = 200.0
SHED_ROOM_M = 8.5
"""Free depth behind a house that can have a shed."""

DENSE_URBANITY = -0.25
"""From this urbanity houses stand in a row on the street."""

SEED = 6_000


@dataclass(frozen=True, slots=True)
class Site:
    """Where the buildings of the territory may stand.

    Attributes:
        blocks: The pattern of streets.
        rows: Rows of lots.
        grid: The grid of `town`.
        town: Place of the commune, from 1, in the cells where buildings may stand; flat.
        towns: The pattern of towns.
        activity: Noise that is high in areas of activity.
    """

    blocks: Patchwork
    rows: Rows
    grid: Grid
    town: Cells
    towns: Towns
    activity: Surface


@dataclass(frozen=True, slots=True)
class Settled:
    """Buildings in their lots: the outlines, and which of the footprints asked for each one has."""

    outlines: NDArray[np.object_]
    asked: Integers


def settle(site: Site, place: int, area_m2: Doubles) -> Settled:
    """Return an outline for every footprint asked for in a commune.

    Args:
        site: Where buildings may stand.
        place: Place of the commune in the list.
        area_m2: Footprints asked for.

    Raises:
        InvalidSource: the commune has too few lots.
    """
    kind = np.digitize(area_m2, LOT_M2)
    by_size = [np.flatnonzero(kind == k) for k in range(4)]
    small = area_m2[by_size[ORDINARY]] < SHED_M2
    houses, sheds = by_size[ORDINARY][~small], by_size[ORDINARY][small]
    free = np.flatnonzero(site.rows.commune == place + 1)
    parts: list[tuple[Lots, Integers]] = []
    for k in (VERY_LARGE, LARGE, DOUBLE):
        lots = _chosen(site, free, k, by_size[k].size, place)
        parts.append((lots, by_size[k]))
        free = _left(site.rows, free, lots, whole_block=k == VERY_LARGE)
    lots = _chosen(site, free, ORDINARY, houses.size, place)
    parts.append((lots, _shuffled(houses, place)))
    lots = _joined([part for part, _ in parts])
    asked = np.concatenate([order for _, order in parts])
    urban = site.towns.urbanity(place, *lots.middle(site.blocks))
    boxes = house_boxes(lots, area_m2[asked], urban > DENSE_URBANITY, _number(place, asked))
    hosts = _hosts(lots, boxes, area_m2[asked], sheds.size, place)
    shed_lots = lots[hosts]
    return Settled(
        np.concatenate(
            [
                outlines(lots, boxes, site.blocks),
                outlines(
                    shed_lots, shed_boxes(shed_lots, area_m2[sheds], _number(place, sheds)), site.blocks
                ),
            ]
        ),
        np.concatenate([asked, sheds]),
    )


def _chosen(site: Site, free: Integers, kind: int, count: int, place: int) -> Lots:
    """Return `count` lots of a kind among the free rows."""
    rows = free[site.rows.half[free] == 0] if kind == VERY_LARGE else free
    lots = row_lots(site.rows, rows, kind, site.blocks, site.grid, site.town)
    lots = lots[lots.commune == place + 1]
    if lots.u.size < count:
        raise InvalidSource(
            f"commune {place}: {count} buildings for {lots.u.size} lots of kind {kind}; its land use and its"
            " population do not fit together",
            f"commune {place} : {count} bâtiments pour {lots.u.size} terrains de type {kind} ; son occupation"
            " du sol et sa population sont incompatibles",
            where=str(place),
        )
    x, y = lots.middle(site.blocks)
    draw = uniform(lots.zone, np.round(lots.u).astype(np.int64), np.round(lots.v).astype(np.int64), seed=SEED)
    if kind == ORDINARY:
        rank = site.towns.urbanity(place, x, y) + 0.5 * draw
    elif kind == DOUBLE:
        rank = site.rows.draw[lots.row]
    else:
        rank = site.activity(x, y) + 0.8 * draw
    return lots[np.argsort(-rank, kind="stable")[:count]]


def _left(rows: Rows, free: Integers, lots: Lots, *, whole_block: bool) -> Integers:
    """Return the free rows that the lots did not take; rows 2n and 2n + 1 are halves of one block."""
    used = np.zeros(rows.zone.size, dtype=bool)
    used[lots.row] = True
    if whole_block:
        used[lots.row + 1] = True
    return free[~used[free]]


def _hosts(lots: Lots, boxes: Boxes, area_m2: Doubles, count: int, place: int) -> Integers:
    """Return the houses that get a shed behind them."""
    roomy = (area_m2 <= HOST_M2) & (lots.depth - boxes.front - boxes.depth >= SHED_ROOM_M)
    hosts = np.flatnonzero(roomy)
    if hosts.size < count:
        raise InvalidSource(
            f"commune {place}: {count} sheds for {hosts.size} houses with room behind them",
            f"commune {place} : {count} annexes pour {hosts.size} maisons ayant de la place derrière elles",
            where=str(place),
        )
    return hosts[np.argsort(uniform(_number(place, hosts), seed=SEED + 1), kind="stable")[:count]]


def _joined(parts: list[Lots]) -> Lots:
    names = [part.name for part in fields(Lots)]
    return Lots(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _shuffled(values: Integers, place: int) -> Integers:
    return values[np.argsort(uniform(_number(place, values), seed=SEED + 2), kind="stable")]


def _number(place: int, values: Integers) -> Integers:
    return place * 1_000_000 + values
