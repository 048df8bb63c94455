"""How far was each mode travelled? Traces cleaned and cut by mode, trips as they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from estran.assessments.mobility_trace import Trace
from estran.assessments.request import near
from estran.assessments.required import required_factor
from estran.carbon.errors import InvalidInput
from estran.carbon.mobility import (
    Cleaning,
    CleanTrace,
    clean_trace,
    smoothed_speeds_kmh,
    speed_bands,
    unmasked_span,
)
from estran.carbon.text import Text
from estran.factors.documents import Document
from estran.factors.registry import Registry

Floats = NDArray[np.float64]

METRES_PER_KILOMETRE = 1000.0

DIGITS = 6
"""Decimals of a degree in GeoJSON: a tenth of a metre."""


class Mode(Document):
    """One mode of `mobility_modes.yaml`."""

    title: Text
    factor: str
    per: str
    family: str

    @property
    def is_vehicle(self) -> bool:
        """Whether its factor is per vehicle-km, hence divided by the occupancy."""
        return self.per == "vehicle"


class Band(Document):
    """A mode that the speed gives."""

    mode: str
    confidence: str
    instead: str
    up_to: str | None = None


class Modes(Document):
    """`mobility_modes.yaml`."""

    modes: dict[str, Mode]
    inferred: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """Kilometres by one mode, told the same way.

    Attributes:
        mode: Its identifier.
        basis: `trace` or `trip`: where the length comes from.
        is_inferred: Whether the speed gave the mode.
        occupancy: Persons in the vehicle, None when not given.
        km: Length.
    """

    mode: str
    basis: str
    is_inferred: bool
    occupancy: float | None
    km: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a trace by one mode, which may be shown: its ends are masked.

    Attributes:
        mode: Its identifier.
        is_inferred: Whether the speed gave the mode.
        km: Its length, the masked ends left out.
        lonlat: Positions of what may be shown, shape `(n, 2)`.
    """

    mode: str
    is_inferred: bool
    km: float
    lonlat: Floats


@dataclass(frozen=True, slots=True)
class Journey:
    """What the traces of a request come to."""

    legs: tuple[Leg, ...]
    stretches: tuple[Stretch, ...]
    same_time: int = 0
    inaccurate: int = 0
    too_fast: int = 0
    gaps: int = 0


def to_features(stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
    """Return what may be shown of some traces as GeoJSON features, by mode, without any time."""
    return [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": stretch.lonlat.round(DIGITS).tolist()},
            "properties": {
                "mode": stretch.mode,
                "mode_inferred": stretch.is_inferred,
                "shown_km": stretch.km,
            },
        }
        for stretch in stretches
    ]


def known_mode(identifier: str, modes: Mapping[str, Mode], where: str) -> Mode:
    """Return a mode.

    Raises:
        InvalidInput: it does not exist.
    """
    if identifier not in modes:
        en, fr = near(identifier, modes)
        raise InvalidInput(f"{where}: unknown mode{en}", f"{where} : mode inconnu{fr}", where=where)
    return modes[identifier]


def travelled(
    traces: Sequence[Trace],
    known: Modes,
    registry: Registry,
    *,
    mode: str = "",
    occupancy: float | None = None,
    interpolate: bool = False,
) -> Journey:
    """Return the lengths of traces by mode, once cleaned.

    Args:
        traces: Lines.
        known: Modes and speed bands.
        registry: Where the thresholds are.
        mode: Mode of the lines that name none; empty to infer it from the speed.
        occupancy: Persons in the vehicle, for the lines that do not say.
        interpolate: Count the geodesic across a gap as travelled.

    Raises:
        InvalidInput: a mode is unknown, or a line has neither mode nor times.
    """
    journeys = [
        _one(
            trace,
            trace.mode or mode,
            occupancy if trace.occupancy is None else trace.occupancy,
            known,
            registry,
            interpolate,
        )
        for trace in traces
    ]
    return Journey(
        legs=merged([leg for journey in journeys for leg in journey.legs]),
        stretches=tuple(stretch for journey in journeys for stretch in journey.stretches),
        same_time=sum(journey.same_time for journey in journeys),
        inaccurate=sum(journey.inaccurate for journey in journeys),
        too_fast=sum(journey.too_fast for journey in journeys),
        gaps=sum(journey.gaps for journey in journeys),
    )


