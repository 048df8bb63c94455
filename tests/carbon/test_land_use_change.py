"""Soil and N2O of a change of land use, against the worked numbers of the method."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estran.carbon.land_use_change import counted_share, gained_carbon, lost_carbon, mineralised_n2o
from estran.carbon.units import CO2_PER_C

density = st.floats(0.0, 300.0)
area = st.floats(0.0, 1e4)


@pytest.mark.parametrize(("before", "tonnes"), [(48.0, 66.0), (84.0, 198.0)])
def test_sealing_a_hectare_in_zone_4_1(before: float, tonnes: float) -> None:
    """Cropland holds 48 tC/ha and grassland 84; ALDO keeps 30 under the sealing: 18 and 54 tC are lost."""
    assert lost_carbon(before, 30.0, area_ha=1.0) * CO2_PER_C == pytest.approx(tonnes, rel=1e-12)


def test_n2o_of_a_hectare_of_sealed_cropland_by_hand() -> None:
    """18 / 15 = 1.2 tN; x 0.01225 = 0.0147 tN2O-N; x 44/28 = 0.0231 tN2O; x 273 = 6.3063 tCO2e."""
    n2o = mineralised_n2o(
        18.0,
        carbon_nitrogen_ratio=15.0,
        direct=0.01 * 44 / 28,
        indirect=0.00225 * 44 / 28,
        warming_potential=273.0,
    )
    assert n2o == pytest.approx(6.3063, rel=1e-12)


@given(density, density, area)
def test_a_change_is_a_loss_or_a_gain_and_its_inverse_undoes_it(
    before: float, after: float, area_ha: float
) -> None:
    lost, gained = lost_carbon(before, after, area_ha=area_ha), gained_carbon(before, after, area_ha=area_ha)
    assert min(lost, gained) == 0.0
    assert lost - gained == pytest.approx(area_ha * (before - after))
    assert lost_carbon(after, before, area_ha=area_ha) == gained


@given(st.floats(0.5, 200.0))
def test_a_gain_counts_whole_after_twenty_years_and_never_more(years: float) -> None:
    assert counted_share(years, 20.0) == pytest.approx(min(years, 20.0) / 20.0)


def test_draws_may_change_sign_one_by_one() -> None:
    drawn = np.array([40.0, 20.0])
    assert lost_carbon(drawn, 30.0, area_ha=1.0).tolist() == [10.0, 0.0]
    assert gained_carbon(drawn, 30.0, area_ha=1.0).tolist() == [0.0, 10.0]
