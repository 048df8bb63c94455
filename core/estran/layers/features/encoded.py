"""Which features are held already written? Whole layers, and else the last ones asked for, within a budget.

A page then costs the search of its rows. Features of another state of the data are never found: their
shelf bears the version that they were read in.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from estran.layers.features.whole import Row, Shelf, WholeLayers

ENTRY_BYTES = 130
"""What the place of a feature weighs beside its text: its key, its header, its share of the table."""

WHOLE = 0.75
"""The share of what may be held that is for whole layers."""


class EncodedFeatures:
    """Features as bytes, by shelf and row.

    There are two generations. When the young one holds half of what may be held, it becomes the old one,
    whose place is freed: what has not been asked for since goes.

    Example:
        >>> held = EncodedFeatures(megabytes=1)
        >>> held.get(("table", "1"), [1, 2], lambda rows: {row: b"%d" % row for row in rows})
        [b'1', b'2']
        >>> held.get(("table", "1"), [2, 3], lambda rows: {row: b"new" for row in rows})
        [b'2', b'new']

    Attributes:
        layers: The layers held whole.
    """

    def __init__(self, megabytes: float) -> None:
        self.layers = WholeLayers(WHOLE * megabytes * 1_000_000)
        self._half = int((1 - WHOLE) * megabytes * 500_000)
        self._young: dict[Shelf, dict[Row, bytes]] = {}
        self._old: dict[Shelf, dict[Row, bytes]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def get(
        self,
        shelf: Shelf,
        rows: Sequence[Row],
        write: Callable[[Sequence[Row]], Mapping[Row, bytes]],
    ) -> list[bytes]:
        """Return the features of rows, in their order.

        Args:
            shelf: Where they are held.
            rows: What tells a feature from others of the shelf.
            write: Returns the features of the rows that are not held.
        """
        layer = self.layers.held(shelf)
        if layer is not None and all(row in layer.places for row in rows):
            return layer.texts(layer.places[row] for row in rows)
        young = self._young.get(shelf, {})
        found = [young.get(row) for row in rows]
        if None not in found:
            return found  # type: ignore[return-value]
        old = self._old.get(shelf, {})
        missing = [row for row, held in zip(rows, found, strict=True) if held is None]
        fresh = {row: old[row] for row in missing if row in old}
        unknown = [row for row in missing if row not in fresh]
        if unknown:
            fresh.update(write(unknown))
        self._hold(shelf, fresh)
        return [fresh[row] if held is None else held for row, held in zip(rows, found, strict=True)]

    def _hold(self, shelf: Shelf, fresh: Mapping[Row, bytes]) -> None:
        size = sum(map(len, fresh.values())) + ENTRY_BYTES * len(fresh)
        if size > self._half:
            return
        with self._lock:
            if self._size + size > self._half:
                self._old, self._young, self._size = self._young, {}, 0
            self._young.setdefault(shelf, {}).update(fresh)
            self._size += size
