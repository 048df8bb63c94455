"""The same tiles from a GeoPackage and from PostGIS, read, and held in memory.

What is shown, merged, left out, and in which types.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import pandas as pd
import pytest
import shapely
from layers.conftest import PARAMETERS
from layers.feature_stores import X, Y, box, sample
from pyproj import CRS

from estran.ingest.publish import publish_file
from estran.layers.features.location import Whereabouts
from estran.layers.features.postgis_tile import read_tile_layer
from estran.layers.features.query import LayerChanged, SeenStore
from estran.layers.features.shelves import ASKED, WholeLayers
from estran.layers.features.sketch import Asked
from estran.layers.features.stores import open_feature_store_now
from estran.layers.features.tile_store import (
    TileStore,
    open_tile_store,
    read_vector_tile,
    tile_limits,
)
from estran.layers.features.writing import write_table
from estran.layers.progress import silent
from estran.layers.settings import TileSettings
from estran.layers.tiles.frame import UNITS, Budget, TileFrame, VectorTile
from estran.layers.tiles.matrix_sets import tile_matrix_set

LAMBERT = CRS.from_epsg(2154)
Make = Callable[..., TileStore]
HELD_POSTGIS = pytest.param("held-postgis", marks=pytest.mark.component("postgis"))


class HeldTiles:
    """The tiles of a table that was asked for them so often that it is held."""

    def __init__(self, store: TileStore, state: str) -> None:
        self._store, self._state = store, state
        self.layers = WholeLayers(8_000_000)
        for _ in range(ASKED):
            self.read(square(2**20), Budget(1, 1))
        until = time.monotonic() + 30
        while self.layers.is_reading and time.monotonic() < until:
            time.sleep(0.002)

    @property
    def is_held(self) -> bool:
        return self.layers.held_count == 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def read(
        self, frame: TileFrame, budget: Budget, held: WholeLayers | None = None, state: str = ""
    ) -> VectorTile:
        return self._store.read(frame, budget, held or self.layers, state or self._state)


@pytest.fixture(params=[*PARAMETERS, "held-geopackage", HELD_POSTGIS])
def tiles_of(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Write features into a store of each kind; return its tiles."""

    def make(frame: gpd.GeoDataFrame, *, id_field: str = "code") -> TileStore:
        path = tmp_path / "features.gpkg"
        write_table(path, "things", frame, id_field=id_field)
        kept: Path | str = path
        if request.param.endswith("postgis"):
            kept = published(path, request.getfixturevalue("postgis"), id_field)
        seen = open_feature_store_now(kept, "things", id_field)
        store = open_tile_store(kept, "things", id_field, seen)
        if request.param.startswith("held"):
            held = HeldTiles(store, seen.state)
            assert held.is_held == (not has_collections(frame) and held.extent is not None)
            return held  # type: ignore[return-value]
        return store

    return make


def published(path: Path, database: str, id_field: str, fingerprint: str = "1") -> str:
    publish_file(
        path, database, id_fields={"things": id_field}, owner="test", fingerprint=fingerprint,
        progress=silent, force=True,
    )  # fmt: skip
    return database


def has_collections(frame: gpd.GeoDataFrame) -> bool:
    return bool((frame.geom_type == "GeometryCollection").any())


def square(side_m: float, *, is_finest: bool = False) -> TileFrame:
    """A tile in Lambert-93, from (X, Y) to (X + side, Y + side): its unit is side / 4096 metres."""
    return TileFrame("things", (X, Y, X + side_m, Y + side_m), LAMBERT, is_finest=is_finest)


def read(store: TileStore, frame: TileFrame, **settings: Any) -> tuple[dict[str, dict[str, Any]], int]:
    """Return the features of a tile by code, y downwards, and how many are left out."""
    tile = read_vector_tile(store, frame, TileSettings(**settings))
    if not tile.content:
        return {}, tile.dropped
    layers = mapbox_vector_tile.decode(tile.content, default_options={"y_coord_down": True})
    assert list(layers) == ["things"]
    assert layers["things"]["extent"] == UNITS
    return {feature["properties"]["code"]: feature for feature in layers["things"]["features"]}, tile.dropped


