"""`write_table`: types, index, geometry type, same bytes each time; read back with GDAL."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from estran.carbon.errors import InvalidSource
from estran.layers.features.writing import write_table


def frame(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code": ["a", "b"], **columns},
        geometry=[shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(2, 2, 3, 3)])],
        crs=2154,
    )


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_gdal_reads_each_type_back(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    winter = dt.timezone(dt.timedelta(hours=1))
    written = frame(
        whole=pd.array([None, 2**53 + 1], dtype="Int64"),
        real=[0.5, None],
        flag=pd.array([True, None], dtype="boolean"),
        flags=[False, True],
        day=[dt.date(1900, 2, 28), None],
        moment=[dt.datetime(2020, 1, 1, 0, 30, tzinfo=winter), None],
        text=["é", None],
        mixed=[1, 2.5],
        nothing=[None, None],
    )
    write_table(path, "parking-areas", written, id_field="code")
    info = pyogrio.read_info(path, layer="parking-areas")
    kinds = dict(zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True))
    plain = "OFSTNone"
    assert kinds == {
        "code": ("OFTString", plain),
        "whole": ("OFTInteger64", plain),
        "real": ("OFTReal", plain),
        "flag": ("OFTInteger", "OFSTBoolean"),
        "flags": ("OFTInteger", "OFSTBoolean"),
        "day": ("OFTDate", plain),
        "moment": ("OFTDateTime", plain),
        "text": ("OFTString", plain),
        "mixed": ("OFTReal", plain),
        "nothing": ("OFTString", plain),
    }
    assert (info["crs"], info["geometry_type"], info["features"]) == ("EPSG:2154", "MultiPolygon", 2)
    columns = 'whole, real, flag, flags, day, moment, text, mixed, "nothing"'
    assert rows(path, f'SELECT {columns} FROM "parking-areas" ORDER BY code') == [
        (None, 0.5, 1, 0, "1900-02-28", "2019-12-31T23:30:00Z", "é", 1.0, None),
        (2**53 + 1, None, None, 1, None, None, None, 2.5, None),
    ]
    read = pyogrio.read_dataframe(path, layer="parking-areas")
    assert read.geometry.area.tolist() == [1.0, 1.0]


def test_the_same_features_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.gpkg", "two.gpkg"):
        write_table(tmp_path / name, "a", frame(), id_field="code")
        write_table(tmp_path / name, "b", frame(n=[1, 2]), id_field="code")
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
    assert pyogrio.list_layers(tmp_path / "one.gpkg")[:, 0].tolist() == ["a", "b"]


def test_a_table_is_replaced_by_its_namesake(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_table(path, "a", frame(), id_field="code")
    write_table(path, "a", frame().iloc[:1], id_field="code")
    assert rows(path, "SELECT count(*) FROM a") == [(1,)]
    assert rows(path, "SELECT count(*) FROM rtree_a_geom") == [(1,)]


def test_the_identifier_is_indexed_and_unique(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_table(path, "parking-areas", frame(), id_field="code")
    (index,) = [row for row in rows(path, 'PRAGMA index_list("parking-areas")') if row[2]]
    assert rows(path, f'PRAGMA index_info("{index[1]}")')[0][2] == "code"


@pytest.mark.parametrize(
    ("geometries", "kind"),
    [
        ([shapely.Point(0, 0, 1), shapely.Point(1, 1, 2)], "Point Z"),
        ([shapely.Point(0, 0, 1), shapely.Point(1, 1)], "Unknown"),
        ([shapely.Point(0, 0), shapely.box(0, 0, 1, 1)], "Unknown"),
        ([shapely.LineString([(0, 0), (1, 1)]), None], "LineString"),
        ([None, None], "Unknown"),
    ],
)
def test_the_geometry_type_is_the_narrowest_that_holds_all(
    tmp_path: Path, geometries: list[shapely.Geometry | None], kind: str
) -> None:
    path = tmp_path / "t.gpkg"
    table = gpd.GeoDataFrame({"code": [1, 2]}, geometry=geometries, crs=2154)
    write_table(path, "t", table, id_field="code")
    assert pyogrio.read_info(path, layer="t")["geometry_type"] == kind


def test_columns_named_like_those_of_the_format_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "t.gpkg"
    write_table(path, "t", frame(fid=[7, 8], geom=["x", "y"]), id_field="code")
    read = pyogrio.read_dataframe(path, layer="t")
    assert (read["fid"].tolist(), read["geom"].tolist()) == ([7, 8], ["x", "y"])


@pytest.mark.parametrize(
    "wrong",
    [
        frame().set_crs(None, allow_override=True),
        frame().rename(columns={"code": "other"}),
        frame().assign(code=["a", "a"]),
        frame().assign(code=["a", None]),
    ],
)
def test_features_that_cannot_be_identified_or_placed_are_refused(
    tmp_path: Path, wrong: gpd.GeoDataFrame
) -> None:
    with pytest.raises(InvalidSource):
        write_table(tmp_path / "t.gpkg", "t", wrong, id_field="code")
    assert not (tmp_path / "t.gpkg").exists()
