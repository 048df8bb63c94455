"""Where are the wetlands, of which type? Synthetic polygons on the real coast.

Inside the communes they follow the wetland cells of the land cover: a cell belongs to a polygon
when its centre does. Outside they are bands of the foreshore and the sea, which no ledger counts.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes, sieve
from scipy.ndimage import binary_dilation, binary_opening

from estran.ingest.la_rochelle.fields import noise
from estran.ingest.la_rochelle.grid import LAMBERT_93, Grid, territory_grid
from estran.ingest.la_rochelle.scene import Cells, Scene
from estran.ingest.la_rochelle.targets import Codes
from estran.layers.geodesy import true_area_ha

Patch = tuple[int, shapely.Geometry]
"""A wetland type, as its place in `TYPES` from 1, and a polygon."""

TYPES = (
    "dyked_fresh_marsh",
    "dyked_brackish_marsh",
    "dyked_salt_marsh",
    "salt_meadow",
    "mudflat",
    "seagrass",
    "sea",
)
"""Wetland types; a raster holds the place in this list, from 1."""

FRESH, BRACKISH, SALT, MEADOW, MUDFLAT, SEAGRASS, SEA = range(1, 8)

MEADOW_M, SALT_M, BRACKISH_M = 35.0, 180.0, 600.0
"""Distances to the coast up to which a marsh is a salt meadow, salt, brackish; fresh beyond."""

SHIFT_M = 120.0
"""These distances vary by about this from place to place."""

SEA_STEP_M = 20.0
SEA_REACH_M = 1_500.0
MUDFLAT_M = 280.0
SEAGRASS_M = (120.0, 900.0)
SEAGRASS_RANK = 1.0

SMALLEST_CELLS = 40
"""Inside the communes, a patch below this many cells (0.1 ha) takes the type of its neighbour, if any."""

SMALLEST_HA = 0.1
CRUMB_REACH_M = 300.0
"""A patch smaller than `SMALLEST_HA` joins another no further than this."""

HARBOUR_CELLS = 11
"""Water narrower than this many cells of `SEA_STEP_M` is a harbour: neither mudflat nor seagrass."""

SEED = 7_000


def draw_wetlands(scene: Scene, cover: Cells, codes: Codes) -> gpd.GeoDataFrame:
    """Return the wetlands: columns id, type, area_ha, in_communes, synthetic, geometry."""
    inside = _gathered(_inside(scene, cover, codes))
    outside = _outside(scene, shapely.union_all([polygon for _, polygon in inside]))
    table = gpd.GeoDataFrame(
        {
            "type": [TYPES[value - 1] for value, _ in (*inside, *outside)],
            "in_communes": [True] * len(inside) + [False] * len(outside),
        },
        geometry=[polygon for _, polygon in (*inside, *outside)],
        crs=LAMBERT_93,
    )
    table["area_ha"] = [round(true_area_ha(polygon, LAMBERT_93), 4) for polygon in table.geometry]
    table["synthetic"] = True
    table["id"] = [f"DEMO-ZH-{number:04d}" for number in range(1, len(table) + 1)]
    return table[["id", "type", "area_ha", "in_communes", "synthetic", "geometry"]]


def _inside(scene: Scene, cover: Cells, codes: Codes) -> list[Patch]:
    wet = np.flatnonzero(np.isin(cover.ravel(), [codes.value["H_a"], codes.value["H_n"]]))
    x, y = scene.grid.centres(wet)
    away = scene.coast_m(x, y) + SHIFT_M * noise(scene.grid.bounds, 500.0, SEED)(x, y)
    kind = np.select([away < MEADOW_M, away < SALT_M, away < BRACKISH_M], [MEADOW, SALT, BRACKISH], FRESH)
    kind = np.where(cover.ravel()[wet] == codes.value["H_n"], MEADOW, kind)
    raster = np.zeros(cover.size, dtype=np.uint8)
    raster[wet] = kind
    shaped = raster.reshape(cover.shape)
    merged = sieve(shaped, SMALLEST_CELLS, mask=shaped > 0)
    return _polygons(np.asarray(merged), scene.grid)


def _gathered(patches: list[Patch]) -> list[Patch]:
    """Return the patches, each crumb joined to the nearest larger patch, whose type it takes."""
    shapes_ = np.array([polygon for _, polygon in patches], dtype=object)
    crumb = shapely.area(shapes_) < SMALLEST_HA * 10_000
    large = np.flatnonzero(~crumb)
    small, host = shapely.STRtree(shapes_[large]).query_nearest(
        shapes_[crumb], max_distance=CRUMB_REACH_M, all_matches=False
    )
    members: dict[int, list[shapely.Geometry]] = {place: [shapes_[place]] for place in large.tolist()}
    moved = np.flatnonzero(crumb)[small].tolist()
    for place, target in zip(moved, large[host].tolist(), strict=True):
        members[target].append(shapes_[place])
    alone = set(np.flatnonzero(crumb).tolist()) - set(moved)
    return [
        (value, shapely.union_all(members.get(place, [polygon])))
        for place, (value, polygon) in enumerate(patches)
        if place in members or place in alone
    ]


def _outside(scene: Scene, inside: shapely.Geometry) -> list[Patch]:
    grid = territory_grid(scene.communes, cell_m=SEA_STEP_M, margin_m=SEA_REACH_M)
    land = shapely.union_all([*scene.communes.geometry, *scene.neighbours.geometry])
    x, y = grid.centres(np.arange(grid.rows * grid.columns))
    away = scene.coast_m(x, y)
    near = (away <= SEA_REACH_M).reshape(grid.shape)
    square = np.ones((3, 3), dtype=bool)
    open_sea = binary_opening(near & (grid.burn([land]) == 0), square)
    wet = binary_dilation(open_sea, square, iterations=2) & near
    mud = MUDFLAT_M * np.exp(0.7 * noise(grid.bounds, 2_500.0, SEED + 1)(x, y))
    grass = noise(grid.bounds, 700.0, SEED + 2)(x, y) > SEAGRASS_RANK
    kind = np.where(away < mud, MUDFLAT, SEA)
    wide = binary_opening(open_sea, np.ones((HARBOUR_CELLS, HARBOUR_CELLS), dtype=bool))
    harbour = ~binary_dilation(wide, square, iterations=4)
    kind = np.where(harbour.ravel(), SEA, kind)
    kind = np.where(
        grass & ~harbour.ravel() & (away > SEAGRASS_M[0]) & (away < SEAGRASS_M[1]), SEAGRASS, kind
    )
    raster = np.where(wet, kind.reshape(grid.shape), 0).astype(np.uint8)
    clipped = [
        (value, part)
        for value, polygon in _polygons(raster, grid)
        for part in shapely.get_parts(shapely.difference(shapely.difference(polygon, land), inside))
        if part.geom_type == "Polygon" and part.area / 10_000 >= SMALLEST_HA
    ]
    return sorted(clipped, key=_order)


def _polygons(raster: Cells, grid: Grid) -> list[Patch]:
    """Return the patches of equal value as polygons with their corners cut."""
    found = [
        (
            int(value),
            _smoothed(shapely.Polygon(shape["coordinates"][0], shape["coordinates"][1:]), grid.cell_m),
        )
        for shape, value in shapes(raster, mask=raster > 0, transform=grid.transform)
    ]
    return sorted(found, key=_order)


def _smoothed(polygon: shapely.Polygon, cell_m: float) -> shapely.Polygon:
    """Cut each corner half a cell away from it: the centre of every cell stays on its side."""
    rings: Sequence[NDArray[np.float64]] = [
        shapely.get_coordinates(shapely.segmentize(ring, cell_m))
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    cut = [(ring + np.vstack([ring[1:], ring[1]])) / 2 for ring in rings]
    return shapely.simplify(shapely.Polygon(cut[0], cut[1:]), 0.0)


def _order(item: Patch) -> tuple[int, float, float, float]:
    value, polygon = item
    west, south, _, _ = shapely.bounds(polygon)
    return (value, west, south, float(shapely.area(polygon)))
