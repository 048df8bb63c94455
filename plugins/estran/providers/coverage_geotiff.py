"""A window of a raster as a Cloud-Optimised GeoTIFF, in memory."""

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile

from estran.layers.raster import RasterWindow
from estran.providers.coverage_settings import CoverageSettings

BLOCK = 512
"""Side of an internal tile, in cells."""

SMALL = 1024
"""A file of no more cells along a side has no overviews: it is read whole in four tiles."""

LEVEL = 1
"""Compression: a third larger than level 6, in a third of the time."""


def geotiff(window: RasterWindow, settings: CoverageSettings) -> bytes:
    """Return the bytes of a COG: CRS, nodata, names, units and colours of the bands, terms of use.

    The raster is described in GDAL's memory and written once, by the COG driver.
    """
    first, values = window.bands[0], window.values
    profile = {
        "driver": "MEM",
        "count": len(values),
        "height": window.grid.height,
        "width": window.grid.width,
        "dtype": values.dtype.name,
        "crs": window.grid.crs.to_wkt(),
        "transform": window.grid.transform,
        "nodata": first.nodata,
    }
    with (
        rasterio.Env(),
        rasterio.open("", "w", **profile) as described,
        MemoryFile(ext=".tif") as written,
    ):
        described.write(values.data if first.nodata is None else values.filled(first.nodata))
        for index, band in enumerate(window.bands, start=1):
            described.set_band_description(index, band.name)
            described.set_band_unit(index, settings.unit(band))
        if len(window.bands) == 1 and first.colours:
            described.write_colormap(1, dict(first.colours))
        if first.nodata is None and np.ma.is_masked(values):
            described.write_mask(~np.ma.getmaskarray(values).all(axis=0))
        described.update_tags(**_tags(settings))
        rasterio.shutil.copy(
            described,
            written.name,
            driver="COG",
            blocksize=BLOCK,
            compress="DEFLATE",
            level=LEVEL,
            predictor="NO" if settings.is_categorical else "YES",
            overviews="AUTO" if max(window.grid.width, window.grid.height) > SMALL else "NONE",
            overview_resampling="NEAREST" if settings.is_categorical else "AVERAGE",
            bigtiff="IF_SAFER",
        )
        return bytes(written.read())


def _tags(settings: CoverageSettings) -> dict[str, str]:
    licence = settings.licence
    tags = {
        "TIFFTAG_COPYRIGHT": settings.attribution,
        "LICENCE": f"{licence.title} {licence.url}" if licence else "",
        "VINTAGE": settings.vintage,
        "SYNTHETIC": "true" if settings.synthetic else "",
    }
    return {key: value for key, value in tags.items() if value}
