"""How is a layer written as a Mapbox Vector Tile?

The numbers of all features are computed and packed together with numpy; only their assembly goes
feature by feature. Reference: Mapbox Vector Tile specification 2.1, clauses 4.1 to 4.4, and
the wire format of Protocol Buffers.
"""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from estran.layers.tiles.frame import UNITS

type Value = str | int | float | bool
type Whole = NDArray[np.int64]
type Places = NDArray[np.signedinteger]

POINT, LINE, POLYGON = 1, 2, 3
"""Kinds of geometry, as the specification numbers them."""

_KINDS = np.full(8, 0)
_KINDS[[0, 4]], _KINDS[[1, 5]], _KINDS[[3, 6]] = POINT, LINE, POLYGON
_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 15
_VERSION = 2
_BYTES = [bytes((number,)) for number in range(128)]
_TEXTS = [bytes((0x22, size + 2, 0x0A, size)) for size in range(126)]
"""By size, what comes before a short text among the values of a layer."""


def encode_layer(
    name: str,
    geometries: NDArray[np.object_],
    columns: Mapping[str, Sequence[Value | None]],
    *,
    ids: Sequence[int | None] | None = None,
) -> bytes:
    """Return a tile that holds one layer, empty when there is no feature.

    Args:
        name: Name of the layer.
        geometries: Valid points, lines and polygons, single or multiple, not empty, with whole
            coordinates in units of the tile, y downwards.
        columns: Values of the features by property; None is left out of the feature.
        ids: Identifiers of the features; None, or a negative one, is left out.
    """
    if not len(geometries):
        return b""
    kinds = _KINDS[shapely.get_type_id(geometries)]
    shapes = _all_shapes(geometries, kinds)
    values: list[Value] = []
    tags = _tags(columns, len(geometries), values)
    given = ids or [None] * len(geometries)
    parts = [
        _field(1, name.encode()),
        *map(_feature, given, tags, kinds.tolist(), shapes),
        *(_field(3, key.encode()) for key in columns),
        *map(_value, values),
        b"\x28" + _varint(UNITS),
        b"\x78" + _varint(_VERSION),
    ]
    return _field(3, b"".join(parts))


def _feature(identifier: int | None, tags: bytes, kind: int, shape: bytes) -> bytes:
    head = b"" if identifier is None or identifier < 0 else b"\x08" + _varint(identifier)
    told = b"\x12" + _varint(len(tags)) + tags if tags else b""
    body = b"".join((head, told, b"\x18", _BYTES[kind], b"\x22", _varint(len(shape)), shape))
    return b"\x12" + _varint(len(body)) + body


def _all_shapes(geometries: NDArray[np.object_], kinds: NDArray[np.int_]) -> list[bytes]:
    """Return the commands of each geometry."""
    shapes = [b""] * len(geometries)
    for kind, encode in ((POINT, _points), (LINE, _lines), (POLYGON, _polygons)):
        places = np.flatnonzero(kinds == kind)
        if len(places):
            for place, shape in zip(places.tolist(), encode(geometries[places]), strict=True):
                shapes[place] = shape
    return shapes


def _points(geometries: NDArray[np.object_]) -> list[bytes]:
    coordinates, owners = shapely.get_coordinates(geometries, return_index=True)
    counts = np.bincount(owners, minlength=len(geometries))
    points = np.rint(coordinates).astype(np.int64)
    starts = np.cumsum(counts) - counts
    stream = np.empty(2 * len(points) + len(counts), np.int64)
    heads = 2 * starts + np.arange(len(counts))
    stream[heads] = counts << 3 | _MOVE_TO
    at = 2 * np.arange(len(points)) + owners + 1
    steps = _steps(points, starts)
    stream[at], stream[at + 1] = steps[:, 0], steps[:, 1]
    return _packed(stream, np.cumsum(2 * counts + 1))


def _lines(geometries: NDArray[np.object_]) -> list[bytes]:
    _, coordinates, (parts, features) = shapely.to_ragged_array(
        _multiple(geometries, shapely.multilinestrings)
    )
    return _paths(coordinates, parts, features, closed=False)


def _polygons(geometries: NDArray[np.object_]) -> list[bytes]:
    turned = shapely.orient_polygons(_multiple(geometries, shapely.multipolygons), exterior_cw=False)
    _, coordinates, (rings, polygons, features) = shapely.to_ragged_array(turned)
    return _paths(coordinates, rings, polygons[features], closed=True)


