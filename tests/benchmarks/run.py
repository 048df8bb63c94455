"""Measure our paths beside their peers, in one run, and print medians and ratios.

`make bench` runs everything; `python tests/benchmarks/run.py --only ledger` one part. The data sets are
built into `var/bench` the first time. Figures are CPU milliseconds (user and system) of the process that
answers; a ratio is a peer's time over ours. Nothing here is asserted. The run is written to
`var/bench.json` and compared with `tests/benchmarks/kept.json`, which `--keep` replaces; `--curves` draws
the growth curves of docs/performance.md.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks import batches, ledger, services, starts  # noqa: E402
from benchmarks.report import Row, document, draw, read_kept, show, write  # noqa: E402

KEPT = ROOT / "tests" / "benchmarks" / "kept.json"
CURVES = ROOT / "docs" / "images" / "ledger-growth.png"
OURS = "Estran"


def service_rows() -> list[Row]:
    """Return the measures of the services; each of our stores is compared with the peers by its own name."""
    return [
        Row(
            "services",
            f"{m.work}, {m.connections} at once",
            m.server.replace(OURS, "ours", 1),
            cpu_ms=m.load.cpu_ms,
            rate=m.load.rate,
        )
        for m in services.measures()
    ]


PARTS = {
    "starts": starts.measures,
    "ledger": ledger.measures,
    "batches": batches.measures,
    "services": service_rows,
}


def main() -> None:
    """Measure, print, compare, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=PARTS, action="append", help="a part; may be repeated")
    options.add_argument("--keep", action="store_true", help="make this run the one to compare with")
    options.add_argument("--curves", action="store_true", help="draw the growth curves of the ledger")
    chosen = options.parse_args()
    rows = [row for part in chosen.only or PARTS for row in PARTS[part]()]
    show(rows, read_kept(KEPT))
    write(ROOT / "var" / "bench.json", rows)
    if chosen.keep:
        before = json.loads(KEPT.read_text("utf-8"))["rows"] if KEPT.exists() else []
        told = {row.part for row in rows}
        write(KEPT, [Row(**row) for row in before if row["part"] not in told] + rows)
    if chosen.curves:
        curves = ledger.growth()
        draw(curves, CURVES)
        every = [row for curve in curves.values() for row in curve]
        (ROOT / "var" / "bench-growth.json").write_text(
            json.dumps(document(every), indent=1), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
