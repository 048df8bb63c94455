"""Which geometries stand in a spatial relation to another? As shapely sees it, flat."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Relation = Callable[[Any, NDArray[np.object_]], NDArray[np.bool_]]

RELATIONS: dict[str, Relation] = {
    "intersects": shapely.intersects,
    "contains": shapely.within,
    "within": shapely.contains,
    "touches": shapely.touches,
    "crosses": lambda geometry, others: shapely.crosses(others, geometry),
    "overlaps": shapely.overlaps,
    "equals": shapely.equals,
}
"""By name, whether the second geometries stand in the relation to the first."""


def holding(relation: str, geometry: BaseGeometry, others: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries stand in a relation; rings too broken to tell are mended first."""
    try:
        return RELATIONS[relation](geometry, others)
    except shapely.errors.GEOSException:
        return RELATIONS[relation](shapely.make_valid(geometry), shapely.make_valid(others))
