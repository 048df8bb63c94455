"""Where in a territory do the examples of the processes lie? Chosen from its own layers, the same each time.

A commune by its identifier, a quarter where people live, a plot of open land for a project: the calculation
of an example gives figures on any territory.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import box

from estran.assessments.inputs import CRS84
from estran.carbon.errors import EstranError
from estran.layers.features.query import FeatureQuery, FeatureStore, StoredFeature
from estran.layers.features.stores import open_feature_store
from estran.layers.geodesy import parse_crs, reproject
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.territory import Territory, read_territory

OPEN = frozenset({"cropland", "grassland_herbaceous", "grassland_shrubs", "artificial_grass_shrubs"})
BUILT = frozenset({"building"})
"""Land classes that a plot and a quarter look for."""

PLOT_M, QUARTER_M = 150.0, 1_000.0
"""Sides of a plot and of a quarter; they are made up for the examples and weigh in no result."""

STEPS = 12
"""A plot and a quarter are chosen among this many columns and rows of a commune."""

KM_PER_DEGREE = 111.3
"""Of latitude, near enough to place a point."""

MOST = 100_000
"""Communes read, at most."""

POPULATION = "population"

DECIMALS = 6
"""Of the coordinates of an example: a tenth of a metre."""


@dataclass(frozen=True, slots=True)
class Sites:
    """The places of a territory that examples use.

    Attributes:
        communes: Identifiers, the most populated first, two at most.
        collection: Collection that holds them.
        quarter: A GeoJSON polygon of that commune with many buildings, in longitude and latitude.
        plot: A smaller one of open land.
    """

    communes: tuple[str, ...]
    collection: str
    quarter: dict[str, Any]
    plot: dict[str, Any]

    @property
    def commune(self) -> dict[str, Any]:
        """The most populated commune, as the `geometry` of a request."""
        return {"collection": self.collection, "ids": list(self.communes[:1])}

    @property
    def several(self) -> dict[str, Any]:
        """The most populated communes, as the `geometry` of a request."""
        return {"collection": self.collection, "ids": list(self.communes)}

    def part(self, index: int, of: int) -> dict[str, Any]:
        """One of the strips that the plot is cut into, from west to east."""
        west, south, east, north = shapely.geometry.shape(self.plot).bounds
        width = (east - west) / of
        return _polygon(box(west + index * width, south, west + (index + 1) * width, north))

    def point(self, east_km: float, north_km: float) -> tuple[float, float]:
        """Return the longitude and the latitude of a point at a distance from the plot."""
        centre = shapely.geometry.shape(self.plot).centroid
        longitude = centre.x + east_km / (KM_PER_DEGREE * np.cos(np.radians(centre.y)))
        return round(float(longitude), 4), round(centre.y + north_km / KM_PER_DEGREE, 4)


def read_sites(territory: Territory) -> Sites | None:
    """Return where the examples of a territory lie; None when its communes cannot be read."""
    layer = territory.with_role("communes")
    if layer is None or not layer.table:
        return None
    try:
        store = open_feature_store(layer.location, layer.table, layer.id_field)
        return _sites(territory.config_path, store.version or "", _ledger_state(territory))
    except EstranError:
        return None


def _ledger_state(territory: Territory) -> int:
    layer = territory.with_role("land-ledger")
    try:
        return layer.path.stat().st_mtime_ns if layer else 0
    except OSError:
        return 0


@lru_cache(maxsize=8)
def _sites(config_path: Path, version: str, ledger_state: int) -> Sites | None:
    """The choice, made once per state of the communes and of the ledger."""
    del version
    territory = read_territory(config_path)
    layer = territory.with_role("communes")
    if layer is None:
        return None
    store = open_feature_store(layer.location, layer.table, layer.id_field)
    listed = _by_population(store)
    if not listed:
        return None
    ledger_layer = territory.with_role("land-ledger")
    ledger = open_ledger(ledger_layer.path) if ledger_layer and ledger_state else None
    (first,) = store.read_geometries([listed[0]])
    return Sites(
        communes=tuple(listed[:2]),
        collection=layer.id,
        quarter=_square(first, store, ledger, side_m=QUARTER_M, wanted=BUILT),
        plot=_square(first, store, ledger, side_m=PLOT_M, wanted=OPEN),
    )


def _by_population(store: FeatureStore) -> list[str]:
    """Identifiers, the most populated first, in the order of identifiers where nothing tells."""
    found = store.query(FeatureQuery(limit=MOST, skip_geometry=True, count=False)).features

    def inhabitants(feature: StoredFeature) -> float:
        value = feature.properties.get(POPULATION)
        return float(value) if isinstance(value, int | float) else 0.0

    return [each.id for each in sorted(found, key=lambda each: (-inhabitants(each), each.id))]


def _square(
    commune: StoredFeature,
    store: FeatureStore,
    ledger: Ledger | None,
    *,
    side_m: float,
    wanted: frozenset[str],
) -> dict[str, Any]:
    """The square of a commune that holds most of some land classes, else one around its middle."""
    shape = shapely.make_valid(shapely.force_2d(commune.geometry or shapely.Point(0.0, 0.0).buffer(1.0)))
    middle = shape.representative_point()
    west, south, east, north = shape.bounds
    columns, rows = (np.linspace(low, high, STEPS + 2)[1:-1] for low, high in ((west, east), (south, north)))
    centres = [(middle.x, middle.y), *((x, y) for y in rows.tolist() for x in columns.tolist())]
    squares = [box(x - side_m / 2, y - side_m / 2, x + side_m / 2, y + side_m / 2) for x, y in centres]
    inside = [square for square in squares if shape.contains(square)] or squares[:1]
    best = inside[0]
    if ledger is not None:
        held = [
            sum(
                area
                for key, area in zip(areas.keys, areas.areas_ha.tolist(), strict=True)
                if key.land_class in wanted and not key.wetland
            )
            for areas in ledger.land_areas_many(inside, store.crs)
        ]
        best = inside[int(np.argmax(np.round(held, 6)))]
    return _polygon(reproject(best, store.crs, parse_crs(CRS84)))


def _polygon(square: shapely.Geometry) -> dict[str, Any]:
    """The four corners of a square, as GeoJSON."""
    ring = shapely.get_coordinates(shapely.simplify(square, 1e-5))
    corners = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring.tolist()]
    return {"type": "Polygon", "coordinates": [corners]}
