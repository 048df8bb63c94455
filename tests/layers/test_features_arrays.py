"""Arrays: the same columns, the same filters and the same values in every store, and in every format.

CQL2's relations of arrays are those of sets: neither order nor repetition counts (OGC 21-065r2,
requirement /req/array-functions/array-predicates). An unknown side makes the relation unknown.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from layers.conftest import PARAMETERS
from pyproj import CRS

from estran.carbon.errors import InvalidInput
from estran.ingest.publish import publish_file
from estran.layers.features.cql_json import JSON, TEXT, read_filter
from estran.layers.features.encoding.formats import encoded
from estran.layers.features.encoding.table import table_of_features
from estran.layers.features.query import FeatureQuery, FeatureStore, Field
from estran.layers.features.receiving import read_draft
from estran.layers.features.stores import open_feature_editor, open_feature_store
from estran.layers.features.writing import write_table
from estran.layers.progress import silent

TABLE = "arrays"
L93 = CRS.from_epsg(2154)
TAGS = [["foo", "bar"], ["bar", "foo", "foo"], ["foo"], [], None, ["été", "l'an"], ["foo", "bar", "x"]]
FLOORS = [[1, 2], [2], None, [3, 1], [], [1], [2, 1]]
SHARES = [[0.5], [1.0, 2.5], [2.0], None, [], [0.5, 2.5], [3.0]]
FLAGS = [[True], [True, False], None, None, None, None, None]
MAIN = ["foo", "x", "foo", "foo", "foo", None, "x"]


def frame() -> gpd.GeoDataFrame:
    """Seven features, a to g; a column bears a name that SQLite's `json_each` has too."""
    points = [shapely.Point(380_000 + place, 6_570_000) for place in range(7)]
    columns = {"code": list("abcdefg"), "tags": TAGS, "value": FLOORS, "shares": SHARES}
    return gpd.GeoDataFrame({**columns, "flags": FLAGS, "main": MAIN}, geometry=points, crs=2154)


@pytest.fixture(scope="module", params=PARAMETERS)
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[FeatureStore, str]:
    """A store of the arrays, and where it is."""
    path = tmp_path_factory.mktemp(request.param) / "arrays.gpkg"
    write_table(path, TABLE, frame(), id_field="code")
    location = str(path)
    if request.param == "postgis":
        location = request.getfixturevalue("kept_postgis")
        ids = {TABLE: "code"}
        publish_file(path, location, id_fields=ids, owner=TABLE, fingerprint="1", progress=silent, force=True)
    return open_feature_store(location, TABLE, "code"), location


@pytest.fixture
def arrays(held: tuple[FeatureStore, str]) -> FeatureStore:
    return held[0]


def test_columns_of_arrays_say_what_they_hold(arrays: FeatureStore) -> None:
    assert [arrays.fields[name] for name in ("tags", "value", "shares", "flags", "main")] == [
        Field("tags", "array", items="string"),
        Field("value", "array", items="integer"),
        Field("shares", "array", items="number"),
        Field("flags", "array", items="boolean"),
        Field("main", "string"),
    ]


def test_arrays_come_back_as_they_were(arrays: FeatureStore) -> None:
    features = arrays.query(FeatureQuery()).features
    for name, given in (("tags", TAGS), ("value", FLOORS), ("shares", SHARES), ("flags", FLAGS)):
        read = [each.properties[name] for each in features]
        assert read == [None if value is None else tuple(value) for value in given]
    page = arrays.query_encoded(FeatureQuery(), L93)
    assert [json.loads(text)["properties"]["tags"] for text in page.features] == TAGS
    assert b'"shares":[1.0,2.5],"flags":[true,false]' in page.features[1]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("A_EQUALS(tags,('foo','bar'))", "ab"),
        ("A_CONTAINS(tags,('foo','bar'))", "abg"),
        ("A_CONTAINEDBY(tags,('foo','bar'))", "abcd"),
        ("A_OVERLAPS(tags,('bar','x'))", "abg"),
        ("a_contains(('foo','bar'),tags)", "abcd"),
        ("A_CONTAINS(tags,('été'))", "f"),
        ("A_CONTAINS(tags,('l''an'))", "f"),
        ("A_CONTAINS(tags,('Foo'))", ""),
        ("A_CONTAINS(tags,())", "abcdfg"),
        ("A_OVERLAPS(tags,())", ""),
        ("A_EQUALS((),tags)", "d"),
        ("NOT A_CONTAINS(tags,('foo'))", "df"),
        ("tags IS NULL", "e"),
        ("A_CONTAINS(tags,(main))", "acg"),
        ("NOT A_CONTAINS(tags,(main))", "bdf"),
        ("A_EQUALS(value,(2,1))", "ag"),
        ("A_CONTAINS(value,(1))", "adfg"),
        ("A_CONTAINS(value,(1.0))", "adfg"),
        ("A_CONTAINS(value,(1.5))", ""),
        ("A_CONTAINEDBY(value,(1,2))", "abefg"),
        ("A_OVERLAPS(value,(3,2))", "abdg"),
        ("A_EQUALS(value,())", "e"),
        ("A_OVERLAPS(value,value)", "abdfg"),
        ("A_OVERLAPS(shares,(0.5,2))", "acf"),
        ("A_CONTAINS(shares,(1))", "b"),
        ("A_CONTAINS(flags,(false))", "b"),
        ("A_CONTAINS(tags,('foo')) AND NOT A_CONTAINS(value,(1))", "b"),
        ("A_CONTAINS((1,2),(2)) AND A_OVERLAPS(('a'),('b','a'))", "abcdefg"),
    ],
)
def test_filters_compare_arrays_as_sets(arrays: FeatureStore, asked: str, ids: str) -> None:
    where = read_filter(asked, TEXT, L93, L93)
    page = arrays.query(FeatureQuery(where=where))
    assert "".join(each.id for each in page.features) == ids
    assert page.number_matched == len(ids)


