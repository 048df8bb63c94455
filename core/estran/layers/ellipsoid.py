"""How large is a piece of the ellipsoid on which a CRS lies?"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]

KEPT = 64
"""CRS whose shape is remembered."""


def band_area(south: float | Floats, north: float | Floats, crs: CRS) -> Floats:
    """Return the area between two parallels, in m² per radian of longitude.

    Differences are taken before the functions, so that thin bands lose no digit.

    Args:
        south: Geodetic latitude of the first parallel, in radians.
        north: Of the second; the area is negative where it lies south of the first.
        crs: Its ellipsoid is used.

    Reference:
        Snyder 1987, Map Projections: A Working Manual, equation 3-12.
    """
    axis, e = _ellipsoid(crs)
    a, b = np.sin(south), np.sin(north)
    rise = 2.0 * np.cos((np.asarray(north) + south) / 2.0) * np.sin((np.asarray(north) - south) / 2.0)
    if e == 0.0:
        return np.asarray(axis**2 * rise)
    rational = rise * (1.0 + e**2 * a * b) / ((1.0 - (e * a) ** 2) * (1.0 - (e * b) ** 2))
    return np.asarray(
        axis**2 / 2.0 * (1.0 - e**2) * (rational + np.arctanh(e * rise / (1.0 - e**2 * a * b)) / e)
    )


def ellipsoid_density(latitude: Floats, crs: CRS) -> Floats:
    """Return m² of ellipsoid per radian of longitude and per radian of latitude, at latitudes in radians."""
    axis, e = _ellipsoid(crs)
    return np.asarray(axis**2 * (1.0 - e**2) * np.cos(latitude) / (1.0 - (e * np.sin(latitude)) ** 2) ** 2)


_known: dict[int, tuple[CRS, tuple[float, float]]] = {}
"""Shapes by CRS object: the hash of a CRS is that of its text, which takes longer than the areas."""


def _ellipsoid(crs: CRS) -> tuple[float, float]:
    """Semi-major axis in metres and eccentricity."""
    known = _known.get(id(crs))
    if known is None:
        if len(_known) >= KEPT:
            _known.clear()
        known = _known[id(crs)] = crs, _shape(crs)
    return known[1]


def _shape(crs: CRS) -> tuple[float, float]:
    shape = crs.ellipsoid
    if shape is None:
        raise InvalidInput(
            f"{crs.name} has no ellipsoid; choose another CRS",
            f"{crs.name} n'a pas d'ellipsoïde ; choisissez un autre SCR",
            where="crs",
        )
    flattening = 1.0 / shape.inverse_flattening if shape.inverse_flattening else 0.0
    return float(shape.semi_major_metre), sqrt(flattening * (2.0 - flattening))
