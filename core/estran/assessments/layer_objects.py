"""Which objects of a vector layer lie in a place, and how much of each?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer
from shapely.geometry.base import BaseGeometry

from estran.assessments.place import Place
from estran.assessments.rings import polygonal
from estran.carbon.errors import NotFound
from estran.carbon.text import Text
from estran.layers.features.query import FeatureQuery, StoredFeature
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import (
    SQUARE_METRES_PER_HECTARE,
    metres_per_unit,
    polygons_of,
    reproject,
    reproject_each,
    true_area_ha,
)
from estran.layers.settings import LayerRole
from estran.layers.territory import Layer, Territory

Floats = NDArray[np.float64]

ALL = 10_000_000
"""More objects than any layer holds: a place is read whole."""

MANY_PARTS = 64
"""Parts of a region from which objects are cut by those near them alone."""

ROLE_TITLES: Mapping[str, Text] = {
    "buildings": Text("bâtiments", "buildings"),
    "parking": Text("emprises de stationnement", "car park areas"),
}


@dataclass(frozen=True, slots=True)
class Inside:
    """Which objects lie in one plot: their ranks, and the area of each that lies in it, in m2."""

    ranks: NDArray[np.int64]
    inside_m2: Floats


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of a layer that meet a place.

    Attributes:
        layer: Where they come from.
        crs: CRS of their geometries.
        ids: Their identifiers, in ascending order.
        geometries: Polygonal, valid, in two dimensions.
        properties: The columns asked for; those that the layer lacks are absent.
        area_m2: Area of each on the ellipsoid.
        whole: What lies in the place, each square metre once.
        rows: What lies in each plot.
    """

    layer: Layer
    crs: CRS
    ids: tuple[str, ...]
    geometries: NDArray[np.object_]
    properties: tuple[Mapping[str, object], ...]
    area_m2: Floats
    whole: Inside
    rows: tuple[Inside, ...]

    def column(self, name: str) -> list[object]:
        """Return a column, None where the layer lacks it."""
        return [each.get(name) for each in self.properties]

    def numbers(self, name: str) -> Floats:
        """Return a column as numbers, NaN where it holds none."""
        values = [value if isinstance(value, int | float) else np.nan for value in self.column(name)]
        return np.array(values, dtype=np.float64)

    @property
    def synthetic(self) -> NDArray[np.bool_]:
        """Which objects are not real, as they say, else as the layer says."""
        default = self.layer.settings.synthetic
        values = [default if value is None else bool(value) for value in self.column("synthetic")]
        return np.array(values, dtype=np.bool_)

    def of(self, ranks: NDArray[np.int64]) -> "Objects":
        """Return some of the objects, among them all that lie in the place or in a plot."""
        place_of = np.zeros(len(self.ids), dtype=np.int64)
        place_of[ranks] = np.arange(len(ranks))
        return replace(
            self,
            ids=tuple(self.ids[rank] for rank in ranks),
            geometries=self.geometries[ranks],
            properties=tuple(self.properties[rank] for rank in ranks),
            area_m2=self.area_m2[ranks],
            whole=Inside(place_of[self.whole.ranks], self.whole.inside_m2),
            rows=tuple(Inside(place_of[row.ranks], row.inside_m2) for row in self.rows),
        )


def read_objects(territory: Territory, role: LayerRole, place: Place, properties: Sequence[str]) -> Objects:
    """Return the objects of the layer that plays `role`, where they meet the place.

    Args:
        territory: Whose layers.
        role: Role of the layer.
        place: Where.
        properties: Columns to read, among those that exist.

    Raises:
        NotFound: the territory has no such layer.
        Unavailable: the layer cannot be read.
    """
    layer = _layer(territory, role)
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    wanted = tuple(name for name in properties if name in store.fields)
    region = _whole(place, store.crs)
    page = store.query(FeatureQuery(limit=ALL, region=region, properties=wanted, count=False))
    return objects_in(place, layer, store.crs, page.features)


def read_layer(territory: Territory, role: LayerRole, properties: Sequence[str]) -> Objects:
    """Return every object of the layer that plays `role`, wherever it lies.

    Raises:
        NotFound: the territory has no such layer.
        Unavailable: the layer cannot be read.
    """
    layer = _layer(territory, role)
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    wanted = tuple(name for name in properties if name in store.fields)
    page = store.query(FeatureQuery(limit=ALL, properties=wanted, count=False))
    return objects_in(None, layer, store.crs, page.features)


def objects_in(place: Place | None, layer: Layer, crs: CRS, features: Sequence[StoredFeature]) -> Objects:
    """Return what lies of some features in a place; without a place, nothing does."""
    found = [feature for feature in features if feature.geometry is not None]
    geometries = _polygons([feature.geometry for feature in found])
    planar = np.asarray(shapely.area(geometries), dtype=np.float64)
    scale = _true_scale(geometries, planar, crs)
    inside = _nothing()
    rows: tuple[Inside, ...] = ()
    if place:
        inside = _inside(geometries, _whole(place, crs), scale)
        alone = len(place.plots) == 1 and not place.overlapping
        rows = (inside,) if alone else _rows(geometries, _plots(place, crs), scale)
    return Objects(
        layer=layer,
        crs=crs,
        ids=tuple(feature.id for feature in found),
        geometries=geometries,
        properties=tuple(feature.properties for feature in found),
        area_m2=planar * scale,
        whole=inside,
        rows=rows,
    )


