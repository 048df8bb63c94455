"""How are the properties of features held, ready to be written in a vector tile?

Each value that occurs in a column is written once, as the message of the format; a feature has its place.
Reference: Mapbox Vector Tile specification 2.1, clause 4.4.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.layers.tiles.varints import Bytes, Places, field, packed, sizes, spread, varint

type Value = str | int | float | bool
type Column = Sequence[Value | None]

_VALUE = 0x22
_TEXT, _UNSIGNED, _SIGNED, _BOOLEAN = 0x0A, 0x28, 0x30, 0x38
_SHORT = 126
_TEXTS = [bytes((_VALUE, size + 2, _TEXT, size)) for size in range(_SHORT)]
"""By size, what comes before a short text."""

_FEW = 40
"""Whole numbers up to which writing them one by one is as fast."""

_DOUBLE = struct.Struct("<d")
_REAL = bytes((_VALUE, 9, 0x19))
"""What comes before a double."""

_REAL_BYTES = len(_REAL) + _DOUBLE.size


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of some features.

    Attributes:
        keys: Their names.
        codes: By feature and property, the place of the value; -1 for none.
        content: The values, written one after the other.
        ends: 0, and where each value ends.
    """

    keys: tuple[str, ...]
    codes: NDArray[np.integer]
    content: Bytes
    ends: Places

    def chosen(self, places: Places) -> "Properties":
        """Return those of some features, with the values that occur."""
        codes = self.codes[places]
        met, local = np.unique(codes, return_inverse=True)
        if len(met) and met[0] < 0:
            met, local = met[1:], local - 1
        starts = self.ends[met]
        counts = self.ends[met + 1] - starts
        content = self.content[spread(starts, counts)]
        return Properties(self.keys, local.reshape(codes.shape), content, np.append(0, np.cumsum(counts)))


def properties_of(columns: Mapping[str, Column], count: int) -> Properties:
    """Return the properties of so many features, given by column; None is left out of a feature."""
    codes: list[Sequence[int]] = []
    pieces: list[bytes] = []
    lengths: list[int] = []
    for values in columns.values():
        places: dict[Any, int] = dict.fromkeys(values, -1)
        places.pop(None, None)
        before = len(lengths)
        _write(list(places), pieces, lengths)
        met = range(before, len(lengths))
        if len(places) == count:
            codes.append(met)
        else:
            places = dict(zip(places, met, strict=True))
            places[None] = -1
            codes.append([places[value] for value in values])
    table = np.array(codes, np.int64).reshape(len(columns), count).T
    ends = np.append(0, np.cumsum(np.array(lengths, np.int64)))
    return Properties(tuple(columns), table, np.frombuffer(b"".join(pieces), np.uint8), ends)


def _write(values: Sequence[Any], pieces: list[bytes], lengths: list[int]) -> None:
    """Add values, one after the other, and how long each is."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        for value in values:
            _write([value], pieces, lengths)
    elif float in kinds:
        pieces += [_REAL + written for written in map(_DOUBLE.pack, values)]
        lengths += [_REAL_BYTES] * len(values)
    elif int in kinds and len(values) > _FEW:
        content, counts = _integers(np.array(values, np.int64))
        pieces.append(content.tobytes())
        lengths += counts.tolist()
    else:
        write = _truth if bool in kinds else _integer if int in kinds else _text
        texts = list(map(write, values))
        pieces += texts
        lengths += map(len, texts)


def _integers(numbers: NDArray[np.int64]) -> tuple[Bytes, Places]:
    is_signed = numbers < 0
    written = np.where(is_signed, ~(numbers << 1), numbers).astype(np.uint64)
    counts = sizes(written)
    table = np.empty((len(numbers), 4), np.uint64)
    table[:, 0], table[:, 1], table[:, 3] = _VALUE, counts + 1, written
    table[:, 2] = np.where(is_signed, _SIGNED, _UNSIGNED)
    return packed(table.ravel()), counts + 3


def _integer(value: int) -> bytes:
    content = bytes((_UNSIGNED,)) + varint(value) if value >= 0 else bytes((_SIGNED,)) + varint(~(value << 1))
    return field(_VALUE, content)


def _text(value: str) -> bytes:
    content = value.encode()
    if len(content) < _SHORT:
        return _TEXTS[len(content)] + content
    return field(_VALUE, field(_TEXT, content))


def _truth(value: bool) -> bytes:
    return bytes((_VALUE, 2, _BOOLEAN, value))
