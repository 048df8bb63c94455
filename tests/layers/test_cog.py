"""What a written raster is, read back with rasterio."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs

LAMBERT = parse_crs(2154)
CORNER = Affine(5, 0, 380_000, 0, -5, 6_570_000)


def codes(rows: int = 1100, columns: int = 900) -> np.ndarray:
    return (np.arange(rows * columns, dtype=np.uint32) // 7 % 11).astype(np.uint16).reshape(rows, columns)


def test_the_file_is_a_cloud_optimised_geotiff(tmp_path):
    path = tmp_path / "codes.tif"
    write_cog(path, codes(), crs=LAMBERT, transform=CORNER, nodata=0, band_names=["key"])
    with rasterio.open(path) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.block_shapes == [(512, 512)]
        assert raster.compression.name == "deflate"
        assert raster.overviews(1) == [2, 4]
        assert raster.descriptions == ("key",)
        assert raster.nodata == 0
        assert raster.crs.to_epsg() == 2154
        assert raster.transform == CORNER
        np.testing.assert_array_equal(raster.read(1), codes())


def test_the_same_array_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_cog(tmp_path / name / "x.tif", codes(), crs=LAMBERT, transform=CORNER, nodata=0)
    assert (tmp_path / "a" / "x.tif").read_bytes() == (tmp_path / "b" / "x.tif").read_bytes()


def test_bands_keep_names_units_and_values(tmp_path):
    path = tmp_path / "gases.tif"
    bands = np.stack([np.full((600, 600), 1.5), np.full((600, 600), -9999.0)]).astype(np.float32)
    write_cog(
        path,
        bands,
        crs=LAMBERT,
        transform=CORNER,
        nodata=-9999.0,
        band_names=["co2", "ch4"],
        units=["t", "kg"],
        overview_resampling="average",
    )
    with rasterio.open(path) as raster:
        assert raster.descriptions == ("co2", "ch4")
        assert raster.units == ("t", "kg")
        np.testing.assert_array_equal(raster.read(), bands)
        assert raster.read(2, masked=True).mask.all()


def test_an_average_overview_averages_and_a_nearest_one_keeps_classes(tmp_path):
    array = np.zeros((1024, 1024), dtype=np.float32)
    array[:, ::2] = 2.0
    write_cog(
        tmp_path / "mean.tif",
        array,
        crs=LAMBERT,
        transform=CORNER,
        nodata=None,
        overview_resampling="average",
    )
    write_cog(tmp_path / "class.tif", array, crs=LAMBERT, transform=CORNER, nodata=None)
    with rasterio.open(tmp_path / "mean.tif", overview_level=0) as raster:
        np.testing.assert_array_equal(np.unique(raster.read(1)), [1.0])
    with rasterio.open(tmp_path / "class.tif", overview_level=0) as raster:
        assert set(np.unique(raster.read(1))) <= {0.0, 2.0}


def test_a_colour_table_is_kept(tmp_path):
    path = tmp_path / "cover.tif"
    colours = {1: (200, 10, 10, 255), 2: (0, 120, 0, 255)}
    write_cog(path, codes(20, 20).astype(np.uint8), crs=LAMBERT, transform=CORNER, nodata=0, colormap=colours)
    with rasterio.open(path) as raster:
        found = raster.colormap(1)
    assert {value: found[value] for value in colours} == colours


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "codes.tif"
    write_cog(path, codes(20, 20), crs=LAMBERT, transform=CORNER, nodata=0)
    before = path.read_bytes()
    with pytest.raises(IndexError):
        write_cog(
            path, codes(20, 20), crs=LAMBERT, transform=CORNER, nodata=0, band_names=["one", "too many"]
        )
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["codes.tif"]
