"""How much carbon dioxide does a hectare of standing land take from the air and give back each year?

Every function returns one sign: an emission is positive, a removal negative. A stock, a burial, a net
exchange with the air and a primary production are four quantities; only the burial is a removal here.
All hold for numbers and for arrays alike: draws, and years along another axis.

Reference:
    METHODS sections 1, 2 and 7; IPCC 2006 Guidelines, vol. 4, ch. 2; IPCC 2013 Wetlands Supplement.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estran.carbon.units import CO2_PER_C

type Number = float | NDArray[np.float64]
"""A number, or its draws."""

HALF_DIGIT = 0.005
"""Half of the last digit of a table given to the hundredth."""

KILOGRAMS_PER_TONNE = 1000.0


@dataclass(frozen=True, slots=True)
class ForestBalance:
    """What a hectare of forest exchanges each year, in tCO2/ha/yr.

    Attributes:
        growth: Removal by growth, negative.
        mortality: Emission of the wood that dies, positive: dead wood is held at equilibrium.
        harvest: Emission of the wood that is cut, positive: wood products are not followed here.
    """

    growth: Number
    mortality: Number
    harvest: Number

    @property
    def net(self) -> Number:
        """The sum of the three."""
        return self.growth + self.mortality + self.harvest


def forest_balance(
    growth_m3: Number, mortality_m3: Number, harvest_m3: Number, *, carbon_tc_per_m3: Number
) -> ForestBalance:
    """Return what a hectare of forest exchanges each year.

    ``F = -(growth - mortality - harvest) · e · 44/12``, each term apart: the balance is a small
    difference of large numbers.

    Args:
        growth_m3: Volume that grows, in m3/ha/yr.
        mortality_m3: Volume that dies, in m3/ha/yr.
        harvest_m3: Volume that is cut, in m3/ha/yr.
        carbon_tc_per_m3: Carbon of the whole tree per volume of stem, in tC/m3.

    Example:
        Broadleaf forest of group F1, 2016-2020 inventory: 5.92, 0.95 and 3.05 m3, 0.54 tC/m3.

        >>> balance = forest_balance(5.92, 0.95, 3.05, carbon_tc_per_m3=0.54)
        >>> round(balance.growth, 2), round(balance.mortality, 2), round(balance.harvest, 2)
        (-11.72, 1.88, 6.04)
        >>> round(balance.net, 2)
        -3.8
    """
    per_m3 = carbon_tc_per_m3 * CO2_PER_C
    return ForestBalance(0.0 - growth_m3 * per_m3, mortality_m3 * per_m3, harvest_m3 * per_m3)


def balance_difference(
    published_tc: float, growth_m3: float, mortality_m3: float, harvest_m3: float, *, carbon_tc_per_m3: float
) -> tuple[float, bool]:
    """Return the published balance less the one of its terms, in tC/ha/yr, and whether rounding explains it.

    Every number of the table is rounded to the hundredth.

    Example:
        >>> difference, rounding = balance_difference(1.05, 5.92, 0.95, 3.05, carbon_tc_per_m3=0.54)
        >>> round(difference, 4), rounding
        (0.0132, True)
    """
    volume = growth_m3 - mortality_m3 - harvest_m3
    difference = published_tc - volume * carbon_tc_per_m3
    rounding = HALF_DIGIT * (1.0 + 3.0 * carbon_tc_per_m3 + abs(volume))
    return difference, abs(difference) <= rounding


def burial(rate_tc: Number, *, autochthonous: Number = 1.0) -> Number:
    """Return the removal by burial of carbon made on the spot, in tCO2/ha/yr.

    Args:
        rate_tc: Burial, in tC/ha/yr, >= 0; never a stock, a net exchange or a primary production.
        autochthonous: Share that grew on the spot; 1 when it is not known.

    Example:
        >>> round(burial(1.66), 3)
        -6.087
    """
    return 0.0 - rate_tc * autochthonous * CO2_PER_C


def gas_emission(mass_kg: Number, *, warming_potential: Number) -> Number:
    """Return an emission of methane or nitrous oxide, in tCO2e/ha/yr.

    Args:
        mass_kg: Mass of the gas itself (not of its carbon or nitrogen), in kg/ha/yr.
        warming_potential: Mass of CO2 that warms as much as one mass of the gas.

    Example:
        Rewetted tidal marsh below a salinity of 18, AR6 over 100 years.

        >>> round(gas_emission(193.7, warming_potential=27.0), 2)
        5.23
    """
    return mass_kg * warming_potential / KILOGRAMS_PER_TONNE


def canopy_uptake(gross_tc: Number) -> Number:
    """Return the gross removal of a hectare of canopy, in tCO2/ha/yr.

    Example:
        >>> round(canopy_uptake(2.8), 2)
        -10.27
    """
    return -gross_tc * CO2_PER_C


def canopy_loss(gross_tc: Number, *, net_share: Number) -> Number:
    """Return what mortality and upkeep give back of the gross removal, in tCO2/ha/yr.

    Example:
        >>> round(canopy_uptake(2.8) + canopy_loss(2.8, net_share=0.75), 2)
        -7.7
    """
    return gross_tc * (1.0 - net_share) * CO2_PER_C


def practice_removal(soil_tc: Number, biomass_tc: Number, *, year: Number, duration: Number) -> Number:
    """Return the removal of a practice adopted at year 1, in tCO2/ha in that year; nothing past its duration.

    Args:
        soil_tc: Storage in the soil, in tC/ha/yr.
        biomass_tc: Storage in biomass, in tC/ha/yr.
        year: From 1.
        duration: Years for which the storage lasts.

    Example:
        >>> [f"{practice_removal(0.3, 0.7, year=year, duration=20):.4f}" for year in (1, 20, 21)]
        ['-3.6667', '-3.6667', '0.0000']
    """
    return 0.0 - (soil_tc + biomass_tc) * CO2_PER_C * share_of_year(year, duration)


def stock_change(before_tc: Number, after_tc: Number, *, year: Number, gain_years: Number) -> Number:
    """Return the exchange of one pool whose stock changes, in tCO2/ha in one year.

    A loss counts in year 1; a gain is spread evenly over `gain_years`.

    Args:
        before_tc: Stock before, in tC/ha.
        after_tc: Stock at the new equilibrium, in tC/ha.
        year: From 1.
        gain_years: Years over which a gain is spread.

    Example:
        >>> print(f"{stock_change(84.0, 30.0, year=1, gain_years=20):.1f}")
        198.0
        >>> gained = sum(stock_change(48.0, 84.0, year=year, gain_years=20) for year in range(1, 51))
        >>> print(f"{gained:.1f}")
        -132.0
    """
    gain = after_tc - before_tc
    spread = gain / gain_years * share_of_year(year, gain_years)
    at_once = np.where(np.asarray(year) == 1, gain, 0.0)
    return 0.0 - CO2_PER_C * np.where(np.asarray(gain) > 0.0, spread, at_once)[()]


def desealed_gain(target_tc: Number, sealed_tc: Number, *, year: Number, time_constant: Number) -> Number:
    """Return what the soil of a de-sealed hectare has gained at the end of a year, in tC/ha.

    ``ΔS(t) = (ρ_target - ρ_sealed) · (1 - exp(-t/τ))``.

    Example:
        To grass in zone 4_1: 84 - 30 tC/ha at equilibrium, 63 % of it after 20 years.

        >>> print(f"{desealed_gain(84.0, 30.0, year=20, time_constant=20.0):.2f}")
        34.13
    """
    return (target_tc - sealed_tc) * -np.expm1(-year / time_constant)


def share_of_year(year: Number, duration: Number) -> Number:
    """Return which part of a year falls before the end of a duration: 1, a fraction, then 0.

    Example:
        >>> [float(share_of_year(year, 2.5)) for year in (2, 3, 4)]
        [1.0, 0.5, 0.0]
    """
    return np.clip(duration - (year - 1), 0.0, 1.0)[()]
