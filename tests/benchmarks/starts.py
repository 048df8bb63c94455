"""Measure how long a server takes to be ready: the demonstration, and 300 collections in one file.

Ready is what `/health` says: the processes are loaded in the workers too.
"""

from pathlib import Path

import psutil
from benchmarks.report import Row
from benchmarks.service_data import TABLE, buildings, feature_layer, write_configuration
from benchmarks.service_load import cpu_s
from benchmarks.service_peers import Served, estran

from estran.ingest.build import build_territory
from estran.layers.features.writing import write_table
from estran.layers.progress import silent
from estran.layers.territory import read_territory

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "var" / "bench"
DEMONSTRATION = ROOT / "pygeoapi-config.yml"
COLLECTIONS, FEATURES = 300, 200
STARTS = 3


def measures() -> list[Row]:
    """Return the time until each server is ready, its processor time and its memory at that moment."""
    build_territory(read_territory(DEMONSTRATION), progress=silent)
    works = {"demonstration": DEMONSTRATION, f"{COLLECTIONS} collections": _collections()}
    return [_best(f"start: {work}", configuration) for work, configuration in works.items()]


def _best(work: str, configuration: Path) -> Row:
    """Return the fastest of a few starts: what else the machine does only makes them slower."""
    rows = []
    for _ in range(STARTS):
        with estran(configuration) as served:
            rows.append(_row(work, served))
    return min(rows, key=lambda row: row.first_ms)


def _row(work: str, served: Served) -> Row:
    server = psutil.Process(served.pid)
    every = [server, *server.children(recursive=True)]
    memory_mb = sum(process.memory_full_info().pss for process in every) / 1e6
    return Row(
        "starts",
        work,
        "ours",
        cpu_ms=1000 * cpu_s(served.pid),
        first_ms=1000 * served.ready_s,
        peak_mb=memory_mb,
    )


def _collections() -> Path:
    """Return the configuration of many collections, their data written the first time."""
    BENCH.mkdir(parents=True, exist_ok=True)
    path = BENCH / f"tables-{COLLECTIONS}.gpkg"
    names = [f"{TABLE}_{number:03d}" for number in range(COLLECTIONS)]
    if not path.exists():
        part = BENCH / f"part-{path.name}"
        part.unlink(missing_ok=True)
        frame = buildings(FEATURES)
        for name in names:
            write_table(part, name, frame, id_field="id")
        part.rename(path)
    return write_configuration(BENCH, "many", {name: feature_layer(str(path), name) for name in names})
