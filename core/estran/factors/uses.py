"""Which processes use a factor? As `data/uses/<process>.yaml` declares, and tests check on real answers."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from pydantic import RootModel

from estran.factors.documents import factor_folder, read_document, reading
from estran.factors.names import read_index

USES = "uses"

ALONE = "="
"""What starts a declaration of one identifier alone."""

Starts = RootModel[tuple[str, ...]]


def read_uses() -> Mapping[str, tuple[str, ...]]:
    """Return, by process, the identifiers of the factors it may read, or how they start.

    Raises:
        UnknownFactor: a file is malformed.
    """
    return _uses(factor_folder())


def is_used(identifier: str, starts: Iterable[str]) -> bool:
    """Return whether a factor is declared: by its identifier, or by how it starts, up to a dot.

    What starts with `=` is one identifier alone, and none that goes on from it.

    Example:
        >>> is_used("soil.stock.cropland.4_1", ["soil.stock"]), is_used("soil.stocks.x", ["soil.stock"])
        (True, False)
        >>> is_used("burial.marsh", ["=burial.marsh"]), is_used("burial.marsh.world", ["=burial.marsh"])
        (True, False)
    """
    whole, families = _told_apart(tuple(starts))
    return identifier in whole or identifier.startswith(families)


@lru_cache(maxsize=128)
def _told_apart(starts: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the whole identifiers, and how those of a family start."""
    families = tuple(f"{start}." for start in starts if not start.startswith(ALONE))
    return frozenset(start.removeprefix(ALONE) for start in starts), families


def processes_using(identifier: str) -> tuple[str, ...]:
    """Return the processes that may read a factor, in alphabetical order."""
    return tuple(process for process, starts in read_uses().items() if is_used(identifier, starts))


def family(identifier: str) -> str:
    """Return how to declare the use of a factor: a named row by itself, others by their kind.

    Example:
        >>> family("soil.stock.cropland.4_1"), family("energy.electricity.average")
        ('soil.stock', 'energy.electricity.average')
    """
    index = read_index()
    if identifier in index.rows:
        return identifier
    wide = [start.rstrip(".") for start, _ in index.starts if identifier.startswith(start)]
    return wide[0] if wide else ".".join(identifier.split(".")[:2])


def write_uses(folder: Path, process: str, starts: Iterable[str]) -> Path:
    """Write what a process declares, in alphabetical order, and return the file."""
    path = folder / USES / f"{process}.yaml"
    words = f"# What `{process}` may read: identifiers of factors, or how they start; `=` is that one alone."
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "\n".join([words, *(f"- {_quoted(start)}" for start in sorted(set(starts), key=_order))]) + "\n",
        encoding="utf-8",
    )
    return path


def _order(start: str) -> str:
    return start.removeprefix(ALONE)


def _quoted(start: str) -> str:
    return f"'{start}'" if start.startswith(ALONE) else start


@lru_cache(maxsize=8)
def _uses(folder: Path) -> Mapping[str, tuple[str, ...]]:
    with reading(folder):
        return MappingProxyType(
            {
                path.stem: read_document(f"{USES}/{path.stem}", Starts).root
                for path in sorted((folder / USES).glob("*.yaml"))
            }
        )
