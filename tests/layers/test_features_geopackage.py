"""What only the GeoPackage store does: files that cannot be read, the cache, threads, no R-tree."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from estran.carbon.errors import Unavailable
from estran.layers.features.geopackage import GeoPackageStore, open_store
from estran.layers.features.query import FeatureQuery
from estran.layers.features.writing import write_table


def points(count: int, crs: object = 2154) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": [f"p{number:05}" for number in range(count)]},
        geometry=shapely.points(range(count), 0),
        crs=crs,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_table(tmp_path / "t.gpkg", "points", points(2_000), id_field="code")
    return tmp_path / "t.gpkg"


def assert_unavailable(path: Path, table: str, id_field: str, en: str, fr: str) -> None:
    with pytest.raises(Unavailable) as raised:
        open_store(path, table, id_field)
    assert en in raised.value.en
    assert fr in raised.value.fr


def test_a_missing_file(tmp_path: Path) -> None:
    assert_unavailable(tmp_path / "no.gpkg", "points", "code", "No such file", "No such file")


def test_a_truncated_file(path: Path) -> None:
    size = path.stat().st_size
    os.truncate(path, size // 2)
    assert_unavailable(
        path, "points", "code", f"truncated, {size // 2} bytes", f"tronqué, {size // 2} octets"
    )


def test_a_file_cut_inside_its_header(path: Path) -> None:
    os.truncate(path, 50)
    assert_unavailable(path, "points", "code", "not a GeoPackage", "pas un GeoPackage")


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "text.gpkg").write_text("Hello " * 100)
    with closing(sqlite3.connect(tmp_path / "plain.gpkg")) as connection:
        connection.execute("CREATE TABLE points (code TEXT)")
    for name in ("text.gpkg", "plain.gpkg"):
        assert_unavailable(tmp_path / name, "points", "code", "not a GeoPackage", "pas un GeoPackage")


def test_a_missing_table_or_identifier(path: Path) -> None:
    assert_unavailable(path, "lines", "code", "no table 'lines'", "pas de table 'lines'")
    assert_unavailable(path, "points", "number", "no column 'number'", "pas de colonne 'number'")


def test_a_file_damaged_after_it_was_opened(path: Path) -> None:
    store = GeoPackageStore(path, "points", "code", "1")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(Unavailable):
        store.query(FeatureQuery())


def test_a_store_is_kept_while_its_file_is_unchanged(path: Path) -> None:
    first = open_store(path, "points", "code")
    assert open_store(path, "points", "code") is first
    assert first.query(FeatureQuery(limit=1)).number_matched == 2_000
    write_table(path.with_name("new.gpkg"), "points", points(10), id_field="code")
    path.with_name("new.gpkg").replace(path)
    second = open_store(path, "points", "code")
    assert second is not first
    assert second.query(FeatureQuery(limit=1)).number_matched == 10


def test_many_threads_read_at_once(path: Path) -> None:
    def read(start: int) -> list[str]:
        store = open_store(path, "points", "code")
        area = shapely.box(start - 0.5, -1, start + 9.5, 1)
        return [feature.id for feature in store.query(FeatureQuery(region=area)).features]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(read, range(0, 2_000, 10)))
    assert found == [
        [f"p{number:05}" for number in range(start, start + 10)] for start in range(0, 2_000, 10)
    ]


def test_reading_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        assert len(GeoPackageStore(path, "points", "code", "1").query(FeatureQuery()).features) == 100
        assert [entry.name for entry in path.parent.iterdir()] == ["t.gpkg"]
    finally:
        path.parent.chmod(0o755)
    assert path.read_bytes() == before


def test_a_table_without_r_tree(tmp_path: Path) -> None:
    path = tmp_path / "plain.gpkg"
    frame = points(50)
    frame.loc[7, "geometry"] = None
    pyogrio.write_dataframe(frame, path, layer="points", layer_options={"SPATIAL_INDEX": "NO"})
    store = open_store(path, "points", "code")
    page = store.query(FeatureQuery(region=shapely.box(5.5, -1, 8.5, 1)))
    assert [feature.id for feature in page.features] == ["p00006", "p00008"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3946", "EPSG:3857", "OGC:CRS84"])
def test_the_crs_is_that_of_the_file(tmp_path: Path, crs: str) -> None:
    write_table(tmp_path / "t.gpkg", "points", points(2, crs), id_field="code")
    store = open_store(tmp_path / "t.gpkg", "points", "code")
    assert store.crs.equals(points(2, crs).crs, ignore_axis_order=True)


def test_the_row_number_can_be_the_identifier(path: Path) -> None:
    store = open_store(path, "points", "fid")
    assert store.get("2").feature.properties == {"fid": 2, "code": "p00001"}


def test_a_large_region_answers_like_a_walk_over_all_points(tmp_path: Path) -> None:
    """A turned square whose corners are (0, 50), (50, 100), (100, 50), (50, 0): |x-50| + |y-50| <= 50."""
    grid = [(x, y) for x in range(0, 101, 5) for y in range(0, 101, 5)]
    frame = gpd.GeoDataFrame(
        {"code": [f"{x},{y}" for x, y in grid]}, geometry=[shapely.Point(*place) for place in grid], crs=2154
    )
    write_table(tmp_path / "t.gpkg", "grid", frame, id_field="code")
    store = open_store(tmp_path / "t.gpkg", "grid", "code")
    area = shapely.Polygon([(0, 50), (50, 100), (100, 50), (50, 0)])
    page = store.query(FeatureQuery(limit=1_000, region=area))
    assert {feature.id for feature in page.features} == {
        f"{x},{y}" for x, y in grid if abs(x - 50) + abs(y - 50) <= 50
    }
