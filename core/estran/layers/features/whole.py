"""What is held of a layer of features that is held whole? Every feature, written, and where it lies.

A page, a box or a feature of such a layer costs no search and no reading.
"""

import pickle
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estran.layers.features.kept import KeptAnswers
from estran.layers.features.query import Value, WrittenFeatures
from estran.layers.features.relations import holding
from estran.layers.features.whole_columns import Column, Gathered

ENTRY_BYTES = 110
"""What the place of a feature weighs beside its text and its geometry."""

_KEPT_REGIONS = 16
_PORTION = 5_000
"""Values that are made at once when a layer arrives from another process: other threads wait meanwhile."""

_WIDER = 1 + 1e-9


class Packed:
    """Texts one after the other, which weighs less than as many objects.

    Example:
        >>> packed = Packed()
        >>> packed.extend([b"one", b"", b"three"])
        >>> packed.at([0, 1, 2]), packed.size
        ([b'one', b'', b'three'], 8)
    """

    def __init__(self) -> None:
        self._whole: bytes | bytearray = bytearray()
        self._ends = array("q", [0])

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self._whole)

    def extend(self, texts: Sequence[bytes]) -> None:
        """Add texts."""
        ends = accumulate(map(len, texts), initial=len(self._whole))
        self._ends.extend(islice(ends, 1, None))
        self._whole += b"".join(texts)

    def close(self) -> None:
        """Let nothing be added any more: what does not change is cut out with one copy, not two."""
        self._whole = bytes(self._whole)

    def at(self, places: Iterable[int]) -> list[bytes]:
        """Return the texts at some places, counted from 0."""
        whole, ends = self._whole, self._ends
        return [bytes(whole[ends[place] : ends[place + 1]]) for place in places]

    def __getstate__(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return arrays, which go to another process as they are."""
        return np.frombuffer(self._whole, np.uint8), np.frombuffer(self._ends, np.int64)

    def __setstate__(self, state: tuple[NDArray[np.uint8], NDArray[np.int64]]) -> None:
        whole, ends = state
        # It is not copied, and only read from now on.
        self._whole = memoryview(whole)  # type: ignore[assignment]
        self._ends = array("q", ends.tobytes())


class WholeLayer:
    """All features of a layer in one state, in the order of identifiers.

    Attributes:
        ids: The identifiers, all whole numbers or all texts, in ascending order.
        columns: The columns that can be compared here.
        everywhere: The places of all features.
    """

    def __init__(self, parts: Iterator[WrittenFeatures], largest: float) -> None:
        """Read a layer.

        Raises:
            ValueError: it weighs more than `largest` bytes, or its identifiers have no order here.
        """
        self.ids: list[Value] = []
        self._texts, self._cells = Packed(), Packed()
        self.columns: dict[str, Column] = {}
        gathered: dict[str, Gathered] = defaultdict(Gathered)
        boxes = [np.empty((0, 4))]
        for part in parts:
            self.ids += part.ids
            self._texts.extend(part.texts)
            self._cells.extend([cell or b"" for cell in shapely.to_wkb(part.geometries).tolist()])
            boxes.append(shapely.bounds(part.geometries))
            for name, cells in part.columns.items():
                gathered[name].extend(cells)
            _check(self.size, largest)
        self._texts.close()
        self._cells.close()
        made = {name: each.column() for name, each in gathered.items()}
        self.columns = {name: column for name, column in made.items() if column is not None}
        _check(self.size, largest)
        self.everywhere = np.arange(len(self.ids))
        joined = np.concatenate(boxes)
        self._by_west = np.argsort(joined[:, 0])
        self._boxes = np.ascontiguousarray(joined[self._by_west].T)
        widths = joined[:, 2] - joined[:, 0]
        self._widest = float(widths[np.isfinite(widths)].max(initial=0.0))
        self._regions = KeptAnswers(_KEPT_REGIONS)
        is_plain = set(map(type, self.ids)) in (set(), {int}, {str})
        if not is_plain or self.ids != sorted(set(self.ids)):  # type: ignore[type-var]
            raise ValueError("the identifiers have no order here")

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: arrays as they are, other values some at a time."""
        columns = {
            name: (_portions(each.values), each.ranks, each.has_null) for name, each in self.columns.items()
        }
        return {**vars(self), "ids": _portions(self.ids), "columns": columns, "_regions": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.ids = _joined(state["ids"])
        self.columns = {
            name: Column(_joined(values), ranks, has_null)
            for name, (values, ranks, has_null) in state["columns"].items()
        }
        self._regions = KeptAnswers(_KEPT_REGIONS)

    @property
    def size(self) -> int:
        """What the layer weighs, in bytes."""
        columns = sum(column.size for column in self.columns.values())
        return ENTRY_BYTES * len(self.ids) + self._texts.size + self._cells.size + columns

    def texts(self, places: Iterable[int]) -> list[bytes]:
        """Return the features at these places, as GeoJSON."""
        return self._texts.at(places)

    def place(self, identifier: Value) -> int | None:
        """Return the place of a feature."""
        place = bisect_left(self.ids, identifier)  # type: ignore[type-var]
        return place if place < len(self.ids) and self.ids[place] == identifier else None

    def after(self, identifier: Value) -> int:
        """Return the place of the first feature that comes after an identifier."""
        return bisect_right(self.ids, identifier)  # type: ignore[type-var]

    def meeting(self, region: BaseGeometry) -> NDArray[np.int64]:
        """Return the places of the features that intersect a region, as a store finds them."""
        key = shapely.to_wkb(region)
        found: NDArray[np.int64] = self._regions.get(key, np.ndarray, lambda: self._meeting(region))
        return found

    def _meeting(self, region: BaseGeometry) -> NDArray[np.int64]:
        if region.is_empty:
            return np.empty(0, np.int64)
        low_x, low_y, high_x, high_y = region.bounds
        reach = [low_x - self._widest * _WIDER, np.nextafter(high_x, np.inf)]
        first, last = np.searchsorted(self._boxes[0], reach)
        _, south, east, north = self._boxes[:, first:last]
        meets = np.flatnonzero((east >= low_x) & (south <= high_y) & (north >= low_y)) + first
        places = self._by_west[meets]
        shapely.prepare(region)
        boxes = shapely.box(*self._boxes[:, meets])
        is_in: NDArray[np.bool_] = np.asarray(shapely.contains_properly(region, boxes))
        doubtful = places[~is_in]
        cells = np.empty(len(doubtful), dtype=object)
        cells[:] = self._cells.at(doubtful.tolist())
        is_in[~is_in] = holding("intersects", region, shapely.from_wkb(cells))
        return np.sort(places[is_in])


def _check(size: int, largest: float) -> None:
    if size > largest:
        raise ValueError("the layer is too large to be held")


def _portions(values: Any) -> Any:
    """Return an array as it is, a list as some of its values at a time, to be made again by `_joined`."""
    if not isinstance(values, list):
        return values
    starts = range(0, len(values), _PORTION)
    return [pickle.dumps(values[start : start + _PORTION], pickle.HIGHEST_PROTOCOL) for start in starts]


def _joined(portions: Any) -> Any:
    if not isinstance(portions, list):
        return portions
    values: list[Any] = []
    for portion in portions:
        values += pickle.loads(portion)  # noqa: S301 - written by `_portions`
    return values
