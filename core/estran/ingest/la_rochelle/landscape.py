"""What does the made-up land look like, around the real facts? Land cover and buildings, in step.

Wetlands come first, from the coast; then the extent of each town; then its buildings, on lots
along streets; then sealed land, on what is real, built or a street; then the country.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import maximum_filter, minimum_filter

from estran.ingest.la_rochelle.blocks import urban_blocks
from estran.ingest.la_rochelle.buildings import REAL_COMMUNE, synthetic_buildings
from estran.ingest.la_rochelle.cover import (
    CommuneCells,
    give_country,
    give_shore,
    give_town,
    read_terrain,
    town_cells,
)
from estran.ingest.la_rochelle.grid import LAMBERT_93
from estran.ingest.la_rochelle.scene import STREET_HALF_WIDTH_M, WATER, Cells, Scene, window_box
from estran.ingest.la_rochelle.targets import Codes, cell_counts
from estran.ingest.la_rochelle.towns import plan_towns
from estran.layers.ledger.cells import CellAreas, cell_areas
from estran.layers.progress import Progress

ROAD_HALF_WIDTH_M = 6.0
CLEARANCE_M = 3.0
"""Between a real street or the window of Lagord and a synthetic building."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """The made-up land.

    Attributes:
        cover: Land cover, of the grid's shape; 0 outside the communes.
        buildings: Synthetic buildings.
        achieved_ha: INSEE code -> class -> true hectares.
    """

    cover: Cells
    buildings: gpd.GeoDataFrame
    achieved_ha: Mapping[str, Mapping[str, float]]


def draw_landscape(
    scene: Scene,
    *,
    sites: gpd.GeoDataFrame,
    target_ha: Mapping[str, Mapping[str, float]],
    codes: Codes,
    sample: pd.DataFrame,
    sample_size: int,
    real_buildings: int,
    progress: Progress,
) -> Landscape:
    """Return the land cover of the agglomeration and its synthetic buildings.

    Args:
        scene: The real facts.
        sites: Car-park sites.
        target_ha: INSEE code -> class -> hectares.
        codes: Values of the land cover.
        sample: Real buildings to draw from.
        sample_size: Buildings of the town they come from.
        real_buildings: Real footprints of Lagord.
        progress: Told how far the drawing is, 0 to 1.
    """
    progress("towns", 0.0)
    towns = plan_towns(scene.communes, sites)
    terrain = read_terrain(scene, urban_blocks(scene))
    areas = cell_areas(LAMBERT_93, scene.grid.transform, scene.grid.shape)
    lands = [_commune_cells(scene, place, areas, target_ha) for place in range(len(scene.communes))]
    roads = _lines(scene, towns.roads, ROAD_HALF_WIDTH_M)
    extents = []
    town = np.zeros(scene.commune.size, dtype=np.uint8)
    for land in lands:
        progress("towns", 0.05 + 0.35 * land.place / len(lands))
        give_shore(land, scene, terrain, codes)
        extents.append(town_cells(land, scene, towns, terrain, roads))
        town[land.cells[extents[-1]]] = land.place + 1
    progress("buildings", 0.4)
    buildings = synthetic_buildings(
        sample=sample,
        sample_size=sample_size,
        communes=scene.communes.rename(columns={"population_municipale": "population"}),
        real={REAL_COMMUNE: real_buildings},
        towns=towns,
        blocks=terrain.blocks,
        grid=scene.grid,
        town=_buildable(scene, town, towns.roads),
    )
    built = scene.grid.burn(buildings.geometry.to_numpy(), all_touched=True).ravel().astype(bool)
    streets = _lines(scene, scene.street_lines, STREET_HALF_WIDTH_M) | roads
    cover = np.zeros(scene.commune.size, dtype=np.uint8)
    for land, extent in zip(lands, extents, strict=True):
        progress("land cover", 0.6 + 0.4 * land.place / len(lands))
        give_town(land, extent, scene, terrain, codes, built=built, streets=streets)
        give_country(land, scene, terrain, codes)
        cover[land.cells] = land.classes
    shaped = cover.reshape(scene.grid.shape)
    return Landscape(shaped, buildings, _achieved(scene, lands, areas, codes))


def _commune_cells(
    scene: Scene, place: int, areas: CellAreas, target_ha: Mapping[str, Mapping[str, float]]
) -> CommuneCells:
    cells = np.flatnonzero(scene.commune == place + 1)
    x, y = scene.grid.centres(cells)
    counts = cell_counts(
        target_ha[scene.communes["code_insee"][place]],
        cells=cells.size,
        water_cells=int(np.count_nonzero(scene.observed[cells] == WATER)),
        cell_ha=float(areas.at(*np.divmod(cells, scene.grid.columns)).mean()),
    )
    return CommuneCells(place, cells, x, y, counts)


def _lines(scene: Scene, lines: object, half_width_m: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return scene.grid.burn(shapely.buffer(np.asarray(lines), half_width_m)).ravel().astype(bool)


def _buildable(scene: Scene, town: Cells, roads: object) -> Cells:
    """Return the town without its edge, streets, car parks and the window where footprints are real."""
    shaped = town.reshape(scene.grid.shape)
    edge = (minimum_filter(shaped, 3) != maximum_filter(shaped, 3)).ravel()
    taken = _lines(scene, scene.street_lines, STREET_HALF_WIDTH_M + CLEARANCE_M)
    taken |= _lines(scene, roads, ROAD_HALF_WIDTH_M + CLEARANCE_M)
    window = scene.grid.burn([shapely.buffer(window_box(scene), CLEARANCE_M)], all_touched=True).ravel()
    return np.where(edge | taken | scene.paved | (window > 0), 0, town).astype(np.uint8)


def _achieved(
    scene: Scene, lands: list[CommuneCells], areas: CellAreas, codes: Codes
) -> dict[str, dict[str, float]]:
    """Return the true area of each class, from the true area of each cell."""
    names = {value: name for name, value in codes.value.items()}
    result = {}
    for land in lands:
        hectares = areas.at(*np.divmod(land.cells, scene.grid.columns))
        sums = np.bincount(land.classes, weights=hectares)
        result[scene.communes["code_insee"][land.place]] = {
            names[value]: float(sums[value]) for value in np.flatnonzero(sums).tolist()
        }
    return result
