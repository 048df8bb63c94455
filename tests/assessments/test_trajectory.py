"""Targets, observations and trends of a territory."""

from collections.abc import Callable
from typing import Any

import pytest

from estran.assessments.envelope import Envelope
from estran.assessments.request import read_request
from estran.assessments.trajectory import assess_trajectory
from estran.assessments.trajectory_inputs import TerritoryTrajectoryRequest
from estran.carbon.errors import EstranError, InvalidInput, NotFound
from estran.layers.territory import Territory

Ask = Callable[..., Envelope]

OWN: dict[str, Any] = {
    "base": {"year": 2019, "value": 1000.0},
    "scope": "inventory",
    "targets": [{"year": 2030, "change": -0.3}, {"year": 2040, "change": -1.0}],
}


@pytest.fixture(scope="module")
def follow(tiny: Territory) -> Ask:
    def answer(**inputs: object) -> Envelope:
        return assess_trajectory(read_request(TerritoryTrajectoryRequest, inputs), tiny)

    return answer


def series(*levels: tuple[int, float], **extra: object) -> dict[str, Any]:
    observations = [{"year": year, "value": level} for year, level in levels]
    return {"name": "all", "scope": "inventory", "observations": observations, **extra}


def value(answer: Envelope, name: str = "total") -> float | None:
    return answer.indicator(name).value


def codes(answer: Envelope) -> set[str]:
    return {each.code for each in answer.warnings}


def test_la_rochelle_and_what_it_announces(follow: Ask) -> None:
    """2.0 Mt in 2019, -30 % in 2030: 1.72727 Mt asked in 2024; announced -15 %: 1.7 Mt, so -27,273 t.

    Cumulated from 2019, where the gap is zero: -27,273 x 5 / 2 = -68,182 t.
    """
    answer = follow(territory="la-rochelle")
    assert value(answer, "target_2030") == pytest.approx(1.4e6)
    assert value(answer, "target_2040") == 0.0
    assert value(answer, "gap_latest") == pytest.approx(1.7e6 - 2e6 * (1 - 0.3 * 5 / 11))
    assert value(answer) == pytest.approx((1.7e6 - 2e6 * (1 - 0.3 * 5 / 11)) * 5 / 2)
    assert value(answer, "required_removals_linear") == pytest.approx(2e6 * (1 - 0.3 * 21 / 11))
    assert value(answer, "required_removals_exponential") == pytest.approx(2e6 * 0.7 ** (21 / 11))
    assert {"announced", "footprint-scope", "neutrality"} <= codes(answer)
    assert answer.fitness.verdict == "order-of-magnitude"
    base = answer.indicator("target_2019")
    assert base.high - base.value == pytest.approx(0.1 * 2e6, rel=1e-3)


def test_the_doubt_of_the_base_level_cancels_in_the_gap_of_a_relative_change(follow: Ask) -> None:
    """Announced and aimed at are both parts of the same level: 10 % of it is not 10 % of the gap."""
    answer = follow(territory="la-rochelle")
    gap = answer.indicator("gap_latest")
    assert gap.high - gap.low < 0.05 * 2e6


def test_a_series_on_the_path_has_no_gap(follow: Ask) -> None:
    levels = [(year, 1000.0 * (1 - 0.3 * (year - 2019) / 11)) for year in range(2019, 2027)]
    answer = follow(**OWN, series=[series(*levels)])
    assert value(answer) == pytest.approx(0.0, abs=1e-9)
    assert value(answer, "trend") == pytest.approx(-300 / 11)
    assert value(answer, "trend_2030") == pytest.approx(700.0)
    assert value(answer, "neutrality_year") == pytest.approx(2019 + 11 / 0.3)


def test_a_constant_series_drifts_from_the_path_by_hand(follow: Ask) -> None:
    """1,000 t kept for 11 years: the gap grows from 0 to 300, 1,650 t in sum."""
    answer = follow(**OWN, series=[series(*[(year, 1000.0) for year in range(2019, 2031)])])
    assert value(answer) == pytest.approx(300 * 11 / 2)
    assert value(answer, "gap_latest") == pytest.approx(300.0)
    assert value(answer, "neutrality_year") is None
    assert answer.indicator("neutrality_year").reason is not None


def test_the_year_of_neutrality_has_an_interval_and_counts_removals(follow: Ask) -> None:
    noisy = [1000, 985, 930, 925, 890, 845, 830, 790]
    levels = series(*[(2019 + rank, level) for rank, level in enumerate(noisy)])
    plain, helped = (
        follow(**OWN, series=[levels]),
        follow(**OWN, series=[levels], removals_tco2e_per_year=200),
    )
    year = plain.indicator("neutrality_year")
    assert year.low < year.value < year.high
    assert value(helped, "neutrality_year") == pytest.approx(year.value + 200 / value(plain, "trend"))
    assert value(helped, "trend_gap_2040") == pytest.approx(value(plain, "trend_2040") - 200)
    assert plain.fitness.verdict == "fit"


