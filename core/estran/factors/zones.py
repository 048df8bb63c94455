"""In which soil-climate zone and forest region does a commune lie?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from estran.factors.documents import factor_folder, reading
from estran.factors.rows import read_rows


@dataclass(frozen=True, slots=True)
class CommuneZone:
    """Where a commune stands in the tables, in the geography of December 2018.

    Attributes:
        insee: INSEE code.
        name: Name of the commune.
        zpc: Soil-climate zone (`4_1`): texture 1 to 5, climate 1 to 3.
        department: Code of the department.
        region: INSEE code of the region.
        inter_region: Inter-region of the biomass table.
        greco: Ecological regions of the forest inventory, none where it does not say.
        ser_groups: Groups of forest regions, none where the inventory does not say.
        poplar_basin: Poplar basin, empty where unknown.
    """

    insee: str
    name: str
    zpc: str
    department: str
    region: str
    inter_region: str
    greco: tuple[str, ...]
    ser_groups: tuple[str, ...]
    poplar_basin: str


def read_commune_zones() -> Mapping[str, CommuneZone]:
    """Return the zone of every commune of metropolitan France, by INSEE code."""
    return _zones(factor_folder())


@lru_cache(maxsize=2)
def _zones(folder: Path) -> Mapping[str, CommuneZone]:
    with reading(folder):
        rows = read_rows("commune_zones_france")
    return MappingProxyType(
        {
            row["insee"]: CommuneZone(
                insee=row["insee"],
                name=row["name"],
                zpc=row["zpc"],
                department=row["department"],
                region=row["insee_region"],
                inter_region=row["inter_region"],
                greco=split_codes(row["greco"]),
                ser_groups=split_codes(row["ser_group"]),
                poplar_basin=row["poplar_basin"],
            )
            for row in rows
        }
    )


def split_codes(text: str) -> tuple[str, ...]:
    """Return the codes of a comma-separated list; none for an empty text."""
    return tuple(code.strip() for code in text.split(",") if code.strip())
