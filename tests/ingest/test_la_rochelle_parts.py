"""The rules of the demonstration data, each on a case small enough to work out by hand."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from estran.carbon.errors import InvalidSource
from estran.ingest.la_rochelle import build
from estran.ingest.la_rochelle.coast import coastline
from estran.ingest.la_rochelle.cover import highest
from estran.ingest.la_rochelle.fields import noise, uniform
from estran.ingest.la_rochelle.grid import Grid, territory_grid
from estran.ingest.la_rochelle.patchwork import patchwork
from estran.ingest.la_rochelle.sizes import dwellings
from estran.ingest.la_rochelle.targets import cell_counts


def squares(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.box(*box) for box in boxes], crs=2154)


def test_a_table_that_exceeds_the_land_is_scaled_down() -> None:
    """3 + 1 = 4 ha on 20 cells of 0.1 ha, so half of each: 15 and 5 cells."""
    counts = cell_counts({"C": 3.0, "A_i": 1.0}, cells=20, water_cells=0, cell_ha=0.1)
    assert counts == {"A_i": 5, "C": 15, "unknown": 0}


def test_a_table_that_falls_short_leaves_unknown_land() -> None:
    counts = cell_counts({"C": 0.5, "A_i": 0.3}, cells=20, water_cells=2, cell_ha=0.1)
    assert counts == {"A_i": 3, "C": 5, "unknown": 10}


def test_largest_remainders_are_rounded_up() -> None:
    """10 cells for thirds of 10: 3.33 each; for 5.6, 2.7 and 1.7: 5, 3, 2 as 0.7 > 0.6."""
    assert sum(cell_counts({"a": 1, "b": 1, "c": 1}, cells=10, water_cells=0, cell_ha=0.3).values()) == 10
    assert cell_counts({"a": 5.6, "b": 2.7, "c": 1.7}, cells=10, water_cells=0, cell_ha=1.0) == {
        "a": 5,
        "b": 3,
        "c": 2,
        "unknown": 0,
    }


def test_the_highest_ranks_are_chosen() -> None:
    chosen = highest(np.array([0.1, 0.9, 0.5, 0.7]), 2, np.array([10, 11, 12, 13]))
    assert sorted(chosen.tolist()) == [11, 13]


def test_the_coast_is_the_outline_that_no_neighbour_shares() -> None:
    """A 10 km square with a neighbour on its east side: 30 km of coast less 300 m at both ends."""
    communes = squares((0, 0, 5_000, 10_000), (5_000, 0, 10_000, 10_000))
    neighbours = squares((10_000, 0, 15_000, 10_000))
    coast = coastline(communes, neighbours)
    assert coast.length == pytest.approx(30_000 - 2 * 300, abs=5)


def test_gaps_between_communes_are_no_coast() -> None:
    communes = squares((0, 0, 5_000, 10_000), (5_001, 0, 10_000, 10_000))
    coast = coastline(communes, squares((10_000, 0, 15_000, 10_000)))
    assert coast.length == pytest.approx(30_000 - 2 * 300, abs=5)


def test_the_grid_lies_on_multiples_of_its_cell() -> None:
    grid = territory_grid(squares((3.0, 7.0, 12.0, 18.0)))
    assert (grid.left, grid.top, grid.rows, grid.columns) == (0.0, 20.0, 3, 3)


def test_cells_and_centres_are_inverse() -> None:
    grid = Grid(100.0, 200.0, 4, 3)
    every = np.arange(12)
    assert grid.cells(*grid.centres(every)).tolist() == every.tolist()
    assert grid.cells(np.array([99.9, 100.0]), np.array([190.0, 200.1])).tolist() == [-1, -1]


def test_draws_depend_on_the_place_and_on_nothing_else() -> None:
    many = uniform(np.arange(20_000), 3, seed=1)
    assert uniform(np.array([7]), 3, seed=1)[0] == many[7]
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    assert np.histogram(many, bins=10)[0].min() > 1_850
    assert not np.isclose(uniform(np.array([7]), 3, seed=2)[0], many[7])


def test_noise_is_smooth_and_standard() -> None:
    surface = noise((0.0, 0.0, 20_000.0, 20_000.0), 500.0, 1)
    x = np.linspace(0, 20_000, 4_000)
    values = surface(x, np.full_like(x, 9_000.0))
    assert values.std() == pytest.approx(1.0, abs=0.3)
    assert np.abs(np.diff(values)).max() < 0.15


def test_the_nearest_neighbourhood_is_found_among_all() -> None:
    made = patchwork(
        (0, 0, 5_000, 5_000), spacing_m=500, length_m=(100, 160), depth_m=(50, 70), staggered=False, seed=1
    )
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 5_000, (2, 2_000))
    brute = np.hypot(x[:, None] - made.x, y[:, None] - made.y).argmin(axis=1)
    at = made.locate(x, y)
    assert at.zone.tolist() == brute.tolist()
    assert np.allclose(made.to_map(at.zone, at.u, at.v), (x, y))


def test_dwellings_house_the_population_by_floor_area() -> None:
    """10 people at 0.5 dwellings each: 5 dwellings, 2 as of right, 3 more shared 1 to 2 by floor area."""
    assert dwellings(np.array([100.0, 200.0]), np.array([0, 0]), {0: 10}, 0.5).tolist() == [2, 3]


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSource, match=r"communes_cda\.geojson") as caught:
        build(tmp_path, tmp_path, lambda step, fraction: None)
    assert "manque" in caught.value.fr


def test_an_unreadable_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "communes_cda.geojson").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidSource, match=r"communes_cda\.geojson"):
        build(tmp_path, tmp_path, lambda step, fraction: None)
