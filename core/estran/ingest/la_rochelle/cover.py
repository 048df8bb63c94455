"""Which class does each cell of a commune get, so that every class has exactly its area?

Each class in turn takes its number of cells, those that rank highest for it among the cells
still free: the wetlands nearest to the coast, the town around its centre, the rest by parcels.
Ranks are smooth, so that a class forms patches, and the count makes the area exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from estran.ingest.la_rochelle.fields import Doubles, Integers, Surface, noise, uniform
from estran.ingest.la_rochelle.patchwork import Located, Patchwork, patchwork
from estran.ingest.la_rochelle.scene import BUILT, OPEN_GROUND, SEALED, WATER, Cells, Flags, Scene
from estran.ingest.la_rochelle.targets import UNKNOWN, Codes
from estran.ingest.la_rochelle.towns import Towns

ARTIFICIAL = ("A_i", "A_a", "A_h")
WETLAND = ("H_n", "H_a")
OTHER = "O"
FOREST = ("F_p", "F_m", "F_c", "F_f")
PARCELS = ("P_a", "P_m", "C_vi", "C_ve", "C_t")

FIRST = 1e6
"""Rank of what comes before anything else."""

SEED = 2_000


@dataclass(slots=True)
class CommuneCells:
    """The cells of a commune while classes are given out.

    Attributes:
        place: Place of the commune in the list.
        cells: Flat indexes in the grid.
        x: x of their centres.
        y: y of their centres.
        counts: Class -> cells.
        classes: Class of each cell, as a cell value; 0 while free.
    """

    place: int
    cells: Integers
    x: Doubles
    y: Doubles
    counts: dict[str, int]
    classes: Cells = field(init=False)

    def __post_init__(self) -> None:
        self.classes = np.zeros(self.cells.size, dtype=np.uint8)

    @property
    def free(self) -> Integers:
        """Positions of the cells without a class."""
        return np.flatnonzero(self.classes == 0)

    def give(self, value: int, count: int, rank: Doubles | NDArray[np.float32], among: Integers) -> None:
        """Give a class to the `count` cells that rank highest, `rank` being aligned with `among`."""
        self.classes[highest(rank, count, among)] = value


def highest(rank: Doubles | NDArray[np.float32], count: int, among: Integers) -> Integers:
    """Return the `count` elements of `among` with the highest rank."""
    if count <= 0:
        return among[:0]
    if count >= among.size:
        return among
    return among[np.argpartition(rank, among.size - count)[among.size - count :]]


@dataclass(frozen=True, slots=True)
class Terrain:
    """The made-up patterns that ranks are read from.

    Attributes:
        blocks: Urban blocks.
        parcels: Fields.
        wide: Noise with patches of 900 m.
        middle: Noise with patches of 300 m.
        close: Noise with patches of 70 m.
    """

    blocks: Patchwork
    parcels: Patchwork
    wide: Surface
    middle: Surface
    close: Surface


def read_terrain(scene: Scene, blocks: Patchwork) -> Terrain:
    """Return the made-up patterns over the territory."""
    return Terrain(
        blocks=blocks,
        parcels=patchwork(
            scene.grid.bounds,
            spacing_m=1_300.0,
            length_m=(170.0, 320.0),
            depth_m=(70.0, 150.0),
            staggered=True,
            seed=SEED,
        ),
        wide=noise(scene.grid.bounds, 900.0, SEED + 11),
        middle=noise(scene.grid.bounds, 300.0, SEED + 12),
        close=noise(scene.grid.bounds, 70.0, SEED + 13),
    )


def give_shore(land: CommuneCells, scene: Scene, terrain: Terrain, codes: Codes) -> None:
    """Give water where it is seen, then wetlands and other land from the coast inland.

    In a commune with flood polygons wetlands lie in them first, away from small cadastral
    sections (the old town), the port and the car parks; elsewhere the nearest cells come first, in
    patches.
    """
    observed = scene.observed[land.cells]
    land.classes[observed == WATER] = codes.value["water"]
    away = scene.coast_m(land.x, land.y)
    patch = terrain.middle(land.x, land.y)
    near = -(away + 40.0) * np.exp(0.8 * patch)
    flood = scene.flood[land.cells].astype(float)
    if flood.any():
        spacious = scene.spacious[land.cells].astype(float)
        near = np.where(flood > 0, FIRST + flood / 8.0 + spacious / 18.0 + 1.2 * patch, near)
        near -= 2.0 * FIRST * (scene.port | scene.paved)[land.cells]
    for name in WETLAND:
        free = _unsealed(land, observed)
        land.give(codes.value[name], land.counts.get(name, 0), near[free], free)
    free = _unsealed(land, observed)
    coastal = -(away + 60.0) * np.exp(0.5 * patch)
    land.give(codes.value[OTHER], land.counts.get(OTHER, 0), coastal[free], free)


def _unsealed(land: CommuneCells, observed: Cells) -> Integers:
    return np.flatnonzero((land.classes == 0) & (observed != SEALED) & (observed != BUILT))


def town_cells(land: CommuneCells, scene: Scene, towns: Towns, terrain: Terrain, roads: Flags) -> Integers:
    """Return the positions of the cells of artificial land, all three classes together.

    Whole blocks are taken, from the most urban one; roads and what is seen as sealed come first.
    """
    free = land.free
    x, y = land.x[free], land.y[free]
    at = terrain.blocks.locate(x, y)
    along, across = terrain.blocks.rectangle(at)
    block_x, block_y = terrain.blocks.centre(at.zone, along, across)
    rank = towns.urbanity(land.place, block_x, block_y) + 1e-3 * towns.fine(x, y)
    rank = rank + 0.6 * scene.port[land.cells[free]]
    observed = scene.observed[land.cells[free]]
    first = roads[land.cells[free]] | scene.paved[land.cells[free]]
    rank = np.where(first, rank + FIRST, rank)
    rank = np.where((observed == SEALED) | (observed == BUILT), 2 * FIRST, rank)
    count = sum(land.counts.get(name, 0) for name in ARTIFICIAL)
    return highest(rank, count, free)


def give_town(
    land: CommuneCells,
    town: Integers,
    scene: Scene,
    terrain: Terrain,
    codes: Codes,
    *,
    built: Flags,
    streets: Flags,
) -> None:
    """Give sealed land to what is seen, built, a street, then around them; trees in clumps; grass last.

    Args:
        land: The commune, its town still free.
        town: Positions of the town's cells.
        scene: The real facts.
        terrain: The made-up patterns.
        codes: Values of the land cover.
        built: Cells of the grid that a building touches.
        streets: Cells of the grid that lie on a street or a road.
    """
    x, y, cells = land.x[town], land.y[town], land.cells[town]
    at = terrain.blocks.locate(x, y)
    along, across = terrain.blocks.rectangle(at)
    street, side = terrain.blocks.to_street(at)
    yard = uniform(at.zone, along, across, seed=SEED + 1)
    rank = np.exp(-np.minimum(street, side + 6.0) / 18.0) + 0.9 * (yard > 0.82) + 0.3 * scene.port[cells]
    rank = rank + 0.25 * terrain.close(x, y)
    local = (street < 4.0) | (side < 4.0)
    rank = rank + 5.0 * local + 10.0 * streets[cells] + 20.0 * scene.paved[cells] + 100.0 * built[cells]
    observed = scene.observed[cells]
    rank = np.where((observed == SEALED) | (observed == BUILT), FIRST, rank)
    rank = np.where(np.isin(observed, OPEN_GROUND), -FIRST, rank)
    land.give(codes.value["A_i"], land.counts.get("A_i", 0), rank, town)
    rest = land.classes[town] == 0
    clump = terrain.close(x, y) + 0.5 * terrain.middle(x, y)
    land.give(codes.value["A_a"], land.counts.get("A_a", 0), clump[rest], town[rest])
    rest = land.classes[town] == 0
    land.give(codes.value["A_h"], land.counts.get("A_h", 0), clump[rest], town[rest])


def give_country(land: CommuneCells, scene: Scene, terrain: Terrain, codes: Codes) -> None:
    """Give woods in patches, grassland near the coast and floods, the rest by parcels, crops last.

    What the table does not describe is `unknown`: the parcels nearest to the coast, where the
    commune's polygon takes in the foreshore.
    """
    free = land.free
    x, y = land.x[free], land.y[free]
    at = terrain.parcels.locate(x, y)
    along, across = terrain.parcels.rectangle(at)
    field_x, field_y = terrain.parcels.centre(at.zone, along, across)
    within = 1e-4 * np.mod(at.v / terrain.parcels.depth_m[at.zone], 1.0)
    wood = terrain.wide(field_x, field_y) + 0.5 * terrain.middle(x, y) + 0.2 * terrain.close(x, y)
    low = -np.log(scene.coast_m(field_x, field_y) + 300.0) + 0.1 * (scene.flood[land.cells[free]] > 0)
    meadow = low + 0.35 * terrain.wide(field_x + 5_000.0, field_y) + 0.3 * _draw(at, along, across, "P_h")
    ranks: Sequence[tuple[str, Doubles]] = (
        (UNKNOWN, -np.asarray(scene.coast_m(field_x, field_y), dtype=np.float64) + within),
        *((name, np.asarray(wood)) for name in FOREST),
        ("P_h", meadow + within),
        *((name, _draw(at, along, across, name) + within) for name in PARCELS),
    )
    left = np.arange(free.size)
    for name, rank in ranks:
        taken = highest(rank[left], land.counts.get(name, 0), left)
        land.classes[free[taken]] = codes.value[name]
        left = np.flatnonzero(land.classes[free] == 0)
    land.classes[free[left]] = codes.value["C"]


def _draw(at: Located, along: Integers, across: Integers, name: str) -> Doubles:
    return uniform(at.zone, along, across, seed=SEED + 20 + ("P_h", *PARCELS).index(name))
