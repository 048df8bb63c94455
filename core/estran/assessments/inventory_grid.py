"""What does an emission grid hold inside each plot? Mass per gas and sector, cell by cell.

A band is named `gas` or `gas.sector` and carries its unit: `t/yr` for a mass per cell, `t/ha/yr` for a
density. Cells without data are set apart: they are not zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.carbon.errors import InvalidConfiguration, UnitMismatch, UnknownFactor
from estran.carbon.text import Text
from estran.factors.documents import Document, read_document
from estran.factors.units import conversion
from estran.layers.grid_shares import CellShares, cell_shares_each
from estran.layers.ledger.cells import cell_areas
from estran.layers.raster import Band, Raster, open_raster
from estran.layers.raster_grid import Area
from estran.layers.raster_reading import read_window
from estran.layers.territory import Layer

Floats = NDArray[np.float64]

YEARS = ("/annum", "/year", "/an", "/a")
"""Other ways to write `/yr` at the end of a unit."""


class Gas(Document):
    """One gas of `inventory_gases.yaml`."""

    title: Text
    mass: str
    total: int


class Gases(Document):
    """`inventory_gases.yaml`."""

    gases: dict[str, Gas]
    sectors: dict[str, Text]


@dataclass(frozen=True, slots=True)
class Series:
    """One band of a grid, understood.

    Attributes:
        band: The band.
        gas: Identifier of the gas.
        sector: Identifier of the sector, empty when the band has none.
        title: Gas, then sector.
        unit: Of its masses once scaled, per year.
        rank: Which gas is the total of an answer: the lowest.
        scale: What a value of the band is multiplied by.
        is_density: Whether a value is per hectare.
    """

    band: Band
    gas: str
    sector: str
    title: Text
    unit: str
    rank: int
    scale: float
    is_density: bool

    @property
    def item(self) -> str:
        """Its identifier in an answer."""
        return f"{self.gas}.{self.sector}" if self.sector else self.gas


@dataclass(frozen=True, slots=True)
class EmissionGrid:
    """A grid, described."""

    layer: Layer
    raster: Raster
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class PlotCells:
    """The cells of a grid that one plot touches.

    Attributes:
        cells: Where they are and which part of each lies inside.
        masses: Mass of each whole cell per series, shape `(series, cells)`; NaN without data.
    """

    cells: CellShares
    masses: Floats


def open_emissions(layer: Layer) -> EmissionGrid:
    """Return the description of an emission grid.

    Raises:
        InvalidConfiguration: a band has no unit, or one that is not that of its gas.
        Unavailable: the file cannot be read.
    """
    raster = open_raster(layer.path)
    return EmissionGrid(layer, raster, _without_doubles([_series(band, layer) for band in raster.bands]))


def read_cells(
    grid: EmissionGrid, geometries: Sequence[shapely.Geometry], crs: CRS, *, limit: int
) -> tuple[PlotCells, ...]:
    """Return the cells of each geometry; the file is read once for all.

    Args:
        grid: The grid.
        geometries: Valid and polygonal, none overlapping itself.
        crs: Their CRS.
        limit: Most values that may be read.

    Raises:
        TooLarge: more cells than `limit`.
        Unavailable: the file cannot be read.
    """
    cells = grid.raster.grid
    areas = cell_areas(cells.crs, cells.transform, (cells.height, cells.width))
    parts = cell_shares_each(cells, geometries, crs, limit=limit, areas=areas)
    touched = [part for part in parts if len(part.rows)]
    if not touched:
        return tuple(PlotCells(part, np.zeros((len(grid.series), 0))) for part in parts)
    first_row = min(int(part.rows[0]) for part in touched)
    last_row = max(int(part.rows[-1]) for part in touched)
    first_column = min(int(part.columns.min()) for part in touched)
    last_column = max(int(part.columns.max()) for part in touched)
    values = _values(grid, (first_row, last_row), (first_column, last_column), limit)
    return tuple(
        PlotCells(
            part, _masses(grid.series, values[:, part.rows - first_row, part.columns - first_column], part)
        )
        for part in parts
    )


def _values(grid: EmissionGrid, rows: tuple[int, int], columns: tuple[int, int], limit: int) -> Floats:
    transform, crs = grid.raster.grid.transform, grid.raster.grid.crs
    left, top = transform @ (columns[0], rows[0])
    right, bottom = transform @ (columns[1] + 1, rows[1] + 1)
    window = read_window(
        grid.raster,
        [Area(crs, left, bottom, right, top)],
        bands=[series.band for series in grid.series],
        limit=limit,
    )
    found = np.ma.filled(window.values.astype(np.float64), np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _masses(series: Sequence[Series], values: Floats, cells: CellShares) -> Floats:
    scaled = [
        row * each.scale * (cells.cell_ha if each.is_density else 1.0)
        for each, row in zip(series, values, strict=True)
    ]
    return np.array(scaled).reshape(len(series), len(cells.rows))


def _series(band: Band, layer: Layer) -> Series:
    known = read_document("inventory_gases", Gases)
    gas, _, sector = band.name.partition(".")
    fields = layer.settings.fields.get(band.name)
    entry = known.gases.get(gas)
    if entry is None:
        title = Text(fields.title.fr, fields.title.en) if fields else Text(band.name, band.name)
        entry = Gas(title=title, mass="t", total=max(each.total for each in known.gases.values()) + 1)
    unit = band.unit or (fields.unit if fields else "") or ""
    scale, is_density = _scale(unit, entry.mass, band.name, layer.id)
    return Series(
        band=band,
        gas=gas,
        sector=sector,
        title=_title(entry.title, known.sectors.get(sector, Text(sector, sector)) if sector else None),
        unit=f"{entry.mass}/yr",
        rank=entry.total,
        scale=scale,
        is_density=is_density,
    )


def _title(gas: Text, sector: Text | None) -> Text:
    return gas if sector is None else Text(f"{gas.fr}, {sector.fr.lower()}", f"{gas.en}, {sector.en.lower()}")


def _scale(unit: str, mass: str, band: str, layer: str) -> tuple[float, bool]:
    """What turns a value into the mass of the gas per year, and whether it is a density."""
    for ending in YEARS:
        if unit.endswith(ending):
            unit = unit.removesuffix(ending) + "/yr"
    for base in (mass, "t"):
        for target, is_density in ((f"{base}/yr", False), (f"{base}/ha/yr", True)):
            try:
                return conversion(unit, target), is_density
            except (UnitMismatch, UnknownFactor):
                continue
    raise InvalidConfiguration(
        f"the unit of the band {band} of {layer} is {unit!r}; it must be a mass of {mass} per year, per "
        "cell (t/yr) or per hectare (t/ha/yr)",
        f"l'unité de la bande {band} de {layer} est {unit!r} ; il faut une masse de {mass} par an, par "
        "maille (t/yr) ou par hectare (t/ha/yr)",
        where=f"{layer}.{band}",
    )


def _without_doubles(series: Sequence[Series]) -> tuple[Series, ...]:
    """Leave out the band of a gas without sector where its sectors are given: they would count twice."""
    detailed = {each.gas for each in series if each.sector}
    return tuple(each for each in series if each.sector or each.gas not in detailed)
