"""What do some kilometres emit, and how sure is it? Legs become rows in kgCO2e and in km."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from estran.assessments.case import Case, Figure, Row
from estran.assessments.mobility_legs import Band, Leg, Modes
from estran.assessments.required import required_factor
from estran.carbon.mobility import per_person_kgco2e_km
from estran.carbon.propagation import Results, Values
from estran.carbon.sampling import Input
from estran.carbon.text import Text
from estran.factors.factor import Factor
from estran.factors.registry import Registry

Floats = NDArray[np.float64]

OCCUPANCY = "mobility.occupancy.car"
LENGTHS = {"trace": "mobility.uncertainty.trace", "trip": "mobility.uncertainty.trip"}
SCOPE = "mobility footprint"


@dataclass(frozen=True, slots=True)
class _Told:
    """One leg with what it needs."""

    leg: Leg
    item: str
    title: Text
    factor: Factor
    is_default: bool
    """Whether the vehicle takes the mean occupancy."""

    def per_km(self, values: Values) -> float | Floats:
        """Emission of one person over one kilometre, with the doubt of the mode when the speed gave it."""
        occupancy = values[OCCUPANCY] if self.is_default else self.leg.occupancy
        emission = per_person_kgco2e_km(values[self.factor.id], occupancy)
        return emission + values[f"mode.{self.leg.mode}"] if self.leg.is_inferred else emission


def footprint_case(legs: Sequence[Leg], known: Modes, registry: Registry) -> Case:
    """Return the case of some legs: `E = Σ d · f(mode) / occ`, one row per leg, and their lengths.

    Reference:
        METHODS, section 9.
    """
    told = [_told(leg, known, registry) for leg in legs]
    inputs = {
        basis: Input(
            f"length.{basis}",
            1.0,
            required_factor(registry, LENGTHS[basis]).value,
            LENGTHS[basis],
            minimum=0.0,
        )
        for basis in {leg.basis for leg in legs}
    }
    bands = {band.mode: band for band in known.inferred}
    inferred = sorted({leg.mode for leg in legs if leg.is_inferred})
    doubts = [_mode_doubt(bands[mode], known, registry) for mode in inferred]

    def model(values: Values) -> Results:
        """Length times emission per person and kilometre, leg by leg."""
        results: dict[str, float | Floats] = {}
        for each in told:
            length = each.leg.km * values[f"length.{each.leg.basis}"]
            results[each.item] = length * each.per_km(values)
            results[f"distance.{each.item}"] = length
        return results

    return Case(
        model=model,
        rows=[row for each in told for row in _rows(each)],
        indicators=_indicators(),
        factors=_factors(told, bands, inferred, registry),
        inputs=[*(inputs[basis] for basis in sorted(inputs)), *doubts],
    )


def _told(leg: Leg, known: Modes, registry: Registry) -> _Told:
    mode = known.modes[leg.mode]
    details = [Text("mode déduit de la vitesse", "mode inferred from the speed")] if leg.is_inferred else []
    if leg.occupancy is not None:
        shown = f"{leg.occupancy:g}"
        many = "s" if leg.occupancy >= 2.0 else ""
        details.append(Text(f"{shown.replace('.', ',')} personne{many}", f"{shown} person{many}"))
    if leg.basis == "trip":
        details.append(Text("trajets déclarés", "trips told"))
    item = ".".join(
        [
            leg.mode,
            *(["inferred"] if leg.is_inferred else []),
            *(["trip"] if leg.basis == "trip" else []),
            *([f"occupancy-{leg.occupancy:g}"] if leg.occupancy is not None else []),
        ]
    )
    fr = f"{mode.title.fr} ({', '.join(each.fr for each in details)})" if details else mode.title.fr
    en = f"{mode.title.en} ({', '.join(each.en for each in details)})" if details else mode.title.en
    return _Told(
        leg=leg,
        item=item,
        title=Text(fr, en),
        factor=required_factor(registry, mode.factor),
        is_default=mode.is_vehicle and leg.occupancy is None,
    )


def _rows(told: _Told) -> tuple[Row, Row]:
    factors = (told.factor.id, *((OCCUPANCY,) if told.is_default else ()))
    return (
        Row(
            told.item,
            told.title,
            "kgCO2e",
            factors=factors,
            scope=SCOPE,
            source=told.leg.basis,
            minimum=0.0,
        ),
        Row(
            f"distance.{told.item}",
            Text(f"{told.title.fr}, distance", f"{told.title.en}, distance"),
            "km",
            indicators=("distance",),
            scope=SCOPE,
            source=told.leg.basis,
            minimum=0.0,
        ),
    )


def _indicators() -> tuple[Figure, ...]:
    return (
        Figure(
            "total",
            Text("Empreinte des déplacements, d'une personne", "Mobility footprint, of one person"),
            "kgCO2e",
            scope=SCOPE,
            minimum=0.0,
        ),
        Figure("distance", Text("Distance parcourue", "Distance travelled"), "km", scope=SCOPE, minimum=0.0),
    )


def _mode_doubt(band: Band, known: Modes, registry: Registry) -> Input:
    """How far off the emission per kilometre is when the speed is taken for the wrong mode.

    With a probability `p` of being right, the standard deviation is that of a draw between the two modes:
    ``√(p (1 − p)) · |f' − f|``.
    """
    right = required_factor(registry, band.confidence).value
    one, other = (_central(mode, known, registry) for mode in (band.mode, band.instead))
    gap = float(np.abs(np.subtract(other, one)))
    return Input(f"mode.{band.mode}", 0.0, sqrt(right * (1.0 - right)) * gap, band.confidence)


def _central(mode: str, known: Modes, registry: Registry) -> float | Floats:
    entry = known.modes[mode]
    occupancy = required_factor(registry, OCCUPANCY).value if entry.is_vehicle else None
    return per_person_kgco2e_km(required_factor(registry, entry.factor).value, occupancy)


def _factors(
    told: Sequence[_Told], bands: Mapping[str, Band], inferred: Sequence[str], registry: Registry
) -> list[Factor]:
    names = {each.factor.id for each in told}
    names |= {LENGTHS[each.leg.basis] for each in told}
    if any(each.is_default for each in told):
        names.add(OCCUPANCY)
    names |= {bands[mode].confidence for mode in inferred}
    return [required_factor(registry, name) for name in sorted(names)]
