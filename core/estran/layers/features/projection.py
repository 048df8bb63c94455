"""How do features and boxes move from one CRS to another, axis order included?

Inside the stores x is always easting or longitude, as the GeoPackage standard wants. On the wire
the order is that of the CRS authority: EPSG:4326 is latitude, longitude.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import InvalidInput

_LONGITUDE_LATITUDE = CRS.from_authority("OGC", "CRS84")
_STEPS_PER_EDGE = 200
_SMALL_BOX_M = 5_000.0
_STEPS_PER_SMALL_BOX = 21
_SHORTEST_STEP_M = 28.0
"""Over this length a line that bends with a radius of 1,000 km strays from its chord by 0.1 mm."""

_METRES_PER_DEGREE = 111_320.0
_DOMAIN_MARGIN_DEGREES = 10.0
_MAX_LATITUDE = 89.9
_DEGREE_DECIMALS = 9
_METRE_DECIMALS = 4
_POLYGON = 3
_UPRIGHT_AREA = 1e-12
"""Area under which a face stands upright, in units of the CRS: a square micrometre, or as few degrees."""


def is_north_first(crs: CRS) -> bool:
    """Return whether the authority of the CRS writes northing or latitude first."""
    return _is_north_first(crs.srs)


@lru_cache(maxsize=64)
def _is_north_first(name: str) -> bool:
    """Answer for a CRS by its name or definition: that of the object itself is long to compare."""
    axes = CRS.from_user_input(name).axis_info
    return bool(axes) and axes[0].direction.lower() in {"north", "south"}


def region(bounds: Sequence[float], source: CRS, target: CRS) -> BaseGeometry:
    """Return the area of a box in another CRS, its edges followed point by point.

    The box is first cut to the surroundings of where `target` can be used, so that a box around
    the world is accepted; a box elsewhere gives an empty area.

    Args:
        bounds: min, min, max, max in the axis order of `source`, or six numbers with heights
            (ignored). A geographic box whose west is east of its east crosses the antimeridian.
        source: CRS of the bounds.
        target: CRS of the area returned, in x, y.

    Raises:
        InvalidInput: a bound is not finite, or the bounds are in the wrong order.
    """
    half = len(bounds) // 2
    low, high = list(bounds[:2]), list(bounds[half : half + 2])
    if is_north_first(source):
        low, high = low[::-1], high[::-1]
    crosses = low[0] > high[0]
    if not np.isfinite([*low, *high]).all() or low[1] > high[1] or (crosses and not source.is_geographic):
        raise _bad_box(bounds)
    boxes = [_box(low[0], low[1], high[0], high[1])]
    if crosses:
        boxes = [_box(low[0], low[1], 180.0, high[1]), _box(-180.0, low[1], high[0], high[1])]
    if source != target:
        boxes = [_moved(box, source, target) for box in boxes]
    return boxes[0] if len(boxes) == 1 else shapely.union_all(boxes)


def moved_box(bounds: Sequence[float], source: CRS, target: CRS) -> tuple[float, float, float, float] | None:
    """Return the box that holds a small box of another CRS, both x first, to a centimetre.

    None for a box of more than 5 km, or one that does not lie where `target` is used: `region` tells those.
    """
    domain = _domain(source, target)
    west, south, east, north = bounds
    widest = _SMALL_BOX_M / (_METRES_PER_DEGREE if source.is_geographic else 1.0)
    is_small = max(east - west, north - south) <= widest
    if domain is None or not is_small or not is_within(_box(west, south, east, north), domain):
        return None
    steps = _STEPS_PER_SMALL_BOX
    found = _transformer(source, target).transform_bounds(west, south, east, north, densify_pts=steps)
    low_x, low_y, high_x, high_y = found
    return (low_x, low_y, high_x, high_y) if low_x <= high_x and math.isfinite(sum(found)) else None


def to_storage(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    """Return a geometry, given in x, y order of `source`, in `target`; edges are not densified."""
    return projected(np.array([geometry], dtype=object), source, target)[0]  # type: ignore[no-any-return]


def cut_to_storage(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry | None:
    """Return a geometry, in x, y order, in `target`; what lies far from where `target` is used is cut off.

    A geometry that lies wholly where `target` can be used keeps its vertices; of another, the edges
    are followed point by point. None when it cannot be transformed.
    """
    domain = None if source == target else _domain(source, target)
    if domain is None or is_within(geometry, domain):
        return to_storage(geometry, source, target)
    parts = [_moved(shapely.make_valid(part), source, target) for part in shapely.get_parts(geometry)]
    return shapely.union_all([part for part in parts if part is not None])


def is_within(geometry: BaseGeometry, bounds: Sequence[float]) -> bool:
    """Return whether a geometry lies within bounds: min x, min y, max x, max y."""
    min_x, min_y, max_x, max_y = geometry.bounds
    west, south, east, north = bounds
    return bool(min_x >= west and min_y >= south and max_x <= east and max_y <= north)


def projected(geometries: NDArray[np.object_], source: CRS, target: CRS) -> NDArray[np.object_]:
    """Return geometries in x, y order of `target`; heights are kept as they are.

    A geometry that leaves the domain of `target` becomes None.
    """
    if source == target or not len(geometries):
        return geometries
    return _finite(_each_depth(geometries, lambda points: projected_points(points, source, target)))


def projected_points(points: NDArray[np.float64], source: CRS, target: CRS) -> NDArray[np.float64]:
    """Return points, shape (n, 2 or 3), in x, y order of `target`; infinite where they leave its domain."""
    if source == target:
        return points
    x, y = _transformer(source, target).transform(points[:, 0], points[:, 1])
    return np.column_stack([x, y, *points.T[2:]])


def moved(geometries: NDArray[np.object_], source: CRS, target: CRS) -> NDArray[np.object_]:
    """Return geometries in x, y order of `target`, as a file holds them.

    Coordinates that were transformed are rounded to 0.1 mm; those in the storage CRS are exact.
    """
    if source == target:
        return geometries
    decimals = _DEGREE_DECIMALS if target.is_geographic else _METRE_DECIMALS

    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(projected_points(points, source, target), decimals)

    return _finite(_each_depth(geometries, move))


def written(geometries: NDArray[np.object_], source: CRS, target: CRS) -> NDArray[np.object_]:
    """Return geometries as they go on the wire: in `target`, its axis order, RFC 7946 ring order.

    An upright wall has no side seen from above: its ring stays as it is. Coordinates that were
    transformed are rounded to 0.1 mm; those in the storage CRS are exact.
    """
    geometries = _oriented(moved(geometries, source, target))
    if is_north_first(target):
        geometries = _each_depth(geometries, lambda points: points[:, [1, 0, *range(2, points.shape[1])]])
    return geometries


def _oriented(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    turned = np.asarray(shapely.orient_polygons(geometries), dtype=object)
    for place in np.flatnonzero(shapely.has_z(geometries)):
        parts = shapely.get_parts(geometries[place])
        if (shapely.get_type_id(parts) != _POLYGON).any() or (shapely.area(parts) > _UPRIGHT_AREA).all():
            continue
        kept = [part if part.area <= _UPRIGHT_AREA else shapely.orient_polygons(part) for part in parts]
        whole = geometries[place].geom_type == "MultiPolygon"
        turned[place] = shapely.MultiPolygon(kept) if whole else kept[0]
    return turned


def _transformer(source: CRS, target: CRS) -> Transformer:
    return _named_transformer(source.srs, target.srs)


@lru_cache(maxsize=64)
def _named_transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _box(min_x: float, min_y: float, max_x: float, max_y: float) -> BaseGeometry:
    if (min_x, min_y) == (max_x, max_y):
        return shapely.Point(min_x, min_y)
    if min_x == max_x or min_y == max_y:
        return shapely.LineString([(min_x, min_y), (max_x, max_y)])
    return shapely.box(min_x, min_y, max_x, max_y)


def _moved(box: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    domain = _domain(source, target)
    inside = box
    if domain is not None and not is_within(box, domain):
        inside = shapely.intersection(box, shapely.box(*domain))
    if inside.is_empty:
        return shapely.Polygon()
    min_x, min_y, max_x, max_y = inside.bounds
    longest = max(max_x - min_x, max_y - min_y)
    shortest = _SHORTEST_STEP_M / (_METRES_PER_DEGREE if source.is_geographic else 1.0)
    dense = shapely.segmentize(inside, max(longest / _STEPS_PER_EDGE, shortest)) if longest else inside
    points = projected_points(shapely.get_coordinates(dense), source, target)
    if not np.isfinite(points).all():
        return shapely.Polygon()
    moved: BaseGeometry = shapely.set_coordinates(dense, points)
    return moved if moved.is_valid else shapely.make_valid(moved)


def _domain(source: CRS, target: CRS) -> tuple[float, float, float, float] | None:
    """Return, in `source`, the box around where `target` can be used."""
    return _named_domain(source.srs, target.srs)


@lru_cache(maxsize=64)
def _named_domain(source_name: str, target_name: str) -> tuple[float, float, float, float] | None:
    source, target = CRS.from_user_input(source_name), CRS.from_user_input(target_name)
    use = target.area_of_use
    if use is None or use.west > use.east:
        return None
    wide = (
        max(-180.0, use.west - _DOMAIN_MARGIN_DEGREES),
        max(-_MAX_LATITUDE, use.south - _DOMAIN_MARGIN_DEGREES),
        min(180.0, use.east + _DOMAIN_MARGIN_DEGREES),
        min(_MAX_LATITUDE, use.north + _DOMAIN_MARGIN_DEGREES),
    )
    if source.is_geographic:
        return wide
    try:
        return _transformer(_LONGITUDE_LATITUDE, source).transform_bounds(*wide, densify_pts=_STEPS_PER_EDGE)
    except ProjError:
        return None


def _each_depth(
    geometries: NDArray[np.object_], change: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.object_]:
    result = geometries.copy()
    solid = shapely.has_z(geometries)
    for mask, include_z in ((~solid, False), (solid, True)):
        if mask.any():
            result[mask] = shapely.transform(geometries[mask], change, include_z=include_z)
    return result


def _finite(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    points, owners = shapely.get_coordinates(geometries, return_index=True)
    lost = np.unique(owners[~np.isfinite(points).all(axis=1)])
    geometries[lost] = None
    return geometries


def _bad_box(bounds: Sequence[float]) -> InvalidInput:
    text = ",".join(f"{value:g}" for value in bounds)
    return InvalidInput(
        f"bbox {text} is not a box that this layer's CRS can hold; give min,min,max,max in the order of"
        " bbox-crs",
        f"bbox {text} n'est pas une emprise que le système de coordonnées de la couche peut contenir ;"
        " donnez min,min,max,max dans l'ordre de bbox-crs",
        where="bbox",
    )
