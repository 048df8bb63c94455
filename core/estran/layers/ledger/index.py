"""How much of each key lies in whole blocks of the ledger, without reading their cells?

For square blocks of several sizes the index holds the summed true area of each key present:
three arrays per level, where the entries of block `i` are `offsets[i]` to `offsets[i + 1]`.
A question takes the largest blocks that the outline does not cross.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from estran.layers.ledger.cells import CellAreas
from estran.layers.ledger.coverage import CrossedBlocks
from estran.layers.ledger.keys import NODATA

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.uint16]

BLOCK = 32
"""Side of the smallest blocks, in cells."""

GROWTH = 4
"""A block of one level holds this many blocks of the level below, across and down."""

ENTRY_BYTES = np.dtype(np.uint16).itemsize + np.dtype(np.float64).itemsize
"""Size of one key and its area."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that its bytes depend on the data alone."""


@dataclass(frozen=True, slots=True)
class Level:
    """The sums of one block size.

    Attributes:
        size: Side of a block, in cells.
        shape: Blocks down and across.
        offsets: Start of each block's entries, in row-major order, and the end of the last.
        keys: Key of each entry.
        areas_ha: True area of each entry.
    """

    size: int
    shape: tuple[int, int]
    offsets: Integers
    keys: Codes
    areas_ha: Floats

    def sums(self, blocks: Integers, length: int) -> tuple[Floats, int]:
        """Return the area of each key below `length` over some blocks, and the entries read."""
        count = self.offsets[blocks + 1] - self.offsets[blocks]
        ends = np.cumsum(count)
        if not ends.size or not ends[-1]:
            return np.zeros(length), 0
        entries = np.arange(ends[-1]) + np.repeat(self.offsets[blocks] - ends + count, count)
        return np.bincount(self.keys[entries], self.areas_ha[entries], length), int(ends[-1])


