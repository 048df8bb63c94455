"""The two small maps of the communes: stock per hectare in classes, yearly flux in circles.

They are drawn in the page itself, in the projection of the layer, simplified to the size of a pixel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt
from typing import Any

import numpy as np
import shapely

from estran.layers.features.query import FeatureQuery
from estran.layers.features.stores import open_feature_store
from estran.layers.territory import Layer
from estran.server.service import Service

MOST_COMMUNES = 2_000
WIDTH = 640.0
TALLEST = 900.0
MARGIN = 6.0
PIXEL = 0.9
CLASSES = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
RADIUS = 34.0
LABELLED = 60
"""Up to so many communes, each one carries its number."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune as it is drawn.

    Attributes:
        id: Identifier in its layer.
        name: As people call it.
        path: Outline, in units of the drawing.
        x: Of a point inside.
        y: Of the same point.
    """

    id: str
    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Outlines:
    """All communes by name, and the height of their drawing, whose width is `WIDTH`."""

    communes: tuple[Commune, ...]
    height: float


def outlines(service: Service, layer: Layer) -> Outlines:
    """Return the communes of a layer, ready to be drawn.

    Raises:
        Unavailable: the layer cannot be read.
    """
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    provider = service.configuration["resources"][layer.id]["providers"][0]
    title = provider.get("title_field") or layer.id_field
    found = [
        each
        for each in store.query(FeatureQuery(limit=MOST_COMMUNES, count=False)).features
        if each.geometry is not None
    ]
    if not found:
        return Outlines((), 0.0)
    shapes = np.array([shapely.force_2d(each.geometry) for each in found], dtype=object)
    left, low, right, high = shapely.total_bounds(shapes)
    side = max((right - left) / (WIDTH - 2 * MARGIN), (high - low) / (TALLEST - 2 * MARGIN)) or 1.0
    shift = (WIDTH - (right - left) / side) / 2.0

    def drawn(points: Any) -> Any:
        return np.column_stack((shift + (points[:, 0] - left) / side, MARGIN + (high - points[:, 1]) / side))

    light = shapely.transform(shapely.coverage_simplify(shapes, PIXEL * side), drawn)
    communes = [
        Commune(each.id, str(each.properties.get(title) or each.id), _path(shape), *_inside(shape))
        for each, shape in zip(found, light, strict=True)
    ]
    return Outlines(
        tuple(sorted(communes, key=lambda commune: commune.name)), (high - low) / side + 2 * MARGIN
    )


def _path(shape: shapely.Geometry) -> str:
    parts = []
    for polygon in shapely.get_parts(shape):
        if not isinstance(polygon, shapely.Polygon):
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = (f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)[:-1])
            parts.append(f"M{'L'.join(points)}Z")
    return "".join(parts)


def _inside(shape: shapely.Geometry) -> tuple[float, float]:
    """Return the middle of the largest circle inside the largest part, where a number reads best."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    if not parts:
        return 0.0, 0.0
    circle = shapely.maximum_inscribed_circle(max(parts, key=lambda part: float(part.area)), tolerance=1.0)
    (x, y), *_ = shapely.get_coordinates(circle)
    return round(float(x), 1), round(float(y), 1)


def classes(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return at most five classes with round bounds that hold all the values.

    They have one width, save that six become five: the emptier end joins its neighbour.

    Example:
        >>> classes([41.2, 48.0, 63.9])
        [(40.0, 45.0), (45.0, 50.0), (50.0, 55.0), (55.0, 60.0), (60.0, 65.0)]
        >>> classes([49.0, 52.0, 53.0, 74.0, 73.0])
        [(45.0, 55.0), (55.0, 60.0), (60.0, 65.0), (65.0, 70.0), (70.0, 75.0)]
        >>> classes([57.0]), classes([])
        ([(57.0, 58.0)], [])
    """
    if not values:
        return []
    least, most = min(values), max(values)
    power = floor(log10((most - least) / CLASSES)) if most > least else 0
    for size in ROUND:
        width = size * 10.0**power
        start = floor(least / width + 1e-9)
        count = max(1, ceil(most / width - 1e-9) - start)
        if count <= CLASSES + 1:
            break
    found = [((start + rank) * width, (start + rank + 1) * width) for rank in range(count)]
    if count <= CLASSES:
        return found
    below = sum(value < found[0][1] for value in values)
    above = sum(value >= found[-1][0] for value in values)
    if below <= above:
        return [(found[0][0], found[1][1]), *found[2:]]
    return [*found[:-2], (found[-2][0], found[-1][1])]


def class_of(value: float, known: Sequence[tuple[float, float]]) -> int:
    """Return the rank of the class of a value; a bound belongs to the class above it."""
    return min(sum(value >= high for _, high in known), len(known) - 1)


def circles(values: Mapping[str, float]) -> tuple[Mapping[str, float], list[tuple[float, float]]]:
    """Return the radius of each value, areas being proportional, and two sizes for the legend."""
    largest = max((abs(value) for value in values.values()), default=0.0)
    if not largest:
        return dict.fromkeys(values, 0.0), []
    radii = {name: max(2.0, RADIUS * sqrt(abs(value) / largest)) for name, value in values.items()}
    power = 10.0 ** floor(log10(largest))
    top = max(size for size in (1.0, 2.0, 5.0) if size * power <= largest) * power
    return radii, [(size, RADIUS * sqrt(size / largest)) for size in (top, top / 5.0)]
