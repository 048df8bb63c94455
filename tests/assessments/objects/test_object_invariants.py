"""What must hold for buildings, car parks and roofs on any place: METHODS, section 0.6."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import shapely
from assessments.asking import collection, shape, value
from assessments.objects.conftest import square
from hypothesis import given, settings
from hypothesis import strategies as st

from estran.assessments.envelope import Envelope

Ask = Callable[..., Envelope]

few = settings(max_examples=4, deadline=None)

SUMS = {
    "building-emissions": ("total", "final_energy", "embodied"),
    "parking-potential": ("total", "capacity", "land_total", "canopy_area"),
    "solar-potential": ("total", "capacity", "roof_area"),
}

PROCESSES = sorted(SUMS)


@pytest.fixture(scope="session")
def asks(emissions_of: Ask, parks_of: Ask, sun_of: Ask) -> dict[str, Ask]:
    return {
        "building-emissions": lambda geometry: emissions_of(geometry, top=0),
        "parking-potential": lambda geometry: parks_of(
            geometry, parks="open_air", desealed_share=0.1, tree_share=0.1
        ),
        "solar-potential": sun_of,
    }


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(cuts=st.lists(st.integers(60, 1940), min_size=1, max_size=4, unique=True))
def test_any_number_of_pieces_makes_the_whole(asks: dict[str, Ask], process: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 2000]
    pieces = [square(low, 0, high - low, 2000) for low, high in pairwise(edges)]
    whole = asks[process](shape(square(0, 0, 2000, 2000)))
    apart = [asks[process](shape(each)) for each in pieces]
    for name in SUMS[process]:
        summed = sum(value(each, name) for each in apart)
        assert summed == pytest.approx(value(whole, name), rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(order=st.permutations(range(4)), turned=st.booleans())
def test_neither_the_order_of_features_nor_the_direction_of_rings_matters(
    asks: dict[str, Ask], process: str, order: list[int], turned: bool
) -> None:
    boxes = [square(500 * rank, 0, 500, 2000) for rank in range(4)]
    if turned:
        boxes = [shapely.reverse(each) for each in boxes]

    one, other = (asks[process](collection(boxes, ranks)) for ranks in ([0, 1, 2, 3], order))
    for name in SUMS[process]:
        assert value(one, name) == pytest.approx(value(other, name), rel=1e-12), name
    of_one = {each.id: value(each, "total") for each in one.features or ()}
    assert {each.id: value(each, "total") for each in other.features or ()} == pytest.approx(of_one)


@pytest.mark.parametrize("process", PROCESSES)
@few
@given(width=st.integers(100, 1500), more=st.integers(0, 500))
def test_a_larger_place_has_no_less(asks: dict[str, Ask], process: str, width: int, more: int) -> None:
    small, large = (asks[process](shape(square(0, 0, each, 2000))) for each in (width, width + more))
    for name in SUMS[process]:
        sign = -1.0 if name == "land_total" else 1.0
        assert sign * value(large, name) >= sign * value(small, name) - 1e-9, name


@pytest.mark.parametrize("process", PROCESSES)
def test_the_same_place_drawn_twice_counts_once(asks: dict[str, Ask], process: str) -> None:
    parts = shapely.MultiPolygon([square(0, 0, 1200, 2000), square(800, 0, 1200, 2000)])
    whole, twice = (asks[process](shape(each)) for each in (square(0, 0, 2000, 2000), parts))
    for name in SUMS[process]:
        assert value(twice, name) == pytest.approx(value(whole, name), rel=1e-9), name
