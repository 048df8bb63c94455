"""What must hold on any land, for every process that reads the ledger: METHODS, section 0.6."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import shapely
from assessments.asking import collection, shape, value
from assessments.land.conftest import square
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.balance import CarbonBalanceRequest, assess_carbon_balance
from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]

few = settings(max_examples=4, deadline=None)

RESTORE = {"initial": "dyked_salt_marsh", "drainage": "none", "target": "tidal_marsh"}

SCENARIOS: dict[str, Any] = {
    "wetland": RESTORE,
    "trees": {"on": "grassland_herbaceous"},
    "practices": [{"practice": "grass_strips"}, {"practice": "vineyard_inter_row_cover"}],
    "desealing": {"share": 0.3},
    "ranking": 0,
}
"""All on shares of the land that the ledger finds, so that places add up."""


@pytest.fixture(scope="session")
def balanced(with_grid: Territory) -> Ask:
    def answer(geometry: object, **inputs: object) -> Envelope:
        data = {"geometry": geometry, "crs": 2154, **inputs}
        return assess_carbon_balance(read_request(CarbonBalanceRequest, data), with_grid)

    return answer


@pytest.fixture(scope="session")
def asks(flux: Ask, potential: Ask, balanced: Ask) -> dict[str, Ask]:
    return {
        "carbon-flux": flux,
        "sequestration-potential": lambda geometry: potential(geometry, **SCENARIOS),
        "carbon-balance": balanced,
    }


SUMS = {
    "carbon-flux": ("total", "removals", "emissions", "wetland_ch4", "land_use_change"),
    "sequestration-potential": ("total", "removal", "wetland", "practices", "desealing"),
    "carbon-balance": ("total", "land_stock", "land_flux", "wetlands", "grid"),
}

PROCESSES = sorted(SUMS)


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(cuts=st.lists(st.floats(0.2, 3.8), min_size=1, max_size=3, unique=True))
def test_any_number_of_pieces_makes_the_whole(asks: dict[str, Ask], process: str, cuts: list[float]) -> None:
    edges = [0.0, *sorted(cuts), 4.0]
    pieces = [square(low, 0, high - low, 2) for low, high in pairwise(edges)]
    whole, apart = asks[process](shape(square(0, 0, 4, 2))), [asks[process](shape(each)) for each in pieces]
    for name in SUMS[process]:
        summed = sum(value(each, name) for each in apart)
        assert summed == pytest.approx(value(whole, name), rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(order=st.permutations(range(4)), turned=st.booleans())
def test_neither_the_order_of_features_nor_the_direction_of_rings_matters(
    asks: dict[str, Ask], process: str, order: list[int], turned: bool
) -> None:
    boxes = [square(rank, 0, 1, 1.7) for rank in range(4)]
    if turned:
        boxes[1:3] = [shapely.reverse(each) for each in boxes[1:3]]
    one, other = (asks[process](collection(each)) for each in (boxes, [boxes[rank] for rank in order]))
    for name in SUMS[process]:
        assert value(one, name) == pytest.approx(value(other, name), rel=1e-12, abs=1e-12), name
    rows = {each.id: value(each, "total") for each in other.features or ()}
    assert sorted(rows.values()) == pytest.approx(sorted(value(each, "total") for each in one.features or ()))


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(width=st.floats(0.2, 3.0), more=st.floats(0.0, 1.0))
def test_a_larger_place_removes_emits_and_holds_no_less(
    asks: dict[str, Ask], process: str, width: float, more: float
) -> None:
    """Of what has one sign: removals never shrink, emissions and stocks neither."""
    small, large = (asks[process](shape(square(0, 0, each, 2))) for each in (width, width + more))
    signed = {
        "carbon-flux": {"removals": -1, "emissions": 1, "wetland_ch4": 1},
        "sequestration-potential": {"practices": -1, "desealing": -1},
        "carbon-balance": {"land_stock": 1, "grid": 1},
    }[process]
    for name, sign in signed.items():
        assert sign * value(large, name) >= sign * value(small, name) - 1e-9, name


@pytest.mark.parametrize("process", PROCESSES)
def test_land_without_area_exchanges_nothing_and_is_no_error(asks: dict[str, Ask], process: str) -> None:
    corner = square(0.5, 0.5).centroid
    answer = asks[process]({"type": "Point", "coordinates": [corner.x, corner.y]})
    for name in SUMS[process]:
        assert answer.indicator(name).value in (0.0, None), name
    assert value(answer, "total") == 0.0


@pytest.mark.parametrize("process", PROCESSES)
def test_the_same_land_drawn_twice_counts_once(asks: dict[str, Ask], process: str) -> None:
    one, twice = square(0, 0, 2, 2), square(1, 0, 1, 2)
    alone, drawn = asks[process](shape(one)), asks[process](shape(one, twice))
    for name in SUMS[process]:
        assert value(drawn, name) == pytest.approx(value(alone, name), rel=1e-9, abs=1e-9), name
