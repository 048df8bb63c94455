"""Where in a cell are its emissions? Shared out by the buildings it holds, rather than by area.

Only the cells that the outline cuts are looked at: a whole cell is inside whatever the weight. Where a cut
cell holds no building, its share stays that of the area.

Reference:
    METHODS, section 6 (ancillary weight); Eicher and Brewer 2001 (dasymetric mapping).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.inventory import WHOLE, weighted_shares
from estran.layers.features.query import FeatureQuery, Property
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import EDGE_M, metres_per_unit, reproject, transform_points
from estran.layers.grid_shares import CellShares
from estran.layers.raster_grid import Grid
from estran.layers.territory import Layer

Floats = NDArray[np.float64]

Weight = Literal["area", "floor-area", "footprint"]

STOREYS, HEIGHT = "nb_etages", "hauteur"
"""Columns of BD TOPO that tell how many floors a building has."""

ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Shares:
    """The share of each cell inside a plot, and how many cut cells had a weight."""

    shares: Floats
    weighted: int
    cut: int


def building_shares(
    cells: CellShares,
    grid: Grid,
    geometry: shapely.Geometry,
    crs: CRS,
    *,
    layer: Layer,
    weight: Weight,
    storey_m: float,
) -> Shares:
    """Return the share of each cell by the buildings inside the geometry.

    Args:
        cells: The cells that the geometry touches, with their share by area.
        grid: Their grid.
        geometry: Valid and polygonal.
        crs: Its CRS.
        layer: Buildings, in a projected CRS.
        weight: `footprint`, or `floor-area`: footprint times storeys.
        storey_m: Height of a storey, where only the height of a building is known.
    """
    cut = np.flatnonzero(cells.shares < 1.0 - WHOLE)
    shares = cells.shares.copy()
    if not len(cut):
        return Shares(shares, 0, 0)
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    boxes = np.array(
        [
            _box(grid, row, column, store.crs)
            for row, column in zip(cells.rows[cut].tolist(), cells.columns[cut].tolist(), strict=True)
        ],
        dtype=object,
    )
    region = shapely.union_all(boxes)
    names = tuple(name for name in (STOREYS, HEIGHT) if name in store.fields)
    found = store.query(FeatureQuery(limit=ALL, region=region, properties=names, count=False)).features
    shapes = np.array([shapely.make_valid(each.geometry) for each in found if each.geometry is not None])
    if not len(shapes):
        return Shares(shares, 0, len(cut))
    floors = np.array(
        [_floors(each.properties, weight, storey_m) for each in found if each.geometry is not None]
    )
    inside = shapely.intersection(boxes, reproject(geometry, crs, store.crs))
    box_of, shape_of = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    pieces = shapely.intersection(shapes[shape_of], boxes[box_of])
    parts = shapely.intersection(pieces, inside[box_of])
    count = len(cut)
    whole = np.bincount(box_of, shapely.area(pieces) * floors[shape_of], count)
    within = np.bincount(box_of, shapely.area(parts) * floors[shape_of], count)
    shares[cut] = weighted_shares(within, whole, cells.shares[cut])
    return Shares(shares, int((whole > 0.0).sum()), count)


def _box(grid: Grid, row: int, column: int, crs: CRS) -> shapely.Geometry:
    """One cell as a polygon of `crs`."""
    left, top = grid.transform @ (column, row)
    right, bottom = grid.transform @ (column + 1, row + 1)
    outline = shapely.segmentize(shapely.box(left, bottom, right, top), EDGE_M / metres_per_unit(grid.crs))
    return shapely.transform(outline, lambda points: transform_points(points, grid.crs, crs))


def _floors(properties: Mapping[str, Property], weight: Weight, storey_m: float) -> float:
    """Storeys of a building, from their number, else from its height, else one."""
    if weight == "footprint":
        return 1.0
    storeys, height = properties.get(STOREYS), properties.get(HEIGHT)
    if isinstance(storeys, int | float) and storeys >= 1:
        return float(storeys)
    if isinstance(height, int | float) and height > 0:
        return float(max(1, round(height / storey_m)))
    return 1.0
