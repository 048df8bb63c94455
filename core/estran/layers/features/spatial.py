"""Which rows of a table stand in a spatial relation to a geometry?

The R-tree gives candidates by their envelope. For `intersects`, a candidate whose envelope lies
wholly inside, or away from every part, needs no look at its geometry; the others are tested exactly.
The answer is SQL: the rows when they are few, else the candidates less those that failed.
"""
# ruff: noqa: S608 - only names of the schema, quoted, enter the text; values are parameters.

import json
import sqlite3
from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estran.layers.features import blob
from estran.layers.features.relations import holding
from estran.layers.features.sql import Sql, quoted
from estran.layers.features.table import Table

CHUNK = 5_000
_FEW = 10
_LISTED = 1_000


def related(connection: sqlite3.Connection, table: Table, relation: str, geometry: BaseGeometry) -> Sql:
    """Return the condition that a feature is in `relation` (a key of `relations.RELATIONS`) with `geometry`.

    `contains` means that the feature contains the geometry. Features without geometry never match.
    """
    shapely.prepare(geometry)
    row = quoted(table.row_column)
    if geometry.is_empty:
        return Sql("0")
    values: tuple[float, ...] = ()
    if table.rtree is None:
        rows, envelopes = _all_rows(connection, table)
        choice = f"{quoted(table.geometry_column)} IS NOT NULL"
    else:
        min_x, min_y, max_x, max_y = geometry.bounds
        inside = "minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?"
        values = (max_x, min_x, max_y, min_y)
        tree = quoted(table.rtree)
        found = np.array(
            connection.execute(
                f"SELECT id, minx, miny, maxx, maxy FROM {tree} WHERE {inside}", values
            ).fetchall(),
            dtype=np.float64,
        ).reshape(-1, 5)
        rows, envelopes = found[:, 0].astype(np.int64), found[:, 1:]
        choice = f"{row} IN (SELECT id FROM {tree} WHERE {inside})"
        if not _is_small_share(connection, table, len(rows)):
            own_row = f"{quoted(table.name)}.{row}"
            choice = f"EXISTS (SELECT 1 FROM {tree} WHERE id = {own_row} AND {inside})"
    doubtful, far = rows, np.zeros(0, dtype=np.int64)
    if relation == "intersects" and table.rtree:
        boxes = np.asarray(shapely.box(*envelopes.T), dtype=object)
        is_near = _near(geometry, boxes)
        doubtful = rows[is_near][~shapely.contains_properly(geometry, boxes[is_near])]
        far = rows[~is_near]
    failed = [*far.tolist(), *_failed(connection, table, doubtful, relation, geometry)]
    if len(rows) <= _LISTED:
        held = sorted(set(rows.tolist()).difference(failed))
        return Sql(f"{row} IN (SELECT value FROM json_each(?))", (json.dumps(held),))
    if not failed:
        return Sql(choice, values)
    return Sql(f"{choice} AND {row} NOT IN (SELECT value FROM json_each(?))", (*values, json.dumps(failed)))


def read_cells(
    connection: sqlite3.Connection, table: Table, rows: NDArray[np.int64]
) -> Iterator[tuple[list[int], NDArray[np.object_]]]:
    """Yield row numbers and their geometries, some thousands at a time."""
    sql = (
        f"SELECT {quoted(table.row_column)}, {quoted(table.geometry_column)} FROM {quoted(table.name)}"
        f" WHERE {quoted(table.row_column)} IN (SELECT value FROM json_each(?))"
    )
    for start in range(0, len(rows), CHUNK):
        chosen = json.dumps(rows[start : start + CHUNK].tolist())
        found = connection.execute(sql, (chosen,)).fetchall()
        yield [row for row, _ in found], blob.geometries([cell for _, cell in found])


def _near(geometry: BaseGeometry, boxes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which boxes meet that of a part of a geometry: ten thousand parcels leave most of a country alone."""
    parts = shapely.get_parts(geometry)
    is_near = np.full(len(boxes), fill_value=len(parts) == 1)
    if len(parts) > 1:
        is_near[shapely.STRtree(parts).query(boxes)[0]] = True
    return is_near


def _failed(
    connection: sqlite3.Connection,
    table: Table,
    rows: NDArray[np.int64],
    relation: str,
    geometry: BaseGeometry,
) -> list[int]:
    failed: list[int] = []
    for numbers, geometries in read_cells(connection, table, rows):
        holds = holding(relation, geometry, geometries)
        failed += [number for number, true in zip(numbers, holds, strict=True) if not true]
    return failed


def _all_rows(connection: sqlite3.Connection, table: Table) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    row, geometry = quoted(table.row_column), quoted(table.geometry_column)
    sql = f"SELECT {row} FROM {quoted(table.name)} WHERE {geometry} IS NOT NULL"
    rows = np.array([row for (row,) in connection.execute(sql)], dtype=np.int64)
    return rows, np.empty((0, 4))


def _is_small_share(connection: sqlite3.Connection, table: Table, count: int) -> bool:
    """Return whether listing `count` rows first beats asking the R-tree row by row in the order wanted."""
    (last,) = connection.execute(
        f"SELECT max({quoted(table.row_column)}) FROM {quoted(table.name)}"
    ).fetchone()
    return count * _FEW < (last or 0)
