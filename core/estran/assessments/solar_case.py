"""Which figures follow from the sunny surfaces of a place? The case of `solar-potential`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from estran.assessments.buildings_model import Choices, read_factors
from estran.assessments.case import Case, Figure, Row
from estran.assessments.pv_site import GRIDS, Grid, Modules
from estran.assessments.required import required_factor
from estran.assessments.solar_words import MOIS, SURFACES, TITLES
from estran.carbon.buildings import Floats, Group, Number, carrier_shares, group_energy
from estran.carbon.parking import avoided_tco2e, canopy_power_kwp
from estran.carbon.propagation import Results, Values
from estran.carbon.sampling import Input
from estran.carbon.solar import (
    HOURS,
    MONTHS,
    consumed_at_once,
    day_shape,
    noon_clock,
    production_mwh,
    roof_power_kwp,
)
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry

SQUARE_METRES = 10_000.0
KILO = 1000.0

MODULE = "pv.power.module"
LAYOUT = "pv.canopy_layout"
USABLE = "pv.roof_usable_share"
LIFETIME = "pv.lifetime"

MONTH_SHARES = {"roofs": "pv.month_share", "canopies": "pv.month_share_canopy"}

SUMMER = range(3, 10)
"""Months in summer time, from 0: April to October."""

LOAD = "load"
"""Input of the model: a yearly load that the caller gives."""

ELECTRIC = ("electricity", "heat_pump")


@dataclass(frozen=True, slots=True)
class Site:
    """What a place offers to the sun.

    Attributes:
        roof_m2: Footprint of the roofs retained, None when roofs are not asked about.
        park_m2: Area of the outdoor car parks retained, None when canopies are not asked about.
        canopy: Share of a park under canopies.
        groups: Buildings whose electricity is matched, empty when `load_mwh` is given.
        load_mwh: Load that the caller gives.
        load_profile: Its daily shape.
        latitude: Of the middle of the place, in degrees.
        longitude: Same.
        grid: Electricity replaced.
        modules: Where modules are made.
    """

    roof_m2: float | None
    park_m2: float | None
    canopy: float
    groups: tuple[Group, ...]
    load_mwh: float | None
    load_profile: str
    latitude: float
    longitude: float
    grid: Grid
    modules: Modules

    @property
    def is_sunny(self) -> bool:
        """Whether there is something to cover."""
        return (self.roof_m2 or 0.0) > 0.0 or (self.park_m2 or 0.0) * self.canopy > 0.0

    @property
    def is_loaded(self) -> bool:
        """Whether electricity is used."""
        return bool(self.groups) or (self.load_mwh or 0.0) > 0.0

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Those asked about."""
        given = {"roofs": self.roof_m2, "canopies": self.park_m2}
        return tuple(name for name, area in given.items() if area is not None)


