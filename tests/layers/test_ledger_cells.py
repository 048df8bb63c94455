"""True cell areas, against PROJ's areal scale and the exact area of polygons."""

import numpy as np
import pytest
import shapely
from affine import Affine
from numpy.polynomial.chebyshev import chebgrid2d
from pyproj import Proj

from estran.carbon.errors import InvalidConfiguration
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.ledger.cells import cell_areas

GRIDS = {
    "La Rochelle": (2154, 5.0, 365_000, 6_579_000, (5_800, 5_200)),
    "France": (2154, 100.0, 100_000, 7_100_000, (10_500, 11_000)),
    "a region in UTM": (32630, 5.0, 600_000, 5_100_000, (25_000, 25_000)),
    "Europe": (3035, 25.0, 3_300_000, 2_600_000, (8_000, 8_000)),
    "Réunion": (2975, 5.0, 310_000, 7_700_000, (12_000, 14_000)),
    "one cell": (2154, 5.0, 380_000, 6_570_000, (1, 1)),
}


@pytest.mark.parametrize("name", GRIDS)
def test_cells_equal_planimetric_area_over_areal_scale(name):
    code, side, west, north, shape = GRIDS[name]
    crs = parse_crs(code)
    areas = cell_areas(crs, Affine(side, 0, west, 0, -side, north), shape)
    random = np.random.default_rng(0)
    rows, columns = random.integers(0, shape[0], 2_000), random.integers(0, shape[1], 2_000)
    projection = Proj(crs)
    longitude, latitude = projection(west + side * (columns + 0.5), north - side * (rows + 0.5), inverse=True)
    scale = projection.get_factors(longitude, latitude).areal_scale
    np.testing.assert_allclose(areas.at(rows, columns), side**2 / scale / 10_000, rtol=1e-9)


@pytest.mark.parametrize(("code", "corner"), [(2154, (380_000, 6_570_000)), (3857, (-128_000, 5_810_000))])
def test_a_window_sums_to_the_true_area_of_its_outline(code, corner):
    crs = parse_crs(code)
    west, north = corner
    areas = cell_areas(crs, Affine(5, 0, west, 0, -5, north), (900, 700))
    window = areas.window(slice(100, 300), slice(50, 450))
    outline = shapely.box(west + 250, north - 1_500, west + 2_250, north - 500)
    assert window.shape == (200, 400)
    assert window.sum() == pytest.approx(true_area_ha(outline, crs), rel=1e-9)


def test_rows_of_a_geographic_grid_are_exact_bands():
    crs = parse_crs("CRS84")
    areas = cell_areas(crs, Affine(0.5, 0, -2.0, 0, -0.25, 47.0), (8, 6))
    for row, column in ((0, 0), (3, 5), (7, 2)):
        cell = shapely.box(-2 + 0.5 * column, 47 - 0.25 * (row + 1), -1.5 + 0.5 * column, 47 - 0.25 * row)
        assert areas.window(slice(row, row + 1), slice(column, column + 1))[0, 0] == pytest.approx(
            true_area_ha(cell, crs), rel=1e-12
        )


def test_the_surface_gives_the_area_of_every_cell():
    """The centre of cell 12 of 70 is at (12.5 / 70) * 2 - 1 from -1 to 1."""
    areas = cell_areas(parse_crs(2154), Affine(5, 0, 380_000, 0, -5, 6_570_000), (70, 50))
    rows, columns = (np.arange(side) + 0.5 for side in (70, 50))
    found = chebgrid2d(rows / 35 - 1, columns / 25 - 1, areas.surface)
    np.testing.assert_allclose(found, areas.window(slice(None), slice(None)), rtol=1e-14)


def test_a_rotated_raster_is_refused():
    with pytest.raises(InvalidConfiguration, match="rotated"):
        cell_areas(parse_crs(2154), Affine(5, 1, 380_000, 1, -5, 6_570_000), (10, 10))