def centroids(objects: Objects) -> shapely.STRtree:
    """Return the centroids of objects, ready to be searched."""
    return shapely.STRtree(shapely.centroid(objects.geometries))


def centroids_inside(
    tree: shapely.STRtree, objects: Objects, geometry: BaseGeometry, crs: CRS
) -> NDArray[np.int64]:
    """Return the ranks of the objects that have their centroid in a geometry."""
    found = tree.query(_moved(geometry, crs, objects.crs), predicate="intersects")
    return np.sort(found).astype(np.int64)


def _layer(territory: Territory, role: LayerRole) -> Layer:
    layer = territory.with_role(role)
    if layer is None or not layer.table:
        title = ROLE_TITLES.get(role, Text(role, role))
        raise NotFound(
            f"layer not available: this territory publishes no {title.en}; declare a collection with "
            f"`estran.role: {role}`",
            f"couche non disponible : ce territoire ne publie pas de {title.fr} ; déclarez une collection "
            f"avec `estran.role: {role}`",
            where=role,
        )
    return layer


def _nothing() -> Inside:
    return Inside(np.zeros(0, dtype=np.int64), np.zeros(0))


def _whole(place: Place, crs: CRS) -> BaseGeometry:
    return place.once(("whole", crs), lambda: _moved(place.whole, place.crs, crs))


def _plots(place: Place, crs: CRS) -> NDArray[np.object_]:
    return place.once(("plots", crs), lambda: _moved_plots(place, crs))


def _moved(geometry: BaseGeometry, source: CRS, target: CRS) -> BaseGeometry:
    moved = reproject(geometry, source, target)
    if not shapely.is_valid(moved):
        moved = shapely.make_valid(moved)
    return shapely.union_all(polygons_of(moved))


def _moved_plots(place: Place, crs: CRS) -> NDArray[np.object_]:
    """Each plot as `_moved` does one by one; a valid polygon is left as it is."""
    plots = np.array([plot.geometry for plot in place.plots], dtype=object)
    moved = reproject_each(plots, place.crs, crs)
    ready = shapely.is_valid(moved) & (shapely.get_type_id(moved) == shapely.GeometryType.POLYGON)
    for rank in np.flatnonzero(~ready):
        moved[rank] = shapely.union_all(polygons_of(shapely.make_valid(moved[rank])))
    return moved


def _polygons(geometries: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    flat = np.array([shapely.force_2d(each) for each in geometries], dtype=object)
    wrong = ~np.asarray(shapely.is_valid(flat), dtype=bool)
    for rank in np.flatnonzero(wrong):
        flat[rank] = polygonal(shapely.make_valid(flat[rank]))
    return flat


def _true_scale(geometries: NDArray[np.object_], planar: Floats, crs: CRS) -> Floats:
    """What a planar area is multiplied by to be an area on the ellipsoid, at the centre of each object."""
    if not len(geometries):
        return np.ones(0)
    if crs.is_geographic:
        true = np.array([true_area_ha(each, crs) for each in geometries]) * SQUARE_METRES_PER_HECTARE
        return np.divide(true, planar, out=np.ones_like(planar), where=planar > 0.0)
    geodetic = crs.geodetic_crs
    points = shapely.get_coordinates(shapely.centroid(geometries))
    hollow = np.asarray(shapely.is_empty(shapely.centroid(geometries)), dtype=bool)
    scale = np.ones(len(geometries))
    if len(points):
        longitudes, latitudes = Transformer.from_crs(crs, geodetic, always_xy=True).transform(*points.T)
        factors = Proj(crs).get_factors(longitudes, latitudes)
        scale[~hollow] = metres_per_unit(crs) ** 2 / np.asarray(factors.areal_scale, dtype=np.float64)
    return scale


def _inside(geometries: NDArray[np.object_], region: BaseGeometry, scale: Floats) -> Inside:
    """What lies in one region: objects wholly inside count whole, others by their intersection."""
    if not len(geometries) or region.is_empty:
        return _nothing()
    shapely.prepare(region)
    areas = np.asarray(shapely.area(geometries), dtype=np.float64)
    doubtful = np.flatnonzero(~np.asarray(shapely.contains_properly(region, geometries), dtype=bool))
    areas[doubtful] = _shared_areas(geometries[doubtful], region)
    ranks = np.flatnonzero(areas > 0.0)
    return Inside(ranks.astype(np.int64), areas[ranks] * scale[ranks])


def _shared_areas(geometries: NDArray[np.object_], region: BaseGeometry) -> Floats:
    """Area that each object shares with a region, in the units of the plane."""
    parts = shapely.get_parts(region)
    if len(parts) < MANY_PARTS:
        return np.asarray(shapely.area(shapely.intersection(geometries, region)), dtype=np.float64)
    # Parts do not overlap: only those near an object are cut, or a thousand plots would take a million cuts.
    near, part = shapely.STRtree(parts).query(geometries)
    shared = shapely.area(shapely.intersection(geometries[near], parts[part]))
    return np.bincount(near, weights=shared, minlength=len(geometries))


def _rows(geometries: NDArray[np.object_], plots: NDArray[np.object_], scale: Floats) -> tuple[Inside, ...]:
    rows = [_nothing()] * len(plots)
    whose, objects = shapely.STRtree(geometries).query(plots)
    for rank in np.unique(whose):
        near = np.sort(objects[whose == rank])
        found = _inside(geometries[near], plots[rank], scale[near])
        rows[rank] = Inside(near[found.ranks].astype(np.int64), found.inside_m2)
    return tuple(rows)
