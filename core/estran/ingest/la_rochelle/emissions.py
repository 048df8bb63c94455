"""How much fossil CO2 does each small cell emit? Real one-degree cells, spread by population.

The mass of a one-degree cell is shared between the cells of 0.01 degree inside it in proportion
to their inhabitants, at the mean density of the real intercommunality that holds them. Where no
such polygon lies (the sea) there is no data, and no mass. The whole one-degree cell is conserved.
"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.features import rasterize

from estran.layers.geodesy import true_area_ha
from estran.layers.ledger.cells import cell_areas

WGS_84 = CRS.from_epsg(4326)

PER_DEGREE = 100
"""Cells per degree."""

SAMPLES = 10
"""Points across a cell, to see which intercommunalities hold it."""

NODATA = -9999.0


@dataclass(frozen=True, slots=True)
class EmissionGrid:
    """Tonnes of CO2 per cell and year, `NODATA` where nobody lives, and where the cells are."""

    tonnes: NDArray[np.float64]
    transform: Affine


def spread_emissions(coarse: Path, epci: gpd.GeoDataFrame) -> EmissionGrid:
    """Return the fine grid.

    Args:
        coarse: One-degree cells, in tonnes per cell and year, in longitude and latitude.
        epci: Intercommunalities, with `population_totale`; each whole, not cut.
    """
    with rasterio.open(coarse) as raster:
        mass = raster.read(1).astype(np.float64)
        transform = _finer(raster.transform, PER_DEGREE)
    people = _people(epci, (mass.shape[0] * PER_DEGREE, mass.shape[1] * PER_DEGREE), transform)
    blocks = people.reshape(mass.shape[0], PER_DEGREE, mass.shape[1], PER_DEGREE)
    share = blocks / blocks.sum(axis=(1, 3), keepdims=True)
    tonnes = (share * mass[:, None, :, None]).reshape(people.shape)
    return EmissionGrid(np.where(people > 0, tonnes, NODATA), transform)


def _people(epci: gpd.GeoDataFrame, shape: tuple[int, int], transform: Affine) -> NDArray[np.float64]:
    """Return the inhabitants of each cell, were they spread evenly over each intercommunality."""
    frame = epci.to_crs(WGS_84)
    area_ha = np.array([true_area_ha(geometry, WGS_84) for geometry in frame.geometry])
    density = np.concatenate([[0.0], frame["population_totale"].to_numpy(dtype=float) / area_ha])
    fine = _finer(transform, SAMPLES)
    fine_shape = (shape[0] * SAMPLES, shape[1] * SAMPLES)
    holder = rasterize(
        zip(frame.geometry, range(1, len(frame) + 1), strict=True),
        out_shape=fine_shape,
        transform=fine,
        dtype="uint16",
    )
    area = cell_areas(WGS_84, fine, fine_shape).window(slice(None), slice(None))
    people = density[holder] * area
    return np.asarray(people.reshape(shape[0], SAMPLES, shape[1], SAMPLES).sum(axis=(1, 3)))


def _finer(transform: Affine, times: int) -> Affine:
    return Affine(transform.a / times, 0.0, transform.c, 0.0, transform.e / times, transform.f)
