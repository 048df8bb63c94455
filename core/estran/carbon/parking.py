"""What can a car park give? Canopies, freed soil, trees, and what the law asks of it.

Reference:
    METHODS, section 7; French law 2023-175, article 40.
"""

from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput
from estran.carbon.units import CO2_PER_C

Floats = NDArray[np.float64]
Number = float | Floats

Duty = Literal["none", "due", "integrated", "not_assessed"]

KILO = 1000.0
"""Kilograms in a tonne, kilowatt-hours in a megawatt-hour."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the law says, as numbers.

    Attributes:
        threshold_m2: A park strictly larger has a duty.
        large_m2: From this area the first deadline holds.
        least_m2_per_space: A park with less has several levels, or is badly recorded.
    """

    threshold_m2: float
    large_m2: float
    least_m2_per_space: float


def duty(area_m2: float, spaces: float | None, rules: Rules, *, is_integrated: bool) -> Duty:
    """Return whether a park must be shaded, seen from its area alone.

    Example:
        >>> rules = Rules(threshold_m2=1500.0, large_m2=10_000.0, least_m2_per_space=12.0)
        >>> [duty(area, spaces, rules, is_integrated=False) for area, spaces in
        ...  ((1500.0, 60), (1501.0, None), (4000.0, 600))]
        ['none', 'due', 'not_assessed']
    """
    if is_integrated:
        return "integrated"
    if spaces is not None and spaces > 0 and area_m2 / spaces < rules.least_m2_per_space:
        return "not_assessed"
    return "due" if area_m2 > rules.threshold_m2 else "none"


def is_large(area_m2: float, rules: Rules) -> bool:
    """Whether the earlier deadline holds."""
    return area_m2 >= rules.large_m2


def canopy_power_kwp(area_m2: float, *, share: float, layout: Number, module_kwp_m2: Number) -> Number:
    """Return the power of canopies over a share of a park: ``P = share · A · η · p``.

    Raises:
        InvalidInput: the share is not between 0 and 1.

    Example:
        The share of the law on 1,500 m2, as the tables read it: 0.5 x 1500 x 0.22 = 165 kWp.

        >>> canopy_power_kwp(1500.0, share=0.5, layout=1.0, module_kwp_m2=0.22)
        165.0
    """
    if not 0.0 <= share <= 1.0:
        raise InvalidInput(
            f"the share to cover is {share}; give a number from 0 to 1",
            f"la part à couvrir vaut {share} ; donnez un nombre de 0 à 1",
            where="canopy_share",
        )
    return share * area_m2 * layout * module_kwp_m2


def avoided_tco2e(energy_kwh: Number, *, replaced: Number, embodied: Number) -> Number:
    """Return what production avoids elsewhere, net of the making of the modules; a benefit is negative.

    Args:
        energy_kwh: Electricity produced.
        replaced: Emissions of the electricity that it replaces, in kgCO2e/kWh.
        embodied: Life-cycle emissions of the photovoltaic electricity, in kgCO2e/kWh.

    Example:
        With the averages of France, 0.008 kgCO2e/kWh is left of 1 GWh:

        >>> round(avoided_tco2e(1e6, replaced=0.0519, embodied=0.0439), 3)
        -8.0
    """
    return -energy_kwh * (replaced - embodied) / KILO


def desealed_tc(
    area_ha: float, *, target: Number, sealed: Number, years: float, time_constant: Number
) -> Number:
    """Return the soil carbon gained ``t`` years after de-sealing, in tC: never at once.

    ``ΔS = A · (ρ_target - ρ_sealed) · (1 - exp(-t / τ))``

    Example:
        >>> round(desealed_tc(1.0, target=84.0, sealed=30.0, years=20.0, time_constant=20.0), 3)
        34.135
        >>> desealed_tc(1.0, target=84.0, sealed=30.0, years=0.0, time_constant=20.0)
        0.0
    """
    return area_ha * (target - sealed) * (1.0 - _decay(years, time_constant))


def soil_gain_tco2e(gain_tc: Number) -> Number:
    """Return a gain of soil carbon as emissions, in tCO2e: a gain is negative.

    Example:
        >>> round(soil_gain_tco2e(3.0), 9)
        -11.0
    """
    return -gain_tc * CO2_PER_C


def _decay(years: float, time_constant: Number) -> Number:
    if isinstance(time_constant, float | int):
        return exp(-years / time_constant)
    return np.exp(-years / time_constant)
