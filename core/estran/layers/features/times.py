"""Which time does a `datetime` parameter or a filter speak of?

A date is the whole of its day and a partial date the whole of its month or year, in UTC unless
a zone is given. Reference: OGC 17-069r4 (Features, part 1), clause 7.15.4; RFC 3339.
"""

import datetime as dt
import re
from dataclasses import dataclass

from estran.carbon.errors import InvalidInput

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LAST_MICROSECOND = dt.timedelta(microseconds=1)
_LAST_DAY = (dt.MAXYEAR, 12, 31)


@dataclass(frozen=True, slots=True)
class Interval:
    """A time from `start` to `end`, both included, in UTC; None is open."""

    start: dt.datetime | None
    end: dt.datetime | None


def parse_interval(text: str) -> Interval:
    """Return the interval that an instant or `start/end` names; `..` or nothing is open.

    Raises:
        InvalidInput: the text is neither, or it ends before it starts.

    Example:
        >>> print(parse_interval("2024-02").end)
        2024-02-29 23:59:59.999999+00:00
        >>> parse_interval("../2024-01-01T00:00:00Z").start is None
        True
    """
    parts = text.split("/")
    if len(parts) == 1:
        if parts[0] in {"", ".."}:
            raise _bad(text)
        return Interval(*_span(parts[0], text))
    if len(parts) != 2 or all(part in {"", ".."} for part in parts):
        raise _bad(text)
    start, end = parts
    interval = Interval(
        None if start in {"", ".."} else _span(start, text)[0],
        None if end in {"", ".."} else _span(end, text)[1],
    )
    if interval.start and interval.end and interval.end < interval.start:
        raise _bad(text)
    return interval


def date_text(moment: dt.datetime) -> str:
    """Return the day as a DATE column holds it."""
    return moment.date().isoformat()


def moment_text(moment: dt.datetime) -> str:
    """Return the moment as a DATETIME column holds it, without its final Z.

    Without the Z the order of texts is the order of times, whether or not there are fractions of
    a second.

    Example:
        >>> moment_text(dt.datetime(2024, 1, 2, 3, 4, 5, 500_000, tzinfo=dt.UTC))
        '2024-01-02T03:04:05.500'
    """
    precision = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    if not moment.microsecond:
        precision = "seconds"
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec=precision)


def parse_moment(text: str) -> dt.datetime:
    """Return the first moment of what a text names, in UTC; `InvalidInput` when it names no time."""
    return _span(text, text)[0]


def _span(part: str, text: str) -> tuple[dt.datetime, dt.datetime]:
    match = _DATE.fullmatch(part)
    try:
        if match:
            return _day_span(*(int(number) if number else None for number in match.groups()))
        if not re.match(r"\d{4}-\d{2}-\d{2}[T ]", part):
            raise _bad(text)
        moment = dt.datetime.fromisoformat(part)
        moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError) as error:
        raise _bad(text) from error
    return moment, moment


def _day_span(year: int | None, month: int | None, day: int | None) -> tuple[dt.datetime, dt.datetime]:
    start = dt.datetime(year or 0, month or 1, day or 1, tzinfo=dt.UTC)
    if (year, month or 12, day or 31) == _LAST_DAY:
        return start, dt.datetime.max.replace(tzinfo=dt.UTC)
    if day:
        after = start + dt.timedelta(days=1)
    elif month:
        after = (start + dt.timedelta(days=31)).replace(day=1)
    else:
        after = start.replace(year=start.year + 1)
    return start, after - _LAST_MICROSECOND


def _bad(text: str) -> InvalidInput:
    return InvalidInput(
        f"{text!r} is not a time; write 2024-05-01, 2024-05-01T12:00:00Z, start/end, ../end or start/..",
        f"{text!r} n'est pas une date ; écrivez 2024-05-01, 2024-05-01T12:00:00Z, début/fin, ../fin"
        " ou début/..",
        where="datetime",
    )
