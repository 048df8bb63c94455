"""A window of a raster as CoverageJSON.

Axes hold the centres of the cells; there is one parameter and one range per band; a cell without
data is null.

Reference:
    OGC 21-069r2, CoverageJSON 1.0: Grid domain (9.11), parameters (6.3), NdArray (6.5).
"""

from functools import lru_cache
from typing import Any

import numpy as np
from pyproj import CRS

from estran.layers.raster import Band
from estran.layers.raster_grid import Grid
from estran.providers.coverage_axes import is_north_first
from estran.providers.coverage_settings import UCUM, CoverageSettings
from estran.providers.coverage_slices import Slices


def coverage_json(slices: Slices, settings: CoverageSettings) -> dict[str, Any]:
    """Return the CoverageJSON document of part of a coverage."""
    axes: dict[str, Any] = dict(_axes(slices.grid))
    referencing = [_referencing(slices.grid.crs)]
    if slices.instants:
        axes = {"t": {"values": list(slices.instants)}, **axes}
        referencing.append({"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}})
    return {
        "type": "Coverage",
        "domain": {"type": "Domain", "domainType": "Grid", "axes": axes, "referencing": referencing},
        "parameters": {band.name: _parameter(settings, band) for band in slices.bands},
        "ranges": {band.name: _range(slices, place) for place, band in enumerate(slices.bands)},
        **settings.terms(),
    }


def crs_uri(crs: CRS) -> str | None:
    """Return the OGC address of a registered CRS, None for one that no authority names."""
    return _named_uri(crs.srs)


@lru_cache(maxsize=64)
def _named_uri(name: str) -> str | None:
    """Answer for a CRS by its name or definition: that of the object itself is long to look up."""
    authority = CRS.from_user_input(name).to_authority()
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


def _range(slices: Slices, place: int) -> dict[str, Any]:
    values = np.ma.stack([window.values[place] for window in slices.windows])
    flat = values.ravel()
    if values.dtype.kind == "f":
        flat = np.ma.masked_invalid(flat)
    if values.dtype == np.float32:
        # Through text, 0.1 stays 0.1; as it is, it would be written 0.10000000149011612.
        flat = np.ma.MaskedArray(flat.data.astype(str).astype(np.float64), mask=flat.mask)
    has_time = bool(slices.instants)
    return {
        "type": "NdArray",
        "dataType": "float" if values.dtype.kind == "f" else "integer",
        "axisNames": ["t", "y", "x"] if has_time else ["y", "x"],
        "shape": list(values.shape if has_time else values.shape[1:]),
        "values": flat.tolist(),
    }
