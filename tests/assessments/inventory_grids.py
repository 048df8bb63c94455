"""Small emission grids of known mass."""

import geopandas as gpd
import numpy as np
import rasterio
import yaml
from affine import Affine
from shapely import box

from estran.layers.geodesy import parse_crs
from estran.layers.territory import read_territory

DEGREES = parse_crs("CRS84")

WEST, NORTH, CELL, COLUMNS, ROWS = -1.20, 46.20, 0.01, 6, 5

SEA = (0, 0)
"""Row and column of the cell without data."""

MASSES = np.arange(1.0, ROWS * COLUMNS + 1).reshape(ROWS, COLUMNS) * 10.0

LICENCE = {"id": "etalab-2.0", "title": "Licence Ouverte 2.0", "url": "https://example.org/licence"}

TOTAL = MASSES.sum() - MASSES[SEA]


def cell(row, column, width=1, height=1):
    west, north = WEST + CELL * column, NORTH - CELL * row
    return box(west, north - CELL * height, west + CELL * width, north)


WHOLE = cell(0, 0, COLUMNS, ROWS)


def write_grid(path, bands, *, crs="EPSG:4326", transform=None, holes=True):
    """Bands: name -> (unit, factor of MASSES)."""
    profile = {
        "driver": "GTiff",
        "width": COLUMNS,
        "height": ROWS,
        "count": len(bands),
        "dtype": "float64",
        "crs": crs,
        "nodata": -9999.0,
        "transform": transform or Affine(CELL, 0, WEST, 0, -CELL, NORTH),
    }
    with rasterio.open(path, "w", **profile) as file:
        for index, (name, (unit, factor)) in enumerate(bands.items(), start=1):
            values = MASSES * factor
            if holes:
                values[SEA] = -9999.0
            file.write(values, index)
            file.set_band_description(index, name)
            file.set_band_unit(index, unit)


def layer(identifier, role, data, **extra):
    provider = {"type": "coverage" if data.endswith("tif") else "feature", "name": "none", "data": data}
    if data.endswith("gpkg"):
        provider |= {"table": identifier, "id_field": "id"}
    return {
        "type": "collection",
        "title": {"fr": identifier, "en": identifier},
        "estran": {
            "role": role,
            "licence": LICENCE,
            "attribution": f"makers of {identifier}",
            "vintage": "2013",
            **extra,
        },
        "providers": [provider],
    }


def territory_of(directory, resources, **limits):
    document = {
        "estran": {
            "territory": {"id": "grid", "name": {"fr": "Grille", "en": "Grid"}},
            "data": {"recipe": "la-rochelle", "sources": "sources", "directory": "."},
            "limits": limits,
        },
        "resources": resources,
    }
    path = directory / "pygeoapi-config.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return read_territory(path)


def metres(east, north, width, height):
    """A box in Lambert-93, from the middle of the cell (2, 2), in metres."""
    x, y = gpd.GeoSeries([cell(2, 2).centroid], crs=4326).to_crs(2154)[0].coords[0]
    return box(x + east, y + north, x + east + width, y + north + height)
