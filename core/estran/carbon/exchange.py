"""What does it bring, for the climate, that one's waste becomes another's material?

``gain = q · [s·EF_virgin + EF_treat − EF_process − d·f_truck]``: the virgin production and the treatment
that no longer take place, less the recycling and the haulage that do. A gain is an emission avoided
elsewhere: it is never subtracted from the inventory of a territory.

Units: emission factors in kgCO2e/kg, which is tCO2e/t; freight in kgCO2e/t.km; quantities in t/yr.

Reference:
    METHODS, section 10; ISO 14044 (system expansion).
"""

from math import inf

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
type Number = float | Floats

TONNES_PER_KILOGRAM = 1e-3


def avoided_tco2e_per_t(
    *, virgin: Number, treatment: Number, process: Number, substitution: Number = 1.0
) -> Number:
    """Return what one tonne exchanged avoids before it is carried, in tCO2e/t; negative when it costs.

    Args:
        virgin: Making one tonne of virgin material, in tCO2e/t.
        treatment: Treating one tonne of the waste as today, in tCO2e/t.
        process: Turning one tonne of waste into material, in tCO2e/t. It is a cost, never a benefit.
        substitution: Tonnes of virgin material that one tonne recovered replaces, 0 to 1.

    Example:
        Steel, virgin 2.211, recycled 0.938, no treatment avoided.

        >>> round(avoided_tco2e_per_t(virgin=2.211, treatment=0.0, process=0.938), 3)
        1.273
    """
    return substitution * virgin + treatment - process


def haulage_tco2e_per_t(*, distance_km: Number, freight: Number) -> Number:
    """Return the emission of carrying one tonne, in tCO2e/t.

    Args:
        distance_km: Road distance.
        freight: Emission of road freight, in kgCO2e/t.km.

    Example:
        >>> round(haulage_tco2e_per_t(distance_km=100.0, freight=0.0823), 5)
        0.00823
    """
    return distance_km * freight * TONNES_PER_KILOGRAM


def break_even_km(avoided: float, freight: float) -> float:
    """Return the road distance at which an exchange gains nothing, in km; 0 when it gains nothing at all.

    Args:
        avoided: Avoided before carriage, in tCO2e/t.
        freight: Emission of road freight, in kgCO2e/t.km.

    Example:
        >>> round(break_even_km(1.273, 0.0823))
        15468
    """
    if avoided <= 0.0:
        return 0.0
    return avoided / (freight * TONNES_PER_KILOGRAM) if freight > 0.0 else inf


def compatible_pairs(
    offered: Floats, required: Floats, offered_days: Floats, needed_days: Floats
) -> Booleans:
    """Tell which offers of one material suit which needs: good enough, and at the same time.

    Args:
        offered: Quality of each offer; higher is better.
        required: Least quality that each need accepts.
        offered_days: First and last day of each offer, shape `(n, 2)`; minus and plus infinity when open.
        needed_days: Of each need, shape `(m, 2)`.

    Returns:
        Shape `(n, m)`. One day in common is enough.

    Example:
        >>> always, spring = [-np.inf, np.inf], [80.0, 171.0]
        >>> compatible_pairs(np.array([2.0, 1.0]), np.array([2.0, 1.0]),
        ...                  np.array([always, spring]), np.array([spring, [172.0, np.inf]])).tolist()
        [[True, True], [False, False]]
    """
    starts = np.maximum(offered_days[:, np.newaxis, 0], needed_days[np.newaxis, :, 0])
    ends = np.minimum(offered_days[:, np.newaxis, 1], needed_days[np.newaxis, :, 1])
    return np.asarray((offered[:, np.newaxis] >= required[np.newaxis, :]) & (starts <= ends))
