"""How much of each key lies in the blocks of the ledger, and which key has each cell?

For square blocks of several sizes the index holds the summed true area of each key present. A
question takes the largest blocks that the outline does not cross. For the smallest blocks it also
holds the cells, packed in few bits (`loops/packing.py`): a block that the outline crosses is read in
place, where a tile of the raster would have to be decoded whole.

The file is a NumPy archive without compression, whose arrays are mapped into memory, except the packed
cells, which are read where they lie: opening it costs nothing.
"""

import mmap
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.layers.ledger.cells import CellAreas
from estran.layers.ledger.keys import NODATA

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.uint16]
Bytes = NDArray[np.uint8]
Level = tuple[int, int, int, int, int, int]

BLOCK = 32
"""Side of the smallest blocks, in cells."""

GROWTH = 4
"""A block of one level holds this many blocks of the level below, across and down."""

ENTRY_BYTES = np.dtype(np.uint16).itemsize + np.dtype(np.float64).itemsize
"""Size of one key and its area."""

TILE_BLOCKS = 16
"""Side of a tile of the smallest blocks."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that its bytes depend on the data alone."""

ALIGNMENT = 64
"""Arrays start at multiples of this many bytes in the file."""

HEADER_BYTES, ZIP64_BYTES, EXTRA_BYTES = 30, 20, 4
"""Of a file in the archive: its header without name, the field of long files, the start of another field."""


@dataclass(frozen=True, slots=True)
class BlockIndex:
    """The blocks of all levels, one level after the other, the smallest blocks first.

    Attributes:
        levels: Of each level: side of a block in cells, blocks down, tiles across, its first block, side
            of a tile in blocks, blocks across. The blocks of a tile follow each other, row by row, and so
            do the tiles, so that what an outline crosses lies close together in the file.
        offsets: Start of each block's entries, and the end of the last.
        keys: Key of each entry, ascending within a block.
        areas_ha: True area of each entry.
        places: Start of the packed cells of each of the smallest blocks, and the end of the last.
        cells: The packed cells.
    """

    levels: Integers
    offsets: Integers
    keys: Codes
    areas_ha: Floats
    places: Integers
    cells: Bytes

    def whole(self) -> tuple[Codes, Floats]:
        """Return the keys of the whole raster, ascending, and the area of each, from the largest block."""
        last = slice(int(self.offsets[-2]), int(self.offsets[-1]))
        return self.keys[last], self.areas_ha[last]


@dataclass(frozen=True, slots=True)
class IndexFile:
    """An open index.

    Attributes:
        blocks: Its arrays, mapped into memory.
        file: The descriptor of the open file; whoever opened it closes it.
        cells_at: Where the packed cells start in the file.
    """

    blocks: BlockIndex
    file: int
    cells_at: int


def build_index(strips: Iterable[Codes], areas: CellAreas, shape: tuple[int, int]) -> BlockIndex:
    """Return the index of a raster of keys.

    Args:
        strips: The raster from the top, in strips of `BLOCK` rows; the last may be shorter.
        areas: True area of its cells.
        shape: Its rows and columns.
    """
    levels = _levels(shape)
    parts = _tile_rows(_strip_parts(strips, areas, shape), levels[0])
    rows, columns, keys, sums, lengths, cells = (np.concatenate(part) for part in zip(*parts, strict=True))
    entries: list[tuple[Integers, Codes, Floats]] = []
    for level in levels:
        if len(entries):
            rows, columns, keys, sums = _grouped(rows // GROWTH, columns // GROWTH, keys, sums, level)
        counts = np.bincount(_numbers(rows, columns, level), minlength=_extent(level))
        entries.append((counts, keys, sums))
    counts, keys, sums = (np.concatenate(part) for part in zip(*entries, strict=True))
    return BlockIndex(
        levels=np.array(levels, dtype=np.int64),
        offsets=np.append(0, np.cumsum(counts)),
        keys=keys,
        areas_ha=sums,
        places=np.append(0, np.cumsum(lengths)),
        cells=cells,
    )


def write_index(path: Path, index: BlockIndex) -> None:
    """Write an index as a NumPy archive whose bytes depend on the data alone."""
    with path.open("wb") as raw, zipfile.ZipFile(raw, "w") as archive:
        for name in BlockIndex.__dataclass_fields__:
            entry = zipfile.ZipInfo(f"{name}.npy", EPOCH)
            before = raw.tell() + HEADER_BYTES + len(entry.filename) + ZIP64_BYTES + EXTRA_BYTES
            padding = -before % ALIGNMENT
            entry.extra = b"pd" + padding.to_bytes(2, "little") + bytes(padding)
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, getattr(index, name), allow_pickle=False)


