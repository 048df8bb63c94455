"""Which layers are held in memory? Those that are asked for often and fit in a budget.

A layer is read in the background, after it has been asked for some times in one state of its data; while
it is read, and when the data change, the store answers.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from estran.carbon.errors import EstranError
from estran.layers.features.query import LayerChanged, Shelf, WrittenFeatures
from estran.layers.features.whole import WholeLayer

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
        return self.made(shelf, WholeLayer, read)

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
