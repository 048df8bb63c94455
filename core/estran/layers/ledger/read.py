"""How many true hectares of each ledger key lie inside a geometry?

Blocks wholly inside come from the index; only the blocks that the outline crosses are read,
and only there is the exact coverage of each cell computed.
"""

import os
import weakref
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pydantic import ValidationError
from pyproj import CRS
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from estran.carbon.errors import Unavailable
from estran.layers.geodesy import (
    SQUARE_METRES_PER_HECTARE,
    bounds_in,
    reproject_lines,
    true_area_ha,
    true_areas_ha,
)
from estran.layers.ledger.bands import coverage_by_bands, covered_cells
from estran.layers.ledger.cells import cell_areas
from estran.layers.ledger.coverage import (
    Coverage,
    crossed_blocks,
    polygon_coverage,
    press,
)
from estran.layers.ledger.index import ENTRY_BYTES, read_index
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.ledger.outline import dissolved, dissolved_each
from estran.layers.ledger.table import file_mark, read_table

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.uint16]

TILES_KEPT = 128
"""Decoded tiles held in memory per ledger; one of 512 x 512 cells takes half a megabyte."""

SMALL_CELLS = 40_000
"""Geometries with an area of fewer cells are read together, cell by cell."""

TOGETHER = 500
"""How many small geometries are read at once."""

MARGIN = 0.02
"""Share of the raster's extent kept around it when an outline is cut down to it."""