def _multiple(geometries: NDArray[np.object_], join: object) -> NDArray[np.object_]:
    """Return geometries with one of them made multiple, so that all are read in the same shape."""
    parts, owners = shapely.get_parts(geometries, return_index=True)
    joined: NDArray[np.object_] = join(parts, indices=owners)  # type: ignore[operator]
    return joined


def _paths(coordinates: NDArray[np.float64], offsets: Places, owners: Places, *, closed: bool) -> list[bytes]:
    """Return the commands of lines or rings.

    Args:
        coordinates: Points of all paths, shape (n, 2).
        offsets: First point of each path, and the end.
        owners: First path of each feature, and the end.
        closed: True for rings, whose last point repeats the first.
    """
    points = np.rint(coordinates[:, :2]).astype(np.int64)
    starts, path_of = offsets[:-1], np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    kept = np.ones(len(points), dtype=bool)
    kept[1:] = (points[1:] != points[:-1]).any(axis=1)
    kept[starts] = True
    points, path_of = points[kept], path_of[kept]
    counts = np.bincount(path_of, minlength=len(starts))
    if closed:
        last = np.cumsum(counts) - 1
        points, path_of, counts = np.delete(points, last, axis=0), np.delete(path_of, last), counts - 1
    firsts = np.cumsum(counts) - counts
    lengths = 2 * counts + (3 if closed else 2)
    heads = np.cumsum(lengths) - lengths
    stream = np.empty(int(lengths.sum()), np.int64)
    stream[heads] = 1 << 3 | _MOVE_TO
    stream[heads + 3] = (counts - 1) << 3 | _LINE_TO
    if closed:
        stream[heads + lengths - 1] = _CLOSE
    rank = np.arange(len(points)) - firsts[path_of]
    at = heads[path_of] + 1 + 2 * rank + (rank > 0)
    feature_starts = firsts[owners[:-1]]
    steps = _steps(points, feature_starts)
    stream[at], stream[at + 1] = steps[:, 0], steps[:, 1]
    ends = np.append(heads, len(stream))[owners[1:]]
    return _packed(stream, ends)


def _steps(points: Whole, starts: Places) -> Whole:
    """Return the step to each point from the one before in its feature, zigzag encoded."""
    steps = np.diff(points, axis=0, prepend=0)
    steps[starts] = points[starts]
    zigzag: Whole = (steps << 1) ^ (steps >> 63)
    return zigzag


def _tags(columns: Mapping[str, Sequence[Value | None]], count: int, values: list[Value]) -> list[bytes]:
    """Return the properties of each feature as pairs of places; `values` receives those met."""
    table = np.empty((count, len(columns), 2), np.int64)
    for key, column in enumerate(columns.values()):
        met = [value for value in dict.fromkeys(column) if value is not None]
        places: dict[Value | None, int] = {value: len(values) + place for place, value in enumerate(met)}
        places[None] = -1
        values += met
        table[:, key, 0] = key
        table[:, key, 1] = np.fromiter(map(places.__getitem__, column), np.int64, count)
    told = table[:, :, 1] >= 0
    return _packed(table[told].ravel(), 2 * np.cumsum(told.sum(axis=1)))


def _packed(numbers: Whole, ends: Places) -> list[bytes]:
    """Return numbers as varints, cut into pieces where `ends` says, counted in numbers."""
    sizes = np.ones(len(numbers), np.int64)
    for bits in range(7, 35, 7):
        sizes += numbers >= 1 << bits
    after = np.cumsum(sizes)
    starts = after - sizes
    content = np.zeros(int(after[-1]) if len(after) else 0, np.uint8)
    for place in range(int(sizes.max(initial=0))):
        long = sizes > place
        more = (sizes[long] > place + 1).astype(np.int64) << 7
        content[starts[long] + place] = (numbers[long] >> (7 * place)) & 0x7F | more
    whole, cuts = content.tobytes(), np.append(0, after)[ends].tolist()
    return [whole[start:end] for start, end in pairwise([0, *cuts])]


def _value(value: Value) -> bytes:
    """Return a value with its place among those of a layer."""
    if isinstance(value, str):
        content = value.encode()
        return _TEXTS[len(content)] + content if len(content) < len(_TEXTS) else _field(4, _field(1, content))
    if isinstance(value, bool):
        return bytes((0x22, 2, 0x38, value))
    if isinstance(value, float):
        return b"\x22\x09\x19" + struct.pack("<d", value)
    return _field(4, b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint(~(value << 1)))


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    if number < 0x80:
        return _BYTES[number]
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
