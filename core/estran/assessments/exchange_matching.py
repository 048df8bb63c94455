"""Who should take whose waste? The exchange that avoids the most, by linear programming.

Maximise ``Σ gain·x`` subject to ``Σ_n x_on ≤ Q_o``, ``Σ_o x_on ≤ Q_n``, ``x ≥ 0``: the optimum, which the
greedy choice of the best pair first is not. Materials never mix, so each one is solved on its own.
Offers and needs are put in an order of their own first: the answer does not depend on that of the request.

Reference:
    METHODS, section 10; HiGHS, https://highs.dev.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estran.carbon.errors import Unavailable

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEGLIGIBLE = 1e-9
"""Part of the quantity of a pair below which a flow is rounding of the solver."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs that may exchange.

    Attributes:
        offers: Position of the offer of each pair.
        needs: Position of its need.
        gains: What one tonne avoids, in tCO2e/t, > 0.
    """

    offers: Integers
    needs: Integers
    gains: Floats


def optimal_flows(pairs: Pairs, offered_t: Floats, needed_t: Floats) -> Floats:
    """Return the tonnes per year that each pair exchanges.

    Args:
        pairs: Those that gain something.
        offered_t: What each offer has, in t/yr, >= 0.
        needed_t: What each need takes, in t/yr, >= 0.

    Raises:
        Unavailable: the solver failed.

    Example:
        The best pair first would give 10 t to the first need and leave nothing for the second; the
        optimum serves both.

        >>> pairs = Pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([3.0, 2.5, 2.9]))
        >>> optimal_flows(pairs, np.array([10.0, 10.0]), np.array([10.0, 10.0])).tolist()
        [0.0, 10.0, 10.0]
    """
    from scipy.optimize import linprog  # long to load, and seldom needed
    from scipy.sparse import coo_array

    count = len(pairs.gains)
    if not count:
        return np.zeros(0)
    offers, offer_rows = np.unique(pairs.offers, return_inverse=True)
    needs, need_rows = np.unique(pairs.needs, return_inverse=True)
    columns = np.arange(count)
    rows = np.concatenate([offer_rows, need_rows + len(offers)])
    matrix = coo_array(
        (np.ones(2 * count), (rows, np.concatenate([columns, columns]))),
        shape=(len(offers) + len(needs), count),
    ).tocsr()
    capacities = np.concatenate([offered_t[offers], needed_t[needs]])
    scale = float(capacities.max()) or 1.0
    found = linprog(  # type: ignore[call-overload]  # the stubs of scipy leave sparse arrays out
        -pairs.gains, A_ub=matrix, b_ub=capacities / scale, bounds=(0.0, None), method="highs"
    )
    if found.status != 0:
        raise Unavailable(
            "the optimal exchange was not found; try again with fewer offers and needs",
            "l'échange optimal n'a pas été trouvé ; réessayez avec moins d'offres et de besoins",
            where="offers",
        )
    flows = np.maximum(np.asarray(found.x, dtype=np.float64), 0.0) * scale
    most = np.minimum(offered_t[pairs.offers], needed_t[pairs.needs])
    flows[flows < NEGLIGIBLE * most] = 0.0
    return _within(flows, pairs, offered_t, needed_t)


def canonical_order(keys: Sequence[tuple[object, ...]]) -> list[int]:
    """Return the positions of some items in an order that follows from what they are.

    Example:
        >>> canonical_order([("b", 1.0), ("a", 2.0), ("a", 1.0)])
        [2, 1, 0]
    """
    return sorted(range(len(keys)), key=lambda position: tuple(map(_comparable, keys[position])))


def _comparable(value: object) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, "" if value is None else str(value))


def _within(flows: Floats, pairs: Pairs, offered_t: Floats, needed_t: Floats) -> Floats:
    """Scale down the flows whose rounding takes an offer or a need past its quantity."""
    for positions, most in ((pairs.offers, offered_t), (pairs.needs, needed_t)):
        taken = np.bincount(positions, flows, len(most))
        share = np.divide(most, taken, out=np.ones_like(most), where=taken > most)
        flows = flows * share[positions]
    return flows
