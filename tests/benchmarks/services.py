"""Measure our services beside their peers: features, tiles, coverages, repeated requests.

One run, one machine, one server process each, plain sockets on the loopback: what counts is the ratio
between two lines, not a line. Nothing is asserted here. `python tests/benchmarks/services.py` prints the
table; `measures` gives it to `run.py`.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks.report import Row, draw  # noqa: E402
from benchmarks.service_data import (  # noqa: E402
    CELL_M,
    SOUTH,
    TABLE,
    WEST,
    coverage_layer,
    feature_layer,
    write_buildings,
    write_configuration,
    write_raster,
)
from benchmarks.service_load import Connection, Load, load  # noqa: E402
from benchmarks.service_peers import (  # noqa: E402
    PeersAbsent,
    Served,
    environment,
    estran,
    floor,
    stock,
    tipg,
)
from database import database_server  # noqa: E402
from sqlalchemy import create_engine  # noqa: E402

from estran.ingest.publish import publish_file  # noqa: E402
from estran.layers.progress import silent  # noqa: E402

BENCH = ROOT / "var" / "bench"
CURVES = ROOT / "docs" / "images" / "services-growth.png"
REQUESTS = 200
CONNECTIONS = (1, 8)

type Ask = Callable[[random.Random, int], str]


@dataclass(frozen=True, slots=True)
class ServiceMeasure:
    """One question asked of one server.

    Attributes:
        work: The question.
        server: Which server.
        connections: How many ask at once.
        load: How it answered.
    """

    work: str
    server: str
    connections: int
    load: Load


def box(draw: random.Random) -> tuple[float, float, float, float]:
    """Return a box of about 120 buildings, somewhere."""
    west, south = -1.15 + 0.45 * draw.random(), 46.02 + 0.22 * draw.random()
    return round(west, 5), round(south, 5), round(west + 0.0142, 5), round(south + 0.0100, 5)


def _bbox(draw: random.Random) -> str:
    return ",".join(map(str, box(draw)))


def _lot(draw: random.Random) -> str:
    first = draw.randrange(1, 199_900)
    return f"id%3E={first}%20AND%20id%3C={first + 99}"


def _row(draw: random.Random) -> int:
    return draw.randrange(5_808, 5_829)


def _column(draw: random.Random) -> int:
    return draw.randrange(8_130, 8_155)


OURS: dict[str, Ask] = {
    "items, limit=100": lambda draw, number: f"items?limit=100&offset={number}",
    "items, limit=1000": lambda draw, number: f"items?limit=1000&offset={number}",
    "items, bbox of 120": lambda draw, _: f"items?bbox={_bbox(draw)}&limit=1000",
    "items, CQL2, 100": lambda draw, _: f"items?filter={_lot(draw)}&limit=1000",
    "one item": lambda draw, _: f"items/{draw.randrange(1, 200_000)}",
    "vector tile, z14": lambda draw, _: f"tiles/WebMercatorQuad/14/{_row(draw)}/{_column(draw)}",
}
TIPG: dict[str, Ask] = {
    **OURS,
    "items, CQL2, 100": lambda draw, _: f"items?filter={_lot(draw)}&filter-lang=cql2-text&limit=1000",
    "vector tile, z14": lambda draw, _: f"tiles/WebMercatorQuad/14/{_column(draw)}/{_row(draw)}",
}
STOCK: dict[str, Ask] = {name: ask for name, ask in OURS.items() if "CQL2" not in name and "tile" not in name}
COVERAGE: dict[str, Ask] = {
    "coverage, 512 x 512": lambda draw, _: _window(draw),
    "coverage, whole at 1,024": lambda _, __: "coverage?f=GTiff&scale-size=X(1024),Y(1024)",
}
FLOOR: dict[str, Ask] = {
    "coverage, 512 x 512": lambda draw, _: (
        f"window?west={draw.randrange(9_000)}&north={draw.randrange(9_000)}&cells=512"
    ),
    "coverage, whole at 1,024": lambda draw, _: "whole?pixels=1024",
}
GROWTH = (
    *(("features", count, count, 1) for count in (1, 10, 100, 1_000, 10_000)),
    *(("clients", at_once, 100, at_once) for at_once in (1, 2, 4, 8, 16, 32)),
)
"""Curve, its value, features of a page, clients at once."""

REPEATED = ("items?limit=1000", "tiles/WebMercatorQuad/14/5820/8150")


def _window(draw: random.Random) -> str:
    west = WEST + CELL_M * draw.randrange(9_000)
    south = SOUTH + CELL_M * draw.randrange(9_000)
    side = CELL_M * 512
    crs = "http://www.opengis.net/def/crs/EPSG/0/2154"
    return f"coverage?f=GTiff&bbox={west},{south},{west + side},{south + side}&bbox-crs={crs}"


def ask_all(
    server: str,
    served: Served,
    prefix: str,
    questions: dict[str, Ask],
    *,
    requests: int = REQUESTS,
    connections: Sequence[int] = CONNECTIONS,
    suffix: str = "",
) -> Iterator[ServiceMeasure]:
    """Ask each question, never twice the same in a row, first a few times for nothing."""
    for work, ask in questions.items():
        draw = random.Random(work)
        paths = [f"{prefix}/{ask(draw, number)}{suffix}" for number in range(requests)]
        load(served.url, paths[:10], pid=served.pid, requests=10, connections=2)
        for at_once in connections:
            fresh = [f"{prefix}/{ask(draw, number)}{suffix}" for number in range(requests)]
            yield ServiceMeasure(
                work,
                server,
                at_once,
                load(served.url, fresh, pid=served.pid, requests=requests, connections=at_once),
            )


def ask_again(server: str, served: Served, prefix: str, requests: int) -> Iterator[ServiceMeasure]:
    """Ask the same question again: what the server has kept, then what the client has."""
    for asked in REPEATED:
        path = f"{prefix}/{asked}"
        connection = Connection(*served.url.removeprefix("http://").split(":"))
        _, headers, _ = connection.ask(path)
        connection.close()
        work = asked.partition("?")[0].partition("/")[0]
        kept = load(served.url, [path], pid=served.pid, requests=requests, connections=8)
        yield ServiceMeasure(f"{work}, again", server, 8, kept)
        held = {"If-None-Match": headers.get("etag", '""')}
        known = load(
            served.url, [path], pid=served.pid, requests=requests, connections=8, headers=held,
            statuses=frozenset({304, 200}),
        )  # fmt: skip
        yield ServiceMeasure(f"{work}, 304", server, 8, known)


def measures(requests: int = REQUESTS) -> list[ServiceMeasure]:
    """Return every measure of one run; without peers when they cannot be installed."""
    return list(measured(requests))


def measured(requests: int = REQUESTS) -> Iterator[ServiceMeasure]:
    """Yield each measure when it is made."""
    BENCH.mkdir(parents=True, exist_ok=True)
    geopackage = write_buildings(BENCH)
    with ExitStack() as stack:
        database = stack.enter_context(database_server())
        _publish(geopackage, database)
        raster = write_raster(BENCH)
        layers = {
            "gpkg": feature_layer(str(geopackage)),
            "pg": feature_layer(database),
            "raster": coverage_layer(raster),
        }
        ours = stack.enter_context(estran(write_configuration(BENCH, "estran", layers)))
        for layer, name in (("pg", "Estran, PostGIS"), ("gpkg", "Estran, GeoPackage")):
            yield from ask_all(name, ours, f"/collections/{layer}", OURS, requests=requests)
            yield from ask_again(name, ours, f"/collections/{layer}", requests)
        yield from ask_all("Estran", ours, "/collections/raster", COVERAGE, requests=requests // 2)
        least = stack.enter_context(floor(raster))
        yield from ask_all("floor", least, "", FLOOR, requests=requests // 2)
        try:
            python = environment(BENCH)
            peer = stack.enter_context(tipg(python, database))
            yield from ask_all("tipg", peer, f"/collections/public.{TABLE}", TIPG, requests=requests)
            other = stack.enter_context(stock(python, BENCH, geopackage, TABLE))
            yield from ask_all(
                "pygeoapi, GeoPackage", other, "/collections/gpkg", STOCK, requests=max(10, requests // 5)
            )
        except PeersAbsent as error:
            print(f"not measured beside the peers: {error}")  # noqa: T201 - the terminal is the reader


def growth(requests: int = 16) -> dict[str, list[Row]]:
    """Return the curves: time of one answer against the features of a page, and against clients at once."""
    curves: dict[str, list[Row]] = {"features": [], "clients": []}
    geopackage = write_buildings(BENCH)
    with ExitStack() as stack:
        database = stack.enter_context(database_server())
        _publish(geopackage, database)
        layers = {"gpkg": feature_layer(str(geopackage)), "pg": feature_layer(database)}
        ours = stack.enter_context(estran(write_configuration(BENCH, "estran", layers)))
        asked = [
            ("ours, PostGIS", ours, "/collections/pg"),
            ("ours, GeoPackage", ours, "/collections/gpkg"),
        ]
        try:
            peer = stack.enter_context(tipg(environment(BENCH), database))
            asked.append(("tipg", peer, f"/collections/public.{TABLE}"))
        except PeersAbsent as error:
            print(f"not measured beside the peers: {error}")  # noqa: T201 - the terminal is the reader
        for who, served, prefix in asked:
            for curve, value, count, at_once in GROWTH:
                paths = [f"{prefix}/items?limit={count}&offset={number}" for number in range(requests)]
                load(served.url, paths[:2], pid=served.pid, requests=2, connections=1)
                found = load(served.url, paths, pid=served.pid, requests=requests, connections=at_once)
                time_ms = found.cpu_ms if curve == "features" else found.latency_ms
                row = Row("services", f"{curve}:{value}", who, cpu_ms=time_ms, rate=found.rate)
                curves[curve].append(row)
    return curves


def _publish(geopackage: Path, database: str) -> None:
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        publish_file(
            geopackage, database, id_fields={TABLE: "id"}, owner="bench", fingerprint="1", progress=silent
        )
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def main() -> None:
    """Measure and print; with `--curves`, draw the growth curves of docs/performance.md."""
    if "--curves" in sys.argv:
        draw(growth(), CURVES)
        return
    for m in measured():
        print(  # noqa: T201 - the terminal is the reader
            f"{m.work:24} {m.server:22} {m.connections:2} {m.load.rate:8.0f}/s {m.load.latency_ms:7.2f} ms"
            f" {m.load.cpu_ms:7.2f} CPU ms {m.load.size:8} B",
            flush=True,
        )


if __name__ == "__main__":
    main()
