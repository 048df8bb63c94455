"""Does a file hold what the store holds? Read back by other software, on both stores.

The sample has nulls, accents, an empty text, a whole number of 41 bits, booleans, dates, times with a
fraction, a height, a geometry collection, an empty and a null geometry, a ring that crosses itself.
"""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from layers.feature_stores import sample
from openpyxl import load_workbook
from pyproj import CRS

from estran.layers.features.encoding.formats import FORMATS, encoded
from estran.layers.features.encoding.table import FeatureTable, table_of_features
from estran.layers.features.query import FeatureQuery, FeatureStore

LAMBERT_93 = CRS.from_epsg(2154)
NAMES = ["code", "name", "places", "share", "open", "day", "seen"]


def table(
    store: FeatureStore, *, limit: int = 100, skip: bool = False, crs: CRS = LAMBERT_93
) -> FeatureTable:
    page = store.query(FeatureQuery(limit=limit, skip_geometry=skip))
    return table_of_features(
        page.features,
        name="sites",
        fields=store.fields,
        id_field=store.id_field,
        selected=None,
        source=store.crs,
        target=crs,
        has_geometry=not skip,
        time_field="day",
    )


def expected() -> dict[str, list[Any]]:
    """The sample, column by column, nulls as None."""
    frame = sample().drop(columns="geometry").astype(object)
    return {name: [None if pd.isna(value) else value for value in frame[name]] for name in NAMES}


def shapes() -> list[shapely.Geometry | None]:
    return list(sample().geometry)


def same_places(found: list[Any], *, empty_is_null: bool = False, flat: bool = False) -> bool:
    for got, wanted in zip(found, shapes(), strict=True):
        given = None if wanted is None or (wanted.is_empty and empty_is_null) else wanted
        given = shapely.force_2d(given) if flat and given is not None else given
        if given is None:
            assert got is None
        else:
            assert shapely.equals_exact(got, given, normalize=True), (got, given)
    return True


def read(path: Path) -> dict[str, list[Any]]:
    _, found = pyogrio.read_arrow(path, read_geometry=False)
    return {name: found[name].to_pylist() for name in NAMES}


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_gdal_reads_the_same_values_and_types(store: FeatureStore, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"sites.{name}"
    path.write_bytes(encoded(name, [table(store)]))
    found, wanted = read(path), expected()
    if name == "fgb":  # GDAL gives its moments to Arrow without a zone
        wanted["day"] = [
            None if day is None else dt.datetime.combine(day, dt.time()) for day in wanted["day"]
        ]
        wanted["seen"] = [
            None if moment is None else moment.replace(tzinfo=None) for moment in wanted["seen"]
        ]
    assert found == wanted
    info = pyogrio.read_info(path)
    assert info["crs"] == "EPSG:2154"
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert types["places"] == "int64"
    assert types["share"] == "float64"
    assert types["open"] == "bool"
    frame = pyogrio.read_dataframe(path)
    assert same_places(list(frame.geometry), empty_is_null=name == "fgb", flat=name == "fgb")


def test_geopandas_reads_geoparquet(store: FeatureStore, tmp_path: Path) -> None:
    path = tmp_path / "sites.parquet"
    path.write_bytes(encoded("parquet", [table(store)]))
    frame = gpd.read_parquet(path)
    assert frame.crs == LAMBERT_93
    assert same_places(list(frame.geometry))
    assert {name: pq.read_table(path)[name].to_pylist() for name in NAMES} == expected()
    metadata = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 2154}
    types = ["GeometryCollection", "Point Z", "Polygon"]
    assert metadata["columns"]["geometry"]["geometry_types"] == types
    only = gpd.read_parquet(path, bbox=(380_055, 6_570_000, 380_065, 6_570_010))
    assert list(only["code"]) == ["d"]


def test_csv_tells_null_from_an_empty_text(store: FeatureStore) -> None:
    text = encoded("csv", [table(store)]).decode()
    lines = text.split("\r\n")
    assert lines[0] == "code,name,places,share,open,day,seen,WKT,crs"
    assert lines[3].startswith('"c",,,2.5,,,,"POLYGON ')
    assert lines[5].startswith('"e","",0,0.0,false,"2020-01-02",,"GEOMETRYCOLLECTION ')
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["name"] == "Périgny"
    assert rows[1]["seen"] == "2020-01-02T01:04:05.500Z"
    assert rows[3]["places"] == str(2**40)
    assert {row["crs"] for row in rows if row["WKT"]} == {"EPSG:2154"}
    found = [shapely.from_wkt(row["WKT"]) if row["WKT"] else None for row in rows]
    assert same_places(found)


