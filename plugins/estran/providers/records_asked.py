"""Which records does a search find, in which order, and how do they share out?"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estran.carbon.errors import InvalidInput

type Record = Mapping[str, Any]

FACETS = ("type", "theme", "licence", "vintage")

_MANY = frozenset({"ids", "id", "type", "theme", "licence", "vintage"})
_EXTERNAL = frozenset({"externalId", "externalIds"})


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the catalogue.

    Attributes:
        words: Terms separated by commas, one of which is enough; a term may have spaces.
        bbox: West, south, east, north, or with heights.
        interval: A date or an interval, as in the request.
        equals: Parameter and value; several values are separated by commas, one of which is enough.
        sortby: Column and whether ascending.
    """

    words: str = ""
    bbox: tuple[float, ...] = ()
    interval: str | None = None
    equals: tuple[tuple[str, str], ...] = ()
    sortby: tuple[tuple[str, bool], ...] = ()


def found_records(records: Sequence[Record], search: Search) -> list[Record]:
    """Return the records that a search finds, in the order asked.

    Raises:
        InvalidInput: an unknown parameter.
    """
    tests = [_equal(name, text) for name, text in search.equals]
    terms = [_folded(term) for term in search.words.split(",") if term.strip()]
    if terms:
        tests.append(lambda record: any(term in _text(record) for term in terms))
    if search.bbox:
        half = len(search.bbox) // 2
        west, south, east, north = (*search.bbox[:2], *search.bbox[half : half + 2])
        tests.append(lambda record: _meets(record["geometry"], west, south, east, north))
    if search.interval:
        bounds = _bounds(search.interval)
        tests.append(lambda record: _overlaps(record["time"], *bounds))
    found = [record for record in records if all(test(record) for test in tests)]
    for name, ascending in reversed(search.sortby):
        found.sort(key=lambda record, name=name: column(record, name), reverse=not ascending)  # type: ignore[misc]
    return found


def facets(records: Sequence[Record]) -> dict[str, Any]:
    """Return how many records have each theme, licence, vintage and kind, the most frequent first."""
    names = {
        concept["id"]: concept["title"]
        for record in records
        for theme in record["properties"].get("themes", ())
        for concept in theme["concepts"]
    }
    counted = {name: Counter(value for each in records for value in column(each, name)) for name in FACETS}
    return {
        name: {
            "type": "term",
            "property": name,
            "buckets": [
                {"value": value, "title": names.get(value, value), "count": count}
                for value, count in sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
            ],
        }
        for name, counter in counted.items()
    }


def column(record: Record, name: str) -> list[str]:
    """Return the values of a record in a column; several for themes.

    Example:
        >>> column({"id": "a", "properties": {"license": "etalab-2.0"}}, "licence")
        ['etalab-2.0']
    """
    properties = record.get("properties", {})
    if name in {"id", "ids"}:
        return [str(record["id"])]
    if name == "theme":
        return [concept["id"] for theme in properties.get("themes", ()) for concept in theme["concepts"]]
    value = properties.get("license" if name == "licence" else name)
    return [] if value is None else [str(value)]


def _equal(name: str, text: str) -> Callable[[Record], bool]:
    wanted = {part.strip() for part in text.split(",")}
    if name in _EXTERNAL:
        return lambda record: any(
            {each["value"], f"{each.get('scheme', '')}:{each['value']}"} & wanted
            for each in record["properties"].get("externalIds", ())
        )
    if name in _MANY | {"title", "updated"}:
        return lambda record: bool(wanted & set(column(record, name)))
    known = ", ".join(sorted(_MANY | _EXTERNAL))
    raise InvalidInput(
        f"unknown query parameter {name!r}; records are chosen by q, bbox, datetime, {known}",
        f"paramètre inconnu : {name!r} ; les fiches se choisissent par q, bbox, datetime, {known}",
        where=name,
    )


def _text(record: Record) -> str:
    properties = record["properties"]
    parts = [record["id"], properties["title"], properties["description"], *properties.get("keywords", ())]
    return "\n".join(_folded(str(part)) for part in parts)


def _folded(text: str) -> str:
    """Return a text without case and accents, so that « bati » finds « Bâtiments »."""
    split = unicodedata.normalize("NFD", text.casefold())
    return " ".join("".join(mark for mark in split if not unicodedata.combining(mark)).split())


def _meets(geometry: Any, west: float, south: float, east: float, north: float) -> bool:
    if geometry is None:
        return False
    ring = geometry["coordinates"][0]
    xs, ys = [point[0] for point in ring], [point[1] for point in ring]
    crosses = west > east
    across = max(xs) >= west or min(xs) <= east if crosses else min(xs) <= east and max(xs) >= west
    return across and min(ys) <= north and max(ys) >= south


def _bounds(text: str) -> tuple[str, str]:
    """Return the first and the last day of an interval, as texts that sort like days."""
    start, _, end = text.partition("/")
    end = end if "/" in text else start
    return ("" if start in {"", ".."} else start[:10]), ("9999" if end in {"", ".."} else f"{end[:10]}~")


def _overlaps(time: Any, start: str, end: str) -> bool:
    """Tell whether a record holds at some day of an interval; a record without time always does."""
    if time is None:
        return True
    first, last = time["interval"]
    return str(first) <= end and str(last) + "~" >= start
