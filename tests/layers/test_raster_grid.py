"""A 10 x 10 grid of 100 m cells, in Lambert-93, whose top left corner is (380000, 6570000)."""

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.geodesy import parse_crs
from estran.layers.raster_grid import Area, CellWindow, Grid, Scale

LAMBERT = parse_crs(2154)
GRID = Grid(LAMBERT, Affine(100, 0, 380_000, 0, -100, 6_570_000), 10, 10)


def _area(left: float, bottom: float, right: float, top: float) -> Area:
    return Area(LAMBERT, left, bottom, right, top)


def test_no_area_is_the_whole_grid() -> None:
    assert GRID.window([]) == CellWindow(0, 0, 10, 10)
    assert GRID.bounds == (380_000, 6_569_000, 381_000, 6_570_000)


def test_sides_on_cell_edges_take_no_neighbour() -> None:
    assert GRID.window([_area(380_200, 6_569_400, 380_500, 6_569_700)]) == CellWindow(2, 3, 3, 3)


def test_a_cell_that_is_only_partly_inside_is_taken_whole() -> None:
    assert GRID.window([_area(380_199, 6_569_399, 380_501, 6_569_701)]) == CellWindow(1, 2, 5, 5)


@pytest.mark.parametrize(
    ("x", "y", "column", "row"),
    [
        (380_250, 6_569_650, 2, 3),
        (380_200, 6_569_700, 2, 3),
        (380_000, 6_570_000, 0, 0),
    ],
)
def test_a_point_gets_the_cell_that_holds_its_left_and_top_edges(
    x: float, y: float, column: int, row: int
) -> None:
    assert GRID.window([_area(x, y, x, y)]) == CellWindow(column, row, 1, 1)


def test_an_area_larger_than_the_grid_is_cut() -> None:
    assert GRID.window([_area(0, 0, 1e7, 1e7)]) == CellWindow(0, 0, 10, 10)
    assert GRID.window([Area(parse_crs("CRS84"), -180, -90, 180, 90)]) == CellWindow(0, 0, 10, 10)


def test_open_sides_are_those_of_the_grid() -> None:
    assert GRID.window([Area(LAMBERT, left=380_800)]) == CellWindow(8, 0, 2, 10)
    assert GRID.window([Area(LAMBERT, top=6_569_200)]) == CellWindow(0, 8, 10, 2)


def test_several_areas_keep_their_common_cells() -> None:
    both = [Area(LAMBERT, right=380_500), Area(LAMBERT, left=380_300), Area(LAMBERT, bottom=6_569_900)]
    assert GRID.window(both) == CellWindow(3, 0, 2, 1)


@pytest.mark.parametrize(
    "area",
    [
        _area(379_000, 6_569_000, 380_000, 6_570_000),
        _area(381_000, 6_569_000, 382_000, 6_570_000),
        _area(380_000, 6_570_000, 381_000, 6_571_000),
        Area(parse_crs("CRS84"), 100, 10, 101, 11),
    ],
)
def test_an_area_that_at_most_touches_the_grid_is_not_found(area: Area) -> None:
    with pytest.raises(NotFound, match="covers"):
        GRID.window([area])


def test_two_areas_without_a_common_cell_are_not_found() -> None:
    with pytest.raises(NotFound):
        GRID.window([Area(LAMBERT, right=380_300), Area(LAMBERT, left=380_300)])


def test_swapped_sides_are_refused() -> None:
    with pytest.raises(InvalidInput, match="swapped"):
        GRID.window([_area(380_500, 6_569_400, 380_200, 6_569_700)])


def test_a_geographic_area_covers_the_bulge_of_its_parallels() -> None:
    """In Lambert-93 parallels are arcs, lowest on the meridian 3°E: corners alone are not enough.

    Points spread along the four sides of the rectangle must all fall in the window.
    """
    grid = Grid(LAMBERT, Affine(100, 0, 300_000, 0, -100, 6_700_000), 8_000, 3_000)
    box = (-1.0, 45.0, 7.0, 46.0)
    window = grid.window([Area(parse_crs("CRS84"), *box)])
    x = np.linspace(box[0], box[2], 1_001)
    columns, rows = [], []
    for latitude in (box[1], box[3]):
        east, north = Transformer.from_crs("OGC:CRS84", LAMBERT, always_xy=True).transform(
            x, np.full_like(x, latitude)
        )
        columns += list((east - 300_000) / 100)
        rows += list((6_700_000 - north) / 100)
    assert window.column <= min(columns)
    assert window.column + window.width >= max(columns)
    assert window.row <= min(rows)
    assert window.row + window.height >= max(rows)
    assert window.row > min(rows) - 2
    assert window.row + window.height < max(rows) + 2


def test_part_keeps_the_outer_edges_when_cells_are_merged() -> None:
    part = GRID.part(CellWindow(2, 3, 4, 6), (3, 2))
    assert part.bounds == (380_200, 6_569_100, 380_600, 6_569_700)
    assert part.cell == (200, 200)


@pytest.mark.parametrize(
    ("scale", "shape"),
    [
        (Scale(), (10, 7)),
        (Scale(x=2, y=2), (5, 4)),
        (Scale(x=3.5, y=1), (10, 2)),
        (Scale(x=100, y=100), (1, 1)),
        (Scale(x=0.5, y=0.5), (20, 14)),
        (Scale(columns=3), (10, 3)),
        (Scale(columns=3, rows=40), (40, 3)),
    ],
)
def test_scale(scale: Scale, shape: tuple[int, int]) -> None:
    assert scale.shape(10, 7) == shape
