"""The key table of a ledger: what its cell values mean, where its grid lies, which files belong with it."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from estran.layers.ledger.keys import LedgerKey

RASTER = "land-ledger.tif"
INDEX = "land-ledger.index.npz"
KEYS = "land-ledger.keys.json"


class FileMark(BaseModel):
    """What tells that a file is whole and is the right one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int
    sha256: str


class GridMark(BaseModel):
    """The grid of the raster.

    Attributes:
        crs: WKT of its CRS.
        west: Left side, in units of the CRS.
        north: Upper side.
        resolution_m: Side of a cell.
        rows: How many rows.
        columns: How many columns.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    crs: str
    west: float
    north: float
    resolution_m: float
    rows: int
    columns: int


class KeyTable(BaseModel):
    """The content of the key table.

    Attributes:
        files: Size and hash of the raster and of the index that were written with the table.
        grid: Where the raster lies.
        keys: The keys in ascending code.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: dict[str, FileMark]
    grid: GridMark
    keys: tuple[LedgerKey, ...]


def file_mark(path: Path) -> FileMark:
    """Return the size and the hash of a file.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileMark(bytes=path.stat().st_size, sha256=digest.hexdigest())


def write_table(path: Path, table: KeyTable) -> None:
    """Write the key table as JSON: UTF-8, one key of the ledger per line."""
    files = {name: mark.model_dump() for name, mark in sorted(table.files.items())}
    lines = ",\n".join(
        "    " + json.dumps(asdict(key), ensure_ascii=False, sort_keys=True) for key in table.keys
    )
    grid = json.dumps(table.grid.model_dump(), ensure_ascii=False, sort_keys=True)
    head = f'  "files": {json.dumps(files, sort_keys=True)},\n  "grid": {grid},\n'
    path.write_text(f'{{\n{head}  "keys": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def read_table(path: Path) -> KeyTable:
    """Read a key table.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: it is damaged.
    """
    return KeyTable.model_validate_json(path.read_bytes())
