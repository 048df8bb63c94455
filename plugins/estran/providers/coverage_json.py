"""A window of a raster as CoverageJSON.

Axes hold the centres of the cells; there is one parameter and one range per band; a cell without
data is null.

Reference:
    OGC 21-069r2, CoverageJSON 1.0: Grid domain (9.11), parameters (6.3), NdArray (6.5).
"""

from typing import Any

import numpy as np
from pyproj import CRS

from estran.layers.raster import Band, RasterWindow
from estran.layers.raster_grid import Grid
from estran.providers.coverage_axes import is_north_first
from estran.providers.coverage_settings import UCUM, CoverageSettings


def coverage_json(window: RasterWindow, settings: CoverageSettings) -> dict[str, Any]:
    """Return the CoverageJSON document of a window."""
    names = [band.name for band in window.bands]
    return {
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "Grid",
            "axes": _axes(window.grid),
            "referencing": [_referencing(window.grid.crs)],
        },
        "parameters": {band.name: _parameter(settings, band) for band in window.bands},
        "ranges": {name: _range(values) for name, values in zip(names, window.values, strict=True)},
        **settings.terms(),
    }


def crs_uri(crs: CRS) -> str | None:
    """Return the OGC address of a registered CRS, None for one that no authority names."""
    authority = crs.to_authority()
    if authority is None:
        return None
    version = "1.3" if authority[0] == "OGC" else "0"
    return f"http://www.opengis.net/def/crs/{authority[0]}/{version}/{authority[1]}"


def _axes(grid: Grid) -> dict[str, dict[str, float]]:
    left, bottom, right, top = grid.bounds
    width, height = grid.cell
    return {
        "x": {"start": left + width / 2, "stop": _stop(left, right, width, grid.width), "num": grid.width},
        "y": {
            "start": top - height / 2,
            "stop": _stop(top, bottom, -height, grid.height),
            "num": grid.height,
        },
    }


def _stop(first: float, last: float, step: float, count: int) -> float:
    """Centre of the last cell; exactly that of the first when there is only one."""
    return first + step / 2 if count == 1 else last - step / 2


def _referencing(crs: CRS) -> dict[str, Any]:
    system: dict[str, Any] = {"type": "GeographicCRS" if crs.is_geographic else "ProjectedCRS"}
    if uri := crs_uri(crs):
        system["id"] = uri
    else:
        system["description"] = {"en": crs.name}
    return {"coordinates": ["y", "x"] if is_north_first(crs) else ["x", "y"], "system": system}


def _parameter(settings: CoverageSettings, band: Band) -> dict[str, Any]:
    label = settings.title(band).model_dump()
    parameter: dict[str, Any] = {
        "type": "Parameter",
        "description": label,
        "observedProperty": {"label": label},
    }
    classes = settings.classes(band)
    if classes:
        parameter["observedProperty"]["categories"] = [
            {"id": str(code), "label": title.model_dump()} for code, title in classes.items()
        ]
        parameter["categoryEncoding"] = {str(code): code for code in classes}
    elif unit := settings.unit(band):
        parameter["unit"] = {"label": {"fr": unit, "en": unit}, "symbol": {"value": unit, "type": UCUM}}
    return parameter


def _range(values: "np.ma.MaskedArray[Any, np.dtype[Any]]") -> dict[str, Any]:
    flat = values.ravel()
    if values.dtype.kind == "f":
        flat = np.ma.masked_invalid(flat)
    if values.dtype == np.float32:
        # Through text, 0.1 stays 0.1; as it is, it would be written 0.10000000149011612.
        flat = np.ma.MaskedArray(flat.data.astype(str).astype(np.float64), mask=flat.mask)
    return {
        "type": "NdArray",
        "dataType": "float" if values.dtype.kind == "f" else "integer",
        "axisNames": ["y", "x"],
        "shape": list(values.shape),
        "values": flat.tolist(),
    }
