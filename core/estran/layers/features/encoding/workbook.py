"""How are features written as an Excel workbook? One sheet of features, one that says where they are from.

Dates are dates and numbers are numbers. What Excel cannot hold stays right as text: a whole number of
more than 15 digits, a date before 1900. A geometry longer than a cell is left out, and the second sheet
counts them.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estran.layers.features.encoding.delimited import columns, crs_name, rows
from estran.layers.features.encoding.table import FeatureTable, as_text
from estran.layers.features.query import Field

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML does not hold."""

CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""The date that a workbook says of itself: always the same, so that equal contents are equal bytes."""

LONGEST_TEXT = 32_767
"""What a cell of Excel holds."""

LARGEST_WHOLE = 10**15
"""Whole numbers from here on lose digits in Excel."""

FIRST_DAY = dt.date(1900, 3, 1)
"""Excel counts a 29th of February 1900 that never was."""

_LONGEST_NAME = 31
_TOO_LONG = {
    "fr": "géométries trop longues pour une cellule, laissées vides ; prenez GeoPackage ou CSV",
    "en": "geometries too long for a cell, left empty; take GeoPackage or CSV",
}
_UTC = {"fr": "heures", "en": "times"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings, its lines."""

    name: str
    headings: Sequence[str]
    lines: Iterable[Sequence[Any]]


def write_xlsx(parts: Iterable[FeatureTable], path: Path) -> None:
    """Write one table as a workbook."""
    first, *others = parts
    counts = {"left out": 0}
    lines = chain.from_iterable(_lines(part, counts) for part in (first, *others))
    write_workbook(
        [Sheet(first.name, columns(first), lines), Sheet("about", (), _about(first, counts))], path
    )


def write_workbook(sheets: Iterable[Sheet], path: Path) -> None:
    """Write sheets, their headings bold and kept in sight; a text that looks like a formula stays a text.

    Equal sheets give equal files.
    """
    import xlsxwriter  # long to load, and seldom needed

    options = {"constant_memory": True, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": CREATED})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for each in sheets:
            sheet = book.add_worksheet(_sheet_name(each.name))
            if each.headings:
                sheet.freeze_panes(1, 0)
                for column, text in enumerate(each.headings):
                    sheet.write_string(0, column, text, bold)
            for row, line in enumerate(each.lines, start=1 if each.headings else 0):
                for column, value in enumerate(line):
                    if value is not None:
                        _put(sheet, row, column, value, day, moment)


def _lines(table: FeatureTable, counts: dict[str, int]) -> Iterator[list[Any]]:
    """Yield the cells of each feature, with dates as dates; `counts` tells what was left out."""
    formats = [_reader(each) for each in table.named_fields]
    has_shape = table.geometries is not None
    for row in rows(table):
        line = list(row)
        for place, read in enumerate(formats):
            if read is not None and line[place] is not None:
                line[place] = read(line[place])
        if has_shape and isinstance(line[-2], str) and len(line[-2]) > LONGEST_TEXT:
            line[-2] = None
            counts["left out"] += 1
        yield line


def _reader(field: Field) -> Any:
    return {"date": _day, "date-time": _moment}.get(field.format or "")


def _day(text: str) -> dt.date | str:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return day if day >= FIRST_DAY else text


def _moment(text: str) -> dt.datetime | str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment if moment.date() >= FIRST_DAY else text


def _about(table: FeatureTable, counts: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    """Yield what is known of the table; read after its lines, so that `counts` is full."""
    about = table.about
    yield from about.members().items()
    if table.crs is not None:
        yield "crs", crs_name(table.crs), table.crs.name
    if any(each.format == "date-time" for each in table.fields):
        yield _UTC.get(about.language, "times"), "UTC"
    if counts["left out"]:
        yield counts["left out"], _TOO_LONG.get(about.language, _TOO_LONG["en"])
    for name, heading in about.headings.items():
        if any(each.name == name for each in table.named_fields):
            yield name, heading


def _put(sheet: "Worksheet", row: int, column: int, value: Any, day: "Format", moment: "Format") -> None:
    if isinstance(value, str):
        _put_text(sheet, row, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif (isinstance(value, float) and math.isfinite(value)) or (
        isinstance(value, int) and abs(value) < LARGEST_WHOLE
    ):
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value, moment)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, day)
    else:
        _put_text(sheet, row, column, as_text(value) or "")


def _put_text(sheet: "Worksheet", row: int, column: int, text: str) -> None:
    sheet.write_string(row, column, UNWRITABLE.sub("", text)[:LONGEST_TEXT])


def _sheet_name(name: str) -> str:
    """Return a name that Excel takes for a sheet.

    Example:
        >>> _sheet_name("a/b[1]")
        'a-b-1-'
    """
    return re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:_LONGEST_NAME] or "1"
