"""What do buildings emit, as a model of factors? Emissions by kind, use and carrier, energy, doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from estran.assessments.buildings_stock import HEATED, Stock
from estran.assessments.laws import factor_input
from estran.carbon.buildings import (
    AGED,
    CARRIERS,
    COOKING,
    GRAMS,
    PERIODS,
    STOCK_NAMES,
    STOCK_USES,
    Floats,
    Group,
    Number,
    carrier_shares,
    group_energy,
    primary_energy_mwh,
)
from estran.carbon.propagation import Model, Results, Values, propagate
from estran.factors.factor import Factor, Gap
from estran.factors.registry import Registry

COMMON = "building.common"
INDEPENDENT = "building.independent"

DPE_CARRIER = "dpe"
REGULATED = "regulated_uses"

ELECTRIC = ("electricity", "heat_pump")

EMISSIONS = {
    "oil": "energy.oil",
    "wood": "energy.wood.logs",
    "heat_network": "energy.heat_network",
    "lpg": "energy.lpg",
}
"""Emission factor of a carrier that has one for every use."""

GAS = {"house": "energy.gas.hhv", "flat": "energy.gas.hhv", "tertiary": "energy.gas.lhv"}
"""The national residential statistics are in higher heating value, the tertiary ratios in lower."""

AVERAGE = "energy.electricity.average"

ELECTRICITY = {
    "heating": "energy.electricity.heating",
    "hot_water": "energy.electricity.hot_water",
    "cooking": AVERAGE,
    "specific_electricity": AVERAGE,
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller chose.

    Attributes:
        branch: Which ratios tertiary buildings take.
        by_use: Whether electricity has a factor by use, else the yearly average.
        shares: Share of floor area heated by each carrier, None for that of the country.
    """

    branch: str
    by_use: bool
    shares: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """Labelled buildings of one kind: sums of useful area over `building.useful_share`.

    Attributes:
        emissions: Σ gross area times emissions, in kgCO2e.
        gross_m2: Σ gross area.
        final: Σ gross area times final energy, in kWh, of those where it is known.
        primary: Σ gross area times primary energy, in kWhEP, of those where it is known.
    """

    emissions: float
    gross_m2: float
    final: float
    primary: float


@dataclass(slots=True)
class Drawn:
    """What the model reads, by identifier."""

    factors: dict[str, Factor] = field(default_factory=dict)
    gaps: dict[str, Gap] = field(default_factory=dict)

    def read(self, registry: Registry, identifier: str) -> None:
        """Keep a factor, or that it has no value."""
        found = registry.factor(identifier)
        if isinstance(found, Factor):
            self.factors[identifier] = found
        else:
            self.gaps[identifier] = found


def emission_factor(kind: str, use: str, carrier: str, *, by_use: bool) -> str:
    """Return the identifier of the emission factor of an energy, for a use, in a kind of building."""
    if carrier in ELECTRIC:
        return ELECTRICITY[use] if by_use else AVERAGE
    return GAS[kind] if carrier == "gas" else EMISSIONS[carrier]


def read_factors(registry: Registry, groups: Sequence[Group], choices: Choices) -> Drawn:
    """Return every factor that these buildings need."""
    drawn = Drawn()
    mix = [carrier for carrier in CARRIERS if choices.shares is None or choices.shares.get(carrier)]
    kinds = {group.kind for group in groups}
    names = ["building.useful_share", "project.primary_energy.other", "energy.electricity.primary_factor"]
    if kinds:
        names += [f"building.stock.heated_area.{_stock(carrier)}" for carrier in CARRIERS]
    if kinds & {"house", "flat"}:
        names += [
            f"building.stock.consumption.{_stock(carrier)}.{name}"
            for carrier in mix
            for use, name in STOCK_USES.items()
            if use != "cooking" or carrier in COOKING
        ]
        names += ["building.dwellings.france", "building.share_before_1975"]
    for group in groups:
        if group.kind == "tertiary":
            names += [
                f"building.{use}.{choices.branch}" for use in ("heating", "hot_water", "specific_electricity")
            ]
            continue
        names += [f"building.specific_electricity.{group.kind}.{period}" for period in PERIODS]
        if group.period:
            rows = set(AGED[group.kind].values())
            names += [
                f"building.heating.{group.kind}.{row}.{period}" for row in sorted(rows) for period in PERIODS
            ]
    for kind in sorted(kinds):
        names += [
            emission_factor(kind, use, carrier, by_use=choices.by_use)
            for use in ("heating", "hot_water", "specific_electricity")
            for carrier in (mix if use != "specific_electricity" else ELECTRIC)
        ]
    for name in dict.fromkeys(names):
        drawn.read(registry, name)
    return drawn


