"""What is asked of each server: the same work, in the words of each.

A question draws from a generator, so that two requests in a row differ; one generator gives the same
places to every server.
"""

import random
from collections.abc import Callable
from urllib.parse import quote

from benchmarks.service_data import CELL_M, CELLS, SOUTH, WEST
from pyproj import Transformer

type Ask = Callable[[random.Random, int], str]

SIDE = 512
"""Cells of a window, along a side."""

WHOLE = 1_024
"""Most cells along a side of an answer on the whole extent."""

LESS = 64
"""By how many fewer it may be asked, so that no answer is the last one again."""

LAMBERT = "http://www.opengis.net/def/crs/EPSG/0/2154"

_degrees = Transformer.from_crs(2154, "OGC:CRS84", always_xy=True)


def box(draw: random.Random) -> tuple[float, float, float, float]:
    """Return a box of about 120 buildings, somewhere."""
    west, south = -1.15 + 0.45 * draw.random(), 46.02 + 0.22 * draw.random()
    return round(west, 5), round(south, 5), round(west + 0.0142, 5), round(south + 0.0100, 5)


def _bbox(draw: random.Random) -> str:
    return ",".join(map(str, box(draw)))


def _first(draw: random.Random) -> int:
    return draw.randrange(1, 199_900)


def _lot(draw: random.Random) -> str:
    first = _first(draw)
    return f"id%3E={first}%20AND%20id%3C={first + 99}"


def _height(draw: random.Random) -> str:
    return f"{draw.uniform(5.0, 9.0):.4f}"


def _high(draw: random.Random) -> str:
    """The higher of the greenhouses: two columns without index, some tens of thousands to count."""
    return f"nature='Serre'%20AND%20hauteur%3E{_height(draw)}"


def _tiles() -> list[tuple[int, int]]:
    found = [(row, column) for row in range(5_808, 5_829) for column in range(8_130, 8_155)]
    random.Random("tiles").shuffle(found)
    return found


TILES = _tiles()
"""Rows and columns of the tiles of level 14 where there are buildings, and cells of the raster."""


def _tile(number: int) -> tuple[int, int]:
    return TILES[number % len(TILES)]


def _corner(draw: random.Random) -> tuple[int, int]:
    """Column and row of the first cell of a window."""
    return draw.randrange(CELLS - SIDE), draw.randrange(CELLS - SIDE)


def _bounds(draw: random.Random) -> tuple[float, float, float, float]:
    column, row = _corner(draw)
    left, top = WEST + CELL_M * column, SOUTH + CELL_M * (CELLS - row)
    return left, top - CELL_M * SIDE, left + CELL_M * SIDE, top


def _window(draw: random.Random) -> str:
    return f"bbox={','.join(map(str, _bounds(draw)))}&bbox-crs={LAMBERT}"


def _seen(draw: random.Random) -> str:
    """The window in degrees, a little inside: the one CRS of a box that stock pygeoapi reads."""
    left, bottom, right, top = _bounds(draw)
    west, south = _degrees.transform(left + CELL_M, bottom + CELL_M)
    east, north = _degrees.transform(right - CELL_M, top - CELL_M)
    return f"bbox={west:.6f},{south:.6f},{east:.6f},{north:.6f}"


def _size(draw: random.Random) -> tuple[int, int]:
    """Columns and rows of the whole extent, once scaled."""
    return WHOLE - draw.randrange(LESS), WHOLE - draw.randrange(LESS)


def _scale(draw: random.Random) -> str:
    return "scale-size=X({}),Y({})".format(*_size(draw))


def _shape(draw: random.Random) -> str:
    return "columns={}&rows={}".format(*_size(draw))


def _cells(draw: random.Random) -> str:
    column, row = _corner(draw)
    return f"column={column}&row={row}&side={SIDE}"


