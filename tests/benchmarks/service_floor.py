"""The least that an answer can cost: one statement, or one windowed read, straight to the socket.

A WSGI application for the same server as ours. Of a raster: `/window?column&row&side` and
`/whole?columns&rows`, in cells; with `f`, opened, read and written by rasterio as GeoTIFF (tiles of 512,
deflate at level 1) or PNG; without, the bare cells of a file that stays open. Of a table of PostGIS, what SQL
alone can write: `/page`, `/box`, `/lot`, `/high`, `/item`, `/tile`.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import psycopg
import rasterio
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.windows import Window

RASTER, DATABASE = "BENCH_RASTER", "BENCH_DATABASE"

COLUMNS = (
    "id", "code", "nature", "usage1", "hauteur", "nb_etages", "nb_logts", "leger", "lot", "code_insee",
    "date_creation",
)  # fmt: skip

_PROPERTIES = ", ".join(f"'{name}', {name}" for name in COLUMNS)
_FEATURE = (
    "json_build_object('type', 'Feature', 'id', id, 'geometry',"
    f" ST_AsGeoJSON(ST_Transform(geom, 4326))::json, 'properties', json_build_object({_PROPERTIES}))"
)
_PAGE = f"SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg({_FEATURE}))::text"
_PLACE = "ST_Transform(ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326), 2154)"
_HIGH = "FROM buildings WHERE nature = 'Serre' AND hauteur > %(height)s"
_TILE = "ST_TileEnvelope(14, %(column)s::int, %(row)s::int)"
STATEMENTS = {
    "/page": f"{_PAGE} FROM (SELECT * FROM buildings ORDER BY id LIMIT %(limit)s OFFSET %(offset)s) AS b",
    "/box": f"{_PAGE} FROM (SELECT * FROM buildings WHERE geom && {_PLACE} LIMIT 1000) AS b",
    "/lot": f"{_PAGE} FROM (SELECT * FROM buildings WHERE id BETWEEN %(first)s AND %(first)s + 99) AS b",
    "/high": (
        f"SELECT json_build_object('numberMatched', (SELECT count(*) {_HIGH}), 'features',"
        f" (SELECT json_agg({_FEATURE}) FROM (SELECT * {_HIGH} ORDER BY id LIMIT 100) AS b))::text"
    ),
    "/item": f"SELECT {_FEATURE}::text FROM buildings WHERE id = %(id)s",
    "/tile": (
        "SELECT ST_AsMVT(b, 'buildings') FROM (SELECT"
        f" ST_AsMVTGeom(ST_Transform(geom, 3857), {_TILE}) AS geom, {', '.join(COLUMNS[:-1])}"
        f" FROM buildings WHERE geom && ST_Transform({_TILE}, 2154)) AS b"
    ),
}
TIFF = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "DEFLATE", "zlevel": 1}

_held = threading.local()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Return cells, a picture, or what a statement gives."""
    path, asked = environ["PATH_INFO"], dict(parse_qsl(environ["QUERY_STRING"]))
    body = _rows(path, asked) if path in STATEMENTS else _cells(path, asked)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _rows(path: str, asked: dict[str, str]) -> bytes:
    if not hasattr(_held, "connection"):
        _held.connection = psycopg.connect(os.environ[DATABASE], autocommit=True)
    values = {name: float(text) if "." in text else int(text) for name, text in asked.items()}
    found = _held.connection.execute(STATEMENTS[path], values, prepare=True).fetchone()[0]
    return bytes(found) if path == "/tile" else found.encode()


def _cells(path: str, asked: dict[str, str]) -> bytes:
    if "f" in asked:
        with rasterio.open(os.environ[RASTER]) as raster:
            return _written(raster, _read(raster, path, asked), asked["f"])
    if not hasattr(_held, "raster"):
        _held.raster = rasterio.open(os.environ[RASTER])
    return bytes(_read(_held.raster, path, asked).tobytes())


def _read(raster: Any, path: str, asked: dict[str, str]) -> Any:
    if path == "/whole":
        return raster.read(1, out_shape=(int(asked["rows"]), int(asked["columns"])))
    side = int(asked["side"])
    return raster.read(1, window=Window(int(asked["column"]), int(asked["row"]), side, side))


def _written(raster: Any, cells: Any, driver: str) -> bytes:
    profile = {"width": cells.shape[1], "height": cells.shape[0], "count": 1, "dtype": cells.dtype.name}
    if driver == "GTiff":
        place = raster.transform @ Affine.scale(raster.width / cells.shape[1], raster.height / cells.shape[0])
        profile |= {"crs": raster.crs, "transform": place, "nodata": raster.nodata, **TIFF}
    with MemoryFile() as file:
        with file.open(driver=driver, **profile) as target:
            target.write(cells, 1)
        return bytes(file.read())
