"""What does a tile hold of a table of features, whichever store holds the table?

The largest features are kept, up to a number of features and of bytes. A store reads a tile
of any level; the layers of many features start at the level where one tile looks at no more
than half a million of them.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from pyproj import CRS

from estran.layers.features.geopackage_tile import open_geopackage_tiles
from estran.layers.features.location import is_database
from estran.layers.features.query import Field, SeenStore
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.sketch import Asked, Sketch
from estran.layers.settings import TileSettings
from estran.layers.tiles.frame import Budget, TileFrame, VectorTile
from estran.layers.tiles.matrix_sets import (
    WEB_MERCATOR,
    Bounds,
    Limits,
    TileMatrixSet,
    limits,
    tile_matrix_set,
)

MAX_ZOOM = 16
"""Last level of a layer of features: a unit of a tile is then 15 cm."""

LOOKED_AT = 500_000
"""Features that one tile looks at, at most, on average over the layer."""

_BYTES = 1000


class TileStore(Protocol):
    """A table of features that can be read as tiles.

    Every member raises `Unavailable` when the data cannot be read.
    """

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""

    @property
    def dimension(self) -> int | None:
        """0 for points, 1 for lines, 2 for surfaces, None when the table mixes them."""

    @property
    def count(self) -> int:
        """How many features there are."""

    @property
    def extent(self) -> Bounds | None:
        """The box of all geometries, x first; None when there is none."""

    def read(
        self, frame: TileFrame, budget: Budget, held: WholeLayers | None = None, state: str = ""
    ) -> VectorTile:
        """Return a tile within a budget.

        Args:
            frame: The tile.
            budget: What it may hold.
            held: The layers held, among which this one may be.
            state: The state of the data just looked at; without it, those of a database are not held.
        """

    def sketch(self, asked: Asked) -> Sketch | None:
        """Return what is worth reading of very many features for a picture, None when they are not many."""


def open_tile_store(
    location: Path | str, table: str, id_field: str, seen: SeenStore | None = None
) -> TileStore:
    """Return the tiles of a table; what is known of it is kept while its data keep their state.

    Args:
        location: Path of a GeoPackage, or address of a database.
        table: Name of the table.
        id_field: Column that identifies a feature.
        seen: The store of the table, when it has just been looked at.

    Raises:
        Unavailable: the file or the database cannot be read, or lacks the table or the column.
        InvalidConfiguration: the address of the database cannot be read.
    """
    if is_database(location):
        from estran.layers.features.postgis_tile import open_postgis_tiles  # see `stores`

        return open_postgis_tiles(str(location), table, id_field, seen)
    return open_geopackage_tiles(Path(location), table, id_field)


def tile_limits(
    store: TileStore, matrix_set: TileMatrixSet, settings: TileSettings, *, looked_at: int = LOOKED_AT
) -> tuple[Limits, ...]:
    """Return the tiles that a layer has, level by level; none where the tile matrix set does not reach.

    Args:
        store: The layer.
        matrix_set: How the ground is cut.
        settings: What the layer says of its tiles.
        looked_at: Features that one tile may look at, on average; the first level follows from it, unless
            the settings give one.
    """
    if store.extent is None:
        return ()
    finest = MAX_ZOOM if settings.max_zoom is None else settings.max_zoom
    found = _reached(matrix_set.id, settings.min_zoom or 0, finest, store.extent, store.crs.srs)
    if settings.min_zoom is not None:
        return found
    light = [place for place, reached in enumerate(found) if store.count <= looked_at * _tiles(reached)]
    return found[light[0] :] if light else found[-1:]


@lru_cache(maxsize=256)
def _reached(identifier: str, first: int, last: int, extent: Bounds, crs: str) -> tuple[Limits, ...]:
    matrix_set = tile_matrix_set(identifier)
    levels = matrix_set.between(scale_of(first), scale_of(last))
    return limits(levels, matrix_set.crs, extent, CRS.from_user_input(crs))


def read_vector_tile(
    store: TileStore,
    frame: TileFrame,
    settings: TileSettings,
    held: WholeLayers | None = None,
    state: str = "",
) -> VectorTile:
    """Return a tile within the limits that the settings of its layer give; otherwise as `TileStore.read`."""
    budget = Budget(settings.features, int(settings.kilobytes * _BYTES))
    return store.read(frame, budget, held, state)


def scale_of(zoom: int) -> float:
    """Return the scale denominator of a zoom level of web maps."""
    levels = tile_matrix_set(WEB_MERCATOR).levels
    return levels[min(zoom, len(levels) - 1)].scale


def _tiles(reached: Limits) -> int:
    return (reached.max_row - reached.min_row + 1) * (reached.max_column - reached.min_column + 1)
