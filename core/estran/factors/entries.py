"""What does the registry hold under an identifier? Tables are read when they are first needed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from estran.factors.documents import reading
from estran.factors.factor import Factor
from estran.factors.names import Entry, read_index, read_table

__all__ = ["Entries", "Entry", "with_changes"]


class Entries(Mapping[str, Entry]):
    """The factors and gaps of one folder: the stocks, and the tables that `names` names.

    Looking up one factor reads its table only; counting or listing reads them all.
    """

    __slots__ = ("_folder", "_found", "_stocks")

    def __init__(self, folder: Path, stocks: Mapping[str, Factor]) -> None:
        self._folder = folder
        self._stocks = stocks
        self._found: dict[str, Entry] = {}

    def __getitem__(self, identifier: str) -> Entry:
        if identifier in self._stocks:
            return self._stocks[identifier]
        if identifier not in self._found:
            self._found[identifier] = self._read(identifier)
        return self._found[identifier]

    def _read(self, identifier: str) -> Entry:
        with reading(self._folder):
            for table in read_index().candidates(identifier):
                entries = read_table(table)
                if identifier in entries:
                    return entries[identifier]
        raise KeyError(identifier)

    def __iter__(self) -> Iterator[str]:
        yield from self._stocks
        with reading(self._folder):
            tables = [read_table(table) for table in read_index().tables]
        for entries in tables:
            yield from entries

    def __len__(self) -> int:
        return sum(1 for _ in self)


def with_changes(entries: Mapping[str, Entry], changed: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Return `entries` with some of them replaced, without reading the others."""
    return _Changed(entries, MappingProxyType(dict(changed)))


class _Changed(Mapping[str, Entry]):
    __slots__ = ("_changed", "_entries")

    def __init__(self, entries: Mapping[str, Entry], changed: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._changed = changed

    def __getitem__(self, identifier: str) -> Entry:
        return self._changed[identifier] if identifier in self._changed else self._entries[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
