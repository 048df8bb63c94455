"""What does a change of land use emit? A loss at once, a gain over years, and the N2O of the lost soil.

Every function takes numbers or arrays of draws alike.

Reference:
    METHODS section 4; IPCC 2006 Guidelines, vol. 4, ch. 2 (stocks) and ch. 11 (N2O of mineralised soil).
"""

import numpy as np
from numpy.typing import NDArray

type Number = float | NDArray[np.float64]


def lost_carbon(before: Number, after: Number, *, area_ha: float) -> Number:
    """Return the carbon that leaves the land, in tC, >= 0.

    Args:
        before: Density of the old land, in tC/ha.
        after: Density of the new land, in tC/ha.
        area_ha: Area that changes, in hectares, >= 0.

    Example:
        >>> float(lost_carbon(48.0, 30.0, area_ha=1.0)), float(lost_carbon(30.0, 48.0, area_ha=1.0))
        (18.0, 0.0)
    """
    return np.maximum(area_ha * (before - after), 0.0)


def gained_carbon(before: Number, after: Number, *, area_ha: float) -> Number:
    """Return the carbon that the land will hold more once the gain is complete, in tC, >= 0.

    Example:
        >>> float(gained_carbon(30.0, 84.0, area_ha=2.0))
        108.0
    """
    return np.maximum(area_ha * (after - before), 0.0)


def counted_share(horizon_years: float, gain_years: Number) -> Number:
    """Return the part of a gain spread evenly over `gain_years` that falls within the horizon.

    Example:
        >>> float(counted_share(50.0, 20.0)), float(counted_share(5.0, 20.0))
        (1.0, 0.25)
    """
    return np.minimum(horizon_years, gain_years) / gain_years


def mineralised_n2o(
    lost_tc: Number,
    *,
    carbon_nitrogen_ratio: Number,
    direct: Number,
    indirect: Number,
    warming_potential: Number,
) -> Number:
    """Return the N2O that comes with the loss of soil carbon, in tCO2e.

    ``ΔC · (1 / R_CN) · (EF1 + f_leach·EF5) · GWP``.

    Args:
        lost_tc: Soil carbon lost, in tC, >= 0.
        carbon_nitrogen_ratio: Of soil organic matter, > 0.
        direct: Direct emission factor, in kgN2O/kgN (N2O, not its nitrogen).
        indirect: Leached share times its emission factor, in kgN2O/kgN.
        warming_potential: Of N2O over 100 years.

    Example:
        18 tC lost; in N2O-N the factors are 0.01 and 0.00225, and 44/28 turns nitrogen into N2O.

        >>> n2o = mineralised_n2o(18.0, carbon_nitrogen_ratio=15.0, direct=0.01 * 44 / 28,
        ...                       indirect=0.00225 * 44 / 28, warming_potential=273.0)
        >>> round(n2o, 4)
        6.3063
    """
    return lost_tc / carbon_nitrogen_ratio * (direct + indirect) * warming_potential
