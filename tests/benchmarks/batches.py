"""Measure what a collection of parcels takes in each process, on the demonstration, as a worker does.

Parcels are squares of a hectare on a lattice over the land of the demonstration, given in degrees. The
answer is made whole, with the row of each parcel; time grows with their number.
"""

import json
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from benchmarks.report import Row
from benchmarks.synthetic import LAMBERT_93

from estran.ingest.build import build_territory
from estran.jobs.worker import look_for_garbage_less
from estran.layers.geodesy import parse_crs, transform_points
from estran.layers.progress import silent
from estran.layers.territory import read_territory
from estran.processes.catalogue import process_class

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "pygeoapi-config.yml"
PARCELS = 2_000
SIDE_M, STEP_M = 100.0, 105.0
PROCESSES = (
    "carbon-stock",
    "carbon-flux",
    "sequestration-potential",
    "project-impact",
    "building-emissions",
    "parking-potential",
    "solar-potential",
    "emissions-inventory",
    "carbon-balance",
)
"""Those that answer feature by feature."""

PROJECT: dict[str, Any] = {"after": {"building": 0.2, "grassland_herbaceous": 0.3}}
"""What becomes of each parcel, in hectares."""


def parcels(count: int) -> dict[str, Any]:
    """Return that many parcels as GeoJSON, spread evenly over the land: towns, fields and marshes."""
    territory = read_territory(CONFIG)
    build_territory(territory, progress=silent)
    communes = gpd.read_file(territory.directory / "features.gpkg", layer="communes").geometry.to_numpy()
    land = shapely.union_all(communes)
    shapely.prepare(land)
    west, south, east, north = land.bounds
    x, y = (
        side.ravel() for side in np.meshgrid(np.arange(west, east, STEP_M), np.arange(south, north, STEP_M))
    )
    squares = shapely.box(x, y, x + SIDE_M, y + SIDE_M)
    squares = squares[shapely.contains(land, squares)]
    squares = squares[np.linspace(0, len(squares) - 1, count).astype(int)]
    drawn = shapely.transform(
        squares, lambda points: transform_points(points, LAMBERT_93, parse_crs("CRS84"))
    )
    features = [
        {"type": "Feature", "id": str(rank), "properties": {}, "geometry": json.loads(shape)}
        for rank, shape in enumerate(shapely.to_geojson(drawn).tolist())
    ]
    return {"type": "FeatureCollection", "features": features}


def measures() -> list[Row]:
    """Return the time of each process, asked once about one parcel before."""
    few, many = parcels(1), parcels(PARCELS)
    look_for_garbage_less()
    rows = []
    for name in PROCESSES:
        process = process_class(name)({"name": name, "config": str(CONFIG)})
        inputs = PROJECT if name == "project-impact" else {}
        process.execute(inputs | {"geometry": few})
        before = time.process_time()
        process.execute(inputs | {"geometry": many})
        spent = (time.process_time() - before) * 1000
        rows.append(
            Row("batches", f"{name}, {PARCELS:,} parcels", "ours", cpu_ms=spent, rate=PARCELS / spent * 1000)
        )
    return rows
