"""What does a tile hold of a PostGIS table? The database chooses, draws and encodes.

The box of the tile is first moved to the CRS of the table, so that its GiST index is used; only the
boxes of the candidates are looked at, and only those shown are transformed. A CRS is always named by
its number: `ST_Transform` reads a text again for each feature.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pyproj import CRS
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Double,
    LargeBinary,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.sql.elements import False_

from estran.carbon.errors import Unavailable
from estran.layers.features.location import hidden
from estran.layers.features.postgis_dialect import Part, shown
from estran.layers.features.postgis_engine import GeometryRefused, reading
from estran.layers.features.postgis_table import PostgisTable, TableState, read_state, read_table
from estran.layers.features.query import Field
from estran.layers.tiles.frame import (
    MARGIN,
    PIXEL,
    UNITS,
    Budget,
    Ground,
    TileFrame,
    VectorTile,
    fitted,
    ground,
)
from estran.layers.tiles.matrix_sets import Bounds

_KEPT = 64
_MEASURED_FOR_S = 60.0
_WGS84 = 4326
_LINES, _SURFACES = 1, 2
_KEY, _BOX, _SIZE, _NUMBER, _SHAPE = (f"_estran_{name}" for name in ("key", "box", "size", "number", "shape"))
_DIMENSIONS = {
    "POINT": 0,
    "MULTIPOINT": 0,
    "LINESTRING": 1,
    "MULTILINESTRING": 1,
    "POLYGON": 2,
    "MULTIPOLYGON": 2,
}
_FACETED = {"POLYHEDRALSURFACE": "MULTIPOLYGON", "TIN": "MULTIPOLYGON", "TRIANGLE": "POLYGON"}
_DIGITS = 15
_TYPE = text(
    "SELECT max(g.type) FROM geometry_columns g JOIN pg_namespace n ON n.nspname = g.f_table_schema"
    " JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = g.f_table_name"
    " WHERE c.oid = :oid AND g.f_geometry_column = :column"
)

type _Measures = tuple[int, Bounds | None, int | None]

_tables: OrderedDict[tuple[int, str, str, str], tuple[TableState, "PostgisTiles"]] = OrderedDict()
_tables_lock = threading.Lock()


def open_postgis_tiles(location: str, table: str, id_field: str) -> "PostgisTiles":
    """Return the tiles of a table; the same object while its definition is unchanged.

    Raises:
        Unavailable: the database does not answer, or lacks the table or the column.
        InvalidConfiguration: the address cannot be read.
    """
    location = hidden(location)
    key = (os.getpid(), location, table, id_field)
    with reading(location, table) as connection:
        state = read_state(connection, table)
        with _tables_lock:
            kept = _tables.get(key)
            if kept and kept[0] == state:
                _tables.move_to_end(key)
                tiles = kept[1]
            else:
                tiles = PostgisTiles(location, read_table(connection, table, id_field), state[0])
                _tables[key] = (state, tiles)
                while len(_tables) > _KEPT:
                    _tables.popitem(last=False)
        tiles.measure(connection)
    return tiles


class PostgisTiles:
    """The tiles of a features table of one database, as `TileStore` describes them."""

    def __init__(self, location: str, table: PostgisTable, oid: int) -> None:
        self._location = location
        self._table = table
        self._oid = oid
        self._measured: tuple[object, _Measures] | None = None

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

    def measure(self, connection: Connection) -> None:
        """Count the features and find their extent, again when their version has changed.

        A table without version is measured once a minute.
        """
        version: object = int(time.monotonic() / _MEASURED_FOR_S)
        if self._table.version is not None:
            version = connection.scalar(select(self._table.version))
        if self._measured is None or self._measured[0] != version:
            self._measured = (version, self._read_measures(connection))

    def read(self, frame: TileFrame, budget: Budget) -> VectorTile:
        """Return a tile within a budget."""
        under = ground(frame, self.crs, self.extent) if self.extent else None
        if under is None:
            return VectorTile(b"", 0)
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

    def _fitted(self, frame: TileFrame, under: Ground, budget: Budget, *, is_mended: bool) -> VectorTile:
        shown, found = 0, 0

        def encode(count: int) -> bytes:
            nonlocal shown, found
            asked = self._tile(frame, under, count, is_mended=is_mended)
            with reading(self._location, self._table.name) as connection:
                content, shown, found = connection.execute(asked).one()
            return bytes(content or b"")

        content, _ = fitted(encode, budget.features, budget.size)
        return VectorTile(content, found - shown)

    @property
    def _measures(self) -> _Measures:
        if self._measured is None:
            with reading(self._location, self._table.name) as connection:
                self.measure(connection)
            return self._measures
        return self._measured[1]

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
        kind = connection.scalar(_TYPE, {"oid": self._oid, "column": str(self._table.geometry.name)})
        low_x, low_y, high_x, high_y = bounds
        extent = (low_x, low_y, high_x, high_y) if count else None
        return count, extent, _DIMENSIONS.get(str(kind).upper().removesuffix("Z").removesuffix("M"))

    def _tile(self, frame: TileFrame, under: Ground, limit: int, *, is_mended: bool) -> Any:
        """Return the statement of a tile: its content, how many features it is made of and looks at."""
        table = self._table
        identifier, box = table.columns[table.id_field.name], func.box2d(table.geometry)
        near = (
            select(identifier.label(_KEY), box.label(_BOX))
            .select_from(table.source)
            .where(table.geometry.op("&&")(func.ST_MakeEnvelope(*under.box, table.srid)))
            .cte("near")
        )
        chosen = _chosen(near, under, limit=limit, is_finest=frame.is_finest)
        size = _size(box, under)
        geometry = func.ST_Force2D(func.ST_CurveToLine(table.geometry))
        if is_mended:
            geometry = func.ST_MakeValid(_faces_apart(geometry, table.srid))
        is_small = false() if frame.is_finest else size < 1.0
        columns = [
            _written(column).label(name) for name, column in table.columns.items() if frame.writes(name)
        ]
        numbered = table.id_field.type == "integer"
        tile = (
            select(
                _shape(geometry, is_small, frame, under).label(_SHAPE),
                *([cast(identifier, BigInteger).label(_NUMBER)] if numbered else []),
                *columns,
            )
            .select_from(table.source)
            .where(identifier.in_(select(chosen.c[_KEY])))
            .order_by(size.desc(), identifier)
            .subquery("tile")
        )
        names = [literal(_SHAPE, Text()), *([literal(_NUMBER, Text())] if numbered else [])]
        encoded = func.ST_AsMVT(literal_column("tile"), frame.layer, UNITS, *names, type_=LargeBinary())
        counts = [select(func.count()).select_from(part).scalar_subquery() for part in (chosen, near)]
        return select(select(encoded).select_from(tile).scalar_subquery(), *counts)


def _chosen(near: Any, under: Ground, *, limit: int, is_finest: bool) -> Any:
    """Return the features to show: those of a pixel or more, and the largest of each pixel."""
    box, (across, down) = near.c[_BOX], under.pixel
    measured = select(
        near.c[_KEY],
        _size(box, under).label(_SIZE),
        func.floor((func.ST_XMin(box) + func.ST_XMax(box)) / (2 * across)).label("cell_x"),
        func.floor((func.ST_YMin(box) + func.ST_YMax(box)) / (2 * down)).label("cell_y"),
    ).subquery("measured")
    key, size = measured.c[_KEY], measured.c[_SIZE]
    wanted: Any = select(key, size)
    if not is_finest:
        cells = (measured.c.cell_x, measured.c.cell_y)
        rank = func.row_number().over(partition_by=cells, order_by=(size.desc(), key)).label("rank")
        small = select(key, size, rank).where(size < 1.0).subquery("small")
        largest = select(small.c[_KEY], small.c[_SIZE]).where(small.c.rank == 1)
        wanted = wanted.where(size >= 1.0).union_all(largest)
    ranked = wanted.subquery("ranked")
    return select(ranked).order_by(ranked.c[_SIZE].desc(), ranked.c[_KEY]).limit(limit).cte("chosen")


def _size(box: Part, under: Ground) -> Part:
    """Return the longer side of a box, in pixels."""
    across, down = under.pixel
    width, height = func.ST_XMax(box) - func.ST_XMin(box), func.ST_YMax(box) - func.ST_YMin(box)
    return func.greatest(width / across, height / down, type_=Double())


def _shape(geometry: Part, is_small: Part, frame: TileFrame, under: Ground) -> Part:
    """Return a geometry in units of the tile, or the mark of one pixel that stands for it."""
    srid = frame.crs.to_epsg() or _WGS84
    half_x, half_y = (PIXEL * unit / 2 for unit in frame.unit)
    shape: Part = func.ST_Transform(func.ST_Simplify(geometry, under.tolerance, True), srid)
    if not isinstance(is_small, False_):
        middle = func.ST_Transform(func.ST_Centroid(func.ST_Envelope(geometry)), srid)
        dash = func.ST_MakeLine(
            func.ST_Translate(middle, -half_x, 0.0), func.ST_Translate(middle, half_x, 0.0)
        )
        dimension = func.ST_Dimension(geometry)
        shape = case(
            (and_(is_small, dimension == _LINES), dash),
            (and_(is_small, dimension == _SURFACES), func.ST_Expand(middle, half_x, half_y)),
            else_=shape,
        )
    envelope = func.ST_MakeEnvelope(*frame.bounds, srid)
    return func.ST_AsMVTGeom(shape, envelope, UNITS, MARGIN, True)


def _faces_apart(geometry: Part, srid: int) -> Part:
    """Return a surface of facets or triangles, which PostGIS cannot simplify, as as many polygons."""
    written: Part = func.ST_AsText(geometry, _DIGITS, type_=Text())
    for kind, simple in _FACETED.items():
        written = func.replace(written, kind, simple, type_=Text())
    is_faceted = func.ST_GeometryType(geometry).in_(["ST_PolyhedralSurface", "ST_Tin", "ST_Triangle"])
    return case((is_faceted, func.ST_GeomFromText(written, srid)), else_=geometry)


def _written(column: Part) -> Part:
    """Return a column as a tile holds it; a time is written as everywhere else, in UTC."""
    if not isinstance(column.type, DateTime):
        return shown(column)
    micro = cast(func.to_char(column, "US"), BigInteger)
    fraction = case(
        (micro == 0, ""),
        (micro % 1000 == 0, func.to_char(column, ".MS")),
        else_=func.to_char(column, ".US"),
    )
    return func.to_char(column, 'YYYY-MM-DD"T"HH24:MI:SS', type_=Text()) + fraction + "Z"
