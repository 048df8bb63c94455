"""The layers that the services are measured on: 200,000 synthetic buildings, and one raster.

Drawn by a generator with a fixed seed: every run has the same. They are nobody's buildings.
"""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml
from affine import Affine
from pyproj import CRS

from estran.layers.cog import write_cog
from estran.layers.features.writing import write_table

BUILDINGS = 200_000
TABLE = "buildings"
KINDS = ("Indifférenciée", "Industriel", "Serre", "Silo", "Église", "Château")
WEST, SOUTH, WIDTH, HEIGHT = 360_000.0, 6_550_000.0, 50_000.0, 40_000.0
CELLS, CELL_M = 10_000, 5.0
FEATURES_MB = 480
"""As by default: enough to hold the buildings of both stores, with their tiles."""

_CRS = "http://www.opengis.net/def/crs/EPSG/0/2154"


def buildings(count: int = BUILDINGS) -> gpd.GeoDataFrame:
    """Return synthetic buildings in Lambert-93: turned rectangles, one in four with a wing, ten columns."""
    draw = np.random.default_rng(20_240_601)
    x, y = WEST + WIDTH * draw.random(count), SOUTH + HEIGHT * draw.random(count)
    long, wide = draw.uniform(8, 30, count), draw.uniform(6, 15, count)
    turn = draw.uniform(0, np.pi, count)
    has_wing = draw.random(count) < 0.25
    plain = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], dtype=float)
    winged = np.array([[0, 0], [1, 0], [1, 0.5], [0.6, 0.5], [0.6, 1], [0, 1], [0, 0]])
    shapes = np.empty(count, dtype=object)
    for outline, chosen in ((plain, ~has_wing), (winged, has_wing)):
        u = outline[:, 0] * long[chosen, None]
        v = outline[:, 1] * wide[chosen, None]
        cosine, sine = np.cos(turn[chosen, None]), np.sin(turn[chosen, None])
        east = x[chosen, None] + u * cosine - v * sine
        north = y[chosen, None] + u * sine + v * cosine
        shapes[chosen] = shapely.polygons(np.round(np.stack([east, north], axis=-1), 2))
    numbers = np.arange(count)
    return gpd.GeoDataFrame(
        {
            "id": numbers + 1,
            "code": [f"BATIMENT{number:010d}" for number in numbers],
            "nature": np.array(KINDS, dtype=object)[draw.integers(0, len(KINDS), count)],
            "usage1": np.array(["Résidentiel", "Agricole", "Annexe"], dtype=object)[numbers % 3],
            "hauteur": np.round(draw.gamma(4.0, 1.6, count), 1),
            "nb_etages": pd.array(
                np.where(draw.random(count) < 0.2, None, draw.integers(1, 6, count)), dtype="Int64"
            ),
            "nb_logts": draw.integers(0, 12, count),
            "leger": draw.random(count) < 0.1,
            "lot": numbers // 100,
            "code_insee": [f"17{number:03d}" for number in draw.integers(1, 480, count)],
            "date_creation": pd.Timestamp("2000-01-01") + pd.to_timedelta(numbers % 8000, unit="D"),
        },
        geometry=shapes,
        crs=2154,
    )


def write_buildings(folder: Path, count: int = BUILDINGS) -> Path:
    """Return a GeoPackage of buildings, written the first time."""
    path = folder / f"buildings-{count}.gpkg"
    if not path.exists():
        part = folder / f"part-{path.name}"
        part.unlink(missing_ok=True)
        write_table(part, TABLE, buildings(count), id_field="id")
        part.rename(path)
    return path


def write_raster(folder: Path) -> Path:
    """Return a raster of 10,000 x 10,000 cells of 5 m in twelve classes, written the first time."""
    path = folder / f"raster-{CELLS}.tif"
    if not path.exists():
        x, y = np.meshgrid(np.arange(CELLS), np.arange(CELLS), sparse=True)
        waves = np.sin(x / 61) * np.cos(y / 47) + np.sin((x + 2 * y) / 173)
        classes = (1 + np.floor((waves + 2) * 3).clip(0, 11)).astype(np.uint8)
        transform = Affine(CELL_M, 0, WEST, 0, -CELL_M, SOUTH + CELLS * CELL_M)
        write_cog(path, classes, crs=CRS.from_epsg(2154), transform=transform, nodata=0)
    return path


def write_configuration(
    folder: Path, name: str, layers: Mapping[str, Mapping[str, object]], *, features_mb: int = FEATURES_MB
) -> Path:
    """Return a configuration file of one of our servers; `layers` are its collections' providers."""
    document = {
        "estran": {
            "territory": {"id": "bench", "name": {"fr": "Mesure", "en": "Bench"}, "siren": "000000000"},
            "data": {"recipe": "la-rochelle", "sources": ".", "directory": "data"},
            "ledger": {"crs": "EPSG:2154", "resolution_m": 5},
            "limits": {"coverage_pixels": 16_000_000, "features_mb": features_mb},
            "catalogue": False,
        },
        "server": {"languages": ["en", "fr"], "limits": {"default_items": 100, "max_items": 10_000}},
        "resources": {
            identifier: {
                "type": "collection",
                "title": identifier,
                "estran": {
                    "licence": {"id": "CC0-1.0", "title": "CC0", "url": "https://creativecommons.org"},
                    "attribution": "Synthetic",
                    "vintage": "2024",
                    "synthetic": True,
                },
                "providers": [dict(provider)],
            }
            for identifier, provider in layers.items()
        },
    }
    path = folder / f"{name}.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return path


def coverage_layer(data: Path) -> dict[str, object]:
    """Return the provider of a raster."""
    return {
        "type": "coverage",
        "name": "estran.providers.coverage.CoverageProvider",
        "data": str(data),
        "storage_crs": _CRS,
        "format": {"name": "GTiff", "mimetype": "image/tiff; application=geotiff"},
    }


def feature_layer(data: str, table: str = TABLE, id_field: str = "id") -> dict[str, object]:
    """Return the provider of a layer of features."""
    return {
        "type": "feature",
        "name": "estran.providers.features.FeatureProvider",
        "data": data,
        "table": table,
        "id_field": id_field,
        "storage_crs": _CRS,
    }
