"""How the land ledger is made: every layer merged into one raster of keys.

Communes say which cells belong to the territory; layers then speak in ascending precedence,
each by cell centre; a cell that no layer describes is `unknown`; wetlands are an attribute.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.windows import Window

from estran.carbon.errors import InvalidConfiguration, InvalidSource
from estran.layers.cog import BLOCK as TILE
from estran.layers.cog import copy_as_cog, create_plain
from estran.layers.ledger.burn import Grid, PolygonBurner, RasterBurner, polygonal, projected
from estran.layers.ledger.cells import cell_areas
from estran.layers.ledger.codebook import Codebook, Voice
from estran.layers.ledger.index import BLOCK, build_index, write_index
from estran.layers.ledger.keys import NODATA, UNKNOWN
from estran.layers.ledger.loops import make_ready
from estran.layers.ledger.table import INDEX, KEYS, RASTER, GridMark, KeyTable, file_mark, write_table
from estran.layers.progress import Progress

Codes = NDArray[np.uint16]

COMMUNE_COLUMNS = ("code_insee", "zone", "forest_region", "geometry")

BURNING, WRITING, INDEXING = 0.6, 0.75, 0.95
"""Fractions of the build done at the end of its steps."""


@dataclass(frozen=True, slots=True)
class LedgerLayer:
    """One source of land class; a later layer of the list takes precedence.

    Attributes:
        id: Identifier of the layer.
        vintage: Year or date of its data.
        synthetic: Whether it is made up for the demonstration.
        polygons: Features in any CRS, with a column `land_class`.
        raster: A categorical raster in any CRS, read at the nearest cell.
        classes: Value of the raster -> land class; other values do not speak.
    """

    id: str
    vintage: str
    synthetic: bool
    polygons: gpd.GeoDataFrame | None = None
    raster: Path | None = None
    classes: Mapping[int, str] | None = None


@dataclass(frozen=True, slots=True)
class LedgerInputs:
    """Everything the ledger is made of.

    Attributes:
        communes: The territory, with columns code_insee, zone and forest_region.
        layers: Sources of land class in ascending precedence.
        wetlands: Features with a column `wetland`, or None.
        wetlands_synthetic: Whether the wetlands are made up for the demonstration.
    """

    communes: gpd.GeoDataFrame
    layers: tuple[LedgerLayer, ...]
    wetlands: gpd.GeoDataFrame | None = None
    wetlands_synthetic: bool = False


def build_ledger(
    inputs: LedgerInputs, *, crs: CRS, resolution_m: float, directory: Path, progress: Progress
) -> None:
    """Write `land-ledger.tif`, its index and its key table; the same inputs give the same bytes.

    Args:
        inputs: What to merge.
        crs: A projected CRS in metres.
        resolution_m: Side of a cell; the grid is snapped to its multiples.
        directory: An existing folder. Files there are replaced once all three are whole.
        progress: Told each step and the fraction done.

    Raises:
        InvalidSource: an input lacks a column or a CRS, or there are more than 65,535 keys.
        InvalidConfiguration: the CRS is not projected in metres.
        OSError: the folder cannot be written.
    """
    if not crs.is_projected or crs.axis_info[0].unit_conversion_factor != 1.0:
        raise InvalidConfiguration(
            f"the ledger needs a projected CRS in metres, not {crs.name}",
            f"le registre demande un SCR projeté en mètres, et non {crs.name}",
            where="estran.ledger.crs",
        )
    communes = _checked_communes(inputs.communes)
    grid = _snapped_grid(communes, crs, resolution_m)
    codebook = _codebook(inputs, communes)
    with TemporaryDirectory(prefix=".ledger.", dir=directory) as name:
        folder = Path(name)
        size = int(np.prod(codebook.shape))
        numbers = np.memmap(
            folder / "numbers", dtype=np.int32 if size < 2**31 else np.int64, mode="w+", shape=grid.shape
        )
        seen = np.zeros(size, dtype=np.bool_)
        for first, strip in _burnt(inputs, communes, codebook, grid):
            progress("ledger", BURNING * first / grid.shape[0])
            seen[strip] = True
            numbers[first : first + len(strip)] = strip
        keys, code_of = codebook.numbered(np.flatnonzero(seen))
        progress("ledger", BURNING)
        _write_raster(folder / RASTER, numbers, code_of, grid)
        progress("ledger", WRITING)
        areas = cell_areas(crs, grid.transform, grid.shape)
        strips = (code_of[numbers[first : first + BLOCK]] for first in range(0, grid.shape[0], BLOCK))
        write_index(folder / INDEX, build_index(strips, areas, grid.shape))
        progress("ledger", INDEXING)
        make_ready()
        files = {file: file_mark(folder / file) for file in (INDEX, RASTER)}
        mark = GridMark(
            crs=crs.to_wkt(),
            west=grid.transform.c,
            north=grid.transform.f,
            resolution_m=resolution_m,
            rows=grid.shape[0],
            columns=grid.shape[1],
        )
        write_table(folder / KEYS, KeyTable(files=files, grid=mark, keys=keys))
        for file in (RASTER, INDEX, KEYS):
            (folder / file).replace(directory / file)
    progress("ledger", 1.0)


def _checked_communes(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    missing = [column for column in COMMUNE_COLUMNS if column not in communes]
    if missing or communes.empty:
        what = ", ".join(missing) or "0"
        raise InvalidSource(
            f"the communes of the territory are incomplete: {what}; code_insee, zone, forest_region and "
            "a polygon are needed",
            f"les communes du territoire sont incomplètes : {what} ; il faut code_insee, zone, "
            "forest_region et un polygone",
            where="communes",
        )
    return polygonal(communes, "code_insee")


def _snapped_grid(communes: gpd.GeoDataFrame, crs: CRS, resolution_m: float) -> Grid:
    west, south, east, north = shapely.total_bounds(projected(communes, crs)) / resolution_m
    left, top = np.floor(west), np.ceil(north)
    shape = (int(top - np.floor(south)), int(np.ceil(east) - left))
    corner = Affine(resolution_m, 0.0, left * resolution_m, 0.0, -resolution_m, top * resolution_m)
    return Grid(crs, corner, shape)


def _codebook(inputs: LedgerInputs, communes: gpd.GeoDataFrame) -> Codebook:
    rows = communes[list(COMMUNE_COLUMNS[:3])].astype(object).fillna("")
    by_code = {str(row[0]): (str(row[0]), str(row[1]), str(row[2])) for row in rows.to_numpy()[::-1]}
    voices = {
        Voice(land_class, layer.id, layer.vintage, layer.synthetic): None
        for layer in inputs.layers
        for land_class in _classes(layer)
    }
    types = set() if inputs.wetlands is None else set(polygonal(inputs.wetlands, "wetland")["wetland"])
    return Codebook(
        communes=tuple(by_code[code] for code in sorted(by_code)),
        voices=(Voice(UNKNOWN, "", "", synthetic=False), *voices),
        wetlands=("", *sorted(map(str, types - {""}))),
        wetlands_synthetic=inputs.wetlands_synthetic,
    )


def _classes(layer: LedgerLayer) -> list[str]:
    """The land classes that a layer may tell, sorted."""
    told = set((layer.classes or {}).values()) if layer.raster is not None else set()
    if layer.polygons is not None:
        told |= set(polygonal(layer.polygons, "land_class")["land_class"])
    return sorted(set(map(str, told)) - {UNKNOWN})


def _burnt(
    inputs: LedgerInputs, communes: gpd.GeoDataFrame, codebook: Codebook, grid: Grid
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """First row and numbers of each strip of the grid, from the top; 0 outside the communes."""
    rank = {commune[0]: number for number, commune in enumerate(codebook.communes, start=1)}
    territory = _polygons(communes, "code_insee", rank, grid)
    layers = [burner for layer in inputs.layers for burner in _burners(layer, codebook, grid)]
    kinds = {wetland: number for number, wetland in enumerate(codebook.wetlands) if wetland}
    wetlands = None if inputs.wetlands is None else _polygons(inputs.wetlands, "wetland", kinds, grid)
    for first in range(0, grid.shape[0], TILE):
        rows = min(TILE, grid.shape[0] - first)
        commune = territory.burn(first, rows)
        voice = np.zeros_like(commune)
        for burner in layers:
            said = burner.burn(first, rows)
            np.copyto(voice, said, where=said > 0)
        wet = np.zeros_like(commune) if wetlands is None else wetlands.burn(first, rows)
        numbers = np.ravel_multi_index((commune, voice, wet), codebook.shape)
        yield first, np.where(commune > 0, numbers, 0)


def _burners(layer: LedgerLayer, codebook: Codebook, grid: Grid) -> list[PolygonBurner | RasterBurner]:
    source = (layer.id, layer.vintage, layer.synthetic)
    numbers = {
        voice.land_class: number
        for number, voice in enumerate(codebook.voices)
        if (voice.layer, voice.vintage, voice.synthetic) == source
    }
    burners: list[PolygonBurner | RasterBurner] = []
    if layer.raster is not None:
        values = {value: numbers.get(land_class, 0) for value, land_class in (layer.classes or {}).items()}
        burners.append(RasterBurner(layer.raster, values, grid))
    if layer.polygons is not None:
        burners.append(_polygons(layer.polygons, "land_class", numbers, grid))
    return burners


def _polygons(frame: gpd.GeoDataFrame, column: str, numbers: Mapping[str, int], grid: Grid) -> PolygonBurner:
    kept = polygonal(frame, column)
    said = np.array([numbers.get(str(value), 0) for value in kept[column]], dtype=np.int64)
    return PolygonBurner(kept, said, grid)


def _write_raster(path: Path, numbers: NDArray[Any], code_of: Codes, grid: Grid) -> None:
    plain = path.with_name("plain.tif")
    with create_plain(
        plain, shape=grid.shape, dtype="uint16", crs=grid.crs, transform=grid.transform, nodata=NODATA
    ) as raster:
        raster.set_band_description(1, "key")
        for first in range(0, grid.shape[0], TILE):
            codes = code_of[numbers[first : first + TILE]]
            raster.write(codes, 1, window=Window(0, first, grid.shape[1], len(codes)))
    copy_as_cog(plain, path)
