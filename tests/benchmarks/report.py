"""How a run is told: a table with ratios, a JSON file, the comparison with the run that is kept, curves."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.table import Table

OURS = "ours"
NOTHING: Mapping[str, str] = MappingProxyType({})
AXES = {"area": "area, km²", "features": "features of a page", "clients": "clients at once"}
"""What the horizontal axis of a curve is called, when not by its name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question answered by one program.

    Attributes:
        part: What is measured: `starts`, `ledger`, `batches`, `services`.
        work: The question.
        who: Who answers; `ours` for us.
        cpu_ms: User and system time of one answer, the median.
        first_ms: The same for the first answer; of a start, the time until the server is ready.
        peak_mb: Largest memory of the process that answers, 0 where it was not measured; of a start, that of
            all its processes, what they share counted once.
        vertices: Vertices of the geometry, 0 where there is none.
        rate: Answers a second, or parcels a second in a batch; 0 where it was not measured.
    """

    part: str
    work: str
    who: str
    cpu_ms: float
    first_ms: float = 0.0
    peak_mb: float = 0.0
    vertices: float = 0.0
    rate: float = 0.0


def ratios(rows: Sequence[Row]) -> dict[str, float]:
    """Return how many times our CPU time each other program takes, by question, program and store of ours.

    The store is told where one question is answered from several: `ours, PostGIS`, `ours, GeoPackage`.
    """
    ours: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.who.startswith(OURS):
            ours.setdefault((row.part, row.work), []).append(row)
    found = {}
    for row in rows:
        mine = [] if row.who.startswith(OURS) else ours.get((row.part, row.work), [])
        for own in mine:
            found[_key(row, own if len(mine) > 1 else None)] = row.cpu_ms / own.cpu_ms if own.cpu_ms else inf
    return found


def _key(row: Row, own: Row | None = None) -> str:
    return " | ".join([row.work, row.who, *([own.who] if own else [])])


def show(rows: Sequence[Row], kept: Mapping[str, float]) -> None:
    """Print the table: CPU time, memory, the ratio to each of ours and that of the run that is kept."""
    found = ratios(rows)
    table = Table("work", "vertices", "who", "CPU ms", "first", "peak MB", "per s", "x ours", "kept")
    for row in rows:
        table.add_row(
            row.work,
            f"{row.vertices:,.0f}" if row.vertices else "",
            row.who,
            f"{row.cpu_ms:,.2f}",
            f"{row.first_ms:,.1f}" if row.first_ms else "",
            f"{row.peak_mb:,.0f}" if row.peak_mb else "",
            f"{row.rate:,.0f}" if row.rate else "",
            _told(found, row),
            _told(kept, row),
        )
    Console(width=150).print(table)


def _told(found: Mapping[str, float], row: Row) -> str:
    """Return the ratios of a row, one for each of our stores."""
    key = _key(row)
    return " / ".join(
        f"{ratio:,.1f}" for known, ratio in found.items() if known == key or known.startswith(f"{key} | ours")
    )


def document(rows: Sequence[Row]) -> dict[str, object]:
    """Return a run as JSON."""
    return {
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "rows": [asdict(row) for row in rows],
        "ratios": ratios(rows),
    }


def read_kept(path: Path) -> dict[str, float]:
    """Return the ratios of the run that is kept."""
    if not path.exists():
        return {}
    return {key: float(value) for key, value in json.loads(path.read_text("utf-8"))["ratios"].items()}


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write a run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(rows), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def draw(curves: Mapping[str, Sequence[Row]], path: Path, *, measured: Mapping[str, str] = NOTHING) -> None:
    """Draw growth curves side by side, on logarithmic axes.

    Args:
        curves: The rows of each curve; what grows follows the colon in their work.
        path: The picture to write.
        measured: What the time of a curve is, where it is not CPU time.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.2 * len(curves), 3.9), layout="constrained")
    colours: dict[str, str] = {}
    for axes, (curve, rows) in zip(
        figure.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True
    ):
        for who in dict.fromkeys(row.who for row in rows):
            points = [(float(row.work.partition(":")[2]), row.cpu_ms) for row in rows if row.who == who]
            name = who.replace(OURS, "Estran", 1)
            label = "_nolegend_" if name in colours else name
            colour = colours.setdefault(name, f"C{len(colours)}")
            axes.loglog(*zip(*points, strict=True), marker="o", color=colour, label=label)
        axes.set_xlabel(AXES.get(curve, curve))
        axes.set_ylabel(measured.get(curve, "CPU ms"))
        axes.grid(visible=True, which="major", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=min(len(colours), 3), frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})
