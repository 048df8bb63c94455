"""What does the sun give month by month and hour by hour, and how much of it is used on the spot?

The production of a month is its share of the yearly production; within a day it follows the height of
the sun under a clear sky, scaled to the month. A load has a yearly amount and the same daily shape all
year. Self-consumption is the smaller of the two, hour by hour.

Reference:
    METHODS, section 7; Cooper 1969 for the declination of the sun.
"""

from calendar import monthrange
from collections.abc import Sequence
from functools import lru_cache
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]
Number = float | Floats

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

HOURS = 24

COMMON_YEAR = 2023
"""Any year of 365 days."""

DAYS = tuple(monthrange(COMMON_YEAR, month)[1] for month in range(1, 13))

YEAR_DAYS = sum(DAYS)

SPRING_EQUINOX = 81
"""Day of the year when the sun crosses the equator northwards (22 March)."""

BLOCK = 4_000
"""Draws matched at a time, to bound the memory."""

STEPS = 12
"""Instants per hour over which the height of the sun is averaged."""


def roof_power_kwp(footprint_m2: float, *, usable_share: Number, module_kwp_m2: Number) -> Number:
    """Return the power that roofs can hold, in kWp.

    Example:
        >>> round(roof_power_kwp(1000.0, usable_share=0.4, module_kwp_m2=0.22), 9)
        88.0
    """
    return footprint_m2 * usable_share * module_kwp_m2


def production_mwh(power_kwp: Number, *, kwh_per_kwp: Number) -> Number:
    """Return the yearly production, in MWh.

    Example:
        >>> production_mwh(165.0, kwh_per_kwp=1200.0)
        198.0
    """
    return power_kwp * kwh_per_kwp / 1000.0


@lru_cache(maxsize=96)
def day_shape(month: int, *, latitude: float, noon_hour: float, obliquity: float) -> Floats:
    """Return the share of the production of a mean day in each of its 24 hours, in clock time.

    Args:
        month: From 0 (January).
        latitude: In degrees, north positive.
        noon_hour: Clock time at which the sun is highest, in hours.
        obliquity: Inclination of the Earth's axis, in degrees.

    Example:
        >>> shape = day_shape(5, latitude=46.16, noon_hour=12.0, obliquity=23.44)
        >>> round(float(shape.sum()), 9), int(shape[:4].sum() * 1e6), bool(shape[11] == shape.max())
        (1.0, 0, True)
    """
    day = sum(DAYS[:month]) + DAYS[month] / 2.0
    tilt = radians(obliquity) * sin(2.0 * pi * (day - SPRING_EQUINOX) / YEAR_DAYS)
    cosines = _hour_cosines(noon_hour)
    height = sin(radians(latitude)) * sin(tilt) + cos(radians(latitude)) * cos(tilt) * cosines
    shape = np.maximum(0.0, height).reshape(HOURS, STEPS).mean(axis=1)
    total = float(shape.sum())
    found: Floats = shape / total if total > 0.0 else np.zeros(HOURS)
    found.setflags(write=False)
    return found


@lru_cache(maxsize=8)
def _hour_cosines(noon_hour: float) -> Floats:
    """Cosine of the hour angle at each instant of a day, the same in all months of one clock."""
    clock = (np.arange(HOURS * STEPS) + 0.5) / STEPS
    return np.cos((clock - noon_hour) * pi / 12.0)


def consumed_at_once(production: Number, hours: Floats, loads: Sequence[tuple[Number, Floats]]) -> Number:
    """Return what is used of a production hour by hour, over the mean day of each month.

    Args:
        production: Of a year, a number or draws of shape `(n,)`, at least 0.
        hours: Shape `(12, 24)`: share of the yearly production in each hour of the mean day of each month,
            times the days of the month; adds up to 1.
        loads: Yearly amounts, in the unit of the production, and their shapes `(24,)` over a day, adding up
            to 1; every day of the year is alike.

    Raises:
        InvalidInput: a production or a load is negative.

    Example:
        Production at noon only, load spread over the day: one hour of 24 is used.

        >>> noon = np.zeros((12, 24)); noon[:, 12] = np.array(DAYS) / YEAR_DAYS
        >>> round(float(consumed_at_once(24.0, noon, [(24.0, np.full(24, 1 / 24))])), 9)
        1.0
    """
    amounts = [np.asarray(amount, dtype=np.float64) for amount in (production, *(load for load, _ in loads))]
    if any((amount < 0.0).any() for amount in amounts):
        raise InvalidInput(
            "a production or a load is negative",
            "une production ou une charge est négative",
            where="load_mwh",
        )
    drawn = np.broadcast_arrays(*amounts)
    columns = np.array([amount.reshape(-1) for amount in drawn])
    days = np.asarray(DAYS, dtype=np.float64) / YEAR_DAYS
    shapes = np.array([days[:, None] * shape for _, shape in loads]).reshape(len(loads), 12 * HOURS)
    used = np.empty(columns.shape[1])
    for start in range(0, len(used), BLOCK):
        block = columns[:, start : start + BLOCK]
        made = block[0][:, None] * hours.reshape(-1)
        used[start : start + BLOCK] = np.minimum(made, block[1:].T @ shapes).sum(axis=1)
    return used.reshape(drawn[0].shape)


def noon_clock(longitude: float, *, utc_offset_hours: float) -> float:
    """Return the clock time at which the sun is highest, the equation of time left out.

    Example:
        La Rochelle, 1.15° west, in winter time: 13 h 05.

        >>> round(noon_clock(-1.15, utc_offset_hours=1.0), 2)
        13.08
    """
    return 12.0 - longitude / 15.0 + utc_offset_hours
