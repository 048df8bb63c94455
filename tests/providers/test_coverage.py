"""A coverage of 10 x 10 cells of 100 m in Lambert-93; the cell at (row, column) holds `10 row + column`."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.providers.coverage import CoverageProvider
from estran.providers.errors import BadQuery, ItemNotFound, LayerUnavailable, QueryTooLarge
from estran.providers.request import current_parameters, set_parameters

LAMBERT = parse_crs(2154)
COUNT = np.arange(100).reshape(10, 10)
WHOLE = (380_000, 6_569_000, 381_000, 6_570_000)

VALIDATE = (
    "import sys; from osgeo_utils.samples.validate_cloud_optimized_geotiff import main;"
    "sys.exit(main(sys.argv))"
)

Make = Callable[..., CoverageProvider]


@pytest.fixture
def projected(tmp_path: Path) -> Make:
    """Two bands, `count` and `double`, nodata 255."""
    path = tmp_path / "projected.tif"
    values = np.stack([COUNT, 2 * COUNT]).astype("uint8")
    corner = Affine(100, 0, 380_000, 0, -100, 6_570_000)
    write_cog(path, values, crs=LAMBERT, transform=corner, nodata=255, band_names=["count", "double"])
    return _maker(path)


@pytest.fixture
def geographic(tmp_path: Path) -> Make:
    """One band in EPSG:4326, cells of 0.1 degree; the top left corner is 46.5 N, 1.5 W."""
    path = tmp_path / "geographic.tif"
    corner = Affine(0.1, 0, -1.5, 0, -0.1, 46.5)
    write_cog(path, COUNT.astype("int16"), crs=parse_crs(4326), transform=corner, nodata=-1)
    return _maker(path)


def _maker(path: Path) -> Make:
    def make(**keys: Any) -> CoverageProvider:
        definition = {
            "name": "estran.providers.coverage.CoverageProvider",
            "type": "coverage",
            "data": str(path),
            "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
        }
        return CoverageProvider(definition | keys)

    return make


def _values(coverage: Any, band: str) -> np.ndarray[Any, Any]:
    part = coverage["ranges"][band]
    return np.array(part["values"], dtype=float).reshape(part["shape"])


def _asked(provider: CoverageProvider, parameters: dict[str, str], **query: Any) -> Any:
    with set_parameters(parameters):
        return provider.query(**query)


def test_metadata_that_pygeoapi_reads(projected: Make) -> None:
    provider = projected()
    properties = provider._coverage_properties
    assert (properties["width"], properties["height"]) == (10, 10)
    assert (properties["resx"], properties["resy"]) == (100.0, 100.0)
    assert properties["bbox_crs"] == "http://www.opengis.net/def/crs/EPSG/0/2154"
    assert provider.axes[:2] == ["X", "Y"]
    assert provider.num_bands == 2


def test_without_parameters_the_whole_coverage(projected: Make) -> None:
    coverage = projected().query()
    assert _values(coverage, "count").tolist() == COUNT.tolist()
    assert _values(coverage, "double").sum() == 9900


def test_bands_by_name_and_number_in_the_order_asked(projected: Make) -> None:
    provider = projected()
    assert "1" in provider.fields
    assert "3" not in provider.fields
    assert list(provider.query(properties=["double"])["ranges"]) == ["double"]
    assert list(provider.query(properties=["2", "count"])["ranges"]) == ["double", "count"]
    with pytest.raises(BadQuery, match="count, double"):
        provider.query(properties=["third"])


@pytest.mark.parametrize(
    "crs",
    [
        2154,
        "2154",
        "EPSG:2154",
        "[EPSG:2154]",
        "http://www.opengis.net/def/crs/EPSG/0/2154",
        "urn:ogc:def:crs:EPSG::2154",
    ],
)
def test_bbox_in_the_own_crs_however_it_is_named(projected: Make, crs: str | int) -> None:
    """Rows 3 to 5 and columns 2 to 4."""
    coverage = projected().query(bbox=[380_200, 6_569_400, 380_500, 6_569_700], bbox_crs=crs)
    assert _values(coverage, "count").tolist() == COUNT[3:6, 2:5].tolist()


def test_bbox_is_longitude_latitude_by_default_and_follows_the_axis_order(projected: Make) -> None:
    to_degrees = Transformer.from_crs(2154, "OGC:CRS84", always_xy=True)
    lon, lat = to_degrees.transform(380_450, 6_569_350)
    point = [lon, lat, lon, lat]
    swapped = [lat, lon, lat, lon]
    provider = projected()
    expected = [[64.0]]
    assert _values(provider.query(bbox=point), "count").tolist() == expected
    assert _values(provider.query(bbox=point, bbox_crs="CRS84"), "count").tolist() == expected
    assert _values(provider.query(bbox=swapped, bbox_crs="EPSG:4326"), "count").tolist() == expected
    with pytest.raises(ItemNotFound):
        provider.query(bbox=swapped)


def test_bbox_with_heights(projected: Make) -> None:
    coverage = projected().query(bbox=[380_200, 6_569_400, 0, 380_500, 6_569_700, 10], bbox_crs=2154)
    assert _values(coverage, "count").shape == (3, 3)


def test_bbox_in_web_mercator(projected: Make) -> None:
    x, y = Transformer.from_crs(2154, 3857, always_xy=True).transform(380_950, 6_569_950)
    assert _values(projected().query(bbox=[x, y, x, y], bbox_crs=3857), "count").tolist() == [[9]]


@pytest.mark.parametrize(
    ("bbox", "crs"),
    [
        ([float("nan"), 46, -1, 47], None),
        ([-2, 46, float("inf"), 47], None),
        ([170, 46, -170, 47], None),
        ([-2, 47, -1, 46], None),
        ([-2, 46, -1, 47], "EPSG:999999"),
        ([-2, 46, -1, 47], "nonsense"),
        ([], "nonsense"),
    ],
)
def test_a_wrong_bbox_is_a_bad_query(projected: Make, bbox: list[float], crs: str | None) -> None:
    with pytest.raises(BadQuery) as caught:
        projected().query(bbox=bbox, bbox_crs=crs)
    assert caught.value.http_status_code == 400


@pytest.mark.parametrize("bbox", [[10, 46, 11, 47], [-180, -90, -179, -89], [-1.6, 46.1, -1.59, 46.2]])
def test_a_bbox_outside_is_not_found(projected: Make, bbox: list[float]) -> None:
    with pytest.raises(ItemNotFound, match="covers") as caught:
        projected().query(bbox=bbox)
    assert caught.value.http_status_code == 404


def test_the_world_is_the_whole_coverage(projected: Make) -> None:
    assert _values(projected().query(bbox=[-180, -90, 180, 90]), "count").shape == (10, 10)


@pytest.mark.parametrize(
    ("x", "y"), [("X", "Y"), ("x", "y"), ("E", "N"), ("e", "n"), ("Easting", "Northing")]
)
def test_subset_by_own_axes(projected: Make, x: str, y: str) -> None:
    provider = projected()
    assert {x, y} <= set(provider.axes)
    coverage = provider.query(subsets={x: [380_200, 380_500], y: [6_569_400, 6_569_700]})
    assert _values(coverage, "count").tolist() == COUNT[3:6, 2:5].tolist()


def test_subset_open_or_at_a_point(projected: Make) -> None:
    provider = projected()
    assert _values(provider.query(subsets={"X": [380_800, "*"]}), "count").shape == (10, 2)
    assert _values(provider.query(subsets={"Y": ["*", 6_569_300]}), "count").shape == (3, 10)
    assert _values(provider.query(subsets={"X": ["*"]}), "count").shape == (10, 10)
    assert _values(provider.query(subsets={"X": [380_350]}), "count").tolist() == COUNT[:, 3:4].tolist()


@pytest.mark.parametrize(("lon", "lat"), [("Lon", "Lat"), ("Long", "Lat"), ("longitude", "latitude")])
def test_subset_by_degrees_of_a_projected_coverage(projected: Make, lon: str, lat: str) -> None:
    provider = projected()
    assert {lon, lat} <= set(provider.axes)
    x, y = Transformer.from_crs(2154, "OGC:CRS84", always_xy=True).transform(380_450, 6_569_350)
    assert _values(provider.query(subsets={lon: [x, x], lat: [y, y]}), "count").tolist() == [[64]]


def test_subset_in_another_crs(projected: Make) -> None:
    x, y = Transformer.from_crs(2154, 3857, always_xy=True).transform(380_450, 6_569_350)
    provider = projected()
    subsets = {"X": [x], "Y": [y]}
    assert _values(_asked(provider, {"subset-crs": "3857"}, subsets=subsets), "count").tolist() == [[64]]
    with pytest.raises(ItemNotFound):
        provider.query(subsets=subsets)


def test_subset_and_bbox_keep_what_is_in_both(projected: Make) -> None:
    coverage = projected().query(
        bbox=[380_200, 6_569_400, 380_500, 6_569_700], bbox_crs=2154, subsets={"X": [380_400, 381_000]}
    )
    assert _values(coverage, "count").tolist() == COUNT[3:6, 4:5].tolist()


@pytest.mark.parametrize(
    "subsets",
    [{"Z": [1, 2]}, {"X": ["a", "b"]}, {"X": [2, 1]}, {"X": [float("nan")]}, {"X": [380_000, True]}],
)
def test_a_wrong_subset_is_a_bad_query(projected: Make, subsets: dict[str, Any]) -> None:
    with pytest.raises(BadQuery):
        projected().query(subsets=subsets)


def test_geographic_coverage(geographic: Make) -> None:
    provider = geographic()
    assert provider.axes[:2] == ["Lon", "Lat"]
    assert provider.crs == "http://www.opengis.net/def/crs/EPSG/0/4326"
    by_subset = provider.query(subsets={"Lat": [46.2, 46.4], "Lon": [-1.4, -1.1]})
    by_bbox = provider.query(bbox=[46.2, -1.4, 46.4, -1.1], bbox_crs="EPSG:4326")
    assert _values(by_subset, "1").tolist() == _values(by_bbox, "1").tolist() == COUNT[1:3, 1:4].tolist()


def test_geographic_axes_are_latitude_first_in_their_crs(geographic: Make) -> None:
    reference = geographic().query()["domain"]["referencing"][0]
    assert reference["coordinates"] == ["y", "x"]
    assert reference["system"]["type"] == "GeographicCRS"


@pytest.mark.parametrize(
    ("parameters", "shape"),
    [
        ({"scale-factor": "2"}, (5, 5)),
        ({"scale-factor": "3"}, (4, 4)),
        ({"scale-factor": "0.5"}, (20, 20)),
        ({"scale-axes": "X(2),Y(5)"}, (2, 5)),
        ({"scale-axes": "E(5)"}, (10, 2)),
        ({"scale-size": "x(4),y(3)"}, (3, 4)),
        ({"scale-size": "Lat(3),Lon(4)"}, (3, 4)),
        ({"scale-size": "Lat(3)"}, (3, 10)),
        ({"scaleSize": "Lat(3),Long(4)"}, (3, 4)),
    ],
)
def test_scale(projected: Make, parameters: dict[str, str], shape: tuple[int, int]) -> None:
    coverage = _asked(projected(), parameters)
    assert coverage["ranges"]["count"]["shape"] == list(shape)


def test_scale_applies_after_the_area(projected: Make) -> None:
    """Rows and columns 0 to 3, averaged two by two: 5.5, 7.5, 25.5 and 27.5, rounded to integers."""
    coverage = _asked(
        projected(resampling="average"),
        {"scale-factor": "2"},
        bbox=[380_000, 6_569_600, 380_400, 6_570_000],
        bbox_crs=2154,
    )
    values = _values(coverage, "count")
    assert np.abs(values - [[5.5, 7.5], [25.5, 27.5]]).max() <= 0.5


@pytest.mark.parametrize(
    "parameters",
    [
        {"scale-factor": "0"},
        {"scale-factor": "-1"},
        {"scale-factor": "nan"},
        {"scale-factor": "two"},
        {"scale-factor": ""},
        {"scale-axes": "X"},
        {"scale-axes": "X(2),x(3)"},
        {"scale-axes": "time(2)"},
        {"scale-size": "X(1.5)"},
        {"scale-size": "X(0)"},
        {"scale-size": "X(1e300)"},
        {"scale-factor": "2", "scale-size": "X(2)"},
        {"crs": "nonsense"},
        {"subset-crs": "nonsense"},
    ],
)
def test_wrong_parameters_are_bad_queries(projected: Make, parameters: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        _asked(projected(), parameters)


def test_output_crs(projected: Make) -> None:
    coverage = _asked(projected(), {"crs": "http://www.opengis.net/def/crs/EPSG/0/3857"})
    assert coverage["domain"]["referencing"][0]["system"]["id"].endswith("/EPSG/0/3857")
    assert None in coverage["ranges"]["count"]["values"]


@pytest.mark.parametrize("text", ["2021", "2021-01", "2021-01-01", "2021-01-01T00:00:00Z", "../2021-01-01"])
def test_datetime_is_ignored_by_a_layer_without_time(projected: Make, text: str) -> None:
    assert _values(projected().query(datetime_=text), "count").sum() == 4950


@pytest.mark.parametrize("text", ["nonsense", "2021-13-01", "a/b", "1/2/3", ""])
def test_a_nonsense_datetime_is_a_bad_query(projected: Make, text: str) -> None:
    with pytest.raises(BadQuery):
        projected().query(datetime_=text)


def test_too_many_values_are_refused_with_the_way_out(projected: Make) -> None:
    """A limit of 196 lets 49 values of text pass: 200 do not; 4 x 4 x 2 = 32 at scale-factor 3 do."""
    provider = projected(limits={"coverage_pixels": 196})
    with pytest.raises(QueryTooLarge, match="scale-factor=3") as caught:
        provider.query()
    assert caught.value.http_status_code == 413
    assert _asked(provider, {"scale-factor": "3"})["ranges"]["count"]["shape"] == [4, 4]
    with pytest.raises(QueryTooLarge, match="scale-factor=2"):
        provider.query(format_="GTiff")
    assert provider.query(format_="png").startswith(b"\x89PNG")


@pytest.mark.component("gdal")
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (512, 400), (1024, 600), (1100, 1100)])
def test_gdal_s_validator_finds_every_geotiff_cloud_optimised(
    projected: Make, tmp_path: Path, rows: int, columns: int
) -> None:
    """A file written once and one copied by the COG driver; of both the values come back."""
    path, answer = tmp_path / "wide.tif", tmp_path / "answer.tif"
    corner = Affine(1, 0, 380_000, 0, -1, 6_570_000)
    values = np.random.default_rng(7).normal(size=(2, rows, columns)).astype("float32")
    write_cog(path, values, crs=LAMBERT, transform=corner, nodata=-9)
    answer.write_bytes(projected(data=str(path)).query(format_="GTiff"))
    done = subprocess.run(
        ["/usr/bin/python3", "-c", VALIDATE, str(answer), "--full-check=yes"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "is a valid cloud optimized GeoTIFF" in done.stdout, done.stdout + done.stderr
    with rasterio.open(answer) as raster:
        assert np.array_equal(raster.read(), values)
        assert bool(raster.overviews(1)) == (max(rows, columns) > 1024)


def test_a_page_gets_a_preview(projected: Make, tmp_path: Path) -> None:
    path = tmp_path / "wide.tif"
    corner = Affine(1, 0, 380_000, 0, -1, 6_570_000)
    write_cog(path, np.ones((600, 1200), "uint8"), crs=LAMBERT, transform=corner, nodata=0)
    coverage = _asked(projected(data=str(path)), {"f": "html"})
    rows, columns = coverage["ranges"]["1"]["shape"]
    assert rows * columns <= 256 * 256
    assert columns == 2 * rows


def test_unknown_format_is_a_bad_query(projected: Make) -> None:
    with pytest.raises(BadQuery, match="GTiff"):
        projected().query(format_="xyz")


def test_broken_layers_are_unavailable(projected: Make, tmp_path: Path) -> None:
    with pytest.raises(LayerUnavailable, match=r"absent\.tif") as caught:
        projected(data=str(tmp_path / "absent.tif"))
    assert caught.value.http_status_code == 503
    with pytest.raises(LayerUnavailable, match="not well configured"):
        projected(resampling="cubic")


def test_parameters_are_those_of_the_innermost_block_and_none_outside() -> None:
    assert current_parameters() == {}
    with set_parameters({"a": "1"}):
        with set_parameters({"b": "2"}):
            assert current_parameters() == {"b": "2"}
        assert current_parameters() == {"a": "1"}
    assert current_parameters() == {}
