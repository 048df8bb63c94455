"""How a raster is written: a Cloud-Optimised GeoTIFF, the same bytes for the same input.

The file appears under its name only when it is whole.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

BLOCK = 512
"""Side of an internal tile, in cells."""

CATEGORICAL = frozenset({"nearest", "mode"})
"""Overview resamplings that keep class codes; a predictor would not help such data."""

Colormap = Mapping[int, tuple[int, int, int, int]]


def write_cog(
    path: Path,
    array: NDArray[Any],
    *,
    crs: CRS,
    transform: Affine,
    nodata: float | None,
    band_names: Sequence[str] = (),
    units: Sequence[str] = (),
    colormap: Colormap | None = None,
    overview_resampling: str = "nearest",
) -> None:
    """Write an array as a Cloud-Optimised GeoTIFF.

    Args:
        path: The file to write or replace; its folder exists.
        array: Shape `(rows, columns)` or `(bands, rows, columns)`.
        crs: CRS of the raster.
        transform: From (column, row) of a cell's corner to (x, y).
        nodata: Value of the cells without data, or None.
        band_names: One description per band.
        units: One unit per band.
        colormap: Cell value -> red, green, blue, alpha, for one band of uint8 or uint16.
        overview_resampling: `nearest` or `mode` for classes, `average` for quantities.

    Raises:
        OSError: the file cannot be written.
    """
    bands = array[np.newaxis] if array.ndim == 2 else array
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        plain = Path(folder) / "plain.tif"
        with create_plain(
            plain,
            shape=bands.shape[1:],
            count=bands.shape[0],
            dtype=bands.dtype.name,
            crs=crs,
            transform=transform,
            nodata=nodata,
        ) as raster:
            raster.write(bands)
            for band, name in enumerate(band_names, start=1):
                raster.set_band_description(band, name)
            for band, unit in enumerate(units, start=1):
                raster.set_band_unit(band, unit)
            if colormap is not None:
                raster.write_colormap(1, dict(colormap))
        copy_as_cog(plain, path, overview_resampling=overview_resampling)


def create_plain(
    path: Path,
    *,
    shape: tuple[int, ...],
    dtype: str,
    crs: CRS,
    transform: Affine,
    nodata: float | None,
    count: int = 1,
) -> Any:
    """Open a tiled GeoTIFF for writing, block by block, before `copy_as_cog`."""
    return rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=shape[0],
        width=shape[1],
        count=count,
        dtype=dtype,
        crs=crs.to_wkt(),
        transform=transform,
        nodata=nodata,
        tiled=True,
        blockxsize=BLOCK,
        blockysize=BLOCK,
        compress="DEFLATE",
        zlevel=1,
        bigtiff="IF_SAFER",
    )


def copy_as_cog(source: Path, path: Path, *, overview_resampling: str = "nearest") -> None:
    """Write a GeoTIFF again as a Cloud-Optimised GeoTIFF with overviews, then give it its name.

    Raises:
        OSError: the file cannot be read or written.
    """
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        whole = Path(folder) / path.name
        rasterio.shutil.copy(
            source,
            whole,
            driver="COG",
            blocksize=BLOCK,
            compress="DEFLATE",
            level=6,
            predictor="NO" if overview_resampling in CATEGORICAL else "YES",
            overview_resampling=overview_resampling.upper(),
            overviews="IGNORE_EXISTING",
            bigtiff="IF_SAFER",
            num_threads="1",
        )
        whole.replace(path)
