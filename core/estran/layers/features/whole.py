"""Which layers are held whole, every feature written? Those that are asked for often and fit in a budget.

A page, a box or a feature of such a layer costs no search and no reading. A layer is read in the
background, after it has been asked for some times in one state of its data; while it is read, and when
the data change, the store answers.
"""

import itertools
import logging
import threading
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from estran.carbon.errors import EstranError
from estran.layers.features.kept import KeptAnswers
from estran.layers.features.relations import holding

LOGGER = logging.getLogger(__name__)

ASKED = 30
"""Questions in one state of the data after which a layer is worth being read whole."""

SHARE = 20
"""A layer is not read again before this many times as long as reading it took."""

REST = 9
"""While somebody asks for features, a layer rests this many times as long as it has just been read."""

QUIET_S = 0.5
UNUSED_S = 60.0
"""A layer that nobody asked for in this time may leave its place to another."""

TOO_LARGE_S = 3600.0
ENTRY_BYTES = 160
"""What the place of a feature weighs beside its text and its geometry."""

_KEPT_REGIONS = 16
_WIDER = 1 + 1e-9

type Row = int | str | float | bool | None
type Shelf = tuple[Hashable, str]
"""The table, the CRS and the columns that features are written with; then the state of the data."""


class LayerChanged(Exception):
    """The data are no longer in the state that was to be read."""


@dataclass(frozen=True, slots=True)
class WrittenFeatures:
    """Some features of a layer, in the order of identifiers.

    Attributes:
        rows: What tells a row from the others of its table.
        ids: The identifiers.
        texts: The features as GeoJSON.
        geometries: The geometries in the storage CRS, x first, without arcs; None for none.
    """

    rows: Sequence[Row]
    ids: Sequence[Row]
    texts: Sequence[bytes]
    geometries: NDArray[np.object_]


class Packed:
    """Texts one after the other, which weighs less than as many objects.

    Example:
        >>> packed = Packed()
        >>> packed.extend([b"one", b"", b"three"])
        >>> packed.at([0, 1, 2]), packed.size
        ([b'one', b'', b'three'], 8)
    """

    def __init__(self) -> None:
        self._whole = bytearray()
        self._ends = array("q", [0])

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self._whole)

    def extend(self, texts: Iterable[bytes]) -> None:
        """Add texts."""
        end = len(self._whole)
        for text in texts:
            self._whole += text
            end += len(text)
            self._ends.append(end)

    def at(self, places: Iterable[int]) -> list[bytes]:
        """Return the texts at some places, counted from 0."""
        whole, ends = self._whole, self._ends
        return [bytes(whole[ends[place] : ends[place + 1]]) for place in places]


class WholeLayer:
    """All features of a layer in one state, in the order of identifiers.

    Attributes:
        state: The state of the data.
        ids: The identifiers, all whole numbers or all texts, in ascending order.
        places: By row, its place in the order.
    """

    def __init__(self, parts: Iterator[WrittenFeatures], largest: float, state: str = "") -> None:
        """Read a layer.

        Raises:
            ValueError: it weighs more than `largest` bytes, or its identifiers have no order here.
        """
        self.state = state
        self.ids: list[Row] = []
        self.places: dict[Row, int] = {}
        self._texts, self._cells = Packed(), Packed()
        boxes = [np.empty((0, 4))]
        for part in parts:
            self.places.update(zip(part.rows, itertools.count(len(self.ids))))
            self.ids += part.ids
            self._texts.extend(part.texts)
            self._cells.extend(cell or b"" for cell in shapely.to_wkb(part.geometries).tolist())
            boxes.append(shapely.bounds(part.geometries))
            if self.size > largest:
                raise ValueError("the layer is too large to be held")
        joined = np.concatenate(boxes)
        self._by_west = np.argsort(joined[:, 0])
        self._boxes = np.ascontiguousarray(joined[self._by_west].T)
        widths = joined[:, 2] - joined[:, 0]
        self._widest = float(widths[np.isfinite(widths)].max(initial=0.0))
        self._regions = KeptAnswers(_KEPT_REGIONS)
        is_plain = set(map(type, self.ids)) in (set(), {int}, {str})
        if not is_plain or self.ids != sorted(set(self.ids)):  # type: ignore[type-var]
            raise ValueError("the identifiers have no order here")

    @property
    def size(self) -> int:
        """What the layer weighs, in bytes."""
        return ENTRY_BYTES * len(self.ids) + self._texts.size + self._cells.size

    def texts(self, places: Iterable[int]) -> list[bytes]:
        """Return the features at these places, as GeoJSON."""
        return self._texts.at(places)

    def texts_of(self, rows: Sequence[Row], state: str) -> list[bytes] | None:
        """Return the features of these rows, None when the layer is in another state, or lacks one."""
        places = [place for row in rows if (place := self.places.get(row)) is not None]
        return self.texts(places) if state == self.state and len(places) == len(rows) else None

    def place(self, identifier: Row) -> int | None:
        """Return the place of a feature."""
        place = bisect_left(self.ids, identifier)  # type: ignore[type-var]
        return place if place < len(self.ids) and self.ids[place] == identifier else None

    def after(self, identifier: Row) -> int:
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


