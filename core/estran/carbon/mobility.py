"""How long is a trace once cleaned, by which mode was it made, and what did it emit?

``E = Σ d · f(mode) / occ``: ``f`` per vehicle-km, divided by the occupancy, for cars; per passenger-km,
never divided, for everything else. Distances come in from outside (geodesics), so that nothing here
knows about the Earth.

Reference:
    METHODS, section 9; ADEME Impact CO2 / Base Empreinte.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

type Distance = Callable[[Integers, Integers], Floats]
"""Metres between pairs of points, by their positions in the trace."""

KMH_PER_MS = 3.6
SECONDS_PER_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Cleaning:
    """When is a point wrong, and when is a trace interrupted?

    Attributes:
        accuracy_m: Points less accurate than this are dropped.
        speed_kmh: Points that only such a speed could reach are dropped; None for trains and planes.
        gap_min: A longer silence splits the trace.
        interpolates: A silence is crossed along the geodesic instead; jumps still split the trace.
    """

    accuracy_m: float
    speed_kmh: float | None
    gap_min: float
    interpolates: bool = False


@dataclass(frozen=True, slots=True)
class CleanTrace:
    """What is left of a trace.

    Attributes:
        kept: Positions of the points kept, in the order of time.
        times_s: Their times, ascending.
        steps_m: Distance from each point kept to the next, one fewer than the points.
        is_gap: Whether each step is a gap, over which no distance is invented.
        same_time: Points dropped because another has their time.
        inaccurate: Points dropped for their accuracy.
        too_fast: Points dropped for their speed, and jumps turned into gaps.
    """

    kept: Integers
    times_s: Floats
    steps_m: Floats
    is_gap: Booleans
    same_time: int
    inaccurate: int
    too_fast: int

    @property
    def gaps(self) -> int:
        """How many gaps split the trace."""
        return int(self.is_gap.sum())

    @property
    def distance_m(self) -> float:
        """Length without the gaps."""
        return float(self.steps_m[~self.is_gap].sum())


def clean_trace(times_s: Floats, accuracies_m: Floats, distance: Distance, rules: Cleaning) -> CleanTrace:
    """Return a trace in the order of time, without wrong points.

    A point is too fast when both the step to it and the step from it are; a lone step that is too fast is
    a jump between two places that both hold, and splits the trace. Both rules read the same backwards.

    Args:
        times_s: Time of each point, in seconds, in any order.
        accuracies_m: Radius of each point's accuracy, NaN when unknown.
        distance: Metres between points.
        rules: When a point is wrong.

    Example:
        A walker at 1 m/s, a point 5 km off for a second, then a pause of 20 minutes.

        >>> place = np.array([0.0, 60.0, 5000.0, 62.0, 100.0])
        >>> times = np.array([0.0, 60.0, 61.0, 62.0, 1262.0])
        >>> trace = clean_trace(times, np.full(5, np.nan), lambda i, j: np.abs(place[i] - place[j]),
        ...                     Cleaning(accuracy_m=100.0, speed_kmh=250.0, gap_min=10.0))
        >>> trace.kept.tolist(), trace.distance_m, trace.gaps, trace.too_fast
        ([0, 1, 3, 4], 62.0, 1, 1)
    """
    order = np.argsort(times_s, kind="stable")
    accurate = ~(accuracies_m[order] > rules.accuracy_m)
    kept = order[accurate]
    inaccurate = len(order) - len(kept)
    first = np.diff(times_s[kept], prepend=-np.inf) > 0.0
    same_time, kept = int((~first).sum()), kept[first]
    too_fast = 0
    while rules.speed_kmh is not None:
        bad = _too_fast(kept, times_s, distance, rules.speed_kmh)
        wrong = np.append(bad, False) & np.insert(bad, 0, False)
        if not wrong.any():
            break
        too_fast += int(wrong.sum())
        kept = kept[~wrong]
    times = times_s[kept]
    is_gap = np.diff(times) > (inf if rules.interpolates else rules.gap_min * SECONDS_PER_MINUTE)
    if rules.speed_kmh is not None:
        jumps = _too_fast(kept, times_s, distance, rules.speed_kmh)
        too_fast += int(jumps.sum())
        is_gap |= jumps
    return CleanTrace(
        kept=kept,
        times_s=times,
        steps_m=distance(kept[:-1], kept[1:]),
        is_gap=is_gap,
        same_time=same_time,
        inaccurate=inaccurate,
        too_fast=too_fast,
    )


def smoothed_speeds_kmh(trace: CleanTrace, half_window_s: float) -> Floats:
    """Return the speed of each step, averaged over a window of time around its middle.

    The window does not reach across gaps. A point added on a straight step at its own time changes nothing.

    Example:
        >>> steady = CleanTrace(np.arange(3), np.array([0.0, 60.0, 120.0]), np.array([100.0, 100.0]),
        ...                     np.array([False, False]), 0, 0, 0)
        >>> smoothed_speeds_kmh(steady, 60.0).round(6).tolist()
        [6.0, 6.0]
    """
    speeds = np.zeros(len(trace.steps_m))
    bounds = [0, *(np.flatnonzero(trace.is_gap) + 1).tolist(), len(trace.times_s)]
    for start, stop in pairwise(bounds):
        times = trace.times_s[start:stop]
        if len(times) < 2:
            continue
        run = np.concatenate([[0.0], np.cumsum(trace.steps_m[start : stop - 1])])
        middle = (times[:-1] + times[1:]) / 2.0
        low = np.maximum(middle - half_window_s, times[0])
        high = np.minimum(middle + half_window_s, times[-1])
        covered = np.interp(high, times, run) - np.interp(low, times, run)
        speeds[start : stop - 1] = covered / (high - low) * KMH_PER_MS
    return speeds


def speed_bands(speeds_kmh: Floats, limits_kmh: Floats) -> Integers:
    """Return the rank of the band of each speed: at or below the first limit, the second, and so on.

    Args:
        speeds_kmh: Speeds.
        limits_kmh: Upper limits of the bands, ascending; the last band has none.

    Example:
        >>> speed_bands(np.array([0.0, 7.0, 15.0, 90.0, 200.0]), np.array([7.0, 22.0, 135.0])).tolist()
        [0, 0, 1, 2, 3]
    """
    return np.searchsorted(limits_kmh, speeds_kmh, side="left").astype(np.int64)


def per_person_kgco2e_km(factor: float | Floats, occupancy: float | Floats | None) -> float | Floats:
    """Return the emission of one person over one kilometre.

    Args:
        factor: Emission per vehicle-km with `occupancy`, per passenger-km without, in kgCO2e/km.
        occupancy: Persons in the vehicle, None for a factor that is per passenger already.

    Example:
        A car of 0.1423 kgCO2e per vehicle-km with two persons; a bus, per passenger already.

        >>> per_person_kgco2e_km(0.1423, 2.0)
        0.07115
        >>> per_person_kgco2e_km(0.12242, None)
        0.12242
    """
    return factor if occupancy is None else factor / occupancy


def unmasked_span(steps_m: Floats, masked_m: float) -> tuple[float, float] | None:
    """Return from where to where a line may be shown, in metres from its start; None when it is too short.

    Example:
        >>> unmasked_span(np.array([500.0, 500.0]), 200.0)
        (200.0, 800.0)
        >>> unmasked_span(np.array([300.0]), 200.0) is None
        True
    """
    if masked_m < 0.0:
        raise InvalidInput(
            f"the masked length is {masked_m} m; it must not be negative",
            f"la longueur masquée vaut {masked_m} m ; elle ne doit pas être négative",
            where="masked_m",
        )
    total = float(steps_m.sum())
    return (masked_m, total - masked_m) if total > 2.0 * masked_m else None


def _too_fast(kept: Integers, times_s: Floats, distance: Distance, limit_kmh: float) -> Booleans:
    if len(kept) < 2:
        return np.zeros(0, dtype=np.bool_)
    speeds = distance(kept[:-1], kept[1:]) / np.diff(times_s[kept]) * KMH_PER_MS
    return np.asarray(speeds > limit_kmh)
