"""How is a layer written as a Mapbox Vector Tile?

All that a feature has is whole numbers written as varints: its length, the places of its properties, the
commands that draw it. So all features together are one array of numbers, written at once with numpy.
Reference: Mapbox Vector Tile specification 2.1, clauses 4.1 to 4.4, and the wire format of Protocol Buffers.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from estran.layers.tiles.frame import UNITS
from estran.layers.tiles.paths import POINT, POLYGON, Paths
from estran.layers.tiles.properties import Properties
from estran.layers.tiles.varints import Bytes, Places, Whole, field, packed, sizes, spread, varint

_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 15
_VERSION = 2
_LAYER, _NAME, _FEATURE, _KEY, _EXTENT, _VERSIONED = 0x1A, 0x0A, 0x12, 0x1A, 0x28, 0x78
_ID, _TAGS, _KIND, _GEOMETRY = 0x08, 0x12, 0x18, 0x22


def encode_layer(name: str, paths: Paths, properties: Properties, *, ids: Places | None = None) -> bytes:
    """Return a tile that holds one layer, empty when there is no feature.

    Args:
        name: Name of the layer.
        paths: The outlines of the features, numbered from 0, each with one at least; as `tidied` leaves
            them, in units of the tile, y downwards.
        properties: The properties of the features.
        ids: Identifiers of the features; a negative one is left out.
    """
    count = len(properties.codes)
    if not count:
        return b""
    features = _features(np.full(count, -1) if ids is None else ids, properties.codes, paths)
    return layer_of(name, features, properties.keys, properties.content)


def layer_of(name: str, features: Bytes, keys: Sequence[str], values: Bytes) -> bytes:
    """Return a tile that holds one layer, from its features and the values of their properties, written."""
    body = (
        field(_NAME, name.encode()),
        features.tobytes(),
        *(field(_KEY, key.encode()) for key in keys),
        values.tobytes(),
        bytes((_EXTENT,)) + varint(UNITS),
        bytes((_VERSIONED, _VERSION)),
    )
    return field(_LAYER, b"".join(body))


def _features(ids: Places, codes: NDArray[np.integer], paths: Paths) -> Bytes:
    """Return all features, one after the other."""
    count = len(ids)
    drawn, commands = _commands(paths, count)
    is_told = codes >= 0
    told = 2 * is_told.sum(axis=1)
    tags = np.stack([np.broadcast_to(np.arange(codes.shape[1]), codes.shape), codes], axis=2)[is_told].ravel()
    has_id, has_tags = ids >= 0, told > 0
    # A feature: its tag and length; its identifier; the tag and length of its properties, then these; its
    # kind, the tag and length of its commands, then these.
    pieces = np.stack([np.full(count, 2), 2 * has_id, 2 * has_tags, told, np.full(count, 4), commands])
    ends = np.cumsum(pieces.T).reshape(count, len(pieces)).T
    feature, named, listed, property_, outline, command = ends - pieces
    is_short = int(ids.max()) < 1 << 32
    stream: Whole = np.zeros(int(ends[-1, -1]), np.uint32 if is_short else np.uint64)
    stream[feature] = _FEATURE
    stream[named[has_id]], stream[named[has_id] + 1] = _ID, ids[has_id]
    stream[listed[has_tags]] = _TAGS
    stream[spread(property_, told)] = tags
    stream[outline], stream[outline + 1], stream[outline + 2] = _KIND, _kinds(paths, count), _GEOMETRY
    stream[spread(command, commands)] = drawn
    # Lengths in bytes, the inner ones first; until it is known a length is 0 and takes one byte.
    taken = sizes(stream)
    before = np.append(0, np.cumsum(taken))
    inner = np.concatenate([listed[has_tags], outline + 2]) + 1
    told_bytes = before[outline] - before[property_]
    stream[inner] = np.concatenate([told_bytes[has_tags], before[ends[-1]] - before[command]])
    taken[inner] = sizes(stream[inner])
    before = np.append(0, np.cumsum(taken))
    stream[feature + 1] = before[ends[-1]] - before[feature] - 2
    taken[feature + 1] = sizes(stream[feature + 1])
    return packed(stream, taken)


def _kinds(paths: Paths, count: int) -> Places:
    kinds = np.zeros(count, np.int64)
    kinds[paths.owners] = paths.kinds
    return kinds


def _commands(paths: Paths, count: int) -> tuple[Whole, Places]:
    """Return the commands of all features, and how many numbers those of each are."""
    is_ring, is_point = paths.kinds == POLYGON, paths.kinds == POINT
    kept = np.ones(len(paths.points), dtype=bool)
    kept[paths.starts[1:][is_ring] - 1] = False
    points = paths.points[kept].astype(np.int32)
    counts = paths.counts - is_ring
    starts = np.cumsum(counts) - counts
    lengths = 2 * counts + 2 + is_ring - is_point
    heads = np.cumsum(lengths) - lengths
    stream = np.empty(int(lengths.sum()), np.uint32)
    stream[heads] = np.where(is_point, counts << 3 | _MOVE_TO, 1 << 3 | _MOVE_TO)
    stream[heads[~is_point] + 3] = (counts[~is_point] - 1) << 3 | _LINE_TO
    stream[(heads + lengths - 1)[is_ring]] = _CLOSE
    after = np.repeat(~is_point, counts)
    after[starts] = False
    at = np.repeat(heads + 1 - 2 * starts, counts) + 2 * np.arange(len(points)) + after
    steps = np.diff(points, axis=0, prepend=0)
    firsts = starts[np.diff(paths.owners, prepend=-1) > 0]
    steps[firsts] = points[firsts]
    zigzag = (steps << 1) ^ (steps >> 31)
    stream[at], stream[at + 1] = zigzag[:, 0], zigzag[:, 1]
    return stream, np.bincount(paths.owners, lengths, minlength=count).astype(np.int64)
