"""Where do the tiles of a collection come from: its features as vectors, or its map as pictures?

Vector tiles are read from the store of the features; a picture is the map of the collection, features
or grid, drawn with its style on exactly the ground of the tile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pyproj import CRS

from estran.carbon.errors import NotFound
from estran.layers.features.query import Field, SeenStore
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.tile_store import (
    TileStore,
    open_tile_store,
    read_vector_tile,
    scale_of,
    tile_limits,
)
from estran.layers.geodesy import metres_per_unit
from estran.layers.raster import open_raster
from estran.layers.settings import TileSettings
from estran.layers.territory import read_territory
from estran.layers.tiles.frame import TileFrame
from estran.layers.tiles.matrix_sets import Bounds, Limits, TileMatrixSet, limits, moved

Kind = Literal["vector", "map"]

MVT, PNG = "mvt", "png"
MEDIA_TYPES: Mapping[str, str] = {MVT: "application/vnd.mapbox-vector-tile", PNG: "image/png"}

PIXELS = 256
"""Pixels across and down a picture."""

DRAWN = 50_000
"""Features of a picture, at most, on average over the layer."""

PICTURE_ZOOM = 18
"""Last level of the pictures of features."""

SEEN = 4
"""Pixels that a layer measures on the first level of its pictures."""

WHOLE = "WorldCRS84Quad"
"""The tile matrix set that GDAL prefers."""

_PIXEL_M = 0.00028


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile, empty when nothing is there, and how many features are left out of it."""

    content: bytes
    dropped: int = 0


class TileSource(Protocol):
    """The tiles of one kind of a collection; every method raises `Unavailable` when data cannot be read."""

    kind: Kind
    format: str

    def limits(self, matrix_set: TileMatrixSet) -> tuple[Limits, ...]:
        """Return the tiles that exist in a tile matrix set, level by level."""

    def read(self, matrix_set: TileMatrixSet, level: str, row: int, column: int) -> Tile:
        """Return a tile.

        Raises:
            NotFound: there is no such level or tile, or it lies outside the layer.
        """


