"""Classification error of the land cover: worked by hand, the area conserved, under its own name."""

from collections.abc import Callable
from math import fsum, sqrt

import numpy as np
import pytest

from estran.assessments.densities import Densities
from estran.assessments.envelope import Answer, Envelope
from estran.assessments.figures import Figures, solved
from estran.assessments.map_error import ACCURACY, MapError, map_input
from estran.assessments.stock_figures import stock_case
from estran.carbon.errors import InvalidInput
from estran.factors.factor import Factor, Override
from estran.factors.registry import read_registry
from estran.layers.ledger.keys import LandAreas, LedgerKey

REACH = 1.6448536

SD = 0.15 / sqrt(3)
"""Standard deviation of a uniform law from -0.15 to 0.15: at most 15 % of a class is wrong."""

BROADLEAF = {"soil": 83.0, "living_biomass": 89.15, "dead_wood": 15.18, "litter": 9.0}


def keys(*classes: str, layer: str = "land-cover") -> tuple[LedgerKey, ...]:
    return tuple(
        LedgerKey(code, name, "", "17300", "4_1", "F1", layer, "2021", synthetic=False)
        for code, name in enumerate(classes, start=1)
    )


def areas(*hectares: float, of: tuple[LedgerKey, ...]) -> LandAreas:
    return LandAreas(of, np.array(hectares), fsum(hectares), 0)


def figures(
    place: LandAreas,
    territory: LandAreas,
    *,
    accuracy: float | None = None,
    surveyed: frozenset[str] = frozenset(),
    method: str = "analytic",
) -> Figures:
    registry = read_registry()
    if accuracy is not None:
        registry = registry.with_overrides({ACCURACY: Override(accuracy, "test")})
    densities = Densities(registry, {})
    factor = registry.factor(ACCURACY)
    assert isinstance(factor, Factor)
    pairs = tuple(zip(territory.keys, territory.areas_ha.tolist(), strict=True))
    error = MapError(factor, surveyed, densities.amounts, {"17300": pairs})
    case = stock_case(place, densities, error).case
    return solved(case, confidence=0.9, method=method, draws=20_000)


def half_width(found: Figures, item: str) -> float:
    row = next(each for each in found.breakdown if each.item == f"land_cover_error/{item}")
    assert row.value == 0.0
    assert row.high == pytest.approx(-row.low)
    return row.high


def total_variance(found: Figures) -> float:
    total = next(each for each in found.indicators if each.id == "total")
    return ((total.high - total.value) / REACH) ** 2


def test_one_class_may_be_the_other_of_its_commune() -> None:
    """10 ha of cropland in a commune of cropland and broadleaf: up to 1.5 ha are wood, pool by pool."""
    crop, wood = keys("cropland", "forest_broadleaf")
    found = figures(areas(10.0, of=(crop,)), areas(600.0, 400.0, of=(crop, wood)))
    for pool, density in BROADLEAF.items():
        own = 48.0 if pool == "soil" else 0.0
        assert half_width(found, pool) == pytest.approx(REACH * SD * 10 * (density - own), rel=1e-4), pool
    # The pools of one hectare move together: soil 14.4 tC/ha of its own, then the whole difference.
    own, moved = 10 * 14.4, SD * 10 * (sum(BROADLEAF.values()) - 48.0)
    assert total_variance(found) == pytest.approx(own**2 + moved**2, rel=1e-4)
    assert found.propagation.shares[f"{ACCURACY}/cropland"] == pytest.approx(
        moved**2 / (own**2 + moved**2), rel=1e-4
    )


def test_each_class_of_a_territory_errs_alone() -> None:
    """Both classes: what one loses the other gains, and neither error hides the other."""
    land = keys("cropland", "forest_broadleaf")
    territory = areas(600.0, 400.0, of=land)
    found = figures(territory, territory)
    difference = sum(BROADLEAF.values()) - 48.0
    moved = SD * difference * np.hypot(600.0, 400.0)
    shares = found.propagation.shares
    part = shares[f"{ACCURACY}/cropland"] + shares[f"{ACCURACY}/forest_broadleaf"]
    assert part * total_variance(found) == pytest.approx(moved**2, rel=1e-3)


