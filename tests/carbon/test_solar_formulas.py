"""Production by month and hour, and what of it is used at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.errors import InvalidInput
from estran.carbon.solar import (
    BLOCK,
    DAYS,
    HOURS,
    YEAR_DAYS,
    consumed_at_once,
    day_shape,
    noon_clock,
    production_mwh,
    roof_power_kwp,
)

FLAT = np.full(HOURS, 1 / HOURS)


def noon_only() -> np.ndarray:
    hours = np.zeros((12, HOURS))
    hours[:, 12] = np.array(DAYS) / YEAR_DAYS
    return hours


def test_power_and_production() -> None:
    # 1,000 m2 of footprint, 40 % usable, 0.22 kWp/m2: 88 kWp; at 1,200 kWh/kWp: 105.6 MWh
    power = roof_power_kwp(1000.0, usable_share=0.4, module_kwp_m2=0.22)
    assert power == pytest.approx(88.0)
    assert production_mwh(power, kwh_per_kwp=1200.0) == pytest.approx(105.6)


@pytest.mark.parametrize("month", range(12))
def test_a_day_adds_up_and_is_highest_at_noon(month: int) -> None:
    shape = day_shape(month, latitude=46.16, noon_hour=12.0, obliquity=23.44)
    assert shape.sum() == pytest.approx(1.0)
    assert shape.argmax() in (11, 12)
    assert shape[:3].sum() == 0.0
    assert shape == pytest.approx(shape[::-1])


def test_summer_days_are_longer() -> None:
    june, december = (
        day_shape(month, latitude=46.16, noon_hour=12.0, obliquity=23.44) > 0.0 for month in (5, 11)
    )
    # day length at 46° N: 15.7 h in June, 8.6 h in December; an hour that the sun touches counts
    assert 15 <= june.sum() <= 18
    assert 8 <= december.sum() <= 10


def test_the_polar_night_gives_nothing() -> None:
    assert day_shape(11, latitude=80.0, noon_hour=12.0, obliquity=23.44).sum() == 0.0


def test_noon_by_the_clock() -> None:
    # 1.15° W: 4.6 minutes after Greenwich; + 2 h of summer time
    assert noon_clock(-1.15, utc_offset_hours=2.0) == pytest.approx(14.0767, abs=1e-4)


def test_production_at_noon_meets_one_hour_of_a_flat_load() -> None:
    assert consumed_at_once(24.0, noon_only(), [(24.0, FLAT)]) == pytest.approx(1.0)


def test_two_loads_are_met_together() -> None:
    both = consumed_at_once(24.0, noon_only(), [(24.0, FLAT), (48.0, FLAT)])
    assert both == pytest.approx(3.0)


def test_without_load_nothing_is_used() -> None:
    assert consumed_at_once(24.0, noon_only(), []) == pytest.approx(0.0)


def test_draws_are_matched_one_by_one() -> None:
    drawn = np.linspace(0.0, 50.0, BLOCK + 7)
    together = consumed_at_once(drawn, noon_only(), [(24.0, FLAT)])
    assert together.shape == drawn.shape
    # one unit of load at noon: production up to 1 is used whole
    assert together == pytest.approx(np.minimum(drawn, 1.0))


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_what_is_used_exceeds_neither_production_nor_load(production: float, load: float) -> None:
    shape = np.array(
        [day_shape(month, latitude=46.0, noon_hour=13.0, obliquity=23.44) for month in range(12)]
    )
    hours = shape * (np.array(DAYS) / YEAR_DAYS)[:, None]
    used = float(consumed_at_once(production, hours, [(load, FLAT)]))
    assert -1e-9 <= used <= min(production, load) * (1 + 1e-9) + 1e-9


@given(st.floats(1.0, 1e5), st.floats(1.0, 1e5), st.floats(1.0, 2.0))
def test_more_load_never_lowers_what_is_used(production: float, load: float, factor: float) -> None:
    before, after = (
        float(consumed_at_once(production, noon_only(), [(amount, FLAT)])) for amount in (load, load * factor)
    )
    assert after >= before * (1 - 1e-12)


@pytest.mark.parametrize(("production", "load"), [(-1.0, 1.0), (1.0, -1.0)])
def test_negative_amounts_are_refused(production: float, load: float) -> None:
    with pytest.raises(InvalidInput) as error:
        consumed_at_once(production, noon_only(), [(load, FLAT)])
    assert "négative" in error.value.fr
