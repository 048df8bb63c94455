"""Part of a coverage as NetCDF, by the CF conventions: one variable per band, time first when there is one.

Reference:
    CF Conventions 1.11: coordinates (4), grid mappings (5.6), time bounds (7.1), flags (3.5).
"""

import io
import re
import unicodedata
from typing import Any

import h5netcdf
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.raster import Band
from estran.layers.raster_grid import Grid
from estran.layers.raster_times import end_of, start_of
from estran.providers.coverage_settings import CoverageSettings
from estran.providers.coverage_slices import Slices

CONVENTIONS = "CF-1.11"
DAY_S = 86_400
CHUNK = 512
"""Cells along the side of a chunk, the unit of compression."""

MAPPING = "crs"
"""Name of the variable that holds the CRS."""


def netcdf(slices: Slices, settings: CoverageSettings, title: str) -> bytes:
    """Return the bytes of a NetCDF-4 file."""
    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        file.attrs.update(_global_attributes(settings, title))
        grid = slices.grid
        sizes = {"y": grid.height, "x": grid.width}
        if slices.instants:
            sizes = {"time": len(slices.instants), "bounds": 2, **sizes}
        file.dimensions = sizes
        _write_axes(file, grid)
        if slices.instants:
            _write_times(file, slices.instants)
        for place, band in enumerate(slices.bands):
            _write_band(file, slices, place, band, settings)
    return buffer.getvalue()


def _global_attributes(settings: CoverageSettings, title: str) -> dict[str, str]:
    licence = settings.licence
    attributes = {
        "Conventions": CONVENTIONS,
        "title": title,
        "institution": settings.attribution,
        "license": f"{licence.title} {licence.url}" if licence else "",
        "vintage": settings.vintage,
        "synthetic": "true" if settings.synthetic else "",
    }
    return {name: text for name, text in attributes.items() if text}


def _write_axes(file: h5netcdf.File, grid: Grid) -> None:
    left, _, _, top = grid.bounds
    across, down = grid.cell
    centres = {
        "x": left + across * (np.arange(grid.width) + 0.5),
        "y": top - down * (np.arange(grid.height) + 0.5),
    }
    for name, described in _axis_attributes(grid.crs).items():
        variable = file.create_variable(name, (name,), data=centres[name])
        variable.attrs.update(described)
    mapping = file.create_variable(MAPPING, (), data=np.int32(0))
    mapping.attrs.update({key: _plain(value) for key, value in grid.crs.to_cf().items() if value is not None})
    # GDAL finds the exact corner and size of the cells in these two, rather than from rounded centres.
    mapping.attrs["spatial_ref"] = grid.crs.to_wkt("WKT1_GDAL")
    transform = grid.transform
    numbers = (transform.c, transform.a, transform.b, transform.f, transform.d, transform.e)
    mapping.attrs["GeoTransform"] = " ".join(f"{number:.17g}" for number in numbers)


def _axis_attributes(crs: CRS) -> dict[str, dict[str, str]]:
    if crs.is_geographic:
        return {
            "x": {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
            "y": {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
        }
    unit = "m" if crs.axis_info[0].unit_name in {"metre", "meter"} else crs.axis_info[0].unit_name
    return {
        "x": {"standard_name": "projection_x_coordinate", "units": unit, "axis": "X"},
        "y": {"standard_name": "projection_y_coordinate", "units": unit, "axis": "Y"},
    }


def _write_times(file: h5netcdf.File, instants: tuple[str, ...]) -> None:
    periods = np.array([[start_of(instant) / DAY_S, end_of(instant) / DAY_S] for instant in instants])
    time = file.create_variable("time", ("time",), data=periods[:, 0])
    time.attrs.update(
        {
            "standard_name": "time",
            "units": "days since 1970-01-01 00:00:00",
            "calendar": "standard",
            "axis": "T",
            "bounds": "time_bounds",
        }
    )
    file.create_variable("time_bounds", ("time", "bounds"), data=periods)


def _write_band(
    file: h5netcdf.File, slices: Slices, place: int, band: Band, settings: CoverageSettings
) -> None:
    masked = np.ma.stack([window.values[place] for window in slices.windows])
    filled, fill = _filled(masked, band.nodata)
    dimensions: tuple[str, ...] = ("time", "y", "x")
    if not slices.instants:
        filled, dimensions = filled[0], dimensions[1:]
    chunks = tuple(1 if name == "time" else min(CHUNK, file.dimensions[name].size) for name in dimensions)
    variable = file.create_variable(
        _name(band.name),
        dimensions,
        data=filled,
        chunks=chunks,
        fillvalue=fill,
        compression="gzip",
        compression_opts=4,
        shuffle=True,
    )
    variable.attrs["long_name"] = settings.title(band).en
    variable.attrs["grid_mapping"] = MAPPING
    classes = settings.classes(band)
    if classes:
        variable.attrs["flag_values"] = np.array(list(classes), dtype=filled.dtype)
        variable.attrs["flag_meanings"] = " ".join(_word(label.en) for label in classes.values())
    elif unit := settings.unit(band):
        variable.attrs["units"] = _udunits(unit)


def _filled(masked: Any, nodata: float | None) -> tuple[NDArray[Any], Any]:
    """The values with a number that stands for no data, and that number; None when all have data."""
    kind = masked.dtype
    if kind.kind == "f":
        fill = kind.type(np.nan if nodata is None else nodata)
    elif nodata is not None:
        fill = kind.type(nodata)
    elif np.ma.getmaskarray(masked).any():
        kind = np.dtype(np.int32 if kind.itemsize <= 2 else np.int64)
        fill = kind.type(np.iinfo(kind).min)
    else:
        fill = None
    return masked.astype(kind).filled(fill) if fill is not None else masked.data, fill


def _udunits(unit: str) -> str:
    """Return a UCUM unit as UDUNITS, which CF asks for, writes it: there, `a` is the are and not the year.

    Example:
        >>> _udunits("t/a"), _udunits("m"), _udunits("t.ha-1.a-1")
        ('t/year', 'm', 't.hectare-1.year-1')
    """
    return re.sub(
        r"(?<![A-Za-z])ha(?![A-Za-z])", "hectare", re.sub(r"(?<![A-Za-z])a(?![A-Za-z])", "year", unit)
    )


def _name(name: str) -> str:
    """A name that a variable can have: a letter first, then letters, digits and `_`."""
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    return word if word[:1].isalpha() else f"band_{word}"


def _word(text: str) -> str:
    """Return a phrase as one word.

    Example:
        >>> _word("Artificial, grass and shrubs")
        'artificial_grass_and_shrubs'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", plain)) or "unnamed"


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return np.array(value, dtype=np.float64) if isinstance(value, list | tuple) else value
