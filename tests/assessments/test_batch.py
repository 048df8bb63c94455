"""A collection of parcels: one row each, errors on their rows, in every format."""

import csv
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from openpyxl import load_workbook
from pyproj import CRS

from estran.assessments.envelope import Envelope
from estran.assessments.tables import unit_name
from estran.carbon.errors import InvalidGeometry, TooLarge
from estran.layers.geodesy import parse_crs, reproject
from estran.processes.carbon_stock import CarbonStock
from estran.processes.formats import GEOPACKAGE, GEOPARQUET, XLSX

Ask = Callable[..., Envelope]
Box = Callable[..., dict[str, Any]]

BOW_TIE = {
    "type": "Polygon",
    "coordinates": [
        [
            [380_100, 6_570_100],
            [380_900, 6_570_900],
            [380_900, 6_570_100],
            [380_100, 6_570_900],
            [380_100, 6_570_100],
        ]
    ],
}


def collection(*geometries: Any, properties: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    given = properties or [{"name": f"parcel {rank}", "rank": rank} for rank in range(len(geometries))]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": f"p{rank}", "properties": given[rank], "geometry": geometry}
            for rank, geometry in enumerate(geometries)
        ],
    }


def parcels(kilometres: Box, count: int) -> list[dict[str, Any]]:
    """Strips of the two southern squares, 2 km by 1 km cut upright."""
    width = 2.0 / count
    return [kilometres(rank * width, 0, width, 1) for rank in range(count)]


def value(answer: Any, name: str = "total") -> float | None:
    return answer.indicator(name).value


def test_many_parcels_have_one_row_each_and_add_up(ask: Ask, kilometres: Box) -> None:
    """700 strips: more than are read at once."""
    strips = parcels(kilometres, 700)
    answer = ask(collection(*strips))
    assert [feature.id for feature in answer.features] == [f"p{rank}" for rank in range(700)]
    assert sum(value(row) for row in answer.features) == pytest.approx(value(answer), rel=1e-9)
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0, 2, 1))), rel=1e-9)
    for rank in (0, 350, 699):
        assert value(answer.features[rank]) == pytest.approx(value(ask(strips[rank])), rel=1e-9)


def test_a_parcel_that_cannot_be_read_has_its_error_and_the_others_their_figures(
    ask: Ask, kilometres: Box
) -> None:
    swapped = {
        "type": "Polygon",
        "coordinates": [[[y, x] for x, y in kilometres(0, 0)["coordinates"][0]]],
    }
    answer = ask(collection(kilometres(0, 0), BOW_TIE, {"type": "Poligon"}, swapped, kilometres(1, 0)))
    errors = [feature.error for feature in answer.features]
    assert [error.code if error else None for error in errors] == [
        None,
        "invalid-geometry",
        "invalid-geometry",
        "invalid-geometry",
        None,
    ]
    assert errors[1].where == "geometry.features[1].geometry.coordinates[0]"
    assert "did you mean 'Polygon'" in errors[2].message.en
    assert "x et y sont inversés" in errors[3].message.fr
    for feature in answer.features[1:4]:
        assert {each.value for each in feature.indicators} == {None}
        assert all(each.reason for each in feature.indicators)
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0, 2, 1))), rel=1e-9)
    assert answer.indicator("total").partial
    notice = next(notice for notice in answer.warnings if notice.code == "failed-features")
    assert "3 of 5" in notice.message.en
    assert "3 sur 5" in notice.message.fr


def test_a_parcel_with_no_position_on_the_earth_is_told_by_its_row(ask: Ask, kilometres: Box) -> None:
    """Far beyond the antipodes, the inverse of an azimuthal equal-area projection has no value."""
    europe = parse_crs(3035)
    moved = reproject(shapely.from_geojson(json.dumps(kilometres(0, 0))), parse_crs(2154), europe)
    far = {"type": "Polygon", "coordinates": [[[9e7, 9e7], [9.1e7, 9e7], [9e7, 9.1e7], [9e7, 9e7]]]}
    answer = ask(collection(json.loads(shapely.to_geojson(moved)), far), crs=3035)
    assert [feature.error is None for feature in answer.features] == [True, False]
    assert "has no position" in answer.features[1].error.message.en
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0))), rel=1e-6)


def test_a_feature_that_is_none_is_told_by_its_rank(ask: Ask, kilometres: Box) -> None:
    given = collection(kilometres(0, 0))
    given["features"] += [3, {"type": "Feature", "id": 7, "properties": None}]
    answer = ask(given)
    assert [feature.id for feature in answer.features] == ["p0", "1", "7"]
    assert [feature.error is None for feature in answer.features] == [True, False, False]


def test_when_no_parcel_can_be_read_the_request_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidGeometry) as caught:
        ask(collection(BOW_TIE, BOW_TIE))
    assert caught.value.where == "geometry.features[0].geometry.coordinates[0]"


def test_too_many_parcels_are_refused_at_once(ask: Ask, kilometres: Box) -> None:
    with pytest.raises(TooLarge, match="at most"):
        ask(collection(*[kilometres(0, 0)] * 10_001))


def test_overlapping_parcels_with_an_error_count_once(ask: Ask, kilometres: Box) -> None:
    answer = ask(collection(kilometres(0, 0), BOW_TIE, kilometres(0.5, 0, 0.5, 1)))
    assert value(answer) == pytest.approx(value(ask(kilometres(0, 0))), rel=1e-9)


