"""How many true hectares does each cell of a raster hold?

On a projected grid a cell holds its planimetric area over the areal scale of the projection at
its centre. The scale is so smooth that a product of two short polynomials, one in the row and
one in the column, gives it to better than 1e-9. On a geographic grid every row is a band
between two parallels, whose area is exact.
"""

from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidConfiguration
from estran.layers.ellipsoid import band_area, ellipsoid_density
from estran.layers.geodesy import SQUARE_METRES_PER_HECTARE, transform_points

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TERMS = (4, 6, 8, 12, 16, 24)
"""Lengths of the polynomials tried, shortest first."""

TOLERANCE = 2e-11
"""Relative error accepted between the polynomials and the projection."""

STEP_M = 500.0
"""Step of the numerical derivative: truncation and rounding then both stay below 1e-11."""


@dataclass(frozen=True, slots=True)
class CellAreas:
    """True cell areas of a whole raster, in a form that costs nothing to hold.

    Attributes:
        row_terms: Shape `(rows, terms)`, in hectares.
        column_terms: Shape `(columns, terms)`. The area of a cell is the dot product of its two.
        surface: Chebyshev coefficients, by degree in the row then in the column, of the area of a cell
            centred anywhere on a projected grid; rows and columns go from -1 to 1.
    """

    row_terms: Floats
    column_terms: Floats
    surface: Floats | None = None

    def at(self, rows: Integers, columns: Integers) -> Floats:
        """Return the areas of single cells, in hectares."""
        return np.asarray(np.einsum("nt,nt->n", self.row_terms[rows], self.column_terms[columns]))

    def window(self, rows: slice, columns: slice) -> Floats:
        """Return the areas of a window, in hectares, of shape `(rows, columns)`."""
        return self.row_terms[rows] @ self.column_terms[columns].T


def cell_areas(crs: CRS, transform: Affine, shape: tuple[int, int]) -> CellAreas:
    """Return the true areas of the cells of a north-up raster.

    Args:
        crs: Geographic or projected CRS of the raster; its ellipsoid is used.
        transform: From (column, row) to (x, y); no rotation.
        shape: Rows and columns.

    Raises:
        InvalidConfiguration: the grid is rotated, or leaves the domain of its CRS.
    """
    if transform.b or transform.d:
        raise InvalidConfiguration(
            "the raster is rotated; warp it to a north-up grid",
            "le raster est tourné ; rééchantillonnez-le sur une grille orientée au nord",
        )
    return _bands(crs, transform, shape) if crs.is_geographic else _projected(crs, transform, shape)


def cell_density_ha(crs: CRS, points: Floats) -> Floats:
    """Return the hectares of ellipsoid per square unit of a projected CRS, at points.

    This is the inverse of the areal scale, from the Jacobian of the inverse projection by
    five-point differences.

    Args:
        crs: A projected CRS.
        points: Shape `(n, 2)`, x first.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise InvalidConfiguration(
            f"{crs.name} has no ellipsoid; choose another CRS",
            f"{crs.name} n'a pas d'ellipsoïde ; choisissez un autre SCR",
        )
    radians = float(geodetic.axis_info[0].unit_conversion_factor)
    step = STEP_M / float(crs.axis_info[0].unit_conversion_factor)

    def moved(dx: float, dy: float) -> Floats:
        return radians * transform_points(points + np.array([dx, dy]), crs, geodetic)

    def slope(dx: float, dy: float) -> Floats:
        near = moved(dx, dy) - moved(-dx, -dy)
        far = moved(2 * dx, 2 * dy) - moved(-2 * dx, -2 * dy)
        return (8.0 * near - far) / (12.0 * step)

    east, north = slope(step, 0.0), slope(0.0, step)
    jacobian = np.abs(east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0])
    return jacobian * ellipsoid_density(moved(0.0, 0.0)[:, 1], geodetic) / SQUARE_METRES_PER_HECTARE


def _bands(crs: CRS, transform: Affine, shape: tuple[int, int]) -> CellAreas:
    radians = float(crs.axis_info[0].unit_conversion_factor)
    parallels = radians * (transform.f + transform.e * np.arange(shape[0] + 1.0))
    bands = np.abs(band_area(parallels[:-1], parallels[1:], crs)) * radians * abs(transform.a)
    return CellAreas(bands[:, np.newaxis] / SQUARE_METRES_PER_HECTARE, np.ones((shape[1], 1)))


def _projected(crs: CRS, transform: Affine, shape: tuple[int, int]) -> CellAreas:
    cell = abs(transform.a * transform.e)
    rows: Floats = np.arange(shape[0], dtype=np.float64) + 0.5
    columns: Floats = np.arange(shape[1], dtype=np.float64) + 0.5

    def areas(row: Floats, column: Floats) -> Floats:
        column, row = np.broadcast_arrays(column, row[:, np.newaxis])
        x, y = transform.c + transform.a * column, transform.f + transform.e * row
        density = cell_density_ha(crs, np.column_stack([x.ravel(), y.ravel()]))
        return cell * density.reshape(x.shape)

    check_rows: Floats = np.linspace(0.0, shape[0], 9)
    check_columns: Floats = np.linspace(0.0, shape[1], 9)
    expected = areas(check_rows, check_columns)
    for terms in TERMS:
        nodes: Floats = np.cos(np.pi * (np.arange(terms, dtype=np.float64) + 0.5) / terms)
        sampled = areas(*((nodes + 1.0) / 2.0 * side for side in shape))
        inverse = np.linalg.inv(chebyshev.chebvander(nodes, terms - 1))
        coefficients = inverse @ sampled @ inverse.T

        def along(places: Floats, side: int, terms: int = terms) -> Floats:
            return np.asarray(chebyshev.chebvander(places / side * 2.0 - 1.0, terms - 1), dtype=np.float64)

        found = along(check_rows, shape[0]) @ coefficients @ along(check_columns, shape[1]).T
        if np.max(np.abs(found / expected - 1.0)) < TOLERANCE:
            row_terms, column_terms = along(rows, shape[0]) @ coefficients, along(columns, shape[1])
            return CellAreas(row_terms, np.ascontiguousarray(column_terms), coefficients)
    raise InvalidConfiguration(
        f"the areal scale of {crs.name} is not smooth over the grid; choose a CRS made for this place",
        f"l'échelle des surfaces de {crs.name} n'est pas régulière sur la grille ; "
        "choisissez un SCR fait pour ce lieu",
    )