ITEMS: dict[str, Ask] = {
    "items, limit=100": lambda draw, number: f"items?limit=100&offset={number}",
    "items, limit=1000": lambda draw, number: f"items?limit=1000&offset={number}",
    "items, bbox of 120": lambda draw, _: f"items?bbox={_bbox(draw)}&limit=1000",
    "items, CQL2, 100": lambda draw, _: f"items?filter={_lot(draw)}&limit=1000",
    "items, CQL2, counted": lambda draw, _: f"items?filter={_high(draw)}&limit=100",
    "one item": lambda draw, _: f"items/{draw.randrange(1, 200_000)}",
    "vector tile, z14": lambda _, number: "tiles/WebMercatorQuad/14/{}/{}".format(*_tile(number)),
}
TIPG: dict[str, Ask] = {
    **ITEMS,
    "items, CQL2, 100": lambda draw, _: f"items?filter={_lot(draw)}&filter-lang=cql2-text&limit=1000",
    "items, CQL2, counted": lambda draw, _: f"items?filter={_high(draw)}&filter-lang=cql2-text&limit=100",
    "vector tile, z14": lambda _, number: "tiles/WebMercatorQuad/14/{1}/{0}".format(*_tile(number)),
}
STOCK: dict[str, Ask] = {
    **{work: ask for work, ask in ITEMS.items() if "CQL2" not in work},
    "items, CQL2, 100": lambda draw, _: f"items?filter={_lot(draw)}&filter-lang=cql-text&limit=1000",
    "items, CQL2, counted": lambda draw, _: f"items?filter={_high(draw)}&filter-lang=cql-text&limit=100",
    "vector tile, z14": lambda _, number: "tiles/WebMercatorQuad/14/{}/{}?f=mvt".format(*_tile(number)),
}
SQL: dict[str, Ask] = {
    "items, limit=100": lambda draw, number: f"page?limit=100&offset={number}",
    "items, limit=1000": lambda draw, number: f"page?limit=1000&offset={number}",
    "items, bbox of 120": lambda draw, _: "box?west={}&south={}&east={}&north={}".format(*box(draw)),
    "items, CQL2, 100": lambda draw, _: f"lot?first={_first(draw)}",
    "items, CQL2, counted": lambda draw, _: f"high?height={_height(draw)}",
    "one item": lambda draw, _: f"item?id={draw.randrange(1, 200_000)}",
    "vector tile, z14": lambda _, number: "tile?row={}&column={}".format(*_tile(number)),
}

WINDOW, EXTENT = f"coverage, {SIDE} x {SIDE}", f"coverage, whole at {WHOLE:,}"
RASTER_TILE = "raster tile, z14, PNG"

COVERAGE: dict[str, Ask] = {
    f"{WINDOW}, GeoTIFF": lambda draw, _: f"coverage?f=GTiff&{_window(draw)}",
    f"{EXTENT}, GeoTIFF": lambda draw, _: f"coverage?f=GTiff&{_scale(draw)}",
    f"{WINDOW}, PNG": lambda draw, _: f"coverage?f=png&{_window(draw)}",
    f"{EXTENT}, PNG": lambda draw, _: f"coverage?f=png&{_scale(draw)}",
    RASTER_TILE: lambda _, number: "map/tiles/WebMercatorQuad/14/{}/{}?f=png".format(*_tile(number)),
}
FLOOR: dict[str, Ask] = {
    f"{WINDOW}, GeoTIFF": lambda draw, _: f"window?f=GTiff&{_cells(draw)}",
    f"{EXTENT}, GeoTIFF": lambda draw, _: f"whole?f=GTiff&{_shape(draw)}",
    f"{WINDOW}, PNG": lambda draw, _: f"window?f=PNG&{_cells(draw)}",
    f"{EXTENT}, PNG": lambda draw, _: f"whole?f=PNG&{_shape(draw)}",
}
CELLS_ALONE: dict[str, Ask] = {
    f"{WINDOW}, GeoTIFF": lambda draw, _: f"window?{_cells(draw)}",
    f"{EXTENT}, GeoTIFF": lambda draw, _: f"whole?{_shape(draw)}",
}
STOCK_COVERAGE: dict[str, Ask] = {
    f"{WINDOW}, GeoTIFF": lambda draw, _: f"coverage?f=GTiff&{_seen(draw)}",
    f"{EXTENT}, GeoTIFF": lambda _, __: "coverage?f=GTiff",
}
"""It has no scaling: of the whole extent it sends the whole file."""


def titiler(raster: str) -> dict[str, Ask]:
    """Return the questions to titiler, which takes the file as a parameter.

    Its GeoTIFF has no second band for the mask: like ours, it says which value is no data.
    """
    url = f"url={quote(raster, safe='')}"
    crs = "coord_crs=epsg:2154&dst_crs=epsg:2154"

    def window(draw: random.Random, form: str) -> str:
        return f"bbox/{','.join(map(str, _bounds(draw)))}/{SIDE}x{SIDE}.{form}?{url}&{crs}"

    def whole(draw: random.Random, form: str) -> str:
        return "preview/{}x{}.{}?{}".format(*_size(draw), form, url)

    return {
        f"{WINDOW}, GeoTIFF": lambda draw, _: f"{window(draw, 'tif')}&return_mask=false",
        f"{EXTENT}, GeoTIFF": lambda draw, _: f"{whole(draw, 'tif')}&return_mask=false",
        f"{WINDOW}, PNG": lambda draw, _: window(draw, "png"),
        f"{EXTENT}, PNG": lambda draw, _: whole(draw, "png"),
        RASTER_TILE: lambda _, number: "tiles/WebMercatorQuad/14/{1}/{0}.png?{2}".format(*_tile(number), url),
    }


def drawing(work: str) -> random.Random:
    """Return the generator of a question: the same places for every server."""
    return random.Random(work)
