"""What does a shape that a caller drew badly mean? The same in every store."""

import shapely
from shapely.geometry.base import BaseGeometry


def mended(geometry: BaseGeometry) -> BaseGeometry:
    """Return a shape that all databases read alike: rings do not cross, a flat polygon is a line or a point.

    Example:
        >>> mended(shapely.box(60, 5, 60, 5)).wkt
        'POINT (60 5)'
    """
    return geometry if geometry.is_valid else shapely.make_valid(geometry)
