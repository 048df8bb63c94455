"""Measure our paths beside their peers, in one run, and print medians and ratios.

`make bench` builds the La Rochelle demonstration if needed, then answers the same question
with the land ledger and with exactextract on the same raster: true area per key inside a
geometry. Figures are CPU milliseconds (user + system) of this process; a ratio is peer over
ours. Nothing here is asserted; results are written to `var/bench.json`.
"""

import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import geopandas as gpd
import shapely
from exactextract import exact_extract
from pyproj import CRS
from rich.console import Console
from rich.table import Table

from estran.ingest.build import build_territory
from estran.layers.ledger.read import open_ledger
from estran.layers.progress import silent
from estran.layers.territory import read_territory

ROOT = Path(__file__).resolve().parent.parent.parent
LAMBERT_93 = CRS.from_epsg(2154)
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Measure:
    """One question, both answers' medians."""

    work: str
    vertices: int
    ours_ms: float
    peer: str
    peer_ms: float

    @property
    def ratio(self) -> float:
        """How many times less CPU than the peer."""
        return self.peer_ms / self.ours_ms


def main() -> None:
    """Measure, print, write."""
    territory = read_territory(ROOT / "pygeoapi-config.yml")
    build_territory(territory, progress=silent)
    communes = gpd.read_file(territory.directory / "features.gpkg", layer="communes")
    agglomeration = shapely.union_all(communes.geometry.to_numpy())
    one = communes.set_index("code_insee").geometry["17274"]
    places = {
        "parcel, 1 ha": shapely.Point(380_000, 6_570_000).buffer(56.4, quad_segs=12),
        "site, 1 km2": shapely.Point(385_000, 6_572_000).buffer(564, quad_segs=125),
        "commune": shapely.segmentize(one, 10),
        "agglomeration": shapely.segmentize(agglomeration, 10),
    }
    raster = territory.directory / "land-ledger.tif"
    ledger = open_ledger(raster)
    measures = [
        Measure(
            work=work,
            vertices=int(shapely.get_num_coordinates(geometry)),
            ours_ms=_cpu_ms(lambda geometry=geometry: ledger.land_areas(geometry, LAMBERT_93)),
            peer="exactextract",
            peer_ms=_cpu_ms(lambda geometry=geometry: _peer(raster, geometry)),
        )
        for work, geometry in places.items()
    ]
    _print(measures)
    out = ROOT / "var" / "bench.json"
    document = {
        "machine": platform.platform(),
        "measures": [asdict(m) | {"ratio": m.ratio} for m in measures],
    }
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _peer(raster: Path, geometry: shapely.Geometry) -> None:
    frame = gpd.GeoDataFrame(geometry=[geometry], crs=LAMBERT_93)
    exact_extract(str(raster), frame, ["unique", "frac"])


def _cpu_ms(call: Callable[[], object]) -> float:
    call()
    samples = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        samples.append((time.process_time() - start) * 1000)
    return median(samples)


def _print(measures: list[Measure]) -> None:
    table = Table("work", "vertices", "ours, CPU ms", "peer", "peer, CPU ms", "ratio")
    for m in measures:
        table.add_row(
            m.work, f"{m.vertices:,}", f"{m.ours_ms:.1f}", m.peer, f"{m.peer_ms:.1f}", f"{m.ratio:.1f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
