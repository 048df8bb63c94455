"""What the page of a coverage and the description of its collection need beside pygeoapi's own."""

import math
from pathlib import Path
from typing import Any

from estran.carbon.errors import EstranError
from estran.layers.geodesy import metres_per_unit, parse_crs
from estran.layers.raster import open_raster
from estran.layers.styles.catalogue import style_of
from estran.layers.territory import read_territory
from estran.providers.coverage import MEDIA_TYPES
from estran.providers.coverage_json import crs_uri
from estran.server.negotiation import HTML, JSON, coverage_formats
from estran.server.service import Service
from estran.server.styles import drawn_legend

PIXEL_M = 0.28e-3
"""Size of a pixel of a display, by which OGC's scale denominators are reckoned."""

METRES_PER_DEGREE = math.pi * 6_378_137 / 180
"""Along the equator of WGS 84, as OGC reckons the scale of a map in degrees."""

KNOWN_CRS = tuple(
    f"http://www.opengis.net/def/crs/{code}" for code in ("OGC/1.3/CRS84", "EPSG/0/3857", "EPSG/0/4326")
)

COVERAGE_REL = "http://www.opengis.net/def/rel/ogc/1.0/coverage"

TITLES = {"GTiff": "GeoTIFF (COG)", "netcdf": "NetCDF", "png": "PNG", JSON: "CoverageJSON"}


def coverage_page(service: Service, collection: str) -> dict[str, Any]:
    """Return the template of the page of a coverage and what it needs beside the coverage itself."""
    address = f"{_base(service)}/collections/{collection}"
    formats = coverage_formats(_provider(service, collection))
    settings = service.configuration["resources"][collection].get("estran") or {}
    ordered = [name for name in TITLES | formats if name in formats and name != HTML]
    data = {
        "dataset_path": address,
        "collections_path": f"{_base(service)}/collections",
        "links": [{"rel": "collection", "type": "application/json", "href": address}],
        "formats": {name: TITLES.get(name, name) for name in ordered},
        "instants": sorted(map(str, settings.get("times") or ())),
        **_legend(service, collection),
    }
    return {"template": "collections/coverage/index.html", "data": data}


def links(service: Service, collection: str) -> list[dict[str, Any]]:
    """Return the links of a collection to the formats of its coverage that pygeoapi leaves out."""
    try:
        formats = coverage_formats(_provider(service, collection))
    except StopIteration:
        return []
    return [
        {
            "rel": COVERAGE_REL,
            "type": formats[name][0],
            "title": TITLES[name],
            "href": f"{_base(service)}/collections/{collection}/coverage?f={name}",
        }
        for name in MEDIA_TYPES
        if name in {"netcdf", "png"} and name in formats
    ]


def described(service: Service, document: dict[str, Any]) -> None:
    """Add to the description of a collection what its coverage is: CRS, scale, cells along each axis.

    `scaleDenominator`, of the size of a cell, is how GDAL knows how fine the coverage is.
    """
    collection = document["id"]
    resource = service.configuration["resources"].get(collection) or {}
    provider = next((made for made in resource.get("providers", ()) if made["type"] == "coverage"), None)
    if provider is None or not str(provider["name"]).startswith("estran."):
        return
    try:
        grid = open_raster(Path(provider["data"])).grid
        west, south, east, north = grid.bounds_in(parse_crs("CRS84"))
    except EstranError:
        return
    unit_m = METRES_PER_DEGREE if grid.crs.is_geographic else metres_per_unit(grid.crs)
    document["scaleDenominator"] = grid.cell[0] * unit_m / PIXEL_M
    if uri := crs_uri(grid.crs):
        document["storageCrs"] = uri
        document["crs"] = list(dict.fromkeys([*KNOWN_CRS, uri]))
    extent = document.get("extent", {}).get("spatial")
    if extent is not None:
        extent["grid"] = [
            {"cellsCount": grid.width, "resolution": (east - west) / grid.width},
            {"cellsCount": grid.height, "resolution": (north - south) / grid.height},
        ]


def _legend(service: Service, collection: str) -> dict[str, Any]:
    territory = read_territory(service.config_path)
    if collection not in territory.layers:
        return {}
    try:
        style = style_of(territory, collection)
    except EstranError:
        return {}
    return {**drawn_legend(style, service.language().language), "drawn": style.field}


def _provider(service: Service, collection: str) -> dict[str, Any]:
    providers = service.configuration["resources"][collection]["providers"]
    found: dict[str, Any] = next(made for made in providers if made["type"] == "coverage")
    return found


def _base(service: Service) -> str:
    return str(service.configuration["server"]["url"]).rstrip("/")
