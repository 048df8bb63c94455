"""How many true hectares of each ledger key lie inside a geometry?

Blocks wholly inside come from the index; in the blocks that the outline crosses the exact coverage of
each cell is computed. The loops are compiled: `loops/tally.py`. The raster itself is not opened: the
index holds its cells.
"""

import os
import weakref
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely
from affine import Affine
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from pydantic import ValidationError
from pyproj import CRS

from estran.carbon.errors import Unavailable
from estran.layers.geodesy import added_vertices, bounds_in, reproject_lines, true_areas_ha
from estran.layers.ledger.cells import CellAreas, cell_areas
from estran.layers.ledger.coverage import press, pressed
from estran.layers.ledger.index import BLOCK, ENTRY_BYTES, read_index
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.ledger.outline import dissolved, dissolved_each
from estran.layers.ledger.table import file_mark, read_table

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOGETHER = 200_000
"""About how many vertices are read together, which bounds the memory of a batch."""

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
        grid = table.grid
        self.crs = CRS.from_wkt(grid.crs)
        self.resolution_m = grid.resolution_m
        self._shape = (grid.rows, grid.columns)
        self._transform = Affine(grid.resolution_m, 0.0, grid.west, 0.0, -grid.resolution_m, grid.north)
        index = read_index(index_path)
        weakref.finalize(self, os.close, index.file)
        self._blocks, self._file, self._cells_at = index.blocks, index.file, index.cells_at
        self._path = path
        self.keys = MappingProxyType({key.code: key for key in table.keys})
        self._most = max(self.keys) + 1
        self.version = file_mark(table_path).sha256
        self._areas = _block_areas(self.crs, self._transform, self._shape)

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
        polygons = np.empty(1, dtype=object)
        polygons[0] = dissolved(geometry)
        return self._land_areas(polygons, crs)[0]

    def whole(self) -> LandAreas:
        """Return the true area of each key over the whole territory, from the index alone."""
        codes, areas = self._blocks.whole()
        keys = tuple(self.keys[code] for code in codes.tolist())
        return LandAreas(keys, areas.copy(), float(areas.sum()), len(codes) * ENTRY_BYTES)

    def land_areas_many(self, geometries: Sequence[shapely.Geometry], crs: CRS) -> list[LandAreas]:
        """Return the true area of each key inside each geometry, as `land_areas` does one by one.

        Raises:
            InvalidGeometry: a coordinate is not finite or has no position on the ellipsoid.
            Unavailable: the ledger cannot be read.
        """
        polygons = dissolved_each(geometries)
        groups = _groups(shapely.get_num_coordinates(polygons) + self._added(polygons, crs))
        return [areas for group in groups for areas in self._land_areas(polygons[group], crs)]

    def _land_areas(self, polygons: NDArray[np.object_], crs: CRS) -> list[LandAreas]:
        from estran.layers.ledger.loops.tally import tally

        parts, owner = shapely.get_parts(shapely.orient_polygons(polygons), return_index=True)
        rings, part_of = shapely.get_rings(parts, return_index=True)
        owner = owner[part_of]
        points, ring_of = shapely.get_coordinates(rings, return_index=True)
        hectares = self._true_areas_ha(polygons, points, ring_of, owner, crs)
        points, ring_of = self._on_grid(points, ring_of, owner, crs)
        x, y = np.ascontiguousarray(points.T)
        starts = np.searchsorted(owner[ring_of], np.arange(len(polygons) + 1))
        blocks, areas = self._blocks, self._areas
        found, codes, inside_ha, bytes_read = tally(
            x, y, ring_of, starts, *self._shape, self._most,
            blocks.levels, blocks.offsets, blocks.keys, blocks.areas_ha, blocks.places,
            self._file, self._cells_at, areas.row_terms, areas.column_terms,
        )  # fmt: skip
        if bytes_read.min(initial=0) < 0:
            raise _unavailable(self._path)
        keys = [self.keys[code] for code in codes.tolist()]
        return [
            LandAreas(tuple(keys[first:last]), inside_ha[first:last], whole_ha, read)
            for (first, last), whole_ha, read in zip(
                pairwise(found.tolist()), hectares.tolist(), bytes_read.tolist(), strict=True
            )
        ]

    def _true_areas_ha(
        self, polygons: NDArray[np.object_], points: Floats, ring_of: Integers, owner: Integers, crs: CRS
    ) -> Floats:
        """Hectares of each geometry, wherever it lies."""
        if crs != self.crs:
            return true_areas_ha(polygons, crs)
        from estran.layers.ledger.loops.integral import outline_integrals

        west, south, east, north = self._box()
        bounds = shapely.bounds(polygons).T
        within = (bounds[0] >= west) & (bounds[1] >= south) & (bounds[2] <= east) & (bounds[3] <= north)
        is_near = within[owner[ring_of]]
        (x, y), ring_of = points[is_near].T, ring_of[is_near]
        rows, columns = len(self._areas.row_terms), len(self._areas.column_terms)
        u = (x - self._transform.c) / self._transform.a * (2.0 / columns) - 1.0
        v = (y - self._transform.f) / self._transform.e * (2.0 / rows) - 1.0
        starts = np.searchsorted(owner[ring_of], np.arange(len(polygons) + 1))
        hectares: Floats = outline_integrals(u, v, ring_of, starts, self._primitive) * (rows * columns / 4.0)
        if not within.all():
            hectares[~within] = true_areas_ha(polygons[~within], crs)
        return hectares

    @cached_property
    def _primitive(self) -> Floats:
        """Integral of the areas of cells along the rows, as Chebyshev coefficients."""
        surface = np.zeros((1, 1)) if self._areas.surface is None else self._areas.surface
        return np.ascontiguousarray(chebyshev.chebint(surface, axis=1), dtype=np.float64)

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

    def _added(self, polygons: NDArray[np.object_], crs: CRS) -> Integers:
        """How many vertices each geometry gets on its way to the CRS of the raster."""
        return np.zeros(len(polygons), dtype=np.int64) if crs == self.crs else added_vertices(polygons, crs)

    def _on_grid(
        self, points: Floats, ring_of: Integers, owner: Integers, crs: CRS
    ) -> tuple[Floats, Integers]:
        """Vertices of another CRS as columns and rows of the raster, pressed into it, and their rings."""
        if crs != self.crs:
            box = bounds_in(self._extent(), self.crs, crs)
            if box is not None:
                points, ring_of = press(points, ring_of, box)
            points, ring_of = reproject_lines(points, ring_of, crs, self.crs, owner=owner)
        origin = np.array([self._transform.c, self._transform.f])
        cell = np.array([self._transform.a, self._transform.e])
        return pressed((points - origin) / cell, ring_of, self._shape)

    def _box(self) -> tuple[float, float, float, float]:
        width, height = self._shape[1] * self._transform.a, -self._shape[0] * self._transform.e
        west, north = self._transform.c, self._transform.f
        return west, north - height, west + width, north

    def _extent(self) -> tuple[float, float, float, float]:
        """The raster's box and a margin around it, so that its border is never cut into."""
        west, south, east, north = self._box()
        margin = MARGIN * max(east - west, north - south)
        return west - margin, south - margin, east + margin, north + margin


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


def _groups(vertices: Integers) -> Iterator[slice]:
    """Runs of geometries that together have about `TOGETHER` vertices, or one that has more."""
    run = np.cumsum(vertices) // TOGETHER
    starts = np.flatnonzero(np.diff(run, prepend=-1)).tolist()
    return (slice(first, last) for first, last in pairwise([*starts, len(run)]))


def _block_areas(crs: CRS, transform: Affine, shape: tuple[int, int]) -> CellAreas:
    """True areas of the cells of whole blocks, even beyond the raster."""
    return cell_areas(crs, transform, (-(-shape[0] // BLOCK) * BLOCK, -(-shape[1] // BLOCK) * BLOCK))


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
