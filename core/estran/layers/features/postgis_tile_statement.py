"""How is a tile asked of PostGIS? One statement for a kind of tiles, made once; a tile gives its values.

The box of the tile is first moved to the CRS of the table, so that its GiST index is used; only the
boxes of the candidates are looked at, and only those shown are transformed. A CRS is always named by
its number: `ST_Transform` reads a text again for each feature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    DateTime,
    Double,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.elements import False_

from estran.layers.features.postgis_dialect import Part, as_binary, shown, straight
from estran.layers.features.postgis_statement import Statement, statement_of
from estran.layers.features.postgis_table import PostgisTable
from estran.layers.tiles.frame import MARGIN, PIXEL, UNITS, Ground, TileFrame

_LINES, _SURFACES = 1, 2
_KEY, _BOX, _SIZE, _NUMBER, _SHAPE, _GEOMETRY = (
    f"_estran_{name}" for name in ("key", "box", "size", "number", "shape", "geometry")
)
_FACETED = {"POLYHEDRALSURFACE": "MULTIPOLYGON", "TIN": "MULTIPOLYGON", "TRIANGLE": "POLYGON"}
_DIGITS = 15
BOX = ("box_low_x", "box_low_y", "box_high_x", "box_high_y")
BOUNDS = ("low_x", "low_y", "high_x", "high_y")
PIXEL_SIZE, HALF = ("across", "down"), ("half_x", "half_y")
TOLERANCE, LAYER, LIMIT = "tolerance", "layer", "countat_most"


@dataclass(frozen=True, slots=True)
class TileKind:
    """What the tiles of a statement have in common.

    Attributes:
        properties: Columns to write; None for all.
        srid: Number of the CRS of the tiles.
        is_merged: Whether features smaller than a pixel stand for the others of their pixel.
        is_mended: Whether geometries are mended first.
    """

    properties: tuple[str, ...] | None
    srid: int
    is_merged: bool
    is_mended: bool


def tile_values(frame: TileFrame, under: Ground, limit: int) -> dict[str, object]:
    """Return what the statement is given for a tile of at most `limit` features."""
    return {
        **dict(zip(BOX, under.box, strict=True)),
        **dict(zip(BOUNDS, frame.bounds, strict=True)),
        **dict(zip(PIXEL_SIZE, under.pixel, strict=True)),
        **dict(zip(HALF, (PIXEL * unit / 2 for unit in frame.unit), strict=True)),
        TOLERANCE: under.tolerance,
        LAYER: frame.layer,
        LIMIT: limit,
    }


def tile_statement(table: PostgisTable, kind: TileKind) -> Statement:
    """Return the statement of a kind of tiles.

    It gives the content, how many features this is made of, how many lie there, and the size in pixels of
    the smallest of them.
    """
    return statement_of(_asked(table, kind))


def features_asked(table: PostgisTable) -> Select[Any]:
    """Return what asks for all features: identifier, geometry, columns as in tiles, sides of the box."""
    box = func.box2d(table.geometry)
    columns = (
        shown(table.columns[table.id_field.name]),
        as_binary(table),
        *map(_written, table.columns.values()),
    )
    sides = (side(box) for side in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax))
    numbered = (column.label(f"c{place}") for place, column in enumerate((*columns, *sides)))
    return select(*numbered).select_from(table.source)


def _asked(table: PostgisTable, kind: TileKind) -> Any:
    identifier, measured = table.columns[table.id_field.name], _size(func.box2d(table.geometry))
    wanted = table.columns if kind.properties is None else kind.properties
    columns: Sequence[Part] = [column.label(name) for name, column in table.columns.items() if name in wanted]
    limit = bindparam(LIMIT, type_=BigInteger())
    if kind.is_merged:
        near = _near(table, identifier.label(_KEY), func.box2d(table.geometry).label(_BOX))
        chosen = _chosen(near).limit(limit).cte("chosen")
        smallest: Part = func.min(_size(near.c[_BOX]))
        made_of: Part = select(func.count()).select_from(chosen).scalar_subquery()
        source, key, size, geometry = table.source, identifier, measured, table.geometry
        is_small = size < 1.0
    else:
        # Most tiles: their features are read once, and worked on once they are chosen.
        near = _near(
            table, identifier.label(_KEY), measured.label(_SIZE), table.geometry.label(_GEOMETRY), *columns
        )
        key, size, geometry, *columns = near.c
        smallest = func.min(size)
        made_of = func.least(select(func.count()).select_from(near).scalar_subquery(), limit)
        source, is_small = near, false()
    shape = _shape(_flat(table, geometry, is_mended=kind.is_mended), is_small, kind.srid)
    columns = [_written(column).label(column.name) for column in columns]
    numbers = [cast(key, BigInteger).label(_NUMBER)] if table.id_field.type == "integer" else []
    tile = select(shape.label(_SHAPE), *numbers, *columns).select_from(source).order_by(size.desc(), key)
    tile = tile.where(key.in_(select(chosen.c[_KEY]))) if kind.is_merged else tile.limit(limit)
    names = [literal(name, Text()) for name in (_SHAPE, _NUMBER)[: 1 + len(numbers)]]
    encoded = func.ST_AsMVT(
        literal_column("tile"), bindparam(LAYER, type_=Text()), UNITS, *names, type_=LargeBinary()
    )
    return select(
        select(encoded).select_from(tile.subquery("tile")).scalar_subquery(),
        made_of,
        select(func.count()).select_from(near).scalar_subquery(),
        select(smallest).select_from(near).scalar_subquery(),
    )


def _near(table: PostgisTable, *columns: Part) -> CTE:
    """Return columns of the features whose box meets that of the tile."""
    ground = func.ST_MakeEnvelope(*map(_number, BOX), table.srid)
    return select(*columns).select_from(table.source).where(table.geometry.op("&&")(ground)).cte("near")


def _chosen(near: Any) -> Any:
    """Return the features to show: those of a pixel or more, and the largest of each pixel."""
    box, (across, down) = near.c[_BOX], map(_number, PIXEL_SIZE)
    measured = select(
        near.c[_KEY],
        _size(box).label(_SIZE),
        func.floor((func.ST_XMin(box) + func.ST_XMax(box)) / (2 * across)).label("cell_x"),
        func.floor((func.ST_YMin(box) + func.ST_YMax(box)) / (2 * down)).label("cell_y"),
    ).subquery("measured")
    key, size = measured.c[_KEY], measured.c[_SIZE]
    cells = (measured.c.cell_x, measured.c.cell_y)
    rank = func.row_number().over(partition_by=cells, order_by=(size.desc(), key)).label("rank")
    small = select(key, size, rank).where(size < 1.0).subquery("small")
    largest = select(small.c[_KEY], small.c[_SIZE]).where(small.c.rank == 1)
    ranked = select(key, size).where(size >= 1.0).union_all(largest).subquery("ranked")
    return select(ranked).order_by(ranked.c[_SIZE].desc(), ranked.c[_KEY])


def _size(box: Part) -> Part:
    """Return the longer side of a box, in pixels."""
    across, down = map(_number, PIXEL_SIZE)
    width, height = func.ST_XMax(box) - func.ST_XMin(box), func.ST_YMax(box) - func.ST_YMin(box)
    return func.greatest(width / across, height / down, type_=Double())


def _shape(geometry: Part, is_small: Part, srid: int) -> Part:
    """Return a geometry in units of the tile, or the mark of one pixel that stands for it."""
    half_x, half_y = map(_number, HALF)
    shape: Part = func.ST_Transform(func.ST_Simplify(geometry, _number(TOLERANCE), True), srid)
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
    envelope = func.ST_MakeEnvelope(*map(_number, BOUNDS), srid)
    return func.ST_AsMVTGeom(shape, envelope, UNITS, MARGIN, True)


def _flat(table: PostgisTable, geometry: Part, *, is_mended: bool) -> Part:
    """Return a geometry of a table in two dimensions, without arcs, and valid when that is asked."""
    found = straight(table, geometry)
    if table.has_z is not False:
        found = func.ST_Force2D(found)
    return func.ST_MakeValid(_faces_apart(found, table.srid)) if is_mended else found


def _faces_apart(geometry: Part, srid: int) -> Part:
    """Return a surface of facets or triangles, which PostGIS cannot simplify, as as many polygons."""
    written: Part = func.ST_AsText(geometry, _DIGITS, type_=Text())
    for faceted, simple in _FACETED.items():
        written = func.replace(written, faceted, simple, type_=Text())
    kind = func.ST_GeometryType(geometry, type_=Text())
    is_faceted = or_(kind == "ST_PolyhedralSurface", kind == "ST_Tin", kind == "ST_Triangle")
    return case((is_faceted, func.ST_GeomFromText(written, srid)), else_=geometry)


def _written(column: Part) -> Part:
    """Return a column as a tile holds it; a time is written as everywhere else, in UTC."""
    if isinstance(column.type, ARRAY):
        return cast(func.to_json(column), Text)
    if not isinstance(column.type, DateTime):
        return shown(column)
    text = cast(func.timezone("UTC", column) if column.type.timezone else column, Text)
    fraction = case(
        (column == func.date_trunc("second", column), ""),
        (column == func.date_trunc("milliseconds", column), func.to_char(column, ".MS")),
        else_=func.to_char(column, ".US"),
    )
    whole: Part = func.to_char(column, 'YYYY-MM-DD"T"HH24:MI:SS', type_=Text()) + fraction + "Z"
    # Nearly all: four digits of the year, and no part of a second.
    is_plain = func.length(text) == len("2020-01-02 03:04:05")
    return case(
        (is_plain, func.overlay(text.op("PLACING")(literal_column("'T' FROM 11"))) + "Z"), else_=whole
    )


def _number(name: str) -> Part:
    return bindparam(name, type_=Double())
