"""Where may a building stand? Rectangular lots along streets, none overlapping another.

A block has two rows of lots, back to back. A row holds ordinary lots, double lots or one large
lot; a few blocks are one very large lot. Each lot lies wholly in one neighbourhood and on the
town's land of one commune, away from streets.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from estran.ingest.la_rochelle.fields import Doubles, Integers, uniform
from estran.ingest.la_rochelle.grid import Grid
from estran.ingest.la_rochelle.patchwork import Patchwork
from estran.ingest.la_rochelle.scene import Cells, Flags

STREET_M = 5.0
"""From the middle of a street to the front of a lot."""

FENCE_M = 1.0
"""Half of the gap between two rows back to back, and between two lots."""

LOT_WIDTH_M = 16.0
SAMPLE_M = 5.0

PLACES_ALONG = (0.15, 0.5, 0.85)
PLACES_ACROSS = (0.25, 0.75)
"""Where a block is looked at, as shares of its length and depth, to see whether it may hold lots."""

ORDINARY, DOUBLE, LARGE, VERY_LARGE = range(4)
"""Kinds of lots."""

SEED = 4_000


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots in the frame of their neighbourhood.

    Attributes:
        zone: Neighbourhood.
        u: Coordinate of the left edge along the street.
        v: Coordinate of the front edge.
        width: Extent along u, in metres.
        depth: Extent away from the street, in metres.
        side: +1 when the lot extends towards larger v, -1 otherwise.
        row: Number of the row (half a block) the lot lies in.
        commune: Place of the commune, from 1; 0 when the lot cannot be built.
    """

    zone: Integers
    u: Doubles
    v: Doubles
    width: Doubles
    depth: Doubles
    side: Integers
    row: Integers
    commune: Cells

    def __getitem__(self, keep: Integers | Flags) -> "Lots":
        """Return some of the lots."""
        return Lots(**{part.name: getattr(self, part.name)[keep] for part in fields(self)})

    def middle(self, blocks: Patchwork) -> tuple[Doubles, Doubles]:
        """Return x and y of the middles."""
        return blocks.to_map(self.zone, self.u + self.width / 2, self.v + self.side * self.depth / 2)


@dataclass(frozen=True, slots=True)
class Rows:
    """The two halves of every block that may hold buildings.

    Attributes:
        zone: Neighbourhood.
        along: Number of the block along u.
        across: Number of the block along v.
        half: 0 for the half near the lower street, 1 for the other.
        commune: Place of a commune where the block has land, from 1.
        draw: A number in [0, 1) per row.
    """

    zone: Integers
    along: Integers
    across: Integers
    half: Integers
    commune: Cells
    draw: Doubles


def town_rows(blocks: Patchwork, grid: Grid, town: Cells) -> Rows:
    """Return both rows of every block that has some of the town's land.

    Args:
        blocks: The pattern of streets.
        grid: The grid of `town`.
        town: Place of the commune, from 1, in the cells where buildings may stand; flat.
    """
    reach = 1.1 * blocks.spacing_m
    wide, high = (int(np.ceil(reach / period.min())) for period in (blocks.length_m, blocks.depth_m))
    along, across = np.meshgrid(np.arange(-wide, wide), np.arange(-high, high))
    zones = np.arange(blocks.x.size)
    zone = np.repeat(zones, along.size)
    along, across = np.tile(along.ravel(), zones.size), np.tile(across.ravel(), zones.size)
    commune = np.zeros(zone.size, dtype=np.uint8)
    for u_share in PLACES_ALONG:
        for v_share in PLACES_ACROSS:
            x, y = blocks.to_map(
                zone, (along + u_share) * blocks.length_m[zone], (across + v_share) * blocks.depth_m[zone]
            )
            cells = grid.cells(x, y)
            here = np.flatnonzero((cells >= 0) & (commune == 0) & (town[cells] > 0))
            here = here[blocks.locate(x[here], y[here]).zone == zone[here]]
            commune[here] = town[cells[here]]
    keep = np.repeat(np.flatnonzero(commune), 2)
    half = np.tile([0, 1], keep.size // 2)
    zone, along, across = zone[keep], along[keep], across[keep]
    return Rows(zone, along, across, half, commune[keep], uniform(zone, along, across, half, seed=SEED))


def row_lots(rows: Rows, chosen: Integers, kind: int, blocks: Patchwork, grid: Grid, town: Cells) -> Lots:
    """Return the lots of a kind in the chosen rows that can be built."""
    room = blocks.length_m[rows.zone[chosen]] - 2 * STREET_M
    many = np.ones(chosen.size, dtype=np.int64)
    if kind in (ORDINARY, DOUBLE):
        many = np.floor(room / (LOT_WIDTH_M * (kind + 1))).astype(np.int64)
    width = np.repeat(room / many, many)
    number = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    row = np.repeat(chosen, many)
    zone = rows.zone[row]
    length, depth = blocks.length_m[zone], blocks.depth_m[zone]
    side = np.where(rows.half[row] == 0, 1, -1)
    street = (rows.across[row] + rows.half[row]) * depth
    back = depth / 2 - FENCE_M if kind != VERY_LARGE else depth - STREET_M
    lots = Lots(
        zone=zone,
        u=rows.along[row] * length + STREET_M + number * width + FENCE_M / 2,
        v=street + side * STREET_M,
        width=width - FENCE_M,
        depth=back - STREET_M,
        side=side,
        row=row,
        commune=np.zeros(row.size, dtype=np.uint8),
    )
    allowed = _allowed(lots, blocks, grid, town)
    return replace(lots, commune=allowed)[allowed > 0]


def _allowed(lots: Lots, blocks: Patchwork, grid: Grid, town: Cells) -> Cells:
    """Return the commune of each lot that lies wholly on its town's land and in one neighbourhood, else 0."""
    x, y = lots.middle(blocks)
    cells = grid.cells(x, y)
    commune = np.where(cells >= 0, town[cells], 0).astype(np.uint8)
    for u_share, v_share in _samples(lots):
        if not (alive := np.flatnonzero(commune)).size:
            break
        part = lots[alive]
        x, y = blocks.to_map(
            part.zone, part.u + u_share * part.width, part.v + part.side * v_share * part.depth
        )
        cells = grid.cells(x, y)
        same = (cells >= 0) & (town[cells] == commune[alive])
        if u_share in (0.0, 1.0) and v_share in (0.0, 1.0):
            same &= blocks.locate(x, y).zone == part.zone
        commune[alive[~same]] = 0
    return commune


def _samples(lots: Lots) -> list[tuple[float, float]]:
    """Return places within a lot as shares of its width and depth, corners first, no wider than a cell."""
    if not lots.u.size:
        return []
    across = np.linspace(0.0, 1.0, int(np.ceil(lots.width.max() / SAMPLE_M)) + 1)
    deep = np.linspace(0.0, 1.0, int(np.ceil(lots.depth.max() / SAMPLE_M)) + 1)
    every: list[tuple[float, float]] = [(float(a), float(b)) for a in across for b in deep]
    return sorted(every, key=lambda place: -abs(place[0] - 0.5) - abs(place[1] - 0.5))
