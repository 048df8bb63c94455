"""A ledger made of an array of keys, for tests that need to know every cell."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from affine import Affine
from pyproj import CRS

from estran.layers.cog import write_cog
from estran.layers.ledger.cells import cell_areas
from estran.layers.ledger.index import BLOCK, build_index, write_index
from estran.layers.ledger.keys import LedgerKey
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.ledger.table import INDEX, KEYS, RASTER, GridMark, KeyTable, file_mark, write_table

LAMBERT = CRS.from_epsg(2154)
WEST, NORTH = 380_000.0, 6_580_000.0


def ledger_of(codes: np.ndarray, folder: Path, *, resolution_m: float = 10.0) -> Ledger:
    """Write a raster of keys, its index and its table, and open them."""
    transform = Affine(resolution_m, 0.0, WEST, 0.0, -resolution_m, NORTH)
    write_cog(folder / RASTER, codes, crs=LAMBERT, transform=transform, nodata=0)
    areas = cell_areas(LAMBERT, transform, codes.shape)
    write_index(folder / INDEX, build_index(_strips(codes), areas, codes.shape))
    present = np.flatnonzero(np.bincount(codes.ravel()))
    keys = tuple(
        LedgerKey(code, f"class {code}", "", "17300", "", "", "test", "", synthetic=True)
        for code in present[present > 0].tolist()
    )
    files = {name: file_mark(folder / name) for name in (INDEX, RASTER)}
    rows, columns = codes.shape
    grid = GridMark(
        crs=LAMBERT.to_wkt(), west=WEST, north=NORTH, resolution_m=resolution_m, rows=rows, columns=columns
    )
    write_table(folder / KEYS, KeyTable(files=files, grid=grid, keys=keys))
    return open_ledger(folder / RASTER)


def _strips(codes: np.ndarray) -> Iterator[np.ndarray]:
    return (codes[first : first + BLOCK] for first in range(0, len(codes), BLOCK))
