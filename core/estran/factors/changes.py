"""Which land of a commune changed use? The changes of CORINE Land Cover, in classes of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from estran.factors.documents import Document, factor_folder, read_document, reading
from estran.factors.rows import read_rows
from estran.factors.zones import read_commune_zones

TABLE = "clc_changes_2012_2018_communes_france"

CLASSES = "clc_to_class"


class Part(Document):
    """What a part of the area of a class of CORINE Land Cover is."""

    land_class: str
    wetland: str = ""
    share: Literal["whole", "sealed", "open"] = "whole"


class ChangeRules(Document):
    """`land_use_change.yaml`."""

    first_year: int
    last_year: int
    smallest_ha: float
    sealed_share: str
    classes: dict[str, tuple[Part, ...]]

    @property
    def years(self) -> int:
        """Years over which the changes of the table happened."""
        return self.last_year - self.first_year

    @property
    def period(self) -> str:
        """The same, in words."""
        return f"{self.first_year}–{self.last_year}"


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change of one commune.

    Attributes:
        before: What the land was, by parts of its area.
        after: What it became.
        area_ha: Over the whole period.
    """

    before: tuple[Part, ...]
    after: tuple[Part, ...]
    area_ha: float


def read_change_rules() -> ChangeRules:
    """Return how the changes are read."""
    return read_document("land_use_change", ChangeRules)


def commune_changes(insee: str) -> tuple[Change, ...] | None:
    """Return what changed in a commune of the geography of 2018, nothing where CORINE saw no change.

    CORINE Land Cover maps the whole of metropolitan France: a commune without a row had no change that it
    sees. A commune that the zone table does not know is None: nothing is known of its changes.

    Raises:
        UnknownFactor: a table is absent.
    """
    changes = _changes(factor_folder())
    if insee not in changes and insee not in read_commune_zones():
        return None
    return changes.get(insee, ())


@lru_cache(maxsize=2)
def _changes(folder: Path) -> Mapping[str, tuple[Change, ...]]:
    with reading(folder):
        classes = read_change_rules().classes
        parts = {row["clc_code"]: classes[row["recommended_class"]] for row in read_rows(CLASSES)}
        rows = read_rows(TABLE)
    found: dict[str, list[Change]] = {}
    for row in rows:
        change = Change(parts[row["clc_2012"]], parts[row["clc_2018"]], float(row["area_ha_over_6_years"]))
        found.setdefault(row["insee"], []).append(change)
    return MappingProxyType({insee: tuple(changes) for insee, changes in found.items()})
