"""How does a geometry travel between shapely and a GeoPackage cell?

A cell is a header (`GP`, version, flags, SRS id, optional envelope) followed by WKB.
Reference: OGC 12-128r19, GeoPackage 1.4, clause 2.1.3.
"""

import struct
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estran.layers.features.curves import read_wkb

_MAGIC = b"GP"
_FIXED_BYTES = 8
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_EMPTY_FLAG = 0b0001_0000
_LITTLE_ENDIAN_XY = 0b0000_0011


def geometries(cells: Sequence[bytes | None]) -> NDArray[np.object_]:
    """Return the shapely geometries of cells; None for a null cell or one that cannot be read.

    Arcs, triangles and facets come as straight lines and polygons.

    Example:
        >>> geometries([cell(shapely.Point(1, 2), srs_id=2154), None]).tolist()
        [<POINT (1 2)>, None]
    """
    wkb = np.empty(len(cells), dtype=object)
    wkb[:] = [_wkb(value) for value in cells]
    return read_wkb(wkb)


def cell(geometry: BaseGeometry | None, *, srs_id: int) -> bytes | None:
    """Return the cell that holds a geometry, with its envelope unless it is empty.

    Example:
        >>> cell(shapely.Point(), srs_id=0)[3]
        17
    """
    if geometry is None:
        return None
    wkb: bytes = shapely.to_wkb(geometry, flavor="iso", byte_order=1)
    if geometry.is_empty:
        return _MAGIC + struct.pack("<BBi", 0, _EMPTY_FLAG | 1, srs_id) + wkb
    min_x, min_y, max_x, max_y = geometry.bounds
    header = struct.pack("<BBi4d", 0, _LITTLE_ENDIAN_XY, srs_id, min_x, max_x, min_y, max_y)
    return _MAGIC + header + wkb


def bounds(value: bytes | None) -> tuple[float, float, float, float] | None:
    """Return min x, min y, max x, max y of a cell, or None when it is null, empty or unreadable."""
    geometry = geometries([value])[0]
    if geometry is None or geometry.is_empty:
        return None
    min_x, min_y, max_x, max_y = geometry.bounds
    return min_x, min_y, max_x, max_y


def _wkb(value: bytes | None) -> bytes | None:
    if not isinstance(value, bytes) or len(value) < _FIXED_BYTES or value[:2] != _MAGIC:
        return None
    envelope = (value[3] >> 1) & 0b111
    if envelope >= len(_ENVELOPE_BYTES):
        return None
    return value[_FIXED_BYTES + _ENVELOPE_BYTES[envelope] :]
