"""The filters of the CQL2 standard find as many features as it says, in text and in JSON, in every store."""

import csv
import gzip
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from layers.conftest import PARAMETERS
from layers.feature_stores import ask
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.ingest.publish import publish_file
from estran.layers.features.connections import fold_accents
from estran.layers.features.cql_json import JSON, TEXT, read_filter
from estran.layers.features.cql_text import read_cql2_text
from estran.layers.features.query import FeatureQuery, FeatureStore
from estran.layers.features.stores import open_feature_store
from estran.layers.features.writing import write_table
from estran.layers.progress import silent

FOLDER = Path(__file__).parent / "cql2"
CRS84 = CRS.from_authority("OGC", "CRS84")
DATED = {
    "København": ("2021-04-16", "2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z", True),
    "Berlin": ("2023-04-16", "2022-04-16T10:13:19Z", "2024-02-22T09:37:52Z", True),
    "Athens": ("2022-04-16", "2022-04-16T10:15:10Z", "2022-12-16T10:14:53Z", False),
}
VALUES = {
    "name": ("name", "'København'"),
    "pop": ("pop_other", "1038288"),
    "start": ("start", "TIMESTAMP('2022-04-16T10:13:19Z')"),
    "boolean": ("boolean", "true"),
}

type Stores = Mapping[str, FeatureStore]


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((FOLDER / name).read_text(encoding="utf-8"))))


