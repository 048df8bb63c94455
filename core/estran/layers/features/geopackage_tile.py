"""What does a tile hold of a GeoPackage table? Its R-tree chooses, shapely draws.

Only the boxes of the candidates are looked at; geometries and properties are read for those shown.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import math
import os
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
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
from estran.layers.features.query import Field
from estran.layers.features.query import Value as Cell
from estran.layers.features.sketch import KEPT_BOXES, Asked, Boxes, Sketch, is_wide, sketched
from estran.layers.features.spatial import read_cells
from estran.layers.features.sql import quoted
from estran.layers.features.table import read_table
from estran.layers.tiles.frame import Budget, TileFrame, VectorTile, fitted, ground
from estran.layers.tiles.generalising import choose, outlines
from estran.layers.tiles.matrix_sets import Bounds
from estran.layers.tiles.mvt import Value, encode_layer

_EXACT: Mapping[str, set[type]] = {"string": {str}, "integer": {int}}
_KEPT = 1024
_SIDES = ("min_x", "min_y", "max_x", "max_y")
_BOX = np.dtype([("row", np.int64), *((side, np.float64) for side in _SIDES)])


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


@lru_cache(maxsize=_KEPT)
def _opened(path: Path, table: str, id_field: str, state: tuple[int, ...]) -> "GeoPackageTiles":
    del state
    return GeoPackageTiles(path, table, id_field)


class GeoPackageTiles:
    """The tiles of a features table of one GeoPackage, as `TileStore` describes them."""

    def __init__(self, path: Path, table: str, id_field: str) -> None:
        self._pool = shared_pool(path, file_version(path))
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

    def read(self, frame: TileFrame, budget: Budget) -> VectorTile:
        """Return a tile within a budget."""
        under = ground(frame, self.crs, self.extent) if self.extent else None
        if under is None:
            return VectorTile(b"", 0)
        with self._pool.connection() as connection:
            near = self._near(connection, under.box)
            chosen = choose(near.boxes, under, limit=budget.features, is_finest=frame.is_finest)
            cells = self._cells(connection, near.rows[chosen.places])
        shapes = blob.geometries([cell[0] for cell in cells])
        drawn = outlines(shapes, chosen.is_small, frame=frame, under=under, crs=self.crs)
        kept = np.flatnonzero(~shapely.is_missing(drawn))
        if not len(kept):
            return VectorTile(b"", len(near.rows) - len(cells))
        _, *columns = zip(*(cells[place] for place in kept), strict=True)
        values = {
            field.name: _values(field, column)
            for field, column in zip(self.fields.values(), columns, strict=True)
        }
        identifier = self._table.id_field
        ids: Any = values[identifier.name] if identifier.type == "integer" else [None] * len(kept)

        def encode(count: int) -> bytes:
            some = {name: column[:count] for name, column in values.items() if frame.writes(name)}
            return encode_layer(frame.layer, drawn[kept[:count]], some, ids=ids[:count])

        content, shown = fitted(encode, len(kept), budget.size)
        dropped = len(near.rows) - len(cells) + len(kept) - shown
        return VectorTile(content, dropped)

    def sketch(self, asked: Asked) -> Sketch | None:
        """Return what is worth reading of very many features for a picture, None when they are not many."""
        with self._pool.connection() as connection:

            def read(rows: NDArray[Any], has_shapes: bool) -> tuple[list[Cell], NDArray[np.object_]]:
                return self._some(connection, rows, asked.field, has_shapes=has_shapes)

            return sketched(self._near(connection, asked.box), asked, read)

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

    def _cells(self, connection: sqlite3.Connection, rows: NDArray[np.int64]) -> list[tuple[Any, ...]]:
        """Return the geometry cell and the properties of rows, in their order."""
        row, name = quoted(self._table.row_column), quoted(self._table.name)
        columns = ", ".join(map(quoted, [self._table.geometry_column, *self.fields]))
        found = connection.execute(
            f"SELECT {row}, {columns} FROM {name} WHERE {row} IN (SELECT value FROM json_each(?))",
            (json.dumps(rows.tolist()),),
        )
        by_row = {cells[0]: cells[1:] for cells in found}
        nothing = (None,) * (len(self.fields) + 1)
        return [by_row.get(number, nothing) for number in rows.tolist()]

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
