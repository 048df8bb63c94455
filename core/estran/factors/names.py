"""Which factors do the tables of `data` hold beyond the stocks? Those that `data/names` names.

A generic table has one row per number, named by `names/<table>.csv`; a wide table has one row per
place or transition, and `names/<table>.yaml` says which of its columns are numbers. Both are read
when one of their factors is first asked for.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, ValidationError

from estran.carbon.errors import UnknownFactor
from estran.carbon.text import Text
from estran.factors.documents import (
    NAMES,
    Column,
    Document,
    Kind,
    LandClasses,
    Table,
    factor_folder,
    read_document,
    read_tables,
    reading,
)
from estran.factors.factor import Factor, Gap
from estran.factors.reading import Reading, read_value, relative_doubt
from estran.factors.rows import read_rows

Entry = Factor | Gap

_NOT_CODE = re.compile(r"[^a-z0-9_+-]+")


class Name(Document):
    """One line of `names/<table>.csv`."""

    row: str = Field(min_length=1)
    id: str = Field(min_length=1)
    title_fr: str = Field(min_length=1)
    kind: Kind
    error: str = ""
    title_en: str = ""
    relative_sd: str = ""
    convention_fr: str = ""
    convention_en: str = ""
    territory: str = ""
    valid_from: str = ""
    valid_to: str = ""
    review_by: str = ""
    unit: str = ""
    link: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class NameIndex:
    """In which table is a factor? Known without reading the tables.

    Attributes:
        rows: Table by identifier, for rows that have a name.
        starts: How identifiers start, and their wide table.
    """

    rows: Mapping[str, str]
    starts: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table with names."""
        return tuple(dict.fromkeys([*self.rows.values(), *(table for _, table in self.starts)]))

    def candidates(self, identifier: str) -> Iterator[str]:
        """Return the tables that may hold a factor."""
        if identifier in self.rows:
            yield self.rows[identifier]
        yield from (table for start, table in self.starts if identifier.startswith(start))


def read_index() -> NameIndex:
    """Return which table each named factor is in; only the files of names are read.

    Raises:
        UnknownFactor: a file of names is malformed, or an identifier is given twice.
    """
    return _index(factor_folder())


def read_table(name: str) -> Mapping[str, Entry]:
    """Return the factors and gaps of one table by identifier.

    Raises:
        UnknownFactor: the table or its names are malformed.
    """
    return _table(factor_folder(), name)


def read_names(name: str) -> list[Name]:
    """Return the lines of `names/<name>.csv`, none when the file does not exist.

    Raises:
        UnknownFactor: a column is unknown or a required one is empty.
    """
    path = factor_folder() / NAMES / f"{name}.csv"
    if not path.exists():
        return []
    names = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), start=2):
            try:
                names.append(Name.model_validate(line))
            except ValidationError as error:
                raise UnknownFactor(
                    f"{NAMES}/{path.name}, line {number}: {error}",
                    f"{NAMES}/{path.name}, ligne {number} : {error}",
                    where=f"{path.name}:{number}",
                ) from error
    return names


@lru_cache(maxsize=8)
def _index(folder: Path) -> NameIndex:
    found: dict[str, str] = {}
    with reading(folder):
        for path in sorted((folder / NAMES).glob("*.csv")):
            for name in read_names(path.stem):
                _add(found, name.id, path.stem)
        starts = {
            (column.id.partition("{")[0], table): None
            for table, description in read_tables().items()
            for column in description.factors
        }
    return NameIndex(MappingProxyType(found), tuple(starts))


@lru_cache(maxsize=256)
def _table(folder: Path, name: str) -> Mapping[str, Entry]:
    with reading(folder):
        tables = read_tables()
        if name not in tables:
            raise UnknownFactor(
                f"the table {name} is described neither in tables.yaml nor in {NAMES}/{name}.yaml",
                f"la table {name} n'est décrite ni dans tables.yaml ni dans {NAMES}/{name}.yaml",
                where=name,
            )
        entries: dict[str, Entry] = {}
        for found in (*_generic(name, tables[name]), *_wide(name, tables[name])):
            _add(entries, found.id, read_value(found, tables[name]))
    return MappingProxyType(entries)