def merged(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Return legs with one per mode, basis, inference and occupancy; the order given does not matter."""
    lengths: dict[tuple[str, str, bool, float | None], list[float]] = {}
    for leg in legs:
        lengths.setdefault((leg.mode, leg.basis, leg.is_inferred, leg.occupancy), []).append(leg.km)
    ordered = sorted(lengths.items(), key=lambda each: (*each[0][:3], each[0][3] or 0.0))
    return tuple(Leg(*key, km=fsum(parts)) for key, parts in ordered)


def _one(
    trace: Trace,
    mode: str,
    occupancy: float | None,
    known: Modes,
    registry: Registry,
    interpolate: bool,
) -> Journey:
    family = known_mode(mode, known.modes, trace.where).family if mode else "ground"
    if trace.times_s is None and not mode:
        raise InvalidInput(
            f"{trace.where}: without times, say the `mode` of the line",
            f"{trace.where} : sans les temps, dites le `mode` de la ligne",
            where=trace.where,
        )
    clean = _cleaned(trace, registry, is_ground=family == "ground", interpolate=interpolate)
    modes = [mode] if mode else [band.mode for band in known.inferred]
    ranks = np.zeros(len(clean.steps_m), dtype=np.int64) if mode else _bands(clean, known, registry)
    lengths = np.bincount(ranks[~clean.is_gap], clean.steps_m[~clean.is_gap], len(modes))
    legs = [
        Leg(
            name,
            "trace",
            not mode,
            occupancy if known.modes[name].is_vehicle else None,
            float(length) / METRES_PER_KILOMETRE,
        )
        for name, length in zip(modes, lengths.tolist(), strict=True)
        if length > 0.0
    ]
    masked = required_factor(registry, "mobility.privacy.masked").value
    shown = _shown(trace, clean, ranks, modes, masked, is_inferred=not mode)
    return Journey(tuple(legs), shown, clean.same_time, clean.inaccurate, clean.too_fast, clean.gaps)


def _cleaned(trace: Trace, registry: Registry, *, is_ground: bool, interpolate: bool) -> CleanTrace:
    distance = trace.distance()
    if trace.times_s is None:
        kept = np.flatnonzero(
            ~(trace.accuracies_m > required_factor(registry, "mobility.cleaning.accuracy").value)
        )
        steps = distance(kept[:-1], kept[1:])
        dropped = len(trace.lonlat) - len(kept)
        return CleanTrace(kept, np.arange(len(kept), dtype=np.float64), steps, steps < 0.0, 0, dropped, 0)
    rules = Cleaning(
        accuracy_m=required_factor(registry, "mobility.cleaning.accuracy").value,
        speed_kmh=required_factor(registry, "mobility.cleaning.speed").value if is_ground else None,
        gap_min=required_factor(registry, "mobility.cleaning.gap").value,
        interpolates=interpolate,
    )
    return clean_trace(trace.times_s, trace.accuracies_m, distance, rules)


def _bands(clean: CleanTrace, known: Modes, registry: Registry) -> NDArray[np.int64]:
    window = required_factor(registry, "mobility.speed.window").value
    limits = [required_factor(registry, band.up_to).value for band in known.inferred if band.up_to]
    return speed_bands(smoothed_speeds_kmh(clean, window), np.array(limits))


def _shown(
    trace: Trace,
    clean: CleanTrace,
    ranks: NDArray[np.int64],
    modes: Sequence[str],
    masked_m: float,
    *,
    is_inferred: bool,
) -> tuple[Stretch, ...]:
    """What may be shown of a trace: between two gaps, without the ends, which tell where somebody lives."""
    points = trace.lonlat[clean.kept]
    shown: list[Stretch] = []
    gaps = np.flatnonzero(clean.is_gap)
    bounds = [0, *(gaps + 1).tolist(), len(points)]
    for start, stop in pairwise(bounds):
        steps = clean.steps_m[start : max(start, stop - 1)]
        span = unmasked_span(steps, masked_m)
        if span is None:
            continue
        run = np.concatenate([[0.0], np.cumsum(steps)])
        own, part = ranks[start : stop - 1], points[start:stop]
        edges = np.concatenate([[0], np.flatnonzero(np.diff(own)) + 1, [len(own)]])
        for first, last in pairwise(edges.tolist()):
            low, high = max(span[0], run[first]), min(span[1], run[last])
            if high <= low:
                continue
            inside = (run > low) & (run < high)
            at = np.concatenate([[low], run[inside], [high]])
            longitude = np.interp(at, run, np.unwrap(part[:, 0], period=360.0))
            line = np.column_stack([(longitude + 180.0) % 360.0 - 180.0, np.interp(at, run, part[:, 1])])
            shown.append(
                Stretch(modes[int(own[first])], is_inferred, (high - low) / METRES_PER_KILOMETRE, line)
            )
    return tuple(shown)
