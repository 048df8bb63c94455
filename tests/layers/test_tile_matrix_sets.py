"""The tile matrix sets: the numbers of the registry, ours, and the tiles that an extent reaches."""

import json
import math

import pytest
from pyproj import CRS

from estran.carbon.errors import NotFound
from estran.layers.tiles.matrix_sets import IDS, limits, tile_matrix_set

WGS84 = CRS.from_authority("OGC", "CRS84")
LAMBERT = CRS.from_epsg(2154)


def test_the_numbers_of_the_registry() -> None:
    """OGC 17-083r4, annex D: WebMercatorQuad and WorldCRS84Quad, levels 0 and 1."""
    web = tile_matrix_set("WebMercatorQuad")
    assert web.uri == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert web.levels[0].scale == pytest.approx(559082264.028717)
    assert web.levels[0].bounds(0, 0) == pytest.approx(
        (-20037508.3428, -20037508.3428, 20037508.3428, 20037508.3428)
    )
    assert (web.levels[1].columns, web.levels[1].rows) == (2, 2)
    world = tile_matrix_set("WorldCRS84Quad")
    assert world.levels[0].scale == pytest.approx(279541132.0143589)
    assert world.levels[0].bounds(0, 1) == (0, -90, 180, 90)


def test_the_national_set_holds_the_country_in_one_tile() -> None:
    """The area of use of EPSG:2154 is -378305.81, 6093283.21, 1212610.74, 7186901.68."""
    national = tile_matrix_set("Lambert93Quad")
    left, bottom, right, top = national.levels[0].bounds(0, 0)
    assert left < -378_306
    assert bottom < 6_093_283
    assert right > 1_212_611
    assert top > 7_186_902
    metre = national.level("13")
    assert metre.width == 256
    assert metre.scale == pytest.approx(1 / 0.00028)
    assert metre.columns == 2**13


@pytest.mark.parametrize("identifier", IDS)
def test_a_definition_says_what_the_standard_asks(identifier: str) -> None:
    """OGC 17-083r4, table "Parts of TileMatrixSet" and "of TileMatrix": what is mandatory."""
    matrix_set = tile_matrix_set(identifier)
    definition = json.loads(json.dumps(matrix_set.definition))
    assert definition["id"] == identifier
    assert definition["crs"].startswith("http://www.opengis.net/def/crs/")
    needed = {
        "id",
        "scaleDenominator",
        "cellSize",
        "pointOfOrigin",
        "tileWidth",
        "tileHeight",
        "matrixWidth",
        "matrixHeight",
    }
    for level, before in zip(definition["tileMatrices"][1:], definition["tileMatrices"], strict=False):
        assert needed <= set(level)
        assert level["cellSize"] == pytest.approx(before["cellSize"] / 2)
        assert level["matrixWidth"] == 2 * before["matrixWidth"]


def test_limits_are_those_of_the_usual_formula() -> None:
    """Row and column of a place in web maps: the formula of slippy maps, at level 14."""
    west, south, east, north = -1.25, 46.0, -0.9, 46.27

    def place(longitude: float, latitude: float) -> tuple[int, int]:
        radians = math.radians(latitude)
        share = (1 - math.log(math.tan(radians) + 1 / math.cos(radians)) / math.pi) / 2
        return int(share * 2**14), int((longitude + 180) / 360 * 2**14)

    web = tile_matrix_set("WebMercatorQuad")
    (found,) = limits([web.level("14")], web.crs, (west, south, east, north), WGS84)
    first, last = place(west, north), place(east, south)
    assert (found.min_row, found.min_column) == first
    assert (found.max_row, found.max_column) == last
    assert found.holds(*first)
    assert not found.holds(first[0] - 1, first[1])


def test_an_extent_on_the_edge_of_a_tile_does_not_reach_the_next() -> None:
    national = tile_matrix_set("Lambert93Quad")
    level = national.level("4")
    (found,) = limits([level], LAMBERT, level.bounds(8, 7), LAMBERT)
    assert (found.min_row, found.max_row, found.min_column, found.max_column) == (8, 8, 7, 7)


def test_a_place_reaches_one_tile() -> None:
    national = tile_matrix_set("Lambert93Quad")
    x, y = 380_000.0, 6_570_000.0
    (found,) = limits([national.level("9")], LAMBERT, (x, y, x, y), LAMBERT)
    # A tile of level 9 is 16 m x 256 = 4,096 m a side: 980,000 / 4,096 = 239.3; 1,130,000 / 4,096 = 275.9.
    assert (found.min_column, found.max_column) == (239, 239)
    assert (found.min_row, found.max_row) == (275, 275)


def test_an_extent_elsewhere_has_no_tiles() -> None:
    national = tile_matrix_set("Lambert93Quad")
    assert limits(national.levels, LAMBERT, (55.2, -21.4, 55.9, -20.8), WGS84) == ()


def test_levels_are_chosen_by_scale() -> None:
    web = [level.scale for level in tile_matrix_set("WebMercatorQuad").levels]
    assert [level.id for level in tile_matrix_set("WorldCRS84Quad").between(web[1], web[3])] == [
        "0",
        "1",
        "2",
    ]
    # 1:139,770,566 is 39,136 m per cell; the national set starts at 8,192 m.
    assert [level.id for level in tile_matrix_set("Lambert93Quad").between(web[0], web[5])] == ["0", "1"]


def test_what_does_not_exist_is_said() -> None:
    with pytest.raises(NotFound, match="WebMercatorQuad"):
        tile_matrix_set("webmercatorquad")
    with pytest.raises(NotFound, match="levels go from 0 to 19"):
        tile_matrix_set("Lambert93Quad").level("20")
