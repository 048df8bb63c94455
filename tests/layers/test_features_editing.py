"""Single features are added, replaced and removed, and the R-tree follows."""

import datetime as dt
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from estran.carbon.errors import InvalidInput, NotFound, Unavailable
from estran.layers.features.editing import GeoPackageEditor, open_editor
from estran.layers.features.geopackage import open_store
from estran.layers.features.query import FeatureQuery
from estran.layers.features.writing import write_table

Change = Callable[[GeoPackageEditor], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    frame = gpd.GeoDataFrame(
        {
            "code": ["a", "b"],
            "places": [1, 2],
            "open": [True, False],
            "seen": [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)] * 2,
        },
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)],
        crs=2154,
    )
    write_table(tmp_path / "t.gpkg", "sites", frame, id_field="code")
    return tmp_path / "t.gpkg"


def found(path: Path, *bounds: float) -> str:
    page = open_store(path, "sites", "code").query(FeatureQuery(region=shapely.box(*bounds)))
    return "".join(feature.id for feature in page.features)


def assert_r_tree_is_consistent(path: Path) -> None:
    """The R-tree holds exactly the features with a geometry that is not empty, by their bounds."""
    with closing(sqlite3.connect(path)) as connection:
        tree = connection.execute(
            "SELECT id, minx, miny, maxx, maxy FROM rtree_sites_geom ORDER BY id"
        ).fetchall()
        assert connection.execute("SELECT rtreecheck('rtree_sites_geom')").fetchone() == ("ok",)
    frame = pyogrio.read_dataframe(path, layer="sites", fid_as_index=True)
    present = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    expected = [(fid, *geometry.bounds) for fid, geometry in present.geometry.items()]
    assert tree == expected


def test_insert_replace_delete(path: Path) -> None:
    with open_editor(path, "sites", "code") as editing:
        identifier = editing.insert(
            shapely.box(50, 0, 60, 10),
            {"code": "é", "places": 3, "open": True, "seen": "2021-01-01T00:00:00+01:00"},
        )
        editing.replace("a", shapely.box(100, 0, 110, 10), {"places": 9})
        editing.delete("b")
    assert identifier == "é"
    assert (found(path, -1, -1, 40, 20), found(path, 45, -1, 65, 20), found(path, 90, -1, 120, 20)) == (
        "",
        "é",
        "a",
    )
    store = open_store(path, "sites", "code")
    assert store.get("é").feature.properties == {
        "code": "é",
        "places": 3,
        "open": True,
        "seen": "2020-12-31T23:00:00Z",
    }
    assert store.get("a").feature.properties == {"code": "a", "places": 9, "open": None, "seen": None}
    assert_r_tree_is_consistent(path)
    info = pyogrio.read_info(path, layer="sites")
    assert (info["features"], info["total_bounds"]) == (2, (50, 0, 110, 10))


@pytest.mark.parametrize("geometry", [None, shapely.Polygon()])
def test_geometries_come_and_go(path: Path, geometry: shapely.Polygon | None) -> None:
    with open_editor(path, "sites", "code") as editing:
        editing.replace("a", geometry, {})
        editing.insert(geometry, {"code": "c"})
    assert_r_tree_is_consistent(path)
    assert found(path, -1, -1, 40, 20) == "b"
    with open_editor(path, "sites", "code") as editing:
        editing.replace("a", shapely.box(0, 0, 1, 1), {})
        editing.delete("c")
    assert_r_tree_is_consistent(path)
    assert found(path, -1, -1, 40, 20) == "ab"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda editing: editing.insert(None, {"code": "a"}), InvalidInput),
        (
            lambda editing: editing.insert(None, {"code": "z", "colour": 1}),
            InvalidInput,
        ),
        (
            lambda editing: editing.replace("a", None, {"places": "many"}),
            InvalidInput,
        ),
        (lambda editing: editing.replace("z", None, {}), NotFound),
        (lambda editing: editing.delete("z"), NotFound),
    ],
)
def test_an_error_leaves_everything_as_it_was(path: Path, change: Change, error: type[Exception]) -> None:
    def spoil() -> None:
        with open_editor(path, "sites", "code") as editing:
            editing.delete("b")
            change(editing)

    before = path.read_bytes()
    with pytest.raises(error):
        spoil()
    assert path.read_bytes() == before


def test_a_missing_file_cannot_be_changed(path: Path) -> None:
    missing = path.with_name("no.gpkg")
    with pytest.raises(Unavailable), open_editor(missing, "sites", "code"):
        pass
    assert not missing.exists()


def test_a_table_that_is_not_there(path: Path) -> None:
    with pytest.raises(Unavailable, match="lines"), open_editor(path, "lines", "code"):
        pass


def test_a_file_that_is_read_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even root may not change a file that SQLite opens to read."""
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda address, **given: connect(address.replace("mode=rw", "mode=ro"), **given)
    )
    before = path.read_bytes()
    with (
        pytest.raises(Unavailable, match=r"t\.gpkg cannot be changed.*readonly") as raised,
        open_editor(path, "sites", "code") as editing,
    ):
        editing.delete("a")
    assert "modification impossible" in raised.value.fr
    assert path.read_bytes() == before


def test_changes_within_one_tick_of_the_clock_are_seen(path: Path) -> None:
    """The date of the file is put back after each change; its size stays."""
    status = path.stat()
    versions = {open_store(path, "sites", "code").version}
    for places in (7, 8):
        with open_editor(path, "sites", "code") as editing:
            editing.replace("a", shapely.box(0, 0, 10, 10), {"places": places})
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        store = open_store(path, "sites", "code")
        versions.add(store.version)
        assert store.query(FeatureQuery(equals=(("places", str(places)),))).number_matched == 1
    assert path.stat().st_size == status.st_size
    assert len(versions) == 3


def test_the_row_number_can_be_the_identifier(path: Path) -> None:
    with open_editor(path, "sites", "fid") as editing:
        assert editing.insert(None, {"code": "n"}) == "3"
    assert open_store(path, "sites", "fid").get("3").feature.properties["code"] == "n"
