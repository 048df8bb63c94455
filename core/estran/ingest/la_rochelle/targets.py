"""How many hectares, and how many cells, does each class have in each commune?

The table of land use by commune is the target. Where it exceeds the commune's polygon every
class is scaled down alike; where it falls short the rest is `unknown`. Water that the real land
cover of Lagord shows is not a class of the table: it takes its room first, so that the classes
share what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

UNKNOWN = "unknown"
WATER = "water"


@dataclass(frozen=True, slots=True)
class Codes:
    """The values of the land cover.

    Attributes:
        value: Class (CITEPA code, `water`, `unknown`) -> cell value, 1 to 255.
        land_class: Cell value -> land class of the ledger, `unknown` left out.
        colours: Cell value -> red, green, blue, alpha.
    """

    value: Mapping[str, int]
    land_class: Mapping[int, str]
    colours: Mapping[int, tuple[int, int, int, int]]


def read_codes(rows: pd.DataFrame) -> Codes:
    """Return the values of the land cover from their table."""
    names = rows["citepa_code"].fillna(rows["land_class"])
    values = rows["code"].astype(int)
    return Codes(
        value=dict(zip(names, values, strict=True)),
        land_class={
            value: name for value, name in zip(values, rows["land_class"], strict=True) if name != UNKNOWN
        },
        colours={value: _rgba(text) for value, text in zip(values, rows["colour"], strict=True)},
    )


def read_targets(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return the area of each class in hectares, by INSEE code then CITEPA code."""
    table: dict[str, dict[str, float]] = {}
    for insee, code, area in zip(rows["insee"], rows["citepa_code"], rows["area_ha"], strict=True):
        table.setdefault(str(insee), {})[str(code)] = float(area)
    return table


def cell_counts(
    target_ha: Mapping[str, float], *, cells: int, water_cells: int, cell_ha: float
) -> dict[str, int]:
    """Return the number of cells of each class of a commune, `unknown` included.

    Args:
        target_ha: Class -> area in hectares.
        cells: Cells of the commune.
        water_cells: Of which water.
        cell_ha: Mean true area of a cell, in hectares.

    Returns:
        Class -> cells; with the water they sum to `cells`. Largest remainders are rounded up.
    """
    room = cells - water_cells
    names = sorted(target_ha)
    wanted = np.array([target_ha[name] for name in names]) / cell_ha
    if wanted.sum() > room:
        wanted *= room / wanted.sum()
    counts = np.floor(wanted).astype(np.int64)
    left = round(float(wanted.sum())) - int(counts.sum())
    counts[np.argsort(counts - wanted, kind="stable")[:left]] += 1
    result = {name: int(count) for name, count in zip(names, counts, strict=True)}
    return result | {UNKNOWN: room - int(counts.sum())}


def target_table(
    communes: Mapping[str, str],
    target_ha: Mapping[str, Mapping[str, float]],
    achieved_ha: Mapping[str, Mapping[str, float]],
) -> pd.DataFrame:
    """Return the area of the table and that of the land cover, one row per commune and class.

    `scale` is what the table is multiplied by to fit the polygon (and the water), at most 1.

    Args:
        communes: INSEE code -> name.
        target_ha: INSEE code -> class -> hectares of the table.
        achieved_ha: INSEE code -> class -> hectares of the land cover.
    """
    rows = []
    for insee, name in communes.items():
        target, achieved = target_ha[insee], achieved_ha[insee]
        room = sum(achieved.values()) - achieved.get(WATER, 0.0)
        scale = min(1.0, room / sum(target.values()))
        rows += [
            {
                "code_insee": insee,
                "nom": name,
                "class": land,
                "table_ha": target.get(land),
                "scale": scale,
                "target_ha": target[land] * scale if land in target else None,
                "achieved_ha": achieved.get(land, 0.0),
            }
            for land in sorted({*target, *achieved})
        ]
    return pd.DataFrame(rows).round(6)


def _rgba(text: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(text[k : k + 2], 16) for k in (1, 3, 5))
    return (red, green, blue, 255)
