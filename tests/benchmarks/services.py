"""Measure our services beside their peers: features, tiles, coverages, repeated requests.

One run, one machine, one server process each, plain sockets on the loopback: what counts is the ratio
between two lines, not a line. Nothing is asserted here. `python tests/benchmarks/services.py` prints the
table; `measures` gives it to `run.py`.
"""

import itertools
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks import service_questions as asked_of  # noqa: E402
from benchmarks.report import Row, draw  # noqa: E402
from benchmarks.service_data import (  # noqa: E402
    TABLE,
    coverage_layer,
    feature_layer,
    write_buildings,
    write_configuration,
    write_raster,
)
from benchmarks.service_load import Connection, Load, load, wait_until_quiet  # noqa: E402
from benchmarks.service_peers import (  # noqa: E402
    PeersAbsent,
    Served,
    environment,
    estran,
    floor,
    reads_geopackage,
    stock,
    tipg,
    titiler,
)
from benchmarks.service_questions import Ask  # noqa: E402
from benchmarks.service_stock import geopackage_layer, postgis_layer, raster_layer  # noqa: E402
from database import database_server  # noqa: E402
from sqlalchemy import create_engine  # noqa: E402

from estran.ingest.publish import publish_file  # noqa: E402
from estran.layers.features.whole import ASKED  # noqa: E402
from estran.layers.progress import silent  # noqa: E402

BENCH = ROOT / "var" / "bench"
CURVES = ROOT / "docs" / "images" / "services-growth.png"
REQUESTS = 200
SECONDS = 1.5
"""For how long one question is asked of one server; a few slow answers are waited for."""

CONNECTIONS = (1, 8)
OURS = ("Estran, PostGIS", "pg"), ("Estran, GeoPackage", "gpkg")
"""Our two stores, and the collection of each."""

GROWTH = (
    *(("features", count, count, 1) for count in (1, 10, 100, 1_000, 10_000)),
    *(("clients", at_once, 100, at_once) for at_once in (1, 2, 4, 8, 16, 32)),
)
"""Curve, its value, features of a page, clients at once."""

REPEATED = {
    "items, limit=1000": "items?limit=1000",
    "vector tile, z14": "tiles/WebMercatorQuad/14/5820/8150",
}
REPEATED_RASTER = {
    f"{asked_of.EXTENT}, GeoTIFF": "coverage?f=GTiff&scale-size=X(1024),Y(1024)",
    asked_of.RASTER_TILE: "map/tiles/WebMercatorQuad/14/5820/8150?f=png",
}


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


def ask_all(
    server: str, served: Served, prefix: str, questions: dict[str, Ask], *, requests: int = REQUESTS
) -> Iterator[ServiceMeasure]:
    """Ask each question, never twice the same, first a few times for nothing."""
    for work, ask in questions.items():
        drawn, numbers = asked_of.drawing(work), itertools.count()
        paths = [f"{prefix}/{ask(drawn, next(numbers))}" for _ in range(10)]
        load(served.url, paths, pid=served.pid, requests=10, connections=2, seconds=SECONDS)
        for at_once in CONNECTIONS:
            fresh = [f"{prefix}/{ask(drawn, next(numbers))}" for _ in range(requests)]
            found = load(
                served.url, fresh, pid=served.pid, requests=requests, connections=at_once, seconds=SECONDS
            )
            yield ServiceMeasure(work, server, at_once, found)


def ask_again(
    server: str, served: Served, prefix: str, questions: dict[str, str], *, requests: int = REQUESTS
) -> Iterator[ServiceMeasure]:
    """Ask the same question again: what the server has kept, then what the client has."""
    for work, asked in questions.items():
        path = f"{prefix}/{asked}"
        connection = Connection(*served.url.removeprefix("http://").split(":"))
        _, headers, _ = connection.ask(path)
        connection.close()
        kept = load(served.url, [path], pid=served.pid, requests=requests, connections=8, seconds=SECONDS)
        yield ServiceMeasure(f"{work}, again", server, 8, kept)
        held = {"If-None-Match": headers.get("etag", '""')}
        known = load(
            served.url, [path], pid=served.pid, requests=requests, connections=8, headers=held,
            statuses=frozenset({304, 200}), seconds=SECONDS,
        )  # fmt: skip
        yield ServiceMeasure(f"{work}, 304", server, 8, known)


