"""How much of an emission grid falls inside an outline, and how unsure is the share of the cells it cuts?

``M(G) = Σ_j m_j · w_j``, with ``w_j = A(G ∩ j)/A(j)``, or ``∫_{G∩j} h / ∫_j h`` where an ancillary
weight ``h`` says where in the cell the emission is. The shares of a cell over any partition add up to
one, so mass is conserved.

Reference:
    METHODS, section 6; EMEP/EEA Guidebook 2019, ch. 7 (spatial mapping of emissions).
"""

from math import fsum

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import InvalidInput

Floats = NDArray[np.float64]

WHOLE = 1e-9
"""A cell whose share is nearer than this to one is wholly inside."""


def allocated_mass(masses: Floats, shares: Floats) -> float:
    """Return the mass that falls inside, in the unit of the masses.

    Args:
        masses: Mass of each cell, finite; cells without data are left out, they are not zero.
        shares: Share of each cell inside the outline, 0 to 1.

    Raises:
        InvalidInput: a share is out of range, or a mass is not finite.

    Example:
        A whole cell, half a cell, and one outside.

        >>> allocated_mass(np.array([10.0, 4.0, 7.0]), np.array([1.0, 0.5, 0.0]))
        12.0
    """
    _check(masses, shares)
    return fsum((masses * shares).tolist())


def cut_share(masses: Floats, shares: Floats) -> float:
    """Return the share of the allocated mass that comes from cells cut by the outline; 0 without mass.

    Example:
        >>> round(cut_share(np.array([10.0, 4.0, 7.0]), np.array([1.0, 0.5, 0.0])), 4)
        0.1667
    """
    _check(masses, shares)
    inside = np.abs(masses * shares)
    total = fsum(inside.tolist())
    return fsum(inside[shares < 1.0 - WHOLE].tolist()) / total if total else 0.0


def weighted_shares(inside: Floats, whole: Floats, by_area: Floats) -> Floats:
    """Return the share of each cell by an ancillary weight, by area where the cell has no weight.

    Args:
        inside: Weight of the part of each cell inside the outline, >= 0.
        whole: Weight of each whole cell, >= 0, in the same unit.
        by_area: Share of the area of each cell inside the outline.

    Example:
        Three quarters of the floor of a cell lie inside; the other cell has no building.

        >>> weighted_shares(np.array([75.0, 0.0]), np.array([100.0, 0.0]), np.array([0.5, 0.2])).tolist()
        [0.75, 0.2]
    """
    has_weight = whole > 0.0
    shares = np.divide(inside, whole, out=by_area.astype(np.float64, copy=True), where=has_weight)
    return np.clip(shares, 0.0, 1.0)


def mean_intensity(mass: float, area_ha: float) -> float | None:
    """Return the mass over the area that has data, None where there is none.

    Example:
        >>> mean_intensity(12.0, 80.0)
        0.15
        >>> mean_intensity(0.0, 0.0) is None
        True
    """
    return mass / area_ha if area_ha > 0.0 else None


def _check(masses: Floats, shares: Floats) -> None:
    if not np.isfinite(masses).all():
        raise InvalidInput(
            "a cell of the grid holds a number that is not finite; leave it out as a cell without data",
            "une maille de la grille contient un nombre non fini ; écartez-la comme maille sans donnée",
            where="masses",
        )
    if shares.size and not (shares.min() >= 0.0 and shares.max() <= 1.0):
        raise InvalidInput(
            "the share of a cell must lie between 0 and 1",
            "la part d'une maille doit être comprise entre 0 et 1",
            where="shares",
        )
