"""Which grids of a layer that has one per year, month or day does a time name?

An instant is written `2019`, `2019-07`, `2019-07-01` or as a date-time; a year is the whole of it.
"""

from collections.abc import Mapping
from pathlib import Path

from estran.carbon.errors import NotFound
from estran.layers.features.times import Interval, parse_interval
from estran.layers.territory import Layer


def instants_in(times: Mapping[str, Path], interval: Interval | None) -> tuple[str, ...]:
    """Return the instants, in order, that an interval meets; all of them without one.

    Raises:
        NotFound: it meets none; the message lists them.
    """
    instants = sorted(times, key=lambda text: start_of(text))
    if interval is None:
        return tuple(instants)
    found = tuple(text for text in instants if _meets(parse_interval(text), interval))
    if not found:
        known = ", ".join(instants)
        raise NotFound(
            f"the layer has no data at that time; its instants are {known}",
            f"la couche n'a pas de données à cette date ; ses instants sont {known}",
            where="datetime",
        )
    return found


def file_at(layer: Layer, interval: Interval | None) -> Path:
    """Return the file of the last instant that an interval meets; without one, that of the layer.

    Raises:
        NotFound: the layer has instants, and the interval meets none.
        Unavailable: the layer is not in a file.
    """
    if not layer.times or interval is None:
        return layer.path
    return layer.times[instants_in(layer.times, interval)[-1]]


def start_of(instant: str) -> float:
    """Return the first moment of an instant, in seconds since 1970 in UTC.

    Example:
        >>> start_of("1971")
        31536000.0
    """
    start = parse_interval(instant).start
    return start.timestamp() if start else float("-inf")


def end_of(instant: str) -> float:
    """Return the moment after an instant, in seconds since 1970 in UTC.

    Example:
        >>> end_of("1970")
        31536000.0
    """
    end = parse_interval(instant).end
    return round(end.timestamp() + 1e-6, 3) if end else float("inf")


def _meets(instant: Interval, asked: Interval) -> bool:
    is_after = asked.start is None or instant.end is None or instant.end >= asked.start
    return is_after and (asked.end is None or instant.start is None or instant.start <= asked.end)
