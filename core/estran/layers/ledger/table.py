"""The key table of a ledger: what its cell values mean, and the files that belong with it."""

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


class KeyTable(BaseModel):
    """The content of the key table.

    Attributes:
        files: Size and hash of the raster and of the index that were written with the table.
        keys: The keys in ascending code.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    files: dict[str, FileMark]
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
    path.write_text(
        f'{{\n  "files": {json.dumps(files, sort_keys=True)},\n  "keys": [\n{lines}\n  ]\n}}\n',
        encoding="utf-8",
    )


def read_table(path: Path) -> KeyTable:
    """Read a key table.

    Raises:
        OSError: the file cannot be read.
        pydantic.ValidationError: it is damaged.
    """
    return KeyTable.model_validate_json(path.read_bytes())