def read_index(path: Path) -> IndexFile:
    """Open an index that `write_index` wrote.

    Raises:
        OSError, zipfile.BadZipFile, KeyError, ValueError: the file is missing or damaged.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # A private mapping may be written to, as compiled loops expect of arrays; nothing writes.
        mapped = mmap.mmap(file, 0, access=mmap.ACCESS_COPY)
        with zipfile.ZipFile(path) as archive:
            found = {
                name: _mapped(mapped, archive.getinfo(f"{name}.npy"))
                for name in BlockIndex.__dataclass_fields__
            }
    except BaseException:
        os.close(file)
        raise
    return IndexFile(
        BlockIndex(**{name: array for name, (array, _) in found.items()}), file, found["cells"][1]
    )


def _mapped(whole: mmap.mmap, entry: zipfile.ZipInfo) -> tuple[NDArray[Any], int]:
    """One array of the archive, in place, and where it starts."""
    start = entry.header_offset + HEADER_BYTES
    name, extra = (int.from_bytes(whole[at : at + 2], "little") for at in (start - 4, start - 2))
    whole.seek(start + name + extra)
    np.lib.format.read_magic(whole)
    shape, _, dtype = np.lib.format.read_array_header_1_0(whole)
    array = np.frombuffer(whole, dtype=dtype, count=int(np.prod(shape)), offset=whole.tell())
    return array.reshape(shape), whole.tell()


def _levels(shape: tuple[int, int]) -> list[Level]:
    """The levels of a raster, up to the one that has a single block."""
    levels: list[Level] = []
    size, width = BLOCK, TILE_BLOCKS
    while True:
        down, across = -(-shape[0] // size), -(-shape[1] // size)
        first = levels[-1][3] + _extent(levels[-1]) if levels else 0
        levels.append((size, down, -(-across // width), first, width, across))
        if down * across == 1 and width == 1:
            return levels
        size, width = size * GROWTH, max(width // GROWTH, 1)


def _extent(level: Level) -> int:
    """How many numbers the blocks of a level take."""
    _, down, tiles_across, _, width, _ = level
    return -(-down // width) * tiles_across * width**2


def _numbers(rows: Integers, columns: Integers, level: Level) -> Integers:
    """The number of each block within its level."""
    _, _, tiles_across, _, width, _ = level
    tiles = rows // width * tiles_across + columns // width
    return np.asarray((tiles * width + rows % width) * width + columns % width)


def _strip_parts(
    strips: Iterable[Codes], areas: CellAreas, shape: tuple[int, int]
) -> Iterator[tuple[Integers, Codes, Floats, Integers, Bytes]]:
    """Of each strip: column and key and area of every entry, bytes of every block, and the packed cells."""
    from estran.layers.ledger.loops.packing import packed_strip

    across = -(-shape[1] // BLOCK)
    column_block = np.arange(shape[1]) // BLOCK
    for number, strip in enumerate(strips):
        present = np.flatnonzero(np.bincount(strip.ravel()))
        rank = np.zeros(int(present[-1]) + 1, dtype=np.int64)
        rank[present] = np.arange(len(present))
        cell_ha = areas.window(slice(number * BLOCK, number * BLOCK + len(strip)), slice(None))
        place = column_block * len(present) + rank[strip]
        sums = np.bincount(place.ravel(), cell_ha.ravel(), across * len(present))
        column, key = np.divmod(np.flatnonzero(sums), len(present))
        told = present[key] != NODATA
        keys = present[key[told]].astype(np.uint16)
        starts = np.append(0, np.cumsum(np.bincount(column[told], minlength=across)))
        lengths, cells = packed_strip(np.ascontiguousarray(strip), BLOCK, starts, keys)
        yield column[told], keys, sums[np.flatnonzero(sums)][told], lengths, cells


def _tile_rows(
    parts: Iterable[tuple[Integers, Codes, Floats, Integers, Bytes]], level: Level
) -> Iterator[tuple[Integers, Integers, Codes, Floats, Integers, Bytes]]:
    """Of each row of tiles: row, column, key and area of every entry, bytes of every block, packed cells."""
    _, _, tiles_across, _, width, across = level
    for tile_row, strips in enumerate(batched(parts, width)):
        columns, keys, sums, lengths, cells = (np.concatenate(part) for part in zip(*strips, strict=True))
        first = tile_row * width
        rows = first + np.repeat(np.arange(len(strips)), [len(strip[0]) for strip in strips])
        order = np.argsort(_numbers(rows - first, columns, level), kind="stable")
        block_row, block_column = np.divmod(np.arange(len(lengths)), across)
        number = _numbers(block_row, block_column, level)
        by_number = np.zeros(tiles_across * width**2, dtype=np.int64)
        by_number[number] = lengths
        moved = np.argsort(number)
        starts = (np.cumsum(lengths) - lengths)[moved]
        shift = np.repeat(starts - (np.cumsum(lengths[moved]) - lengths[moved]), lengths[moved])
        packed = cells[shift + np.arange(len(cells))]
        yield rows[order], columns[order], keys[order], sums[order], by_number, packed


def _grouped(
    rows: Integers, columns: Integers, keys: Codes, sums: Floats, level: Level
) -> tuple[Integers, Integers, Codes, Floats]:
    """Entries summed by block of a level and key, in ascending order of both."""
    place = _numbers(rows, columns, level) * (np.iinfo(np.uint16).max + 1) + keys
    _, firsts, group = np.unique(place, return_index=True, return_inverse=True)
    return rows[firsts], columns[firsts], keys[firsts], np.bincount(group, sums, len(firsts))
