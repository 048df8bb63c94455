"""The balance of a place: blocks with their scope, one sum, and a guard against counting twice."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from estran.assessments.balance import CarbonBalanceRequest, assess_carbon_balance
from estran.assessments.balance_blocks import Block, DoubleCount, check_sum, read_blocks, shared
from estran.assessments.balance_case import balance_case, block_figure, with_own_bounds
from estran.assessments.carbon_stock import CarbonStockRequest, assess_carbon_stock
from estran.assessments.envelope import Answer, Envelope
from estran.assessments.flux import CarbonFluxRequest, assess_carbon_flux
from estran.assessments.request import read_request
from estran.carbon.errors import InvalidInput, NotFound
from estran.layers.territory import Territory

Box = Callable[..., dict[str, Any]]

LAND_BLOCKS = {"land_stock", "land_flux", "land_use_change", "wetlands"}

OTHERS = {"buildings_operation", "buildings_embodied", "parking", "grid"}


def balance(territory: Territory, geometry: object, **inputs: object) -> Envelope:
    data = {"geometry": geometry, "crs": 2154, **inputs}
    return assess_carbon_balance(read_request(CarbonBalanceRequest, data), territory)


def test_blocks_repeat_what_their_process_says(marsh: Territory, kilometres: Box) -> None:
    place = kilometres(0, 0, 4, 2)
    answer = balance(marsh, place)
    data = {"geometry": place, "crs": 2154}
    stock = assess_carbon_stock(read_request(CarbonStockRequest, data), marsh).indicator("total")
    flux = assess_carbon_flux(read_request(CarbonFluxRequest, data), marsh).indicator("total")
    for name, own in (("land_stock", stock), ("land_flux", flux)):
        found = answer.indicator(name)
        assert (found.value, found.low, found.high, found.unit) == (own.value, own.low, own.high, own.unit)
        assert found.scope


def test_a_missing_layer_is_not_available_and_not_an_error(marsh: Territory, kilometres: Box) -> None:
    answer = balance(marsh, kilometres(0, 0, 4, 2))
    missing = {each.where for each in answer.warnings if each.code == "block-not-available"}
    assert missing == OTHERS
    for name in OTHERS:
        found = answer.indicator(name)
        assert found.value is None
        assert found.reason is not None
        assert found.reason.fr != found.reason.en


def test_without_emissions_there_is_no_balance(marsh: Territory, kilometres: Box) -> None:
    """The sink of the land alone would read as a territory below zero."""
    total = balance(marsh, kilometres(0, 0, 4, 2)).indicator("total")
    assert total.value is None
    assert total.reason is not None
    assert "grid" in total.reason.en


def test_the_total_is_the_grid_and_the_land(with_grid: Territory, kilometres: Box) -> None:
    answer = balance(with_grid, kilometres(0, 0, 4, 2))
    grid, land = answer.indicator("grid"), answer.indicator("land_flux")
    total = answer.indicator("total")
    assert grid.value == pytest.approx(80.0)
    assert land.value is not None
    assert total.value == grid.value + land.value
    members = {each.item for each in answer.breakdown if "total" in each.indicators}
    assert members == {"grid", "land_flux"}
    assert total.partial
    assert {"no-double-count", "co2-only"} <= {each.code for each in answer.warnings}
    assert {each.source for each in answer.uncertainty.shares} <= {"grid", "land_flux"}


def test_features_have_their_blocks_and_add_up(with_grid: Territory, kilometres: Box) -> None:
    boxes = [kilometres(0, 0, 2, 2), kilometres(2, 0, 2, 2)]
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": box} for box in boxes],
    }
    answer = balance(with_grid, collection)
    assert answer.features is not None
    for name in ("land_stock", "land_flux", "grid", "total"):
        parts = [each.indicator(name).value or 0.0 for each in answer.features]
        assert sum(parts) == pytest.approx(answer.indicator(name).value), name


def test_the_blocks_of_a_feature_repeat_what_their_process_says(
    with_grid: Territory, kilometres: Box
) -> None:
    features = [
        {"type": "Feature", "id": str(x), "properties": {}, "geometry": kilometres(x, 0, 2, 2)}
        for x in (0, 2)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    answer, data = balance(with_grid, collection), {"geometry": collection, "crs": 2154}
    stock = assess_carbon_stock(read_request(CarbonStockRequest, data), with_grid)
    flux = assess_carbon_flux(read_request(CarbonFluxRequest, data), with_grid)
    own = (
        ("land_stock", stock, "total"),
        ("land_stock_soil", stock, "soil"),
        ("land_flux", flux, "total"),
        ("land_use_change", flux, "land_use_change"),
    )
    for rank, row in enumerate(answer.features or ()):
        for name, envelope, part in own:
            found, told = row.indicator(name), (envelope.features or ())[rank].indicator(part)
            assert (found.value, found.low, found.high) == (told.value, told.low, told.high), name


def test_the_matrix_says_what_must_never_be_summed() -> None:
    blocks = read_blocks().blocks
    assert shared(blocks, "grid", "buildings_operation")
    assert shared(blocks, "buildings_operation", "grid")
    assert shared(blocks, "land_flux", "wetlands")
    assert not shared(blocks, "grid", "land_flux")
    for name, block in blocks.items():
        assert {*block.contains, *block.overlaps} <= set(blocks), name


@pytest.mark.parametrize(
    "names",
    [
        ("grid", "buildings_operation"),
        ("land_flux", "wetlands"),
        ("land_flux", "land_use_change"),
        ("land_flux", "land_flux"),
        ("land_flux", "land_stock"),
        ("grid", "parking"),
        ("grid", "buildings_embodied"),
        ("grid", "land_flux", "buildings_operation"),
    ],
)
def test_the_guard_refuses_double_counts_and_unlike_kinds(names: tuple[str, ...]) -> None:
    with pytest.raises(DoubleCount) as caught:
        check_sum(read_blocks().blocks, names)
    assert caught.value.where in names
    assert caught.value.fr != caught.value.en


def test_what_a_part_shares_its_whole_shares() -> None:
    """A container of the buildings' energy cannot be added to the grid either."""
    blocks = dict(read_blocks().blocks)
    town = blocks["buildings_operation"].model_copy(
        update={"contains": ("buildings_operation",), "overlaps": ()}
    )
    blocks["town"] = town
    assert shared(blocks, "town", "grid")
    with pytest.raises(DoubleCount):
        check_sum(blocks, ("town", "grid"))


