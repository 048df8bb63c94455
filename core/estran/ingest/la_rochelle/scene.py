"""What do the real layers say of each 5 m cell, before anything is made up?"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray

from estran.ingest.la_rochelle import sources
from estran.ingest.la_rochelle.coast import coast_distance, coastline
from estran.ingest.la_rochelle.fields import Surface
from estran.ingest.la_rochelle.grid import Grid, territory_grid
from estran.ingest.la_rochelle.sources import read_features, source_file

STREET_HALF_WIDTH_M = 5.0

FLOOD_LEVELS = ("faible", "modere", "fort", "tres_fort")
FLOOD_SCENARIOS = ("xynthia_plus_60cm", "xynthia_plus_20cm")

SEALED, BUILT, WATER = 1, 2, 7
"""Values of the real 1 m land cover of Lagord that tell a class; the others are open ground."""

OPEN_GROUND = (5, 6)

SEA_MARGIN_M = 3_000.0
"""Distances to the coast are known this far outside the communes."""

Cells = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scene:
    """The real facts, on the grid of the land cover; rasters are flat, row by row.

    Attributes:
        grid: Where the cells are.
        communes: The 28 communes, in ascending INSEE code.
        neighbours: Communes around them.
        coast: The coast line.
        coast_m: Distance to it, in metres.
        commune: Place of the commune in `communes`, from 1; 0 outside.
        flood: Rank of the worst flood hazard, 0 where none is mapped.
        spacious: Rank by size of the cadastral section, from 1; 0 where there is none.
        paved: Car parks of 2017.
        port: Grounds of the sea port.
        observed: Class of the real land cover of Lagord by majority, 0 outside its window.
        street_lines: Cycle network and outlines of the cadastral sections.
    """

    grid: Grid
    communes: gpd.GeoDataFrame
    neighbours: gpd.GeoDataFrame
    coast: shapely.Geometry
    coast_m: Surface
    commune: Cells
    flood: Cells
    spacious: Cells
    paved: Flags
    port: Flags
    observed: Cells
    street_lines: NDArray[np.object_]


def read_scene(directory: Path) -> Scene:
    """Return the real facts from the source files.

    Raises:
        InvalidSource: a source file is absent or cannot be read.
    """
    communes = read_features(directory, sources.COMMUNES).sort_values("code_insee", ignore_index=True)
    neighbours = read_features(directory, sources.NEIGHBOURS)
    sections = read_features(directory, sources.SECTIONS)
    ground = shapely.union_all(communes.geometry.to_numpy())
    coast = coastline(communes, neighbours)
    grid = territory_grid(communes)
    flat = communes.geometry.to_numpy()
    return Scene(
        grid=grid,
        communes=communes,
        neighbours=neighbours,
        coast=coast,
        coast_m=coast_distance(coast, communes, margin_m=SEA_MARGIN_M),
        commune=grid.burn(flat, values=np.arange(1, len(flat) + 1)).ravel(),
        flood=_flood(grid, read_features(directory, sources.FLOOD)),
        spacious=_spacious(grid, sections, ground),
        paved=grid.burn(read_features(directory, sources.PARKING_AREAS).geometry.to_numpy())
        .ravel()
        .astype(bool),
        port=grid.burn(read_features(directory, sources.PORT).geometry.to_numpy()).ravel().astype(bool),
        observed=_observed(grid, source_file(directory, sources.COSIA)),
        street_lines=np.concatenate(
            [
                read_features(directory, sources.CYCLE_PATHS).geometry.to_numpy(),
                read_features(directory, sources.CYCLE_LANES).geometry.to_numpy(),
                shapely.intersection(sections.boundary.to_numpy(), shapely.buffer(ground, -20.0)),
            ]
        ),
    )


def _flood(grid: Grid, frame: gpd.GeoDataFrame) -> Cells:
    rank = frame["scenario"].map(FLOOD_SCENARIOS.index) * len(FLOOD_LEVELS)
    rank = (rank + frame["alea"].map(FLOOD_LEVELS.index) + 1).to_numpy()
    order = np.argsort(rank, kind="stable")
    return grid.burn(frame.geometry.to_numpy()[order], values=rank[order]).ravel()


def _spacious(grid: Grid, sections: gpd.GeoDataFrame, ground: shapely.Geometry) -> Cells:
    """Small sections are the old town: their rank is a measure of how dense a place is."""
    inland = shapely.area(shapely.intersection(sections.geometry.to_numpy(), ground))
    rank = np.argsort(np.argsort(inland, kind="stable"), kind="stable") + 1
    return grid.burn(sections.geometry.to_numpy(), values=rank).ravel()


def _observed(grid: Grid, path: Path) -> Cells:
    """Return the most frequent class of the 1 m pixels whose centre lies in each cell.

    A cell needs more than half of its 25 pixels in the window; a tie goes to the lower code.
    """
    with rasterio.open(path) as raster:
        values = raster.read(1)
        row, column = np.indices(values.shape)
        x = raster.transform.c + raster.transform.a * (column.ravel() + 0.5)
        y = raster.transform.f + raster.transform.e * (row.ravel() + 0.5)
    cells = grid.cells(x, y)
    classes = np.unique(values[values > 0])
    window, cell = np.unique(cells, return_inverse=True)
    votes = np.stack([np.bincount(cell[values.ravel() == code], minlength=window.size) for code in classes])
    enough = votes.sum(axis=0) > grid.cell_m**2 / 2
    observed = np.zeros(grid.rows * grid.columns, dtype=np.uint8)
    observed[window[enough]] = classes[votes.argmax(axis=0)][enough]
    return observed


def window_box(scene: Scene) -> shapely.Geometry:
    """Return the box around the cells of the real land cover of Lagord."""
    x, y = scene.grid.centres(np.flatnonzero(scene.observed))
    half = scene.grid.cell_m / 2
    return shapely.box(x.min() - half, y.min() - half, x.max() + half, y.max() + half)
