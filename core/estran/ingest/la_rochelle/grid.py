"""Where are the 5 m cells of the land cover, and how large is each on the ellipsoid?"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import rasterize

CELL_M = 5.0
"""Side of a cell; cell corners lie on multiples of it."""

LAMBERT_93 = CRS.from_epsg(2154)


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells in Lambert-93.

    Attributes:
        left: Easting of the west edge, in metres.
        top: Northing of the north edge, in metres.
        rows: Number of rows.
        columns: Number of columns.
        cell_m: Side of a cell, in metres.
    """

    left: float
    top: float
    rows: int
    columns: int
    cell_m: float = CELL_M

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.rows, self.columns)

    @property
    def transform(self) -> Affine:
        """From (column, row) of a cell's corner to (x, y)."""
        return Affine(self.cell_m, 0.0, self.left, 0.0, -self.cell_m, self.top)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        right = self.left + self.columns * self.cell_m
        return (self.left, self.top - self.rows * self.cell_m, right, self.top)

    def centres(self, cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y of the centres of flat cell indexes."""
        row, column = np.divmod(cells, self.columns)
        return self.left + (column + 0.5) * self.cell_m, self.top - (row + 0.5) * self.cell_m

    def cells(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the flat index of the cell of each point, -1 outside."""
        column = np.floor((x - self.left) / self.cell_m).astype(np.int64)
        row = np.floor((self.top - y) / self.cell_m).astype(np.int64)
        inside = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(inside, row * self.columns + column, -1)

    def burn(
        self, geometries: object, *, values: object = 1, all_touched: bool = False, dtype: str = "uint8"
    ) -> NDArray[np.uint8]:
        """Return a raster where cells in the geometries hold their value, 0 elsewhere; the last one wins.

        Args:
            geometries: Sequence of geometries in Lambert-93.
            values: One value for all, or one per geometry.
            all_touched: Take every cell touched rather than those whose centre is inside.
            dtype: Type of the raster.
        """
        shapes = np.asarray(geometries, dtype=object)
        one_each = np.broadcast_to(np.asarray(values), shapes.shape)
        keep = ~shapely.is_empty(shapes)
        pairs = list(zip(mappings(shapes[keep]), one_each[keep].tolist(), strict=True))
        if not pairs:
            return np.zeros(self.shape, dtype=dtype)
        return np.asarray(
            rasterize(
                pairs, out_shape=self.shape, transform=self.transform, all_touched=all_touched, dtype=dtype
            )
        )


def mappings(geometries: NDArray[np.object_]) -> list[Any]:
    """Return geometries as `rasterize` reads them; polygons without hole are all written at once."""
    found: list[Any] = list(geometries)
    plain = (shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON) & (
        shapely.get_num_interior_rings(geometries) == 0
    )
    ranks = np.flatnonzero(plain)
    points, ring_of = shapely.get_coordinates(geometries[ranks], return_index=True)
    ends = np.cumsum(np.bincount(ring_of, minlength=len(ranks))).tolist()
    written = points.tolist()
    for rank, (start, end) in zip(ranks.tolist(), pairwise([0, *ends]), strict=True):
        found[rank] = {"type": "Polygon", "coordinates": [written[start:end]]}
    return found


def territory_grid(frame: gpd.GeoDataFrame, *, cell_m: float = CELL_M, margin_m: float = 0.0) -> Grid:
    """Return the smallest grid on multiples of `cell_m` that holds the frame and a margin."""
    west, south, east, north = frame.total_bounds
    left, bottom = (floor((v - margin_m) / cell_m) * cell_m for v in (west, south))
    right, top = (ceil((v + margin_m) / cell_m) * cell_m for v in (east, north))
    return Grid(left, top, round((top - bottom) / cell_m), round((right - left) / cell_m), cell_m)