def emissions_model(groups: Sequence[Group], labels: Mapping[str, Labels], choices: Choices) -> Model:
    """Return the yearly emissions by kind, use and carrier (tCO2e), the energy (MWh) and what follows.

    ``E = Σ_b w_b · S_b · Σ q · EF / 1000`` (METHODS, section 5), buildings being summed by kind and period
    beforehand. A labelled building counts by its label alone. Every emission is multiplied by the doubt
    common to all buildings and by the independent one of its kind, both 1 in the centre.
    """

    def model(values: Values) -> Results:
        results: dict[str, Number] = {}
        shares = carrier_shares(values, choices.shares) if groups else {}
        useful = values["building.useful_share"]
        floor: Number = 0.0
        energy: dict[str, Number] = {}
        for group in groups:
            doubt = _doubt(values, group.kind)
            floor = floor + group.gross_m2 * useful
            used = group_energy(values, group, branch=choices.branch, shares=shares)
            for (use, carrier), mwh in used.items():
                factor = values[emission_factor(group.kind, use, carrier, by_use=choices.by_use)]
                name = f"{group.kind}/{use}/{carrier}"
                # kgCO2e/kWh is tCO2e/MWh
                results[name] = results.get(name, 0.0) + mwh * factor * doubt
                energy[carrier] = energy.get(carrier, 0.0) + mwh * doubt
        primary: Number = sum(
            (
                primary_energy_mwh(
                    mwh,
                    carrier,
                    electricity=values["energy.electricity.primary_factor"],
                    other=values["project.primary_energy.other"],
                )
                for carrier, mwh in energy.items()
            ),
            start=0.0,
        )
        final: Number = sum(energy.values(), start=0.0)
        for kind, label in labels.items():
            doubt = _doubt(values, kind)
            results[f"{kind}/{REGULATED}/{DPE_CARRIER}"] = label.emissions * useful / GRAMS * doubt
            floor = floor + label.gross_m2 * useful
            final = final + label.final * useful / GRAMS * doubt
            primary = primary + label.primary * useful / GRAMS * doubt
        results |= {f"energy.{carrier}": mwh for carrier, mwh in energy.items()}
        total: Number = sum((results[name] for name in results if "/" in name), start=0.0)
        intensity = {"emission_intensity": total * GRAMS / floor} if groups or labels else {}
        return results | intensity | {"final_energy": final, "primary_energy": primary, "floor_area": floor}

    return model


def labelled(stock: Stock, shares: Floats) -> dict[str, Labels]:
    """Return the sums over labelled buildings, by kind."""
    found = {}
    for kind in HEATED:
        chosen = stock.dpe.known & (stock.kinds == kind) & (shares > 0.0)
        if chosen.any():
            gross = stock.gross_m2[chosen] * shares[chosen]
            found[kind] = Labels(
                float((gross * stock.dpe.emissions[chosen]).sum()),
                float(gross.sum()),
                float(np.nansum(gross * stock.dpe.final[chosen])),
                float(np.nansum(gross * stock.dpe.primary[chosen])),
            )
    return found


def common_doubt(model: Model, factors: Sequence[Factor], *, floor: float) -> float:
    """Return what the factors leave of the doubt common to all buildings: the floor is never undercut."""

    def total(values: Values) -> Results:
        neutral: dict[str, Number] = {f"{INDEPENDENT}.{kind}": 1.0 for kind in HEATED}
        results = model({**values, **neutral, COMMON: 1.0})
        return {"total": sum((results[name] for name in results if "/" in name), start=0.0)}

    found = propagate(total, map(factor_input, factors)).outputs["total"]
    known = found.sd / found.value if found.value else 0.0
    return sqrt(max(0.0, floor**2 - known**2))


def _doubt(values: Values, kind: str) -> Number:
    return values[COMMON] * values[f"{INDEPENDENT}.{kind}"]


def _stock(carrier: str) -> str:
    return STOCK_NAMES.get(carrier, carrier)
