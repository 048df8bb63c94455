"""How is the ground cut into tiles, and which tiles does a layer reach?

Three tile matrix sets: two of the OGC registry, as `morecantile` holds them, and one for the
national projection, in the JSON file beside this one. Reference: OGC 17-083r4, Two Dimensional Tile Matrix
Set and Tile Set Metadata Standard, version 2.0.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import morecantile
import shapely
from pyproj import CRS

from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.features.projection import moved_box, region

type Bounds = tuple[float, float, float, float]

_SCALES_PER_LEVEL = 2.0
_SAME_SCALE = 1.05
_REACH = 1e-9


@dataclass(frozen=True, slots=True)
class Level:
    """One tile matrix: a scale and its grid of tiles.

    Attributes:
        id: Identifier of the tile matrix.
        scale: Scale denominator, for pixels of 0.28 mm.
        left: Western or left edge of the grid, in the CRS of the set.
        top: Northern or upper edge.
        width: Width of a tile, in units of the CRS.
        height: Height of a tile.
        columns: Tiles across.
        rows: Tiles down.
    """

    id: str
    scale: float
    left: float
    top: float
    width: float
    height: float
    columns: int
    rows: int

    def bounds(self, row: int, column: int) -> Bounds:
        """Return min x, min y, max x, max y of a tile."""
        left, top = self.left + column * self.width, self.top - row * self.height
        return left, top - self.height, left + self.width, top


@dataclass(frozen=True, slots=True)
class Limits:
    """The tiles of one level that a layer reaches, first and last included."""

    level: Level
    min_row: int
    max_row: int
    min_column: int
    max_column: int

    def holds(self, row: int, column: int) -> bool:
        """Return whether a tile is among them."""
        return self.min_row <= row <= self.max_row and self.min_column <= column <= self.max_column


@dataclass(frozen=True, slots=True)
class TileMatrixSet:
    """A tile matrix set; its x comes first whatever the CRS.

    Attributes:
        id: Identifier, as in `/tileMatrixSets/{id}`.
        title: What the registry calls it.
        uri: Its address in the OGC registry, empty when it is not there.
        crs_uri: Address of its CRS.
        crs: Its CRS.
        levels: From the smallest scale to the largest.
        definition: The JSON document of the standard.
    """

    id: str
    title: str
    uri: str
    crs_uri: str
    crs: CRS
    levels: tuple[Level, ...]
    definition: Mapping[str, Any]

    def level(self, identifier: str) -> Level:
        """Return a level.

        Raises:
            NotFound: the set has no such level.
        """
        for level in self.levels:
            if level.id == identifier:
                return level
        raise NotFound(
            f"{self.id} has no level {identifier[:40]!r}; levels go from {self.levels[0].id} to"
            f" {self.levels[-1].id}",
            f"{self.id} n'a pas de niveau {identifier[:40]!r} ; les niveaux vont de {self.levels[0].id} à"
            f" {self.levels[-1].id}",
            where="tileMatrix",
        )

    def between(self, coarsest: float, finest: float) -> tuple[Level, ...]:
        """Return the levels whose scale denominator lies from `coarsest` down to `finest`.

        The last one is the first level that is at least as detailed as `finest`.
        """
        chosen = [
            level
            for level in self.levels
            if level.scale <= coarsest * _SAME_SCALE
            and level.scale > finest / _SCALES_PER_LEVEL * _SAME_SCALE
        ]
        return tuple(chosen or self.levels[-1:])


WEB_MERCATOR = "WebMercatorQuad"
IDS = (WEB_MERCATOR, "WorldCRS84Quad", "Lambert93Quad")


def tile_matrix_set(identifier: str) -> TileMatrixSet:
    """Return a tile matrix set.

    Raises:
        NotFound: it is not one of `IDS`.
    """
    if identifier not in IDS:
        known = ", ".join(IDS)
        raise NotFound(
            f"unknown tile matrix set {identifier[:80]!r}; choose among {known}",
            f"grille de tuiles inconnue : {identifier[:80]!r} ; choisissez parmi {known}",
            where="tileMatrixSetId",
        )
    return _read(identifier)


def limits(levels: Sequence[Level], crs: CRS, extent: Bounds, extent_crs: CRS) -> tuple[Limits, ...]:
    """Return the tiles that an extent reaches, level by level; none when it lies outside the sets.

    Args:
        levels: Levels of one tile matrix set.
        crs: CRS of the set.
        extent: min x, min y, max x, max y.
        extent_crs: CRS of the extent; x comes first whatever its axis order.
    """
    reached = _reached(extent, extent_crs.srs, crs.srs)
    if reached is None:
        return ()
    found = []
    for level in levels:
        columns = _span(reached[0] - level.left, reached[2] - level.left, level.width, level.columns)
        rows = _span(level.top - reached[3], level.top - reached[1], level.height, level.rows)
        if columns is None or rows is None:
            return ()
        found.append(Limits(level, *rows, *columns))
    return tuple(found)


def moved(bounds: Bounds, source: CRS, target: CRS) -> Bounds | None:
    """Return the box that holds a box of another CRS, None when the target cannot hold it.

    Both are x first, whatever the axis order of the CRS.
    """
    if source == target:
        return bounds
    near = moved_box(bounds, source, target)
    if near is not None:
        return near
    try:
        area = region(_as_written(bounds, source), source, target)
    except InvalidInput:
        return None
    if area.is_empty:
        return None
    low_x, low_y, high_x, high_y = area.bounds
    return (low_x, low_y, high_x, high_y) if math.isfinite(shapely.area(area)) else None


@lru_cache(maxsize=256)
def _reached(extent: Bounds, source: str, target: str) -> Bounds | None:
    """Return the box that holds an extent, as `moved` does; by the names of the CRS, which compare fast."""
    return moved(extent, CRS.from_user_input(source), CRS.from_user_input(target))


def _as_written(bounds: Bounds, crs: CRS) -> Bounds:
    """Return a box in the axis order of the authority of its CRS."""
    low_x, low_y, high_x, high_y = bounds
    if crs.axis_info and crs.axis_info[0].direction.lower() in {"north", "south"}:
        return low_y, low_x, high_y, high_x
    return bounds


def _span(start: float, end: float, size: float, count: int) -> tuple[int, int] | None:
    """Return the first and last of `count` tiles of a size that an interval reaches."""
    first, last = math.floor(start / size + _REACH), math.ceil(end / size - _REACH) - 1
    first, last = max(0, first), min(count - 1, max(first, last))
    return (first, last) if first <= last else None


@cache
def _read(identifier: str) -> TileMatrixSet:
    if identifier in morecantile.tms.list():
        model = morecantile.tms.get(identifier)
        definition: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    else:
        text = files("estran.layers.tiles").joinpath(f"{identifier}.json").read_text(encoding="utf-8")
        definition = json.loads(text)
        model = morecantile.TileMatrixSet.model_validate(definition)
    crs_uri = str(definition["crs"])
    return TileMatrixSet(
        id=identifier,
        title=str(definition["title"]),
        uri=str(definition.get("uri", "")),
        crs_uri=crs_uri,
        crs=CRS.from_user_input(_authority(crs_uri)),
        levels=tuple(_level(matrix) for matrix in model.tileMatrices),
        definition=definition,
    )


def _level(matrix: morecantile.models.TileMatrix) -> Level:
    left, top = matrix.pointOfOrigin
    return Level(
        id=matrix.id,
        scale=matrix.scaleDenominator,
        left=left,
        top=top,
        width=matrix.cellSize * matrix.tileWidth,
        height=matrix.cellSize * matrix.tileHeight,
        columns=matrix.matrixWidth,
        rows=matrix.matrixHeight,
    )


def _authority(uri: str) -> str:
    """Return `EPSG:3857` for the address of a CRS."""
    parts = uri.rstrip("/").split("/")
    return f"{parts[-3]}:{parts[-1]}"
