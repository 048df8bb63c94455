"""What encoders make of tables that are hard to write."""

import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from openpyxl import load_workbook
from pyproj import CRS

from estran.layers.features.encoding.arrow import collected
from estran.layers.features.encoding.formats import encoded
from estran.layers.features.encoding.table import About, FeatureTable, table_of_rows
from estran.layers.features.encoding.vector import uniform
from estran.layers.features.query import Field

CRS84 = CRS.from_authority("OGC", "CRS84")
ABOUT = About(title="Été", licence="ODbL-1.0", attribution="© La Rochelle", vintage="2024")


def table(*fields: Field, values: dict[str, list[Any]], shapes: list[Any] | None = None) -> FeatureTable:
    count = len(next(iter(values.values())))
    geometries = None
    if shapes is not None:
        geometries = np.empty(count, dtype=object)
        geometries[:] = shapes
    return FeatureTable(
        name="things",
        ids=[f"t{number}" for number in range(count)],
        id_field=Field("id", "string"),
        fields=fields,
        columns=values,
        geometries=geometries,
        crs=CRS84 if shapes is not None else None,
        about=ABOUT,
    )


def test_a_column_with_a_value_of_another_type_becomes_text() -> None:
    found = collected([table(Field("n", "integer"), values={"n": [1, "two", None]})]).columns
    assert found.column_names == ["id", "n"]
    assert found["n"].to_pylist() == ["1", "two", None]


def test_parts_of_one_table_agree_on_types() -> None:
    parts = [table(Field("n", "integer"), values={"n": [each]}) for each in (7, "seven")]
    assert collected(parts).columns["n"].to_pylist() == ["7", "seven"]


def test_a_date_that_is_none_stays_text() -> None:
    parts = [table(Field("d", "string", "date"), values={"d": ["2020-02-30", "2020-01-01"]})]
    assert collected(parts).columns["d"].to_pylist() == ["2020-02-30", "2020-01-01"]


def test_a_time_without_zone_is_in_utc() -> None:
    values = ["2020-01-01T10:00:00", "2020-01-01T12:00:00+02:00"]
    found = collected([table(Field("t", "string", "date-time"), values={"t": values})]).columns["t"]
    assert [moment.isoformat() for moment in found.to_pylist()] == ["2020-01-01T10:00:00+00:00"] * 2


def test_points_among_multipoints_become_multipoints() -> None:
    shapes = np.array(
        [shapely.Point(1, 2), shapely.MultiPoint([(3, 4), (5, 6)]), None, shapely.Point()], dtype=object
    )
    kind, found = uniform(shapes)
    assert kind == "MultiPoint"
    assert [None if shape is None else shape.wkt for shape in found] == [
        "MULTIPOINT ((1 2))",
        "MULTIPOINT ((3 4), (5 6))",
        None,
        "MULTIPOINT EMPTY",
    ]


def test_heights_are_kept_where_all_shapes_are_of_one_type(tmp_path: Path) -> None:
    path = tmp_path / "things.fgb"
    shapes = [shapely.Point(1, 2, 3), shapely.Point(4, 5, 6)]
    path.write_bytes(encoded("fgb", [table(Field("n", "integer"), values={"n": [1, 2]}, shapes=shapes)]))
    # FlatGeobuf orders its features along a curve.
    frame = pyogrio.read_dataframe(path).sort_values("n")
    assert [shape.z for shape in frame.geometry] == [3, 6]


def test_names_that_differ_by_case_are_told_apart_in_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "things.gpkg"
    values = {"Nom": ["a"], "nom": ["b"], "fid": [3], "geom": ["c"]}
    kinds = {"fid": "integer"}
    fields = [Field(name, kinds.get(name, "string")) for name in values]  # type: ignore[arg-type]
    path.write_bytes(encoded("gpkg", [table(*fields, values=values, shapes=[shapely.Point(1, 2)])]))
    frame = pyogrio.read_dataframe(path)
    assert frame[["Nom", "nom_", "fid", "geom"]].iloc[0].tolist() == ["a", "b", 3, "c"]
    assert frame.geometry[0] == shapely.Point(1, 2)


