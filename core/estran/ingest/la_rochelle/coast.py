"""Where does the agglomeration meet the sea, and how far is a place from it?"""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from estran.ingest.la_rochelle.fields import Surface
from estran.ingest.la_rochelle.grid import Grid, territory_grid

SLIVER_M = 1.0
"""Gaps between communes narrower than twice this are closed."""

SHARED_M = 300.0
"""An outline nearer than this to a neighbouring commune is shared with it: the neighbours' polygons are
generalised, up to 150 m off."""

STEP_M = 25.0


def land(communes: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the agglomeration as one geometry, gaps between communes closed."""
    return shapely.union_all(communes.geometry.buffer(SLIVER_M).to_numpy()).buffer(-SLIVER_M)


def coastline(communes: gpd.GeoDataFrame, neighbours: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return the outline of the agglomeration that it shares with no commune of the departement."""
    around = shapely.union_all(neighbours.geometry.buffer(SHARED_M).to_numpy())
    return shapely.difference(shapely.boundary(land(communes)), around)


def coast_distance(coast: shapely.Geometry, communes: gpd.GeoDataFrame, *, margin_m: float) -> Surface:
    """Return the distance to the coast, in metres, over the communes and a margin around them."""
    grid = territory_grid(communes, cell_m=STEP_M, margin_m=margin_m)
    return distance_surface(coast, grid)


def distance_surface(geometry: shapely.Geometry, grid: Grid) -> Surface:
    """Return the distance to a geometry, in metres, to about half a cell of the grid."""
    there = grid.burn([geometry], all_touched=True).astype(bool)
    away: NDArray[np.float64] = np.asarray(distance_transform_edt(~there, sampling=grid.cell_m))
    half = grid.cell_m / 2
    return Surface(grid.left + half, grid.top - half, grid.cell_m, away.astype(np.float32))
