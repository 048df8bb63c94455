"""How are features written as CSV? UTF-8, commas, RFC 4180, geometries as well-known text.

There is no byte-order mark: programs take it for a part of the first heading. Excel is served by the
workbook, which needs neither a separator nor a decimal mark to be guessed. A text is quoted and a
number is not; an empty cell is null, and a quoted empty cell an empty text. The column `WKT` is the
one that GDAL and QGIS look for, its coordinates x first; `crs` says in which system.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import shapely
from pyproj import CRS

from estran.layers.features.encoding.table import FeatureTable, as_text, free_name

WKT, CRS_NAME = "WKT", "crs"


class _Word:
    """A word written without quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


_WORDS = {True: _Word("true"), False: _Word("false")}


def write_csv(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as text:
        for place, part in enumerate(parts):
            write_rows(text, columns(part) if place == 0 else (), rows(part))


def columns(table: FeatureTable) -> list[str]:
    """Return the headings: the properties, then `WKT` and `crs`."""
    names = [each.name for each in table.named_fields]
    return names if table.geometries is None else [*names, *_own(names)]


def rows(table: FeatureTable) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each feature, as texts, numbers, booleans and None."""
    if table.geometries is None:
        yield from table.rows()
        return
    code = crs_name(table.crs)
    texts = shapely.to_wkt(table.geometries, rounding_precision=-1, output_dimension=3)
    for values, text in zip(table.rows(), texts, strict=True):
        yield (*values, text, None if text is None else code)


def crs_name(crs: CRS | None) -> str | None:
    """Return the name of a CRS, such as `EPSG:2154`."""
    if crs is None:
        return None
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else str(crs.name)


def write_rows(text: TextIO, headings: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write headings, when there are any, and lines."""
    if headings:
        csv.writer(text, lineterminator="\r\n").writerow(headings)
    writer = csv.writer(text, quoting=csv.QUOTE_STRINGS, lineterminator="\r\n")
    writer.writerows(map(_cells, lines))


def _cells(values: Sequence[Any]) -> list[Any]:
    return [_cell(value) if isinstance(value, bool | tuple | list | dict) else value for value in values]


def _cell(value: bool | tuple[Any, ...] | list[Any] | dict[str, Any]) -> Any:
    return _WORDS[value] if isinstance(value, bool) else as_text(value)


def _own(names: Sequence[str]) -> tuple[str, str]:
    return free_name(WKT, names), free_name(CRS_NAME, names)