def solar_case(
    site: Site,
    choices: Choices,
    *,
    registry: Registry,
    produced: Factor,
    unanswered: Text | None = None,
) -> Case:
    """Return the case of one place: production by surface and month, load matched hour by hour.

    ``P = A · usable share · p``, ``E_month = P · y · share of the month`` (METHODS, section 7).
    """
    replaced, made = GRIDS[site.grid], f"pv.carbon.{site.modules}"
    names = [MODULE, LIFETIME, made, replaced, "solar.obliquity"]
    names += [USABLE] if site.roof_m2 is not None else []
    names += [LAYOUT] if site.park_m2 is not None else []
    names += ["solar.utc_offset.winter", "solar.utc_offset.summer"]
    months = {surface: [f"{MONTH_SHARES[surface]}.{month}" for month in MONTHS] for surface in site.surfaces}
    names += [name for listed in months.values() for name in listed]
    shapes = {
        kind: [f"building.load.{kind}.h{hour:02d}" for hour in range(HOURS)] for kind in _profiles(site)
    }
    names += [name for listed in shapes.values() for name in listed]
    factors = {name: required_factor(registry, name) for name in names} | {produced.id: produced}
    factors |= read_factors(registry, site.groups, choices).factors if site.groups else {}
    daily = {kind: _normalised([factors[name].value for name in listed]) for kind, listed in shapes.items()}
    hours = {surface: _hours(site, factors, listed) for surface, listed in months.items()}

    def model(values: Values) -> Results:
        power: dict[str, Number] = {}
        if site.roof_m2 is not None:
            power["roofs"] = roof_power_kwp(
                site.roof_m2, usable_share=values[USABLE], module_kwp_m2=values[MODULE]
            )
        if site.park_m2 is not None:
            power["canopies"] = canopy_power_kwp(
                site.park_m2, share=site.canopy, layout=values[LAYOUT], module_kwp_m2=values[MODULE]
            )
        made_mwh = {
            name: production_mwh(each, kwh_per_kwp=values[produced.id]) for name, each in power.items()
        }
        results: dict[str, Number] = {}
        for surface, yearly in made_mwh.items():
            whole = sum(values[name] for name in months[surface])
            for month, name in zip(MONTHS, months[surface], strict=True):
                results[f"{surface}/{month}"] = yearly * values[name] / whole
        total = sum(made_mwh.values(), start=np.zeros(()))
        loads = _loads(values, site, choices)
        used = sum(loads.values(), start=np.zeros(()))
        matched = _matched(made_mwh, hours, [(amount, daily[kind]) for kind, amount in loads.items()])
        rates = {"self_consumption": matched / total} if site.is_sunny else {}
        rates |= {"self_production": matched / used} if site.is_loaded else {}
        energy_kwh = total * KILO
        embodied = energy_kwh * values[made] / KILO
        return results | {
            "capacity": sum(power.values(), start=np.zeros(())),
            "load": used,
            "self_consumed": matched,
            "surplus": total - matched,
            **rates,
            "embodied": embodied,
            "embodied_lifetime": embodied * values[LIFETIME],
            "avoided": avoided_tco2e(energy_kwh, replaced=values[replaced], embodied=values[made]),
        }

    inputs = (Input(LOAD, site.load_mwh, law="fixed"),) if site.load_mwh is not None else ()
    return Case(
        model=model,
        rows=tuple(_row(site, surface, rank, produced.id) for surface in site.surfaces for rank in range(12)),
        indicators=_figures(site),
        factors=tuple(factors.values()),
        inputs=inputs,
        unanswered=unanswered,
    )


def _matched(
    made: Mapping[str, Number], hours: Mapping[str, Floats], loads: Sequence[tuple[Number, Floats]]
) -> Number:
    """What is used at once of the production of all surfaces together."""
    total: Number = sum(made.values(), start=np.zeros(()))
    if len(made) == 1:
        surface = next(iter(made))
        return consumed_at_once(total, hours[surface], loads)
    # Roofs and canopies have nearly the same hours: the mix follows the central powers of both.
    central = {name: float(np.mean(np.asarray(amount))) for name, amount in made.items()}
    whole = sum(central.values())
    mixed = sum(
        (
            hours[name] * (amount / whole if whole > 0.0 else 1.0 / len(made))
            for name, amount in central.items()
        ),
        start=np.zeros((12, HOURS)),
    )
    return consumed_at_once(total, mixed, loads)


def _loads(values: Values, site: Site, choices: Choices) -> dict[str, Number]:
    if site.load_mwh is not None:
        return {site.load_profile: values[LOAD]}
    loads: dict[str, Number] = {}
    shares = carrier_shares(values, choices.shares) if site.groups else {}
    for group in site.groups:
        kind = "tertiary" if group.kind == "tertiary" else "residential"
        energy = group_energy(values, group, branch=choices.branch, shares=shares)
        electric = sum(
            (mwh for (_, carrier), mwh in energy.items() if carrier in ELECTRIC), start=np.zeros(())
        )
        loads[kind] = loads.get(kind, 0.0) + electric
    return loads


