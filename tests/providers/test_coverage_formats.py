"""What each output format of a coverage holds, read back with other software where there is some."""

import io
import json
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from rasterio.io import MemoryFile

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.providers.coverage import CoverageProvider
from estran.providers.request import set_parameters

LAMBERT = parse_crs(2154)
CORNER = Affine(100, 0, 380_000, 0, -100, 6_570_000)
RED, BLUE, CLEAR = (200, 30, 40, 255), (20, 60, 180, 255), (0, 0, 0, 0)
LICENCE = {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://www.etalab.gouv.fr"}

Make = Callable[..., CoverageProvider]


@pytest.fixture
def classes(tmp_path: Path) -> Make:
    """A categorical coverage: class 1 (red) on the left half, 2 (blue) on the right, no data (0) on row 0."""
    path = tmp_path / "classes.tif"
    values = np.repeat([[1] * 5 + [2] * 5], 10, axis=0).astype("uint8")
    values[0] = 0
    write_cog(
        path,
        values,
        crs=LAMBERT,
        transform=CORNER,
        nodata=0,
        band_names=["land"],
        colormap={0: CLEAR, 1: RED, 2: BLUE},
    )
    return _maker(
        path,
        resampling="nearest",
        field_settings={
            "land": {
                "title": {"fr": "Sol", "en": "Land"},
                "codelist": {
                    "1": {"fr": "Bâti", "en": "Building"},
                    "2": {"fr": "Eau", "en": "Water"},
                },
            }
        },
    )


@pytest.fixture
def amounts(tmp_path: Path) -> Make:
    """Two float bands from 0 to 99 and from 0 to 990; the last cell has no data."""
    path = tmp_path / "amounts.tif"
    first = np.arange(100, dtype="float32").reshape(10, 10)
    values = np.stack([first, 10 * first])
    values[:, 9, 9] = -1
    write_cog(
        path, values, crs=LAMBERT, transform=CORNER, nodata=-1, band_names=["co2", "ch4"], units=["", "kg"]
    )
    return _maker(
        path,
        resampling="average",
        licence=LICENCE,
        attribution="Source",
        vintage="2013",
        synthetic=True,
        field_settings={"co2": {"title": {"fr": "CO₂ fossile", "en": "Fossil CO₂"}, "unit": "t/a"}},
    )


def _maker(path: Path, **settings: Any) -> Make:
    def make(**keys: Any) -> CoverageProvider:
        definition = {"name": "coverage", "type": "coverage", "data": str(path)}
        return CoverageProvider(definition | settings | keys)

    return make


def _pixels(png: bytes) -> np.ndarray[Any, Any]:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGBA"))


def test_coverage_json_of_quantities(amounts: Make) -> None:
    coverage = amounts().query()
    json.dumps(coverage, allow_nan=False)
    assert coverage["type"] == "Coverage"
    assert coverage["domain"] == {
        "type": "Domain",
        "domainType": "Grid",
        "axes": {
            "x": {"start": 380_050, "stop": 380_950, "num": 10},
            "y": {"start": 6_569_950, "stop": 6_569_050, "num": 10},
        },
        "referencing": [
            {
                "coordinates": ["x", "y"],
                "system": {"type": "ProjectedCRS", "id": "http://www.opengis.net/def/crs/EPSG/0/2154"},
            }
        ],
    }
    assert list(coverage["parameters"]) == list(coverage["ranges"]) == ["co2", "ch4"]
    co2 = coverage["parameters"]["co2"]
    assert co2["type"] == "Parameter"
    assert co2["observedProperty"] == {"label": {"fr": "CO₂ fossile", "en": "Fossil CO₂"}}
    assert co2["unit"]["symbol"]["value"] == "t/a"
    assert coverage["parameters"]["ch4"]["unit"]["symbol"]["value"] == "kg"
    values = coverage["ranges"]["co2"]
    assert {key: values[key] for key in ("type", "dataType", "axisNames", "shape")} == {
        "type": "NdArray",
        "dataType": "float",
        "axisNames": ["y", "x"],
        "shape": [10, 10],
    }
    assert values["values"][:99] == list(range(99))
    assert values["values"][99] is None
    assert (coverage["licence"]["id"], coverage["synthetic"]) == ("etalab-2.0", True)


def test_coverage_json_of_classes(classes: Make) -> None:
    coverage = classes().query()
    parameter = coverage["parameters"]["land"]
    assert "unit" not in parameter
    assert parameter["observedProperty"]["categories"] == [
        {"id": "1", "label": {"fr": "Bâti", "en": "Building"}},
        {"id": "2", "label": {"fr": "Eau", "en": "Water"}},
    ]
    assert parameter["categoryEncoding"] == {"1": 1, "2": 2}
    assert coverage["ranges"]["land"]["dataType"] == "integer"
    assert coverage["ranges"]["land"]["values"][:20] == [None] * 10 + [1] * 5 + [2] * 5


def test_coverage_json_of_one_cell_starts_where_it_stops(amounts: Make) -> None:
    axes = amounts().query(subsets={"X": [380_350], "Y": [6_569_850]})["domain"]["axes"]
    assert axes["x"] == {"start": 380_350, "stop": 380_350, "num": 1}
    assert axes["y"] == {"start": 6_569_850, "stop": 6_569_850, "num": 1}


def test_coverage_json_axes_follow_the_scale(amounts: Make) -> None:
    with set_parameters({"scale-factor": "5"}):
        axes = amounts().query()["domain"]["axes"]
    assert axes["x"] == {"start": 380_250, "stop": 380_750, "num": 2}
    assert axes["y"] == {"start": 6_569_750, "stop": 6_569_250, "num": 2}


def test_coverage_json_writes_not_a_number_as_null(tmp_path: Path) -> None:
    path = tmp_path / "nan.tif"
    values = np.array([[1.0, np.nan]], dtype="float32")
    write_cog(path, values, crs=LAMBERT, transform=CORNER, nodata=None)
    assert _maker(path)().query()["ranges"]["1"]["values"] == [1.0, None]


def test_coverage_json_writes_single_precision_as_short_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "tenth.tif"
    write_cog(path, np.array([[0.1, 21.54]], dtype="float32"), crs=LAMBERT, transform=CORNER, nodata=None)
    assert _maker(path)().query()["ranges"]["1"]["values"] == [0.1, 21.54]


def test_fields(amounts: Make, classes: Make) -> None:
    fields = amounts().get_fields()
    assert fields["co2"] == {
        "title": "Fossil CO₂",
        "type": "number",
        "x-ogc-unit": "t/a",
        "x-ogc-unitLang": "UCUM",
        "x-ogc-nodata": -1.0,
    }
    assert fields["ch4"]["title"] == "ch4"
    land = classes().fields["land"]
    assert land["type"] == "integer"
    assert land["enum"] == [1, 2]
    assert land["oneOf"] == [{"const": 1, "title": "Building"}, {"const": 2, "title": "Water"}]


def test_geotiff_keeps_values_names_units_nodata_and_terms(amounts: Make) -> None:
    provider = amounts()
    content = provider.query(
        format_="GTiff", bbox=[380_500, 6_569_000, 381_000, 6_569_200], bbox_crs=2154, properties=["ch4"]
    )
    assert provider.filename == "amounts.tif"
    with MemoryFile(content) as file, file.open() as raster:
        assert raster.crs.to_epsg() == 2154
        assert tuple(raster.bounds) == (380_500, 6_569_000, 381_000, 6_569_200)
        assert (raster.descriptions, raster.units, raster.nodata) == (("ch4",), ("kg",), -1)
        assert raster.read(1).tolist() == [[850, 860, 870, 880, 890], [950, 960, 970, 980, -1]]
        assert raster.tags()["TIFFTAG_COPYRIGHT"] == "Source"
        assert raster.tags()["SYNTHETIC"] == "true"


def test_geotiff_keeps_colours(classes: Make) -> None:
    with MemoryFile(classes().query(format_="gtiff")) as file, file.open() as raster:
        colours = raster.colormap(1)
        assert (colours[1], colours[2]) == (RED, BLUE)
        assert raster.nodata == 0
        assert raster.read(1)[5].tolist() == [1] * 5 + [2] * 5


def test_geotiff_without_nodata_in_another_crs_has_a_mask(tmp_path: Path) -> None:
    path = tmp_path / "full.tif"
    write_cog(path, np.full((10, 10), 7, "uint8"), crs=LAMBERT, transform=CORNER, nodata=None)
    with set_parameters({"crs": "EPSG:4326"}):
        content = _maker(path)().query(format_="GTiff")
    with MemoryFile(content) as file, file.open() as raster:
        mask = raster.read_masks(1)
        assert raster.crs.to_epsg() == 4326
        assert set(np.unique(mask)) == {0, 255}
        assert set(raster.read(1)[mask == 255].tolist()) == {7}


def _cog(tmp_path: Path) -> bytes:
    path = tmp_path / "wide.tif"
    noise = np.random.default_rng(3).integers(1, 200, (1300, 1500), dtype="uint8")
    write_cog(path, noise, crs=LAMBERT, transform=CORNER, nodata=0)
    content = _maker(path)().query(format_="GTiff")
    assert isinstance(content, bytes)
    return content


def _directories(content: bytes) -> list[dict[int, tuple[int, ...]]]:
    """The directories of a little-endian classic TIFF: tag -> integer values."""
    assert content[:4] == b"II*\0"
    sizes = {1: "B", 3: "H", 4: "I", 16: "Q"}
    directories = []
    position = struct.unpack_from("<I", content, 4)[0]
    while position:
        directory: dict[int, tuple[int, ...]] = {0: (position,)}
        for entry in range(struct.unpack_from("<H", content, position)[0]):
            tag, kind, count = struct.unpack_from("<HHI", content, position + 2 + 12 * entry)
            if kind in sizes:
                code = f"<{count}{sizes[kind]}"
                place = position + 2 + 12 * entry + 8
                if struct.calcsize(code) > 4:
                    place = struct.unpack_from("<I", content, place)[0]
                directory[tag] = struct.unpack_from(code, content, place)
        directories.append(directory)
        position = struct.unpack_from(
            "<I", content, position + 2 + 12 * struct.unpack_from("<H", content, position)[0]
        )[0]
    return directories


def test_geotiff_is_cloud_optimised(tmp_path: Path) -> None:
    """Tiled; directories before data, largest first; data of the overviews before those of the full size.

    Tags: 256 width, 322 tile width, 324 tile offsets.
    """
    content = _cog(tmp_path)
    directories = _directories(content)
    assert [directory[256][0] for directory in directories] == [1500, 750, 375]
    assert all(directory[322] == (512,) for directory in directories)
    data = [min(directory[324]) for directory in directories]
    assert max(directory[0][0] for directory in directories) < min(data)
    assert data == sorted(data, reverse=True)
    assert b"LAYOUT=IFDS_BEFORE_DATA" in content[:200]


@pytest.mark.component("gdal")
def test_geotiff_is_understood_by_gdal(tmp_path: Path) -> None:
    path = tmp_path / "answer.tif"
    path.write_bytes(_cog(tmp_path))
    command = ["gdalinfo", "-json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert told["metadata"]["IMAGE_STRUCTURE"]["LAYOUT"] == "COG"
    assert told["size"] == [1500, 1300]
    assert told["geoTransform"] == [380_000, 100, 0, 6_570_000, 0, -100]
    assert told["bands"][0]["noDataValue"] == 0
    assert [overview["size"] for overview in told["bands"][0]["overviews"]] == [[750, 650], [375, 325]]


def test_png_has_the_colours_of_the_layer(classes: Make) -> None:
    provider = classes()
    pixels = _pixels(provider.query(format_="png"))
    assert provider.filename is None
    assert pixels.shape == (10, 10, 4)
    assert pixels[5, 0].tolist() == list(RED)
    assert pixels[5, 9].tolist() == list(BLUE)
    assert pixels[0].tolist() == [list(CLEAR)] * 10


def test_png_of_a_quantity_grows_lighter_and_is_clear_without_data(amounts: Make) -> None:
    pixels = _pixels(amounts().query(format_="png", properties=["co2"])).astype(int)
    light = pixels[..., :3].sum(axis=-1).ravel()[:99]
    assert (np.diff(light[2:97]) > 0).all()
    assert (pixels[..., 3].ravel()[:99] == 255).all()
    assert pixels[9, 9].tolist() == [0, 0, 0, 0]


def test_png_draws_a_value_the_same_way_in_every_picture(amounts: Make) -> None:
    provider = amounts()
    whole = _pixels(provider.query(format_="png"))
    part = _pixels(
        provider.query(format_="png", bbox=[380_200, 6_569_400, 380_500, 6_569_700], bbox_crs=2154)
    )
    assert part.tolist() == whole[3:6, 2:5].tolist()


def test_png_of_an_amount_has_the_same_colours_at_every_scale(tmp_path: Path) -> None:
    """Left half 1 t per cell, right half 3 t: four cells merged would hold 4 t and 12 t."""
    path = tmp_path / "halves.tif"
    values = np.repeat([[1.0] * 5 + [3.0] * 5], 10, axis=0).astype("float32")
    write_cog(path, values, crs=LAMBERT, transform=CORNER, nodata=-1)
    provider = _maker(path, resampling="sum")()
    whole = _pixels(provider.query(format_="png"))
    with set_parameters({"scale-factor": "5"}):
        small = _pixels(provider.query(format_="png"))
    assert small[0].tolist() == [whole[0, 0].tolist(), whole[0, 9].tolist()]
    assert small[0, 0].tolist() != small[0, 1].tolist()


def test_png_of_classes_without_colours_tells_them_apart(tmp_path: Path) -> None:
    path = tmp_path / "plain.tif"
    write_cog(path, np.arange(100, dtype="uint16").reshape(10, 10), crs=LAMBERT, transform=CORNER, nodata=0)
    pixels = _pixels(_maker(path)().query(format_="png")).reshape(100, 4)
    assert pixels[0].tolist() == [0, 0, 0, 0]
    assert len({tuple(pixel) for pixel in pixels[1:].tolist()}) == 99


def test_png_of_a_constant_layer_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "flat.tif"
    write_cog(path, np.full((4, 4), 5.0, "float32"), crs=LAMBERT, transform=CORNER, nodata=None)
    pixels = _pixels(_maker(path, resampling="average")().query(format_="png"))
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) == 1
    assert pixels[0, 0, 3] == 255
