"""A GeoPackage is copied to PostGIS whole or not at all, and only when it has changed."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from sqlalchemy import Engine, create_engine

from estran.carbon.errors import InvalidSource, Unavailable
from estran.ingest.publish import PublishRecord, publish_file
from estran.layers.features.postgis_opening import open_postgis_store
from estran.layers.features.query import FeatureQuery
from estran.layers.features.stores import open_feature_store
from estran.layers.features.writing import write_table
from estran.layers.progress import silent

pytestmark = pytest.mark.component("postgis")


@pytest.fixture
def base(postgis: str) -> Iterator[Engine]:
    engine = create_engine(postgis)
    yield engine
    engine.dispose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    sites = gpd.GeoDataFrame(
        {
            "code": ["é", "a"],
            "places": pd.array([None, 3], dtype="Int64"),
            "seen": [dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC), None],
        },
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)],
        crs=2154,
    )
    trees = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2, 3)], crs=3946)
    write_table(tmp_path / "f.gpkg", "my sites", sites, id_field="code")
    write_table(tmp_path / "f.gpkg", "trees", trees, id_field="n")
    return tmp_path / "f.gpkg"


def publish(path: Path, location: str, fingerprint: str = "1", **others: object) -> PublishRecord:
    asked = {"id_fields": {}, "owner": "here", "progress": silent, **others}
    return publish_file(path, location, fingerprint=fingerprint, **asked)  # type: ignore[arg-type]


def run(base: Engine, statement: str) -> list[tuple[object, ...]]:
    with base.begin() as connection:
        done = connection.exec_driver_sql(statement)
        return [tuple(row) for row in done] if done.returns_rows else []


def test_types_values_and_indexes_are_kept(path: Path, postgis: str, base: Engine) -> None:
    record = publish(path, postgis)
    assert record.tables == {"my sites": 2, "trees": 1}
    for table, id_field in (("my sites", "code"), ("trees", "n")):
        held, copied = (open_feature_store(place, table, id_field) for place in (path, postgis))
        assert copied.fields == held.fields
        assert copied.crs == held.crs
        assert copied.query(FeatureQuery()).features == held.query(FeatureQuery()).features
    columns = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'my sites'"
    assert dict(run(base, columns)) == {
        "code": "text",
        "places": "bigint",
        "seen": "timestamp with time zone",
        "geom": "USER-DEFINED",
    }
    shapes = run(base, "SELECT f_table_name, type, srid, coord_dimension FROM geometry_columns ORDER BY 1")
    assert shapes[0] == ("my sites", "POLYGON", 2154, 2)
    assert shapes[1][0] == "trees"
    assert shapes[1][2] == 3946
    indexes = run(base, "SELECT indexdef FROM pg_indexes WHERE tablename = 'my sites' ORDER BY 1")
    assert "gist (geom)" in str(indexes[0])
    assert "UNIQUE INDEX" in str(indexes[1])
    assert "(code)" in str(indexes[1])


def test_equal_data_are_not_copied_again(path: Path, postgis: str, base: Engine) -> None:
    publish(path, postgis)
    run(base, "UPDATE \"my sites\" SET places = 9 WHERE code = 'a'")
    assert publish(path, postgis).tables == {}
    store = open_postgis_store(postgis, "my sites", "code")
    assert store.get("a").feature.properties["places"] == 9
    assert store.version == "1-1"
    assert publish(path, postgis, "2").tables == {"my sites": 2, "trees": 1}
    store = open_postgis_store(postgis, "my sites", "code")
    assert store.get("a").feature.properties["places"] == 3
    assert store.version == "2-0"
    assert len(publish(path, postgis, "2", force=True).tables) == 2


def test_a_table_that_is_no_longer_built_goes(path: Path, postgis: str, base: Engine) -> None:
    publish(path, postgis)
    run(base, "CREATE TABLE mine (id integer)")
    smaller = path.with_name("smaller.gpkg")
    trees = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.Point(1, 2)] * 2, crs=2154)
    write_table(smaller, "trees", trees, id_field="n")
    publish(smaller, postgis, "2")
    tables = run(base, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    assert [name for (name,) in tables] == ["estran_tables", "mine", "spatial_ref_sys", "trees"]


@pytest.mark.parametrize("owner", ["elsewhere", None])
def test_a_table_of_someone_else_is_left_alone(
    path: Path, postgis: str, base: Engine, owner: str | None
) -> None:
    if owner:
        publish(path, postgis, owner=owner)
    else:
        run(base, "CREATE TABLE trees (n integer)")
    before = run(base, "SELECT count(*) FROM trees")
    with pytest.raises(InvalidSource, match="already has a table"):
        publish(path, postgis, "2")
    assert run(base, "SELECT count(*) FROM trees") == before
    assert run(base, "SELECT to_regclass('\"my sites\"') IS NOT NULL") == [(owner is not None,)]


def test_an_error_leaves_the_old_tables(path: Path, postgis: str) -> None:
    publish(path, postgis)
    odd = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 0)], crs="+proj=laea +lat_0=46 +lon_0=2")
    write_table(path, "zone", odd, id_field="n")
    with pytest.raises(InvalidSource, match="does not know its CRS"):
        publish(path, postgis, "2")
    assert open_postgis_store(postgis, "trees", "n").version == "1-0"


def test_a_base_without_postgis_is_told(path: Path, postgis: str, base: Engine) -> None:
    run(base, "DROP EXTENSION postgis CASCADE")
    with pytest.raises(Unavailable, match="CREATE EXTENSION postgis"):
        publish(path, postgis)


def test_another_schema(path: Path, postgis: str, base: Engine) -> None:
    run(base, "CREATE SCHEMA survey")
    there = f"{postgis}?options=-csearch_path%3Dsurvey,public"
    publish(path, there)
    assert open_postgis_store(there, "trees", "n").version == "1-0"
    assert open_postgis_store(postgis, "survey.trees", "n").version == "1-0"
    run(base, "INSERT INTO survey.trees (n) VALUES (7)")
    assert open_postgis_store(there, "trees", "n").version == "1-1"
    with pytest.raises(Unavailable, match="no such table"):
        open_postgis_store(postgis, "trees", "n")
