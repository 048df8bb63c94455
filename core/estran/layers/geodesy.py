"""Where is this geometry in another CRS, and how large is it on the ellipsoid?

Coordinates are always x (or longitude) first in memory, whatever order the CRS declares.
Edges are straight in the CRS in which they were given, so they are densified there before
any transformation.

The true area of a ring is the line integral of ``q(latitude) d(longitude)``, where ``q`` is
the area of the ellipsoid between a reference parallel and the latitude, per radian of longitude.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseMultipartGeometry

from estran.carbon.errors import InvalidGeometry, InvalidInput
from estran.layers.ellipsoid import band_area

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

EDGE_M = 100.0
"""Longest edge of a geometry about to be transformed."""

FINE_EDGE_M = 1.0
"""Step on small outlines: at 46° N the chord of a parallel then strays by less than 0.02 µm on average."""

BEND = 2e-7
"""Curvature per metre of a line that is straight in another CRS: that of a parallel at 52°."""

DEGREE_M = 111_700.0
"""No degree of the Earth's ellipsoid is longer than this."""

ADDED_VERTICES = 40_000
"""An outline shorter than 4,000 km gets at most this many more vertices."""

OGC_CRS = ["www.opengis.net", "def", "crs"]
"""How an OGC URI of a CRS starts."""

SQUARE_METRES_PER_HECTARE = 10_000.0

GAUSS = tuple(zip(*(side.tolist() for side in np.polynomial.legendre.leggauss(3)), strict=True))
"""Nodes and weights of the three-point Gauss rule."""

BOXES = 256
"""Boxes in another CRS that are remembered."""

_local = threading.local()
_boxes: dict[tuple[Bounds, int, int], tuple[CRS, CRS, Bounds | None]] = {}


def parse_crs(text: str | int) -> CRS:
    """Return the horizontal CRS that a client names.

    Args:
        text: `2154`, `EPSG:2154`, `[EPSG:2154]`, `CRS84`, an OGC URI
            (`http://www.opengis.net/def/crs/EPSG/0/2154`) or URN (`urn:ogc:def:crs:EPSG::2154`).

    Raises:
        InvalidInput: the text names no geographic or projected CRS.
    """
    if isinstance(text, bool):
        raise _unknown_crs(str(text))
    return _parsed(str(text).strip())


def densify(geometry: shapely.Geometry, crs: CRS, max_m: float = EDGE_M) -> shapely.Geometry:
    """Return the geometry in two dimensions, with no edge longer than `max_m` metres in `crs`.

    A chord of 100 m leaves a parallel by 0.2 mm, which is enough for a cut through a parcel to
    change its area by one millionth; so the step is shorter wherever that costs little: the
    length of the outline over 40,000, but not below 1 m. Meant for measuring, not for display.
    """
    flat = shapely.force_2d(geometry)
    dense: shapely.Geometry = _divided(flat, float(_steps(shapely.length(flat), crs, max_m)))
    return dense


