"""Which land does a geometry cover? Valid polygons that do not overlap, in two dimensions."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.carbon.errors import InvalidGeometry
from estran.layers.geodesy import polygons_of

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def dissolved(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the land that a geometry covers, as valid polygons that do not overlap.

    Raises:
        InvalidGeometry: a coordinate is not finite, or the rings cannot be repaired.
    """
    polygons = shapely.force_2d(polygons_of(geometry))
    if not np.isfinite(shapely.get_coordinates(polygons)).all():
        raise InvalidGeometry(
            "a coordinate is not a finite number; correct the geometry",
            "une coordonnée n'est pas un nombre fini ; corrigez la géométrie",
        )
    try:
        whole = shapely.MultiPolygon(list(polygons))
        if whole.is_valid:
            return whole
        repaired = polygons_of(shapely.GeometryCollection(list(shapely.make_valid(polygons))))
        return shapely.MultiPolygon(list(polygons_of(shapely.union_all(repaired))))
    except shapely.errors.GEOSException as error:
        raise InvalidGeometry(
            f"the geometry cannot be repaired: {error}; correct its rings",
            f"la géométrie n'est pas réparable : {error} ; corrigez ses anneaux",
        ) from error


def dissolved_each(geometries: Sequence[shapely.Geometry]) -> NDArray[np.object_]:
    """Return the land that each geometry covers, as `dissolved` does one by one."""
    listed = np.array(geometries, dtype=object)
    ready = shapely.is_valid(listed) & np.isin(shapely.get_type_id(listed), POLYGONAL)
    flat = shapely.force_2d(listed)
    for rank in np.flatnonzero(~ready).tolist():
        flat[rank] = dissolved(listed[rank])
    return flat