def test_a_workbook_holds_dates_numbers_and_booleans(store: FeatureStore) -> None:
    book = load_workbook(io.BytesIO(encoded("xlsx", [table(store)])))
    header, *rows = book["sites"].iter_rows(values_only=True)
    assert list(header) == [*NAMES, "WKT", "crs"]
    wanted = expected()
    found = {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}
    assert [None if day is None else day.date() for day in found.pop("day")] == wanted.pop("day")
    seen = [None if moment is None else moment.replace(tzinfo=None) for moment in wanted.pop("seen")]
    assert found.pop("seen") == seen
    assert found == wanted
    assert isinstance(rows[0][4], bool)


def test_json_fg_holds_both_places(store: FeatureStore, tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    path.write_bytes(encoded("jsonfg", [table(store)]))
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/2154"
    assert document["conformsTo"] == ["http://www.opengis.net/spec/json-fg-1/1.0/conf/core"]
    by_code = {feature["id"]: feature for feature in document["features"]}
    assert by_code["d"]["place"] == {"type": "Point", "coordinates": [380_060.0, 6_570_005.0, 7.0]}
    # RGF93 and WGS 84 are one to a few decimetres; 1.1475 W, 46.1542 N is near La Rochelle.
    assert by_code["d"]["geometry"]["coordinates"] == pytest.approx([-1.14749, 46.15423, 7.0], abs=1e-5)
    assert by_code["d"]["time"] == {"date": "2021-07-14"}
    assert by_code["c"]["time"] is None
    assert by_code["f"]["place"] is None
    assert by_code["f"]["geometry"] is None
    assert by_code["c"]["properties"]["places"] is None
    frame = pyogrio.read_dataframe(f"JSONFG:{path}")
    assert frame.crs == LAMBERT_93
    assert same_places(list(frame.geometry), empty_is_null=True)


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("case", [{"limit": 0}, {"skip": True}])
def test_a_page_without_features_or_geometry_keeps_its_columns(
    store: FeatureStore, tmp_path: Path, name: str, case: dict[str, Any]
) -> None:
    body = encoded(name, [table(store, **case)])
    path = tmp_path / f"sites.{name}"
    path.write_bytes(body)
    if name == "jsonfg":
        features = json.loads(body)["features"]
        assert [feature["geometry"] for feature in features] == [None] * len(features)
        assert len(features) == (0 if "limit" in case else 8)
        return
    if name == "parquet":
        found = pq.read_table(path)
        columns, count = found.column_names, found.num_rows
    elif name == "xlsx":
        header, *rows = load_workbook(path)["sites"].iter_rows(values_only=True)
        columns, count = list(header), len(rows)
    else:
        frame = pyogrio.read_dataframe(path)
        columns, count = list(frame.columns), len(frame)
    assert columns[: len(NAMES)] == NAMES
    assert count == (0 if "limit" in case else 8)
    if name != "fgb":  # pyogrio gives FlatGeobuf a column of geometries in any case
        assert bool({"geometry", "WKT"} & set(columns)) == ("limit" in case)


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet"])
def test_longitude_comes_first_in_files_whatever_the_crs(
    store: FeatureStore, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"sites.{name}"
    path.write_bytes(encoded(name, [table(store, crs=CRS.from_epsg(4326))]))
    frame = gpd.read_parquet(path) if name == "parquet" else pyogrio.read_dataframe(path)
    assert frame.crs == CRS.from_epsg(4326)
    assert frame.geometry[0].centroid.x == pytest.approx(-1.1482, abs=1e-4)


def test_the_authority_orders_the_axes_of_json_fg(store: FeatureStore) -> None:
    document = json.loads(encoded("jsonfg", [table(store, crs=CRS.from_epsg(4326))]))
    point = next(feature for feature in document["features"] if feature["id"] == "d")
    longitude, latitude, height = point["geometry"]["coordinates"]
    assert point["place"]["coordinates"] == [latitude, longitude, height]


def test_what_geojson_can_say_is_said_as_geojson(store: FeatureStore) -> None:
    document = json.loads(encoded("jsonfg", [table(store, crs=CRS.from_authority("OGC", "CRS84"))]))
    assert {feature["place"] for feature in document["features"]} == {None}
    assert document["coordRefSys"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
