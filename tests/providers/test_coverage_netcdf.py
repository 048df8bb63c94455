"""NetCDF, read back with h5netcdf and with GDAL's own driver."""

import io
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import pytest
import rasterio
from affine import Affine

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.providers.coverage import CoverageProvider
from estran.providers.request import set_parameters

CORNER = Affine(100, 0, 380_000, 0, -100, 6_570_000)


def _netcdf(path: Path, parameters: dict[str, str] | None = None, **settings: Any) -> bytes:
    definition = {"name": "coverage", "type": "coverage", "data": str(path), **settings}
    with set_parameters(parameters or {}):
        data = CoverageProvider(definition).query(format_="netcdf")
    assert isinstance(data, bytes)
    return data


def test_gdal_reads_values_georeference_and_no_data(tmp_path: Path) -> None:
    values = np.arange(12, dtype="uint8").reshape(3, 4)
    write_cog(
        tmp_path / "a.tif", values, crs=parse_crs(2154), transform=CORNER, nodata=0, band_names=["land cover"]
    )
    (tmp_path / "a.nc").write_bytes(_netcdf(tmp_path / "a.tif"))
    with rasterio.open(tmp_path / "a.nc") as raster:
        assert raster.crs.to_epsg() == 2154
        assert raster.transform.almost_equals(CORNER)
        assert raster.read(1).tolist() == values.tolist()
        assert raster.nodata == 0


def test_classes_are_flags_and_the_crs_is_told_twice(tmp_path: Path) -> None:
    values = np.array([[1, 2]], dtype="uint8")
    write_cog(
        tmp_path / "a.tif", values, crs=parse_crs(2154), transform=CORNER, nodata=0, band_names=["land"]
    )
    settings = {
        "field_settings": {
            "land": {
                "title": {"fr": "Sol", "en": "Land"},
                "codelist": {
                    "1": {"fr": "Bâti", "en": "Built, sealed"},
                    "2": {"fr": "Forêt", "en": "Forêt claire"},
                },
            }
        }
    }
    with h5netcdf.File(io.BytesIO(_netcdf(tmp_path / "a.tif", **settings)), "r") as file:
        land = file.variables["land"]
        assert land.attrs["flag_values"].tolist() == [1, 2]
        assert land.attrs["flag_meanings"] == "built_sealed foret_claire"
        assert land.attrs["long_name"] == "Land"
        assert "units" not in land.attrs
        crs = file.variables[land.attrs["grid_mapping"]]
        assert crs.attrs["grid_mapping_name"] == "lambert_conformal_conic"
        assert crs.attrs["standard_parallel"].tolist() == [49.0, 44.0]
        assert "RGF93" in crs.attrs["crs_wkt"]
        assert file.variables["x"].attrs["standard_name"] == "projection_x_coordinate"


def test_cells_outside_without_a_value_for_no_data(tmp_path: Path) -> None:
    """Seen in another CRS the corners are empty; bytes then become integers that have room for a filler."""
    values = np.full((60, 60), 255, dtype="uint8")
    write_cog(tmp_path / "a.tif", values, crs=parse_crs(2154), transform=CORNER, nodata=None)
    data = _netcdf(tmp_path / "a.tif", {"crs": "EPSG:4326"})
    with h5netcdf.File(io.BytesIO(data), "r") as file:
        band = file.variables["band_1"]
        fill = band.attrs["_FillValue"]
        assert set(np.unique(band[:]).tolist()) <= {255, int(fill)}
        assert int(fill) < 0
        assert file.variables["y"].attrs["units"] == "degrees_north"


@pytest.mark.parametrize("nodata", [None, float("nan")])
def test_real_numbers_are_empty_where_not_a_number(tmp_path: Path, nodata: float | None) -> None:
    values = np.array([[1.5, np.nan]], dtype="float32")
    write_cog(
        tmp_path / "a.tif", values, crs=parse_crs(4326), transform=Affine(1, 0, 0, 0, -1, 1), nodata=nodata
    )
    with h5netcdf.File(io.BytesIO(_netcdf(tmp_path / "a.tif")), "r") as file:
        band = file.variables["band_1"]
        assert band[0, 0] == 1.5
        assert np.isnan(band[0, 1])