def test_filters_of_arrays_are_written_in_json_too(arrays: FeatureStore) -> None:
    tree = {"op": "a_containedBy", "args": [{"property": "tags"}, ["foo", "bar"]]}
    page = arrays.query(FeatureQuery(where=read_filter(json.dumps(tree), JSON, L93, L93)))
    assert "".join(each.id for each in page.features) == "abcd"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("A_CONTAINS(main,('foo'))", "main is not an array"),
        ("A_CONTAINS(tags,'foo')", "foo is not an array"),
        ("A_CONTAINS(tags,(1))", "values of type string"),
        ("A_CONTAINS(value,('x'))", "values of type integer"),
        ("A_CONTAINS(tags,(('foo','bar')))", "list is not supported"),
        ("A_CONTAINS(tags)", "takes 2"),
        ("tags = 'foo'", "is an array; ask with filter=A_CONTAINS(tags"),
        ("tags = tags", "is an array"),
        ("tags LIKE 'f%'", "is an array"),
        ("CASEI(tags) = 'foo'", "is an array"),
        ("value > 1", "is an array"),
        ("value IN (1,2)", "is an array"),
    ],
)
def test_what_is_no_comparison_of_arrays_is_refused(arrays: FeatureStore, asked: str, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        arrays.query(FeatureQuery(where=read_filter(asked, TEXT, L93, L93)))
    assert why in caught.value.en
    assert caught.value.fr != caught.value.en


def test_arrays_neither_sort_nor_equal_a_text(arrays: FeatureStore) -> None:
    with pytest.raises(InvalidInput, match="sorted"):
        arrays.query(FeatureQuery(sortby=(("tags", True),)))
    with pytest.raises(InvalidInput, match="array"):
        arrays.query(FeatureQuery(equals=(("tags", "foo"),)))
    assert arrays.field_range("tags").values is None


def test_arrays_are_edited(held: tuple[FeatureStore, str]) -> None:
    store, location = held

    def draft(**given: Any) -> Any:
        feature = {"type": "Feature", "geometry": None, "properties": given}
        return read_draft(feature, store, L93, codes={})

    new = draft(code="z", tags=["ici", "l'îlot"], value=[1, 2.0], shares=[1], flags=[False])
    try:
        with open_feature_editor(location, TABLE, "code") as editor:
            assert editor.insert(None, new.properties) == "z"
        (made,) = open_feature_store(location, TABLE, "code").read_geometries(["z"])
        assert made.properties["tags"] == ("ici", "l'îlot")
        assert made.properties["value"] == (1, 2)
        with open_feature_editor(location, TABLE, "code") as editor:
            editor.replace("z", None, draft(tags=[], value=None).properties)
        (made,) = open_feature_store(location, TABLE, "code").read_geometries(["z"])
        assert (made.properties["tags"], made.properties["value"]) == ((), None)
    finally:
        with open_feature_editor(location, TABLE, "code") as editor:
            editor.delete("z")
    for wrong, why in (("foo", "is an array"), ([1], "string"), ([["foo"]], "string")):
        with pytest.raises(InvalidInput, match=why):
            draft(tags=wrong)


def test_every_format_holds_arrays(arrays: FeatureStore, tmp_path: Path) -> None:
    table = table_of_features(
        arrays.query(FeatureQuery()).features,
        name="arrays",
        fields=arrays.fields,
        id_field="code",
        selected=None,
        source=L93,
        target=L93,
    )
    content = {name: encoded(name, [table]) for name in ("jsonfg", "parquet", "gpkg", "fgb", "csv", "xlsx")}
    files = {name: tmp_path / f"arrays.{name}" for name in content}
    for name, path in files.items():
        path.write_bytes(content[name])
    features = json.loads(content["jsonfg"])["features"]
    assert [each["properties"]["tags"] for each in features] == TAGS
    assert pq.read_table(files["parquet"])["shares"].to_pylist() == SHARES
    for name in ("gpkg", "fgb"):
        read = pyogrio.read_dataframe(files[name]).sort_values("code")["value"]
        assert [
            json.loads(str(value)) if isinstance(value, str | list) else None for value in read
        ] == FLOORS, name
    rows = list(csv.DictReader(io.StringIO(content["csv"].decode())))
    assert [row["tags"] for row in rows][4:6] == ["", '["été", "l\'an"]']
    sheet = openpyxl.load_workbook(files["xlsx"]).worksheets[0]
    assert [cell.value for cell in sheet["C"]][1:4] == ["[1, 2]", "[2]", None]