def countries() -> gpd.GeoDataFrame:
    text = gzip.decompress((FOLDER / "countries.csv.gz").read_bytes()).decode()
    read = list(csv.DictReader(io.StringIO(text)))
    shapes = shapely.from_wkt([row["wkt"] for row in read])
    shapes = [shapely.MultiPolygon([one]) if one.geom_type == "Polygon" else one for one in shapes]
    columns = {"NAME": [row["name"] for row in read], "POP_EST": [float(row["population"]) for row in read]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def places() -> gpd.GeoDataFrame:
    read = rows("places.csv")
    names = [row["name"] for row in read]
    dated = [DATED.get(name, (None, None, None, None)) for name in names]
    days = [None if day is None else pd.Timestamp(day).date() for day, *_ in dated]
    return gpd.GeoDataFrame(
        {
            "name": names,
            "nameascii": [fold_accents(name) for name in names],
            **{column: [int(row[column]) for row in read] for column in ("pop_max", "pop_min", "pop_other")},
            "date": days,
            "start": pd.to_datetime([start for _, start, _, _ in dated], utc=True),
            "end": pd.to_datetime([end for _, _, end, _ in dated], utc=True),
            "boolean": pd.array([flag for *_, flag in dated], dtype="boolean"),
        },
        geometry=[shapely.Point(float(row["x"]), float(row["y"])) for row in read],
        crs=4326,
    )


def rivers() -> gpd.GeoDataFrame:
    read = rows("rivers.csv")
    lines = [[tuple(map(float, point.split())) for point in row["line"].split(";")] for row in read]
    names = [row["name"] for row in read]
    return gpd.GeoDataFrame({"name": names}, geometry=[shapely.LineString(line) for line in lines], crs=4326)


@pytest.fixture(scope="module", params=PARAMETERS)
def stores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stores:
    path = tmp_path_factory.mktemp("cql2") / "features.gpkg"
    for name, frame in (("countries", countries()), ("places", places()), ("rivers", rivers())):
        write_table(path, name, frame.assign(id=np.arange(len(frame))), id_field="id")
    location = str(path)
    names = ("countries", "places", "rivers")
    if request.param == "postgis":
        location = request.getfixturevalue("kept_postgis")
        ids = dict.fromkeys(names, "id")
        publish_file(
            path, location, id_fields=ids, owner="cql2", fingerprint="1", progress=silent, force=True
        )
    return {name: open_feature_store(location, name, "id") for name in names}


def count(store: FeatureStore, text: str, language: str = TEXT) -> int | None:
    where = read_filter(text, language, CRS84, store.crs)
    return ask(store, FeatureQuery(limit=0, where=where)).number_matched


def filters() -> list[tuple[str, str, int]]:
    lines = (FOLDER / "filters.txt").read_text(encoding="utf-8").splitlines()
    return [(table, text, int(found)) for table, text, found in (line.split("\t") for line in lines)]


@pytest.mark.parametrize("table", ["countries", "places", "rivers"])
def test_each_filter_finds_as_many_as_the_standard_says(stores: Stores, table: str) -> None:
    wrong = []
    for named, text, expected in filters():
        if named == table:
            as_json = json.dumps(read_cql2_text(text))
            found = (count(stores[table], text), count(stores[table], as_json, JSON))
            if found != (expected, expected):
                wrong.append((text, expected, found))
    assert wrong == []


def predicate(code: str) -> str:
    match = re.fullmatch(r"([a-z]+)(\W+)", code)
    assert match is not None
    name, value = VALUES[match[1]]
    nulls = {"?": f"{name} IS NULL", "!": f"{name} IS NOT NULL"}
    return nulls.get(match[2]) or f"{name}{match[2]}{value}"


def test_combinations_find_as_many_as_the_standard_says(stores: Stores) -> None:
    lines = (FOLDER / "combinations.txt").read_text(encoding="utf-8").splitlines()
    wrong = []
    for line in lines:
        *codes, expected = line.split()
        p1, p2, p3, p4 = map(predicate, codes)
        text = f"(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})"
        found = count(stores["places"], text)
        if found != int(expected):
            wrong.append((line, found))
    assert len(lines) == 77
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (f"{value} {sign} {value}", 243 if sign in {"=", "<=", ">="} else 0)
            for value in ("'foo'", "true", "3.14", "TIMESTAMP('2022-04-14T14:48:46Z')", "DATE('2022-04-14')")
            for sign in ("=", "<>", "<", ">", "<=", ">=")
        ),
        *((f"{name} = {name}", 243) for name in ("name", "pop_other")),
        *((f"{name} = {name}", 3) for name in ("date", "start", "boolean")),
        ("name LIKE '%'", 243),
        ("name like ''", 0),
        ("name like '_%'", 243),
        (r"name like '\%\_'", 0),
        ("pop_other between 100.0 and 1.0", 0),
        ("start in ('2022-04-16T10:13:19Z', '2022-04-14T15:52:56Z')", 1),
        ("\"date\" in ('2022-04-16', '2022-04-15')", 1),
        ("geom IS NULL", 0),
        ("geom IS NOT NULL", 243),
        ("S_EQUALS(geom, geom)", 243),
        ("S_DISJOINT(geom, geom)", 0),
        ("S_INTERSECTS(POINT(1 1), BBOX(0,0,2,2))", 243),
        ("S_INTERSECTS(geom,BBOX(-180,-90,180,90))", 243),
        ("S_INTERSECTS(geom,POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90)))", 243),
        ("S_DISJOINT(geom,BBOX(-180,-90,180,90))", 0),
        ("NOT t_during(start, interval('..','..'))", 0),
        ("NOT t_equals(interval(start,'..'), interval('2022-04-16T10:13:19Z','..'))", 2),
        ("pop_other / 0 > 1 OR pop_other % 0 > 1", 0),
        ("(0 - pop_other) ^ 0.5 > 0", 0),
        ("pop_other ^ 1000000 > 0", 0),
        ("-7 % 3 = -1 AND -7 div 3 = -2", 243),
        ("2 ^ 3 ^ 2 = 512", 243),
    ],
)
def test_the_general_tests_of_the_standard(stores: Stores, text: str, expected: int) -> None:
    """Values on both sides, a property with itself, patterns, the whole world; arithmetic without value."""
    assert count(stores["places"], text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "S_INTERSECTS(geom,POINT(90 180))",
        "S_INTERSECTS(geom,MULTIPOINT(7.02 49.92, 90 180))",
        "S_DISJOINT(geom,POINT(90 180))",
        "t_after(pop_other, date('2022-01-01'))",
        "t_after(start, 'yesterday')",
        "t_after(start, 3)",
        "t_during(start, interval('2022-01-01'))",
        "S_INTERSECTS(name, POINT(1 1))",
        "nothing(name)",
        "pop_other = 'x'",
        "name = 3",
        "NOT " * 10_000 + "boolean",
        "pop_other IN (" + ",".join(map(str, range(150_000))) + ")",
    ],
    ids=lambda text: text[:40],
)
def test_what_makes_no_sense_is_refused(stores: Stores, text: str) -> None:
    for language, written in ((TEXT, text), (JSON, json_of(text))):
        if written:
            with pytest.raises(InvalidInput) as raised:
                count(stores["places"], written, language)
            assert raised.value.en != raised.value.fr


def json_of(text: str) -> Any:
    try:
        return json.dumps(read_cql2_text(text))
    except InvalidInput:
        return None