def test_the_declared_total_passes_the_guard_and_another_does_not(marsh: Territory, kilometres: Box) -> None:
    blocks = read_blocks()
    check_sum(blocks.blocks, blocks.total)
    wrong = blocks.model_copy(update={"total": ("grid", "buildings_operation", "land_flux")})
    flux = assess_carbon_flux(
        read_request(CarbonFluxRequest, {"geometry": kilometres(1, 0), "crs": 2154}), marsh
    )
    figure = block_figure("land_flux", blocks.blocks["land_flux"], flux, reason=None, confidence=0.9)
    with pytest.raises(DoubleCount):
        balance_case([figure], wrong)


def test_only_flows_that_share_nothing_can_be_summed() -> None:
    """Every pair of the matrix is either allowed by the guard, or shares emissions, or is not two flows."""
    blocks: dict[str, Block] = read_blocks().blocks
    allowed = set()
    for pair in combinations(blocks, 2):
        try:
            check_sum(blocks, pair)
        except DoubleCount:
            continue
        allowed.add(frozenset(pair))
    flows = ("land_flux", "land_use_change", "wetlands")
    expected = {frozenset({land, other}) for land in flows for other in ("grid", "buildings_operation")}
    # The wood of a cleared forest may be in the flux of land, never in that of the wetlands.
    expected.add(frozenset({"land_use_change", "wetlands"}))
    assert allowed == expected


def test_outside_the_territory_there_is_no_number(with_grid: Territory, kilometres: Box) -> None:
    answer = balance(with_grid, kilometres(50, 50))
    assert answer.indicator("total").value is None
    assert answer.indicator("land_flux").value is None
    assert answer.indicator("grid").value is None


def test_a_wrong_place_is_an_error_and_not_a_missing_block(marsh: Territory) -> None:
    paris = read_request(CarbonBalanceRequest, {"geometry": {"collection": "communes", "ids": ["75056"]}})
    with pytest.raises(NotFound):
        assess_carbon_balance(paris, marsh)
    with pytest.raises(InvalidInput):
        balance(marsh, {"type": "Polygon", "coordinates": [[[0, 0]]]})


def test_the_same_receipt_gives_the_same_answer(with_grid: Territory, kilometres: Box) -> None:
    first, again = (balance(with_grid, kilometres(0, 0, 3, 1)) for _ in range(2))
    assert first.receipt.hash == again.receipt.hash
    assert first.canonical() == again.canonical()
    assert set(first.receipt.layers) == {"land-ledger", "emissions"}


def test_own_bounds_are_kept(marsh: Territory, kilometres: Box) -> None:
    """The stock of a process has bounds of its own law: a block shows them as they are."""
    blocks = read_blocks()
    data = {"geometry": kilometres(0, 0, 4, 2), "crs": 2154, "method": "monte-carlo", "draws": 2000}
    stock = assess_carbon_stock(read_request(CarbonStockRequest, data), marsh)
    figure = block_figure("land_stock", blocks.blocks["land_stock"], stock, reason=None, confidence=0.9)
    answer: Answer = balance(marsh, data["geometry"])
    shown = with_own_bounds(answer, [figure], blocks.total).indicator("land_stock")
    own = stock.indicator("total")
    assert (shown.low, shown.high) == (own.low, own.high)


def test_the_land_use_change_stands_beside(with_grid: Territory, kilometres: Box) -> None:
    """Past changes of the communes are shown with their scope and are never in the total."""
    place = kilometres(0, 0, 4, 2)
    answer = balance(with_grid, place)
    own = assess_carbon_flux(read_request(CarbonFluxRequest, {"geometry": place, "crs": 2154}), with_grid)
    shown, said = answer.indicator("land_use_change"), own.indicator("land_use_change")
    assert (shown.value, shown.low, shown.high) == (said.value, said.low, said.high)
    assert shown.value is not None
    assert shown.partial
    assert shown.scope is not None
    assert "prorated" in shown.scope
    row = next(each for each in answer.breakdown if each.item == "land_use_change")
    assert row.indicators == ("land_use_change",)


def test_a_notice_is_not_repeated(with_grid: Territory, kilometres: Box) -> None:
    for place in (kilometres(0, 0, 4, 2), kilometres(3.5, 0, 2, 2), kilometres(50, 50)):
        codes = [each.code for each in balance(with_grid, place).warnings]
        for once in ("outside-territory", "partly-outside", "wide-uncertainty", "unchecked-factor"):
            assert codes.count(once) <= 1, once
        said = [(each.code, each.message) for each in balance(with_grid, place).warnings]
        assert len(said) == len(set(said))
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": kilometres(0, 0)},
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}},
        ],
    }
    codes = [each.code for each in balance(with_grid, collection).warnings]
    assert codes.count("failed-features") == 1
