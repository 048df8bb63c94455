"""The configuration of stock pygeoapi, with its own providers, over the same data."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.service_questions import LAMBERT

type Provider = dict[str, Any]


def postgis_layer(database: str, table: str) -> list[Provider]:
    """Return the providers of a table of PostGIS: its features, and its tiles."""
    place = urlsplit(database)
    data = {
        "host": place.hostname,
        "port": place.port,
        "dbname": place.path[1:],
        "user": place.username,
        "password": place.password,
        "search_path": ["public"],
    }
    table_of = {
        "data": data,
        "id_field": "id",
        "table": table,
        "geom_field": "geom",
        "storage_crs": LAMBERT,
    }
    tiles = {
        "type": "tile",
        "name": "MVT-postgresql",
        **table_of,
        "options": {"zoom": {"min": 0, "max": 16}},
        "format": {"name": "pbf", "mimetype": "application/vnd.mapbox-vector-tile"},
    }
    return [{"type": "feature", "name": "PostgreSQL", **table_of}, tiles]


def geopackage_layer(path: Path, table: str) -> list[Provider]:
    """Return the provider of a table of a GeoPackage; it needs SpatiaLite."""
    return [
        {
            "type": "feature",
            "name": "SQLiteGPKG",
            "data": str(path),
            "id_field": "fid",
            "table": table,
            "storage_crs": LAMBERT,
        }
    ]


def raster_layer(path: Path) -> list[Provider]:
    """Return the provider of a raster."""
    form = {"name": "GTiff", "mimetype": "application/image+tiff"}
    return [{"type": "coverage", "name": "rasterio", "data": str(path), "format": form}]


def stock_configuration(port: int, layers: dict[str, list[Provider]]) -> dict[str, Any]:
    """Return a configuration; `layers` are the providers of its collections."""
    url = f"http://127.0.0.1:{port}"
    contact = {"name": "bench", "url": url}
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": url,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 100, "max_items": 10_000},
            "map": {"url": url, "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "bench", "description": "bench", "keywords": ["bench"], "keywords_type": "theme",
                "terms_of_service": url, "url": url,
            },
            "license": {"name": "CC0", "url": url},
            "provider": contact,
            "contact": contact,
        },
        "resources": {
            identifier: {
                "type": "collection",
                "title": identifier,
                "description": "bench",
                "keywords": ["bench"],
                "extents": {"spatial": {"bbox": [-2, 45, 0, 47]}},
                "providers": providers,
            }
            for identifier, providers in layers.items()
        },
    }  # fmt: skip
