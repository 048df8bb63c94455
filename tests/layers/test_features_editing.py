"""Single features are added, replaced and removed, and the R-tree follows."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from estran.carbon.errors import InvalidInput, NotFound, Unavailable
from estran.layers.features.editing import Editing, open_writable
from estran.layers.features.geopackage import open_store
from estran.layers.features.query import FeatureQuery
from estran.layers.features.writing import write_table

Change = Callable[[Editing], object]


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
    with open_writable(path) as editing:
        identifier = editing.insert(
            "sites",
            shapely.box(50, 0, 60, 10),
            {"code": "é", "places": 3, "open": True, "seen": "2021-01-01T00:00:00+01:00"},
            id_field="code",
        )
        editing.replace("sites", "a", shapely.box(100, 0, 110, 10), {"places": 9}, id_field="code")
        editing.delete("sites", "b", id_field="code")
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
    with open_writable(path) as editing:
        editing.replace("sites", "a", geometry, {}, id_field="code")
        editing.insert("sites", geometry, {"code": "c"}, id_field="code")
    assert_r_tree_is_consistent(path)
    assert found(path, -1, -1, 40, 20) == "b"
    with open_writable(path) as editing:
        editing.replace("sites", "a", shapely.box(0, 0, 1, 1), {}, id_field="code")
        editing.delete("sites", "c", id_field="code")
    assert_r_tree_is_consistent(path)
    assert found(path, -1, -1, 40, 20) == "ab"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda editing: editing.insert("sites", None, {"code": "a"}, id_field="code"), InvalidInput),
        (lambda editing: editing.insert("sites", None, {"places": 1}, id_field="code"), InvalidInput),
        (
            lambda editing: editing.insert("sites", None, {"code": "z", "colour": 1}, id_field="code"),
            InvalidInput,
        ),
        (
            lambda editing: editing.replace("sites", "a", None, {"places": "many"}, id_field="code"),
            InvalidInput,
        ),
        (lambda editing: editing.replace("sites", "z", None, {}, id_field="code"), NotFound),
        (lambda editing: editing.delete("sites", "z", id_field="code"), NotFound),
        (lambda editing: editing.delete("lines", "z", id_field="code"), Unavailable),
    ],
)
def test_an_error_leaves_everything_as_it_was(path: Path, change: Change, error: type[Exception]) -> None:
    def spoil() -> None:
        with open_writable(path) as editing:
            editing.delete("sites", "b", id_field="code")
            change(editing)

    before = path.read_bytes()
    with pytest.raises(error):
        spoil()
    assert path.read_bytes() == before


def test_a_missing_file_cannot_be_changed(path: Path) -> None:
    missing = path.with_name("no.gpkg")
    with pytest.raises(Unavailable), open_writable(missing):
        pass
    assert not missing.exists()
