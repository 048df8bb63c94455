"""What is each building: a house, flats, tertiary, something that is not heated or not evaluated?

BD TOPO says it by `usage1`, `nature`, `leger`, `etat`, `nb_logts`, `nb_etages`, `hauteur`, `date_app`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estran.assessments.layer_objects import Objects
from estran.carbon.buildings import PERIODS, Floats, Group, storeys
from estran.carbon.text import Text

Bools = NDArray[np.bool_]
Ranks = NDArray[np.int64]

Unknown = Literal["not_evaluated", "housing", "tertiary"]

HEATED = ("house", "flat", "tertiary")
"""Kinds that have a consumption ratio."""

NOT_HEATED = "not_heated"

COLUMNS = (
    "nature",
    "usage1",
    "leger",
    "etat",
    "nb_logts",
    "nb_etages",
    "hauteur",
    "date_app",
    "synthetic",
)
"""Columns of BD TOPO, in the short names of its files."""

DPE_EMISSIONS = ("dpe_kgco2e_m2", "emission_ges_5_usages_par_m2", "emission_ges_5_usages_m2")
"""Columns that hold the emissions of an energy label, in kgCO2e/m2/yr: ours, then those of ADEME and BDNB."""

DPE_PRIMARY = ("dpe_kwhep_m2", "conso_5_usages_par_m2_ep", "conso_5_usages_ep_m2")
"""Columns that hold its primary energy, in kWhEP/m2/yr."""

USES = {
    "Résidentiel": "housing",
    "Commercial et services": "tertiary",
    "Annexe": NOT_HEATED,
    "Agricole": NOT_HEATED,
    "Industriel": "industrial",
    "Sportif": "sport",
    "Religieux": "religious",
}
"""Kind by `usage1`; any other use is unknown."""

NATURES = {
    "Serre": NOT_HEATED,
    "Silo": NOT_HEATED,
    "Moulin à vent": NOT_HEATED,
    "Monument": NOT_HEATED,
    "Arc de triomphe": NOT_HEATED,
    "Arène ou théâtre antique": NOT_HEATED,
    "Fort, blockhaus, casemate": NOT_HEATED,
    "Tribune": NOT_HEATED,
    "Tour, donjon": NOT_HEATED,
    "Chapelle": "religious",
    "Eglise": "religious",
}
"""Kind by `nature`, which decides before the use."""

STANDING = "En service"
"""`etat` of a building in use; one without state counts as in use."""

NOT_EVALUATED: Mapping[str, Text] = {
    "unknown": Text(
        "usage inconnu : ni logement ni activité ne sont déclarés",
        "unknown use: neither housing nor activity",
    ),
    "industrial": Text(
        "industrie : l'énergie des procédés n'a pas de ratio", "industry: process energy has no ratio"
    ),
    "sport": Text("sport : aucun ratio de consommation", "sport: no consumption ratio"),
    "religious": Text("culte : aucun ratio de consommation", "worship: no consumption ratio"),
}
"""Kinds without consumption ratio, and why."""


@dataclass(frozen=True, slots=True)
class Dpe:
    """Energy labels, one per building, NaN where there is none.

    Attributes:
        emissions: In kgCO2e/m2/yr, regulated uses.
        primary: In kWhEP/m2/yr.
        final: In kWh/m2/yr.
    """

    emissions: Floats
    primary: Floats
    final: Floats

    @property
    def known(self) -> Bools:
        """Which buildings have a label."""
        return np.isfinite(self.emissions)


@dataclass(frozen=True, slots=True)
class Stock:
    """Every building of a place, one line each.

    Attributes:
        kinds: `house`, `flat`, `tertiary`, `not_heated`, or a kind of `NOT_EVALUATED`.
        periods: `before_1975`, `after_1975`, or empty.
        floors: Storeys.
        floors_guessed: Which are not given by the layer.
        gross_m2: Footprint times storeys, of the whole building.
        dwellings: NaN where unknown.
        dpe: Energy labels.
    """

    kinds: NDArray[np.str_]
    periods: NDArray[np.str_]
    floors: Floats
    floors_guessed: Bools
    gross_m2: Floats
    dwellings: Floats
    dpe: Dpe

    @property
    def heated(self) -> Bools:
        """Which buildings have a consumption, by ratio or by label."""
        return np.isin(self.kinds, HEATED)

    def of(self, ranks: Ranks) -> "Stock":
        """Return some of the buildings."""
        dpe = Dpe(self.dpe.emissions[ranks], self.dpe.primary[ranks], self.dpe.final[ranks])
        return Stock(
            self.kinds[ranks],
            self.periods[ranks],
            self.floors[ranks],
            self.floors_guessed[ranks],
            self.gross_m2[ranks],
            self.dwellings[ranks],
            dpe,
        )


def read_stock(
    objects: Objects,
    dpe: Dpe,
    *,
    storey_height_m: float,
    flats_from_dwellings: float,
    flats_from_storeys: float,
    period_limit: float,
    unknown: Unknown,
) -> Stock:
    """Return what the buildings of a place are.

    Args:
        objects: As the layer describes them.
        dpe: Their energy labels.
        storey_height_m: To turn a height into storeys.
        flats_from_dwellings: Dwellings from which a building is flats.
        flats_from_storeys: Storeys from which it is, when its dwellings are unknown.
        period_limit: First year of the second period.
        unknown: What a building of unknown use, and no light construction, is taken for.
    """
    floors, guessed = storeys(
        objects.numbers("nb_etages"), objects.numbers("hauteur"), storey_height_m=storey_height_m
    )
    counted = objects.numbers("nb_logts")
    kinds = _kinds(objects, unknown)
    # A label is about a place that is lived or worked in, whatever the layer says of its use.
    labelled = dpe.known & ~np.isin(kinds, ("housing", "tertiary"))
    kinds[labelled] = "housing"
    housing = kinds == "housing"
    dwellings = np.where(housing & (counted >= 1.0), counted, np.nan)
    many = np.where(np.isnan(dwellings), floors >= flats_from_storeys, dwellings >= flats_from_dwellings)
    kinds[housing] = np.where(many[housing], "flat", "house")
    years = np.array([_year(value) for value in objects.column("date_app")], dtype=np.float64)
    periods = np.where(np.isnan(years), "", np.where(years < period_limit, *PERIODS))
    return Stock(
        kinds=kinds,
        periods=np.where(housing, periods, ""),
        floors=floors,
        floors_guessed=guessed,
        gross_m2=objects.area_m2 * floors,
        dwellings=dwellings,
        dpe=dpe,
    )


def read_groups(stock: Stock, shares: Floats) -> tuple[Group, ...]:
    """Return the buildings that a ratio describes, by kind and period.

    Args:
        stock: Every building.
        shares: How much of each counts, from 0 to 1.
    """
    groups = []
    by_ratio = stock.heated & ~stock.dpe.known & (shares > 0.0)
    for kind in HEATED:
        for period in (*PERIODS, ""):
            chosen = by_ratio & (stock.kinds == kind) & (stock.periods == period)
            if not chosen.any():
                continue
            gross = stock.gross_m2[chosen] * shares[chosen]
            counted = np.isfinite(stock.dwellings[chosen])
            groups.append(
                Group(
                    kind,
                    period,
                    float(gross.sum()),
                    float(np.nansum(stock.dwellings[chosen] * shares[chosen])),
                    float(gross[~counted].sum()),
                )
            )
    return tuple(groups)


def layer_dpe(objects: Objects) -> Dpe:
    """Return the energy labels that the layer itself holds."""
    blank = np.full(len(objects.ids), np.nan)
    emissions = next(
        (found for name in DPE_EMISSIONS if np.isfinite(found := objects.numbers(name)).any()), blank
    )
    primary = next(
        (found for name in DPE_PRIMARY if np.isfinite(found := objects.numbers(name)).any()), blank
    )
    return Dpe(np.where(emissions >= 0.0, emissions, np.nan), primary, blank)


def _kinds(objects: Objects, unknown: Unknown) -> NDArray[np.str_]:
    rows = zip(
        objects.column("nature"),
        objects.column("usage1"),
        objects.column("leger"),
        objects.column("etat"),
        strict=True,
    )
    names = np.array([_kind(*row) for row in rows], dtype="<U16")
    if unknown != "not_evaluated":
        names[names == "unknown"] = unknown
    return names


def _kind(nature: object, use: object, light: object, state: object) -> str:
    if light in ("Oui", True, 1) or (state not in (None, STANDING)):
        return NOT_HEATED
    return NATURES.get(str(nature)) or USES.get(str(use), "unknown")


def _year(value: object) -> float:
    text = str(value or "")[:4]
    return float(text) if text.isdigit() else np.nan


def shares_of(count: int, ranks: Sequence[int] | NDArray[np.int64], values: Floats) -> Floats:
    """Return an array of `count` numbers, zero but for some ranks."""
    whole = np.zeros(count)
    whole[ranks] = values
    return whole