def test_terms_are_in_the_file(tmp_path: Path) -> None:
    made = [table(Field("n", "integer"), values={"n": [1]}, shapes=[shapely.Point(1, 2)])]
    for name in ("gpkg", "fgb", "parquet"):
        (tmp_path / f"things.{name}").write_bytes(encoded(name, made))
    with sqlite3.connect(tmp_path / "things.gpkg") as package:
        (metadata,) = package.execute("SELECT metadata FROM gpkg_metadata").fetchone()
        (identifier,) = package.execute("SELECT identifier FROM gpkg_contents").fetchone()
    package.close()
    assert identifier == "Été"
    assert "ODbL-1.0" in metadata
    assert "© La Rochelle" in metadata
    assert pyogrio.read_info(tmp_path / "things.fgb")["layer_metadata"] == {
        "TITLE": "Été",
        "DESCRIPTION": "ODbL-1.0\n© La Rochelle\n2024",
    }
    schema = pq.read_schema(tmp_path / "things.parquet").metadata
    assert schema[b"license"].decode() == "ODbL-1.0"
    assert schema[b"attribution"].decode() == "© La Rochelle"
    book = load_workbook(io.BytesIO(encoded("xlsx", made)))
    known = dict(row[:2] for row in book["about"].iter_rows(values_only=True))
    assert known["attribution"] == "© La Rochelle"
    assert known["crs"] == "OGC:CRS84"


def test_what_excel_cannot_hold_is_text() -> None:
    fields = Field("n", "integer"), Field("d", "string", "date"), Field("s", "string")
    values = {"n": [2**60, 5], "d": ["1789-07-14", "1900-03-01"], "s": ["=1+1", "a\x0bb"]}
    sheet = load_workbook(io.BytesIO(encoded("xlsx", [table(*fields, values=values)])))["things"]
    (_, *old), (_, *new) = list(sheet.iter_rows(values_only=True, min_row=2))
    assert old == ["1152921504606846976", "1789-07-14", "=1+1"]
    assert sheet["D2"].data_type == "s"
    assert new[0] == 5
    assert new[1].date().isoformat() == "1900-03-01"
    assert new[2] == "ab"


def test_a_geometry_longer_than_a_cell_is_left_out_and_counted() -> None:
    ring = shapely.Point(0, 0).buffer(1, quad_segs=1000)
    made = table(Field("n", "integer"), values={"n": [1, 2]}, shapes=[ring, shapely.Point(1, 2)])
    book = load_workbook(io.BytesIO(encoded("xlsx", [made])))
    assert [row[2] for row in book["things"].iter_rows(values_only=True, min_row=2)] == [None, "POINT (1 2)"]
    notes = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True)}
    assert "longer" in notes[1] or "too long" in notes[1]


def test_a_workbook_is_the_same_bytes_each_time() -> None:
    made = [table(Field("s", "string"), values={"s": ["a"]})]
    assert encoded("xlsx", made) == encoded("xlsx", made)


def test_columns_of_rows_take_the_type_that_holds_all() -> None:
    rows = [
        {"whole": 1, "real": 1, "mixed": 1, "list": [1], "flag": True, "large": 2**70},
        {"whole": None, "real": 0.5, "mixed": "x", "flag": None},
    ]
    made = table_of_rows(rows, name="result", ids=["a", "b"], id_name="feature")
    assert {field.name: field.type for field in made.fields} == {
        "whole": "integer",
        "real": "number",
        "mixed": "string",
        "list": "string",
        "flag": "boolean",
        "large": "string",
    }
    assert made.columns["list"] == ["[1]", None]
    assert made.columns["large"] == [str(2**70), None]


def test_the_identifier_comes_first_when_it_was_not_asked() -> None:
    text = encoded("csv", [table(Field("n", "integer"), values={"n": [5]})]).decode()
    assert text == 'id,n\r\n"t0",5\r\n'


def test_a_schema_makes_types_and_schemas_true() -> None:
    made = table(Field("n", "integer"), values={"n": [5]}, shapes=[shapely.Point(1, 2)])
    plain = json.loads(encoded("jsonfg", [made]))
    assert "featureType" not in plain
    about = About(schema="https://carbon.example/schema")
    typed = json.loads(encoded("jsonfg", [FeatureTable(**{**vars(made), "about": about})]))
    assert typed["featureType"] == "things"
    assert typed["featureSchema"] == about.schema
    assert typed["geometryDimension"] == 0
    assert typed["conformsTo"][-1].endswith("/conf/types-schemas")


@pytest.mark.parametrize("name", ["gpkg", "fgb", "parquet", "csv"])
def test_parts_follow_each_other(name: str, tmp_path: Path) -> None:
    parts = [
        table(Field("n", "integer"), values={"n": [number]}, shapes=[shapely.Point(number, 0)])
        for number in range(3)
    ]
    path = tmp_path / f"things.{name}"
    path.write_bytes(encoded(name, parts))
    found = pq.read_table(path)["n"] if name == "parquet" else pyogrio.read_dataframe(path)["n"]
    assert sorted(int(str(number)) for number in found) == [0, 1, 2]
