"""Measure the land ledger beside its peers: areas per key inside geometries, and parcels by the thousand."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import shapely
from benchmarks.ledger_ask import BENCH, ROOT
from benchmarks.outlines import CENTRE, GROWTH, PLACES
from benchmarks.report import Row
from benchmarks.synthetic import LAMBERT_93, synthetic_ledger

PEERS = ("exactextract", "rasterstats")
PARCELS = 10_000
PEER_VERTICES, PEER_KM2, PEER_PARTS = 100_000, 1_000.0, 1_000
"""Beyond these a peer is left out of the growth curves: it takes minutes."""


def measures() -> list[Row]:
    """Return each place asked of each library, and the parcels."""
    synthetic_ledger(BENCH)
    rows = [_asked(who, name) for name in PLACES for who in ("ours", *PEERS)]
    return [*rows, _parcels()]


def growth() -> dict[str, list[Row]]:
    """Return the curves: time against vertices, area and parts."""
    curves: dict[str, list[Row]] = {}
    for curve, values in GROWTH.items():
        rows = []
        for value, (area_km2, vertices, parts) in values.items():
            small = area_km2 <= PEER_KM2 and vertices <= PEER_VERTICES and parts <= PEER_PARTS
            rows += [_asked(who, f"{curve}:{value}") for who in ("ours", "exactextract")[: 1 + small]]
        curves[curve] = rows
    return curves


def _asked(who: str, name: str) -> Row:
    path = os.pathsep.join(str(ROOT / folder) for folder in ("core", "tests"))
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledger_ask", who, name],
        env=os.environ | {"PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    return Row("ledger", name, who, **json.loads(told.stdout))


def _parcels() -> Row:
    """Ten thousand parcels of a hectare, read together."""
    from estran.layers.ledger.read import open_ledger

    ledger = open_ledger(Path(synthetic_ledger(BENCH)))
    random = np.random.default_rng(5)
    places = random.uniform(-100_000, 100_000, (PARCELS, 2)) + np.array(CENTRE)
    parcels = list(shapely.buffer(shapely.points(places), 56.4, quad_segs=4))
    ledger.land_areas_many(parcels[:10], LAMBERT_93)
    before = time.process_time()
    ledger.land_areas_many(parcels, LAMBERT_93)
    spent = (time.process_time() - before) * 1000
    vertices = float(shapely.get_num_coordinates(parcels).sum())
    return Row(
        "ledger", f"{PARCELS:,} parcels of 1 ha", "ours", cpu_ms=spent, first_ms=spent, vertices=vertices
    )
