"""Which part of each cell of a grid lies inside a geometry, in true area?

Fractions are exact (`estran.layers.ledger.coverage`). On a geographic grid a cell is larger towards the
equator, so latitudes are first turned into the share of the row's true area: fractions of a degree
then become fractions of hectares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched, pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import TooLarge
from estran.layers.ellipsoid import band_area
from estran.layers.geodesy import bounds_in, densify_each, polygons_by_owner, transform_points
from estran.layers.ledger.cells import CellAreas, cell_areas
from estran.layers.ledger.coverage import Coverage, polygon_coverage, press
from estran.layers.raster_grid import Grid

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOGETHER = 500
"""Geometries whose outlines are followed together: each may need thousands of points."""

MARGIN = 0.02
"""Share of the grid's extent kept around it when an outline is cut down to it."""


@dataclass(frozen=True, slots=True)
class CellShares:
    """The cells of a grid that a geometry touches, in row-major order.

    Attributes:
        rows: Row of each cell.
        columns: Column of each cell.
        shares: Part of its true area inside the geometry, above 0 and at most 1.
        cell_ha: True area of each whole cell.
    """

    rows: Integers
    columns: Integers
    shares: Floats
    cell_ha: Floats

    @property
    def inside_ha(self) -> Floats:
        """True area of each cell inside the geometry."""
        return self.shares * self.cell_ha


def cell_shares(
    grid: Grid,
    polygons: shapely.Geometry,
    crs: CRS,
    *,
    limit: int | None = None,
    areas: CellAreas | None = None,
) -> CellShares:
    """Return the part of each cell inside polygons that do not overlap.

    Args:
        grid: A north-up grid.
        polygons: Valid polygons, whose edges are straight in `crs`; what lies off the grid is left out.
        crs: Their CRS, x or longitude first.
        limit: Most cells that may be returned.
        areas: True areas of the cells of the grid, when they are known already.

    Raises:
        InvalidGeometry: a coordinate has no position in the CRS of the grid.
        TooLarge: more cells than `limit`.
    """
    return cell_shares_each(grid, [polygons], crs, limit=limit, areas=areas)[0]


def cell_shares_each(
    grid: Grid,
    geometries: Sequence[shapely.Geometry],
    crs: CRS,
    *,
    limit: int | None = None,
    areas: CellAreas | None = None,
) -> list[CellShares]:
    """Return the same for each of some geometries, whose outlines are moved to the grid some at a time."""
    known = areas or cell_areas(grid.crs, grid.transform, (grid.height, grid.width))
    some = (list(together) for together in batched(geometries, TOGETHER))
    return [shares for together in some for shares in _shares_of(grid, together, crs, limit, known)]


def _shares_of(
    grid: Grid, geometries: Sequence[shapely.Geometry], crs: CRS, limit: int | None, areas: CellAreas
) -> list[CellShares]:
    """Return the part of each cell inside each geometry, their outlines moved to the grid together."""
    parts, owner = polygons_by_owner(geometries)
    rings, part_of = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    box = bounds_in(_extent(grid), grid.crs, crs)
    if box is not None and len(points):
        points, ring_of = press(points, ring_of, box)
    if not len(points):
        return [_none() for _ in geometries]
    shape = grid.height, grid.width
    lines = np.asarray(shapely.linestrings(points, indices=_ranks(ring_of)), dtype=object)
    whose = owner[part_of[ring_of[np.diff(ring_of, prepend=-1) != 0]]]
    outlines = np.asarray(shapely.multilinestrings(lines, indices=_ranks(whose)), dtype=object)
    dense = densify_each(outlines, crs)
    strings, outline_of = shapely.get_parts(dense, return_index=True)
    points, ring_of = shapely.get_coordinates(strings, return_index=True)
    placed = _in_cells(transform_points(points, crs, grid.crs), grid)
    starts = np.searchsorted(outline_of[ring_of], np.arange(len(dense) + 1)).tolist()
    shares = [_none() for _ in geometries]
    for rank, (first, last) in zip(np.unique(whose).tolist(), pairwise(starts), strict=True):
        coverage = polygon_coverage(placed[first:last], ring_of[first:last], shape)
        rows, columns, inside = _expanded(coverage, limit)
        shares[rank] = CellShares(rows, columns, inside, areas.at(rows, columns))
    return shares


def _ranks(ordered: Integers) -> Integers:
    """Ascending numbers without gaps, from 0."""
    return np.cumsum(np.diff(ordered, prepend=ordered[:1]) != 0)


def _in_cells(points: Floats, grid: Grid) -> Floats:
    """Column and row of each point, one unit per cell, rows in shares of their true area."""
    transform = grid.transform
    columns = (points[:, 0] - transform.c) / transform.a
    rows = (points[:, 1] - transform.f) / transform.e
    if grid.crs.is_geographic:
        radians = float(grid.crs.axis_info[0].unit_conversion_factor)
        whole = np.clip(np.floor(rows), 0, grid.height - 1)
        first, last = whole.min(), whole.max()
        each = np.arange(first, last + 1.0)
        tops = radians * (transform.f + transform.e * each)
        bottoms = radians * (transform.f + transform.e * (each + 1.0))
        rank = (whole - first).astype(np.int64)
        top, bottom = tops[rank], bottoms[rank]
        place = np.clip(radians * points[:, 1], np.minimum(top, bottom), np.maximum(top, bottom))
        inside = (rows >= 0.0) & (rows <= grid.height)
        share = band_area(top, place, grid.crs) / band_area(tops, bottoms, grid.crs)[rank]
        rows = np.where(inside, whole + share, rows)
    return np.column_stack([columns, rows])


def _expanded(coverage: Coverage, limit: int | None) -> tuple[Integers, Integers, Floats]:
    """The cells that the outline crosses, and the runs of whole cells between them."""
    width = coverage.shape[1]
    same_row = np.append(coverage.rows[1:] == coverage.rows[:-1], False)
    following = np.append(coverage.columns[1:], 0) if len(coverage.columns) else coverage.columns
    ends = np.where(same_row, following, width)
    lengths = np.where(coverage.opens, ends - coverage.columns - 1, 0)
    total = int(lengths.sum()) + len(coverage.rows)
    if limit is not None and total > limit:
        raise TooLarge(
            f"the geometry touches {total:,} cells of the grid; the limit is {limit:,}; ask for a smaller "
            "one",
            f"la géométrie touche {total} mailles de la grille ; la limite est {limit} ; demandez-en une "
            "plus petite",
            where="geometry",
        )
    run = np.repeat(np.arange(len(lengths)), lengths)
    rank = np.arange(len(run)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    crossed = (coverage.columns >= 0) & (coverage.fractions > 0.0)
    rows = np.concatenate([coverage.rows[crossed], coverage.rows[run]])
    columns = np.concatenate([coverage.columns[crossed], coverage.columns[run] + 1 + rank])
    shares = np.concatenate([coverage.fractions[crossed], np.ones(len(run))])
    order = np.lexsort((columns, rows))
    return rows[order], columns[order], shares[order]


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    """The grid's box and a margin around it, so that its border is never cut into."""
    west, south, east, north = grid.bounds
    margin = MARGIN * max(east - west, north - south)
    if grid.crs.is_geographic:
        degrees = 90.0 * np.pi / 180.0 / float(grid.crs.axis_info[0].unit_conversion_factor)
        return west - margin, max(south - margin, -degrees), east + margin, min(north + margin, degrees)
    return west - margin, south - margin, east + margin, north + margin


def _none() -> CellShares:
    empty = np.zeros(0, dtype=np.int64)
    return CellShares(empty, empty, np.zeros(0), np.zeros(0))