def _generic(table: str, description: Table) -> Iterator[Reading]:
    names = read_names(table)
    rows = {row["id"]: row for row in read_rows(table)} if names else {}
    for name in names:
        if name.row not in rows:
            raise UnknownFactor(
                f"{NAMES}/{table}.csv names the row {name.row!r}, absent from {table}.csv",
                f"{NAMES}/{table}.csv nomme la ligne {name.row!r}, absente de {table}.csv",
                where=f"{table}:{name.row}",
            )
        row = rows[name.row]
        category = row.get("category", "")
        yield Reading(
            id=name.id,
            title=Text(name.title_fr, name.title_en or row["item"]),
            table=table,
            row=name.row,
            value=row["central"],
            unit=row["unit"],
            kind=name.kind,
            low=row["low"],
            high=row["high"],
            relative_sd=float(name.relative_sd or relative_doubt(description, category)),
            to_unit=name.unit,
            error=name.error,
            category=category,
            note=row.get("note", ""),
            sample=row.get("n", ""),
            source=row.get("source", ""),
            link=name.link,
            licence=name.licence,
            year=row.get("year", "")[:4],
            checked=row.get("source_checked", ""),
            convention=Text(name.convention_fr, name.convention_en) if name.convention_fr else None,
            territory=name.territory or "FR",
            valid_from=name.valid_from,
            valid_to=name.valid_to,
            review_by=name.review_by,
        )


def _wide(table: str, description: Table) -> Iterator[Reading]:
    if not description.factors:
        return
    label = _labeller(description)
    for row in read_rows(table):
        codes = {name: _code(text) for name, text in row.items()}
        fr = {name: label(name, text).fr for name, text in row.items()}
        en = {name: label(name, text).en for name, text in row.items()}
        for column in description.factors:
            if all(row[key] == text for key, text in column.where.items()):
                title = Text(column.title.fr.format_map(fr), column.title.en.format_map(en))
                yield _cell(table, description, column, row=row, codes=codes, title=title)


def _cell(
    table: str,
    description: Table,
    column: Column,
    *,
    row: Mapping[str, str],
    codes: Mapping[str, str],
    title: Text,
) -> Reading:
    return Reading(
        id=column.id.format_map(codes),
        title=title,
        table=table,
        row=column.row.format_map(row),
        value=row[column.column],
        unit=row[column.unit_column] if column.unit_column else column.unit or description.unit,
        kind=column.kind,
        low=row[column.low] if column.low else "",
        high=row[column.high] if column.high else "",
        relative_sd=relative_doubt(description, column.category),
        sign=column.sign,
        error=column.error.format_map(codes),
        category=column.category,
        note=row.get("note", ""),
        source=row.get("source", ""),
        checked=row.get("source_checked", ""),
        convention=column.convention,
    )


@cache
def _code(text: str) -> str:
    """Return a text as a part of an identifier: `electricity (direct)` is `electricity_direct`."""
    return _NOT_CODE.sub("_", text.lower()).strip("_")


def _labeller(description: Table) -> Callable[[str, str], Text]:
    """Return what gives the words for a code of a column: its label, or the title of a land class."""
    classes = read_document("land_classes", LandClasses).root

    @cache
    def label(column: str, code: str) -> Text:
        known = description.labels.get(column, {}).get(code)
        return known or (classes[code].title if code in classes else Text(code, code))

    return label


def _add[Value](found: dict[str, Value], identifier: str, value: Value) -> None:
    if identifier in found:
        raise UnknownFactor(
            f"two rows give the factor {identifier}",
            f"deux lignes donnent le facteur {identifier}",
            where=identifier,
        )
    found[identifier] = value
