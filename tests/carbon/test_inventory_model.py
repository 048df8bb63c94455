"""Mass of a grid inside an outline: METHODS section 6, on arrays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from estran.carbon.errors import InvalidInput
from estran.carbon.inventory import allocated_mass, cut_share, mean_intensity, weighted_shares

MASSES = arrays(np.float64, 12, elements=st.floats(0.0, 1e6))
SHARES = arrays(np.float64, 12, elements=st.floats(0.0, 1.0))


@given(MASSES, SHARES)
def test_two_parts_of_a_grid_hold_its_mass(masses, shares):
    total = allocated_mass(masses, shares) + allocated_mass(masses, 1.0 - shares)
    assert total == pytest.approx(masses.sum(), rel=1e-12, abs=1e-9)


@given(MASSES, SHARES, st.permutations(range(12)))
def test_the_order_of_cells_does_not_matter(masses, shares, order):
    index = np.array(order)
    assert allocated_mass(masses[index], shares[index]) == allocated_mass(masses, shares)


def test_a_share_is_a_share_of_the_cell_not_a_mean():
    # Two cells of 10 t, half of each inside: 10 t, where a mean of the cells would give 10 t per cell.
    assert allocated_mass(np.array([10.0, 10.0]), np.array([0.5, 0.5])) == 10.0


def test_only_cut_cells_are_unsure():
    # 8 t in whole cells, 2 t in cut ones: a fifth of what is inside.
    masses, shares = np.array([5.0, 3.0, 4.0]), np.array([1.0, 1.0, 0.5])
    assert cut_share(masses, shares) == pytest.approx(0.2)
    assert cut_share(masses, np.ones(3)) == 0.0
    assert cut_share(np.zeros(3), shares) == 0.0


def test_a_cell_without_weight_falls_back_to_its_area():
    shares = weighted_shares(np.array([30.0, 0.0]), np.array([40.0, 0.0]), np.array([0.1, 0.25]))
    assert shares.tolist() == [0.75, 0.25]


def test_the_intensity_of_nothing_is_unknown():
    assert mean_intensity(10.0, 4.0) == 2.5
    assert mean_intensity(0.0, 0.0) is None


@pytest.mark.parametrize(
    ("masses", "shares"), [([np.nan], [0.5]), ([np.inf], [0.5]), ([1.0], [1.1]), ([1.0], [-0.1])]
)
def test_wrong_cells_are_refused(masses, shares):
    with pytest.raises(InvalidInput):
        allocated_mass(np.array(masses), np.array(shares))
