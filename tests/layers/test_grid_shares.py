"""Shares of cells in true area, against exactextract and against the ellipsoid."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from exactextract import exact_extract
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from estran.carbon.errors import TooLarge
from estran.layers.geodesy import parse_crs, true_area_ha
from estran.layers.grid_shares import cell_shares, cell_shares_each
from estran.layers.raster_grid import Grid

DEGREES, LAMBERT = parse_crs("CRS84"), CRS.from_epsg(2154)

GRID = Grid(CRS.from_epsg(4326), Affine(0.01, 0.0, -1.3, 0.0, -0.01, 46.3), 30, 20)
COARSE = Grid(CRS.from_epsg(4326), Affine(1.0, 0.0, -3.0, 0.0, -1.0, 48.0), 4, 4)
PLANE = Grid(LAMBERT, Affine(500.0, 0.0, 370_000.0, 0.0, -500.0, 6_580_000.0), 40, 30)


def many(shape):
    return shapely.MultiPolygon([shape])


def test_one_cell_is_wholly_itself():
    cells = cell_shares(GRID, many(shapely.box(-1.25, 46.2, -1.24, 46.21)), DEGREES)
    assert (cells.rows.tolist(), cells.columns.tolist()) == ([9], [5])
    assert cells.shares.tolist() == [pytest.approx(1.0, abs=1e-12)]


@pytest.mark.parametrize("grid", [GRID, COARSE])
def test_the_area_inside_is_that_of_the_ellipsoid(grid):
    shape = shapely.Point(-1.15, 46.2).buffer(0.07)
    cells = cell_shares(grid, many(shape), DEGREES)
    assert cells.inside_ha.sum() == pytest.approx(true_area_ha(shape, DEGREES), rel=1e-9)


@pytest.mark.parametrize("at_once", [500, 2])
def test_places_together_are_as_one_by_one(at_once, monkeypatch):
    monkeypatch.setattr("estran.layers.grid_shares.TOGETHER", at_once)
    places = [
        shapely.Point(-1.15, 46.2).buffer(0.02),
        shapely.Polygon(),
        shapely.MultiPolygon([shapely.box(-1.29, 46.11, -1.28, 46.13), shapely.box(-1.2, 46.1, -1.19, 46.2)]),
        shapely.box(2.0, 40.0, 3.0, 41.0),  # off the grid
        shapely.box(-5.0, 46.15, -1.2, 46.25),  # partly
    ]
    together = cell_shares_each(GRID, places, DEGREES)
    for place, cells in zip(places, together, strict=True):
        alone = cell_shares(GRID, place, DEGREES)
        for name in ("rows", "columns", "shares", "cell_ha"):
            np.testing.assert_array_equal(getattr(cells, name), getattr(alone, name))
    assert [len(cells.rows) > 0 for cells in together] == [True, False, True, False, True]


def test_a_cell_is_larger_towards_the_equator():
    # The northern half of a one-degree cell, 45.5° to 46° N, holds less than half of its area.
    cells = cell_shares(COARSE, many(shapely.box(-2.0, 45.5, -1.0, 46.0)), DEGREES)
    north = float(cells.shares[0])
    half = true_area_ha(shapely.box(-2.0, 45.5, -1.0, 46.0), DEGREES)
    whole = true_area_ha(shapely.box(-2.0, 45.0, -1.0, 46.0), DEGREES)
    assert north == pytest.approx(half / whole, rel=1e-12)
    assert north < 0.499


@settings(deadline=None, max_examples=40)
@given(st.floats(-1.29, -1.01), st.floats(46.11, 46.29))
def test_the_parts_of_a_partition_add_up_to_one_in_every_cell(longitude, latitude):
    extent = (-1.3, 46.1, -1.0, 46.3)
    parts = [
        shapely.box(extent[0], extent[1], longitude, latitude),
        shapely.box(longitude, extent[1], extent[2], latitude),
        shapely.box(extent[0], latitude, extent[2], extent[3]),
    ]
    total = np.zeros((GRID.height, GRID.width))
    for part in parts:
        cells = cell_shares(GRID, many(part), DEGREES)
        np.add.at(total, (cells.rows, cells.columns), cells.shares)
    assert np.abs(total - 1.0).max() < 1e-9


def test_exactextract_agrees_on_a_plane(tmp_path):
    # It holds the share of a cell in a number of seven digits.
    masses = np.random.default_rng(7).uniform(0.0, 100.0, (PLANE.height, PLANE.width))
    path = tmp_path / "plane.tif"
    profile = {"driver": "GTiff", "width": 40, "height": 30, "count": 1, "dtype": "float64"}
    with rasterio.open(path, "w", crs=2154, transform=PLANE.transform, **profile) as file:
        file.write(masses, 1)
    shape = (
        shapely.Point(379_900.0, 6_572_300.0)
        .buffer(4321.0)
        .difference(shapely.box(379_000.0, 6_572_000.0, 380_100.0, 6_573_000.0))
    )
    frame = gpd.GeoDataFrame(geometry=[shape], crs=2154)
    expected = exact_extract(str(path), frame, ["sum"])[0]["properties"]["sum"]
    cells = cell_shares(PLANE, many(shape), LAMBERT)
    assert (masses[cells.rows, cells.columns] * cells.shares).sum() == pytest.approx(expected, rel=1e-7)


def test_what_lies_off_the_grid_is_left_out():
    cells = cell_shares(GRID, many(shapely.box(2.0, 40.0, 3.0, 41.0)), DEGREES)
    assert len(cells.rows) == 0
    half = cell_shares(GRID, many(shapely.box(-5.0, 46.1, -1.15, 46.3)), DEGREES)
    assert half.columns.max() == 14
    assert half.shares.min() == pytest.approx(1.0)


def test_no_polygon_has_no_cell():
    assert len(cell_shares(GRID, shapely.MultiPolygon(), DEGREES).rows) == 0


def test_too_many_cells_are_refused():
    with pytest.raises(TooLarge, match="600"):
        cell_shares(GRID, many(shapely.box(-1.3, 46.1, -1.0, 46.3)), DEGREES, limit=599)
