"""Which layers are held in memory? Those that are asked for often and fit in a budget.

A layer is read in the background, after it has been asked for some times in one state of its data; while
it is read, and when the data change, the store answers. Where it is read is told from outside: here, or in
a process of its own.
"""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from estran.carbon.errors import EstranError
from estran.layers.features.query import LayerChanged, Shelf

LOGGER = logging.getLogger(__name__)

ASKED = 30
"""Questions in one state of the data after which a layer is worth being read whole."""

SHARE = 20
"""A layer is not read again before this many times as long as reading it took."""

UNUSED_S = 60.0
"""A layer that nobody asked for in this time may leave its place to another."""

TOO_LARGE_S = 3600.0


class Held(Protocol):
    """What is held of a layer."""

    @property
    def size(self) -> int:
        """What it weighs, in bytes."""


type Read[Layer: Held] = Callable[[float], Layer]
"""Reads a layer within a number of bytes. It goes to another process: a function of a module, with values.

It raises `LayerChanged` when the data are in another state than the one meant, `ValueError` when the layer
cannot be held, and what stores raise.
"""

type Run = Callable[[Callable[[], Any]], Any]
"""Calls a function, here or elsewhere, and returns what it returns; raises `EstranError` when it cannot."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a layer was not read.

    Attributes:
        reason: In a line.
        pause_s: For how long it is not tried again, at least.
    """

    reason: str
    pause_s: float = 0.0


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

    def __init__(self, largest: float, run: Run = lambda work: work()) -> None:
        self._largest = largest
        self._run = run
        self._known: dict[Hashable, _Known] = {}
        self.is_reading = False
        self._lock = threading.Lock()

    @property
    def held_count(self) -> int:
        """How many layers are held."""
        return sum(known.layer is not None for known in list(self._known.values()))

    def get[Layer: Held](self, shelf: Shelf, read: Read[Layer]) -> Layer | None:
        """Return a layer when it is held; count the question, and have the layer read when it is time.

        Args:
            shelf: The layer and its state; one for each kind of what is held.
            read: How it is read.
        """
        place, state = shelf
        now = time.monotonic()
        with self._lock:
            known = self._known.setdefault(place, _Known(state))
            if known.state != state:
                known.state, known.asked, known.layer = state, 0, None
            known.asked += 1
            known.used = now
            if known.layer is None and self._is_time(known, now):
                self.is_reading = True
                threading.Thread(target=self._read, args=(known, state, read), daemon=True).start()
            return known.layer  # type: ignore[return-value]

    def _is_time(self, known: _Known, now: float) -> bool:
        return self._largest > 0 and not self.is_reading and known.asked >= ASKED and now >= known.not_before

    def _read(self, known: _Known, state: str, read: Read[Held]) -> None:
        """Read a layer."""
        began, found, pause = time.monotonic(), None, 0.0
        try:
            found = self._run(partial(_attempted, read, self._largest))
        except EstranError as error:
            found = Unread(str(error))
        except Exception:
            LOGGER.exception("a layer cannot be read whole")
            pause = TOO_LARGE_S
        if isinstance(found, Unread):
            LOGGER.info("a layer is not held whole: %s", found.reason)
            pause = found.pause_s
        layer = None if isinstance(found, Unread) else found
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


def _attempted(read: Read[Held], largest: float) -> Held | Unread:
    """Return a layer, or why it cannot be held now."""
    try:
        return read(largest)
    except ValueError as error:
        return Unread(str(error), TOO_LARGE_S)
    except LayerChanged:
        return Unread("its data have changed")
    except EstranError as error:
        return Unread(str(error))
