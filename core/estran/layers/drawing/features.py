"""How are the features of a layer drawn: which are in the view, and with which symbol each?"""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidGeometry, TooLarge
from estran.layers.drawing.canvas import Canvas, Shapes, View
from estran.layers.drawing.painting import Pixels
from estran.layers.features.query import FeatureQuery, StoredFeature
from estran.layers.features.sketch import MANY, Asked, Sketch
from estran.layers.features.stores import open_feature_store
from estran.layers.features.tile_store import open_tile_store
from estran.layers.features.times import Interval
from estran.layers.geodesy import transform_points
from estran.layers.raster_grid import Bounds, moved_bounds
from estran.layers.styles.style import Rule, Style
from estran.layers.territory import Layer

READ = 300_000
"""Most features that are read for one picture."""

DRAWN = 100_000
"""Most features that are drawn; the smallest are left out first."""

STEPS = 32
"""An edge longer than the side of the map over this is cut before it is moved to another CRS."""

LARGEST_REACH = 0.05
"""Part of the map, on each side, in which features are read too: their symbols may reach into it."""


def draw_features(
    layer: Layer, style: Style, view: View, crs: CRS, *, interval: Interval | None = None
) -> Pixels:
    """Return the picture of the features of a layer, transparent where there are none.

    Args:
        layer: A layer of features.
        style: How it is drawn.
        view: What part of the map is drawn, at what size.
        crs: CRS of the map.
        interval: Time of the features, for a layer with a time.

    Raises:
        TooLarge: more features than can be read for a picture.
        Unavailable: the layer cannot be read.
    """
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    canvas = Canvas(view.width, view.height)
    region = _region(view, crs, store.crs)
    if region is None:
        return canvas.pixels()
    is_known = style.field is not None and style.field in store.fields
    field = style.field if is_known else None
    if interval is None or not layer.time_field:
        sketch = _sketch(layer, style, field, region, view=view, crs=crs)
        if sketch is not None:
            _draw(canvas, sketch, style, view=view, source=store.crs, target=crs)
            return canvas.pixels()
    query = FeatureQuery(
        limit=READ,
        region=region,
        interval=interval if layer.time_field else None,
        time_field=layer.time_field or None,
        properties=(field,) if field else (),
        count=False,
    )
    page = store.query(query)
    if page.next is not None:
        raise TooLarge(
            f"the map would draw more than {READ:,} features of {layer.id}; ask for a smaller bbox",
            f"la carte dessinerait plus de {READ} objets de {layer.id} ; demandez une bbox plus petite",
            where="bbox",
        )
    _draw(canvas, _read(page.features, field), style, view=view, source=store.crs, target=crs)
    return canvas.pixels()


def moved_shapes(shapes: Shapes, source: CRS, target: CRS, longest: float) -> Shapes:
    """Return shapes in another CRS, no edge longer than `longest`; those without a place in it are empty."""
    if source == target:
        return shapes
    dense = _dense(shapely.force_2d(shapes), longest)
    try:
        moved = shapely.transform(dense, lambda points: transform_points(points, source, target))
    except InvalidGeometry:
        moved = np.array([_moved(shape, source, target) for shape in dense], dtype=object)
    return np.asarray(moved, dtype=object)


def _dense(shapes: Shapes, longest: float) -> Shapes:
    """Return shapes without an edge longer than `longest`; one that GEOS cannot cut, a still line, as is."""
    try:
        return np.asarray(shapely.segmentize(shapes, longest), dtype=object)
    except shapely.errors.GEOSException:
        if shapes.size == 1:
            return shapes
        return np.concatenate([_dense(shapes[place : place + 1], longest) for place in range(shapes.size)])


def _moved(shape: shapely.Geometry, source: CRS, target: CRS) -> shapely.Geometry:
    try:
        return shapely.transform(shape, lambda points: transform_points(points, source, target))
    except InvalidGeometry:
        return shapely.GeometryCollection()


def _region(view: View, crs: CRS, storage: CRS) -> shapely.Polygon | None:
    """The view and its surroundings in the CRS of the layer; None when it has no place there."""
    across = LARGEST_REACH * (view.right - view.left)
    up = LARGEST_REACH * (view.top - view.bottom)
    wide: Bounds = (view.left - across, view.bottom - up, view.right + across, view.top + up)
    for bounds in (wide, (view.left, view.bottom, view.right, view.top)):
        try:
            return shapely.box(*moved_bounds(bounds, crs, storage))
        except InvalidGeometry:
            continue
    return None


def _sketch(
    layer: Layer, style: Style, field: str | None, region: shapely.Polygon, *, view: View, crs: CRS
) -> Sketch | None:
    """What is worth reading of a layer of very many features; None when they are not many."""
    tiles = open_tile_store(layer.location, layer.table, layer.id_field)
    if tiles.count < MANY:
        return None
    across, up = (_length_in(1 / scale, view, crs, tiles.crs) for scale in view.scale)
    return tiles.sketch(Asked(region.bounds, (across, up), style.kind, field, DRAWN))


def _read(features: tuple[StoredFeature, ...], field: str | None) -> Sketch:
    """Features as they are, those that can be told apart only."""
    shown = [feature for feature in features if feature.geometry is not None]
    shapes = np.empty(len(shown), dtype=object)
    shapes[:] = [feature.geometry for feature in shown]
    kept = _largest(shapes)
    values = [shown[index].properties.get(field) if field else None for index in kept]
    return Sketch(shapes[kept], values)


def _draw(
    canvas: Canvas,
    read: Sketch,
    style: Style,
    *,
    view: View,
    source: CRS,
    target: CRS,
) -> None:
    if not len(read.shapes):
        return
    across, up = view.right - view.left, view.top - view.bottom
    longest = _length_in(max(across, up) / STEPS, view, target, source)
    placed = view.placed(moved_shapes(read.shapes, source, target, longest))
    numbers = _rules_of(read.values, style)
    for number in range(len(style.rules) - 1, -1, -1):
        chosen = placed[numbers == number]
        if chosen.size:
            canvas.draw(chosen, style.rules[number].symbol)


def _largest(shapes: Shapes) -> NDArray[np.intp]:
    """The places of the features to draw, in their order."""
    if len(shapes) <= DRAWN:
        return np.arange(len(shapes))
    left, bottom, right, top = shapely.bounds(shapes).T
    size = np.nan_to_num((right - left) + (top - bottom))
    return np.sort(np.argpartition(size, -DRAWN)[-DRAWN:])


def _rules_of(values: Sequence[object], style: Style) -> NDArray[np.intp]:
    """The number of the rule that draws each feature, -1 for one that none draws."""
    known: dict[object, int] = {}
    numbers = np.empty(len(values), dtype=np.intp)
    for place, value in enumerate(values):
        if value not in known:
            known[value] = _rule_number(style.rules, value)
        numbers[place] = known[value]
    return numbers


def _rule_number(rules: tuple[Rule, ...], value: object) -> int:
    return next((number for number, rule in enumerate(rules) if rule.takes(value)), -1)


def _length_in(length: float, view: View, crs: CRS, other: CRS) -> float:
    """A length of the map in the unit of another CRS, near the middle of the map."""
    x, y = (view.left + view.right) / 2, (view.bottom + view.top) / 2
    try:
        left, bottom, right, top = moved_bounds((x, y, x + length, y + length), crs, other)
    except InvalidGeometry:
        return length
    return max(right - left, top - bottom)