class VectorTiles:
    """The features of a collection as vector tiles."""

    kind: Kind = "vector"
    format = MVT

    def __init__(
        self, definition: Mapping[str, Any], seen: SeenStore | None = None, held: WholeLayers | None = None
    ) -> None:
        self._collection = str(definition["collection"])
        self._settings = TileSettings.model_validate(definition["tiles"])
        self._properties = tuple(definition.get("properties") or ()) or None
        place = definition["data"], definition["table"], definition["id_field"]
        self._store: TileStore = open_tile_store(*place, seen)
        self._held, self._state = held, seen.state if seen else ""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The properties of a feature."""
        known = self._store.fields
        return {name: known[name] for name in self._properties or known if name in known}

    @property
    def dimension(self) -> int | None:
        """Dimension of the geometries, None when they are mixed."""
        return self._store.dimension

    def limits(self, matrix_set: TileMatrixSet) -> tuple[Limits, ...]:
        """Return the tiles that exist in a tile matrix set, level by level."""
        return tile_limits(self._store, matrix_set, self._settings)

    def read(self, matrix_set: TileMatrixSet, level: str, row: int, column: int) -> Tile:
        """Return a tile; its features are generalised as its level allows."""
        held = self.limits(matrix_set)
        found = held_tile(held, matrix_set, level, row, column)
        frame = TileFrame(
            layer=self._collection,
            bounds=found.level.bounds(row, column),
            crs=matrix_set.crs,
            is_finest=found == held[-1],
            properties=self._properties,
        )
        tile = read_vector_tile(self._store, frame, self._settings, self._held, self._state)
        return Tile(tile.content, tile.dropped)


class MapTiles:
    """The map of a collection as pictures."""

    kind: Kind = "map"
    format = PNG

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self._collection = str(definition["collection"])
        self._territory = read_territory(Path(definition["config"]))
        self._definition = definition
        self._settings = TileSettings.model_validate(definition["tiles"])

    def limits(self, matrix_set: TileMatrixSet) -> tuple[Limits, ...]:
        """Return the tiles that exist in a tile matrix set, level by level."""
        if self._definition.get("table"):
            store = open_tile_store(
                self._definition["data"], self._definition["table"], self._definition["id_field"]
            )
            wanted = self._settings
            if wanted.max_zoom is None:
                wanted = wanted.model_copy(update={"max_zoom": PICTURE_ZOOM})
            held = tile_limits(store, matrix_set, wanted, looked_at=DRAWN)
            return _seen(held, matrix_set, store.extent, store.crs) if store.extent else held
        grid = open_raster(Path(self._definition["data"])).grid
        finest = min(grid.cell) * metres_per_unit(grid.crs) / _PIXEL_M
        if self._settings.max_zoom is not None:
            finest = scale_of(self._settings.max_zoom)
        levels = matrix_set.between(scale_of(self._settings.min_zoom or 0), finest)
        return _seen(limits(levels, matrix_set.crs, grid.bounds, grid.crs), matrix_set, grid.bounds, grid.crs)

    def read(self, matrix_set: TileMatrixSet, level: str, row: int, column: int) -> Tile:
        """Return a picture of 256 pixels a side."""
        from estran.layers.drawing.map import draw_map  # matplotlib is long to load

        found = held_tile(self.limits(matrix_set), matrix_set, level, row, column)
        bounds = found.level.bounds(row, column)
        return Tile(draw_map(self._territory, [self._collection], bounds, matrix_set.crs, PIXELS, PIXELS))


def open_source(
    definition: Mapping[str, Any],
    kind: Kind,
    seen: SeenStore | None = None,
    held: WholeLayers | None = None,
) -> TileSource:
    """Return the tiles of a kind, from the definition of the tile provider of a collection.

    Args:
        definition: The definition.
        kind: Vectors or pictures.
        seen: The store of the features, when it has just been looked at.
        held: The layers held whole.

    Raises:
        NotFound: the collection has no tiles of this kind.
        Unavailable: its data cannot be read.
    """
    if kind == "map":
        return MapTiles(definition)
    if not definition.get("table"):
        collection = definition["collection"]
        raise NotFound(
            f"the collection {collection} is a grid; its tiles are at /collections/{collection}/map/tiles",
            f"la collection {collection} est une grille ; ses tuiles sont à"
            f" /collections/{collection}/map/tiles",
            where="collectionId",
        )
    return VectorTiles(definition, seen, held)


def _seen(
    held: tuple[Limits, ...], matrix_set: TileMatrixSet, extent: Bounds, crs: CRS
) -> tuple[Limits, ...]:
    """Return the levels where an extent is some pixels wide and high, one level at least.

    GDAL refuses a tileset with a level where the layer is smaller than a pixel. Up to its version 3.6, which
    opens `WHOLE`, it also mistakes the limits for the whole level: so there the limits are those of the
    level, and the tiles beyond the layer are transparent.
    """
    reached = moved(extent, crs, matrix_set.crs)
    if reached is None:
        return held
    side = max(min(reached[2] - reached[0], reached[3] - reached[1]), 0.0)
    seen = tuple(level for level in held if level.level.width / PIXELS * SEEN <= side) or held[-1:]
    if matrix_set.id != WHOLE:
        return seen
    return tuple(Limits(at.level, 0, at.level.rows - 1, 0, at.level.columns - 1) for at in seen)


def held_tile(held: Sequence[Limits], matrix_set: TileMatrixSet, level: str, row: int, column: int) -> Limits:
    """Return the limits of the level of a tile that exists.

    Raises:
        NotFound: there is no such level, or the tile lies outside the limits.
    """
    matrix_set.level(level)
    for reached in held:
        if reached.level.id == level:
            if reached.holds(row, column):
                return reached
            raise NotFound(
                f"the layer has no tile {row}/{column} at level {level}; rows go from {reached.min_row} to"
                f" {reached.max_row}, columns from {reached.min_column} to {reached.max_column}",
                f"la couche n'a pas de tuile {row}/{column} au niveau {level} ; les lignes vont de"
                f" {reached.min_row} à {reached.max_row}, les colonnes de {reached.min_column} à"
                f" {reached.max_column}",
                where="tileRow",
            )
    known = f"{held[0].level.id}–{held[-1].level.id}" if held else "–"
    raise NotFound(
        f"the layer has no tiles at level {level}; it has levels {known}",
        f"la couche n'a pas de tuile au niveau {level} ; elle a les niveaux {known}",
        where="tileMatrix",
    )
