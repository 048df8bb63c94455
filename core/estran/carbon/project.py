"""What does each part of a development project emit over its horizon?

Items are in tCO2e, positive when emitted. Every function takes numbers or arrays of draws alike.

Reference:
    METHODS section 4; RE2020 (Ic construction covers modules A to D over 50 years, so neither
    renewal nor the end of life of a new building is added).
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from estran.carbon.land_use_change import Number

KG_PER_TONNE = 1000.0
DAYS_PER_YEAR = 365.0


def built(quantity: float, factor_kg: Number) -> Number:
    """Return what making something emits at once: construction, road, parking, demolition.

    Args:
        quantity: How much, in the unit below the bar of the factor (m2, m2 Sref…).
        factor_kg: Emission factor, in kgCO2e per that unit.

    Example:
        Flats of 7,800 m2 Sref at 650 kgCO2e/m2 Sref.

        >>> built(7800.0, 650.0)
        5070.0
    """
    return quantity * factor_kg / KG_PER_TONNE


def operation(area_m2: float, energy_kwh_per_m2_year: Number, factor_kg_per_kwh: Number) -> Number:
    """Return the emissions of one energy carrier in its first year, in tCO2e.

    Example:
        >>> round(operation(1000.0, 40.0, 0.079), 3)
        3.16
    """
    return area_m2 * energy_kwh_per_m2_year * factor_kg_per_kwh / KG_PER_TONNE


def year_weights(horizon_years: int, yearly_change: float = 0.0) -> NDArray[np.float64]:
    """Return what each year emits over what the first one does, of shape `(horizon_years,)`.

    Args:
        horizon_years: Number of years, >= 1.
        yearly_change: Relative change of the emission factor from a year to the next, > -1.

    Example:
        >>> year_weights(3, -0.5).tolist()
        [1.0, 0.5, 0.25]
    """
    return np.asarray((1.0 + yearly_change) ** np.arange(horizon_years, dtype=np.float64))


def mobility(trips_per_day: Number, distance_km: Number, kg_per_person_km: Number) -> Number:
    """Return the emissions of daily trips in one year, in tCO2e.

    Args:
        trips_per_day: Trips of persons per day.
        distance_km: Mean length of a trip, in km.
        kg_per_person_km: ``Σ share · f``, where f of a car is already divided by its occupancy.

    Example:
        >>> round(mobility(1000.0, 8.0, 0.05), 1)
        146.0
    """
    return DAYS_PER_YEAR * trips_per_day * distance_km * kg_per_person_km / KG_PER_TONNE


def aged_years(
    degradation: Number, *, lifetime_years: int, horizon_years: int, yearly_change: float = 0.0
) -> Number:
    """Return how many years of new modules the horizon is worth, each one weighed by the grid of its time.

    The first year of a module is not aged; ageing starts again at each replacement.

    Args:
        degradation: Yearly loss of output, between 0 and 1.
        lifetime_years: Years between two replacements.
        horizon_years: Years of the project.
        yearly_change: Relative change of what a kWh avoids, from a year to the next.

    Example:
        Two years of modules that lose half each year, replaced, then one more: 1 + 0.5 + 1.

        >>> aged_years(0.5, lifetime_years=2, horizon_years=3)
        2.5
    """
    years = range(horizon_years)
    return sum(
        ((1.0 - degradation) ** (year % lifetime_years) * (1.0 + yearly_change) ** year for year in years),
        start=0.0,
    )


def replacements(horizon_years: int, lifetime_years: int) -> int:
    """Return how many times modules are made over the horizon, the first time included.

    Example:
        >>> replacements(50, 30), replacements(30, 30), replacements(31, 30)
        (2, 1, 2)
    """
    return ceil(horizon_years / lifetime_years)


def photovoltaic(
    power_kwp: float,
    *,
    embodied_kg_per_kwp: Number,
    made: int,
    yield_kwh_per_kwp: Number,
    grid_kg_per_kwh: Number,
    years_of_new: Number,
) -> Number:
    """Return what photovoltaic modules emit when made minus what their output avoids, in tCO2e.

    Never netted with the other items: the output avoids the emissions of others (EN 15804, module D).

    Example:
        >>> round(photovoltaic(100.0, embodied_kg_per_kwp=1580.0, made=1, yield_kwh_per_kwp=1200.0,
        ...                    grid_kg_per_kwh=0.0519, years_of_new=30.0), 2)
        -28.84
    """
    output = grid_kg_per_kwh * yield_kwh_per_kwp * years_of_new
    return power_kwp * (embodied_kg_per_kwp * made - output) / KG_PER_TONNE


def trees(count: float, uptake_kg_per_year: Number, years: Number) -> Number:
    """Return the CO2 that trees hold after some years, in tCO2e, >= 0: what felling emits at once.

    Example:
        >>> trees(40.0, 25.0, 50.0)
        50.0
    """
    return count * uptake_kg_per_year * years / KG_PER_TONNE
