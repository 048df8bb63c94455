"""What is in a raster file, and what does a part of it look like once read?

`open_raster` describes a file and remembers the description while the file is unchanged;
`estran.layers.raster_reading.read_window` reads part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from estran.carbon.errors import EstranError, InvalidInput, Unavailable
from estran.layers.geodesy import parse_crs
from estran.layers.raster_grid import Bounds, Grid
from estran.layers.raster_handles import Version, dataset, file_version, forget

Colour = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a raster file.

    Attributes:
        index: Its number, from 1.
        name: Its description in the file, or its number.
        unit: Unit of the values, empty when the file has none.
        dtype: NumPy name of the type.
        nodata: Value of the cells without data, or None.
        colours: Cell value -> red, green, blue, alpha, empty when the file has no colour table.
    """

    index: int
    name: str
    unit: str
    dtype: str
    nodata: float | None
    colours: Mapping[int, Colour] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Raster:
    """A raster file, described."""

    version: Version
    grid: Grid
    bands: tuple[Band, ...]

    def band(self, name: str | int) -> Band:
        """Return a band by its name or its number.

        Raises:
            InvalidInput: the raster has no such band.
        """
        for band in self.bands:
            if str(name) in {band.name, str(band.index)}:
                return band
        known = ", ".join(band.name for band in self.bands)
        raise InvalidInput(
            f"unknown band {str(name)[:80]!r}; choose among {known}",
            f"bande inconnue : {str(name)[:80]!r} ; choisissez parmi {known}",
            where="properties",
        )


@dataclass(frozen=True, slots=True)
class RasterWindow:
    """Values read from a raster, with all that is needed to understand them.

    Attributes:
        values: Shape `(bands, rows, columns)`; cells without data are masked.
        grid: The grid of the values.
        bands: The bands, in the order of `values`.
    """

    values: "np.ma.MaskedArray[Any, np.dtype[Any]]"
    grid: Grid
    bands: tuple[Band, ...]

    @property
    def bounds(self) -> Bounds:
        """The outer edges of the window, in the CRS of its grid."""
        return self.grid.bounds


def open_raster(path: Path) -> Raster:
    """Return the description of a raster; cached while the file is unchanged.

    The last cell is read, so that a file cut short is noticed here rather than in an answer.

    Raises:
        Unavailable: the file is missing, cut short, not a raster, or not georeferenced.
    """
    try:
        version = file_version(path)
    except OSError as error:
        raise unavailable(path.name) from error
    return _described(version)


@lru_cache(maxsize=256)
def _described(version: Version) -> Raster:
    name = Path(version[0]).name
    try:
        source = dataset(version)
        corner = Window(source.width - 1, source.height - 1, 1, 1)
        source.read(window=corner)
        crs = None if source.crs is None else _known_crs(source.crs)
    except (RasterioError, OSError, CRSError, EstranError) as error:
        forget(version)
        raise unavailable(name) from error
    transform = source.transform
    if crs is None or transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise Unavailable(
            f"the raster {name} is not a north-up grid with a CRS; convert it with gdalwarp",
            f"le raster {name} n'est pas une grille nord en haut avec un SCR ; convertissez-le (gdalwarp)",
            where=name,
        )
    names = _names(source.descriptions)
    bands = tuple(_band(source, index, name) for index, name in enumerate(names, start=1))
    return Raster(version, Grid(crs, transform, source.width, source.height), bands)


def _known_crs(crs: Any) -> CRS:
    """The registered CRS when the file's is one, so that equal CRSs compare equal."""
    code = crs.to_epsg()
    return CRS.from_wkt(crs.to_wkt()).to_2d() if code is None else parse_crs(code)


def _names(descriptions: Sequence[str | None]) -> list[str]:
    """The descriptions of the bands, their number where there is none or where one comes twice."""
    return [
        text if text and descriptions.count(text) == 1 else str(number)
        for number, text in enumerate(descriptions, start=1)
    ]


def _band(source: Any, index: int, name: str) -> Band:
    try:
        colours = source.colormap(index)
    except ValueError:
        colours = {}
    return Band(
        index=index,
        name=name,
        unit=source.units[index - 1] or "",
        dtype=source.dtypes[index - 1],
        nodata=source.nodatavals[index - 1],
        colours=colours,
    )


def unavailable(name: str) -> Unavailable:
    """Return the error that says that a raster file cannot be read."""
    return Unavailable(
        f"the raster {name} is missing or damaged; rebuild it with `estran data build`",
        f"le raster {name} est absent ou endommagé ; reconstruisez-le avec `estran data build`",
        where=name,
    )
