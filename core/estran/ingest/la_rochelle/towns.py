"""Where do towns lie, and which roads join them? A made-up pattern around real centres.

Each commune has a centre and hamlets. La Rochelle's centre is that of its real car parks, the
others' is the centroid. Land is the more urban the nearer it is to a centre, to La Rochelle and
to a road.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from estran.ingest.la_rochelle.coast import distance_surface, land
from estran.ingest.la_rochelle.fields import Doubles, Surface, noise, uniform
from estran.ingest.la_rochelle.grid import territory_grid

CITY = "17300"

HAMLET_HA = 450.0
"""A commune has a hamlet for each such area."""

ROAD_POINTS = 25
ROAD_BEND = 0.05
ROAD_REACH_M = 120.0
CITY_REACH_M = 9_000.0

SEED = 1_000


@dataclass(frozen=True, slots=True)
class Towns:
    """The pattern of towns.

    Attributes:
        centres: x, y of each commune's centre, shape (communes, 2).
        radius_m: Radius of the disc as large as each commune.
        hamlets: x, y of the hamlets of each commune.
        city: Place of La Rochelle in the list of communes.
        roads: Lines between neighbouring centres.
        road_m: Distance to a road.
        coarse: Noise with patches of a village's size.
        fine: Noise with patches of a street's size.
    """

    centres: Doubles
    radius_m: Doubles
    hamlets: tuple[Doubles, ...]
    city: int
    roads: NDArray[np.object_]
    road_m: Surface
    coarse: Surface
    fine: Surface

    def urbanity(self, commune: int, x: Doubles, y: Doubles) -> Doubles:
        """Return how urban points of a commune are: a rank without unit, larger is more urban."""
        radius = self.radius_m[commune]
        here = -_away(x, y, self.centres[commune]) / radius
        for hamlet in self.hamlets[commune]:
            here = np.maximum(here, -0.45 - 2.2 * _away(x, y, hamlet) / radius)
        return np.asarray(
            here
            - 0.5 * _away(x, y, self.centres[self.city]) / CITY_REACH_M
            + 0.20 * np.exp(-self.road_m(x, y) / ROAD_REACH_M)
            + 0.14 * self.coarse(x, y)
            + 0.06 * self.fine(x, y)
        )


def plan_towns(communes: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> Towns:
    """Return the pattern of towns.

    Args:
        communes: In Lambert-93, with `code_insee`.
        sites: Real car-park sites, with `insee`.
    """
    codes = list(communes["code_insee"])
    city = codes.index(CITY)
    centroids = communes.geometry.centroid
    centres = np.column_stack([centroids.x, centroids.y])
    downtown = sites.geometry[sites["insee"] == CITY]
    centres[city] = [downtown.x.median(), downtown.y.median()]
    areas = communes.geometry.area.to_numpy()
    roads = _roads(centres, land(communes))
    return Towns(
        centres=centres,
        radius_m=np.sqrt(areas / np.pi),
        hamlets=tuple(
            _hamlets(number, outline, area)
            for number, (outline, area) in enumerate(zip(communes.geometry, areas, strict=True))
        ),
        city=city,
        roads=roads,
        road_m=distance_surface(shapely.MultiLineString(list(roads)), territory_grid(communes, cell_m=25.0)),
        coarse=noise(tuple(communes.total_bounds), 800.0, SEED),
        fine=noise(tuple(communes.total_bounds), 220.0, SEED + 1),
    )


def _away(x: Doubles, y: Doubles, point: Doubles) -> Doubles:
    return np.asarray(np.hypot(x - point[0], y - point[1]))


def _hamlets(number: int, outline: shapely.Geometry, area_m2: float) -> Doubles:
    """Return hamlets at even, repeatable random places of the commune."""
    tries = np.arange(60)
    west, south, east, north = shapely.bounds(outline)
    x = west + (east - west) * uniform(number, tries, seed=SEED + 2)
    y = south + (north - south) * uniform(number, tries, seed=SEED + 3)
    inside = shapely.contains_xy(shapely.buffer(outline, -150.0), x, y)
    return np.asarray(np.column_stack([x, y])[inside][: int(area_m2 / 10_000 / HAMLET_HA)])


def _roads(centres: Doubles, ground: shapely.Geometry) -> NDArray[np.object_]:
    """Join two centres when the disc between them holds no third (Gabriel graph), with slight bends."""
    lines = []
    for i in range(len(centres)):
        for j in range(i + 1, len(centres)):
            middle, half = (centres[i] + centres[j]) / 2, np.hypot(*(centres[j] - centres[i])) / 2
            others = np.delete(centres, [i, j], axis=0)
            if (np.hypot(*(others - middle).T) >= half).all():
                lines.append(_bent(centres[i], centres[j], i * len(centres) + j))
    roads = np.array(lines, dtype=object)
    return np.asarray(roads[shapely.within(roads, shapely.buffer(ground, 200.0))])


def _bent(start: Doubles, end: Doubles, number: int) -> shapely.LineString:
    share = np.linspace(0.0, 1.0, ROAD_POINTS)
    sway = sum(
        (uniform(number, wave, seed=SEED + 4) - 0.5) * np.sin(np.pi * wave * share) for wave in (1, 2, 3)
    )
    normal = np.array([start[1] - end[1], end[0] - start[0]])
    points = start + share[:, None] * (end - start) + 2 * ROAD_BEND * np.asarray(sway)[:, None] * normal
    return shapely.LineString(points)