def _read_whole(served: Served, prefix: str) -> None:
    """Ask for a layer as often as it takes to be held whole, and wait until it is."""
    paths = [f"{prefix}/items/{number + 1}" for number in range(ASKED)]
    load(served.url, paths, pid=served.pid, requests=ASKED, connections=1, seconds=SECONDS)
    wait_until_quiet(served.pid)


def measures(requests: int = REQUESTS) -> list[ServiceMeasure]:
    """Return every measure of one run; without peers when they cannot be installed."""
    return list(measured(requests))


def measured(requests: int = REQUESTS) -> Iterator[ServiceMeasure]:
    """Yield each measure when it is made."""
    BENCH.mkdir(parents=True, exist_ok=True)
    geopackage, raster = write_buildings(BENCH), write_raster(BENCH)
    with ExitStack() as stack:
        database = stack.enter_context(database_server())
        _publish(geopackage, database)
        layers = {
            "gpkg": feature_layer(str(geopackage)),
            "pg": feature_layer(database),
            "raster": coverage_layer(raster),
        }
        with estran(write_configuration(BENCH, "bare", layers, features_mb=0)) as bare:
            name, layer = OURS[0]
            yield from ask_all(
                f"{name}, nothing held", bare, f"/collections/{layer}", asked_of.ITEMS, requests=requests
            )
        with estran(write_configuration(BENCH, "estran", layers)) as ours:
            for name, layer in OURS:
                _read_whole(ours, f"/collections/{layer}")
                yield from ask_all(name, ours, f"/collections/{layer}", asked_of.ITEMS, requests=requests)
                yield from ask_again(name, ours, f"/collections/{layer}", REPEATED, requests=requests)
            yield from ask_all("Estran", ours, "/collections/raster", asked_of.COVERAGE, requests=requests)
            yield from ask_again("Estran", ours, "/collections/raster", REPEATED_RASTER, requests=requests)
        with floor(raster, database) as least:
            yield from ask_all("floor", least, "", {**asked_of.SQL, **asked_of.FLOOR}, requests=requests)
            yield from ask_all("floor, bare cells", least, "", asked_of.CELLS_ALONE, requests=requests)
        yield from _beside_peers(database, geopackage, raster, requests)


def _beside_peers(database: str, geopackage: Path, raster: Path, requests: int) -> Iterator[ServiceMeasure]:
    """Yield the measures of the peers that can be installed and started; say which cannot."""
    try:
        python = environment(BENCH)
    except PeersAbsent as error:
        _tell(f"not measured beside the peers: {error}")
        return
    table = f"/collections/public.{TABLE}"
    pages = [("tipg", table, asked_of.TIPG)]
    yield from _peer(tipg(python, database), pages, requests)
    files = [("titiler", "", asked_of.titiler(str(raster)))]
    yield from _peer(titiler(python), files, requests)
    layers = {"pg": postgis_layer(database, TABLE), "raster": raster_layer(raster)}
    own = [
        ("pygeoapi", "/collections/pg", asked_of.STOCK),
        ("pygeoapi", "/collections/raster", asked_of.STOCK_COVERAGE),
    ]
    if reads_geopackage(python):
        layers["gpkg"] = geopackage_layer(geopackage, TABLE)
        questions = {work: ask for work, ask in asked_of.STOCK.items() if "tile" not in work}
        own.append(("pygeoapi, GeoPackage", "/collections/gpkg", questions))
    else:
        _tell("not measured beside pygeoapi on a GeoPackage: this Python does not load SpatiaLite")
    yield from _peer(stock(python, BENCH, layers), own, requests)


def _peer(
    server: AbstractContextManager[Served], asked: Sequence[tuple[str, str, dict[str, Ask]]], requests: int
) -> Iterator[ServiceMeasure]:
    """Yield the measures of one peer; a question that it refuses is said, and the others asked."""
    try:
        with server as served:
            for name, prefix, questions in asked:
                for work, ask in questions.items():
                    try:
                        yield from ask_all(name, served, prefix, {work: ask}, requests=requests)
                    except ValueError as refusal:
                        _tell(f"{name} does not answer {work!r}: {refusal}")
    except PeersAbsent as error:
        _tell(f"not measured: {error}")


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is the reader


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
            _tell(f"not measured beside the peers: {error}")
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
        draw(growth(), CURVES, measured={"clients": "median latency, ms"})
        return
    for m in measured():
        _tell(
            f"{m.work:34} {m.server:22} {m.connections:2} {m.load.rate:8.0f}/s {m.load.latency_ms:7.2f} ms"
            f" {m.load.cpu_ms:7.2f} CPU ms {m.load.size:8} B"
        )


if __name__ == "__main__":
    main()
