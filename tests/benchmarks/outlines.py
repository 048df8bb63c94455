"""Outlines of any area and number of vertices: closed curves with bays of every size, the same each run."""

import numpy as np
import shapely
from benchmarks.synthetic import CELL_M, NORTH, SIDE, WEST

ROUGHNESS = 1.3
"""The amplitude of a bay falls with this power of its frequency: a region has some 1,000 km of border."""

CENTRE = (WEST + SIDE * CELL_M / 2, NORTH - SIDE * CELL_M / 2)


def outline(
    area_km2: float, vertices: int, *, seed: int = 1, centre: tuple[float, float] = CENTRE
) -> shapely.Polygon:
    """Return a valid polygon of an area, in Lambert-93."""
    random = np.random.default_rng(seed)
    frequency = np.arange(2, max(4, min(vertices // 6, 6_000)))
    spectrum = np.zeros(vertices // 2 + 1, dtype=complex)
    strength = frequency**-ROUGHNESS * random.normal(size=len(frequency))
    spectrum[frequency] = strength * np.exp(2j * np.pi * random.random(len(frequency)))
    reach = np.fft.irfft(spectrum, vertices)
    reach = 1 + 0.25 * reach / np.abs(reach).max()
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    points = np.column_stack([reach * np.cos(angles), reach * np.sin(angles)])
    size = np.sqrt(area_km2 * 1e6 / shapely.Polygon(points).area)
    return shapely.Polygon(points * size + np.array(centre))


def parts(area_km2: float, count: int, vertices: int) -> shapely.MultiPolygon:
    """Return as many separate polygons of the same total area and number of vertices, on a square lattice."""
    across = int(np.ceil(np.sqrt(count)))
    step = 2.2 * np.sqrt(area_km2 * 1e6 / count)
    places = [(rank % across - across / 2, rank // across - across / 2) for rank in range(count)]
    return shapely.MultiPolygon(
        [
            outline(
                area_km2 / count,
                max(vertices // count, 8),
                seed=rank,
                centre=(CENTRE[0] + x * step, CENTRE[1] + y * step),
            )
            for rank, (x, y) in enumerate(places)
        ]
    )


PLACES = {
    "1 ha": (0.01, 50),
    "1 km2": (1.0, 500),
    "commune, 15 km2": (15.0, 5_000),
    "agglomeration, 330 km2": (330.0, 30_000),
    "region, 20,000 km2": (20_000.0, 100_000),
}
"""Area in km2 and vertices of the places asked about."""

GROWTH = {
    "vertices": {str(n): (330.0, n, 1) for n in (100, 1_000, 10_000, 100_000, 500_000)},
    "area": {str(a): (float(a), 5_000, 1) for a in (0.1, 1, 10, 100, 1_000, 10_000)},
    "parts": {str(n): (330.0, 30_000, n) for n in (1, 10, 100, 1_000, 3_000)},
}
"""Of each curve, what grows: area in km2, vertices, parts."""


def place(name: str) -> shapely.Geometry:
    """Return the geometry of a name: that of a place, or `curve:value`."""
    if name in PLACES:
        return outline(*PLACES[name])
    curve, _, value = name.partition(":")
    area_km2, vertices, count = GROWTH[curve][value]
    return outline(area_km2, vertices) if count == 1 else parts(area_km2, count, vertices)
