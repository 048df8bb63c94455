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
from benchmarks.service_load import Connection, Load, load, middle, wait_until_quiet  # noqa: E402
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
from estran.layers.features.shelves import ASKED  # noqa: E402
from estran.layers.progress import silent  # noqa: E402

BENCH = ROOT / "var" / "bench"
CURVES = ROOT / "docs" / "images" / "services-growth.png"
REQUESTS, TILES = 1_500, 200
"""How often one question is asked of one server, at most, in all; of tiles there are only some hundreds."""

SECONDS = 3.0
"""For how long one question is asked of one server, in all; a few slow answers are waited for."""

ROUNDS = 5
"""How often each server is asked each question, in turn."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, and what it is asked: questions by work, under a prefix."""

    server: str
    served: Served
    prefix: str
    questions: dict[str, Ask]

    def paths(self, work: str) -> Iterator[str]:
        """Yield addresses, never twice the same; every server is asked for the same places."""
        drawn, ask = asked_of.drawing(work), self.questions[work]
        for number in itertools.count():
            yield f"{self.prefix}/{ask(drawn, number)}"


def ask_beside(asked: Sequence[Asked], *, requests: int = REQUESTS) -> Iterator[ServiceMeasure]:
    """Ask each question of one server after the other, several times, and yield the medians.

    A machine is faster at one moment than at the next: what is to be compared is asked side by side.
    """
    for work in dict.fromkeys(work for each in asked for work in each.questions):
        present = {each.server: each for each in asked if work in each.questions}
        paths = {name: each.paths(work) for name, each in present.items()}
        count = (min(requests, TILES) if "tile" in work else requests) // ROUNDS
        for at_once in CONNECTIONS:
            found: dict[str, list[Load]] = {name: [] for name in present}
            for _ in range(ROUNDS):
                for name, each in list(present.items()):
                    some = list(itertools.islice(paths[name], count))
                    try:
                        found[name].append(_loaded(each.served, some, at_once))
                    except ValueError as refusal:
                        _tell(f"{name} does not answer {work!r}: {refusal}")
                        del present[name]
            for name in present:
                # The first time is for nothing: statements are made, files are opened.
                yield ServiceMeasure(work, name, at_once, middle(found[name][1:]))


def _loaded(served: Served, paths: Sequence[str], at_once: int) -> Load:
    count, seconds = len(paths), SECONDS / ROUNDS
    return load(served.url, paths, pid=served.pid, requests=count, connections=at_once, seconds=seconds)


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
    features = [f"{prefix}/items/{number + 1}" for number in range(ASKED)]
    tiles = [
        f"{prefix}/tiles/WebMercatorQuad/13/{2904 + number // 10}/{4066 + number % 10}"
        for number in range(ASKED)
    ]
    for paths in (features, tiles):
        load(served.url, paths, pid=served.pid, requests=ASKED, connections=1)
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
        bare = stack.enter_context(estran(write_configuration(BENCH, "bare", layers, features_mb=0)))
        ours = stack.enter_context(estran(write_configuration(BENCH, "estran", layers)))
        least = stack.enter_context(floor(raster, database))
        for _, layer in OURS:
            _read_whole(ours, f"/collections/{layer}")
        asked = [
            *(Asked(name, ours, f"/collections/{layer}", asked_of.ITEMS) for name, layer in OURS),
            *(
                Asked(f"{name}, nothing held", bare, f"/collections/{layer}", asked_of.ITEMS)
                for name, layer in OURS
            ),
            Asked("Estran", ours, "/collections/raster", asked_of.COVERAGE),
            Asked("floor", least, "", {**asked_of.SQL, **asked_of.FLOOR}),
            Asked("floor, bare cells", least, "", asked_of.CELLS_ALONE),
            *_peers(stack, database, geopackage, raster),
        ]
        yield from ask_beside(asked, requests=requests)
        for name, layer in OURS:
            yield from ask_again(name, ours, f"/collections/{layer}", REPEATED, requests=requests)
        yield from ask_again("Estran", ours, "/collections/raster", REPEATED_RASTER, requests=requests)


def _peers(stack: ExitStack, database: str, geopackage: Path, raster: Path) -> Iterator[Asked]:
    """Start the peers that can be installed and started, and say which cannot."""
    try:
        python = environment(BENCH)
    except PeersAbsent as error:
        _tell(f"not measured beside the peers: {error}")
        return
    started = _started(stack, tipg(python, database))
    if started:
        yield Asked("tipg", started, f"/collections/public.{TABLE}", asked_of.TIPG)
    started = _started(stack, titiler(python))
    if started:
        yield Asked("titiler", started, "", asked_of.titiler(str(raster)))
    layers = {"pg": postgis_layer(database, TABLE), "raster": raster_layer(raster)}
    reads = reads_geopackage(python)
    if reads:
        layers["gpkg"] = geopackage_layer(geopackage, TABLE)
    else:
        _tell("not measured beside pygeoapi on a GeoPackage: this Python does not load SpatiaLite")
    started = _started(stack, stock(python, BENCH, layers))
    if started:
        yield Asked("pygeoapi", started, "/collections/pg", asked_of.STOCK)
        yield Asked("pygeoapi", started, "/collections/raster", asked_of.STOCK_COVERAGE)
        if reads:
            questions = {work: ask for work, ask in asked_of.STOCK.items() if "tile" not in work}
            yield Asked("pygeoapi, GeoPackage", started, "/collections/gpkg", questions)


def _started(stack: ExitStack, server: AbstractContextManager[Served]) -> Served | None:
    try:
        return stack.enter_context(server)
    except PeersAbsent as error:
        _tell(f"not measured: {error}")
        return None


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the terminal is the reader


def growth(requests: int = 32) -> dict[str, list[Row]]:
    """Return the curves: time of one answer against the features of a page, and against clients at once."""
    curves: dict[str, list[Row]] = {"features": [], "clients": []}
    geopackage = write_buildings(BENCH)
    with ExitStack() as stack:
        database = stack.enter_context(database_server())
        _publish(geopackage, database)
        layers = {"gpkg": feature_layer(str(geopackage)), "pg": feature_layer(database)}
        bare = stack.enter_context(estran(write_configuration(BENCH, "bare", layers, features_mb=0)))
        ours = stack.enter_context(estran(write_configuration(BENCH, "estran", layers)))
        for _, layer in OURS:
            _read_whole(ours, f"/collections/{layer}")
        asked = [
            ("ours, PostGIS", ours, "/collections/pg"),
            ("ours, GeoPackage", ours, "/collections/gpkg"),
            ("ours, PostGIS, nothing held", bare, "/collections/pg"),
            ("ours, GeoPackage, nothing held", bare, "/collections/gpkg"),
        ]
        try:
            peer = stack.enter_context(tipg(environment(BENCH), database))
            asked.append(("tipg", peer, f"/collections/public.{TABLE}"))
        except PeersAbsent as error:
            _tell(f"not measured beside the peers: {error}")
        for who, served, prefix in asked:
            offsets = itertools.count()
            for curve, value, count, at_once in GROWTH:
                pages = (f"{prefix}/items?limit={count}&offset={number}" for number in offsets)
                few, paths = list(itertools.islice(pages, 8)), list(itertools.islice(pages, requests))
                load(served.url, few, pid=served.pid, requests=len(few), connections=at_once)
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
