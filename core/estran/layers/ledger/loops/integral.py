"""How large is each polygon, on a surface whose density is a polynomial of column and row?

The integral of a density over a polygon is that of a primitive of it along the outline. On each edge the
primitive is integrated by Gauss's rule, which leaves nothing but rounding on such smooth surfaces.
"""

import numpy as np

from estran.layers.compilation import (
    FLOAT,
    FLOAT_TABLE,
    FLOATS,
    INTEGERS,
    Floats,
    Integers,
    compiled,
)

NODES = np.sqrt(0.6)
LONGEST = 0.25
"""Longer edges are cut, in units of half the side of the grid."""


@compiled(FLOAT_TABLE, FLOAT, FLOAT)
def chebyshev_at(coefficients: Floats, u: float, v: float) -> float:
    """Return a sum of products of Chebyshev polynomials, `coefficients[i, j] * T_i(v) * T_j(u)`."""
    total = 0.0
    down_before, down = 1.0, v
    for i in range(coefficients.shape[0]):
        along = coefficients[i, 0]
        before, now = 1.0, u
        for j in range(1, coefficients.shape[1]):
            along += coefficients[i, j] * now
            before, now = now, 2.0 * u * now - before
        total += along * down_before
        down_before, down = down, 2.0 * v * down - down_before
    return total


@compiled(FLOATS, FLOATS, INTEGERS, INTEGERS, FLOAT_TABLE)
def outline_integrals(u: Floats, v: Floats, ring_of: Integers, starts: Integers, primitive: Floats) -> Floats:
    """Return, for each geometry, the absolute integral along its rings of a primitive in `u`, over `v`.

    Args:
        u: Column of each vertex, -1 to 1 over the grid; rings are closed, holes turn the other way.
        v: Row of each vertex, -1 to 1.
        ring_of: Ring of each vertex.
        starts: First vertex of each geometry, and the end of the last.
        primitive: Chebyshev coefficients, by degree in `v`, then in `u`.
    """
    found = np.zeros(len(starts) - 1, np.float64)
    for geometry in range(len(found)):
        total = 0.0
        for i in range(starts[geometry], starts[geometry + 1] - 1):
            if ring_of[i] != ring_of[i + 1]:
                continue
            du, dv = u[i + 1] - u[i], v[i + 1] - v[i]
            parts = int(np.ceil(max(abs(du), abs(dv)) / LONGEST))
            for part in range(parts):
                mean = 0.0
                for node, weight in ((-NODES, 5.0), (0.0, 8.0), (NODES, 5.0)):
                    share = (part + (node + 1.0) / 2.0) / parts
                    mean += weight * chebyshev_at(primitive, u[i] + share * du, v[i] + share * dv)
                total += mean / 18.0 * dv / parts
        found[geometry] = abs(total)
    return found
