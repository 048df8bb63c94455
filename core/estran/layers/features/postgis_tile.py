"""What does a tile hold of a PostGIS table? The database draws it, unless the layer is held."""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from sqlalchemy import Connection, func, null, select, text

from estran.carbon.errors import Unavailable
from estran.layers.features.curves import read_wkb
from estran.layers.features.described import DIMENSIONS
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.location import Whereabouts, hidden
from estran.layers.features.postgis import PostgisStore
from estran.layers.features.postgis_dialect import among_values, as_binary, shown
from estran.layers.features.postgis_engine import GeometryRefused, read_at_once, reading
from estran.layers.features.postgis_opening import open_postgis_store, open_postgis_store_now
from estran.layers.features.postgis_rows import cell_value
from estran.layers.features.postgis_statement import Statement
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.features.postgis_tile_statement import (
    TileKind,
    features_asked,
    tile_statement,
    tile_values,
)
from estran.layers.features.query import Field, LayerChanged, SeenStore, Value
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.sketch import KEPT_BOXES, Asked, Boxes, Sketch, is_wide, sketched
from estran.layers.features.spatial import CHUNK
from estran.layers.features.tile_layer import ReadFeatures, TileLayer
from estran.layers.tiles.frame import Budget, Ground, TileFrame, VectorTile, fitted, ground
from estran.layers.tiles.matrix_sets import Bounds

_KEPT = 64
_FEW = 2_000
"""Features up to which a tile is first drawn as if none of them were smaller than a pixel."""

_MEASURED_FOR_S = 60.0
_WGS84 = 4326
_TYPE = text(
    "SELECT max(g.type) FROM geometry_columns g JOIN pg_namespace n ON n.nspname = g.f_table_schema"
    " JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = g.f_table_name"
    " WHERE c.oid = :oid AND g.f_geometry_column = :column"
)

type _Measures = tuple[int, Bounds | None, int | None]

_tables: OrderedDict[tuple[int, str, str, str], "PostgisTiles"] = OrderedDict()
_tables_lock = threading.Lock()


def open_postgis_tiles(
    location: str, table: str, id_field: str, seen: SeenStore | None = None
) -> "PostgisTiles":
    """Return the tiles of a table; the same object while its definition is unchanged.

    Args:
        location: Address of the database.
        table: Name of the table, or `schema.table`.
        id_field: Column that identifies a feature.
        seen: The store of the table, when it has just been looked at.

    Raises:
        Unavailable: the database does not answer, or lacks the table or the column.
        InvalidConfiguration: the address cannot be read.
    """
    found = seen or open_postgis_store_now(location, table, id_field)
    store = cast(PostgisStore, found.store)
    key = (os.getpid(), hidden(location), table, id_field)
    with _tables_lock:
        tiles = _tables.get(key)
    if tiles is None or tiles.table is not store.table:
        tiles = PostgisTiles(hidden(location), store.table)
    tiles.measure(found.version)
    with _tables_lock:
        _tables[key] = tiles
        _tables.move_to_end(key)
        while len(_tables) > _KEPT:
            _tables.popitem(last=False)
    return tiles