def named(geometries: list[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    codes = [chr(ord("a") + place) for place in range(len(geometries))]
    return gpd.GeoDataFrame({"code": codes}, geometry=geometries, crs=2154)


def shape(feature: dict[str, Any]) -> shapely.Geometry:
    return shapely.geometry.shape(feature["geometry"])


def test_coordinates_are_counted_from_the_top_left(tiles_of: Make) -> None:
    # A tile of 4096 m: one unit is one metre; 100 m above the bottom is 3996 units from the top.
    found, dropped = read(tiles_of(named([box(100, 100, 300, 200)])), square(4096))
    assert shape(found["a"]).normalize().equals(shapely.box(100, 3896, 300, 3996))
    assert dropped == 0


def test_what_crosses_the_edge_is_cut_in_the_margin(tiles_of: Make) -> None:
    # The margin is 64 units around the tile.
    found, _ = read(tiles_of(named([box(-500, 1000, 500, 2000), box(5000, 0, 6000, 100)])), square(4096))
    assert shape(found["a"]).bounds == (-64, 2096, 500, 3096)
    assert "b" not in found


def test_of_what_reaches_far_beyond_the_part_in_the_tile_is_left(tiles_of: Make) -> None:
    # 200 km a side: its corner lies in the tile, 2000 m from the left and from the bottom.
    found, _ = read(tiles_of(named([box(-198_000, -198_000, 2000, 2000)])), square(4096))
    assert shape(found["a"]).normalize().equals(shapely.box(-64, 2096, 2000, 4160))


def test_a_tile_of_the_whole_world_shows_where_features_are(tiles_of: Make) -> None:
    """A unit is 9.8 km, so each box is a mark, of four units a side; no polynomial goes from Lambert-93."""
    store = tiles_of(named([box(0, 0, 100, 100), box(0, 50_000, 100, 50_100)]))
    matrix_set = tile_matrix_set("WebMercatorQuad")
    frame = TileFrame("things", matrix_set.level("0").bounds(0, 0), matrix_set.crs, is_finest=False)
    found, dropped = read(store, frame)
    assert dropped == 0
    places = gpd.GeoSeries([shapely.Point(X + 50, Y + 50), shapely.Point(X + 50, Y + 50_050)], crs=2154)
    low_x, _, _, high_y = frame.bounds
    for code, point in zip("ab", places.to_crs(matrix_set.crs), strict=True):
        expected = shapely.Point((point.x - low_x) / frame.unit[0], (high_y - point.y) / frame.unit[1])
        assert shape(found[code]).area == 4 * 4
        assert shape(found[code]).centroid.distance(expected) < 1


def test_every_kind_of_geometry_is_written(tiles_of: Make) -> None:
    line = shapely.LineString([(X + 10, Y + 10), (X + 500, Y + 10)])
    geometries = [
        shapely.Point(X + 5, Y + 5),
        shapely.MultiPoint([(X + 50, Y + 50), (X + 60, Y + 60)]),
        line,
        shapely.MultiLineString([line, shapely.affinity.translate(line, 0, 100)]),
        shapely.MultiPolygon([box(100, 100, 200, 200), box(300, 300, 400, 400)]),
        box(1000, 1000, 2000, 2000).difference(box(1200, 1200, 1800, 1800)),
        shapely.GeometryCollection([shapely.Point(X + 1, Y + 1), box(2000, 0, 2100, 100)]),
    ]
    found, _ = read(tiles_of(named(geometries)), square(4096, is_finest=True))
    kinds = {code: feature["geometry"]["type"] for code, feature in found.items()}
    assert kinds == {
        "a": "Point",
        "b": "MultiPoint",
        "c": "LineString",
        "d": "MultiLineString",
        "e": "MultiPolygon",
        "f": "Polygon",
        "g": "Polygon",
    }
    assert shape(found["f"]).area == 1000 * 1000 - 600 * 600
    assert shape(found["g"]).area == 100 * 100


def test_heights_nothing_and_broken_rings_do_no_harm(tiles_of: Make) -> None:
    bow_tie = shapely.Polygon([(X, Y), (X + 400, Y + 400), (X + 400, Y), (X, Y + 400)])
    high = shapely.force_3d(box(1000, 0, 1100, 100), 12.0)
    store = tiles_of(named([bow_tie, None, shapely.Polygon(), high]))
    found, _ = read(store, square(4096))
    assert set(found) == {"a", "d"}
    assert shape(found["a"]).is_valid
    assert shape(found["d"]).area == 100 * 100


def test_properties_keep_their_type_and_nothing_is_left_out(tiles_of: Make) -> None:
    found, _ = read(tiles_of(sample()), square(4096, is_finest=True))
    first = found["a"]["properties"]
    assert first == {
        "code": "a",
        "name": "Périgny",
        "places": 1,
        "share": 1.5,
        "open": True,
        "day": "2020-01-02",
        "seen": "2020-01-02T01:04:05Z",
    }
    assert {name: type(value) for name, value in first.items()} == {
        "code": str,
        "name": str,
        "places": int,
        "share": float,
        "open": bool,
        "day": str,
        "seen": str,
    }
    assert found["b"]["properties"]["seen"] == "2020-01-02T01:04:05.500Z"
    assert found["d"]["properties"]["places"] == 2**40
    assert found["e"]["properties"]["name"] == ""
    assert set(found["c"]["properties"]) == {"code", "share"}


def test_only_the_columns_asked_for_are_written(tiles_of: Make) -> None:
    store = tiles_of(sample())
    frame = TileFrame(
        "things", (X, Y, X + 4096, Y + 4096), LAMBERT, is_finest=True, properties=("code", "share")
    )
    found, _ = read(store, frame)
    assert found["a"]["properties"] == {"code": "a", "share": 1.5}


def test_whole_identifiers_are_those_of_the_features(tiles_of: Make) -> None:
    frame = gpd.GeoDataFrame(
        {"number": [7, 2**40], "code": ["a", "b"]},
        geometry=[box(0, 0, 100, 100), box(200, 0, 300, 100)],
        crs=2154,
    )
    found, _ = read(tiles_of(frame, id_field="number"), square(4096))
    assert {code: feature["id"] for code, feature in found.items()} == {"a": 7, "b": 2**40}
    assert found["a"]["properties"]["number"] == 7


def test_the_largest_of_a_pixel_stands_for_the_others(tiles_of: Make) -> None:
    # A tile of 1,048,576 m: a pixel is 1,024 m. X and Y are whole numbers of 16 m, so the cells start at
    # multiples of 1,024 m: 380,000 = 371.09 x 1,024 and 6,570,000 = 6,416.02 x 1,024.
    store = tiles_of(named([box(100, 100, 110, 110), box(200, 100, 220, 120), box(20_000, 0, 20_010, 10)]))
    found, dropped = read(store, square(2**20))
    assert set(found) == {"b", "c"}
    assert dropped == 1
    # The mark is one pixel, four units, a side.
    assert shape(found["b"]).area == 4 * 4


def test_nothing_is_merged_at_the_last_level(tiles_of: Make) -> None:
    store = tiles_of(named([shapely.Point(X + 100, Y + 100), shapely.Point(X + 101, Y + 101)]))
    merged, _ = read(store, square(2**20))
    assert len(merged) == 1
    found, dropped = read(store, square(2**20, is_finest=True))
    assert set(found) == {"a", "b"}
    assert dropped == 0


def test_small_lines_become_a_dash_and_points_stay_points(tiles_of: Make) -> None:
    line = shapely.LineString([(X + 100_000, Y + 100_000), (X + 100_010, Y + 100_000)])
    found, _ = read(tiles_of(named([line, shapely.Point(X + 200_000, Y + 1000)])), square(2**20))
    assert shape(found["a"]).length == 4
    assert found["b"]["geometry"]["type"] == "Point"


def test_the_smallest_are_left_out_first(tiles_of: Make) -> None:
    store = tiles_of(named([box(400 * n, 0, 400 * n + 10 * (n + 1), 10) for n in range(8)]))
    found, dropped = read(store, square(4096), features=3)
    assert list(found) == ["h", "g", "f"]
    assert dropped == 5


def test_a_tile_keeps_within_its_bytes(tiles_of: Make) -> None:
    # Sixty features with a name of 100 letters of their own: 6,000 bytes at least, 1,000 allowed.
    frame = gpd.GeoDataFrame(
        {"code": [f"{n:0100d}" for n in range(60)]},
        geometry=[box(60 * n, 0, 60 * n + 10 + n / 4, 10) for n in range(60)],
        crs=2154,
    )
    store = tiles_of(frame)
    tile = read_vector_tile(store, square(4096), TileSettings(kilobytes=1))
    assert 0 < len(tile.content) <= 1000
    kept = mapbox_vector_tile.decode(tile.content)["things"]["features"]
    assert kept[0]["properties"]["code"] == f"{59:0100d}"
    assert len(kept) + tile.dropped == 60


def test_a_tile_elsewhere_is_empty(tiles_of: Make) -> None:
    store = tiles_of(named([box(0, 0, 10, 10)]))
    elsewhere = TileFrame("things", (X + 9000, Y, X + 9100, Y + 100), LAMBERT, is_finest=False)
    assert read(store, elsewhere) == ({}, 0)


@pytest.mark.component("postgis")
def test_a_held_table_that_has_changed_is_asked_again(tmp_path: Path, postgis: str) -> None:
    def write(name: str, frame: gpd.GeoDataFrame) -> SeenStore:
        write_table(tmp_path / name, "things", frame, id_field="code")
        return open_feature_store_now(published(tmp_path / name, postgis, "code", name), "things", "code")

    seen = write("old.gpkg", named([box(100, 100, 300, 200)]))
    held = HeldTiles(open_tile_store(postgis, "things", "code", seen), seen.state)
    assert held.is_held
    later = write("new.gpkg", named([box(100, 100, 300, 200), box(500, 500, 600, 600)]))
    assert later.state != seen.state
    store = open_tile_store(postgis, "things", "code", later)
    content = store.read(square(4096), Budget(10, 10_000), held.layers, later.state).content
    assert len(mapbox_vector_tile.decode(content)["things"]["features"]) == 2
    with pytest.raises(LayerChanged):
        read_tile_layer(Whereabouts(postgis), "things", "code", seen.state, 1e9)


def test_an_empty_table_has_no_tiles(tiles_of: Make) -> None:
    frame = gpd.GeoDataFrame({"code": pd.Series(dtype="str")}, geometry=gpd.GeoSeries(), crs=2154)
    store = tiles_of(frame)
    assert store.extent is None
    assert tile_limits(store, tile_matrix_set("WebMercatorQuad"), TileSettings()) == ()
    assert read(store, square(4096)) == ({}, 0)


def test_an_outline_moves_by_half_a_unit_at_most(tiles_of: Make) -> None:
    # A circle of 1,000 m with 4,000 points; a unit is one metre: rounding may add another half unit.
    circle = shapely.Point(X + 2000, Y + 2000).buffer(1000, quad_segs=1000)
    found, _ = read(tiles_of(named([circle])), square(4096))
    drawn = shape(found["a"])
    expected = shapely.affinity.affine_transform(circle, [1, 0, 0, -1, -X, Y + 4096])
    assert shapely.hausdorff_distance(drawn.exterior, expected.exterior) < 0.5 + 0.5 * 2**0.5
    assert shapely.get_num_coordinates(drawn) < 500


def test_tiles_in_other_systems_show_the_same_places(tiles_of: Make) -> None:
    """Each centre, moved by PROJ to the tile's system, is found within one unit."""
    store = tiles_of(named([box(1000 * n, 1000, 1000 * n + 400, 1400) for n in range(4)]))
    centre = gpd.GeoSeries([shapely.Point(X + 2200, Y + 1200)], crs=2154)
    for identifier, level in (("WebMercatorQuad", "12"), ("WorldCRS84Quad", "11"), ("Lambert93Quad", "9")):
        matrix_set = tile_matrix_set(identifier)
        place = matrix_set.level(level)
        point = centre.to_crs(matrix_set.crs).iloc[0]
        row, column = int((place.top - point.y) / place.height), int((point.x - place.left) / place.width)
        frame = TileFrame("things", place.bounds(row, column), matrix_set.crs, is_finest=False)
        found, _ = read(store, frame)
        across, down = frame.unit
        low_x, _, _, high_y = frame.bounds
        expected = shapely.Point((point.x - low_x) / across, (high_y - point.y) / down)
        assert shape(found["c"]).centroid.distance(expected) < 1


def test_a_layer_of_many_features_starts_deeper(tiles_of: Make) -> None:
    store = tiles_of(named([box(10_000 * n, 0, 10_000 * n + 100, 100) for n in range(16)]))
    matrix_set = tile_matrix_set("WebMercatorQuad")
    whole = tile_limits(store, matrix_set, TileSettings())
    assert (whole[0].level.id, whole[-1].level.id) == ("0", "16")
    few = tile_limits(store, matrix_set, TileSettings(), looked_at=1)
    tiles = (few[0].max_row - few[0].min_row + 1) * (few[0].max_column - few[0].min_column + 1)
    assert tiles >= 16
    chosen = tile_limits(store, matrix_set, TileSettings(min_zoom=9, max_zoom=12))
    assert [reached.level.id for reached in chosen] == ["9", "10", "11", "12"]


def test_small_features_of_very_many_are_sketched(tiles_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pixels are of 10 m. `a` (5 m a side) stands for `b` (2 m) too: 25 + 4 = 29 m2; `far` is 1 m2."""
    frame = named([box(1, 1, 6, 6), box(7, 7, 9, 9), box(100, 100, 140, 140), box(203, 203, 204, 204)])
    store = tiles_of(frame.assign(kind=["a", "b", "big", "far"]))
    area = (X - 10.0, Y - 10.0, X + 300.0, Y + 300.0)
    asked = Asked(area, (10.0, 10.0), "fill", "kind", 100)
    assert store.sketch(asked) is None
    monkeypatch.setattr("estran.layers.features.sketch.MANY", 1)
    found = store.sketch(asked)
    assert found is not None
    shapes = dict(zip(found.values, found.shapes, strict=True))
    assert set(shapes) == {"a", "far", "big"}
    assert shapes["a"].area == pytest.approx(29)
    assert (shapes["a"].centroid.x - X, shapes["a"].centroid.y - Y) == pytest.approx((3.5, 3.5))
    assert shapes["far"].area == pytest.approx(1)
    assert shapes["big"].equals(box(100, 100, 140, 140))
    points = store.sketch(replace(asked, kind="point", field=None))
    assert points is not None
    assert sorted(shape.geom_type for shape in points.shapes) == ["Point", "Point", "Polygon"]
    assert points.values == [None, None, None]
    lines = store.sketch(replace(asked, kind="line", limit=1))
    assert lines is not None
    assert [shape.equals(box(100, 100, 140, 140)) for shape in lines.shapes] == [True]
    assert store.sketch(replace(asked, box=(X + 1000.0, Y, X + 1001.0, Y + 1.0))) is None