def densify_each(geometries: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
    """Return each of some flat geometries with no long edge, as `densify` does one by one."""
    try:
        steps = _steps(np.asarray(shapely.length(geometries)), crs)
        return np.asarray(shapely.segmentize(geometries, steps), dtype=object)
    except shapely.errors.GEOSException:
        return np.array([densify(geometry, crs) for geometry in geometries], dtype=object)


def _divided(geometry: Any, step: float) -> Any:
    """Return the geometry with shorter edges; GEOS fails on a part whose points are all the same."""
    try:
        return shapely.segmentize(geometry, step)
    except shapely.errors.GEOSException:
        if isinstance(geometry, shapely.Polygon):
            shell, *holes = (_divided(ring, step) for ring in (geometry.exterior, *geometry.interiors))
            return shapely.Polygon(shell, holes)
        if isinstance(geometry, BaseMultipartGeometry):
            kind: Any = type(geometry)
            return kind([_divided(part, step) for part in geometry.geoms])
        return geometry


def _steps(
    lengths: float | Floats, crs: CRS, max_m: float = EDGE_M, *, areas: Floats | None = None
) -> Floats:
    """Longest edge, in units of the CRS, of outlines of these lengths.

    Chords of length `s` along an outline of length `L` change the area by at most `BEND * L * s**2 / 12`.
    Where the areas are known, the step makes that a billionth of them, or up to ten times longer where it
    would add too many vertices: then at most a ten-millionth.
    """
    unit_m = metres_per_unit(crs)
    shortest = np.asarray(lengths) / ADDED_VERTICES
    if areas is not None:
        billionth = np.sqrt(12e-9 * areas / (BEND * unit_m * np.maximum(lengths, 1e-300)))
        shortest = np.maximum(billionth, np.minimum(shortest, 10.0 * billionth))
    return np.minimum(max_m / unit_m, np.maximum(FINE_EDGE_M / unit_m, shortest))


def reproject(geometry: shapely.Geometry, source: CRS, target: CRS) -> shapely.Geometry:
    """Return the geometry in `target`, its edges densified in `source` first.

    Raises:
        InvalidGeometry: a coordinate is not finite, or has no image in `target`.
    """
    if source == target:
        return shapely.force_2d(geometry)
    return shapely.transform(
        densify(geometry, source), lambda points: transform_points(points, source, target)
    )


def reproject_each(geometries: NDArray[np.object_], source: CRS, target: CRS) -> NDArray[np.object_]:
    """Return each of some geometries in `target`, as `reproject` does one by one.

    Raises:
        InvalidGeometry: a coordinate is not finite, or has no image in `target`.
    """
    flat = np.asarray(shapely.force_2d(geometries), dtype=object)
    if source == target:
        return flat
    dense = densify_each(flat, source)
    return np.asarray(
        shapely.transform(dense, lambda points: transform_points(points, source, target)), dtype=object
    )


def reproject_lines(
    points: Floats,
    line_of: NDArray[np.int64],
    source: CRS,
    target: CRS,
    *,
    owner: NDArray[np.int64] | None = None,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return lines in `target`, their edges densified in `source` first.

    Args:
        points: Shape `(n, 2)`, x first.
        line_of: Line of each point, in ascending order.
        source: CRS of the points.
        target: CRS of the points returned.
        owner: Geometry of each line, by its number; without it, all are of one geometry. Lines are the
            rings of polygons, holes turning against their exteriors.

    Raises:
        InvalidGeometry: a coordinate is not finite, or has no image in `target`.
    """
    if source == target or not points.size:
        return points, line_of
    numbers = line_of[np.diff(line_of, prepend=-1) != 0]
    ranks = np.cumsum(np.diff(line_of, prepend=line_of[0]) != 0)
    lines = np.asarray(shapely.linestrings(points, indices=ranks), dtype=object)
    whose = np.zeros(len(lines), dtype=np.int64) if owner is None else owner[numbers]
    long = shapely.length(lines)
    lengths = np.bincount(whose, long)
    areas = np.bincount(whose, _doubled_areas(points, ranks, len(lines))) / 2.0
    steps = _steps(lengths, source, areas=np.abs(areas))
    lines[long > 0] = shapely.segmentize(lines[long > 0], steps[whose][long > 0])
    dense, rank = shapely.get_coordinates(lines, return_index=True)
    return transform_points(dense, source, target), numbers[rank]


def _doubled_areas(points: Floats, line_of: NDArray[np.int64], count: int) -> Floats:
    """Twice the signed area of each ring, from its first point."""
    firsts = np.flatnonzero(np.diff(line_of, prepend=-1))
    x, y = (points - points[firsts][line_of]).T
    crossed = x[:-1] * y[1:] - x[1:] * y[:-1]
    return np.bincount(line_of[:-1], np.where(line_of[:-1] == line_of[1:], crossed, 0.0), count)


def added_vertices(geometries: NDArray[np.object_], crs: CRS) -> NDArray[np.int64]:
    """Return about how many vertices each polygon gets when `reproject_lines` densifies its rings."""
    lengths = np.asarray(shapely.length(geometries))
    steps = _steps(lengths, crs, areas=np.asarray(shapely.area(geometries)))
    return (lengths / steps).astype(np.int64)


def transform_points(points: Floats, source: CRS, target: CRS) -> Floats:
    """Return points of shape `(n, 2)`, x first, in `target`.

    Raises:
        InvalidGeometry: a coordinate is not finite, or has no image in `target`.
    """
    x, y = _transformer(source, target).transform(points[:, 0], points[:, 1])
    moved = np.column_stack([x, y]).astype(np.float64, copy=False)
    lost = np.flatnonzero(~np.isfinite(moved).all(axis=1))
    if lost.size:
        place = f"({points[lost[0], 0]:g}, {points[lost[0], 1]:g})"
        raise InvalidGeometry(
            f"the point {place} has no position in {target.name}; check the axis order and the CRS",
            f"le point {place} n'a pas de position en {target.name} ; vérifiez l'ordre des axes et le SCR",
        )
    return moved


def true_area_ha(geometry: shapely.Geometry, crs: CRS) -> float:
    """Return the area of a valid geometry on the ellipsoid of `crs`, in hectares.

    Points and lines have none. Holes are excluded whatever the direction of the rings.

    Raises:
        InvalidGeometry: a coordinate is not finite, or lies outside the domain of `crs`.
    """
    return float(true_areas_ha([geometry], crs)[0])


def true_areas_ha(geometries: Sequence[shapely.Geometry] | NDArray[np.object_], crs: CRS) -> Floats:
    """Return the area of each of some valid geometries, as `true_area_ha` does one by one.

    Raises:
        InvalidGeometry: a coordinate is not finite, or lies outside the domain of `crs`.
    """
    geodetic = crs if crs.is_geographic else crs.geodetic_crs
    if geodetic is None:
        raise _unknown_crs(crs.name)
    polygons, owner = polygons_by_owner(geometries)
    if polygons.size == 0:
        return np.zeros(len(geometries))
    polygons = shapely.force_2d(polygons)
    if crs.is_geographic:
        _check_latitudes(shapely.total_bounds(polygons), crs)
        polygons = shapely.segmentize(polygons, DEGREE_M / metres_per_unit(crs))
    else:
        lengths = np.bincount(owner, shapely.length(polygons))
        steps = _steps(lengths, crs, areas=np.bincount(owner, shapely.area(polygons)))
        polygons = shapely.segmentize(polygons, steps[owner])
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    if not crs.is_geographic:
        points = transform_points(points, crs, geodetic)
    whose = owner[polygon_of]
    ring_ha = _ring_areas_ha(
        points * _unit_radians(geodetic), ring_of, whose[ring_of], geodetic, wraps=not crs.is_geographic
    )
    is_exterior = np.diff(polygon_of, prepend=-1) != 0
    return np.bincount(whose, np.where(is_exterior, ring_ha, -ring_ha), len(geometries))


def _ring_areas_ha(
    points: Floats, ring_of: NDArray[np.int64], owner: NDArray[np.int64], crs: CRS, *, wraps: bool
) -> Floats:
    """Area of each ring from its vertices in radians; an edge is straight in longitude and latitude."""
    start, end = points[:-1], points[1:]
    same = ring_of[:-1] == ring_of[1:]
    width = end[:, 0] - start[:, 0]
    if wraps:
        width -= 2.0 * np.pi * np.round(width / (2.0 * np.pi))
    firsts = np.diff(owner, prepend=-1) != 0
    reference = points[firsts, 1][np.cumsum(firsts) - 1][:-1]
    # The three-point Gauss rule is exact to the rounding for edges below one degree.
    mean = np.zeros(len(width))
    for node, weight in GAUSS:
        latitude = start[:, 1] + (end[:, 1] - start[:, 1]) * (node + 1.0) / 2.0
        mean += weight / 2.0 * band_area(reference, latitude, crs)
    areas = np.bincount(ring_of[:-1][same], weights=(width * mean)[same], minlength=int(ring_of[-1]) + 1)
    return np.abs(areas) / SQUARE_METRES_PER_HECTARE


def bounds_in(bounds: Bounds, source: CRS, target: CRS) -> Bounds | None:
    """Return the box of `target` that holds a box of `source`, or None where no single box does."""
    key = bounds, id(source), id(target)
    known = _boxes.get(key)
    if known is None:
        if len(_boxes) >= BOXES:
            _boxes.clear()
        known = _boxes[key] = source, target, _bounds_in(bounds, source, target)
    return known[2]


def _bounds_in(bounds: Bounds, source: CRS, target: CRS) -> Bounds | None:
    if source == target:
        return bounds
    west, south, east, north = _transformer(source, target).transform_bounds(*bounds, densify_pts=63)
    if not np.isfinite([west, south, east, north]).all() or west > east:
        return None
    return west, south, east, north


def metres_per_unit(crs: CRS) -> float:
    """Return the metres in one unit of a CRS; for degrees, an upper bound anywhere on the Earth."""
    factor = float(crs.axis_info[0].unit_conversion_factor)
    return float(np.rad2deg(factor)) * DEGREE_M if crs.is_geographic else factor


def polygons_of(geometry: shapely.Geometry) -> NDArray[np.object_]:
    """Return the polygons in a geometry, collections opened, empty ones left out."""
    return polygons_by_owner(np.atleast_1d(shapely.get_parts(geometry)))[0]


def polygons_by_owner(
    geometries: Sequence[shapely.Geometry] | NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the polygons in some geometries, and the rank of the geometry that each comes from."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    while np.any(shapely.get_type_id(parts) > shapely.GeometryType.POLYGON):
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    return np.asarray(parts[keep], dtype=object), np.asarray(owner[keep], dtype=np.int64)


@lru_cache(maxsize=256)
def _parsed(text: str) -> CRS:
    name = text.removeprefix("[").removesuffix("]") if text.startswith("[") else text
    if name.isdecimal():
        name = f"EPSG:{name}"
    elif name.upper() in {"CRS84", "CRS84H"}:
        name = "OGC:CRS84"
    scheme, _, path = name.partition("://")
    if path:
        parts = path.rstrip("/").split("/")
        if (
            scheme not in {"http", "https"}
            or parts[:3] != ["www.opengis.net", "def", "crs"]
            or len(parts) != 6
        ):
            raise _unknown_crs(text)
        name = f"{parts[3]}:{parts[5]}"
    elif name.lower().startswith(("urn:ogc:def:crs:", "urn:x-ogc:def:crs:")):
        parts = name.split(":")
        name = f"{parts[4]}:{parts[-1]}"
    authority, _, code = name.partition(":")
    if not authority.isalnum() or not code.isalnum():
        raise _unknown_crs(text)
    try:
        crs = CRS.from_authority(authority.upper(), code).to_2d()
    except CRSError as error:
        raise _unknown_crs(text) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if not (crs.is_geographic or crs.is_projected):
        raise _unknown_crs(text)
    return crs


def _check_latitudes(bounds: Floats, crs: CRS) -> None:
    right_angle = np.pi / 2.0 / _unit_radians(crs)
    _, south, _, north = bounds
    if not (south >= -right_angle and north <= right_angle):
        raise InvalidGeometry(
            f"latitudes go from {south:g} to {north:g}; longitude comes first, then latitude, in degrees",
            f"les latitudes vont de {south:g} à {north:g} ; la longitude vient d'abord, puis la latitude, "
            "en degrés",
        )


def _unknown_crs(text: str) -> InvalidInput:
    return InvalidInput(
        f"unknown CRS {text[:80]!r}; give for example EPSG:2154 or http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        f"SCR inconnu : {text[:80]!r} ; donnez par exemple EPSG:2154 ou "
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        where="crs",
    )


def _transformer(source: CRS, target: CRS) -> Transformer:
    """A transformer of this thread: pyproj does not share them safely."""
    known: dict[tuple[int, int], tuple[CRS, CRS, Transformer]] | None = getattr(_local, "transformers", None)
    if known is None or len(known) > 64:
        known = _local.transformers = {}
    # The hash of a CRS is that of its text, which takes longer than moving a parcel: objects are told apart.
    pair = id(source), id(target)
    if pair not in known:
        known[pair] = source, target, Transformer.from_crs(source, target, always_xy=True)
    return known[pair][2]


def _unit_radians(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor)
