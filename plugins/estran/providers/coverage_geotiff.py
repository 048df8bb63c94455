"""A window of a raster as a Cloud-Optimised GeoTIFF, in memory."""

from typing import Any

import numpy as np
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from estran.layers.raster import RasterWindow
from estran.providers.coverage_settings import CoverageSettings

BLOCK = 512
"""Side of an internal tile, in cells; a smaller raster has one that is no larger than needed."""

SMALL = 1024
"""A file of no more cells along a side has no overviews: it is read whole in four tiles."""

LEVEL = 1
"""Compression: a third larger than level 6, in a third of the time."""


def geotiff(window: RasterWindow, settings: CoverageSettings) -> bytes:
    """Return the bytes of a COG: CRS, nodata, names, units and colours of the bands, terms of use.

    A small file is written once: GDAL puts what describes it first, then its tiles, and there is nothing to
    reorder. Overviews, and a mask beside the values, take the COG driver, which copies a whole file.
    """
    values, nodata = window.values, window.bands[0].nodata
    has_mask = nodata is None and bool(np.ma.is_masked(values))
    if has_mask or max(window.grid.width, window.grid.height) > SMALL:
        return _with_overviews(window, settings, has_mask=has_mask)
    differences = 3 if values.dtype.kind == "f" else 2
    return _written(
        window,
        settings,
        tiled=True,
        blockxsize=_side(window.grid.width),
        blockysize=_side(window.grid.height),
        interleave="pixel",
        compress="DEFLATE",
        zlevel=LEVEL,
        predictor=1 if settings.is_categorical else differences,
    )


def _with_overviews(window: RasterWindow, settings: CoverageSettings, *, has_mask: bool) -> bytes:
    """Return the file that the COG driver makes of a plain one."""
    plain = _written(window, settings, has_mask=has_mask)
    with MemoryFile(plain, ext=".tif") as source, MemoryFile(ext=".tif") as whole:
        rasterio.shutil.copy(
            source.name,
            whole.name,
            driver="COG",
            blocksize=BLOCK,
            compress="DEFLATE",
            level=LEVEL,
            predictor="NO" if settings.is_categorical else "YES",
            overviews="AUTO" if max(window.grid.width, window.grid.height) > SMALL else "NONE",
            overview_resampling="NEAREST" if settings.is_categorical else "AVERAGE",
            bigtiff="IF_SAFER",
        )
        return bytes(whole.read())


def _written(
    window: RasterWindow, settings: CoverageSettings, *, has_mask: bool = False, **layout: object
) -> bytes:
    first, values = window.bands[0], window.values
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "count": len(values),
        "height": window.grid.height,
        "width": window.grid.width,
        "dtype": values.dtype.name,
        "crs": window.grid.crs.to_wkt(),
        "transform": window.grid.transform,
        "nodata": first.nodata,
        **layout,
    }
    with MemoryFile(ext=".tif") as file:
        with file.open(**profile) as target:
            for index, band in enumerate(window.bands, start=1):
                target.set_band_description(index, band.name)
                target.set_band_unit(index, settings.unit(band))
            if len(window.bands) == 1 and first.colours:
                target.write_colormap(1, dict(first.colours))
            target.update_tags(**_tags(settings))
            target.write(_filled(values, first.nodata))
            if has_mask:
                target.write_mask(~np.ma.getmaskarray(values).all(axis=0))
        return bytes(file.read())


def _filled(values: "np.ma.MaskedArray[Any, np.dtype[Any]]", nodata: float | None) -> NDArray[Any]:
    return values.data if nodata is None else values.filled(nodata)


def _side(cells: int) -> int:
    """Return the side of the tiles along an axis: a multiple of 16."""
    return min(BLOCK, -(-cells // 16) * 16)


def _tags(settings: CoverageSettings) -> dict[str, str]:
    licence = settings.licence
    tags = {
        "TIFFTAG_COPYRIGHT": settings.attribution,
        "LICENCE": f"{licence.title} {licence.url}" if licence else "",
        "VINTAGE": settings.vintage,
        "SYNTHETIC": "true" if settings.synthetic else "",
    }
    return {key: value for key, value in tags.items() if value}
