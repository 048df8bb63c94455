"""One question to one library, in a process of its own, so that its memory is its own.

`python -m benchmarks.ledger_ask ours "1 ha"` prints what it took as JSON.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import shapely
from benchmarks.outlines import place
from benchmarks.synthetic import LAMBERT_93, synthetic_ledger

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "var" / "bench"
ROUNDS = 7
ENOUGH_S = 3.0
"""A question is not repeated beyond this time."""


def ours(raster: Path, geometry: shapely.Geometry) -> Callable[[], Any]:
    """The land ledger: hectares per key. The file is open, as in a server."""
    from estran.layers.ledger.read import open_ledger

    ledger = open_ledger(raster)
    ledger.land_areas(shapely.Point(0, 0).buffer(1), LAMBERT_93)  # the loops are loaded
    return lambda: ledger.land_areas(geometry, LAMBERT_93)


def exactextract(raster: Path, geometry: shapely.Geometry) -> Callable[[], Any]:
    """Covered fraction of each value."""
    import geopandas as gpd
    from exactextract import exact_extract

    frame = gpd.GeoDataFrame(geometry=[geometry], crs=LAMBERT_93)
    return lambda: exact_extract(str(raster), frame, ["unique", "frac"])


def rasterstats(raster: Path, geometry: shapely.Geometry) -> Callable[[], Any]:
    """How many cell centres have each value: not exact."""
    from rasterstats import zonal_stats

    return lambda: zonal_stats([geometry], str(raster), categorical=True)


ASKERS = {"ours": ours, "exactextract": exactextract, "rasterstats": rasterstats}


def ask(who: str, name: str) -> dict[str, float]:
    """Ask until it has taken long enough; CPU time is user and system time of this process."""
    geometry = place(name)
    question = ASKERS[who](synthetic_ledger(BENCH), geometry)
    samples: list[float] = []
    while len(samples) < ROUNDS and sum(samples) < ENOUGH_S:
        before = time.process_time()
        question()
        samples.append(time.process_time() - before)
    return {
        "cpu_ms": median(samples) * 1000,
        "first_ms": samples[0] * 1000,
        "peak_mb": peak_mb(),
        "vertices": float(shapely.get_num_coordinates(geometry)),
    }


def peak_mb() -> float:
    """Return the largest memory of this process; `ru_maxrss` would count that of its parent too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(ask(sys.argv[1], sys.argv[2])))  # noqa: T201 - read by the caller
