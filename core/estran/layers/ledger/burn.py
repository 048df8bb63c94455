"""What does each source say at the centre of each cell of a strip of the grid?

A burner answers with small integers, 0 where its source does not speak.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import rasterize
from rasterio.windows import Window

from estran.carbon.errors import InvalidSource
from estran.layers.geodesy import EDGE_M, metres_per_unit, polygons_of, transform_points

Numbers = NDArray[np.int32]

CHUNK_ROWS = 64
"""Rows whose cell centres are moved to another CRS at once."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells.

    Attributes:
        crs: A projected CRS.
        transform: From (column, row) to (x, y).
        shape: Rows and columns.
    """

    crs: CRS
    transform: Affine
    shape: tuple[int, int]


class PolygonBurner:
    """Burns polygons; where they overlap, the later one of the table speaks.

    Args:
        frame: The polygons, in any CRS.
        numbers: What each polygon says, above 0.
        grid: The grid to burn on.
    """

    def __init__(self, frame: gpd.GeoDataFrame, numbers: NDArray[np.int64], grid: Grid) -> None:
        self._grid = grid
        self._shapes = projected(frame, grid.crs)
        self._numbers = numbers
        self._tree = shapely.STRtree(self._shapes)

    def burn(self, first: int, rows: int) -> Numbers:
        """Return what the source says on `rows` rows from row `first`."""
        grid = self._grid
        transform = grid.transform @ Affine.translation(0, first)
        west, north = transform.c, transform.f
        strip = shapely.box(west, north + rows * transform.e, west + grid.shape[1] * transform.a, north)
        burnt: Numbers = np.zeros((rows, grid.shape[1]), dtype=np.int32)
        chosen = np.sort(self._tree.query(strip))
        if chosen.size:
            pairs = zip(self._shapes[chosen], self._numbers[chosen].tolist(), strict=True)
            rasterize(pairs, out=burnt, transform=transform)
        return burnt


class RasterBurner:
    """Reads, at each cell centre, the cell of a categorical raster that holds it.

    Args:
        path: A raster in any CRS.
        numbers: Cell value -> what it says, above 0; other values do not speak.
        grid: The grid to burn on.

    Raises:
        InvalidSource: the raster cannot be read, or has no CRS.
    """

    def __init__(self, path: Path, numbers: dict[int, int], grid: Grid) -> None:
        self._grid = grid
        self._numbers = numbers
        try:
            self._raster: Any = rasterio.open(path)
        except OSError as error:
            raise InvalidSource(
                f"cannot read the raster {path.name}: {error}",
                f"lecture impossible du raster {path.name} : {error}",
                where=path.name,
            ) from error
        if self._raster.crs is None:
            raise InvalidSource(
                f"the raster {path.name} has no CRS; declare it in the file",
                f"le raster {path.name} n'a pas de SCR ; déclarez-le dans le fichier",
                where=path.name,
            )
        self._crs = CRS.from_user_input(self._raster.crs.to_wkt())

    def burn(self, first: int, rows: int) -> Numbers:
        """Return what the source says on `rows` rows from row `first`."""
        burnt: Numbers = np.zeros((rows, self._grid.shape[1]), dtype=np.int32)
        for start in range(0, rows, CHUNK_ROWS):
            stop = min(start + CHUNK_ROWS, rows)
            burnt[start:stop] = self._sample(first + start, stop - start)
        return burnt

    def _sample(self, first: int, rows: int) -> Numbers:
        grid = self._grid
        x = grid.transform.c + grid.transform.a * (np.arange(grid.shape[1]) + 0.5)
        y = grid.transform.f + grid.transform.e * (first + np.arange(rows) + 0.5)
        xs, ys = (side.ravel() for side in np.meshgrid(x, y))
        if self._crs != grid.crs:
            xs, ys = transform_points(np.column_stack([xs, ys]), grid.crs, self._crs).T
        inverse = ~self._raster.transform
        columns = np.floor(inverse.a * xs + inverse.b * ys + inverse.c).astype(np.int64)
        lines = np.floor(inverse.d * xs + inverse.e * ys + inverse.f).astype(np.int64)
        height, width = self._raster.shape
        held = (columns >= 0) & (columns < width) & (lines >= 0) & (lines < height)
        said: Numbers = np.zeros(len(xs), dtype=np.int32)
        if held.any():
            columns, lines = columns[held], lines[held]
            left, top = columns.min(), lines.min()
            window = Window(left, top, columns.max() - left + 1, lines.max() - top + 1)
            values = self._raster.read(1, window=window)[lines - top, columns - left]
            said[held] = self._translated(values)
        return said.reshape(rows, -1)

    def _translated(self, values: NDArray[Any]) -> Numbers:
        distinct, place = np.unique(values, return_inverse=True)
        told = np.array([self._numbers.get(int(value), 0) for value in distinct], dtype=np.int32)
        return np.asarray(told[place])


def projected(frame: gpd.GeoDataFrame, crs: CRS) -> NDArray[np.object_]:
    """Return the geometries of a table in `crs`, in two dimensions, edges densified first.

    Raises:
        InvalidSource: the table has no CRS.
    """
    if frame.crs is None:
        raise InvalidSource(
            "a table of polygons has no CRS; declare it in the source file",
            "une table de polygones n'a pas de SCR ; déclarez-le dans le fichier source",
        )
    shapes = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), dtype=object)
    if frame.crs == crs:
        return shapes
    source = CRS(frame.crs)
    step = EDGE_M / metres_per_unit(source)
    moved = shapely.transform(
        shapely.segmentize(shapes, step), lambda points: transform_points(points, source, crs)
    )
    return np.asarray(moved, dtype=object)


def polygonal(frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    """Return the rows that have a value in `column` and an area, with their polygons alone.

    Raises:
        InvalidSource: the table lacks the column.
    """
    if column not in frame:
        raise InvalidSource(
            f"a table of polygons lacks the column {column!r}; it has {', '.join(map(str, frame.columns))}",
            f"une table de polygones n'a pas la colonne {column!r} ; "
            f"elle a {', '.join(map(str, frame.columns))}",
            where=column,
        )
    kept = frame[frame[column].notna() & (shapely.get_dimensions(frame.geometry.to_numpy()) == 2)]
    mixed = kept.geom_type == "GeometryCollection"
    if mixed.any():
        kept = kept.copy()
        parts = [shapely.MultiPolygon(list(polygons_of(shape))) for shape in kept.geometry[mixed]]
        kept.loc[mixed, kept.geometry.name] = parts
    return kept