class Held(Protocol):
    """What is held of a layer."""

    @property
    def size(self) -> int:
        """What it weighs, in bytes."""


@dataclass(slots=True)
class _Known:
    """What is known of a layer: how often it was asked for in a state, and what is held of it."""

    state: str
    asked: int = 0
    layer: Held | None = None
    used: float = 0.0
    not_before: float = field(default=float("-inf"))


class WholeLayers:
    """The layers held whole, within a number of bytes.

    Attributes:
        is_reading: Whether a layer is being read.
    """

    def __init__(self, largest: float) -> None:
        self._largest = largest
        self._known: dict[Hashable, _Known] = {}
        self.is_reading = False
        self._asked = float("-inf")
        self._lock = threading.Lock()

    @property
    def held_count(self) -> int:
        """How many layers are held."""
        return sum(known.layer is not None for known in list(self._known.values()))

    def held(self, shelf: Shelf) -> WholeLayer | None:
        """Return a layer when it is held in this state."""
        known = self._known.get(shelf[0])
        layer = known.layer if known and known.state == shelf[1] else None
        return layer if isinstance(layer, WholeLayer) else None

    def get(self, shelf: Shelf, read: Callable[[], Iterator[WrittenFeatures]]) -> WholeLayer | None:
        """Return a layer when it is held; count the question, and have the layer read when it is time.

        Args:
            shelf: The layer and its state.
            read: Gives the features in the order of identifiers; raises `LayerChanged` when the data are
                in another state.
        """
        return self.made(shelf, lambda parts, largest: WholeLayer(parts, largest, shelf[1]), read)

    def made[Layer: Held, Part](
        self, shelf: Shelf, kind: Callable[[Iterator[Part], float], Layer], read: Callable[[], Iterator[Part]]
    ) -> Layer | None:
        """Return what is held of a layer, made by `kind` of the parts that are read; otherwise as `get`.

        Args:
            shelf: The layer and its state; one for each kind.
            kind: Makes it, within a number of bytes; raises `ValueError` when it cannot be held.
            read: Gives the parts; raises `LayerChanged` when the data are in another state.
        """
        place, state = shelf
        now = time.monotonic()
        with self._lock:
            known = self._known.setdefault(place, _Known(state))
            if known.state != state:
                known.state, known.asked, known.layer = state, 0, None
            known.asked += 1
            known.used = self._asked = now
            if known.layer is None and self._is_time(known, now):
                self.is_reading = True
                threading.Thread(target=self._read, args=(known, state, kind, read), daemon=True).start()
            return known.layer  # type: ignore[return-value]

    def _is_time(self, known: _Known, now: float) -> bool:
        return self._largest > 0 and not self.is_reading and known.asked >= ASKED and now >= known.not_before

    def _read[Part](
        self,
        known: _Known,
        state: str,
        kind: Callable[[Iterator[Part], float], Held],
        read: Callable[[], Iterator[Part]],
    ) -> None:
        """Read a layer."""
        began, layer, pause = time.monotonic(), None, 0.0
        try:
            with closing(self._resting(read())) as parts:  # type: ignore[type-var]
                layer = kind(parts, self._largest)
        except ValueError as error:
            LOGGER.info("a layer is not held whole: %s", error)
            pause = TOO_LARGE_S
        except (LayerChanged, EstranError) as error:
            LOGGER.info("a layer is not held whole: %s", error)
        except Exception:
            LOGGER.exception("a layer cannot be read whole")
            pause = TOO_LARGE_S
        now = time.monotonic()
        with self._lock:
            self.is_reading = False
            known.not_before = now + max(pause, SHARE * (now - began))
            if layer and known.state == state and self._has_room(layer, now):
                known.layer = layer

    def _has_room(self, layer: Held, now: float) -> bool:
        """Return whether a layer fits beside the others, once those that nobody asks for are gone."""
        held = sorted((other for other in self._known.values() if other.layer), key=lambda other: other.used)
        taken = sum(other.layer.size for other in held if other.layer)
        for other in held:
            if taken + layer.size <= self._largest or now - other.used < UNUSED_S:
                break
            taken -= other.layer.size if other.layer else 0
            other.layer = None
        return taken + layer.size <= self._largest

    def _resting[Part](self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield what is read, with rests in which requests are answered."""
        began = time.monotonic()
        for part in parts:
            yield part
            now = time.monotonic()
            time.sleep(REST * (now - began) if now - self._asked < QUIET_S else 0.0)
            began = time.monotonic()
