"""Which land lies in each plot? True hectares per key of the ledger, row by row and together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

import numpy as np

from estran.assessments.envelope import Notice
from estran.assessments.place import Place
from estran.assessments.plots import together
from estran.carbon.errors import Unavailable
from estran.carbon.text import Text
from estran.layers.ledger.keys import LandAreas, LedgerKey
from estran.layers.ledger.read import Ledger, open_ledger
from estran.layers.territory import Territory


@dataclass(frozen=True, slots=True)
class Land:
    """What the ledger says of a place.

    Attributes:
        rows: One per plot, in order.
        errors: Why a plot cannot be read, by rank; its row is then empty and it is left out of the whole.
        whole: The plots together, each square metre once.
        territory: All the land of the ledger.
        version: Version of the ledger.
        resolution_m: Side of its cells.
        bytes_read: Bytes decoded to answer.
    """

    rows: tuple[LandAreas, ...]
    errors: Mapping[int, Notice]
    whole: LandAreas
    territory: LandAreas
    version: str
    resolution_m: float
    bytes_read: int


def read_land(place: Place, territory: Territory) -> Land:
    """Return the land of a place.

    Raises:
        Unavailable: the territory has no ledger, or it cannot be read.
    """
    layer = territory.with_role("land-ledger")
    if layer is None:
        raise Unavailable(
            "this territory has no land ledger; declare one and run `estran data build`",
            "ce territoire n'a pas de registre des terres ; déclarez-le et lancez `estran data build`",
            where="land-ledger",
        )
    ledger = open_ledger(layer.path)
    return place.once(ledger, lambda: _read(place, ledger))


def _read(place: Place, ledger: Ledger) -> Land:
    rows = ledger.land_areas_many([plot.geometry for plot in place.plots], place.crs)
    errors = {rank: plot.error for rank, plot in enumerate(place.plots) if plot.error}
    read = sum(row.bytes_read for row in rows)
    kept = [rank for rank in range(len(rows)) if rank not in errors]
    if place.overlapping:
        whole = ledger.land_areas(together([place.plots[rank] for rank in kept])[0], place.crs)
        read += whole.bytes_read
    else:
        whole = summed_areas([rows[rank] for rank in kept])
    return Land(tuple(rows), errors, whole, ledger.whole(), ledger.version, ledger.resolution_m, read)


def summed_areas(rows: Sequence[LandAreas]) -> LandAreas:
    """Return the areas of land that does not overlap, as one."""
    if len(rows) == 1:
        return rows[0]
    keys: dict[int, LedgerKey] = {}
    parts: dict[int, list[float]] = {}
    for row in rows:
        for key, area in zip(row.keys, row.areas_ha.tolist(), strict=True):
            keys[key.code] = key
            parts.setdefault(key.code, []).append(area)
    codes = sorted(keys)
    return LandAreas(
        keys=tuple(keys[code] for code in codes),
        areas_ha=np.array([fsum(parts[code]) for code in codes], dtype=np.float64),
        geometry_ha=fsum(row.geometry_ha for row in rows),
        bytes_read=sum(row.bytes_read for row in rows),
    )


@lru_cache(maxsize=1024)
def land_title(land: Text, wetland: Text | None, what: Text) -> Text:
    """Return what a row on land is called: its class, its wetland type where it has one, what is counted."""
    return Text(
        f"{land.fr}{f' ({wetland.fr})' if wetland else ''} : {what.fr}",
        f"{land.en}{f' ({wetland.en})' if wetland else ''}: {what.en}",
    )


def distinct_keys(areas: Iterable[LandAreas]) -> tuple[LedgerKey, ...]:
    """Return every key present, once, by code."""
    keys = {key.code: key for area in areas for key in area.keys}
    return tuple(keys[code] for code in sorted(keys))