def test_area_is_conserved_classes_of_one_density_do_not_err() -> None:
    """Sealed land and a road hold the same 30 tC/ha: taking one for the other changes nothing."""
    land = keys("artificial_sealed", "road")
    found = figures(areas(10.0, of=land[:1]), areas(50.0, 50.0, of=land))
    for row in found.breakdown:
        if row.item.startswith("land_cover_error"):
            assert (row.value, row.low, row.high) == (0.0, 0.0, 0.0)


def test_a_class_alone_in_its_commune_has_nothing_to_be_taken_for() -> None:
    land = keys("cropland")
    found = figures(areas(10.0, of=land), areas(100.0, of=land))
    assert not [row for row in found.breakdown if row.item.startswith("land_cover_error")]


def test_land_drawn_object_by_object_does_not_err() -> None:
    building = keys("building", layer="buildings")
    crop = LedgerKey(2, "cropland", "", "17300", "4_1", "F1", "land-cover", "2021", synthetic=False)
    territory = areas(50.0, 50.0, of=(*building, crop))
    found = figures(areas(10.0, of=building), territory, surveyed=frozenset({"buildings"}))
    assert not [row for row in found.breakdown if row.item.startswith("land_cover_error")]


def test_an_unknown_land_is_not_what_a_class_is_taken_for() -> None:
    crop, wood, unknown = keys("cropland", "forest_broadleaf", "unknown")
    found = figures(areas(10.0, of=(crop,)), areas(60.0, 20.0, 900.0, of=(crop, wood, unknown)))
    assert half_width(found, "soil") == pytest.approx(REACH * SD * 10 * (83 - 48), rel=1e-4)


def test_a_perfect_map_leaves_the_doubt_of_the_densities() -> None:
    crop, wood = keys("cropland", "forest_broadleaf")
    found = figures(areas(10.0, of=(crop,)), areas(60.0, 40.0, of=(crop, wood)), accuracy=1.0)
    assert total_variance(found) == pytest.approx(144.0**2, rel=1e-5)


def test_an_accuracy_above_one_is_refused() -> None:
    factor = read_registry().with_overrides({ACCURACY: Override(1.2, "test")}).factor(ACCURACY)
    assert isinstance(factor, Factor)
    with pytest.raises(InvalidInput) as caught:
        map_input("x", factor, of="cropland")
    assert caught.value.where == ACCURACY
    assert "au plus 1" in caught.value.fr


def test_monte_carlo_agrees_and_stays_within_the_wrong_share() -> None:
    """A doubtful density times a doubtful area is the only difference: under 3 % of the width."""
    crop, wood = keys("cropland", "forest_broadleaf")
    place, territory = areas(10.0, of=(crop,)), areas(600.0, 400.0, of=(crop, wood))
    exact, drawn = (figures(place, territory, method=method) for method in ("analytic", "monte-carlo"))
    wide, found = (next(each for each in one.indicators if each.id == "total") for one in (exact, drawn))
    assert found.value == wide.value == 480.0
    assert found.high - found.low == pytest.approx(wide.high - wide.low, rel=0.03)
    assert drawn.propagation.samples is not None
    litter = drawn.propagation.samples["land_cover_error/litter"]
    # At most 15 % of 10 ha with 9 tC/ha of litter.
    assert np.abs(litter).max() <= 0.15 * 10 * 9
    assert np.abs(litter).max() == pytest.approx(13.5, rel=0.01)


def test_an_answer_names_the_error_once(
    ask: Callable[..., Envelope], kilometres: Callable[..., dict]
) -> None:
    answer = ask(kilometres(0, 0, 4, 2))
    found = [each for each in answer.uncertainty.shares if each.source.startswith(ACCURACY)]
    assert [each.source for each in found] == [ACCURACY]
    assert found[0].title is not None
    assert "classement" in found[0].title.fr
    assert sum(each.share for each in answer.uncertainty.shares) == pytest.approx(1.0)
    assert ACCURACY in {factor.id for factor in answer.factors}
    assert "est comprise" in answer.uncertainty.note.fr
    _sums_hold(answer)


def _sums_hold(answer: Answer) -> None:
    total = answer.indicator("total").value
    assert total == fsum(
        row.value for row in answer.breakdown if "total" in row.indicators and row.value is not None
    )
