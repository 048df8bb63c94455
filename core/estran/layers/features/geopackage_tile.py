"""What does a tile hold of a GeoPackage table? Its R-tree chooses, shapely draws.

Only the boxes of the candidates are looked at; geometries and properties are read for those shown.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import math
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from estran.layers.features import blob
from estran.layers.features.connections import file_version, shared_pool, unreadable
from estran.layers.features.described import DIMENSIONS
from estran.layers.features.geopackage_rows import cell_value
from estran.layers.features.query import Field, LayerChanged, Shelf
from estran.layers.features.query import Value as Cell
from estran.layers.features.shelves import WholeLayers
from estran.layers.features.sketch import KEPT_BOXES, Asked, Boxes, Sketch, is_wide, sketched
from estran.layers.features.spatial import read_cells
from estran.layers.features.sql import quoted
from estran.layers.features.table import read_table
from estran.layers.features.tile_layer import ReadFeatures, TileLayer
from estran.layers.tiles.frame import Budget, Ground, TileFrame, VectorTile, fitted, ground, to_units
from estran.layers.tiles.generalising import choose, outlines
from estran.layers.tiles.matrix_sets import Bounds
from estran.layers.tiles.mvt import encode_layer
from estran.layers.tiles.paths import Paths, joined
from estran.layers.tiles.properties import Column, Properties, Value, properties_of

_EXACT: Mapping[str, set[type]] = {"string": {str}, "integer": {int}}
_KEPT = 1024
_SIDES = ("min_x", "min_y", "max_x", "max_y")
_PART = 5_000
"""Features read at a time, when all are."""

_BOX = np.dtype([("row", np.int64), *((side, np.float64) for side in _SIDES)])

type _Drawn = tuple[Paths, Properties, NDArray[np.int64], int]
"""What a tile shows: outlines, properties and identifiers; then how many features are left out."""
_NOTHING: _Drawn = (joined([]), properties_of({}, 0), np.empty(0, np.int64), 0)


def open_geopackage_tiles(path: Path, table: str, id_field: str) -> "GeoPackageTiles":
    """Return the tiles of a table; the same object while the file keeps its size and date.

    Raises:
        Unavailable: the file is missing, truncated or no GeoPackage, or lacks the table or column.
    """
    try:
        status = path.stat()
    except OSError as error:
        reason = error.strerror or "absent"
        raise unreadable(path, reason, reason) from error
    return _opened(path.resolve(), table, id_field, (status.st_size, status.st_mtime_ns, os.getpid()))


def read_tile_layer(path: Path, table: str, id_field: str, state: str, largest: float) -> TileLayer:
    """Read a layer as its tiles need it, in whatever process.

    Raises:
        ValueError: it weighs more than `largest` bytes, or cannot be held.
        LayerChanged: the file is in another state.
        Unavailable: as `open_geopackage_tiles`.
    """
    return TileLayer(open_geopackage_tiles(path, table, id_field).read_all(state), largest)


@lru_cache(maxsize=_KEPT)
def _opened(path: Path, table: str, id_field: str, state: tuple[int, ...]) -> "GeoPackageTiles":
    del state
    return GeoPackageTiles(path, table, id_field)


class GeoPackageTiles:
    """The tiles of a features table of one GeoPackage, as `TileStore` describes them."""

    def __init__(self, path: Path, table: str, id_field: str) -> None:
        self._path = path
        version = file_version(path)
        self._pool = shared_pool(path, version)
        self._shelf: Shelf = (("tiles", path, table, id_field), version)
        self._reading = partial(read_tile_layer, path, table, id_field, version)
        self._lock = threading.Lock()
        self._all: Boxes | None = None
        with self._pool.connection() as connection:
            self._table = read_table(connection, path, table, id_field)
            self.count, self.extent = self._measured(connection)
            (kind,) = connection.execute(
                "SELECT geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
            ).fetchone()
        self.dimension = DIMENSIONS.get(str(kind).upper())

    @property
    def crs(self) -> CRS:
        """The CRS of the geometries."""
        return self._table.crs

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns other than the geometry, in order."""
        return self._table.fields

    def read(
        self, frame: TileFrame, budget: Budget, held: WholeLayers | None = None, state: str = ""
    ) -> VectorTile:
        """Return a tile within a budget; its features are those held, when the layer is."""
        del state  # these are the tiles of one state of the file
        under = ground(frame, self.crs, self.extent) if self.extent else None
        if under is None:
            return VectorTile(b"", 0)
        layer = held.get(self._shelf, self._reading) if held else None
        if layer is not None:
            return layer.tile(frame, under, budget, crs=self.crs)
        paths, properties, ids, left_out = self._drawn(frame, under, budget)
        if not len(ids):
            return VectorTile(b"", left_out)

        def encode(count: int) -> bytes:
            some = properties if count == len(ids) else properties.chosen(np.arange(count))
            return encode_layer(frame.layer, paths.first(count), some, ids=ids[:count])

        content, shown = fitted(encode, len(ids), budget.size)
        return VectorTile(content, left_out + len(ids) - shown)

    def _drawn(self, frame: TileFrame, under: Ground, budget: Budget) -> _Drawn:
        fields = [field for field in self.fields.values() if frame.writes(field.name)]
        with self._pool.connection() as connection:
            near = self._near(connection, under.box)
            if not len(near.rows):
                return _NOTHING
            chosen = choose(near.boxes, under, limit=budget.features, is_finest=frame.is_finest)
            cells = self._cells(connection, near.rows[chosen.places], fields)
        shapes = blob.geometries(cells[0])
        move = to_units(frame, under, self.crs)
        drawn = outlines(shapes, chosen.is_small, frame=frame, under=under, crs=self.crs, near=move)
        kept, numbers = np.unique(drawn.owners, return_inverse=True)
        is_kept = np.zeros(len(shapes), dtype=bool)
        is_kept[kept] = True
        _, identifiers, *columns = (list(compress(column, is_kept)) for column in cells)
        properties = properties_of(_typed(fields, columns), len(kept))
        return drawn.owned(numbers), properties, self._ids(identifiers), len(near.rows) - len(shapes)

    def read_all(self, state: str) -> Iterator[ReadFeatures]:
        """Read the layer by parts.

        Raises:
            LayerChanged: the file is in another state.
        """
        row, fields = quoted(self._table.row_column), list(self.fields.values())
        names = [self._table.geometry_column, self._table.id_field.name, *self.fields]
        asked = (
            f"SELECT {', '.join(map(quoted, names))}, {row} FROM {quoted(self._table.name)}"
            f" WHERE {row} > ? ORDER BY {row} LIMIT {_PART}"
        )
        last = np.iinfo(np.int64).min
        with self._pool.connection() as connection:
            indexed = self._kept(connection).ordered()
        while True:
            with self._pool.connection() as connection:
                rows = connection.execute(asked, (int(last),)).fetchall()
            if file_version(self._path) != state:
                raise LayerChanged
            if not rows:
                return
            shapes, identifiers, *columns, numbers = zip(*rows, strict=True)
            last = numbers[-1]
            boxes = indexed.of(np.array(numbers, np.int64))
            yield ReadFeatures(
                blob.geometries(shapes), boxes, self._ids(identifiers), _typed(fields, columns)
            )

    def sketch(self, asked: Asked) -> Sketch | None:
        """Return what is worth reading of very many features for a picture, None when they are not many."""
        with self._pool.connection() as connection:

            def read(rows: NDArray[Any], has_shapes: bool) -> tuple[list[Cell], NDArray[np.object_]]:
                return self._some(connection, rows, asked.field, has_shapes=has_shapes)

            return sketched(self._near(connection, asked.box), asked, read)

    def _ids(self, cells: Sequence[Any]) -> NDArray[np.int64]:
        """Return identifiers as numbers, -1 for those that are none."""
        known = self._table.id_field
        values = _values(known, cells) if known.type == "integer" else [None] * len(cells)
        return np.array([-1 if value is None else value for value in values], np.int64)

    def _some(
        self, connection: sqlite3.Connection, rows: NDArray[np.int64], field: str | None, *, has_shapes: bool
    ) -> tuple[list[Cell], NDArray[np.object_]]:
        """Return one column of rows, and their geometries when those are wanted, in the order of rows."""
        row, name = quoted(self._table.row_column), quoted(self._table.name)
        column = quoted(field) if field else "NULL"
        shape = quoted(self._table.geometry_column) if has_shapes else "NULL"
        found = connection.execute(
            f"SELECT {row}, {column}, {shape} FROM {name} WHERE {row} IN (SELECT value FROM json_each(?))",
            (json.dumps(rows.tolist()),),
        )
        by_row = {number: (value, cell) for number, value, cell in found}
        cells = [by_row.get(number, (None, None)) for number in rows.tolist()]
        known = self.fields[field] if field else None
        values = [None if known is None else cell_value(known, value) for value, _ in cells]
        return values, blob.geometries([cell for _, cell in cells])

    def _near(self, connection: sqlite3.Connection, box: Bounds) -> Boxes:
        """Return the rows whose box meets a box; a wide one is compared with all boxes, kept in memory."""
        if self._table.rtree is None or self._is_wide(box):
            return self._kept(connection).near(box)
        return _boxes(
            connection.execute(
                f"SELECT id, minx, miny, maxx, maxy FROM {quoted(self._table.rtree)}"
                " WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?",
                (box[2], box[0], box[3], box[1]),
            )
        )

    def _is_wide(self, box: Bounds) -> bool:
        return self.count <= KEPT_BOXES and is_wide(box, self.extent or box)

    def _kept(self, connection: sqlite3.Connection) -> Boxes:
        with self._lock:
            if self._all is None:
                self._all = self._read_all(connection)
            return self._all

    def _cells(
        self, connection: sqlite3.Connection, rows: NDArray[np.int64], fields: Sequence[Field]
    ) -> list[Sequence[Any]]:
        """Return the geometries, the identifiers and the fields of rows, column by column, in their order."""
        row, name = quoted(self._table.row_column), quoted(self._table.name)
        names = [self._table.geometry_column, self._table.id_field.name, *(field.name for field in fields)]
        found = connection.execute(
            f"SELECT {', '.join(map(quoted, names))}, {row} FROM {name}"
            f" WHERE {row} IN (SELECT value FROM json_each(?))",
            (json.dumps(rows.tolist()),),
        )
        by_row = {cells[-1]: cells for cells in found}
        nothing = (None,) * (len(names) + 1)
        ordered = [by_row.get(number, nothing) for number in rows.tolist()]
        columns = list(zip(*ordered, strict=True)) if ordered else [()] * len(nothing)
        return list(columns[:-1])

    def _measured(self, connection: sqlite3.Connection) -> tuple[int, Bounds | None]:
        if self._table.rtree is None:
            boxes = self._kept(connection).boxes
            if not len(boxes):
                return 0, None
            low_x, low_y, high_x, high_y = *boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)
            return len(boxes), (float(low_x), float(low_y), float(high_x), float(high_y))
        count, *sides = connection.execute(
            f"SELECT count(*), min(minx), min(miny), max(maxx), max(maxy) FROM {quoted(self._table.rtree)}"
        ).fetchone()
        low_x, low_y, high_x, high_y = sides
        return count, (low_x, low_y, high_x, high_y) if count else None

    def _read_all(self, connection: sqlite3.Connection) -> Boxes:
        """Return the boxes of the R-tree, or those of the geometries when there is none."""
        if self._table.rtree is not None:
            tree = quoted(self._table.rtree)
            return _boxes(connection.execute(f"SELECT id, minx, miny, maxx, maxy FROM {tree}"))
        row, name = quoted(self._table.row_column), quoted(self._table.name)
        rows = np.array([number for (number,) in connection.execute(f"SELECT {row} FROM {name}")], np.int64)
        numbers: list[int] = []
        parts = [np.empty((0, 4))]
        for some, geometries in read_cells(connection, self._table, rows):
            numbers += some
            parts.append(shapely.bounds(geometries))
        boxes = np.concatenate(parts)
        held = np.isfinite(boxes).all(axis=1)
        return Boxes(np.array(numbers, np.int64)[held], boxes[held])


def _boxes(found: sqlite3.Cursor) -> Boxes:
    table = np.fromiter(found, dtype=_BOX)
    return Boxes(table["row"], np.stack([table[side] for side in _SIDES], axis=1))


def _typed(fields: Sequence[Field], columns: Iterable[Sequence[Any]]) -> dict[str, Column]:
    return {field.name: _values(field, column) for field, column in zip(fields, columns, strict=True)}


def _values(field: Field, cells: Sequence[Any]) -> Sequence[Value | None]:
    """Return the cells of a column in its type; what has no value, or none that fits, is None."""
    kinds = set(map(type, cells)) - {type(None)}
    if kinds <= _EXACT.get(field.type, set()):
        return cells
    if field.type in {"string", "array"}:
        return [None if cell is None or isinstance(cell, bytes) else str(cell) for cell in cells]
    if field.type == "boolean":
        return [None if cell is None else bool(cell) for cell in cells]
    return [_number(cell, is_whole=field.type == "integer") for cell in cells]


def _number(cell: object, *, is_whole: bool) -> Value | None:
    if not isinstance(cell, int | float) or not math.isfinite(cell):
        return None
    return cell if is_whole else float(cell)