def test_sectors_add_up_and_never_count_twice_with_the_whole(follow: Ask) -> None:
    parts = [
        series((2019, 600.0), (2020, 590.0), name="north", is_part=True),
        series((2019, 400.0), (2020, 400.0), name="south", is_part=True),
    ]
    whole = series((2019, 1000.0), (2020, 990.0))
    apart, together = follow(**OWN, series=parts), follow(**OWN, series=[whole, *parts])
    assert value(apart) == pytest.approx(value(together), rel=1e-12)
    assert value(together, "budget_gap_parts") == pytest.approx(value(together), rel=1e-12)
    rows = {row.item: row for row in together.breakdown}
    assert rows["all"].indicators == ("total",)
    assert rows["north"].indicators == ("budget_gap_parts",)
    assert rows["north"].value == pytest.approx((590 - 600 * (1 - 0.3 / 11)) / 2)


def test_a_sector_without_a_base_level_is_not_evaluated(follow: Ask) -> None:
    answer = follow(**OWN, series=[series((2021, 5.0), name="port", is_part=True)])
    assert answer.breakdown[0].value is None
    assert answer.breakdown[0].reason is not None
    assert value(answer) is None


def test_a_sector_of_la_rochelle_takes_its_share_of_the_base_level(follow: Ask) -> None:
    """Housing is 16 % of 2 Mt: 320,000 t in 2019, so 311,273 t asked in 2020."""
    housing = series((2020, 315_000.0), name="housing", is_part=True, scope="footprint")
    answer = follow(territory="la-rochelle", series=[housing])
    assert value(answer, "gap_latest") == pytest.approx(315_000 - 320_000 * (1 - 0.3 / 11))
    assert answer.breakdown[0].title.fr.startswith("Habitat")


def test_a_footprint_is_never_compared_with_an_inventory(follow: Ask) -> None:
    inventory = series((2020, 800_000.0))
    with pytest.raises(InvalidInput, match="cannot be compared") as caught:
        follow(territory="la-rochelle", series=[inventory])
    assert "ne se comparent pas" in caught.value.fr
    assert caught.value.where == "series[0].scope"
    answer = follow(
        territory="la-rochelle",
        series=[inventory],
        conversion={"factor": 2.0, "reason": "footprint over inventory, study of 2019"},
    )
    assert value(answer, "observed_latest") == 1_600_000.0
    assert "converted-scope" in codes(answer)


def test_levels_per_inhabitant_times_the_population_are_the_level(follow: Ask) -> None:
    answer = follow(**OWN, series=[series((2019, 1000.0))], population=125)
    assert value(answer, "observed_per_inhabitant") * 125 == value(answer, "observed_latest")


def test_the_timeline_draws_both_paths_and_the_observations(follow: Ask) -> None:
    answer = follow(**OWN, series=[series((2019, 1000.0), (2021, 950.0))])
    lines: dict[str, list[int]] = {}
    for point in answer.timeline:
        assert point.unit == "tCO2e/yr"
        lines.setdefault(point.item, []).append(point.year)
    assert lines["target_linear"] == list(range(2019, 2041)) == lines["target_exponential"]
    assert lines["all"] == lines["gap.all"] == [2019, 2021]


def test_a_given_doubt_widens_the_gap(follow: Ask) -> None:
    sure = {"name": "all", "scope": "inventory", "observations": [{"year": 2020, "value": 990.0}]}
    level = {"year": 2020, "value": 990.0, "low": 940.0, "high": 1050.0}
    answer = follow(**OWN, series=[{**sure, "observations": [level]}], method="monte-carlo")
    gap = answer.indicator("gap_latest")
    assert gap.low == pytest.approx(gap.value - 50, abs=3)
    assert gap.high == pytest.approx(gap.value + 60, abs=3)
    exact = follow(**OWN, series=[sure]).indicator("gap_latest")
    assert exact.low == exact.high == exact.value


@pytest.mark.parametrize(
    ("inputs", "kind", "en", "fr"),
    [
        ({}, InvalidInput, "declared no target", "pas déclaré d'objectif"),
        ({"territory": "atlantis"}, NotFound, "choose one of la-rochelle", "choisissez parmi la-rochelle"),
        ({"territory": "france"}, InvalidInput, "give `base`", "donnez `base`"),
        (
            {**OWN, "targets": [{"year": 2040, "change": -1.0}, {"year": 2030, "change": -0.3}]},
            InvalidInput,
            "must ascend",
            "doivent croître",
        ),
        ({**OWN, "series": [series((2018, 1.0))]}, InvalidInput, "from 2019 on", "à partir de 2019"),
        ({**OWN, "series": [series((2021, 1.0), (2020, 1.0))]}, InvalidInput, "ascend", "croître"),
        ({**OWN, "targets": [{"year": 2030, "change": 0.3}]}, InvalidInput, "at most 0", "au plus 0"),
        (
            {**OWN, "base": {"year": 2019, "value": 5, "low": 6, "high": 7}},
            InvalidInput,
            "low <= value <= high",
            "low <= value <= high",
        ),
    ],
)
def test_wrong_inputs_say_the_way_out(
    follow: Ask, inputs: dict[str, Any], kind: type[EstranError], en: str, fr: str
) -> None:
    with pytest.raises(kind, match=en) as caught:
        follow(**inputs)
    assert fr in caught.value.fr


def test_another_territory_gives_its_own_level_to_the_national_target(follow: Ask) -> None:
    answer = follow(territory="france", base={"year": 1990, "value": 500.0})
    assert value(answer, "target_2030") == pytest.approx(250.0)
    assert "inventory-scope" in codes(answer)


def test_the_same_question_gives_the_same_bytes(follow: Ask) -> None:
    one, two = (follow(territory="la-rochelle") for _ in range(2))
    assert one.canonical() == two.canonical()