class PostgisTiles:
    """The tiles of a features table of one database, as `TileStore` describes them."""

    def __init__(self, location: str, table: PostgisTable) -> None:
        self._location = location
        self._table = table
        self._seen: object = None
        self._measures: _Measures = (0, None, None)
        self._statements = KeptAnswers()
        self._merged: set[tuple[int, float]] = set()
        self._kept: tuple[object, Boxes] | None = None

    @property
    def table(self) -> PostgisTable:
        """What the database says of the table."""
        return self._table

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""
        return self._table.crs

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""
        return self._table.fields

    @property
    def count(self) -> int:
        """How many features there are."""
        return self._measures[0]

    @property
    def extent(self) -> Bounds | None:
        """The box of all geometries, x first; None when there is none."""
        return self._measures[1]

    @property
    def dimension(self) -> int | None:
        """0 for points, 1 for lines, 2 for surfaces, None when the table mixes them."""
        return self._measures[2]

    def measure(self, version: str | None) -> None:
        """Count the features and find their extent, again when their version has changed.

        A table without version is measured once a minute.
        """
        seen = version or int(time.monotonic() / _MEASURED_FOR_S)
        if self._seen != seen:
            with reading(self._location, self._table.name) as connection:
                self._measures = self._read_measures(connection)
            self._seen = seen

    def read(
        self, frame: TileFrame, budget: Budget, held: WholeLayers | None = None, state: str = ""
    ) -> VectorTile:
        """Return a tile within a budget, from the layer when it is held in this state of the data."""
        under = ground(frame, self.crs, self.extent) if self.extent else None
        if under is None:
            return VectorTile(b"", 0)
        if held and state:
            place = Whereabouts(self._location), self._table.name, self._table.id_field.name
            read = partial(read_tile_layer, *place, state)
            layer = held.get((("tiles", self._location, self._table.oid), state), read)
            if layer is not None:
                return layer.tile(frame, under, budget, crs=self.crs)
        for is_mended in (False, True):
            try:
                return self._fitted(frame, under, budget, is_mended=is_mended)
            except GeometryRefused as error:
                refusal = error
        raise Unavailable(
            f"PostGIS cannot draw some geometries of {self._table.name}",
            f"PostGIS ne peut pas dessiner certaines géométries de {self._table.name}",
            where=self._table.name,
        ) from refusal

    def sketch(self, asked: Asked) -> Sketch | None:
        """Return what is worth reading of very many features for a picture, None when they are not many."""
        with reading(self._location, self._table.name) as connection:

            def read(rows: NDArray[Any], has_shapes: bool) -> tuple[list[Value], NDArray[np.object_]]:
                return self._some(connection, rows, asked.field, has_shapes=has_shapes)

            return sketched(self._near(connection, asked.box), asked, read)

    def _near(self, connection: Connection, box: Bounds) -> Boxes:
        """Return the identifiers of the features near, and their boxes, kept while the version lasts."""
        version = self._seen if self._table.version is not None else None
        if version is None or self.extent is None or self.count > KEPT_BOXES:
            return self._boxes(connection, box)
        kept = self._kept
        if kept is None or kept[0] != version:
            if not is_wide(box, self.extent):
                return self._boxes(connection, box)
            kept = self._kept = (version, self._boxes(connection, self.extent))
        return kept[1].near(box)

    def _boxes(self, connection: Connection, box: Bounds) -> Boxes:
        shape = func.box2d(self._table.geometry)
        sides = [side(shape) for side in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
        found = connection.execute(
            select(shown(self._table.columns[self._table.id_field.name]), *sides)
            .select_from(self._table.source)
            .where(self._table.geometry.op("&&")(func.ST_MakeEnvelope(*box, self._table.srid)))
        ).all()
        rows, *edges = zip(*found, strict=True) if found else ((), (), (), (), ())
        return Boxes(np.array(rows, dtype=object), np.array(edges, dtype=np.float64).T.reshape(-1, 4))

    def _some(
        self, connection: Connection, rows: NDArray[Any], field: str | None, *, has_shapes: bool
    ) -> tuple[list[Value], NDArray[np.object_]]:
        """Return one column of rows, and their geometries when those are wanted, in the order of rows."""
        table = self._table
        found = connection.execute(
            select(
                shown(table.columns[table.id_field.name]),
                shown(table.columns[field]) if field else null(),
                as_binary(table) if has_shapes else null(),
            )
            .select_from(table.source)
            .where(among_values(table, table.id_field, rows.tolist()))
        )
        by_row = {key: (value, cell) for key, value, cell in found}
        cells = [by_row.get(key, (None, None)) for key in rows.tolist()]
        known = self.fields[field] if field else None
        shapes = np.empty(len(cells), dtype=object)
        shapes[:] = [cell for _, cell in cells]
        return [None if known is None else cell_value(known, value) for value, _ in cells], read_wkb(shapes)

    def _fitted(self, frame: TileFrame, under: Ground, budget: Budget, *, is_mended: bool) -> VectorTile:
        shown, found = 0, 0
        srid = frame.crs.to_epsg() or _WGS84
        level = srid, frame.unit[0]
        is_merged = not frame.is_finest and (level in self._merged or self._expected(under) > _FEW)

        def encode(count: int) -> bytes:
            nonlocal shown, found, is_merged
            content, shown, found, smallest = self._drawn(
                TileKind(frame.properties, srid, is_merged, is_mended), frame, under, count
            )
            if not (frame.is_finest or is_merged) and smallest is not None and smallest < 1.0:
                self._merged.add(level)
                is_merged = True
                return encode(count)
            return bytes(content or b"")

        content, _ = fitted(encode, budget.features, budget.size)
        return VectorTile(content, found - shown)

    def _expected(self, under: Ground) -> float:
        """Return how many features lie under a tile if they are evenly spread."""
        low_x, low_y, high_x, high_y = self.extent or under.box
        across = (under.box[2] - under.box[0]) / max(high_x - low_x, under.pixel[0])
        down = (under.box[3] - under.box[1]) / max(high_y - low_y, under.pixel[1])
        return self.count * min(across, 1.0) * min(down, 1.0)

    def _drawn(self, kind: TileKind, frame: TileFrame, under: Ground, count: int) -> Any:
        """Return what the statement of a kind of tiles gives for a tile of at most `count` features."""
        asked = self._statements.get(kind, Statement, lambda: tile_statement(self._table, kind))
        given = tile_values(frame, under, count)
        (row,) = read_at_once(self._location, self._table.name, asked, given)
        return row

    def _read_measures(self, connection: Connection) -> _Measures:
        box = func.box2d(self._table.geometry)
        sides = [
            func.min(func.ST_XMin(box)),
            func.min(func.ST_YMin(box)),
            func.max(func.ST_XMax(box)),
            func.max(func.ST_YMax(box)),
        ]
        counted = select(func.count(box), *sides).select_from(self._table.source)
        count, *bounds = connection.execute(counted).one()
        kind = connection.scalar(_TYPE, {"oid": self._table.oid, "column": str(self._table.geometry.name)})
        low_x, low_y, high_x, high_y = bounds
        extent = (low_x, low_y, high_x, high_y) if count else None
        return count, extent, DIMENSIONS.get(str(kind).upper().removesuffix("Z").removesuffix("M"))


def read_tile_layer(where: Whereabouts, name: str, id_field: str, state: str, largest: float) -> TileLayer:
    """Read a layer as its tiles need it, in whatever process.

    Raises:
        ValueError: it weighs more than `largest` bytes, or cannot be held.
        LayerChanged: the data are in another state.
        Unavailable: as `open_postgis_store`.
    """
    store = open_postgis_store(str(where.location), name, id_field)
    with closing(_all_features(store, state)) as parts:  # type: ignore[type-var]
        return TileLayer(parts, largest)


def _all_features(store: PostgisStore, state: str) -> Iterator[ReadFeatures]:
    """Yield all features of a table, read in one transaction."""
    with reading(store.location, store.name) as connection:
        if str(connection.scalar(select(store.state))) != state:
            raise LayerChanged
        streamed = connection.execution_options(stream_results=True, yield_per=CHUNK)
        with streamed.execute(features_asked(store.table)) as found:
            for rows in found.partitions():
                yield _features_of(rows, store.table)


def _features_of(rows: Sequence[Any], table: PostgisTable) -> ReadFeatures:
    """Return the features of rows that `features_asked` asked for."""
    identifiers, cells, *columns = zip(*rows, strict=True)
    held = np.empty(len(cells), dtype=object)
    held[:] = cells
    shapes = read_wkb(held)
    if any(cell and shape is None for cell, shape in zip(cells, shapes, strict=True)):
        raise ValueError("a geometry cannot be read here")
    is_whole = table.id_field.type == "integer"
    ids = [number if is_whole and number is not None else -1 for number in identifiers]
    boxes = np.array(columns[-4:], dtype=np.float64).T
    named = dict(zip(table.columns, columns[:-4], strict=True))
    return ReadFeatures(shapes, boxes, np.array(ids, np.int64), named)
