"""What does one row of a table become? A factor, or a gap where the table has no value."""

import re
from dataclasses import dataclass
from datetime import date
from math import isfinite, nan

from estran.carbon.errors import UnitMismatch, UnknownFactor
from estran.carbon.text import Text
from estran.factors.documents import Doubts, Kind, Table, read_document
from estran.factors.factor import DATE, Factor, Gap, Source
from estran.factors.units import conversion, parse_unit

IDENTIFIER = re.compile(r"[a-z0-9_]+(\.[a-z0-9_+-]+)+")

NO_VALUE = Text("la table n'a pas de valeur pour {}", "the table has no value for {}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One row as it was read, in the words of its table, before any check.

    Attributes:
        id: Identifier of the factor.
        title: What it is.
        table: Name of the table.
        row: How a reader finds the row.
        value: Central value, empty where none is known.
        unit: Unit of the value.
        kind: What the bounds mean.
        low: Lower bound.
        high: Upper bound.
        relative_sd: Doubt of a value without range, as a share of the value.
        to_unit: Unit to convert to, empty for the unit of the value.
        sign: -1 where the table counts with the opposite sign.
        error: What its doubt comes from, empty for its own.
        category: Category in the table.
        note: What the row says besides.
        sample: Size of the sample.
        source: Where the row comes from, empty for the source of the table.
        link: Link of the row, empty for that of the table.
        licence: Licence of the row, empty for that of the table.
        year: Year of the row, empty for that of the table.
        checked: `yes` or `no`, empty for what the table says.
        convention: What a reader must know.
        territory: Where it holds.
        valid_from: First day when it holds.
        valid_to: Last day when it holds.
        review_by: When to look again, empty for that of the table.
        weight_ha: Area that the value stands for.
    """

    id: str
    title: Text
    table: str
    row: str
    value: str
    unit: str
    kind: Kind
    low: str = ""
    high: str = ""
    relative_sd: float = 0.0
    to_unit: str = ""
    sign: int = 1
    error: str = ""
    category: str = ""
    note: str = ""
    sample: str = ""
    source: str = ""
    link: str = ""
    licence: str = ""
    year: str = ""
    checked: str = ""
    convention: Text | None = None
    territory: str = "FR"
    valid_from: str = ""
    valid_to: str = ""
    review_by: str = ""
    weight_ha: float | None = None


def read_value(reading: Reading, table: Table) -> Factor | Gap:
    """Return the factor of a row; a gap when its value is empty.

    Raises:
        UnknownFactor: the identifier, unit, value, bounds or dates cannot be used.
    """
    if not IDENTIFIER.fullmatch(reading.id):
        raise _wrong(reading, f"{reading.id!r} is not a dotted identifier", f"{reading.id!r} n'est pas un id")
    scale = _scale(reading)
    bounds = _bounds(reading, scale)
    value = nan if not reading.value else _number(reading, reading.value) * scale
    sd, relative = _doubt(reading, value, bounds)
    factor = Factor(
        id=reading.id,
        title=reading.title,
        value=value,
        sd=sd,
        relative_sd=relative,
        unit=parse_unit(reading.to_unit or reading.unit).text,
        kind=reading.kind,
        source=Source(
            reading.source or table.source,
            reading.link or table.link,
            reading.licence or table.licence,
            table.attribution,
            int(reading.year or table.year),
            reading.table,
            reading.row,
        ),
        error=reading.error or reading.id,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        checked=reading.checked == "yes" if reading.checked else table.checked,
        doubt_checked=bounds is not None or reading.kind == "none",
        convention=reading.convention,
        weight_ha=reading.weight_ha,
        review_by=_day(reading, reading.review_by) or table.review_by.isoformat(),
        category=reading.category,
        note=reading.note,
        sample=reading.sample,
        territory=reading.territory,
        valid_from=_day(reading, reading.valid_from),
        valid_to=_day(reading, reading.valid_to),
    )
    if reading.value:
        return factor
    return Gap(Text(NO_VALUE.fr.format(reading.id), NO_VALUE.en.format(reading.id)), factor)


def relative_doubt(table: Table, category: str) -> float:
    """Return the relative doubt of a row without range: of its category, of its table, or the common one."""
    common = read_document("uncertainty", Doubts).unpublished_relative_sd
    return table.relative_sd.get(category, table.relative_sd.get("default", common))


def _scale(reading: Reading) -> float:
    try:
        parse_unit(reading.unit)
        return reading.sign * (conversion(reading.unit, reading.to_unit) if reading.to_unit else 1.0)
    except UnitMismatch as error:
        raise _wrong(reading, error.en, error.fr) from error
    except UnknownFactor as error:
        raise _wrong(reading, error.en, error.fr) from error


def _bounds(reading: Reading, scale: float) -> tuple[float, float] | None:
    if reading.kind in ("relative", "none"):
        return None
    if not (reading.low and reading.high):
        raise _wrong(
            reading,
            f"the kind {reading.kind} needs both low and high; write `relative`",
            f"le genre {reading.kind} demande low et high ; écrivez `relative`",
        )
    low, high = sorted(_number(reading, text) * scale for text in (reading.low, reading.high))
    value = _number(reading, reading.value) * scale if reading.value else low
    if not low <= value <= high:
        raise _wrong(
            reading,
            f"its value {value:g} is not between {low:g} and {high:g}",
            f"sa valeur {value:g} n'est pas entre {low:g} et {high:g}",
        )
    return low, high


def _doubt(reading: Reading, value: float, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Return the standard deviation, and its share of the value."""
    if reading.kind == "none" or reading.unit == DATE:
        return 0.0, 0.0
    if bounds is None:
        return abs(value) * reading.relative_sd, reading.relative_sd
    sd = (bounds[1] - bounds[0]) / read_document("uncertainty", Doubts).range_width_sd[reading.kind]
    usable = isfinite(value) and value != 0.0
    return sd, sd / abs(value) if usable else reading.relative_sd


def _number(reading: Reading, text: str) -> float:
    try:
        number = float(date.fromisoformat(text).toordinal() if reading.unit == DATE else text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise _wrong(reading, f"{text!r} is not a number", f"{text!r} n'est pas un nombre")
    return number


def _day(reading: Reading, text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise _wrong(reading, f"{text!r} is not a date", f"{text!r} n'est pas une date") from error


def _wrong(reading: Reading, en: str, fr: str) -> UnknownFactor:
    return UnknownFactor(
        f"{reading.table}, row {reading.row}, factor {reading.id}: {en}",
        f"{reading.table}, ligne {reading.row}, facteur {reading.id} : {fr}",
        where=f"{reading.table}:{reading.row}",
    )