def _profiles(site: Site) -> tuple[str, ...]:
    if site.load_mwh is not None:
        return (site.load_profile,)
    kinds = {"tertiary" if group.kind == "tertiary" else "residential" for group in site.groups}
    return tuple(sorted(kinds))


def _hours(site: Site, factors: Mapping[str, Factor], months: Sequence[str]) -> Floats:
    """Share of the yearly production in each hour of the mean day of each month, shape (12, 24)."""
    shares = _normalised([factors[name].value for name in months])
    shapes = []
    for month in range(12):
        season = "summer" if month in SUMMER else "winter"
        noon = noon_clock(site.longitude, utc_offset_hours=factors[f"solar.utc_offset.{season}"].value)
        shapes.append(
            day_shape(
                month,
                latitude=site.latitude,
                noon_hour=noon,
                obliquity=factors["solar.obliquity"].value,
            )
        )
    return shares[:, None] * np.array(shapes)


def _normalised(values: Sequence[float]) -> Floats:
    """Published shares are rounded: they are brought back to a sum of 1."""
    shares = np.array(values, dtype=np.float64)
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _row(site: Site, surface: str, rank: int, produced: str) -> Row:
    area = site.roof_m2 if surface == "roofs" else site.park_m2
    return Row(
        f"{surface}/{MONTHS[rank]}",
        _of_month(surface, rank),
        "MWh/yr",
        indicators=("total", surface, f"month_{rank + 1:02d}"),
        factors=(
            USABLE if surface == "roofs" else LAYOUT,
            MODULE,
            produced,
            f"{MONTH_SHARES[surface]}.{MONTHS[rank]}",
        ),
        area=(area or 0.0) / SQUARE_METRES,
        scope="production",
        source="buildings" if surface == "roofs" else "parking",
        minimum=0.0,
    )


@cache
def _of_month(surface: str, rank: int) -> Text:
    title = SURFACES[surface]
    return Text(f"{title.fr}, {MOIS[rank]}", f"{title.en}, {MONTHS[rank].capitalize()}")


def _figures(site: Site) -> tuple[Figure, ...]:
    figures = _common_figures(site.surfaces)
    if site.roof_m2 is not None:
        figures += (Figure("roof_area", TITLES["roof_area"], "m2", exact=site.roof_m2, scope="layer"),)
    if site.park_m2 is not None:
        figures += (Figure("park_area", TITLES["park_area"], "m2", exact=site.park_m2, scope="layer"),)
    return figures


@cache
def _common_figures(surfaces: tuple[str, ...]) -> tuple[Figure, ...]:
    figures = [Figure("total", TITLES["total"], "MWh/yr", scope="production", minimum=0.0)]
    figures += [Figure(name, SURFACES[name], "MWh/yr", scope="production", minimum=0.0) for name in surfaces]
    figures += [
        Figure(
            f"month_{rank + 1:02d}",
            Text(f"Production {_of(MOIS[rank])}", f"Production of {MONTHS[rank].capitalize()}"),
            "MWh/yr",
            scope="production",
            minimum=0.0,
        )
        for rank in range(12)
    ]
    for name, unit, scope, top in (
        ("capacity", "kWp", "production", None),
        ("load", "MWh/yr", "use", None),
        ("self_consumed", "MWh/yr", "use", None),
        ("surplus", "MWh/yr", "production", None),
        ("self_consumption", "-", "use", 1.0),
        ("self_production", "-", "use", 1.0),
        ("embodied", "tCO2e/yr", "elsewhere", None),
        ("embodied_lifetime", "tCO2e", "elsewhere", None),
    ):
        figures.append(Figure(name, TITLES[name], unit, output=name, scope=scope, minimum=0.0, maximum=top))
    figures.append(
        Figure("avoided", TITLES["avoided"], "tCO2e/yr", output="avoided", scope="avoided elsewhere")
    )
    return tuple(figures)


def _of(month: str) -> str:
    return f"d'{month}" if month[0] in "ao" else f"de {month}"
