"""A coverage with one grid per year: 2019, 2020 and 2021 hold 2019, 2020 and 2021 in their first cell."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5netcdf
import numpy as np
import pytest
from affine import Affine
from rasterio.io import MemoryFile

from estran.layers.cog import write_cog
from estran.layers.geodesy import parse_crs
from estran.providers.coverage import CoverageProvider
from estran.providers.errors import BadQuery, ItemNotFound, QueryTooLarge
from estran.providers.request import set_parameters

LAMBERT = parse_crs(2154)
CORNER = Affine(100, 0, 380_000, 0, -100, 6_570_000)
YEARS = ("2019", "2020", "2021")

Ask = Callable[..., Any]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Ask for the coverage with the parameters of a request."""
    cells = np.arange(6, dtype="float32").reshape(2, 3)
    for year in YEARS:
        values = cells + int(year)
        values[1, 2] = -1
        write_cog(
            tmp_path / f"{year}.tif", values, crs=LAMBERT, transform=CORNER, nodata=-1, band_names=["co2"]
        )
    definition = {
        "name": "coverage",
        "type": "coverage",
        "data": str(tmp_path / "2020.tif"),
        "times": {year: str(tmp_path / f"{year}.tif") for year in YEARS},
        "resampling": "sum",
        "field_settings": {"co2": {"title": {"fr": "CO₂", "en": "CO₂"}, "unit": "t/a"}},
    }

    def asked(format_: str, limit: int = 1000, **parameters: str) -> Any:
        limits = {"coverage_pixels": limit}
        with set_parameters(parameters):
            return CoverageProvider({**definition, "limits": limits}).query(format_=format_)

    return asked


def test_coverage_json_has_a_time_axis(ask: Ask) -> None:
    coverage = ask("json")
    json.dumps(coverage, allow_nan=False)
    assert coverage["domain"]["axes"]["t"] == {"values": list(YEARS)}
    assert coverage["domain"]["referencing"][1] == {
        "coordinates": ["t"],
        "system": {"type": "TemporalRS", "calendar": "Gregorian"},
    }
    values = coverage["ranges"]["co2"]
    assert (values["axisNames"], values["shape"]) == (["t", "y", "x"], [3, 2, 3])
    assert [values["values"][start] for start in (0, 6, 12)] == [2019, 2020, 2021]
    assert values["values"][5] is None


@pytest.mark.parametrize(
    ("parameters", "years"),
    [
        ({"datetime": "2019"}, ["2019"]),
        ({"datetime": "2019-06-15"}, ["2019"]),
        ({"datetime": "2019-12-31T23:30:00Z/2020-01-01"}, ["2019", "2020"]),
        ({"datetime": "../2020-01-01"}, ["2019", "2020"]),
        ({"subset": 'time("2021")'}, ["2021"]),
        ({"subset": "time(2021)"}, ["2021"]),
        ({"subset": 'time("2020":"2021-01-01T00:00:00Z")'}, ["2020", "2021"]),
        ({"subset": 'time("2020":*)'}, ["2020", "2021"]),
        ({"subset": 'datetime(*:"2019-03"),X(380000:380100)'}, ["2019"]),
    ],
)
def test_a_time_selects_instants(ask: Ask, parameters: dict[str, str], years: list[str]) -> None:
    assert ask("json", **parameters)["domain"]["axes"]["t"]["values"] == years


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"datetime": "1999"}, "2019, 2020, 2021"),
        ({"subset": 'time("2022":"2030")'}, "2019, 2020, 2021"),
    ],
)
def test_a_time_without_data_lists_the_instants(ask: Ask, parameters: dict[str, str], message: str) -> None:
    with pytest.raises(ItemNotFound, match=message):
        ask("json", **parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {"datetime": "last week"},
        {"datetime": "2021/2019"},
        {"datetime": "NaN"},
        {"subset": 'time("soon")'},
        {"subset": 'time("2019")', "datetime": "2019"},
        {"subset": 'time("2019":"2020":"2021")'},
        {"subset": 'time("2019"'},
    ],
)
def test_a_wrong_time_is_refused(ask: Ask, parameters: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        ask("json", **parameters)


def _first_cell(data: bytes) -> float:
    with MemoryFile(data) as file, file.open() as raster:
        return float(raster.read(1)[0, 0])


def test_a_geotiff_is_the_layer_shown_or_the_instant_asked(ask: Ask) -> None:
    assert _first_cell(ask("GTiff")) == 2020
    assert _first_cell(ask("GTiff", datetime="2021")) == 2021
    with pytest.raises(BadQuery, match="one instant"):
        ask("GTiff", datetime="2019/2021")
    with pytest.raises(BadQuery, match="one instant"):
        ask("png", datetime="2019/2021")


def test_netcdf_holds_every_instant(ask: Ask) -> None:
    """2019 starts 17,897 days after 1970: 49 years of 365 days and 12 leap days (1972 to 2016)."""
    with h5netcdf.File(io.BytesIO(ask("netcdf")), "r") as file:
        assert file.attrs["Conventions"].startswith("CF-1.")
        time = file.variables["time"]
        assert time.attrs["units"] == "days since 1970-01-01 00:00:00"
        assert time[:].tolist() == [49 * 365 + 12, 50 * 365 + 12, 51 * 365 + 13]
        assert file.variables["time_bounds"][0].tolist() == [17_897, 17_897 + 365]
        band = file.variables["co2"]
        assert band.dimensions == ("time", "y", "x")
        assert band[:, 0, 0].tolist() == [2019, 2020, 2021]
        assert band[0, 1, 2] == band.attrs["_FillValue"] == -1
        assert band.attrs["units"] == "t/year"
        assert file.variables["x"][:].tolist() == [380_050, 380_150, 380_250]
        assert file.variables["y"][:].tolist() == [6_569_950, 6_569_850]


def test_the_limit_counts_the_instants(ask: Ask) -> None:
    """Six cells three times are 18 values; text may have a quarter of 40, so 10."""
    with pytest.raises(QueryTooLarge, match="18 values"):
        ask("json", limit=40)
    assert ask("json", limit=40, datetime="2019")["ranges"]["co2"]["shape"] == [1, 2, 3]