@pytest.fixture
def process(tiny_directory: Path) -> CarbonStock:
    return CarbonStock({"name": "x", "config": str(tiny_directory / "pygeoapi-config.yml")})


@pytest.fixture
def inputs(kilometres: Box) -> dict[str, Any]:
    properties = [
        {"name": "=1+1", "rank": 0, "mixed": 1, "total_tc": "mine", "tags": ["a"]},
        {"name": "é", "rank": 1, "mixed": "x", "fid": 4},
        {"name": None, "rank": 2, "geometry": "text"},
    ]
    return {
        "geometry": collection(kilometres(0, 0), BOW_TIE, kilometres(3, 0), properties=properties),
        "crs": 2154,
    }


def run(process: CarbonStock, inputs: dict[str, Any], media_type: str) -> Any:
    found, content = process.execute(inputs, {"result": {"format": {"mediaType": media_type}}})
    assert found == media_type
    return content


def frames(process: CarbonStock, inputs: dict[str, Any], tmp_path: Path) -> list[gpd.GeoDataFrame]:
    geopackage = tmp_path / "result.gpkg"
    geopackage.write_bytes(run(process, inputs, GEOPACKAGE))
    parquet = tmp_path / "result.parquet"
    parquet.write_bytes(run(process, inputs, GEOPARQUET))
    return [gpd.read_file(geopackage, layer="result"), gpd.read_parquet(parquet)]


def test_maps_hold_one_row_per_parcel_in_the_crs_of_the_request(
    process: CarbonStock, inputs: dict[str, Any], tmp_path: Path
) -> None:
    expected = process.execute(inputs)[1]["features"][0]["indicators"][0]["value"]
    for frame in frames(process, inputs, tmp_path):
        assert frame.crs == CRS.from_epsg(2154)
        assert list(frame["feature"]) == ["p0", "p1", "p2"]
        assert frame["total_tC"][0] == expected
        assert frame["total_tC"][1:].isna().all()
        assert list(frame["error"].fillna("")) == ["", "invalid-geometry", ""]
        assert list(frame["name"].fillna("")) == ["=1+1", "é", ""]
        assert list(frame["mixed"].fillna("")) == ["1", "x", ""]
        assert frame["total_tc_"][0] == "mine"
        assert frame.geometry[0].area == pytest.approx(1e6)
        assert frame.geometry[1] is None


def test_the_geopackage_has_the_figures_of_the_whole(
    process: CarbonStock, inputs: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "result.gpkg"
    path.write_bytes(run(process, inputs, GEOPACKAGE))
    assert {name for name, _ in pyogrio.list_layers(path)} == {"result", "figures"}
    figures = gpd.read_file(path, layer="figures")
    assert {"indicator", "breakdown", "warning"} <= set(figures["kind"])


def test_csv_has_one_row_per_parcel(process: CarbonStock, inputs: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(process, inputs, "text/csv"))))
    assert [row["feature"] for row in rows] == ["p0", "p1", "p2"]
    assert rows[1]["total_tC"] == ""
    assert "se croise" in rows[1]["error_fr"]
    assert rows[0]["tags"] == '["a"]'


def test_a_workbook_has_one_row_per_parcel_and_no_formula(
    process: CarbonStock, inputs: dict[str, Any]
) -> None:
    book = load_workbook(io.BytesIO(run(process, inputs, XLSX)))
    assert book.sheetnames == ["features", "figures", "factors", "sources", "receipt"]
    header, *rows = book["features"].iter_rows(values_only=True)
    assert len(rows) == 3
    assert rows[0][header.index("name")] == "=1+1"
    assert {cell.data_type for row in book["features"].iter_rows() for cell in row} <= {"s", "n", "b"}
    assert rows[2][header.index("total_tC")] is None
    named = dict(book["receipt"].iter_rows(values_only=True))
    assert named["process"] == "carbon-stock"
    assert len(named["receipt"]) == 64


def test_one_place_has_one_row_per_indicator_and_item(process: CarbonStock, kilometres: Box) -> None:
    inputs = {"geometry": kilometres(0, 0), "crs": 2154}
    rows = list(csv.DictReader(io.StringIO(run(process, inputs, "text/csv"))))
    assert rows[0]["kind"] == "indicator"
    assert {row["feature"] for row in rows} == {"total"}
    sheet = load_workbook(io.BytesIO(run(process, inputs, XLSX)))["figures"]
    assert sheet.max_row == len(rows) + 1


def test_geojson_rings_turn_as_the_standard_asks(process: CarbonStock, inputs: dict[str, Any]) -> None:
    mapped = run(process, inputs, "application/geo+json")
    assert [feature["geometry"] is None for feature in mapped["features"]] == [False, True, False]
    ring = mapped["features"][0]["geometry"]["coordinates"][0]
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring))
    assert area > 0.0
    assert json.loads(json.dumps(mapped)) == mapped


@pytest.mark.parametrize(
    ("unit", "name"),
    [("tC", "_tC"), ("tCO2e/yr", "_tCO2e_per_yr"), ("kWh/m2 Sref", "_kWh_per_m2_Sref"), ("", "")],
)
def test_a_unit_ends_the_name_of_a_column(unit: str, name: str) -> None:
    assert unit_name(unit) == name


def test_columns_of_numbers_stay_numbers(
    process: CarbonStock, inputs: dict[str, Any], tmp_path: Path
) -> None:
    for frame in frames(process, inputs, tmp_path):
        assert pd.api.types.is_integer_dtype(frame["rank"])
        assert pd.api.types.is_float_dtype(frame["total_tC"])
