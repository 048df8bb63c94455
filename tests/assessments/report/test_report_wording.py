"""Numbers, probabilities, shares and units in words: the cases shared with the script of the page."""

import json
from pathlib import Path
from typing import Any

import pytest

from estran.assessments.report.numbers import percent
from estran.assessments.report.typography import unit_words
from estran.assessments.report.wording import Amount, Voice, probability_above
from estran.carbon.text import Text

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "numbers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["numbers"], ids=lambda case: f"{case['number']} {case['language']}")
def test_a_number_has_the_digits_that_its_interval_deserves(case: dict[str, Any]) -> None:
    voice = Voice(case["language"])
    amount = Amount(case["value"], case["low"], case["high"], case["unit"])
    assert voice.number(amount, is_signed=case["signed"]) == case["number"]
    assert voice.bounds(amount) == case["bounds"]


@pytest.mark.parametrize("case", CASES["probabilities"], ids=lambda case: str(case["probability"]))
def test_a_probability_word_comes_with_its_number(case: dict[str, Any]) -> None:
    statement = Text(case["statement"], case["statement"])
    opposite = Text(case["opposite"], case["opposite"])
    assert Voice(case["language"]).probability(statement, opposite, case["probability"]) == case["said"]


@pytest.mark.parametrize("case", CASES["shares"], ids=lambda case: str(case["share"]))
def test_a_share_is_a_percentage(case: dict[str, Any]) -> None:
    assert percent(case["share"], case["language"]) == case["said"]


@pytest.mark.parametrize("case", CASES["units"], ids=lambda case: f"{case['unit']} {case['language']}")
def test_a_unit_is_in_words(case: dict[str, Any]) -> None:
    assert unit_words(case["unit"], case["language"]) == case["said"]


def test_a_figure_keeps_its_unit_and_interval_in_a_sentence() -> None:
    amount = Amount(11_430.0, 8_000.0, 15_700.0, "tCO2e")
    assert Voice("en").figure(amount) == "11,000\u00a0tCO₂e (between 8,000 and 16,000)"


def test_no_central_value_where_the_scale_does_not_fit() -> None:
    amount = Amount(11_430.0, 8_000.0, 15_700.0, "tCO2e")
    hidden = Voice("en", is_hidden=True)
    assert hidden.number(amount) == "not given"
    assert hidden.figure(amount) == "between 8,000 and 16,000\u00a0tCO₂e"
    assert hidden.bounds(amount) == "[8,000–16,000]"


def test_an_interval_that_starts_at_zero_is_almost_sure_to_be_above_zero() -> None:
    # Half of the doubt of a 90 % interval, 5 %, lies below its lower bound.
    found = probability_above(Amount(10.0, 0.0, 20.0, "t"), 0.9)
    assert found == pytest.approx(0.95)
    assert probability_above(Amount(None, None, None, "t"), 0.9) is None
    assert probability_above(Amount(-3.0, -3.0, -3.0, "t"), 0.9) == 0.0
