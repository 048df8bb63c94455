"""Build a territory's data from its sources, whole or not at all.

Everything is written in a folder of its own beside the final one, which it replaces by a
rename when it is complete: a failure, a full disk or a read-only one leaves the data that
are being served as they were. A build whose inputs have not changed is not done again.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from estran.carbon.errors import InvalidSource
from estran.layers.progress import Progress
from estran.layers.settings import Recipe
from estran.layers.territory import Territory

if TYPE_CHECKING:
    from estran.layers.ledger.build import LedgerInputs

RECORD = "build.json"
ZONE_TABLES = ("commune_zones_france.csv", "crosswalks.csv")
"""What a recipe reads of the factors: the zone and the forest region of a commune."""

_LEDGER_SHARE = 0.25


def _bdtopo(territory: Territory, out: Path, progress: Progress) -> "LedgerInputs":
    from estran.ingest import bdtopo  # long to load: data that are up to date need no recipe

    return bdtopo.build(territory, out, progress)


def _la_rochelle(territory: Territory, out: Path, progress: Progress) -> "LedgerInputs":
    from estran.ingest import la_rochelle

    return la_rochelle.build(territory.sources, out, progress)


RECIPES: Mapping[Recipe, Callable[[Territory, Path, Progress], "LedgerInputs"]] = {
    "bdtopo": _bdtopo,
    "la-rochelle": _la_rochelle,
}


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """What a build made.

    Attributes:
        directory: Where the data are.
        fingerprint: SHA-256 of the sources, the settings and the code that built them.
        files: Size in bytes of each file, by name.
        rebuilt: False when the data were already up to date.
    """

    directory: Path
    fingerprint: str
    files: Mapping[str, int]
    rebuilt: bool


def build_territory(territory: Territory, *, progress: Progress, force: bool = False) -> BuildRecord:
    """Build the data of a territory if they are not up to date.

    Args:
        territory: What to build.
        progress: Told each step and the fraction done.
        force: Build even when nothing has changed.

    Raises:
        InvalidSource: a source is absent or wrong, or the folder cannot be written.
    """
    fingerprint = build_fingerprint(territory)
    current = read_record(territory)
    if current is not None and current.fingerprint == fingerprint and not force:
        return current
    from pyproj import CRS  # long to load, as `build_ledger` is

    from estran.layers.ledger.build import build_ledger
    from estran.layers.tiles.loops import loops

    with _staging(territory.directory) as staging:
        recipe = RECIPES[territory.settings.data.recipe]
        inputs = recipe(territory, staging, lambda step, done: progress(step, done * (1 - _LEDGER_SHARE)))
        build_ledger(
            inputs,
            crs=CRS.from_user_input(territory.settings.ledger.crs),
            resolution_m=territory.settings.ledger.resolution_m,
            directory=staging,
            progress=lambda step, done: progress(step, 1 - _LEDGER_SHARE + done * _LEDGER_SHARE),
        )
        loops()  # compiled now, a server loads them
        sizes = {path.name: path.stat().st_size for path in sorted(staging.iterdir())}
        document = {"fingerprint": fingerprint, "files": sizes}
        (staging / RECORD).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        _replace(territory.directory, staging)
    progress("done", 1.0)
    return BuildRecord(territory.directory, fingerprint, sizes, rebuilt=True)


def read_record(territory: Territory) -> BuildRecord | None:
    """Return what the last build made, or None when there is none or a file of it is missing."""
    try:
        document = json.loads((territory.directory / RECORD).read_text(encoding="utf-8"))
        sizes: dict[str, int] = document["files"]
        whole = all((territory.directory / name).stat().st_size == size for name, size in sizes.items())
        fingerprint = str(document["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return BuildRecord(territory.directory, fingerprint, sizes, rebuilt=False) if whole else None


def build_fingerprint(territory: Territory) -> str:
    """Return the SHA-256 of all that decides the result: sources, settings, code, zone table.

    Raises:
        InvalidSource: the sources do not exist.
    """
    if not territory.sources.exists():
        raise InvalidSource(
            f"the sources {territory.sources} do not exist; check `estran.data.sources`",
            f"les sources {territory.sources} n'existent pas ; vérifiez `estran.data.sources`",
            where="estran.data.sources",
        )
    digest = hashlib.sha256()
    settings = territory.settings
    digest.update(settings.territory.model_dump_json().encode())
    digest.update(settings.data.model_dump_json().encode())
    digest.update(settings.ledger.model_dump_json().encode())
    for layer in territory.layers.values():
        digest.update(f"{layer.id}={layer.settings.vintage}".encode())
    for path in _files_of(territory.sources):
        digest.update(path.relative_to(territory.sources.parent).as_posix().encode())
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    for room in ("estran.ingest", "estran.layers"):
        for code in _code_of(files(room)):
            digest.update(code)
    for table in ZONE_TABLES:
        digest.update(files("estran.factors").joinpath("data", table).read_bytes())
    return digest.hexdigest()


def _files_of(root: Path) -> list[Path]:
    return [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())


def _code_of(room: Traversable) -> Iterator[bytes]:
    for entry in sorted(room.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _code_of(entry)
        elif entry.name.endswith((".py", ".csv", ".yaml")):
            yield entry.read_bytes()


@contextmanager
def _staging(directory: Path) -> Iterator[Path]:
    """Give a fresh folder beside `directory`, removed at the end whatever happens."""
    staging = directory.with_name(f".{directory.name}.{os.getpid()}")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        yield staging
    except OSError as error:
        raise InvalidSource(
            f"cannot write in {directory.parent}: {error.strerror or error}; the data in place are unchanged",
            f"écriture impossible dans {directory.parent} : {error.strerror or error} ; "
            "les données en place sont intactes",
            where=str(directory),
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(directory: Path, staging: Path) -> None:
    """Put `staging` where `directory` is; put the old folder back if that fails."""
    old = directory.with_name(f".{directory.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    had_data = directory.exists()
    if had_data:
        directory.rename(old)
    try:
        staging.rename(directory)
    except OSError:
        if had_data:
            with suppress(OSError):
                old.rename(directory)
        raise
    shutil.rmtree(old, ignore_errors=True)
