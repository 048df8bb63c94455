"""A column as ranks says what its values say, whatever the width of the ranks."""

import operator

import numpy as np
import pytest

from estran.layers.features.whole_columns import Gathered

SIGNS = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@pytest.mark.parametrize("count", [0, 1, 126, 127, 128, 32_766, 32_767, 32_768])
def test_ranks_of_any_width_compare_as_their_values(count: int) -> None:
    values = list(range(0, 2 * count, 2))
    gathered = Gathered()
    gathered.extend([*values, None])
    column = gathered.column()
    assert column is not None
    known = np.array(values)
    for asked in {-1, 0, 1, count, 2 * count - 2, 2 * count, 10**6}:
        for sign, holds in SIGNS.items():
            found = column.compared(sign, asked)  # type: ignore[arg-type]
            assert found.yes.tolist() == [*holds(known, asked).tolist(), False]
            assert found.refused().tolist() == [*(~holds(known, asked)).tolist(), False]
        assert column.among([asked]).yes.tolist() == [*(known == asked).tolist(), False]
    assert column.null().yes.tolist() == [False] * count + [True]
    places = np.arange(count + 1)
    for ascending in (True, False):
        ordered = places[np.argsort(column.order(places, ascending=ascending), kind="stable")]
        assert ordered.tolist() == [*(places[:-1] if ascending else places[:-1][::-1]).tolist(), count]
