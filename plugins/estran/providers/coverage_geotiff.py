"""A window of a raster as a Cloud-Optimised GeoTIFF, in memory."""

import rasterio.shutil
from rasterio.io import MemoryFile

from estran.layers.raster import RasterWindow
from estran.providers.coverage_settings import CoverageSettings

BLOCK = 512
"""Side of an internal tile, in cells."""

SMALL = 1024
"""A file of no more cells along a side has no overviews: it is read whole in four tiles."""


def geotiff(window: RasterWindow, settings: CoverageSettings) -> bytes:
    """Return the bytes of a COG: CRS, nodata, names, units and colours of the bands, terms of use."""
    first = window.bands[0]
    masked = window.values
    filled = masked.filled(first.nodata) if first.nodata is not None else masked.data
    profile = {
        "driver": "GTiff",
        "count": filled.shape[0],
        "height": window.grid.height,
        "width": window.grid.width,
        "dtype": filled.dtype.name,
        "crs": window.grid.crs.to_wkt(),
        "transform": window.grid.transform,
        "nodata": first.nodata,
    }
    with MemoryFile(ext=".tif") as plain, MemoryFile(ext=".tif") as whole:
        with plain.open(**profile) as target:
            target.write(filled)
            for index, band in enumerate(window.bands, start=1):
                target.set_band_description(index, band.name)
                target.set_band_unit(index, settings.unit(band))
            if len(window.bands) == 1 and first.colours:
                target.write_colormap(1, dict(first.colours))
            if first.nodata is None and masked.mask.any():
                target.write_mask(~masked.mask.all(axis=0))
            target.update_tags(**_tags(settings))
        rasterio.shutil.copy(
            plain.name,
            whole.name,
            driver="COG",
            blocksize=BLOCK,
            compress="DEFLATE",
            level=1,  # a third larger than level 6, in a third of the time
            predictor="NO" if settings.is_categorical else "YES",
            overviews="AUTO" if max(window.grid.width, window.grid.height) > SMALL else "NONE",
            overview_resampling="NEAREST" if settings.is_categorical else "AVERAGE",
            bigtiff="IF_SAFER",
        )
        return bytes(whole.read())


def _tags(settings: CoverageSettings) -> dict[str, str]:
    licence = settings.licence
    tags = {
        "TIFFTAG_COPYRIGHT": settings.attribution,
        "LICENCE": f"{licence.title} {licence.url}" if licence else "",
        "VINTAGE": settings.vintage,
        "SYNTHETIC": "true" if settings.synthetic else "",
    }
    return {key: value for key, value in tags.items() if value}