@dataclass(frozen=True, slots=True)
class BlockIndex:
    """The levels of an index, smallest blocks first."""

    levels: tuple[Level, ...]

    def inside_areas_ha(self, crossed: CrossedBlocks, length: int) -> tuple[Floats, int]:
        """Return the area of each key in the blocks wholly inside an outline.

        Args:
            crossed: The smallest blocks that the outline crosses; they are left out.
            length: One more than the largest key.

        Returns:
            Hectares per key, and the bytes of the index that were read.
        """
        areas, entries = np.zeros(length), 0
        candidates: Integers | None = None
        for level in reversed(self.levels):
            if candidates is None:
                candidates = np.arange(level.shape[0] * level.shape[1])
            growth = level.size // crossed.size
            hit = np.unique(crossed.rows // growth * level.shape[1] + crossed.columns // growth)
            free = candidates[~np.isin(candidates, hit, assume_unique=True)]
            rows, columns = np.divmod(free, level.shape[1])
            inside = free[crossed.coverage.is_inside(rows * level.size, columns * level.size)]
            found, read = level.sums(inside, length)
            areas += found
            entries += read
            if level is not self.levels[0]:
                candidates = _children(hit, level, self.levels[self.levels.index(level) - 1])
        return areas, entries * ENTRY_BYTES


def build_index(strips: Iterable[Codes], areas: CellAreas, shape: tuple[int, int]) -> BlockIndex:
    """Return the index of a raster of keys.

    Args:
        strips: The raster from the top, in strips of `BLOCK` rows; the last may be shorter.
        areas: True area of its cells.
        shape: Its rows and columns.
    """
    blocks, keys, sums = (
        np.concatenate(column) for column in zip(*_strip_sums(strips, areas, shape), strict=True)
    )
    levels = [_level(blocks, keys, sums, BLOCK, shape)]
    while max(levels[-1].shape) > 1:
        below = levels[-1]
        rows, columns = np.divmod(blocks, below.shape[1])
        across = -(-below.shape[1] // GROWTH)
        blocks, keys, sums = _grouped(rows // GROWTH * across + columns // GROWTH, keys, sums)
        levels.append(_level(blocks, keys, sums, below.size * GROWTH, shape))
    return BlockIndex(tuple(levels))


def write_index(path: Path, index: BlockIndex) -> None:
    """Write an index as a NumPy archive whose bytes depend on the data alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for level in index.levels:
            arrays: dict[str, NDArray[np.generic]] = {
                "shape": np.array(level.shape, dtype=np.int64),
                "offsets": level.offsets,
                "keys": level.keys,
                "areas_ha": level.areas_ha,
            }
            for name, array in arrays.items():
                entry = zipfile.ZipInfo(f"{level.size}.{name}.npy", EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(entry, "w") as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)


def read_index(path: Path) -> BlockIndex:
    """Read an index that `write_index` wrote.

    Raises:
        OSError, zipfile.BadZipFile, KeyError, ValueError: the file is missing or damaged.
    """
    with np.load(path, allow_pickle=False) as archive:
        sizes = sorted({int(name.split(".")[0]) for name in archive.files})
        return BlockIndex(
            tuple(
                Level(
                    size=size,
                    shape=tuple(archive[f"{size}.shape"].tolist()),
                    offsets=archive[f"{size}.offsets"],
                    keys=archive[f"{size}.keys"],
                    areas_ha=archive[f"{size}.areas_ha"],
                )
                for size in sizes
            )
        )


def _strip_sums(
    strips: Iterable[Codes], areas: CellAreas, shape: tuple[int, int]
) -> Iterator[tuple[Integers, Codes, Floats]]:
    """Block, key and area of every entry of the first level, strip by strip."""
    across = -(-shape[1] // BLOCK)
    column_block = np.arange(shape[1]) // BLOCK
    for number, strip in enumerate(strips):
        present = np.flatnonzero(np.bincount(strip.ravel()))
        rank = np.zeros(int(present[-1]) + 1, dtype=np.int64)
        rank[present] = np.arange(len(present))
        cell_ha = areas.window(slice(number * BLOCK, number * BLOCK + len(strip)), slice(None))
        place = column_block * len(present) + rank[strip]
        sums = np.bincount(place.ravel(), cell_ha.ravel(), across * len(present))
        block, key = np.divmod(np.flatnonzero(sums), len(present))
        told = present[key] != NODATA
        yield (
            block[told] + number * across,
            present[key[told]].astype(np.uint16),
            sums[np.flatnonzero(sums)][told],
        )


def _grouped(blocks: Integers, keys: Codes, sums: Floats) -> tuple[Integers, Codes, Floats]:
    """Entries summed by block and key, in ascending order of both."""
    place = blocks * (np.iinfo(np.uint16).max + 1) + keys
    places, group = np.unique(place, return_inverse=True)
    block, key = np.divmod(places, np.iinfo(np.uint16).max + 1)
    return block, key.astype(np.uint16), np.bincount(group, sums, len(places))


def _level(blocks: Integers, keys: Codes, sums: Floats, size: int, shape: tuple[int, int]) -> Level:
    down, across = -(-shape[0] // size), -(-shape[1] // size)
    offsets = np.searchsorted(blocks, np.arange(down * across + 1))
    return Level(size, (down, across), offsets, keys, sums)


def _children(blocks: Integers, level: Level, below: Level) -> Integers:
    """The blocks of the level below that lie in some blocks of a level."""
    growth = level.size // below.size
    rows, columns = np.divmod(blocks, level.shape[1])
    rows = rows[:, np.newaxis, np.newaxis] * growth + np.arange(growth)[:, np.newaxis]
    columns = columns[:, np.newaxis, np.newaxis] * growth + np.arange(growth)
    rows, columns = np.broadcast_arrays(rows, columns)
    real = (rows < below.shape[0]) & (columns < below.shape[1])
    return np.asarray(rows[real] * below.shape[1] + columns[real])
