"""What do buildings use and emit in a year? Floor areas, energy by use and carrier, their doubt.

``E = Σ_b w_b · S_b · Σ_{e,use} q_{e,use} · EF_{e,use} / 1000``: the floor area of each building, the final
energy per square metre of each use and carrier, the emission factor of that carrier for that use.

Reference:
    METHODS, section 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidArea
from estran.carbon.propagation import Values

Floats = NDArray[np.float64]
Number = float | Floats

CARRIERS = ("electricity", "heat_pump", "gas", "oil", "wood", "heat_network", "lpg")
"""How a dwelling is heated; a heat pump uses electricity."""

STOCK_NAMES = {
    "electricity": "electricity_direct",
    "heat_pump": "electricity_heat_pump",
    "oil": "fuel_oil",
}
"""Name of a carrier in the national statistics, where it is not our own."""

STOCK_USES = {"heating": "space_heating", "hot_water": "hot_water", "cooking": "cooking"}

COOKING = ("gas", "lpg")
"""Carriers whose cooking the national statistics count; that of electricity is specific electricity."""

PERIODS = ("before_1975", "after_1975")

AGED = {
    "house": {
        "gas": "gas",
        "oil": "oil",
        "lpg": "lpg",
        "electricity": "electricity",
        "heat_pump": "electricity",
    },
    "flat": {
        "gas": "gas_individual",
        "oil": "oil",
        "heat_network": "heat_network",
        "electricity": "electricity",
        "heat_pump": "electricity",
    },
}
"""Rows of the consumption by period that tell how much age matters, by kind of dwelling and carrier."""

GRAMS = 1000.0
"""Kilograms in a tonne, kilowatt-hours in a megawatt-hour."""


@dataclass(frozen=True, slots=True)
class Group:
    """Buildings of one kind and one period, together.

    Attributes:
        kind: `house`, `flat` or `tertiary`.
        period: `before_1975`, `after_1975`, or empty when unknown.
        gross_m2: Footprints times storeys, weighed, in m2.
        known_dwellings: Dwellings counted by the layer, weighed.
        gross_without_dwellings_m2: Part of `gross_m2` whose dwellings are not known.
    """

    kind: str
    period: str
    gross_m2: float
    known_dwellings: float = 0.0
    gross_without_dwellings_m2: float = 0.0


def storeys(levels: Floats, heights_m: Floats, *, storey_height_m: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the storeys of buildings, and which of them are not those that the layer gives.

    Without a number of levels, ``round(height / storey height)``, at least one; without either, one.

    Example:
        >>> floors, guessed = storeys(
        ...     np.array([2.0, np.nan, np.nan, 0.0]), np.array([9.0, 8.9, np.nan, 1.0]), storey_height_m=3.0
        ... )
        >>> floors.tolist(), guessed.tolist()
        ([2.0, 3.0, 1.0, 1.0], [False, True, True, True])
    """
    guessed = ~(levels >= 1.0)
    by_height = np.floor(np.nan_to_num(heights_m) / storey_height_m + 0.5)
    return np.where(guessed, np.maximum(1.0, by_height), levels), guessed


def weights(inside_m2: Floats, footprint_m2: Floats) -> Floats:
    """Return the part of each footprint that lies inside, between 0 and 1.

    Raises:
        InvalidArea: an area is negative or not finite.

    Example:
        >>> weights(np.array([50.0, 100.0]), np.array([100.0, 100.0])).tolist()
        [0.5, 1.0]
    """
    for areas in (inside_m2, footprint_m2):
        if not (np.isfinite(areas) & (areas >= 0.0)).all():
            raise InvalidArea("an area is negative or not finite", "une surface est négative ou non finie")
    safe = np.where(footprint_m2 > 0.0, footprint_m2, 1.0)
    return np.clip(inside_m2 / safe, 0.0, 1.0)


def carrier_shares(values: Values, given: Mapping[str, float] | None = None) -> dict[str, Number]:
    """Return the share of floor area that each carrier heats: as given, else that of the country.

    Example:
        >>> areas = {f"building.stock.heated_area.{STOCK_NAMES.get(c, c)}": 1.0 for c in CARRIERS}
        >>> round(carrier_shares(areas)["gas"], 3)
        0.143
    """
    if given is not None:
        return {carrier: given[carrier] for carrier in CARRIERS if given.get(carrier, 0.0) > 0.0}
    areas = {carrier: values[f"building.stock.heated_area.{_stock(carrier)}"] for carrier in CARRIERS}
    total = sum(areas.values())
    return {carrier: area / total for carrier, area in areas.items()}


def dwelling_energy(
    values: Values, kind: str, period: str, shares: Mapping[str, Number]
) -> dict[tuple[str, str], Number]:
    """Return the final energy of dwellings by use and carrier, in kWh per m2 of floor and per year.

    The level is that of the national stock: what each carrier brings, over the area it heats. The period
    moves the heating by the ratio of the consumption tables, where they have this carrier.
    """
    energy: dict[tuple[str, str], Number] = {}
    for carrier, share in shares.items():
        heated = values[f"building.stock.heated_area.{_stock(carrier)}"]
        for use, name in STOCK_USES.items():
            if use == "cooking" and carrier not in COOKING:
                continue
            mean = values[f"building.stock.consumption.{_stock(carrier)}.{name}"] / heated
            age = age_ratio(values, kind, period, carrier) if use == "heating" else 1.0
            energy[use, carrier] = share * mean * age
    return energy