class Ledger:
    """An open ledger. Any number of threads may ask it.

    Attributes:
        crs: CRS of the raster.
        resolution_m: Side of a cell.
        keys: Meaning of each cell value.
        version: SHA-256 of the key table, which holds those of the raster and of the index.
    """

    crs: CRS
    resolution_m: float
    keys: Mapping[int, LedgerKey]
    version: str

    def __init__(self, path: Path) -> None:
        table_path, index_path = path.with_suffix(".keys.json"), path.with_suffix(".index.npz")
        table = read_table(table_path)
        for file in (path, index_path):
            if table.files[file.name] != file_mark(file):
                raise ValueError(file.name)
        self._raster: Any = rasterio.open(path)
        # A raster left open when the interpreter ends prints an error.
        weakref.finalize(self, self._raster.close)
        self._path = path
        self._lock = Lock()
        self._tiles: OrderedDict[tuple[int, int], Codes] = OrderedDict()
        self._index = read_index(index_path)
        self._transform = self._raster.transform
        self._shape: tuple[int, int] = self._raster.shape
        self._tile: int = self._raster.block_shapes[0][0]
        self.crs = CRS.from_user_input(self._raster.crs.to_wkt())
        self.resolution_m = float(self._transform.a)
        self.keys = MappingProxyType({key.code: key for key in table.keys})
        self.version = file_mark(table_path).sha256
        self._areas = cell_areas(self.crs, self._transform, self._shape)

    def land_areas(self, geometry: shapely.Geometry, crs: CRS) -> LandAreas:
        """Return the true area of each key inside a geometry.

        Points and lines have none. Overlapping polygons count once, invalid rings are repaired,
        heights are dropped. What lies outside the territory counts only in `geometry_ha`.

        Args:
            geometry: Any geometry; its edges are straight in `crs`.
            crs: Its CRS, x or longitude first.

        Raises:
            InvalidGeometry: a coordinate is not finite or has no position on the ellipsoid.
            Unavailable: the ledger cannot be read.
        """
        polygons = dissolved(geometry)
        if shapely.is_empty(polygons):
            return LandAreas((), np.zeros(0), 0.0, 0)
        return self._land_areas(polygons, crs, true_area_ha(polygons, crs))

    def whole(self) -> LandAreas:
        """Return the true area of each key over the whole territory, from the index alone."""
        level = self._index.levels[-1]
        blocks = np.arange(level.shape[0] * level.shape[1])
        areas, entries = level.sums(blocks, max(self.keys) + 1)
        areas[0] = 0.0
        codes = np.flatnonzero(areas)
        keys = tuple(self.keys[code] for code in codes.tolist())
        return LandAreas(keys, areas[codes], float(areas.sum()), entries * ENTRY_BYTES)

    def _land_areas(self, polygons: shapely.Geometry, crs: CRS, geometry_ha: float) -> LandAreas:
        areas, bytes_read = self._sums(self._coverage(polygons, crs))
        codes = np.flatnonzero(areas)
        keys = tuple(self.keys[code] for code in codes.tolist())
        return LandAreas(keys, areas[codes], geometry_ha, bytes_read)

    def land_areas_many(self, geometries: Sequence[shapely.Geometry], crs: CRS) -> list[LandAreas]:
        """Return the true area of each key inside each geometry, as `land_areas` does one by one.

        Small geometries are read together, which takes far less time.

        Raises:
            InvalidGeometry: a coordinate is not finite or has no position on the ellipsoid.
            Unavailable: the ledger cannot be read.
        """
        if len(geometries) == 1:
            return [self.land_areas(geometries[0], crs)]
        polygons = dissolved_each(geometries)
        hectares = true_areas_ha(polygons, crs)
        is_small = hectares * SQUARE_METRES_PER_HECTARE < SMALL_CELLS * self.resolution_m**2
        found: list[LandAreas] = [LandAreas((), np.zeros(0), 0.0, 0)] * len(geometries)
        for rank in np.flatnonzero(~is_small).tolist():
            found[rank] = self._land_areas(polygons[rank], crs, float(hectares[rank]))
        small = np.flatnonzero(is_small & ~shapely.is_empty(polygons))
        for first in range(0, len(small), TOGETHER):
            ranks = small[first : first + TOGETHER]
            areas, cells = self._small_areas(polygons[ranks], crs)
            for rank, row, read in zip(ranks.tolist(), areas, cells.tolist(), strict=True):
                codes = np.flatnonzero(row)
                keys = tuple(self.keys[code] for code in codes.tolist())
                found[rank] = LandAreas(
                    keys, row[codes], float(hectares[rank]), read * np.dtype(np.uint16).itemsize
                )
        return found

    def _small_areas(self, polygons: NDArray[np.object_], crs: CRS) -> tuple[Floats, Integers]:
        """Hectares per geometry and code, and how many cells of each geometry were read."""
        parts, owner = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
        rings, part_of = shapely.get_rings(parts, return_index=True)
        cells = coverage_by_bands(
            *self._grid_points(rings, crs, owner=owner[part_of]),
            self._shape,
            owner=owner[part_of],
            count=len(polygons),
        )
        band, rows, columns, fractions = covered_cells(*cells)
        codes = self._codes(rows, columns)
        codes_end = max(self.keys) + 1
        hectares = self._areas.at(rows, columns) * fractions
        areas = np.bincount(band * codes_end + codes, hectares, minlength=len(polygons) * codes_end).reshape(
            len(polygons), codes_end
        )
        areas[:, 0] = 0.0
        return areas, np.bincount(band, minlength=len(polygons))

    def may_hold(self, geometry: shapely.Geometry, crs: CRS) -> bool:
        """Tell, from its box alone, whether a geometry may touch the raster."""
        return bool(self.may_hold_each([geometry], crs)[0])

    def may_hold_each(self, geometries: Sequence[shapely.Geometry], crs: CRS) -> NDArray[np.bool_]:
        """Tell the same of each geometry; an empty one touches nothing."""
        box = bounds_in(self._extent(), self.crs, crs)
        if box is None:
            return np.full(len(geometries), fill_value=True)
        west, south, east, north = shapely.bounds(geometries).T
        held: NDArray[np.bool_] = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
        return held

    def _codes(self, rows: Integers, columns: Integers) -> Integers:
        """The code of each cell, tile by tile."""
        codes = np.zeros(len(rows), dtype=np.int64)
        size, across = self._index.levels[0].size, -(-self._shape[1] // self._tile)
        tiles = rows // self._tile * across + columns // self._tile
        order = np.argsort(tiles, kind="stable")
        starts = np.flatnonzero(np.diff(tiles[order], prepend=-1)).tolist()
        for first, last in pairwise([*starts, len(order)]):
            chosen = order[first:last]
            row, column = divmod(int(tiles[chosen[0]]), across)
            down, right = rows[chosen] % self._tile, columns[chosen] % self._tile
            blocks = self._read_tile(row, column)
            codes[chosen] = blocks[down // size, right // size, down % size, right % size]
        return codes

    def _coverage(self, polygons: shapely.Geometry, crs: CRS) -> Coverage:
        """Exact coverage of the grid by valid polygons of another CRS."""
        rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(polygons)))
        return polygon_coverage(*self._grid_points(rings, crs), self._shape)

    def _grid_points(
        self, rings: NDArray[np.object_], crs: CRS, *, owner: Integers | None = None
    ) -> tuple[Floats, Integers]:
        """The vertices of rings of another CRS as columns and rows, and the ring of each."""
        points, ring_of = shapely.get_coordinates(rings, return_index=True)
        box = bounds_in(self._extent(), self.crs, crs)
        if box is not None:
            points, ring_of = press(points, ring_of, box)
        points, ring_of = reproject_lines(points, ring_of, crs, self.crs, owner=owner)
        origin = np.array([self._transform.c, self._transform.f])
        cell = np.array([self._transform.a, self._transform.e])
        return (points - origin) / cell, ring_of

    def _sums(self, coverage: Coverage) -> tuple[Floats, int]:
        """Hectares per key, and the bytes of the index and of the raster that tell them."""
        length = max(self.keys) + 1
        size = self._index.levels[0].size
        across = self._tile // size
        crossed = crossed_blocks(coverage, size, across)
        areas, bytes_read = self._index.inside_areas_ha(crossed, length)
        tile_rows, tile_columns = crossed.rows // across, crossed.columns // across
        changes = np.flatnonzero(np.diff(tile_rows, prepend=-1) | np.diff(tile_columns, prepend=-1))
        for first, last in pairwise([*changes.tolist(), len(crossed.rows)]):
            rows, columns = crossed.rows[first:last], crossed.columns[first:last]
            tile = self._read_tile(int(tile_rows[first]), int(tile_columns[first]))
            codes = tile[rows % across, columns % across]
            cell_ha = self._areas.blocks(rows, columns, size) * crossed.fractions_of(first, last)
            areas += np.bincount(codes.ravel(), cell_ha.ravel(), length)
            bytes_read += codes.nbytes
        areas[0] = 0.0
        return areas, bytes_read

    def _read_tile(self, row: int, column: int) -> Codes:
        """One tile of the raster cut into blocks, of shape `(down, across, size, size)`."""
        with self._lock:
            if (row, column) in self._tiles:
                self._tiles.move_to_end((row, column))
                return self._tiles[row, column]
            side, size = self._tile, self._index.levels[0].size
            window = Window(column * side, row * side, side, side)
            try:
                cells = self._raster.read(1, window=window)
            except RasterioIOError as error:
                raise _unavailable(self._path) from error
            short = [(0, side - length) for length in cells.shape]
            blocks = np.pad(cells, short).reshape(side // size, size, side // size, size).swapaxes(1, 2)
            self._tiles[row, column] = np.ascontiguousarray(blocks)
            if len(self._tiles) > TILES_KEPT:
                self._tiles.popitem(last=False)
            return self._tiles[row, column]

    def _extent(self) -> tuple[float, float, float, float]:
        """The raster's box and a margin around it, so that its border is never cut into."""
        width, height = self._shape[1] * self._transform.a, -self._shape[0] * self._transform.e
        west, north = self._transform.c, self._transform.f
        margin = MARGIN * max(width, height)
        return west - margin, north - height - margin, west + width + margin, north + margin


def open_ledger(path: Path) -> Ledger:
    """Return the ledger of a raster; it stays open as long as the file does not change.

    Raises:
        Unavailable: a file of the ledger is missing, truncated or belongs to another build.
    """
    try:
        state = path.stat()
        return _opened(path.resolve(), state.st_size, state.st_mtime_ns, os.getpid())
    except (OSError, ValueError, KeyError, ValidationError, zipfile.BadZipFile) as error:
        raise _unavailable(path) from error


@lru_cache(maxsize=4)
def _opened(path: Path, size: int, modified_ns: int, process: int) -> Ledger:
    """An open ledger per file state and process: an open file is not shared across a fork."""
    del size, modified_ns, process
    return Ledger(path)


def _unavailable(path: Path) -> Unavailable:
    return Unavailable(
        f"the land ledger {path.name} is missing or damaged; run `estran data build`",
        f"le registre des sols {path.name} manque ou est abîmé ; lancez `estran data build`",
        where=path.name,
    )
