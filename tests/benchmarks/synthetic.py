"""The synthetic ledger that the benchmarks ask: 25,000 x 25,000 cells of 10 m, built once into `var/bench`.

It describes no real place: plots of a few hectares with wavy sides, in twelve land classes and
sixteen made-up communes, on the Lambert-93 grid. The formula has no random part, so that every
machine builds the same cells.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.ledger.cells import cell_areas
from estran.layers.ledger.index import BLOCK, build_index, write_index
from estran.layers.ledger.keys import LedgerKey
from estran.layers.ledger.table import INDEX, KEYS, RASTER, GridMark, KeyTable, file_mark, write_table

LAMBERT_93 = CRS.from_epsg(2154)
SIDE = 25_000
CELL_M = 10.0
WEST, NORTH = 300_000.0, 6_750_000.0
COMMUNES_ACROSS = 4
CLASSES = (
    "cropland", "grassland_herbaceous", "forest_broadleaf", "cropland", "building", "road", "vineyard",
    "water", "forest_conifer", "cropland", "hedge", "artificial_grass_shrubs",
)  # fmt: skip


def synthetic_ledger(folder: Path, *, side: int = SIDE) -> Path:
    """Return the raster of the synthetic ledger, built if it is not there."""
    target = folder / f"synthetic-{side}"
    if not (target / KEYS).exists():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".synthetic.", dir=folder) as name:
            _build(Path(name), side)
            shutil.rmtree(target, ignore_errors=True)
            Path(name).rename(target)
            Path(name).mkdir()
    return target / RASTER


def _build(folder: Path, side: int) -> None:
    from rasterio.windows import Window

    from estran.layers.cog import BLOCK as TILE
    from estran.layers.cog import copy_as_cog, create_plain

    transform = Affine(CELL_M, 0.0, WEST, 0.0, -CELL_M, NORTH)
    plain = folder / "plain.tif"
    with create_plain(
        plain, shape=(side, side), dtype="uint16", crs=LAMBERT_93, transform=transform, nodata=0
    ) as raster:
        for first, strip in _strips(side, TILE):
            raster.write(strip, 1, window=Window(0, first, side, len(strip)))
    copy_as_cog(plain, folder / RASTER)
    plain.unlink()
    areas = cell_areas(LAMBERT_93, transform, (side, side))
    index = build_index((strip for _, strip in _strips(side, BLOCK)), areas, (side, side))
    write_index(folder / INDEX, index)
    keys = tuple(
        LedgerKey(
            code=1 + commune * len(CLASSES) + rank, land_class=land_class, wetland="", synthetic=True,
            commune=f"{commune:05d}", zone="", forest_region="", layer="synthetic", vintage="",
        )
        for commune in range(COMMUNES_ACROSS**2)
        for rank, land_class in enumerate(CLASSES)
    )  # fmt: skip
    files = {file: file_mark(folder / file) for file in (INDEX, RASTER)}
    grid = GridMark(
        crs=LAMBERT_93.to_wkt(), west=WEST, north=NORTH, resolution_m=CELL_M, rows=side, columns=side
    )
    write_table(folder / KEYS, KeyTable(files=files, grid=grid, keys=keys))


def _strips(side: int, height: int) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """First row and keys of each strip: each plot draws its class from a hash of its number."""
    columns = np.arange(side)
    for first in range(0, side, height):
        rows = np.arange(first, min(first + height, side))[:, np.newaxis]
        across = (columns + 9.0 * np.sin(rows / 17.0) + 40.0 * np.sin(rows / 301.0)) // 23.0
        down = (rows + 7.0 * np.sin(columns / 13.0) + 35.0 * np.sin(columns / 257.0)) // 19.0
        plot = (across.astype(np.int64) * 73_856_093) ^ (down.astype(np.int64) * 19_349_663)
        rank = (plot * 2_654_435_761 >> 16) % len(CLASSES)
        commune = rows * COMMUNES_ACROSS // side * COMMUNES_ACROSS + columns * COMMUNES_ACROSS // side
        yield first, (1 + commune * len(CLASSES) + rank).astype(np.uint16)