def age_ratio(values: Values, kind: str, period: str, carrier: str) -> Number:
    """Return the heating of a period over that of both periods; 1 where age or row is unknown.

    Example:
        >>> rows = {"building.heating.house.gas.before_1975": 201.0, "building.share_before_1975": 0.5}
        >>> rows["building.heating.house.gas.after_1975"] = 166.0
        >>> round(age_ratio(rows, "house", "before_1975", "gas"), 4)
        1.0954
    """
    row = AGED[kind].get(carrier)
    if not period or row is None:
        return 1.0
    old, new = (values[f"building.heating.{kind}.{row}.{each}"] for each in PERIODS)
    share = values["building.share_before_1975"]
    return values[f"building.heating.{kind}.{row}.{period}"] / (share * old + (1.0 - share) * new)


def specific_electricity(values: Values, kind: str, period: str) -> Number:
    """Return the electricity of appliances and light, in kWh per dwelling and per year."""
    old, new = (values[f"building.specific_electricity.{kind}.{each}"] for each in PERIODS)
    if period:
        return old if period == PERIODS[0] else new
    share = values["building.share_before_1975"]
    return share * old + (1.0 - share) * new


def mean_dwelling_m2(values: Values) -> Number:
    """Return the mean floor area of a dwelling: the heated area of the country over its dwellings."""
    areas = [values[f"building.stock.heated_area.{_stock(carrier)}"] for carrier in CARRIERS]
    return sum(areas[1:], start=areas[0]) / values["building.dwellings.france"]


def branch_energy(values: Values, branch: str, shares: Mapping[str, Number]) -> dict[tuple[str, str], Number]:
    """Return the final energy of a tertiary branch by use and carrier, in kWh per m2 and per year.

    The branch gives the consumption, the carriers share it. A heat pump counts as electricity: the
    consumption of a branch is a mean over all its systems.
    """
    energy: dict[tuple[str, str], Number] = {}
    for use in ("heating", "hot_water"):
        for carrier, share in shares.items():
            target = "electricity" if carrier == "heat_pump" else carrier
            part = share * values[f"building.{use}.{branch}"]
            energy[use, target] = energy.get((use, target), 0.0) + part
    energy["specific_electricity", "electricity"] = values[f"building.specific_electricity.{branch}"]
    return energy


def group_energy(
    values: Values, group: Group, *, branch: str, shares: Mapping[str, Number]
) -> dict[tuple[str, str], Number]:
    """Return the final energy of a group by use and carrier, in MWh per year."""
    useful_m2 = group.gross_m2 * values["building.useful_share"]
    if group.kind == "tertiary":
        found = branch_energy(values, branch, shares)
        return {key: useful_m2 * kwh / GRAMS for key, kwh in found.items()}
    energy = {
        key: useful_m2 * kwh / GRAMS
        for key, kwh in dwelling_energy(values, group.kind, group.period, shares).items()
    }
    unknown_m2 = group.gross_without_dwellings_m2 * values["building.useful_share"]
    dwellings = group.known_dwellings + unknown_m2 / mean_dwelling_m2(values)
    used = specific_electricity(values, group.kind, group.period)
    energy["specific_electricity", "electricity"] = dwellings * used / GRAMS
    return energy


def independent_doubt(parts: Floats, *, single: float, common: float) -> float:
    """Return the relative doubt of a sum that falls as more buildings are summed.

    One building is unsure by `single`, of which `common` is shared by all: the rest, independent, is
    ``sqrt((single² - common²) Σ e²) / Σ e``, that is ``sqrt(single² - common²) / sqrt(n)`` for n equal ones.

    Example:
        >>> round(independent_doubt(np.ones(100), single=0.4, common=0.15), 4)
        0.0371
    """
    total = fsum(parts.tolist())
    if total <= 0.0:
        return 0.0
    return sqrt(max(0.0, single**2 - common**2) * fsum((parts**2).tolist())) / total


def primary_energy_mwh(final_mwh: Number, carrier: str, *, electricity: Number, other: Number) -> Number:
    """Return primary energy: electricity has its own factor, the rest another.

    Example:
        >>> round(primary_energy_mwh(10.0, "heat_pump", electricity=1.9, other=1.0), 9)
        19.0
        >>> primary_energy_mwh(10.0, "gas", electricity=1.9, other=1.0)
        10.0
    """
    return final_mwh * (electricity if carrier in {"electricity", "heat_pump"} else other)


def dpe_class(
    primary_kwh_m2: float | None, ghg_kg_m2: float, thresholds: Mapping[str, tuple[float, float]]
) -> str:
    """Return the energy label: the worse of primary energy and emissions; `g` beyond the last threshold.

    Args:
        primary_kwh_m2: Primary energy in kWhEP/m2/yr, None when only the emissions are known.
        ghg_kg_m2: Emissions in kgCO2e/m2/yr.
        thresholds: Highest primary energy and emissions of each class but the last, from `a`.

    Example:
        >>> dpe_class(100.0, 25.0, {"a": (70.0, 6.0), "b": (110.0, 11.0), "c": (180.0, 30.0)})
        'c'
    """
    for name, (energy, emissions) in sorted(thresholds.items()):
        if (primary_kwh_m2 is None or primary_kwh_m2 <= energy) and ghg_kg_m2 <= emissions:
            return name
    return "g"


def _stock(carrier: str) -> str:
    return STOCK_NAMES.get(carrier, carrier)
